"""Histories drawn in a line of text, for tests that a physiotherapist can read.

Mornings, oldest first, the last one is today:

    3        both calves at 3            3/0      left at 3, right at 0
    .        no answer                   2*5      five mornings at 2
    2,d6     and the last run hurt up to 6
    2,limping    a flag by its name; `none` is "none of these", nothing is "not asked"
    2,rested     what was done on the day before
    2,achilles_or_heel   where it hurts
    2,s5.5   hours slept
    2,may_run    seen by somebody; also may_not_run
    2,painkiller

Runs: `10@3` is ten kilometres three days ago, with as many calf-km; `10/15@3` has 15 of these;
`usual` is 10 km about twice a week until four days ago, `-` is none. `10@3,Blue` was run in Blue
(Bare is a minimal pair), `10@3,c-9` with a cadence 9 below the own line (SD 4, drawn from 20 runs;
`c-9/5`: from 5).

A page is a table of such pictures: columns between |, headings of its parts after --.
"""

import re
from datetime import UTC, date, datetime, timedelta

from pipeline.checkin import CLEARANCES, DIDS, FLAGS, WHERES, CheckIn
from pipeline.history import History, Run, pair, with_told
from pipeline.standing import OwnCadence
from pipeline.wardrobe import Worn

TODAY = date(2025, 6, 30)
USUAL = "10@60 10@30 10@28 10@24 10@20 10@16 10@12 10@8 10@4"


def mornings(picture, today=TODAY):
    tokens = [each for token in picture.split() for each in _repeated(token)]
    dates = [today - timedelta(days=back) for back in reversed(range(len(tokens)))]
    return tuple(
        _morning(on, drawn) for on, drawn in zip(dates, tokens, strict=True) if drawn != "."
    )


def runs(picture, today=TODAY):
    tokens = [] if picture == "-" else picture.replace("usual", USUAL).split()
    found = [_run(index, token, today) for index, token in enumerate(tokens)]
    return tuple(sorted(found, key=lambda run: run.on))


def history(morning_picture, run_picture="usual", unknown=()):
    answers, past = mornings(morning_picture), runs(run_picture)
    return History(
        mornings=answers, runs=with_told(past, pair(answers, past)), unknown=frozenset(unknown)
    )


def rows(page):
    """The rows of a page without its head and headings, each a list of cells."""
    lines = page.strip().splitlines()[1:]
    return [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if not line.strip().startswith("--")
    ]


def _repeated(token):
    one, _, times = token.partition("*")
    return [one] * int(times or 1)


def _morning(on, drawn):
    sides, *marks = drawn.split(",")
    left, _, right = sides.partition("/")
    flags = [mark for mark in marks if mark in FLAGS]
    return CheckIn(
        on=on,
        left=int(left),
        right=int(right or left),
        during=next((int(mark[1:]) for mark in marks if re.fullmatch(r"d\d+", mark)), None),
        sleep_h=next((float(mark[1:]) for mark in marks if re.fullmatch(r"s[\d.]+", mark)), None),
        flags=frozenset(flags) if flags or "none" in marks else None,
        did=frozenset(mark for mark in marks if mark in DIDS),
        where=frozenset(mark for mark in marks if mark in WHERES),
        painkiller="painkiller" in marks,
        cleared=next((mark for mark in marks if mark in CLEARANCES), None),
    )


def _run(index, token, today):
    token, *marks = token.split(",")
    amount, _, days_ago = token.partition("@")
    km, _, calf_km = amount.partition("/")
    shoes = next((mark for mark in marks if mark[0].isupper()), None)
    on = today - timedelta(days=int(days_ago))
    return Run(
        id=f"run-{index}",
        on=on,
        start_at=datetime(on.year, on.month, on.day, 7, tzinfo=UTC),
        distance_m=float(km) * 1000,
        calf_km=float(calf_km or km),
        worn=Worn(shoes, "minimal" if shoes == "Bare" else None) if shoes else None,
        cadence=next((_cadence(mark[1:]) for mark in marks if mark.startswith("c")), None),
    )


def _cadence(drawn):
    residual, _, line_runs = drawn.partition("/")
    return OwnCadence(float(residual), 4.0, int(line_runs or 20))
