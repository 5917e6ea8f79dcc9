"""A workbook's sheets as text, and one of them as the table that a person chose."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from attachdash.intake.mapping import as_number
from attachdash.intake.names import NAME_COLUMNS, are_grouped, joined
from attachdash.intake.problems import (
    LOOKS_LIKE_A_DATE,
    Problem,
    ProblemKind,
    Unreadable,
    listed,
    shown,
)
from attachdash.intake.table import MOST_COLUMNS, Table

ROWS_LOOKED_AT = 30  # for the column names
MOST_PLACES = 3  # named in a note
AS_CSV = "Copy the rows into a new workbook, or save the sheet as CSV UTF-8."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet's cells as text; rows without any are left out."""

    name: str
    is_hidden: bool
    frame: pl.DataFrame  # String columns, from column A on
    rows: tuple[int, ...]  # the spreadsheet's number of each
    widest: int  # columns; above MOST_COLUMNS none were read
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]  # from 1
    merged: tuple[str, ...]  # as C4:D4
    formulas: tuple[tuple[int, int], ...]  # row, column
    unsaved: tuple[tuple[int, int], ...]  # formulas without a saved value
    from_1904: bool

    @property
    def names_row(self) -> int:
        """The first row that looks like column names; else the first that holds anything."""
        return self._names[0]

    @property
    def groups_row(self) -> int | None:
        """The row above it, where that seems to name groups of the columns."""
        return self._names[1]

    @property
    def _names(self) -> tuple[int, int | None]:
        head = self.frame.head(ROWS_LOOKED_AT).rows()
        filled = [[cell.strip() for cell in row if cell.strip()] for row in head]
        widest = max((len(row) for row in filled), default=0)
        for at, (number, row) in enumerate(zip(self.rows, filled, strict=False)):
            below = self.rows[at + 1 : at + 2] == (number + 1,) and head[at + 1 : at + 2]
            if below and are_grouped(head[at], below[0]):
                return number + 1, number
            if len(row) >= 2 and 2 * len(row) >= widest and _look_like_names(row):
                return number, None
        return (self.rows[0] if self.rows else 1), None

    @property
    def begins_with_names(self) -> bool:
        """Whether nothing stands above the row that looks like column names."""
        return not self.rows or self.names_row == self.rows[0]

    def first_rows(self, count: int, from_row: int) -> list[tuple[int, tuple[str, ...]]]:
        """The first rows from that one on that hold anything, each with its number."""
        at = bisect_left(self.rows, from_row)
        return list(zip(self.rows[at:], self.frame[at : at + count].rows(), strict=False))

    @property
    def row_count(self) -> int:
        """Rows below the proposed header."""
        return len(self.rows) - bisect_right(self.rows, self.names_row)


def _look_like_names(row: list[str]) -> bool:
    if len(set(row)) < len(row) or any(LOOKS_LIKE_A_DATE.match(cell) for cell in row):
        return False
    return any(as_number(cell) is None for cell in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook's sheets that hold anything, in its order."""

    file_name: str
    sheets: tuple[Sheet, ...]
    data: bytes = field(repr=False)

    @property
    def proposed(self) -> Sheet:
        """The sheet with most rows; a hidden one only if no other holds any."""
        return max(self.sheets, key=lambda one: (not one.is_hidden, one.row_count))

    @property
    def is_plain(self) -> bool:
        """Whether there is one sheet only, and its names stand first: nothing to choose."""
        return len(self.sheets) == 1 and self.proposed.begins_with_names

    def table(
        self, sheet: str | None = None, *, header_rows: int = 1, names_row: int | None = None,
        groups_row: int | None = None,
    ) -> Table:  # fmt: skip
        """The named sheet (None: the proposed one) under the names in that row (None: and in that
        of groups, where they seem to stand).

        The answers begin below `header_rows` rows, or below the names where these stand lower.
        Raises Unreadable, naming the cure, where it can't be read so.
        """
        chosen = self.proposed
        if sheet is not None:
            named = [one for one in self.sheets if one.name.casefold() == sheet.casefold()]
            if not named:
                names = ", ".join(shown(one.name) for one in self.sheets)
                raise refused(
                    self.file_name, f"a sheet called {shown(sheet)}, but there are: {names}",
                    "Name one of these.",
                )  # fmt: skip
            chosen = named[0]
        row, groups = names_row, groups_row
        if row is None:
            row, groups = chosen.names_row, groups_row or chosen.groups_row
        return _table(self, chosen, row, max(header_rows, row), groups)


def _table(
    book: Workbook, sheet: Sheet, names_row: int, header_rows: int, groups_row: int | None
) -> Table:
    file = f"{book.file_name}, sheet {shown(sheet.name)}"
    if sheet.widest > MOST_COLUMNS:
        words = f"at most {MOST_COLUMNS:,} columns, but there are {sheet.widest:,}"
        raise refused(file, words, AS_CSV, ProblemKind.HEADER)
    rows = np.array(sheet.rows, dtype=np.int32)
    below = rows > header_rows
    if names_row not in sheet.rows:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.HEADER, file=file, row=names_row,
                    expected="the columns' names, but the row is empty",
                    cure="Say in which row they stand.",
                )
            ]
        )  # fmt: skip
    if not below.any():
        words = "at least one row of answers below the column names"
        raise refused(file, words, "Is this the right sheet?", ProblemKind.EMPTY)
    body = sheet.frame.filter(pl.Series(below))
    if groups_row is not None and (groups_row >= names_row or groups_row not in sheet.rows):
        groups_row = None
    names = _names(file, sheet, names_row, groups_row, body)
    frame = body.select([f"c{place}" for place in names])
    frame.columns = list(names.values())
    return Table(
        file_name=file,
        # Another sheet of the same workbook is another file to everyone who asks.
        sha256=hashlib.sha256(book.data + b"\0" + sheet.name.encode()).hexdigest(),
        columns=tuple(names.values()),
        frame=frame,
        row_numbers=rows[below],
        encoding="utf-8",
        delimiter="",
        problems=(),
        ragged_rows=np.array([], dtype=np.int32),
        notes=tuple(_notes(sheet, header_rows, names)),
        sheet=sheet.name,
        header_rows=header_rows,
        names_row=names_row,
        groups_row=groups_row,
    )


def _names(
    file: str, sheet: Sheet, names_row: int, groups_row: int | None, body: pl.DataFrame
) -> dict[int, str]:
    """The names of the columns that hold anything, by place from 1."""
    at = sheet.rows.index(names_row)
    names: dict[int, str] = {}
    unnamed, twice, days = [], [], []
    cells: Sequence[str] = sheet.frame.row(at)
    if groups_row is not None:
        cells = joined(sheet.frame.row(sheet.rows.index(groups_row)), cells)
    for place, text in enumerate(cells, start=1):
        name, letter = " ".join(text.split()), letters(place)
        if not name:
            if (body.to_series(place - 1).str.strip_chars() != "").any():
                unnamed.append(letter)
        elif LOOKS_LIKE_A_DATE.fullmatch(name):
            days.append(f"{letter}: {shown(name)}")
        elif name in names.values():
            twice.append(f"{letter}: {shown(name)}")
        names[place] = name
    merged = [
        one
        for one in sheet.merged
        # Merged in or with the row of groups is what makes these groups.
        if _touches(one, names_row) and not (groups_row and _touches(one, groups_row))
    ]
    for expected, places, cure in (
        ("a name for each column that holds anything, but some have none", unnamed, NAME_COLUMNS),
        ("each name once, but some stand twice", twice, NAME_COLUMNS),
        ("the columns’ names, but the row holds days", days, "Say in which row the names stand."),
        ("a cell of its own for each name, but some are merged", merged, "Unmerge these cells."),
    ):
        if places:
            raise Unreadable(
                [
                    Problem(
                        kind=ProblemKind.HEADER, file=file, row=names_row,
                        expected=f"{expected} ({_few(places)})", cure=cure,
                    )
                ]
            )  # fmt: skip
    return {place: name for place, name in names.items() if name}


def _notes(sheet: Sheet, header_rows: int, names: dict[int, str]) -> Iterable[str]:
    """What a person should know of how the cells below the header were read."""
    hidden = sum(row > header_rows for row in sheet.hidden_rows)
    if hidden:
        yield f"{hidden:,} hidden {'row is' if hidden == 1 else 'rows are'} read too."
    columns = [shown(names[place]) for place in sorted(sheet.hidden_columns) if place in names]
    if columns:
        many = f"{len(columns):,} hidden columns are"
        yield f"{'1 hidden column is' if len(columns) == 1 else many} read too ({_few(columns)})."
    merged = [one for one in sheet.merged if _touches(one, header_rows + 1, below=True)]
    if merged:
        yield (
            f"Some cells are merged ({_few(merged)}): only the first of each holds the value, "
            "rows that need the others are refused."
        )
    formulas = [one for one in sheet.formulas if one[0] > header_rows and one[1] in names]
    if formulas:
        cells = "1 cell holds a formula" if len(formulas) == 1 else f"{len(formulas):,} cells hold "
        if len(formulas) > 1:
            cells += "formulas"
        yield f"{cells}: read as the value that was saved with it."
    unsaved = sorted(
        {row for row, column in sheet.unsaved if row > header_rows and column in names}
    )
    if unsaved:
        yield (
            f"Formulas in {listed(unsaved)} have no saved value, so what needs them is refused. "
            "Open the workbook in a spreadsheet program, save it and choose it again."
        )
    if sheet.from_1904:
        yield "This workbook counts its days from 1904. Please confirm that the days look right."


def _touches(reference: str, row: int, *, below: bool = False) -> bool:
    """Whether merged cells such as C4:D5 reach this row, or any below it."""
    rows = [int("".join(filter(str.isdigit, end))) for end in reference.split(":")]
    return rows[-1] >= row and (below or rows[0] <= row)


def _few(places: list[str]) -> str:
    more = len(places) - MOST_PLACES
    return ", ".join(places[:MOST_PLACES]) + (f" and {more:,} more" if more > 0 else "")


def letters(place: int) -> str:
    """A column's letters as the spreadsheet shows them; `place` counts from 1."""
    text = ""
    while place:
        place, last = divmod(place - 1, 26)
        text = chr(ord("A") + last) + text
    return text


def refused(
    file: str, expected: str, cure: str, kind: ProblemKind = ProblemKind.WORKBOOK
) -> Unreadable:
    """The whole file refused for one reason."""
    return Unreadable([Problem(kind=kind, file=file, expected=expected, cure=cure)])
