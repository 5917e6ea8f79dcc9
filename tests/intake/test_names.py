"""Names of groups of columns in a row above: joined with the columns' own, once confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from attachdash.instruments import library
from attachdash.intake import Table, Titled, Workbook, open_file, propose
from attachdash.intake.names import are_grouped, joined
from tests.intake.books import book, read_file

UPPER = ("Client", "Day", "PHQ-9", *[""] * 8, "GAD-7", *[""] * 6, "Note")
LOWER = ("", "", *(f"q{n}" for n in range(1, 10)), *(f"q{n}" for n in range(1, 8)), "")
ROW = ("C-1", "2026-11-03", *["1"] * 9, *["2"] * 7, "")
COLUMNS = (
    "Client", "Day", *(f"PHQ-9 q{n}" for n in range(1, 10)),
    *(f"GAD-7 q{n}" for n in range(1, 8)), "Note",
)  # fmt: skip


def as_csv(*rows: tuple[str, ...]) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (("PHQ-9", "", ""), ("q1", "q2", "q3"), ["PHQ-9 q1", "PHQ-9 q2", "PHQ-9 q3"]),
        (("Client", "", "A", ""), ("", "day", "1", "2"), ["Client", "day", "A 1", "A 2"]),
        (("A", "B"), ("", "b", "c"), ["A", "B b", "B c"]),  # the row above ends early
        (("", "A"), ("x", ""), ["x", "A"]),
    ],
)
def test_a_group_reaches_over_the_blanks_to_its_right(upper, lower, names):
    assert joined(upper, lower) == names


def test_only_rows_that_name_all_columns_together_look_grouped():
    assert are_grouped(UPPER, LOWER)
    assert not are_grouped(("Praxis Muster", "", ""), ("client", "day", "q1"))  # a title
    assert not are_grouped(("client", "day", ""), ("C-1", "2026-11-03", "1"))  # answers
    assert not are_grouped(("client", "", "q1"), ("C-1", "45000", "45000"))
    assert not are_grouped(("client", "day", "q1"), ("who?", "when?", "how?"))


def test_a_questionnaire_over_its_numbered_items_groups_them():
    head = ("client", "day", "by")
    assert are_grouped(("", "", "", "CSI-4", "", "", ""), (*head, *"1234"))
    assert are_grouped(("", "", "", "A", "", "", "B", "", ""), (*head, *"123123"))
    assert not are_grouped(("Praxis", "", "", "", "", ""), (*head, *"123"))  # a title
    assert not are_grouped(("", "", "", "A", "", ""), ("C-1", "", "x", *"132"))  # answers
    assert not are_grouped(("", "", "", "A", ""), (*head, *"12"))


@pytest.mark.parametrize("above", [(), (("Praxis Muster",), ("",))], ids=["first", "titled"])
@pytest.mark.parametrize("made", [as_csv, book], ids=["CSV", "workbook"])
def test_grouped_names_are_proposed_and_joined(made, above):
    data = made(*above, UPPER, LOWER, ROW)
    found = open_file("march", data)
    assert isinstance(found, Titled | Workbook)  # a person confirms it
    assert not isinstance(found, Workbook) or not found.is_plain
    table = read_file("march", data)
    first = len(above) + 1
    assert (table.groups_row, table.names_row) == (first, first + 1)
    assert table.columns == COLUMNS
    assert table.row_numbers.tolist() == [first + 2]
    assert f"rows {first} and {first + 1}" in table.read_as
    proposed = propose(table, library(), date(2026, 11, 27), instrument="phq9")
    assert proposed.items == COLUMNS[2:11]


def test_merged_cells_are_groups_once_somebody_says_so():
    def merge(sheet) -> None:
        for cells in ("A1:A2", "B1:B2", "C1:K1", "L1:R1", "S1:S2"):
            sheet.merge_cells(cells)

    table: Table = read_file("march.xlsx", book(UPPER, LOWER, ROW, change=merge))
    assert table.columns == COLUMNS
