"""A workbook on the page Import: which sheet, then the same way as a CSV."""

from __future__ import annotations

from collections.abc import Callable
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


def chosen(
    house: House, data: bytes, monkeypatch: pytest.MonkeyPatch, name: str = "march.xlsx"
) -> AppTest:
    """The page with this file chosen."""
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("t.one"))
    tab = AppTest.from_file(PAGE, default_timeout=60).run()
    tab.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
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
        press(tab, "This is right: read it")
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


TEXTS = ("Who?", "When?", *(f"How often is it {number}?" for number in range(1, 10)))
ABOVE = "Row 2 has the column names, row 1 the questions"
BELOW = "Row 1 has the column names, row 2 the questions"


def as_csv(*rows: tuple[object, ...]) -> bytes:
    """The rows as a CSV."""
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


@pytest.mark.parametrize("made", [as_csv, book], ids=["CSV", "workbook"])
@pytest.mark.parametrize("way", [ABOVE, BELOW])
def test_questions_beside_the_names_are_asked_about(
    made: Callable[..., bytes], way: str, small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = (TEXTS, NAMES) if way is ABOVE else (NAMES, TEXTS)
    tab = chosen(small, made(*head, *ROWS[1:]), monkeypatch, "march.csv")
    read = next(one for one in tab.button if one.label.startswith("This is right"))
    assert read.disabled
    tab.radio[0].set_value(way).run()
    press(tab, "This is right: read it")
    press(tab, "This is right: check 2 rows")
    assert not tab.error
    assert any(one.label == "Keep 2 rows" and not one.disabled for one in tab.button)


def test_words_below_the_names_may_be_answers(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = as_csv(("code", "day", "how"), ("a", "monday", "often"), ("b", "monday", "never"))
    tab = chosen(small, data, monkeypatch, "march.csv")
    tab.radio[0].set_value("Row 2 is answers").run()
    press(tab, "This is right: read it")
    assert any(one.label == "This is right: check 2 rows" for one in tab.button)


@pytest.mark.parametrize("made", [as_csv, book], ids=["CSV", "workbook"])
def test_names_below_a_title_are_shown_and_confirmed(
    made: Callable[..., bytes], small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = (("Praxis Muster, PHQ-9 2025",), ())
    tab = chosen(small, made(*title, *ROWS), monkeypatch, "march.csv")
    assert tab.number_input[0].value == 3
    assert not [one for one in tab.button if one.label.startswith("This is right: check")]
    tab.number_input[0].set_value(1).run()
    next(one for one in tab.button if one.label.startswith("This is right")).click().run()
    assert tab.error
    tab.number_input[0].set_value(3).run()
    press(tab, "This is right: read it")
    press(tab, "This is right: check 2 rows")
    assert any(one.label == "Keep 2 rows" and not one.disabled for one in tab.button)


@pytest.mark.parametrize("made", [as_csv, book], ids=["CSV", "workbook"])
def test_names_of_groups_are_confirmed_and_joined(
    made: Callable[..., bytes], small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    upper = ("client", "date", "PHQ-9", *[""] * 8, "Sum", *[""])
    lower = ("", "", *(f"q{number}" for number in range(1, 10)), "q1", "q2")
    row = ("A", DAY, *[1] * 9, 3, 4)
    tab = chosen(small, made(upper, lower, row), monkeypatch, "march.csv")
    assert tab.number_input[0].value == 2
    assert [one.value for one in tab.checkbox] == [True]
    assert "PHQ\\-9 q1" in tab.checkbox[0].label
    press(tab, "This is right: read it")
    press(tab, "This is right: check 1 row")
    assert any(one.label == "Keep 1 row" and not one.disabled for one in tab.button)
