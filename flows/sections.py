"""What calfwise.toml may say, table by table, and what cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from flows.limits import LimitsSettings

EngineName = Literal["prefect", "plain"]

ENGINES: dict[str, EngineName] = {"prefect": "prefect", "plain": "plain"}

ATHLETE_ID_MAX_CHARS = 64
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings; a key that is not known is a mistake, not a wish."""


ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
"""As addresses have them between dots (RFC 5322, 3.2.3)."""
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
DOMAIN = rf"{LABEL}(\.{LABEL})*"
ADDRESS = rf"{ATOM}(\.{ATOM})*@{DOMAIN}"
PLAIN_ADDRESS = re.compile(ADDRESS)
"""One address without a name beside it, and nothing that a mail server could take for another."""
SENDER = re.compile(rf"""{ADDRESS}|([^"<>@,;:()\\]+|"[^"\\]*") ?<{ADDRESS}>""")

Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z")]
HostName = Annotated[str, msgspec.Meta(pattern=rf"^({DOMAIN}|[0-9A-Fa-f:]+)\Z")]
Domain = Annotated[str, msgspec.Meta(pattern=rf"^{DOMAIN}\Z")]
Address = Annotated[str, msgspec.Meta(pattern=rf"^{ADDRESS}\Z", max_length=254)]
PublicUrl = Annotated[
    str, msgspec.Meta(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?\Z")
]
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
    domain: Domain = "calfwise.local"
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

    public_url: PublicUrl | None = None
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


def wrong(file: File) -> Iterator[str]:
    """What the tables say that cannot be meant, one sentence each."""
    for name, athlete in file.athletes.items():
        if not is_athlete_id(name):
            yield BAD_ID
        if athlete.timezone is not None and not is_zone(athlete.timezone):
            yield (f'athletes.{name}.timezone: no such time zone, write it like "Europe/Zurich"')
        rest, highest = athlete.hr_rest, athlete.hr_max
        if rest is not None and highest is not None and rest >= highest:
            yield f"athletes.{name}: hr_rest must be below hr_max"
    # Links carry what a runner felt, letters too: never in the clear over a network.
    url = urlsplit(file.page.public_url or "https:")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        yield "page.public_url must begin with https://"
    mail = file.mail
    if not SENDER.fullmatch(mail.sender):
        yield 'mail.sender must be one address, such as "calfwise <me@example.org>"'
    if mail.sink == "smtp" and mail.security == "none" and mail.host not in LOOPBACK:
        yield 'mail.security = "none" is for a server on this machine only'


BAD_ID = "an athlete's id has up to 64 letters, digits, dots, dashes and underscores"


def is_athlete_id(athlete: str) -> bool:
    """Ids are for file names and addresses: letters, digits, dot, dash, underscore."""
    plain = athlete.replace("-", "").replace("_", "").replace(".", "")
    return plain.isalnum() and plain.isascii() and len(athlete) <= ATHLETE_ID_MAX_CHARS


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
