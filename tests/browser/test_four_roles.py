"""Each role from sign-in to what is theirs, in a real browser, at both sizes and in both modes."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    come_in,
    cookie,
    serious,
    settled,
    sign_in,
    someone,
    unexpected,
)
from tests.browser.served import Served

EACH = pytest.mark.parametrize(
    ("size", "scheme"),
    [
        ("desktop", "light"),
        ("phone", "dark"),
        pytest.param("desktop", "dark", marks=pytest.mark.long),
        pytest.param("phone", "light", marks=pytest.mark.long),
    ],
)


def said(page: Page) -> str:
    """All the text of the page."""
    return page.get_by_test_id("stApp").inner_text()


def no_sideways_scroll(page: Page) -> bool:
    """Whether everything fits the width."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        and page.evaluate(
            "(() => { const m = document.querySelector('[data-testid=stMain]');"
            " return !m || m.scrollWidth <= m.clientWidth + 1 })()"
        )
    )


@EACH
def test_a_therapist_goes_from_the_caseload_to_a_clients_charts(
    demo: Served, browser: Browser, size: str, scheme: str
) -> None:
    with someone(browser, size, scheme) as (_, page, wrong):
        sign_in(page, demo.url, "a.okafor", demo.passwords["a.okafor"])
        expect(page.get_by_role("heading", name="Caseload")).to_be_visible()
        expect(page.get_by_text("Risk answer").first).to_be_visible()
        assert no_sideways_scroll(page)
        # The one with a risk answer stands first.
        first = page.locator("[class*='st-key-open_'] button").first
        name = first.inner_text().strip()
        first.click()
        expect(page.get_by_text("was answered 1").first).to_be_visible()
        for domain in ("Communication", "Emotion regulation", "Self-esteem"):
            expect(page.get_by_role("heading", name=domain).first).to_be_visible()
        page.wait_for_selector(".main-svg")
        settled(page)
        assert name in said(page)
        assert "no emergency service" in said(page)
        assert no_sideways_scroll(page)
        assert unexpected(wrong) == []


@EACH
def test_h11_a_client_sees_their_own_triad_in_everyday_words(
    demo: Served, browser: Browser, size: str, scheme: str
) -> None:
    with someone(browser, size, scheme) as (_, page, wrong):
        sign_in(page, demo.url, "m.lindqvist", demo.passwords["m.lindqvist"])
        expect(page.get_by_text("Hello Marta").first).to_be_visible()
        page.wait_for_selector(".main-svg")
        settled(page)
        text = page.content()
        for word in ("Invented for this demo", "What this can"):
            assert word in text
        for word in (
            "Risk answer", "was answered", "clinical", "caseness", "deteriorat", "T-score",
            "usual range", "PHQ", "I have seen this", "suicid", "self-harm",
        ):  # fmt: skip
            assert word.lower() not in said(page).lower(), word
        # Nobody else's code, and not a colleague's name in the menu.
        assert set(re.findall(r"C-\d{4}", said(page))) <= {"C-0100"}
        assert no_sideways_scroll(page)
        assert unexpected(wrong) == []


def test_a_supervisor_reads_but_does_not_change(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, page, wrong):
        sign_in(page, demo.url, "h.marsh", demo.passwords["h.marsh"])
        page.locator("[class*='st-key-open_'] button").first.click()
        expect(page.get_by_text("was answered 1").first).to_be_visible()
        settled(page)
        assert page.get_by_role("button", name="I have seen this").count() == 0
        assert page.get_by_role("button", name="Type a paper form").count() == 0
        page.get_by_role("link", name="Outcomes").first.click()
        expect(page.get_by_role("heading", name="Outcomes")).to_be_visible()
        settled(page)
        assert "higher is better" in said(page)
        assert unexpected(wrong) == []


def test_an_administrator_sees_no_scores(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, page, wrong):
        sign_in(page, demo.url, "a.diallo", demo.passwords["a.diallo"])
        for title in ("People", "Clients", "Import", "Audit", "Settings"):
            page.get_by_role("link", name=title).first.click()
            expect(page.get_by_role("heading", name=re.compile(title)).first).to_be_visible()
            settled(page)
            assert "→ latest" not in said(page)
            assert page.locator(".main-svg").count() == 0
        assert unexpected(wrong) == []


def test_nobody_reaches_a_page_of_another_role(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, page, _wrong):
        page.goto(f"{demo.url}/client")
        expect(page.get_by_label("Sign-in name")).to_be_visible()
        sign_in(page, demo.url, "s.haddad", demo.passwords["s.haddad"])
        for address in ("client", "outcomes", "people", "settings", "audit", "clients"):
            page.goto(f"{demo.url}/{address}")
            settled(page)
            text = said(page)
            for word in ("Caseload", "Outcomes", "Add a person", "Time zone", "Adaeze Okafor's"):
                assert word not in text, (address, word)


def test_h16_signing_out_ends_the_other_tab(demo: Served, browser: Browser) -> None:
    with someone(browser) as (context, page, _wrong):
        sign_in(page, demo.url, "b.kaya", demo.passwords["b.kaya"])
        other = context.new_page()
        other.goto(demo.url)
        expect(other.get_by_role("heading", name="Caseload")).to_be_visible()
        page.get_by_text("Sign out").first.click()
        expect(page.get_by_label("Sign-in name")).to_be_visible()
        other.locator("[class*='st-key-open_'] button").first.click()
        expect(other.get_by_label("Sign-in name")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "address", "sure"),
    [
        ("a.okafor", "rules", "Rules"),
        ("m.lindqvist", "my-data", "My data"),
        ("h.marsh", "", ""),
        ("a.diallo", "", ""),
    ],
)
def test_pages_pass_axe(demo: Served, browser: Browser, name: str, address: str, sure: str) -> None:
    with someone(browser) as (_, page, _wrong):
        come_in(page, demo, name)
        assert serious(page) == []
        if address:
            goes_to(page, demo, address, sure)
            assert serious(page) == []


def goes_to(page: Page, demo: Served, address: str, sure: str) -> None:
    """Go to a page by its address, until its title stands there."""
    page.goto(f"{demo.url}/{address}")
    expect(page.get_by_role("heading", name=sure).first).to_be_visible()
    settled(page)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_pass_axe_in_every_state(
    demo: Served, browser: Browser, size: str, scheme: str
) -> None:
    for name, pages in {
        "a.okafor": {"rules": "Rules", "account": "Account", "agenda": "agenda"},
        "h.marsh": {"agenda": "agenda"},
        "m.lindqvist": {"my-data": "My data"},
    }.items():
        with someone(browser, size, scheme) as (_, page, wrong):
            come_in(page, demo, name)
            for address, sure in pages.items():
                goes_to(page, demo, address, sure)
                assert serious(page) == [], address
                assert no_sideways_scroll(page), address
            if name == "a.okafor":
                page.locator("[class*='st-key-agenda-item-'] button").first.click()
                decide = page.get_by_role("heading", name="What you decide")
                expect(decide).to_be_visible()
                settled(page)
                assert serious(page) == []
                assert no_sideways_scroll(page)
            assert unexpected(wrong) == []


def test_a_browser_gets_a_new_cookie_with_each_sign_in_and_stays_where_it_was(
    demo: Served, browser: Browser
) -> None:
    with someone(browser) as (context, page, wrong):
        page.goto(f"{demo.url}/account")
        expect(page.get_by_label("Sign-in name")).to_be_visible()
        before = cookie(context)
        sign_in(page, f"{demo.url}/account", "a.okafor", demo.passwords["a.okafor"])
        assert cookie(context) != before
        expect(page.get_by_role("heading", name="Account").first).to_be_visible()
        assert "enter" not in page.url
        assert unexpected(wrong) == []
