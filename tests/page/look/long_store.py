"""Installations with years of runs and answers, made by the store's own API in seconds."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flows import settings
from flows.days import derive_days
from flows.settings import Home
from pipeline.activity import Finding
from pipeline.checkin import CheckIn
from pipeline.row import ActivityRow
from pipeline.store.records import RawFile, SeenFile, Store
from pipeline.wardrobe import Pair

SOURCE = "file:///watch"
SPEEDS_MPS = (2.5, 3.0, 3.5)
PAIRS = ("Blue road", "Red trail", "Grey daily", "Green light")


def long_store(store: Store, athlete: str, *, years: float, last: date, seed: int = 1) -> None:
    """Years of a runner who runs five times in seven days and answers most mornings."""
    dice = random.Random(seed)
    days = round(years * 365)
    dates = [last - timedelta(days=days - 1 - each) for each in range(days)]
    ran = {on for on in dates if dice.random() < 0.69 and on < last}
    with store.writing() as transaction:
        transaction.add_athlete(athlete)
        transaction.add_source(athlete, SOURCE, complete=True)
        for place, name in enumerate(PAIRS):
            worn_from = dates[0] + timedelta(days=place * days // len(PAIRS))
            transaction.add_shoes(athlete, Pair(name=name, from_date=worn_from))
        for place, on in enumerate(sorted(ran)):
            digest = f"{place:012x}".ljust(64, "0")
            transaction.add_raw(athlete, _raw(digest, on), [run_row(dice, on, place)], 1)
            transaction.add_seen(athlete, SOURCE, _seen(digest, on))
        transaction.mark_scanned(athlete, SOURCE, last)
        answered_at = datetime.combine(last, datetime.min.time(), UTC)
        for on in dates:
            if dice.random() < 0.9:
                transaction.add_checkin(athlete, _answer(dice, on), answered_at)
    derive_days(store, athlete)


def run_row(dice: random.Random, on: date, place: int) -> ActivityRow:
    """One run as a watch would have told it."""
    start_at = datetime(on.year, on.month, on.day, 6, place % 60, tzinfo=UTC)
    speed_mps = dice.uniform(2.6, 3.3)
    distance_m = dice.triangular(4_000, 18_000, 8_000)
    timer_s = distance_m / speed_mps
    season = 2 * math.sin(place / 120)
    cadence_spm = 165 + 9 * (speed_mps - 3.0) + dice.gauss(0, 2.5) + season
    findings = (Finding("gps_spike", 3, "Positions faster than anyone runs."),)
    return ActivityRow(
        sport="running",
        sub_sport=None,
        start_at=start_at,
        end_at=start_at + timedelta(seconds=timer_s + 60),
        timezone="Europe/Berlin",
        timezone_from="position",
        local_date=on,
        elapsed_s=timer_s + 60,
        elapsed_from="device",
        timer_s=timer_s,
        timer_from="device",
        moving_s=timer_s - 20,
        distance_m=distance_m,
        distance_from="device",
        ascent_m=dice.uniform(10, 160),
        ascent_from="altitude",
        descent_m=dice.uniform(10, 160),
        descent_from="altitude",
        records=round(timer_s),
        cadence_mean_spm=cadence_spm,
        cadence_median_spm=cadence_spm,
        cadence_sd_spm=3.1,
        cadence_coverage=0.98,
        cadence_by_speed=tuple(
            (each, cadence_spm + 9 * (each - speed_mps), timer_s / 3) for each in SPEEDS_MPS
        ),
        cadence_rule="strides_doubled",
        steps=cadence_spm * timer_s / 60,
        steps_from="records",
        step_length_mean_m=speed_mps / cadence_spm * 60,
        speed_mean_mps=speed_mps,
        heart_rate_mean_bpm=dice.uniform(138, 158),
        calf_km=distance_m / 1000 * dice.uniform(0.9, 1.2),
        calf_km_strain=distance_m / 1000 * dice.uniform(0.8, 1.8),
        calf_km_walked=0.1,
        calf_km_strain_walked=0.1,
        device="Testwatch 7",
        findings=findings if place % 9 == 0 else (),
    )


def open_home(folder: Path, text: str = "") -> tuple[Home, Store]:
    """An installation of its own, and its database."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / settings.FILE).write_text(text)
    home = settings.load(folder)
    return home, Store(home.database_url)


def _raw(digest: str, on: date) -> RawFile:
    return RawFile(
        sha256=digest,
        file=f"{on.isoformat()}.fit",
        format="fit",
        status="read",
        reason=None,
        derived_with="reader 1",
    )


def _seen(digest: str, on: date) -> SeenFile:
    return SeenFile(
        path=f"{on.isoformat()}.fit",
        bytes=1,
        modified_ns=1,
        sha256=digest,
        status="read",
        reason=None,
        reader_version=1,
    )


def _answer(dice: random.Random, on: date) -> CheckIn:
    wave = 1.5 + 1.5 * math.sin(on.toordinal() / 9)
    left, right = (min(max(round(dice.gauss(wave, 1)), 0), 10) for _ in range(2))
    return CheckIn(on=on, left=left, right=right, rpe=dice.randint(2, 7), flags=frozenset())
