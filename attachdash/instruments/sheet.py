"""A delimited text file's answers, or every cell that can't be one, by row and column."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments.model import Instrument, Item
from attachdash.instruments.scoring import BLANK

DELIMITERS = (",", ";", "\t")
TOLD = 20  # problems listed in full; the rest are counted
_RANGE = re.compile(r"(?P<before>.*?)(?P<first>\d+)\.\.(?P=before)(?P<last>\d+)")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    rows: tuple[int, ...]  # as a spreadsheet numbers them: the header is 1
    answers: NDArray[np.int16]  # (rows, items), whole steps; BLANK where not answered


MOST_COLUMNS = 1_000


def columns_named(text: str) -> tuple[str, ...]:
    """The columns of "Q1..Q10", or of a list "Q7,Q10,Q2". Raises Invalid."""
    if found := _RANGE.fullmatch(text.strip()):
        first, last = found["first"], found["last"]
        if int(first) > int(last):
            raise Invalid(f"{text}: expected the lower number first.")
        # No form is nearly as long; a slip of the finger must not fill the memory.
        if int(last) - int(first) >= MOST_COLUMNS:
            raise Invalid(f"{text} names more than {MOST_COLUMNS} items.")
        width = len(first) if first.startswith("0") else 0
        numbers = range(int(first), int(last) + 1)
        return tuple(f"{found['before']}{number:0{width}d}" for number in numbers)
    if ".." in text:
        raise Invalid(f"{text}: expected a range such as Q1..Q10, or a list such as Q1,Q2,Q3.")
    return tuple(name.strip() for name in next(csv.reader([text])))


def read_answers(
    path: Path,
    instrument: Instrument,
    columns: Sequence[str],
    *,
    coding: tuple[int, int] | None = None,
    missing: Iterable[str] = (),
) -> Sheet:
    """The answers in `columns`, which are in the definition's item order.

    `coding` is what the file writes for an item's lowest and highest answer; `missing` are codes
    that mean blank. Raises Invalid naming file, row, column, value and what was expected.
    """
    if not instrument.accepts_items:
        raise Invalid(f"{instrument.short_name} is entered as ready scores, not by its items.")
    shift = _shift(instrument, coding)
    blank = {code.strip() for code in missing} | {""}
    _refuse_answers_as_missing(instrument, blank, shift)
    header, records, delimiter = _records(path)
    places = _places(path.name, header, columns, instrument)
    # Few different texts fill a column: each is read once, then looked up.
    known: list[dict[str, int | None]] = [{} for _ in places]
    rows: list[int] = []
    answers: list[list[int]] = []
    problems: list[str] = []
    for row, record in records:
        if len(record) != len(header):
            problems.append(_problem(path, row, None, f"{len(record)} cells", f"{len(header)}"))
            continue
        line: list[int] = []
        for item, place, seen in zip(instrument.items, places, known, strict=True):
            text = record[place]
            if text not in seen:
                # Only between semicolons can a comma not be two cells run together.
                number = text.strip().replace(",", ".") if delimiter == ";" else text.strip()
                seen[text] = _answer(number, item, instrument, shift, blank)
            value = seen[text]
            if value is None:
                expected = _expected(item, instrument, shift)
                problems.append(_problem(path, row, header[place], text.strip(), expected))
            else:
                line.append(value)
        rows.append(row)
        answers.append(line)
    if problems:
        more = len(problems) - TOLD
        told = problems[:TOLD] + ([f"… and {more:,} more like these."] if more > 0 else [])
        raise Invalid("\n".join(told))
    matrix = np.array(answers, np.int16).reshape(len(answers), len(instrument.items))
    return Sheet(rows=tuple(rows), answers=matrix)


def _records(path: Path) -> tuple[list[str], list[tuple[int, list[str]]], str]:
    """The header, the numbered rows that are not empty, and what separates their cells."""
    text = _text(path)
    first = text.split("\n", 1)[0]
    counts = Counter({mark: first.count(mark) for mark in DELIMITERS})
    delimiter = counts.most_common(1)[0][0]
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Invalid(f"{path.name} can't be read as a table: {error}.") from error
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise Invalid(f"{path.name}: expected column names in row 1; found none.")
    header = [name.strip() for name in lines[0]]
    while header and not header[-1]:  # a delimiter at the end of each row
        header.pop()
    records = []
    for row, cells in enumerate(lines[1:], start=2):
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if any(cell.strip() for cell in cells):
            records.append((row, cells))
    return header, records, delimiter


def _text(path: Path) -> str:
    """The file as text: UTF-8 or UTF-16 by its mark, else Windows' western letters."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} can't be opened: {error.strerror}.") from error
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise Invalid(f"{path.name} is not a text file; expected CSV (save a spreadsheet as CSV).")


def _places(
    name: str, header: Sequence[str], columns: Sequence[str], instrument: Instrument
) -> list[int]:
    count = len(instrument.items)
    if len(columns) != count:
        raise Invalid(f"{instrument.short_name} has {count} items; found {len(columns)} columns.")
    found = Counter(header)
    wrong = [f"{c} is not there" for c in columns if c not in found]
    wrong += [f"{c} is there {found[c]} times" for c in columns if found[c] > 1]
    wrong += [f"{c} is named twice" for c, times in Counter(columns).items() if times > 1]
    if wrong:
        there = ", ".join(header[:40]) + (", …" if len(header) > 40 else "")
        raise Invalid(f"{name}, row 1: {'; '.join(wrong)}. Its columns are: {there}.")
    return [header.index(column) for column in columns]


def _shift(instrument: Instrument, coding: tuple[int, int] | None) -> int:
    """What to add to a file's number to get the definition's."""
    if coding is None:
        return 0
    steps = instrument.steps_per_unit
    ranges = {(item.low // steps, item.high // steps) for item in instrument.items}
    if len(ranges) > 1:
        raise Invalid(
            f"The items of {instrument.short_name} have different ranges: no coding fits."
        )
    low, high = ranges.pop()
    if coding[1] - coding[0] != high - low:
        expected = f"{high - low + 1} answers, {low} to {high}"
        raise Invalid(f"Coding {coding[0]} to {coding[1]}: {instrument.short_name} has {expected}.")
    return low - coding[0]


def _refuse_answers_as_missing(instrument: Instrument, blank: set[str], shift: int) -> None:
    for code in sorted(blank - {""}):
        for item in instrument.items:
            if _answer(code, item, instrument, shift, set()) is not None:
                raise Invalid(
                    f"{code} can't mean missing: it is also an answer to item {item.number}."
                )


def _answer(
    text: str, item: Item, instrument: Instrument, shift: int, blank: set[str]
) -> int | None:
    """The answer in whole steps, BLANK, or None where the text is neither."""
    if text in blank:
        return BLANK
    if not _NUMBER.fullmatch(text):
        return None
    steps = (float(text) + shift) * instrument.steps_per_unit
    whole = round(steps)
    return whole if abs(steps - whole) < 1e-6 and item.low <= whole <= item.high else None


def _expected(item: Item, instrument: Instrument, shift: int) -> str:
    steps = instrument.steps_per_unit
    low, high = item.low / steps - shift, item.high / steps - shift
    tenths = f" in steps of {instrument.step:g}" if steps > 1 else ""
    return f"{low:g} to {high:g}{tenths}, or empty if not answered"


def _problem(path: Path, row: int, column: str | None, value: str, expected: str) -> str:
    where = f"{path.name}, row {row}" + (f", column {column}" if column else "")
    return f"{where}: found {value}; expected {expected}."
