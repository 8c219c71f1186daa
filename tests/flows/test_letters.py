"""Letters from the store: what they tell, how they are answered, and the mail they become."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from flows import settings
from flows.letters import compose, render
from flows.opening import opened_store
from flows.outbox import deliver_due, queue
from flows.page.links import links_of
from tests.flows.installation import SETTINGS, TODAY, Installation
from tests.flows.test_contract import check

pytestmark = pytest.mark.slow

PAGE = "https://calf.example.org/at-the-club"
ON_THE_PAGE = f'{SETTINGS}[page]\npublic_url = "{PAGE}"\n'
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def reached(tmp_path, runs_folder):
    """Somebody who reaches the page, and answered yesterday."""
    home = Installation(tmp_path / "home", ON_THE_PAGE)
    home.run("backfill", runs_folder)
    home.run("checkin", "--left", "3", "--right", "1", "--on", YESTERDAY)
    return home


def rendered(installation, **how):
    home = settings.load(installation.home)
    with opened_store(home) as store:
        _, stored = render(home, store, "me", TODAY, **how)
    return stored, message_from_bytes(stored.eml, policy=policy.SMTP.clone(raise_on_defect=True))


def html_of(mail):
    return mail.get_body(("html",)).get_content()


def test_what_can_be_tapped_opens_the_form_filled_in(reached):
    links = links_of(settings.load(reached.home))
    _, mail = rendered(reached)
    tapped = [
        links.read(token, "checkin", max_age_s=3600)
        for token in re.findall(rf'href="{PAGE}/c/([^"]+)"', html_of(mail))
    ]
    assert {(each.who, each.on) for each in tapped} == {("me", TODAY)}
    assert [(each.left, each.right) for each in tapped] == [
        *((nrs, None) for nrs in range(11)),
        *((None, nrs) for nrs in range(11)),
        (0, 0),
        (3, 1),
        (None, None),
    ]


def test_links_to_the_season_and_to_stop(reached):
    links = links_of(settings.load(reached.home))
    _, mail = rendered(reached)
    (look,) = re.findall(rf'href="{PAGE}/me/([^"]+)"', html_of(mail))
    (stop,) = re.findall(rf'href="{PAGE}/letters/([^"]+)"', html_of(mail))
    assert links.read(look, "look", max_age_s=60).who == "me"
    assert links.read(stop, "letters", max_age_s=None).who == "me"
    assert mail["List-Unsubscribe"].startswith(f"<{PAGE}/letters/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(html_of(mail).encode()) < 20_000


def test_without_the_page_there_is_mail_and_the_command_line(tmp_path, runs_folder):
    mine = '[mail]\nsender = "calfwise <me@example.org>"\ndomain = "calf.example.org"\n'
    home = Installation(tmp_path / "home", f"{SETTINGS}{mine}")
    home.run("backfill", runs_folder)
    stored, mail = rendered(home)
    assert stored.message_id == mail["Message-ID"]
    assert stored.message_id.endswith("@calf.example.org>")
    assert mail["List-Unsubscribe"] == "<mailto:me@example.org?subject=No%20more%20letters>"
    assert "List-Unsubscribe-Post" not in mail
    assert "calfwise checkin --left N --right N" in mail.get_body(("plain",)).get_content()
    assert "Answer by mail" not in html_of(mail)
    Path(home.home / "calfwise.toml").write_text(
        f'{SETTINGS}{mine}reply_to = "answers@example.org"\n'
    )
    _, mail = rendered(home)
    assert mail["Reply-To"] == "answers@example.org"
    assert mail["List-Unsubscribe"].startswith("<mailto:answers@example.org?")
    assert 'href="mailto:answers@example.org?subject=Calves' in html_of(mail)


def test_a_test_and_a_correction_say_what_they_are(reached):
    morning, _ = rendered(reached)
    test, test_mail = rendered(reached, kind="test", revision=5, recipient="ada@example.org")
    assert test.subject == f"Test: {morning.subject}"
    assert (test.recipient, test_mail["To"]) == ("ada@example.org", "ada@example.org")
    corrected, _ = rendered(reached, kind="correction")
    assert corrected.subject == f"Correction: {morning.subject}"
    assert len({each.message_id for each in (morning, test, corrected)}) == 3


REFERRED = ("--left", "4", "--right", "4", "--no-flags")
"""On every morning of a week: not fading, so somebody should look at it."""


@pytest.fixture
def referred(tmp_path):
    """Somebody whose answers of a week all came today; they stand referred since days ago."""
    home = Installation(tmp_path / "home")
    for back in reversed(range(8)):
        home.run("checkin", *REFERRED, "--on", TODAY - timedelta(days=back))
    return home


def is_full(installation):
    _, mail = rendered(installation)
    text = mail.get_body(("plain",)).get_content()
    assert "SEE SOMEBODY WITHIN DAYS" in text
    assert "asked you" not in text
    return "Leave running out until somebody has looked at it." in text


def test_a_referral_by_late_answers_is_told_in_full(referred):
    assert is_full(referred)


def test_a_referral_is_told_again_in_one_line_once_its_letter_arrived(referred):
    home = settings.load(referred.home)
    with opened_store(home) as store:
        queue(home, store, "me", YESTERDAY)
    assert is_full(referred), "it waits"
    with opened_store(home) as store:
        deliver_due(home, store, now=settings.now())
    assert not is_full(referred)
    referred.change("UPDATE letter SET state = 'held'")
    assert is_full(referred), "it did not arrive"
    referred.change("UPDATE recommendation SET told_at = '2020-01-01 00:00:00'")
    assert not is_full(referred), "told on the page or on the command line"
    referred.change("UPDATE recommendation SET told_at = NULL")
    assert is_full(referred), "nobody was told"


@pytest.mark.parametrize(
    ("athlete", "command"),
    [
        ("me", "calfwise checkin --left N --right N --cleared may_run\n"),
        ("anna", "calfwise --athlete anna checkin --left N --right N --cleared may_run\n"),
    ],
)
def test_the_command_of_a_letter_writes_into_the_readers_own_diary(tmp_path, athlete, command):
    anna = '[athletes.anna]\ntimezone = "UTC"\n'
    installation = Installation(tmp_path / "home", f"{SETTINGS}{anna}")
    told = ("checkin", "--left", "4", "--right", "1", "--flag", "sudden_sharp_pain")
    assert installation.run("--athlete", athlete, *told).code == 0
    home = settings.load(installation.home)
    with opened_store(home) as store:
        _, written = compose(home, store, athlete, TODAY)
    assert command in written.text
    copied = command.replace("N", "3").removeprefix("calfwise ").split()
    assert installation.run(*copied).code == 0
    assert installation.tables()["checkin"][-1]["athlete_id"] == athlete


def test_neutral_on_request(tmp_path, runs_folder):
    home = Installation(tmp_path / "home", f'{SETTINGS}subject = "neutral"\n')
    home.run("backfill", runs_folder)
    stored, _ = rendered(home)
    assert stored.subject.startswith("calfwise: your letter for ")


def test_the_pictures_of_a_mail_are_few_and_light(reached):
    _, mail = rendered(reached)
    pictures = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert sum(len(each.get_content()) for each in pictures) < 100_000
    named = re.findall(r'src="cid:([^"]+)"', html_of(mail))
    assert [part["Content-ID"].strip("<>") for part in pictures] == named


def test_advise_as_json_says_what_the_letter_says(reached):
    document = reached.json("advise")
    check(document, "advise")
    letter = reached.json("letter")
    assert document["letter"]["subject"] == letter["subject"]
    for change in document["letter"]["since_yesterday"]:
        assert f"- {change['label']}: " in letter["text"]
    assert document["letter"]["ask"]["same_as_last_time"]["left"] == 3
    assert document["letter"]["last_check_in_on"] == YESTERDAY.isoformat()
