"""Rows of one file for the same client, day and occasion: said twice, or contradicting."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

MOST_SAID = 3  # of the rows that say otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Which rows stand for a key that another row has too; they are counted from 0."""

    same: NDArray[np.int64]  # say again what an earlier row says; ascending
    first: NDArray[np.int64]  # the number of that earlier row, for each of them
    # Each row of a key whose rows differ: the first numbers of those that say otherwise, and how
    # many there are.
    conflicts: dict[int, tuple[tuple[int, ...], int]]


def find_repeats(
    keys: pl.DataFrame,
    values: NDArray[np.int16] | NDArray[np.float64],
    sound: NDArray[np.bool_],
    numbers: NDArray[np.int32],
) -> Repeats:
    """The repeats among the sound rows of a file; `numbers` are those that a spreadsheet shows.

    Where any two rows of a key differ, none of that key is kept: which is right can't be told.
    """
    at = np.flatnonzero(sound)
    hashes = key_hashes(keys)[at]
    repeated = at[np.isin(hashes, twice(np.sort(hashes)))]
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, key in zip(repeated.tolist(), keys[repeated].iter_rows(), strict=True):
        groups.setdefault(key, []).append(row)
    same: list[tuple[int, int]] = []
    conflicts: dict[int, tuple[tuple[int, ...], int]] = {}
    for rows in groups.values():
        said: dict[bytes, list[int]] = {}
        for row in rows:
            said.setdefault(values[row].tobytes(), []).append(row)
        if len(said) == 1:
            same += [(row, int(numbers[rows[0]])) for row in rows[1:]]
            continue
        for alike in said.values():
            own = set(alike)
            others = islice((row for row in rows if row not in own), MOST_SAID)
            told = tuple(int(numbers[row]) for row in others), len(rows) - len(alike)
            conflicts |= dict.fromkeys(alike, told)
    same.sort()
    return Repeats(
        same=np.array([row for row, _ in same], dtype=np.int64),
        first=np.array([first for _, first in same], dtype=np.int64),
        conflicts=conflicts,
    )


def key_hashes(keys: pl.DataFrame) -> NDArray[np.uint64]:
    """A number for each row, the same for equal keys. A few others may share it."""
    return keys.hash_rows(seed=0).to_numpy()


def twice(ordered: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers that stand more than once in a sorted list."""
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
