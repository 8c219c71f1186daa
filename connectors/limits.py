"""How much is believed, and how much one file may cost: every limit of reading, handed down."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.archives import ArchiveLimits
from connectors.workers import WorkerLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """All of them together, as the settings give them."""

    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    worker: WorkerLimits = field(default_factory=WorkerLimits)
    still_s: float = 5.0
    """A file of a folder that reads badly is looked at again when it is this old."""
