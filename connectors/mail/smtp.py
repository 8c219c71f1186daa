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

from connectors.mail.answers import enhanced_of, is_about_us, is_code, is_yes
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
TOO_LONG = "it took too long"
NO_MAIL_SERVER = "it does not answer as a mail server does: is mail.port the right one?"

READY = 220
SEND_IT = 354
CLOSING = 421
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
        if self._connection is not None and self._connection.sock is not None:
            by = time.monotonic() + self._server.timeout_s
            with suppress(OSError), _cut_off(self._connection.sock, by):
                self._connection.quit()
        self._hang_up()

    def greet(self) -> Outcome:
        """Connect, encrypt and log in, and send nothing."""
        by = time.monotonic() + self._server.hand_over_s
        return self._connect(by) or Outcome(fate="accepted", says="it answers and lets us in")

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
        unreachable = self._connect(by)
        if unreachable is not None:
            return unreachable
        connection, sock = self._connected
        handed_over = False
        try:
            with _cut_off(sock, by):
                refusal = self._envelope(connection, recipient)
                if refusal is not None:
                    return refusal
                if time.monotonic() >= by:
                    self._hang_up()
                    return Outcome(fate="later", says=TOO_LONG, concerns_all=True)
                connection.send(_dotted(letter.eml))
            handed_over = True
            by = time.monotonic() + ANSWER_TIMEOUTS * self._server.timeout_s
            with _cut_off(sock, by):
                code, told = connection.getreply()
                return self._judged(code, told, recipient, in_doubt=True)
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
            self._hang_up()
            is_late = time.monotonic() >= by
            says = TOO_LONG if is_late else _fault(error)
            fate: Fate = "lost" if handed_over else "later"
            return Outcome(fate=fate, says=says, concerns_all=is_late or _is_silence(error))

    def _envelope(self, connection: smtplib.SMTP, recipient: str) -> Outcome | None:
        """Say from whom and to whom; None where the server now waits for the letter."""
        code, told = connection.mail(self._server.sender)
        if not is_yes(code):
            return self._judged(code, told, recipient, ours=True)
        code, told = connection.rcpt(recipient)
        if not is_yes(code):
            return self._judged(code, told, recipient)
        code, told = connection.docmd("DATA")
        return None if code == SEND_IT else self._judged(code, told, recipient)

    def _judged(
        self, code: int, told: bytes, recipient: str, *, ours: bool = False, in_doubt: bool = False
    ) -> Outcome:
        """What an answer means; after anything but a yes the server is asked to forget."""
        text = told.decode("utf-8", "replace")
        says = redacted(text, recipient, recipient.partition("@")[0], *_secrets(self._server))
        if is_yes(code) and in_doubt:
            return Outcome(fate="accepted", code=code, says=says)
        self._start_again(code)
        if code // 100 == 4:  # noqa: PLR2004 - SMTP: not now
            return Outcome(fate="later", code=code, says=says, concerns_all=code == CLOSING)
        if code // 100 == 5:  # noqa: PLR2004 - SMTP: not at all
            fate: Fate = "ours" if ours or is_about_us(code, text) else "refused"
            return Outcome(fate=fate, code=code, says=says, concerns_all=ours)
        return Outcome(fate="lost" if in_doubt else "later", says="an answer that is none")

    def _start_again(self, code: int) -> None:
        """Whatever the answer was, the next letter shall not inherit it."""
        try:
            if code == CLOSING or not is_yes(self._connected[0].rset()[0]):
                self._hang_up()
        except OSError:
            self._hang_up()

    @property
    def _connected(self) -> tuple[smtplib.SMTP, socket.socket]:
        if self._connection is None or self._connection.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection was closed")
        return self._connection, self._connection.sock

    def _connect(self, by: float) -> Outcome | None:
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
            sock = _dialled(server, by)
            self._connection = _Connection(server, sock)
            # Of the bare socket: the cut must also end a handshake.
            with _cut_off(sock, by):
                _introduce(self._connection, server, context)
        except (OSError, ValueError) as error:  # a host name, or a password, not to be encoded
            self._hang_up()
            if time.monotonic() >= by:
                return Outcome(fate="later", says=TOO_LONG, concerns_all=True)
            return _no_connection(error, server)
        return None

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()


class _Connection(smtplib.SMTP):
    """smtplib's, of a socket that is connected already, so that its first words are timed, too."""

    def __init__(self, server: MailServer, sock: socket.socket) -> None:
        super().__init__(local_hostname=server.greets_as, timeout=server.timeout_s)
        self._host = server.host  # whose certificate smtplib asks for
        self.sock = sock

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Encrypt before the first word."""
        if self.sock is not None:
            self.sock = context.wrap_socket(self.sock, server_hostname=self._host)


@contextmanager
def _cut_off(sock: socket.socket, by: float) -> Iterator[None]:
    """End a connection at an instant: each byte that drips in would renew the timeout.

    A second handle on the same connection does it: the first one changes hands when encryption
    begins, and TLS would first forget the session that somebody reads from.
    """
    with socket.fromfd(sock.fileno(), sock.family, sock.type) as handle:
        timer = threading.Timer(max(0.0, by - time.monotonic()), _shut, [handle])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _shut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _context(server: MailServer) -> ssl.SSLContext | None:
    """Certificates are checked, and belong to the host."""
    if server.security == "none":
        return None
    return ssl.create_default_context(cafile=server.ca_file)


def _dialled(server: MailServer, by: float) -> socket.socket:
    """A connection to the first of the server's addresses that takes it, all within the time."""
    fault: OSError = TimeoutError("no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(
        server.host, server.port, type=socket.SOCK_STREAM
    ):
        left_s = by - time.monotonic()
        if left_s <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(server.timeout_s, left_s))
            sock.connect(address)
        except OSError as error:
            sock.close()
            fault = error
        else:
            sock.settimeout(server.timeout_s)
            return sock
    raise fault


def _introduce(connection: _Connection, server: MailServer, context: ssl.SSLContext | None) -> None:
    """Greet, encrypt and log in."""
    if server.security == "tls" and context is not None:
        connection.encrypt(context)
    code, told = connection.getreply()
    if code != READY:
        raise smtplib.SMTPConnectError(code, told)
    if server.security == "starttls":
        connection.starttls(context=context)
    connection.ehlo_or_helo_if_needed()
    if server.user is not None and server.password is not None:
        connection.login(server.user, server.password)


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
    if not is_code(error.smtp_code):
        return _our_fault(NO_MAIL_SERVER)
    told = error.smtp_error
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Servers repeat what they did not understand, and that was the password: not its words.
        says = " ".join(("the login was refused", enhanced_of(text) or "")).strip()
    else:
        says = f"it does not let us begin: {redacted(text, *_secrets(server))}"
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


def _secrets(server: MailServer) -> tuple[str | None, ...]:
    """What no text may show, as it is and as a login puts it together."""
    return f"\0{server.user}\0{server.password}", server.password, server.user


def _dotted(eml: bytes) -> bytes:
    """The letter as it travels: lines end in CR LF, a dot that begins one is doubled (RFC 5321)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", eml)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
