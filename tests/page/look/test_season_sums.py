"""What the season adds up to, as it is written."""

from datetime import date, timedelta

import pytest

from flows.page.season import sums_of
from pipeline.day import DayRow

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("units", "distance"), [("km", "12,519.0 km"), ("mi", "7,778.9 mi")], ids=["km", "mi"]
)
def test_all_sums_have_their_thousands_apart(units, distance):
    days = [
        DayRow(
            on=TODAY - timedelta(days=back),
            known=True,
            runs=1,
            distance_m=6000.0,
            calf_km=5.5,
            soreness_left=1,
            soreness_right=0,
        )
        for back in range(2086, -1, -1)
    ]
    days[-1] = DayRow(on=TODAY, known=True, runs=1, distance_m=3000.0, calf_km=3.0)
    assert dict(sums_of(days, TODAY, units)) == {
        "Runs": "2,087",
        "Distance": distance,
        "Calf load": "11,476.0 calf-km",
        "Mornings answered": "2,086 of 2,087",
    }
