"""The verdict on many series in one pass of the change engine, however they were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from numpy.typing import ArrayLike

from attachdash.change.figures import ScaleFigures, figures_of
from attachdash.change.series import series_of
from attachdash.change.verdict import Verdicts, verdicts
from attachdash.instruments import Instrument, Scale


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts, and the figures that each series was judged by."""

    found: Verdicts
    figures: list[ScaleFigures]


def judge(
    scales: Sequence[tuple[Instrument, Scale, int | None]], values: ArrayLike, days: ArrayLike,
    offsets: ArrayLike, starts: ArrayLike,
) -> Judgement:  # fmt: skip
    """Judge n series, each of one scale by a client of an age (or None), as `series_of` has them.

    `starts` are the days on which the therapies began.
    """
    known: dict[tuple[int, int | None], int] = {}
    figures: list[ScaleFigures] = []
    which = []
    for instrument, scale, age in scales:
        # Scales are few and their figures the same for all; an age only chooses a line.
        key = id(scale), age if any(one.ages for one in scale.cutoffs) else None
        if key not in known:
            known[key] = len(figures)
            figures.append(figures_of(instrument, scale, age=age))
        which.append(known[key])
    found = verdicts(series_of(values, days, offsets), figures, which, starts)
    return Judgement(found, [figures[one] for one in which])


def age_on(born_on: date | None, on: date) -> int | None:
    """Full years on a day; from the year alone it can be one too many."""
    if born_on is None:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
