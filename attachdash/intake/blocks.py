"""A CSV of any size: looked through in passes that hold little of it, its rows read in blocks.

Each pass sums up the bytes anew: a file that changes meanwhile is refused.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from attachdash.errors import Invalid
from attachdash.intake.layout import (
    LETTERS_LOOKED_AT,
    PIECE,
    Records,
    as_text,
    at_least,
    find_delimiter,
    find_encoding,
    records_in,
    whole_rows,
    wrong_quotes,
)
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, shown
from attachdash.intake.table import (
    Layout,
    Table,
    header,
    nothing_below,
    nothing_fits,
    table_of,
)

ROWS = 100_000  # of a block, at most
# No row of answers is so long: a quotation mark without its partner made one of many.
MOST_OF_ROW = 10_000_000
# Lines with wrong quotation marks that are counted; then it is enough.
MOST_WRONG = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A CSV whose rows come in blocks."""

    path: Path
    layout: Layout
    rows: int  # below the header that aren't wholly empty
    piece: int = PIECE  # bytes that are read at once

    def blocks(self, rows: int = ROWS) -> Iterator[Table]:
        """The file's rows in tables of about so many, with the row numbers of the file.

        Raises Unreadable where there are none, or where the file is not what it was.
        """
        found = False
        for before, text, records in _records(self.path, self.layout, self.piece):
            count = len(records.starts)
            size = math.ceil(count / math.ceil(count / rows))
            for first in range(0, count, size):
                table = _part(self.layout, text, records, before, first, first + size)
                found = found or bool(table.total_rows)
                if table.total_rows or table.empty_rows:
                    yield table
        if not found:
            raise nothing_below(self.layout.file_name)


def open_stream(
    path: Path, *, header_rows: int = 1, names_row: int = 1, piece: int = PIECE
) -> Stream:
    """Look a CSV through without keeping it; see read_csv.

    Raises Unreadable, naming the cure, when it is refused whole: all that read_csv refuses but a
    file without rows, and one with a row of over MOST_OF_ROW bytes.
    """
    file = shown(path.name) or "file"
    try:
        with path.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise _lost(file, error) from error
    encoding = find_encoding(file, lambda: _pieces(path, sha256, piece))
    texts = as_text(_pieces(path, sha256, piece), encoding)
    delimiter = find_delimiter(file, next(at_least(texts, LETTERS_LOOKED_AT + 1)))
    layout = Layout(
        file_name=file, sha256=sha256, encoding=encoding, delimiter=delimiter, columns=(),
        header_rows=header_rows, names_row=names_row,
    )  # fmt: skip
    return _looked_through(path, layout, piece)


def _looked_through(path: Path, said: Layout, piece: int) -> Stream:
    """The stream of a file whose columns are not known yet; its header may end early."""
    names, first_width, width, total, fitting, ragged = b"", 0, 0, 0, 0, 0
    odd: tuple[int, int] | None = None  # the first row with other cells than the header, and theirs
    at = min(said.names_row, said.header_rows) - 1
    for before, text, records in _records(path, said, piece):
        count = len(records.starts)
        first_width = first_width or int(records.fields[0])
        if before <= at:
            # The last row there is stands for one that the file doesn't reach.
            own = min(at - before, count - 1)
            names = text[records.starts[own] : records.ends[own]]
            width = int(records.fields[own])
        below = slice(max(said.header_rows - before, 0), None)
        holds = (records.ends > records.starts)[below]
        wrong = holds & (records.fields[below] != width)
        if odd is None and wrong.any():
            place = int(np.flatnonzero(wrong)[0]) + below.start
            odd = before + place + 1, int(records.fields[place])
        ragged += int(wrong.sum())
        fitting += int(holds.sum()) - int(wrong.sum())
        total = before + count
    header_rows = min(said.header_rows, total)
    layout = Layout(
        file_name=said.file_name, sha256=said.sha256, encoding=said.encoding,
        delimiter=said.delimiter,
        columns=header(said.file_name, names, said.delimiter, first_width),
        header_rows=header_rows, names_row=min(said.names_row, header_rows),
    )  # fmt: skip
    if odd is not None and ragged > 1 and not fitting:
        raise nothing_fits(layout, *odd)
    return Stream(path=path, layout=layout, rows=ragged + fitting, piece=piece)


def _records(path: Path, layout: Layout, piece: int) -> Iterator[tuple[int, bytes, Records]]:
    """Whole rows of the text, where they stand in it, and how many rows came before.

    Raises Unreadable at the end where quotation marks are wrong, and for a row that is too long.
    """
    file, before, lines, rest = layout.file_name, 0, 0, b""
    wrong: list[int] = []
    texts = as_text(_pieces(path, layout.sha256, piece), layout.encoding)
    ended = False
    while not ended:
        text = next(texts, None)
        ended = text is None
        rest += text or b""
        end = len(rest) if ended else whole_rows(rest)
        if end:
            part, rest = rest[:end], rest[end:]
            records, at = records_in(part, layout.delimiter)
            wrong += (at + lines).tolist()
            if len(wrong) > MOST_WRONG:
                break
            if not wrong:
                yield before, part, records
            before += len(records.starts)
            lines += part.count(b"\n")
        if len(rest) > MOST_OF_ROW:
            raise _too_long(file, before + 1)
    if wrong:
        raise wrong_quotes(file, wrong)


def _part(
    layout: Layout, text: bytes, records: Records, before: int, first: int, last: int
) -> Table:
    """The rows `first` to `last` of the records, as a table."""
    start = int(records.starts[first])
    end = int(records.starts[last]) if last < len(records.starts) else len(text)
    own = Records(
        starts=records.starts[first:last] - start,
        ends=records.ends[first:last] - start,
        fields=records.fields[first:last],
        quoted=records.quoted,
    )
    return table_of(layout, text[start:end], own, before + first)


def _pieces(path: Path, sha256: str, piece: int) -> Iterator[bytes]:
    """The file's bytes. Raises Unreadable at their end where they are not those of the sum."""
    file = shown(path.name) or "file"
    total = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while read := opened.read(piece):
                total.update(read)
                yield read
    except OSError as error:
        raise _lost(file, error) from error
    if total.hexdigest() != sha256:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.NOT_A_CSV, file=file,
                    expected="a file that stays as it is, but it changed while it was read",
                    cure="Close the programs that write to it, and start again.",
                )
            ]
        )  # fmt: skip


def _lost(file: str, error: OSError) -> Invalid:
    return Invalid(f"{file} can't be read: {error.strerror}.")


def _too_long(file: str, row: int) -> Unreadable:
    return Unreadable(
        [
            Problem(
                kind=ProblemKind.TOO_LARGE, file=file, row=row,
                expected=f"at most {MOST_OF_ROW // 1_000_000} MB in a row",
                cure="Look for a quotation mark without its partner in this row or above.",
            )
        ]
    )  # fmt: skip
