"""What a mail server answers, and what becomes of a letter: with a real server that has faults."""

import socket
import ssl
from dataclasses import replace
from threading import Event, Thread

import pytest

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


def test_a_server_that_drips_is_cut_off():
    """Each byte would renew the patience of a socket, and the lease would end before the answer."""
    stop = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 slow\r\n")
                connection.recv(100)
                connection.sendall(b"250 slow\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = Thread(target=drip)
        thread.start()
        outcome = outcome_of(server_at(listening.getsockname()[1], timeout_s=0.1))
        stop.set()
        thread.join()
    assert outcome.fate == "later"


def test_no_password_in_what_is_shown(certificates):
    assert PASSWORD not in repr(secured(25, certificates))


def test_what_is_kept_of_an_answer():
    told = "5.1.1 <jane@example.org>:\r\n no user jane here, jane@other.org " + "x" * 900
    kept = redacted(told, "jane")
    assert "jane" not in kept
    assert "@" not in kept
    assert "\n" not in kept
    assert len(kept) == 200
