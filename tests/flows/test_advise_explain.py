"""`calfwise advise --explain`: the same answer, then every rule and what would change it."""

from datetime import timedelta

import pytest

from advice.rules import RULES
from tests.flows.installation import SETTINGS, TODAY, Installation
from tests.flows.test_contract import check

pytestmark = pytest.mark.slow

ADDED = {"rules", "would_change"}


def test_the_usual_answer_comes_first_then_every_rule_then_what_would_change(filled):
    usual, explained = filled.run("advise"), filled.run("advise", "--explain")
    assert (explained.code, explained.err) == (0, "")
    assert explained.out.startswith(usual.out)
    added = explained.out.removeprefix(usual.out).splitlines()
    assert max(len(line) for line in added) <= 100
    heads = [line for line in added if line[:2] in {"> ", "+ ", "  "} and line[2:3].strip()]
    assert [line[2:].split()[0] for line in heads[: len(RULES)]] == [rule.name for rule in RULES]
    (decides,) = (line for line in added if line.startswith("> "))
    assert " ".join(decides.split()) == "> sore_three easy left 3, right 1"
    assert "What would change the verdict" in explained.out
    assert "4 or more on both sides tomorrow would mean: rest." in added[-1]


def test_without_it_nothing_is_added(filled):
    usual, explained = filled.json("advise"), filled.json("advise", "--explain")
    assert explained.keys() - usual.keys() == ADDED
    assert {key: explained[key] for key in usual} == usual
    assert not ADDED & usual.keys()


@pytest.mark.parametrize("back", [0, 1, 3, 400])
def test_the_document_of_any_day(filled, back):
    on = TODAY - timedelta(days=back)
    document = filled.json("advise", "--explain", "--on", on)
    check(document, "advise")
    assert [each["rule"] for each in document["rules"]] == [rule.name for rule in RULES]
    (decides,) = (each for each in document["rules"] if each["decides"])
    first = document["because"][0]
    told = (decides["rule"], decides["says"], decides["source"], decides["verdict"])
    assert told == (first["rule"], first["says"], first["source"], document["verdict"])
    asked_on = on + timedelta(days=0 if document["provisional"] else 1)
    answers = [each for each in document["would_change"] if "answers" in each]
    assert {each["on"] for each in answers} == {asked_on.isoformat()}
    assert [nrs for each in answers for nrs in each["answers"]] == list(range(11))


def test_a_visit_is_among_what_would_change(tmp_path):
    calfwise = Installation(tmp_path / "home")
    yesterday = ("--on", TODAY - timedelta(days=1))
    answer = ("checkin", "--left", "2", "--right", "1")
    calfwise.run(*answer, *yesterday, "--flag", "sudden_sharp_pain")
    document = calfwise.json("advise", "--explain", *yesterday)
    check(document, "advise")
    answers, visit = document["would_change"]
    assert (answers["verdict"], answers["limits"]) == ("physician", None)
    assert (visit["cleared"], visit["left"], visit["right"]) == ("may_run", 2, 1)
    assert (visit["verdict"], visit["limits"]) == ("easy", None)
    told = calfwise.json(*answer, "--on", visit["on"], "--cleared", "may_run")
    assert told["advice"]["verdict"] == "easy"


def test_a_day_without_any_data(calfwise):
    assert calfwise.run("init").code == 0
    check(calfwise.json("advise", "--explain"), "advise")
    outcome = calfwise.run("advise", "--explain")
    assert outcome.code == 0
    assert "no answer so far" in outcome.out
    assert "something short, flat and easy" in outcome.out


def test_nobody_is_explained_who_is_not_known(filled, tmp_path):
    unknown = filled.run("advise", "--explain", "--athlete", "nobody")
    assert (unknown.code, unknown.out) == (3, "")
    assert "no such athlete" in unknown.err
    nowhere = Installation(tmp_path / "home").run("advise", "--explain")
    assert (nowhere.code, nowhere.out) == (3, "")


def test_miles(tmp_path, runs_folder):
    calfwise = Installation(tmp_path / "home", f'{SETTINGS}units = "mi"\n')
    calfwise.run("backfill", runs_folder)
    calfwise.run("checkin", "--left", "0", "--right", "0")
    said = [each["says"] for each in calfwise.json("advise", "--explain")["would_change"]]
    assert " mi" in said[0]
    assert " km" not in " ".join(said)
