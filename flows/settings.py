"""Settings: the one place that reads calfwise.toml, the environment and the clock.

Flags go before the environment, the environment before the file, the file before the defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from connectors.limits import ReadingLimits
from flows.limits import LimitsSettings
from pipeline.athlete import Athlete

EngineName = Literal["prefect", "plain"]

ENGINES: dict[str, EngineName] = {"prefect": "prefect", "plain": "plain"}

ME = "me"
"""The runner where none is named."""

FILE = "calfwise.toml"
ATHLETE_ID_MAX_CHARS = 64


class SettingsError(Exception):
    """Something only a person can put right, said in one sentence. Exit code 3."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings; a key that is not known is a mistake, not a wish."""


Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Hours and minutes, such as 06:30."""


class SourceSettings(Section, frozen=True):
    """One place files come from."""

    url: str
    complete: bool = False


class AthleteSettings(Section, frozen=True):
    """One runner."""

    timezone: str | None = None
    hr_rest: Annotated[int, msgspec.Meta(ge=20, le=120)] | None = None
    hr_max: Annotated[int, msgspec.Meta(ge=100, le=240)] | None = None
    sex: Literal["female", "male"] | None = None
    email: Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+\Z")] | None = None
    morning_at: Clock = "06:30"
    units: Literal["km", "mi"] = "km"
    birth_year: Annotated[int, msgspec.Meta(ge=1900, le=2030)] | None = None
    previous_calf_strain: bool | None = None
    strike: Literal["rear", "mid", "fore"] | None = None
    cadence_at_3_mps: Annotated[float, msgspec.Meta(ge=120, le=220)] | None = None
    sources: tuple[SourceSettings, ...] = ()


class MailSettings(Section, frozen=True):
    """How letters are written."""

    sender: Annotated[str, msgspec.Meta(pattern=r"^[^\r\n]+\Z")] = "calfwise <calfwise@localhost>"


class StoreSettings(Section, frozen=True):
    """Where the tables are."""

    database_url: str | None = None
    """SQLAlchemy's address of the database; None means calfwise.sqlite in the home."""


class EngineSettings(Section, frozen=True):
    """What runs the flows."""

    name: EngineName = "prefect"
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] | None = None
    """Processes that read files; None means one for each core."""


class PageSettings(Section, frozen=True):
    """The check-in page; it has no settings yet."""


class File(Section, frozen=True):
    """The whole of calfwise.toml."""

    athletes: dict[str, AthleteSettings] = {}
    mail: MailSettings = MailSettings()
    store: StoreSettings = StoreSettings()
    engine: EngineSettings = EngineSettings()
    limits: LimitsSettings = LimitsSettings()
    page: PageSettings = PageSettings()


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
        clock = time.fromisoformat(self.athlete_settings(athlete).morning_at)
        return datetime.combine(on, clock, tzinfo=self.zone(athlete))


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
    plain = athlete.replace("-", "").replace("_", "").replace(".", "")
    if not (plain.isalnum() and plain.isascii() and len(athlete) <= ATHLETE_ID_MAX_CHARS):
        raise SettingsError(
            "an athlete's id has up to 64 letters, digits, dots, dashes and underscores"
        )


def system_zone() -> str:
    """The machine's time zone by its IANA name; UTC where it cannot be told."""
    for candidate in (os.environ.get("TZ", "").lstrip(":"), _zone_of_localtime()):
        if candidate and _is_zone(candidate):
            return candidate
    return "UTC"


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
    for name, athlete in file.athletes.items():
        check_athlete_id(name)
        if athlete.timezone is not None and not _is_zone(athlete.timezone):
            raise SettingsError(
                f"{path}: athletes.{name}.timezone: no such time zone, "
                'write it like "Europe/Zurich"'
            )
        rest, highest = athlete.hr_rest, athlete.hr_max
        if rest is not None and highest is not None and rest >= highest:
            raise SettingsError(f"{path}: athletes.{name}: hr_rest must be below hr_max")
    return file


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _zone_of_localtime() -> str | None:
    """What /etc/localtime points to, such as .../zoneinfo/Europe/Zurich."""
    try:
        target = Path("/etc/localtime").resolve().as_posix()
    except OSError:
        return None
    _, found, name = target.partition("zoneinfo/")
    return name if found else None


TEMPLATE = """\
# calfwise: one installation. Delete a line to get its default back.

[athletes.me]
{timezone}
# hr_rest = 50            # resting heart rate; with hr_max and sex it gives TRIMP
# hr_max = 185
# sex = "female"          # or "male"; TRIMP weighs heart rate differently
# units = "km"            # or "mi"
# morning_at = "06:30"    # when the letter is dated
# email = "me@example.org"
# birth_year = 1980
# previous_calf_strain = false
# strike = "rear"         # or "mid", "fore": how your foot lands; it weighs in calf load
# cadence_at_3_mps = 165  # your steps a minute at 3.0 m/s (5:33 a km), both feet, for calf load

# Where files come from. complete = true says that no run is anywhere else, so that a day without
# a file is a day of rest and not an unknown day.
{source}

[mail]
# sender = "calfwise <calfwise@localhost>"

[store]
# database_url = "sqlite:////somewhere/else/calfwise.sqlite"

[engine]
# name = "prefect"        # or "plain": the same work without Prefect, at once
# workers = 2             # processes that read files; default: one for each core

# How much is believed of files before they count as an attack. A file that was refused over a limit
# is read with another one by `calfwise backfill FILE`.
[limits]
# file_mb = 100           # one file, unpacked
# archive_mb = 5000       # everything in one archive, unpacked
# archive_files = 100000
# archive_depth = 2       # archives inside each other
# inner_archive_mb = 1000 # an archive inside an archive; it is held in memory
# ratio = 200             # unpacked size by packed size
# xml_depth = 64          # elements of GPX or TCX inside each other
# xml_namespaces = 64     # different namespaces in one GPX or TCX file
# file_activities = 2000  # tracks in one GPX file, activities in one TCX file
# fit_messages = 2000000  # messages in one FIT file
# worker_mb = 2000        # memory of a process that reads
# cpu_s = 30              # computing on one file
# wall_s = 90             # waiting for one file
# still_s = 5             # a file that reads badly is looked at again when it is this old
"""


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
