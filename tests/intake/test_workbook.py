"""What a workbook's cells say, what is told of them, and which workbooks are refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook as Made
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from attachdash.instruments import Library
from attachdash.intake import (
    Checked,
    Mapping,
    ProblemKind,
    Unreadable,
    Workbook,
    open_file,
)
from tests.intake.books import (
    BOOK,
    NAMES,
    ROW,
    SHEET,
    book,
    calculated,
    edited,
    read_file,
)
from tests.intake.checked import check
from tests.intake.conftest import TODAY


@pytest.fixture
def check_book(
    instruments: Library, make_mapping: Callable[..., Mapping]
) -> Callable[..., Checked]:
    """Check a workbook under the usual mapping, changed as said."""

    def run(data: bytes, **said: object) -> Checked:
        mapping = make_mapping(**said)
        return check(read_file("march.xlsx", data), mapping, instruments[mapping.instrument], TODAY)

    return run


def cells(data: bytes, **chosen: Any) -> list[tuple[str, ...]]:
    return read_file("a.xlsx", data, **chosen).frame.rows()


def test_a_workbook_says_what_the_same_csv_says(
    check_book: Callable[..., Checked], check_text: Callable[..., Checked]
) -> None:
    rows = [(f"C-{n}", date(2026, 10, n), *((n + item) % 4 for item in range(9)))
            for n in range(1, 9)]  # fmt: skip
    rows[3] = (*rows[3][:5], None, *rows[3][6:])
    text = [",".join("" if cell is None else str(cell) for cell in row) for row in (NAMES, *rows)]
    ours, theirs = check_book(book(NAMES, *rows)), check_text("\n".join(text))
    assert ours.rows.equals(theirs.rows)
    assert ours.answers is not None
    assert theirs.answers is not None
    assert ours.answers.tolist() == theirs.answers.tolist()
    assert not ours.problems


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("C-1", "General", "C-1"),
        ("007", "General", "007"),
        (2, "General", "2"),
        (2.0, "0.00", "2"),
        (2.5, "General", "2.5"),
        (0.1 + 0.2, "General", "0.3"),
        (-3, "#,##0", "-3"),
        (True, "General", "TRUE"),
        (date(2026, 11, 3), "dd/mm/yyyy", "2026-11-03"),
        (datetime(2026, 11, 3), "m/d/yy", "2026-11-03"),
        (datetime(2026, 11, 3, 14, 30), "m/d/yy h:mm", "2026-11-03 14:30:00"),
        (time(14, 30), "h:mm", "14:30:00"),
        (46329, "General", "46329"),  # nobody said that it is a day
        # What people see is the code: Excel keeps the number.
        (87, "0000", "0087"),
        (87, '"C-"0000', "C-0087"),
        (123456, "000-000", "123-456"),
        (123456, "00000", "123456"),
        (87, "#0", "87"),
        (0.85, "0%", "85%"),
        (3, '0 "points"', "3 points"),
        (2.5, "0000", "2.5"),
        (3, "0;[Red]-0", "3"),
        ("#REF!", "General", "#REF!"),
        ("Zoë\n“ÿ” 漢字", "General", "Zoë\n“ÿ” 漢字"),
    ],
)
def test_a_cell_is_the_text_that_people_see(value: object, number_format: str, text: str) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"] = value
        sheet["A2"].number_format = number_format

    assert cells(book(("a", "b"), (1, 5), change=change)) == [(text, "5")]


def test_days_are_counted_from_where_the_workbook_counts_them() -> None:
    made = Made()
    made.epoch = CALENDAR_MAC_1904
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for row in (NAMES, ROW):
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    table = read_file("mac.xlsx", out.getvalue())
    assert table.frame["date"].to_list() == ["2026-11-03"]
    assert any("1904" in note for note in table.notes)
    assert not read_file("other.xlsx", book()).notes


def test_the_names_are_found_below_a_title_and_rows_keep_their_numbers() -> None:
    data = book(("PHQ-9, clinic north",), (), ("Exported", date(2026, 11, 4)), NAMES, ROW, (), ROW)
    found = open_file("a.xlsx", data)
    assert isinstance(found, Workbook)
    assert not found.is_plain
    assert found.proposed.names_row == 4
    table = found.table()
    assert table.columns == NAMES
    assert table.row_numbers.tolist() == [5, 7]
    assert table.read_as == "Sheet “Answers”, column names in row 4."
    with pytest.raises(
        Unreadable, match=r"row 2: expected the columns' names, but the row is empty"
    ):
        found.table(names_row=2)


def test_the_sheet_with_most_rows_is_proposed_and_another_can_be_named() -> None:
    data = book(("a", "b"), ("x", "1"), sheets={"All": [NAMES, ROW, ROW], "Empty": []})
    found = open_file("a.xlsx", data)
    assert isinstance(found, Workbook)
    assert [sheet.name for sheet in found.sheets] == ["Answers", "All"]
    assert found.proposed.name == "All"
    assert found.table("answers").columns == ("a", "b")
    assert found.table("Answers").sha256 != found.table("All").sha256
    with pytest.raises(
        Unreadable, match="expected a sheet called Old, but there are: Answers, All"
    ):
        found.table("Old")


def test_a_hidden_sheet_is_proposed_only_where_there_is_no_other() -> None:
    made = Made()
    shown, hidden = made.active, made.create_sheet("Old")
    assert isinstance(shown, Worksheet)
    shown.title = "New"
    for sheet, times in ((shown, 1), (hidden, 9)):
        for row in (NAMES, *[ROW] * times):
            sheet.append(row)
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    found = open_file("a.xlsx", out.getvalue())
    assert isinstance(found, Workbook)
    assert found.proposed.name == "New"
    assert found.sheets[1].is_hidden


def test_hidden_rows_and_columns_are_read_and_told() -> None:
    def change(sheet: Worksheet) -> None:
        for row in (2, 3, 4):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["C"].hidden = True

    table = read_file("a.xlsx", book(NAMES, *[ROW] * 5, change=change))
    assert table.frame.height == 5
    assert table.notes == (
        "3 hidden rows are read too.",
        "1 hidden column is read too (phq9_1).",
    )


def test_a_merged_answer_is_refused_and_told_never_read_as_blank(
    check_book: Callable[..., Checked],
) -> None:
    checked = check_book(book(NAMES, ROW, change=lambda sheet: sheet.merge_cells("D2:E2")))
    [problem] = checked.problems
    assert (problem.row, problem.column, problem.value) == (2, "phq9_3", "(merged with D2)")
    assert any("D2:E2" in note for note in checked.notes)
    assert problem.file == "march.xlsx, sheet Answers"


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!"])
def test_an_error_cell_is_refused_by_row_and_column(
    error: str, check_book: Callable[..., Checked]
) -> None:
    checked = check_book(book(NAMES, ROW, ROW, (*ROW[:4], error, *ROW[5:])))
    [problem] = checked.problems
    assert (problem.row, problem.column, problem.value) == (4, "phq9_3", error)
    assert problem.kind is ProblemKind.NOT_A_NUMBER


def a_formula(saved: str, kind: str = "") -> bytes:
    data = calculated(book(NAMES, (*ROW[:4], "=1+1", *ROW[5:])))
    return edited(data, SHEET, '<c r="E2"><f>1+1</f><v />', f'<c r="E2"{kind}><f>1+1</f>{saved}')


def test_a_formula_gives_its_saved_value_and_is_told(check_book: Callable[..., Checked]) -> None:
    checked = check_book(a_formula("<v>2</v>"))
    assert checked.answers is not None
    assert checked.answers[0, 2] == 2
    assert "1 cell holds a formula: read as the value that was saved with it." in checked.notes


def test_a_formula_that_came_to_nothing_is_blank(check_book: Callable[..., Checked]) -> None:
    checked = check_book(a_formula("<v></v>", ' t="str"'))
    assert checked.answers is not None
    assert checked.answers[0, 2] < 0


@pytest.mark.parametrize(
    "data",
    [
        a_formula("<v></v>"),
        a_formula(""),
        # A program that can't calculate writes 0 everywhere and asks for it on opening.
        edited(a_formula("<v>0</v>"), BOOK, "<calcPr ", '<calcPr fullCalcOnLoad="1" '),
    ],
    ids=["empty", "none", "never calculated"],
)
def test_a_formula_without_a_saved_value_refuses_its_row(
    data: bytes, check_book: Callable[..., Checked]
) -> None:
    checked = check_book(data)
    [problem] = checked.problems
    assert (problem.row, problem.column, problem.value) == (2, "phq9_3", "=1+1")
    assert any("row 2 have no saved value" in note for note in checked.notes)
