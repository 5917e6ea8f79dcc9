"""The import page: answers in words are given their value once, and come in as that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.intake import Table, read_csv
from attachdash.practice import exporting
from attachdash.web.import_draft import Draft
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "import_file.py"
HEADER = ",".join(["client_code", "date", *(f"phq9_{number}" for number in range(1, 10))])
DAY = TODAY - timedelta(days=30)


def worded(*rows: str, header: str = HEADER) -> Table:
    return read_csv("words.csv", "\n".join([header, *rows, ""]).encode())


def opened(
    house: House, monkeypatch: pytest.MonkeyPatch, table: Table, who: str = "t.one"
) -> AppTest:
    """The page with this file chosen, where the meaning of its columns is asked."""
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    tab = AppTest.from_file(PAGE, default_timeout=30)
    tab.session_state["_import"] = Draft(0, table)
    tab.run()
    assert not tab.exception
    return tab


def press(tab: AppTest, label: str) -> None:
    next(one for one in tab.button if one.label.startswith(label)).click().run()
    assert not tab.exception


def said(tab: AppTest) -> str:
    return "\n".join(one.value for one in (*tab.markdown, *tab.get("html"), *tab.header)
                     if isinstance(one.value, str))  # fmt: skip


def keeps(tab: AppTest) -> str:
    """What stands on the button that keeps the file."""
    [found] = [one.label for one in tab.button if one.label.startswith("Keep ")
               and one.label != "Keep none"]  # fmt: skip
    return str(found)


def word(tab: AppTest, start: str) -> object:
    return next(one for one in tab.selectbox if one.label.startswith(f"“{start}"))


def test_words_come_in_as_what_was_said_of_them(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = worded(
        f"A,{DAY}," + ",".join(["Never"] * 8 + ["often"]),
        f"A,{DAY + timedelta(days=1)}," + ",".join(["Ofen"] + ["Never"] * 8),
    )
    tab = opened(small, monkeypatch, table)
    assert [one.label for one in tab.selectbox if one.label.startswith("“")] == [
        "“Never” (16)", "“Ofen” (1)", "“often” (1)"
    ]  # fmt: skip
    assert word(tab, "Never").value is None  # type: ignore[attr-defined]
    word(tab, "Never").select("0").run()  # type: ignore[attr-defined]
    word(tab, "often").select("3").run()  # type: ignore[attr-defined]
    press(tab, "This is right")
    assert "Word without a value" in said(tab)
    assert keeps(tab) == "Keep 1 row: 1 word lacks a meaning"
    press(tab, "Keep 1 row")
    lines = exporting.export(small.viewer("t.one"))["phq9.csv"].splitlines()
    [line] = [one for one in lines if str(DAY) in one]
    assert not [one for one in lines if str(DAY + timedelta(days=1)) in one]
    assert "0,0,0,0,0,0,0,0,3" in line


def test_words_come_in_where_each_row_is_an_answer(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their columns are those of the forms that the rows make, not of the file."""
    rows = [f"A,{DAY},phq9_{n},{'often' if n == 9 else 'Never'}" for n in range(1, 10)]
    tab = opened(small, monkeypatch, worded(*rows, header="client_code,date,item,answer"))
    word(tab, "Never").select("0").run()  # type: ignore[attr-defined]
    word(tab, "often").select("3").run()  # type: ignore[attr-defined]
    press(tab, "This is right")
    press(tab, "Keep 1 row")
    lines = exporting.export(small.viewer("t.one"))["phq9.csv"].splitlines()
    assert any(str(DAY) in one and "0,0,0,0,0,0,0,0,3" in one for one in lines)


def test_the_button_that_keeps_a_file_says_how_many_words_lack_a_meaning(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of the questionnaires checked before, and where every row is refused for it."""
    header = HEADER + "," + ",".join(f"gad7_{number}" for number in range(1, 8))
    table = worded(f"A,{DAY},Never,{'often,' * 8}{'selten,' * 6}oft", header=header)
    tab = opened(small, monkeypatch, table)
    chooser = next(one for one in tab.selectbox if one.label.startswith("Which questionnaire"))
    chooser.select(next(one for one in chooser.options if one.startswith("PHQ-9:"))).run()
    press(tab, "This is right")
    assert keeps(tab) == "Keep 0 rows: 2 words lack a meaning"
    assert "Say what it means" in said(tab)
    press(tab, "Back to the columns")
    word(tab, "Never").select("0").run()  # type: ignore[attr-defined]
    press(tab, "This is right")
    assert keeps(tab) == "Keep 0 rows: 1 word lacks a meaning"
    press(tab, "First add from this file: GAD-7")
    press(tab, "This is right")
    assert keeps(tab) == "Keep 0 rows of 2 questionnaires: 3 words lack a meaning"
    press(tab, "Back to the columns")
    press(tab, "Leave this one out")
    assert keeps(tab) == "Keep 0 rows: 1 word lacks a meaning"


def test_a_saved_mapping_is_offered_and_taken_over_by_one_click(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ",".join(["Never"] * 9)
    tab = opened(small, monkeypatch, worded(f"A,{DAY},{row}"))
    assert "Saved mappings that fit" not in said(tab)
    word(tab, "Never").select("0").run()  # type: ignore[attr-defined]
    press(tab, "This is right")
    next(one for one in tab.text_input if one.label == "Name").set_value("Clinic export")
    press(tab, "Save the mapping")
    assert "Saved as Clinic export, version 1." in [one.value for one in tab.success]

    # Another person, another file of the same columns.
    tab = opened(small, monkeypatch, worded(f"B,{DAY},{row}"), "t.two")
    assert word(tab, "Never").value is None  # type: ignore[attr-defined]
    press(tab, "Use “Clinic export”")
    assert word(tab, "Never").value == "0"  # type: ignore[attr-defined]
    press(tab, "This is right")
    assert any(one.label == "Keep 1 row" for one in tab.button)

    other = worded(f"A,{DAY},{row}", header=HEADER.replace("date", "day"))
    assert "Saved mappings that fit" not in said(opened(small, monkeypatch, other))


def test_totals_and_repeats_are_shown_with_their_rows(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones, day = ",".join(["1"] * 9), DAY + timedelta(days=3)
    table = worded(
        f"A,{DAY},{ones},9",
        f"A,{DAY},{ones},9",
        f"A,{DAY + timedelta(days=1)},{ones},10",
        f"A,{day},{ones},9",
        f"A,{day},2,{ones[2:]},10",
        header=HEADER + ",phq9_total",
    )
    tab = opened(small, monkeypatch, table)
    press(tab, "This is right")
    text = said(tab)
    assert "1 total of the file is not our score of the same row" in text
    assert "Same answers as row 2: counted once" in text
    assert "row 6 has other answers" in text
    assert "row 5 has other answers" in text
    totals = next(one.value for one in tab.dataframe if "File says" in one.value.columns)
    assert totals[["Row", "File says", "Our score"]].to_numpy().tolist() == [[4, "10", "9"]]
    press(tab, "Keep 2 rows")
    assert "1 total of the file differed from our scores" in said(tab)


def test_a_column_says_who_answered_and_each_word_is_asked_about_once(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["client_code", "date", "informant", *(f"rcads25_{n}" for n in range(1, 26))]
    rows = [f"A,{DAY},{who}{',1' * 25}" for who in ("mother", "Kind", "Oma")]
    tab = opened(small, monkeypatch, worded(*rows, header=",".join(names)))
    column = next(one for one in tab.selectbox if one.label == "Who answered stands in")
    assert column.value == "informant"
    assert not [one for one in tab.selectbox if one.label == "Who answered?"]
    assert (word(tab, "mother").value, word(tab, "Kind").value) == ("mother", None)
    word(tab, "Kind").select("self").run()
    press(tab, "This is right")
    assert keeps(tab) == "Keep 2 rows: 1 word lacks a meaning"
    press(tab, "Back to the columns")
    assert word(tab, "Kind").value == "self"
    word(tab, "Oma").select("carer").run()
    press(tab, "This is right")
    assert keeps(tab) == "Keep 3 rows"
    press(tab, "Keep 3 rows")
    assert "3 rows are kept" in said(tab)


def test_long_column_names_are_shortened_and_can_be_read_in_full(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They begin and end alike: only their place tells them apart in a field.
    asked = [f"PHQ {'x' * 120} {n} {'y' * 120}" for n in range(1, 10)]
    table = worded(f"A,{DAY}{',1' * 9}", header=",".join(["client_code", "date", *asked]))
    tab = opened(small, monkeypatch, table)
    chooser = next(one for one in tab.selectbox if one.label.startswith("Which questionnaire"))
    [phq9] = [one for one in chooser.options if one.startswith("PHQ-9:")]
    chooser.select(phq9).run()
    way = next(one for one in tab.get("button_group") if one.label.startswith("Answers to items"))
    way.set_value(["A run of columns"]).run()
    first = next(one for one in tab.selectbox if one.label == "Item 1 stands in")
    assert max(map(len, first.options)) < 80
    assert len(set(first.options)) == 11
    first.select(asked[0]).run()
    assert not tab.exception
    assert all(one in said(tab) for one in asked)
