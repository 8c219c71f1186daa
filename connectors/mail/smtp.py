"""Letters to a mail server: several over one connection, and each answer understood.

The letter itself is sent step by step, because the same fault means different things before and
after its last byte: before it nobody has the letter, after it nobody can say (measured: a server
that dies, or falls silent, after it took the letter looks like one that never got it).

Nothing is ever sent in the clear where encryption was asked for, and no password is in any text
that leaves this module.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from connectors.mail.sink import Fate, Outcome, redacted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from connectors.mail.sink import Outgoing

Security = Literal["starttls", "tls", "none"]

HAND_OVER_TIMEOUTS = 8
"""So many times the timeout of one answer may it take until a letter is handed over."""
ANSWER_TIMEOUTS = 2
"""And so many until the server has answered whole: one that lets bytes drip is cut off."""

SEND_IT = 354
CLOSING = 421
ABOUT_US = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
"""A refusal with one of these speaks of our command or our login, not of the recipient."""
ABOUT_US_WORDS = re.compile(
    r"^5\.(1\.[78]|7\.[89]|7\.2\d)\b|relay|sender|authenticat", re.IGNORECASE
)
"""The same for its words: RFC 3463's and 7372's codes of a bad sender or a missing signature, and
what servers say that check the sender only when the recipient is named."""

OURS_TO_MEND: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not to be trusted; nothing was sent"),
    (ssl.SSLError, "no encrypted connection: do mail.port and mail.security fit?"),
    (UnicodeError, "host, user or password has letters that this login cannot carry"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed over, and as whom."""

    host: str
    port: int
    security: Security
    """starttls and tls check the certificate; none is for this machine only."""
    sender: str
    """The address that the envelope names."""
    greets_as: str
    """The name we say we are; the machine's own is nobody's business."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""
    timeout_s: float = 30.0
    """For each answer."""

    @property
    def hand_over_s(self) -> float:
        """A letter is handed over within this time, or not at all."""
        return HAND_OVER_TIMEOUTS * self.timeout_s

    @property
    def longest_s(self) -> float:
        """Nobody is busy with one letter for longer than this."""
        return (HAND_OVER_TIMEOUTS + ANSWER_TIMEOUTS) * self.timeout_s


class SmtpSink:
    """One connection after the other, each for as many letters as it takes."""

    def __init__(self, server: MailServer) -> None:
        """For this server; nothing is connected yet."""
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Nothing to open before there is a letter."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take leave of the server."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.quit()
        self._hang_up()

    def greet(self) -> Outcome:
        """Connect, encrypt and log in, and send nothing."""
        return self._connect() or Outcome(fate="accepted", says="it answers and lets us in")

    def hand_over(self, letter: Outgoing) -> Outcome:
        """Deliver one letter to the server."""
        by = time.monotonic() + min(letter.within_s, self._server.hand_over_s)
        recipient = letter.recipient or ""
        if not (recipient.isascii() and self._server.sender.isascii()):
            fate: Fate = "refused" if self._server.sender.isascii() else "ours"
            return Outcome(fate=fate, says="an address with letters that this mail cannot carry")
        was_connected = self._connection is not None
        outcome = self._one(letter, recipient, by)
        tired = outcome.code == CLOSING or (outcome.code is None and not outcome.concerns_all)
        if was_connected and self._connection is None and outcome.fate == "later" and tired:
            # The server was tired of the connection, not of this letter.
            outcome = self._one(letter, recipient, by)
        return outcome

    def _one(self, letter: Outgoing, recipient: str, by: float) -> Outcome:
        unreachable = self._connect()
        if unreachable is not None:
            return unreachable
        connection = self._connected
        handed_over = False
        try:
            with self._cut_off(by):
                refusal = self._envelope(connection, recipient)
                if refusal is not None:
                    return refusal
                if time.monotonic() >= by:
                    self._hang_up()
                    return Outcome(fate="later", says="it took too long", concerns_all=True)
                connection.send(_dotted(letter.eml))
            handed_over = True
            with self._cut_off(time.monotonic() + ANSWER_TIMEOUTS * self._server.timeout_s):
                code, told = connection.getreply()
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
            self._hang_up()
            fate: Fate = "lost" if handed_over else "later"
            return Outcome(fate=fate, says=_fault(error), concerns_all=_is_silence(error))
        return self._judged(code, told, recipient, in_doubt=True)

    def _envelope(self, connection: smtplib.SMTP, recipient: str) -> Outcome | None:
        """Say from whom and to whom; None where the server now waits for the letter."""
        code, told = connection.mail(self._server.sender)
        if not _is_yes(code):
            return self._judged(code, told, recipient, ours=True)
        code, told = connection.rcpt(recipient)
        if not _is_yes(code):
            return self._judged(code, told, recipient)
        code, told = connection.docmd("DATA")
        return None if code == SEND_IT else self._judged(code, told, recipient)

    def _judged(
        self, code: int, told: bytes, recipient: str, *, ours: bool = False, in_doubt: bool = False
    ) -> Outcome:
        """What an answer means; after anything but a yes the server is asked to forget."""
        text = told.decode("utf-8", "replace")
        says = redacted(text, recipient, recipient.partition("@")[0], self._server.password)
        if _is_yes(code) and in_doubt:
            return Outcome(fate="accepted", code=code, says=says)
        self._start_again(code)
        if code // 100 == 4:  # noqa: PLR2004 - SMTP: not now
            return Outcome(fate="later", code=code, says=says, concerns_all=code == CLOSING)
        if code // 100 == 5:  # noqa: PLR2004 - SMTP: not at all
            is_ours = ours or code in ABOUT_US or ABOUT_US_WORDS.search(text) is not None
            fate: Fate = "ours" if is_ours else "refused"
            return Outcome(fate=fate, code=code, says=says, concerns_all=ours)
        return Outcome(fate="lost" if in_doubt else "later", says="an answer that is none")

    def _start_again(self, code: int) -> None:
        """Whatever the answer was, the next letter shall not inherit it."""
        try:
            if code == CLOSING or self._connected.rset()[0] // 100 != 2:  # noqa: PLR2004 - yes
                self._hang_up()
        except OSError:
            self._hang_up()

    @property
    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        return self._connection

    def _connect(self) -> Outcome | None:
        """Connect, encrypt and log in where that has not happened; the outcome where it cannot."""
        if self._connection is not None:
            return None
        server = self._server
        if server.user is not None and not server.password:
            return _our_fault("mail.user is set, but there is no password for it")
        try:
            context = _context(server)
        except (OSError, ValueError):
            return _our_fault("mail.ca_file cannot be read")
        try:
            self._connection = _opened(server, context)
            self._introduce(self._connection, context)
        except (OSError, ValueError) as error:  # a host name, or a password, not to be encoded
            self._hang_up()
            return _no_connection(error, server)
        return None

    def _introduce(self, connection: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
        if self._server.security == "starttls":
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if self._server.user is not None and self._server.password is not None:
            connection.login(self._server.user, self._server.password)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    @contextmanager
    def _cut_off(self, by: float) -> Iterator[None]:
        """End the connection at an instant: each byte that drips in would renew the timeout."""
        sock = self._connected.sock
        timer = threading.Timer(max(0.0, by - time.monotonic()), _shut, [sock])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        # Of the socket itself: that of TLS would first forget the session somebody reads from.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _context(server: MailServer) -> ssl.SSLContext | None:
    """Certificates are checked, and belong to the host."""
    if server.security == "none":
        return None
    return ssl.create_default_context(cafile=server.ca_file)


def _opened(server: MailServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.greets_as,
            timeout=server.timeout_s,
            context=context,
        )
    return smtplib.SMTP(
        server.host, server.port, local_hostname=server.greets_as, timeout=server.timeout_s
    )


def _no_connection(error: Exception, server: MailServer) -> Outcome:
    """Why the server does not let us in: for a moment, or until somebody mends the settings."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _not_let_in(error, server)
    for kind, says in OURS_TO_MEND:
        if isinstance(error, kind):
            return _our_fault(says)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        is_plain = "STARTTLS" in str(error)
        return _our_fault("it offers no encryption" if is_plain else "it offers no login")
    if type(error) is smtplib.SMTPException:
        return _our_fault("it offers no login that we know")
    return Outcome(fate="later", says=_fault(error), concerns_all=True)


def _not_let_in(error: smtplib.SMTPResponseException, server: MailServer) -> Outcome:
    """The server answered, and not with a yes."""
    told = error.smtp_error
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    is_login = isinstance(error, smtplib.SMTPAuthenticationError)
    what = "the login was refused" if is_login else "it does not let us begin"
    says = f"{what}: {redacted(text, server.user, server.password)}"
    is_for_now = error.smtp_code // 100 == 4  # noqa: PLR2004 - SMTP: not now
    fate: Fate = "later" if is_for_now else "ours"
    return Outcome(fate=fate, code=error.smtp_code, says=says, concerns_all=True)


def _our_fault(says: str) -> Outcome:
    return Outcome(fate="ours", says=says, concerns_all=True)


def _fault(error: Exception) -> str:
    """What happened to a connection, in words without addresses."""
    match error:
        case _ if _is_silence(error):
            return "no answer in time"
        case socket.gaierror():
            return "the name of the mail server is not known"
        case ConnectionRefusedError():
            return "nobody listens there"
        case smtplib.SMTPServerDisconnected():
            return "the connection was lost"
        case OSError() if error.strerror:
            return error.strerror
        case _:
            return "the connection was lost"


def _is_silence(error: Exception) -> bool:
    """Whether the server kept silent; smtplib tells that only as the cause of its own error."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _is_yes(code: int) -> bool:
    return code // 100 == 2  # noqa: PLR2004 - SMTP: done


def _dotted(eml: bytes) -> bytes:
    """The letter as it travels: lines end in CR LF, a dot that begins one is doubled (RFC 5321)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", eml)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
