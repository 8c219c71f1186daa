"""Files of a folder that somebody may still be writing: which these are, and the wait for them.

A young file that reads well is whole, and is taken at once: its checksum or its last tag is there.
One that reads badly may be half of one, so it is looked at again when it is old enough. Nobody
waits for good files, and no half is taken for damage.
"""

import time
from collections.abc import Iterable

from connectors.formats import FileReading
from connectors.sources import OnDisk

NOT_FOR_BEING_YOUNG = {
    "hostile",
    "encrypted",
    "too_large",
    "crashed",
    "took_too_long",
    "unavailable",
}
"""Reasons that more bytes would not take away."""


def may_be_half(found: OnDisk, reading: FileReading, still_s: float) -> bool:
    """Whether a file reads badly and was written to less than `still_s` seconds ago."""
    reads_badly = reading.status != "read" and reading.reason not in NOT_FOR_BEING_YOUNG
    return reads_badly and reading.file == found.path and _left_s(found, still_s) > 0


def wait_until_still(files: Iterable[OnDisk], still_s: float) -> None:
    """Wait until the youngest is `still_s` seconds old."""
    time.sleep(max((_left_s(each, still_s) for each in files), default=0))


def has_changed(found: OnDisk) -> bool:
    """Whether it is not as it was listed, or is gone."""
    try:
        now = found.place.stat()
    except OSError:
        return True
    return (now.st_size, now.st_mtime_ns) != (found.bytes, found.modified_ns)


def _left_s(found: OnDisk, still_s: float) -> float:
    """Seconds until it is old enough; one from the future (a wrong clock) is as young as can be."""
    age_s = max(time.time() - found.modified_ns / 1e9, 0)
    return max(still_s - age_s, 0)
