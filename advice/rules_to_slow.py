"""The rules for calves that need rest, or at most a flat and easy run."""

from __future__ import annotations

from advice import sights, signs, signs_of_running
from advice.recommendation import Verdict
from advice.rule import Rule

PAIN_MODEL = (
    "Silbernagel 2007, pain-monitoring model, made for the Achilles tendon and the kneecap and not "
    "validated for calf muscles (EVIDENCE 1.1, 1.3, 9.3)"
)
FORECAST_HAS_EARNED_IT = (
    "the runner's own forecast, which has beaten the EWMA by {gate_gain} over {gate_pairs} scored "
    "mornings or more (it begins after {forecast_answers} answers), gives {forecast_nrs} or more "
    "tomorrow a probability of {forecast_p:.0%} or more."
)
FORECAST_SOURCE = "EVIDENCE 7.5, 7.6, 9.15; docs/forecast.md"

REST: tuple[Rule, ...] = (
    Rule(
        "significant_pain",
        Verdict.REST,
        sign=signs.sore_from("significant_pain_nrs"),
        asks="This morning's worse side is at {significant_pain_nrs} or more.",
        saw=sights.this_morning,
        says="{your_calf} at {nrs} of 10 this morning. Nobody should run on that: rest today, and "
        "tell us tomorrow how it is.",
        source="Traffic lights of four physiotherapy pages, the strictest (EVIDENCE 1.2, 1.3)",
    ),
    Rule(
        "too_much_pain_in_run",
        Verdict.REST,
        sign=signs.too_much_pain_in_run,
        asks="The last run, at most {during_counts_days} days ago, hurt more than "
        "{during_ceiling_nrs}.",
        saw=sights.last_run,
        says="Your last run hurt up to {during} of 10, above the limit of {ceiling_nrs}. Rest, "
        "and tell us tomorrow how it is.",
        source=PAIN_MODEL,
    ),
    Rule(
        "three_rises",
        Verdict.REST,
        sign=signs.three_rises,
        asks="A side has risen {rises} times in a row up to this morning. A rise over one missing "
        "morning counts as two; over more, it is the first of a new count.",
        saw=sights.rises,
        says="Soreness of {the_calf} has risen from answer to answer, to {nrs} of 10 today. Rest "
        "until it turns.",
        source="EVIDENCE 1.3, 9.5",
    ),
    Rule(
        "limping",
        Verdict.REST,
        sign=signs.limping,
        asks="Limping this morning.",
        saw=sights.limp,
        says="You are limping this morning: rest today.",
        source="EVIDENCE 1.3, 9.9",
    ),
    Rule(
        "sore_four_or_five",
        Verdict.REST,
        sign=signs.sore_from("sore_rest_nrs", below="significant_pain_nrs"),
        asks="This morning's worse side is at {sore_rest_nrs} or more and below "
        "{significant_pain_nrs}.",
        saw=sights.this_morning,
        says="{your_calf} at {nrs} of 10 this morning: no running today.",
        source="Amber on the traffic lights of four physiotherapy pages; no running then is our "
        "design (EVIDENCE 1.2, 1.3 item 3)",
    ),
    Rule(
        "held_back",
        Verdict.REST,
        sign=signs.held_back,
        asks="Somebody has seen you and said not to run, and nobody since that you may.",
        saw=sights.clearance,
        says="You told us ({when}) that you were seen and may not run. Rest from running until "
        "they say that you may, and tell us then.",
        source="EVIDENCE 9.10",
    ),
    Rule(
        "ladder_rest_day",
        Verdict.REST,
        sign=signs_of_running.ladder_rest_day,
        asks="On the steps of the way back after a sudden sharp pain since an earlier morning, and "
        "the watch shows a run of the last {ladder_rest_days} day.",
        saw=sights.ladder,
        says="The watch shows a run ({when}), and on the way back after a sudden sharp pain each "
        "run is followed by {rest} without one: rest today.",
        source="B. Green, healthhp.com.au/post/6-rules-for-running-after-calf-injury (EVIDENCE "
        "1.4, 9.14)",
    ),
    Rule(
        "forecast_says_rest",
        Verdict.REST,
        steps_up_from=Verdict.EASY,
        sign=signs.likely_sore_and_not_cleared,
        asks=f"All other rules come to easy, and {FORECAST_HAS_EARNED_IT} Not below "
        "{sore_easy_nrs} where somebody has said that running may go on.",
        saw=sights.outlook,
        says="By {pairs} pairs of your own mornings, {nrs:g} of 10 or more tomorrow has a "
        "probability of {probability:.0%}: one step more careful, so rest today.",
        source=FORECAST_SOURCE,
    ),
)

EASY: tuple[Rule, ...] = (
    Rule(
        "return_ladder",
        Verdict.EASY,
        sign=signs_of_running.return_ladder,
        asks="On one of the {ladder_steps} steps of the way back after a sudden sharp pain: "
        "running by turns with {ladder_walk_minutes} minute of walking, and {ladder_minutes} "
        "minutes at most where there is no usual run to go by. A step opens the next one by "
        "{ladder_quiet_mornings} mornings at "
        "{ladder_quiet_nrs} or less after a run on it; a morning above that, or a run that hurt "
        "more, starts it anew, and {sore_easy_nrs} or more leads back a step. {ladder_rest_days} "
        "day without a run follows each run.",
        saw=sights.ladder,
        says="Step {step} of {steps} of the way back: {what}, then {rest} without a run. Strength "
        "work, if you do any, comes after the run. {mornings} mornings at 0 to {quiet_nrs} after "
        "it {then}.{before}",
        source="Green 2022, Sports Med Open 8:10, and healthhp.com.au; the steps are our design "
        "(EVIDENCE 1.1, 1.4, 9.14)",
    ),
    Rule(
        "ladder_not_open",
        Verdict.EASY,
        sign=signs_of_running.ladder_not_open,
        asks="Allowed to run again after a sudden sharp pain, and no morning since at "
        "{ladder_quiet_nrs} or less; then the first of {ladder_steps} steps opens. Until then its "
        "{ladder_minutes} minutes with {ladder_walk_minutes} minute of walking by turns.",
        saw=sights.ladder,
        says="You told us ({when}) that you may run again after a sudden sharp pain. The steps of "
        "the way back open on a morning at 0 to {quiet_nrs}: until then no more than the first, "
        "{what}, and not two days in a row.{before}",
        source="EVIDENCE 1.1, 9.10, 9.14",
    ),
    Rule(
        "limped_yesterday",
        Verdict.EASY,
        sign=signs.limped_yesterday,
        asks="Limping yesterday morning.",
        saw=sights.limp,
        says="You were limping yesterday: at most an easy run today.",
        source="EVIDENCE 9.9",
    ),
    Rule(
        "sore_three",
        Verdict.EASY,
        sign=signs.sore_from("sore_easy_nrs", below="sore_rest_nrs"),
        asks="This morning's worse side is at {sore_easy_nrs} or more and below {sore_rest_nrs}.",
        saw=sights.this_morning,
        says="{your_calf} at {nrs} of 10 this morning: at most flat and easy.",
        source="Traffic lights of four physiotherapy pages, the strictest (EVIDENCE 1.2, 1.3)",
    ),
    Rule(
        "pain_in_run",
        Verdict.EASY,
        sign=signs.pain_in_run,
        asks="The last run, at most {during_counts_days} days ago, hurt {during_easy_nrs} to "
        "{during_ceiling_nrs}.",
        saw=sights.last_run,
        says="Your last run hurt up to {during} of 10: at most flat and easy now.",
        source=PAIN_MODEL,
    ),
    Rule(
        "above_pre_run",
        Verdict.EASY,
        sign=signs.above_pre_run,
        asks="A side is at {pre_run_nrs} or more, and above the morning before a run of the last "
        "{pre_run_runs_days} days: the latest answer up to that run's date, at most "
        "{pre_run_back_days} days back. Where there is none, 0 counts.",
        saw=sights.before_runs,
        says="{your_calf} at {nrs} of 10, sorer than before your run ({when}): at most flat and "
        "easy.",
        source="southsidephysio.com/1855-2: back to the level before the session (EVIDENCE 1.1, "
        "9.4)",
    ),
    Rule(
        "one_sided",
        Verdict.EASY,
        sign=signs.one_sided,
        asks="On {one_sided_mornings} mornings in a row one side is at {one_sided_nrs} or more, "
        "and at least {one_sided_gap_nrs} above the other.",
        saw=sights.last_mornings,
        says="For {mornings} mornings {the_calf} has been at least {gap_nrs} points sorer than "
        "the other one.",
        source="EVIDENCE 9.13",
    ),
    Rule(
        "after_a_spike",
        Verdict.EASY,
        sign=signs.after_a_spike,
        asks="A run of the last {spike_easy_days} days was beyond {longest_factor:.0%} of the "
        "longest run of the {window_days} days before it, where such a step is itself left out "
        "for {spike_ignored_days} days.",
        saw=sights.spike,
        says="The watch shows {distance} ({when}), more than {percent}% beyond the longest "
        "run before it, recent steps of that kind left out: the {days} days after are at most "
        "easy.",
        source="Frandsen 2025, BJSM 59:1203 (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "after_a_calf_load_spike",
        Verdict.EASY,
        sign=signs_of_running.after_a_calf_load_spike,
        asks="A run of the last {spike_easy_days} days asked more of the calves than "
        "{longest_factor:.0%} of the most in the {window_days} days before it; such runs do not "
        "count as the most for {spike_ignored_days} days.",
        saw=sights.calf_load_spike,
        says="A run asked {calf_load} of your calves ({when}), more than {percent}% beyond the "
        "most before it, recent steps of that kind left out: the {days} days after are at most "
        "easy.",
        source="Our extension of Frandsen 2025, BJSM 59:1203, to calf load (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "after_clearance",
        Verdict.EASY,
        sign=signs.after_clearance,
        asks="Somebody has said that you may run again, and no run since then had a next morning "
        "no sorer than the morning before it (the latest answer up to the run's date, at most "
        "{pre_run_back_days} days back).",
        saw=sights.clearance,
        says="You told us ({when}) that you may run again: at most easy, until the morning after "
        "a run is no sorer than the morning before it.",
        source="EVIDENCE 9.10",
    ),
    Rule(
        "cleared_still_sore",
        Verdict.EASY,
        sign=signs.cleared_still_sore,
        asks="An episode goes on that was seen, and the last answer is at most {silent_days} days "
        "old.",
        saw=sights.episodes,
        says="{your_calf} at {nrs} of 10, and you have been seen: at most easy.",
        source="EVIDENCE 9.10",
    ),
    Rule(
        "painkiller",
        Verdict.EASY,
        sign=signs.painkiller,
        asks="A painkiller was taken this morning.",
        saw=sights.painkiller,
        says="You took a painkiller this morning. It can cover what the calves would say: at most "
        "easy.",
        source="General clinical knowledge (EVIDENCE 9.16)",
    ),
    Rule(
        "no_answer",
        Verdict.EASY,
        sign=signs.no_answer,
        asks="No answer this morning.",
        saw=sights.this_morning,
        says="No answer yet this morning, and not told is not zero: at most easy until you tell "
        "us how your calves are.",
        source="EVIDENCE 1.3, 9.2",
    ),
    Rule(
        "no_run_in_window",
        Verdict.EASY,
        sign=signs.no_run_in_window,
        asks="No run is known of the last {window_days} days.",
        saw=sights.runs,
        says="We know of no run in the last {days} days: begin with something easy.",
        source="Frandsen 2025 needs a run to compare with (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "only_spikes_in_window",
        Verdict.EASY,
        sign=signs_of_running.only_spikes_in_window,
        asks="Every run with a distance in the last {window_days} days is beyond "
        "{longest_factor:.0%} of the longest before it, and at most {spike_ignored_days} days "
        "old.",
        saw=sights.runs,
        says="What we know of the last {days} days is far beyond the runs before it, so there is "
        "no run to go by: begin with something easy.",
        source="Frandsen 2025 needs a run to compare with (EVIDENCE 4.6, 9.11)",
    ),
    Rule(
        "forecast_says_easy",
        Verdict.EASY,
        steps_up_from=Verdict.AS_PLANNED,
        sign=signs.likely_sore_tomorrow,
        asks=f"No other rule asks for less than a run as planned, and {FORECAST_HAS_EARNED_IT}",
        saw=sights.outlook,
        says="By {pairs} pairs of your own mornings, {nrs:g} of 10 or more tomorrow has a "
        "probability of {probability:.0%}: one step more careful, so at most easy today.",
        source=FORECAST_SOURCE,
    ),
)
