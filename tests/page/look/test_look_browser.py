"""The dashboard in a real Chromium: widths, dark mode, no JavaScript, zoom; pictures are kept."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import NARROW, WIDE, chromium, overflows, violations

pytestmark = pytest.mark.slow

SHOTS = Path(os.environ.get("CALFWISE_SCREENSHOTS", "build/screenshots"))
WIDTHS = {"320": NARROW, "1280": WIDE}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@contextmanager
def opened(browser, address, **context):
    """A page and what its console complained about."""
    made = browser.new_context(**context)
    page = made.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    try:
        yield page, complaints
    finally:
        made.close()


def address_of(pages, name):
    own, coach = pages.site.addresses.look("me"), pages.site.addresses.coach("kim")
    return {
        "today": own,
        "season": f"{own}/season?weeks=12",
        "runs": f"{own}/runs",
        "run": f"{own}/runs/{pages.runs()[0]}",
        "coach": coach,
        "coach-today": f"{coach}/me",
    }[name]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["today", "season", "runs", "run", "coach", "coach-today"])
def test_every_page_is_sound_at_every_width_light_and_dark(browser, pages, name, width, scheme):
    address = address_of(pages, name)
    shape = {"viewport": WIDTHS[width], "color_scheme": scheme}
    with opened(browser, address, **shape) as (page, complaints):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SHOTS / f"look-{name}-{width}-{scheme}.png"), full_page=True)
        assert complaints == []
        assert violations(page) == []
        assert overflows(page) <= 0


def test_a_phone_shows_without_scrolling_whether_to_run_and_why(browser, pages):
    with opened(browser, address_of(pages, "today"), viewport=NARROW) as (page, _):
        first = page.locator(".reasons li").first.bounding_box()
        assert first["y"] + first["height"] < NARROW["height"]


def x_range(page):
    return page.evaluate("(({from, to}) => [Number(from), Number(to)])(lines.dataset)")


def test_a_drag_zooms_all_lines_and_a_double_click_resets(browser, pages):
    with opened(browser, address_of(pages, "run"), viewport=WIDE) as (page, complaints):
        assert page.locator(".line canvas").count() == 5
        whole = x_range(page)
        box = page.locator(".line .u-over").first.bounding_box()
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.25, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=8)
        assert "min/km at" in page.locator(".line h3 span").first.inner_text()
        assert "beats/min at" in page.locator(".line h3 span").nth(2).inner_text()
        page.mouse.up()
        low, high = x_range(page)
        span = whole[1] - whole[0]
        assert low == pytest.approx(whole[0] + span / 4, abs=span / 50)
        assert high == pytest.approx(whole[0] + span * 3 / 4, abs=span / 50)
        page.mouse.dblclick(box["x"] + box["width"] / 2, middle)
        assert x_range(page) == pytest.approx(whole)
        assert complaints == []


def test_the_zoom_works_by_keyboard(browser, pages):
    with opened(browser, address_of(pages, "run"), viewport=WIDE) as (page, _):
        whole = x_range(page)
        page.get_by_role("button", name="Closer").focus()
        page.keyboard.press("Enter")
        low, high = x_range(page)
        assert high - low == pytest.approx((whole[1] - whole[0]) / 2)
        page.get_by_role("button", name="Show all").press("Enter")
        assert x_range(page) == pytest.approx(whole)


def test_a_finger_zooms_too(browser, pages):
    shape = {"viewport": NARROW, "has_touch": True, "is_mobile": True}
    with opened(browser, address_of(pages, "run"), **shape) as (page, complaints):
        whole = x_range(page)
        over = page.locator(".line .u-over").first
        over.scroll_into_view_if_needed()
        box = over.bounding_box()
        session = page.context.new_cdp_session(page)
        middle = box["y"] + box["height"] / 2
        for kind, share in (("Start", 0.2), ("Move", 0.4), ("Move", 0.6), ("Move", 0.8)):
            point = {"x": box["x"] + box["width"] * share, "y": middle}
            session.send(
                "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": [point]}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(50)
        low, high = x_range(page)
        assert high - low < 0.8 * (whole[1] - whole[0])
        assert complaints == []


def test_without_javascript_the_table_says_the_same(browser, pages):
    shape = {"viewport": NARROW, "java_script_enabled": False}
    with opened(browser, address_of(pages, "run"), **shape) as (page, _):
        assert page.locator("canvas").count() == 0
        assert page.locator("#splits").is_visible()
        assert page.locator("tbody tr").count() >= 1
        assert page.get_by_text("the table below says the same").is_visible()
        assert not page.locator("#zoom").is_visible()
