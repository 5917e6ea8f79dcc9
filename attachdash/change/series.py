"""How are many people's answers laid out, so that one and a million take the same path?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The scored answers of n series one after another, each oldest first.

    A series is one scale of one person in one episode. Answers without a value are not here;
    `place` says where each answer stood in what was given.
    """

    values: Floats  # (N,) scale points, finite
    times: Floats  # (N,) days from any common zero, finite, rising within a series
    offsets: Ints  # (n + 1,) series i holds answers offsets[i] to offsets[i + 1]
    place: Ints  # (N,) row of the arrays that were given

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def counts(self) -> Ints:
        """(n,) answers of each series."""
        return np.diff(self.offsets)

    @property
    def which(self) -> Ints:
        """(N,) the series of each answer."""
        return np.repeat(np.arange(len(self)), self.counts)

    @property
    def rows(self) -> Ints:
        """Those series that hold an answer."""
        return np.flatnonzero(self.counts)

    def sums(self, per_answer: Floats) -> Floats:
        """(n,) the sum over each series; 0 where it is empty."""
        return np.bincount(self.which, per_answer, minlength=len(self)).astype(np.float64)

    def at(self, place: Ints, of: Floats) -> Floats:
        """(n,) what `of`, (N,), says of the place-th answer of each series; NaN where empty."""
        found = np.full(len(self), np.nan)
        rows = self.rows
        found[rows] = of[self.offsets[rows] + place[rows]]
        return found

    def nearest(self, moments: ArrayLike) -> Ints:
        """(n,) place within its series of the answer nearest in time; the earlier of two.

        `moments` are days, one or (n,); NaN asks for the first answer. 0 for an empty series.
        """
        wanted = np.broadcast_to(np.asarray(moments, dtype=np.float64), (len(self),))
        found = np.zeros(len(self), dtype=np.int64)
        asked = np.flatnonzero(np.isfinite(wanted) & (self.counts > 0))
        if not len(asked) or not len(self.times):
            return found
        far = np.abs(self.times - np.nan_to_num(wanted)[self.which])
        least = np.minimum.reduceat(far, self.offsets[:-1][self.counts > 0])
        best = np.zeros(len(self))
        best[self.counts > 0] = least
        hits = np.flatnonzero(far == best[self.which])
        series, first = np.unique(self.which[hits], return_index=True)
        place = np.zeros(len(self), dtype=np.int64)
        place[series] = hits[first] - self.offsets[series]
        found[asked] = place[asked]
        return found


def series_of(values: ArrayLike, times: ArrayLike, offsets: ArrayLike | None = None) -> Series:
    """The Series of flat arrays; NaN values are left out, each series is put in order of time.

    `values` (N,) in scale points, `times` (N,) in days, `offsets` (n + 1,) from 0 to N; without
    offsets all is one series. Answers of equal time keep their order. Raises ValueError for
    shapes that don't fit, an infinite value, and a time that is not finite.
    """
    value = np.asarray(values, dtype=np.float64)
    time = np.asarray(times, dtype=np.float64)
    ends = np.asarray([0, len(value)] if offsets is None else offsets, dtype=np.int64)
    if value.ndim != 1 or value.shape != time.shape:
        raise ValueError(f"values {value.shape} and times {time.shape}: expected one flat shape")
    if ends.ndim != 1 or len(ends) < 1 or ends[0] != 0 or ends[-1] != len(value):
        raise ValueError(f"offsets: expected to run from 0 to {len(value)}")
    if (np.diff(ends) < 0).any():
        raise ValueError("offsets: expected never to fall")
    if np.isinf(value).any():
        raise ValueError("values: expected finite scale points, or NaN where there is no score")
    if not np.isfinite(time).all():
        raise ValueError("times: expected finite days")
    which = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    place = np.flatnonzero(~np.isnan(value))
    own, when = which[place], time[place]
    if ((np.diff(when) < 0) & (np.diff(own) == 0)).any():
        place = place[np.lexsort((when, own))]
        own = which[place]
    counts = np.bincount(own, minlength=len(ends) - 1)
    return Series(
        values=value[place],
        times=time[place],
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        place=place,
    )


def per_series(figure: ArrayLike, n: int) -> Floats:
    """A figure for all, or one for each, as (n,). Raises ValueError where it fits neither."""
    return np.broadcast_to(np.asarray(figure, dtype=np.float64), (n,))
