"""Letters are delivered, tried again, given up or held: with a real mail server."""

import sqlite3
from datetime import timedelta

import pytest

from connectors.mail.sink import Outcome
from flows import holder, outbox
from flows.delivery import settled
from pipeline.store.outbox import AT_ONCE_TRIES, Settled
from tests.connectors.mail.fixtures import certificates, open_postbox
from tests.connectors.mail.postbox import encrypted
from tests.flows.mailing import EMAIL, PASSWORD, open_mailing, secured

__all__ = ["certificates", "open_mailing", "open_postbox"]

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
REFUSED_PORT = 1


# --- what an outcome makes of a letter


@pytest.mark.parametrize(
    ("fault", "state", "lost", "waits", "code", "exit_code"),
    [
        (None, "sent", 0, None, 250, 0),
        ("450", "pending", 0, MINUTE, 450, 6),
        ("451 data", "pending", 0, MINUTE, 451, 6),
        ("421", "pending", 0, MINUTE, 421, 6),
        ("drop before", "pending", 0, MINUTE, None, 6),
        ("silence before", "pending", 0, MINUTE, None, 6),
        ("550", "failed", 0, None, 550, 6),
        ("554 data", "failed", 0, None, 554, 6),
        ("550 sender", "pending", 0, MINUTE, 550, 6),
        ("554 relay", "pending", 0, MINUTE, 554, 6),
        ("drop after", "unknown", 1, QUARTER, None, 6),
        ("silence after", "unknown", 1, QUARTER, None, 6),
    ],
)
def test_each_fault(open_postbox, open_mailing, fault, state, lost, waits, code, exit_code):  # noqa: PLR0917 - a table
    home = open_mailing(open_postbox(lambda _: fault).port)
    outcome = home.run("letter", "--send", "--json")
    letter = home.letter()
    assert outcome.code == exit_code
    assert outcome.json["state"] == letter.state == state
    assert (letter.attempts, letter.lost, letter.last_code) == (1, lost, code)
    assert outcome.json["to"] == "j***@example.org"
    assert "jane" not in outcome.out + outcome.err + (letter.last_text or "")
    if waits is None:
        assert letter.not_before is None
    else:
        assert 0.7 * waits < letter.not_before - home.now < waits + MINUTE / 2
    assert home.run("advise").code == 0


@pytest.mark.parametrize("fault", ["no one there", "wrong password", "wrong certificate"])
def test_a_server_that_does_not_let_us_in(
    open_postbox, open_mailing, certificates, monkeypatch, fault
):
    authority, here, elsewhere = certificates
    certificate = elsewhere if fault == "wrong certificate" else here
    postbox = open_postbox(**encrypted(certificate))
    port = REFUSED_PORT if fault == "no one there" else postbox.port
    monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", "wrong" if "password" in fault else PASSWORD)
    home = open_mailing(port, security=secured(authority))
    told = home.run("letter", "--send")
    assert told.code == 6
    assert "The next try is due at 08:" in told.out or "at 09:" in told.out
    assert ", until 20:00 at most" in told.out
    assert (home.letter().state, home.letter().attempts) == ("pending", 1)
    assert postbox.received == []
    assert home.run("doctor").code == 6
    # Put right by a person, it goes the same morning.
    home.set_port(open_postbox(**encrypted(here)).port)
    monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", PASSWORD)
    home.deliver(after=2 * MINUTE)
    assert home.letter().state == "sent"
    assert home.run("doctor").code == 0
    assert home.run("letter", "--send").code == 0


def test_encrypted_and_logged_in(open_postbox, open_mailing, certificates, monkeypatch):
    monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", PASSWORD)
    postbox = open_postbox(**encrypted(certificates[1]))
    home = open_mailing(postbox.port, security=secured(certificates[0]))
    told = home.run("letter", "--send")
    assert (told.code, told.out) == (0, "accepted by the mail server for j***@example.org\n")
    [received] = postbox.received
    assert received.to == EMAIL
    assert received.content == home.letter().eml
    assert home.json("letter", "--send")["new"] is False
    assert len(postbox.received) == 1
    assert not (home.home / "outbox").exists(), "mailed letters lie nowhere else"


# --- trying again


def test_tried_again_until_the_evening_and_never_after(open_postbox, open_mailing):
    postbox = open_postbox(lambda _: "450")
    home = open_mailing(postbox.port)
    home.queue()
    tries, at = 0, home.now
    while at < home.evening:
        home.deliver(at=at)
        tries += 1
        letter = home.letter()
        assert (letter.state, letter.attempts) == ("pending", tries)
        home.deliver(at=letter.not_before - timedelta(seconds=1))
        assert home.letter().attempts == tries, "not before its time"
        at = letter.not_before
    assert tries > 15
    postbox.fault = lambda _: None
    home.deliver(at=home.evening)
    letter = home.letter()
    assert (letter.state, letter.last_text, letter.attempts) == ("failed", "expired", tries)
    assert postbox.received == []
    told = home.run("letter", "--send")
    assert (told.code, "before its evening" in told.out) == (6, True)


def test_after_the_evening_no_letter_is_queued(open_mailing):
    home = open_mailing(REFUSED_PORT)
    late = outbox.send(home.opened, home.store, "me", home.today, now=home.evening)
    assert (late.state, home.letter()) == ("late", None)
    [row] = home.tables()["recommendation"]
    assert row["verdict"], "what is recommended is kept"
    yesterday = home.today - timedelta(days=1)
    assert home.run("letter", "--send", "--on", yesterday).code == 6
    assert home.run("sync", "--on", yesterday).code == 0, "the evening is no fault of a sync"


def test_a_letter_that_may_have_arrived_is_sent_once_more(open_postbox, open_mailing):
    postbox = open_postbox(lambda _: "drop after")
    home = open_mailing(postbox.port)
    home.queue()
    home.deliver()
    home.deliver(after=14 * MINUTE)
    assert len(postbox.received) == 1
    home.deliver(after=16 * MINUTE)
    letter = home.letter()
    assert (letter.state, letter.lost, letter.not_before) == ("unknown", 2, None)
    home.deliver(after=120 * MINUTE)
    first, second = postbox.received
    assert first == second, "the same bytes with the same Message-ID"
    assert home.run("doctor").code == 6
    assert "may have arrived" in home.run("letter", "--send").out


def test_the_second_try_may_arrive_or_wait(open_postbox, open_mailing):
    faults = iter(["drop after", "450", None])
    postbox = open_postbox(lambda to: next(faults) if to else None)
    home = open_mailing(postbox.port)
    home.queue()
    states = []
    for minutes in (0, 16, 30):
        home.deliver(after=minutes * MINUTE)
        states.append(home.letter().state)
    assert states == ["unknown", "unknown", "sent"]


def test_held_where_nobody_wants_it_twice(open_postbox, open_mailing):
    postbox = open_postbox(lambda _: "drop after")
    home = open_mailing(postbox.port, more='when_unknown = "hold"\n')
    assert home.run("letter", "--send").code == 6
    home.deliver(after=60 * MINUTE)
    assert (home.letter().state, len(postbox.received)) == ("held", 1)
    assert home.run("letter", "--start").code == 0
    home.deliver(after=60 * MINUTE)
    assert len(postbox.received) == 1, "to start letters sends none twice"


# --- addresses that refuse, and runners who want none


def refused_days(home, postbox, faults):
    """A letter a day, each with its fault; the states they end in."""
    states = []
    for back, fault in zip(range(len(faults), 0, -1), faults, strict=True):
        postbox.fault = lambda _, fault=fault: fault
        on = home.today - timedelta(days=back)
        now = home.opened.morning_at("me", on)
        states.append(outbox.send(home.opened, home.store, "me", on, now=now).state)
    return states


def test_three_refusals_in_a_row_hold_the_next(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    assert refused_days(home, postbox, ["550", "554 data", "550"]) == ["failed"] * 3
    postbox.fault = lambda _: None
    told = home.run("letter", "--send")
    assert (told.code, home.letter().state, postbox.received) == (6, "held", [])
    assert "refused too many" in told.out
    assert home.run("doctor").code == 6
    assert home.run("letter", "--start").code == 0
    assert home.run("letter", "--send").code == 0
    assert len(postbox.received) == 1


@pytest.mark.parametrize(
    "faults",
    [["550", "550", None, "550", "550"], ["550", "550", "450", "554 relay", "550 sender"]],
)
def test_what_does_not_count_against_an_address(open_postbox, open_mailing, faults):
    """An accepted letter ends the row; what is our own fault, or passes, does not belong to it."""
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    refused_days(home, postbox, faults)
    [mailbox] = home.tables()["mailbox"]
    assert (mailbox["refusals"], mailbox["suppressed_at"]) == (2, None)
    postbox.fault = lambda _: None
    assert home.run("letter", "--send").code == 0
    assert home.tables()["mailbox"] == []


def test_stopped_and_started(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    assert home.run("letter", "--stop").code == 0
    for command in (("letter", "--send"), ("sync",)):
        told = home.run(*command)
        assert (told.code, "letters are stopped" in told.out) == (0, True)
    assert (home.letter(), postbox.connections) == (None, 0)
    [row] = home.tables()["recommendation"]
    assert row["verdict"], "advice goes on"
    assert home.run("letter", "--start").code == 0
    assert home.json("letter", "--send")["state"] == "sent"


def test_a_letter_that_waits_is_held_when_letters_are_stopped(open_postbox, open_mailing):
    postbox = open_postbox(lambda _: "450")
    home = open_mailing(postbox.port)
    home.queue()
    home.deliver()
    outbox.stop(home.store, "me", home.now)
    postbox.fault = lambda _: None
    home.deliver(after=5 * MINUTE)
    assert (home.letter().state, postbox.received) == ("held", [])
    outbox.start(home.opened, home.store, "me")
    home.deliver(after=5 * MINUTE)
    assert (home.letter().state, len(postbox.received)) == ("sent", 1)


def test_stopped_while_it_is_being_sent(open_postbox, open_mailing):
    """The one on its way arrives or not; it is not tried again."""
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    home.queue()
    postbox.fault = lambda _: outbox.stop(home.store, "me", home.now)
    home.deliver()
    assert home.letter().state == "sent"
    home = open_mailing(REFUSED_PORT)
    home.queue()
    claim = claim_of(home)
    outbox.stop(home.store, "me", home.now)
    with home.store.writing() as transaction:
        transaction.settle_letter(claim, Settled(state="pending"), home.now)
    home.deliver(after=5 * MINUTE)
    assert (home.letter().state, home.letter().attempts) == ("held", 1)


# --- who sends


def claim_of(home, *, by=None, after=timedelta(0), **which):
    with home.store.writing() as transaction:
        return transaction.claim_letter(
            by or holder.me(),
            now=home.now + after,
            lease_until=home.now + after + 5 * MINUTE,
            is_dead=holder.is_dead,
            doubtful_at=home.now + after + QUARTER,
            **which,
        )


def test_one_sender_at_a_time(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    home.queue()
    claim = claim_of(home)
    assert claim_of(home, by="other|1|1") is None
    home.deliver(after=4 * MINUTE)
    assert (home.letter().state, postbox.connections) == ("sending", 0)
    home.deliver(after=6 * MINUTE)
    assert (home.letter().state, len(postbox.received)) == ("sent", 1)
    with home.store.writing() as transaction:
        late = transaction.settle_letter(claim, Settled(state="pending"), home.now)
    assert late is None, "who comes too late is not believed"
    assert (home.letter().state, home.letter().attempts) == ("sent", 2)


def dead_holder():
    return f"{holder.me().split('|')[0]}|{2**22 + 1}|1"


def test_mail_of_who_was_killed_goes_out_at_once(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    home.queue()
    claim_of(home, by=dead_holder())
    home.deliver()
    assert (home.letter().state, home.letter().attempts, len(postbox.received)) == ("sent", 2, 1)


def test_mail_of_who_is_killed_again_and_again_waits(open_postbox, open_mailing):
    """Else each of them would send a copy."""
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    home.queue()
    for _ in range(AT_ONCE_TRIES):
        claim_of(home, by=dead_holder())
    for minutes in (0, 5, 14):
        home.deliver(after=minutes * MINUTE)
        assert (home.letter().state, postbox.received) == ("unknown", [])
    told = home.run("letter", "--send")
    assert "may have arrived (whoever was sending it was killed). The next try" in told.out
    home.deliver(after=16 * MINUTE)
    assert (home.letter().state, len(postbox.received)) == ("sent", 1)


def test_the_folder_does_not_wait_for_who_was_killed(open_mailing):
    home = open_mailing(REFUSED_PORT)
    home.queue()
    home.change("UPDATE letter SET recipient = NULL, expires_at = NULL")
    claim_of(home, by=dead_holder())
    home.deliver()
    assert (home.letter().state, home.letter().attempts) == ("sent", 2)


@pytest.mark.parametrize("before", ["lost", "killed"])
@pytest.mark.parametrize(("fault", "waits"), [("550", False), ("450", True)])
def test_a_letter_that_may_have_arrived_has_not_failed(
    open_postbox, open_mailing, before, fault, waits
):
    postbox = open_postbox(lambda _: "drop after")
    home = open_mailing(postbox.port)
    home.queue()
    if before == "killed":
        claim_of(home, by=dead_holder())
    home.deliver()
    postbox.fault = lambda _: fault
    home.deliver(after=16 * MINUTE)
    letter = home.letter()
    assert (letter.state, letter.last_code, letter.not_before is not None) == (
        "unknown", int(fault), waits,
    )  # fmt: skip
    assert home.tables()["mailbox"] == [], "nor does it count against the address"
    assert f"may have arrived ({fault} " in home.run("letter", "--send").out


def test_silence_is_told_as_silence(open_postbox, open_mailing):
    home = open_mailing(open_postbox(lambda _: "silence after").port)
    assert "may have arrived (no answer in time). The next" in home.run("letter", "--send").out
    assert home.letter().last_text == "no answer in time"


@pytest.mark.parametrize(("hold", "state"), [(True, "held"), (False, "unknown")])
def test_killed_and_found_after_the_evening(open_mailing, hold, state):
    """It may have arrived, so nobody says that it failed."""
    home = open_mailing(REFUSED_PORT, more='when_unknown = "hold"\n' if hold else "")
    home.queue()
    claim_of(home)
    home.deliver(at=home.evening + MINUTE)
    assert (home.letter().state, home.letter().attempts) == (state, 1)


def test_all_runners_over_one_connection(open_postbox, open_mailing):
    postbox = open_postbox({"runner2@example.org": "550", "runner3@example.org": "450"}.get)
    home = open_mailing(postbox.port, athletes=6)
    for name in home.names:
        home.queue(name)
    done = home.deliver()
    states = {athlete: letter.state for athlete, letter in done.letters}
    refused = {"runner2": "failed", "runner3": "pending"}
    assert states == dict.fromkeys(home.names, "sent") | refused
    assert (postbox.connections, len(postbox.received)) == (1, 4)


def test_a_server_that_is_away_is_asked_once(open_mailing):
    home = open_mailing(REFUSED_PORT, athletes=4)
    for name in home.names:
        home.queue(name)
    done = home.deliver()
    assert done.ended_by is not None
    assert sorted(home.letter(name).attempts for name in home.names) == [0, 0, 0, 1]


def test_without_an_address_the_folder_it_is(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    assert home.run("--athlete", "other", "checkin", "--left", "1", "--right", "1").code == 0
    told = home.json("--athlete", "other", "letter", "--send")
    assert (told["state"], told["to"], postbox.connections) == ("sent", None, 0)
    assert (home.home / "outbox").exists()


def test_mail_that_is_not_accepted_does_not_undo_a_sync(open_mailing, runs_folder):
    home = open_mailing(REFUSED_PORT)
    told = home.json("sync", "--source", runs_folder, code=6)
    assert (told["letter"], told["letter_state"], told["runs_added"]) == (None, "pending", 4)
    again = home.json("sync", "--all", code=6)
    assert [each["letter_state"] for each in again] == ["pending"]


# --- a test letter


def test_a_test_letter_passes_the_ledger(open_postbox, open_mailing):
    postbox = open_postbox()
    home = open_mailing(postbox.port)
    for _ in range(2):
        told = home.run("letter", "--to", "other@example.org", "--test")
        assert (told.code, told.out.startswith("Accepted by 127.0.0.1:")) == (0, True), told
    assert {each.to for each in postbox.received} == {"other@example.org"}
    assert home.tables()["letter"] == home.tables()["mailbox"] == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [("550", "look at the address"), ("450", "try again later"), ("drop after", "may have arrived"),
     ("550 sender", "[mail]")],
)  # fmt: skip
def test_a_test_letter_says_what_was_answered(open_postbox, open_mailing, fault, says):
    home = open_mailing(open_postbox(lambda _: fault).port)
    told = home.run("letter", "--to", EMAIL, "--test")
    assert (told.code, told.out) == (6, "")
    assert says in told.err
    assert "jane" not in told.err


def test_a_test_letter_where_there_is_no_server(calfwise):
    told = calfwise.run("letter", "--to", EMAIL, "--test")
    assert (told.code, "No mail server is set" in told.out) == (0, True)


@pytest.mark.parametrize(
    "options",
    [("--test",), ("--to", EMAIL), ("--to", EMAIL, "--send"), ("--send", "--stop"),
     ("--test", "--to", "a@b, c@d"), ("--test", "--to", "nobody")],
)  # fmt: skip
def test_options_that_make_no_sense(calfwise, options):
    assert calfwise.run("letter", *options).code == 2


# --- secrets


def test_no_password_and_no_address_in_anything(
    open_postbox, open_mailing, certificates, monkeypatch, capfd
):
    said = []
    for number, fault in enumerate(["550", "554 data", "450", "drop after", "password"]):
        monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", PASSWORD)
        postbox = open_postbox(lambda _, fault=fault: fault, **encrypted(certificates[1]))
        if fault == "password":
            postbox.fault = lambda _: None
            monkeypatch.setenv("CALFWISE_MAIL_PASSWORD", f"{PASSWORD}-old")
        home = open_mailing(postbox.port, security=secured(certificates[0]))
        for command in (("letter", "--send"), ("sync",), ("letter", "--to", EMAIL, "--test"),
                        ("doctor",)):  # fmt: skip
            told = home.run("--debug", *command)
            said += [told.out, told.err]
        connection = sqlite3.connect(home.home / "calfwise.sqlite")
        said += [repr(connection.execute("SELECT last_text FROM letter").fetchall())]
        connection.close()
        said += [PASSWORD if PASSWORD.encode() in path.read_bytes() else ""
                 for path in home.home.glob("*.sqlite*")]  # fmt: skip
        assert number < 5
    said += list(capfd.readouterr())
    everything = "\n".join(said)
    assert "not accepted" in everything
    assert PASSWORD not in everything
    assert "jane" not in everything


def test_what_a_server_repeats_of_a_subject_is_not_kept(open_mailing):
    home = open_mailing(REFUSED_PORT)
    home.queue()
    claim = claim_of(home)
    answer = Outcome(fate="refused", code=550, says=f"no: {claim.letter.subject}")
    kept = settled(claim, answer, home.now, hold=False)
    assert (kept.text, kept.refused) == ("no: (subject)", True)
