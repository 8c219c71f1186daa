"""Answers as they come from outside: from the command's options, or many from a CSV file."""

import argparse
import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from flows.errors import UsageError
from pipeline.checkin import CheckIn, CheckInError
from pipeline.store.records import Store

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


def from_csv(path: Path) -> list[CheckIn]:
    """Many answers: header `date,left,right` and any of the optional columns, lists joined by `;`.

    Raises:
        UsageError: the file cannot be read, or a line cannot be meant; says which line, and
            nothing of what stands in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: it cannot be read as text") from error
    reader = csv.DictReader(text.splitlines(), strict=True)
    _check_header(path, reader.fieldnames or [])
    answers: dict[date, CheckIn] = {}
    try:
        for row in reader:
            answer = _answer(row)
            if answer.on in answers:
                raise UsageError("this date stood in an earlier line already")  # noqa: TRY301 - the handler names the line
            answers[answer.on] = answer
    except (CheckInError, UsageError, ValueError, csv.Error) as error:
        raise UsageError(f"{path}, line {reader.line_num}: {_told(error)}") from error
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


def _check_header(path: Path, columns: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name for name in columns if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        wrong = f"without {', '.join(missing)}" if missing else f"with {', '.join(unknown)}"
        raise UsageError(
            f"{path}, line 1: a header {wrong}; it must have {', '.join(REQUIRED)} and may have "
            f"{', '.join(OPTIONAL)}"
        )


def _answer(row: dict[str, str | None]) -> CheckIn:
    if None in row.values() or None in row:
        raise UsageError("more or fewer cells than the header")
    cells = {name: (cell or "").strip() for name, cell in row.items()}
    flags = _names(cells.get("flags", ""))
    return CheckIn(
        on=date.fromisoformat(cells["date"]),
        left=int(cells["left"]),
        right=int(cells["right"]),
        during=_whole(cells.get("during", "")),
        rpe=_whole(cells.get("rpe", "")),
        sleep_h=float(cells["sleep_h"]) if cells.get("sleep_h") else None,
        flags=frozenset() if flags == {NONE_OF_THESE} else flags or None,  # type: ignore[arg-type] # CheckIn refuses names that are not ours
        did=_names(cells.get("did", "")),  # type: ignore[arg-type] # as above
        where=_names(cells.get("where", "")),  # type: ignore[arg-type] # as above
        painkiller=_yes(cells.get("painkiller", "")),
        cleared=cells.get("cleared") or None,  # type: ignore[arg-type] # as above
        note=cells.get("note") or None,
    )


def _names(cell: str) -> frozenset[str]:
    return frozenset(name.strip() for name in cell.split(";") if name.strip())


def _whole(cell: str) -> int | None:
    return int(cell) if cell else None


def _yes(cell: str) -> bool:
    word = cell.lower()
    if word in YES | NO:
        return word in YES
    raise UsageError("painkiller must be yes or no")


def _told(error: Exception) -> str:
    """What is wrong with a line, never what it says: it may be of a body."""
    if isinstance(error, CheckInError | UsageError):
        return str(error)
    return "a date like 2026-03-29 and whole numbers are needed"
