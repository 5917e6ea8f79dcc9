"""Who wants a person's eye: getting worse, or not moving?

One primary symptom scale an episode is looked at, never all: false alarms multiply.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from attachdash.change.level import Ends
from attachdash.change.series import Bools, per_series

# Words and flags from three answers spanning a fortnight; fewer say nothing yet.
LEAST_ANSWERS = 3
LEAST_WEEKS = 2.0
AMBER, RED = 0.90, 0.95  # P(worse than at the start)
NOT_MOVING_FROM = 12  # answers
NOT_MOVING_BELOW = 0.30  # P(better by half the reliable change)
REVIEW_AT = 6  # sessions


class OffCourse(IntEnum):
    """In order of gravity."""

    ON_COURSE = 0
    NOT_MOVING = 1
    AMBER = 2
    RED = 3


def may_be_told(levels: Ends) -> Bools:
    """(n,) whether words and flags may be given: three occasions from the start, over 14 days."""
    return (levels.occasions >= LEAST_ANSWERS) & (levels.span >= LEAST_WEEKS - 1e-9)


def off_course(
    levels: Ends, *, sign: ArrayLike, line: ArrayLike, half: ArrayLike
) -> NDArray[np.int8]:
    """The OffCourse of each series, (n,), the gravest that holds.

    `sign` as in `cutoffs` (0: never off course), `line` the clinical line in points (NaN: nobody
    is clinical), `half` half the reliable change in points (NaN: not moving isn't told); each one
    or (n,).
    """
    n = len(levels.now)
    way, clinical_line = per_series(sign, n), per_series(line, n)
    told = may_be_told(levels) & (way != 0)
    worse = levels.p_worse(way)
    clinical = (way * (levels.start - clinical_line) < 0) & (way * (levels.now - clinical_line) < 0)
    stuck = (
        (levels.occasions >= NOT_MOVING_FROM)
        & clinical
        & (levels.p_more(way, per_series(half, n)) < NOT_MOVING_BELOW)
    )
    found = np.select(
        [told & (worse >= RED), told & (worse >= AMBER), told & stuck],
        [OffCourse.RED, OffCourse.AMBER, OffCourse.NOT_MOVING],
        default=OffCourse.ON_COURSE,
    )
    return found.astype(np.int8)


def review_due(sessions: ArrayLike, reviewed: ArrayLike) -> Bools:
    """Whether the review of session 6, which everybody gets, is due; (n,) each.

    From NOT_MOVING_FROM on that rule stands in its place.
    """
    held = np.asarray(sessions)
    due: Bools = (held >= REVIEW_AT) & (held < NOT_MOVING_FROM) & ~np.asarray(reviewed, dtype=bool)
    return due
