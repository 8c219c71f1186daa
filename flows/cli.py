"""The command line: what can be asked, and how every command ends.

Imports here are light: a command imports what it needs when it runs, and none but the flows
imports Prefect.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TypeVar

from flows import interrupt
from flows.errors import DATABASE, DONE, INTERRUPTED, UNEXPECTED, UsageError, exit_code
from flows.typed import address_of, count_of, day_of, hours_of, nrs_of, port_of
from pipeline.checkin import CLEARANCES, DIDS, FLAGS, WHERES
from pipeline.shoes import KINDS

T = TypeVar("T")

DESCRIPTION = """\
Joins what the watch knows with how the calves feel, and answers every morning: run, run easy,
rest, or see somebody. General information, not a diagnosis.
"""

EPILOG = """\
exit codes: 0 done, 1 unexpected, 2 usage, 3 settings or no such athlete, 4 some files refused,
5 source not reached, 6 mail not accepted, 7 database, 75 another run is at it, 130 interrupted
"""

LETTER_OPTIONS = {
    "send": "queue it and deliver it, once",
    "test": "with --to: send it there, marked as a test, and say what the server answered",
    "stop": "no letters until --start",
    "start": "letters again, also to an address that had refused them",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is the contract's."""
    options = parser().parse_args(arguments)
    try:
        with interrupt.ends_in_time():
            code = _run(options)
        sys.stdout.flush()  # here, where an error is still told as ours
    except BrokenPipeError:
        # Whoever read us has seen enough (| head); nothing is left to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        interrupt.say()
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - every command ends with one sentence and its code
        if options.debug:
            traceback.print_exc()
        if interrupt.was_heard():
            interrupt.say()
            return INTERRUPTED
        code = exit_code(error)
        print(f"calfwise: {_told(error, code)}", file=sys.stderr)
    return code


def _run(options: argparse.Namespace) -> int:
    from flows import (  # noqa: PLC0415 - help needs none of it
        commands_correct,
        commands_evaluate,
        commands_letter,
        commands_read,
        commands_serve,
        commands_share,
        commands_write,
    )

    command = options.command
    if command == "letter":
        wanted = (each for each in LETTER_OPTIONS if getattr(options, each))
        does = "test" if options.to else next(wanted, None)
        command = f"letter --{does}" if does else command
    elif command in {"runs", "shoes"} and options.more:
        command = f"{command} {options.more}"
    known = (
        *(commands_read, commands_write, commands_letter, commands_correct, commands_evaluate),
        *(commands_serve, commands_share),
    )
    run: Callable[[argparse.Namespace], int] = next(
        each.COMMANDS[command] for each in known if command in each.COMMANDS
    )
    return run(options)


def _told(error: Exception, code: int) -> str:
    """One sentence: what is wrong, and what to do."""
    told = str(error) or type(error).__name__
    if code == DATABASE:
        return f"{told}; `calfwise doctor` looks closer"
    if code == UNEXPECTED:
        return f"unexpected {type(error).__name__}: {error}; --debug shows where"
    return told


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(
        prog="calfwise",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"calfwise {version('calfwise')}")
    _common(top, default=None)
    # The same options after the command; what is not given there leaves what was given before.
    common = argparse.ArgumentParser(add_help=False)
    _common(common, default=argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, says: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=says, description=says, parents=[common])

    command("demo", "a simulated runner's season through the whole system")
    _init(command("init", "write a commented calfwise.toml"))
    _sync(command("sync", "one nightly sync now: new files, days, advice, letter"))
    _backfill(command("backfill", "history from files, folders or archives"))
    _reprocess(
        command("reprocess", "derive everything again from the kept files; say what changed")
    )
    _checkin(command("checkin", "this morning's answer, or many from a CSV file"), common)
    advise = command("advise", "the recommendation, its reasons and numbers")
    _on(advise)
    says = "also every rule with what it saw, and what would change the verdict"
    advise.add_argument("--explain", action="store_true", help=says)
    _letter(command("letter", "print the day's letter; --send delivers it"))
    runs = command("runs", "every recorded activity; keep, drop, restore or rename one")
    _listing(runs)
    _corrections(runs, common)
    _listing(command("days", "every local day"))
    _shoes(command("shoes", "which pair is worn from when, and how far"), common)
    explain = command("explain", "read one file and say what was understood; stores nothing")
    explain.add_argument("file", metavar="FILE")
    _evaluate(
        command("evaluate", "how good forecasts of soreness are, on your own diary or a CSV file")
    )
    _serve(
        command(
            "serve",
            "the check-in page, the dashboard and the delivery of waiting letters, until stopped",
        )
    )
    _share(command)
    command("doctor", "check everything that could be wrong, and say what to do")
    return top


def _share(command: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """Who may look, and by which link."""
    for name, says in (
        ("grant", "let a coach look at your dashboard"),
        ("revoke", "take that back at once"),
    ):
        command(name, says).add_argument("coach", metavar="COACH", help="the coach's name")
    link = command("link", "the address of your dashboard, or of a coach's view")
    link.add_argument("--coach", metavar="NAME", help="of those who let this coach look")


def _common(to: argparse.ArgumentParser, default: object) -> None:
    flag = False if default is None else default
    to.add_argument("--home", metavar="DIR", default=default, help="the installation's folder")
    to.add_argument("--athlete", metavar="ID", default=default, help="which runner; default: me")
    to.add_argument("--json", action="store_true", default=flag, help="one JSON document on stdout")
    to.add_argument("--engine", choices=("prefect", "plain"), default=default)
    to.add_argument("--debug", action="store_true", default=flag, help="show tracebacks")


def _init(to: argparse.ArgumentParser) -> None:
    to.add_argument("--timezone", metavar="ZONE", help="your time zone, such as Europe/Zurich")
    to.add_argument("--source", metavar="URL", help="the folder your watch files come to")


def _sync(to: argparse.ArgumentParser) -> None:
    to.add_argument("--source", metavar="URL", action="append", default=[], dest="sources")
    to.add_argument("--all", action="store_true", help="every athlete, one after the other")
    _on(to)


def _backfill(to: argparse.ArgumentParser) -> None:
    to.add_argument("sources", metavar="SOURCE", nargs="+", help="a file, a folder or an archive")
    to.add_argument("--since", type=_date, metavar="DATE")
    to.add_argument("--until", type=_date, metavar="DATE")
    to.add_argument("--workers", type=_count, metavar="N", help="processes that read files")


def _letter(to: argparse.ArgumentParser) -> None:
    _on(to)
    does = to.add_mutually_exclusive_group()
    for name, says in LETTER_OPTIONS.items():
        does.add_argument(f"--{name}", action="store_true", help=says)
    to.add_argument("--to", type=_address, metavar="ADDRESS", help="where a test goes")


def _listing(to: argparse.ArgumentParser) -> None:
    to.add_argument("--since", type=_date, metavar="DATE")
    to.add_argument("--until", type=_date, metavar="DATE")
    to.add_argument("--csv", action="store_true", help="as CSV, for a notebook")


def _corrections(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """What the runner may say of one activity."""
    more = to.add_subparsers(dest="more", metavar="keep|drop|restore|sport ID")
    for name, says in (
        ("keep", "of several recordings of one run, count this one"),
        ("drop", "do not count it at all; the richest of its copies counts then"),
        ("restore", "take back every correction of it"),
        ("sport", "say what it really was"),
    ):
        correction = more.add_parser(name, help=says, description=says, parents=[common])
        correction.add_argument("id", metavar="ID", help="as `calfwise runs` shows it")
        if name == "sport":
            correction.add_argument("name", metavar="NAME", help="running, treadmill, hiking, ...")


def _shoes(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    more = to.add_subparsers(dest="more", metavar="add|list", required=True)
    says = "a pair, worn from a date on until the next one"
    add = more.add_parser("add", help=says, description=says, parents=[common])
    add.add_argument("name", metavar="NAME")
    add.add_argument("--from", type=_date, metavar="DATE", dest="from_date", help="default: today")
    add.add_argument("--kind", choices=KINDS, help="minimal shoes ask more of the calves")
    says = "every pair with its runs, distance and calf load"
    more.add_parser("list", help=says, description=says, parents=[common])


def _reprocess(to: argparse.ArgumentParser) -> None:
    to.add_argument("--since", type=_date, metavar="DATE", help="only files of this day and later")
    to.add_argument("--workers", type=_count, metavar="N", help="processes that read files")
    to.add_argument("--dry-run", action="store_true", help="say what would change; write nothing")


def _checkin(to: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    _on(to)
    to.add_argument("--left", type=_nrs, metavar="N", help="left calf this morning, 0 to 10")
    to.add_argument("--right", type=_nrs, metavar="N", help="right calf this morning, 0 to 10")
    to.add_argument("--during", type=_nrs, metavar="N", help="worst pain of the last run, 0 to 10")
    to.add_argument("--rpe", type=_nrs, metavar="N", help="effort of the last run, 0 to 10")
    to.add_argument("--run", metavar="ID", help="the run that --during and --rpe speak of")
    to.add_argument("--sleep-h", type=_hours, metavar="H", help="hours of sleep")
    to.add_argument("--flag", action="append", default=[], choices=FLAGS, metavar="NAME",
                    help="a red flag: " + ", ".join(FLAGS))  # fmt: skip
    to.add_argument("--no-flags", action="store_true", help="asked, and none of these")
    to.add_argument("--did", action="append", default=[], choices=DIDS, metavar="NAME",
                    help="done yesterday: " + ", ".join(DIDS))  # fmt: skip
    to.add_argument("--where", action="append", default=[], choices=WHERES, metavar="NAME",
                    help="where it hurts: " + ", ".join(WHERES))  # fmt: skip
    to.add_argument("--painkiller", action="store_true", help="one was taken this morning")
    to.add_argument("--cleared", choices=CLEARANCES, help="seen by somebody after a referral")
    to.add_argument("--note", metavar="TEXT")
    more = to.add_subparsers(dest="more", metavar="import FILE.csv")
    many = more.add_parser("import", parents=[common], help="many answers from a CSV file")
    many.add_argument("file", metavar="FILE.csv")


def _evaluate(to: argparse.ArgumentParser) -> None:
    to.add_argument("--diaries", metavar="FILE.csv",
                    help="athlete,date,soreness[,load_au]: higher is sorer, empty is no answer; "
                    "without it your own diary is scored")  # fmt: skip
    to.add_argument("--scale", choices=("1-5", "0-10"), help="of the soreness in that file")
    to.add_argument("--load-column", metavar="NAME", help="its column of loads; default: load_au")


def _serve(to: argparse.ArgumentParser) -> None:
    to.add_argument("--host", metavar="H", help="what to listen on; default: this machine only")
    to.add_argument("--port", type=_port, metavar="N", help="default: 8642; 0: any that is free")


def _on(to: argparse.ArgumentParser) -> None:
    to.add_argument("--on", type=_date, metavar="DATE", help="which day; default: today")


def _typed(understood: Callable[[str], T]) -> Callable[[str], T]:
    """The same for argparse, which says beside it which option it was."""

    def understand(text: str) -> T:
        try:
            return understood(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return understand


_date, _nrs, _hours, _count, _port = map(_typed, (day_of, nrs_of, hours_of, count_of, port_of))
_address = _typed(address_of)
