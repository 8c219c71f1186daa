"""Every recorded activity, fifty a page, the newest first."""

from dataclasses import dataclass

from advice import words
from flows.page import said
from flows.page.look_site import Runner
from flows.page.site import Site
from pipeline.store.records import StoredActivity

A_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One activity of the list."""

    id: str
    day: str
    sport: str
    distance: str
    time: str
    pace: str | None
    cadence: str | None
    calf_load: str | None
    shoes: str | None
    counts: str | None
    """Why it does not count; None where it does."""
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """The list, ready to be shown."""

    lines: tuple[RunLine, ...]
    count: int
    first: int
    """Number of the first line, from 1."""
    page: int
    pages: int


def pages_of(site: Site, runner: Runner) -> tuple[int, int]:
    """How many activities there are, and how many pages of them; at least one."""
    with site.store.reading() as transaction:
        count = transaction.activity_count(runner.athlete)
    return count, max(-(-count // A_PAGE), 1)


def runs_of(site: Site, runner: Runner, page: int) -> RunsPage:
    """One page, from 1."""
    count, pages = pages_of(site, runner)
    skip = (page - 1) * A_PAGE
    with site.store.reading() as transaction:
        stored = transaction.activities_newest_first(runner.athlete, skip=skip, at_most=A_PAGE)
    lines = tuple(line_of(each, runner.units) for each in stored)
    return RunsPage(lines=lines, count=count, first=skip + 1, page=page, pages=pages)


def line_of(stored: StoredActivity, units: words.Units) -> RunLine:
    """One activity in a few words."""
    row = stored.row
    distance_m = row.distance_m
    mean_spm, calf_km = row.cadence_mean_spm, row.calf_km
    return RunLine(
        id=stored.id,
        day=said.short_day_of_year(row.local_date),
        sport=said.sport(row),
        distance="no distance" if distance_m is None else words.distance(distance_m, units),
        time=words.duration(row.timer_s),
        pace=said.pace(distance_m, row.timer_s, units) if row.is_run else None,
        cadence=None if mean_spm is None else f"{mean_spm:.0f} steps/min",
        calf_load=None if calf_km is None else words.calf_load(calf_km),
        shoes=stored.worn.name if stored.worn else None,
        counts=why_not_counted(stored),
        findings=findings_of(stored),
    )


def why_not_counted(stored: StoredActivity) -> str | None:
    """`copy`, `left out`, `adds calf load only`, `not a run`; None where it counts."""
    if stored.correction is not None and stored.correction.dropped:
        return "left out by you"
    if stored.duplicate_of is not None:
        return "copy of another recording"
    if stored.counted:
        return None
    return "adds calf load only" if stored.is_walk else "not a run"


def findings_of(stored: StoredActivity) -> tuple[str, ...]:
    """What was found in the recording, in words; how often, where more than once."""
    return tuple(
        each.says if each.count == 1 else f"{each.says.rstrip('.')} ({each.count:,} times)."
        for each in stored.row.findings
    )
