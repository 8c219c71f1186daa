"""Which run an answer speaks of, and what had been told by a morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checkin import CheckIn
from pipeline.history import Run, Told, pair, run_before, told_of, with_told
from tests.pipeline import plain_days as made

DAY = date(2026, 8, 10)


def on(offset):
    return DAY + timedelta(days=offset)


def run(day, hour=6, name=None):
    start = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) + timedelta(days=day)
    return Run(
        id=name or f"{day}/{hour}", on=on(day), start_at=start, distance_m=None, calf_km=None
    )


def morning(day=0, during=None, rpe=None, run_id=None):
    return CheckIn(on=on(day), left=0, right=0, during=during, rpe=rpe, run_id=run_id)


PAIRS = """
  runs (day/hour)    | the answer speaks of
  -1/6               | -1/6
  -1/6 -1/18         | -1/18
  -1/18 -1/6         | -1/18
  -3/6 -2/6          | -2/6
  -3/6               | -3/6
  -4/6               | -
  0/6                | -
  0/6 1/6 -2/6       | -2/6
"""


@pytest.mark.parametrize("row", PAIRS.strip().splitlines()[1:])
def test_an_answer_speaks_of_the_last_run_of_three_days(row):
    runs, expected = (cell.strip() for cell in row.split("|"))
    of = [run(*map(int, each.split("/"))) for each in runs.split()]
    told = pair([morning(during=4, rpe=6)], of)
    assert told == ({} if expected == "-" else {expected: Told(((DAY, 4),), ((DAY, 6),))})


def test_a_named_run_goes_before_the_last():
    runs = [run(-9, name="old"), run(-1, name="last")]
    assert pair([morning(during=4, run_id="old")], runs).keys() == {"old"}
    assert not pair([morning(during=4, run_id="gone")], runs)


def answers_on(named):
    return [CheckIn(on=made.on(2), left=1, right=1, during=5, rpe=6, run_id=named)]


def recordings(*, counts):
    """One run on three devices, of which one counts, and another run the day after."""
    names = ["device 0", "device 1", "device 2"]
    copies = [
        made.run(0, name, counted=name == counts, duplicate_of=None if name == counts else counts)
        for name in names
    ]
    return [*copies, made.run(1, "later")]


@pytest.mark.parametrize("named", ["device 0", "device 1", "device 2"])
@pytest.mark.parametrize("counts", ["device 0", "device 1", "device 2"])
def test_an_answer_follows_its_run_to_the_recording_that_counts(named, counts):
    told = told_of(answers_on(named), recordings(counts=counts))
    assert told == {counts: Told(((made.on(2), 5),), ((made.on(2), 6),))}


def test_answers_on_several_recordings_speak_of_one_run():
    named = ["device 2", "device 0", None, "device 1"]
    answers = [
        CheckIn(on=made.on(place + 1), left=0, right=0, during=place, run_id=name)
        for place, name in enumerate(named)
    ]
    told = told_of(answers, recordings(counts="device 1"))
    assert told["device 1"].during == ((made.on(1), 0), (made.on(2), 1), (made.on(4), 3))
    assert told["later"].during == ((made.on(3), 2),)


def test_an_answer_on_what_was_left_out_or_was_no_run_speaks_of_none():
    walk = made.walk(0, name="walk")
    left_out = made.run(0, "left out", counted=False)
    copy = made.run(0, "copy of a walk", counted=False, duplicate_of="walk")
    activities = [walk, left_out, copy, made.run(1, "later")]
    for each in ("walk", "left out", "copy of a walk"):
        assert told_of(answers_on(each), activities) == {}


@pytest.mark.parametrize(
    ("late_minutes", "minutes", "speaks_of"),
    [
        (2, 55, "counts"),
        (-40, 300, "counts"),
        (10, 20, "counts"),
        (40, 40, "counts"),
        (41, 40, None),
        (61, 30, None),
        (-31, 30, None),
        (30, 0, None),
    ],
)
def test_an_answer_on_what_was_left_out_speaks_of_the_run_at_its_time(
    late_minutes, minutes, speaks_of
):
    """Of a run of an hour: a recording left out is of it where half of the shorter is shared."""
    counts, before = made.run(0, "counts"), made.run(-1, "before")
    start_at = counts.start_at + timedelta(minutes=late_minutes)
    end_at = start_at + timedelta(minutes=minutes)
    left_out = made.run(0, "left out", counted=False, start_at=start_at, end_at=end_at)
    told = told_of(answers_on("left out"), [before, counts, left_out])
    assert told == ({speaks_of: Told(((made.on(2), 5),), ((made.on(2), 6),))} if speaks_of else {})


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 10)), max_size=9),
       st.lists(st.integers(0, 2), min_size=6, max_size=6))  # fmt: skip
def test_what_was_told_hangs_on_no_choice_of_the_recording(answers, choices):
    """Whichever of its recordings counts and whichever is named, the same is said of the run."""
    mornings = [
        CheckIn(on=made.on(place), left=0, right=0, during=nrs, run_id=f"{run} {choices[run]}")
        if is_named
        else CheckIn(on=made.on(place), left=0, right=0, rpe=nrs)
        for place, (run, is_named, nrs) in enumerate(answers)
    ]

    def told(counting):
        activities = [
            made.run(
                run,
                f"{run} {device}",
                counted=device == counting,
                duplicate_of=None if device == counting else f"{run} {counting}",
            )
            for run in range(6)
            for device in range(3)
        ]
        return {name.split()[0]: each for name, each in told_of(mornings, activities).items()}

    assert told(0) == told(1) == told(2)
    for run, nrs in ((run, nrs) for run, is_named, nrs in answers if is_named):
        assert nrs in [each for _, each in told(0)[str(run)].during]


def test_an_answer_of_neither_speaks_of_none():
    assert pair([morning()], [run(-1)]) == {}


def test_of_several_answers_the_later_effort_and_the_worst_pain_hold_each_from_its_morning():
    answers = [morning(0, during=2, rpe=5), morning(1, during=6), morning(2, during=3, rpe=0)]
    told = pair(answers, [run(-1)])
    during, efforts = ((on(0), 2), (on(1), 6), (on(2), 3)), ((on(0), 5), (on(2), 0))
    assert told == {"-1/6": Told(during, efforts)}
    [of] = with_told([run(-1)], told)
    assert [of.during(on(day)) for day in (-1, 0, 1, 2)] == [None, 2, 6, 6]


def test_of_a_run_nobody_spoke_of_nothing_is_told():
    [of] = with_told([run(-1)], {})
    assert of.told == ()
    assert of.during(DAY) is None


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(0, 23)), unique=True), st.integers(-9, 9))
def test_pairing_agrees_with_the_plain_way(starts, day):
    runs = [run(*start) for start in starts]
    near = [each for each in runs if on(day - 3) <= each.on < on(day)]
    expected = max(near, key=lambda each: each.start_at, default=None)
    found = pair([morning(day, during=1)], runs)
    assert list(found) == ([expected.id] if expected else [])


def test_the_last_run_before_a_morning():
    last_of = {on(-1): "a", on(-3): "b"}
    assert [run_before(on(day), last_of) for day in (-2, -1, 0, 2, 3)] == ["b", "b", "a", "a", None]


def test_a_past_as_advice_may_look_at_it():
    answer = CheckIn(on=made.on(1), left=1, right=0, during=4)
    runs = [made.run(0, "first"), made.run(3, "later")]
    known = {made.on(0), made.on(3), made.on(4)}
    past = made.past_of(*runs, made.walk(4), known=known, mornings=[answer], last=made.on(5))
    assert (past.first, past.latest) == (made.on(0), made.on(3))
    history = past.history()
    assert [(run.id, run.told) for run in history.runs] == [
        ("first", ((made.on(1), 4),)),
        ("later", ()),
    ]
    assert history.mornings == (answer,)
    assert history.unknown == {made.on(1), made.on(2), made.on(5)}
    assert history.data_through == made.walk(4).end_at


def test_a_past_without_runs_and_answers_has_no_first_day():
    past = made.past_of(made.walk(), known={made.on(0)}, last=made.on(0))
    assert (past.first, past.latest, past.history().runs) == (None, None, ())
