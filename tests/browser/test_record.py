"""The client's record, the caseload and the client's own page, as they come out in a browser."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import people
from tests.browser.people import come_in, serious, settled, someone
from tests.browser.served import Served
from tests.browser.test_four_roles import no_sideways_scroll

LEVELS = "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"


def open_first(page: Page) -> None:
    """The record of whoever stands first in the caseload."""
    page.locator("[class*='st-key-open_'] button").first.click()
    expect(page.get_by_text("was answered 1").first).to_be_visible()
    settled(page)


def no_level_left_out(page: Page) -> bool:
    """Whether headings go down one level at a time."""
    levels: list[int] = page.evaluate(LEVELS)
    return levels[0] == 1 and all(below - above <= 1 for above, below in pairwise(levels))


def test_a_table_keeps_its_column_names_on_a_phone(demo: Served, browser: Browser) -> None:
    with someone(browser, "phone") as (_, page, _wrong):
        come_in(page, demo, "a.okafor")
        open_first(page)
        page.get_by_text("Tables", exact=True).click()
        expect(page.locator("td").nth(60)).to_be_visible()
        settled(page)
        names = page.evaluate(
            # The first cell of a row stands bold in its place.
            "[...document.querySelectorAll('td:not(:first-child)')]"
            ".map(c => getComputedStyle(c, '::before').content)"
        )
        assert len(names) > 50
        assert [one for one in names if one.strip('" :') in ("", "none", "normal")] == []
        assert any("lower is better" in one for one in names)
        assert any("Of 100, up is better" in one for one in names)
        assert no_sideways_scroll(page)
        assert serious(page) == []


def test_the_record_says_what_went_before_and_leads_back(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, page, _wrong):
        come_in(page, demo, "a.okafor")
        assert no_level_left_out(page)
        open_first(page)
        page.wait_for_selector(".main-svg")
        expect(page.get_by_text("Nobody has marked this answer seen").first).to_be_visible()
        assert page.get_by_text("It was 0 at the").count() == 1
        # The three leading pictures begin at one height.
        plots = page.evaluate(
            "['communication', 'regulation', 'self_esteem'].map(d => Math.round("
            "document.querySelector(`.st-key-chart_${d}`).getBoundingClientRect().top))"
        )
        assert len(set(plots)) == 1, plots
        # The scale of the flag stands open, not in the fold.
        assert page.locator("[class*='st-key-chart_phq9']").is_visible()
        assert no_level_left_out(page)
        assert serious(page) == []
        page.get_by_role("button", name="‹ Caseload").click()
        expect(page.get_by_role("heading", name="Caseload")).to_be_visible()
        # Where attachment was never asked, its place says what it needs.
        page.get_by_role("button", name="Idris Bello").click()
        expect(page.locator(".st-key-card-attachment")).to_contain_text("ECR-R")
        assert page.get_by_role("button", name="I have seen this").count() == 2


def test_the_caseload_fits_every_window(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, page, _wrong):
        come_in(page, demo, "a.okafor")
        expect(page.get_by_role("heading", name="On course")).to_be_visible()
        settled(page)
        for width in (700, 768, 1024, 1199, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)  # the layout follows the new width
            assert no_sideways_scroll(page), width
            # Which picture is which is said beside it, or over its column.
            names = page.get_by_text("Self-esteem", exact=True).locator("visible=true")
            assert names.count() > 0, width


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("phone", "dark"),
        pytest.param("desktop", "dark", marks=pytest.mark.long),
        pytest.param("phone", "light", marks=pytest.mark.long),
    ],
)
def test_the_caseload_is_walked_by_key_and_its_rule_is_one_click_away(
    demo: Served, browser: Browser, size: str, scheme: str
) -> None:
    with someone(browser, size, scheme) as (_, page, wrong):
        come_in(page, demo, "b.kaya")
        expect(page.get_by_role("heading", name="Getting worse")).to_be_visible()
        settled(page)
        expect(page.get_by_text("Look first", exact=True).first).to_be_visible()
        expect(page.get_by_text("▼ reliably worse").first).to_be_visible()
        page.get_by_role("button", name="How is this sorted?").click()
        expect(page.get_by_role("table", name="The rule, step by step")).to_be_visible()
        settled(page)
        assert no_sideways_scroll(page)
        assert serious(page) == []
        page.get_by_role("button", name="Hide the rule").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="How is this sorted?")).to_be_visible()
        settled(page)
        # From there the next stop is the first client, and Enter opens the record.
        page.get_by_role("button", name="How is this sorted?").focus()
        first = page.locator("[class*='st-key-open_'] button").first
        name = first.inner_text().strip()
        page.keyboard.press("Tab")
        expect(first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Type a paper form")).to_be_visible()
        assert name in page.content()
        assert people.unexpected(wrong) == []


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.long)])
def test_help_can_be_read_when_it_is_open(demo: Served, browser: Browser, scheme: str) -> None:
    with someone(browser, "phone", scheme) as (_, page, _wrong):
        come_in(page, demo, "m.lindqvist")
        page.get_by_role("button", name="Need help now?").click()
        expect(page.locator(".ad-turn a").first).to_be_visible()
        page.mouse.move(5, 800)
        assert serious(page) == []
        inks = page.evaluate(
            "['.st-key-who button[aria-expanded=true]', '.stApp'].map(s =>"
            " getComputedStyle(document.querySelector(s)).color)"
        )
        assert inks[0] == inks[1]
