"""Taking back and putting right, in a real browser: an import undone, a form corrected twice,
withdrawn and brought back, and an import that can't be undone because of it."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from attachdash.charts.words import day
from tests.browser.people import choose, come_in, settled, someone, unexpected
from tests.browser.served import Served
from tests.browser.test_import import check, said, step
from tests.browser.test_paper_form import fields

WHO = "Adaeze Okafor"
# The demo asks nobody on these days. Best answers: nothing of it is a risk answer.
NEW, OLDER = date.today() - timedelta(days=1), date.today() - timedelta(days=2)
BEST = ["3", "0", "3", "3", "0", "0", "3", "0", "0", "3"]
HEADER = "client_code,date," + ",".join(f"rses_{number}" for number in range(1, 11))
EACH_SIZE = pytest.mark.parametrize(
    "size", ["phone", pytest.param("desktop", marks=pytest.mark.long)]
)
CODES = {"desktop": "C-0120", "phone": "C-0160"}  # the tests share one practice


def to(page: Page, name: str) -> None:
    """Go to a page by the menu, which is a drawer on a phone."""
    drawer = page.get_by_test_id("stExpandSidebarButton")
    if drawer.is_visible():
        drawer.click()
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible()
    settled(page)


def bring_in(page: Page, name: str, code: str, *days: date) -> None:
    """Import a file of RSES forms, one for each day, all answered best."""
    to(page, "Import")
    lines = [f"{code},{one.isoformat()},{','.join(BEST)}" for one in days]
    check(page, name, "\n".join([HEADER, *lines, ""]).encode(), "Rosenberg")
    page.get_by_role("button", name=re.compile("^Keep [12] row")).click()
    step(page, "Kept")


def show_import(page: Page, name: str) -> None:
    """Open a past import from the page Import."""
    choose(page, page.get_by_role("combobox", name=re.compile("Look at one import")), name)
    page.get_by_role("button", name="Show this import").click()
    expect(page.get_by_role("heading", name="One import")).to_be_visible()
    settled(page)


def row(page: Page, code: str) -> str:
    """What the caseload says of the client."""
    to(page, "Caseload")
    find = page.get_by_label("Find code or name")
    find.fill(code)
    find.press("Enter")
    expect(page.locator("[class*='st-key-open_'] button")).to_have_count(1)
    settled(page)
    said: str = page.locator("[class*='st-key-row-']").last.inner_text()
    # Who opened the record last changes by looking at it.
    return re.sub(r"(Last opened|Not opened)[^.]*\.", "", said)


def record(page: Page, code: str) -> None:
    """Open the record from the caseload."""
    row(page, code)
    page.locator("[class*='st-key-open_'] button").click()
    expect(page.get_by_role("button", name="Type a paper form")).to_be_visible()
    page.wait_for_selector(".main-svg")
    settled(page)


def choose_form(page: Page, on: date) -> Locator:
    """Open the forms of the record and choose the RSES of this day; the table of its versions."""
    page.get_by_text("Correct or withdraw a form").click()
    choose(page, page.get_by_role("combobox", name=re.compile("Which form")), f"{day(on)}, RSES")
    table = page.get_by_role("table", name=re.compile("^Versions of"))
    expect(table).to_be_visible()
    return table


def correct(page: Page, answer: str, reason: str) -> None:
    """Put the first answer of the chosen form right, and go back to the record."""
    page.get_by_role("button", name="Correct it on the paper form").click()
    expect(page.get_by_text("You are correcting the RSES")).to_be_visible()
    expect(page.get_by_role("heading", name="Correct a form")).to_be_visible()
    expect(fields(page)).to_have_count(10)
    settled(page)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("The reason is missing.")).to_be_visible()
    settled(page)
    fields(page).first.fill(answer)
    fields(page).first.press("Tab")
    why = page.get_by_label(re.compile(r"Why is it corrected\?"))
    why.fill(reason)
    why.press("Tab")
    settled(page)
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name=re.compile("Keep this form")).click()
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_text("Correct or withdraw a form")).to_be_visible()
    settled(page)


def level(page: Page) -> str:
    """What the record says of self-esteem: its latest value, and out of how many answers."""
    return page.locator(".st-key-card-triad-self_esteem").inner_text()


@EACH_SIZE
def test_h13_an_import_is_looked_at_and_taken_back(
    demo: Served, browser: Browser, size: str
) -> None:
    file = f"mistaken-{size}.csv"
    with someone(browser, size, height=2400) as (_, page, wrong):
        come_in(page, demo, "a.okafor")
        before = row(page, CODES[size])
        bring_in(page, file, CODES[size], OLDER)
        assert row(page, CODES[size]) != before
        to(page, "Import")
        show_import(page, file)
        text = said(page)
        assert f"{file} · {day(date.today())}" in text
        assert WHO in text
        assert "1 row was kept, 0 refused. Nothing of it was changed since." in text
        assert "1 form of 1 client: kept and marked, out of every figure" in text
        undo = page.get_by_role("button", name="Undo the whole import")
        expect(undo).to_be_disabled()
        why = page.get_by_label("Why is it taken back? (needed)")
        why.fill("The wrong client")
        why.press("Tab")
        page.get_by_text(f"Take 1 form of {file} out of every figure").click()
        expect(undo).to_be_enabled()
        settled(page)
        undo.click()
        expect(page.get_by_text("1 form taken back.")).to_be_visible()
        settled(page)
        assert f"by {WHO}. Its forms are kept, marked, and in no figure" in said(page)
        assert undo.count() == 0
        assert row(page, CODES[size]) == before
        assert unexpected(wrong) == []


@EACH_SIZE
def test_h13_a_form_is_corrected_twice_withdrawn_and_brought_back(
    demo: Served, browser: Browser, size: str
) -> None:
    code, file = CODES[size], f"held-{size}.csv"
    with someone(browser, size, height=3200) as (_, page, wrong):
        come_in(page, demo, "a.okafor")
        without = row(page, code)
        bring_in(page, file, code, NEW)
        record(page, code)
        first = level(page)
        choose_form(page, NEW)
        correct(page, "2", "Read the wrong box")
        once = level(page)
        assert once != first

        table = choose_form(page, NEW)
        lines = table.get_by_role("row")
        expect(lines).to_have_count(3)
        assert "2 0 3 3 0 0 3 0 0 3" in lines.nth(1).inner_text()
        assert "item 1: 3 → 2" in lines.nth(1).inner_text()
        assert "counts" in lines.nth(1).inner_text()
        old = lines.nth(2).inner_text()
        assert "3 0 3 3 0 0 3 0 0 3" in old
        assert f"{WHO}: Read the wrong box" in old
        correct(page, "0", "Looked again")
        assert level(page) not in (first, once)

        table = choose_form(page, NEW)
        expect(table.get_by_role("row")).to_have_count(4)
        page.get_by_role("button", name="Withdraw it").click()
        why = page.get_by_label("Why? (needed)")
        why.fill("Somebody else filled it in")
        why.press("Tab")
        now = page.get_by_role("button", name="Withdraw this form")
        expect(now).to_be_enabled()
        now.click()
        expect(page.get_by_text("The form is withdrawn.")).to_be_visible()
        settled(page)
        expect(table).to_contain_text(f"{WHO}: Somebody else filled it in")
        expect(page.get_by_role("table", name=f"{day(NEW)}, RSES · withdrawn")).to_be_visible()
        assert row(page, code) == without

        to(page, "Import")
        show_import(page, file)
        text = said(page)
        assert f"{code}" in page.get_by_role("table", name=re.compile("changed since")).inner_text()
        assert f"RSES, {day(NEW)}" in text
        assert "It can’t be undone while forms of it are corrected or withdrawn." in text
        assert page.get_by_role("button", name="Undo the whole import").count() == 0

        record(page, code)
        choose_form(page, NEW)
        page.get_by_role("button", name="Bring it back").click()
        expect(page.get_by_text("The form counts again.")).to_be_visible()
        settled(page)
        assert row(page, code) != without
        assert unexpected(wrong) == []
