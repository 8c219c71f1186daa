"""Where the virtual runner runs: a closed loop round a place, with hills."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from flows.simulate.noise import between, steady

METRES_PER_DEGREE = 111_195.08
"""Along a meridian of a sphere of mean radius 6,371,008.8 m (IUGG 1980)."""

_CORNERS = 720
"""The loop is a polygon of this many sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody lives: the middle of their loops, and the clock on the wall."""

    latitude_deg: float
    longitude_deg: float
    timezone: str
    altitude_m: float = 420.0


def place_in(timezone: str) -> Place:
    """The city that gave a time zone its name, so that positions and clock agree.

    Source: zone.tab of the IANA time zone database, as the package tzdata carries it.

    Raises:
        ValueError: a time zone without a place, such as UTC.
    """
    zone_tab = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    for line in zone_tab.splitlines():
        match line.split("\t"):
            case [_, coordinates, name, *_] if name == timezone:
                latitude, longitude = re.findall(r"[+-]\d+", coordinates)
                return Place(
                    latitude_deg=_degrees(latitude, degree_digits=2),
                    longitude_deg=_degrees(longitude, degree_digits=3),
                    timezone=timezone,
                )
    raise ValueError(f"no place is known in the time zone {timezone!r}; take a city's zone")


def _degrees(text: str, *, degree_digits: int) -> float:
    """Read ISO 6709: a sign, degrees, two digits of minutes, perhaps two of seconds."""
    sign = -1 if text[0] == "-" else 1
    digits = text[1:]
    degrees, rest = digits[:degree_digits], digits[degree_digits:]
    minutes, seconds = rest[:2], rest[2:] or "0"
    return sign * (int(degrees) + int(minutes) / 60 + int(seconds) / 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A loop of a known length; everything on it follows from the distance run."""

    place: Place
    loop_m: float
    turned_by: float
    """Radians, so that not every run takes the same streets."""
    hills: int
    """How many hills there are on one loop."""
    hill_m: float
    """Half the height of a hill, from its middle to its top."""

    def altitude_m(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height above the sea after so many metres."""
        return self.place.altitude_m + self.hill_m * steady(np.sin(self._hill_angle(distance_m)))

    def grade(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Slope there, rise over run, no unit."""
        steepest = self.hill_m * 2 * np.pi * self.hills / self.loop_m
        return steepest * steady(np.cos(self._hill_angle(distance_m)))

    def position_deg(
        self, distance_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Latitude and longitude after so many metres, on the polygon of the loop."""
        angle = np.linspace(0, 2 * np.pi, _CORNERS + 1)
        radius = 1 + 0.2 * np.cos(2 * angle) + 0.1 * np.sin(3 * angle)
        east = steady(radius * np.cos(angle + self.turned_by))
        north = steady(radius * np.sin(angle + self.turned_by))
        sides = np.sqrt(np.diff(east) ** 2 + np.diff(north) ** 2)
        along = np.append(0.0, np.cumsum(sides))
        metres = self.loop_m / along[-1]
        where = (distance_m % self.loop_m) / metres
        shrink = float(steady(np.cos(np.radians([self.place.latitude_deg])))[0])
        return (
            self.place.latitude_deg + np.interp(where, along, north) * metres / METRES_PER_DEGREE,
            self.place.longitude_deg
            + np.interp(where, along, east) * metres / (METRES_PER_DEGREE * shrink),
        )

    def _hill_angle(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return 2 * np.pi * self.hills * distance_m / self.loop_m


def choose_course(random: np.random.Generator, place: Place, *, hilly: bool) -> Course:
    """A loop for one run: nearly flat, or with slopes of up to 8 %."""
    loop_m = between(random, 3_600, 4_400) if hilly else between(random, 4_000, 6_000)
    return Course(
        place=place,
        loop_m=loop_m,
        turned_by=between(random, 0, 2 * np.pi),
        hills=3 if hilly else 1,
        hill_m=16.0 if hilly else 4.0,
    )
