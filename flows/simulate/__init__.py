"""The virtual runner: runs whose truth is known, as watch and phone would record them.

    run = simulate_run("intervals", start_at=..., minutes=50, seed=7)
    run.truth.steps                     what really happened
    watch_fit(run)                      what the watch wrote of it, as bytes
    phone_gpx(run, started_late_s=90)   what the phone wrote
    watch_fit(run, replace(WATCH, unplaced=holes(run)))     a watch that lost its satellites twice
    season(today, seed=7)               sixteen weeks of them, with the mornings

The same seed gives the same bytes. No clock is read, sines and the like are rounded before use
(their last digit depends on the processor), and random numbers are scaled here, not by NumPy.
"""

from flows.simulate.body import Runner
from flows.simulate.course import Place, place_in
from flows.simulate.recorders import (
    PHONE,
    WATCH,
    Counting,
    Device,
    holes,
    phone_gpx,
    truncated,
    watch_fit,
)
from flows.simulate.run import simulate_run
from flows.simulate.season import RecordedRun, Season, season
from flows.simulate.truth import Kind, TrueRun, Truth

__all__ = [
    "PHONE",
    "WATCH",
    "Counting",
    "Device",
    "Kind",
    "Place",
    "RecordedRun",
    "Runner",
    "Season",
    "TrueRun",
    "Truth",
    "holes",
    "phone_gpx",
    "place_in",
    "season",
    "simulate_run",
    "truncated",
    "watch_fit",
]
