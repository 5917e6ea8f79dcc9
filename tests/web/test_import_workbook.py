"""A workbook on the page Import: which sheet, then the same way as a CSV."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import record
from tests.intake.books import NAMES, book
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "import_file.py"
DAY = TODAY - timedelta(days=30)
ROWS = (NAMES, ("A", DAY, *[1] * 8, 0), ("A", DAY + timedelta(days=7), *[2] * 8, 0))


def chosen(house: House, data: bytes, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with this file chosen."""
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("t.one"))
    tab = AppTest.from_file(PAGE, default_timeout=60).run()
    tab.file_uploader[0].set_value(("march.xlsx", data, "application/octet-stream")).run()
    assert not tab.exception
    return tab


def press(tab: AppTest, words: str) -> None:
    next(one for one in tab.button if one.label.startswith(words)).click().run()
    assert not tab.exception


@pytest.mark.parametrize("several", [False, True], ids=["one sheet", "several sheets"])
def test_a_workbook_comes_in(several: bool, small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    data = book(("a", "b"), sheets={"March": ROWS}) if several else book(*ROWS)
    tab = chosen(small, data, monkeypatch)
    if several:
        assert tab.selectbox[0].options == ["Answers · 0 rows", "March · 2 rows"]
        assert tab.number_input[0].value == 1
        press(tab, "This is right: read this sheet")
    press(tab, "This is right: check 2 rows")
    press(tab, "Keep 2 rows")
    shown = record.client_record(small.viewer("t.one"), small.clients["A"])
    values = {
        (one.answered_on, one.value)
        for course in shown.others
        if course.instrument.id == "phq9"
        for one in course.scored
    }
    assert {(DAY, 8), (DAY + timedelta(days=7), 16)} <= values


def test_a_workbook_that_is_refused_says_why(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = chosen(small, book()[:-40], monkeypatch)
    assert "Open it in a spreadsheet program" in tab.error[0].value
