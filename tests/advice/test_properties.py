"""What must hold for every history: more pain is never answered with more freedom."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advice import rules
from advice.day import follow
from advice.limits import default_limits
from advice.recommend import recommend, recommend_days
from advice.recommendation import Verdict
from pipeline.checkin import CLEARANCES, DIDS, FLAGS, WHERES, CheckIn, Flag
from pipeline.history import History, RiskFactors, Run, pair, with_told
from pipeline.standing import OwnCadence
from pipeline.wardrobe import Worn
from tests.advice.pictures import TODAY

settings.register_profile("advice", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("hunt", max_examples=2000, deadline=None)
# CALFWISE_HUNT=1 looks longer, and elsewhere each time.
EVERY = settings.get_profile("hunt" if os.environ.get("CALFWISE_HUNT") else "advice")

NRS = st.one_of(st.integers(0, 4), st.integers(0, 10))
SOME_FLAGS: st.SearchStrategy[frozenset[Flag] | None] = st.one_of(
    st.none(),
    st.just(frozenset()),
    st.sets(st.sampled_from(FLAGS), max_size=2).map(frozenset),
    st.just(frozenset({"limping"})),
)


def answers(on):
    return st.builds(
        CheckIn,
        on=st.just(on),
        left=NRS,
        right=NRS,
        during=st.none() | NRS,
        flags=SOME_FLAGS,
        did=st.sets(st.sampled_from(DIDS), max_size=2).map(frozenset),
        where=st.sets(st.sampled_from(WHERES), max_size=1).map(frozenset),
        painkiller=st.integers(0, 9).map(lambda n: n == 0),
        cleared=st.one_of(*[st.none()] * 5, st.sampled_from(CLEARANCES)),
    )


NRS_OF = (0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 10)
CLEARED_OF = (None, None, None, None, None, None, None, *CLEARANCES)
DISTANCES_OF = (5000.0, 8000.0, 10000.0, 10000.0, 18000.0, None)
WORN_OF = (None, Worn("Old"), Worn("Old"), Worn("Bare", "minimal"))
CADENCES_OF = (None, OwnCadence(0.0, 4.0, 20), *[OwnCadence(-9.0, 4.0, 20)] * 2)
CALF_KM_OF = (1.0, 1.0, 1.1, 1.8)
BYTES_A_DAY = 9


SUDDEN: frozenset[Flag] = frozenset({"sudden_sharp_pain"})
QUIET_NRS_OF = (*[0] * 10, *[1] * 4, 2, 3)


def _flags_of(number):
    """Mostly not asked or none of these, sometimes a limp, now and then any other flag."""
    if number < 100:
        return None
    if number < 200:
        return frozenset()
    return frozenset({"limping"}) if number < 240 else frozenset({FLAGS[number % len(FLAGS)]})


def _morning_of(on, numbers):
    left, right, during, flags, did, other = numbers
    return CheckIn(
        on=on,
        left=NRS_OF[left % 16],
        right=NRS_OF[right % 16],
        during=NRS_OF[during % 16] if during >= 128 else None,
        flags=_flags_of(flags),
        did=frozenset({DIDS[did % len(DIDS)]}),
        painkiller=other % 16 == 15,
        cleared=CLEARED_OF[other % len(CLEARED_OF)],
    )


def _quiet_morning_of(on, numbers):
    """A morning of somebody who gets better, seldom with anything else than a little soreness."""
    left, right, during, flags, *_ = numbers
    return CheckIn(
        on=on,
        left=QUIET_NRS_OF[left % 16],
        right=QUIET_NRS_OF[right % 16],
        during=QUIET_NRS_OF[during % 16] if during >= 128 else None,
        flags=_flags_of(flags) if flags >= 254 else None,
    )


@st.composite
def pasts(draw):
    """A history up to yesterday; quiet mornings and holes are as common as in life.

    Half of them have a sudden sharp pain on one day, a visit on the next, and get better after it.
    Drawn as bytes: a hundred times faster than field by field, and it still shrinks to quiet days.
    """
    days = draw(st.integers(0, 60))
    hurt = draw(st.none() | st.integers(0, 30))
    drawn = draw(st.binary(min_size=days * BYTES_A_DAY, max_size=days * BYTES_A_DAY))
    mornings, runs, unknown = [], [], set()
    for index in range(days):
        on = TODAY - timedelta(days=days - index)
        silent, happened, distance, *numbers = drawn[index * BYTES_A_DAY :][:BYTES_A_DAY]
        is_better = hurt is not None and index > hurt
        if hurt == index:
            mornings.append(CheckIn(on=on, left=NRS_OF[distance % 16], right=0, flags=SUDDEN))
        elif hurt == index - 1:
            seen = CLEARANCES[silent % 4 == 3]
            left = NRS_OF[distance % 16]
            mornings.append(CheckIn(on=on, left=left, right=0, cleared=seen))
        elif silent % 4 != 3:
            mornings.append((_quiet_morning_of if is_better else _morning_of)(on, numbers))
        if happened % 4 == 1 or (is_better and happened % 4 == 3):
            runs.append(_run(on, DISTANCES_OF[distance % len(DISTANCES_OF)], happened, numbers[0]))
        elif happened % 16 == 2:
            unknown.add(on)
    return History(
        mornings=tuple(mornings),
        runs=with_told(runs, pair(mornings, runs)),
        unknown=frozenset(unknown),
    )


def _run(on, distance_m, number, hard):
    """Mostly in one of two pairs, mostly with a cadence below the own line, some of them hard."""
    return Run(
        id=on.isoformat(),
        on=on,
        start_at=datetime(on.year, on.month, on.day, 7, tzinfo=UTC),
        distance_m=distance_m,
        calf_km=distance_m and CALF_KM_OF[hard % len(CALF_KM_OF)] * distance_m / 1000,
        worn=WORN_OF[number // 4 % 4],
        cadence=CADENCES_OF[number // 16 % 4],
    )


def answered(past, answer):
    """The past with today's answer, paired with the last run as the record pairs it."""
    mornings = (*past.mornings, answer)
    return replace(past, mornings=mornings, runs=with_told(past.runs, pair(mornings, past.runs)))


def verdict(history):
    return recommend(history, TODAY).verdict


def test_the_histories_drawn_reach_every_step_of_the_way_back():
    reached = set()

    @EVERY
    @given(pasts())
    def look(past):
        (day,) = follow(past, [TODAY], default_limits())
        if day.course.ladder and day.course.ladder.allowed_on:
            reached.add(day.course.ladder.step)

    look()
    assert reached == {0, 1, 2, 3, 4, 5}


def assert_not_relaxed(stricter, than):
    """Neither the verdict nor, where both may run, the ceiling."""
    assert stricter.verdict >= than.verdict
    if stricter.ceiling is None or than.ceiling is None:
        return
    for measure in ("distance_m", "calf_km"):
        most, before = getattr(stricter.ceiling, measure), getattr(than.ceiling, measure)
        assert (most is None) == (before is None)
        assert most is None or most <= before
    assert stricter.ceiling.surface == "flat" or than.ceiling.surface == "any"


@pytest.mark.slow
@EVERY
@given(pasts(), answers(TODAY), st.data())
def test_raising_a_number_never_relaxes(past, answer, data):
    name = data.draw(st.sampled_from(["left", "right", "during"]))
    now = getattr(answer, name)
    higher = replace(answer, **{name: data.draw(st.integers(now or 0, 10))})
    now_higher, as_told = answered(past, higher), answered(past, answer)
    assert_not_relaxed(recommend(now_higher, TODAY), recommend(as_told, TODAY))


@EVERY
@given(pasts(), answers(TODAY), answers(TODAY))
def test_raising_all_numbers_never_relaxes(past, one, other):
    higher = replace(
        one,
        left=max(one.left, other.left),
        right=max(one.right, other.right),
        during=max((d for d in (one.during, other.during) if d is not None), default=None),
    )
    now_higher, as_told = answered(past, higher), answered(past, one)
    assert_not_relaxed(recommend(now_higher, TODAY), recommend(as_told, TODAY))


@EVERY
@given(pasts(), answers(TODAY), st.sampled_from(FLAGS))
def test_adding_a_flag_never_relaxes(past, answer, flag):
    flagged = replace(answer, flags=(answer.flags or frozenset()) | {flag})
    now_flagged, as_told = answered(past, flagged), answered(past, answer)
    assert_not_relaxed(recommend(now_flagged, TODAY), recommend(as_told, TODAY))


@EVERY
@given(pasts())
def test_silence_is_never_freer_than_nothing_to_report(past):
    nothing = CheckIn(on=TODAY, left=0, right=0, flags=frozenset())
    assert verdict(past) >= verdict(answered(past, nothing))
    assert verdict(past) >= Verdict.EASY


@pytest.mark.slow
@EVERY
@given(pasts(), st.none() | answers(TODAY))
def test_a_standing_flag_gives_no_training_advice(past, answer):
    history = answered(past, answer) if answer else past
    (day,) = follow(history, [TODAY], default_limits())
    said = recommend(history, TODAY)
    if day.course.flags:
        assert said.verdict >= Verdict.PHYSICIAN
        assert said.ceiling is None
        assert (said.care, said.form, said.shoes) == ((), (), ())


def calmed(past):
    """The same runs, and mornings at 0 or 1 without a flag: most wild pasts end at a physician."""
    mornings = (CheckIn(on=m.on, left=m.left % 2, right=0, where=m.where) for m in past.mornings)
    return replace(past, mornings=tuple(mornings))


CALM_ANSWERS = st.builds(
    CheckIn, on=st.just(TODAY), left=NRS, right=st.integers(0, 2), painkiller=st.booleans(),
    where=st.sets(st.sampled_from(WHERES), max_size=1).map(frozenset),
    cleared=st.sampled_from(CLEARED_OF),
)  # fmt: skip


@pytest.mark.slow
@EVERY
@given(pasts().map(calmed) | pasts(), st.none() | answers(TODAY) | CALM_ANSWERS)
def test_what_is_said_beside_a_verdict_is_withheld_where_it_must_be(past, answer):
    said = recommend(answered(past, answer) if answer else past, TODAY)
    beside = said.care + said.form + said.shoes
    names = {each.name for each in beside}
    assert len(names) == len(beside)
    assert len(said.form) <= 1
    assert len(said.shoes) <= 2
    assert not (said.form and "new_pair" in names), "not two changes at once"
    if answer is None or said.verdict >= Verdict.PHYSICIAN or answer.cleared:
        assert not beside
    elif answer.worst >= 4 or said.verdict >= Verdict.REST:
        assert not said.form
    if answer and (answer.worst >= 4 or answer.where & {"achilles_or_heel", "shin_or_bone"}):
        assert "barefoot" not in names


@pytest.mark.slow
@EVERY
@given(pasts(), st.integers(1, 30), st.sampled_from([None, 2, 3]))
def test_a_stable_two_after_clearance_is_not_banned(past, days, runs_every):
    cleared = CheckIn(on=TODAY, left=2, right=2, cleared="may_run")
    later = [CheckIn(on=TODAY + timedelta(days=n), left=2, right=2) for n in range(1, days)]
    ran = [TODAY + timedelta(days=n) for n in range(1, days) if runs_every and n % runs_every == 0]
    history = replace(
        past,
        mornings=(*past.mornings, cleared, *later),
        runs=(*past.runs, *(_run(on, 3000.0, 0, 0) for on in ran)),
    )
    # What was told of a run just before, or of rises into today, may still ask for a rest; and on
    # the steps of the way back a day without a run follows each run.
    dates = [TODAY + timedelta(days=n) for n in range(2, days)]
    for on, said in zip(dates, recommend_days(history, dates), strict=True):
        is_rest_day = said.because[0].rule == "ladder_rest_day" and on - timedelta(days=1) in ran
        assert said.verdict == (Verdict.REST if is_rest_day else Verdict.EASY)


@pytest.mark.slow
@EVERY
@given(pasts(), st.none() | answers(TODAY))
def test_one_rule_always_decides_and_the_words_are_the_same(past, answer):
    history = answered(past, answer) if answer else past
    said = recommend(history, TODAY)
    by_name = {rule.name: rule for rule in rules.RULES}
    verdicts = [by_name[b.rule].verdict for b in said.because if b.rule in by_name]
    assert verdicts[0] == said.verdict
    assert verdicts == sorted(verdicts, reverse=True)
    assert said.provisional == (answer is None)
    assert (said.ceiling is None) == (said.verdict >= Verdict.REST)
    assert (said.urgency is None) == (said.verdict < Verdict.PHYSICIAN)
    assert said == recommend(history, TODAY)


@pytest.mark.slow
@EVERY
@given(pasts(), st.integers(4, 9))
def test_many_days_are_the_days_one_by_one(past, step):
    dates = [TODAY - timedelta(days=back) for back in range(55, -10, -step)]
    assert list(recommend_days(past, dates)) == [recommend(past, on) for on in dates]


@pytest.mark.slow
@EVERY
@given(pasts(), st.data())
def test_the_future_does_not_change_the_past(past, data):
    on = TODAY - timedelta(days=data.draw(st.integers(0, 50)))
    until = History(
        mornings=tuple(each for each in past.mornings if each.on <= on),
        runs=tuple(each for each in past.runs if each.on < on),
        unknown=past.unknown,
    )
    assert recommend(past, on) == recommend(until, on)


@EVERY
@given(
    pasts(),
    st.none() | answers(TODAY),
    st.sampled_from([("distance_m",), ("calf_km",), ("distance_m", "calf_km")]),
    st.floats(1.0, 5.0),
)
def test_a_longer_last_run_never_relaxes(past, answer, measures, times):
    history = answered(past, answer) if answer else past
    if history.runs and history.runs[-1].distance_m:
        last = history.runs[-1]
        longer = replace(last, **{each: getattr(last, each) * times for each in measures})
        assert verdict(replace(history, runs=(*history.runs[:-1], longer))) >= verdict(history)


@pytest.mark.slow
@EVERY
@given(pasts(), st.none() | answers(TODAY), st.booleans(), st.none() | st.integers(1930, 2020))
def test_what_is_told_of_the_runner_only_tightens_the_ceiling(past, answer, strain, born):
    history = answered(past, answer) if answer else past
    told = replace(history, risk=RiskFactors(previous_calf_strain=strain, birth_year=born))
    with_risk, without = recommend(told, TODAY), recommend(history, TODAY)
    assert with_risk.verdict is without.verdict
    assert_not_relaxed(with_risk, without)
