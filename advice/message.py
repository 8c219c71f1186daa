"""A letter as the bytes that are mailed: the same letter always makes the same bytes."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from email.policy import Policy

    from advice.letter import Letter

DOMAIN = "calfwise.local"
ID_CHARACTERS = 32
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class _AddressList(UnstructuredHeader, BaseHeader):
    """A header of addresses in angle brackets, one a line.

    The standard library would write a long address as an encoded word, and no mail program
    finds its unsubscribe link in one.
    """

    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        lines = f",{policy.linesep} ".join(str(self).split(", "))
        return f"{self.name}: {lines}{policy.linesep}"


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    registry.map_to_type("list-unsubscribe", _AddressList)
    return registry


POLICY = SMTP.clone(header_factory=_registry())


def message_id(athlete: str, on: date, kind: str, revision: int, domain: str = DOMAIN) -> str:
    """The one Message-ID of this letter, which tells nothing about the runner."""
    return f"<{_digest(athlete, on, kind, revision)}@{domain}>"


@dataclass(frozen=True, slots=True)
class Picture:
    """What stands in a mail where its HTML says `src="cid:NAME"`."""

    name: str
    png: bytes


def message(
    letter: Letter,
    *,
    athlete: str,
    on: date,
    kind: str,
    revision: int,
    sender: str,
    recipient: str,
    sent_at: datetime,
    pictures: Sequence[Picture] = (),
    reply_to: str | None = None,
    unsubscribe_mailto: str | None = None,
    unsubscribe_url: str | None = None,
    domain: str = DOMAIN,
) -> bytes:
    """Text and HTML as alternatives of one mail, the pictures within the HTML.

    Args:
        letter: what is said.
        athlete: with `on`, `kind` and `revision` decides the Message-ID.
        on: the local day the letter is about.
        kind: morning, correction, ...
        revision: counts the letters of one kind and day.
        sender: the From address.
        recipient: the To address.
        sent_at: aware; an argument, because advice has no clock.
        pictures: one for each that the HTML names.
        reply_to: where an answer by mail goes.
        unsubscribe_mailto: a mailto: address that ends the letters.
        unsubscribe_url: an address that ends them by one POST: https, or http on this machine.
        domain: the right side of the Message-ID and of the List-Id.

    Raises:
        ValueError: a header would hold a line break, an unsubscribe address is not of its kind, or
            pictures and HTML do not belong together.
    """
    digest = _digest(athlete, on, kind, revision)
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = message_id(athlete, on, kind, revision, domain)
    mail["Date"] = sent_at
    mail["From"] = sender
    mail["To"] = recipient
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    mail["Subject"] = letter.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"calfwise letters <letters.{domain}>"
    _add_unsubscribe(mail, unsubscribe_mailto, unsubscribe_url)
    # Mail programs that put mails of one sender into one thread leave each of these alone.
    mail["X-Entity-Ref-ID"] = digest
    # Quoted-printable, because not every server on the way takes eight bits.
    mail.set_content(letter.text, cte="quoted-printable")
    ids = {each.name: f"{each.name}.{digest}@{domain}" for each in pictures}
    html = _with_addresses(letter.html, ids)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if pictures:
        *_, whole = mail.iter_parts()
        _add_pictures(whole, pictures, ids)
        # The library draws lots for boundaries. "=_" cannot occur in quoted-printable or base64.
        whole.set_boundary(f"=_related_{digest}")
    mail.set_boundary(f"=_either_{digest}")
    for part in list(mail.walk())[1:]:
        del part["MIME-Version"]
    return mail.as_bytes()


def _with_addresses(html: str, ids: Mapping[str, str]) -> str:
    """The HTML with each picture's address in this mail instead of its name.

    Quotes within words are escaped, so that `src="cid:` stands in tags only.
    """
    named = re.findall(r'src="cid:([^"]*)"', html)
    if sorted(named) != sorted(ids):
        raise ValueError("a letter and its pictures do not belong together")
    return re.sub(r'src="cid:([^"]*)"', lambda found: f'src="cid:{ids[found[1]]}"', html)


def _add_pictures(html: MIMEPart, pictures: Sequence[Picture], ids: Mapping[str, str]) -> None:
    """Make the HTML part a whole of HTML and pictures (RFC 2387)."""
    for each in pictures:
        html.add_related(
            each.png,
            "image",
            "png",
            cid=f"<{ids[each.name]}>",
            disposition="inline",
            filename=f"{each.name}.png",
        )
    html.set_param("type", "text/html")


def for_a_browser(mail: bytes) -> str:
    """The HTML of a mail as one page of its own, with its pictures inside."""
    parsed = message_from_bytes(mail, policy=POLICY)
    body = parsed.get_body(("html",))
    if body is None:
        raise ValueError("a mail without HTML")
    html = str(body.get_content())
    for part in parsed.walk():
        if part.get_content_maintype() == "image":
            picture = b64encode(part.get_content()).decode()
            address = f"cid:{str(part['Content-ID']).strip('<>')}"
            html = html.replace(address, f"data:{part.get_content_type()};base64,{picture}")
    return html


def _add_unsubscribe(mail: EmailMessage, mailto: str | None, url: str | None) -> None:
    """One click needs an address that takes a POST (RFC 8058); a mailto has no such promise."""
    addresses = []
    if url is not None:
        addresses.append(_one_address(url, is_ours=_is_of_the_web(url)))
    if mailto is not None:
        addresses.append(_one_address(mailto, is_ours=mailto.startswith("mailto:")))
    if addresses:
        mail["List-Unsubscribe"] = ", ".join(f"<{address}>" for address in addresses)
    if url is not None:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _is_of_the_web(url: str) -> bool:
    """Encrypted, or within this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _one_address(address: str, *, is_ours: bool) -> str:
    if not is_ours or not address.isascii() or any(each in address for each in "<>, \t\r\n"):
        raise ValueError("an unsubscribe address must be one https: or one mailto: address")
    return address


def _digest(athlete: str, on: date, kind: str, revision: int) -> str:
    return sha256(f"{athlete}|{on}|{kind}|{revision}".encode()).hexdigest()[:ID_CHARACTERS]
