"""What can be seen on a day: one question for each rule, answered with its numbers or with None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from advice import words
from advice.course import SIDES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from advice.course import Side
    from advice.day import Day
    from advice.episode import Episode, Reason
    from advice.recommendation import Value
    from pipeline.checkin import Flag

    Facts = dict[str, Value]
    """The numbers of a sentence. `calf` is left, right or both."""
    Sign = Callable[[Day], Facts | None]

FLAGS_NOW: frozenset[Flag] = frozenset(
    {"chest_pain_or_breathless", "hard_tense_numb", "cold_pale_blue", "dark_urine"}
)
FLAGS_SAME_DAY: frozenset[Flag] = frozenset(
    {"pop_or_kick", "one_sided_swelling_warm_red", "cannot_bear_weight", "fever_redness"}
)
FLAGS_WITHIN_DAYS: frozenset[Flag] = frozenset(
    {
        "bone_pain_or_night_pain",
        "sudden_sharp_pain",
        "predictable_tightness",
        "fluoroquinolone_or_steroid",
    }
)

FLAG_WORDS: dict[Flag, str] = {
    "chest_pain_or_breathless": "chest pain or being short of breath",
    "hard_tense_numb": "a hard, tense or numb calf",
    "cold_pale_blue": "a cold, pale or blue foot",
    "dark_urine": "dark urine",
    "pop_or_kick": "a pop, a feeling of being kicked in the calf, or not rising on tiptoe",
    "one_sided_swelling_warm_red": "one calf swollen, warm or red",
    "cannot_bear_weight": "not being able to take four steps",
    "fever_redness": "spreading redness or fever",
    "bone_pain_or_night_pain": "pain on the bone, at night, or on a single hop",
    "sudden_sharp_pain": "a sudden sharp pain",
    "predictable_tightness": "tightness that comes at a predictable time or distance",
    "fluoroquinolone_or_steroid": "tendon pain after certain antibiotics or steroids",
    "limping": "limping on three mornings",
}


def listed(flags: Collection[Flag]) -> str:
    """Flags in words, always in the same order."""
    return "; ".join(FLAG_WORDS[flag] for flag in FLAG_WORDS if flag in flags)


def days_ago(days: int) -> str:
    """A number of days before today in words."""
    return {0: "this morning", 1: "yesterday"}.get(days, f"{days} days ago")


# Flags (9.9).


def urgent_flag(among: Collection[Flag]) -> Sign:
    """A flag of these stands, told within the last seven days."""

    def sign(day: Day) -> Facts | None:
        return _flags(day, [flag for flag in day.course.flags if flag in among], urgent=True)

    return sign


def flag_told_today(day: Day) -> Facts | None:
    """A flag that wants somebody within days was told this morning."""
    flags = day.course.flags
    today = [flag for flag, told_on in flags.items() if told_on == day.on]
    return _flags(day, [flag for flag in today if flag in FLAGS_WITHIN_DAYS])


def flag_not_cleared(day: Day) -> Facts | None:
    """A flag was told earlier, and nobody has said that it was seen."""
    return _flags(day, [f for f, told_on in day.course.flags.items() if told_on < day.on])


def limping_third_morning(day: Day) -> Facts | None:
    """The third morning in a row with a limp."""
    since = day.course.limping_since
    if since is None or day.course.flags.get("limping") != day.on:
        return None
    return {"days": (day.on - since).days + 1}


def limping(day: Day) -> Facts | None:
    """A limp this morning."""
    return {} if day.course.limped_on == day.on else None


def limped_yesterday(day: Day) -> Facts | None:
    """A limp on the morning before."""
    limped_on = day.course.limped_on
    return {} if limped_on and (day.on - limped_on).days == 1 else None


def _flags(day: Day, flags: Collection[Flag], *, urgent: bool = False) -> Facts | None:
    """Which of these flags stand and are, or are no longer, urgent."""
    told_on = day.course.flags
    those = sorted(
        flag for flag in flags if _is_urgent(flag, (day.on - told_on[flag]).days, day) == urgent
    )
    words = (f"{FLAG_WORDS[f]} ({days_ago((day.on - told_on[f]).days)})" for f in those)
    return {"flags": "; ".join(those), "what": "; ".join(words)} if those else None


def _is_urgent(flag: Flag, days: int, day: Day) -> bool:
    """A red flag stays urgent for seven days."""
    return flag in FLAGS_NOW | FLAGS_SAME_DAY and days < day.limits["urgent_days"]


# Persistence (9.7, 9.8, 9.10).


def referred_for(reason: Reason, *numbers: str, limits: Sequence[str] = ()) -> Sign:
    """This morning's answer makes an episode a matter for a physician, for this reason.

    Told with numbers of the episode, and with limits by their names.
    """

    def fits(day: Day, episode: Episode) -> bool:
        referral = episode.referral
        return referral is not None and referral.on == day.on and reason in referral.reasons

    def sign(day: Day) -> Facts | None:
        facts = _episode_facts(day, lambda episode: fits(day, episode), *numbers)
        return facts and facts | {name: int(day.limits[name]) for name in limits}

    return sign


def referral_stands(day: Day) -> Facts | None:
    """An earlier answer made an episode a matter for a physician; it has not ended since."""

    def stands(episode: Episode) -> bool:
        return episode.referral is not None and episode.referral.on < day.on

    facts = _episode_facts(day, stands) if day.episodes_are_judged else None
    if facts is None:
        return None
    referral = _episodes(day)["right" if facts["calf"] == "right" else "left"].referral
    return facts | {"when": days_ago((day.on - referral.on).days)} if referral else None


def cleared_still_sore(day: Day) -> Facts | None:
    """An episode goes on that somebody has looked at."""
    return _episode_facts(day, lambda episode: episode.seen) if day.episodes_are_judged else None


def _episodes(day: Day) -> dict[Side, Episode]:
    """The episodes that have not ended; on most days there is none."""
    if day.course.left.episode is None and day.course.right.episode is None:
        return {}
    return {side: e for side in SIDES if (e := day.course.side(side).episode)}


def _episode_facts(day: Day, fits: Callable[[Episode], bool], *numbers: str) -> Facts | None:
    """The numbers of the worse of the episodes that fit: soreness, day, and those asked for."""
    fitting = {side: episode for side, episode in _episodes(day).items() if fits(episode)}
    if not fitting:
        return None
    side, worse = max(fitting.items(), key=lambda each: each[1].nrs)
    equal = all(episode == worse for episode in fitting.values())
    facts: Facts = {
        "calf": "both" if len(fitting) > 1 and equal else side,
        "nrs": worse.nrs,
        "day": worse.day(day.on),
    }
    return facts | {number: getattr(worse, number) for number in numbers}


# This morning's numbers, and the run's (1.3, 9.3 to 9.5, 9.13).


def sore_from(name: str, below: str | None = None) -> Sign:
    """M is at one limit or more, and below the next."""

    def sign(day: Day) -> Facts | None:
        nrs = day.worst_nrs
        if nrs is None or nrs < day.limits[name] or (below and nrs >= day.limits[below]):
            return None
        return {"calf": day.sides_at(nrs), "nrs": nrs}

    return sign


def too_much_pain_in_run(day: Day) -> Facts | None:
    """D is above the ceiling of the pain-monitoring model."""
    nrs, ceiling_nrs = day.during_nrs, day.limits["during_ceiling_nrs"]
    return {"during": nrs, "ceiling_nrs": ceiling_nrs} if nrs and nrs > ceiling_nrs else None


def pain_in_run(day: Day) -> Facts | None:
    """D is notable, and not above the ceiling."""
    nrs, limits = day.during_nrs, day.limits
    if nrs is None or not limits["during_easy_nrs"] <= nrs <= limits["during_ceiling_nrs"]:
        return None
    return {"during": nrs}


def three_rises(day: Day) -> Facts | None:
    """A side has risen three mornings in a row, ending today."""
    if not day.answer:
        return None
    rising = [side for side in SIDES if day.course.side(side).rises >= day.limits["rises"]]
    return _sides_facts(day, rising)


def above_pre_run(day: Day) -> Facts | None:
    """A side is at 2 or more, and above the morning before a run of the last two dates."""
    if not day.answer:
        return None
    runs = day.training.ran_within(day.on, day.limits["pre_run_runs_days"])
    for ran_on in reversed(runs):
        above = [
            side
            for side in day.course.above_pre_run(day.answer, ran_on)
            if getattr(day.answer, side) >= day.limits["pre_run_nrs"]
        ]
        if facts := _sides_facts(day, above):
            return facts | {"when": days_ago((day.on - ran_on).days)}
    return None


def one_sided(day: Day) -> Facts | None:
    """One side has been clearly sorer than the other on three mornings running."""
    mornings = int(day.limits["one_sided_mornings"])
    recent = day.course.recent[-mornings:]
    in_a_row = day.answer and len(recent) == mornings
    if not in_a_row or (day.on - recent[0].on).days != mornings - 1:
        return None
    for side, other in (("left", "right"), ("right", "left")):
        gaps = [getattr(each, side) - getattr(each, other) for each in recent]
        sore = all(getattr(each, side) >= day.limits["one_sided_nrs"] for each in recent)
        if sore and min(gaps) >= day.limits["one_sided_gap_nrs"]:
            return {"calf": side, "mornings": mornings, "gap_nrs": min(gaps)}
    return None


def _sides_facts(day: Day, sides: Collection[Side]) -> Facts | None:
    """The numbers of the worse of these sides."""
    nrs = {side: day.course.side(side).nrs or 0 for side in sides}
    if not nrs:
        return None
    worst = max(nrs.values())
    at = [side for side in sides if nrs[side] == worst]
    calf: Literal["left", "right", "both"] = at[0] if len(at) == 1 else "both"
    return {"calf": calf, "nrs": worst}


# Training, clearance, painkiller, silence (9.2, 9.10, 9.11, 9.16).


def after_a_spike(day: Day) -> Facts | None:
    """One of the two days after a run far longer than those before it."""
    spike = day.training.distance_m.recent_spike(day.on)
    if spike is None:
        return None
    return {
        "distance": words.distance(spike.amount, day.units),
        "distance_m": spike.amount,
        "percent": round(100 * (day.limits["longest_factor"] - 1)),
        "days": int(day.limits["spike_easy_days"]),
        "when": days_ago((day.on - spike.on).days),
    }


def no_run_in_window(day: Day) -> Facts | None:
    """No run in 30 days."""
    days = int(day.limits["window_days"])
    return None if day.training.runs(day.on) else {"days": days}


def held_back(day: Day) -> Facts | None:
    """Somebody has said not to run."""
    since = day.course.held_since
    return {"when": days_ago((day.on - since).days)} if since else None


def after_clearance(day: Day) -> Facts | None:
    """Allowed to run again, and no run has proved it yet."""
    since = day.course.proving_since
    return {"when": days_ago((day.on - since).days)} if since else None


def painkiller(day: Day) -> Facts | None:
    """A painkiller was taken this morning."""
    return {} if day.answer and day.answer.painkiller else None


def no_answer(day: Day) -> Facts | None:
    """Nothing was told this morning."""
    return None if day.answer else {"silent_days": day.silent_days}


def likely_sore_tomorrow(day: Day) -> Facts | None:
    """The runner's own forecast has earned it, and says that tomorrow is likely sore (9.15)."""
    forecast = day.forecast
    if forecast is None or forecast.acts_on is None:
        return None
    if forecast.acts_on < day.limits["forecast_p"]:
        return None
    return {
        "nrs": day.limits["forecast_nrs"],
        "probability": forecast.acts_on,
        "pairs": forecast.pairs,
    }


def likely_sore_and_not_cleared(day: Day) -> Facts | None:
    """The same, but a visit goes before it: cleared with a stable 2, easy may go on (9.10)."""
    seen = day.course.proving_since or any(each.seen for each in _episodes(day).values())
    nrs = day.worst_nrs
    if seen and nrs is not None and nrs < day.limits["sore_easy_nrs"]:
        return None
    return likely_sore_tomorrow(day)


def always(_: Day) -> Facts:
    """Every day."""
    return {}
