"""What can only be said of a file as a whole, when its rows come in blocks."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import Instrument
from attachdash.intake.blocks import ROWS, Stream
from attachdash.intake.check import (
    Checked,
    DayOrder,
    Read,
    check_rows,
    forms_of,
    order_of_days,
    read_rows,
    refuse_other_order,
)
from attachdash.intake.coding import can_look_shifted, codes_seen, refuse_shifted
from attachdash.intake.layout import MOST_BYTES
from attachdash.intake.loaded import Loaded
from attachdash.intake.mapping import Mapping
from attachdash.intake.numbers import MissingCodes
from attachdash.intake.problems import Problem, ProblemKind, Unreadable
from attachdash.intake.repeats import Repeats, find_repeats, key_hashes, twice
from attachdash.intake.table import Table

# Rows that share their key with others are compared all at once.
MOST_REPEATED = 1_000_000
Told = Callable[[int], None]  # is called with how many rows of the file were read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A file in blocks under a mapping, with all that one block can't know of the others."""

    stream: Stream | Loaded
    mapping: Mapping
    instrument: Instrument
    today: date
    repeats: Repeats  # among all its forms
    block_rows: int

    def checked(self, tell: Told) -> Iterator[Checked]:
        """The verdict on each block: which of its rows can be kept."""
        first = 0
        conflicts = np.array(sorted(self.repeats.conflicts), dtype=np.int64)
        for table, count in _forms(self, tell):
            last = first + count
            at = slice(*np.searchsorted(self.repeats.same, (first, last)).tolist())
            own = slice(*np.searchsorted(conflicts, (first, last)).tolist())
            repeats = Repeats(
                same=self.repeats.same[at] - first,
                first=self.repeats.first[at],
                conflicts={
                    place - first: self.repeats.conflicts[place]
                    for place in conflicts[own].tolist()
                },
            )
            yield check_rows(table, self.mapping, self.instrument, self.today, repeats)
            first = last


def settle(
    stream: Stream | Loaded, mapping: Mapping, instrument: Instrument, today: date, tell: Told,
    block_rows: int = ROWS,
) -> Settled:  # fmt: skip
    """Look the whole file through under a mapping: its coding, its days, its repeats.

    Raises Unreadable where the mapping fits neither the file nor the instrument, where its days
    can't be told or its answers look coded from another number, where its layout needs it whole,
    and where more than MOST_REPEATED rows share client, day and occasion with others.
    """
    if mapping.shape.kind == "answers" and not stream.is_formed:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.TOO_LARGE, file=stream.file_name,
                    expected=f"at most {MOST_BYTES // 1_000_000} MB where each row is an answer: "
                    "the rows of a form can stand anywhere",
                    cure="Split it into several files, each form's rows in one of them.",
                )
            ]
        )  # fmt: skip
    none = Repeats(same=np.empty(0, np.int64), first=np.empty(0, np.int64), conflicts={})
    settled = Settled(
        stream=stream, mapping=mapping, instrument=instrument, today=today, repeats=none,
        block_rows=block_rows,
    )  # fmt: skip
    doubles = _doubles(settled, tell)
    if len(doubles):
        return Settled(
            stream=stream, mapping=mapping, instrument=instrument, today=today,
            repeats=_repeats(settled, doubles, tell), block_rows=block_rows,
        )  # fmt: skip
    return settled


def _forms(one: Settled, tell: Told) -> Iterator[tuple[Table, int]]:
    read = 0
    for block in one.stream.blocks(one.block_rows):
        table = block
        if not one.stream.is_formed:
            table = forms_of(block, one.mapping, one.instrument, one.today)
        yield table, table.frame.height
        read += block.total_rows + block.empty_rows
        tell(read)


def _doubles(one: Settled, tell: Told) -> NDArray[np.uint64]:
    """The hashes of keys that more than one sound row may have.

    Refuses what the days or the coding of the whole file forbid.
    """
    most = one.stream.rows
    if not one.stream.is_formed:
        most *= max(len(one.mapping.shape.points), 1)
    hashes, count = np.empty(most, dtype=np.uint64), 0
    seen: Counter[int] = Counter()
    days: list[DayOrder] = []
    codes = one.mapping.items if can_look_shifted(one.mapping, one.instrument) else ()
    missing = MissingCodes.of(one.mapping.missing)
    for table, _ in _forms(one, tell):
        seen.update(codes_seen(table, codes, missing))
        days.append(order_of_days(table, one.mapping))
        read = read_rows(table, one.mapping, one.instrument, one.today)
        own = key_hashes(read.keys)[~read.findings.refused]
        hashes[count : count + len(own)] = own
        count += len(own)
    order = {name: np.concatenate([rows[name] for rows in days]) for name in days[0]}
    file = one.stream.file_name
    refuse_other_order(file, one.mapping, order)
    if codes:
        refuse_shifted(file, seen, one.instrument)
    hashes[:count].sort()
    return twice(hashes[:count])


def _repeats(one: Settled, doubles: NDArray[np.uint64], tell: Told) -> Repeats:
    """The repeats among all forms of the file."""
    places, keys, held, numbers = [], [], [], []
    first = found = 0
    for table, count in _forms(one, tell):
        read: Read = read_rows(table, one.mapping, one.instrument, one.today)
        hit = ~read.findings.refused & np.isin(key_hashes(read.keys), doubles)
        at = np.flatnonzero(hit)
        found += len(at)
        if found > MOST_REPEATED:
            raise Unreadable(
                [
                    Problem(
                        kind=ProblemKind.TOO_LARGE, file=table.file_name,
                        expected=f"at most {MOST_REPEATED:,} rows that share client, day and "
                        "occasion with other rows",
                        cure="Was one export put behind another? Leave out what is there twice.",
                    )
                ]
            )  # fmt: skip
        places.append(at + first)
        keys.append(read.keys[at])
        held.append(read.held[at])
        numbers.append(table.row_numbers[at])
        first += count
    place = np.concatenate(places)
    all_keys = pl.concat(keys)
    values: NDArray[Any] = np.concatenate(held)
    sound = np.ones(all_keys.height, dtype=bool)
    local = find_repeats(all_keys, values, sound, np.concatenate(numbers))
    return Repeats(
        same=place[local.same],
        first=local.first,
        conflicts={int(place[at]): told for at, told in local.conflicts.items()},
    )
