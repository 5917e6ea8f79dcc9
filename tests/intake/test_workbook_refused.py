"""Which sheets and workbooks are refused, with the cure, and what the reading process may take."""

from __future__ import annotations

import io
import random
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from attachdash.intake import (
    ProblemKind,
    Unreadable,
    open_file,
    read_csv,
    workbook,
)
from tests.intake.books import (
    BOOK,
    NAMES,
    ROW,
    SHARED,
    SHEET,
    book,
    edited,
    packed,
    parts,
    read_file,
    shared,
)

BOMB = b"<a>" + b" " * 2_000_000 + b"</a>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
    + "]>"
)


def cells(data: bytes, **chosen: Any) -> list[tuple[str, ...]]:
    return read_file("a.xlsx", data, **chosen).frame.rows()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (book(("a", "a"), (1, 2)), r"row 1: expected each name once.*\(B: a\)"),
        (book(("a", None, "b"), (1, 2, 3)), r"a name for each column.*\(B\)"),
        (book((*NAMES[:2], "x"), ROW), r"a name for each column.*\(D, E, F and 5 more\)"),
        (
            book(NAMES, ROW, change=lambda sheet: sheet.merge_cells("C1:D1")),
            r"some are merged \(C1:D1\)",
        ),
        (book(NAMES), "at least one row of answers below"),
        (book(tuple(f"c{n}" for n in range(2_001)), (1,)), "at most 2,000 columns.*2,001"),
        (book(()), "all sheets are empty"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_file("a.xlsx", data)


def with_part(name: str, content: bytes = b"x") -> bytes:
    return packed({**parts(book()), name: content})


def twice() -> bytes:
    out = io.BytesIO(book())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    return out.getvalue()


def locked() -> bytes:
    data = bytearray(book())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OLE + "Workbook".encode("utf-16-le"), r"an old one \(.xls\).*Save it as .xlsx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "this one is encrypted. Remove its pass"),
        (locked(), "parts of this one are encrypted"),
        (with_part("xl/vbaProject.bin"), "this one holds some. Save it as .xlsx without macros"),
        (with_part("xl/macrosheets/sheet1.xml"), "without macros"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
                 "content.xml": b"<a/>"}), r"\(.ods\).*save it as a workbook \(.xlsx\)"),
        (packed({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}), r"\(.xlsb\)"),
        (packed({"[Content_Types].xml": b"<a/>", "word/document.xml": b"x"}), r"\(.docx\)"),
        (packed({"march.csv": b"client,date"}), "another zipped file. Unzip it"),
        (with_part("xl/media/image1.xml", BOMB), "no part packed over 200 times"),
        (packed({f"a{n}": b"" for n in range(2_001)}), "at most 2,000 parts"),
        (with_part("../../etc/passwd"), "can't be read"),
        (twice(), "can't be read"),
        (book()[:-40], "can't be read"),
        (book()[:2_000], "can't be read"),
        (edited(book(), SHEET, "<worksheet", LAUGHS + "<worksheet"), "no document types"),
        (edited(shared(book()), SHARED, "<sst", LAUGHS + "<sst"), "no document types"),
        (with_part("docProps/custom.xml",
                   '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd">'
                   "<a/>".encode("utf-16")), "no document types"),
        (edited(book(), SHEET, "</sheetData>", ""), "can't be read"),
        (edited(book(), SHEET, 'r="B2"', 'r="A2"'), "can't be read"),
        (edited(book(), SHEET, 'r="B2"', 'r="B7"'), "can't be read"),
        (edited(book(), SHEET, '<row r="2"', '<row r="1"'), "can't be read"),
        (edited(shared(book()), SHEET, 't="s"><v>0<', 't="s"><v>999<'), "can't be read"),
        (edited(shared(book()), SHEET, 't="s"><v>0<', 't="s"><v>-1<'), "can't be read"),
        (edited(book(), BOOK, "<sheets>", "<sheet>"), "can't be read"),
    ],
)  # fmt: skip
def test_a_workbook_that_is_none_or_too_much_is_refused_with_the_cure(
    data: bytes, words: str
) -> None:
    with pytest.raises(Unreadable, match=words) as refusal:
        open_file("march.xlsx", data)
    [problem] = refusal.value.problems
    assert problem.kind.is_for_whole_file
    assert problem.cure


def test_a_bomb_is_refused_by_its_directory_before_anything_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.BytesIO(book())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w") as part,
    ):
        for _ in range(431):
            part.write(random.Random(1).randbytes(3_000) + bytes(997_000))
    data = out.getvalue()
    assert 1_000_000 < len(data) < 3_000_000
    monkeypatch.setattr(workbook, "_sheets", lambda *_: pytest.fail("it was read"))
    with pytest.raises(Unreadable, match=r"would become 431 MB.*Copy the rows") as refusal:
        open_file("march.xlsx", data)
    assert refusal.value.problems[0].kind is ProblemKind.TOO_LARGE


def test_the_kind_is_told_by_the_content_not_by_the_name() -> None:
    text = ",".join(NAMES) + "\n" + ",".join(map(str, ROW)) + "\n"
    assert read_file("march.xlsx", text.encode()).frame.equals(
        read_csv("march.csv", text.encode()).frame
    )
    assert read_file("march.csv", book()).sheet == "Answers"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        # A process that waits for ever: it is ended after the one second that it is given here.
        ("import time; time.sleep(60)", "can be read in 1 seconds"),
        ("while True: pass", "can be read in 1 seconds"),
        ("import os; os.abort()", "can't be read"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "can be read in 1 seconds"),
        ("1 / 0", "can't be read"),
        ("print('[')", "can't be read"),
        ("print('{}')", "can't be read"),
        ("print('{\"width\": 1}')", "can't be read"),
        ("pass", "all sheets are empty"),
    ],
)
def test_however_the_reading_process_ends_it_is_said_in_words(
    program: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "child.py").write_text(program)
    monkeypatch.setattr(workbook, "CHILD", tmp_path / "child.py")
    monkeypatch.setattr(workbook, "SECONDS", 1)
    with pytest.raises(Unreadable, match=words):
        open_file("march.xlsx", book())


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [
        ("MEMORY", 70_000_000, "GB of memory"),
        ("SECONDS", 1, "can be read in 1 seconds"),
        ("MOST_OUTPUT", 100_000, "MB of text in the cells"),
    ],
)
def test_the_reading_process_takes_no_more_than_it_may(
    limit: str, most: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f'<row r="{n}">' + "<c><v>123456789</v></c>" * 20 + "</row>"
                   for n in range(3, 40_000))  # fmt: skip
    data = edited(book(), SHEET, "</sheetData>", f"{text}</sheetData>")
    monkeypatch.setattr(workbook, "MOST_PACKED", 1_000)
    monkeypatch.setattr(workbook, limit, most)
    with pytest.raises(Unreadable, match=words) as refusal:
        open_file("march.xlsx", data)
    assert refusal.value.problems[0].kind is ProblemKind.TOO_LARGE


def test_whatever_is_changed_in_the_bytes_it_is_read_or_refused() -> None:
    whole, chance = book(NAMES, *[ROW] * 20), random.Random(4)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        try:
            rows = cells(bytes(data))
        except Unreadable:
            continue
        assert set(rows) == {tuple(map(str, ROW))}


def test_a_document_type_is_found_in_a_part_of_any_name() -> None:
    renamed = {
        name.replace("sheet1.xml", "sheet1.dat"): text.replace(b"sheet1.xml", b"sheet1.dat")
        for name, text in parts(book()).items()
    }
    place = SHEET.replace(".xml", ".dat")
    renamed[place] = renamed[place].replace(b"<worksheet", LAUGHS.encode() + b"<worksheet", 1)
    with pytest.raises(Unreadable, match="document types"):
        open_file("a.xlsx", packed(renamed))
