"""The bench still runs, on very few files; how long anything takes is asserted nowhere."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime

import numpy as np
import pytest

from connectors import fit
from tests.bench import files, fitparse_reader, season_files
from tests.bench.__main__ import main
from tests.bench.runners import paired, runners
from tests.bench.side_by_side import Times, ratio, times_of
from tests.connectors.made import fit_file, moving_record


@pytest.fixture
def without_real_files(monkeypatch, tmp_path):
    monkeypatch.setattr(files, "SHARED", tmp_path / "nowhere")


@pytest.mark.slow
@pytest.mark.usefixtures("without_real_files")
def test_every_part_runs_and_tells_its_numbers(tmp_path, capsys):
    told = tmp_path / "told.json"
    small = ["--files", "1", "--workers", "1", "--most", "1", "--gpx-mb", "0.2"]
    small += ["--athletes", "3"]
    assert main([*small, "--folder", str(tmp_path), "--json", str(told)]) == 0
    numbers = json.loads(told.read_text())
    assert numbers["fit"]["ratios"].keys() == {"fit fitparse", "fit fitdecode"}
    assert numbers["gpx"]["ratios"].keys() == {"gpx gpxpy"}
    assert numbers["backfill"]["tables_differ"] == []
    assert [each["athletes"] for each in numbers["days"]] == [1, 3]
    out = capsys.readouterr().out
    assert "from the simulator" in out
    assert "same tables" in out
    assert "this morning's advice" in out


def test_generated_runs_differ_in_time_and_place_and_in_nothing_else():
    made = season_files.template(4)
    spring, autumn = (
        season_files.dated(made, datetime(2021, month, 5, 7, tzinfo=UTC), np.array([shift, 0.0]))
        for month, shift in ((3, 0.01), (9, -0.01))
    )
    (one,), (other,) = fit.read(spring).activities, fit.read(autumn).activities
    assert (one.start_at, other.start_at) == (
        datetime(2021, 3, 5, 7, tzinfo=UTC),
        datetime(2021, 9, 5, 7, tzinfo=UTC),
    )
    assert one.pauses
    assert len(one.pauses) == len(other.pauses)
    north_deg = one.records.latitude_deg - other.records.latitude_deg
    np.testing.assert_allclose(north_deg, 0.02, atol=1e-6)
    np.testing.assert_array_equal(one.records.power_w, other.records.power_w)
    np.testing.assert_array_equal(one.records.step_length_mm, other.records.step_length_mm)


def test_generated_files_lie_within_ten_years_one_a_day_at_most(tmp_path):
    folder = tmp_path / "runs"
    season_files.write_files(folder, 5, last=date(2026, 3, 1), advance=lambda: None, templates=1)
    days = sorted(path.name[:10] for path in folder.iterdir())
    assert days[-1] == "2026-03-01"
    assert len(set(days)) == 5


@pytest.mark.slow
def test_fitparses_reader_gives_the_same_activity_as_ours():
    content = season_files.dated(
        season_files.template(0), datetime(2022, 7, 1, 6, tzinfo=UTC), np.zeros(2)
    )
    (ours,), (theirs,) = (each.read(content).activities for each in (fit, fitparse_reader))
    for name in (each.name for each in fields(ours.records)):
        np.testing.assert_array_equal(
            getattr(ours.records, name), getattr(theirs.records, name), err_msg=name
        )
    for name in (each.name for each in fields(ours) if each.name != "records"):
        assert getattr(ours, name) == getattr(theirs, name), name


def test_made_up_runners_run_four_times_a_week_and_lose_their_watch_once_a_year():
    [one, other] = map(paired, runners(2, days=730, last=date(2026, 3, 1), seed=1))
    assert one != other
    assert one.told
    assert one.first is not None
    days = (one.last - one.first).days + 1
    assert 700 <= days <= 730
    assert len(one.activities) == pytest.approx(days * 4 / 7, rel=0.15)
    assert 15 <= days - len(one.known) <= 50


def test_a_ratio_says_how_many_times_longer_the_other_takes():
    ours = Times("ours", {"small": [1.0, 1.0, 1.0], "large": [2.0, 4.0, 3.0]})
    other = Times("other", {"small": [20.0], "large": [20.0]})
    found = ratio(ours, other)
    assert found.over_all == 10.0
    assert found.lowest == 8.0
    assert found.highest == pytest.approx(40 / 3)
    assert found.median_file == pytest.approx((20 + 20 / 3) / 2)


@pytest.mark.slow
def test_a_file_that_another_reader_refuses_is_compared_with_none():
    whole = fit_file(*map(moving_record, range(5)))
    ways = {"fit calfwise": 2, "fit fitparse": 1}
    found = times_of(ways, [("whole", whole), ("cut", whole[:-8])], advance=lambda: None)
    assert {way: each.by_file.keys() for way, each in found.items()} == {
        "fit calfwise": {"whole"},
        "fit fitparse": {"whole"},
    }
    assert len(found["fit calfwise"].by_file["whole"]) == 2
