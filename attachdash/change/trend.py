"""Do all answers of a series together rise or fall by more than the questionnaire's own error?

The Reliable Trend Index (McAleavey): the slope of the answers on real time, in units of its own
standard error. It knows only the questionnaire's error, so with many answers it calls slopes
reliable that nobody would notice: `matters` asks for a size besides.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from attachdash.change.series import DAYS_PER_WEEK, Bools, Floats, Ints, Series, per_series
from attachdash.change.two_point import CRITICAL_95

LEAST_ANSWERS = 4
LEAST_WEEKS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """A straight line through each of n series; slope and index 0 where `has_slope` is False."""

    slope: Floats  # (n,) scale points a week
    rti: Floats  # (n,) slope in standard errors; positive rises
    span: Floats  # (n,) weeks from the first answer used to the last
    answers: Ints  # (n,) used
    has_slope: Bools  # (n,) two answers or more, not all of one moment

    @property
    def enough(self) -> Bools:
        """(n,) whether a trend may be told: from four answers over three weeks."""
        return self.has_slope & (self.answers >= LEAST_ANSWERS) & (self.span >= LEAST_WEEKS)

    @property
    def reliable(self) -> Bools:
        """(n,) whether the index exceeds 1.96 either way."""
        return np.abs(self.rti) > CRITICAL_95

    def matters(self, important: ArrayLike) -> Bools:
        """(n,) whether slope x span reaches `important` points, one or (n,): an important change,
        or else half a reliable one."""
        return np.abs(self.slope * self.span) >= np.asarray(important, dtype=np.float64) - 1e-9


def trends(series: Series, sem: ArrayLike, starts: ArrayLike = np.nan) -> Trends:
    """The trend of every series over its answers from the start on, by real time.

    `sem` in scale points, above 0, one or (n,). `starts` as for `level.levels`: earlier answers
    are left out. Slope by least squares; its standard error is SEM / sqrt(sum (t - mean t)^2).
    """
    n, which = len(series), series.which
    error = per_series(sem, n)
    if not (error > 0).all():
        raise ValueError("sem: expected more than 0")
    begin = series.offsets[:-1] + series.nearest(starts)
    used = np.arange(len(which)) >= begin[which]
    own, weight = which[used], np.bincount(which[used], minlength=n)
    weeks, values = series.times[used] / DAYS_PER_WEEK, series.values[used]
    many = np.maximum(weight, 1)
    # Distances from a series' own first answer, so that far-off dates cost no digits.
    rows = np.flatnonzero(weight)
    first_time, first_value = np.zeros(n), np.zeros(n)
    first_time[rows] = series.times[begin[rows]] / DAYS_PER_WEEK
    first_value[rows] = series.values[begin[rows]]
    weeks, values = weeks - first_time[own], values - first_value[own]
    off = weeks - (np.bincount(own, weeks, minlength=n) / many)[own]
    squares = np.bincount(own, off**2, minlength=n).astype(np.float64)
    products = np.bincount(own, off * values, minlength=n).astype(np.float64)
    span = np.zeros(n)
    np.maximum.at(span, own, weeks)
    has_slope = (weight >= 2) & (span > 0)
    slope = np.divide(products, squares, out=np.zeros(n), where=has_slope)
    rti = np.where(has_slope, slope * np.sqrt(squares) / error, 0.0)
    return Trends(slope=slope, rti=rti, span=span, answers=weight, has_slope=has_slope)
