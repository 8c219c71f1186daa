"""What became different, for programs and for people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from advice import words
from pipeline.changes import (
    CategoryChanges,
    Changes,
    Corrected,
    DaySaid,
    MetricChanges,
    Step,
    TableChanges,
    VerdictChange,
    unit_of,
)

Json = dict[str, Any]

MOST_DAYS = 10
"""So many days are named to people, the others only counted; programs get all."""
FEW_DAYS = 3
"""So many where two lines must do."""
NOTHING_CHANGED = "Nothing changed: every number and every verdict is what it was."


# For programs


def changes_json(changes: Changes) -> Json:
    """Every metric of both tables, changed or not, and every verdict that differs."""
    return {
        "runs": _table_json(changes.runs, "id"),
        "days": _table_json(changes.days, "on"),
        "verdicts": [asdict(each) for each in changes.verdicts],
    }


def _table_json(table: TableChanges, key: str) -> Json:
    return {
        "compared": table.compared,
        "changed": table.changed,
        "new": table.new,
        "gone": table.gone,
        "metrics": {name: _metric_json(each, key) for name, each in table.metrics.items()},
        "categories": {name: _words_json(each, key) for name, each in table.categories.items()},
    }


def _metric_json(metric: MetricChanges, key: str) -> Json:
    largest = metric.largest
    return {
        "unit": unit_of(metric.metric),
        "changed": metric.changed,
        "new": metric.new,
        "gone": metric.gone,
        "median": metric.median,
        "largest": None
        if largest is None
        else {
            key: largest.key,
            "on": largest.on,
            "was": largest.was,
            "now": largest.now,
            "change": largest.change,
        },
    }


def _words_json(category: CategoryChanges, key: str) -> Json:
    first = category.first
    return {
        "changed": category.changed,
        "first": None if first is None else dict(zip((key, "was", "now"), first, strict=True)),
    }


def corrected_json(day: Corrected) -> Json:
    """One day that was corrected."""
    return {"on": day.on.isoformat(), "was": asdict(day.was), "now": asdict(day.now)}


# For people


def in_full(changes: Changes) -> Iterator[str]:
    """Everything that is different, one line for each metric; or one sentence."""
    if changes.is_empty:
        yield NOTHING_CHANGED
        return
    for name, table in (("run", changes.runs), ("day", changes.days)):
        yield f"{words.count(table.changed, name)} of {table.compared} changed{_gone(table)}."
        yield from (f"  {_metric(each)}" for each in _changed(table))
        for category in table.categories.values():
            if category.first is not None:
                key, was, now = category.first
                told = f"the first {key}: {_word(was)} -> {_word(now)}"
                yield f"  {category.name}: {category.changed} changed, {told}"
    if changes.verdicts:
        yield f"{words.count(len(changes.verdicts), 'day')} with another verdict:"
        yield from _listed([f"  {_verdict(each)}" for each in changes.verdicts], MOST_DAYS)


def in_two_lines(changes: Changes, again: int) -> Iterator[str]:
    """The same beside other news: how much, what most of all, and the first verdicts."""
    why = (
        f"Derived {words.count(again, 'kept file')} again, because the code or the settings changed"
        if again
        else "Derived the days again, because the code changed"
    )
    if changes.is_empty:
        yield f"{why}; no number and no verdict is another."
        return
    told = (_most("run", changes.runs), _most("day", changes.days))
    yield f"{why}; {' and '.join(told)} changed."
    if changes.verdicts:
        named = _listed([_verdict(each) for each in changes.verdicts], FEW_DAYS)
        yield f"Another verdict on {words.count(len(changes.verdicts), 'day')}: {', '.join(named)}."


def corrections(days: Sequence[Corrected], units: words.Units) -> Iterator[str]:
    """Each corrected day: `2026-08-03: 1 run, 8.2 km -> 2 runs, 14.1 km; verdict easy -> rest.`."""
    yield from _listed([f"{day.on}: {_correction(day, units)}." for day in days], MOST_DAYS)


def _most(name: str, table: TableChanges) -> str:
    """`30 runs (calf_km: 30 changed, median +0.41, ...)`: what changed in most rows."""
    most = max(_changed(table), key=lambda each: each.rows, default=None)
    told = words.count(table.changed, name)
    return told if most is None else f"{told} ({_metric(most)})"


def _changed(table: TableChanges) -> list[MetricChanges]:
    return [each for each in table.metrics.values() if each.rows]


def _gone(table: TableChanges) -> str:
    return f", {table.gone} are gone" if table.gone else ""


def _metric(metric: MetricChanges) -> str:
    """`calf_km: 30 changed, 2 new, median +0.41, largest +2.00 calf-km (2026-08-03)`."""
    counts = ((metric.changed, "changed"), (metric.new, "new"), (metric.gone, "gone"))
    told = [f"{number} {what}" for number, what in counts if number]
    if metric.median is not None and metric.largest is not None:
        unit = unit_of(metric.metric)
        largest = f"largest {_signed(metric.largest.change)}{f' {unit}' if unit else ''}"
        told += [f"median {_signed(metric.median)}", f"{largest} ({_where(metric.largest)})"]
    return f"{metric.metric}: {', '.join(told)}"


def _where(step: Step) -> str:
    return step.key if step.on in {None, step.key} else f"{step.key}, {step.on}"


def _signed(change: float) -> str:
    """With a sign and about three digits."""
    size = abs(change)
    return f"{change:+.0f}" if size >= 100 else f"{change:+.2f}" if size >= 1 else f"{change:+.2g}"  # noqa: PLR2004


def _verdict(change: VerdictChange) -> str:
    return f"{change.on}: {_word(change.was)} -> {_word(change.now)}"


def _word(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value).replace("_", " ")


def _correction(day: Corrected, units: words.Units) -> str:
    was, now = _runs(day.was, units), _runs(day.now, units)
    if was == now and day.was.calf_km != day.now.calf_km:
        was, now = (
            f"{runs}, {'no calf load' if calf_km is None else words.calf_load(calf_km)}"
            for runs, calf_km in ((was, day.was.calf_km), (now, day.now.calf_km))
        )
    told = [] if was == now else [f"{was} -> {now}"]
    if day.was.verdict != day.now.verdict:
        told.append(f"verdict {_word(day.was.verdict)} -> {_word(day.now.verdict)}")
    if not told:
        told.append(f"{now}, by less than can be seen here")
    return "; ".join(told)


def _runs(day: DaySaid, units: words.Units) -> str:
    if not day.known or day.runs is None:
        return "unknown"
    if not day.runs:
        return "no run"
    runs = words.count(day.runs, "run")
    return runs if day.distance_m is None else f"{runs}, {words.distance(day.distance_m, units)}"


def _listed(lines: Iterable[str], most: int) -> list[str]:
    """The first few, and how many more there are."""
    told = list(lines)
    more = len(told) - most
    return told if more <= 0 else [*told[:most], f"and {more} more"]
