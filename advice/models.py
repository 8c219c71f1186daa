"""Every forecast of tomorrow's soreness by its name, the simplest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advice.baselines import ewma, persistence, person_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advice.diaries import Model

MODELS: Mapping[str, Model] = {
    "persistence": persistence,
    "person_mean": person_mean,
    "ewma": ewma,
}
