"""The rules that end in somebody else's hands: urgent, or a physician within days."""

from __future__ import annotations

from advice import sights, signs
from advice.recommendation import Verdict
from advice.rule import Rule

URGENT: tuple[Rule, ...] = (
    Rule(
        "red_flag_now",
        Verdict.URGENT,
        sign=signs.urgent_flag(signs.FLAGS_NOW),
        asks=(
            "One of these was told within {urgent_days} days, today included, and no visit since: "
            f"{signs.listed(signs.FLAGS_NOW)}."
        ),
        saw=sights.flags(signs.FLAGS_NOW),
        says="You told us of {what}. As a precaution, call your emergency number or go to an "
        "emergency department now. Once you have been seen, tell us what they said.",
        source="NHS page on deep vein thrombosis and other pages (EVIDENCE 2 items 1 to 4, 9.9)",
        urgency="now",
    ),
    Rule(
        "red_flag_same_day",
        Verdict.URGENT,
        sign=signs.urgent_flag(signs.FLAGS_SAME_DAY),
        asks=(
            "One of these was told within {urgent_days} days, today included, and no visit since: "
            f"{signs.listed(signs.FLAGS_SAME_DAY)}."
        ),
        saw=sights.flags(signs.FLAGS_SAME_DAY),
        says="You told us of {what}. As a precaution, have it seen by a doctor or an urgent-care "
        "service today. Then tell us what they said.",
        source="NHS page on deep vein thrombosis, torbayphysio.com (EVIDENCE 2 items 5 to 8, 9.9)",
        urgency="same_day",
    ),
)

PHYSICIAN: tuple[Rule, ...] = (
    Rule(
        "flag_within_days",
        Verdict.PHYSICIAN,
        sign=signs.flag_told_today,
        asks=(f"One of these was told this morning: {signs.listed(signs.FLAGS_WITHIN_DAYS)}."),
        saw=sights.flags(signs.FLAGS_WITHIN_DAYS),
        says="You told us of {what}. Have it looked at within days, please do not run until then, "
        "and tell us what they said.",
        source="EVIDENCE 2 items 9 to 12, 9.9",
        urgency="days",
    ),
    Rule(
        "flag_not_cleared",
        Verdict.PHYSICIAN,
        sign=signs.flag_not_cleared,
        asks="A flag was told on an earlier morning, and no visit since. A red flag comes here "
        "when its {urgent_days} days are over; a limp is one from its third morning.",
        saw=sights.flags(),
        says="You told us of {what}. Seen? Tell us.",
        source="EVIDENCE 9.9",
        urgency="days",
    ),
    Rule(
        "limping_third_morning",
        Verdict.PHYSICIAN,
        sign=signs.limping_third_morning,
        asks="Limping this morning, and {limping_days} days ago or earlier: limping mornings are "
        "in a row while they are at most {limping_days} days apart and no morning between was "
        "told to be without.",
        saw=sights.limp,
        says="You told us of a limp over {days} mornings. Have it looked at, please do not run "
        "until then, and tell us what they said.",
        source="EVIDENCE 9.9",
        urgency="days",
    ),
    Rule(
        "no_fall",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("no_fall", "early_peak_nrs"),
        asks="An episode that was neither referred nor seen is past day {early_days}, at "
        "{persistent_nrs} or more, and above {no_fall_share:.0%} of its peak of days 0 to "
        "{early_days}.",
        saw=sights.episodes_today("early_peak"),
        says="{your_calf} at {nrs} of 10 on day {day}, after a peak of {early_peak_nrs}. It "
        "should be fading by now; have it looked at, and tell us what they said.",
        source="EVIDENCE 3, 9.7",
        urgency="days",
    ),
    Rule(
        "rising",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("rising", "early_last_nrs"),
        asks="An episode that was neither referred nor seen is past day {early_days}, at "
        "{persistent_nrs} or more, and above its last answer of days 0 to {early_days}.",
        saw=sights.episodes_today("early_last"),
        says="{your_calf} at {nrs} of 10 on day {day}, above the {early_last_nrs} of the first "
        "days. It should be fading by now; have it looked at, and tell us what they said.",
        source="EVIDENCE 3, 9.7",
        urgency="days",
    ),
    Rule(
        "beyond_seven_days",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("beyond_seven_days"),
        asks="An episode that was neither referred nor seen is past day {long_episode_days} and "
        "at {episode_starts_nrs} or more.",
        saw=sights.episodes_today(),
        says="{your_calf} at {nrs} of 10, {day} days after it began. It should be fading; have it "
        "looked at, and tell us what they said.",
        source="EVIDENCE 3, 9.7",
        urgency="days",
    ),
    Rule(
        "six_for_three_mornings",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("six_for_three_mornings", limits=["severe_days"]),
        asks="An episode that was neither referred nor seen has been at {significant_pain_nrs} or "
        "more in every answer for {severe_days} days or longer.",
        saw=sights.episodes_today("high"),
        says="{your_calf} at {nrs} of 10, after {severe_days} days or more of significant pain. "
        "Have it looked at, and tell us what they said.",
        source="EVIDENCE 3, 9.7",
        urgency="days",
    ),
    Rule(
        "rested_not_settled",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("rested_not_settled", "rested"),
        asks="An episode that was neither referred nor seen is at {rested_nrs} or more, after "
        "{rested_times} days or more that were told as rested.",
        saw=sights.episodes_today("rested"),
        says="{your_calf} at {nrs} of 10 after {rested} days of rest. Have it looked at, and tell "
        "us what they said.",
        source="EVIDENCE 9.7",
        urgency="days",
    ),
    Rule(
        "three_episodes",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("three_episodes", limits=["episodes", "episodes_window_days"]),
        asks="An episode that was neither referred nor seen has reached {episodes_peak_nrs}, and "
        "with those of the same side that ended within {episodes_window_days} days and had "
        "reached it, there are {episodes} or more.",
        saw=sights.episodes_today("earlier"),
        says="Soreness of {the_calf} has come {episodes} times or more within "
        "{episodes_window_days} days, at {nrs} of 10 today. Have it looked at, and tell us what "
        "they said.",
        source="EVIDENCE 3, 9.8",
        urgency="days",
    ),
    Rule(
        "referred_again",
        Verdict.PHYSICIAN,
        sign=signs.referred_for("referred_again"),
        asks="An episode that was seen is at {referred_again_nrs} or more on a later morning.",
        saw=sights.episodes_today(),
        says="{your_calf} at {nrs} of 10, after you had been seen. Have it looked at once more, "
        "and tell us what they said.",
        source="EVIDENCE 9.10",
        urgency="days",
    ),
    Rule(
        "referral_stands",
        Verdict.PHYSICIAN,
        sign=signs.referral_stands,
        asks="An earlier answer referred an episode that has not ended since (by a 0, or by "
        "{settled_answers} answers in a row at {settled_nrs} or below), and the last answer is at "
        "most {silent_days} days old.",
        saw=sights.episodes,
        says="By your answer of {when}, {the_calf} should be looked at. Seen? Tell us.",
        source="EVIDENCE 9.10",
        urgency="days",
    ),
)
