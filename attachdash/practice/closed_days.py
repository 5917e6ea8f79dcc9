"""Days on which the practice is closed: public holidays and the like, one day or stretch a line."""

import re
from collections.abc import Collection
from datetime import date, timedelta

from attachdash.errors import Invalid

Closed = tuple[tuple[date, date], ...]  # first and last day of each, both included

DAY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
LINE = re.compile(rf"{DAY}(?:\s+(?:to|-|–)\s+{DAY})?")
EXAMPLE = "Write 2026-12-25, or a stretch as 2026-12-24 to 2027-01-02."
MOST = 500  # lines
LONGEST = 31  # days in a row: what nobody has seen waits as long


def read(text: str) -> Closed:
    """The days that the lines say, in order. Raises Invalid, naming line and cure."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    found = sorted({_read(number, line) for number, line in lines if line})
    if len(found) > MOST:
        raise Invalid(f"{len(found)} lines of closed days are more than {MOST}: drop past ones.")
    _check_long(found)
    return tuple(found)


def written(closed: Closed) -> str:
    """The lines that `read` reads as these days."""
    return "\n".join(
        f"{first}" if first == last else f"{first} to {last}" for first, last in closed
    )


def is_closed(closed: Closed, on: date) -> bool:
    """Whether the practice is closed on a day."""
    return any(first <= on <= last for first, last in closed)


def check_worked(closed: Closed, days: Collection[int]) -> Closed:
    """The closed days. Raises Invalid where with the days without work between them nobody would
    work for more than a week longer than LONGEST: closed each Monday, who works on Mondays alone
    never does."""
    shut = {
        first + timedelta(days=n) for first, last in closed for n in range((last - first).days + 1)
    }
    row, until = 0, date.min
    for on in sorted(shut):
        if on < until:
            continue
        row, until = 0, on
        while until < date.max and (until.weekday() not in days or until in shut):
            row, until = row + 1, until + timedelta(days=1)
            if row > LONGEST + 7:
                raise Invalid(
                    f"Closed days: around {on} nobody works for more than {LONGEST + 7} days in a "
                    "row, and what nobody has seen would wait as long. Note the leave of people "
                    "instead (page People): then it goes on to others at once."
                )
    return closed


def _read(number: int, line: str) -> tuple[date, date]:
    where, match = f"Closed days, line {number}: “{line[:40]}”", LINE.fullmatch(line)
    if match is None:
        raise Invalid(f"{where} can’t be read. {EXAMPLE}")
    try:
        first = date.fromisoformat(match[1])
        last = date.fromisoformat(match[2]) if match[2] else first
    except ValueError as error:
        raise Invalid(f"{where} has a day that no calendar has. {EXAMPLE}") from error
    if last < first:
        raise Invalid(f"{where} ends before it begins.")
    return first, last


def _check_long(found: list[tuple[date, date]]) -> None:
    """Raise Invalid where the practice would be closed for too many days in a row."""
    since, until = date.min, date.min
    for first, last in found:
        since = first if first > until + timedelta(days=1) else since
        until = max(until, last)
        if (until - since).days >= LONGEST:
            raise Invalid(
                f"Closed days: from {since} to {until} are more than {LONGEST} days in a row, and "
                "what nobody has seen would wait as long. Note the leave of people instead (page "
                "People): then it goes on to others at once."
            )
