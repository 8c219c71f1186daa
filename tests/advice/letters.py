"""Recommendations of each verdict, and what is known beside them, for tests of the letter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from advice.letter import LetterFacts
from advice.recommendation import Because, Ceiling, Item, Recommendation, Verdict
from pipeline.checkin import CheckIn
from pipeline.day import DayRow

SUNDAY = date(2026, 11, 22)
SATURDAY = SUNDAY - timedelta(days=1)
WEEK_KM = (8.0, 0.0, 6.2, 0.0, 9.0, 0.0, 8.0)
BARE = LetterFacts()


def reason(says):
    return Because(rule="a_rule", says=says, values={}, source="EVIDENCE 1.3")


def item(says):
    return Item(name="an_item", says=says)


def answer(verdict, *reasons, **more):
    return Recommendation(
        **{
            "on": SUNDAY,
            "verdict": verdict,
            "provisional": False,
            "urgency": None,
            "because": tuple(map(reason, reasons)),
            "ceiling": None,
            "rules_version": "1",
            "data_through": datetime(2026, 11, 21, 18, 42, tzinfo=UTC),
        }
        | more
    )


def ran(on, km, **more):
    return DayRow(
        on=on, known=True, runs=int(km > 0), distance_m=km * 1000, calf_km=km * 0.98, **more
    )


def told(**more):
    """What is known beside the recommendation on an ordinary morning."""
    days = [SUNDAY - timedelta(days=back) for back in range(7, 0, -1)]
    return LetterFacts(
        **{
            "name": "Ada",
            "zone": ZoneInfo("Europe/Berlin"),
            "check_in": CheckIn(on=SUNDAY, left=5, right=1),
            "yesterday_verdict": "easy",
            "yesterday": ran(SATURDAY, 8.0, soreness_left=3, soreness_right=1),
            "last_days": [ran(on, km) for on, km in zip(days, WEEK_KM, strict=True)],
            "last_check_in_on": SUNDAY,
        }
        | more
    )


def silent(**more):
    """The same morning before the answer."""
    return told(check_in=None, last_check_in_on=SATURDAY, **more)


REST = answer(
    Verdict.REST,
    "Your left calf is at 5 of 10 this morning: no running today.",
    "Your last run hurt up to 4 of 10.",
    "For 3 mornings your left calf has been at least 2 points sorer than the other one.",
    "You were limping yesterday.",
    "You took a painkiller this morning.",
    care=(item("An easy walk is fine if it stays at 2 of 10 or below."),),
    missing=(item("For 2 of the last 30 days nobody can say whether you ran."),),
)
AS_PLANNED = answer(
    Verdict.AS_PLANNED,
    "Nothing you told us stops a run.",
    ceiling=Ceiling(distance_m=11_099, calf_km=11.3, surface="any"),
    shoes=(item("This pair has come to 700 km."),),
)
EASY = answer(
    Verdict.EASY,
    "No answer yet this morning, and not told is not zero.",
    provisional=True,
    ceiling=Ceiling(distance_m=5_270, calf_km=5.3, surface="flat"),
)
PHYSICIAN = answer(
    Verdict.PHYSICIAN,
    "Your left calf is at 2 of 10, 8 days after it began. Have it looked at.",
    urgency="days",
)
URGENT = answer(
    Verdict.URGENT,
    "You told us of one calf swollen, warm or red (yesterday). Have it seen today.",
    "The watch shows 18.0 km.",
    urgency="same_day",
    provisional=True,
    ceiling=Ceiling(distance_m=9_000, calf_km=9.0, surface="any"),
    care=(item("An easy walk is fine."),),
    form=(item("Your steps have become slower."),),
    missing=(item("Two days are unknown."),),
)
EVERY = {each.verdict.word: each for each in (AS_PLANNED, EASY, REST, PHYSICIAN, URGENT)}
