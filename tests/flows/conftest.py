"""What the tests of flows share: an empty installation, and a folder of short runs."""

import pytest

from tests.flows.installation import Installation, write_runs


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch):
    for name in ("CALFWISE_HOME", "CALFWISE_ENGINE", "CALFWISE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def calfwise(tmp_path):
    return Installation(tmp_path / "home")


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    """Four runs, one near copy of a run, and one file under two names; do not change."""
    return write_runs(tmp_path_factory.mktemp("runs"), 4, minutes=2)


@pytest.fixture(scope="session")
def filled(tmp_path_factory, runs_folder):
    """An installation that has taken them in, with one answer; do not change."""
    made = Installation(tmp_path_factory.mktemp("filled") / "home")
    assert made.run("backfill", runs_folder).code == 0
    assert made.run("checkin", "--left", "3", "--right", "1", "--rpe", "4").code == 0
    return made
