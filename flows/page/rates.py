"""How often one address may ask: a bucket of tokens for each, in this process alone."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

IPV6_HOUSEHOLD_BITS = 64
"""Whoever has one address of such a network has all of them."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    burst: int
    per_s: float


LOOKS = Rate(burst=1200, per_s=20.0)
"""Mail scanners open every link of a letter, and whole companies share one address."""
WRITES = Rate(burst=60, per_s=1.0)
ADDRESSES_MAX = 10_000
"""Buckets that are kept; the one that was silent longest is given up first."""


class Limiter:
    """Counts requests by address. Not for more than one thread."""

    def __init__(
        self, rate: Rate, clock: Callable[[], float], *, addresses_max: int = ADDRESSES_MAX
    ) -> None:
        """With a clock of seconds that never goes back."""
        self._rate = rate
        self._clock = clock
        self._max = addresses_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Address → how many requests were left, and when that was."""

    def wait_s(self, address: str) -> int:
        """Count one request; returns 0 where it may pass, else the seconds to wait."""
        now, who = self._clock(), household(address)
        left, then = self._left.pop(who, (float(self._rate.burst), now))
        left = min(float(self._rate.burst), left + (now - then) * self._rate.per_s)
        passes = left >= 1
        self._left[who] = (left - 1 if passes else left, now)
        while len(self._left) > self._max:
            self._left.popitem(last=False)
        return 0 if passes else max(1, ceil((1 - left) / self._rate.per_s))

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._left)


def household(address: str) -> str:
    """The address itself; of IPv6 the network that one household gets."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(int(parsed) >> (128 - IPV6_HOUSEHOLD_BITS))
    return str(parsed)
