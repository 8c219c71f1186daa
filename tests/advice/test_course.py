"""The course of soreness: where episodes begin and end, and what stands."""

from datetime import timedelta

import pytest

from advice.course import Course
from advice.limits import default_limits
from pipeline.checkin import CheckIn
from tests.advice.pictures import TODAY, mornings


def course(picture, ran_days_ago=()):
    followed = Course(limits=default_limits())
    for checkin in mornings(picture):
        runs = [TODAY - timedelta(days=days) for days in ran_days_ago]
        before = [on for on in runs if on < checkin.on]
        followed = followed.after(checkin, ran_on=max(before, default=None))
    return followed


def day_of_episode(picture):
    episode = course(picture).left.episode
    return episode and episode.day(TODAY)


@pytest.mark.parametrize(
    ("picture", "day"),
    [
        ("1", None),
        ("2", 0),
        ("1 2", 0),
        ("2 1", 1),
        ("2 1 2", 2),
        ("2 1 1", None),
        ("2 1 . 1", None),
        ("2 0", None),
        ("2 0 2", 0),
        ("2 .*20 2", 21),
        ("2 . . 1", 3),
    ],
)
def test_an_episode_counts_calendar_days_and_ends_only_by_answers(picture, day):
    assert day_of_episode(picture) == day


def test_each_side_has_its_own_episode():
    followed = course("3/0 0/2 1/2")
    assert followed.left.episode is None
    assert followed.right.episode.day(TODAY) == 1
    assert [each.peak_nrs for each in followed.left.ended] == [3]


def test_the_peak_is_of_the_first_days():
    episode = course("3 5 4 4 3 6").left.episode
    assert (episode.early_peak_nrs, episode.peak_nrs, episode.early_last_nrs) == (5, 6, 4)
    assert course("3 5 . . 2").left.episode.early_last_nrs == 5


@pytest.mark.parametrize(
    ("picture", "rises"),
    [
        ("3", 0),
        ("1 2", 1),
        ("1 2 3", 2),
        ("1 2 2", 0),
        ("1 . 2", 2),
        ("1 . 2 3", 3),
        ("0 1 . . 2", 1),
    ],
)
def test_rises(picture, rises):
    assert course(picture).left.rises == rises


def test_rest_is_counted_within_the_episode():
    assert course("2,rested 2,rested 2 2,rested").left.episode.rested == 2


def test_ended_episodes_are_kept_for_42_days():
    assert len(course("4 0 .*39 0").left.ended) == 1
    assert len(course("4 0 .*41 0").left.ended) == 0


def test_a_referral_is_made_once_and_stands_until_it_is_answered():
    referral = course("2*12").left.episode.referral
    assert referral.on == TODAY - timedelta(days=3)
    assert referral.reasons == ("beyond_seven_days",)
    assert course("2*12 2,may_run").left.episode.referral is None
    assert course("2*12 2,may_not_run").left.episode.seen
    assert course("2*12 2,may_run 4").left.episode.referral.reasons == ("referred_again",)


def test_flags_stand_until_cleared():
    assert course("0,dark_urine 0,none .*50 0").flags == {"dark_urine": TODAY - timedelta(days=52)}
    assert course("0,dark_urine 0,may_run").flags == {}
    assert course("0,dark_urine 0,may_not_run").flags == {}
    assert set(course("0,dark_urine 0,may_run,pop_or_kick").flags) == {"pop_or_kick"}


def test_a_limp_stands_from_its_third_morning():
    assert course("0,limping*2").flags == {}
    assert course("0,limping*3").flags == {"limping": TODAY}
    assert course("0,limping 0 0,limping").flags == {"limping": TODAY}
    assert course("0,limping 0,none 0,limping").flags == {}
    assert course("0,limping*2 0,limping,may_run").flags == {}


def test_running_is_held_back_until_it_may_begin_again():
    assert course("0,may_not_run 0 0").held_since == TODAY - timedelta(days=2)
    assert course("0,may_not_run 0,may_not_run").held_since == TODAY - timedelta(days=1)
    cleared = course("0,may_not_run 0,may_run")
    assert (cleared.held_since, cleared.proving_since) == (None, TODAY)


@pytest.mark.parametrize(
    ("picture", "ran_days_ago", "proved"),
    [
        ("1,may_run 1", (1,), True),
        ("1,may_run 2", (1,), False),
        ("1/3,may_run 2/0", (1,), False),
        ("1,may_run 0", (), False),
        ("1,may_run 1", (2,), False),
        ("1,may_run . 1", (2,), False),
        ("1,may_run 2 2", (1, 2), True),
        (". 1,may_run . . . . 0", (1,), True),
        ("1,may_run . . . . 1", (1,), False),
    ],
)
def test_one_good_run_proves_the_clearance(picture, ran_days_ago, proved):
    assert (course(picture, ran_days_ago).proving_since is None) == proved


def test_silence_is_counted():
    assert course("").silent_days(TODAY) is None
    assert course("2 . .").silent_days(TODAY) == 2


def test_answers_must_come_oldest_first():
    followed = course("2")
    with pytest.raises(ValueError, match="oldest first"):
        followed.after(CheckIn(on=TODAY, left=1, right=1))
