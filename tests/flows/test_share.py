"""grant, revoke and link: who may look, and by which address."""

from datetime import timedelta

import pytest

from flows import settings
from flows.page.links import Link, links_of

A_MINUTE = timedelta(minutes=1).total_seconds()


def read(calfwise, address, purpose):
    home = settings.load(calfwise.home)
    token = address.rpartition("/")[2]
    return links_of(home).read(token, purpose, max_age_s=int(A_MINUTE))


def test_a_grant_is_told_kept_and_taken_back(calfwise):
    first = calfwise.json("grant", "kim")
    assert first["may_look"] == ["kim"]
    assert calfwise.json("grant", "jo")["may_look"] == ["kim", "jo"]
    after = calfwise.json("revoke", "kim")
    assert after["may_look"] == ["jo"]
    kim, jo = after["grants"]
    assert kim["granted_at"] == first["grants"][0]["granted_at"]
    assert kim["revoked_at"] is not None
    assert jo["revoked_at"] is None


def test_who_may_look_is_said_in_words(calfwise):
    assert "may look at me now: kim." in calfwise.run("grant", "kim").out
    assert "could look already" in calfwise.run("grant", "kim").out
    assert "may look at me now: nobody." in calfwise.run("revoke", "kim").out


def test_what_was_never_granted_cannot_be_taken_back(calfwise):
    calfwise.run("grant", "kim")
    outcome = calfwise.run("revoke", "jo")
    assert outcome.code == 2
    assert "nothing was taken back" in outcome.err


@pytest.mark.parametrize("name", ["a/b", "", "a b", "x" * 65, "müller"])
@pytest.mark.parametrize("command", ["grant", "revoke"])
def test_a_coachs_name_stands_in_addresses(calfwise, command, name):
    calfwise.run("grant", "kim")
    outcome = calfwise.run(command, name)
    assert outcome.code == 2
    assert "a coach's name has" in outcome.err


def test_a_link_is_the_runners_own_and_says_how_long(calfwise):
    calfwise.run("checkin", "--left", 1, "--right", 1)
    outcome = calfwise.run("link")
    assert read(calfwise, outcome.out.strip(), "look") == Link(purpose="look", who="me")
    assert "/me/" in outcome.out
    assert "30 days" in outcome.err
    assert "whoever has it can look" in outcome.err


def test_a_coachs_link_is_for_the_coach_alone(calfwise):
    calfwise.run("grant", "kim")
    outcome = calfwise.run("link", "--coach", "kim")
    assert read(calfwise, outcome.out.strip(), "coach") == Link(purpose="coach", who="kim")
    assert "/coach/" in outcome.out
    assert "the athletes who let kim look: me" in outcome.err
    assert "nobody so far" in calfwise.run("link", "--coach", "jo").err


def test_a_link_of_somebody_unknown_is_not_made(calfwise):
    calfwise.run("grant", "kim")
    assert calfwise.run("--athlete", "stranger", "link").code == 3
    assert calfwise.run("--athlete", "stranger", "revoke", "kim").code == 3


def test_a_link_as_json_says_until_when(calfwise):
    calfwise.run("grant", "kim")
    document = calfwise.json("link")
    assert document["good_days"] == 30
    assert document["good_until"] > settings.now().isoformat()[:10]


def test_nothing_is_made_where_there_is_no_installation(calfwise):
    assert calfwise.run("link", "--coach", "kim").code == 3
    assert not (calfwise.home / "page.keys").exists()
