"""The lines of a recording: the kept file read once more, in a process of its own, within limits.

Nothing is kept on disk. At most two files are read at a time, however many ask.
"""

from dataclasses import replace
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from advice import words
from connectors.limits import ReadingLimits
from connectors.moments import Asked, in_a_worker
from flows import settings
from flows.page import said
from flows.page.look_site import Looking, Runner
from flows.settings import Home
from pipeline.moments import Line, Moments
from pipeline.shoes import force_as_worn
from pipeline.store import raw
from pipeline.store.records import StoredActivity

AT_ONCE = BoundedSemaphore(2)
PATIENCE_S = 20.0
"""So long somebody who opened a page waits for others' files to be read."""
CPU_S, WALL_S = 10.0, 20.0
"""For one file; a run of hours takes a tenth of a second."""

FILE_GONE = "The kept file of this recording is gone or spoilt; its numbers stay."
NOT_READ = "The kept file could not be read again within its limits; its numbers stay."
BUSY = "Other recordings are being read just now; open this page again in a moment."
SLOWEST_MPS = 0.7
"""Slower than this is standing about: a pace of half an hour a kilometre flattens every other."""


class BusyReadingError(Exception):
    """Too many ask at once: try again. It is not remembered."""


def moments_for(looking: Looking, runner: Runner, stored: StoredActivity) -> Moments | str:
    """The lines of one activity, or why there are none."""
    try:
        return looking.remembered(
            f"moments {stored.id}", runner, lambda: _read(looking, runner, stored)
        )
    except BusyReadingError:
        return BUSY


def _read(looking: Looking, runner: Runner, stored: StoredActivity) -> Moments | str:
    home, athlete = looking.site.home, runner.athlete
    content = _kept(home, athlete, stored.sha256)
    if content is None:
        return FILE_GONE
    with looking.site.store.reading() as transaction:
        place = transaction.place_in_file(athlete, stored.id)
        strike = transaction.strike(athlete)
    told, corrected = stored.told, stored.correction
    asked = Asked(
        content=content,
        place=place,
        athlete=home.athlete(athlete),
        not_after_s=settings.now().timestamp(),
        sport_told=(told.sport, told.sub_sport) if told and told.sport else None,
        corrected=(corrected.sport, corrected.sub_sport) if corrected and corrected.sport else None,
        force_as_worn=force_as_worn(stored.worn.kind if stored.worn else None, strike),
        split_m=words.METRES[runner.units],
    )
    if not AT_ONCE.acquire(timeout=PATIENCE_S):
        raise BusyReadingError
    try:
        return in_a_worker(asked, _limits(home)) or NOT_READ
    finally:
        AT_ONCE.release()


def _kept(home: Home, athlete: str, digest: str) -> bytes | None:
    """The bytes of a kept file; None where they are not what they were."""
    try:
        content = raw.path_of(home.raw_folder / athlete, digest).read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == digest else None


def _limits(home: Home) -> ReadingLimits:
    """Those of the settings, and no more patience than somebody has who looks at a page."""
    limits = home.limits
    worker = replace(
        limits.worker,
        cpu_s=min(limits.worker.cpu_s, CPU_S),
        wall_s=min(limits.worker.wall_s, WALL_S),
    )
    return replace(limits, worker=worker)


def series_json(moments: Moments, runner: Runner) -> dict[str, Any]:
    """What static/run.js draws: one axis of time, and lines as long as it is; null is a gap."""
    units = runner.units
    lines: list[dict[str, Any]] = []

    def add(name: str, title: str, unit: str, values: Line | None, **more: Any) -> None:  # noqa: ANN401 - JSON
        if values is not None:
            lines.append({"name": name, "title": title, "unit": unit, "values": values, **more})

    add("pace", "Pace", f"min/{units}", _paces(moments.speed_mps, runner), clock=True, down=True)
    add("cadence", "Cadence", "steps/min", moments.cadence_spm)
    add("heart", "Heart rate", "beats/min", moments.heart_rate_bpm)
    metres = units == "km"
    heights = moments.altitude_m
    if heights is not None and not metres:
        heights = tuple(
            None if each is None else round(each * said.FEET_A_METRE, 1) for each in heights
        )
    add("elevation", "Elevation", "m" if metres else "ft", heights, area=True)
    add("load", "Calf load", "calf-km an hour", moments.calf_km_per_h, digits=1, area=True)
    return {"step_s": moments.step_s, "at_s": moments.at_s, "lines": lines}


def _paces(speed_mps: Line | None, runner: Runner) -> Line | None:
    if speed_mps is None:
        return None
    return tuple(
        None if each is None or each < SLOWEST_MPS else round(said.pace_s(each, runner.units), 1)
        for each in speed_mps
    )
