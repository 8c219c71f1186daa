"""Whether a referral that stands is one that the runner was told of in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.rules_to_refer import PHYSICIAN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advice.letter_facts import Raw

    Told = Mapping[str, Mapping[str, Raw]]

OF_FLAGS = {"flag_within_days", "flag_not_cleared"}
OF_A_LIMP = "limping_third_morning"
OF_EPISODES = {rule.name for rule in PHYSICIAN} - OF_FLAGS - {OF_A_LIMP}
STANDING_REFERRALS = {"referral_stands", "flag_not_cleared"}
"""The rules that say once more what an earlier letter said in full."""
CALVES = {"left": {"left"}, "right": {"right"}, "both": {"left", "right"}}


def is_told_of(rule: str, values: Mapping[str, Raw], told: Told) -> bool:
    """Whether the rules that were told named every calf, or every flag, of one that stands.

    Args:
        rule: one of `STANDING_REFERRALS`.
        values: its numbers of today.
        told: the rules of the referral that was told, with their values.
    """
    if rule == "flag_not_cleared":
        return _flags(values) <= _flags_told(told)
    return _calves(values) <= _calves_told(told)


def _flags_told(told: Told) -> set[str]:
    named = {flag for rule in OF_FLAGS & told.keys() for flag in _flags(told[rule])}
    return named | {"limping"} if OF_A_LIMP in told else named


def _calves_told(told: Told) -> set[str]:
    return {calf for rule in OF_EPISODES & told.keys() for calf in _calves(told[rule])}


def _flags(values: Mapping[str, Raw]) -> set[str]:
    return set(str(values.get("flags")).split("; "))


def _calves(values: Mapping[str, Raw]) -> set[str]:
    return CALVES.get(str(values.get("calf")), set())
