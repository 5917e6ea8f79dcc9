"""A file as a table of text: nothing is guessed to be a number, a date or missing."""

import codecs
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.intake.layout import (
    ABOVE_HEADER,
    DELIMITERS,
    SAY_WHERE,
    Records,
    as_utf8,
    find_delimiter,
    find_records,
)
from attachdash.intake.names import check_names, joined
from attachdash.intake.problems import (
    Problem,
    ProblemKind,
    Unreadable,
    Wrong,
    shown,
)

MOST_COLUMNS = 2_000
# More problems than anyone reads are counted, not listed.
MOST_LISTED = 10_000
# Marks of writing direction and joining, and a mark of byte order left inside.
UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the cells of a column stand in the file, if the column was made of others."""

    names: tuple[str, ...]  # the file's own columns
    which: NDArray[np.int64] | None = None  # which of them, by frame row; None: the first
    rows: NDArray[np.int32] | None = None  # the file's row, by frame row; None: the frame row's


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One file's cells as text, as they stand there; an empty cell is ""."""

    file_name: str
    sha256: str  # of the file's bytes: the same file is recognised under any name
    columns: tuple[str, ...]
    frame: pl.DataFrame  # String columns, one row a row of the file that has the right cells
    row_numbers: NDArray[np.int32]  # of each frame row, as the spreadsheet shows it
    encoding: str  # "utf-8", "utf-16" or "windows-1252"
    delimiter: str  # "" in a workbook
    problems: tuple[Problem, ...]  # rows that have more or fewer cells than the header
    ragged_rows: NDArray[np.int32]  # the numbers of all such rows
    notes: tuple[str, ...]  # what a person should confirm about how the file was read
    header_rows: int = 1  # the answers begin below them
    names_row: int = 1  # the columns' names; question texts may stand above or below them
    groups_row: int | None = None  # names of groups of columns, joined with these
    origins: dict[str, Origin] = field(default_factory=dict)  # of columns that were made
    # What was wrong already when rows were made: frame row, column, value.
    misfits: tuple[tuple[int, str, str, Wrong], ...] = ()

    def place(self, at: int, column: str) -> tuple[int, str]:
        """The file's own row and column of a cell in frame row `at`."""
        row = int(self.row_numbers[at])
        origin = self.origins.get(column)
        if origin is None:
            return row, column
        name = origin.names[0 if origin.which is None else int(origin.which[at])]
        return (row if origin.rows is None else int(origin.rows[at])), name

    sheet: str = ""  # of a workbook
    empty_rows: int = 0  # left out: they have the right cells, and nothing in them

    @property
    def total_rows(self) -> int:
        """Rows that hold anything, the header not counted."""
        return len(self.row_numbers) + len(self.ragged_rows)

    @property
    def first_row(self) -> int:
        """The spreadsheet's number of the first row below the header."""
        return self.header_rows + 1

    @property
    def read_as(self) -> str:
        """How the file was read, in words."""
        both = f"s {self.groups_row:,} and" if self.groups_row else ""
        names = f"column names in row{both} {self.names_row:,}"
        if self.sheet:
            return f"Sheet “{shown(self.sheet)}”, {names}."
        return f"Separated by {self.delimiter_word}, letters as {self.encoding}, {names}."

    @property
    def delimiter_word(self) -> str:
        """The separator in words: "semicolon"."""
        return DELIMITERS[self.delimiter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a CSV is written, as it is known before its rows are read; see Table."""

    file_name: str
    sha256: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    header_rows: int
    names_row: int
    groups_row: int | None = None


def read_csv(
    file_name: str, data: bytes, *, header_rows: int = 1, names_row: int = 1,
    groups_row: int | None = None,
) -> Table:  # fmt: skip
    """The file's rows as text. Raises Unreadable, naming the cure, when it is refused whole.

    The columns' names stand in row `names_row` of the first `header_rows`, those of groups of them
    in `groups_row` above, if any; row numbers stay those of the file.
    """
    file_name = shown(file_name) or "file"
    text, encoding = as_utf8(file_name, data)
    return table_in(
        file_name, data, text, encoding, header_rows=header_rows, names_row=names_row,
        groups_row=groups_row,
    )  # fmt: skip


def table_in(
    file_name: str, data: bytes, text: bytes, encoding: str, *, header_rows: int = 1,
    names_row: int = 1, groups_row: int | None = None,
) -> Table:  # fmt: skip
    """The table in the text of these bytes, as read_csv makes it."""
    sha256 = hashlib.sha256(data).hexdigest()
    delimiter = find_delimiter(file_name, text, names_row)
    records = find_records(file_name, text, delimiter)
    header_rows = min(header_rows, len(records.starts))
    at = min(names_row, header_rows) - 1
    above = None if groups_row is None or groups_row > at else groups_row
    layout = Layout(
        file_name=file_name,
        sha256=sha256,
        encoding=encoding,
        delimiter=delimiter,
        columns=header(
            file_name,
            text[records.starts[at] : records.ends[at]],
            delimiter,
            row=at + 1,
            cells=int(records.fields[at]),
            above=text[records.starts[above - 1] : records.ends[above - 1]] if above else b"",
        ),
        groups_row=above,
        header_rows=header_rows,
        names_row=at + 1,
    )
    table = table_of(layout, text, records)
    if not table.total_rows:
        raise nothing_below(file_name)
    if not len(table.row_numbers) + table.empty_rows and len(table.ragged_rows) > 1:
        first = int(table.ragged_rows[0])
        raise nothing_fits(layout, first, int(records.fields[first - 1]))
    return table


def table_of(layout: Layout, text: bytes, records: Records, before: int = 0) -> Table:
    """The rows of a part of a file's text, where `before` rows of it come before them."""
    width = len(layout.columns)
    rows = np.arange(before + 1, before + len(records.starts) + 1, dtype=np.int32)
    header_rows = max(layout.header_rows - before, 0)
    holds = records.ends > records.starts
    right = holds & (records.fields == width)
    holds[:header_rows] = right[:header_rows] = False
    ragged = rows[holds & ~right]
    frame, numbers = _cells(
        text, records, right, rows, layout.columns, layout.delimiter, header_rows
    )
    empty_rows = int(right.sum()) - len(numbers)
    problems = tuple(
        Problem(
            kind=ProblemKind.FIELDS,
            file=layout.file_name,
            row=int(row),
            value=_cells_word(int(records.fields[row - before - 1])),
            expected=f"{_cells_word(width)}, as in the header",
            cure=f"Look for a missing or unquoted {DELIMITERS[layout.delimiter]} in this row.",
        )
        for row in ragged[:MOST_LISTED]
    )
    return Table(
        file_name=layout.file_name,
        sha256=layout.sha256,
        columns=layout.columns,
        frame=frame,
        row_numbers=numbers,
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        problems=problems,
        ragged_rows=ragged,
        header_rows=layout.header_rows,
        names_row=layout.names_row,
        groups_row=layout.groups_row,
        notes=notes_of(layout.encoding, empty_rows),
        empty_rows=empty_rows,
    )


def nothing_below(file: str) -> Unreadable:
    """The refusal of a file that holds nothing below its header."""
    return Unreadable(
        [
            Problem(
                kind=ProblemKind.EMPTY,
                file=file,
                expected="at least one row of answers below the column names",
                cure="Export the file again and look whether it holds anything.",
            )
        ]
    )


def nothing_fits(layout: Layout, row: int, cells: int) -> Unreadable:
    """The refusal of a file none of whose rows has the cells of the header; one of them is said."""
    # Row 1 is more likely no header than every row wrong.
    return Unreadable(
        [
            Problem(
                kind=ProblemKind.HEADER,
                file=layout.file_name,
                row=layout.names_row,
                value=_cells_word(len(layout.columns)),
                expected="column names, as many as the rows below have cells, but none has "
                f"(row {row} has {_cells_word(cells)})",
                cure=f"{ABOVE_HEADER if layout.names_row == 1 else SAY_WHERE} Look for separators "
                "too many at the ends of rows.",
            )
        ]
    )


def _cells_word(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def notes_of(encoding: str, empty_rows: int) -> tuple[str, ...]:
    """What a person should confirm about how a file was read."""
    notes = []
    if encoding == "windows-1252":
        notes.append(
            "The file's letters were read as Windows-1252. Please confirm that names and words "
            "with accents look right."
        )
    if empty_rows == 1:
        notes.append("1 empty row was left out.")
    elif empty_rows:
        notes.append(f"{empty_rows:,} empty rows were left out.")
    return tuple(notes)


def _parsed(text: bytes, width: int, delimiter: str, quoted: bool) -> pl.DataFrame:
    if text.startswith(codecs.BOM_UTF8):
        # The file's own mark is off already: this one stands in a cell, and would be taken off it.
        text = codecs.BOM_UTF8 + text
    return pl.read_csv(
        text,
        has_header=False,
        schema={f"c{number}": pl.String for number in range(width)},
        separator=delimiter,
        quote_char='"' if quoted else None,
        infer_schema_length=0,
        # An empty cell is told apart from nothing only by the check of each row's cells.
        empty_string_is_null=False,
        glob=False,
    )


def header(
    file: str, line: bytes, delimiter: str, *, row: int, cells: int, above: bytes = b""
) -> tuple[str, ...]:
    """The columns' names in this row of the file, which has so many cells; `above` names groups.

    Raises Unreadable where they can't be names.
    """
    if cells > MOST_COLUMNS:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.HEADER,
                    file=file,
                    expected=f"at most {MOST_COLUMNS:,} columns, but there are {cells:,}",
                    cure="Keep only the columns of client, day and answers.",
                )
            ]
        )
    width = find_records(file, line, delimiter).fields[0] if line else 0
    names: list[str] = []
    if width:
        found: Sequence[str] = _parsed(line, int(width), delimiter, b'"' in line).row(0)
        if above:
            wide = int(find_records(file, above, delimiter).fields[0])
            found = joined(_parsed(above, wide, delimiter, b'"' in above).row(0), found)
        # Two names that look the same are the same.
        names = [" ".join(UNSEEN.sub("", name).split()) for name in found]
    check_names(file, row, names)
    return tuple(names)


def _cells(
    text: bytes,
    records: Records,
    right: NDArray[np.bool_],
    rows: NDArray[np.int32],
    columns: tuple[str, ...],
    delimiter: str,
    header_rows: int,
) -> tuple[pl.DataFrame, NDArray[np.int32]]:
    """The cells of the rows marked right, and their numbers; rows of empty cells are left out."""
    at = np.flatnonzero(right)
    if not len(at):
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), rows[:0]
    if right[header_rows:].all():
        body = text[records.starts[header_rows] :]
    else:
        body = b"\n".join(
            text[start:end]
            for start, end in zip(
                records.starts[at].tolist(), records.ends[at].tolist(), strict=True
            )
        )
    frame = _parsed(body, len(columns), delimiter, records.quoted)
    # Our own count of rows and the reader's must agree, or row numbers would be wrong.
    assert frame.height == len(at), f"{frame.height} rows read of {len(at)} found"
    frame.columns = list(columns)
    numbers = rows[at]
    # Few rows begin with an empty cell: only those need a look at all of theirs.
    begins = (frame.to_series(0).str.strip_chars() == "").to_numpy()
    empty = np.flatnonzero(begins)
    if len(empty):
        blank = frame[empty].select(pl.all_horizontal(pl.all().str.strip_chars() == ""))
        empty = empty[blank.to_series().to_numpy()]
        keep = np.ones(len(at), dtype=bool)
        keep[empty] = False
        frame, numbers = frame.filter(pl.Series(keep)), numbers[keep]
    return frame, numbers


def distinct(series: pl.Series) -> tuple[list[str], NDArray[np.int64]]:
    """A column's different texts, and for each cell which of them it is."""
    texts = series.unique(maintain_order=True)
    which = series.cast(pl.Enum(texts)).to_physical().to_numpy()
    return texts.to_list(), which.astype(np.int64)
