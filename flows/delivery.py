"""Which way letters leave this installation, and what an outcome means for a letter."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parseaddr
from hashlib import sha256
from typing import TYPE_CHECKING

from advice.message import for_a_browser
from connectors.mail.folder import FolderSink
from connectors.mail.sink import Outcome, Sink
from flows import settings
from flows.settings import Home, SettingsError
from pipeline.store.letters import IN_DOUBT
from pipeline.store.records import Claim, Settled

if TYPE_CHECKING:
    from connectors.mail.smtp import MailServer

LONGEST_WAIT_MIN = 30
JITTER = 0.25
"""Waits are up to this share shorter, each letter's another, so that not all come back at once."""
UNKNOWN_AGAIN = timedelta(minutes=15)
"""A letter that may have arrived waits this long."""
UNKNOWN_TRIES = 2
"""A letter that was lost this often is not sent once more."""
FOLDER_LEASE = timedelta(minutes=10)
LEASE_MARGIN = timedelta(minutes=1)

MENDED: dict[str, str] = {
    "ours": "correct [mail] in calfwise.toml, or the password; `calfwise doctor` looks closer",
    "later": "try again later, or look at [mail] in calfwise.toml",
    "refused": "look at the address",
    "lost": "it may have arrived: look there before you try again",
}
"""What to do about a letter that was not accepted."""


def sink_of(home: Home, *, mailed: bool) -> tuple[Sink, timedelta]:
    """The way out for letters with or without an address, and how long a lease must last."""
    if not (mailed and home.file.mail.sink == "smtp"):
        return FolderSink(home.outbox, as_page=for_a_browser), FOLDER_LEASE
    from connectors.mail.smtp import SmtpSink  # noqa: PLC0415 - TLS takes a moment to import

    server = mail_server(home)
    return SmtpSink(server), timedelta(seconds=server.longest_s) + LEASE_MARGIN


def mail_server(home: Home) -> "MailServer":
    """The mail server of the settings; a password that cannot be read is none."""
    from connectors.mail.smtp import MailServer  # noqa: PLC0415 - as above

    mail = home.file.mail
    password = None
    with suppress(SettingsError):  # told by `doctor`; a sync shall not end over it
        password = settings.mail_password(home)
    return MailServer(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        sender=parseaddr(mail.sender)[1],
        greets_as=mail.domain,
        user=mail.user,
        password=password,
        ca_file=mail.ca_file,
        timeout_s=mail.timeout_s,
    )


def recipient_of(home: Home, athlete: str) -> str | None:
    """Where the runner's letters are mailed to; None where they lie in the folder."""
    return home.athlete_settings(athlete).email if home.file.mail.sink == "smtp" else None


def settled(claim: Claim, outcome: Outcome, now: datetime, *, hold: bool) -> Settled:
    """What an outcome makes of a letter.

    Args:
        claim: the letter as it was claimed: this try is counted already.
        outcome: of this try.
        now: when the try ended.
        hold: a letter that may have arrived is held, instead of sent once more.
    """
    letter = claim.letter
    told = outcome.says.replace(letter.subject, "(subject)") if letter.subject else outcome.says
    state, not_before, lost = "sent", None, letter.lost
    match outcome.fate:
        case "accepted":
            pass
        case "later" | "ours":
            # One that may have arrived stays so, also where the second try came to nothing.
            state = "unknown" if claim.in_doubt else "pending"
            not_before = now + wait(letter.message_id, letter.attempts)
        case "refused":
            state = "unknown" if claim.in_doubt else "failed"
        case "lost":
            lost += 1
            state, told = ("held", IN_DOUBT) if hold else ("unknown", told)
            if not hold and lost < UNKNOWN_TRIES:
                not_before = now + UNKNOWN_AGAIN
    return Settled(
        state=state,  # type: ignore[arg-type] # one of the words above
        not_before=not_before,
        lost=lost,
        code=outcome.code,
        text=told,
        refused=state == "failed",
    )


def wait(message_id: str, attempts: int) -> timedelta:
    """How long to wait after so many tries: 1, 2, 4, ... up to 30 minutes, a little less by lot.

    The lot is drawn by the letter itself, so that the same letter waits as long wherever it is.
    """
    minutes = min(2 ** min(attempts - 1, 10), LONGEST_WAIT_MIN)
    drawn = int.from_bytes(sha256(f"{message_id}|{attempts}".encode()).digest()[:4], "big") / 2**32
    return timedelta(minutes=minutes * (1 - JITTER * drawn))


def ticking_from(now: datetime, monotonic_s: Callable[[], float]) -> Callable[[], datetime]:
    """A clock that shows `now` at first, and goes on with the time that passes."""
    began_s = monotonic_s()
    return lambda: now + timedelta(seconds=monotonic_s() - began_s)


def masked(address: str) -> str:
    """Enough of an address to know it by."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}"
