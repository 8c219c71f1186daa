"""The JSON of a letter: every number it tells, as its words and as what they are made from."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from advice.course import SIDES
from advice.letter_page import page_of, reasons_left_out
from advice.subject import sore_mornings
from pipeline.checkin import NRS_MAX

if TYPE_CHECKING:
    from advice.letter_facts import LetterFacts
    from advice.letter_page import Ask
    from advice.recommendation import Recommendation

Json = dict[str, Any]


def letter_json(answer: "Recommendation", facts: "LetterFacts") -> Json:
    """What `advise` says of the day's letter beside the recommendation.

    `says`, and the texts, are the letter's own words; what they are made from stands in `values`
    beside them, or in the recommendation: `limits`, `forecast`, the `values` of each reason.
    """
    page = page_of(answer, facts)
    last = facts.mornings[-1] if facts.mornings else None
    return {
        "subject": page.subject,
        "headline": page.headline,
        "lede": list(page.lede),
        "ceiling": None if page.ceiling is None else f"{page.ceiling[0]}. {page.ceiling[1]}.",
        "reasons": list(page.reasons),
        "reasons_left_out": reasons_left_out(answer) if page.reasons else None,
        "sore_mornings": {
            side: sore_mornings(facts.mornings, (side,), answer.on)[0] for side in SIDES
        },
        "sections": [asdict(each) for each in page.sections],
        "since_yesterday": [asdict(each) for each in page.changes],
        "charts": [
            {"name": each.name, "title": each.title, "says": each.says, "values": each.values}
            for each in page.charts
        ],
        "ask": _ask_json(page.ask),
        "last_check_in_on": last.on.isoformat() if last else None,
        "timezone": str(facts.zone),
        "footer": list(page.footer),
    }


def _ask_json(ask: "Ask") -> Json:
    same = None
    if ask.same is not None:
        told = {"left": ask.same.left, "right": ask.same.right}
        same = {"says": ask.same_says, "on": ask.same.on.isoformat(), **told}
    return {
        "question": ask.title,
        "note": ask.note,
        "scale": list(range(NRS_MAX + 1)),
        "same_as_last_time": same,
    }
