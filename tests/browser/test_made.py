"""How was this number made? Asked by keyboard, walked back, closed; a measure opened and left."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import come_in, settled, someone, unexpected
from tests.browser.served import Served
from tests.browser.test_inner_pages import fits_and_passes

THERAPIST = "m.sand"
ASK = "How was this number made?"
SOON = {"timeout": 60_000}


def prints_whole(page: Page) -> None:
    """On paper nothing scrolls, no button stands, and the panel is there to its end."""
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_hidden()
    expect(page.get_by_text("Ctrl+P")).to_be_visible()
    low, reach = page.evaluate(
        """() => [document.querySelector('.st-key-card-made').getBoundingClientRect().bottom,
                  document.documentElement.scrollHeight]"""
    )
    assert low <= reach + 1
    page.emulate_media(media="screen")


def test_a_number_is_asked_about_by_keyboard_and_a_measure_opened(
    demo: Served, browser: Browser
) -> None:
    with someone(browser, "phone") as (_, page, wrong):
        come_in(page, demo, THERAPIST)
        page.locator("[class*='st-key-open_'] button").first.click()
        ask = page.get_by_role("button", name=ASK).first
        expect(ask).to_be_visible(**SOON)
        settled(page)
        ask.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("The formula, with these numbers")).to_be_visible(**SOON)
        latest = page.get_by_role("heading", name=re.compile(re.escape(ASK))).inner_text()
        fits_and_passes(page)
        prints_whole(page)
        page.get_by_role("button", name=re.compile("^‹ Week")).press("Enter")
        heading = page.get_by_role("heading", name=re.compile(re.escape(ASK)))
        expect(heading).not_to_have_text(latest, **SOON)
        settled(page)
        page.get_by_role("button", name="Close", exact=True).press("Enter")
        expect(heading).to_have_count(0, **SOON)
        settled(page)
        page.get_by_role("button", name="Open this measure").first.press("Enter")
        expect(page.get_by_role("heading", name="Every answer")).to_be_visible(**SOON)
        page.wait_for_selector(".main-svg", **SOON)
        fits_and_passes(page)
        page.get_by_role("button", name="‹ Record").press("Enter")
        expect(page.get_by_role("button", name="Type a paper form")).to_be_visible(**SOON)
        assert unexpected(wrong) == []
