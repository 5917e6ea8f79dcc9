"""What is a person's likely true level, at each answer, and how has it moved since the start?

An answer is level + passing state + error. The level drifts in continuous time; the passing
state (a bad week) is fresh at each occasion; the error is the questionnaire's own. A Kalman filter
(Kalman 1960) with a fixed-point smoother for the start, and the smoother of Rauch, Tung & Striebel
1965 for the level at each answer, over all series at once. Three things besides, each off by
default here and each there because of what docs/calibration.md found without it:

- A passing state lasts about a week. An answer that comes sooner, `gap` days after the one before,
  tells only gap / 7 of a new one: its passing variance counts 7 / gap times. So a week of daily
  answers tells no more of the level than one week's passing state lets it; without this the 95%
  band of daily answers held the level in 84%.
- The spell that people come in is not over at the second answer: its SD halves every week.
- A level can jump. Where two answers running are further off than the limit, and on the same side,
  the level is taken to have drifted as much more before the second as brings it to the limit (an
  adaptive filter; the rule is this project's own, kept for what it does in docs/calibration.md).
  One alone is a bad week until the next confirms it. Without this PHQ-9 of 5, 25, 25 was called
  worse with .92 only.

Scores have a floor and a ceiling; the model's normal distribution has not. A band is therefore cut
to the scale's range. The level's mean always lies within the range, so the cut band still holds it,
and holds at least 95% of the distribution's part inside the range: 95% at the very floor, up to
97.5% near it. Probabilities are those of the distribution uncut.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike

from attachdash.change.normal import above
from attachdash.change.occasions import Occasions, occasions_of
from attachdash.change.series import DAYS_PER_WEEK, Floats, Ints, Series, per_series

Z_BAND = 1.959963984540054  # 95%, two-sided
_LOG_2_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelModel:
    """What the level rests on: each figure one for all series or (n,), in scale points.

    Raises ValueError for an SD below 0, and where there is no error at all or no spread to begin
    with: those would be certain of what nobody can be.
    """

    mean: ArrayLike  # of the level before the first answer: the clinical mean
    start_sd: ArrayLike  # of the level around it: sqrt(alpha) S
    sem: ArrayLike  # the questionnaire's own error
    transient: ArrayLike  # SD of the passing state
    spell: ArrayLike = 0.0  # SD of what the first answer holds besides: people come in a bad week
    drift: ArrayLike = 0.0  # SD of the level's movement over one week; it grows with sqrt(weeks)
    most_drift: ArrayLike = np.inf  # SD of its movement over one gap, however long
    passing_days: ArrayLike = 0.0  # days until a passing state counts as a new one
    spell_days: ArrayLike = 0.0  # days in which the first answer's spell is half over
    surprising: ArrayLike = np.inf  # SDs; two answers running further off than that are a jump
    low: ArrayLike = -np.inf  # the scale's range
    high: ArrayLike = np.inf

    def __post_init__(self) -> None:
        for field in fields(self):
            figure = np.asarray(getattr(self, field.name), dtype=np.float64)
            if np.isnan(figure).any():
                raise ValueError(f"{field.name}: expected a number")
            if field.name not in ("mean", "low", "high") and (figure < 0).any():
                raise ValueError(f"{field.name}: expected nothing below 0")
        for name in ("start_sd", "sem", "surprising"):
            if not (np.asarray(getattr(self, name)) > 0).all():
                raise ValueError(f"{name}: expected more than 0")

    def take(self, n: int, which: Ints) -> "LevelModel":
        """The figures of some of n series."""
        return replace(
            self,
            **{f.name: per_series(getattr(self, f.name), n)[which] for f in fields(self)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The likely true level of n series at both ends, (n,) each, in scale points.

    A series without answers has its model's mean and SD as level, and no change.
    """

    start: Floats  # at the answer that counts as the start, from all answers
    start_sd: Floats
    now: Floats  # at the latest answer
    now_sd: Floats
    covariance: Floats  # of the two, squared points
    change: Floats  # now less start
    change_sd: Floats
    occasions: Ints  # from the start on; answers of one moment are one
    span: Floats  # weeks from the start to the latest answer
    log_likelihood: Floats  # of the occasions' means

    def p_better(self, sign: ArrayLike) -> Floats:
        """(n,) P(true change in the better direction > 0); `sign` +1 higher is better, -1 lower.

        Where nothing was answered since the start, .5; for sign 0 it means nothing.
        """
        return self.p_more(sign, 0.0)

    def p_worse(self, sign: ArrayLike) -> Floats:
        """(n,) P(true change in the worse direction > 0)."""
        return self.p_more(-np.asarray(sign, dtype=np.float64), 0.0)

    def p_more(self, sign: ArrayLike, points: ArrayLike) -> Floats:
        """(n,) P(true change towards better > points): an important change, or half a reliable one.

        Not for 1.96 S_diff: that holds the error already, and would count it twice.
        """
        return above(np.asarray(sign) * self.change, self.change_sd, points)

    def p_past(self, line: ArrayLike, sign: ArrayLike) -> Floats:
        """(n,) P(level now on the functional side of the line); NaN for a line that is NaN."""
        way = np.asarray(sign, dtype=np.float64)
        return above(way * self.now, self.now_sd, way * np.asarray(line, dtype=np.float64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels(Ends):
    """The likely true level besides at each of N answers, (N,) each, in the order of the Series."""

    level: Floats  # from all answers
    sd: Floats
    low: Floats  # 95% band, never outside the scale
    high: Floats
    moved: Floats  # as it looked then: level at that answer less that at the start; 0 before
    moved_sd: Floats


def ends(series: Series, model: LevelModel, starts: ArrayLike = np.nan) -> Ends:
    """The level of every series at its ends alone, as `levels` has them."""
    return _ends(series, occasions_of(series), model, starts)[0]


def levels(series: Series, model: LevelModel, starts: ArrayLike = np.nan) -> Levels:
    """The likely true level of every series.

    `starts` are days, one or (n,): the answer nearest to it counts as the start (the earlier of
    two); NaN asks for the first. Raises ValueError where figures fit neither one nor n series.
    """
    steps = occasions_of(series)
    found, passed = _ends(series, steps, model, starts)
    level, variance = smoothed(steps, passed)
    row = steps.row_of
    sd = np.sqrt(variance)[row]
    at, whose = level[row], series.which
    n = len(series)
    low, high = per_series(model.low, n)[whose], per_series(model.high, n)[whose]
    return Levels(
        level=at,
        sd=sd,
        low=np.clip(at - Z_BAND * sd, low, high),
        high=np.clip(at + Z_BAND * sd, low, high),
        moved=passed.moved[row],
        moved_sd=np.sqrt(np.maximum(passed.moved_var[row], 0)),
        **{one.name: getattr(found, one.name) for one in fields(found)},
    )


def _ends(
    series: Series, steps: Occasions, model: LevelModel, starts: ArrayLike
) -> tuple[Ends, "Filtered"]:
    nearest = series.nearest(starts)
    begin = np.zeros(len(series), dtype=np.int64)
    has = series.rows
    begin[has] = steps.nth[series.offsets[has] + nearest[has]]
    passed = filtered(steps, model, begin)
    first = series.at(nearest, series.times)
    last = series.at(np.maximum(series.counts - 1, 0), series.times)
    now_var, start_var = steps.back(passed.now_var), steps.back(passed.start_var)
    covariance = steps.back(passed.covariance)
    now, start = steps.back(passed.now), steps.back(passed.start)
    found = Ends(
        start=start,
        start_sd=np.sqrt(start_var),
        now=now,
        now_sd=np.sqrt(now_var),
        covariance=covariance,
        change=now - start,
        change_sd=np.sqrt(np.maximum(now_var + start_var - 2 * covariance, 0)),
        occasions=np.maximum(steps.counts - begin, 0),
        span=np.nan_to_num(last - first) / DAYS_PER_WEEK,
        log_likelihood=steps.back(passed.log_likelihood),
    )
    return found, passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """A pass forwards: M occasions by step, n series by place; squared points for variances."""

    level: Floats  # (M,) from the answers so far
    variance: Floats
    drift: Floats  # (M,) variance added since the occasion before
    moved: Floats  # (M,) level less that at the start, from the answers so far
    moved_var: Floats
    now: Floats  # (n,) at the last occasion
    now_var: Floats
    start: Floats  # (n,)
    start_var: Floats
    covariance: Floats
    log_likelihood: Floats


def filtered(steps: Occasions, model: LevelModel, begin: Ints | None = None) -> Filtered:
    """The filter, with the level at occasion `begin` (n,) of each series smoothed along the way."""
    n, m = len(steps.order), len(steps.values)

    def figure(of: ArrayLike) -> Floats:
        return steps.place(per_series(of, n))

    def squared(of: ArrayLike) -> Floats:
        return figure(of) ** 2

    sem, transient, spell = squared(model.sem), squared(model.transient), squared(model.spell)
    per_week, most = squared(model.drift), squared(model.most_drift)
    fresh, fades = figure(model.passing_days) / DAYS_PER_WEEK, figure(model.spell_days)
    limit = figure(model.surprising)
    since, was_off = np.zeros(n), np.zeros(n)
    start_at = np.zeros(n, dtype=np.int64) if begin is None else begin[steps.order]
    level, variance, drift = np.empty(m), np.empty(m), np.zeros(m)
    moved, moved_var = np.zeros(m), np.zeros(m)
    now = steps.place(per_series(model.mean, n))
    now_var = squared(model.start_sd)
    # Until a series' start there is nothing to smooth: its covariance is 0, and stays so.
    start, start_var, covariance = now.copy(), now_var.copy(), np.zeros(n)
    fit = np.zeros(n)
    for step in range(len(steps.steps) - 1):
        rows = steps.rows(step)
        k = rows.stop - rows.start
        noise = sem[:k] / steps.answers[rows]
        surprise = steps.values[rows] - now[:k]
        if step == 0:
            noise += transient[:k] + spell[:k]
        else:
            gap = steps.weeks[rows]
            since[:k] += gap
            passing = transient[:k] + spell[:k] * _left(since[:k], fades[:k])
            noise += passing * np.maximum(1.0, fresh[:k] / gap)
            drift[rows] = np.minimum(per_week[:k] * gap, most[:k])
            expected = now_var[:k] + drift[rows] + noise
            off = surprise / np.sqrt(expected)
            leapt = np.minimum(np.abs(off), was_off[:k] * np.sign(off)) > limit[:k]
            # As much more drift as makes the answer just as surprising as the limit.
            drift[rows] += np.where(leapt, expected * ((off / limit[:k]) ** 2 - 1), 0.0)
            was_off[:k] = off
        before = now_var[:k] + drift[rows]
        total = before + noise
        fit[:k] -= (np.log(total) + surprise**2 / total + _LOG_2_PI) / 2
        share = covariance[:k] / total
        start[:k] += share * surprise
        start_var[:k] -= share * covariance[:k]
        kept = noise / total
        covariance[:k] *= kept
        now[:k] += before / total * surprise
        now_var[:k] = before * kept
        starting = np.flatnonzero(start_at[:k] == step)
        start[starting] = now[starting]
        start_var[starting] = covariance[starting] = now_var[starting]
        level[rows], variance[rows] = now[:k], now_var[:k]
        begun = start_at[:k] <= step
        moved[rows] = np.where(begun, now[:k] - start[:k], 0)
        moved_var[rows] = np.where(begun, now_var[:k] + start_var[:k] - 2 * covariance[:k], 0)
    answerless = slice(int(steps.steps[1]) if len(steps.steps) > 1 else 0, n)
    covariance[answerless] = start_var[answerless]
    return Filtered(
        level=level,
        variance=variance,
        drift=drift,
        moved=moved,
        moved_var=moved_var,
        now=now,
        now_var=now_var,
        start=start,
        start_var=start_var,
        covariance=covariance,
        log_likelihood=fit,
    )


def _left(weeks: Floats, half: Floats) -> Floats:
    """Share of the spell's variance left after so many weeks; it is half over in `half` days."""
    over = np.divide(weeks * DAYS_PER_WEEK, half, out=np.full(len(weeks), np.inf), where=half > 0)
    return np.asarray(0.25**over)


def smoothed(steps: Occasions, passed: Filtered) -> tuple[Floats, Floats]:
    """The pass backwards: level and variance (M,) from all answers."""
    level, variance = passed.level.copy(), passed.variance.copy()
    for step in range(len(steps.steps) - 3, -1, -1):
        after = steps.rows(step + 1)
        k = after.stop - after.start
        here = slice(int(steps.steps[step]), int(steps.steps[step]) + k)
        then_var, added = passed.variance[here], passed.drift[after]
        share = then_var / (then_var + added)
        level[here] += share * (level[after] - passed.level[here])
        # The usual V + J^2 (V' - P), written as a sum of what can't be negative.
        variance[here] = share * added + share**2 * variance[after]
    return level, variance
