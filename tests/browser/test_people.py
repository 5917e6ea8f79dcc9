"""An administrator brings somebody in: from the form to the first sign-in with a code."""

import secrets

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.people import settled, sign_in, someone, unexpected
from tests.browser.served import Served


def test_a_new_therapist_comes_in_by_a_one_time_code(demo: Served, browser: Browser) -> None:
    name = f"n.tester{secrets.token_hex(3)}"
    password = f"{secrets.token_hex(5)} window {secrets.token_hex(5)}"
    with someone(browser, height=1600) as (_, page, wrong):
        sign_in(page, demo.url, "a.diallo", demo.passwords["a.diallo"])
        page.get_by_text("Add a person", exact=True).click()
        form = page.get_by_test_id("stForm").filter(has_text="Add and make a code")
        form.get_by_label("Name", exact=True).fill("Noor Tester")
        form.get_by_label("Signs in as").fill(name)
        role = form.get_by_test_id("stButtonGroup").get_by_text("therapist", exact=True)
        role.click()
        form.get_by_role("button", name="Add and make a code").click()
        shown = page.locator(".ad-code")
        expect(shown).to_be_visible(timeout=30_000)
        settled(page)
        code = shown.inner_text().strip()
        expect(page.get_by_text("Noor Tester is added.")).to_be_visible()

        with someone(browser, height=1200) as (_, new, new_wrong):
            new.goto(demo.url)
            new.get_by_label("Sign-in name").fill(name, timeout=30_000)
            new.get_by_label("Password or one-time code", exact=True).fill(code)
            new.get_by_role("button", name="Sign in").click()
            heading = new.get_by_role("heading", name="Set your own password")
            expect(heading).to_be_visible(timeout=30_000)
            # No address leads round it.
            new.goto(f"{demo.url}/import")
            expect(heading).to_be_visible(timeout=30_000)
            new.goto(demo.url)
            expect(heading).to_be_visible(timeout=30_000)
            settled(new)
            new.get_by_label("New password", exact=True).fill("too short")
            new.get_by_label("New password again").fill("too short")
            new.get_by_role("button", name="Set password").click()
            expect(new.get_by_test_id("stAlert")).to_contain_text("15", timeout=30_000)
            new.get_by_label("New password", exact=True).fill(password)
            new.get_by_label("New password again").fill(password)
            new.get_by_role("button", name="Set password").click()
            expect(new.get_by_role("heading", name="Caseload")).to_be_visible(timeout=30_000)
            settled(new)
            expect(new.get_by_text("What will stand here")).to_be_visible()
            assert new.locator("[class*='st-key-open_']").count() == 0
            assert unexpected(new_wrong) == []

        page.get_by_role("button", name="I have handed it over").click()
        expect(shown).to_have_count(0, timeout=30_000)
        # The code was good once: it is no key beside the password.
        with someone(browser) as (_, again, _wrong):
            again.goto(demo.url)
            again.get_by_label("Sign-in name").fill(name, timeout=30_000)
            again.get_by_label("Password or one-time code", exact=True).fill(code)
            again.get_by_role("button", name="Sign in").click()
            expect(again.get_by_text("don't go together")).to_be_visible(timeout=30_000)
        assert unexpected(wrong) == []


@pytest.mark.parametrize(
    ("name", "address", "title"),
    [
        ("a.okafor", "caseload", "Caseload"),
        ("a.diallo", "people", "People"),
        ("m.lindqvist", "progress", ""),
    ],
)
def test_the_address_of_ones_home_leads_home(
    demo: Served, browser: Browser, name: str, address: str, title: str
) -> None:
    with someone(browser) as (_, page, wrong):
        sign_in(page, f"{demo.url}/{address}", name, demo.passwords[name])
        page.goto(f"{demo.url}/{address}")
        expect(page.get_by_role("heading", name=title).first).to_be_visible(timeout=30_000)
        settled(page)
        assert page.get_by_text("Page not found").count() == 0
        assert unexpected(wrong) == []
