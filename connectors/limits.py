"""How much is believed, and how much one file may cost: every limit of reading, handed down."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much is believed before an archive counts as an attack, or as too much."""

    member_bytes: int = 100_000_000
    """One file, unpacked."""
    inner_archive_bytes: int = 1_000_000_000
    """An archive inside an archive: it is held in memory. Garmin's export packs years in one."""
    total_bytes: int = 5_000_000_000
    """Everything unpacked from one outer file."""
    ratio: int = 200
    """Unpacked size by packed size, no unit. Real recordings stay below 40."""
    members: int = 100_000
    depth: int = 2
    """Archives inside each other, the outer one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatLimits:
    """How much of a thing in one file is still no attack."""

    depth: int = 64
    """XML: elements inside each other. GPX and TCX need about ten; 200,000 end many a reader."""
    namespaces: int = 64
    """XML: different declarations. Repeating one on every point is usual, inventing 65 is not."""
    tag_bytes: int = 4 << 20
    """XML: one tag with its attributes, one comment, or one instruction."""
    activities: int = 2_000
    """XML: some people keep the tracks of years in one file."""
    messages: int = 2_000_000
    """FIT: a hundred hours of one record a second, and as many of four other kinds."""
    definitions: int = 500
    """FIT: different ones. A multisport file has about 60."""
    files: int = 1_000
    """FIT: in one chain. A device chains a handful."""
    summaries: int = 50_000
    """FIT: laps, or sessions, or events, in one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What one job may cost before its process is ended."""

    memory_bytes: int = 2_000_000_000
    """Beyond what the process needs before its first job."""
    cpu_s: float = 30.0
    """Computing."""
    wall_s: float = 90.0
    """From asking to the answer, waiting included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """All of them together, as the settings give them."""

    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    format: FormatLimits = field(default_factory=FormatLimits)
    worker: WorkerLimits = field(default_factory=WorkerLimits)
    still_s: float = 5.0
    """A file of a folder that reads badly is looked at again when it is this old."""


USUAL = FormatLimits()
