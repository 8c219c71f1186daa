"""The engine: no lost updates, readers in nobody's way, and errors a person can use."""

from __future__ import annotations

import os
import sqlite3
import threading
import traceback
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline.store.engine import StoreError, open_engine
from pipeline.store.records import Store
from pipeline.store.rows import checkin_row
from pipeline.store.tables import LeaseRow
from tests.store.made import answer

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
THREADS, TIMES = 4, 100


def count_up(store: Store, errors: list[BaseException]) -> None:
    try:
        for _ in range(TIMES):
            with store.writing() as transaction:
                transaction.session.get_one(LeaseRow, "counter").fence += 1
    except StoreError as error:
        errors.append(error)


@pytest.mark.slow
def test_no_update_is_lost(store):
    with store.writing() as transaction:
        row = LeaseRow(name="counter", holder="", fence=0, expires_at=NOW)
        transaction.session.add(row)
    errors: list[BaseException] = []
    threads = [threading.Thread(target=count_up, args=(store, errors)) for _ in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    with store.reading() as transaction:
        assert transaction.session.get_one(LeaseRow, "counter").fence == THREADS * TIMES


def test_a_reader_takes_no_lock_and_sees_one_state(store):
    with store.reading() as reader:
        assert reader.athletes() == []
        with store.writing() as writer:
            writer.add_athlete("me")
        assert reader.athletes() == []
    with store.reading() as reader:
        assert reader.athletes() == ["me"]


def test_a_writer_does_not_stop_readers(store):
    with store.writing() as writer:
        writer.add_athlete("me")
        with store.reading() as reader:
            assert reader.athletes() == []


def test_what_fails_is_not_kept_in_part(store):
    def half_done() -> None:
        with store.writing() as writer:
            writer.add_athlete("me")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        half_done()
    with store.reading() as reader:
        assert reader.athletes() == []


def test_a_sound_store_is_said_to_be_sound(store):
    assert store.damage() is None


def add_a_strangers_answer(store: Store) -> None:
    row = checkin_row("nobody", answer(note="my secret note", left=7), 0, NOW)
    with store.writing() as transaction:
        transaction.session.add(row)


def test_an_error_tells_no_value(store):
    with pytest.raises(StoreError) as caught:
        add_a_strangers_answer(store)
    told = "".join(traceback.format_exception(caught.value))
    assert "foreign key" in told.lower()
    assert "secret" not in told
    assert "nobody" not in told


def test_sqlalchemys_own_error_tells_no_value(store):
    row = checkin_row("nobody", answer(note="my secret note"), 0, NOW)
    with store.writing() as transaction:
        transaction.session.add(row)
        with pytest.raises(IntegrityError) as caught:
            transaction.session.flush()
        transaction.session.rollback()
    assert "INSERT INTO checkin" in str(caught.value)
    assert "parameters hidden" in str(caught.value)
    assert "secret" not in str(caught.value).partition("DETAIL")[0]


def test_a_file_that_is_no_database_is_said_in_one_sentence(tmp_path):
    place = tmp_path / "letter.txt"
    place.write_text("Dear calves, " * 1000, encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        open_engine(f"sqlite:///{place}")
    assert str(caught.value) == f"sqlite:///{place}: file is not a database"


def test_a_database_cut_off_is_a_store_error(tmp_path):
    url = f"sqlite:///{tmp_path / 'cut.sqlite'}"
    store = Store(url)
    with store.writing() as transaction:
        transaction.add_athlete("me")
    store.close()
    whole = (tmp_path / "cut.sqlite").read_bytes()
    (tmp_path / "cut.sqlite").write_bytes(whole[: len(whole) // 2])

    assert damage_of(url)


def damage_of(url: str) -> str | None:
    """What is told of a database that may be damaged too much to be opened."""
    try:
        store = Store(url)
    except StoreError as error:
        return str(error)
    try:
        return store.damage()
    except StoreError as error:
        return str(error)
    finally:
        store.close()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StoreError, match="unable to open database file"):
        open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'calfwise.sqlite'}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_said(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="unable to open database file"):
            open_engine(f"sqlite:///{tmp_path / 'calfwise.sqlite'}")
    finally:
        tmp_path.chmod(0o700)


def test_a_database_of_a_newer_calfwise_is_left_alone(store, url):
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="made by another version of calfwise"):
        open_engine(url)
    with store.engine.connect() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        )


@pytest.mark.parametrize(
    ("address", "says"),
    [("nonsense", "is not one"), ("nosuch://x/y", "is not one"), ("mysql+pymysql://x/y", "driver")],
)
def test_an_address_that_is_none_is_a_store_error(address, says):
    with pytest.raises(StoreError, match=says):
        open_engine(address)


def test_the_password_of_a_database_is_not_told():
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as caught:
        open_engine("postgresql+psycopg://me:topsecret@127.0.0.1:1/nowhere")
    assert "topsecret" not in str(caught.value)
    assert "***" in str(caught.value)


def test_many_may_open_a_new_store_at_once(url):
    stores: list[Store] = []
    errors: list[StoreError] = []

    def open_one() -> None:
        try:
            stores.append(Store(url))
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for store in stores:
        store.close()
    assert errors == []


def test_sqlite_is_set_up_as_it_must_be(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'calfwise.sqlite'}")
    with store.engine.connect() as connection:
        for pragma, value in (
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("busy_timeout", 30_000),
        ):
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    store.close()
    outside = sqlite3.connect(tmp_path / "calfwise.sqlite")
    assert outside.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    outside.close()
