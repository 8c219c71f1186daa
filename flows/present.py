"""The JSON of the command line, key by key as the contract names them."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from advice.recommendation import Forecast, Recommendation
from flows.differences import changes_json, corrected_json
from pipeline.day import DayRow, seconds_shared
from pipeline.findings import found
from pipeline.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from advice.explain import Explanation
    from advice.what_if import WhatIf
    from connectors.formats import FileReading
    from flows.report import Report
    from pipeline.history import Told
    from pipeline.row import ActivityRow
    from pipeline.store.records import StoredActivity

Json = dict[str, Any]

NOT_SHOWN = {"trace", "end_at", "calf_km_walked", "calf_km_strain_walked"}
ON_FOOT = {"running", "walking", "hiking"}
OVERLAP_MIN_S = 60.0
"""Watches that are stopped and started again overlap by seconds."""


def instant(at: datetime | None) -> str | None:
    """UTC in ISO 8601 with a Z."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def activity_json(row: "ActivityRow") -> Json:
    """One activity of `explain` and `runs`."""
    shown = {key: value for key, value in asdict(row).items() if key not in NOT_SHOWN}
    shown["start_at"] = instant(row.start_at)
    shown["local_date"] = row.local_date.isoformat()
    shown["findings"] = [asdict(finding) for finding in row.findings]
    shown["rpe_from"] = None if row.rpe is None else "file"
    shown["shoes"], shown["name"] = None, None
    return shown


def reading_json(reading: "FileReading") -> Json:
    """One file of `explain`."""
    return {
        "sha256": reading.sha256,
        "file": reading.file,
        "format": reading.format,
        "status": reading.status,
        "reason": reading.reason,
        "says": reading.says,
        "activities": [activity_json(row) for row in reading.rows],
    }


def _told(stored: "StoredActivity") -> Json:
    """What is told of an activity beside its file; the gear of a ride is no pair of shoes."""
    line, row = stored.told, stored.row
    shown: Json = {"shoes": stored.worn.name if stored.worn else None}
    if line is None:
        return shown
    shown["name"] = line.name
    if row.sport in ON_FOOT and line.gear:
        shown["shoes"] = line.gear
    if row.rpe is None and line.rpe is not None:
        shown |= {"rpe": line.rpe, "rpe_from": "export"}
    return shown


def runs_json(
    activities: "Sequence[StoredActivity]", told: "Mapping[str, Told] | None" = None
) -> list[Json]:
    """What `runs` says: each activity, and what only its copies tell.

    Args:
        activities: every one of a runner, oldest first.
        told: effort that the runner told afterwards, by run id.
    """
    rows = []
    until = datetime.min.replace(tzinfo=UTC)
    for each in activities:
        rpe = told[each.id].rpe if told and each.id in told else None
        row = run_json(each, rpe)
        if each.counted:
            if (until - each.row.start_at).total_seconds() > OVERLAP_MIN_S:
                row["findings"].append(asdict(found("overlaps_counted_run")))
            until = max(until, each.row.end_at)
        rows.append(row)
    by_id = {row["id"]: row for row in rows}
    for walk in _walks_beside_runs(activities):
        by_id[walk.id]["findings"].append(asdict(found("walk_overlaps_run")))
    for row in rows:
        if row["duplicate_of"] is not None:
            chosen = by_id[row["duplicate_of"]]
            tells = _tells(row, chosen)
            chosen["copies"].append({"id": row["id"], "file": row["file"], "tells": tells})
    return rows


def _walks_beside_runs(activities: "Sequence[StoredActivity]") -> "list[StoredActivity]":
    """The walks of which a part enters no sum, because a run counts at that time."""
    runs = [each.row for each in activities if each.counted]
    walks = [each for each in activities if each.is_walk]
    shared = seconds_shared([each.row for each in walks], runs)
    return [walk for walk, shared_s in zip(walks, shared, strict=True) if shared_s > OVERLAP_MIN_S]


NO_FACTS = {"duplicate_of", "reason", "reader_version", "metrics_version"}
"""Of a recording, what is no fact of the run; nor is where a number comes from."""
UNTOLD = (None, "generic")
"""The second is FIT's word for a sub-sport that nobody named."""


def _tells(copy: Json, chosen: Json) -> Json:
    """Every number and word of a copy that the recording in its place lacks."""
    return {
        key: value
        for key, value in copy.items()
        if isinstance(value, str | int | float)
        and value not in UNTOLD
        and chosen[key] in UNTOLD
        and key not in NO_FACTS
        and not key.endswith("_from")
    }


def run_json(stored: "StoredActivity", rpe: float | None) -> Json:
    """One activity with its file, whether it counts, and what the runner corrected.

    Args:
        stored: with what an export tells of it.
        rpe: what the runner told afterwards; it goes before the file, and that before the export.
    """
    shown = activity_json(stored.row)
    if stored.short_copy:
        shown["findings"].append(asdict(found("short_copy_counted")))
    shown |= _told(stored)
    if rpe is not None:
        shown["rpe"], shown["rpe_from"] = rpe, "checkin"
    return {
        "id": stored.id,
        "counted": stored.counted,
        "duplicate_of": stored.duplicate_of,
        "corrected": None if stored.correction is None else asdict(stored.correction),
        "copies": [],
        "sha256": stored.sha256,
        "file": stored.file,
        "format": stored.format,
        "status": stored.status,
        "reason": stored.reason,
        "reader_version": stored.versions.reader,
        "metrics_version": stored.versions.metrics,
        **shown,
        "srpe_au": None if shown["rpe"] is None else shown["rpe"] * stored.row.timer_s / 60,
        **asdict(stored.standing),
        "distance_above_longest_pct": stored.standing.above_longest_pct(shown["distance_m"]),
        "calf_km_above_hardest_pct": stored.standing.above_hardest_pct(shown["calf_km"]),
    }


def day_json(day: DayRow, verdict: str | None, versions: Versions) -> Json:
    """One element of `days`."""
    return {
        **sums_json(day),
        "verdict": verdict,
        "reader_version": versions.reader,
        "metrics_version": versions.metrics,
        "rules_version": versions.rules,
    }


def sums_json(day: DayRow) -> Json:
    """The same without a verdict."""
    return {**asdict(day), "on": day.on.isoformat()}


def recommendation_json(athlete: str, answer: Recommendation) -> Json:
    """What `advise` says."""
    return {
        "athlete": athlete,
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.word,
        "provisional": answer.provisional,
        "urgency": answer.urgency,
        "because": [asdict(each) for each in answer.because],
        "limits": None if answer.ceiling is None else asdict(answer.ceiling),
        "care": [asdict(each) for each in answer.care],
        "form": [asdict(each) for each in answer.form],
        "shoes": [asdict(each) for each in answer.shoes],
        "missing": [asdict(each) for each in answer.missing],
        "forecast": _forecast(answer.forecast),
        "rules_version": answer.rules_version,
        "data_through": instant(answer.data_through),
    }


def explanation_json(why: "Explanation") -> Json:
    """What `advise --explain` says beside the recommendation."""
    return {
        "rules": [{**asdict(each), "verdict": each.verdict.word} for each in why.rules],
        "would_change": [_what_if_json(each) for each in why.would_change],
    }


def _what_if_json(what_if: "WhatIf") -> Json:
    """Answers, each the same on both sides, or one visit with its two numbers."""
    first = what_if.answers[0]
    if first.cleared:
        asked: Json = {"cleared": first.cleared, "left": first.left, "right": first.right}
    else:
        asked = {"answers": [each.worst for each in what_if.answers]}
    return {
        "on": first.on.isoformat(),
        **asked,
        "verdict": what_if.verdict.word,
        "limits": None if what_if.ceiling is None else asdict(what_if.ceiling),
        "says": what_if.says,
    }


def _forecast(forecast: Forecast | None) -> Json | None:
    """Tomorrow's soreness; whether it may act stands in the rules."""
    if forecast is None:
        return None
    shown = asdict(forecast)
    del shown["acts_on"]
    return shown


def report_json(report: "Report") -> Json:
    """What `sync` and `backfill` did."""
    counts = report.counts
    return {
        "found": counts.found,
        "new": counts.new,
        "read": counts.read,
        "salvaged": counts.salvaged,
        "refused": counts.refused,
        "duplicates": counts.duplicates,
        "unchanged": counts.unchanged,
        "outside": counts.outside,
        "told": counts.told,
        "waiting": counts.waiting,
        "runs_added": report.runs_added,
        "days_changed": report.days_changed,
        "seconds": round(report.seconds, 3),
        "refused_files": _refused(report),
        "corrected_days": [corrected_json(each) for each in report.corrected],
        "derived_again": counts.again,
        "changes": None if report.changes is None else changes_json(report.changes),
    }


def reprocess_json(report: "Report", *, dry_run: bool) -> Json:
    """What `reprocess` did, or would do."""
    return {
        "dry_run": dry_run,
        "derived_again": report.counts.again,
        "kept_copies_gone": report.counts.gone_copies,
        "refused_files": _refused(report),
        "days_changed": report.days_changed,
        "seconds": round(report.seconds, 3),
        "changes": None if report.changes is None else changes_json(report.changes),
    }


def _refused(report: "Report") -> list[Json]:
    return [
        {"file": file, "reason": reason, "says": says}
        for file, reason, says in report.counts.refused_files
    ]
