"""What a way out for letters is asked, and what it answers."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

Fate = Literal["accepted", "later", "ours", "refused", "lost"]
"""accepted: it is theirs now. later: not now, try again. ours: not as this installation is set up,
a person must mend that. refused: this address does not take it, for good. lost: it was handed over
whole and nothing was heard, so it may have arrived."""

TEXT_CHARS = 200
ADDRESS = re.compile(r"\S+@\S+")
HIDDEN = "(hidden)"
HEAD_CHARS = 8
"""So much of a secret in base64 tells it from other words; what follows is hidden with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One letter on its way out."""

    message_id: str
    eml: bytes
    recipient: str | None
    """The mail address; None means the folder."""
    within_s: float
    """It must be handed over within this time, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it."""

    fate: Fate
    code: int | None = None
    """What the server answered."""
    says: str = ""
    """What it said beside the code, or what happened: without addresses, for a person."""
    concerns_all: bool = False
    """Other letters would fare the same now, so they need not be tried."""


class Sink(Protocol):
    """A way out for letters, open as long as its block."""

    def __enter__(self) -> Self:
        """Open; nothing is connected before the first letter."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""

    def hand_over(self, letter: Outgoing) -> Outcome:
        """Deliver one letter; every failure is an outcome."""


def redacted(text: str, *secrets: str | None) -> str:
    """A server's words in one line, without addresses and secrets, and short: they are kept."""
    for secret in secrets:
        if secret:
            text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
            text = re.sub(_in_base64(secret), HIDDEN, text, flags=re.IGNORECASE)
    return " ".join(ADDRESS.sub(HIDDEN, text).split())[:TEXT_CHARS]


def _in_base64(secret: str) -> str:
    """A pattern of a secret as it travels: whole, cut short, or with more behind it."""
    travels = base64.b64encode(secret.encode()).decode("ascii")
    if len(travels) <= HEAD_CHARS:
        return re.escape(travels)
    return re.escape(travels[:HEAD_CHARS]) + "[A-Za-z0-9+/=]*"
