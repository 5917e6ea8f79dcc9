"""Takes the screenshots of the docs from a fresh demo practice: `make shots`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from attachdash.practice import demo, entrance  # noqa: E402
from tests.browser.people import settled, sign_in, someone  # noqa: E402
from tests.browser.served import start  # noqa: E402
from tests.chromium import chromium  # noqa: E402

OUT = ROOT / "docs" / "shots"

# Sign-in name, size, height, and what to open after signing in: file by page title.
SHOTS = (
    ("a.okafor", "desktop", 1100, {"caseload": "", "client": "client"}),
    ("h.marsh", "desktop", 1100, {"outcomes": "Outcomes"}),
    ("m.lindqvist", "phone", 1500, {"progress": ""}),
    ("a.diallo", "desktop", 1000, {"people": ""}),
)


def open_page(page: Page, what: str) -> None:
    """Go from where one is to a page of the menu, or to the first client of the caseload."""
    if what == "client":
        page.locator("[class*='st-key-open_'] button").first.click()
        expect(page.get_by_text("Communication").first).to_be_visible(timeout=30_000)
        page.wait_for_selector(".main-svg", timeout=30_000)
    elif what:
        if page.get_by_test_id("stExpandSidebarButton").is_visible():
            page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_role("link", name=what).first.click()
    page.wait_for_timeout(1_500)  # charts fade in
    settled(page)


def main(out: Path, schemes: tuple[str, ...] = ("light",), both_sizes: bool = False) -> None:
    """Write the pictures to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        demo.make_demo(home / "demo", entrance.clock())
        served = start(home, home / "server.log")
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            for name, size, height, pages in SHOTS:
                for scheme in schemes:
                    for one in ("desktop", "phone") if both_sizes else (size,):
                        with someone(browser, one, scheme, height) as (_, page, _wrong):
                            sign_in(page, served.url, name, served.passwords[name])
                            for file, what in pages.items():
                                open_page(page, what)
                                suffix = f"-{one}-{scheme}" if both_sizes else ""
                                page.screenshot(path=out / f"{file}{suffix}.png")
        finally:
            browser.close()
            served.process.terminate()
            served.process.wait(20)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), ("light", "dark"), both_sizes=True)
    else:
        main(OUT)
