"""How fast the virtual runner goes, second by second: the plan of a kind, slopes, crossings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.simulate.course import Course
from flows.simulate.noise import wander
from flows.simulate.truth import Kind

_WALK_MPS = 1.5
_SLOWED_BY_GRADE = 2.5
"""At equal effort 6 % uphill costs about 15 % of the speed (EVIDENCE.md 5.3, hilly 10 km)."""
_SMOOTHED_OVER_S = 9
_CROSSING_EVERY_S = 15 * 60


class _Section(NamedTuple):
    """A stretch of the plan: how long, how fast on the flat, running or walking."""

    seconds: int
    speed_mps: float
    walking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """One value for each second on the timer; shape (n,) each."""

    speed_mps: NDArray[np.float64]
    grade: NDArray[np.float64]
    """Rise over run, no unit."""
    walking: NDArray[np.bool_]
    standing: NDArray[np.bool_]

    @property
    def running(self) -> NDArray[np.bool_]:
        """Neither walking nor standing."""
        return ~(self.walking | self.standing)

    @property
    def distance_m(self) -> NDArray[np.float64]:
        """Cumulative at the start of each second and at the finish; shape (n + 1,)."""
        return np.append(0.0, np.cumsum(self.speed_mps))


def move(
    random: np.random.Generator, kind: Kind, seconds: int, *, easy_mps: float, course: Course | None
) -> Motion:
    """Follow the plan of a kind for so many seconds; without a course, on a treadmill."""
    plan = list(_plan(kind, seconds, easy_mps))
    lasting = [section.seconds for section in plan]
    walking = np.repeat([section.walking for section in plan], lasting)
    standing = np.zeros(seconds, np.bool_)
    if kind in {"easy", "long", "hilly"}:
        standing = _crossings(random, seconds)
    speed = _smooth(np.repeat([section.speed_mps for section in plan], lasting))
    if course is None:
        belt = speed * (1 + wander(random, seconds, sd=0.003, time_constant_s=20))
        return Motion(
            speed_mps=np.round(belt, 3), grade=np.zeros(seconds), walking=walking, standing=standing
        )
    speed = speed * (1 + wander(random, seconds, sd=0.03, time_constant_s=20))
    # Where the slopes lie depends on the speed, and the speed on the slopes: one round is enough.
    speed = speed * (1 - _SLOWED_BY_GRADE * course.grade(np.cumsum(speed)))
    speed[standing] = 0.0
    speed = np.round(speed, 3)
    grade = course.grade(np.cumsum(speed))
    return Motion(speed_mps=speed, grade=grade, walking=walking, standing=standing)


def _plan(kind: Kind, seconds: int, easy_mps: float) -> Iterator[_Section]:
    match kind:
        case "intervals":
            warm_up, cool_down = seconds // 4, seconds // 6
            yield _Section(warm_up, easy_mps)
            fast, jog = _Section(180, 1.45 * easy_mps), _Section(120, 0.85 * easy_mps)
            yield from _repeated(seconds - warm_up - cool_down, fast, jog)
            yield _Section(cool_down, easy_mps)
        case "walk_run":
            warm_up = min(300, seconds // 4)
            yield _Section(warm_up, _WALK_MPS, walking=True)
            run, walk = _Section(120, easy_mps), _Section(60, _WALK_MPS, walking=True)
            yield from _repeated(seconds - warm_up, run, walk)
        case "long":
            yield _Section(seconds, 0.97 * easy_mps)
        case _:
            yield _Section(seconds, easy_mps)


def _repeated(seconds: int, *pattern: _Section) -> Iterator[_Section]:
    """The pattern again and again, cut off where the time is over."""
    for section in cycle(pattern):
        if seconds <= 0:
            return
        yield section._replace(seconds=min(section.seconds, seconds))
        seconds -= section.seconds


def _crossings(random: np.random.Generator, seconds: int) -> NDArray[np.bool_]:
    """Waiting at the road with the timer on, 8 to 25 s, about every quarter of an hour."""
    standing = np.zeros(seconds, np.bool_)
    for quarter in range(seconds // _CROSSING_EVERY_S):
        start = quarter * _CROSSING_EVERY_S + int(random.integers(120, _CROSSING_EVERY_S - 60))
        standing[start : start + int(random.integers(8, 26))] = True
    return standing


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over nine seconds: nobody changes speed at once."""
    padded = np.pad(values, _SMOOTHED_OVER_S // 2, mode="edge")
    kernel = np.full(_SMOOTHED_OVER_S, 1 / _SMOOTHED_OVER_S)
    return np.convolve(padded, kernel, mode="valid")
