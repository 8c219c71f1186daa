"""The sound files that the fuzzer spoils: made ones, and the real ones where they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flows.simulate import phone_gpx, simulate_run, watch_fit
from pipeline.activity import Pause
from tests.connectors import made
from tests.connectors.test_tcx import FULL, activity, document, lap, point
from tests.fuzz import fit_parts, xml_faults

if TYPE_CHECKING:
    from flows.simulate import Kind

Family = Literal["fit", "xml"]
FAMILIES: tuple[Family, ...] = ("fit", "xml")
ENDINGS = {"fit": (".fit",), "xml": (".gpx", ".tcx")}

LARGEST_REAL_BYTES = 200_000
MOST_OF_A_KIND = 80
"""Messages of one kind, or points, that are kept of a real file: its layout is what counts."""

SHARED = Path(os.environ.get("CALFWISE_SHARED", Path(__file__).parents[3] / "shared"))
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seed:
    """One sound file."""

    name: str
    content: bytes


@cache
def seeds(family: Family, *, with_real: bool) -> tuple[Seed, ...]:
    """The files of a family, always in the same order."""
    found = _made_fit() if family == "fit" else _made_xml()
    return found + (_real(family) if with_real else ())


def _made_fit() -> tuple[Seed, ...]:
    kinds: tuple[Kind, ...] = ("easy", "intervals", "treadmill", "paused", "walk_run")
    runs = tuple(
        Seed(f"watch {kind}", watch_fit(simulate_run(kind, start_at=START, minutes=2, seed=index)))
        for index, kind in enumerate(kinds)
    )
    longer = simulate_run("easy", start_at=START, minutes=6, seed=9)
    stopped = Pause(made.START_S + 20, made.START_S + 30)
    return (
        *runs,
        Seed("watch, six minutes", watch_fit(longer)),
        Seed("ride", made.fit_run(sport="cycling", sub_sport="generic", pauses=(stopped,))),
        Seed("walk", made.fit_run(sport="walking", rpe=4.0, utc_offset_s=3600)),
        Seed("definition for each record", _defined_each_time()),
        Seed("two sessions", _two_sessions()),
        Seed("developer", _developer()),
        Seed("since switched on", _since_switched_on()),
        Seed("chain", made.fit_run() + made.fit_run(sport="walking")),
    )


def _defined_each_time() -> bytes:
    return made.fit_file(*map(made.moving_record, range(30)), made.session(0))


def _two_sessions() -> bytes:
    moving = [made.moving_record(second) for second in range(60)]
    return made.fit_file(*moving, made.session(0), made.session(30, made.CYCLING))


def _developer() -> bytes:
    described = (
        made.message(made.DEVELOPER_DATA_ID, (3, "uint8", 0)),
        made.message(
            made.FIELD_DESCRIPTION,
            (0, "uint8", 0),
            (1, "uint8", 7),
            (2, "uint8", 0x84),
            (3, "string", b"Power\0"),
        ),
    )
    some = [
        made.record(second, (5, "uint32", second * 300), developer=((7, "uint16", 230),))
        for second in range(40)
    ]
    return made.fit_file(*described, *some, made.session(0))


def _since_switched_on() -> bytes:
    """Times counted from when the watch was switched on, and a local time at the end."""
    some = [
        made.message(made.RECORD, (253, "uint32", 100 + second), (5, "uint32", second * 300))
        for second in range(40)
    ]
    ended = made.message(made.ACTIVITY, (253, "uint32", 140), (5, "uint32", made.since_1989(3600)))
    return made.fit_file(*some, ended)


def _made_xml() -> tuple[Seed, ...]:
    easy = simulate_run("easy", start_at=START, minutes=2, seed=1)
    paused = simulate_run("paused", start_at=START, minutes=2, seed=2)
    points = [point(second, FULL) for second in range(60)]
    laps = lap(0, "".join(points[:20]), "".join(points[20:40])), lap(40, "".join(points[40:]))
    return (
        Seed("phone", phone_gpx(easy)),
        Seed("phone, strides", phone_gpx(easy, cadence="strides", heart_rate=True)),
        Seed("phone, pauses", phone_gpx(paused, cadence="steps", heart_rate=True)),
        Seed("phone, version 1.0", _version_1_0(phone_gpx(easy, cadence="steps"))),
        Seed("phone, in UTF-16", phone_gpx(easy).decode().replace("UTF-8", "UTF-16").encode()),
        Seed("tcx", document(activity(*laps))),
        Seed("tcx, two activities", document(activity(*laps), activity(*laps, sport="Biking"))),
    )


def _version_1_0(content: bytes) -> bytes:
    return content.replace(b'version="1.1"', b'version="1.0"').replace(b"GPX/1/1", b"GPX/1/0")


def _real(family: Family) -> tuple[Seed, ...]:
    """Real files up to 200 kB, with their messages or points thinned out."""
    folder = SHARED / "data/watch"
    paths = sorted(each for each in folder.rglob("*.*") if each.suffix.lower() in ENDINGS[family])
    small = [each for each in paths if 0 < each.stat().st_size <= LARGEST_REAL_BYTES]
    return tuple(
        Seed(each.relative_to(folder).as_posix(), _thinned(family, each.read_bytes()))
        for each in small
    )


def _thinned(family: Family, content: bytes) -> bytes:
    if family == "xml":
        return xml_faults.shortened(content, MOST_OF_A_KIND)
    return fit_parts.shortened(fit_parts.parts_of(content), MOST_OF_A_KIND).to_bytes()
