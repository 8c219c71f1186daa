"""A runner's dashboard: what it shows, who may see it, and that looking changes nothing."""

import re
import sqlite3
from datetime import timedelta

import pytest

from flows import settings
from flows.page.look_site import UNFINISHED, Looking
from flows.page.site import MORE
from pipeline.store import raw
from tests.flows.installation import TODAY

pytestmark = pytest.mark.slow

PLACES = ("", "/season", "/season?weeks=12", "/season?weeks=all", "/runs")


def words_of(answer):
    """The text of a page, without its markup."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def dump(installation):
    """Every table, every column, as SQL."""
    connection = sqlite3.connect(installation.home / "calfwise.sqlite")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_today_answers_as_the_command_line_does(pages):
    told = pages.installation.json("advise")
    shown = words_of(pages.me())
    assert "General information, not a diagnosis." in shown
    assert "Last answer: this morning." in shown
    for reason in told["because"]:
        assert reason["says"] in shown.replace("&#39;", "'")
    for item in told["care"] + told["missing"]:
        assert item["says"] in shown.replace("&#39;", "'")


def test_before_the_answer_the_verdict_is_said_to_be_provisional(own_pages):
    own_pages.installation.change("DELETE FROM checkin WHERE on_date = ?", TODAY.isoformat())
    shown = words_of(own_pages.me())
    assert "This is provisional" in shown
    assert "this page only shows" in shown


def test_a_red_flag_comes_alone(own_pages):
    flagged = ("checkin", "--left", 5, "--right", 1, "--flag", "one_sided_swelling_warm_red")
    assert own_pages.installation.run(*flagged).code == 0
    shown = words_of(own_pages.me())
    assert "Get seen today" in shown
    assert "km" not in shown
    assert "What helps today" not in shown


@pytest.mark.parametrize("place", PLACES)
def test_a_page_holds_no_right_to_write_and_nothing_inline(pages, place):
    text = pages.me(place).text
    assert "/c/" not in text
    assert "<form" not in text
    assert " style=" not in text
    assert "<style" not in text
    assert MORE not in text
    assert not re.search(r"<script(?![^>]*src=)", text)


def test_names_told_by_runners_are_escaped(pages):
    assert "Blue &lt;road&gt;" in pages.me("/season").text
    assert "<road>" not in pages.me("/runs").text


def test_the_season_can_be_cut_and_says_what_it_sums_up(pages):
    shown = words_of(pages.me("/season?weeks=12"))
    assert "Mornings answered 8 of 8" in shown
    assert "Runs 4" in shown
    assert "Blue &lt;road&gt;" in shown


def test_every_recording_is_listed_and_says_why_it_does_not_count(own_pages):
    newest = own_pages.runs()[0]
    assert own_pages.installation.run("runs", "drop", newest).code == 0
    shown = words_of(own_pages.me("/runs"))
    assert "1 to 5 of 5 recordings" in shown
    assert shown.count("Does not count: copy of another recording") == 1
    assert shown.count("Does not count: left out by you") == 1
    assert own_pages.me("/runs").text.count('class="run"') == 5


def test_a_run_shows_its_numbers_its_splits_and_its_lines(pages):
    run = pages.runs()[0]
    (told,) = (each for each in pages.installation.json("runs") if each["id"] == run)
    shown = words_of(pages.me(f"/runs/{run}"))
    assert f"{told['distance_m'] / 1000:.1f} km" in shown
    assert f"{told['calf_km']:.1f} calf-km" in shown
    assert "the watch's own total" in shown.replace("&#39;", "'")
    assert "Kilometre by kilometre" in shown
    assert "Effort 4 of 10 told on a morning after" in shown
    series = pages.me(f"/runs/{run}/series.json").json()
    names = [line["name"] for line in series["lines"]]
    assert names == ["pace", "cadence", "heart", "elevation", "load"]
    assert {len(line["values"]) for line in series["lines"]} == {len(series["at_s"])}
    load = next(line["values"] for line in series["lines"] if line["name"] == "load")
    drawn = sum(each or 0 for each in load) * series["step_s"] / 3600
    assert drawn == pytest.approx(told["calf_km"], rel=0.02)


def test_miles_are_miles_everywhere(own_pages):
    home = own_pages.installation.home
    toml = home / "calfwise.toml"
    toml.write_text(toml.read_text() + 'units = "mi"\n')
    pages = type(own_pages)(own_pages.installation)
    shown = words_of(pages.me(f"/runs/{pages.runs()[0]}"))
    assert "Mile by mile" in shown
    assert "min/mi" in shown
    assert " km " not in shown
    assert " ft " in shown
    pages.close()


@pytest.mark.parametrize("spoilt", [None, b"other bytes"])
def test_without_the_kept_file_the_numbers_stay(own_pages, spoilt):
    run = own_pages.runs()[0]
    with own_pages.store.reading() as transaction:
        stored = transaction.activity("me", run)
    place = raw.path_of(own_pages.home.raw_folder / "me", stored.sha256)
    place.unlink()
    if spoilt:
        place.write_bytes(spoilt)
    shown = words_of(own_pages.me(f"/runs/{run}"))
    assert "gone or spoilt; its numbers stay" in shown
    assert "calf-km" in shown
    assert own_pages.me(f"/runs/{run}/series.json").status_code == 404


@pytest.mark.parametrize(
    "more", ["/runs/nobody", "/runs?page=0", "/runs?page=2", "/runs?page=x", "/season?weeks=13"]
)
def test_what_is_not_there_is_not_found(pages, more):
    assert pages.me(more).status_code == 404


def test_another_runners_run_is_not_found(pages):
    theirs = pages.runs("other")[0]
    mine = next(each for each in pages.runs() if each != theirs)
    assert pages.me(f"/runs/{mine}", athlete="other").status_code == 404
    assert pages.me(f"/runs/{mine}/series.json", athlete="other").status_code == 404
    assert "of 1 recordings" in words_of(pages.me("/runs", athlete="other"))


def test_a_tampered_or_foreign_link_is_not_found(pages):
    addresses = pages.site.addresses
    own = addresses.look("me").rpartition("/")[2]
    other_start = "A" if own[0] != "A" else "B"
    for place in ("", "/season", "/runs", f"/runs/{pages.runs()[0]}"):
        for token in (other_start + own[1:], own[:-3], "x" * 90, "x" * 900):
            assert pages.get(pages.path(f"/me/{token}{place}")).status_code == 404
    others = (addresses.coach("me"), addresses.letters("me"), addresses.checkin("me", TODAY))
    for other in others:
        token = other.rpartition("/")[2]
        assert pages.get(pages.path(f"/me/{token}")).status_code == 404
    assert pages.get(pages.path(f"/coach/{own}")).status_code == 404
    assert pages.me(athlete="nobody").status_code == 404


def test_a_link_ends_after_its_days(pages, monkeypatch):
    address = pages.site.addresses.look("me")
    days = pages.home.file.page.look_days
    late = settings.now() + timedelta(days=days, minutes=1)
    monkeypatch.setattr(settings, "now", lambda: late)
    assert pages.get(address).status_code == 410


def test_two_hundred_looks_change_nothing(pages):
    before = dump(pages.installation)
    run = pages.runs()[0]
    own = [*PLACES, f"/runs/{run}", f"/runs/{run}/series.json", "/runs/nobody"]
    addresses = [pages.site.addresses.look("me") + each for each in own]
    addresses += [pages.site.addresses.coach("kim") + each for each in ("", "/me", "/other")]
    for turn in range(200):
        ask = pages.client.head if turn % 2 else pages.client.get
        assert ask(addresses[turn % len(addresses)]).status_code in {200, 404}
    assert dump(pages.installation) == before


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_than_looking_is_answered(pages, method):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    address = pages.site.addresses.look("me")
    answer = pages.client.request(method, address, content="left=3&right=1", headers=form)
    assert answer.status_code == 405


def test_a_new_answer_is_seen_at_once(own_pages):
    before = words_of(own_pages.me())
    assert own_pages.installation.run("checkin", "--left", 6, "--right", 1).code == 0
    after = words_of(own_pages.me())
    assert before != after
    assert "Rest today" in after


def test_the_head_is_sent_before_anything_is_worked_out(pages):
    worked_out = []
    looking = Looking(pages.site)
    runner = looking.runner(pages.site.addresses.look("me").rpartition("/")[2])

    def broken():
        worked_out.append(1)
        raise ZeroDivisionError

    pieces = looking._pieces(
        "look_today.html.jinja", {"runner": runner, "here": "today", "today": broken}
    )
    head = next(pieces)
    assert not worked_out
    assert "<nav" in head
    assert next(pieces) == UNFINISHED
    with pytest.raises(ZeroDivisionError):
        next(pieces)
