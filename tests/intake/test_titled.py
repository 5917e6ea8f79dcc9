"""Lines above the names of a CSV: where the names seem to stand, and what a person makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from attachdash.intake import Table, Titled, Unreadable, read_csv
from attachdash.intake.blocks import open_stream
from attachdash.intake.titled import open_csv

NAMES = "client,date,phq9_1,phq9_2"
ROWS = "C-1,2026-11-03,1,2\nC-2,2026-11-04,0,3\n"
PLAIN = f"{NAMES}\n{ROWS}"


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Praxis Muster\n", 2),
        ("Praxis Muster, PHQ-9 2025\n\n", 3),  # the separator stands in the title too
        ("\n\n", 3),
        ("Praxis Muster,,,\nStand,2025,,\n,,,\n", 4),  # as a spreadsheet writes it
        ('"Praxis\nMuster"\n', 2),  # a row of two lines
        ("Praxis Muster; Ort\nPHQ-9; 2025\n", 3),  # a separator that only the title has
    ],
)
def test_the_names_below_a_title_are_found_and_every_row_keeps_its_number(above: str, row: int):
    for letter in ",;\t":
        data = (above + PLAIN.replace(",", letter)).encode()
        found = open_csv("march.csv", data)
        assert isinstance(found, Titled)
        assert found.names_row == row
        table = found.table()
        assert table.columns == tuple(NAMES.split(","))
        assert table.row_numbers.tolist() == [row + 1, row + 2]
        assert table.delimiter == letter
        assert found.first_rows(2, row)[0] == (row, table.columns)
        if ";" not in above:  # two title lines alike pass for a table
            with pytest.raises(Unreadable):
                read_csv("march.csv", data)  # nobody has said where they are


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"{NAMES}\n{ROWS}short,row\n",
        "client,date\nC-1,2026-11-03\n",
        "client;date;score\nC-1;2026-11-03;1,5\nC-2;2026-11-03;2,5\n",
        f"Who are you?,When?,First?,Second?\n{PLAIN}",  # questions: asked about elsewhere
        "client,date,a\n",
    ],
)
def test_a_file_that_begins_with_its_names_is_never_asked_about(text: str):
    try:
        found = open_csv("march.csv", text.encode())
    except Unreadable:
        return
    assert isinstance(found, Table)
    assert found.names_row == 1


@pytest.mark.parametrize("groups", ["", ";;PHQ-9;;;GAD-7;;\n", ";;CSI;;;;;\n"])
def test_items_named_by_their_numbers_are_names(groups: str):
    numbers = "1;2;3;1;2;3" if "GAD" in groups else "1;2;3;4;5;6"
    rows = "".join(f"C-1;0{day}.03.2026;1;2;0;1;2;3\n" for day in range(1, 5))
    found = open_csv("march.csv", f"Praxis\n\n{groups}client;date;{numbers}\n{rows}".encode())
    assert isinstance(found, Titled)
    assert (found.groups_row, found.names_row) == ((3, 4) if groups else (None, 3))


def test_rows_of_answers_are_no_names():
    for rows in ("C-1,2026-11-03,1\nC-2,2026-11-04,2\n", "C-1,45000,1\nC-2,45001,2\n"):
        with pytest.raises(Unreadable, match="Delete the lines above"):
            open_csv("march.csv", f"Praxis\n{rows}".encode())


def test_a_large_file_says_where_its_names_seem_to_stand(tmp_path: Path):
    path = tmp_path / "march.csv"
    path.write_text(f"Praxis Muster, 2025\n\n{PLAIN}")
    stream = open_stream(path, names_row=None)
    assert stream.layout.names_row == 3
    [block] = stream.blocks()
    assert block.row_numbers.tolist() == [4, 5]
    path.write_text(PLAIN)
    assert open_stream(path, names_row=None).layout.names_row == 1
