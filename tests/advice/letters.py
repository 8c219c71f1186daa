"""Recommendations of each verdict, and what is known beside them, for tests of the letter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from advice.charts.chart import Chart
from advice.letter_facts import LetterFacts, Taps
from advice.recommend import recommend_days
from advice.recommendation import Because, Ceiling, Item, Recommendation, Verdict
from pipeline.checkin import CheckIn
from pipeline.day import DayRow
from tests.advice.pictures import TODAY, history

SUNDAY = date(2026, 11, 22)
SATURDAY = SUNDAY - timedelta(days=1)
WEEK_KM = (8.0, 0.0, 6.2, 0.0, 9.0, 0.0, 8.0)
BARE = LetterFacts()


def reason(says, rule="a_rule", **values):
    return Because(rule=rule, says=says, values=values, source="EVIDENCE 1.3")


def item(says):
    return Item(name="an_item", says=says)


def answer(verdict, *reasons, **more):
    return Recommendation(
        **{
            "on": SUNDAY,
            "verdict": verdict,
            "provisional": False,
            "urgency": None,
            "because": tuple(
                each if isinstance(each, Because) else reason(each) for each in reasons
            ),
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
            "mornings": mornings_ending((3, 1), (5, 1)),
            "yesterday_verdict": "easy",
            "yesterday": ran(SATURDAY, 8.0, soreness_left=3, soreness_right=1),
            "last_days": [ran(on, km) for on, km in zip(days, WEEK_KM, strict=True)],
        }
        | more
    )


def mornings_ending(*sides, on=SUNDAY):
    """Answers on successive mornings, the last one `on`."""
    first = on - timedelta(days=len(sides) - 1)
    return tuple(
        CheckIn(on=first + timedelta(days=days), left=left, right=right)
        for days, (left, right) in enumerate(sides)
    )


def silent(**more):
    """The same morning before the answer."""
    return told(**{"mornings": mornings_ending((3, 1), on=SATURDAY)} | more)


TOKEN = 94
"""Characters of a real seal and signature."""
LONGEST_TOKEN = 180
"""Those of an athlete whose id has 64 characters."""


def taps(base="https://calf.example.org", *, same=True, token=TOKEN):
    """Addresses as long as real ones."""

    def address(name):
        return f"{base}/c/{name:x<{token}}"

    return Taps(
        form=address("form"),
        left=tuple(address(f"left-{nrs}-") for nrs in range(11)),
        right=tuple(address(f"right-{nrs}-") for nrs in range(11)),
        both_none=address("both-none-"),
        same=address("same-") if same else None,
    )


def on_the_page(base="https://calf.example.org", *, same=True, token=TOKEN):
    """What is known where the runner reaches the page."""
    return {
        "taps": taps(base, same=same, token=token),
        "look_url": f"{base}/me/{'l' * token}",
        "stop_url": f"{base}/letters/{'s' * token}",
    }


def chart(name, title, says, *values):
    """A hand-made chart: one bar for each number."""
    bars = "".join(
        f'<rect x="{40 + 60 * place}" y="{220 - 18 * high}" width="40" height="{18 * high}" '
        'fill="#3d6f9e"/>'
        for place, high in enumerate(values)
    )
    return Chart(
        name=name,
        title=title,
        says=says,
        svg=f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 240" role="img">'
        f"<title>{title}</title><desc>{says}</desc>"
        f'<path d="M30 220H530" stroke="#56616d"/>{bars}</svg>',
        width_px=560,
        height_px=240,
        values=[{"what": "bar", "nrs": value} for value in values],
    )


CHARTS = (
    chart(
        "load",
        "Calf load and soreness, 8 weeks",
        "The last 8 weeks, from Monday 28 September: this week 4 calf-km so far, the week before "
        "9, the most 11. The left calf was at 5 at its worst, the right one at 2.",
        *(8, 9, 7, 11, 2, 5, 9, 4),
    ),
    chart(
        "cadence",
        "Cadence against speed",
        "Your last run: 3 steps a minute below your own line at its speed, within the 8 that is "
        "usual for you.",
        *(3, 8),
    ),
    chart(
        "mornings",
        "Mornings, 4 weeks",
        "Of the last 7 mornings 6 were answered. Left at most 5, right at most 1.",
        *(7, 6, 5, 1),
    ),
)

REST = answer(
    Verdict.REST,
    reason(
        "Your left calf is at 5 of 10 this morning: no running today.",
        "sore_four_or_five",
        calf="left",
        nrs=5,
    ),
    "Your last run hurt up to 4 of 10.",
    "For 3 mornings your left calf has been at least 2 points sorer than the other one.",
    "You were limping yesterday.",
    "You took a painkiller this morning.",
    care=(item("An easy walk is fine if it stays at 2 of 10 or below."),),
    missing=(item("For 2 of the last 30 days nobody can say whether you ran."),),
)
AS_PLANNED = answer(
    Verdict.AS_PLANNED,
    reason("Nothing you told us stops a run.", "nothing_stands_out"),
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
    reason(
        "Your left calf is at 2 of 10, 8 days after it began. Have it looked at.",
        "beyond_seven_days",
        calf="left",
        nrs=2,
        day=8,
    ),
    urgency="days",
)
URGENT = answer(
    Verdict.URGENT,
    reason(
        "You told us of one calf swollen, warm or red (yesterday). Have it seen today.",
        "red_flag_same_day",
        what="one calf swollen, warm or red (yesterday)",
    ),
    "The watch shows 18.0 km.",
    urgency="same_day",
    provisional=True,
    ceiling=Ceiling(distance_m=9_000, calf_km=9.0, surface="any"),
    care=(item("An easy walk is fine."),),
    form=(item("Your steps have become slower."),),
    missing=(item("Two days are unknown."),),
)
EVERY = {each.verdict.word: each for each in (AS_PLANNED, EASY, REST, PHYSICIAN, URGENT)}


NO_PAGE = {"taps": None, "look_url": None, "stop_url": None}


def referral_of(recommendation):
    """What whoever was told of it was told of a referral."""
    if recommendation.verdict is not Verdict.PHYSICIAN:
        return None
    return {each.rule: each.values for each in recommendation.because}


def scene(drawn, run_picture="usual", *, units="km", **more):
    """A real recommendation of a drawn history (pictures.py), and the facts of its letter."""
    past = history(drawn, run_picture)
    yesterday = TODAY - timedelta(days=1)
    before, today = recommend_days(past, (yesterday, TODAY), units=units)
    days = [yesterday - timedelta(days=back) for back in reversed(range(7))]
    told_before = next((each for each in past.mornings if each.on == yesterday), None)
    sore = {
        "soreness_left": told_before and told_before.left,
        "soreness_right": told_before and told_before.right,
    }
    facts = LetterFacts(
        units=units,
        zone=ZoneInfo("Europe/Berlin"),
        mornings=past.mornings,
        yesterday_verdict=before.verdict.word,
        yesterday=ran(yesterday, 0.0, **sore),
        last_days=[ran(on, km) for on, km in zip(days, WEEK_KM, strict=True)],
        charts=CHARTS,
        **{
            "told_yesterday": referral_of(before),
            **on_the_page(same=bool(past.mornings)),
            **more,
        },
    )
    return today, facts


SCENES = {
    "as_planned": scene("0 1/0 0 1/0"),
    "as_planned in miles": scene("0 0 1/0", units="mi"),
    "a run on every day": scene("0 0", "5@7 5@6 5@5 5@4 5@3 5@2 5@1"),
    "after a spike": scene("0 0 1/0", "usual 18@1", units="mi"),
    "easy": scene("0 0 2/0 3/0"),
    "provisional": scene("0 1/0 1/0 ."),
    "provisional, known little": scene(".", "-"),
    "without the page": scene("0 2/0 .", **NO_PAGE),
    "by mail": scene("0 2/0 .", **NO_PAGE, reply_to="answers@calf.example.org"),
    "rest": scene("0 3/1 4/1 5/1"),
    "rest, limping": scene("0 2/1,limping"),
    "rest, pain in the run": scene("0 0 1/0,d7", "usual 8@1"),
    "correction": scene("0 3/1 4/1 5/1", correction=True),
    "neutral": scene("0 3/1 4/1 5/1", neutral=True),
    "test": scene("0 3/1 4/1 5/1", test=True),
    "physician": scene("0 4 4 4 4 4"),
    "physician, provisional": scene("0 3/0,sudden_sharp_pain 2/0,sudden_sharp_pain ."),
    "physician again": scene("0 4 4 4 4 4 4 4"),
    "physician, no page": scene("0 4 4 4 4 4", **NO_PAGE),
    "held back": scene("0 3/0,sudden_sharp_pain 2/0,may_not_run 1/0"),
    "urgent": scene("0 3/0 4/0,one_sided_swelling_warm_red"),
    "urgent now": scene("0 0 1/0,chest_pain_or_breathless,dark_urine"),
    "urgent, neutral": scene("0 4/0,pop_or_kick", neutral=True),
    "urgent, provisional, no page": scene("0 4/0,pop_or_kick .", **NO_PAGE),
}
"""Letters as they happen: every verdict, with and without an answer, pictures and the page."""
