"""A real mail server that takes letters, refuses them, falls silent, or hangs up when told to."""

from __future__ import annotations

import asyncio
import email
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USER, PASSWORD = "letters", "canary-Pa55word"
SILENCE_S = 30.0
ANSWERS = {
    "450": ("RCPT", "450 4.2.0 try again later"),
    "550": ("RCPT", "550 5.1.1 <{to}>: no such user {name}"),
    "554 relay": ("RCPT", "554 5.7.1 <{to}>: Relay access denied"),
    "550 sender": ("MAIL", "550 5.7.1 you may not send as that"),
    "421": ("MAIL", "421 4.3.2 closing down"),
    "451 data": ("DATA", "451 4.3.0 the disk is full"),
    "554 data": ("DATA", "554 5.6.0 <{to}>: not this letter"),
    "550 dmarc": ("DATA", "550 5.7.26 this mail is not authenticated"),
}
"""What is answered instead of a yes, and to which command."""


@dataclass(frozen=True)
class Received:
    """One letter that was taken."""

    to: str
    message_id: str
    content: bytes


class Postbox:
    """Listens on this machine until it is closed.

    `fault` is asked for each letter, by its recipient, what shall go wrong; None for nothing.
    """

    def __init__(self, fault: Callable[[str], str | None] = lambda _: None, **options: Any) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.fault = fault
        self._chosen: dict[int, str | None] = {}
        self._options = options
        self._tls = options.pop("tls", None)
        self._loop = asyncio.new_event_loop()
        self._stop = self._loop.create_future()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    def close(self) -> None:
        """Hang up and listen no more; nothing happens when that has been done."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set_result, None)
            self._thread.join(10)

    def _serve(self, ready: threading.Event) -> None:
        async def serve() -> None:
            server = await self._loop.create_server(self._connection, "127.0.0.1", 0, ssl=self._tls)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await self._stop
            server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for each in others:
                each.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(serve())
        self._loop.close()

    def _connection(self) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="postbox.test", ident="ready", **self._options)

    # What aiosmtpd asks its handler.

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: ARG002, N802
        """Of whom it shall be."""
        envelope.mail_from = address
        if (fault := self.fault("")) and ANSWERS.get(fault, ("",))[0] == "MAIL":
            return ANSWERS[fault][1]
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802
        """For whom it is: here the fault of the letter is chosen."""
        fault = self.fault(address)
        self._chosen[id(session)] = fault
        if fault == "drop before":
            server.transport.abort()
        elif fault == "silence before":
            await asyncio.sleep(SILENCE_S)
        elif fault and ANSWERS.get(fault, ("",))[0] == "RCPT":
            return ANSWERS[fault][1].format(to=address, name=address.partition("@")[0])
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """The letter itself."""
        fault, [to] = self._chosen.pop(id(session), None), envelope.rcpt_tos
        if fault and ANSWERS.get(fault, ("",))[0] == "DATA":
            return ANSWERS[fault][1].format(to=to)
        content = envelope.original_content
        self.received.append(Received(to, email.message_from_bytes(content)["Message-ID"], content))
        if fault == "drop after":
            server.transport.abort()
        elif fault == "silence after":
            await asyncio.sleep(SILENCE_S)
        return "250 2.0.0 taken"


def authenticated(server, session, envelope, mechanism, told):  # noqa: ARG001 - aiosmtpd's own
    """Whether the login is the right one."""
    right = (told.login, told.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def encrypted(certificate: Path) -> dict[str, Any]:
    """Options of a server that wants STARTTLS and a login, as mail servers do."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": authenticated,
        "auth_required": True,
    }


def write_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority, a certificate of this machine, and one of another: three PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
    authority = _certificate(name, key, name, key, [])
    files = [folder / f"{each}.pem" for each in ("authority", "here", "elsewhere")]
    files[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    here = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    for file, names in zip(files[1:], (here, [x509.DNSName("elsewhere.test")]), strict=True):
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file.stem)])
        made = _certificate(subject, own, name, key, names)
        file.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
    return files[0], files[1], files[2]


def _certificate(subject, key, issuer, signed_by, names):
    now = datetime.now(tz=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()),
            critical=False,
        )
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    else:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
             "key_agreement", "encipher_only", "decipher_only"), False,
        )  # fmt: skip
        builder = builder.add_extension(
            x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True), critical=True
        )
    return builder.sign(signed_by, hashes.SHA256())
