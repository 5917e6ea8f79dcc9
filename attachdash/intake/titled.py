"""A CSV with lines above the names of its columns: where these seem to stand, for a person to say.

The first row has them, unless it is a title: narrow, over rows of more cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from attachdash.intake.layout import (
    DELIMITERS,
    ROWS_LOOKED_AT,
    alike_below,
    as_utf8,
    first_lines,
    first_rows,
)
from attachdash.intake.mapping import as_number
from attachdash.intake.names import are_grouped, are_numbered
from attachdash.intake.problems import LOOKS_LIKE_A_DATE, shown
from attachdash.intake.table import Table, read_csv, table_in

ROWS_ABOVE = 30  # title lines, at most
# Fewer rows than half with the cells of a row don't make it their header.
MOSTLY = 0.5
# So many different numbers in a row may be the names of items.
NUMBERED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """A CSV above whose names something stands, until a person has said where they are."""

    file_name: str
    names_row: int  # as it seems
    groups_row: int | None  # names of groups of columns above, as it seems
    rows: tuple[tuple[int, tuple[str, ...]], ...]  # the first that hold anything, numbered
    data: bytes = field(repr=False)

    def first_rows(self, count: int, from_row: int) -> list[tuple[int, tuple[str, ...]]]:
        """The first rows from that one on that hold anything, each with its number."""
        return [one for one in self.rows if one[0] >= from_row][:count]

    def table(
        self, *, header_rows: int = 1, names_row: int | None = None, groups_row: int | None = None
    ) -> Table:
        """The file's rows below the names in that row (None: where they seem to stand).

        Raises Unreadable, naming the cure, where it can't be read so.
        """
        row, groups = names_row, groups_row
        if row is None:
            row, groups = self.names_row, self.groups_row
        return read_csv(
            self.file_name, self.data, header_rows=max(header_rows, row), names_row=row,
            groups_row=groups,
        )  # fmt: skip


def open_csv(file_name: str, data: bytes) -> Table | Titled:
    """The table of a CSV whose first row has the names; else what a person can say it from.

    Raises Unreadable, naming the cure, when it is refused whole.
    """
    file_name = shown(file_name) or "file"
    text, encoding = as_utf8(file_name, data)
    delimiter, row, groups = names_seem_in(text)
    if row == 1:
        return table_in(file_name, data, text, encoding)
    listed = enumerate(first_rows(first_lines(text), delimiter), start=1)
    rows = tuple((number, tuple(cells)) for number, cells in listed if _filled(cells))
    return Titled(
        file_name=file_name, names_row=row, groups_row=groups, rows=rows, data=data
    )  # fmt: skip


def names_seem_in(text: bytes) -> tuple[str, int, int | None]:
    """The separator and the row under which the names of UTF-8 text seem to stand, and the row of
    groups of them, if any; row 1 where nothing speaks for another one."""
    lines = first_lines(text)
    width = 0
    found: tuple[str, int, int | None] = ("", 1, None)
    for delimiter in DELIMITERS:
        rows = first_rows(lines, delimiter)
        for at in range(min(len(rows), ROWS_ABOVE + 1)):
            wide = len(rows[at])
            groups = _groups(rows, at)
            if groups or (_heads(rows, at) and (not at or _look_like_names(rows[at]))):
                # As wide under the first row as under another: nothing stands above it.
                if wide > width or (wide == width and not at):
                    width = wide
                    found = (delimiter, at + 2, at + 1) if groups else (delimiter, at + 1, None)
                break
    return found


def _groups(rows: Sequence[list[str]], at: int) -> bool:
    """Whether this row names groups of the columns that the next one names."""
    return (
        at + 2 < len(rows)
        and are_grouped(rows[at], rows[at + 1])
        and alike_below(rows, at + 1) >= MOSTLY
    )


def _heads(rows: Sequence[list[str]], at: int) -> bool:
    """Whether most rows below have the cells of this one, and no row above is as wide."""
    width = len(rows[at])
    body = [row for row in rows[at + 1 : at + 1 + ROWS_LOOKED_AT] if row]
    return (
        width >= 2
        and 2 * len(_filled(rows[at])) > width
        and bool(body or not at)
        and alike_below(rows, at) >= MOSTLY
        and all(len(row) != width or 2 * len(_filled(row)) <= width for row in rows[:at])
    )


def _filled(row: list[str]) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _look_like_names(row: list[str]) -> bool:
    cells = _filled(row)
    numbers = sum(as_number(cell) is not None for cell in cells)
    return (
        len(set(cells)) == len(cells) >= 2
        and not any(LOOKS_LIKE_A_DATE.match(cell) for cell in cells)
        and (2 * numbers < len(cells) or NUMBERED <= numbers < len(cells) or are_numbered(cells))
    )
