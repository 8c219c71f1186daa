"""What an athlete's settings change, and that the template shows them."""

from dataclasses import replace

import pytest

from flows import settings
from flows.plans import derived_with
from flows.template import TEMPLATE
from pipeline.athlete import Athlete
from tests.flows.installation import SETTINGS, write_runs

OWN_FEET = """\
cadence_at_3_mps = 180
strike = "fore"
"""


def athlete_of(folder, text):
    (folder / "calfwise.toml").write_text(f"[athletes.me]\n{text}")
    return settings.load(folder).athlete("me")


def test_feet_are_told_and_otherwise_unknown(tmp_path):
    told, untold = athlete_of(tmp_path, OWN_FEET), athlete_of(tmp_path, "")
    assert (told.cadence_at_3_mps_spm, told.strike) == (180.0, "fore")
    assert (untold.cadence_at_3_mps_spm, untold.strike) == (None, None)


@pytest.mark.parametrize("spm", [120, 164.5, 220])
def test_a_cadence_that_somebody_has_is_taken(tmp_path, spm):
    assert athlete_of(tmp_path, f"cadence_at_3_mps = {spm}").cadence_at_3_mps_spm == spm


def test_the_template_shows_them_as_they_may_be_written(tmp_path):
    lines = TEMPLATE.splitlines()
    shown = [line[2:] for line in lines if line.startswith(("# strike", "# cadence_at_3_mps"))]
    assert len(shown) == 2
    athlete = athlete_of(tmp_path, "\n".join(shown))
    assert (athlete.cadence_at_3_mps_spm, athlete.strike) == (165.0, "rear")


def test_another_cadence_derives_again_and_another_strike_does_not():
    # Strike, like shoes, is taken into account where rows are listed.
    runner = Athlete()
    assert derived_with(replace(runner, cadence_at_3_mps_spm=180.0)) != derived_with(runner)
    assert derived_with(replace(runner, strike="fore")) == derived_with(runner)


@pytest.mark.slow
def test_a_cadence_told_later_changes_the_load_of_runs_that_are_there(calfwise, tmp_path):
    folder = write_runs(tmp_path / "files", 2, minutes=5)
    calfwise.json("backfill", folder)
    before = calfwise.json("runs")
    (calfwise.home / "calfwise.toml").write_text(f"{SETTINGS}cadence_at_3_mps = 200\n")
    calfwise.json("sync")
    after = calfwise.json("runs")
    for one, other in zip(after, before, strict=True):
        # Fewer steps than expected are longer ones: each is heavier.
        assert one["calf_km_strain"] > 1.5 * other["calf_km_strain"]
        assert one["steps"] == other["steps"]
