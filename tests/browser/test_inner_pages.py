"""The pages of a supervisor and an administrator on a phone: they fit, and axe finds nothing."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import come_in, serious, settled, sign_in, someone, unexpected
from tests.browser.served import Served, cookies, start
from tests.browser.test_four_roles import no_sideways_scroll, said
from tests.demos import copy_demo

CRISIS = "What a client in danger should do"


def fits_and_passes(page: Page) -> None:
    """At 390 and at 360 px nothing lies beside the page; axe finds nothing serious."""
    settled(page)
    for width in (390, 360):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(300)  # the layout follows the new width
        assert no_sideways_scroll(page), (page.url, width)
    assert serious(page) == [], page.url


def test_a_supervisor_on_a_phone(demo: Served, browser: Browser) -> None:
    with someone(browser, "phone") as (_, page, wrong):
        come_in(page, demo, "h.marsh")
        page.locator("[class*='st-key-open_'] button").first.click()
        page.wait_for_selector(".main-svg")
        fits_and_passes(page)
        page.goto(f"{demo.url}/outcomes")
        expect(page.get_by_role("heading", name="Emotion regulation")).to_be_visible()
        fits_and_passes(page)
        # The triad first, and short enough to be read.
        text = said(page)
        assert text.index("Emotion regulation") < text.index("Symptoms")
        assert length(page) < 4_400
        assert unexpected(wrong) == []


@pytest.mark.parametrize(
    ("address", "sure", "most"),
    [
        ("people", "Person shown", 2_500),
        ("clients", "Client shown", 3_000),
        ("audit", "entries hold", 3_000),
        ("settings", "Time zone", 3_250),
    ],
)
def test_an_administrator_on_a_phone(
    demo: Served, browser: Browser, address: str, sure: str, most: int
) -> None:
    with someone(browser, "phone") as (_, page, wrong):
        come_in(page, demo, "a.diallo", address)
        expect(page.get_by_text(sure).first).to_be_visible()
        fits_and_passes(page)
        assert length(page) < most
        assert unexpected(wrong) == []


def test_on_a_busy_day_the_people_page_stays_short_on_a_phone(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> None:
    copy_demo(tmp_path_factory, tmp_path)
    cookies(tmp_path, ["a.okafor", "b.kaya", "h.marsh"], each=5)
    busy = start(tmp_path, tmp_path / "server.log")
    try:
        with someone(browser, "phone") as (_, page, wrong):
            sign_in(page, f"{busy.url}/people", "a.diallo", busy.passwords["a.diallo"])
            page.goto(f"{busy.url}/people")
            title = page.get_by_role("heading", name="Open sessions: 16")
            expect(title).to_be_visible()
            fits_and_passes(page)
            assert length(page) < 2_500
            lines = page.locator(".st-key-card-open-sessions").get_by_text("last touch")
            expect(lines).to_have_count(5)
            page.get_by_role("button", name="Show 11 more").click()
            expect(lines).to_have_count(16)
            assert unexpected(wrong) == []
    finally:
        busy.process.terminate()
        busy.process.wait(20)


@pytest.mark.parametrize(
    ("address", "name", "sure"),
    [("people", "Adaeze Okafor", "Clients of this therapist"), ("clients", "C-0100", "Episodes")],
)
def test_on_a_phone_a_name_opens_what_is_behind_it_and_leads_back(
    demo: Served, browser: Browser, address: str, name: str, sure: str
) -> None:
    with someone(browser, "phone") as (_, page, wrong):
        come_in(page, demo, "a.diallo", address)
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", name=sure)).to_be_visible()
        expect(page.get_by_label("Find code or name")).to_have_count(0)
        fits_and_passes(page)
        assert length(page) < 3_000
        page.get_by_role("button", name="Back to the list").click()
        expect(page.get_by_label("Find code or name")).to_be_visible()
        assert unexpected(wrong) == []


def test_h28_without_a_crisis_text_no_client_comes_in(demo: Served, browser: Browser) -> None:
    with someone(browser, height=1200) as (_, page, wrong):
        come_in(page, demo, "a.diallo", "settings")
        text = page.get_by_label(CRISIS).input_value()
        assert text.strip()
        try:
            save(page, "")
            expect(page.get_by_text("The crisis text is empty.")).to_be_visible()
            with someone(browser) as (_, client, _wrong):
                client.goto(demo.url)
                client.get_by_label("Sign-in name").fill("s.haddad")
                secret = client.get_by_label("Password or one-time code", exact=True)
                secret.fill(demo.passwords["s.haddad"])
                client.get_by_role("button", name="Sign in").click()
                expect(client.get_by_text("don't go together")).to_be_visible()
        finally:
            save(page, text)
        expect(page.get_by_text("The crisis text is empty.")).to_have_count(0)
        assert unexpected(wrong) == []
    with someone(browser) as (_, client, _wrong):
        sign_in(client, demo.url, "s.haddad", demo.passwords["s.haddad"])


def save(page: Page, text: str) -> None:
    """Write the crisis text and wait until it is kept."""
    page.get_by_label(CRISIS).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    settled(page)


def length(page: Page) -> int:
    """How long the page is, in px."""
    return int(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))
