"""The letter's arithmetic can be checked: every number it tells stands in `advise --json`."""

import json
import re
from dataclasses import replace
from math import floor

import pytest

from advice.letter import letter
from flows.present import recommendation_json
from flows.present_letter import letter_json
from tests.advice.letters import CHARTS, EVERY, SCENES, silent, told
from tests.advice.test_every_letter import visible
from tests.flows.test_contract import check

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
ADDRESS = re.compile(r"https?://\S+|mailto:\S+|calfwise checkin[^\n]*|a line such as L3 R1")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MOMENT = re.compile(rf"\d+ (?:{MONTHS})(?:, \d\d:\d\d)?")

PLAIN = {
    f"{word}, {name}": (recommendation, facts)
    for word, recommendation in EVERY.items()
    for name, facts in {
        "told": told(charts=CHARTS),
        "silent": silent(charts=CHARTS),
        "corrected, miles": told(charts=CHARTS, correction=True, units="mi"),
        "bare": told(mornings=(), yesterday=None, yesterday_verdict=None, last_days=()),
    }.items()
}
ALL = {**SCENES, **PLAIN}


def document_of(name):
    recommendation, facts = ALL[name]
    document = recommendation_json("me", recommendation)
    document["letter"] = letter_json(recommendation, facts)
    return json.loads(json.dumps(document, allow_nan=False))


def told_numbers(text):
    """The numbers a runner reads, without dates, commands and addresses."""
    return set(NUMBER.findall(MOMENT.sub("", ADDRESS.sub("", text))))


def leaves(document):
    match document:
        case dict():
            return [leaf for each in document.values() for leaf in leaves(each)]
        case list():
            return [leaf for each in document for leaf in leaves(each)]
        case _:
            return [document]


@pytest.mark.parametrize("name", ALL)
def test_every_number_of_a_letter_stands_in_the_document(name):
    document = document_of(name)
    stands = {number for leaf in leaves(document) for number in NUMBER.findall(str(leaf))}
    made = letter(ALL[name][0], facts=ALL[name][1])
    for part in (made.subject, made.text, visible(made.html)):
        assert told_numbers(part) <= stands


def as_words(raw):
    """How a raw number may be said: as it is, in km, in miles, in percent; rounded or cut."""
    for value in (raw, raw / 1000, raw / 1609.344, raw * 100):
        yield from (f"{value:.0f}", f"{value:.1f}", f"{value:g}")
        yield from (f"{floor(round(value * 10, 6)) / 10:.1f}", f"{floor(value)}")


def assert_made_from(says, *values):
    """Each number in words is one of the raw ones, rounded."""
    raw = [leaf for leaf in leaves(list(values)) if isinstance(leaf, int | float)]
    ways = {word for number in raw if not isinstance(number, bool) for word in as_words(number)}
    assert told_numbers(says) <= ways, (says, raw)


@pytest.mark.parametrize("name", ALL)
def test_words_stand_beside_the_raw_numbers_they_are_made_from(name):
    document = document_of(name)
    told_there = document["letter"]
    for change in told_there["since_yesterday"]:
        assert_made_from(f"{change['label']}: {change['says']}", change["values"])
    for chart in told_there["charts"]:
        if chart["name"] == "cadence":
            assert_made_from(chart["says"], chart["values"])
    if told_there["ceiling"]:
        assert_made_from(told_there["ceiling"], document["limits"])
    same = told_there["ask"]["same_as_last_time"]
    if same:
        assert_made_from(same["says"], same["left"], same["right"])
    assert_made_from(told_there["ask"]["question"], told_there["ask"]["scale"])
    first = document["because"][0]
    sore, limits = told_there["sore_mornings"], document["limits"]
    assert_made_from(told_there["subject"], first["values"], sore, limits)


@pytest.mark.parametrize("name", SCENES)
def test_the_document_has_the_keys_of_the_contract(name):
    check(document_of(name), "advise")


def test_whatever_is_told_it_is_told_of_the_same_letter():
    recommendation, facts = SCENES["rest"]
    document = letter_json(recommendation, replace(facts, neutral=True))
    made = letter(recommendation, facts=replace(facts, neutral=True))
    assert document["subject"] == made.subject
    text = " ".join(made.text.split())
    for words in (*document["lede"], *document["reasons"], *document["footer"]):
        assert words in text
