"""Commands that send letters, try the way there, and stop or start them."""

import argparse

from flows import settings
from flows.errors import DONE, NOT_ACCEPTED, MailError, UsageError, after_letters
from flows.mail_words import became, said
from flows.opening import for_writing, out
from flows.present import instant


def send(options: argparse.Namespace) -> int:
    """The day's letter, on its way, once; and what became of it."""
    from flows import outbox  # noqa: PLC0415 - each command imports what it needs

    with for_writing(options) as (home, store, athlete):
        letter = outbox.send(home, store, athlete, options.on or home.today(athlete))
    told = became(letter)
    if letter.eml is not None and letter.state == "sent":
        first = "Delivered" if letter.new else "Was delivered before"
        told = f"{first}: {told}\nTo look at it: {letter.html}"
    document = {
        "eml": None if letter.eml is None else str(letter.eml),
        "html": None if letter.html is None else str(letter.html),
        "new": letter.new,
        "state": letter.state,
        "to": letter.to,
        "code": letter.code,
        "says": letter.says,
        "again_at": instant(letter.again_at),
        "until": instant(letter.until),
    }
    out(options, document, told)
    # Who asks for it now is told that it is too late; a sync in the evening has done its work.
    return NOT_ACCEPTED if letter.state == "late" else after_letters([letter])


def test(options: argparse.Namespace) -> int:
    """A letter to an address, past the ledger, to try the way there."""
    from flows import outbox  # noqa: PLC0415
    from flows.delivery import MENDED  # noqa: PLC0415

    if options.to is None or not options.test:
        raise UsageError("say both: --to ADDRESS --test")
    with for_writing(options) as (home, store, athlete):
        on = options.on or home.today(athlete)
        outcome = outbox.send_test(home, store, athlete, on, options.to)
        mail = home.file.mail
    where = f"{mail.host}:{mail.port}" if mail.sink == "smtp" else str(home.outbox)
    answer = said(outcome.code, outcome.says)
    if outcome.fate != "accepted":
        raise MailError(f"{where}: {answer}; {MENDED[outcome.fate]}")
    told = f"Accepted by {where}: {answer}"
    if mail.sink == "folder":
        told += '\nNo mail server is set ([mail] sink = "smtp"), so it lies there.'
    out(options, {"accepted_by": where, "code": outcome.code, "says": outcome.says}, told)
    return DONE


def stop(options: argparse.Namespace) -> int:
    """No letters until the runner says otherwise."""
    from flows import outbox  # noqa: PLC0415

    with for_writing(options) as (_, store, athlete):
        outbox.stop(store, athlete, settings.now())
    out(options, {"athlete": athlete, "letters": "stopped"},
        "Letters are stopped. `calfwise letter --start` starts them; advice goes on.")  # fmt: skip
    return DONE


def start(options: argparse.Namespace) -> int:
    """Letters again."""
    from flows import outbox  # noqa: PLC0415

    with for_writing(options) as (home, store, athlete):
        outbox.start(home, store, athlete)
    out(options, {"athlete": athlete, "letters": "started"},
        "Letters are sent again.")  # fmt: skip
    return DONE


COMMANDS = {
    "letter --send": send,
    "letter --test": test,
    "letter --stop": stop,
    "letter --start": start,
}
