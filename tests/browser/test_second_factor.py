"""Setting a second factor up at a real browser, and coming in by it."""

import pyotp
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import serious, settled, sign_in, someone, unexpected
from tests.browser.served import Served

NAME = "m.sand"


def fill(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Tab")


def test_it_is_set_up_asked_for_and_ended(demo: Served, browser: Browser) -> None:
    password = demo.passwords[NAME]
    with someone(browser) as (_, page, wrong):
        sign_in(page, f"{demo.url}/account", NAME, password)
        card = page.locator(".st-key-card-second-factor")
        expect(card).to_be_visible()
        card.get_by_label("Present password", exact=True).fill(password)
        card.get_by_role("button", name="Set it up").click()
        picture = page.get_by_alt_text("The secret as a QR code")
        expect(picture).to_be_visible()
        assert picture.evaluate("one => one.naturalWidth") > 100
        assert serious(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        secret_line = card.locator("pre")
        assert secret_line.evaluate("one => one.scrollWidth <= one.clientWidth")  # read off, whole
        assert serious(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})
        secret = card.locator("code").inner_text().replace(" ", "").strip()
        fill(page, "Code from the app", pyotp.TOTP(secret).now())
        card.get_by_role("button", name="Put it in force").click()
        expect(page.get_by_text("Keep these recovery codes")).to_be_visible()
        settled(page)
        codes = page.locator("code").inner_text().split()
        assert len(codes) == 10
        expect(page.get_by_text("Caseload")).to_have_count(0)
        page.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_text("Recovery codes left: 10.")).to_be_visible()
        page.get_by_role("button", name="Sign out").first.click()
        page.get_by_label("Sign-in name").fill(NAME)
        page.get_by_label("Password or one-time code", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Your second factor")).to_be_visible()
        settled(page)
        assert serious(page) == []
        fill(page, "Code from the app, or a recovery code", "000000")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("That code doesn't fit")).to_be_visible()
        fill(page, "Code from the app, or a recovery code", codes[0])
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Recovery codes left: 9.")).to_be_visible()
        settled(page)
        page.get_by_text("End the second factor").click()
        card.locator(".st-key-end_factor_password input").fill(password)
        card.locator(".st-key-end_factor_code input").fill(codes[1])
        card.get_by_role("button", name="End it").click()
        expect(page.get_by_text("It is ended.")).to_be_visible()
        assert not unexpected(wrong)
