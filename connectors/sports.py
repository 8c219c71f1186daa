"""The many names of a sport become FIT's two words: sport and sub-sport."""

from __future__ import annotations

import re

Sport = tuple[str, str | None]

UNKNOWN: Sport = ("unknown", None)

NAMES: dict[str, Sport] = {
    "run": ("running", None),
    "running": ("running", None),
    "jogging": ("running", None),
    "road_running": ("running", "street"),
    "street_running": ("running", "street"),
    "treadmill": ("running", "treadmill"),
    "treadmill_run": ("running", "treadmill"),
    "treadmill_running": ("running", "treadmill"),
    "indoor_running": ("running", "treadmill"),
    "trail": ("running", "trail"),
    "trail_run": ("running", "trail"),
    "trail_running": ("running", "trail"),
    "track_run": ("running", "track"),
    "track_running": ("running", "track"),
    "virtual_run": ("running", "virtual"),
    "virtual_running": ("running", "virtual"),
    "ultra_run": ("running", None),
    "walk": ("walking", None),
    "walking": ("walking", None),
    "indoor_walking": ("walking", "indoor_walking"),
    "nordic_walking": ("walking", None),
    "hike": ("hiking", None),
    "hiking": ("hiking", None),
    "bike": ("cycling", None),
    "biking": ("cycling", None),
    "cycling": ("cycling", None),
    "bicycling": ("cycling", None),
    "ride": ("cycling", None),
    "road_biking": ("cycling", "road"),
    "road_cycling": ("cycling", "road"),
    "mountain_biking": ("cycling", "mountain"),
    "gravel_ride": ("cycling", "gravel_cycling"),
    "indoor_cycling": ("cycling", "indoor_cycling"),
    "virtual_ride": ("cycling", "virtual_activity"),
    "swim": ("swimming", None),
    "swimming": ("swimming", None),
    # Strava's GPX once gave numbers, never documented. These two were seen in real files:
    # 9 in a run (github.com/erik/derive/issues/65), 1 in a ride (sweatpy's 4801048867_strava.gpx).
    "9": ("running", None),
    "1": ("cycling", None),
}

OTHERS = frozenset(
    {
        "alpine_skiing", "backcountry_skiing", "basketball", "boxing", "canoeing",
        "climbing", "cross_country_skiing", "crossfit", "dance", "driving", "e_bike_ride",
        "e_biking", "elliptical", "fitness_equipment", "floor_climbing", "flying", "golf",
        "handcycle", "hiit", "horseback_riding", "ice_skating", "inline_skating", "kayak",
        "kayaking", "kitesurf", "kitesurfing", "motorcycling", "mountaineering",
        "multisport", "nordic_ski", "nordic_skiing", "open_water_swimming", "paddling",
        "pilates", "rafting", "rock_climbing", "roller_ski", "rowing", "sailing", "skating",
        "skiing", "snowboarding", "snowshoeing", "soccer", "stair_climbing",
        "stand_up_paddleboarding", "strength_training", "surfing", "tennis", "training",
        "transition", "triathlon", "wheelchair", "windsurfing", "workout", "yoga",
    }
)  # fmt: skip
"""Names that certainly mean no run, after FIT's sports and Strava's; they keep their words."""

LONGEST_NAME = 40
"""A longer text is a description; hostile files may hold one of any length."""


def sport_of(text: str | None) -> Sport:
    """FIT's sport and sub-sport for the name a file gives.

    Args:
        text: any spelling ("TrailRun", "trail_running", "Trail Running"), or None.

    Returns:
        `("unknown", None)` where no sport is named, and where the name is none we know: it may be
        "Laufen" or "Hardlopen", so the speed must tell. A sport that is certainly none of ours
        keeps its name, lower-cased and joined by underscores: rowing is rowing, and no run.
    """
    name = _tidy(text or "")
    if name in OTHERS:
        return (name, None)
    # Unknown too: TCX's `Other`, FIT's `generic`, numbers of Strava's we could not verify.
    return NAMES.get(name, UNKNOWN)


def _tidy(text: str) -> str:
    """`TrailRun`, `trail-run` and `Trail run ` all become `trail_run`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.strip()[:LONGEST_NAME])
    return re.sub(r"[\W_]+", "_", parted).strip("_").lower()
