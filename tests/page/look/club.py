"""A club: many athletes with two months of stored mornings, who let one coach look."""

import random
from datetime import UTC, datetime, timedelta

from flows.settings import Home
from pipeline.checkin import CheckIn
from pipeline.day import DayRow
from pipeline.store.records import RawFile, Store
from tests.page.look.long_store import run_row

VERDICTS = ("as_planned",) * 6 + ("easy",) * 3 + ("rest",) * 2 + ("physician",)
DAYS = 60


def club(home: Home, store: Store, coach: str, count: int) -> None:
    """Days are put in as if they had been derived: what a coach sees is what is stored."""
    dice = random.Random(7)
    granted_at = datetime(2026, 1, 1, tzinfo=UTC)
    with store.writing() as transaction:
        for place in range(count):
            athlete = f"runner-{place:03d}"
            today = home.today(athlete)
            transaction.add_athlete(athlete)
            transaction.grant(athlete, coach, granted_at)
            silent = dice.choice((0, 0, 0, 0, 1, 2, 5, 12))
            ran_on = today - timedelta(days=1 + dice.randrange(4))
            raw = RawFile(
                sha256=f"{place:064x}",
                file="run.fit",
                format="fit",
                status="read",
                reason=None,
                derived_with="reader 1",
            )
            transaction.add_raw(athlete, raw, [run_row(dice, ran_on, place)], 1)
            transaction.set_copies(athlete, {}, ())
            days = []
            verdict, nrs = dice.choice(VERDICTS), dice.randrange(5)
            for back in reversed(range(silent, DAYS)):
                on = today - timedelta(days=back)
                nrs = min(max(nrs + dice.choice((-1, 0, 0, 1)), 0), 8)
                if dice.random() < 0.2:
                    verdict = dice.choice(VERDICTS)
                told = dice.random() < 0.85 or back == silent
                left, right = (nrs, max(nrs - 1, 0)) if told else (None, None)
                day = DayRow(on=on, known=True, runs=0, soreness_left=left, soreness_right=right)
                days.append((day, verdict))
                if back == silent:
                    answer = CheckIn(on=on, left=nrs, right=max(nrs - 1, 0))
                    transaction.add_checkin(athlete, answer, granted_at)
            transaction.replace_days(athlete, days)
