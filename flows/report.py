"""What a sync, a backfill or a reprocess did: what became of files, days and the letter."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.changes import Changes, Corrected

if TYPE_CHECKING:
    from connectors.formats import FileReading


@dataclass(kw_only=True)
class Counts:
    """What became of the files of one run; the numbers of the contract."""

    read: int = 0
    salvaged: int = 0
    refused: int = 0
    duplicates: int = 0
    unchanged: int = 0
    outside: int = 0
    """Read, but not dated between `--since` and `--until`: not taken in."""
    told: int = 0
    """Files of which the lists of exports tell effort, gear or name."""
    waiting: int = 0
    """Still being written: not taken in, the next run does it."""
    again: int = 0
    """Kept files that were derived again."""
    gone_copies: list[str] = field(default_factory=list)
    """Kept files that could not be: their copy is gone or spoilt, their numbers stay."""
    refused_files: list[tuple[str, str, str]] = field(default_factory=list)
    """File, reason, and what to tell a person."""

    @property
    def new(self) -> int:
        """Files that were not known before this run."""
        return self.read + self.salvaged + self.refused + self.duplicates

    def count(self, reading: "FileReading") -> None:
        """One more file was read, salvaged or refused."""
        match reading.status:
            case "read":
                self.read += 1
            case "salvaged":
                self.salvaged += 1
            case "refused":
                self.refused += 1
                told = (reading.file, reading.reason or "", reading.says or "")
                self.refused_files.append(told)

    @property
    def found(self) -> int:
        """All files that were there."""
        return self.new + self.unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of a letter: it lies in the folder, or a mail server has it, or not yet."""

    state: Literal[
        "pending", "sending", "sent", "failed", "unknown", "held", "expired", "stopped", "late"
    ]
    """As in the outbox. expired: it failed because its evening came. stopped, late: there is none,
    because the runner wants none, or because its evening had come before it was written."""
    new: bool
    """Whether this call delivered it."""
    eml: Path | None = None
    """Where it lies; None of letters that are mailed."""
    html: Path | None = None
    to: str | None = None
    """Part of the address, enough to know it by; None means the folder."""
    code: int | None = None
    says: str | None = None
    """What the mail server answered last."""
    again_at: datetime | None = None
    until: datetime | None = None
    """When it will be tried again, and until when at most, on the runner's clock."""


@dataclass(kw_only=True)
class Report:
    """What a sync, a backfill or a reprocess did."""

    counts: Counts = field(default_factory=Counts)
    runs_added: int = 0
    days_changed: int = 0
    seconds: float = 0.0
    letter: Delivered | None = None
    correction: Delivered | None = None
    """The letter that says that a late file made the day stricter."""
    corrected: list[Corrected] = field(default_factory=list)
    """Days of which something was said that does not hold any more."""
    changes: Changes | None = None
    """What became different where kept files, or all days, were derived again."""
