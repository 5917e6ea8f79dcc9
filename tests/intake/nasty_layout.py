"""Nasty files by their letters, separators, headers and kinds."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile

from attachdash.intake import ProblemKind
from tests.intake.conftest import HEADER, PHQ9
from tests.intake.nasty import FIRST, Nasty, row, text

K = ProblemKind
GOOD = text(FIRST, row())
ACCENT = text(FIRST, row(client="Zoë"))
MIB = 1_000_000
SAVE = "CSV UTF-8"
MOVED = text(FIRST, header=",".join(("client", "date", *PHQ9[::-1])))


def separated(mark: str) -> str:
    return GOOD.replace(",", mark)


def zipped(*names: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return body.getvalue()


def ten_megabytes() -> bytes:
    rows = [row(client=f"C-{number}") for number in range(256_000)]
    return text(*rows).encode()


def long_cell(size: int) -> bytes:
    return text(
        f'"{"x" * size}",{FIRST}', f"short,{row()}", header=f"note,{HEADER}"
    ).encode()  # fmt: skip


def wide(columns: int) -> bytes:
    extra = [f"x{number}" for number in range(columns - 11)]
    return text(
        FIRST + "," * len(extra), header=",".join((HEADER, *extra))
    ).encode()  # fmt: skip


def _case(group: str, name: str, data: object, **verdict: object) -> Nasty:
    body = data.encode() if isinstance(data, str) else data
    return Nasty(group=group, name=name, data=body, **verdict)  # type: ignore[arg-type]


BOTH = {"kept": (2, 3)}
LETTERS = [
    ("UTF-8 with its mark", codecs.BOM_UTF8 + GOOD.encode(), BOTH),
    ("UTF-8 with its mark twice", codecs.BOM_UTF8 * 2 + GOOD.encode(), BOTH),
    ("UTF-16, low byte first, with its mark", codecs.BOM_UTF16_LE + ACCENT.encode("utf-16-le"),
     BOTH | {"holds": "Zoë"}),
    ("UTF-16, high byte first, with its mark", codecs.BOM_UTF16_BE + ACCENT.encode("utf-16-be"),
     BOTH | {"holds": "Zoë"}),
    ("UTF-16, low byte first, no mark", GOOD.encode("utf-16-le"),
     {"whole": K.NOT_A_CSV, "says": SAVE}),
    ("UTF-16, high byte first, no mark", GOOD.encode("utf-16-be"),
     {"whole": K.NOT_A_CSV, "says": SAVE}),
    ("UTF-16 cut in half a letter", codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le")[:-1],
     {"whole": K.ENCODING, "says": SAVE}),
    ("UTF-32", codecs.BOM_UTF32_LE + GOOD.encode("utf-32-le"),
     {"whole": K.NOT_A_CSV, "says": SAVE}),
    ("Windows-1252", ACCENT.encode("cp1252"), BOTH | {"holds": "Zoë"}),
    ("Latin-1", ACCENT.encode("latin-1"), BOTH | {"holds": "Zoë"}),
    ("Cyrillic in Windows-1251, read as Windows-1252 and asked about",
     text(FIRST, row(client="Ж1")).encode("cp1251"), BOTH | {"holds": "Æ1"}),
    ("a letter of no encoding", text(FIRST).encode() + b"\x81\n",
     {"whole": K.ENCODING, "says": SAVE}),
    ("UTF-8 with one invalid byte",
     text(FIRST, row(client="Müller")).encode() + row(client="Zo").encode() + b"\xeb\n",
     {"whole": K.ENCODING, "says": "some are UTF-8 and some are not"}),
    ("UTF-8 with control letters and an invalid byte", GOOD.encode() + b"\x01\xeb\n",
     {"whole": K.ENCODING, "says": SAVE}),
    ("EBCDIC", GOOD.encode("cp500"), {"whole": K.ENCODING, "says": SAVE}),
    ("a zero byte in a cell", text(FIRST, row("3\x00")),
     {"whole": K.NOT_A_CSV, "says": "zero bytes"}),
    ("the end mark of old DOS files", GOOD + "\x1a",
     BOTH | {"refused": {4: K.FIELDS}, "says": "1 cell"}),
]  # fmt: skip
SEPARATORS = [
    *((f"columns separated by {word}", separated(mark), BOTH)
      for word, mark in (("semicolon", ";"), ("tab", "\t"), ("vertical bar", "|"))),
    ("separated by blanks", separated(" "), {"whole": K.DELIMITER, "says": "single column"}),
    ("a row with other separators", text(FIRST, row().replace(",", ";")),
     {"kept": (2,), "refused": {3: K.FIELDS}, "says": "unquoted comma"}),
    ("every row with other separators than the header",
     text(FIRST.replace(",", ";"), row().replace(",", ";")),
     {"whole": K.HEADER, "says": "none has"}),
    ("“sep=;” in the first line", "sep=;\n" + separated(";"),
     {"whole": K.HEADER, "says": "Delete the first line"}),
    ("Windows line ends", GOOD.replace("\n", "\r\n"), BOTH),
    ("old Mac line ends", GOOD.replace("\n", "\r"), BOTH),
    ("mixed line ends", GOOD.replace("\n", "\r\n", 1), BOTH),
    ("no line end at the end", GOOD.rstrip(), BOTH),
    ("a row too short", text(FIRST, row()[:-2]), {"kept": (2,), "refused": {3: K.FIELDS},
     "says": "10 cells"}),
    ("a row too long", text(FIRST, row() + ",1"), {"kept": (2,), "refused": {3: K.FIELDS},
     "says": "12 cells"}),
    ("a separator at the end of some rows", text(FIRST, row() + ","),
     {"kept": (2,), "refused": {3: K.FIELDS}, "says": "12 cells"}),
    ("a separator at the end of all rows but the header", text(FIRST + ",", row() + ","),
     {"whole": K.HEADER, "says": "at the ends of rows"}),
    ("a separator at the end of every row", text(FIRST + ",", header=HEADER + ","),
     {"whole": K.HEADER, "says": "Delete columns that hold nothing"}),
    ("blank rows between", text(FIRST, "", "," * 10, " " + "," * 10, row()), {"kept": (2, 6)}),
    ("a row of blanks only", text(FIRST, "   ", row()),
     {"kept": (2, 4), "refused": {3: K.FIELDS}}),
    ("a row of totals at the end", text(FIRST, row(), "Sum,,0,2,4,6,0,2,4,6,0"),
     BOTH | {"refused": {4: K.DATE}}),
    ("a line break in a quoted cell", text(f'"a\nb",{FIRST}', f"c,{row()}",
     header=f"note,{HEADER}"), BOTH),
    ("a line break in a code", text(FIRST, row(client='"C\n2"')),
     {"kept": (2,), "refused": {3: K.CLIENT_CODE}, "says": "invisible"}),
    ("a stray quotation mark", text(FIRST, row(client='C"2')),
     {"whole": K.QUOTES, "says": "row 3"}),
    ("a quotation mark without partner", text(FIRST, row(client='"C-2'), row(client="C-3")),
     {"whole": K.QUOTES, "says": "partner"}),
    ("letters after a closing quotation mark", text(FIRST, row(client='"C"2')),
     {"whole": K.QUOTES, "says": "row 3"}),
    ("curled quotation marks", text(FIRST, row(client="“C-2”")),
     {"kept": (2,), "refused": {3: K.CLIENT_CODE}}),
]  # fmt: skip
HEADERS = [
    ("a name twice", text(FIRST, header=HEADER.replace("phq9_2", "phq9_1")),
     {"whole": K.HEADER, "says": "3, 4"}),
    ("a name twice but for a blank", text(FIRST, header=HEADER.replace("phq9_2", " phq9_1 ")),
     {"whole": K.HEADER, "says": "2 times"}),
    ("a name twice but for a letter nobody sees",
     text(FIRST, header=HEADER.replace("phq9_2", "phq9_1\u200b")),
     {"whole": K.HEADER, "says": "2 times"}),
    ("marks of writing direction around names",
     text(FIRST, header="\u200f" + HEADER.replace(",", "\u200e,")), {"kept": (2,)}),
    ("a column without a name", text(FIRST, header=HEADER.replace("phq9_2", "")),
     {"whole": K.HEADER, "says": "counted from the left: 4"}),
    ("a column named by blanks", text(FIRST, header=HEADER.replace("phq9_2", " \xa0 ")),
     {"whole": K.HEADER, "says": "counted from the left: 4"}),
    ("names only", text(), {"whole": K.EMPTY, "says": "at least one row"}),
    ("rows only", text(row(), header=FIRST), {"whole": K.HEADER, "says": "first row"}),
    ("an empty file", b"", {"whole": K.EMPTY, "says": "empty"}),
    ("blanks and line breaks only", b" \n\t\n", {"whole": K.EMPTY, "says": "empty"}),
    ("one column", "client\nC-1\n", {"whole": K.DELIMITER, "says": "single column"}),
    ("2,000 columns", lambda: wide(2000), {"kept": (2,)}),
    ("2,001 columns", lambda: wide(2001), {"whole": K.HEADER, "says": "Keep only the columns"}),
    ("16,000 columns", lambda: wide(16_000), {"whole": K.HEADER, "says": "16,000"}),
    ("a comment above the names, once confirmed", "# exported in March\n" + GOOD,
     {"kept": (3, 4)}),
    ("a comment with commas above the names, once confirmed", "# March, of us, all\n" + GOOD,
     {"kept": (3, 4)}),
    ("a title in the first cell, once confirmed", "March" + "," * 10 + "\n" + GOOD,
     {"kept": (3, 4)}),
    ("an empty line above the names, once confirmed", "\n" + GOOD, {"kept": (3, 4)}),
    ("a title above rows without names", "# exported in March\n" + FIRST + "\n" + row(),
     {"whole": K.DELIMITER, "says": "Delete the lines above"}),
    ("two rows of names", text("Client,Day" + ",Item" * 9, FIRST),
     {"kept": (3,), "refused": {2: K.DATE}}),
    ("names again in the middle", text(FIRST, HEADER, row()),
     {"kept": (2, 4), "refused": {3: K.DATE}}),
    ("columns in the reverse order", MOVED, {"kept": (2,), "holds": 1}),
]  # fmt: skip
SIZES = [
    ("10 MB of rows", ten_megabytes, {"kept_count": 256_000}),
    ("a quoted cell of 100 kB", lambda: long_cell(100_000), BOTH),
    ("a quoted cell of 1 MB", lambda: long_cell(MIB), BOTH),
    ("a quoted cell of 9.9 MB", lambda: long_cell(9_900_000), BOTH),
    ("a quoted cell of 9.9 MB that never ends", lambda: long_cell(9_900_000)[:9_000_000],
     {"whole": K.QUOTES, "says": "partner"}),
    ("a name of 9 MB", lambda: HEADER.encode() + b"x" * 9 * MIB + b"\n" + FIRST.encode(),
     {"whole": K.DELIMITER, "says": "row 1"}),
    ("5 million separators", lambda: b"," * 5 * MIB, {"whole": K.HEADER, "says": "5,000,001"}),
    ("5 million line breaks below the names", lambda: GOOD.encode() + b"\n" * 5 * MIB, BOTH),
    ("200 MB and a byte", lambda: bytes(200 * MIB + 1), {"whole": K.TOO_LARGE, "says": "Split it"}),
]  # fmt: skip
KINDS = [
    ("an .xlsx renamed", zipped("[Content_Types].xml", "xl/workbook.xml"), "spreadsheet"),
    ("an .ods renamed", zipped("mimetype", "content.xml"), "spreadsheet"),
    ("a .zip renamed", zipped("march.csv"), "zipped"),
    ("an .xls renamed", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old spreadsheet"),
    ("a .gz renamed", gzip.compress(GOOD.encode(), mtime=0), "compressed"),
    ("a .pdf renamed", b"%PDF-1.7\n%\xe2\xe3\n", "PDF"),
    ("a .png renamed", b"\x89PNG\r\n\x1a\n" + bytes(20), "picture"),
    ("a .jpg renamed", b"\xff\xd8\xff\xe0" + bytes(20), "picture"),
    ("an .exe renamed", b"MZ\x90\x00\x03" + bytes(60), "zero bytes"),
    ("a database renamed", b"SQLite format 3\x00" + bytes(80), "zero bytes"),
    ("a Parquet file renamed", b"PAR1" + bytes(20), "Parquet"),
    ("an .rtf renamed", b"{\\rtf1\\ansi march}", "rtf"),
    ("a web page", "<!DOCTYPE html><table><tr><td>a,b</td></tr></table>", "web page"),
    ("a web page with a byte order mark", "\ufeff<html><body>a,b\n1,2\n", "web page"),
    ("a table of a web page", "<table><tr><td>a,b\n1,2\n", "web page"),
    ("a web page in UTF-16", "<html>a,b\n1,2\n".encode("utf-16"), "web page"),
    ("XML", '<?xml version="1.0"?>\n<a b="1,2"/>\n', "XML"),
    ("JSON, a list", '[{"client": "C-1", "q1": 0},\n{"client": "C-2", "q1": 1}]\n', "JSON"),
    ("JSON, an object", '{"rows": [[1, 2], [3, 4]]}\n', "JSON"),
]
CASES = (
    *(_case("Letters", name, data, **said) for name, data, said in LETTERS),
    *(_case("Rows and separators", name, data, **said) for name, data, said in SEPARATORS),
    *(_case("Names of columns", name, data, **said) for name, data, said in HEADERS),
    *(_case("Sizes", name, data, **said) for name, data, said in SIZES),
    *(_case("Other kinds of file", name, data, whole=K.NOT_A_CSV, says=says)
      for name, data, says in KINDS),
)  # fmt: skip
