"""Rows say which versions derived them, and what tables said is kept until somebody was told."""

from datetime import timedelta

import pytest

from pipeline.day import DayRow
from pipeline.store.copying import copy_to
from pipeline.store.records import Store
from pipeline.store.versions import DUE
from pipeline.versions import METRICS_VERSION, Versions
from tests.store.made import DAY, raw_file, run

NEXT = DAY + timedelta(days=1)
CODE = Versions(reader=7, metrics=METRICS_VERSION, rules="3")


def keep(store, day, reader, digest="ab" * 32, **changes):
    with store.writing() as transaction:
        transaction.add_raw("me", raw_file(digest), [run(day, **changes)], reader)


def set_days(store, *days):
    with store.writing() as transaction:
        changed = transaction.replace_days(
            "me", [(DayRow(on=on, known=True), "easy") for on in days]
        )
        transaction.label_days("me", CODE)
        return changed


def labels(store):
    with store.reading() as transaction:
        return transaction.day_versions("me")


def test_an_activity_says_what_derived_it(known):
    keep(known, 0, 7)
    with known.reading() as transaction:
        [stored] = transaction.activities("me")
    assert stored.versions == Versions(reader=7, metrics=METRICS_VERSION)


@pytest.mark.parametrize(("reader", "said"), [(7, 7), (6, 6), (None, None)])
def test_a_day_does_not_claim_a_newer_reader_than_its_files_have(known, reader, said):
    keep(known, 0, reader)
    set_days(known, DAY, NEXT)
    assert labels(known) == {
        DAY: Versions(reader=said, metrics=METRICS_VERSION, rules="3"),
        NEXT: CODE,
    }


def test_a_day_of_other_versions_is_labelled_anew_and_has_not_changed(known):
    assert set_days(known, DAY, NEXT) == 2
    with known.writing() as transaction:
        newer = Versions(reader=8, metrics=METRICS_VERSION + 1, rules="4")
        transaction.label_days("me", newer)
    assert labels(known) == {DAY: newer, NEXT: newer}
    assert set_days(known, DAY, NEXT) == 0
    assert labels(known) == {DAY: CODE, NEXT: CODE}


@pytest.mark.parametrize(("since", "due"), [(None, {"a", "b", "c"}), (NEXT, {"b"})])
def test_files_of_a_date_and_later_are_marked(known, since, due):
    keep(known, 0, 7, "a" * 64)
    keep(known, 1, 7, "b" * 64)
    with known.writing() as transaction:
        transaction.note_raw("me", raw_file("c" * 64, status="refused"))
        transaction.mark_due("me", since)
        files = transaction.raw_files("me")
    assert {digest[0] for digest, file in files.items() if file.derived_with == DUE} == due


def test_what_a_table_said_is_kept_until_it_is_forgotten(known):
    keep(known, 0, 7, calf_km=5.0)
    with known.writing() as transaction:
        transaction.keep_before("me", "runs", "days")
    keep(known, 0, 7, calf_km=6.0, ascent_m=float("nan"))
    with known.writing() as transaction:
        transaction.keep_before("me", "runs")  # an older state is kept still
    with known.reading() as transaction:
        before = transaction.kept_before("me", "runs")
        [(key, now)] = transaction.rows_now("me", "runs")
        assert transaction.has_before("me")
    assert before is not None
    was = before.row(key)
    assert was is not None
    assert (was["calf_km"], now["calf_km"]) == (5.0, 6.0)
    assert now["ascent_m"] is None, "a number that cannot be said"
    assert was["local_date"] == DAY.isoformat()
    with known.writing() as transaction:
        transaction.forget_before("me")
    with known.reading() as transaction:
        assert transaction.kept_before("me", "runs") is None
        assert not transaction.has_before("me")


def test_every_number_is_kept_but_answers_versions_and_what_is_not_shown(known):
    with known.writing() as transaction:
        transaction.keep_before("me", "runs", "days")
        runs, days = (transaction.kept_before("me", which) for which in ("runs", "days"))
    assert runs is not None
    assert days is not None
    assert {"timer_s", "trimp", "records", "cadence_residual_spm", "sport"} <= set(runs.columns)
    assert {"runs", "calf_km", "acwr", "monotony", "verdict", "known"} <= set(days.columns)
    unwanted = {"soreness_left", "during", "reader_version", "position", "calf_km_walked", "id"}
    assert not unwanted & {*runs.columns, *days.columns}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # a server's is no file to copy
def test_a_copy_of_the_database_is_one_of_its_own(known, tmp_path):
    keep(known, 0, 7)
    copy_to(known.engine, tmp_path / "copy.sqlite")
    keep(known, 1, 7, "b" * 64)
    copy = Store(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    with copy.reading() as there, known.reading() as here:
        assert (len(there.activities("me")), len(here.activities("me"))) == (1, 2)
    copy.close()
