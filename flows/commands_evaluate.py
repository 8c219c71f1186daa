"""The command that scores forecasts of soreness, on the runner's own diary or on a CSV file."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import DONE, UsageError
from flows.opening import for_reading, out
from flows.progress import Advance, bar

if TYPE_CHECKING:
    from advice.forecast.diaries import Diaries, Entries
    from advice.forecast.scoring import Score

COLUMNS = ("model", "n", "athletes", "mae", "log_score", "brier_ge4", "coverage_80",
           "ci_low", "ci_high")  # fmt: skip
PRIOR_SCALE = "1-5"
CARRIED = (
    "pooled and personal begin with a prior of diaries of 1 to 5, carried to this scale by\n"
    "its range: 3 of 1 to 5 is the middle, as is 5 of 0 to 10."
)
IN_THE_MORNING = (
    "pooled and personal are as they are said in the morning: that day's load is still to come."
)
HEARD = {
    "personal": "Told in the morning now: the personal forecast, which has passed its gate.",
    "ewma": "Told in the morning now: the ewma; the personal forecast has not passed its gate yet.",
    "none": "Nothing is told in the morning yet: there are too few answers.",
}
FEW_ATHLETES = 10
TOO_NARROW = "With so few athletes that interval is too narrow."


def evaluate(options: argparse.Namespace) -> int:
    """One row a model: how good its forecasts were, each made from earlier days only."""
    from advice.forecast.models import MODELS, SHOWN  # noqa: PLC0415 - NumPy
    from advice.forecast.scoring import evaluate as score  # noqa: PLC0415

    if options.diaries is None:
        whose, answers, parts, heard = _own(options)
        scores, notes = score(parts, SHOWN), [IN_THE_MORNING, CARRIED, HEARD[heard]]
    else:
        entries = _of_file(options)
        whose, answers = options.diaries, entries.answers
        with bar("scoring athletes", len(entries.athletes)) as advance:
            scores = score(_watched(entries, advance), MODELS)
        notes = [] if options.scale == PRIOR_SCALE else [CARRIED]
        if 1 < scores[0].athletes < FEW_ATHLETES:
            notes.insert(0, TOO_NARROW)
    out(
        options,
        [asdict(each) for each in scores],
        _said(scores, whose, answers, notes),
    )
    return DONE


def _own(options: argparse.Namespace) -> "tuple[str, int, list[Diaries], str]":
    """The runner, how many answers there are, the diary, and which forecast is told by now."""
    from numpy import isnan  # noqa: PLC0415

    from flows import diaries  # noqa: PLC0415

    for name in ("scale", "load_column"):
        if getattr(options, name) is not None:
            raise UsageError(f"--{name.replace('_', '-')} speaks of a file: name it by --diaries")
    with for_reading(options) as (_, store, athlete):
        found = diaries.own(store, athlete)
    if found is None:
        return athlete, 0, [], "none"
    diary, heard = found
    return athlete, int((~isnan(diary.soreness)).sum()), [diary], heard


def _of_file(options: argparse.Namespace) -> "Entries":
    """The diaries of a CSV file."""
    from flows import diaries  # noqa: PLC0415

    if options.athlete is not None:
        raise UsageError("--athlete is for the own diary, --diaries for a file: give one of them")
    if options.scale is None:
        raise UsageError("--diaries needs its scale too: --scale 1-5 or --scale 0-10")
    path = Path(options.diaries)
    return diaries.from_csv(path, diaries.SCALES[options.scale], options.load_column)


def _watched(entries: "Entries", advance: Advance) -> "Iterator[Diaries]":
    """The diaries in parts, each one told when it is done."""
    for part in entries.diaries():
        yield part
        advance(len(part.athletes))


def _said(scores: "Sequence[Score]", whose: str, answers: int, notes: "Sequence[str]") -> str:
    """The table, with what was scored and what the interval is."""
    from advice.forecast.scoring import BLOCK_DAYS, EARLIER_ANSWERS_MIN, REFERENCE  # noqa: PLC0415
    from advice.words import count  # noqa: PLC0415
    from flows.show import table  # noqa: PLC0415

    told = f"{whose}: {count(answers, 'answer')}"
    needed = f"a morning is scored that has {EARLIER_ANSWERS_MIN} answers or more before it"
    n, athletes = scores[0].n, scores[0].athletes
    if n == 0:
        return f"{told}. There is nothing to score yet: {needed}."
    drawn = "athletes" if athletes > 1 else f"blocks of {BLOCK_DAYS} scored days of this athlete"
    return "\n".join(
        (
            f"{told}; {count(n, 'morning')} of {count(athletes, 'athlete')} scored.",
            "",
            table([_shown(each) for each in scores], {name: name for name in COLUMNS}),
            "",
            f"Scored: {needed},",
            "forecast from earlier days only. Lower is better, but coverage_80 should be 0.8.",
            f"ci_low to ci_high: 95 % interval, over {drawn},",
            f"of log_score minus that of {REFERENCE}; below 0 is better than {REFERENCE}.",
            *notes,
        )
    )


def _shown(score: "Score") -> dict[str, Any]:
    """A row as the table has it."""
    return {
        name: f"{value:{'+' if name.startswith('ci_') else ''}.3f}"
        if isinstance(value, float)
        else value
        for name, value in asdict(score).items()
    }


COMMANDS = {"evaluate": evaluate}
