"""What the tests of the pages share: an installation with a few runs, and its server."""

import shutil
from datetime import timedelta

import pytest

from tests.flows.installation import TODAY, Installation
from tests.page.server import Server

SETTINGS = '[limits]\nstill_s = 0\n[athletes.me]\ntimezone = "UTC"\n'


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch):
    for name in ("HOME", "ENGINE", "DATABASE_URL", "PAGE_KEYS"):
        monkeypatch.delenv(f"CALFWISE_{name}", raising=False)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A home whose runner told of the last two mornings; copied, for making one takes a while."""
    made = Installation(tmp_path_factory.mktemp("told") / "home", SETTINGS)
    for back in (2, 1):
        on = TODAY - timedelta(days=back)
        assert made.run("checkin", "--on", on, "--left", 1, "--right", 1).code == 0
    return made.home


@pytest.fixture
def calfwise(made_once, tmp_path):
    """The same for one test to change."""
    shutil.copytree(made_once, tmp_path / "home")
    return Installation(tmp_path / "home", SETTINGS)


@pytest.fixture
def server(calfwise):
    with Server(calfwise.home) as made:
        yield made


@pytest.fixture
def small():
    """The least form that says anything."""
    return {"left": "3", "right": "1"}
