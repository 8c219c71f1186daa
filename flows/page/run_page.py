"""One run: its numbers and where each comes from, what was found in it, and its splits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from advice import words
from flows.page import said
from flows.page.look_site import Looking, Runner
from flows.page.recordings import moments_for
from flows.page.runs import findings_of, why_not_counted
from flows.page.site import Site
from pipeline.activity import NumberFrom
from pipeline.history import Told, told_of
from pipeline.moments import Moments, Split
from pipeline.row import ActivityRow
from pipeline.store.records import StoredActivity


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its unit, and where it comes from."""

    label: str
    said: str
    """The number, and behind the first space its unit."""
    beside: str = ""

    @property
    def value(self) -> str:
        """The number."""
        return self.said.partition(" ")[0]

    @property
    def unit(self) -> str:
        """Its unit; empty where it has none."""
        return self.said.partition(" ")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLine:
    """One part of the way as a row of the table; a dash where it was not recorded."""

    part: str
    time: str
    pace: str
    cadence: str
    heart_rate: str
    elevation: str
    calf_load: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """The page, but for what the file has to be read again for."""

    id: str
    sport: str
    day: str
    started: str
    counts: str | None
    copy_of: str | None
    copies: tuple[str, ...]
    main: tuple[Number, ...]
    more: tuple[Number, ...]
    findings: tuple[str, ...]
    file: str
    device: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What the file was read again for."""

    is_there: bool
    why_not: str | None
    """Why there are no lines; None where there are."""
    splits: tuple[SplitLine, ...]
    step: str
    """Over what each drawn point is a mean."""


def run_of(site: Site, runner: Runner, activity: str) -> tuple[StoredActivity, RunPage] | None:
    """One activity of this runner; None where they have none of this id."""
    with site.store.reading() as transaction:
        stored = transaction.activity(runner.athlete, activity)
        if stored is None:
            return None
        copies = transaction.copies_of(runner.athlete, activity)
    row = stored.row
    page = RunPage(
        id=stored.id,
        sport=said.sport(row),
        day=said.day_of_year(row.local_date),
        started=_started(stored),
        counts=why_not_counted(stored),
        copy_of=stored.duplicate_of,
        copies=tuple(copies),
        main=tuple(_main(stored, runner.units)),
        more=tuple(_more(stored, runner.units)),
        findings=findings_of(stored),
        file=f"{stored.file} ({stored.format.upper()}, {stored.status})",
        device=row.device,
    )
    return stored, page


def by_the_runner(looking: Looking, runner: Runner, stored: StoredActivity) -> list[Number]:
    """What the runner told of it: effort and pain."""
    told = looking.remembered("told", runner, lambda: _told(looking.site, runner.athlete))
    return list(_told_of_it(stored, told.get(stored.id)))


def _told(site: Site, athlete: str) -> dict[str, Told]:
    """What was told of each run afterwards."""
    with site.store.reading() as transaction:
        mornings = transaction.mornings(athlete)
        return told_of(mornings, transaction.day_activities(athlete))


def lines_of(looking: Looking, runner: Runner, stored: StoredActivity) -> Lines:
    """The splits, from the kept file; why not, where it cannot be read."""
    found = moments_for(looking, runner, stored)
    if not isinstance(found, Moments):
        return Lines(is_there=False, why_not=found, splits=(), step="")
    return Lines(
        is_there=True,
        why_not=None,
        splits=tuple(_split(each, runner.units) for each in found.splits),
        step=words.count(round(found.step_s), "second"),
    )


def _started(stored: StoredActivity) -> str:
    row = stored.row
    whence = {"file": "by the file", "position": "by its place", "athlete": "your time zone"}
    local = row.start_at.astimezone(_zone(row.timezone))
    return f"{local:%H:%M} ({row.timezone}, {whence[row.timezone_from]})"


def _zone(name: str) -> tzinfo:
    """A zone as rows name it: `Europe/Berlin`, or `+02:00`."""
    if name[:1] in "+-":
        hours, minutes = int(name[1:3]), int(name[4:6])
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if name[0] == "+" else -offset)
    return ZoneInfo(name)


def _from(origin: NumberFrom | None) -> str:
    return said.ORIGINS[origin] if origin else ""


def _main(stored: StoredActivity, units: words.Units) -> Iterator[Number]:
    """The few that a runner looks for first."""
    row = stored.row
    if row.distance_m is not None:
        yield Number("Distance", words.distance(row.distance_m, units), _from(row.distance_from))
    yield Number("Time", said.clock(row.timer_s), f"timer, {_from(row.timer_from)}".rstrip(", "))
    if row.is_run and (pace := said.pace(row.distance_m, row.timer_s, units)):
        yield Number("Pace", pace, "distance over timer time")
    if row.cadence_mean_spm is not None:
        share = "" if row.cadence_coverage is None else f"known for {row.cadence_coverage:.0%}"
        yield Number(
            "Cadence", f"{row.cadence_mean_spm:.0f} steps/min", f"mean, {share}".rstrip(", ")
        )
    if row.heart_rate_mean_bpm is not None:
        yield Number("Heart rate", f"{row.heart_rate_mean_bpm:.0f} beats/min", "mean")
    if row.ascent_m is not None:
        yield Number("Climb", said.height(row.ascent_m, units), _from(row.ascent_from))
    if row.calf_km is not None:
        worn = f"in {stored.worn.name}" if stored.worn else "shoes not told"
        yield Number("Calf load", words.calf_load(row.calf_km), worn)


def _more(stored: StoredActivity, units: words.Units) -> Iterator[Number]:
    """Everything else that is known."""
    row, standing = stored.row, stored.standing
    yield Number("Elapsed", said.clock(row.elapsed_s), _from(row.elapsed_from))
    yield Number("Moving", said.clock(row.moving_s), "feet on the move")
    if row.descent_m is not None:
        yield Number("Descent", said.height(row.descent_m, units), _from(row.descent_from))
    if row.steps is not None:
        yield Number("Steps", f"{row.steps:,.0f}", _from(row.steps_from))
    if row.step_length_mean_m is not None:
        yield Number("Step length", f"{row.step_length_mean_m:.2f} m", "mean of the running")
    residual, sd = standing.cadence_residual_spm, standing.cadence_residual_sd_spm
    if residual is not None and sd is not None:
        runs = words.count(standing.cadence_line_runs or 0, "run")
        value = f"{residual:+.1f} steps/min"
        yield Number(
            "Against your own line", value, f"runs lie {sd:.1f} off it; from {runs} before"
        )
    if row.cadence_drift_pct is not None:
        yield Number("Cadence drift", f"{row.cadence_drift_pct:+.1f} %", "first third to last")
    above = standing.above_longest_pct(row.distance_m)
    if above is not None and stored.counted:
        yield Number("Against the longest of 30 days before", f"{above:+.0f} %", "distance")
    if row.calf_km_strain is not None:
        yield Number(
            "Strain-weighted calf load", f"{row.calf_km_strain:.1f}", "ranks hard runs only"
        )
    yield from _sensed(row)
    yield Number("Records", f"{row.records:,}", "")


def _sensed(row: ActivityRow) -> Iterator[Number]:
    """What chest straps and foot pods tell."""
    if row.trimp is not None:
        yield Number("TRIMP", f"{row.trimp:.0f}", "from heart rate (Banister)")
    if row.power_mean_w is not None:
        yield Number("Power", f"{row.power_mean_w:.0f} W", "mean on the move")
    if row.ground_contact_time_ms is not None:
        yield Number(
            "Ground contact", f"{row.ground_contact_time_ms:.0f} ms", "mean of the running"
        )
    if row.ground_contact_balance_pct is not None:
        yield Number("Balance", f"{row.ground_contact_balance_pct:.1f} % left", "ground contact")


def _told_of_it(stored: StoredActivity, told: Told | None) -> Iterator[Number]:
    """Effort and pain; what the runner told us goes before the file, that before an export."""
    effort = told.rpe if told else None
    if effort is not None:
        yield Number("Effort", f"{effort} of 10", "told on a morning after")
    elif stored.row.rpe is not None:
        yield Number("Effort", f"{stored.row.rpe:g} of 10", "told to the watch")
    elif stored.told is not None and stored.told.rpe is not None:
        yield Number("Effort", f"{stored.told.rpe:g} of 10", "told to the export")
    for on, nrs in told.during if told else ():
        yield Number("Worst pain of the run", f"{nrs} of 10", f"told on {words.day(on)}")


def _split(split: Split, units: words.Units) -> SplitLine:
    metres = words.METRES[units]
    begins, ends = split.from_m / metres, split.to_m / metres
    way_m = split.to_m - split.from_m
    altitude = split.altitude_m
    return SplitLine(
        part=f"{begins:.0f} to {ends:.0f}" if ends.is_integer() else f"{begins:.0f} to {ends:.2f}",
        time=said.clock(split.timer_s),
        pace=(said.pace(way_m, split.timer_s, units) or "-").partition(" ")[0],
        cadence=said.spread(split.cadence_spm) or "-",
        heart_rate=said.spread(split.heart_rate_bpm) or "-",
        elevation="-"
        if altitude is None
        else f"{said.height(altitude.least, units)} to {said.height(altitude.most, units)}",
        calf_load="-" if split.calf_km is None else f"{split.calf_km:.2f}",
    )
