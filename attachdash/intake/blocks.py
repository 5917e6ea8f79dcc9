"""A CSV of any size: looked through in passes that hold little of it, its rows read in blocks.

Each pass sums up the bytes anew: a file that changes meanwhile is refused.
"""

import hashlib
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from attachdash.errors import Invalid
from attachdash.intake.layout import (
    LETTERS_LOOKED_AT,
    MOST_BYTES,
    PIECE,
    Records,
    as_text,
    at_least,
    find_delimiter,
    find_encoding,
    records_in,
    too_large,
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
from attachdash.intake.titled import names_seem_in

ROWS = 100_000  # of a block, at most
# No row of answers is so long: a quotation mark without its partner made one of many.
MOST_OF_ROW = 10_000_000
# Lines with wrong quotation marks that are counted; then it is enough.
MOST_WRONG = 1_000_000


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was when it was first looked at."""

    path: Path
    sha256: str
    stamp: tuple[int, int]  # size and moment of the last change
    piece: int  # bytes that are read at once

    def pieces(self) -> Iterator[bytes]:
        """Its bytes. Raises Unreadable where they are no longer what they were."""
        total = hashlib.sha256()
        try:
            with self.path.open("rb") as opened:
                if _stamp(opened.fileno()) != self.stamp:
                    raise _changed(self.path)
                while read := opened.read(self.piece):
                    total.update(read)
                    yield read
        except OSError as error:
            raise _lost(self.path, error) from error
        if total.hexdigest() != self.sha256:
            raise _changed(self.path)


@dataclass(frozen=True, slots=True)
class _Held:
    """A file whose bytes are in memory."""

    data: bytes
    piece: int
    tell: Callable[[], None]

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; before each piece it is told."""
        for at in range(0, len(self.data), self.piece):
            self.tell()
            yield self.data[at : at + self.piece]


class _Pieces(Protocol):
    def pieces(self) -> Iterator[bytes]:
        """A file's bytes, from the start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A CSV whose rows come in blocks."""

    file: _Pieces
    layout: Layout
    rows: int  # below the header that aren't wholly empty
    is_formed: bool = False  # a row can be less or more than a form: its layout says so

    @property
    def file_name(self) -> str:
        """The file's name, as it may be shown."""
        return self.layout.file_name

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return self.layout.sha256

    def blocks(self, rows: int = ROWS) -> Iterator[Table]:
        """The file's rows in tables of about so many, with the row numbers of the file.

        Raises Unreadable where there are none, or where the file is not what it was.
        """
        found = False
        for before, text, records in _records(self.file, self.layout):
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
    path: Path, *, header_rows: int = 1, names_row: int | None = 1,
    groups_row: int | None = None, piece: int = PIECE,
) -> Stream:  # fmt: skip
    """Look a CSV through without keeping it; see read_csv.

    With names_row None it is read under the row that seems to have them: its layout tells which.

    Raises Unreadable, naming the cure, when it is refused whole: all that read_csv refuses but a
    file without rows, and one with a row of over MOST_OF_ROW bytes.
    """
    name = shown(path.name) or "file"
    try:
        with path.open("rb") as opened:
            stamp = _stamp(opened.fileno())
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise _lost(path, error) from error
    file = _File(path, sha256, stamp, piece)
    return _opened(name, sha256, file, header_rows, names_row, groups_row)


def seems_titled(file_name: str, data: bytes, tell: Callable[[], None]) -> bool:
    """Whether something seems to stand above the names of a file in memory.

    Raises Unreadable where its bytes are no text.
    """
    file = _Held(data, PIECE, tell)
    encoding = find_encoding(shown(file_name) or "file", file.pieces)
    start = next(at_least(as_text(file.pieces(), encoding), LETTERS_LOOKED_AT + 1))
    return names_seem_in(start)[1] > 1


def stream_of(
    file_name: str, data: bytes, tell: Callable[[], None], *, header_rows: int = 1,
    names_row: int = 1, piece: int = PIECE,
) -> Stream:  # fmt: skip
    """The same of a file in memory; `tell` is called before each piece of it is looked at."""
    name = shown(file_name) or "file"
    if len(data) > MOST_BYTES:
        raise too_large(name, len(data))
    sha256 = hashlib.sha256(data).hexdigest()
    return _opened(name, sha256, _Held(data, piece, tell), header_rows, names_row)


def _opened(
    name: str, sha256: str, file: _Pieces, header_rows: int, names_row: int | None,
    groups_row: int | None = None,
) -> Stream:  # fmt: skip
    encoding = find_encoding(name, file.pieces)
    texts = at_least(as_text(file.pieces(), encoding), LETTERS_LOOKED_AT + 1)
    start = next(texts)
    if names_row is None:
        _, names_row, groups_row = names_seem_in(start)
        header_rows = max(header_rows, names_row)
    delimiter = find_delimiter(name, start, names_row)
    layout = Layout(
        file_name=name, sha256=sha256, encoding=encoding, delimiter=delimiter, columns=(),
        header_rows=header_rows, names_row=names_row, groups_row=groups_row,
    )  # fmt: skip
    return _looked_through(file, layout)


def _looked_through(file: _Pieces, said: Layout) -> Stream:
    """The stream of a file whose columns are not known yet; its header may end early."""
    names, above, width, total, fitting, ragged = b"", b"", 0, 0, 0, 0
    groups = said.groups_row
    odd: tuple[int, int] | None = None  # the first row with other cells than the header, and theirs
    at = min(said.names_row, said.header_rows) - 1
    for before, text, records in _records(file, said):
        count = len(records.starts)
        if before <= at:
            # The last row there is stands for one that the file doesn't reach.
            own = min(at - before, count - 1)
            names = text[records.starts[own] : records.ends[own]]
            width = int(records.fields[own])
        if groups is not None and before < groups <= before + count:
            above = text[records.starts[groups - 1 - before] : records.ends[groups - 1 - before]]
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
    names_row = min(said.names_row, header_rows)
    layout = Layout(
        file_name=said.file_name, sha256=said.sha256, encoding=said.encoding,
        delimiter=said.delimiter,
        columns=header(
            said.file_name, names, said.delimiter, row=names_row, cells=width, above=above
        ),
        header_rows=header_rows, names_row=names_row,
        groups_row=groups if above else None,
    )  # fmt: skip
    if odd is not None and ragged > 1 and not fitting:
        raise nothing_fits(layout, *odd)
    return Stream(file=file, layout=layout, rows=ragged + fitting)


def _records(file: _Pieces, layout: Layout) -> Iterator[tuple[int, bytes, Records]]:
    """Whole rows of the text, where they stand in it, and how many rows came before.

    Raises Unreadable at the end where quotation marks are wrong, and for a row that is too long.
    """
    before, lines, rest = 0, 0, b""
    wrong: list[int] = []
    texts = as_text(file.pieces(), layout.encoding)
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
            raise _too_long(layout.file_name, before + 1)
    if wrong:
        raise wrong_quotes(layout.file_name, wrong)


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


def _stamp(descriptor: int) -> tuple[int, int]:
    now = os.fstat(descriptor)
    return now.st_size, now.st_mtime_ns


def _changed(path: Path) -> Unreadable:
    return Unreadable(
        [
            Problem(
                kind=ProblemKind.NOT_A_CSV, file=shown(path.name) or "file",
                expected="a file that stays as it is, but it changed while it was read",
                cure="Close the programs that write to it, and start again.",
            )
        ]
    )  # fmt: skip


def _lost(path: Path, error: OSError) -> Invalid:
    return Invalid(f"{path} can't be read: {error.strerror}.")


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
