"""Days follow from the facts, in whatever order the facts came."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

import pytest

from flows.days import advise, derive_days, rows_between
from flows.sections import AthleteSettings
from pipeline.checkin import CheckIn
from pipeline.store.records import RawFile, Store
from tests.store.made import DAY, raw_file, run, seen_file

URL = "file:///watch"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def new_store(tmp_path):
    opened: list[Store] = []

    def make():
        store = Store(f"sqlite:///{tmp_path / f'{len(opened)}.sqlite'}")
        opened.append(store)
        with store.writing() as transaction:
            transaction.add_athlete("me")
            transaction.add_source("me", URL, complete=False)
        return store

    yield make
    for store in opened:
        store.close()


def add_run(store, day):
    raw: RawFile = raw_file(f"{day:064x}"[::-1])
    with store.writing() as transaction:
        transaction.add_raw("me", raw, [run(day, trace=b"")])
        transaction.add_seen("me", URL, seen_file(f"{day}.fit", sha256=raw.sha256))


def add_answer(store, day, nrs):
    answer = CheckIn(on=DAY + timedelta(days=day), left=nrs, right=0)
    with store.writing() as transaction:
        transaction.add_checkin("me", answer, NOW)


def table(store):
    return rows_between(store, "me", None, None)


def known_of(store):
    return {day.on: day.known for day, _ in table(store)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_facts_in_any_order_give_the_same_days(new_store, seed):
    random = Random(seed)
    facts = [partial(add_run, day=day) for day in random.sample(range(50), 12)]
    facts += [
        partial(add_answer, day=day, nrs=random.randint(0, 5))
        for day in random.sample(range(52), 30)
    ]
    at_once, by_and_by = new_store(), new_store()
    for add in facts:
        add(at_once)
    derive_days(at_once, "me")
    random.shuffle(facts)
    for add in facts:
        add(by_and_by)
        if random.random() < 0.5:
            derive_days(by_and_by, "me")
    derive_days(by_and_by, "me")
    assert table(by_and_by) == table(at_once)


def test_a_later_file_makes_earlier_days_known(new_store):
    store = new_store()
    add_run(store, 0)
    add_answer(store, 30, 0)
    derive_days(store, "me")
    assert known_of(store)[DAY + timedelta(days=15)] is False
    add_run(store, 40)
    derive_days(store, "me")
    assert known_of(store)[DAY + timedelta(days=15)] is True


@pytest.mark.slow
def test_verdicts_of_the_table_are_the_advice_of_each_day(new_store):
    store = new_store()
    for day in range(0, 40, 3):
        add_run(store, day)
        add_answer(store, day + 1, day % 5)
    derive_days(store, "me")
    for row, verdict in table(store):
        assert advise(store, "me", row.on, AthleteSettings())[0].verdict.word == verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "times"),
    [({}, 1.1), ({"previous_calf_strain": True}, 1.0), ({"birth_year": 1950}, 1.0)],
)
def test_what_the_settings_tell_of_the_runner_reaches_the_ceiling(new_store, told, times):
    store = new_store()
    for day in range(0, 40, 3):
        add_run(store, day)
    add_answer(store, 40, 0)
    answer, past = advise(store, "me", DAY + timedelta(days=40), AthleteSettings(**told))
    longest_m = max(each.distance_m or 0.0 for each in past.activities)
    assert answer.ceiling
    assert answer.ceiling.distance_m == pytest.approx(times * longest_m, abs=0.1)


def test_nothing_to_do_changes_nothing(new_store):
    store = new_store()
    add_run(store, 0)
    assert derive_days(store, "me") == 1
    assert derive_days(store, "me") == 0


def test_the_table_ends_with_the_last_run_or_answer(new_store):
    store = new_store()
    add_run(store, 2)
    add_answer(store, 5, 1)
    derive_days(store, "me")
    dates = [row.on for row, _ in table(store)]
    assert (dates[0], dates[-1]) == (date(2026, 3, 3), date(2026, 3, 6))


@pytest.mark.slow
def test_days_asked_for_beyond_the_table_change_none_within(new_store):
    store = new_store()
    for day in range(0, 40, 3):
        add_run(store, day)
        add_answer(store, day + 1, day % 5)
    derive_days(store, "me")
    stored = table(store)
    beyond = timedelta(days=40)
    since, until = stored[0][0].on - beyond, stored[-1][0].on + beyond
    asked = rows_between(store, "me", since, until)
    assert [asked[0][0].on, asked[-1][0].on] == [since, until]
    assert asked[40:-40] == stored


@pytest.mark.slow
@pytest.mark.parametrize("first", [-9, -2, 0, 3, 12, 36, 39, 44])
def test_any_week_is_that_of_the_table_stored_or_worked_out(new_store, first):
    """A letter tells of the week before it: whether its days are stored or not is not seen."""
    store = new_store()
    for day in range(0, 40, 3):
        add_run(store, day)
        add_answer(store, day + 1, day % 5)
    derive_days(store, "me")
    since, until = (DAY + timedelta(days=day) for day in (first, first + 6))
    week = rows_between(store, "me", since, until)
    far = rows_between(store, "me", DAY - timedelta(days=30), DAY + timedelta(days=60))
    assert week == [each for each in far if since <= each[0].on <= until]
    assert len(week) == 7
    of_the_table = [each for each in table(store) if since <= each[0].on <= until]
    assert [each for each in week if each in of_the_table] == of_the_table


def test_dates_asked_for_on_one_side_alone(new_store):
    store = new_store()
    assert rows_between(store, "me", DAY, None) == rows_between(store, "me", None, DAY) == []
    for day in (0, 4, 9):
        add_run(store, day)
    derive_days(store, "me")
    middle = DAY + timedelta(days=4)
    assert rows_between(store, "me", middle, None) == table(store)[4:]
    assert rows_between(store, "me", None, middle) == table(store)[:5]
    assert rows_between(store, "me", DAY + timedelta(days=10), None) == []
    assert rows_between(store, "me", None, DAY - timedelta(days=1)) == []


def test_a_walk_alone_makes_no_days(new_store):
    store = new_store()
    with store.writing() as transaction:
        transaction.add_raw("me", raw_file(), [run(0, sport="walking", trace=b"")])
        transaction.add_seen("me", URL, seen_file(sha256=raw_file().sha256))
    assert derive_days(store, "me") == 0
    [(row, verdict)] = rows_between(store, "me", DAY, DAY)
    assert (row.known, row.runs, row.calf_km, row.acute_calf_km) == (True, 0, 10.5, None)
    assert verdict is None
