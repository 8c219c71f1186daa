"""Answers as they come from outside: from the command's options, or many from a CSV file."""

import argparse
import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from flows.errors import UsageError
from flows.typed import as_text, day_of, hours_of, nrs_of
from pipeline.checkin import CheckIn, CheckInError
from pipeline.store.records import Store

T = TypeVar("T")

REQUIRED = ("date", "left", "right")
OPTIONAL = ("during", "rpe", "sleep_h", "flags", "did", "where", "painkiller", "cleared", "note")
NONE_OF_THESE = "none"
"""In the column of flags: asked, and none of these. An empty cell is: not asked."""
YES, NO = {"yes", "true", "1"}, {"", "no", "false", "0"}


def from_options(options: argparse.Namespace, on: date) -> CheckIn:
    """This morning's answer as the command line has it."""
    flags = frozenset(options.flag)
    return CheckIn(
        on=on,
        left=options.left,
        right=options.right,
        during=options.during,
        rpe=options.rpe,
        run_id=options.run,
        sleep_h=options.sleep_h,
        flags=flags if flags or options.no_flags else None,
        did=frozenset(options.did),
        where=frozenset(options.where),
        painkiller=options.painkiller,
        cleared=options.cleared,
        note=options.note,
    )


def from_csv(path: Path, today: date) -> list[CheckIn]:
    """Many answers: header `date,left,right` and any of the optional columns, lists joined by `;`.

    Args:
        path: the file.
        today: no answer can be of a later day.

    Raises:
        UsageError: the file cannot be read, or a line cannot be meant; says which line, and
            nothing of what stands in it.
    """
    with as_text(path):
        text = path.read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    answers: dict[date, CheckIn] = {}
    try:
        _check_header(reader.fieldnames or [])
        for row in reader:
            answer = _answer(row, today)
            if answer.on in answers:
                raise UsageError("this date stood in an earlier line already")  # noqa: TRY301 - the handler names the line
            answers[answer.on] = answer
    except (CheckInError, UsageError, csv.Error) as error:
        # An empty file has no line, and its first one is what is missing.
        raise UsageError(f"{path}, line {max(reader.line_num, 1)}: {error}") from error
    return sorted(answers.values(), key=lambda each: each.on)


def keep(store: Store, athlete: str, answer: CheckIn, at: datetime) -> bool:
    """Keep one answer; says whether it was news."""
    return keep_all(store, athlete, [answer], at) == 1


def keep_all(store: Store, athlete: str, answers: Sequence[CheckIn], at: datetime) -> int:
    """Keep all answers or none, and derive the days that follow; says how many were news.

    Raises:
        UsageError: a run is named that is not there.
    """
    from flows.days import derive_days  # noqa: PLC0415 - the rules, only where there is an answer

    with store.writing() as transaction:
        transaction.add_athlete(athlete)
        for answer in answers:
            if answer.run_id and not transaction.has_activity(athlete, answer.run_id):
                raise UsageError(f"no such run: {answer.run_id}; `calfwise runs` lists them")
        news = sum(transaction.add_checkin(athlete, answer, at) for answer in answers)
    derive_days(store, athlete)
    return news


def _check_header(columns: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    twice = {name for name in columns if columns.count(name) > 1}
    if missing or unknown or twice:
        wrong = f"without {', '.join(missing)}" if missing else f"with {', '.join(unknown)}"
        wrong = wrong if missing or unknown else f"with {', '.join(sorted(twice))} twice"
        raise UsageError(
            f"a header {wrong}; it must have {', '.join(REQUIRED)} and may have "
            f"{', '.join(OPTIONAL)}"
        )


def _answer(row: dict[str, str | None], today: date) -> CheckIn:
    if None in row.values() or None in row:
        raise UsageError("more or fewer cells than the header")
    cells = {name: (cell or "").strip() for name, cell in row.items()}

    def told(name: str, understood: Callable[[str], T]) -> T | None:
        """What a cell says; None where it is empty."""
        if not cells.get(name):
            return None
        try:
            return understood(cells[name])
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None

    def must(name: str, understood: Callable[[str], T]) -> T:
        value = told(name, understood)
        if value is None:
            raise UsageError(f"{name} is empty")
        return value

    on = must("date", day_of)
    if on > today:
        raise UsageError("this day has not come yet")
    flags = _names(cells.get("flags", ""))
    return CheckIn(
        on=on,
        left=must("left", nrs_of),
        right=must("right", nrs_of),
        during=told("during", nrs_of),
        rpe=told("rpe", nrs_of),
        sleep_h=told("sleep_h", hours_of),
        flags=frozenset() if flags == {NONE_OF_THESE} else flags or None,  # type: ignore[arg-type] # CheckIn refuses names that are not ours
        did=_names(cells.get("did", "")),  # type: ignore[arg-type] # as above
        where=_names(cells.get("where", "")),  # type: ignore[arg-type] # as above
        painkiller=_yes(cells.get("painkiller", "")),
        cleared=cells.get("cleared") or None,  # type: ignore[arg-type] # as above
        note=cells.get("note") or None,
    )


def _names(cell: str) -> frozenset[str]:
    return frozenset(name.strip() for name in cell.split(";") if name.strip())


def _yes(cell: str) -> bool:
    word = cell.lower()
    if word in YES | NO:
        return word in YES
    raise UsageError("painkiller must be yes or no")
