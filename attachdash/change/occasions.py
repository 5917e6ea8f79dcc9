"""How are ragged series laid out so that one step in time is one step over all of them?"""

from dataclasses import dataclass

import numpy as np

from attachdash.change.series import DAYS_PER_WEEK, Floats, Ints, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """The occasions of n series, step by step: first each one's first, then each one's second.

    Answers of one moment are one occasion: they share whatever passing state the person was in,
    so their mean counts, with only the questionnaire's own error made smaller. Series stand by
    their number of occasions, the most first, so that those which have a k-th one are the first
    `steps[k + 1] - steps[k]` of them.
    """

    order: Ints  # (n,) which series stands in each place
    steps: Ints  # (K + 1,) step k holds rows steps[k] to steps[k + 1]
    values: Floats  # (M,) mean of the answers of that moment, scale points
    answers: Floats  # (M,) how many they are
    weeks: Floats  # (M,) since the occasion before; 0 at the first
    row_of: Ints  # (N,) where each answer of the Series went
    nth: Ints  # (N,) which of its series' occasions each answer belongs to, from 0
    counts: Ints  # (n,) occasions of each series, in the Series' own order

    def rows(self, step: int) -> slice:
        return slice(int(self.steps[step]), int(self.steps[step + 1]))

    def place(self, per_series: Floats) -> Floats:
        """(n,) figures of the series in the order of their places."""
        return np.ascontiguousarray(per_series[self.order])

    def back(self, per_place: Floats) -> Floats:
        """(n,) figures by place in the order of the series."""
        found = np.empty_like(per_place)
        found[self.order] = per_place
        return found


def occasions_of(series: Series) -> Occasions:
    """The occasions of these series; moments are one where their times are equal."""
    n, which, times = len(series), series.which, series.times
    is_new = np.ones(len(times), dtype=bool)
    is_new[1:] = (np.diff(which) > 0) | (np.diff(times) > 0)
    moment = np.cumsum(is_new) - 1
    answers = np.bincount(moment).astype(np.float64)
    # As distances from the first answer of the moment, so that equal answers stay exactly equal.
    lead = series.values[is_new]
    values = lead + np.bincount(moment, series.values - lead[moment]) / np.maximum(answers, 1)
    when, whose = times[is_new], which[is_new]
    weeks = np.zeros(len(when))
    weeks[1:] = np.where(np.diff(whose) == 0, np.diff(when), 0) / DAYS_PER_WEEK
    counts = np.bincount(whose, minlength=n)
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(n)
    # How many series have a k-th occasion: those with more than k.
    having = np.bincount(counts, minlength=1)[::-1].cumsum()[::-1][1:]
    steps = np.concatenate([[0], np.cumsum(having)]).astype(np.int64)
    nth = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
    row = steps[nth] + rank[whose]
    packed = np.empty((3, len(row)))
    packed[:, row] = values, answers, weeks
    return Occasions(
        order=order,
        steps=steps,
        values=packed[0],
        answers=packed[1],
        weeks=packed[2],
        row_of=row[moment],
        nth=nth[moment],
        counts=counts,
    )
