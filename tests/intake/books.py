"""Workbooks made for tests: plain ones by openpyxl, crooked ones by changing their parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from attachdash.intake import Table, Titled, Workbook, open_file

SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
NAMES = ("client", "date", *(f"phq9_{number}" for number in range(1, 10)))
ROW = ("C-0087", date(2026, 11, 3), 0, 1, 2, 3, 0, 1, 2, 3, 0)


def book(
    *rows: Sequence[object], change: Callable[[Worksheet], None] | None = None,
    sheets: dict[str, Sequence[Sequence[object]]] | None = None,
) -> bytes:  # fmt: skip
    """A workbook whose first sheet, Answers, holds the rows; `sheets` come after it."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Answers"
    for row in rows or (NAMES, ROW):
        sheet.append(row)
    for name, more in (sheets or {}).items():
        other = made.create_sheet(name)
        for row in more:
            other.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes]) -> bytes:
    """Parts as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text in one of its parts replaced, which must be there."""
    contents = parts(data)
    assert old.encode() in contents[part], contents[part]
    contents[part] = contents[part].replace(old.encode(), new.encode())
    return packed(contents)


def calculated(data: bytes) -> bytes:
    """As a spreadsheet program saves it: nothing is left to calculate on opening."""
    return edited(data, BOOK, ' fullCalcOnLoad="1"', "")


def shared(data: bytes) -> bytes:
    """With its texts in a table of their own, as spreadsheet programs save them."""
    contents, texts = parts(data), []

    def moved(found: re.Match[bytes]) -> bytes:
        texts.append(found[1])
        return b't="s"><v>%d</v>' % (len(texts) - 1)

    contents[SHEET] = re.sub(b't="inlineStr"><is>(.*?)</is>', moved, contents[SHEET])
    assert texts
    name = SHARED.encode()
    if SHARED not in contents:
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        types = contents["[Content_Types].xml"]
        contents["[Content_Types].xml"] = types.replace(
            b"</Types>", b'<Override PartName="/%s" ContentType="%s"/></Types>' % (name, kind)
        )
    items = b"".join(b"<si>%s</si>" % text for text in texts)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    contents[SHARED] = b'<sst xmlns="%s">%s</sst>' % (space, items)
    return packed(contents)


def read_file(
    name: str, data: bytes, sheet: str | None = None, names_row: int | None = None
) -> Table:
    """The table of a file, of a workbook that of the sheet said or proposed."""
    found = open_file(name, data)
    if isinstance(found, Workbook):
        return found.table(sheet, names_row=names_row)
    # As if a person had agreed to where the names seem to stand.
    return found.table() if isinstance(found, Titled) else found
