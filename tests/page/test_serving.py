"""`calfwise serve` as a process: it listens, answers, logs no link, and ends when it is told to."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest

from flows import outbox, settings
from pipeline.store.records import Store
from tests.flows.installation import Installation, run
from tests.page.conftest import SETTINGS

PATIENCE_S = 30


@contextmanager
def serving(calfwise, *more):
    """The process, and what it says of where it listens."""
    process = calfwise.start("serve", "--port", 0, "--json", *more)
    try:
        lines = ""
        while not lines.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            lines += line
        yield process, json.loads(lines)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def asked(url, **headers):
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with here.open(urllib.request.Request(url, headers=headers), timeout=PATIENCE_S) as page:  # noqa: S310 - ours
        return page.status, page.read().decode(), dict(page.headers)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_told_to_end(calfwise, sign):
    with serving(calfwise) as (process, says):
        status, text, headers = asked(f"{says['address']}/healthz")
        assert (status, text) == (200, "ok")
        assert "server" not in {name.lower() for name in headers}
        began = time.monotonic()
        process.send_signal(sign)
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert time.monotonic() - began < PATIENCE_S
        assert "Traceback" not in err
        assert "GET /healthz 200" in err


@pytest.mark.slow
def test_it_delivers_what_waits(calfwise):
    home = settings.load(calfwise.home)
    with closing(Store(home.database_url)) as store:
        queued = outbox.queue(home, store, "me", home.today("me"))
    assert queued is not None
    assert queued.state == "pending"
    with serving(calfwise):
        until = time.monotonic() + PATIENCE_S
        while not (kept := list(home.outbox.glob("*.eml"))) and time.monotonic() < until:
            time.sleep(0.05)
    assert [each.read_bytes() for each in kept] == [queued.eml]


@pytest.mark.slow
def test_it_logs_no_link(calfwise):
    with serving(calfwise) as (process, says):
        token = says["dashboard"].rpartition("/")[2]
        with pytest.raises(urllib.error.HTTPError):
            asked(f"{says['address']}/c/{token}")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert "GET /c/… 404" in err
    assert token not in err


@pytest.mark.slow
def test_a_slow_sender_is_not_waited_for_at_the_end(calfwise):
    with serving(calfwise) as (process, says):
        asked(f"{says['address']}/healthz")
        host, port = says["address"].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as sender:
            sender.sendall(b"POST /letters/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE_S) == 0


def test_a_port_that_is_taken_is_told_in_one_sentence(calfwise):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        outcome = calfwise.run("serve", "--port", taken.getsockname()[1])
    assert outcome.code == 3
    assert "Address already in use; choose another" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "calves.example.org"])  # noqa: S104
def test_it_listens_to_others_only_behind_a_public_address(calfwise, host):
    outcome = calfwise.run("serve", "--host", host, "--port", 0)
    assert (outcome.code, "set page.public_url" in outcome.err) == (3, True)


@pytest.mark.slow
def test_behind_a_public_address_it_may(calfwise):
    public = SETTINGS + '[page]\npublic_url = "https://calves.example.org"\n'
    Installation(calfwise.home, public)
    with serving(calfwise, "--host", "0.0.0.0") as (_, says):  # noqa: S104
        assert says["address"] == "https://calves.example.org"


def test_a_port_is_a_port(calfwise):
    assert calfwise.run("serve", "--port", "70000").code == 2


def test_help_says_what_it_does():
    assert "the delivery of waiting letters, until stopped" in " ".join(
        run("serve", "--help").out.split()
    )
