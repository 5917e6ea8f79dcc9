"""A therapist brings in a file: what is refused is said in words, what is kept is kept once."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import come_in, settled, someone, unexpected
from tests.browser.served import Served

OWN, ANOTHERS, NOBODYS = "C-0100", "C-0105", "C-9876"  # C-0105 is b.kaya's
# A day without other answers: those of the demo stand weeks back or on other days.
DAY = (date.today() - timedelta(days=1)).isoformat()
HEADER = "client_code,date," + ",".join(f"phq9_{number}" for number in range(1, 10))
FINE = "1,0,1,0,1,0,1,0,0"


def rows(*lines: tuple[str, str]) -> bytes:
    """A PHQ-9 file: client code and answers of each row."""
    return "\n".join([HEADER, *(f"{code},{DAY},{answers}" for code, answers in lines), ""]).encode()


MIXED = rows((OWN, FINE), (OWN, "1,0,7,0,1,0,1,0,0"), (ANOTHERS, FINE), (NOBODYS, FINE))


def step(page: Page, name: str) -> None:
    """Wait until the import stands at this step."""
    current = page.get_by_role("list", name="Steps").locator("[aria-current=step]")
    expect(current).to_contain_text(name)
    settled(page)


def open_import(page: Page, demo: Served) -> None:
    """Sign in as a therapist and go to the import."""
    come_in(page, demo, "a.okafor")
    page.get_by_role("link", name="Import").first.click()
    step(page, "File")


def upload(page: Page, name: str, content: bytes) -> None:
    """Choose a file with this content."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def said(page: Page) -> str:
    """All the text of the page."""
    return page.get_by_test_id("stMain").inner_text()


def refused_lines(page: Page, to: Path) -> list[str]:
    """The refusals as they can be taken away, a line each."""
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download what is refused").click()
    taken.value.save_as(to)
    return to.read_text("utf-8-sig").splitlines()[1:]


def check(
    page: Page, name: str, content: bytes, questionnaire: str = "Patient Health Questionnaire"
) -> None:
    """Go from the file to what would happen."""
    upload(page, name, content)
    step(page, "Meaning")
    expect(page.get_by_text(questionnaire).first).to_be_visible()
    page.get_by_role("button", name="This is right").click()
    step(page, "Check")


def test_h07_a_file_is_kept_once_and_its_refusals_are_said(
    demo: Served, browser: Browser, tmp_path: Path
) -> None:
    with someone(browser, height=2400) as (_, page, wrong):
        open_import(page, demo)
        check(page, "answers.csv", MIXED)
        expect(page.get_by_role("heading", name="Refused: 3 rows")).to_be_visible()
        text = said(page)
        assert "1 row can be kept, 3 are refused" in text
        assert "Nothing has been kept yet" in text
        assert "Outside the range" in text
        assert "Client code that can’t be used" in text
        out_of_range, anothers, nobodys = refused_lines(page, tmp_path / "refused.csv")
        assert ",3,phq9_3,7," in out_of_range
        # Whose client it is, or whether there is one at all, must not show.
        assert anothers.replace(f",4,client_code,{ANOTHERS},", "") == nobodys.replace(
            f",5,client_code,{NOBODYS},", ""
        )
        assert page.get_by_text("Create this client").count() == 0

        page.get_by_role("button", name="Keep 1 row").click()
        step(page, "Kept")
        assert "1 row is kept. 0 are held already, 3 refused." in said(page)

        page.get_by_role("button", name="Import another file").click()
        step(page, "File")
        expect(page.get_by_text("answers.csv").first).to_be_visible()
        check(page, "answers.csv", MIXED)
        text = said(page)
        assert "This same file came in before" in text
        assert "0 rows can be kept, 3 are refused, 1 is held already" in text
        assert "There is nothing new to keep" in text
        expect(page.get_by_role("button", name="Keep 0 rows")).to_be_disabled()
        assert unexpected(wrong) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04" + bytes(range(256)) * 8, "spreadsheet"),
        (f"client_code,date,client_code\n{OWN},{DAY},{OWN}\n".encode(), "client_code"),
    ],
    ids=["a spreadsheet", "two headers alike"],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    demo: Served, browser: Browser, content: bytes, words: str
) -> None:
    with someone(browser, height=1600) as (_, page, wrong):
        open_import(page, demo)
        upload(page, "strange.csv", content)
        refusal = page.get_by_test_id("stAlert")
        expect(refusal).to_contain_text(words)
        step(page, "File")
        assert page.get_by_test_id("stException").count() == 0
        # The page goes on: another file can be chosen at once.
        upload(page, "fine.csv", rows((OWN, FINE)))
        step(page, "Meaning")
        assert unexpected(wrong) == []
