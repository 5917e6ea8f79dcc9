"""Two header rows: said by a person, and every row keeps the file's own number."""

from attachdash.intake import read_csv
from attachdash.intake.headers import second_is_header

TEXTS = 'Who are you?,When?,"Over the last 2 weeks, little interest?"'
NAMES = "client,date,phq9_1"
ROW = "C-1,2026-11-03,2"


def read(*lines: str, **said: int):
    return read_csv("a.csv", "\n".join(lines).encode(), **said)


def test_names_in_the_second_row_are_the_columns_and_rows_keep_their_numbers():
    table = read(TEXTS, NAMES, ROW, ROW, header_rows=2, names_row=2)
    assert table.columns == ("client", "date", "phq9_1")
    assert table.row_numbers.tolist() == [3, 4]
    assert (table.first_row, table.total_rows) == (3, 2)


def test_questions_in_the_second_row_are_left_out():
    table = read(NAMES, TEXTS, ROW, "short,row", header_rows=2)
    assert table.columns == ("client", "date", "phq9_1")
    assert table.row_numbers.tolist() == [3]
    assert table.ragged_rows.tolist() == [4]


def test_only_a_row_of_words_looks_like_a_header():
    assert second_is_header(read(TEXTS, NAMES, ROW))
    assert second_is_header(read(NAMES, TEXTS, ROW))
    assert not second_is_header(read(NAMES, ROW, ROW))
    assert not second_is_header(read(NAMES, "C-1,often,", ROW))
    assert not second_is_header(read(TEXTS, NAMES, ROW, header_rows=2, names_row=2))
