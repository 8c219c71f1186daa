"""The ways to read that are compared. Each imports its own library only, for the sake of memory."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXTENSIONS = {"hr", "cad", "power", "atemp", "temp"}


def fit_ours(content: bytes) -> object:
    from connectors import fit  # noqa: PLC0415 - as the module says

    return fit.read(content)


def fit_fitparse(content: bytes) -> object:
    """Every value of every message, as its documentation shows it; checksums as it checks them."""
    import fitparse  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # utcfromtimestamp, Python 3.12
        return [each.get_values() for each in fitparse.FitFile(io.BytesIO(content))]


def fit_fitdecode(content: bytes) -> object:
    """Every value of every message."""
    import fitdecode  # noqa: PLC0415

    with warnings.catch_warnings(), fitdecode.FitReader(io.BytesIO(content)) as frames:
        warnings.simplefilter("ignore")  # it warns of odd fields, and reads on
        return [
            {each.name: each.value for each in frame.fields}
            for frame in frames
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def gpx_ours(content: bytes) -> object:
    from connectors import gpx  # noqa: PLC0415

    return gpx.read(content)


def gpx_gpxpy(content: bytes) -> object:
    """Position, height, time and what the extensions hold, of every point."""
    import gpxpy  # noqa: PLC0415

    return [
        (
            point.latitude,
            point.longitude,
            point.elevation,
            point.time,
            dict(_values(point.extensions)),
        )
        for track in gpxpy.parse(content).tracks
        for segment in track.segments
        for point in segment.points
    ]


def _values(elements: Any) -> Iterator[tuple[str, str | None]]:
    for each in elements:
        name = each.tag.rpartition("}")[2]
        if name in EXTENSIONS:
            yield name, each.text
        yield from _values(each)


READINGS: dict[str, Callable[[bytes], object]] = {
    "fit calfwise": fit_ours,
    "fit fitparse": fit_fitparse,
    "fit fitdecode": fit_fitdecode,
    "gpx calfwise": gpx_ours,
    "gpx gpxpy": gpx_gpxpy,
}
