"""The whole life of a risk answer: a file brings it in, it stands first, it is acted on, talked
about in supervision, and closed; then another one comes on paper."""

import secrets
from datetime import date, timedelta

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    choose,
    come_in,
    open_record,
    serious,
    settled,
    someone,
    unexpected,
)
from tests.browser.served import Served
from tests.browser.test_import import HEADER, check, step
from tests.browser.test_paper_form import KEEP, RISK, fields, look_over, type_answers, type_day

# m.sand has nobody with an open flag in the demo: whoever stands first does so by what comes here.
THERAPIST, SUPERVISOR = "m.sand", "r.ito"
CODE, NAME, OTHER, OTHERS_NAME = "C-0155", "Elena Petrova", "C-0175", "Noor Rahman"
DAY, TODAY = date.today() - timedelta(days=1), date.today()
REVIEW = TODAY + timedelta(days=9)
FILE = f"{HEADER}\n{CODE},{DAY.isoformat()},1,1,1,1,1,1,1,1,2\n".encode()
SOON = {"timeout": 60_000}


def menu(page: Page, name: str, title: str) -> None:
    """Go to a page by the menu, on whatever screen."""
    if page.get_by_test_id("stExpandSidebarButton").is_visible():
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=title).first).to_be_visible(**SOON)
    settled(page)


def stands_first(page: Page, name: str) -> None:
    """This client stands first in the caseload, with the badge."""
    expect(page.locator("[class*='st-key-open_'] button").first).to_have_text(name, **SOON)
    expect(page.get_by_text("! Risk answer").first).to_be_visible()
    settled(page)


def tool_of(page: Page, name: str) -> None:
    """From the agenda to the support tool beside this client's risk answer."""
    page.locator("[class*='st-key-agenda-item-']").filter(has_text="! Risk answer").get_by_role(
        "button", name=name
    ).click()
    expect(page.get_by_role("heading", name="What you decide")).to_be_visible(**SOON)
    settled(page)


def close(page: Page, code: str) -> None:
    """Close the flag of this client with a reason."""
    open_record(page, code)
    page.get_by_role("button", name="Decide or close").first.click()
    words = page.get_by_label("What was decided, or why it can be closed, in your own words")
    words.fill("Spoken about; no longer so.")
    page.get_by_role("button", name="Close with this reason").click()
    expect(page.get_by_text("Closed. A new answer opens it again.")).to_be_visible(**SOON)
    settled(page)


def test_h05_a_risk_answer_is_seen_first_acted_on_and_talked_about(
    demo: Served, browser: Browser
) -> None:
    decided = f"Called, safe until Thursday {secrets.token_hex(3)}"
    noted = f"Bring it on Thursday {secrets.token_hex(3)}"
    with someone(browser, height=2400) as (_, page, wrong):
        come_in(page, demo, "a.diallo")
        page.get_by_role("link", name="Import").first.click()
        step(page, "File")
        check(page, f"{CODE}.csv", FILE)
        page.get_by_role("button", name="Keep 1 row").click()
        step(page, "Kept")
        # Who brings files in learns nothing of what stands in them.
        assert "Risk" not in page.get_by_test_id("stMain").inner_text()
        assert unexpected(wrong) == []

    with someone(browser, "phone", "dark") as (_, page, wrong):
        come_in(page, demo, THERAPIST)
        stands_first(page, NAME)
        page.locator("[class*='st-key-open_'] button").first.click()
        expect(page.get_by_text("item 9 (thoughts of death or self-harm) was answered 2").first
               ).to_be_visible(**SOON)  # fmt: skip
        settled(page)
        page.get_by_role("button", name="What may help").first.click()
        expect(page.get_by_text("Five steps, in this order")).to_be_visible(**SOON)
        settled(page)
        first = page.locator("[class*='st-key-ask-']").first
        assert "Ask directly" in first.inner_text()
        asked = page.locator(".st-key-ask-safety_plan")
        asked.get_by_role("radio", name="begun").click()
        expect(asked.get_by_text("To consider:")).to_be_visible(**SOON)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert serious(page) == []
        # What is decided stands below all the questions: the way there is short.
        page.get_by_role("link", name="To the decision").click()
        expect(page.get_by_role("heading", name="What you decide")).to_be_in_viewport(**SOON)
        page.get_by_role("button", name="I have seen this").click()
        expect(page.get_by_text("Marked as seen.")).to_be_visible(**SOON)
        settled(page)
        page.get_by_label("What was decided, or why it can be closed").fill(decided)
        page.get_by_role("spinbutton", name="day, Look again on").focus()
        page.keyboard.type(f"{REVIEW:%d%m%Y}", delay=20)
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Log the decision").click()
        expect(page.get_by_text("The decision is logged.")).to_be_visible(**SOON)
        expect(page.get_by_text(decided).first).to_be_visible()
        settled(page)
        assert unexpected(wrong) == []

    with someone(browser, height=1600) as (_, page, wrong):
        come_in(page, demo, SUPERVISOR)
        menu(page, "Agenda", "Supervision agenda")
        item = page.locator("[class*='st-key-agenda-item-']").filter(has_text=decided)
        for words in (NAME, "1 of 13", "Mia Sand", f"{REVIEW.day} {REVIEW:%b %Y}"):
            expect(item).to_contain_text(words)
        item.get_by_role("button", name="Add a note").click()
        page.get_by_label("A note, which the therapist can read").fill(noted)
        page.get_by_role("button", name="Add the note", exact=True).click()
        expect(item.get_by_text(noted)).to_be_visible(**SOON)
        settled(page)
        assert serious(page) == []
        # On paper: who and what, and nothing to press.
        page.emulate_media(media="print")
        expect(item.locator(".ad-print")).to_be_visible()
        expect(item.get_by_text(noted)).to_be_visible()
        assert page.locator("button:visible").count() == 0
        page.emulate_media(media="screen")
        tool_of(page, NAME)
        expect(page.get_by_text("You can leave a note on the agenda")).to_be_visible()
        assert page.locator("[class*='st-key-ask-'] [role=radio]").count() == 0
        assert unexpected(wrong) == []

    with someone(browser, height=2400) as (_, page, wrong):
        come_in(page, demo, THERAPIST)
        open_record(page, OTHER)
        page.get_by_role("button", name="Type a paper form").click()
        choose(page, page.get_by_role("combobox", name="Questionnaire"), "PHQ-9")
        expect(fields(page).first).to_be_visible(**SOON)
        type_day(page, DAY)
        type_answers(page, RISK)
        look_over(page)
        page.get_by_role("button", name=KEEP).click()
        expect(page.get_by_text("A risk answer is now first in the caseload")).to_be_visible(**SOON)
        menu(page, "Caseload", "Caseload")
        stands_first(page, OTHERS_NAME)
        menu(page, "Agenda", "On the supervision agenda")
        tool_of(page, NAME)
        expect(page.get_by_text(noted)).to_be_visible()
        kept = page.locator(".st-key-ask-safety_plan").get_by_role("radio", name="begun")
        expect(kept).to_have_attribute("aria-checked", "true")
        # Tapped once more it is taken back.
        kept.click()
        expect(kept).to_have_attribute("aria-checked", "false", **SOON)
        settled(page)
        for code in (CODE, OTHER):
            close(page, code)
        menu(page, "Caseload", "Caseload")
        expect(page.get_by_text("No risk answer waits to be seen.")).to_be_visible(**SOON)
        assert unexpected(wrong) == []
