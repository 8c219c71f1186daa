"""A file that comes late and makes the day stricter brings one letter; an answer never does."""

from datetime import timedelta

import pytest

from flows import days, outbox, settings
from flows.days import advise
from flows.page import checkin
from flows.simulate import watch_fit
from flows.told import files_known, tell
from tests.connectors.mail.fixtures import certificates, open_postbox
from tests.flows.installation import run_on, write_runs
from tests.flows.mailing import open_mailing
from tests.page.server import Server

__all__ = ["certificates", "open_mailing", "open_postbox"]

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
REFUSED_PORT = 1


@pytest.fixture
def season(open_postbox, open_mailing, tmp_path):
    """A runner with nine short runs and this morning's letter; the postbox; a hard late file."""
    postbox, folder = open_postbox(), tmp_path / "watch"
    home = open_mailing(postbox.port, source=folder, soreness=0)
    write_runs(folder, 9, minutes=6, last=home.today - timedelta(days=2))
    assert home.json("sync")["letter_state"] == "sent"
    assert home.json("advise")["verdict"] == "as_planned"

    def late_file(minutes=40, seed=99):
        day = home.today - timedelta(days=1)
        (folder / f"late{seed}.fit").write_bytes(watch_fit(run_on(day, seed=seed, minutes=minutes)))

    return home, postbox, late_file


def test_a_late_file_that_makes_the_day_stricter_brings_one_letter(season):
    home, postbox, late_file = season
    late_file()
    told = home.json("sync")
    assert (told["correction_state"], home.json("advise")["verdict"]) == ("sent", "easy")
    late_file(minutes=90, seed=98)
    assert home.json("sync")["correction_state"] is None, "one correction a day"
    first, second = postbox.received
    assert first.message_id != second.message_id
    assert second.message_id == home.letter(kind="correction").message_id


def test_what_the_runner_answered_never_brings_a_letter(season):
    home, postbox, late_file = season
    assert home.run("checkin", "--left", "5", "--right", "1").code == 0
    [row] = home.tables()["recommendation"]
    assert row["verdict"] == "rest", "told on the command line"
    late_file()
    assert home.json("sync")["correction_state"] is None
    assert len(postbox.received) == 1


def test_nor_does_an_answer_that_was_only_noted(season, tmp_path):
    """Many answers from a file are not told anything; an easy late file is no reason either."""
    home, postbox, late_file = season
    answers = tmp_path / "answers.csv"
    answers.write_text(f"date,left,right\n{home.today},6,1\n")
    assert home.run("checkin", "import", answers).code == 0
    late_file(minutes=3)
    assert home.json("sync")["correction_state"] is None
    assert home.json("advise")["verdict"] == "rest"
    assert len(postbox.received) == 1


def test_a_correction_takes_the_place_of_a_letter_that_waits(season):
    """Who reads two letters believes the later one, so that must be the stricter one."""
    home, postbox, late_file = season
    home.change("UPDATE letter SET state = 'pending'")
    late_file()
    assert home.json("sync", code=6)["correction_state"] == "sent"
    assert (home.letter().state, home.letter().last_text) == (
        "held", "a correction took its place",
    )  # fmt: skip
    assert len(postbox.received) == 2


def test_no_correction_after_the_evening_nor_for_who_wants_no_letters(season):
    home, postbox, late_file = season
    late_file()
    assert home.run("backfill", home.home.parent / "watch").code == 0
    late = outbox.queue_correction(home.opened, home.store, "me", home.today, now=home.evening)
    home.run("letter", "--stop")
    stopped = outbox.queue_correction(home.opened, home.store, "me", home.today)
    home.run("letter", "--start")
    # A sync that was killed after the files leaves it to the next one.
    assert (late, stopped) == (None, None)
    assert home.json("sync")["correction_state"] == "sent"
    assert len(postbox.received) == 2


def test_a_file_that_comes_while_the_advice_is_made_corrects_it(season):
    """The runner was told without it, although it lay there before that was noted."""
    home, postbox, late_file = season
    files = files_known(home.store, "me")
    wanted = home.opened.athlete_settings("me")
    answer, _ = advise(home.store, "me", home.today, wanted)
    late_file()
    assert home.run("backfill", home.home.parent / "watch").code == 0
    now = settings.now()
    tell(home.opened, home.store, "me", home.today, answer, at=now, files=files)
    assert home.json("sync")["correction_state"] == "sent"
    assert home.json("sync")["correction_state"] is None
    assert len(postbox.received) == 2


@pytest.mark.parametrize("where", ["page", "command"])
def test_whoever_tells_counts_the_files_first(season, monkeypatch, where):
    home, _, late_file = season

    def advise_and_wait(*asked):
        made = advise(*asked)
        late_file()
        assert home.process("backfill", home.home.parent / "watch").code == 0
        return made

    if where == "page":
        monkeypatch.setattr(checkin, "advise", advise_and_wait)
        with Server(home.home) as server:
            answer = {"left": "0", "right": "0", "flags": "none"}
            assert server.post(server.checkin(), answer).status_code == 200
    else:
        monkeypatch.setattr(days, "advise", advise_and_wait)
        home.run("checkin", "--left", "0", "--right", "0")
    monkeypatch.undo()
    assert home.json("advise")["verdict"] == "easy"
    assert home.json("sync")["correction_state"] == "sent"


def test_what_was_told_is_noted(open_mailing):
    home = open_mailing(REFUSED_PORT)
    old = home.today - timedelta(days=9)
    home.run("checkin", "--on", old, "--left", "0", "--right", "0")
    home.run("checkin", "--left", "7", "--right", "1")
    [row] = home.tables()["recommendation"]
    assert (row["on_date"], row["verdict"]) == (home.today.isoformat(), "rest")
