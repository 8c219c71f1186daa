"""A coach's view: who is on it, in which order, and that a grant taken back ends it at once."""

import re
from datetime import date, timedelta

import pytest

from flows import settings
from flows.page.coach import TITLES, groups_of, line_of
from flows.page.pictures import spark
from pipeline.store.grants import MorningSaid
from tests.page.look.club import club
from tests.page.look.long_store import open_home
from tests.page.look.served import site_of

TODAY = date(2026, 11, 22)

PAGE = """
name    | verdicts, oldest first        | worse side | answered | need                                 | since
flagged | easy urgent                   | 1 5        |        0 | Told of a red flag                   | since today
seen    | physician physician physician | 4 4 4      |        0 | To be seen by somebody               | since Fri 20 Nov, 2 days
rising  | rest rest                     | 3 5        |        0 | Rest, and sorer than the answer before | since Sat 21 Nov, 1 day
silent  | as_planned as_planned - - - - | 1 1 - - - - |       4 | No answer for 3 days or more         | since Tue 17 Nov, 5 days; as of Wed 18 Nov
resting | rest rest                     | 5 4        |        0 | Rest                                 | since Sat 21 Nov, 1 day
easy    | as_planned easy               | 1 2        |        0 | Run easy                             | since today
fine    | as_planned                    | 0          |        0 | Run as planned                       | since today
quiet   | urgent - - - - -              | 5 - - - - - |       5 | Told of a red flag                   | since Tue 17 Nov, 5 days; as of Tue 17 Nov
nobody  | -                             | -          |     none | Nothing known yet                    |
"""  # noqa: E501 - a table


def rows(page):
    _, *lines = page.strip().splitlines()
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def mornings(verdicts, worst):
    """Days up to today; a dash is a day of which nothing is stored."""
    days = list(zip(verdicts.split(), worst.split(), strict=True))
    return [
        MorningSaid(TODAY - timedelta(days=len(days) - 1 - place), int(nrs), 0, verdict)
        for place, (verdict, nrs) in enumerate(days)
        if verdict != "-"
    ]


@pytest.mark.parametrize("row", rows(PAGE), ids=lambda row: row[0])
def test_the_need_is_read_from_what_is_stored(row):
    name, verdicts, worst, answered, need, since = row
    answered_on = None if answered == "none" else TODAY - timedelta(days=int(answered))
    line = line_of(
        name, mornings(verdicts, worst), [], answered_on=answered_on, ran_on=None, today=TODAY
    )
    assert (TITLES[line.need], line.since) == (need, since)


def test_what_was_told_stands_for_a_day_that_is_not_derived_and_for_no_other():
    stored = mornings("easy", "2")
    told = [(TODAY, "rest"), (TODAY - timedelta(days=1), "easy")]
    line = line_of("a", stored, told, answered_on=TODAY, ran_on=None, today=TODAY)
    assert line.verdict == "easy"  # the answer came after the letter
    line = line_of("a", [], told, answered_on=TODAY, ran_on=None, today=TODAY)
    assert (line.verdict, line.of_today) == ("rest", True)


def test_a_spark_tells_its_numbers():
    shown = spark(mornings("easy easy", "2 5"), TODAY)
    told = re.search(r'aria-label="([^"]*)"', shown)
    assert told
    assert told[1].endswith("not told, not told, 2, 5")
    assert told[1].count("not told") == 12
    assert shown.count("v-") == 2


@pytest.mark.slow
def test_a_grant_taken_back_ends_the_view_at_once(own, own_pages):
    assert own_pages.coach("jo", "/me").status_code == 404
    assert own.run("revoke", "kim").code == 0
    assert "Nobody lets you look" in own_pages.coach("kim").text
    assert own.run("grant", "kim").code == 0
    assert own_pages.coach("kim", "/me").status_code == 200
    assert own_pages.coach("kim", "/other").status_code == 404
    assert ">me</a>" in own_pages.coach("kim").text
    assert ">other</a>" not in own_pages.coach("kim").text
    assert own.run("revoke", "kim").code == 0
    assert own_pages.coach("kim", "/me").status_code == 404
    assert ">me</a>" not in own_pages.coach("kim").text
    assert own.run("grant", "kim").code == 0
    assert own_pages.coach("kim", "/me").status_code == 200


@pytest.mark.slow
def test_a_coach_sees_today_and_no_link_of_the_runners_own(pages):
    shown = pages.coach("kim", "/me").text
    assert "/me/" not in shown
    assert "All athletes" in shown
    assert "/season" not in shown
    theirs = pages.me().text
    verdict = re.search(r"<h1>[^<]*</h1>", theirs)
    assert verdict
    assert verdict[0] in shown


@pytest.mark.slow
def test_two_hundred_athletes_are_one_light_page(tmp_path):
    home, store = open_home(tmp_path / "home")
    club(home, store, "kim", 200)
    site = site_of(home, store)
    groups = groups_of(site, "kim")
    assert sum(len(group.lines) for group in groups) == 200
    needs = [line.need for group in groups for line in group.lines]
    assert needs == sorted(needs)
    for group in groups:
        waiting = [line.waiting_days for line in group.lines]
        assert waiting == sorted(waiting, reverse=True)
    page = site.render(
        "coach.html.jinja", coach="kim", place="/coach/" + "x" * 110, groups=lambda: groups
    )
    assert len(page.encode()) < 200_000
    store.close()


def test_grants_are_kept_when_they_are_taken_back(tmp_path):
    _, store = open_home(tmp_path / "home")
    at = [settings.now() + timedelta(seconds=each) for each in range(4)]
    with store.writing() as transaction:
        transaction.add_athlete("me")
        assert transaction.grant("me", "kim", at[0])
        assert not transaction.grant("me", "kim", at[1])
        assert transaction.revoke("me", "kim", at[2])
        assert not transaction.revoke("me", "kim", at[2])
        assert transaction.grant("me", "kim", at[3])
    with store.reading() as transaction:
        told = [(each.granted_at, each.revoked_at) for each in transaction.grants("me")]
    assert told == [(at[0], at[2]), (at[3], None)]
    store.close()
