"""A letter as the bytes that are mailed: the same letter always makes the same bytes."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from email.policy import Policy

    from advice.letter import Letter

DOMAIN = "calfwise.local"
ID_CHARACTERS = 32


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
    unsubscribe_mailto: str | None = None,
    unsubscribe_url: str | None = None,
    domain: str = DOMAIN,
) -> bytes:
    """Text and HTML as alternatives of one mail.

    Args:
        letter: what is said.
        athlete: with `on`, `kind` and `revision` decides the Message-ID.
        on: the local day the letter is about.
        kind: morning, correction, ...
        revision: counts the letters of one kind and day.
        sender: the From address.
        recipient: the To address.
        sent_at: aware; an argument, because advice has no clock.
        unsubscribe_mailto: a mailto: address that ends the letters.
        unsubscribe_url: an https: address that ends them by one POST.
        domain: the right side of the Message-ID and of the List-Id.

    Raises:
        ValueError: a header would hold a line break, or an unsubscribe address is not of its kind.
    """
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = message_id(athlete, on, kind, revision, domain)
    mail["Date"] = sent_at
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = letter.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"calfwise letters <letters.{domain}>"
    _add_unsubscribe(mail, unsubscribe_mailto, unsubscribe_url)
    # Quoted-printable, because not every server on the way takes eight bits.
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # The library draws lots for the boundary. "=_" cannot occur in quoted-printable text.
    mail.set_boundary(f"=_{_digest(athlete, on, kind, revision)}")
    return mail.as_bytes()


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
    """One-click needs an https address (RFC 8058); a mailto alone has no such promise."""
    addresses = [
        _of_kind(address, scheme)
        for address, scheme in ((url, "https://"), (mailto, "mailto:"))
        if address is not None
    ]
    if addresses:
        mail["List-Unsubscribe"] = ", ".join(f"<{address}>" for address in addresses)
    if url is not None:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _of_kind(address: str, scheme: str) -> str:
    if not address.startswith(scheme) or any(each in address for each in "<>, \t"):
        raise ValueError(f"an unsubscribe address must be one {scheme} address")
    return address


def _digest(athlete: str, on: date, kind: str, revision: int) -> str:
    return sha256(f"{athlete}|{on}|{kind}|{revision}".encode()).hexdigest()[:ID_CHARACTERS]
