"""Opening the database: SQLite as it must be set up, and the schema brought to its newest form."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

SCHEMA = "0004"
"""The newest migration; a test holds it against the folder of migrations."""

BUSY_TIMEOUT_MS = 30_000
WAL_TRIES, WAL_WAIT_S = 200, 0.05
WRITER_LOCK = 1_667_332_198
"""Any number, as long as it is always the same: which lock a writer takes on PostgreSQL."""

READING = "calfwise_reading"
"""Execution option of connections that only read: they take no write lock."""


class StoreError(Exception):
    """The database cannot be used: only a person can mend that. Exit code 7."""


def open_engine(url: str) -> Engine:
    """An engine on the newest schema; makes the database where there is none.

    Raises:
        StoreError: it cannot be opened, is damaged, or belongs to a newer calfwise.
    """
    # What is written is of a body: it must not stand in the text of an exception.
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite")
        )
    except ArgumentError as error:
        says = "the address of the database is not one: see [store] database_url"
        raise StoreError(says) from error
    except ImportError as error:
        raise StoreError(f"the driver for this database is not installed: {error.name}") from error
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine)
    else:
        _set_up_postgresql(engine)
    try:
        with database_errors(engine):
            if _schema_version(engine) != SCHEMA:
                migrate(engine)
    except StoreError:
        engine.dispose()
        raise
    return engine


@contextmanager
def database_errors(engine: Engine) -> Iterator[None]:
    """Say what a database error means, without the values that were in the statement.

    PostgreSQL quotes the whole row from the second line on, so only the first is said, and the
    error itself is let go.
    """
    try:
        yield
    except DBAPIError as error:
        reason, *_ = str(error.orig).splitlines() or [type(error).__name__]
        raise StoreError(f"{_place(engine)}: {reason}") from None


def migrate(engine: Engine) -> None:
    """Bring the schema to its newest form, in one transaction."""
    from alembic import command  # noqa: PLC0415 - 0.3 s that only a new database needs
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"{_place(engine)} was made by another version of calfwise: {error}"
            ) from error


def _schema_version(engine: Engine) -> str | None:
    with engine.connect().execution_options(**{READING: True}) as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _set_up_sqlite(engine: Engine) -> None:
    """WAL, a patient lock, and transactions that take their lock at the start.

    With the driver's own transactions 595 of 800 concurrent updates were lost without an error,
    and a reader that turns writer fails at once whatever the timeout.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own type
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        _to_wal(connection)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _to_wal(connection: Any) -> None:  # noqa: ANN401 - a driver's own type
    """Set write-ahead logging; while another process sets it, SQLite fails without waiting."""
    for tries_left in reversed(range(WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not tries_left:
                raise
            time.sleep(WAL_WAIT_S)
        else:
            return


def _set_up_postgresql(engine: Engine) -> None:
    """The same promises as on SQLite: one writer at a time, and readers that see one state.

    Without them two syncs take one lease, and an answer given while days are derived is forgotten.
    """

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(READING, False)
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            if reading
            else f"SELECT pg_advisory_xact_lock({WRITER_LOCK})"
        )


def _place(engine: Engine) -> str:
    """The database's address without its password."""
    return make_url(engine.url).render_as_string(hide_password=True)
