"""Phases and events, in a real browser: a therapist notes one, ends it, and takes it back."""

import secrets

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import choose, come_in, settled, someone, unexpected
from tests.browser.served import Served

THERAPIST, CODE = "m.sand", "C-0115"


def send(page: Page, card: Locator, button: str, said: str) -> None:
    """Press a form's button by keyboard, and wait for what is said."""
    card.get_by_role("button", name=button, exact=True).press("Enter")
    expect(page.get_by_text(said)).to_be_visible()
    settled(page)


def test_a_phase_is_noted_on_a_phone_ended_and_taken_back(demo: Served, browser: Browser) -> None:
    words = f"Letters {secrets.token_hex(3)}"
    with someone(browser, "phone", height=3000) as (_, page, wrong):
        come_in(page, demo, THERAPIST)
        page.get_by_label("Find code or name").fill(CODE)
        page.get_by_label("Find code or name").press("Enter")
        names = page.locator("[class*='st-key-open_'] button")
        expect(names).to_have_count(1)
        names.click()
        card = page.locator(".st-key-card-phases")
        expect(card).to_be_visible()
        settled(page)
        card.get_by_text("Add or change").click()
        expect(card.get_by_role("button", name="Add the phase")).to_be_visible()
        settled(page)
        choose(page, card.get_by_role("combobox", name="Works with"), "Other")
        card.get_by_label("In a few words (needed for Other)").fill(words)
        send(page, card, "Add the phase", "The phase is noted.")
        expect(card.get_by_text(f"{words} (phase)").first).to_be_visible()
        card.get_by_text("Correct, end or take back", exact=True).click()
        expect(card.get_by_role("combobox", name="Which one? Newest first")).to_be_visible()
        settled(page)
        choose(page, card.get_by_role("combobox", name="Which one? Newest first"), words)
        send(page, card, "End the phase", "The phase has ended.")
        # What was changed is chosen anew.
        choose(page, card.get_by_role("combobox", name="Which one? Newest first"), words)
        form = page.get_by_test_id("stForm").filter(has=page.get_by_text("it never was"))
        form.get_by_label("Why? (needed)").fill("Only tried out")
        send(page, card, "Take it back", "It is taken back.")
        expect(card.locator("table").get_by_text(words)).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert unexpected(wrong) == []
