"""What exports tell of files: by path, whichever comes first, and the later list holds."""

from __future__ import annotations

import random
import string
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

import pipeline.store
from pipeline.activity import SPORT_INFERRED, SPORT_TOLD, ExportLine, Finding
from pipeline.store.engine import SCHEMA
from pipeline.store.paths import LONGEST_PATH_BYTES, LONGEST_URL
from pipeline.store.records import Store
from pipeline.store.tables import (
    ATHLETE_CHARS,
    ExportLineRow,
    RawFileRow,
    SeenFileRow,
    SourceRow,
)
from tests.store.made import DAY, raw_file, run, seen_file

URL, LIST = "file:///export", "a.zip!activities.csv"
ONE = "a.zip!activities/1.fit"
DIGEST = "ab" * 32


def line(file=ONE, **told):
    return ExportLine(file=file, **told)


@pytest.fixture
def kept(known):
    """One run, its file seen packed in an export, and every day derived."""
    with known.writing() as transaction:
        transaction.add_source("me", URL, complete=False)
        transaction.add_raw("me", raw_file(DIGEST), [run()])
        transaction.add_seen("me", URL, seen_file(f"{ONE}.gz", sha256=DIGEST))
        transaction.mark_fresh("me", "1")
    return known


def tell(store, *lines, listed_in=LIST):
    """Keep a list; says from which date on the days are stale by it."""
    with store.writing() as transaction:
        transaction.keep_told("me", URL, listed_in, lines)
        stale = transaction.stale_from("me")
        transaction.mark_fresh("me", "1")
    return stale


def told(store):
    with store.reading() as transaction:
        return transaction.told("me")


def test_a_line_speaks_of_what_lay_under_its_path(kept):
    assert tell(kept, line(rpe=6.0, gear="Blue"), line("a.zip!activities/2.fit", rpe=9.0)) == DAY
    assert told(kept) == {DIGEST: line(rpe=6.0, gear="Blue")}
    with kept.reading() as transaction:
        [stored] = transaction.activities("me")
        [day] = transaction.day_activities("me")
    assert (stored.told, stored.row.rpe, day.rpe) == (line(rpe=6.0, gear="Blue"), None, 6.0)


def test_the_files_own_effort_goes_first(kept):
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(rpe=2.0)])
    tell(kept, line(rpe=6.0))
    with kept.reading() as transaction:
        [day] = transaction.day_activities("me")
    assert day.rpe == 2.0


def test_only_another_effort_and_other_shoes_make_days_stale(kept):
    assert tell(kept, line(rpe=6.0)) == DAY
    assert tell(kept, line(rpe=6.0)) is None
    assert tell(kept, line(rpe=6.0, gear="Blue")) == DAY
    assert tell(kept, line(rpe=6.0, gear="Blue", name="Hills")) is None
    assert tell(kept, line(rpe=7.0, gear="Blue")) == DAY
    assert tell(kept) == DAY
    assert told(kept) == {}


def test_a_path_that_is_seen_after_it_was_told_of(kept):
    other = "a.zip!activities/2.fit"
    assert tell(kept, line(other, rpe=6.0), line("a.zip!activities/3.fit")) is None
    with kept.writing() as transaction:
        transaction.add_seen("me", URL, seen_file("a.zip!activities/3.fit", sha256=DIGEST))
        assert transaction.stale_from("me") is None
        transaction.add_seen("me", URL, seen_file(other, sha256=DIGEST))
        assert transaction.stale_from("me") == DAY
    assert told(kept)[DIGEST].rpe == 6.0


def test_of_two_lists_the_later_holds_value_by_value(kept):
    with kept.writing() as transaction:
        transaction.add_seen("me", URL, seen_file("b.zip!activities/1.fit", sha256=DIGEST))
    first = line(rpe=6.0, gear="Blue", sport="running", sub_sport="trail")
    tell(kept, first)
    tell(kept, line("b.zip!activities/1.fit", gear="Red", sport="running"), listed_in="b.zip!l")
    both = told(kept)[DIGEST]
    assert (both.rpe, both.gear, both.sport, both.sub_sport) == (6.0, "Red", "running", None)
    tell(kept, line(gear="Green"))
    assert told(kept)[DIGEST].gear == "Green"


def test_a_list_that_is_taken_in_once_more_holds_again(kept):
    with kept.writing() as transaction:
        transaction.add_seen("me", URL, seen_file("b.zip!activities/1.fit", sha256=DIGEST))
    of_2026, of_2025 = line(rpe=8.0), line("b.zip!activities/1.fit", rpe=3.0)
    assert tell(kept, of_2026) == DAY
    assert tell(kept, of_2025, listed_in="b.zip!l") == DAY
    assert told(kept)[DIGEST].rpe == 3.0
    assert tell(kept, of_2026) == DAY
    assert told(kept)[DIGEST].rpe == 8.0
    assert tell(kept, of_2026) is None
    assert told(kept)[DIGEST].rpe == 8.0


@pytest.mark.parametrize(
    ("listed", "lies"),
    [
        ("activities/3.gpx", "activities/3.GPX"),
        ("activities/4.gpx", "activities/4.gpx.GZ"),
        ("Activities/Ü.gpx", "activities/ü.gpx"),
    ],
)
def test_names_in_another_case_are_the_same_file(kept, listed, lies):
    assert tell(kept, line(listed, rpe=6.0)) is None
    with kept.writing() as transaction:
        transaction.add_seen("me", URL, seen_file(lies, sha256=DIGEST))
        assert transaction.stale_from("me") == DAY
    assert told(kept)[DIGEST].rpe == 6.0


def test_every_database_takes_the_longest_names(store):
    """PostgreSQL checks lengths, and takes no key over 2,704 bytes, unless it can pack it."""
    letters = random.Random(4)
    athlete, url, listed_in, path = (
        "".join(letters.choices(string.ascii_lowercase + string.digits, k=length))
        for length in (ATHLETE_CHARS, LONGEST_URL, LONGEST_PATH_BYTES, LONGEST_PATH_BYTES)
    )
    with store.writing() as transaction:
        transaction.add_athlete(athlete)
        transaction.add_source(athlete, url, complete=False)
        transaction.add_raw(athlete, raw_file(DIGEST, file=path), [run()])
        transaction.add_seen(athlete, url, seen_file(path, sha256=DIGEST))
        transaction.keep_told(athlete, url, listed_in, [line(path, rpe=6.0), line(f"{path}x")])
    with store.reading() as transaction:
        assert transaction.told(athlete) == {DIGEST: line(path, rpe=6.0)}


def test_the_longest_names_fit_their_columns():
    for column in (SeenFileRow.path, RawFileRow.file, ExportLineRow.path, ExportLineRow.listed_in):
        assert column.type.length >= LONGEST_PATH_BYTES
    for column in (SourceRow.url, SeenFileRow.source_url, ExportLineRow.source_url):
        assert column.type.length >= LONGEST_URL


def test_a_file_of_several_activities_is_left_out(kept):
    tell(kept, line(rpe=6.0))
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(), run(1)])
    assert told(kept) == {}


def test_each_runner_has_their_own(kept):
    tell(kept, line(rpe=6.0))
    with kept.writing() as transaction:
        transaction.add_athlete("anna")
        transaction.add_source("anna", URL, complete=False)
        transaction.add_raw("anna", raw_file(DIGEST), [run()])
        transaction.add_seen("anna", URL, seen_file(ONE, sha256=DIGEST))
        assert transaction.told("anna") == {}


def test_paths_of_absurd_length_are_left_out(kept):
    tell(kept, line("a.zip!" + "x" * 1000 + "/1.fit", rpe=6.0), line(rpe=5.0))
    assert told(kept) == {DIGEST: line(rpe=5.0)}


@pytest.mark.parametrize(
    ("sport", "code", "says", "expected"),
    [
        ("unknown", None, "cycling", True),
        ("running", SPORT_INFERRED, "cycling", True),
        ("running", SPORT_INFERRED, "running", False),
        ("running", SPORT_INFERRED, None, False),
        ("cycling", SPORT_TOLD, "cycling", False),
        ("cycling", SPORT_TOLD, "running", True),
        ("cycling", SPORT_TOLD, None, True),
        ("running", None, "cycling", False),
    ],
)
def test_which_files_an_export_says_to_be_of_another_sport(kept, sport, code, says, expected):
    findings = () if code is None else (Finding(code, 1, "So it is."),)
    with kept.writing() as transaction:
        transaction.add_raw("me", raw_file(DIGEST), [run(sport=sport, findings=findings)])
    tell(kept, line(sport=says))
    with kept.reading() as transaction:
        assert transaction.misnamed("me") == ({DIGEST} if expected else set())


def test_a_store_of_the_first_release_is_brought_up_to_date(kept, url):
    config = Config()
    config.set_main_option("script_location", f"{pipeline.store.__path__[0]}/migrations")
    with kept.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        assert not inspect(connection).has_table("export_line")
    kept.close()
    opened = Store(url)
    with opened.engine.connect() as connection:
        indexes = inspect(connection).get_indexes("activity")
        [version] = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    assert version == SCHEMA
    assert ["athlete_id", "sha256"] in [each["column_names"] for each in indexes]
    tell(opened, line(rpe=6.0))
    with opened.reading() as transaction:
        [stored] = transaction.activities("me")
    opened.close()
    assert (stored.row, stored.told) == (run(trace=b""), line(rpe=6.0))
    assert stored.row.start_at.date() - DAY == timedelta()
