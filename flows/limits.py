"""The table [limits] of calfwise.toml, and how it is handed down to the readers."""

from typing import Annotated

import msgspec

from connectors.limits import ArchiveLimits, FormatLimits, ReadingLimits, WorkerLimits

MB = 1_000_000


class LimitsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is believed of files, and how much reading one may cost. A MB is a million bytes."""

    file_mb: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    """One file, unpacked."""
    inner_archive_mb: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1_000
    """An archive inside an archive; it is held in memory."""
    archive_mb: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 5_000
    """Everything unpacked from one archive."""
    archive_files: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 100_000
    archive_depth: Annotated[int, msgspec.Meta(ge=0, le=8)] = 2
    """Archives inside each other, the outer one included."""
    ratio: Annotated[int, msgspec.Meta(ge=2, le=1_100)] = 200
    """Unpacked size by packed size; nothing is packed better than 1,032 to 1."""
    xml_depth: Annotated[int, msgspec.Meta(ge=10, le=10_000)] = 64
    """Elements of GPX or TCX inside each other."""
    xml_namespaces: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 64
    """Different namespaces in one GPX or TCX file."""
    file_activities: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 2_000
    """Tracks in one GPX file, or activities in one TCX file."""
    fit_messages: Annotated[int, msgspec.Meta(ge=1_000, le=1_000_000_000)] = 2_000_000
    """In one FIT file."""
    worker_mb: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)] = 2_000
    """Memory of a process that reads."""
    cpu_s: Annotated[float, msgspec.Meta(ge=0.1, le=86_400)] = 30.0
    """Computing on one file."""
    wall_s: Annotated[float, msgspec.Meta(ge=0.1, le=86_400)] = 90.0
    """Waiting for one file. The lease of a sync is held on to meanwhile, however long this is."""
    still_s: Annotated[float, msgspec.Meta(ge=0, le=60)] = 5.0
    """How long nobody may have written to a file that reads badly."""

    def reading(self) -> ReadingLimits:
        """The same as it is handed down."""
        return ReadingLimits(
            archive=ArchiveLimits(
                member_bytes=self.file_mb * MB,
                inner_archive_bytes=self.inner_archive_mb * MB,
                total_bytes=self.archive_mb * MB,
                ratio=self.ratio,
                members=self.archive_files,
                depth=self.archive_depth,
            ),
            format=FormatLimits(
                depth=self.xml_depth,
                namespaces=self.xml_namespaces,
                activities=self.file_activities,
                messages=self.fit_messages,
            ),
            worker=WorkerLimits(
                memory_bytes=self.worker_mb * MB, cpu_s=self.cpu_s, wall_s=self.wall_s
            ),
            still_s=self.still_s,
        )
