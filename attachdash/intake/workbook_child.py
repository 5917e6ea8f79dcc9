"""Reads a workbook from standard input and writes its cells as text; run as a process of its own.

It knows nothing of the house and is run isolated (`python -I`), with little memory, little time
and nothing but the file: what a made-up file does to a reader ends with this process. Its last
words are its exit code and, when that is 0, for each sheet a line of JSON that describes it and
one line for each of its columns.
"""

import contextlib
import datetime
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from bisect import bisect_right
from collections.abc import Callable
from typing import IO, Any
from xml.parsers import expat

# openpyxl would load numpy if it could, which wants more memory than most workbooks.
if __name__ == "__main__":
    sys.modules["numpy"] = None  # type: ignore[assignment]

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.worksheet._reader import (
    CELL_TAG,
    COL_TAG,
    FORMULA_TAG,
    INLINE_STRING,
    MERGE_TAG,
    ROW_TAG,
    VALUE_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import SHEET_MAIN_NS

DAMAGED, DOCTYPE, NO_MEMORY, NO_ROOM = 10, 11, 12, 13
MOST_CELLS = 10_000_000  # of a sheet, empty ones between its first and last column too
TEXT_TAG = f"{{{SHEET_MAIN_NS}}}t"
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# One step of a number format: quoted or escaped letters, padding, colour, or a letter.
STEP = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|(.)', re.DOTALL)


class Damaged(Exception):
    """The parts contradict each other or the format: nothing of them can be trusted."""


class HasDoctype(Exception):
    """A part declares a document type, the way to entities that blow up."""


def may_be_xml(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a part could be read as XML, whatever it is called."""
    if name.lower().endswith((".xml", ".rels", ".vml")):
        return True
    with archive.open(name) as part:
        head = part.read(64)
    return head.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n").startswith(b"<")


def refuse_doctypes(archive: zipfile.ZipFile) -> None:
    """Raise HasDoctype where any XML part declares one; it can only stand before the content."""

    def declared(*_: object) -> None:
        raise HasDoctype

    for name in archive.namelist():
        if not may_be_xml(archive, name):
            continue
        begun: list[str] = []
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = declared
        parser.StartElementHandler = lambda tag, _, begun=begun: begun.append(tag)
        with archive.open(name) as part:
            while not begun and (piece := part.read(65_536)):
                parser.Parse(piece, False)


def never_calculated(archive: zipfile.ZipFile) -> bool:
    """Whether the formulas' saved values are no values.

    A program that can't calculate writes 0 for each and asks for it to be done on opening.
    openpyxl takes a workbook that says nothing of it for one that asks.
    """
    for name in archive.namelist():
        if name.lower().endswith("workbook.xml"):
            with archive.open(name) as part:
                for _, element in ET.iterparse(part):  # noqa: S314 - no part has a DTD
                    if element.get("fullCalcOnLoad") in ("1", "true"):
                        return True
    return False


def number_writer(number_format: str) -> Callable[[Any], str]:
    """How a number of this format is written as text: as it is, unless what people see says more.

    A code shown as 0087 or C-0087 is kept as 87 in the file; 85% as 0.85.
    """
    steps = [
        (quoted or escaped, plain)
        for quoted, escaped, plain in STEP.findall(number_format.split(";")[0])
        if quoted or escaped or plain
    ]
    plain = "".join(step for _, step in steps)
    if "%" in plain:
        return lambda value: f"{as_text(value * 100)}%"
    marks = [step or " " for letters, step in steps if not letters]
    if "0" not in plain or set(marks) - set("0# -/()"):
        return as_text
    if plain.count("0") == 1 and not any(letters.strip() for letters, _ in steps):
        return as_text

    def filled(value: Any) -> str:
        if value < 0 or value != int(value):
            return as_text(value)
        digits, text = list(str(int(value))), ""
        places = sum(step in ("0", "#") for _, step in steps)
        for letters, step in reversed(steps):
            if step not in ("0", "#"):
                text = (letters or step) + text
                continue
            places -= 1
            # The first place takes all digits that are left.
            taken = "".join(digits) if not places else digits[-1] if digits else ""
            digits = digits[: len(digits) - len(taken)]
            text = (taken or ("0" if step == "0" else "")) + text
        return text

    return filled


def as_text(value: Any) -> str:
    """A cell's value as text: days as ISO, whole numbers without a point."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(value, ".15g")  # what a spreadsheet shows of 0.30000000000000004
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    return str(value)


class Sheet:
    """One sheet's cells, read row by row, and what a person should know of them."""

    def __init__(self, sheet: Any, most_columns: int, stale: bool) -> None:
        self.sheet = sheet
        self.most_columns = most_columns
        self.stale = stale
        self.writers: dict[int, Callable[[Any], str]] = {}  # by style
        self.letters: dict[str, int] = {}  # columns by their letters
        self.rows: list[int] = []
        self.columns: list[list[str]] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.merged: list[str] = []
        self.formulas: list[tuple[int, int]] = []
        self.unsaved: list[tuple[int, int]] = []
        self.widest = 0

    def read(self, source: IO[bytes]) -> None:
        """All rows that hold anything."""
        book = self.sheet.parent
        self.parser = WorkSheetParser(
            source, self.sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
        )  # fmt: skip
        last = 0
        for _, element in ET.iterparse(source):  # noqa: S314 - no part has a DTD
            if element.tag == ROW_TAG:
                number = int(element.get("r") or last + 1)
                if number <= last:
                    raise Damaged
                last = number
                self._row(number, element)
                element.clear()
            elif element.tag == COL_TAG and element.get("hidden") in ("1", "true"):
                self.hidden_columns.append((int(element.attrib["min"]), int(element.attrib["max"])))
            elif element.tag == MERGE_TAG:
                self.merged = [one.attrib["ref"] for one in element]
        self._mark_merged()

    def _row(self, number: int, element: ET.Element) -> None:
        self.parser.row_counter, self.parser.col_counter = number, 0
        cells: dict[int, str] = {}
        for one in element:
            if one.tag != CELL_TAG:
                continue
            column = self._column(one.get("r"), number)
            if column in cells:
                raise Damaged
            self.parser.col_counter = column
            cells[column] = self._text(one, number, column)
        cells = {column: text for column, text in cells.items() if text}
        if not any(text.strip() for text in cells.values()):
            return
        self.widest = max(self.widest, *cells)
        if element.get("hidden") in ("1", "true"):
            self.hidden_rows.append(number)
        if self.widest > self.most_columns:
            self.columns = []
            return
        while len(self.columns) < self.widest:
            self.columns.append([""] * len(self.rows))
        self.rows.append(number)
        if len(self.rows) * self.widest > MOST_CELLS:
            raise MemoryError  # where it is read it would take far more than its bytes
        for place, texts in enumerate(self.columns, start=1):
            texts.append(cells.get(place, ""))

    def _column(self, reference: str | None, row: int) -> int:
        if reference is None:
            return int(self.parser.col_counter) + 1
        letters = reference.rstrip("0123456789")
        if reference[len(letters) :] != str(row):
            raise Damaged
        if letters not in self.letters:
            self.letters[letters] = column_index_from_string(letters)
        return self.letters[letters]

    def _text(self, element: ET.Element, row: int, column: int) -> str:
        kind, raw = element.get("t", "n"), element.findtext(VALUE_TAG)
        style = int(element.get("s", 0))
        if (formula := element.find(FORMULA_TAG)) is not None:
            self.formulas.append((row, column))
            # A saved empty text is a value; a saved nothing is none.
            if self.stale or (not raw and not (kind == "str" and raw is not None)):
                self.unsaved.append((row, column))
                return f"={formula.text or ''}"
        if kind == "n" and raw:
            # Most cells of most sheets; the reader's own way takes three times as long.
            if self._writer(style) is as_text and WHOLE.fullmatch(raw):
                return raw
            if not NUMBER.fullmatch(raw.strip()):
                return raw
        elif kind == "s" and not (raw or "").strip().isdecimal():
            raise Damaged
        elif kind == "inlineStr":
            held = element.find(INLINE_STRING)
            if held is not None and len(held) == 1 and held[0].tag == TEXT_TAG:
                return held[0].text or ""
        cell = self.parser.parse_cell(element)
        value = cell["value"]
        if value is None:
            return ""
        if cell["data_type"] == "n":
            return self._writer(style)(value)
        return value if isinstance(value, str) else as_text(value)

    def _writer(self, style: int) -> Callable[[Any], str]:
        if style not in self.writers:
            book = self.sheet.parent
            if style in book._date_formats:
                self.writers[style] = str
                return str
            number = book._cell_styles[style].numFmtId
            custom = number >= BUILTIN_FORMATS_MAX_SIZE
            self.writers[style] = number_writer(
                book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE] if custom
                else BUILTIN_FORMATS.get(number, "General")
            )  # fmt: skip
        return self.writers[style]

    def _mark_merged(self) -> None:
        """Say in each covered cell that it is one: empty, it would read as not answered."""
        at = {row: place for place, row in enumerate(self.rows)}
        for reference in self.merged:
            left, top, right, bottom = range_boundaries(reference)
            if left is None or top is None or right is None or bottom is None:
                raise Damaged  # whole rows or columns, which nothing writes
            if top not in at or left > len(self.columns) or not self.columns[left - 1][at[top]]:
                continue
            words = f"(merged with {reference.partition(':')[0]})"
            for row in self.rows[at[top] : bisect_right(self.rows, bottom)]:
                for column in range(left, min(right, len(self.columns)) + 1):
                    if (row, column) != (top, left):
                        self.columns[column - 1][at[row]] = words

    def write(self, out: IO[str]) -> None:
        """The sheet's description, then its columns, a line each."""
        book = self.sheet.parent
        told = {
            "name": self.sheet.title,
            "hidden": self.sheet.sheet_state != "visible",
            "rows": self.rows,
            "width": len(self.columns),
            "widest": self.widest,
            "hidden_rows": self.hidden_rows,
            "hidden_columns": self.hidden_columns,
            "merged": self.merged,
            "formulas": self.formulas,
            "unsaved": self.unsaved,
            "from_1904": book.epoch.year == 1904,
        }
        for line in (told, *self.columns):
            out.write(json.dumps(line) + "\n")


def limit(memory: int, seconds: int, output: int) -> None:
    """Keep this process from taking more; where the system knows no limits, time still ends it."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def main(memory: int, seconds: int, output: int, most_columns: int) -> int:
    """Read standard input, write standard output; 0 or one of the codes above."""
    limit(memory, seconds, output)
    try:
        with zipfile.ZipFile(sys.stdin.buffer) as archive:
            refuse_doctypes(archive)
            stale = never_calculated(archive)
        book = openpyxl.load_workbook(
            sys.stdin.buffer, read_only=True, data_only=True, keep_links=False
        )
        for one in book.worksheets:
            sheet = Sheet(one, most_columns, stale)
            with one._get_source() as source:  # type: ignore[attr-defined]
                sheet.read(source)
            sheet.write(sys.stdout)
        sys.stdout.flush()
    except MemoryError:
        return NO_MEMORY
    except HasDoctype:
        return DOCTYPE
    except OSError as error:
        # EFBIG, ENOSPC: the output; any other is the archive's.
        return NO_ROOM if error.errno in (27, 28) else DAMAGED
    except Exception:  # a broken file breaks a reader in any way it likes
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
