"""Settings: the one place that reads calfwise.toml, the environment and the clock.

Flags go before the environment, the environment before the file, the file before the defaults.
"""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from connectors.limits import ReadingLimits
from flows.sections import (
    BAD_ID,
    ENGINES,
    AthleteSettings,
    EngineName,
    File,
    is_athlete_id,
    is_zone,
    wrong,
)
from flows.template import TEMPLATE
from pipeline.athlete import Athlete

ME = "me"
"""The runner where none is named."""

FILE = "calfwise.toml"
PAGE_KEYS = "page.keys"
PAGE_KEY_MIN_CHARS = 32


class SettingsError(Exception):
    """Something only a person can put right, said in one sentence. Exit code 3."""


class Home(msgspec.Struct, frozen=True):
    """One installation: its folder and its settings."""

    folder: Path
    file: File
    database_url: str
    engine: EngineName

    @property
    def raw_folder(self) -> Path:
        """Kept raw files, by digest."""
        return self.folder / "raw"

    @property
    def outbox(self) -> Path:
        """Letters as files."""
        return self.folder / "outbox"

    @property
    def prefect_folder(self) -> Path:
        """Prefect's own database and settings, apart from ours."""
        return self.folder / "prefect"

    @property
    def workers(self) -> int:
        """How many processes read files."""
        return self.file.engine.workers or os.cpu_count() or 1

    @property
    def limits(self) -> ReadingLimits:
        """How much is believed of files."""
        return self.file.limits.reading()

    def athlete_settings(self, athlete: str) -> AthleteSettings:
        """The runner's settings; defaults for one that the file does not name."""
        return self.file.athletes.get(athlete, AthleteSettings())

    def zone(self, athlete: str) -> ZoneInfo:
        """The runner's own time zone: theirs, else the system's, else UTC."""
        return ZoneInfo(self.athlete_settings(athlete).timezone or system_zone())

    def athlete(self, athlete: str) -> Athlete:
        """What changes the runner's numbers."""
        settings = self.athlete_settings(athlete)
        return Athlete(
            timezone=self.zone(athlete).key,
            hr_rest_bpm=settings.hr_rest,
            hr_max_bpm=settings.hr_max,
            sex=settings.sex,
            cadence_at_3_mps_spm=settings.cadence_at_3_mps,
            strike=settings.strike,
        )

    def today(self, athlete: str) -> date:
        """The date now where the runner is."""
        return now().astimezone(self.zone(athlete)).date()

    def morning_at(self, athlete: str, on: date) -> datetime:
        """The instant of the runner's morning, which dates the letter."""
        return self._at(athlete, on, self.athlete_settings(athlete).morning_at)

    def evening_at(self, athlete: str, on: date) -> datetime:
        """The instant after which a day's letter is of no use."""
        return self._at(athlete, on, self.file.mail.until)

    def _at(self, athlete: str, on: date, clock: str) -> datetime:
        return datetime.combine(on, time.fromisoformat(clock), tzinfo=self.zone(athlete))


def now() -> datetime:
    """The clock, read here and nowhere else."""
    return datetime.now(tz=UTC)


def home_folder(flag: str | None) -> Path:
    """The folder of the installation: the flag, else CALFWISE_HOME, else ~/calfwise."""
    return Path(flag or os.environ.get("CALFWISE_HOME") or "~/calfwise").expanduser().absolute()


def make_folder(folder: Path) -> None:
    """Make the home where there is none, for its owner's eyes only: what lies there is of a body.

    Raises:
        SettingsError: it cannot be.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: the home cannot be made: {error.strerror}") from error


def load(folder: Path, *, engine: str | None = None) -> Home:
    """Read the settings of an installation; a folder without any has the defaults.

    Raises:
        SettingsError: the file cannot be read, or says something that cannot be.
    """
    path = folder / FILE
    file = _read(path) if path.exists() else File()
    database = os.environ.get("CALFWISE_DATABASE_URL") or file.store.database_url
    chosen = engine or os.environ.get("CALFWISE_ENGINE") or file.engine.name
    if chosen not in ENGINES:
        raise SettingsError(f"engine: {chosen!r} is not one of {', '.join(ENGINES)}")
    return Home(
        folder=folder,
        file=file,
        database_url=database or f"sqlite:///{folder / 'calfwise.sqlite'}",
        engine=ENGINES[chosen],
    )


def check_athlete_id(athlete: str) -> None:
    """Ids are for file names and addresses: letters, digits, dot, dash, underscore.

    Raises:
        SettingsError: it is something else.
    """
    if not is_athlete_id(athlete):
        raise SettingsError(BAD_ID)


def system_zone() -> str:
    """The machine's time zone by its IANA name; UTC where it cannot be told."""
    for candidate in (os.environ.get("TZ", "").lstrip(":"), _zone_of_localtime()):
        if candidate and is_zone(candidate):
            return candidate
    return "UTC"


def mail_password(home: Home) -> str | None:
    """The password of the mail server: CALFWISE_MAIL_PASSWORD, else the file of the settings.

    Raises:
        SettingsError: the file cannot be read.
    """
    told = os.environ.get("CALFWISE_MAIL_PASSWORD")
    if told or home.file.mail.password_file is None:
        return told or None
    path = Path(home.file.mail.password_file).expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"mail.password_file: {path} cannot be read") from error


def page_keys(home: Home) -> tuple[str, ...]:
    """The keys that sign links, newest first: CALFWISE_PAGE_KEYS, else page.keys in the home.

    The newest signs, all of them are believed: a key is rotated by a new first line, and taken
    away once its links have expired. Where there is none, one is made.

    Raises:
        SettingsError: the file cannot be read or made.
    """
    told = os.environ.get("CALFWISE_PAGE_KEYS", "").split()
    path = home.folder / PAGE_KEYS
    try:
        if not told and not path.exists():
            _write_first_key(home.folder, path)
        keys = tuple(told or path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the keys of links cannot be read") from error
    if not keys or min(map(len, keys)) < PAGE_KEY_MIN_CHARS:
        raise SettingsError(
            f"{path}: each line must be a key of at least {PAGE_KEY_MIN_CHARS} characters; "
            "without the file a new one is made, and the links in letters end"
        )
    return keys


def _write_first_key(folder: Path, path: Path) -> None:
    """Whole or not at all, and only one of two processes' keys, for its owner's eyes only."""
    make_folder(folder)
    half = folder / f".half-{PAGE_KEYS}-{os.getpid()}"
    with os.fdopen(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    with suppress(FileExistsError):
        path.hardlink_to(half)
    half.unlink()


def forget_database() -> None:
    """For the demo, whose season must never come into the database of the environment."""
    os.environ.pop("CALFWISE_DATABASE_URL", None)


def prepare_prefect(folder: Path) -> str | None:
    """Set Prefect up before it is imported: quiet, patient, and speaking to nobody outside.

    What the user has set already stays.

    Returns:
        The address of the server that the user has; None where one must be started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in {
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # Every error comes back to the command line, which says it in one sentence.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_ROOT_LEVEL": "CRITICAL",
        "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_CLI_COLORS": "false",
    }.items():
        os.environ.setdefault(name, value)
    return os.environ.get("PREFECT_API_URL")


def _read(path: Path) -> File:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        file = msgspec.convert(told, type=File)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: this is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: it cannot be read") from error
    problem = next(wrong(file), None)
    if problem:
        raise SettingsError(f"{path}: {problem}")
    return file


def _zone_of_localtime() -> str | None:
    """What /etc/localtime points to, such as .../zoneinfo/Europe/Zurich."""
    try:
        target = Path("/etc/localtime").resolve().as_posix()
    except OSError:
        return None
    _, found, name = target.partition("zoneinfo/")
    return name if found else None


def write_template(folder: Path, *, timezone: str | None, source: str | None) -> Path:
    """Write a commented calfwise.toml; one that is there stays as it is."""
    path = folder / FILE
    make_folder(folder)
    if path.exists():
        return path
    zone = f"timezone = {_quoted(timezone)}" if timezone else f'# timezone = "{system_zone()}"'
    place = (
        f"sources = [{{ url = {_quoted(source)}, complete = false }}]"
        if source
        else '# sources = [{ url = "~/watch-export", complete = true }]'
    )
    path.write_text(TEMPLATE.format(timezone=zone, source=place), encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    """A string of TOML; JSON writes the same."""
    return json.dumps(text, ensure_ascii=False)
