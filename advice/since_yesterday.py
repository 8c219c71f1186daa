"""What is new since yesterday: each line in words, and the raw numbers it is made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from advice import words
from advice.recommendation import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from advice.letter_facts import LetterFacts
    from advice.recommendation import Recommendation
    from pipeline.checkin import CheckIn
    from pipeline.day import DayRow

    Raw = int | float | str | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line: `Yesterday: 8.0 km, 7.8 calf-km`."""

    label: str
    says: str
    values: Mapping[str, Raw]
    """In metres and calf-km, whatever the runner's units are; None is not known."""


def since_yesterday(answer: Recommendation, facts: LetterFacts) -> Iterator[Change]:
    """Each line only where something is known."""
    if facts.yesterday_verdict is not None:
        yield _verdict(answer.verdict, Verdict[facts.yesterday_verdict.upper()])
    today, row = facts.answer(answer.on), facts.yesterday
    if today or (row and _soreness_of(row)):
        yield _soreness(today, row)
    if row is not None:
        yield Change(label="Yesterday", says=_day_told(row, facts.units), values=_day(row))
    if facts.last_days:
        yield _days(facts.last_days, facts.units)


def _verdict(today: Verdict, yesterday: Verdict) -> Change:
    says = f"{words.BRIEFLY[today]}; yesterday {words.BRIEFLY[yesterday]}."
    if yesterday is today:
        says = f"{words.BRIEFLY[today]}, as yesterday."
    return Change(
        label="Verdict", says=says, values={"today": today.word, "yesterday": yesterday.word}
    )


def _soreness(today: CheckIn | None, row: DayRow | None) -> Change:
    told = words.soreness(today.left, today.right) if today else "not told yet"
    before = _soreness_of(row) if row else None
    return Change(
        label="Soreness",
        says=f"{told}; yesterday {before or 'not told'}.",
        values={
            "left": today.left if today else None,
            "right": today.right if today else None,
            "yesterday_left": row.soreness_left if row else None,
            "yesterday_right": row.soreness_right if row else None,
        },
    )


def _soreness_of(row: DayRow) -> str | None:
    if row.soreness_left is None or row.soreness_right is None:
        return None
    return words.soreness(row.soreness_left, row.soreness_right)


def _day(row: DayRow) -> dict[str, Raw]:
    shown = asdict(row)
    return {key: shown[key] for key in ("known", "runs", "distance_m", "calf_km")}


def _day_told(row: DayRow, units: words.Units) -> str:
    if not row.known:
        return "nobody can say whether there was a run."
    if not row.runs:
        return "no run."
    measures = _measures(*_sums([row]), units)
    return f"{', '.join(measures)}." if measures else "a run, not measured."


def _days(rows: Sequence[DayRow], units: words.Units) -> Change:
    """The sum of the days, said as a part of it where a day is not known."""
    known = [row for row in rows if row.distance_m is not None]
    distance_m, calf_km = _sums(known)
    told = ", ".join(_measures(distance_m, calf_km, units))
    if not known:
        says = "not known."
    elif len(known) == len(rows):
        says = f"{told}."
    else:
        unknown = words.count(len(rows) - len(known), "day")
        says = f"at least {told}, with {unknown} not known."
    return Change(
        label=f"Last {words.count(len(rows), 'day')}",
        says=says,
        values={
            "days": len(rows),
            "days_not_known": len(rows) - len(known),
            "distance_m": distance_m,
            "calf_km": calf_km,
        },
    )


def _sums(rows: Sequence[DayRow]) -> tuple[float | None, float | None]:
    """Distance and calf load, each only where every row has it: half a sum is a wrong number."""
    distances_m = [row.distance_m for row in rows if row.distance_m is not None]
    calf_kms = [row.calf_km for row in rows if row.calf_km is not None]
    return (
        sum(distances_m) if rows and len(distances_m) == len(rows) else None,
        sum(calf_kms) if rows and len(calf_kms) == len(rows) else None,
    )


def _measures(distance_m: float | None, calf_km: float | None, units: words.Units) -> list[str]:
    return [
        *([] if distance_m is None else [words.distance(distance_m, units)]),
        *([] if calf_km is None else [words.calf_load(calf_km)]),
    ]
