"""The forecast of each morning, worked out once and only where somebody asks for one."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from advice.recommendation import Forecast

if TYPE_CHECKING:
    from datetime import date

    from advice.forecast.mornings import Mornings
    from advice.limits import Limits
    from pipeline.history import History


class Outlook:
    """One runner's forecasts of tomorrow, on any morning up to a last one."""

    def __init__(self, history: History, limits: Limits, last: date) -> None:
        """Nothing is worked out yet: NumPy is imported for whoever has answers enough."""
        self._history = history
        self._limits = limits
        self._last = last
        self._answered = [morning.on for morning in history.mornings]
        self._mornings: Mornings | None = None

    def on(self, morning: date) -> Forecast | None:
        """What is said on a morning of the day after; None before the first answer."""
        answers = bisect_right(self._answered, morning)
        if answers == 0:
            return None
        if answers < self._limits["forecast_answers"]:
            return Forecast(pairs=answers - 1, model="none")
        if self._mornings is None:
            from advice.forecast.mornings import Mornings  # noqa: PLC0415 - NumPy

            self._mornings = Mornings(self._history, self._limits, self._last)
        return self._mornings.on(morning)
