"""What the tests of pages share: a small installation that has taken runs in, and its pages."""

import shutil
from contextlib import ExitStack, closing
from datetime import timedelta

import httpx
import pytest

from flows import settings
from pipeline.store.records import Store
from tests.flows.installation import TODAY, Installation, write_runs
from tests.page.look.served import serving


@pytest.fixture(scope="session", autouse=True)
def quiet_environment():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "ENGINE", "DATABASE_URL", "PAGE_KEYS"):
            patch.delenv(f"CALFWISE_{name}", raising=False)
        yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Four runs, a near copy, a week of answers, shoes, a coach, a second runner."""
    made = Installation(tmp_path_factory.mktemp("filled") / "home")
    folder = write_runs(tmp_path_factory.mktemp("runs"), 4, minutes=4)
    assert made.run("backfill", folder).code == 0
    for back in range(8):
        on = TODAY - timedelta(days=back)
        answer = ("--left", back % 4, "--right", 1, "--rpe", 4, "--during", 1, "--no-flags")
        assert made.run("checkin", "--on", on, *answer).code == 0
    first = TODAY - timedelta(days=30)
    assert made.run("shoes", "add", "Blue <road>", "--from", first).code == 0
    assert made.run("grant", "kim").code == 0
    assert made.run("--athlete", "other", "backfill", folder / "03.fit").code == 0
    return made


@pytest.fixture
def own(filled, tmp_path):
    """A copy of it that a test may change."""
    shutil.copytree(filled.home, tmp_path / "home")
    return Installation(tmp_path / "home", (filled.home / "calfwise.toml").read_text())


class Pages:
    """The pages of one installation, on a server of their own."""

    def __init__(self, installation):
        self.installation = installation
        self.home = settings.load(installation.home)
        self._open = ExitStack()
        self.store = self._open.enter_context(closing(Store(self.home.database_url)))
        self.site = self._open.enter_context(serving(self.home, self.store))
        self.client = self._open.enter_context(httpx.Client(timeout=60))

    def close(self):
        """End the server."""
        self._open.close()

    def get(self, address):
        """An answer, redirects not followed."""
        return self.client.get(address)

    def path(self, place):
        """A whole address from what stands behind the host."""
        return self.site.addresses.base + place

    def me(self, more="", athlete="me"):
        """A page of a runner's own."""
        return self.get(self.site.addresses.look(athlete) + more)

    def coach(self, coach, more=""):
        """A page of a coach's."""
        return self.get(self.site.addresses.coach(coach) + more)

    def runs(self, athlete="me"):
        """The ids of all activities, newest first."""
        with self.store.reading() as transaction:
            found = transaction.activities_newest_first(athlete, skip=0, at_most=99)
        return [each.id for each in found]


@pytest.fixture(scope="session")
def pages(filled):
    """The pages of the installation that does not change."""
    with closing(Pages(filled)) as made:
        yield made


@pytest.fixture
def own_pages(own):
    """The pages of one that a test may change."""
    with closing(Pages(own)) as made:
        yield made
