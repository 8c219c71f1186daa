"""One morning's answer: what only the runner knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from datetime import date

Flag = Literal[
    "chest_pain_or_breathless",
    "hard_tense_numb",
    "cold_pale_blue",
    "dark_urine",
    "pop_or_kick",
    "one_sided_swelling_warm_red",
    "cannot_bear_weight",
    "fever_redness",
    "bone_pain_or_night_pain",
    "sudden_sharp_pain",
    "predictable_tightness",
    "fluoroquinolone_or_steroid",
    "limping",
]
Did = Literal["rested", "stretched", "walked_barefoot", "protein", "slept_enough", "easy_walk"]
Where = Literal["upper_calf", "lower_calf", "achilles_or_heel", "shin_or_bone"]
Cleared = Literal["may_run", "may_not_run"]

FLAGS: tuple[Flag, ...] = get_args(Flag)
DIDS: tuple[Did, ...] = get_args(Did)
WHERES: tuple[Where, ...] = get_args(Where)
CLEARANCES: tuple[Cleared, ...] = get_args(Cleared)

NRS_MAX = 10
"""The numeric rating scale runs from 0 to this."""
HOURS_A_DAY = 24


class CheckInError(ValueError):
    """The answer cannot be what the runner meant: ask again. Says which field, never its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """How the calves were on one morning. None means not told.

    Raises:
        CheckInError: a number off its scale or a name that is not one of ours.
    """

    on: date
    left: int
    """Soreness of the left calf this morning, 0 to 10."""
    right: int
    during: int | None = None
    """Worst pain during or after the last run, 0 to 10."""
    rpe: int | None = None
    """Effort of the last run, 0 to 10."""
    run_id: str | None = None
    """The run that `during` and `rpe` speak of; None means the last counted one."""
    sleep_h: float | None = None
    flags: frozenset[Flag] | None = None
    """None: not asked. Empty: asked, and none of these."""
    did: frozenset[Did] = frozenset()
    """What was done on the day before."""
    where: frozenset[Where] = frozenset()
    painkiller: bool = False
    cleared: Cleared | None = None
    """Seen by somebody after a referral."""
    note: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is off its scale."""
        for name in ("left", "right", "during", "rpe"):
            value = getattr(self, name)
            if value is None and name in {"during", "rpe"}:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= NRS_MAX:
                raise CheckInError(f"{name} must be a whole number from 0 to 10")
        if self.sleep_h is not None and not 0 <= self.sleep_h <= HOURS_A_DAY:
            raise CheckInError("sleep_h must be from 0 to 24 hours")
        for name, allowed in (("flags", FLAGS), ("did", DIDS), ("where", WHERES)):
            if not set(allowed).issuperset(getattr(self, name) or ()):
                raise CheckInError(f"{name} must be among {', '.join(allowed)}")
        if self.cleared is not None and self.cleared not in CLEARANCES:
            raise CheckInError(f"cleared must be one of {', '.join(CLEARANCES)}")

    @property
    def worst(self) -> int:
        """M, the larger of left and right."""
        return max(self.left, self.right)
