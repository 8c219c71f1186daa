"""make bench: reading and backfill side by side with other libraries, as ratios with their spread.

The days and the advice of many runners have no other library: there, ten times as many stand
beside a tenth.

Times are processor times, so that other people's work on this machine does not count; every ratio
says how many times longer, or larger, the other is than ours. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from flows.progress import bar
from tests.bench import one_population
from tests.bench.backfills import Season, season
from tests.bench.files import MB, Files, fit_files, gpx_files, write_large_gpx
from tests.bench.one_reading import Taken, in_its_own_process
from tests.bench.side_by_side import Ratio, Times, ratio, times_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.bench.one_population import Population

PARTS = ("fit", "gpx", "backfill", "days")
FIT_WAYS = {"fit calfwise": 5, "fit fitparse": 1, "fit fitdecode": 1}
"""Way of reading → passes over the files; the slow ones take a minute for one."""
GPX_WAYS = {"gpx calfwise": 5, "gpx gpxpy": 3}
DAYS_EACH = 3 * 365
WORK = {
    "series": "the daily series",
    "rows": "the same as rows of the table",
    "advice": "this morning's advice",
    "forecast": "learning, and forecasting each of their mornings",
}
CONSOLE = Console(width=110, highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One format: the files, the times, and one large file in processes of their own."""

    files: str
    count: int
    left_out: int
    """Files that one of the others refuses."""
    megabytes: float
    times: dict[str, Times]
    ratios: dict[str, Ratio]
    """Other way → how many times longer it takes than the first."""
    large: str
    large_megabytes: float
    alone: dict[str, Taken]


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    told: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        for part in options.part or PARTS:
            if part == "backfill":
                measured = season(Path(folder), options.files, options.workers or (1, 2))
                _print_season(measured)
                told[part] = asdict(measured)
            elif part == "days":
                told[part] = populations(options.athletes)
                _print_populations(told[part])
            else:
                compared = compare(part, Path(folder), options.gpx_mb, options.most)
                _print_compared(part, compared)
                told[part] = asdict(compared)
    if options.json:
        Path(options.json).write_text(json.dumps(told, indent=2), encoding="utf-8")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="default: all")
    parser.add_argument("--files", type=int, default=3000, help="files of the backfill")
    parser.add_argument("--workers", type=int, action="append", help="default: 1, then 2")
    parser.add_argument("--gpx-mb", type=float, default=60.0, help="size of the large GPX file")
    parser.add_argument("--most", type=int, help="read side by side only the so many smallest")
    parser.add_argument("--athletes", type=int, default=10_000, help="a tenth, and all of them")
    parser.add_argument("--folder", help="where the generated files go for a while")
    parser.add_argument("--json", metavar="FILE", help="all numbers as JSON")
    return parser.parse_args(arguments)


def compare(part: str, folder: Path, gpx_mb: float, most: int | None) -> Compared:
    """Read the files of a format by turns, and one large file in a process for each way."""
    ways = FIT_WAYS if part == "fit" else GPX_WAYS
    with bar(f"choosing {part} files", 1) as advance:
        files = fit_files(most) if part == "fit" else gpx_files(most)
        advance()
    with bar(f"reading {part} files", len(files.each) + len(ways)) as advance:
        times = times_of(ways, files.each, advance)
        read = next(iter(times.values())).by_file.keys()
        large, name = _large(part, folder, files, read, gpx_mb)
        alone = {}
        for way in ways:
            alone[way] = in_its_own_process(way, large)
            advance()
    first, *others = times
    return Compared(
        files=files.says,
        count=len(read),
        left_out=len(files.each) - len(read),
        megabytes=files.megabytes(read),
        times=times,
        ratios={other: ratio(times[first], times[other]) for other in others},
        large=name,
        large_megabytes=large.stat().st_size / MB,
        alone=alone,
    )


def populations(athletes: int) -> list[Population]:
    """A tenth of the runners, and all of them, each in a process of its own."""
    counts = (max(athletes // 10, 1), athletes)
    measured = []
    with bar("days and advice of many runners", sum(counts)) as advance:
        for count in counts:
            measured.append(one_population.in_its_own_process(count, DAYS_EACH))
            advance(count)
    return measured


def _large(
    part: str, folder: Path, files: Files, read: Collection[str], gpx_mb: float
) -> tuple[Path, str]:
    path = folder / f"large.{part}"
    if part == "gpx":
        write_large_gpx(path, gpx_mb)
        return path, "a generated track"
    name, content = [each for each in files.each if each[0] in read][-1]
    path.write_bytes(content)
    return path, f"the largest of them, {name}"


def _print_compared(part: str, compared: Compared) -> None:
    ways = list(compared.times)
    CONSOLE.print(
        f"\n[bold]{part.upper()}[/bold]: {compared.count} {compared.files}, "
        f"{compared.megabytes:.1f} MB ({compared.left_out} more left out: refused by one of the "
        "others); passes by turns, processor time"
    )
    rows = []
    for way in ways:
        total_s = compared.times[way].total_s
        row = [_short(way), str(len(compared.times[way].passes_s)), f"{total_s:.2f} s"]
        row.append(f"{compared.megabytes / total_s:.2f} MB/s")
        if found := compared.ratios.get(way):
            row += [f"{found.over_all:.1f}x", f"{found.lowest:.1f} to {found.highest:.1f}"]
            row.append(
                f"{found.median_file:.1f} ({found.tenth_file:.1f} to {found.ninetieth_file:.1f})"
            )
        else:
            row += ["1", "", ""]
        rows.append(row)
    head = ("", "passes", "all files", "speed", "ratio", "of single passes", "median file (80 %)")
    _print_table(head, rows)
    CONSOLE.print(
        f"{compared.large} ({compared.large_megabytes:.1f} MB), each in a process of its own"
    )
    ours = compared.alone[ways[0]]
    rows = []
    for way in ways:
        taken = compared.alone[way]
        times = f"{taken['cpu_s'] / ours['cpu_s']:.1f}x"
        rows.append(
            [
                _short(way),
                f"{taken['cpu_s']:.2f} s",
                times,
                _mb(taken["peak_mb"]),
                _part_of(ours["peak_mb"], taken["peak_mb"]),
            ]
        )
    _print_table(("", "time", "ratio", "peak of the process", "ours is of it"), rows)


def _print_season(measured: Season) -> None:
    smallest, middle, largest = (size / 1000 for size in measured.bytes_each)
    CONSOLE.print(
        f"\n[bold]BACKFILL[/bold]: {measured.files} generated runs of {smallest:.0f} to "
        f"{largest:.0f} kB (median {middle:.0f}), into a fresh home, plain engine"
    )
    rows = [
        [
            each.reader,
            str(each.workers),
            str(each.files),
            f"{each.wall_s:.1f} s",
            f"{each.cpu_s:.1f} s",
            f"{each.cpu_ms:.1f} ms",
            f"{each.files_per_s:.1f}",
            _mb(each.parent_mb),
            _mb(each.worker_mb),
        ]
        for each in measured.runs
    ]
    head = ("reader", "workers", "files", "wall", "CPU", "CPU a file", "files/s")
    _print_table((*head, "peak, parent", "peak, worker"), rows)
    for workers in sorted({each.workers for each in measured.runs}):
        theirs, *ours = (each for each in measured.runs if each.workers == workers)
        all_of_them = ours[-1]
        CONSOLE.print(
            f"With {workers} worker{'s' if workers > 1 else ''}, a file takes fitparse's pipeline "
            f"{theirs.cpu_ms / all_of_them.cpu_ms:.1f}x the processor time, "
            f"{theirs.wall_ms / all_of_them.wall_ms:.1f}x the time on the wall."
        )
    if measured.tables_differ:
        CONSOLE.print(f"[bold]The tables differ: {', '.join(measured.tables_differ)}[/bold]")
    else:
        CONSOLE.print("Over the same files both pipelines wrote the same tables, row for row.")


def _print_populations(measured: Sequence[Population]) -> None:
    CONSOLE.print(
        f"\n[bold]DAYS[/bold]: made-up runners with {DAYS_EACH // 365} years each, "
        f"{one_population.BATCH} at a time, processor time without making them up"
    )
    tenth = measured[0]
    rows = [
        [
            says if each is tenth else "",
            f"{each['athletes']:,}",
            f"{each['cpu_s'][work]:.1f} s",
            f"{each['cpu_s'][work] / each['athletes'] * 1000:.2f} ms",
            "" if each is tenth else f"{each['cpu_s'][work] / tenth['cpu_s'][work]:.1f}x",
            _mb(each["peak_mb"]),
        ]
        for work, says in WORK.items()
        for each in measured
    ]
    _print_table(("", "runners", "time", "a runner", "ratio", "peak of the process"), rows)
    grown = measured[-1]["athletes"] / tenth["athletes"]
    CONSOLE.print(f"Linear is a ratio of {grown:.0f}x.")


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    CONSOLE.print(table)


def _short(way: str) -> str:
    return way.split()[1]


def _mb(value: float | None) -> str:
    return "not told" if value is None else f"{value:.0f} MB"


def _part_of(ours: float | None, other: float | None) -> str:
    return f"{ours / other:.0%}" if ours and other else ""


if __name__ == "__main__":
    sys.exit(main())
