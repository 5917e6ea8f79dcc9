"""What a therapist does to a record, in a real browser: a new client and an episode."""

import re
import secrets
from datetime import date, timedelta

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import choose, come_in, open_record, settled, someone, unexpected
from tests.browser.served import Served

THERAPIST = "m.sand"
TODAY = date.today()


def shown(page: Page, code: str) -> None:
    """Choose a client under Clients."""
    page.get_by_role("link", name="Clients").first.click()
    choose(page, page.get_by_role("combobox", name="Client shown"), code)
    expect(page.get_by_role("heading", name="Episodes")).to_be_visible()
    settled(page)


def act(page: Page, title: str, button: str, said: str, day: date | None = None,
        texts: dict[str, str] | None = None) -> None:  # fmt: skip
    """Open one of the forms, fill it in, send it, and wait for what is said."""
    page.get_by_text(title, exact=True).click()
    form = page.get_by_test_id("stForm").filter(
        has=page.get_by_role("button", name=button, exact=True)
    )
    for label, text in (texts or {}).items():
        form.get_by_label(label, exact=True).fill(text)
    if day is not None:
        form.get_by_role("spinbutton", name=re.compile("^day")).first.focus()
        page.keyboard.type(f"{day:%d%m%Y}", delay=20)
    # By keyboard: the calendar that opens over the form would catch a click.
    form.get_by_role("button", name=button, exact=True).press("Enter")
    expect(page.get_by_text(said)).to_be_visible()
    settled(page)


def week(page: Page) -> str:
    """The line under the client's name on their record."""
    return page.get_by_text(re.compile(r"Episode \d+ since|no episode")).first.inner_text()


def test_a_client_is_added_and_their_episode_opened_closed_reopened_and_moved(
    demo: Served, browser: Browser
) -> None:
    code = f"T-{secrets.token_hex(3)}"
    with someone(browser, height=1800) as (_, page, wrong):
        come_in(page, demo, THERAPIST)
        page.get_by_role("link", name="Clients").first.click()
        expect(page.get_by_text("Add a client", exact=True)).to_be_visible()
        settled(page)
        act(page, "Add a client", "Add", f"{code} is added.", texts={"Code": code})
        expect(page.get_by_text("None yet. Open one")).to_be_visible()
        began, moved = TODAY - timedelta(days=7), TODAY - timedelta(days=21)
        act(page, "Open an episode", "Open", "The episode is open.", began)
        yesterday = TODAY - timedelta(days=1)
        act(page, "Close the episode", "Close", "The episode is closed.", yesterday,
            {"Reason": "ended as planned"})  # fmt: skip
        assert page.get_by_text("Close the episode", exact=True).count() == 0
        act(page, "Go on with the last episode", "Reopen", "The episode goes on.", TODAY)
        open_record(page, code)
        assert "week 1" in week(page)
        shown(page, code)
        act(page, "Correct the day an episode began", "Correct", "The day is corrected", moved)
        open_record(page, code)
        # The record counts from the new day.
        assert "week 3" in week(page)
        assert unexpected(wrong) == []
