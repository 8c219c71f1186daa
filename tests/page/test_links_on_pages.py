"""Whoever looks writes nothing; links that are not ours, or not for this, open nothing."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from flows import settings
from flows.page.links import Links
from tests.page.server import Server

LOOKS = 200
SAMPLE = {"left": "3", "right": "1"}


def paths_of(server):
    return [
        server.checkin(),
        server.checkin(left=7, right=0),
        server.checkin(days_back=1),
        server.letters(),
        f"/me/{server.token('look')}",
        f"/coach/{server.token('coach')}",
        "/",
    ]


@pytest.mark.slow
def test_scanners_write_nothing_however_often_they_look(calfwise, server):
    before, paths = calfwise.tables(), paths_of(server)
    for place in range(LOOKS):
        method = "HEAD" if place % 2 else "GET"
        for path in paths:
            page = server.ask(method, path, client=f"10.0.0.{place}")
            assert (page.content == b"") is (method == "HEAD")
    assert calfwise.tables() == before


def test_looking_at_stale_days_derives_nothing(calfwise, server):
    calfwise.change("UPDATE athlete SET stale_from = '2020-01-01'")
    before = calfwise.tables()
    assert server.get(server.checkin()).status_code == 200
    assert server.get(server.letters()).status_code == 200
    assert calfwise.tables() == before


def test_head_goes_wherever_get_goes(server):
    for path in ("/", "/healthz", "/robots.txt", server.checkin(), server.letters()):
        looked, asked = server.ask("HEAD", path), server.get(path)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers == asked.headers


@pytest.mark.slow
@examples(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_made_up_or_spoilt_opens_nothing(server, data):
    token = server.token(left=3, right=1)
    place = data.draw(st.integers(0, len(token) - 1))
    inserted = data.draw(st.text(st.characters(codec="utf-8"), max_size=20))
    removed = data.draw(st.integers(0, 3))
    spoilt = token[:place] + inserted + token[place + removed :]
    page = server.get(f"/c/{quote(spoilt, safe='')}")
    assert page.status_code == (200 if spoilt == token else 404)


@pytest.mark.slow
def test_every_flipped_character_and_every_cut_is_found(calfwise, server):
    token, before = server.token(left=3, right=1), calfwise.tables()
    spoilt = [
        f"{token[:place]}{'A' if each != 'A' else 'B'}{token[place + 1 :]}"
        for place, each in enumerate(token)
    ]
    for each in [*spoilt, *(token[:length] for length in range(1, len(token), 7)), token + "A"]:
        assert server.get(f"/c/{each}").status_code in {404, 410}
    for each in spoilt[::9]:
        assert server.post(f"/c/{each}", SAMPLE).status_code in {404, 410}
    assert calfwise.tables() == before


@pytest.mark.parametrize("purpose", ["look", "coach", "letters"])
def test_a_link_for_something_else_answers_nothing(server, purpose):
    assert server.get(f"/c/{server.token(purpose)}").status_code == 404
    assert server.get(f"/letters/{server.token('checkin')}").status_code == 404


@pytest.mark.parametrize("path", ["checkin", "letters"])
def test_a_runner_who_is_not_known_any_more(server, path):
    assert server.get(getattr(server, path)(who="gone")).status_code == 404


def test_a_link_is_good_for_its_hours(server, monkeypatch):
    now, hours = settings.now(), server.home.file.page.checkin_hours
    for later, status in ((hours - 1, 200), (hours + 1, 410)):
        with monkeypatch.context() as then:
            then.setattr(settings, "now", lambda at=now - timedelta(hours=later): at)
            token, path = server.token(on=now.date()), server.letters()
        page = server.get(f"/c/{token}")
        assert page.status_code == status
        assert server.get(path).status_code == 200  # letters can be stopped for ever
    assert "Open today&#39;s letter" in page.text
    assert server.post(f"/c/{token}", SAMPLE).status_code == 410


def test_keys_rotate(calfwise, server):
    path, keys = server.checkin(), calfwise.home / settings.PAGE_KEYS
    old = keys.read_text()
    keys.write_text("n" * 40 + "\n" + old)
    with Server(calfwise.home) as both:
        assert both.get(path).status_code == 200
        assert both.get(both.checkin()).status_code == 200
        newest = both.token()
    keys.write_text("n" * 40 + "\n")
    with Server(calfwise.home) as new:
        assert new.get(path).status_code == 404
        assert new.get(f"/c/{newest}").status_code == 200
    assert Links([old.strip()])
