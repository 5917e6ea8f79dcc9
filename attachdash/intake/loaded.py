"""A file in memory, read and handed on in blocks, so that no step of the work takes long."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from attachdash.intake.blocks import ROWS, Stream, seems_titled, stream_of
from attachdash.intake.layout import PIECE
from attachdash.intake.table import MOST_LISTED, Origin, Table, notes_of
from attachdash.intake.titled import Titled, open_csv


def read_in_pieces(
    file_name: str, data: bytes, tell: Callable[[], None], *, header_rows: int = 1,
    names_row: int = 1, piece: int = PIECE,
) -> Table:  # fmt: skip
    """What read_csv comes to, a piece at a time; `tell` is called before each.

    Also refused, by its row: one of over blocks.MOST_OF_ROW bytes.
    """
    return _whole(
        stream_of(file_name, data, tell, header_rows=header_rows, names_row=names_row, piece=piece)
    )


def open_in_pieces(file_name: str, data: bytes, tell: Callable[[], None]) -> Table | Titled:
    """What open_csv comes to, a piece at a time; where something stands above the names, whole."""
    if seems_titled(file_name, data, tell):
        return open_csv(file_name, data)
    return _whole(stream_of(file_name, data, tell))


def _whole(stream: Stream) -> Table:
    parts = list(stream.blocks())
    empty_rows = sum(one.empty_rows for one in parts)
    return dataclasses.replace(
        parts[0],
        frame=pl.concat([one.frame for one in parts], rechunk=False),
        row_numbers=np.concatenate([one.row_numbers for one in parts]),
        problems=tuple(problem for one in parts for problem in one.problems)[:MOST_LISTED],
        ragged_rows=np.concatenate([one.ragged_rows for one in parts]),
        notes=notes_of(parts[0].encoding, empty_rows),
        empty_rows=empty_rows,
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table in memory, a row a form, whose rows come in blocks as a Stream's do."""

    table: Table
    is_formed: bool = True

    @property
    def file_name(self) -> str:
        """The file's name, as it may be shown."""
        return self.table.file_name

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return self.table.sha256

    @property
    def rows(self) -> int:
        """Its forms, and the rows whose cells are too many or too few."""
        return self.table.total_rows

    def blocks(self, rows: int = ROWS) -> Iterator[Table]:
        """The forms in tables of so many at most, each with what was found in its rows."""
        table, height = self.table, self.table.frame.height
        firsts = np.arange(0, max(height, 1), rows)
        # A row that can't be read comes with the forms that stand above it.
        bounds = np.append(table.row_numbers[firsts[1:]], np.iinfo(np.int32).max)
        ragged = np.searchsorted(table.ragged_rows, bounds).tolist()
        listed = np.searchsorted([one.row or 0 for one in table.problems], bounds).tolist()
        places = np.array([one[0] for one in table.misfits], dtype=np.int64)
        by_place = np.argsort(places, kind="stable")
        ordered = places[by_place]
        for at, first in enumerate(firsts.tolist()):
            last = min(first + rows, height)
            own = slice(*np.searchsorted(ordered, (first, last)).tolist())
            misfits = (table.misfits[place] for place in by_place[own].tolist())
            yield dataclasses.replace(
                table,
                frame=table.frame.slice(first, rows),
                row_numbers=table.row_numbers[first:last],
                problems=table.problems[listed[at - 1] if at else 0 : listed[at]],
                ragged_rows=table.ragged_rows[ragged[at - 1] if at else 0 : ragged[at]],
                origins={name: _part(one, first, last) for name, one in table.origins.items()},
                misfits=tuple((one[0] - first, *one[1:]) for one in misfits),
            )


def _part(origin: Origin, first: int, last: int) -> Origin:
    which, rows = origin.which, origin.rows
    return Origin(
        origin.names,
        None if which is None else which[first:last],
        None if rows is None else rows[first:last],
    )
