"""Every number of the rules, read from limits.toml; one without unit or source is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

VERIFIED = frozenset({"V", "V2", "D", "R", "design"})
"""The marks of EVIDENCE.md: read, read second-hand, computed, recalled, chosen by us."""


class LimitsError(ValueError):
    """The table of limits cannot be used: mend limits.toml. Says which limit and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One number that is a judgement, and where it comes from."""

    value: float
    unit: str
    source: str
    verified: str


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits by name, and the version of the rules they belong to."""

    rules_version: str
    table: Mapping[str, Limit]

    def __getitem__(self, name: str) -> float:
        """The number of one limit.

        Raises:
            LimitsError: no limit has this name.
        """
        try:
            return self.table[name].value
        except KeyError:
            raise _unknown(name) from None

    def limit(self, name: str) -> Limit:
        """One limit with its unit and source.

        Raises:
            LimitsError: no limit has this name.
        """
        try:
            return self.table[name]
        except KeyError:
            raise _unknown(name) from None


def read_limits(text: str, overrides: Mapping[str, Mapping[str, object]] | None = None) -> Limits:
    """Read a table of limits; an override replaces one whole limit, its unit and source too.

    Raises:
        LimitsError: a limit is incomplete, or an override names none of them.
    """
    tables: dict[str, object] = tomllib.loads(text)
    version = tables.pop("rules_version", None)
    if not isinstance(version, str) or not version:
        raise LimitsError("rules_version is missing")
    for name, row in (overrides or {}).items():
        if name not in tables:
            raise _unknown(name)
        tables[name] = row
    return Limits(version, {name: _limit(name, row) for name, row in tables.items()})


@cache
def default_limits() -> Limits:
    """The limits that come with calfwise, read once.

    Raises:
        LimitsError: a limit is incomplete.
    """
    return read_limits(resources.files("advice").joinpath("limits.toml").read_text("utf-8"))


def _limit(name: str, row: object) -> Limit:
    """One row of the table, complete or refused."""
    if not isinstance(row, Mapping):
        raise LimitsError(f"{name}: must be a table of value, unit, source and verified")
    value = row.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise LimitsError(f"{name}: value must be a number")
    if unknown := row.keys() - {"value", "unit", "source", "verified"}:
        raise LimitsError(f"{name}: {', '.join(sorted(unknown))} is not a part of a limit")
    unit, source, verified = (_text(name, row, part) for part in ("unit", "source", "verified"))
    if verified not in VERIFIED:
        raise LimitsError(f"{name}: verified must be one of {', '.join(sorted(VERIFIED))}")
    return Limit(value=value, unit=unit, source=source, verified=verified)


def _text(name: str, row: Mapping[str, object], part: str) -> str:
    """A part of a limit that must be there in words."""
    words = row.get(part)
    if not isinstance(words, str) or not words.strip():
        raise LimitsError(f"{name}: {part} is missing")
    return words


def _unknown(name: str) -> LimitsError:
    return LimitsError(f"no limit is called {name}")
