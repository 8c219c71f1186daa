"""Calf load as worn: shoes and foot strike multiply what was run, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from pipeline.load import DOSE_EXPONENT, STRAIN_EXPONENT
from pipeline.shoes import SHOES, STRIKES, as_worn, force_as_worn

FACTORS = """
  shoe     | strike | force of a step
  ---------+--------+----------------
  .        | .      | 1.00
  standard | rear   | 1.00
  maximal  | .      | 0.97
  minimal  | .      | 1.15
  .        | mid    | 1.08
  standard | fore   | 1.15
  maximal  | mid    | 1.0476
  maximal  | fore   | 1.1155
  minimal  | mid    | 1.20
  minimal  | fore   | 1.20
"""

WORN = """
  calf_km | walked | shoe     | strike | m=1  | m=6
  --------+--------+----------+--------+------+------
  10.0    | 0      | standard | .      | 10.0 | 10.0
  10.0    | 0      | minimal  | .      | 11.5 | 23.1
  10.0    | 0      | .        | fore   | 11.5 | 23.1
  10.0    | 4.0    | minimal  | rear   | 10.9 | 17.9
  4.0     | 4.0    | minimal  | fore   |  4.0 |  4.0
  10.0    | .      | maximal  | .      | 10.0 | 10.0
  .       | .      | minimal  | fore   | .    | .
"""


def rows(picture):
    lines = picture.strip().splitlines()[2:]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def told(cell):
    return None if cell == "." else cell


def number(cell):
    return None if cell == "." else float(cell)


@pytest.mark.parametrize(("shoe", "strike", "factor"), rows(FACTORS))
def test_shoes_and_strike_are_not_multiplied_fully(shoe, strike, factor):
    assert force_as_worn(told(shoe), told(strike)) == pytest.approx(float(factor))


@pytest.mark.parametrize("line", rows(WORN), ids="|".join)
def test_what_was_walked_stays_as_it_is(line):
    calf_km, walked, shoe, strike, *expected = line
    for exponent, km in zip((DOSE_EXPONENT, STRAIN_EXPONENT), expected, strict=True):
        found = as_worn(number(calf_km), number(walked), told(shoe), told(strike), exponent)
        assert found == (None if km == "." else pytest.approx(float(km), abs=0.05))


def test_no_pair_is_above_the_cap_and_none_below_the_softest():
    factors = [force_as_worn(shoe, strike) for shoe, strike in product(SHOES, STRIKES)]
    assert max(factors) == 1.20
    assert min(factors) == 0.97
