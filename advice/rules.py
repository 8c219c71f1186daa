"""The rules, strictest first: the strictest that fits decides, and the last one always answers.

Meant to be read aloud. What a rule looks at is in signs.py, its numbers are in limits.toml, and
how things are counted is EVIDENCE section 9. They are design choices built on the sources named;
they want a clinician's sign-off, and none of them is a diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from advice import signs, signs_of_running
from advice.recommendation import Because, Verdict

if TYPE_CHECKING:
    from advice.day import Day
    from advice.recommendation import Urgency
    from advice.signs import Facts, Sign

YOUR_CALF = {
    "left": "Your left calf is",
    "right": "Your right calf is",
    "both": "Both calves are",
}
THE_CALF = {"left": "your left calf", "right": "your right calf", "both": "your calves"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One judgement: when the sign is seen, this verdict, said like this, because of that."""

    name: str
    verdict: Verdict
    sign: Sign
    says: str
    source: str
    urgency: Urgency | None = None

    def because(self, facts: Facts) -> Because:
        """The reason with its numbers filled in."""
        calf = str(facts.get("calf"))
        said = self.says.format(
            **facts, your_calf=YOUR_CALF.get(calf, ""), the_calf=THE_CALF.get(calf, "")
        )
        return Because(rule=self.name, says=said, values=facts, source=self.source)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fits a day, with the numbers it saw."""

    rule: Rule
    facts: Facts


def judge(day: Day) -> tuple[Fired, ...]:
    """The rules that fit a day, the deciding one first. There is always one."""
    fired = tuple(
        Fired(rule, facts) for rule in RULES[:-1] if (facts := rule.sign(day)) is not None
    )
    return fired or (Fired(RULES[-1], signs.always(day)),)


def _rest_holds(day: Day) -> Facts | None:
    """Silence, and the last answer, not more than two days ago, asked for rest (9.2)."""
    if not day.last_answered or not day.silent_days:
        return None
    if day.silent_days > day.limits["rest_holds_days"]:
        return None
    asked = judge(day.last_answered)[0].rule.verdict
    return {"when": signs.days_ago(day.silent_days)} if asked >= Verdict.REST else None


RULES: tuple[Rule, ...] = (
    # Red flags come before everything.
    Rule(
        "red_flag_now",
        Verdict.URGENT,
        signs.urgent_flag(signs.FLAGS_NOW),
        "You told us of {what}. As a precaution, call your emergency number or go to an "
        "emergency department now. Once you have been seen, tell us what they said.",
        "NHS page on deep vein thrombosis and other pages (EVIDENCE 2 items 1 to 4, 9.9)",
        "now",
    ),
    Rule(
        "red_flag_same_day",
        Verdict.URGENT,
        signs.urgent_flag(signs.FLAGS_SAME_DAY),
        "You told us of {what}. As a precaution, have it seen by a doctor or an urgent-care "
        "service today. Then tell us what they said.",
        "NHS page on deep vein thrombosis, torbayphysio.com (EVIDENCE 2 items 5 to 8, 9.9)",
        "same_day",
    ),
    # Matters for a physician or a physiotherapist.
    Rule(
        "flag_within_days",
        Verdict.PHYSICIAN,
        signs.flag_told_today,
        "You told us of {what}. Have it looked at within days, please do not run until then, "
        "and tell us what they said.",
        "EVIDENCE 2 items 9 to 12, 9.9",
        "days",
    ),
    Rule(
        "flag_not_cleared",
        Verdict.PHYSICIAN,
        signs.flag_not_cleared,
        "You told us of {what}. Seen? Tell us.",
        "EVIDENCE 9.9",
        "days",
    ),
    Rule(
        "limping_third_morning",
        Verdict.PHYSICIAN,
        signs.limping_third_morning,
        "You have been limping for {days} mornings. Have it looked at, please do not run until "
        "then, and tell us what they said.",
        "EVIDENCE 9.9",
        "days",
    ),
    Rule(
        "no_fall",
        Verdict.PHYSICIAN,
        signs.referred_for("no_fall", "early_peak_nrs"),
        "{your_calf} at {nrs} of 10 on day {day}, after a peak of {early_peak_nrs}. It should be "
        "fading by now; have it looked at, and tell us what they said.",
        "EVIDENCE 3, 9.7",
        "days",
    ),
    Rule(
        "rising",
        Verdict.PHYSICIAN,
        signs.referred_for("rising", "early_last_nrs"),
        "{your_calf} at {nrs} of 10 on day {day}, above the {early_last_nrs} of the first days. "
        "It should be fading by now; have it looked at, and tell us what they said.",
        "EVIDENCE 3, 9.7",
        "days",
    ),
    Rule(
        "beyond_seven_days",
        Verdict.PHYSICIAN,
        signs.referred_for("beyond_seven_days"),
        "{your_calf} at {nrs} of 10, {day} days after it began. It should be fading; have it "
        "looked at, and tell us what they said.",
        "EVIDENCE 3, 9.7",
        "days",
    ),
    Rule(
        "six_for_three_mornings",
        Verdict.PHYSICIAN,
        signs.referred_for("six_for_three_mornings"),
        "{your_calf} at {nrs} of 10, after two days or more of significant pain. Have it looked "
        "at, and tell us what they said.",
        "EVIDENCE 3, 9.7",
        "days",
    ),
    Rule(
        "rested_not_settled",
        Verdict.PHYSICIAN,
        signs.referred_for("rested_not_settled", "rested"),
        "{your_calf} at {nrs} of 10 after {rested} days of rest. Have it looked at, and tell us "
        "what they said.",
        "EVIDENCE 9.7",
        "days",
    ),
    Rule(
        "three_episodes",
        Verdict.PHYSICIAN,
        signs.referred_for("three_episodes"),
        "Soreness of {the_calf} is back for at least the third time in six weeks, at {nrs} of 10 "
        "today. Have it looked at, and tell us what they said.",
        "EVIDENCE 3, 9.8",
        "days",
    ),
    Rule(
        "referred_again",
        Verdict.PHYSICIAN,
        signs.referred_for("referred_again"),
        "{your_calf} at {nrs} of 10, after you had been seen. Have it looked at once more, and "
        "tell us what they said.",
        "EVIDENCE 9.10",
        "days",
    ),
    Rule(
        "referral_stands",
        Verdict.PHYSICIAN,
        signs.referral_stands,
        "We asked you to have {the_calf} looked at ({when}). Seen? Tell us.",
        "EVIDENCE 9.10",
        "days",
    ),
    # No running today.
    Rule(
        "significant_pain",
        Verdict.REST,
        signs.sore_from("significant_pain_nrs"),
        "{your_calf} at {nrs} of 10 this morning. Nobody should run on that: rest today, and "
        "tell us tomorrow how it is.",
        "Traffic lights of four physiotherapy pages, the strictest (EVIDENCE 1.2, 1.3)",
    ),
    Rule(
        "too_much_pain_in_run",
        Verdict.REST,
        signs.too_much_pain_in_run,
        "Your last run hurt up to {during} of 10, above the limit of {ceiling_nrs}. Rest, and "
        "tell us tomorrow how it is.",
        "Silbernagel 2007, pain-monitoring model (EVIDENCE 1.1, 9.3)",
    ),
    Rule(
        "three_rises",
        Verdict.REST,
        signs.three_rises,
        "Soreness of {the_calf} has kept rising from morning to morning, to {nrs} of 10 today. "
        "Rest until it turns.",
        "EVIDENCE 1.3, 9.5",
    ),
    Rule(
        "limping",
        Verdict.REST,
        signs.limping,
        "You are limping this morning: rest today.",
        "EVIDENCE 1.3, 9.9",
    ),
    Rule(
        "sore_four_or_five",
        Verdict.REST,
        signs.sore_from("sore_rest_nrs", below="significant_pain_nrs"),
        "{your_calf} at {nrs} of 10 this morning: no running today.",
        "Traffic lights of four physiotherapy pages, the strictest (EVIDENCE 1.2, 1.3)",
    ),
    Rule(
        "held_back",
        Verdict.REST,
        signs.held_back,
        "You told us ({when}) that you were seen and may not run. Rest from running until they "
        "say that you may, and tell us then.",
        "EVIDENCE 9.10",
    ),
    Rule(
        "ladder_rest_day",
        Verdict.REST,
        signs_of_running.ladder_rest_day,
        "The watch shows a run ({when}), and on the way back after a sudden sharp pain each run is "
        "followed by {rest} without one: rest today.",
        "B. Green, healthhp.com.au/post/6-rules-for-running-after-calf-injury (EVIDENCE 1.4, 9.14)",
    ),
    Rule(
        "rest_holds",
        Verdict.REST,
        _rest_holds,
        "No answer this morning, and your last one ({when}) asked for rest: that holds for two "
        "days.",
        "EVIDENCE 9.2",
    ),
    # A flat and easy run at most.
    Rule(
        "return_ladder",
        Verdict.EASY,
        signs_of_running.return_ladder,
        "Step {step} of {steps} of the way back: {what}, for at most {minutes} minutes in all, "
        "then {rest} without a run. Strength work, if you do any, comes after the run. {mornings} "
        "mornings at 0 to {quiet_nrs} after it {then}.",
        "Green 2022, Sports Med Open 8:10, and healthhp.com.au; the steps are our design "
        "(EVIDENCE 1.1, 1.4, 9.14)",
    ),
    Rule(
        "ladder_not_open",
        Verdict.EASY,
        signs_of_running.ladder_not_open,
        "You told us ({when}) that you may run again after a sudden sharp pain. The steps of the "
        "way back open on a morning at 0 to {quiet_nrs}: until then no more than the first, "
        "{what}, for at most {minutes} minutes in all.",
        "EVIDENCE 1.1, 9.10, 9.14",
    ),
    Rule(
        "limped_yesterday",
        Verdict.EASY,
        signs.limped_yesterday,
        "You were limping yesterday: at most an easy run today.",
        "EVIDENCE 9.9",
    ),
    Rule(
        "sore_three",
        Verdict.EASY,
        signs.sore_from("sore_easy_nrs", below="sore_rest_nrs"),
        "{your_calf} at {nrs} of 10 this morning: at most flat and easy.",
        "Traffic lights of four physiotherapy pages, the strictest (EVIDENCE 1.2, 1.3)",
    ),
    Rule(
        "pain_in_run",
        Verdict.EASY,
        signs.pain_in_run,
        "Your last run hurt up to {during} of 10: at most flat and easy now.",
        "Silbernagel 2007, pain-monitoring model (EVIDENCE 1.1, 1.3, 9.3)",
    ),
    Rule(
        "above_pre_run",
        Verdict.EASY,
        signs.above_pre_run,
        "{your_calf} at {nrs} of 10, sorer than before your run ({when}): at most flat and easy.",
        "southsidephysio.com/1855-2: back to the level before the session (EVIDENCE 1.1, 9.4)",
    ),
    Rule(
        "one_sided",
        Verdict.EASY,
        signs.one_sided,
        "For {mornings} mornings {the_calf} has been at least {gap_nrs} points sorer than the "
        "other one.",
        "EVIDENCE 9.13",
    ),
    Rule(
        "after_a_spike",
        Verdict.EASY,
        signs.after_a_spike,
        "The watch shows {distance} ({when}), more than 10 % beyond your longest run: the two days "
        "after such a step are at most easy.",
        "Frandsen 2025, BJSM 59:1203 (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "after_a_calf_load_spike",
        Verdict.EASY,
        signs_of_running.after_a_calf_load_spike,
        "A run asked {calf_load} of your calves ({when}), more than {percent} % beyond your most: "
        "the {days} days after such a step are at most easy.",
        "Our extension of Frandsen 2025, BJSM 59:1203, to calf load (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "after_clearance",
        Verdict.EASY,
        signs.after_clearance,
        "You told us ({when}) that you may run again: at most easy, until the morning after a run "
        "is no sorer than the morning before it.",
        "EVIDENCE 9.10",
    ),
    Rule(
        "cleared_still_sore",
        Verdict.EASY,
        signs.cleared_still_sore,
        "{your_calf} at {nrs} of 10, and you have been seen: at most easy.",
        "EVIDENCE 9.10",
    ),
    Rule(
        "painkiller",
        Verdict.EASY,
        signs.painkiller,
        "You took a painkiller this morning. It can cover what the calves would say: at most easy.",
        "General clinical knowledge (EVIDENCE 9.16)",
    ),
    Rule(
        "no_answer",
        Verdict.EASY,
        signs.no_answer,
        "No answer yet this morning, and not told is not zero: at most easy until you tell us "
        "how your calves are.",
        "EVIDENCE 1.3, 9.2",
    ),
    Rule(
        "no_run_in_window",
        Verdict.EASY,
        signs.no_run_in_window,
        "We know of no run in the last {days} days: begin with something easy.",
        "Frandsen 2025 needs a run to compare with (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "only_spikes_in_window",
        Verdict.EASY,
        signs_of_running.only_spikes_in_window,
        "What we know of the last {days} days is far beyond the runs before it, so there is no "
        "run to go by: begin with something easy.",
        "Frandsen 2025 needs a run to compare with (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "no_rest_day",
        Verdict.AS_PLANNED,
        signs_of_running.no_rest_day,
        "The watch shows a run on each of the last {days} days: a day of rest belongs in every "
        "week.",
        "Founding article: rest days worked into the routine; how many days is our design "
        "(EVIDENCE 0)",
    ),
    Rule(
        "nothing_stands_out",
        Verdict.AS_PLANNED,
        signs.always,
        "Nothing you told us stops a run.",
        "EVIDENCE 1.3 item 5",
    ),
)
