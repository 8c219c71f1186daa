"""The whole database as one file, in a state that was there at one instant."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def is_one_file(engine: Engine) -> bool:
    """Whether the database can be copied without asking a server."""
    return engine.dialect.name == "sqlite"


def copy_to(engine: Engine, place: Path) -> None:
    """Copy an SQLite database, whoever reads or writes it meanwhile."""
    with closing(engine.raw_connection()) as here, closing(sqlite3.connect(place)) as there:
        driver: sqlite3.Connection = here.driver_connection  # type: ignore[assignment] # SQLite's
        driver.backup(there)
