"""People at a real browser: signing in, waiting for a page, looking."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, TimeoutError, expect

from attachdash.web.guard import COOKIE
from tests.browser.served import Served

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"

# A slow machine is not a wrong answer.
expect.set_options(timeout=30_000)

# The client of a deep link probes two addresses that are not there; nothing else may complain.
KNOWN = ("_stcore/health", "_stcore/host-config")


@contextmanager
def someone(
    browser: Browser, size: str = "desktop", scheme: str = "light", height: int = 0
) -> Iterator[tuple[BrowserContext, Page, list[str]]]:
    """A fresh browser of that size, and the list of what went wrong in its console."""
    width, usual = SIZES[size]
    device: dict[str, Any] = {"user_agent": PHONE, "has_touch": True} if size == "phone" else {}
    context = browser.new_context(
        viewport={"width": width, "height": height or usual},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
        **device,
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda message: (
            wrong.append(f"{message.text} {message.location}") if message.type == "error" else None
        ),
    )
    yield context, page, wrong
    context.close()


def settled(page: Page) -> None:
    """Wait until the script has run to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign in by the form, as everybody does."""
    page.goto(url)
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password or one-time code", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Sign out").first).to_be_visible()
    settled(page)


def come_in(page: Page, served: Served, name: str, address: str = "") -> None:
    """Be at this address as somebody signed in: by the cookie of an earlier sign-in while that
    lasts, else by the form."""
    if name in served.cookies:
        token = served.cookies[name]
        page.context.add_cookies(
            [{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": "/", "secure": True}]
        )
        page.goto(f"{served.url}/{address}")
        inside, form = page.get_by_text("Sign out"), page.get_by_label("Sign-in name")
        expect(inside.or_(form).first).to_be_visible()
        if inside.first.is_visible():
            settled(page)
            return
    sign_in(page, f"{served.url}/{address}", name, served.passwords[name])
    served.cookies[name] = cookie(page.context)


def cookie(context: BrowserContext) -> str:
    """The secret that this browser is known by."""
    return next(str(one["value"]) for one in context.cookies() if one["name"] == COOKIE)


def unexpected(wrong: list[str]) -> list[str]:
    """What the console said beyond what is known and harmless."""
    return [one for one in wrong if not any(known in one for known in KNOWN)]


def serious(page: Page) -> list[tuple[str, object]]:
    """What axe finds that would shut somebody out: the rule, and the first place."""
    page.wait_for_timeout(1_000)  # colours fade in; axe would measure them half-way
    return [
        (one["id"], one["nodes"][0]["target"])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def choose(page: Page, box: Locator, words: str) -> None:
    """Choose in a box of choices the first that has these words."""
    expect(box).to_be_visible()
    settled(page)
    chosen = re.compile(re.escape(words))
    for _ in range(8):
        box.click()
        if box.is_editable():  # on a phone it isn't
            box.fill(words)
        try:
            # A run of the page that comes meanwhile draws the list anew, or shuts it.
            page.get_by_role("option").filter(has_text=chosen).first.click(timeout=3_000)
            expect(box).to_have_value(chosen, timeout=3_000)
        except (TimeoutError, AssertionError):
            page.keyboard.press("Escape")
            continue
        settled(page)
        return
    raise AssertionError(f"{words!r} could not be chosen")


def open_record(page: Page, code: str) -> None:
    """From the caseload to the record of the client with this code."""
    page.get_by_role("link", name="Caseload").first.click()
    find = page.get_by_label("Find code or name")
    expect(find).to_be_visible()
    settled(page)
    find.fill(code)
    find.press("Enter")
    names = page.locator("[class*='st-key-open_'] button")
    expect(names).to_have_count(1)
    names.click()
    expect(page.get_by_role("button", name="Type a paper form")).to_be_visible()
    settled(page)
