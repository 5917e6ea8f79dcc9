"""Days as text in one stated format, and what a file's days say about that format."""

import re
from collections.abc import Iterable
from datetime import date

from attachdash.intake.mapping import DateFormat
from attachdash.intake.problems import ProblemKind, Wrong

EARLIEST = date(1900, 1, 1)
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# The separator must be the same twice, the year has four digits.
NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
EXPECTED: dict[DateFormat, str] = {
    "iso": "a day written like 2026-11-30",
    "dmy": "a day written like 30.11.2026",
    "mdy": "a day written like 11/30/2026",
}


def read_day(text: str, written: DateFormat, today: date) -> date | Wrong:
    """The day a cell names in the stated format, or why it is refused."""
    text = text.strip()
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
        return "This may be a spreadsheet's day number: format the column as a date there."
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
