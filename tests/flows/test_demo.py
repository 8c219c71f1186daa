"""The demo: one command, a whole season, everything where it says, and the same once more."""

import email
import email.policy
import re
from pathlib import Path

import pytest

from tests.flows.installation import Installation, Outcome, clean_environment

pytestmark = pytest.mark.flow

PLACES = {"letter", "letter_html", "runs", "days", "database", "files"}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    home = Installation(tmp_path_factory.mktemp("demo") / "home")
    elsewhere = home.home / "mine.sqlite"
    asked = {"CALFWISE_DATABASE_URL": f"sqlite:///{elsewhere}"}
    first = home.process("demo", env=asked)
    assert first.code == 0, first.err
    assert not elsewhere.exists(), "the season never comes into one's own database"
    return home, Installation(home.home / "calfwise-demo", settings_of(home)), first


def settings_of(home):
    return (home.home / "calfwise-demo" / "calfwise.toml").read_text()


def test_it_gives_advice_and_says_where_everything_lies(played):
    home, season, first = played
    assert "Because:" in first.out
    assert "not a diagnosis" in first.out
    told = home.process("demo", "--json").json
    for name in PLACES:
        assert Path(told[name]).exists(), name
        assert told[name] in first.out
    assert told["advice"]["provisional"] is False, "this morning was answered"
    assert f"calfwise --home {season.home}" in first.out


def test_the_season_is_understood(played):
    _, season, first = played
    assert "0 refused" in first.err
    assert "1 salvaged" in first.err
    days = season.json("days")
    assert {day["verdict"] for day in days} >= {"as_planned", "easy", "rest"}
    copies = [each for each in season.json("runs") if each["duplicate_of"]]
    assert copies


def test_a_second_time_nothing_changes_and_prefect_stays_asleep(played):
    home, season, first = played
    before = season.tables()
    again: Outcome = home.process("demo")
    assert again.code == 0
    assert again.out == first.out
    assert again.err == "Nothing is new since the last time; every number stays as it is.\n"
    assert season.tables() == before
    assert clean_environment().get("PREFECT_API_URL") is None


def test_the_letter_opens_as_mail(played):
    _, season, _ = played
    [eml] = (season.home / "outbox").glob("*.eml")
    mail = email.message_from_bytes(eml.read_bytes(), policy=email.policy.default)
    assert mail.get_content_type() == "multipart/alternative"
    text, whole = mail.iter_parts()
    assert (text.get_content_type(), whole.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    assert mail["Subject"]
    html_part, *pictures = whole.iter_parts()
    assert len(pictures) == 3
    without_pictures = re.sub(r'src="[^"]*"', "", eml.with_suffix(".html").read_text())
    assert without_pictures.split() == re.sub(r'src="[^"]*"', "", html_part.get_content()).split()


def test_a_folder_that_is_not_a_demo_stays_untouched(tmp_path):
    mine = tmp_path / "calfwise-demo" / "diary.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    outcome = Installation(tmp_path).run("demo")
    assert outcome.code == 3
    assert "--home" in outcome.err
    assert mine.read_text() == "mine"
