"""One spoilt file from its family, seed and number, always the same one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from tests.fuzz import byte_faults, fit_faults, xml_faults
from tests.fuzz.seeds import seeds

if TYPE_CHECKING:
    from tests.fuzz.seeds import Family

BY_STRUCTURE = 0.7
"""Share of the cases whose faults know the format."""

CHAINED = 0.05


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A spoilt file, and how it came to be."""

    content: bytes
    made_by: str


def case(family: Family, seed: int, number: int, *, with_real: bool) -> Spoilt:
    """The spoilt file with this number.

    Args:
        family: fit, or xml for GPX and TCX.
        seed: of the whole run of the fuzzer.
        number: from 0.
        with_real: whether real files are among those that are spoilt; where they are missing,
            a number stands for another file.
    """
    random = Random(f"{family} {seed} {number}")
    some = seeds(family, with_real=with_real)
    chosen, other = random.choice(some), random.choice(some)
    content, names = chosen.content, list[str]()
    structural = random.random() < BY_STRUCTURE
    if structural and family == "fit":
        content, names = fit_faults.spoilt_parts(random, content)
        if random.random() < CHAINED:
            content = fit_faults.chain(random, content, other.content)
            names.append("chain")
    elif structural:
        content, names = xml_faults.spoilt_text(random, content)
    if not structural or random.random() < 1 / 4:
        for _ in range(random.choice((1, 1, 2, 3))):
            fault = random.choice(byte_faults.FAULTS)
            content = fault(random, content, other.content) if content else content
            names.append(fault.__name__)
    if family == "fit" and content:
        content = fit_faults.finished(random, content)
    return Spoilt(content, f"{chosen.name}: {', '.join(names)}")
