"""Take the pictures of the README: the demo's letter, the answer to a tap, the dashboard."""

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from flows.demo import FOLDER
from tests.browser import chromium

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PHONE = {"width": 390, "height": 844}
LETTER = {"width": 640, "height": 900}
SCREEN = {"width": 1180, "height": 1000}


def main() -> None:
    """Play the demo, start its pages, and look at them."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        home = Path(folder) / FOLDER
        subprocess.run([*CALFWISE, "demo", "--home", folder], check=True, capture_output=True)
        (letter,) = (home / "outbox").glob("*.html")
        with served(home) as dashboard:
            page = browser.new_page(viewport=LETTER)
            page.goto(letter.as_uri())
            keep(page, "letter", whole=True)
            page.set_viewport_size(PHONE)
            page.get_by_label("Left calf 4 of 10").click()
            page.get_by_role("button", name="Save").click()
            keep(page, "answer")
            page.set_viewport_size(SCREEN)
            page.goto(dashboard)
            keep(page, "dashboard")


CALFWISE = (sys.executable, "-m", "flows")


@contextmanager
def served(home: Path):
    """The pages of an installation; gives the address of the dashboard."""
    command = [*CALFWISE, "--home", str(home), "serve", "--json"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
    )
    try:
        link = subprocess.run(
            [*CALFWISE, "--home", str(home), "link"], check=True, capture_output=True, text=True
        )
        assert server.stdout
        server.stdout.readline()  # it listens by now
        yield link.stdout.strip()
    finally:
        server.terminate()
        server.wait()


def keep(page, name: str, *, whole: bool = False) -> None:
    """What the window shows, or the whole page."""
    page.wait_for_load_state("networkidle")
    place = PICTURES / f"{name}.png"
    place.write_bytes(page.screenshot(full_page=whole))
    print(f"{place.name}: {place.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
