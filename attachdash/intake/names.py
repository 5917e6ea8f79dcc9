"""The names of columns: each its own; in two rows where one names groups ("PHQ-9", then blanks)."""

import re
from collections.abc import Sequence
from itertools import pairwise

from attachdash.intake.problems import (
    LOOKS_LIKE_A_DATE,
    Problem,
    ProblemKind,
    Unreadable,
    shown,
)

# What a workbook's reader writes into the cells that another one covers.
MERGED = re.compile(r"\(merged with [A-Z]+\d+\)")
FEWEST_NUMBERED = 3  # fewer may be answers
NAME_COLUMNS = "Give each column a name of its own in the row of the names."


def joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The name of each column: "PHQ-9 q1". A group reaches over the blanks to its right, unless it
    has nothing below itself: then it is a column of its own."""
    upper, lower = _plain(upper), _plain(lower)
    upper += [""] * (len(lower) - len(upper))
    names, group = [], ""
    for above, own in zip(upper, lower, strict=False):
        if above:
            group = above if own else ""
        names.append(f"{group} {own}".strip() if own else above)
    return names


def are_grouped(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether the rows only name all columns together, and look like it. A person confirms it."""
    names = joined(upper, lower)
    above, own = _plain(upper), _plain(lower)
    filled = [cell for cell in own if cell]
    over_items = are_numbered(filled) and any(
        cell and below == "1" for cell, below in zip(above, own, strict=False)
    )
    alone = all(own) and len(set(filled)) == len(filled) and not over_items
    blank = any(not cell for cell in above[1:])
    words = sum(not cell.isdecimal() for cell in filled)
    # A row of answers has something below every name.
    under = any(cell and not below for cell, below in zip(above, own, strict=False))
    return (
        not alone
        and blank
        and any(above)
        and len(names) > 2
        and all(names)
        and len(set(names)) == len(names)
        and not any(LOOKS_LIKE_A_DATE.match(cell) for cell in filled)
        and (2 * words > len(filled) or under or over_items)
    )


def are_numbered(cells: Sequence[str]) -> bool:
    """Whether these are words and, by number, the items of questionnaires: 1, 2, 3, 1, 2, 3, 4."""
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    runs = [at for at, number in enumerate(numbers) if number == 1]
    ends = [*runs[1:], len(numbers)]
    return (
        0 < len(numbers) < len(cells)
        and runs[:1] == [0]
        and all(end - start >= FEWEST_NUMBERED for start, end in zip(runs, ends, strict=True))
        and all(now in (1, before + 1) for before, now in pairwise(numbers))
    )


def _plain(row: Sequence[str]) -> list[str]:
    return ["" if MERGED.fullmatch(cell) else " ".join(cell.split()) for cell in row]


def check_names(file: str, row: int, names: Sequence[str]) -> None:
    """Raise Unreadable where these, which stand in that row of a CSV, can't be names."""
    problems = []
    where = "the first row" if row == 1 else f"row {row:,}"
    if not any(names):
        problems.append(
            Problem(
                kind=ProblemKind.HEADER,
                file=file,
                row=row,
                expected="the columns' names, but the row is empty",
                cure=f"Put the column names into {where}.",
            )
        )
        raise Unreadable(problems)
    dates = [name for name in names if LOOKS_LIKE_A_DATE.fullmatch(name)]
    if dates:
        problems.append(
            Problem(
                kind=ProblemKind.HEADER,
                file=file,
                row=row,
                value=shown(dates[0]),
                expected="the columns' names, but the row holds a day",
                cure=f"Put the column names into {where}.",
            )
        )
        raise Unreadable(problems)
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    for name, at in places.items():
        numbers = ", ".join(str(place) for place in at[:10])
        if not name:
            problems.append(
                Problem(
                    kind=ProblemKind.HEADER,
                    file=file,
                    row=row,
                    value="",
                    expected="a name for each column, but some have none "
                    f"(counted from the left: {numbers})",
                    cure=f"{NAME_COLUMNS} Delete columns that hold nothing.",
                )
            )
        elif len(at) > 1:
            problems.append(
                Problem(
                    kind=ProblemKind.HEADER,
                    file=file,
                    row=row,
                    column=shown(name),
                    expected=f"each name once, but it stands {len(at)} times "
                    f"(counted from the left: {numbers})",
                    cure=NAME_COLUMNS,
                )
            )
    if problems:
        raise Unreadable(problems)
