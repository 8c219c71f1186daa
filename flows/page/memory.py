"""What was worked out for a page and still holds: kept in the process, and never on disk."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")

MOST_KEPT = 64
"""A runner of ten years takes about 2 MB of each kind."""


class _Place:
    """One thing: whoever asks first works it out, the others wait."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.made: tuple[Any] | None = None


class Memory:
    """Keeps what was asked for last, by a key that changes with everything it follows from."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Holds nothing yet."""
        self._most = most
        self._lock = Lock()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for this key; made now where it was not. An error is not kept."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if place.made is None:
                place.made = (make(),)
            kept: T = place.made[0]
            return kept
