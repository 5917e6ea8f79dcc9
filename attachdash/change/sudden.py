"""Between which two sessions did somebody change suddenly, and did it last?

Sudden gains after Tang & DeRubeis 1999; the third criterion with the critical value adjusted for
missing answers (Lutz 2013), in the form of the R package suddengains.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from attachdash.change.series import Floats, Ints, per_series

SHARE = 0.25  # of the severity before
_AROUND = 3  # sessions before and after that are compared
# Student's t, two-sided 5%, by degrees of freedom; fewer than 2 can't be told.
_CRITICAL = np.array([np.inf, np.inf, 4.303, 3.182, 2.776])


@dataclass(frozen=True, slots=True, kw_only=True)
class SuddenChanges:
    """Row numbers of the session just before each sudden change, in the arrays that were given."""

    gains: Ints
    losses: Ints


def sudden_changes(
    values: ArrayLike,
    offsets: ArrayLike,
    *,
    cut: ArrayLike,
    best: ArrayLike,
    sign: ArrayLike,
) -> SuddenChanges:
    """Sudden gains and losses of n series of sessions.

    `values` (N,), one row a session in order, NaN where it has no score; `offsets` (n + 1,); per
    series or for all: `cut` in points (the reliable change), `best` the best end of the scale's
    range, `sign` as in `cutoffs` (0: nothing is found). Between sessions n and n + 1 the change is
    at least `cut`, at least 25% of the severity before (the distance from the best end: the score
    itself where lower is better from 0), and the mean of the three sessions before exceeds that of
    the three after by t x their pooled SD, with at least two answered on either side.
    """
    scores = np.asarray(values, dtype=np.float64)
    ends = np.asarray(offsets, dtype=np.int64)
    n = len(ends) - 1
    which = np.repeat(np.arange(n), np.diff(ends))
    ends_best, way = per_series(best, n)[which], per_series(sign, n)[which]
    # Severity: 0 at the best end, more is worse, whatever the direction.
    severity = way * (ends_best - scores)
    before = _window(severity, which, -(_AROUND - 1))
    after = _window(severity, which, 1)
    here, there = before[-1], after[0]
    fall = here - there
    big = per_series(cut, n)[which]
    with_score = ~np.isnan(fall) & (way != 0)
    fall = np.where(with_score, fall, 0)
    share = SHARE * np.where(with_score, here, 0)
    apart = _apart(before, after)
    found = with_score & (np.abs(fall) >= big - 1e-9) & (np.abs(fall) >= share - 1e-9)
    return SuddenChanges(
        gains=np.flatnonzero(found & (fall > 0) & (apart > 0)),
        losses=np.flatnonzero(found & (fall < 0) & (apart < 0)),
    )


def _window(severity: Floats, which: Ints, first: int) -> Floats:
    """(3, N) the sessions at `first` and the two after it; NaN outside the series."""
    found = np.full((_AROUND, len(severity)), np.nan)
    for row in range(_AROUND):
        by = first + row
        if abs(by) >= len(severity):
            continue
        to = slice(max(0, -by), len(severity) - max(0, by))
        frm = slice(max(0, by), len(severity) - max(0, -by))
        same = which[to] == which[frm]
        found[row, to] = np.where(same, severity[frm], np.nan)
    return found


def _apart(before: Floats, after: Floats) -> Floats:
    """(N,) +1 where the mean before is above that after by the third criterion, -1 below, 0 not."""
    n_1, n_2 = ((~np.isnan(w)).sum(axis=0) for w in (before, after))
    mean_1, mean_2 = (
        np.nansum(w, axis=0) / np.maximum(count, 1) for w, count in ((before, n_1), (after, n_2))
    )
    squares = np.nansum((before - mean_1) ** 2, axis=0) + np.nansum((after - mean_2) ** 2, axis=0)
    freedom = np.maximum(n_1 + n_2 - 2, 1)
    told = (n_1 >= 2) & (n_2 >= 2)
    needed = np.where(told, _CRITICAL[freedom], 0) * np.sqrt(squares / freedom)
    difference = mean_1 - mean_2
    return np.where(told & (np.abs(difference) > needed), np.sign(difference), 0.0)
