"""make fuzz: many thousands of spoilt files, each of which must be read, salvaged or refused.

Exit code 1 when one of them came to another end; it then lies in a folder, with what happened and
the command that repeats it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.progress import bar
from tests.fuzz.cases import case
from tests.fuzz.judge import UnsoundError, outcome
from tests.fuzz.seeds import FAMILIES, seeds
from tests.fuzz.watched import CPU_MAX_S, MEMORY_MAX_MB, Task, run

if TYPE_CHECKING:
    from tests.fuzz.seeds import Family
    from tests.fuzz.watched import Tally

TITLES = {"fit": "FIT", "xml": "GPX and TCX"}


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    with_real = not options.made_only
    if options.only:
        return _repeat(options.only, options.seed, Path(options.findings), with_real=with_real)
    found = 0
    for family in options.family or FAMILIES:
        task = Task(family, options.seed, options.cases, with_real)
        sound = len(seeds(family, with_real=with_real))
        made = len(seeds(family, with_real=False))
        print(f"{TITLES[family]}: spoiling {made} made files and {sound - made} real ones")
        with bar(f"reading spoilt {TITLES[family]}", options.cases) as advance:
            tally = run(task, options.jobs, advance)
        _report(task, tally)
        _write(task, tally, Path(options.findings))
        found += len(tally.findings)
    if found:
        print(f"{found} findings, in {options.findings}")
    return 1 if found else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="of each family")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other cases")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="default: both")
    parser.add_argument("--only", metavar="FAMILY:NUMBER", help="one case, in this process")
    parser.add_argument("--made-only", action="store_true", help="leave the real files alone")
    parser.add_argument(
        "--findings", default="build/fuzz", help="folder for what came to a bad end"
    )
    return parser.parse_args(arguments)


def _repeat(only: str, seed: int, folder: Path, *, with_real: bool) -> int:
    name, _, number = only.partition(":")
    family: Family = "fit" if name == "fit" else "xml"
    spoilt = case(family, seed, int(number), with_real=with_real)
    print(f"{len(spoilt.content)} bytes, made by {spoilt.made_by}")
    print(f"kept as {_keep(folder, family, seed, int(number), spoilt.content)}")
    try:
        print(outcome(family, spoilt.content))
    except UnsoundError as error:
        print(error)
        return 1
    return 0


def _report(task: Task, tally: Tally) -> None:
    rows = [("cases", f"{task.cases:,}")]
    rows += [(name, f"{count:,}") for name, count in sorted(tally.outcomes.items())]
    rows += [
        ("FINDINGS", f"{len(tally.findings):,}"),
        ("slowest", f"{tally.slowest_s:.2f} s (case {tally.slowest}; limit {CPU_MAX_S:.0f} s)"),
        (
            "most memory of a case",
            f"{tally.most_mb:.0f} MB (case {tally.hungriest}; limit {MEMORY_MAX_MB})",
        ),
        ("peak of a process", f"{tally.peak_mb:.0f} MB"),
    ]
    for name, value in rows:
        print(f"  {name:<32}{value}")


def _write(task: Task, tally: Tally, folder: Path) -> None:
    """Each finding as the file itself, and a text with what happened and how to see it again."""
    for each in tally.findings:
        spoilt = case(task.family, task.seed, each.number, with_real=task.with_real)
        path = _keep(folder, task.family, task.seed, each.number, spoilt.content)
        again = f"python -m tests.fuzz --seed {task.seed} --only {task.family}:{each.number}"
        again += "" if task.with_real else " --made-only"
        told = f"{again}\n\nmade by {spoilt.made_by}\n\n{each.says}\n"
        path.with_suffix(".txt").write_text(told, encoding="utf-8")
        print(f"  {path}: {each.says.splitlines()[0]}")


def _keep(folder: Path, family: Family, seed: int, number: int, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{family}-{seed}-{number}.{family}"
    path.write_bytes(content)
    return path


if __name__ == "__main__":
    sys.exit(main())
