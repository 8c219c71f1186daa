"""A fresh store for each test: SQLite, and PostgreSQL where one is named.

CALFWISE_TEST_POSTGRES names a server on which databases may be made and dropped, such as
`postgresql+psycopg://me@localhost/postgres`.
"""

from __future__ import annotations

import os

import pytest
from sqlalchemy import create_engine, make_url, text

from pipeline.store.records import Store

POSTGRES = os.environ.get("CALFWISE_TEST_POSTGRES")


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'calfwise.sqlite'}"
    return fresh_postgres(POSTGRES or "")


def fresh_postgres(address: str) -> str:
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS calfwise_test WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE calfwise_test"))
    server.dispose()
    return make_url(address).set(database="calfwise_test").render_as_string(hide_password=False)


@pytest.fixture
def store(url):
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def known(store):
    """The store, with the runner `me` known to it."""
    with store.writing() as transaction:
        transaction.add_athlete("me")
    return store
