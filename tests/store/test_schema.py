"""The tables: migrations lead to the models, and both are understood by PostgreSQL."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import pipeline.store
from pipeline.store.engine import SCHEMA
from pipeline.store.records import Store
from pipeline.store.tables import Base, UtcInstant


@pytest.fixture(scope="module")
def scripts():
    config = Config()
    folder = Path(pipeline.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


def test_the_constant_names_the_newest_migration(scripts):
    assert scripts.get_heads() == [SCHEMA]


def test_migrations_lead_to_exactly_the_models(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == SCHEMA


def test_the_last_migration_can_be_undone(store, scripts):
    with store.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for script in scripts.walk_revisions():
                script.module.downgrade()
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_migration_keeps_what_is_there(tmp_path, scripts):
    """Also the rows that would go with their runner, were that table made anew."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with store.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            scripts.get_revision("0003").module.downgrade()
            connection.execute(text("INSERT INTO athlete (id, copies_stale) VALUES ('me', true)"))
            connection.execute(text("INSERT INTO source VALUES ('me', 'file:///runs', 1, NULL)"))
            scripts.get_revision("0003").module.upgrade()
    with store.reading() as transaction:
        assert transaction.are_runs_stale("me")
        assert transaction.session.execute(text("SELECT url FROM source")).scalars().all()
    store.close()


def migrated_on_postgresql(scripts: ScriptDirectory) -> str:
    """What the migrations would tell PostgreSQL, without one."""
    told = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told}
    )
    with Operations.context(context):
        for script in reversed(list(scripts.walk_revisions())):
            script.module.upgrade()
    return told.getvalue()


def statements(sql: str) -> set[str]:
    """Columns, keys and indexes in any order, one line each, wherever in the history they came."""
    flat = (re.sub(r"\s+", " ", each).strip() for each in sql.split(";"))
    told: set[str] = set()
    for each in flat:
        if made := re.fullmatch(r"CREATE TABLE (\w+) \( (.*) \)", each):
            parts = re.split(r", (?![^(]*\))", made[2])
            told |= {f"{made[1]}: {part.strip()}" for part in parts}
        elif added := re.fullmatch(r"ALTER TABLE (\w+) ADD COLUMN (.*)", each):
            told.add(f"{added[1]}: {added[2]}")
        elif renamed := re.fullmatch(r"ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+)", each):
            table, old, new = renamed.groups()
            told = {re.sub(rf"^{table}: {old} ", f"{table}: {new} ", each) for each in told}
        elif dropped := re.fullmatch(r"ALTER TABLE (\w+) DROP COLUMN (\w+)", each):
            told = {each for each in told if not each.startswith(f"{dropped[1]}: {dropped[2]} ")}
        elif each:
            told.add(each)
    return told


def test_migrations_and_models_tell_postgresql_the_same(scripts):
    dialect = postgresql.dialect()
    tables = [
        str(CreateTable(each).compile(dialect=dialect)) for each in Base.metadata.sorted_tables
    ]
    indexes = [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in Base.metadata.sorted_tables
        for index in table.indexes
    ]
    assert statements(migrated_on_postgresql(scripts)) == statements(";".join(tables + indexes))


def test_nothing_in_the_tables_is_sqlites_own(scripts):
    told = migrated_on_postgresql(scripts).upper()
    assert "TIMESTAMP WITH TIME ZONE" in told
    assert "BYTEA" in told
    for word in ("AUTOINCREMENT", "DATETIME", "BLOB", "PRAGMA", "WITHOUT ROWID", "STRICT"):
        assert word not in told


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a time zone"):
        UtcInstant().process_bind_param(datetime(2026, 3, 1, 8), None)  # noqa: DTZ001 - the point


def test_an_instant_comes_back_in_utc():
    berlin = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=1)))
    stored = UtcInstant().process_bind_param(berlin, None)
    assert stored == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert UtcInstant().process_result_value(stored.replace(tzinfo=None), None) == stored
    assert UtcInstant().process_bind_param(None, None) is None
