"""A client's own page on a phone: the check-in line by line, and asking to talk."""

from playwright.sync_api import Browser, expect

from tests.browser.people import come_in, serious, settled, someone, unexpected
from tests.browser.served import Served

# Of each line: its words above, then its picture and what it says side by side, all on the screen.
_LAID_OUT = """[...document.querySelectorAll('ul.ad-own li')].map(line => {
  const [words, picture, said] = [...line.children].map(one => one.getBoundingClientRect());
  return words.bottom <= picture.top + 1 && picture.right <= said.left && said.right <= 390;
})"""


def test_h11_a_client_reads_their_check_in_and_asks_to_talk(demo: Served, browser: Browser) -> None:
    with someone(browser, "phone") as (_, page, wrong):
        come_in(page, demo, "r.cohen")
        lines = page.locator("ul.ad-own li")
        expect(lines).to_have_count(8)  # seven of the week, one of the session
        settled(page)
        assert "safe with people" not in page.get_by_test_id("stApp").inner_text().lower()
        assert page.evaluate(_LAID_OUT) == [True] * 8
        assert all("when you began" in one for one in lines.locator("b").all_inner_texts())
        page.get_by_role("button", name="I’d like to talk before we meet").click()
        expect(page.get_by_text("If that is too late, don’t wait for us")).to_be_visible()
        assert page.locator(".st-key-card-talk a[href^='tel:']").count() > 0
        page.get_by_role("button", name="Yes, ask").click()
        expect(page.get_by_text("You asked to talk").first).to_be_visible()
        page.reload()
        expect(page.get_by_text("You asked to talk").first).to_be_visible()
        expect(page.get_by_role("button", name="I’d like to talk")).to_have_count(0)
        assert serious(page) == []
        assert unexpected(wrong) == []
