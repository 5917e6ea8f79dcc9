"""A slow, obvious reader of the same cells: what of them can be kept, row by row.

Written from docs/importing.md and not from the product, of which it uses nothing but definitions.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE, Instrument

DIGITS = "0123456789"
WHY = {"declined": DECLINED, "not applicable": NOT_APPLICABLE}
SIGNS_FOR_NONE = {
    *("na", "n/a", "n.a.", "#n/a", "nan", "nat", "null", "none", "nil", "missing", "unknown"),
    *("-", "--", ".", "?", "blank", "empty", "undefined", "<na>"),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person said of the columns, in the oracle's own words."""

    instrument: Instrument
    written: str = "iso"
    items: tuple[str, ...] = ()
    scores: tuple[tuple[str, str], ...] = ()  # scale id and column
    occasion: str | None = None
    low: int | None = None  # what the file writes for the lowest answer
    missing: tuple[str, ...] = ()
    words: Mapping[str, int | None] = field(default_factory=dict)
    comma: bool = False  # 1,5 can be a number


def rows_of(text: str, delimiter: str) -> list[list[str]]:
    """The file's rows by Python's own reader, of which an empty one is []."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter, strict=True))


def code_of(cell: str) -> str | None:
    """Whose it is; None for what can't be a code."""
    code = cell.strip()
    if not 1 <= len(code) <= 40 or code.lower() in SIGNS_FOR_NONE:
        return None
    if unicodedata.normalize("NFKC", code) != code or not code.isprintable():
        return None
    if not (code[0].isalnum() or code[0] == "_"):
        return None
    return code if all(one.isalnum() or one in "_ .-/" for one in code) else None


def day_of(cell: str, written: str, today: date) -> date | None:
    """The day; None for what can't be one in this way of writing."""
    text = cell.strip()
    try:
        if written == "iso":
            year, month, day = text.split("-")
            if [len(part) for part in (year, month, day)] != [4, 2, 2]:
                return None
        elif written in ("dmy", "mdy"):
            mark = next(one for one in text if one not in DIGITS)
            first, second, year = text.split(mark)
            if mark not in "./-" or len(year) != 4 or not {len(first), len(second)} <= {1, 2}:
                return None
            day, month = (first, second) if written == "dmy" else (second, first)
        else:
            return _of_serial(text, written, today)
        if not all(one in DIGITS for one in year + month + day):
            return None
        found = date(int(year), int(month), int(day))
    except (ValueError, StopIteration):
        return None
    return found if date(1900, 1, 1) <= found <= today else None


def _of_serial(text: str, written: str, today: date) -> date | None:
    whole, _, part = text.partition(".")
    if not 1 <= len(whole) <= 6 or part.strip("0") or not all(one in DIGITS for one in whole):
        return None
    number = int(whole)
    if written == "excel1904":
        found = date(1904, 1, 1) + timedelta(number)
    elif number in (0, 60):
        return None
    else:  # day 1 is 1 January 1900, and a day that never was stands at 60
        found = date(1900, 1, 1) + timedelta(number - 1 - (number > 60))
    return found if found <= today else None


def number_of(text: str) -> Decimal | None:
    """What plain digits say, with a point at most; -0 says nothing."""
    digits = text[1:] if text.startswith("-") else text
    whole, point, part = digits.partition(".")
    if not whole or any(one not in DIGITS for one in whole + part) or (point and not part):
        return None
    if len(whole) > 12 or len(part) > 16:
        return None
    number = Decimal(text)
    return None if not number and text.startswith("-") else number


def is_missing(text: str, said: Said) -> bool:
    """Whether a text stands for no answer."""
    if not text:
        return True
    number = number_of(text)
    return any(
        text.casefold() == code.strip().casefold()
        or (number is not None and number == number_of(code.strip()))
        for code in said.missing
    )


def steps_of(cell: str, low: int, high: int, said: Said) -> int | None:
    """Whole steps of the definition, or why there are none (negative); None: refused."""
    text, step = cell.strip(), Decimal(str(said.instrument.step))
    if is_missing(text, said):
        return WHY.get(text.casefold(), BLANK)
    number = number_of(text)
    if number is None:
        said_of = {word.strip().casefold(): value for word, value in said.words.items()}
        if text.casefold() not in said_of:
            return None
        value = said_of[text.casefold()]
        if value is None:
            return WHY.get(text.casefold(), BLANK)
        steps = Decimal(value) / step
    else:
        shift = 0 if said.low is None else said.low - min(
            Decimal(one.low) * step for one in said.instrument.items
        )  # fmt: skip
        steps = (number - shift) / step
    if step != 1:  # programs write tenths as 0.30000000000000004
        steps = round(steps) if abs(steps - round(steps)) < Decimal("1e-6") else steps
    return int(steps) if steps == int(steps) and low <= steps <= high else None


def score_of(cell: str, low: float, high: float, said: Said) -> float | None:
    """A ready score, NaN for none; None: refused."""
    text = cell.strip()
    if is_missing(text, said):
        return float("nan")
    if said.comma and "." not in text:
        whole, comma, part = text.partition(",")
        text = f"{whole}.{part}" if comma and part else text
    number = number_of(text)
    return None if number is None or not low <= float(number) <= high else float(number)


Row = tuple[int, str, date, str, tuple[float, ...]]


def kept(
    rows: Iterable[tuple[int, Mapping[str, str]]], said: Said, today: date, *, code: str, day: str
) -> list[Row]:
    """Of rows by number and column: those that can be kept, each key once."""
    sound: list[Row] = []
    for number, cells in rows:
        who, when = code_of(cells[code]), day_of(cells[day], said.written, today)
        which = cells[said.occasion].strip() if said.occasion else ""
        values: list[float | None] = [
            steps_of(cells[name], item.low, item.high, said)
            for name, item in zip(said.items, said.instrument.items, strict=bool(said.items))
        ] if said.items else [
            score_of(cells[name], said.instrument.scale(scale).low,
                     said.instrument.scale(scale).high, said)
            for scale, name in said.scores
        ]  # fmt: skip
        right = [one for one in values if one is not None]
        nothing = all(one < 0 if said.items else one != one for one in right)
        odd = len(which) > 40 or not which.isprintable() or which[:1] in tuple("=+-@＝＋－＠")
        if who is None or when is None or (odd and which) or nothing or len(right) < len(values):
            continue
        sound.append((number, who, when, which, tuple(right)))
    found = []
    for place, row in enumerate(sound):
        same_key = [other for other in sound if other[1:4] == row[1:4]]
        if any(str(other[4]) != str(row[4]) for other in same_key):
            continue
        if not any(other[1:4] == row[1:4] for other in sound[:place]):
            found.append(row)
    return found
