"""Connections that send half a request, or none, end; others are served beside them."""

import socket
import time

import pytest

from flows.page import connections
from tests.page.look.served import serving
from tests.page.server import Server

HALVES = {
    "nothing": b"",
    "half a request": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half after a whole one": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /heal",
}
IMPATIENT_S = 0.4


def until_closed(talk):
    """Everything that comes until the other side ends the connection."""
    talk.settimeout(20)
    told = b""
    while piece := talk.recv(65536):
        told += piece
    return told


@pytest.fixture
def place(calfwise, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_PATIENCE_S", IMPATIENT_S)
    with Server(calfwise.home) as made, serving(made.home, made.store) as site:
        yield ("127.0.0.1", int(site.addresses.base.rpartition(":")[2]))


@pytest.mark.slow
@pytest.mark.parametrize("sent", HALVES.values(), ids=HALVES)
def test_half_a_request_is_not_waited_for(place, sent):
    with socket.create_connection(place) as half:
        half.sendall(sent)
        assert until_closed(half).count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")


@pytest.mark.slow
def test_a_whole_request_is_answered_however_slow_the_reader(place):
    with socket.create_connection(place) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        time.sleep(2 * IMPATIENT_S)
        assert b"calfwise" in until_closed(slow)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"garbage\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_no_request_is_answered_with_all_headers(place, sent):
    with socket.create_connection(place) as talk:
        talk.sendall(sent)
        told = until_closed(talk).lower()
    assert told.startswith(b"http/1.1 400")
    assert b"content-security-policy: default-src 'none'" in told
    assert b"cache-control: no-store" in told
