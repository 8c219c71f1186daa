"""What may do good beside rest, said with what the evidence supports and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.recommendation import Item, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advice.day import Day

NOT_BAREFOOT = frozenset({"achilles_or_heel", "shin_or_bone"})
"""Where it must not hurt, or have hurt since the soreness began or in the last two weeks."""


def care(day: Day, verdict: Verdict) -> tuple[Item, ...]:
    """Walk, barefoot, protein, sleep, stretching: for calves that need nobody else's eyes.

    For sore calves, and for a day of rest that was advised for another reason (pain in the run, a
    limp): then only what belongs to any rest. Nothing without an answer, because nobody knows how
    the calves are; nothing beside a referral; nothing after a visit, because what helps is theirs
    to say until a run has gone well.
    """
    if day.answer is None or verdict >= Verdict.PHYSICIAN or day.is_left_to_others:
        return ()
    return tuple(_items(day)) if _sore(day) or verdict is Verdict.REST else ()


def _items(day: Day) -> Iterator[Item]:
    """Everything that is not withheld today."""
    if _may_walk(day):
        yield _walk(day)
    if _may_go_barefoot(day):
        yield _barefoot(day)
    yield _protein(day)
    yield from _sleep(day)
    # Comfort only, and not where a strain cannot be left out.
    if _sore(day) and _may_walk(day):
        yield _stretching()


def _sore(day: Day) -> bool:
    """At the level at which an episode begins."""
    return day.worst_nrs is not None and day.worst_nrs >= day.limits["episode_starts_nrs"]


def _may_walk(day: Day) -> bool:
    """Below significant pain and without a limp."""
    significant = (day.worst_nrs or 0) >= day.limits["significant_pain_nrs"]
    return not significant and day.course.limped_on != day.on


def _may_go_barefoot(day: Day) -> bool:
    """Mildly sore, in the muscle as far as was told, with nothing that hides or forbids it."""
    if day.answer is None or not _sore(day) or not _may_walk(day) or day.answer.painkiller:
        return False
    limped_on, recently = day.course.limped_on, day.limits["limping_days"]
    if limped_on and (day.on - limped_on).days <= recently:
        return False
    places = day.course.places.union(*(each.where for each in day.course.recent))
    return day.answer.worst < day.limits["barefoot_below_nrs"] and not places & NOT_BAREFOOT


def _walk(day: Day) -> Item:
    return Item(
        name="easy_walk",
        says=f"An easy walk is fine if it stays at {day.limits['walk_nrs']} of 10 or below.",
        source=day.limits.limit("walk_nrs").source,
    )


def _barefoot(day: Day) -> Item:
    minutes = day.limits["barefoot_minutes"]
    return Item(
        name="barefoot",
        says=f"Some like to walk barefoot for up to {minutes:g} minutes: a "
        "habit, not a treatment, because no trial of it was found. Walking only, and not if heel "
        "or Achilles tendon hurt.",
        source=day.limits.limit("barefoot_below_nrs").source,
    )


def _protein(day: Day) -> Item:
    low, high = day.limits["protein_low"], day.limits["protein_high"]
    return Item(
        name="protein",
        says=f"A general range for people who train is {low:.1f} to {high:.1f} g of protein per kg "
        "of body weight a day. Not for kidney disease.",
        source=day.limits.limit("protein_low").source,
    )


def _sleep(day: Day) -> Iterator[Item]:
    """Unless it was told that the night was long enough."""
    told_h = day.answer.sleep_h if day.answer else None
    aim_h = day.limits["sleep_h"]
    aim = f"general aim that is often named for adults is {aim_h:g} hours a night or more."
    if told_h is not None:
        short = round(told_h, 1) < aim_h
        says = f"You told us of {told_h:.1f} h of sleep. A {aim}" if short else None
    elif day.answer and "slept_enough" in day.answer.did:
        says = None
    else:
        says = f"Sleep: a {aim}"
    if says:
        yield Item(name="sleep", says=says, source=day.limits.limit("sleep_h").source)


def _stretching() -> Item:
    return Item(
        name="stretching",
        says="Gentle stretching may feel good. It does not shorten soreness, and it is not "
        "for a calf that hurt suddenly.",
        source="Cochrane, Herbert, eurekalert.org/news-releases/489959 (EVIDENCE 0)",
    )
