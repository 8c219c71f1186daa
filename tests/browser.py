"""A real Chromium for tests, and what axe has to say of a page in it."""

import os
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

NARROW = {"width": 320, "height": 700}
WIDE = {"width": 1280, "height": 900}


@contextmanager
def chromium():
    """The browser of the system, started for a test."""
    path = _path()
    # A browser refuses to keep its own walls up for root, whose tests open their own pages only.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def _path():
    """Where Chromium is; a person without one runs the other tests, CI must have it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip("NOT RUN: needs Chromium (Debian: apt-get install chromium)")
    assert path, "CI installs Chromium, and it is not here"
    return path


def violations(page):
    """What axe finds wrong, one line each; an empty list is what is wanted."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:120]}"
        for each in found
        for node in each["nodes"]
    ]


def overflows(page):
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
