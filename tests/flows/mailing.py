"""Installations whose letters go by mail, on a morning that does not end while a test runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import outbox, settings
from pipeline.store.records import Store
from tests.connectors.mail.postbox import PASSWORD, USER
from tests.flows.installation import Installation

EMAIL = "jane.runner@example.org"


def morning_zone() -> str:
    """A time zone in which it is between eight and nine in the morning."""
    ahead_h = (8 - datetime.now(tz=UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead_h:+d}" if ahead_h else "Etc/GMT"


ZONE = morning_zone()


PLAIN = 'security = "none"\ntimeout_s = 0.5\n'


class Mailing(Installation):
    """A home whose letters go to a mail server of the test."""

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        athletes: int = 1,
        security: str = PLAIN,
        more: str = "",
        source: Path | None = None,
        soreness: int = 2,
    ) -> None:
        self.names = ["me", *(f"runner{each}" for each in range(1, athletes))]
        folder = "" if source is None else f'sources = [{{ url = "{source}", complete = true }}]\n'
        told = [
            f'[athletes.{name}]\ntimezone = "{ZONE}"\nemail = "{address_of(name)}"\n{folder}'
            for name in self.names
        ]
        mail = f'[mail]\nsink = "smtp"\nhost = "127.0.0.1"\nport = {port}\n{security}{more}'
        super().__init__(home, "\n".join(["[limits]\nstill_s = 0", *told, mail]))
        answer = ("checkin", "--left", soreness, "--right", 0, "--no-flags")
        for name in self.names:
            assert self.run("--athlete", name, *answer).code == 0
        self.change("DELETE FROM recommendation")  # nothing was told of the day yet
        self.opened = settings.load(home)
        self.store = Store(self.opened.database_url)
        self.today = self.opened.today("me")
        self.now = settings.now()
        self.evening = self.opened.evening_at("me", self.today)

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def set_port(self, port: int) -> None:
        """From now on the mail server is another one."""
        path = self.home / "calfwise.toml"
        old = f"port = {self.opened.file.mail.port}\n"
        path.write_text(path.read_text().replace(old, f"port = {port}\n"))
        self.opened = settings.load(self.home)

    def queue(self, athlete="me"):
        """Queue this morning's letter."""
        return outbox.queue(self.opened, self.store, athlete, self.today, now=self.now)

    def deliver(self, *, after=timedelta(0), at=None):
        """Deliver what is due, some time after the beginning."""
        return outbox.deliver_due(self.opened, self.store, now=at or self.now + after)

    def letter(self, athlete="me", kind="morning"):
        """Today's letter as it is now."""
        with self.store.reading() as transaction:
            return transaction.letter(athlete, self.today, kind, 0)


def secured(certificate: Path) -> str:
    """Settings of a server that wants encryption and a login."""
    return f'security = "starttls"\nuser = "{USER}"\nca_file = "{certificate}"\ntimeout_s = 5\n'


def address_of(name: str) -> str:
    """Where a runner of the test gets mail."""
    return EMAIL if name == "me" else f"{name}@example.org"


__all__ = ["EMAIL", "PASSWORD", "ZONE", "Mailing", "secured"]


@pytest.fixture
def open_mailing(tmp_path):
    opened: list[Mailing] = []

    def open_one(port, **options):
        opened.append(Mailing(tmp_path / f"home{len(opened)}", port, **options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
