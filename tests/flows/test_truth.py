"""What we say of a file against what really happened: 200 simulated runs, bytes in, numbers out.

The tolerances are the promise: steps over the covered time within 0.5 %, cadence within 0.5 steps
a minute, the timer exact, distance within 0.5 % where the device recorded it and within 2 % from
positions alone, climb within 10 % or 15 m, whichever is more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import numpy as np
import pytest

from connectors.formats import read_file
from flows.simulate import PHONE, WATCH, Kind, holes, phone_gpx, simulate_run, watch_fit
from pipeline.athlete import Athlete
from pipeline.motion import SAMPLE_MAX_S

START = datetime(2026, 8, 3, 5, 12, tzinfo=UTC)

KINDS = ("easy", "long", "intervals", "hilly", "treadmill", "walk_run", "paused", "holes")
DEVICES = ("watch", "watch without distance", "phone counting strides", "phone counting steps")
LASTING_S = (5, 10, 20, 60, 120, 300)
"""How long the noise of positions and of altitude remembers itself."""
SEEDS = range(25)

POSITION_SD_M = 3.0
ALTITUDE_SD_M = 2.0

CLIMB_M = 15.0
WALKING_BELOW_SPM = 140.0


class Number(NamedTuple):
    """One number of one run."""

    name: str
    ours: float | None
    truth: float
    allowed: float

    @property
    def off(self) -> float:
        """How far off, in units of what is allowed; more than 1 is too far."""
        if self.ours is None:
            return np.inf
        return 0.0 if self.ours == self.truth else abs(self.ours - self.truth) / self.allowed


@dataclass(frozen=True)
class Case:
    """One true run and what recorded it, all of it told by kind and seed."""

    kind: Kind | Literal["holes"]
    seed: int

    @property
    def device(self):
        """Every fourth run by the same device; a treadmill knows only the watch."""
        return DEVICES[0 if self.kind == "treadmill" else self.seed % len(DEVICES)]

    @property
    def run(self):
        """What really happened."""
        kind: Kind = "easy" if self.kind == "holes" else self.kind
        minutes = 8 + self.seed * 37 % 33
        return simulate_run(kind, start_at=START, minutes=minutes, seed=1000 + self.seed)

    @property
    def by_watch(self):
        """Whether it is a FIT file."""
        return self.device.startswith("watch")

    def errors(self, run):
        """What is wrong with the device, noise of another memory for every seed."""
        lasting_s = LASTING_S[self.seed % len(LASTING_S)]
        lost = holes(run, 4) if self.kind == "holes" else ()
        unrecorded = tuple(hole for hole in lost[1::2] if in_stride(run, hole))
        return replace(
            WATCH if self.by_watch else PHONE,
            position_sd_m=POSITION_SD_M,
            position_lasting_s=lasting_s,
            altitude_sd_m=ALTITUDE_SD_M,
            altitude_lasting_s=LASTING_S[-1 - self.seed % len(LASTING_S)],
            distance_scale_sd=0.0,
            counts_distance=self.device == "watch",
            counts_climb=False,
            unplaced=lost[::2],
            unrecorded=unrecorded,
        )

    def recorded(self, run):
        """The bytes of its file."""
        errors = self.errors(run)
        if self.by_watch:
            return watch_fit(run, errors)
        return phone_gpx(run, errors, cadence=self.device.split()[-1])


def in_stride(run, hole):
    """Whether the runner runs on into the hole: who stands there may stand 10 s or none."""
    since_s = run.activity.records.at_s - run.activity.records.at_s[0]
    near = np.abs(since_s - hole[0]) <= SAMPLE_MAX_S
    return bool((run.activity.records.cadence_spm[near] > 0).all())


def covered(run, errors, *, by_phone):
    """Which true seconds a record speaks for: 10 s from it, or up to the next one."""
    at_s = run.activity.records.at_s
    lost = (*errors.unrecorded, *(errors.unplaced if by_phone else ()))
    there = np.all([(at_s - at_s[0] < a) | (at_s - at_s[0] >= b) for a, b in lost] or [at_s > 0], 0)
    kept_s = at_s[there]
    last = np.searchsorted(kept_s, at_s[:-1], side="right") - 1
    return (at_s[:-1] - kept_s[last] < SAMPLE_MAX_S) & (at_s[:-1] < kept_s[-1])


def numbers(case):
    """Every number that is promised for this case."""
    run = case.run
    [row] = read_file("run", case.recorded(run), Athlete()).rows
    truth = run.truth
    cadence = run.activity.records.cadence_spm[:-1]
    cadence = cadence[covered(run, case.errors(run), by_phone=not case.by_watch)]
    steps = cadence.sum() / 60
    ran = cadence[cadence >= WALKING_BELOW_SPM]
    yield Number("steps", row.steps, steps, 0.005 * steps)
    yield Number("mean cadence", row.cadence_mean_spm, ran.mean(), 0.5)
    yield Number("median cadence", row.cadence_median_spm, float(np.median(ran)), 0.5)
    if case.by_watch:
        yield Number("timer", row.timer_s, truth.timer_s, 1e-9)
        yield Number("elapsed", row.elapsed_s, truth.elapsed_s, 1e-9)
    share = 0.005 if case.device == "watch" else 0.02
    yield Number("distance", row.distance_m, truth.distance_m, share * truth.distance_m)
    if case.kind != "treadmill":
        for name, ours, true_m in (
            ("ascent", row.ascent_m, truth.ascent_m),
            ("descent", row.descent_m, truth.descent_m),
        ):
            yield Number(name, ours, true_m, max(CLIMB_M, 0.1 * true_m))


def check(kind, seed):
    case = Case(kind, seed)
    wrong = [
        f"{kind} {seed}, {case.device}: {each.name} is {each.ours}, not {each.truth:.2f}"
        for each in numbers(case)
        if each.off > 1
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_the_truth(kind):
    check(kind, seed=KINDS.index(kind))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_numbers_are_the_truth_two_hundred_times(kind, seed):
    check(kind, seed)


def test_a_wrong_number_is_told_with_all_it_takes_to_find_it(monkeypatch):
    monkeypatch.setattr("pipeline.cadence.STEPS_PER_STRIDE", 2.02)
    with pytest.raises(AssertionError, match=r"easy 4, watch: steps is [\d.]+, not [\d.]+"):
        check("easy", 4)
