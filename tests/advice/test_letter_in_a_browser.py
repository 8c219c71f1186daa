"""The letter in a real browser, as a phone and a wide window show it, light and dark."""

import re
from datetime import UTC, datetime

import pytest

from advice.letter import letter
from advice.message import Picture, for_a_browser, message
from connectors.png import svg_to_png
from tests.advice.letters import SCENES
from tests.browser import chromium, overflows, violations

pytestmark = pytest.mark.slow

TAP_PX = 44


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


def page_of(name):
    """The HTML of a whole mail, with its pictures inside."""
    recommendation, facts = SCENES[name]
    made = letter(recommendation, facts=facts)
    shown = re.findall(r'src="cid:(\w+)"', made.html)
    pictures = [
        Picture(each.name, svg_to_png(each.svg, width_px=2 * each.width_px))
        for each in facts.charts
        if each.name in shown
    ]
    mail = message(
        made,
        athlete="me",
        on=recommendation.on,
        kind="morning",
        revision=0,
        sender="calfwise <letters@example.org>",
        recipient="ada@example.org",
        sent_at=datetime(2025, 6, 30, 4, 30, tzinfo=UTC),
        pictures=pictures,
    )
    return for_a_browser(mail)


@pytest.fixture(params=[320, 600])
def width_px(request):
    return request.param


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def shown(browser, width_px, scheme):
    with browser.new_page(viewport={"width": width_px, "height": 800}, color_scheme=scheme) as page:
        # A mail runs no scripts and asks nobody for anything.
        page.route("**/*", lambda route: route.abort())
        yield page


SIZES = """selector => [...document.querySelectorAll(selector)].map(each => {
    const box = each.getBoundingClientRect();
    return [box.width, box.height];
})"""


@pytest.mark.parametrize(
    "name", ["as_planned", "provisional", "physician again", "urgent", "by mail", "test"]
)
def test_a_letter_can_be_read_and_tapped(shown, name):
    shown.set_content(page_of(name))
    assert violations(shown) == []
    assert overflows(shown) <= 0
    for selector in (".tap", ".button", ".link"):
        # A browser counts in 64ths of a pixel.
        assert all(
            high >= TAP_PX - 0.02 and (selector == ".link" or wide >= TAP_PX - 0.02)
            for wide, high in shown.evaluate(SIZES, selector)
        ), selector


def test_pictures_are_there_whole_on_white_with_their_words(shown):
    shown.set_content(page_of("provisional"))
    for image in shown.locator("img").all():
        assert image.evaluate("each => each.complete && each.naturalWidth") == 1120
        assert re.search(r"\d", image.get_attribute("alt"))
        box = image.bounding_box()
        assert abs(box["width"] / box["height"] - 560 / 240) < 0.02
        behind = image.evaluate("each => getComputedStyle(each.parentElement).backgroundColor")
        assert behind == "rgb(255, 255, 255)"


def test_without_pictures_their_words_are_read(shown):
    recommendation, facts = SCENES["provisional"]
    shown.set_content(letter(recommendation, facts=facts).html)
    assert overflows(shown) <= 0
    assert shown.locator("img").count() == 3


def test_numbers_stand_in_two_rows_on_a_phone_and_in_one_beside_it(shown, width_px):
    shown.set_content(page_of("provisional"))
    tops = shown.evaluate(
        "[...document.querySelectorAll('[aria-label^=Left]')]"
        ".map(each => each.getBoundingClientRect().top)"
    )
    rows = [tops.count(top) for top in sorted(set(tops))]
    assert rows == ([6, 5] if width_px < 480 else [11])


def test_a_tap_is_an_ordinary_link_that_a_keyboard_reaches(browser):
    with browser.new_page(viewport={"width": 320, "height": 800}) as page:
        page.set_content(page_of("provisional"))
        page.keyboard.press("Tab")
        focused = "document.activeElement.getAttribute('aria-label')"
        assert page.evaluate(focused) == "Left 0"
        page.keyboard.press("Tab")
        assert page.evaluate(focused) == "Left 1"
