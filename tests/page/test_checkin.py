"""The check-in page: what a form says, what is kept of it, and what comes back."""

import re
from datetime import timedelta

import pytest

from flows.page.form import FLAG_QUESTIONS
from pipeline.checkin import FLAGS
from tests.flows.installation import write_runs


def answers_of(calfwise):
    return calfwise.tables()["checkin"]


def standing(server, days_back=0):
    with server.store.reading() as transaction:
        return transaction.answer("me", server.today - timedelta(days=days_back))


def ticked(page):
    """The ids of what is chosen in a form."""
    return set(re.findall(r'id="([^"]+)" value="[^"]*" checked', page.text)) - {
        "during-untold",
        "rpe-untold",
    }


def is_open(page):
    return '<details class="flags" id="flags" open>' in page.text


def test_every_flag_is_asked():
    assert tuple(FLAG_QUESTIONS) == FLAGS


def test_the_form_is_filled_in_with_what_was_tapped(server):
    assert ticked(server.get(server.checkin())) == set()
    assert ticked(server.get(server.checkin(left=4, right=0))) == {"left-4", "right-0"}
    assert ticked(server.get(server.checkin(right=10))) == {"right-10"}


def test_the_answer_comes_back_at_once(server, small):
    page = server.post(server.checkin(), small | {"left": "5"})
    assert page.status_code == 200
    assert "Rest today" in page.text
    assert "Your left calf is at 5 of 10" in page.text
    assert "General information, not a diagnosis." in page.text


def test_everything_that_is_asked_is_kept(server):
    told = {
        "left": "3",
        "right": "1",
        "during": "2",
        "rpe": "6",
        "sleep_h": "7,5",
        "flags": "none",
        "did": ["rested", "protein"],
        "where": ["lower_calf"],
        "painkiller": "yes",
        "cleared": "may_run",
        "note": "Stairs\r\nhurt <b>a bit</b> ",
    }
    assert server.post(server.checkin(), told).status_code == 200
    kept = standing(server)
    assert (kept.left, kept.right, kept.during, kept.rpe) == (3, 1, 2, 6)
    assert (kept.sleep_h, kept.flags) == (7.5, frozenset())
    assert (kept.did, kept.where) == ({"rested", "protein"}, {"lower_calf"})
    assert (kept.painkiller, kept.cleared) == (True, "may_run")
    assert kept.note == "Stairs\nhurt <b>a bit</b>"
    again = server.get(server.checkin())
    assert "&lt;b&gt;a bit&lt;/b&gt;" in again.text
    assert ticked(again) >= {"left-3", "during-2", "rpe-6", "flag-none", "did-protein"}


def test_nothing_untouched_counts_as_no(server, small):
    server.post(server.checkin(), small)
    assert standing(server).flags is None


def test_the_same_answer_again_changes_nothing(calfwise, server, small):
    path = server.checkin(left=3, right=1)
    server.post(path, small)
    before = calfwise.tables()
    assert server.post(path, small).status_code == 200
    assert calfwise.tables() == before


def test_another_answer_replaces_it_and_keeps_the_old_one(calfwise, server, small):
    path = server.checkin()
    server.post(path, small)
    server.post(path, small | {"left": "2"})
    assert standing(server).left == 2
    assert [row["soreness_left"] for row in answers_of(calfwise)][-2:] == [3, 2]


def test_a_second_answer_starts_from_the_first(calfwise, server):
    today = server.today
    calfwise.run("checkin", "--left", 2, "--right", 1, "--flag", "limping", "--note", "stairs")
    page = server.get(server.checkin(left=4, right=1))
    assert ticked(page) == {"left-4", "right-1", "flag-limping"}
    assert "stairs</textarea>" in page.text
    assert is_open(page)
    assert standing(server).on == today
    # After an answer the tapped numbers are old news.
    assert ticked(server.get(f"{server.checkin(left=4)}?again")) >= {"left-2"}


@pytest.mark.slow
def test_the_run_that_was_named_stays_named(calfwise, server, tmp_path, small):
    calfwise.run("backfill", write_runs(tmp_path / "files", 2, minutes=2))
    run = next(each["id"] for each in calfwise.json("runs") if each["counted"])
    calfwise.run("checkin", "--left", 1, "--right", 1, "--during", 3, "--run", run)
    server.post(server.checkin(), small | {"during": "4"})
    assert (standing(server).run_id, standing(server).during) == (run, 4)
    server.post(server.checkin(), small)
    assert (standing(server).run_id, standing(server).during) == (None, None)


@pytest.mark.slow
def test_the_last_run_is_named(calfwise, server, tmp_path):
    assert "We know of no run" in server.get(server.checkin()).text
    calfwise.run("backfill", write_runs(tmp_path / "files", 2, minutes=2))
    assert "We know of no run" not in server.get(server.checkin()).text
    assert " km</p>" in server.get(server.checkin()).text


def test_the_link_shows_nothing_but_its_own_morning(calfwise, server):
    calfwise.run("checkin", "--left", 7, "--right", 1, "--note", "of today")
    calfwise.run(
        *("checkin", "--on", server.today - timedelta(days=1), "--left", 9, "--right", 0),
        *("--note", "of yesterday"),
    )
    page = server.get(server.checkin())
    assert "of today" in page.text
    assert "of yesterday" not in page.text
    assert "Rest" not in page.text.replace("Rested from running", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("left", "right", "opens"),
    [(6, 0, True), (0, 10, True), (5, 4, True), (4, 1, True), (3, 2, False), (3, 1, True),
     (1, 1, False)],
)  # fmt: skip
def test_questions_open_where_the_numbers_call_for_them(server, left, right, opens):
    # The mornings before were at 1, and there was no run: 4 is a rise of 3, 3 to 1 is one-sided.
    assert is_open(server.get(server.checkin(left=left, right=right))) is opens
    page = server.post(server.checkin(), {"left": left, "right": right})
    assert ("One question before you go by this" in page.text) is opens


def test_open_questions_are_answered_with_nothing_lost(server, small):
    path = server.checkin()
    page = server.post(path, small | {"left": "7", "note": "a\nb", "did": ["rested"]})
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert hidden == {"left": "7", "right": "1", "note": "a\nb", "did": "rested"}
    page = server.post(path, hidden | {"flags": "none"})
    assert "One question before you go by this" not in page.text
    assert (standing(server).flags, standing(server).note) == (frozenset(), "a\nb")


def test_a_red_flag_comes_alone(server, small):
    page = server.post(server.checkin(), small | {"flags": ["dark_urine"]})
    assert "Get help now" in page.text
    assert "One question before you go by this" not in page.text
    assert "What helps today" not in page.text
    assert "at most" not in page.text.lower()


def test_a_visit_is_asked_about_only_after_a_referral(calfwise, server):
    question = "Has somebody seen you since?"
    assert question not in server.get(server.checkin()).text
    yesterday = server.today - timedelta(days=1)
    calfwise.run("checkin", "--on", yesterday, "--left", 3, "--right", 1, "--flag", "pop_or_kick")
    assert question in server.get(server.checkin()).text
    page = server.post(server.checkin(), {"left": 1, "right": 1, "cleared": "may_not_run"})
    assert "Rest today" in page.text
    # Held back: the answer to that is asked for, also where no referral stands any more.
    assert question in server.get(server.checkin()).text


@pytest.mark.slow
def test_what_changed_is_told_against_what_was_said_before(calfwise, server):
    calfwise.run("letter", "--send")
    page = server.post(server.checkin(), {"left": 5, "right": 1})
    assert "Before, we said: run easy. Now it is: rest." in page.text


def test_a_late_answer_is_kept_for_its_own_morning(server, small):
    path = server.checkin(days_back=1)
    form = server.get(path)
    assert "How were your calves on the morning of" in form.text
    assert "For today, open today's letter." in form.text
    page = server.post(path, small | {"left": "8", "flags": "none"})
    assert standing(server, days_back=1).left == 8
    assert standing(server) is None
    assert "Your answer was for yesterday" in page.text
    assert "This is provisional" in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_morning_to_come_cannot_be_answered(calfwise, server, small, method):
    path = server.checkin(days_back=-1)
    before = calfwise.tables()
    page = server.get(path) if method == "GET" else server.post(path, small)
    assert (page.status_code, "has not come yet" in page.text) == (409, True)
    assert calfwise.tables() == before


WRONG = {
    "below": ({"left": "-1"}, "left"),
    "above": ({"left": "11"}, "left"),
    "half": ({"right": "3.5"}, "right"),
    "a word": ({"right": "x"}, "right"),
    "another script": ({"right": "٣"}, "right"),
    "missing": ({"left": ""}, "left"),
    "twice": ({"left": ["3", "4"]}, "left"),
    "effort": ({"rpe": "12"}, "rpe"),
    "pain": ({"during": "ten"}, "during"),
    "hours": ({"sleep_h": "25"}, "sleep_h"),
    "no hours": ({"sleep_h": "nan"}, "sleep_h"),
    "flag": ({"flags": "headache"}, "flags"),
    "done": ({"did": "flew"}, "did"),
    "place": ({"where": "ear"}, "where"),
    "visit": ({"cleared": "maybe"}, "cleared"),
    "painkiller": ({"painkiller": "no"}, "painkiller"),
    "both": ({"flags": ["none", "limping"]}, "flags"),
    "note": ({"note": "x" * 501}, "note"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("told", "field"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_asked_again(calfwise, server, small, told, field):
    before = calfwise.tables()
    page = server.post(server.checkin(), small | {"note": "kept", "where": "upper_calf"} | told)
    assert page.status_code == 422
    assert calfwise.tables() == before
    place = re.findall(r'<li><a href="#([^"]+)">', page.text)[0]
    assert f'id="{place}"' in page.text
    assert place.startswith(field.removesuffix("s"))
    if field not in {"where", "note"}:
        assert "kept</textarea>" in page.text
        assert 'value="upper_calf" checked' in page.text


def test_flags_that_were_answered_are_not_forgotten_by_unticking(server, small):
    server.post(server.checkin(), small | {"flags": "limping"})
    page = server.post(server.checkin(), small)
    assert page.status_code == 422
    assert "now nothing is ticked" in page.text
    assert standing(server).flags == {"limping"}
    assert server.post(server.checkin(), small | {"flags": "none"}).status_code == 200


def test_a_side_that_was_tapped_alone_opens_the_questions(server):
    """Yesterday was 1 and 1."""
    assert is_open(server.get(server.checkin(left=7)))
    assert is_open(server.get(server.checkin(right=4))), "a rise of 3"
    assert not is_open(server.get(server.checkin(left=2)))


def test_an_open_question_stands_before_the_verdict(server):
    page = server.post(server.checkin(), {"left": "7", "right": "1"}).text
    assert page.index("One question before you go by this") < page.index("<h1>")


def test_whoever_was_seen_is_asked_once_whether_a_sign_is_still_there(server):
    told = {"left": "5", "right": "1", "flags": "dark_urine"}
    server.post(server.checkin(), told)
    seen = told | {"cleared": "may_run"}
    asked = server.post(server.checkin(), seen)
    assert asked.status_code == 422
    assert "If they are gone" in asked.text
    assert standing(server).cleared is None, "nothing is saved yet"
    gone = server.post(server.checkin(), seen | {"asked_still": "yes", "flags": "none"})
    assert "Get help now" not in gone.text
    assert (standing(server).flags, standing(server).cleared) == (frozenset(), "may_run")


def test_a_sign_that_is_still_there_after_a_visit_stands(server):
    told = {"left": "5", "right": "1", "flags": "dark_urine"}
    server.post(server.checkin(), told)
    still = server.post(server.checkin(), told | {"cleared": "may_run", "asked_still": "yes"})
    assert still.status_code == 200
    assert "Get help now" in still.text


def test_a_late_form_asks_of_its_own_morning(server):
    late = server.get(server.checkin(days_back=1)).text
    assert "that morning or since the day before" in late
    assert "now or since yesterday" not in late
