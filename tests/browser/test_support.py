"""From a flag to what may help, to the supervisor's agenda and back, in a real browser."""

import secrets

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import come_in, settled, someone, unexpected
from tests.browser.served import Served

SOON = {"timeout": 60_000}


def agenda(page: Page, title: str) -> None:
    """Go there by the menu, on whatever screen."""
    if page.get_by_test_id("stExpandSidebarButton").is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Agenda").first.click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(**SOON)
    settled(page)


def first_tool(page: Page) -> None:
    page.locator("[class*='st-key-agenda-item-'] button").first.click()
    expect(page.get_by_text("What you decide")).to_be_visible(**SOON)
    settled(page)


def test_a_step_is_kept_the_supervisor_notes_and_the_therapist_reads(
    demo: Served, browser: Browser
) -> None:
    words = f"Bring it on Thursday {secrets.token_hex(3)}"
    with someone(browser, "phone", "dark", height=3400) as (_, page, wrong):
        come_in(page, demo, "a.okafor")
        agenda(page, "On the supervision agenda")
        first_tool(page)
        expect(page.get_by_text("Five steps, in this order")).to_be_visible()
        step = page.locator(".st-key-ask-safety_plan")
        step.get_by_role("radio", name="begun").click()
        expect(step.get_by_text("To consider:")).to_be_visible(**SOON)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert unexpected(wrong) == []
    with someone(browser, "desktop", "light", height=1600) as (_, page, wrong):
        come_in(page, demo, "h.marsh")
        agenda(page, "Supervision agenda")
        item = page.locator("[class*='st-key-agenda-item-']").first
        expect(item.get_by_text("1 of 13")).to_be_visible()
        item.get_by_role("button", name="Add a note").click()
        page.get_by_label("A note, which the therapist can read").fill(words)
        page.get_by_role("button", name="Add the note", exact=True).click()
        expect(item.get_by_text(words)).to_be_visible(**SOON)
        settled(page)
        # On paper: who and what, and nothing to press.
        page.emulate_media(media="print")
        expect(item.locator(".ad-print")).to_be_visible()
        expect(item.get_by_text(words)).to_be_visible()
        assert page.locator("button:visible").count() == 0
        page.emulate_media(media="screen")
        first_tool(page)
        expect(page.get_by_text("You can leave a note on the agenda")).to_be_visible()
        assert page.locator("[class*='st-key-ask-'] [role=radio]").count() == 0
        assert unexpected(wrong) == []
    with someone(browser, "desktop", "light", height=3400) as (_, page, wrong):
        come_in(page, demo, "a.okafor")
        agenda(page, "On the supervision agenda")
        first_tool(page)
        expect(page.get_by_text(words)).to_be_visible()
        kept = page.locator(".st-key-ask-safety_plan").get_by_role("radio", name="begun")
        expect(kept).to_have_attribute("aria-checked", "true")
        # Tapped once more it is taken back.
        kept.click()
        expect(kept).to_have_attribute("aria-checked", "false", timeout=60_000)
        settled(page)
        assert unexpected(wrong) == []
