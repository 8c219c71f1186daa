"""The way back after a sudden sharp pain: which step, how far, and in which words."""

from datetime import timedelta

import pytest

from advice.course import Course
from advice.limits import default_limits
from advice.recommend import recommend
from advice.recommendation import Ceiling
from pipeline.checkin import FLAGS
from tests.advice.pictures import TODAY, history, mornings, rows

# Each row begins with a morning of sudden sharp pain, not drawn. Runs are days before today.
STEPS = """
  mornings, today last      | ran     | step | quiet | why
  0                         |         | -    | 0     | nobody has allowed it yet
  0,may_not_run 0           |         | -    | 0     | nor now
  0,may_run                 |         | 1    | 0     | opens at 0
  0/1,may_run               |         | 1    | 0     | or 1
  0/2,may_run               |         | 0    | 0     | not at 2, on either side
  2,may_run 2 2 1           |         | 1    | 0     | opens later
  2,may_run 2 0 0           | 3       | 1    | 0     | a run before the steps opened was on none
  0,may_run 0 0 0 0 0       |         | 1    | 0     | quiet mornings alone unlock nothing
  0,may_run .*30            | 30      | 1    | 0     | nor do dates
  0,may_run 0               | 1       | 1    | 1     | a run, and one quiet morning
  0,may_run 0 1             | 2       | 2    | 0     | and a second one
  0,may_run . . 0           | 3       | 1    | 1     | silence is no quiet morning
  0,may_run 0 .*9 0         | 11      | 2    | 0     | and takes none away
  0,may_run 0 0 0 0         | 4       | 2    | 0     | the second step wants a run of its own
  0,may_run 0 0 0 0         | 4 2     | 3    | 0     | like this
  0,may_run 0 0 0 0         | 4 3     | 2    | 0     | not one from the step before
  0,may_run 0 2             | 2       | 1    | 0     | above quiet: counted anew
  0,may_run 0 0/2 0 0       | 4       | 1    | 0     | with a new run
  0,may_run 0 2 0 0         | 4 2     | 2    | 0     | like this
  0,may_run 0 0,d2          | 2       | 1    | 0     | what the run hurt counts too
  0,may_run 0 0,d1          | 2       | 2    | 0     | from the same level
  0,may_run 0 0 2           | 3       | 2    | 0     | 2 keeps the step
  0,may_run 0 0 3           | 3       | 1    | 0     | 3 goes a step back
  0,may_run 0 0 0,d3        | 3       | 1    | 0     | in the run as well
  0,may_run 0 0 0 0 3       | 5 3     | 2    | 0     | one, not to the first
  0,may_run 0 0 0 0 3 3     | 6 4     | 1    | 0     | each morning
  0,may_run 3               |         | 1    | 0     | and not below the first
  0,may_run 0 0,may_not_run | 2       | -    | 0     | may not run any more
  0,may_run 0 0,may_run     | 2       | 2    | 0     | told again: it goes on
"""


def follow(picture, ran=""):
    ran_on = [TODAY - timedelta(days=int(days)) for days in ran.split()]
    course = Course(limits=default_limits())
    for checkin in mornings(picture):
        before = [on for on in ran_on if on < checkin.on]
        course = course.after(checkin, ran_on=max(before, default=None))
    return course


def ladder(picture, ran=""):
    return follow(f"0,sudden_sharp_pain {picture}", ran).ladder


@pytest.mark.parametrize("row", rows(STEPS), ids=" | ".join)
def test_steps(row):
    picture, ran, step, quiet, _ = row
    found = ladder(picture, ran)
    assert (str(found.step) if found.allowed_on else "-", str(found.quiet)) == (step, quiet)


def test_after_the_last_step_it_is_forgotten_and_a_new_pain_begins_anew():
    whole = "0,may_run 0*10", "10 8 6 4 2"
    assert ladder(*whole) is None
    assert ladder("0,may_run 0*9", "9 7 5 3 1").step == 5
    again = ladder("0,may_run 0*8 0,sudden_sharp_pain 0,may_run", "10 8 6 4 2")
    assert (again.step, again.allowed_on) == (1, TODAY)


@pytest.mark.parametrize("flag", sorted(set(FLAGS) - {"sudden_sharp_pain"}))
def test_no_other_flag_asks_for_it(flag):
    assert follow(f"0,{flag} 0,may_run").ladder is None


@pytest.mark.parametrize(
    ("picture", "runs", "says"),
    [
        ("0,may_run", "usual", "Step 1 of 5 of the way back: run 1 minute, walk 1 minute, and so"),
        ("0,may_run 0 0", "2@2", "Step 2 of 5 of the way back: run 2 minutes, walk 1 minute, and"),
        ("0,may_run 0*8", "2@8 2@6 2@4 2@2", "Step 5 of 5 of the way back: easy running without"),
        ("2,may_run 2", "usual", "You told us (yesterday) that you may run again after a sudden"),
        ("0,may_run 0", "2@1", "The watch shows a run (yesterday), and on the way back after a"),
    ],
)
def test_the_words_of_a_step(picture, runs, says):
    (reason, *_) = recommend(history(f"0,sudden_sharp_pain {picture}", runs), TODAY).because
    assert reason.says.startswith(says)


def test_a_step_is_said_whole():
    says = recommend(history("0,sudden_sharp_pain 0,may_run", "usual"), TODAY).because[0].says
    assert says == (
        "Step 1 of 5 of the way back: run 1 minute, walk 1 minute, and so on, then 1 day without a "
        "run. Strength work, if you do any, comes after the run. 2 mornings at 0 to 1 after it "
        "open the next step. Before it: walking, raises of each calf and jumps on both legs, all "
        "without pain."
    )


def test_the_minutes_are_told_where_no_distance_can_be():
    said = recommend(history("0,sudden_sharp_pain 0,may_run", "-"), TODAY)
    assert said.ceiling == Ceiling(distance_m=None, calf_km=None, surface="flat")
    assert "for at most 20 minutes in all" in said.because[0].says


def test_the_steps_themselves_are_no_usual_runs():
    """After a month without a run 20 minutes bound a step, and the next one is not made smaller."""
    told = "0,sudden_sharp_pain . 0,may_run 0 0"
    for runs, km in (("10@40 2@2", None), ("10@20 2@2", 2.4)):
        said = recommend(history(told, runs), TODAY)
        assert said.because[0].says.startswith("Step 2 of 5")
        assert said.ceiling == Ceiling(distance_m=km and km * 1000, calf_km=km, surface="flat")
        assert ("for at most 20 minutes" in said.because[0].says) == (km is None)


def test_the_ceiling_says_its_step():
    said = recommend(history("0,sudden_sharp_pain 0,may_run 0 0", "usual 2@2"), TODAY)
    (ceiling,) = (each for each in said.because if each.rule == "ceiling")
    assert (
        ceiling.says == "Today at most 2.4 km: 24% of your usual run of 10.0 km, for step 2 of 5."
    )
