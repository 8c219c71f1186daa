"""Commands that let somebody look: grant and revoke a coach, and the links to look by."""

import argparse
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from flows import settings
from flows.errors import DONE, UsageError
from flows.opening import for_reading, for_writing, has_database, home_of, opened_store, out
from flows.settings import Home, SettingsError

if TYPE_CHECKING:
    from pipeline.store.grants import Grant

    Json = dict[str, object]

NOT_A_NAME = "a coach's name has up to 64 letters, digits, dots, dashes and underscores"


def grant(options: argparse.Namespace) -> int:
    """Let a coach look from now on."""
    coach = _coach(options)
    with for_writing(options) as (_, store, athlete), store.writing() as transaction:
        news = transaction.grant(athlete, coach, settings.now())
        grants = transaction.grants(athlete)
    said = f"{coach} may look from now on" if news else f"{coach} could look already"
    _tell(options, athlete, grants, f"{said}; `calfwise link --coach {coach}` makes their link.")
    return DONE


def revoke(options: argparse.Namespace) -> int:
    """Take it back at once."""
    coach = _coach(options)
    with for_reading(options) as (_, store, athlete), store.writing() as transaction:
        was = transaction.revoke(athlete, coach, settings.now())
        grants = transaction.grants(athlete)
    if not was:
        raise UsageError(f"{coach} could not look at {athlete}: nothing was taken back")
    _tell(options, athlete, grants, f"{coach} may look no more, with no link whatsoever.")
    return DONE


def link(options: argparse.Namespace) -> int:
    """The address of the dashboard, or of a coach's view."""
    from flows.page.addresses import own_addresses  # noqa: PLC0415

    if options.coach is None:
        with for_reading(options) as (home, _, athlete):
            address = own_addresses(home).look(athlete)
        _tell_link(options, home, address, f"the dashboard of {athlete}")
        return DONE
    coach, home = _coach(options), home_of(options)
    if not has_database(home):
        raise SettingsError(f"{home.folder}: no calfwise here yet; `calfwise init` makes one")
    with opened_store(home) as store, store.reading() as transaction:
        athletes = transaction.athletes_of(coach)
    whom = f"the athletes who let {coach} look: {', '.join(athletes) or 'nobody so far'}"
    _tell_link(options, home, own_addresses(home).coach(coach), whom)
    return DONE


def _coach(options: argparse.Namespace) -> str:
    """The coach's name, by the rule of athletes' ids: it stands in addresses."""
    coach = str(options.coach)
    try:
        settings.check_athlete_id(coach)
    except SettingsError as error:
        raise UsageError(NOT_A_NAME) from error
    return coach


def _tell(options: argparse.Namespace, athlete: str, grants: "list[Grant]", said: str) -> None:
    """What was done, and who may look now; those of before too in JSON."""
    from flows.present import instant  # noqa: PLC0415

    now = [each.coach for each in grants if each.revoked_at is None]
    document: Json = {
        "athlete": athlete,
        "may_look": now,
        "grants": [
            {
                "coach": each.coach,
                "granted_at": instant(each.granted_at),
                "revoked_at": instant(each.revoked_at),
            }
            for each in grants
        ],
    }
    out(options, document, f"{said}\nWho may look at {athlete} now: {', '.join(now) or 'nobody'}.")


def _tell_link(options: argparse.Namespace, home: Home, address: str, of: str) -> None:
    """The address alone on stdout; what goes with it beside it."""
    from flows.present import instant  # noqa: PLC0415

    days = home.file.page.look_days
    until = settings.now() + timedelta(days=days)
    out(options, {"url": address, "good_days": days, "good_until": instant(until)}, address)
    print(
        f"This opens {of}. It is good for {days} days ([page] look_days), and whoever has it can "
        "look; nobody can write with it. `calfwise serve` must be running.",
        file=sys.stderr,
    )


COMMANDS = {"grant": grant, "revoke": revoke, "link": link}
