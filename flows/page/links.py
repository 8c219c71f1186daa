"""Signed links: whose, for what, until when; and what was tapped, which nobody on the way can read.

A link is sealed and signed. AES-SIV (RFC 5297) hides what it says and needs no nonce that could be
used twice; itsdangerous signs the sealed bytes with the time, under a salt for each purpose. Keys
rotate: the newest one makes links, all of them are believed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from flows import settings
from flows.settings import Home
from pipeline.checkin import NRS_MAX

Purpose = Literal["checkin", "look", "coach", "letters"]
"""checkin: answer for one day. look: a runner's dashboard. coach: who lets them look. letters: stop
or start the letters."""

NOT_TAPPED = 255
LINK_CHARS_MAX = 400
PADDED_TO = 16
"""Sealed bytes are a multiple of this long, so that their length tells nothing."""


class LinkError(Exception):
    """A link that is not ours, or not for this."""


class LinkExpiredError(LinkError):
    """A link of ours that was good once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says."""

    purpose: Purpose
    who: str
    """The athlete; the coach where the purpose is coach."""
    on: date | None = None
    """The morning that can be answered."""
    left: int | None = None
    """What was tapped, 0 to 10; None where nothing was."""
    right: int | None = None


class Links:
    """Makes and reads the links of one installation."""

    def __init__(self, keys: Sequence[str]) -> None:
        """With these keys, newest first."""
        self._sealers = [AESSIV(sha256(b"seal " + key.encode()).digest()) for key in keys]
        # itsdangerous signs with the last of its keys.
        self._signing = [sha256(b"sign " + key.encode()).digest() for key in reversed(keys)]

    def token(self, link: Link) -> str:
        """A link's last part: letters, digits, dots, dashes and underscores."""
        sealed = self._sealers[0].encrypt(_as_bytes(link), [link.purpose.encode()])
        return self._signer(link.purpose).sign(_spelled(sealed)).decode()

    def read(self, token: str, purpose: Purpose, *, max_age_s: int | None) -> Link:
        """What a link says.

        Args:
            token: as `token` made it.
            purpose: what it must be for; one made for something else is not believed.
            max_age_s: seconds for which it is good; None for ever.

        Raises:
            LinkExpiredError: it was good once.
            LinkError: it was never ours, or not for this.
        """
        if len(token) > LINK_CHARS_MAX or not _is_as_we_write(token):
            raise LinkError("not a link of ours")
        try:
            encoded = self._signer(purpose).unsign(token, max_age=max_age_s)
            sealed = _bytes_of(encoded.decode())
        except SignatureExpired as error:
            raise LinkExpiredError("this link has expired") from error
        except (BadSignature, Base64Error) as error:
            raise LinkError("not a link of ours") from error
        for sealer in self._sealers:
            try:
                return _from_bytes(sealer.decrypt(sealed, [purpose.encode()]), purpose)
            except InvalidTag:
                continue
        raise LinkError("not a link of ours")

    def _signer(self, purpose: Purpose) -> TimestampSigner:
        return _Signer(self._signing, salt=f"calfwise {purpose}", digest_method=sha256)


class _Signer(TimestampSigner):
    """By the one clock of the house."""

    def get_timestamp(self) -> int:
        """Seconds since 1970."""
        return int(settings.now().timestamp())


def links_of(home: Home) -> Links:
    """The links of an installation.

    Raises:
        SettingsError: its keys cannot be read or made.
    """
    return Links(settings.page_keys(home))


def _is_as_we_write(token: str) -> bool:
    """Whether each part is spelled as we spell it: base64 has other spellings of the same bytes."""
    if not token.isascii():
        return False
    try:
        return all(_spelled(_bytes_of(part)) == part for part in token.split("."))
    except (Base64Error, ValueError):
        return False


def _bytes_of(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _spelled(told: bytes) -> str:
    return urlsafe_b64encode(told).rstrip(b"=").decode()


def _as_bytes(link: Link) -> bytes:
    day = 0 if link.on is None else link.on.toordinal()
    taps = [NOT_TAPPED if each is None else each for each in (link.left, link.right)]
    told = bytes(taps) + day.to_bytes(4, "big") + link.who.encode()
    return told + bytes(-len(told) % PADDED_TO)


def _from_bytes(told: bytes, purpose: Purpose) -> Link:
    left, right = (None if tap > NRS_MAX else tap for tap in told[:2])
    day = int.from_bytes(told[2:6], "big")
    return Link(
        purpose=purpose,
        who=told[6:].rstrip(b"\0").decode(),
        on=date.fromordinal(day) if day else None,
        left=left,
        right=right,
    )
