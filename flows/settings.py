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
from typing import Annotated, Literal
from urllib.parse import urlsplit
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
PAGE_KEYS = "page.keys"
PAGE_KEY_MIN_CHARS = 32
ATHLETE_ID_MAX_CHARS = 64


class SettingsError(Exception):
    """Something only a person can put right, said in one sentence. Exit code 3."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings; a key that is not known is a mistake, not a wish."""


Line = Annotated[str, msgspec.Meta(pattern=r"^[^\r\n]+\Z")]
HostName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:_-]+\Z")]
Address = Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+\Z")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
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
    email: Address | None = None
    morning_at: Clock = "06:30"
    units: Literal["km", "mi"] = "km"
    birth_year: Annotated[int, msgspec.Meta(ge=1900, le=2030)] | None = None
    previous_calf_strain: bool | None = None
    strike: Literal["rear", "mid", "fore"] | None = None
    cadence_at_3_mps: Annotated[float, msgspec.Meta(ge=120, le=220)] | None = None
    subject: Literal["plain", "neutral"] = "plain"
    """neutral: subject and preview tell nothing of the body, for a shared lock screen."""
    sources: tuple[SourceSettings, ...] = ()


class MailSettings(Section, frozen=True):
    """How letters are written and where they go; the password is no setting (`mail_password`)."""

    sender: Line = "calfwise <calfwise@localhost>"
    domain: HostName = "calfwise.local"
    """The right side of every Message-ID."""
    reply_to: Address | None = None
    """Where somebody reads an answer, or a wish for no more letters, that came by mail."""
    sink: Literal["folder", "smtp"] = "folder"
    host: HostName = "localhost"
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    """none is for a server on this machine only."""
    user: Line | None = None
    password_file: str | None = None
    ca_file: str | None = None
    """Certificates to trust instead of the system's."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 30.0
    until: Clock = "20:00"
    """On the runner's clock: what was not accepted by then is not sent at all."""
    when_unknown: Literal["retry", "hold"] = "retry"
    """What to do with a letter whose connection was lost after it was handed over."""


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
    """The check-in page and the dashboard; the keys of links are no setting (`page_keys`)."""

    public_url: (
        Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?\Z")] | None
    ) = None
    """Where runners reach the page; None: only on this machine, and letters hold no link."""
    host: HostName = "127.0.0.1"
    port: Port = 8642
    checkin_hours: Annotated[int, msgspec.Meta(ge=1, le=336)] = 36
    """How long the links of a morning are good for."""
    look_days: Annotated[int, msgspec.Meta(ge=1, le=400)] = 30
    """How long a link to the dashboard is good for."""


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
    _check_page(path, file.page)
    _check_mail(path, file.mail)
    return file


LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _check_page(path: Path, page: PageSettings) -> None:
    """Links carry what a runner felt: never in the clear over a network."""
    if page.public_url is None:
        return
    parts = urlsplit(page.public_url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError(f"{path}: page.public_url must begin with https://")


def _check_mail(path: Path, mail: MailSettings) -> None:
    """Letters and passwords travel encrypted, except within this machine."""
    if mail.sink == "smtp" and mail.security == "none" and mail.host not in LOOPBACK:
        raise SettingsError(f'{path}: mail.security = "none" is for a server on this machine only')


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
# subject = "plain"       # or "neutral": subject and preview tell nothing, for a shared screen
# birth_year = 1980
# previous_calf_strain = false
# strike = "rear"         # or "mid", "fore": how your foot lands; it weighs in calf load
# cadence_at_3_mps = 165  # your steps a minute at 3.0 m/s (5:33 a km), both feet, for calf load

# Where files come from. complete = true says that no run is anywhere else, so that a day without
# a file is a day of rest and not an unknown day.
{source}

[mail]
# sender = "calfwise <calfwise@localhost>"
# reply_to = "me@example.org"   # where you read an answer that came by mail
# sink = "folder"         # or "smtp": to runners with an email; the others' stay in the folder
# host = "smtp.example.org"
# port = 587
# security = "starttls"   # or "tls" (port 465), or "none" for a server on this machine
# user = "me"             # the password: CALFWISE_MAIL_PASSWORD, or the file
# password_file = "~/.calfwise-mail-password"
# ca_file = "/etc/ssl/own.pem"  # trusted instead of the system's certificates
# until = "20:00"         # on the runner's clock: not sent later, for it is of no use then
# domain = "calfwise.local"     # of Message-IDs; take your own
# when_unknown = "retry"  # or "hold": a letter may have arrived although the connection was lost

[page]
# public_url = "https://calves.example.org"  # without it letters hold no link to the page
# host = "127.0.0.1"      # what `calfwise serve` listens on
# port = 8642
# checkin_hours = 36      # how long the links of a letter can be answered by
# look_days = 30          # how long a link to the dashboard is good for

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
