"""Days as text in one stated format, and what a file's days say about that format."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from attachdash.intake.problems import ProblemKind, Wrong

DateFormat = Literal["iso", "dmy", "mdy", "excel1900", "excel1904"]
DATE_FORMATS: dict[DateFormat, str] = {
    "iso": "year-month-day (2026-11-03)",
    "dmy": "day.month.year (03.11.2026)",
    "mdy": "month/day/year (11/03/2026)",
    "excel1900": "Excel day numbers counted from 1900 (46329 is 3 November 2026)",
    "excel1904": "Excel day numbers counted from 1904 (44867 is 3 November 2026)",
}
EARLIEST = date(1900, 1, 1)
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# The separator must be the same twice, the year has four digits.
NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
EXPECTED: dict[DateFormat, str] = {
    "iso": "a day written like 2026-11-30",
    "dmy": "a day written like 30.11.2026",
    "mdy": "a day written like 11/30/2026",
    "excel1900": "a whole day number such as 46356, which is 30 November 2026 counted from 1900",
    "excel1904": "a whole day number such as 44894, which is 30 November 2026 counted from 1904",
}
# A table of numbers may write them as decimals; a part of a day would be a time.
SERIAL = re.compile(r"([0-9]{1,6})(?:\.0*)?")
# Excel takes 1900 for a leap year, as Lotus did: its day 60 never was, and later ones are one off.
NEVER_WAS = 60
# Day numbers of 1982 to 2063: outside these a number is more likely something else.
LIKELY_SERIALS = range(30_000, 60_000)


def read_day(text: str, written: DateFormat, today: date) -> date | Wrong:
    """The day a cell names in the stated format, or why it is refused."""
    text = text.strip()
    if written in ("excel1900", "excel1904"):
        return _serial(text, written, today)
    parts: tuple[str, ...] | None = None
    if written == "iso":
        if match := ISO.fullmatch(text):
            parts = match.groups()
    elif match := NUMBERS.fullmatch(text):
        first, _, second, year = match.groups()
        parts = (year, second, first) if written == "dmy" else (year, first, second)
    if parts is None:
        return Wrong(kind=ProblemKind.DATE, expected=EXPECTED[written], cure=_cure(text))
    try:
        day = date(*(int(part) for part in parts))
    except ValueError:
        return Wrong(kind=ProblemKind.DATE, expected="a day that exists", cure="Correct the date.")
    return _likely(day, today)


def _serial(text: str, written: DateFormat, today: date) -> date | Wrong:
    """The day of a spreadsheet's day number."""
    match = SERIAL.fullmatch(text)
    if not match:
        is_time = re.fullmatch(r"[0-9]+\.[0-9]+", text)
        cure = "Leave out the time of day." if is_time else _cure(text)
        return Wrong(kind=ProblemKind.DATE, expected=EXPECTED[written], cure=cure)
    number = int(match[1])
    if written == "excel1904":
        return _likely(date(1904, 1, 1) + timedelta(days=number), today)
    if number in (0, NEVER_WAS):
        return Wrong(
            kind=ProblemKind.DATE,
            expected=f"a day that exists, but {number} is 29 February 1900"
            if number else "a day that exists, but day numbers begin with 1",
            cure="Correct the date.",
        )  # fmt: skip
    before = date(1899, 12, 31) if number < NEVER_WAS else date(1899, 12, 30)
    return _likely(before + timedelta(days=number), today)


def _likely(day: date, today: date) -> date | Wrong:
    """The day where answers can be of it."""
    if day > today:
        return Wrong(
            kind=ProblemKind.DATE_OUT_OF_RANGE,
            expected="a day not in the future",
            cure="Correct the date.",
        )
    if day < EARLIEST:
        return Wrong(
            kind=ProblemKind.DATE_OUT_OF_RANGE,
            expected="a day since 1900",
            cure="Correct the date.",
        )
    return day


def _cure(text: str) -> str:
    if not text:
        return "Fill in the day."
    if re.fullmatch(r"[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}", text):
        return "Write the year with four digits."
    # A spreadsheet's day number means two different days, by whether it counts from 1900 or 1904.
    if re.fullmatch(r"[0-9]{4,5}(\.[0-9]+)?", text):
        return "This may be a spreadsheet's day number: say that, and from which year it counts."
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", text):
        return "Leave out the time of day."
    return "Correct the date, or say how the file writes its days."


def only_day_first(text: str) -> bool:
    """Whether the text can be a day only if the day stands first (28.10.2025)."""
    numbers = _first_two(text)
    return numbers is not None and numbers[0] > 12 >= numbers[1]


def only_month_first(text: str) -> bool:
    """Whether the text can be a day only if the month stands first (10/28/2025)."""
    numbers = _first_two(text)
    return numbers is not None and numbers[1] > 12 >= numbers[0]


def _first_two(text: str) -> tuple[int, int] | None:
    match = NUMBERS.fullmatch(text.strip())
    if not match:
        return None
    first, second = int(match[1]), int(match[3])
    return (first, second) if 1 <= first <= 31 and 1 <= second <= 31 else None


def looks_like_a_serial(text: str) -> bool:
    """Whether the text is a number that a spreadsheet may have written for a day."""
    match = SERIAL.fullmatch(text.strip())
    return match is not None and int(match[1]) in LIKELY_SERIALS


def looks_like_a_day(text: str) -> bool:
    """Whether the text is written as a day in any of the formats."""
    text = text.strip()
    return bool(ISO.fullmatch(text) or NUMBERS.fullmatch(text))


def format_shown_by(texts: Iterable[str]) -> DateFormat | None:
    """The only format that all texts that are days allow; None where none or several do."""
    days = [text for text in texts if looks_like_a_day(text)]
    if not days:
        return None
    iso = sum(bool(ISO.fullmatch(text.strip())) for text in days)
    if iso:
        return "iso" if iso == len(days) else None
    day_first = any(only_day_first(text) for text in days)
    month_first = any(only_month_first(text) for text in days)
    if day_first == month_first:
        return None
    return "dmy" if day_first else "mdy"
