"""Nasty workbooks, each with its verdict; more of what is said of them in test_workbook.py."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date
from typing import Any

from openpyxl.utils.datetime import CALENDAR_MAC_1904

from attachdash.intake import ProblemKind
from tests.intake.books import (
    NAMES,
    ROW,
    SHARED,
    SHEET,
    book,
    calculated,
    edited,
    packed,
    parts,
)
from tests.intake.books import shared as tabled
from tests.intake.nasty import Nasty

K = ProblemKind
OTHER = ("C-2", "2026-11-04", *"012301230")
OLE = b"\xd0\xcf\x11\xe0"
DOCTYPE = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _with(name: str, content: bytes = b"x") -> bytes:
    return packed({**parts(book()), name: content})


def _locked() -> bytes:
    data = bytearray(book())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _bomb() -> bytes:
    """1.7 MB that would become 431 MB."""
    out = io.BytesIO(book())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet2.xml", "w") as part,
    ):
        for _ in range(431):
            part.write(random.Random(1).randbytes(3_000) + bytes(997_000))
    return out.getvalue()


def _cell(at: str, value: object) -> bytes:
    return book(NAMES, ROW, OTHER, change=lambda sheet: sheet.__setitem__(at, value))


def _saved(value: str) -> bytes:
    """A formula whose value was saved, as a spreadsheet program does."""
    data = calculated(_cell("F3", "=1+1"))
    return edited(data, SHEET, "<f>1+1</f><v />", f"<f>1+1</f><v>{value}</v>")


def _from_1904(sheet: Any) -> None:
    sheet.parent.epoch = CALENDAR_MAC_1904


def _hidden(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def _merged(sheet: Any) -> None:
    sheet.merge_cells("F3:G3")


def _case(name: str, data: object, **verdict: object) -> Nasty:
    return Nasty(
        group="Workbooks", name=name, data=data, file="march.xlsx",  # type: ignore[arg-type]
        **verdict,  # type: ignore[arg-type]
    )  # fmt: skip


def _whole(name: str, data: object, says: str, kind: ProblemKind = K.WORKBOOK) -> Nasty:
    return _case(name, data, whole=kind, says=says)


CASES = (
    _case("two right rows", book(NAMES, ROW, OTHER), kept=(2, 3)),
    _case("texts in a table of their own", tabled(book(NAMES, ROW, OTHER)), kept=(2, 3)),
    _case("a title and an empty row above the names", book(("March",), (), NAMES, ROW), kept=(4,)),
    _case("a hidden row", book(NAMES, ROW, OTHER, change=_hidden), kept=(2, 3)),
    _case("two answers merged", book(NAMES, ROW, OTHER, change=_merged), kept=(2,),
          refused={3: K.NOT_A_NUMBER}),
    _case("a formula with its saved value", _saved("2"), kept=(2, 3), holds=2),
    _case("a formula without a saved value", _cell("F3", "=1+1"), kept=(2,),
          refused={3: K.NOT_A_NUMBER}),
    _case("an error cell for an answer", _cell("F3", "#REF!"), kept=(2,),
          refused={3: K.NOT_A_NUMBER}),
    _case("#N/A for a code", _cell("A3", "#N/A"), kept=(2,), refused={3: K.CLIENT_CODE},
          says="give the person another"),
    _case("a day as text in another form", _cell("B3", "04.11.2026"), kept=(2,),
          refused={3: K.DATE}),
    _case("a day with a time", _cell("B3", "2026-11-04 14:30:00"), kept=(2,), refused={3: K.DATE},
          says="Leave out the time"),
    _case("days of the 1904 epoch", book(NAMES, ROW, change=_from_1904), kept=(2,),
          holds=date(2026, 11, 3)),
    _whole("a name twice", book(("client", "client"), (1, 2)), "each name once", K.HEADER),
    _whole("16,000 columns", lambda: book(tuple(f"c{n}" for n in range(16_000)), (1,)),
           "at most 2,000 columns", K.HEADER),
    _whole("names only", book(NAMES), "at least one row", K.EMPTY),
    _whole("nothing at all", book(()), "all sheets are empty", K.EMPTY),
    _whole("an .xls renamed", OLE + "Workbook".encode("utf-16-le"), ".xls"),
    _whole("encrypted with a password", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    _whole("encrypted parts", _locked(), "encrypted"),
    _whole("macros", _with("xl/vbaProject.bin"), "without macros"),
    _whole("an .ods renamed", packed(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}
    ), ".ods"),
    _whole("an .xlsb renamed", packed({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}),
           ".xlsb"),
    _whole("a .docx renamed", packed({"[Content_Types].xml": b"<a/>", "word/document.xml": b"x"}),
           ".docx"),
    _whole("a zipped CSV", packed({"march.csv": b"client,date"}), "Unzip it"),
    _whole("2,001 parts", packed({f"a{n}": b"" for n in range(2_001)}), "at most 2,000 parts"),
    _whole("a part of 2 MB packed a thousand times",
           _with("xl/media/image1.xml", b"<a>" + b" " * 2_000_000 + b"</a>"), "packed over",
           K.TOO_LARGE),
    _whole("1.7 MB that become 431 MB", _bomb, "431 MB", K.TOO_LARGE),
    _whole("billion laughs in a sheet", edited(book(), SHEET, "<worksheet", DOCTYPE + "<worksheet"),
           "no document types"),
    _whole("billion laughs in the texts",
           edited(tabled(book()), SHARED, "<sst", DOCTYPE + "<sst"), "no document types"),
    _whole("a way out of the archive", _with("../../etc/passwd"), "can't be read"),
    _whole("cut in the middle", book()[:2_000], "can't be read"),
    _whole("a cell twice", edited(book(), SHEET, 'r="B2"', 'r="A2"'), "can't be read"),
    _whole("a row twice", edited(book(), SHEET, '<row r="2"', '<row r="1"'), "can't be read"),
)  # fmt: skip
