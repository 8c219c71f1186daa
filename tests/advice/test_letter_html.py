"""What the letter's HTML may use: what mail programs keep, and what they may drop unmissed.

From caniemail's data of 2025-09-09 (npm caniemail 1.0.5), for Gmail, Outlook, Yahoo and Apple Mail.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from advice.letter import letter
from tests.advice.letters import LONGEST_TOKEN, SCENES, item, on_the_page
from tests.advice.test_every_letter import open_tags

ELEMENTS = {
    *("html", "head", "meta", "title", "style"),
    # Gmail and Yahoo make a div of it; the one below it has the same style.
    "body",
    *("div", "span", "p", "h1", "h2", "h3", "ul", "li", "a", "img"),
}
ATTRIBUTES = {
    *("href", "src", "alt", "width", "style", "lang"),
    # Gmail keeps classes; where they are lost, dark mode and small margins are.
    "class",
    # Yahoo drops both: the heading above the numbers says which side they are of.
    *("aria-label", "role"),
    # Of the head.
    *("charset", "name", "content"),
}
KEPT = {
    *("margin", "padding", "width", "background", "color", "border-top", "border-bottom"),
    *("border-left", "font-family", "font-size", "font-weight", "line-height", "display"),
    *("text-align", "text-decoration"),
}
UNMISSED = {
    "border-radius": "Outlook for Windows: corners are square",
    "letter-spacing": "Outlook for Windows: the headline is a hair wider",
    "word-spacing": "Outlook for Windows: the numbers stand a hair further apart",
    "white-space": "Outlook for Windows: a row of numbers may wrap elsewhere",
    "overflow-wrap": "Gmail, Outlook: a word that is too long widens the page",
    "height": "Yahoo drops auto, and without a height attribute that is what pictures have",
    "max-width": "Outlook for Windows: the column is as wide as its window",
    "max-height": "only of the hidden preview",
    "overflow": "only of the hidden preview",
    "mso-hide": "Outlook for Windows only: it hides the preview there",
}
ENHANCED = {"color-scheme", "border-color"}
"""Only within <style>."""


class Used(HTMLParser):
    """Collects elements, attributes, style properties, and links."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.properties = set(), set(), set()
        self.links, self.images, self.font_sizes_px = [], [], set()

    def handle_starttag(self, tag, attrs):
        """Note everything about it."""
        told = dict(attrs)
        self.elements.add(tag)
        self.attributes.update(told)
        style = told.get("style", "")
        self.properties.update(part.split(":")[0].strip() for part in style.split(";") if part)
        self.font_sizes_px.update(map(int, re.findall(r"font-size:(\d+)px", style)))
        if tag == "a":
            self.links.append(told)
        if tag == "img":
            self.images.append(told)


def used(html):
    parser = Used()
    parser.feed(html)
    return parser


def every_scene(test):
    made = [letter(*each[:1], facts=each[1]) for each in SCENES.values()]
    return pytest.mark.parametrize("made", made, ids=list(SCENES))(test)


@every_scene
def test_it_uses_what_mail_programs_keep_or_may_drop(made):
    found = used(made.html)
    assert found.elements <= ELEMENTS
    assert found.attributes <= ATTRIBUTES
    assert found.properties <= KEPT | set(UNMISSED)
    (sheet,) = re.findall(r"<style>(.*?)</style>", made.html, re.DOTALL)
    enhanced = set(re.findall(r"([a-z-]+):[^{}]*?;", re.sub(r"\([^)]*\)", "", sheet)))
    assert enhanced <= KEPT | set(UNMISSED) | ENHANCED


@every_scene
def test_nothing_is_smaller_than_16_pixels_and_no_text_has_only_a_dark_colour(made):
    assert min(used(made.html).font_sizes_px) >= 16
    body = made.html.partition("<body")[2]
    for tag in re.findall(r"<[a-z0-9]+ [^>]*>", body):
        if re.search(r"[;\"]color:#(26303a|56616d|1f5080)", tag) and "<img" not in tag:
            assert re.search(r'class="[^"]*(ink|quiet|link|tap)', tag), tag


@every_scene
def test_every_link_is_an_ordinary_one_and_every_picture_says_what_it_shows(made):
    found = used(made.html)
    assert all(re.match(r"https://|mailto:", each["href"]) for each in found.links)
    assert not any("target" in each or "onclick" in each for each in found.links)
    for each in found.images:
        assert re.search(r"\d", each["alt"])
        assert int(each["width"]) <= 536
        assert "max-width" in each["style"]
        assert "background:#ffffff" in each["style"]


def test_the_numbers_that_can_be_tapped_have_names():
    recommendation, facts = SCENES["provisional"]
    links = used(letter(recommendation, facts=facts).html).links
    names = [each["aria-label"] for each in links if "aria-label" in each]
    assert names == [f"{side} {nrs}" for side in ("Left", "Right") for nrs in range(11)]


def test_the_fullest_letter_with_the_longest_addresses_stays_below_20_kb():
    """An athlete's id of 64 characters, a public_url of 100, and everything told at length."""
    recommendation, facts = SCENES["easy"]
    fullest = replace(
        recommendation,
        provisional=True,
        because=(*recommendation.because, *SCENES["rest, limping"][0].because[:2]),
        form=(item("Your last 3 runs had 9 steps a minute fewer than your own line, " * 2),),
        shoes=(item("This pair has come to 700 km; wear the new one by turns with it, " * 2),),
    )
    more = on_the_page(f"https://{'c' * 92}", token=LONGEST_TOKEN)
    charts = [replace(each, says=f"{each.says:.<320}") for each in facts.charts]
    told = replace(
        facts,
        name="Ada",
        units="mi",
        mornings=facts.mornings[:-1],
        charts=charts,
        correction=True,
        test=True,
        **more,
    )
    html = letter(fullest, facts=told).html
    assert "Same as last time" in html
    assert "At most 3.7 mi, on the flat" in html
    assert html.count("<img") == 3
    assert len(html.encode()) < 20_000
    assert open_tags(html) == []
