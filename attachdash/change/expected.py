"""How did people who began alike go on, week by week?

The quartiles of closed episodes with a like first score, neither smoothed nor filled in: a week
shows those who answered in it. Who is still in therapy then are others than those who began, so it
is no forecast.

What one viewer sees of people they don't treat must not single anybody out, also not by comparing
two looks. So first scores are alike where they lie in the same of a few fixed bands, which never
overlap (windows around each client's own score would: two clients a point apart would tell of the
few between them); and strangers come in whole blocks of BLOCK, in the order in which their
episodes closed, also within each week. Those whom the viewer may open anyway need no such care.
"""

from dataclasses import dataclass
from math import floor

import numpy as np

from attachdash.change.figures import figures_of
from attachdash.change.series import Bools, Floats, Ints
from attachdash.instruments import Instrument, Scale

FEWEST = 50  # episodes
FEWEST_A_WEEK = 20
BLOCK = 10
_BANDS_UNKNOWN = 5  # where neither a reliable change nor an SD is on record


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """First scores that count as alike, in scale points: `low` is in, `high` only at the top."""

    low: float
    high: float
    is_top: bool

    def holds(self, firsts: Floats) -> Bools:
        """Which of these first scores lie in it."""
        under = firsts <= self.high if self.is_top else firsts < self.high
        return (firsts >= self.low) & under


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """m closed episodes in the order of closing, and their N answers in any order."""

    first: Floats  # (m,) scale points
    is_open_to_viewer: Bools  # (m,) whether the viewer may open it anyway
    episode: Ints  # (N,) whose answer: 0 to m - 1
    week: Ints  # (N,) since the start; below 0 before it
    value: Floats  # (N,) scale points


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCourse:
    """Quartiles by week, in scale points; weeks with fewer than FEWEST_A_WEEK are left out."""

    band: Band
    n: int  # episodes
    weeks: Ints  # rising
    low: Floats
    middle: Floats
    high: Floats
    counts: Ints  # episodes of each week


def bands(instrument: Instrument, scale: Scale, first: float) -> tuple[Band, Band]:
    """The narrow and the wide band that a first score lies in, by the scale's definition alone.

    The range is cut into as many equal parts as are at least one reliable change and one SD wide;
    a narrow band is half of one: about a quarter of these either way of its middle.
    """
    figures = figures_of(instrument, scale)
    widths = [one for one in (
        figures.threshold.points if figures.threshold else None,
        figures.precision.sd if figures.precision else None,
    ) if one]  # fmt: skip
    count = max(1, floor(scale.span / max(widths))) if widths else _BANDS_UNKNOWN
    edges = np.linspace(scale.low, scale.high, 2 * count + 1)
    return _band(edges, first), _band(edges[::2], first)


def _band(edges: Floats, first: float) -> Band:
    count = len(edges) - 1
    place = min(max(int(np.searchsorted(edges, first, side="right")) - 1, 0), count - 1)
    return Band(
        low=float(edges[place]), high=float(edges[place + 1]), is_top=place == count - 1
    )  # fmt: skip


def expected_course(episodes: Episodes, narrow: Band, wide: Band) -> ExpectedCourse | None:
    """The course of those in the narrow band, else in the wide one; None where both are too few.

    The narrow one only where the strangers in either half of the wide one are enough by
    themselves, or none: or the two bands together would tell of the few in the other half.
    """
    inner = narrow.holds(episodes.first)
    outer = wide.holds(episodes.first)
    stranger = ~episodes.is_open_to_viewer
    halves = [int((stranger & half).sum()) for half in (inner, outer & ~inner)]
    found = None
    if all(count == 0 or count >= FEWEST for count in halves):
        found = _course(episodes, inner, narrow)
    return found or _course(episodes, outer, wide)


def _course(episodes: Episodes, within: Bools, band: Band) -> ExpectedCourse | None:
    own = episodes.is_open_to_viewer
    places = np.flatnonzero(within)
    kept = places[_counted(own[places], np.zeros(len(places), dtype=np.int64), FEWEST)]
    if len(kept) < FEWEST:
        return None
    is_kept = np.zeros(len(own), dtype=bool)
    is_kept[kept] = True
    # One value a week and episode: who answers daily counts no more than others.
    rows = np.flatnonzero(is_kept[episodes.episode])
    pairs = np.stack([episodes.week[rows], episodes.episode[rows]])
    (week, episode), which = np.unique(pairs, axis=1, return_inverse=True)
    which = which.reshape(-1)
    value = np.bincount(which, episodes.value[rows]) / np.bincount(which)
    counts_here = _counted(own[episode], week, FEWEST_A_WEEK)
    week, value = week[counts_here], value[counts_here]
    weeks, counts = np.unique(week, return_counts=True)
    enough = counts >= FEWEST_A_WEEK
    if not enough.any():
        return None
    starts = np.cumsum(counts) - counts
    ordered = value[np.lexsort((value, week))]
    low, middle, high = (
        _quantile(ordered, starts[enough], counts[enough], share) for share in (0.25, 0.5, 0.75)
    )
    return ExpectedCourse(
        band=band, n=len(kept), weeks=weeks[enough], low=low, middle=middle, high=high,
        counts=counts[enough],
    )  # fmt: skip


def _counted(is_open: Bools, group: Ints, fewest: int) -> Bools:
    """Which count: all that are open to the viewer, and in each group of equal numbers the first
    whole blocks of the others, where they are `fewest` or more. Groups stand together."""
    others = np.flatnonzero(~is_open)
    _, at, sizes = np.unique(group[others], return_inverse=True, return_counts=True)
    place = np.arange(len(others)) - (np.cumsum(sizes) - sizes)[at]
    whole = np.where(sizes >= fewest, sizes // BLOCK * BLOCK, 0)
    found = is_open.copy()
    found[others] = place < whole[at]
    return found


def _quantile(ordered: Floats, starts: Ints, counts: Ints, share: float) -> Floats:
    """Of each run of sorted values, between the two nearest (Hyndman & Fan 1996, type 7)."""
    at = share * (counts - 1)
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, counts - 1)
    lower, upper = ordered[starts + below], ordered[starts + above]
    found: Floats = lower + (at - below) * (upper - lower)
    return found
