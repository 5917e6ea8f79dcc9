"""How large is a group's change from first to last answer?"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from attachdash.change.level import Z_BAND

FEWEST = 3  # pairs: with fewer there is no correlation to speak of


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A pre-post effect size; positive is better, whatever the scale's direction."""

    d: float
    low: float  # 95% interval
    high: float
    n: int  # persons with both answers
    mean_change: float  # last less first, scale points, as scored
    sd_first: float  # the denominator, of these persons (n - 1)
    correlation: float  # of first with last


def pre_post_d(first: ArrayLike, last: ArrayLike, sign: int) -> Effect | None:
    """Standardised mean change with the SD at first (Becker 1988), for those with both answers.

    `first` and `last` (n,) in scale points, NaN where missing; `sign` +1 where higher is better,
    -1 where lower is. Its variance is 2 (1 - r) / n + d^2 / 2n (Becker 1988). None with fewer than
    three pairs, without spread at first, and where neither way is better.
    """
    start, end = np.asarray(first, dtype=np.float64), np.asarray(last, dtype=np.float64)
    both = ~np.isnan(start) & ~np.isnan(end)
    start, end = start[both], end[both]
    if sign == 0 or len(start) < FEWEST or np.ptp(start) == 0:
        return None
    sd = float(start.std(ddof=1))
    change = float((end - start).mean())
    r = float(np.corrcoef(start, end)[0, 1]) if np.ptp(end) > 0 else 0.0
    d = sign * change / sd
    half = Z_BAND * sqrt(2 * (1 - r) / len(start) + d**2 / (2 * len(start)))
    return Effect(
        d=d,
        low=d - half,
        high=d + half,
        n=len(start),
        mean_change=change,
        sd_first=sd,
        correlation=r,
    )
