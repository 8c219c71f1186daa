"""What a mail server answers, and what becomes of a letter: with a real server that has faults."""

import socket
import ssl
from base64 import b64encode
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread

import pytest

from connectors.mail.answers import is_about_us
from connectors.mail.sink import Outgoing, redacted
from connectors.mail.smtp import MailServer, SmtpSink
from tests.connectors.mail.postbox import PASSWORD, USER, authenticated, encrypted

TO = "jane.runner@example.org"
EML = b"Message-ID: <1@test>\r\nSubject: Rest\r\n\r\n.a dot\r\n..two\r\nlast\r\n"


def server_at(port, **changes):
    plain = MailServer(
        host="127.0.0.1",
        port=port,
        security="none",
        sender="calfwise@example.org",
        greets_as="calfwise.test",
        timeout_s=1.0,
    )
    return replace(plain, **changes)


def secured(port, certificates, **changes):
    told = {"security": "starttls", "user": USER, "password": PASSWORD}
    return server_at(port, **{**told, "ca_file": str(certificates[0]), **changes})


def mail(number=1, to=TO, within_s=60.0):
    eml = EML.replace(b"<1@", f"<{number}@".encode())
    return Outgoing(message_id=f"<{number}@test>", eml=eml, recipient=to, within_s=within_s)


def outcome_of(server, letter=None):
    with SmtpSink(server) as sink:
        return sink.hand_over(letter or mail())


@pytest.mark.parametrize(
    ("fault", "fate", "code", "stored"),
    [
        (None, "accepted", 250, 1),
        ("450", "later", 450, 0),
        ("550", "refused", 550, 0),
        ("554 relay", "ours", 554, 0),
        ("550 sender", "ours", 550, 0),
        ("421", "later", 421, 0),
        ("451 data", "later", 451, 0),
        ("554 data", "refused", 554, 0),
        ("550 dmarc", "ours", 550, 0),
        ("drop before", "later", None, 0),
        ("silence before", "later", None, 0),
        ("drop after", "lost", None, 1),
        ("silence after", "lost", None, 1),
    ],
)
def test_outcomes(open_postbox, fault, fate, code, stored):
    postbox = open_postbox(lambda _: fault)
    timeout_s = 0.2 if fault and "silence" in fault else 5.0
    outcome = outcome_of(server_at(postbox.port, timeout_s=timeout_s))
    assert (outcome.fate, outcome.code) == (fate, code)
    assert len(postbox.received) == stored
    assert "jane" not in outcome.says
    assert outcome.says


def test_the_letter_arrives_byte_for_byte(open_postbox):
    postbox = open_postbox()
    outcome_of(server_at(postbox.port))
    [received] = postbox.received
    assert (received.to, received.content) == (TO, EML)


def test_many_letters_over_one_connection(open_postbox):
    faults = {"2@x.org": "550", "3@x.org": "450", "5@x.org": "554 data"}
    postbox = open_postbox(faults.get)
    with SmtpSink(server_at(postbox.port)) as sink:
        fates = [sink.hand_over(mail(each, f"{each}@x.org")).fate for each in range(7)]
    assert fates == ["accepted", "accepted", "refused", "later", "accepted", "refused", "accepted"]
    assert [each.message_id for each in postbox.received] == [f"<{n}@test>" for n in (0, 1, 4, 6)]
    assert postbox.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again(open_postbox):
    postbox = open_postbox()
    with SmtpSink(server_at(postbox.port)) as sink:
        sink.hand_over(mail(1))
        postbox.close()
        other = open_postbox()
        sink._server = server_at(other.port)
        assert sink.hand_over(mail(2)).fate == "accepted"
    assert [each.message_id for each in other.received] == ["<2@test>"]


def test_encrypted_and_logged_in(open_postbox, certificates):
    postbox = open_postbox(**encrypted(certificates[1]))
    assert outcome_of(secured(postbox.port, certificates)).fate == "accepted"
    with SmtpSink(secured(postbox.port, certificates)) as sink:
        assert sink.greet().fate == "accepted"
    assert len(postbox.received) == 1, "a greeting sends nothing"


def test_tls_from_the_first_byte(open_postbox, certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates[1])
    postbox = open_postbox(tls=context)
    server = server_at(postbox.port, security="tls", ca_file=str(certificates[0]))
    assert outcome_of(server).fate == "accepted"
    wrong = replace(server, security="starttls", timeout_s=0.2)
    assert outcome_of(wrong).fate in {"later", "ours"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"password": "wrong"}, "login was refused"),
        ({"password": None}, "no password"),
        ({"password": "wrong-ä"}, "letters"),
        ({"ca_file": None}, "certificate"),
        ({"ca_file": "/nowhere.pem"}, "ca_file"),
        ({"user": None, "password": None}, "Authentication required"),
    ],
)
def test_what_a_person_must_mend(open_postbox, certificates, changes, says):
    postbox = open_postbox(**encrypted(certificates[1]))
    outcome = outcome_of(secured(postbox.port, certificates, **changes))
    assert outcome.fate == "ours"
    assert outcome.concerns_all
    assert says in outcome.says
    assert "wrong" not in outcome.says
    assert postbox.received == []


def test_the_certificate_of_another_host(open_postbox, certificates):
    postbox = open_postbox(**encrypted(certificates[2]))
    outcome = outcome_of(secured(postbox.port, certificates))
    assert (outcome.fate, postbox.received) == ("ours", [])
    assert "certificate" in outcome.says


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_never_in_the_clear(open_postbox, certificates, security):
    """A server, or somebody on the way, that offers no encryption gets neither login nor letter."""
    postbox = open_postbox(authenticator=authenticated, auth_require_tls=False)
    outcome = outcome_of(secured(postbox.port, certificates, security=security))
    assert (outcome.fate, postbox.received) == ("ours", [])
    assert "encrypt" in outcome.says


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = outcome_of(server_at(taken.getsockname()[1]))
    assert (outcome.fate, outcome.says, outcome.concerns_all) == (
        "later", "nobody listens there", True,
    )  # fmt: skip


def test_a_host_that_cannot_be():
    assert outcome_of(server_at(25, host="a..b")).fate == "ours"


def test_after_its_time_a_letter_is_not_handed_over(open_postbox):
    postbox = open_postbox()
    assert outcome_of(server_at(postbox.port), mail(within_s=0.0)).fate == "later"
    assert postbox.received == []


def test_an_address_that_mail_cannot_carry(open_postbox):
    postbox = open_postbox()
    assert outcome_of(server_at(postbox.port), mail(to="jäne@example.org")).fate == "refused"
    assert postbox.connections == 0


@contextmanager
def answering(*answers, drips=b""):
    """A server that gives these answers, one a command, and then lets bytes drip; says its port."""
    stop = Event()

    def serve(listening):
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                for number, answer in enumerate(answers):
                    if number:
                        connection.recv(1000)
                    connection.sendall(answer)
                if answers:
                    connection.recv(1000)
                while drips and not stop.wait(0.02):
                    connection.sendall(drips)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        yield listening.getsockname()[1]
        stop.set()
    thread.join()


HELLO = (b"220 slow\r\n", b"250 slow\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "drips", "security"),
    [
        ((), b"220-x\r\n", "none"),
        ((), b"2", "none"),
        ((b"\x16\x03\x03\x3f\x00",), b"\x02", "tls"),
        (HELLO[:1], b"250-Xn\r\n", "none"),
        ((b"220 slow\r\n", b"250-slow\r\n250 STARTTLS\r\n"), b"220-x\r\n", "starttls"),
        ((b"220 slow\r\n", b"250-slow\r\n250 AUTH PLAIN\r\n"), b"334-x\r\n", "login"),
        (HELLO, b"2", "none"),
        ((*HELLO, b"250 OK\r\n"), b"550-x\r\n", "none"),
        ((*HELLO, b"250 OK\r\n", b"450 no\r\n"), b"250-x\r\n", "none"),
    ],
)
def test_a_server_that_drips_is_cut_off(answers, drips, security):
    """Each byte would renew the patience of a socket, and the lease would end before the answer."""
    told = {"user": USER, "password": PASSWORD} if security == "login" else {"security": security}
    with answering(*answers, drips=drips) as port:
        outcome = outcome_of(server_at(port, timeout_s=0.2, **told))
    assert outcome.fate == "later"
    # Python itself gives a whole handshake no longer than one answer.
    expected = "no answer in time" if security == "tls" else "it took too long"
    assert outcome.says == expected or outcome.code == 450


@pytest.mark.slow
def test_a_server_that_drips_in_its_greeting_concerns_all_and_is_told_by_greet():
    with answering(drips=b"220-x\r\n") as port, SmtpSink(server_at(port, timeout_s=0.1)) as sink:
        outcome = sink.greet()
    assert (outcome.fate, outcome.concerns_all) == ("later", True)


def test_a_letter_whose_evening_comes_while_a_server_drips():
    with answering(drips=b"220-x\r\n") as port:
        outcome = outcome_of(server_at(port, timeout_s=60), mail(within_s=0.2))
    assert (outcome.fate, outcome.says) == ("later", "it took too long")


@pytest.mark.slow
def test_a_server_that_drips_after_it_refused_the_letter_itself():
    taken = (*HELLO, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b"554 5.6.0 no\r\n")
    with answering(*taken, drips=b"250-x\r\n") as port:
        assert outcome_of(server_at(port, timeout_s=0.1)).fate == "refused"


IN_BASE64 = [b64encode(each.encode()).decode() for each in (PASSWORD, f"\0{USER}\0{PASSWORD}")]


@pytest.mark.parametrize("offers", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("code", [500, 535, 454])
def test_a_server_that_repeats_the_login(offers, code):
    """Servers say what they did not understand, and that was the password."""
    repeated = f'{code} 5.5.1 Command unrecognized: "AUTH {" ".join(IN_BASE64)} {PASSWORD}"\r\n'
    answers = (HELLO[0], f"250-slow\r\n250 AUTH {offers}\r\n".encode(), repeated.encode())
    with answering(*answers) as port:
        outcome = outcome_of(server_at(port, user=USER, password=PASSWORD))
    assert (outcome.fate, outcome.code) == ("later" if code == 454 else "ours", code)
    assert outcome.says == "the login was refused 5.5.1"


@pytest.mark.parametrize("sent", IN_BASE64)
def test_a_server_that_repeats_the_login_later(sent):
    logged_in = (HELLO[0], b"250-slow\r\n250 AUTH PLAIN\r\n", b"235 OK\r\n")
    for kept in (sent, sent[:-7], sent.lower(), sent + "xyz"):
        with answering(*logged_in, f"550 what is {kept} ?\r\n".encode(), b"250 OK\r\n") as port:
            outcome = outcome_of(server_at(port, user=USER, password=PASSWORD))
        assert outcome.says == "what is (hidden) ?"


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 400 Bad\r\n", b"111 x\r\n"])
def test_what_is_no_mail_server(said):
    with answering(said) as port:
        outcome = outcome_of(server_at(port))
    assert (outcome.fate, outcome.code, outcome.concerns_all) == ("ours", None, True)
    assert "mail.port" in outcome.says


@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ("550 5.1.1 <x>: Recipient address rejected: User unknown in relay recipient table", False),
        ("550 5.1.1 <runner@relay-club.test> no such user", False),
        ("550 #5.1.1 sender rejected", False),
        ("550 5.1.10 relay access denied", False),
        ("501 5.1.3 bad address", False),
        ("552 5.2.2 authentication required: no, the mailbox is full", False),
        ("550 <sender@authentic.test>: unknown in the relay domains", False),
        ("550 no such user, said the sender's server", False),
        ("554 5.7.1 <x@y.test>: Relay access denied", True),
        ("550 5.7.1 <x@y.test>... Relaying denied", True),
        ("550 relay not permitted", True),
        ("550 relaying to <x@y.test> prohibited by administrator", True),
        ("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", True),
        ("553 5.7.1 <me@y.test>: Sender address rejected: not owned by user me", True),
        ("550 5.1.8 <me@y.test>: Domain not found", True),
        ("550 Sender verify failed", True),
        ("550 5.7.26 this mail is not signed", True),
        ("550 5.7.1 Authentication required", True),
        ("530 5.7.0 Must issue a STARTTLS command first", True),
    ],
)
def test_whether_a_refusal_speaks_of_us(said, is_ours):
    code, _, text = said.partition(" ")
    assert is_about_us(int(code), text) == is_ours


def test_no_password_in_what_is_shown(certificates):
    assert PASSWORD not in repr(secured(25, certificates))


def test_what_is_kept_of_an_answer():
    told = "5.1.1 <jane@example.org>:\r\n no user jane here, jane@other.org " + "x" * 900
    kept = redacted(told, "jane")
    assert "jane" not in kept
    assert "@" not in kept
    assert "\n" not in kept
    assert len(kept) == 200
