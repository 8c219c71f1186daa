"""The outbox: letters are queued with the recommendation they carry, and delivered until they are.

What is promised: a letter is never lost. It is in the folder exactly once. By SMTP it comes rarely
twice, always with the same Message-ID and the same bytes: once more, a quarter of an hour later,
where the connection was lost after it was handed over, and once for each time that whoever sent it
was killed, from the fourth try on a quarter of an hour apart. It is never sent after the runner's
evening; letters for the folder, which wake nobody, may come late. Two senders never send one letter
at the same time: who sends holds a lease for longer than sending can take. What is queued is never
rendered again. Whoever stopped their letters gets none, nor does an address that refused three in
a row for good, until `start`.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from advice.recommendation import Verdict
from connectors.mail.folder import places
from connectors.mail.sink import Outcome, Outgoing
from flows import holder, settings
from flows.days import advise
from flows.delivery import UNKNOWN_AGAIN, masked, recipient_of, settled, sink_of, ticking_from
from flows.letters import MORNING, TEST, render
from flows.report import Delivered
from flows.settings import Home
from flows.told import as_told
from pipeline.store.letters import IN_DOUBT, SUPPRESSED
from pipeline.store.outbox import CORRECTION, EXPIRED
from pipeline.store.records import Claim, Store, StoredLetter, Transaction

STANDING = {"pending", "sending", "sent", "unknown"}
"""A letter that the runner has, or may have, or is about to get."""


@dataclass(kw_only=True)
class Deliveries:
    """What became of the letters that were due."""

    letters: list[tuple[str, StoredLetter]] = field(default_factory=list)
    """Each with its runner, as it is now."""
    ended_by: Outcome | None = None
    """Why the rest was not tried: the mail server does not take letters now."""


def queue(
    home: Home, store: Store, athlete: str, on: date, *, now: datetime | None = None
) -> StoredLetter | None:
    """Queue the day's letter, once; the recommendation is kept in any case.

    Returns:
        The letter that is queued, or was; None where there is none, because the runner stopped
        their letters, or because it would be mailed after its evening.
    """
    now = now or settings.now()
    with store.reading() as transaction:
        queued = transaction.letter(athlete, on, MORNING, 0)
        # Counted before the advice is made: a file that comes meanwhile may still correct it.
        files = transaction.file_count(athlete)
    if queued is not None:
        return queued
    recipient = recipient_of(home, athlete)
    answer, made = render(home, store, athlete, on, recipient=recipient)
    with store.writing() as transaction:
        # Somebody else may have queued it meanwhile; theirs stands.
        standing = transaction.letter(athlete, on, MORNING, 0)
        if standing is not None:
            return standing
        transaction.add_athlete(athlete)
        is_late = recipient is not None and now >= home.evening_at(athlete, on)
        if is_late or transaction.letters_stopped_at(athlete) is not None:
            last = transaction.last_told(athlete, on)
            if last is None or last.told_at is None:
                untold = as_told(athlete, answer, at=None, files=files)
                transaction.note_told(athlete, untold)
            return None
        letter = _addressed(home, transaction, athlete, made, now)
        transaction.add_letter(athlete, letter, as_told(athlete, answer, at=now, files=files))
    return letter


def queue_correction(
    home: Home, store: Store, athlete: str, on: date, *, now: datetime | None = None
) -> StoredLetter | None:
    """Queue the one letter that says that a late file made the day stricter, where it did.

    What the runner answered was answered on the page: it never brings a letter. So the late files
    alone, with the answers as they stood when the runner was told last, must make it stricter.
    Everything follows from what is stored, so that after a kill the next sync sends it.
    """
    now = now or settings.now()
    with store.reading() as transaction:
        told = transaction.last_told(athlete, on)
        files = transaction.file_count(athlete)
        may_be = told is not None and files > told.files and _has_letter(transaction, athlete, on)
    if told is None or told.told_at is None or not may_be or now >= home.evening_at(athlete, on):
        return None
    wanted = home.athlete_settings(athlete)
    by_files, _ = advise(store, athlete, on, wanted, answers_as_of=told.told_at)
    is_stricter = by_files.verdict > Verdict[told.verdict.upper()]
    if not is_stricter or by_files.rules_version != told.rules_version:
        return None
    recipient = recipient_of(home, athlete)
    answer, made = render(home, store, athlete, on, kind=CORRECTION, recipient=recipient)
    with store.writing() as transaction:
        is_stricter = answer.verdict > Verdict[told.verdict.upper()]
        if not is_stricter or transaction.last_told(athlete, on) != told:
            return None  # they answered meanwhile, and were told
        if not _has_letter(transaction, athlete, on):
            return None
        letter = _addressed(home, transaction, athlete, made, now)
        transaction.add_letter(athlete, letter, as_told(athlete, answer, at=now, files=files))
    return letter


def deliver_due(
    home: Home, store: Store, *, now: datetime, athlete: str | None = None
) -> Deliveries:
    """Deliver every letter that is due, of all runners or of one; many may do so at once.

    Letters for the folder go first, so that no mail server keeps them waiting. Each letter is
    claimed, delivered and settled by itself: a kill leaves one in doubt.

    Args:
        home: where the sinks are set.
        store: where the letters are.
        now: the time at the beginning.
        athlete: whose letters; None for those of all.
    """
    deliveries = Deliveries()
    at = ticking_from(now, time.monotonic)
    hold = home.file.mail.when_unknown == "hold"
    for mailed in (False, True):
        which = {"mailed": mailed, "athlete": athlete}
        sink, lease = sink_of(home, mailed=mailed)
        with sink:
            while claim := _claim(store, at(), lease, hold=hold, **which):
                outcome = sink.hand_over(_outgoing(claim.letter, at()))
                done = settled(claim, outcome, at(), hold=hold)
                with store.writing() as transaction:
                    became = transaction.settle_letter(claim, done, at())
                if became is not None:
                    deliveries.letters.append((claim.athlete, became))
                if outcome.concerns_all:
                    deliveries.ended_by = outcome
                    break
    return deliveries


def send(
    home: Home, store: Store, athlete: str, on: date, *, now: datetime | None = None
) -> Delivered:
    """Queue the letter of a day and deliver what is due; one that was delivered stays as it is."""
    now = now or settings.now()
    queued = queue(home, store, athlete, on, now=now)
    done = deliver_due(home, store, now=now, athlete=athlete)
    if queued is None:
        with store.reading() as transaction:
            is_stopped = transaction.letters_stopped_at(athlete) is not None
        return Delivered(state="stopped" if is_stopped else "late", new=False)
    return _delivered(home, store, athlete, queued, done)


def send_correction(
    home: Home, store: Store, athlete: str, on: date, *, now: datetime | None = None
) -> Delivered | None:
    """Correct what was told of a day, where a late file makes it stricter; None where none does."""
    now = now or settings.now()
    queued = queue_correction(home, store, athlete, on, now=now)
    if queued is None:
        return None
    done = deliver_due(home, store, now=now, athlete=athlete)
    return _delivered(home, store, athlete, queued, done)


def send_test(home: Home, store: Store, athlete: str, on: date, address: str) -> Outcome:
    """Send a day's letter to an address, marked as a test, past the ledger."""
    # Each its own Message-ID: mail programs hide what they have seen.
    number = int(settings.now().timestamp())
    _, made = render(home, store, athlete, on, kind=TEST, revision=number, recipient=address)
    sink, lease = sink_of(home, mailed=True)
    letter = Outgoing(
        message_id=made.message_id,
        eml=made.eml,
        recipient=address,
        within_s=lease.total_seconds(),
    )
    with sink:
        return sink.hand_over(letter)


def stop(store: Store, athlete: str, at: datetime) -> None:
    """No letters until the runner says otherwise; those that wait are held."""
    with store.writing() as transaction:
        transaction.stop_letters(athlete, at)


def start(home: Home, store: Store, athlete: str) -> None:
    """Letters again, also to an address that refused them too often."""
    address = home.athlete_settings(athlete).email
    with store.writing() as transaction:
        transaction.start_letters(athlete, () if address is None else (address,))


def _has_letter(transaction: Transaction, athlete: str, on: date) -> bool:
    """Whether there is a morning letter to be corrected, and no correction yet."""
    if transaction.letters_stopped_at(athlete) is not None:
        return False
    letter = transaction.letter(athlete, on, MORNING, 0)
    if letter is None or transaction.letter(athlete, on, CORRECTION, 0) is not None:
        return False
    return letter.state in STANDING or (letter.state == "held" and letter.last_text == IN_DOUBT)


def _addressed(
    home: Home, transaction: Transaction, athlete: str, made: StoredLetter, now: datetime
) -> StoredLetter:
    """The letter as it is queued: to whom, until when, and whether it may go out at all."""
    recipient = recipient_of(home, athlete)
    letter = replace(made, recipient=recipient, made_at=now)
    if recipient is None:
        return letter
    letter = replace(letter, expires_at=home.evening_at(athlete, made.on))
    if transaction.is_suppressed(recipient):
        return replace(letter, state="held", last_text=SUPPRESSED)
    return letter


def _claim(
    store: Store,
    now: datetime,
    lease: timedelta,
    *,
    hold: bool,
    **which: Any,  # noqa: ANN401 - as the store names them
) -> Claim | None:
    with store.writing() as transaction:
        return transaction.claim_letter(
            holder.me(),
            now=now,
            lease_until=now + lease,
            is_dead=holder.is_dead,
            doubtful_at=None if hold else now + UNKNOWN_AGAIN,
            **which,
        )


def _outgoing(letter: StoredLetter, now: datetime) -> Outgoing:
    within_s = (
        float("inf") if letter.expires_at is None else (letter.expires_at - now).total_seconds()
    )
    return Outgoing(
        message_id=letter.message_id,
        eml=letter.eml,
        recipient=letter.recipient,
        within_s=within_s,
    )


def _delivered(
    home: Home, store: Store, athlete: str, queued: StoredLetter, done: Deliveries
) -> Delivered:
    """What became of a letter that is queued."""
    with store.reading() as transaction:
        letter = transaction.letter(athlete, queued.on, queued.kind, queued.revision) or queued
    is_in_folder = letter.recipient is None or home.file.mail.sink == "folder"
    eml, html = places(home.outbox, letter.message_id) if is_in_folder else (None, None)
    zone = home.zone(athlete)
    again_at, until = (
        None if each is None else each.astimezone(zone)
        for each in (letter.not_before, letter.expires_at)
    )
    is_expired = letter.state == "failed" and letter.last_text == EXPIRED
    return Delivered(
        state="expired" if is_expired else letter.state,
        new=any(
            each.message_id == letter.message_id and each.state == "sent"
            for _, each in done.letters
        ),
        eml=eml,
        html=html,
        to=None if is_in_folder or letter.recipient is None else masked(letter.recipient),
        code=letter.last_code,
        says=letter.last_text,
        again_at=again_at,
        until=until,
    )
