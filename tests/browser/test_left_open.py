"""H16: a page that somebody walked away from is cleared, in every tab and without a touch."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import sign_in, someone
from tests.browser.served import start


def test_h16_a_page_left_open_is_cleared_by_itself(
    demo_home: Path, browser: Browser, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(demo_home, tmp_path / "home"))
    program = [sys.executable, "-m", "tests.browser.hasty"]
    served = start(home, tmp_path / "server.log", program=program)
    try:
        with someone(browser) as (context, page, _):
            sign_in(page, served.url, "a.okafor", served.passwords["a.okafor"])
            expect(page.get_by_text("Adaeze Okafor").first).to_be_visible()
            other = context.new_page()
            other.goto(served.url)
            # Nobody touches anything from here on.
            for tab in (page, other):
                expect(tab.get_by_label("Sign-in name")).to_be_visible(timeout=60_000)
                expect(tab.get_by_text("Adaeze Okafor")).to_have_count(0)
                expect(tab.locator("[class*='st-key-open_']")).to_have_count(0)
    finally:
        served.process.terminate()
        served.process.wait(20)
