"""Rows of one file for the same client, day and occasion: said twice, or contradicting."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Which rows stand for a key that another row has too."""

    same: NDArray[np.int64]  # say again what an earlier row says
    first: NDArray[np.int64]  # that earlier row, for each of them
    conflicts: dict[int, tuple[int, ...]]  # each with the rows of its key that say otherwise


def find_repeats(
    keys: pl.DataFrame,
    values: NDArray[np.int16] | NDArray[np.float64],
    sound: NDArray[np.bool_],
) -> Repeats:
    """The repeats among the sound rows of a file; indices count its rows from 0.

    Where any two rows of a key differ, none of that key is kept: which is right can't be told.
    """
    at = np.flatnonzero(sound)
    # Equal keys have equal hashes; the few rows that share one are then compared themselves.
    hashes = keys.hash_rows(seed=0).to_numpy()[at]
    ordered = np.sort(hashes)
    repeated = at[np.isin(hashes, ordered[1:][ordered[1:] == ordered[:-1]])]
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, key in zip(repeated.tolist(), keys[repeated].iter_rows(), strict=True):
        groups.setdefault(key, []).append(row)
    same: list[int] = []
    first: list[int] = []
    conflicts: dict[int, tuple[int, ...]] = {}
    for rows in groups.values():
        said = {row: values[row].tobytes() for row in rows}
        if len(set(said.values())) == 1:
            same += rows[1:]
            first += rows[:1] * (len(rows) - 1)
            continue
        for row in rows:
            conflicts[row] = tuple(other for other in rows if said[other] != said[row])
    return Repeats(
        same=np.array(same, dtype=np.int64),
        first=np.array(first, dtype=np.int64),
        conflicts=conflicts,
    )
