"""What the command line shows to people: advice, runs, days, and what was understood of a file."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from csv import DictWriter
from typing import TYPE_CHECKING, Any, TextIO

from advice import words
from advice.recommendation import Recommendation, Verdict
from flows import differences, mail_words

if TYPE_CHECKING:
    from advice.explain import Explanation
    from flows.report import Report

COLUMNS = 100
METRES = {"km": 1000.0, "mi": 1609.344}


def csv(rows: Sequence[dict[str, Any]], to: TextIO) -> None:
    """Rows with all their keys, for a notebook; lists as JSON, what is not told as nothing."""
    if not rows:
        return
    writer = DictWriter(to, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                key: json.dumps(each) if isinstance(each, list | tuple | dict) else each
                for key, each in row.items()
            }
        )


def as_said(row: dict[str, Any], units: words.Units) -> dict[str, Any]:
    """A row of runs, days or shoes with its distance, time and corrections as people say them."""
    distance_m, timer_s = row.get("distance_m"), row.get("timer_s")
    corrected = row.get("corrected") or {}
    return {
        **row,
        "distance": None if distance_m is None else distance_m / METRES[units],
        "timer_min": None if timer_s is None else timer_s / 60,
        "file": str(row.get("file", "")).rpartition("/")[2],
        "sport_said": f"{row.get('sport')}{' (you)' if corrected.get('sport') else ''}",
        "counts": counts(row),
        "copies_said": _copies(row.get("copies") or []),
        "soreness_after_said": _interval(row.get("soreness_after_80")),
    }


def counts(row: dict[str, Any]) -> str:
    """Whether an activity counts, and why not: `yes, kept`, `no, dropped`, `copy of 0a1b2c`."""
    corrected = row.get("corrected") or {}
    if corrected.get("dropped"):
        return "no, dropped"
    if row.get("duplicate_of"):
        return f"copy of {row['duplicate_of']}"
    said = "yes" if row.get("counted") else "no"
    return f"{said}, kept" if corrected.get("kept") else said


TELLS = {
    "distance_m": "distance",
    "heart_rate_mean_bpm": "heart rate",
    "cadence_mean_spm": "cadence",
    "ascent_m": "climb",
    "power_mean_w": "power",
    "ground_contact_time_ms": "ground contact",
    "rpe": "rpe",
    "name": "name",
    "shoes": "shoes",
    "device": "device",
}
"""What a copy may tell that the recording that counts does not."""


def _copies(copies: Sequence[dict[str, Any]]) -> str | None:
    """`1`, or `2, tell heart rate, climb` where the one that counts does not tell these."""
    if not copies:
        return None
    told = [name for key, name in TELLS.items() if any(key in each["tells"] for each in copies)]
    verb = "tells" if len(copies) == 1 else "tell"
    return ", ".join([f"{len(copies)} {verb} {told[0]}", *told[1:]]) if told else str(len(copies))


def _interval(ends: Sequence[float] | None) -> str | None:
    """`1.2 to 2.8`."""
    return f"{ends[0]:.1f} to {ends[1]:.1f}" if ends else None


def heads(columns: dict[str, str], units: words.Units) -> dict[str, str]:
    """The columns, with the runner's unit of distance over it."""
    return {key: units if key == "distance" else head for key, head in columns.items()}


def table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> str:
    """Rows in columns: key of the row → heading; what is not told is a dash."""
    cells = [[_cell(row[key]) for key in columns] for row in rows]
    heads = list(columns.values())
    widths = [max(len(each[i]) for each in [heads, *cells]) for i in range(len(heads))]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in [heads, *cells]
    ]
    return "\n".join(lines)


def recommendation(answer: Recommendation, units: words.Units) -> str:
    """One morning's answer, with its reasons."""
    lines = [words.headline(answer.verdict, answer.urgency) + f"  ({words.day(answer.on)})"]
    if answer.provisional:
        lines.append("Provisional: you have not answered this morning.")
    if answer.ceiling is not None:
        headline, detail = words.ceiling(answer.ceiling, units)
        lines.append(f"{headline}. {detail}".rstrip())
    lines += ["", "Because:", *(f"  - {reason.says}" for reason in answer.because)]
    for title in ("Care", "Form", "Shoes", "Missing"):
        if items := getattr(answer, title.lower()):
            lines += ["", f"{title}:", *(f"  - {item.says}" for item in items)]
    if answer.forecast is not None and answer.verdict < Verdict.PHYSICIAN:
        lines += ["", "Tomorrow:", f"  - {words.forecast(answer.forecast)}"]
    lines += ["", "General information, not a diagnosis."]
    return "\n".join(lines)


def explanation(why: "Explanation") -> str:
    """Every rule with what it saw, below it when it holds; then what would change the verdict."""
    names, verdicts = (
        max(len(each) for each in column)
        for column in zip(*((rule.rule, rule.verdict.word) for rule in why.rules), strict=True)
    )
    lines = ["Every rule, strictest first: its verdict, what it saw, and below it when it holds"]
    lines += ["(> decides, + holds as well):"]
    for rule in why.rules:
        mark = ">" if rule.decides else "+" if rule.fired else " "
        head = f"{mark} {rule.rule:{names}}  {rule.verdict.word:{verdicts}}  "
        lines += _hanging(head, rule.saw)
        lines += _hanging("      ", rule.asks)
    lines += ["", "What would change the verdict, with nothing else told and no run today:"]
    for what_if in why.would_change:
        lines += _hanging("  - ", what_if.says)
    return "\n".join(lines)


def _hanging(head: str, text: str) -> list[str]:
    """A text behind its head, its further lines below its first."""
    below = " " * len(head)
    return textwrap.wrap(text, COLUMNS, initial_indent=head, subsequent_indent=below)


def report(done: "Report", units: words.Units) -> str:
    """What a sync or a backfill did."""
    counts = done.counts
    of_the_new = (
        f"{counts.read} read, {counts.salvaged} salvaged, {counts.refused} refused, "
        f"{counts.duplicates} the same once more"
    )
    lines = [
        f"{counts.found} files: {counts.new} new ({of_the_new}), {counts.unchanged} unchanged.",
        f"{done.runs_added} runs added, {done.days_changed} days changed, {done.seconds:.1f} s.",
    ]
    if counts.outside:
        lines.append(f"{counts.outside} files lie outside the dates asked for.")
    if counts.told:
        lines.append(f"An export's list told of {counts.told} files: effort, gear, names.")
    lines += _refused(counts.refused_files)
    if done.changes is not None:
        lines += differences.in_two_lines(done.changes, counts.again)
    lines += differences.corrections(done.corrected, units)
    if done.correction is not None:
        lines.append(f"Correction: {mail_words.became(done.correction)}")
    if done.letter is not None:
        lines.append(f"Letter: {mail_words.became(done.letter)}")
    return "\n".join(lines)


def reprocessed(done: "Report", *, dry_run: bool) -> str:
    """What a reprocess did, or would do."""
    counts = done.counts
    files = words.count(counts.again, "kept file")
    lines = [f"{files} derived again, {done.seconds:.1f} s."]
    if dry_run:
        lines.append("Only to see what would change: nothing was written.")
    lines += (
        f"  its kept copy is gone or spoilt, its numbers stay: {file}"
        for file in counts.gone_copies
    )
    lines += _refused(counts.refused_files)
    if done.changes is not None:
        lines += differences.in_full(done.changes)
    return "\n".join(lines)


def _refused(files: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """The files that ought to have been read, each by its name; the others only as a number."""
    beside = sum(reason == "not_an_activity" for _, reason, _ in files)
    if beside:
        yield f"{beside} of the refused are no activities (lists, settings, the watch's diary)."
    for file, reason, says in files:
        if reason != "not_an_activity":
            yield f"  refused: {file}: {reason}: {says}"


def explained(reading: dict[str, Any], units: words.Units) -> str:
    """What was understood of one file; takes the JSON of `explain`."""
    lines = [f"{reading['file']}: {reading['status']}" + _because(reading)]
    for each in reading["activities"]:
        lines.append(
            f"  {each['sport']} on {each['local_date']} ({each['timezone']}, from the "
            f"{each['timezone_from']}), {each['records']} records, {each['device'] or 'no device'}"
        )
        lines += [f"    {name}: {value}" for name, value in _numbers(each, units)]
        lines += [
            f"    found: {finding['says']} ({finding['count']})" for finding in each["findings"]
        ]
    return "\n".join(lines)


def _numbers(each: dict[str, Any], units: words.Units) -> Iterator[tuple[str, str]]:
    timer, elapsed, moving = (
        words.duration(each[key]) for key in ("timer_s", "elapsed_s", "moving_s")
    )
    told = f"{timer} on the timer{_from(each, 'timer')}, {elapsed} elapsed, {moving} moving"
    yield "time", told
    if each["distance_m"] is not None:
        yield "distance", words.distance(each["distance_m"], units) + _from(each, "distance")
    climbs = (("ascent", "up"), ("descent", "down"))
    climbed = [
        f"{each[f'{name}_m']:.0f} m {way}{_from(each, name)}"
        for name, way in climbs
        if each[f"{name}_m"] is not None
    ]
    if climbed:
        yield "climb", ", ".join(climbed)
    if each["cadence_mean_spm"] is not None:
        mean, median = each["cadence_mean_spm"], each["cadence_median_spm"]
        spread = each["cadence_sd_spm"]
        known = f"known for {each['cadence_coverage']:.0%} of the running"
        rule = each["cadence_rule"]
        told = f"{mean:.1f} steps/min mean, {median:.0f} median, spread {spread:.1f}"
        yield "cadence", f"{told}, {known} ({rule})"
    if each["cadence_drift_pct"] is not None:
        told = f"{each['cadence_drift_pct']:+.1f} % from the first third to the last"
        yield "cadence drift", f"{told}, speed and grade taken off"
    if each["steps"] is not None:
        yield "steps", f"{each['steps']:.0f}{_from(each, 'steps')}"
    if each["heart_rate_mean_bpm"] is not None:
        yield "heart rate", f"{each['heart_rate_mean_bpm']:.0f} beats/min mean"
    if each["rpe"] is not None:
        yield "effort", f"{each['rpe']:g} of 10, told to the watch"
    if each["calf_km"] is not None:
        strain = each["calf_km_strain"]
        yield "calf load", f"{words.calf_load(each['calf_km'])}, strain-weighted {strain:.1f}"


ORIGINS = {
    "device": " (the device's total)",
    "records": " (from the records)",
    "positions": " (from the positions)",
    "altitude": " (from the altitudes)",
}


def _from(each: dict[str, Any], name: str) -> str:
    return ORIGINS.get(each[f"{name}_from"], "")


def _because(reading: dict[str, Any]) -> str:
    return f" ({reading['reason']}: {reading['says']})" if reading["reason"] else ""


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.1f}"
        case _:
            return str(value)
