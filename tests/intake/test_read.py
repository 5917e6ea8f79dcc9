"""What is a file that can be read, and what is said of one that can't."""

import codecs
import csv
import io
import zipfile

import pytest

from attachdash.errors import ForPeople, Invalid
from attachdash.intake import ProblemKind, Unreadable, read_csv
from attachdash.intake import layout as layout_module

GOOD = "client,date,a\nC-1,2026-11-03,1\nC-2,2026-11-04,2\n"


def zipped() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return body.getvalue()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (GOOD.encode(), "utf-8"),
        (codecs.BOM_UTF8 + GOOD.encode(), "utf-8"),  # as Excel saves CSV UTF-8
        (codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"), "utf-16"),  # Excel's "Unicode text"
        (codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"), "utf-16"),
        (GOOD.replace("C-2", "Zoë").encode("cp1252"), "windows-1252"),
        (GOOD.replace("\n", "\r\n").encode(), "utf-8"),  # Windows line ends
        (GOOD.replace("\n", "\r").encode(), "utf-8"),  # old Mac line ends
        (GOOD.rstrip("\n").encode(), "utf-8"),  # no line end at the end
        ((GOOD + "\n\n\r\n").encode(), "utf-8"),  # blank lines at the end
        (('"client","date","a"\n' + GOOD.split("\n", 1)[1]).encode(), "utf-8"),  # quoted header
    ],
)
def test_every_usual_way_of_writing_a_file_gives_the_same_table(data, encoding):
    table = read_csv("march.csv", data)
    assert table.encoding == encoding
    assert table.columns == ("client", "date", "a")
    assert table.frame["date"].to_list() == ["2026-11-03", "2026-11-04"]
    assert table.frame["a"].to_list() == ["1", "2"]
    assert table.row_numbers.tolist() == [2, 3]
    assert table.total_rows == 2
    assert (encoding == "windows-1252") == any("Windows-1252" in note for note in table.notes)


def test_windows_1252_letters_come_out_right():
    table = read_csv("a.csv", "client,date\nZoë €,1\n".encode("cp1252"))
    assert table.frame["client"].to_list() == ["Zoë €"]


@pytest.mark.parametrize(
    ("delimiter", "word"),
    [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")],
)
def test_the_separator_is_found_by_looking(delimiter, word):
    table = read_csv("a.csv", GOOD.replace(",", delimiter).encode())
    assert table.delimiter == delimiter
    assert table.delimiter_word == word
    assert table.frame.width == 3


def test_the_separator_is_the_one_that_fits_the_rows_too():
    # Decimal commas make two commas a row, but none in the header; names with commas the reverse.
    assert read_csv("a.csv", b"client;date;a\nC-1;1,5;2,5\n").delimiter == ";"
    assert read_csv("a.csv", b"client;how, and when;a\nC-1;x;y\nC-2;x;y\n").delimiter == ";"


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", ProblemKind.EMPTY, "empty"),
        (b"\n \n\n", ProblemKind.EMPTY, "empty"),  # nothing but blanks
        (codecs.BOM_UTF8, ProblemKind.EMPTY, "empty"),
        (b"client,date,a\n", ProblemKind.EMPTY, "at least one row"),  # header only
        (b"client,date,a\n,,\n , ,\n", ProblemKind.EMPTY, "at least one row"),  # empty rows only
        (zipped(), ProblemKind.NOT_A_CSV, "CSV UTF-8"),  # xlsx
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ProblemKind.NOT_A_CSV, "CSV UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3", ProblemKind.NOT_A_CSV, "PDF"),
        (b"<!DOCTYPE html><table>", ProblemKind.NOT_A_CSV, "web page"),  # "xls" from a website
        (b"client,date\nC-\x001,2\n", ProblemKind.NOT_A_CSV, "zero bytes"),
        (GOOD.encode("utf-16-le"), ProblemKind.NOT_A_CSV, "CSV UTF-8"),  # UTF-16 without its mark
        (codecs.BOM_UTF16_LE + b"a", ProblemKind.ENCODING, "UTF-8"),  # half a letter
        (codecs.BOM_UTF32_LE + GOOD.encode("utf-32-le"), ProblemKind.NOT_A_CSV, "CSV UTF-8"),
        (b"client,date\nZo\xeb\x01,2\n", ProblemKind.ENCODING, "UTF-8"),  # control characters
        (b"client,date\nZo\x81,2\n", ProblemKind.ENCODING, "UTF-8"),  # no letter in cp1252
        (b"just one column\n1\n", ProblemKind.DELIMITER, "single column"),
        (b"sep=;\nclient;date\n1;2\n", ProblemKind.HEADER, "Delete the first line"),
        (b"client,date,date\n1,2,3\n", ProblemKind.HEADER, "2, 3"),  # a name twice
        (b"client,date, date \n1,2,3\n", ProblemKind.HEADER, "2, 3"),  # the same but for blanks
        (b"client,,a\n1,2,3\n", ProblemKind.HEADER, "counted from the left: 2"),  # no name
        (b"client,date,\n1,2,\n", ProblemKind.HEADER, "counted from the left: 3"),
        (b"\nclient,date\n1,2\n", ProblemKind.DELIMITER, "row 1"),  # names not in row 1
        (b",,\nclient,date,a\n", ProblemKind.HEADER, "first row"),
        (b"C-1,2026-11-03,1\nC-2,2026-11-04,2\n", ProblemKind.HEADER, "first row"),  # no header
        (b'client,date\nC-1,"x\nC-2,y\n', ProblemKind.QUOTES, "partner"),  # would swallow a row
        (b'client,date\nC-1,a "b" c\n', ProblemKind.QUOTES, "row 2"),
        (b'client,date\nC-1,"a"b\n', ProblemKind.QUOTES, "row 2"),
        (",".join(f"c{i}" for i in range(3000)).encode(), ProblemKind.HEADER, "2,000 columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole_with_its_cure(data, kind, says):
    with pytest.raises(Unreadable) as refusal:
        read_csv("march.csv", data)
    assert kind in {problem.kind for problem in refusal.value.problems}
    assert all(problem.kind.is_for_whole_file for problem in refusal.value.problems)
    assert says in str(refusal.value)
    assert str(refusal.value).startswith("march.csv")
    assert isinstance(refusal.value, ForPeople)
    assert isinstance(refusal.value, Invalid)


def test_a_huge_file_is_refused_before_it_is_looked_at(monkeypatch):
    monkeypatch.setattr(layout_module, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="Split it"):
        read_csv("a.csv", GOOD.encode())


def test_rows_with_more_or_fewer_cells_are_problems_and_never_shift_others():
    table = read_csv("march.csv", b"client,date,a\nC-1,x,1\nC-2,2\nC-3,x,3,4\n\nC-4,x,5\n")
    assert table.row_numbers.tolist() == [2, 6]
    assert table.frame["a"].to_list() == ["1", "5"]
    assert [str(problem) for problem in table.problems] == [
        "march.csv, row 3: found 2 cells; expected 3 cells, as in the header. "
        "Look for a missing or unquoted comma in this row.",
        "march.csv, row 4: found 4 cells; expected 3 cells, as in the header. "
        "Look for a missing or unquoted comma in this row.",
    ]
    assert table.total_rows == 4


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    # A line break inside quotation marks ends no row; an empty row keeps its number.
    text = b'client,note\nC-1,"two\nlines, ""quoted"""\n\n,\nC-2,x\n'
    table = read_csv("a.csv", text)
    assert table.frame.rows() == [("C-1", 'two\nlines, "quoted"'), ("C-2", "x")]
    assert table.row_numbers.tolist() == [2, 5]
    assert table.notes == ("1 empty row was left out.",)


def test_nothing_is_guessed_from_a_cell():
    table = read_csv("a.csv", b"a,b,c,d,e\nNA,007,,1e5,true\n")
    assert table.frame.rows() == [("NA", "007", "", "1e5", "true")]


def test_what_the_csv_module_writes_is_read_back():
    rows = [["a", "b"], ["x,y", 'say "so"'], ["", "line\nbreak"], ["é", " spaced "]]
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
        out = io.StringIO()
        csv.writer(out, quoting=quoting).writerows(rows)
        table = read_csv("a.csv", out.getvalue().encode())
        assert [list(row) for row in table.frame.rows()] == rows[1:]
