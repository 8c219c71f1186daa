"""Two senders at once, killed at any instant and started again: no letter lost, none spoilt."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from advice.message import for_a_browser
from flows.letters import render
from pipeline.store.records import Told
from tests.connectors.mail.fixtures import certificates, open_postbox
from tests.flows.installation import clean_environment
from tests.flows.mailing import Mailing

__all__ = ["certificates", "open_postbox"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

LETTERS, FOLDER_LETTERS = 200, 80
PATIENCE_S = 120
PATIENT = 'security = "none"\ntimeout_s = 120\n'
"""Leases are measured by this; on the fast clock they must outlast a pause of the machine."""


def write_letters(home, count, *, mailed):
    """As many runners, each with a letter that waits."""
    _, made = render(home.opened, home.store, "me", home.today)
    names = [f"runner{number:03d}" for number in range(count)]
    for name in names:
        own = f"<{name}@calfwise.local>"
        letter = replace(
            made,
            message_id=own,
            eml=made.eml.replace(made.message_id.encode(), own.encode()),
            recipient=f"{name}@example.org" if mailed else None,
            expires_at=home.evening if mailed else None,
        )
        told = Told(on=made.on, verdict="easy", rules_version="1", body={}, told_at=None, files=0)
        with home.store.writing() as transaction:
            transaction.add_athlete(name)
            transaction.add_letter(name, letter, told)
    return names


def letters_of(home, names):
    return {name: home.letter(name) for name in names}


def is_done(letter):
    """Accepted, or handed over twice without an answer."""
    return letter.state == "sent" or (letter.state == "unknown" and letter.not_before is None)


def deliver_with_kills(home, names, delivered, draw):
    """Two senders, one of them killed again and again until all is delivered; says how often."""
    command = [sys.executable, "-m", "tests.flows.sender", str(home.home), home.now.isoformat()]
    senders: list[subprocess.Popen[bytes]] = []
    kills = 0
    until = time.monotonic() + PATIENCE_S
    while not all(map(is_done, letters_of(home, names).values())):
        assert time.monotonic() < until
        while len(senders) < 2:
            senders.append(subprocess.Popen(command, env=clean_environment()))
        aim = delivered() + draw.randint(3, 15)
        wait_s = time.monotonic() + 1
        while delivered() < aim and time.monotonic() < wait_s:
            time.sleep(0.002)
        if delivered() >= aim:
            time.sleep(draw.uniform(0, 0.01))
            kills += killed(senders.pop(draw.randrange(2)))
    for each in senders:
        killed(each)
    return kills


def killed(sender):
    """Kill it: nothing else may have ended it."""
    sender.kill()
    return sender.wait(10) == -signal.SIGKILL


def test_by_mail(open_postbox, tmp_path, capsys):
    lots = random.Random(3)

    def fault(_):
        drawn = lots.random()
        return "451 data" if drawn < 0.1 else "drop after" if drawn < 0.15 else None

    postbox = open_postbox(fault)
    home = Mailing(tmp_path / "home", postbox.port, security=PATIENT)
    names = write_letters(home, LETTERS, mailed=True)
    kills = deliver_with_kills(home, names, lambda: len(postbox.received), random.Random(5))
    letters = letters_of(home, names)
    home.close()
    assert all(map(is_done, letters.values())), Counter(each.state for each in letters.values())
    copies = Counter(each.to for each in postbox.received)
    assert set(copies) == {each.recipient for each in letters.values()}, "none is lost"
    by_recipient = {each.recipient: each for each in letters.values()}
    for each in postbox.received:
        letter = by_recipient[each.to]
        assert (each.message_id, each.content) == (letter.message_id, letter.eml)
    extra = sum(copies.values()) - LETTERS
    lost = sum(each.lost for each in letters.values())
    with capsys.disabled():
        told = f"{LETTERS} letters, {kills} kills, {lost} connections lost: {extra} extra copies"
        print(f"\n{told}")  # noqa: T201 - how often mail comes twice is to be seen
    assert extra <= kills + lost
    assert kills >= 3


def test_into_the_folder(tmp_path):
    home = Mailing(tmp_path / "home", 1)
    names = write_letters(home, FOLDER_LETTERS, mailed=False)
    outbox = home.home / "outbox"
    kills = deliver_with_kills(
        home, names, lambda: len(list(outbox.glob("*.eml"))), random.Random(7)
    )
    letters = letters_of(home, names)
    home.close()
    assert {each.state for each in letters.values()} == {"sent"}
    for each in letters.values():
        name = each.message_id.strip("<>")
        assert (outbox / f"{name}.eml").read_bytes() == each.eml
        assert (outbox / f"{name}.html").read_bytes() == for_a_browser(each.eml).encode()
    assert len([path for path in outbox.iterdir() if path.suffix]) == 2 * FOLDER_LETTERS, (
        "none twice"
    )
    assert kills >= 3
