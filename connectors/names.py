"""Names of files as they are told: strangers chose them, and terminals obey what stands in them."""

from __future__ import annotations

import re
from hashlib import blake2b

from pipeline.store.paths import LONGEST_PATH_BYTES, fits

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, line ends, turns of the writing direction, and halves of characters."""

HASH_BYTES = 8

TOO_LONG = "The name is absurdly long; give the file and its folders shorter ones."


def printable(name: str | bytes) -> str:
    r"""The name with everything unseen written out, such as \x1b: fit to store and to print."""
    text = name.decode(errors="backslashreplace") if isinstance(name, bytes) else name
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def shortened(name: str) -> str:
    """The name where the store takes it, else its beginning and a hash of the whole.

    Args:
        name: as `printable` gives it.
    """
    if fits(name):
        return name
    whole = name.encode()
    mark = f"~{blake2b(whole, digest_size=HASH_BYTES).hexdigest()}"
    return whole[: LONGEST_PATH_BYTES - len(mark)].decode(errors="ignore") + mark
