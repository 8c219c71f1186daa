"""What may do good beside rest, said with what the evidence supports and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.recommendation import Item, Verdict

if TYPE_CHECKING:
    from advice.day import Day


def care(day: Day, verdict: Verdict) -> tuple[Item, ...]:
    """Walk, protein, stretching: for sore calves that need nobody else's eyes.

    After a visit to somebody, what helps is theirs to say until a run has gone well.
    """
    seen = day.course.held_since or day.course.proving_since
    if not _sore(day) or verdict >= Verdict.PHYSICIAN or seen:
        return ()
    walk = (_walk(day),) if _may_walk(day) else ()
    return (*walk, _protein(day), *_stretching(day))


def _sore(day: Day) -> bool:
    """At the level at which an episode begins."""
    return day.worst_nrs is not None and day.worst_nrs >= day.limits["episode_starts_nrs"]


def _may_walk(day: Day) -> bool:
    """Below significant pain and without a limp."""
    significant = (day.worst_nrs or 0) >= day.limits["significant_pain_nrs"]
    return not significant and day.course.limped_on != day.on


def _walk(day: Day) -> Item:
    return Item(
        name="easy_walk",
        says=f"An easy walk is fine if it stays at {day.limits['walk_nrs']} of 10 or below.",
        source=day.limits.limit("walk_nrs").source,
    )


def _protein(day: Day) -> Item:
    low, high = day.limits["protein_low"], day.limits["protein_high"]
    return Item(
        name="protein",
        says=f"A general range for people who train is {low:g} to {high:g} g of protein per kg "
        "of body weight a day. Not for kidney disease.",
        source=day.limits.limit("protein_low").source,
    )


def _stretching(day: Day) -> tuple[Item, ...]:
    """Comfort only, and not where a strain cannot be left out."""
    if not _may_walk(day):
        return ()
    return (
        Item(
            name="stretching",
            says="Gentle stretching may feel good. It does not shorten soreness, and it is not "
            "for a calf that hurt suddenly.",
            source="Cochrane, Herbert, eurekalert.org/news-releases/489959 (EVIDENCE 0)",
        ),
    )
