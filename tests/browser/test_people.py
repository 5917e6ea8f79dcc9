"""An administrator brings somebody in: from the form to the first sign-in with a code."""

import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import choose, come_in, settled, sign_in, someone, unexpected
from tests.browser.served import Served


def test_a_new_therapist_comes_in_by_a_one_time_code(demo: Served, browser: Browser) -> None:
    name = f"n.tester{secrets.token_hex(3)}"
    password = f"{secrets.token_hex(5)} window {secrets.token_hex(5)}"
    with someone(browser, height=1600) as (_, page, wrong):
        come_in(page, demo, "a.diallo")
        page.get_by_text("Add a person", exact=True).click()
        form = page.get_by_test_id("stForm").filter(has_text="Add and make a code")
        form.get_by_label("Name", exact=True).fill("Noor Tester")
        form.get_by_label("Signs in as").fill(name)
        role = form.get_by_test_id("stButtonGroup").get_by_text("therapist", exact=True)
        role.click()
        form.get_by_role("button", name="Add and make a code").click()
        shown = page.locator(".ad-code")
        expect(shown).to_be_visible()
        settled(page)
        code = shown.inner_text().strip()
        expect(page.get_by_text("Noor Tester is added.")).to_be_visible()

        with someone(browser, height=1200) as (_, new, new_wrong):
            new.goto(demo.url)
            new.get_by_label("Sign-in name").fill(name)
            new.get_by_label("Password or one-time code", exact=True).fill(code)
            new.get_by_role("button", name="Sign in").click()
            heading = new.get_by_role("heading", name="Set your own password")
            expect(heading).to_be_visible()
            # No address leads round it.
            new.goto(f"{demo.url}/import")
            expect(heading).to_be_visible()
            new.goto(demo.url)
            expect(heading).to_be_visible()
            settled(new)
            new.get_by_label("New password", exact=True).fill("too short")
            new.get_by_label("New password again").fill("too short")
            new.get_by_role("button", name="Set password").click()
            expect(new.get_by_test_id("stAlert")).to_contain_text("15")
            new.get_by_label("New password", exact=True).fill(password)
            new.get_by_label("New password again").fill(password)
            new.get_by_role("button", name="Set password").click()
            expect(new.get_by_role("heading", name="Caseload")).to_be_visible()
            settled(new)
            expect(new.get_by_text("What will stand here")).to_be_visible()
            assert new.locator("[class*='st-key-open_']").count() == 0
            assert unexpected(new_wrong) == []

        page.get_by_role("button", name="I have handed it over").click()
        expect(shown).to_have_count(0)
        # The code was good once: it is no key beside the password.
        with someone(browser) as (_, again, _wrong):
            again.goto(demo.url)
            again.get_by_label("Sign-in name").fill(name)
            again.get_by_label("Password or one-time code", exact=True).fill(code)
            again.get_by_role("button", name="Sign in").click()
            expect(again.get_by_text("don't go together")).to_be_visible()
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
        come_in(page, demo, name, address)
        expect(page.get_by_role("heading", name=title).first).to_be_visible()
        settled(page)
        assert page.get_by_text("Page not found").count() == 0
        assert unexpected(wrong) == []


def add(page: Page, name: str, sign_in_name: str, role: str) -> None:
    """Bring somebody in by the form, and put their code away."""
    page.get_by_text("Add a person", exact=True).click()
    form = page.get_by_test_id("stForm").filter(has_text="Add and make a code")
    form.get_by_label("Name", exact=True).fill(name)
    form.get_by_label("Signs in as").fill(sign_in_name)
    form.get_by_test_id("stButtonGroup").get_by_text(role, exact=True).click()
    form.get_by_role("button", name="Add and make a code").click()
    page.get_by_role("button", name="I have handed it over").click()
    expect(page.locator(".ad-code")).to_have_count(0)
    settled(page)


def shut_out(demo: Served, browser: Browser, name: str) -> None:
    """Try a wrong password so often that this person has to wait."""
    with someone(browser) as (_, page, _wrong):
        page.goto(demo.url)
        # Four are enough; one may be lost where the page was still being drawn.
        for number in range(6):
            page.get_by_label("Sign-in name").fill(name)
            page.get_by_label("Password or one-time code", exact=True).fill(f"wrong {number}")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("don't go together")).to_be_visible()
            settled(page)


def told(page: Page, words: str) -> None:
    """Wait until the page says what was done."""
    expect(page.get_by_test_id("stAlert").filter(has_text=words)).to_be_visible()
    settled(page)


def test_a_person_is_found_gets_a_role_is_unlocked_and_shut_out_and_let_in(
    demo: Served, browser: Browser
) -> None:
    with someone(browser, height=1600) as (_, page, wrong):
        come_in(page, demo, "a.diallo")
        expect(page.get_by_text("One person is locked out")).to_have_count(0)
        page.get_by_label("Find code or name").fill("adeyemi")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Baris Kaya")).to_have_count(0)
        settled(page)
        # Last of all before it is looked at: the lock lasts half a minute.
        shut_out(demo, browser, "l.adeyemi")
        page.get_by_role("button", name="Lola Adeyemi").click()
        expect(page.get_by_text("One person is locked out")).to_be_visible()
        page.get_by_role("button", name="Unlock").click()
        told(page, "Lola Adeyemi may try again.")

        page.get_by_text("Add a role", exact=True).click()
        form = page.get_by_test_id("stForm").filter(has_text="Add the role")
        choose(page, form.get_by_label("Role", exact=True), "supervisor")
        form.get_by_role("button", name="Add the role").click()
        told(page, "has one more role")
        roles = page.locator(".st-key-card-roles")
        expect(roles.get_by_role("cell", name="supervisor")).to_be_visible()
        page.get_by_text("End a role", exact=True).click()
        form = page.get_by_test_id("stForm").filter(has_text="End it").first
        choose(page, form.get_by_label("Role", exact=True), "supervisor")
        form.get_by_role("button", name="End it").click()
        told(page, "supervisor ends after")

        page.get_by_role("button", name="Disable this person").click()
        told(page, "is shut out")
        page.get_by_role("button", name="Enable this person").click()
        told(page, "may sign in again")
        assert unexpected(wrong) == []


def test_a_clients_sign_in_is_linked_to_their_record_and_unlinked(
    demo: Served, browser: Browser
) -> None:
    with someone(browser, height=1600) as (_, page, wrong):
        come_in(page, demo, "a.diallo")
        add(page, "Linus Tester", f"l.tester{secrets.token_hex(3)}", "client")
        record = page.locator(".st-key-card-record")
        expect(record.get_by_text("Linked to no record yet")).to_be_visible()
        choose(page, record.get_by_label("Client code", exact=True), "C-0115")
        record.get_by_role("button", name="Link").click()
        told(page, "signs in to C-0115")
        expect(record.get_by_text("sees the record C-0115")).to_be_visible()
        record.get_by_role("button", name="Unlink").click()
        told(page, "no longer linked")
        assert unexpected(wrong) == []


def test_an_open_session_is_ended_from_the_list(demo: Served, browser: Browser) -> None:
    with someone(browser) as (_, other, _wrong), someone(browser, height=1600) as (_, page, wrong):
        sign_in(other, demo.url, "r.ito", demo.passwords["r.ito"])
        come_in(page, demo, "a.diallo")
        row = page.locator(".st-key-card-open-sessions [data-testid=stHorizontalBlock]")
        row.filter(has_text="Ren Ito").get_by_role("button", name="End").first.click()
        told(page, "Ren Ito is signed out of that browser.")
        other.reload()
        expect(other.get_by_label("Sign-in name")).to_be_visible()
        assert unexpected(wrong) == []
