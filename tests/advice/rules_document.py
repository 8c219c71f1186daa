"""docs/rules.md, written from the rules and limits themselves: `make docs`."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from advice.limits import default_limits
from advice.rule import Rule, fields
from advice.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advice.limits import Limits
    from advice.recommendation import Urgency

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

UNREVIEWED = frozenset({"design", "R"})
"""Marks of limits that no source bears out."""
REVIEW = "wants a clinician's review"

URGENCIES: dict[Urgency | None, str] = {
    None: "",
    "now": ", now",
    "same_day": ", the same day",
    "days": ", within days",
}

TOP = """\
# Rules: what calfwise says in the morning, and when

**General information, not a diagnosis.** The sources bear out single numbers, in other people
than this runner; putting them together is our own work. Whatever is marked *{review}* rests on
a choice of ours that no clinician has reviewed yet.

Written by `make docs` from `advice/rules.py` and `advice/limits.toml`, rules version {version}; a
test fails when it is stale. `calfwise advise --explain` prints the same rules with what each of
them saw on a day.

## How a verdict comes about

Every rule below is asked, strictest verdict first: {verdicts}. The first
one that holds decides, and the last one always does. The others that hold are said as further
reasons, but beside a rest or a referral none that sounds like a run. *The worse side* is the larger
of left and right, 0 to 10; episodes, rises and comparisons are followed for each side by itself. A
morning sees the answers up to it and the runs of the days before it, never what came later.
"""

COUNTED = {
    "Episodes": (
        "An episode of one side begins with an answer of {episode_starts_nrs} or more. That "
        "morning is day 0, and calendar days count from there, answered or not. It ends with one "
        "0, or with {settled_answers} answers in a row at {settled_nrs} or below; silence does "
        "not end it. What refers an episode is said in full once and stands until the episode "
        "ends or a visit is told. A day `rested` counts from day 1 on, since the answer of day 0 "
        "speaks of the day before it."
    ),
    "Rises": (
        "An answer above the one before it is a rise. Over one missing morning it counts as two; "
        "over more than one, nobody knows, and the count begins anew."
    ),
    "Pain in the run": (
        "The worst pain told of the latest run counts for {during_counts_days} mornings after "
        "it, or until the next run, and only from the morning on which it was told. Exactly "
        "{during_ceiling_nrs} is the limit and not above it. Pain that was not told fires "
        "nothing."
    ),
    "Flags": (
        "A flag stands from the morning on which it is told until a visit is told. Neither "
        "silence nor `none of these` takes it back; telling it again begins its days anew. A red "
        "flag is urgent for {urgent_days} days, the first included, and a matter for a physician "
        "after that. A limp is one from the third morning in a row: limping mornings at most "
        "{limping_days} days apart, the first at least {limping_days} days ago."
    ),
    "Visits": (
        "A visit answers what was told before it; what is told with it is new, and stands. After "
        "`may_run` the days are easy at most until the morning after a run is no sorer than the "
        "morning before it. `may_not_run` answers the referral and holds a rest until `may_run`. "
        "An episode that was seen is referred again at {referred_again_nrs} or more, or by a "
        "flag."
    ),
    "Silence": (
        "Not told is not zero: without an answer the day is easy at most. A rest holds on for "
        "{rest_holds_days} days. Flags and episodes hold on; after {silent_days} silent days an "
        "episode is asked about and not judged."
    ),
}
"""How the rules count (EVIDENCE 9, and DECISIONS 12 where it leaves room)."""

BESIDE = {
    "Ceiling": (
        "At most this far, never a target. As planned: {longest_factor:.0%} of the longest run "
        "of {window_days} days, in distance and in calf load, each by itself; a run that was "
        "such a step itself is left out for {spike_ignored_days} days. With fewer than "
        "{enough_runs} runs, with days of which nobody knows, after an earlier calf strain or from "
        "{cautious_age_years} years on: {longest_factor_unsure:.0%}. "
        "Easy: on the flat, and {easy_share:.0%} of the median run of {median_window_days} days "
        "where that is less; on the way back after a sudden sharp pain, its share by the step of "
        "{ladder_steps}. Without a run in the window, or with none but recent ones far beyond the "
        "others, there is no number."
    ),
    "A week clearly sorer than the last": (
        "Both weeks of {week_days} days have {weekly_answers} answers or more, this week's "
        "median is {weekly_nrs} or more and at least {weekly_rise_nrs} above the last: "
        "{weekly_factor:.0%} of the ceiling. The verdict stays."
    ),
    "Care": (
        "For calves at {episode_starts_nrs} or more that need nobody else's eyes, and said with "
        "this morning's answer only: an easy walk that stays at {walk_nrs} of 10 or below (not "
        "from {significant_pain_nrs} on, not with a limp); {protein_low} to {protein_high} g of "
        "protein per kg of body weight a day and {sleep_h} hours of sleep as general ranges; "
        "gentle stretching for comfort. Walking barefoot, about {barefoot_minutes} minutes, only "
        "below {barefoot_below_nrs}, and not with pain of the Achilles tendon, heel, shin or "
        "bone. After a visit, what helps is theirs to say until a run has gone well."
    ),
    "Form": (
        "Only against the runner's own line of cadence at the same speed, drawn from "
        "{form_line_runs} runs or more, and only where something hurts: {form_runs} runs of the "
        "last {form_window_days} days more than {form_residual_sd} standard deviations below it "
        "(beyond {form_strange_sd} it is a sensor's doing). At most {form_cadence_share:.0%} "
        "more, on easy runs, for {form_weeks_low} to {form_weeks_high} weeks; never at "
        "{sore_rest_nrs} or more, never beside new shoes, and never a number to aim for."
    ),
    "Shoes": (
        "A pair is new for {new_pair_days} days after its first run, or when it comes back after "
        "more than {pair_away_days} days. Soreness on the mornings after runs in a pair is told "
        "from {shoe_mornings} mornings on, drawn to the runner's own mean: pairs are assumed to "
        "differ by {shoe_between_nrs} points, mornings by {shoe_within_nrs} until more than "
        "{shoe_within_mornings} are known, and each morning counts {shoe_independent_share:.0%}. "
        "It changes no verdict."
    ),
    "Forecast": (
        "Of tomorrow's soreness, from {forecast_answers} answers on, as the EWMA of the answers; "
        "the runner's own forecast takes its place once it has beaten that by {gate_gain} in log "
        "score over {gate_pairs} mornings or more ([forecast.md](forecast.md)). Only then may it "
        "act, and only to make a verdict stricter."
    ),
    "Questions": (
        "Warning signs are asked about at {significant_pain_nrs} or more, after a rise of "
        "{ask_flags_rise_nrs} or more, and where one side is at {one_sided_nrs} or more and "
        "{one_sided_gap_nrs} above the other without a run in {ask_flags_run_days} days."
    ),
}
"""What stands beside the verdict, and the limits that are used there."""

MARKS = """\
Verified: `V` read in a stored page · `V2` on a secondary page · `D` computed by us · `R` recalled,
never said to a runner as fact · `design` chosen by us.
"""


def written() -> str:
    """The whole page."""
    limits = default_limits()
    verdicts = dict.fromkeys(_said(rule.verdict.word) for rule in RULES)
    top = TOP.format(review=REVIEW, version=limits.rules_version, verdicts=", ".join(verdicts))
    return "\n".join([top, *_rules(limits), *_texts(limits), *_table(limits)])


def uses() -> dict[str, list[str]]:
    """Where each limit is used: its name → rules, and sections of this page."""
    places = [(f"`{rule.name}`", rule.asks) for rule in RULES]
    places += [(title, text) for title, text in (COUNTED | BESIDE).items()]
    used: dict[str, list[str]] = {}
    for place, text in places:
        for name in fields(text):
            used.setdefault(name, []).append(place)
    return used


def _rules(limits: Limits) -> Iterator[str]:
    for verdict, group in groupby(RULES, key=lambda rule: rule.verdict):
        yield f"## {_said(verdict.word).capitalize()}\n"
        for rule in group:
            yield from _rule(rule, limits)


def _rule(rule: Rule, limits: Limits) -> Iterator[str]:
    yield f"### `{rule.name}`: {_said(rule.verdict.word)}{URGENCIES[rule.urgency]}\n"
    yield f"**Holds when:** {rule.asked(limits)}\n"
    yield f"**Says:** “{_readable(rule.says)}”\n"
    yield f"**Source:** {rule.source}\n"
    names = fields(rule.asks)
    for name in names:
        limit = limits.limit(name)
        yield f"- `{name}` = {limit.value:g} ({limit.unit}); {limit.source}; {limit.verified}"
    if names:
        yield ""
    yield from _review(names, limits)


def _texts(limits: Limits) -> Iterator[str]:
    for heading, texts in (("How things are counted", COUNTED), ("Beside the verdict", BESIDE)):
        yield f"## {heading}\n"
        for title, text in texts.items():
            yield f"**{title}.** {text.format_map(limits)}\n"
            yield from _review(fields(text), limits)


def _review(names: Iterable[str], limits: Limits) -> Iterator[str]:
    """The mark, where no source bears a number out, or where there is no number to bear out."""
    names = tuple(names)
    chosen = [name for name in names if limits.limit(name).verified in UNREVIEWED]
    if chosen:
        yield f"*{REVIEW.capitalize()}: {', '.join(f'`{name}`' for name in chosen)}.*\n"
    elif not names:
        yield f"*{REVIEW.capitalize()}.*\n"


def _table(limits: Limits) -> Iterator[str]:
    used = uses()
    yield f"## All limits\n\n{MARKS}"
    yield "| limit | value | unit | source | verified | used by |\n|---|---|---|---|---|---|"
    for name, limit in limits.table.items():
        verified = f"{limit.verified}, {REVIEW}" if limit.verified in UNREVIEWED else limit.verified
        cells = (f"`{name}`", f"{limit.value:g}", limit.unit, limit.source, verified)
        yield f"| {' | '.join(cells)} | {', '.join(used.get(name, ()))} |"
    yield ""


def _said(name: str) -> str:
    return name.replace("_", " ")


def _readable(sentence: str) -> str:
    """Placeholders as a reader sees them: `{early_peak_nrs}` becomes `[early peak nrs]`."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: f"[{_said(found[1])}]", sentence)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
