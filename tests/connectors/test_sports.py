"""The many names of a sport become FIT's words."""

from __future__ import annotations

import pytest

from connectors.sports import sport_of

PICTURE = """
  written as          | sport    | sub_sport
  --------------------+----------+----------
  Run                 | running  | -
  Running             | running  | -
  RUNNING             | running  | -
  9                   | running  | -
  trail_running       | running  | trail
  TrailRun            | running  | trail
  Treadmill Running   | running  | treadmill
  virtual_run         | running  | virtual
  Track-Running       | running  | track
  street running      | running  | street
  Walking             | walking  | -
  hiking              | hiking   | -
  Biking              | cycling  | -
  cycling             | cycling  | -
  1                   | cycling  | -
  mountain biking     | cycling  | mountain
  Rowing              | rowing   | -
  Stand Up Paddleboarding | stand_up_paddleboarding | -
  Other               | unknown  | -
  16                  | unknown  | -
  Laufen              | unknown  | -
  the category        | unknown  | -
"""


@pytest.mark.parametrize("row", PICTURE.strip().splitlines()[2:])
def test_a_name_becomes_fits_words(row):
    written, sport, sub_sport = (cell.strip() for cell in row.split("|"))
    assert sport_of(written) == (sport, None if sub_sport == "-" else sub_sport)


@pytest.mark.parametrize("nothing", [None, "", "   ", "\n", "🏃", "x" * 1_000_000])
def test_no_name_is_no_sport(nothing):
    assert sport_of(nothing) == ("unknown", None)
