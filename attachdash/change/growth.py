"""How steep is each client's own line, beside a practice's other clients'?

A random intercept and slope for each client (Laird & Ware 1982):
y = (b0 + u0) + (b1 + u1) t + e, with u ~ N(0, G) and e ~ N(0, s^2), t in weeks from a client's own
start. b and s^2 are profiled out; G / s^2 is found through its Cholesky factor by Newton steps on
the REML (or ML) likelihood. A client's change is b1 + u1 against zero: u1 alone would say how they
differ from the others, who change too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from attachdash.change.series import DAYS_PER_WEEK, Bools, Floats, Series

LEAST_WAVES = 3  # answers from which a client's own slope is told
LEAST_CLIENTS = 10  # with as many: fewer say too little of how clients differ (judgement)
_STEPS, _NEAR, _WIDTH = 200, 1e-9, 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The lines of a practice's clients on one scale; points, points a week, and their squares."""

    intercept: float  # b0
    slope: float  # b1
    fixed: Floats  # (2, 2) covariance of the two
    random: Floats  # (2, 2) G, covariance of (u0, u1) over clients
    residual: float  # s^2
    log_likelihood: float  # restricted, where `reml`
    own_slope: Floats  # (n,) b1 + u1; NaN where not told
    own_slope_se: Floats  # (n,) with the error of b1 in it, G and s^2 taken as known
    told: Bools  # (n,) whether there were three answers of different days


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """All that the likelihood needs of the answers, client by client."""

    counts: Floats  # (n,)
    square: Floats  # (n, 2, 2) Z'Z, Z = (1, weeks)
    product: Floats  # (n, 2) Z'y
    total: Floats  # (n,) y'y


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    log_likelihood: float
    beta: Floats
    information: Floats  # (2, 2) X'V^-1X in units of 1 / s^2
    residual: float
    weighed: Floats  # (n, 2, 2) Z'(I + Z D Z')^-1 Z
    moved: Floats  # (n, 2) Z'(I + Z D Z')^-1 y


def growth(series: Series, starts: ArrayLike = np.nan, *, reml: bool = True) -> Growth | None:
    """The growth model over all series of one scale, or None where fewer than ten clients have
    three answers of different days, or all answers lie on their lines.

    `starts` are days, one or (n,), from which weeks are counted; NaN asks for the first answer.
    """
    n, which = len(series), series.which
    begin = np.broadcast_to(np.asarray(starts, dtype=np.float64), (n,))
    first = series.at(np.zeros(n, dtype=np.int64), series.times)
    weeks = (series.times - np.where(np.isfinite(begin), begin, first)[which]) / DAYS_PER_WEEK
    is_new = np.ones(len(weeks), dtype=bool)
    is_new[1:] = (np.diff(which) > 0) | (np.diff(weeks) > 0)
    told = np.bincount(which[is_new], minlength=n) >= LEAST_WAVES
    if told.sum() < LEAST_CLIENTS:
        return None
    # In SDs of the times and scores, so that one width of step serves all scales.
    wide, middle = float(weeks.std()), float(series.values.mean())
    high = float(series.values.std())
    if not (wide > 0 and high > 0):
        return None
    sums = _sums(series, weeks / wide, (series.values - middle) / high)
    if _fit(sums, np.zeros(3), reml).residual < 1e-12:
        return None
    theta = _climb(sums, reml)
    fit = _fit(sums, theta, reml)
    unit = np.array([1.0, 1.0 / wide]) * high
    factor = _factor(theta)
    spread = factor @ factor.T
    u = (fit.moved - (fit.weighed @ fit.beta)) @ spread
    # Henderson 1975: the error of b + u has what is left of u, and of b, and their covariance.
    left = spread - spread @ fit.weighed @ spread
    covariance = np.linalg.inv(fit.information)
    kept = np.eye(2) - spread @ fit.weighed
    own = left + kept @ covariance @ kept.transpose(0, 2, 1)
    slope = (fit.beta[1] + u[:, 1]) * unit[1]
    se = np.sqrt(fit.residual * own[:, 1, 1]) * unit[1]
    scaled = np.outer(unit, unit) * fit.residual
    count = sums.counts.sum() - 2 * reml
    return Growth(
        intercept=float(fit.beta[0] * unit[0] + middle),
        slope=float(fit.beta[1] * unit[1]),
        fixed=covariance * scaled,
        random=spread * scaled,
        residual=fit.residual * high**2,
        # Back in points: the density of the scores, and for REML that of b's flat prior.
        log_likelihood=fit.log_likelihood - count * np.log(high) - reml * np.log(wide),
        own_slope=np.where(told, slope, np.nan),
        own_slope_se=np.where(told, se, np.nan),
        told=told,
    )


def _sums(series: Series, weeks: Floats, values: Floats) -> _Sums:
    ones = np.ones_like(weeks)
    square = np.empty((len(series), 2, 2))
    square[:, 0, 0] = series.sums(ones)
    square[:, 0, 1] = square[:, 1, 0] = series.sums(weeks)
    square[:, 1, 1] = series.sums(weeks**2)
    return _Sums(
        counts=series.sums(ones),
        square=square,
        product=np.stack([series.sums(values), series.sums(weeks * values)], axis=1),
        total=series.sums(values**2),
    )


def _factor(theta: Floats) -> Floats:
    """Lower Cholesky factor of G / s^2. Any numbers give a covariance, also on its edge."""
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])


def _fit(sums: _Sums, theta: Floats, reml: bool) -> _Fit:
    """The likelihood at one G / s^2 with the best b and s^2 for it."""
    factor = _factor(theta)
    inner = np.eye(2) + factor.T @ sums.square @ factor
    # Woodbury: (I + Z L L'Z')^-1 = I - Z L (I + L'Z'Z L)^-1 L'Z'.
    middle = factor @ np.linalg.inv(inner) @ factor.T
    weighed = sums.square - sums.square @ middle @ sums.square
    moved = sums.product - np.einsum("nij,njk,nk->ni", sums.square, middle, sums.product)
    total = sums.total - np.einsum("ni,nij,nj->n", sums.product, middle, sums.product)
    information = weighed.sum(axis=0)
    beta = np.linalg.solve(information, moved.sum(axis=0))
    count = float(sums.counts.sum() - 2 * reml)
    residual = max(float(total.sum() - beta @ moved.sum(axis=0)) / count, 1e-300)
    fit = -(count * (np.log(2 * np.pi * residual) + 1) + np.log(np.linalg.det(inner)).sum()) / 2
    if reml:
        fit -= np.log(np.linalg.det(information)) / 2
    return _Fit(
        log_likelihood=float(fit), beta=beta, information=information, residual=residual,
        weighed=weighed, moved=moved,
    )  # fmt: skip


def _climb(sums: _Sums, reml: bool) -> Floats:
    """The best factor: Newton steps by differences, uphill steps where the curve is no hill."""

    def at(theta: Floats) -> float:
        return _fit(sums, theta, reml).log_likelihood

    theta = np.array([1.0, 0.0, 0.3])
    best = at(theta)
    basis = _WIDTH * np.eye(3)
    for _ in range(_STEPS):
        slope = np.array([at(theta + e) - at(theta - e) for e in basis]) / (2 * _WIDTH)
        curve = np.array(
            [[at(theta + d + e) - at(theta + d - e) - at(theta - d + e) + at(theta - d - e)
              for e in basis] for d in basis]
        ) / (4 * _WIDTH**2)  # fmt: skip
        bend, axes = np.linalg.eigh(-(curve + curve.T) / 2)
        step = axes @ ((axes.T @ slope) / np.maximum(np.abs(bend), 1e-3))
        length = 1.0
        while length > 1e-10 and at(theta + length * step) <= best:
            length /= 2
        if length <= 1e-10:
            break
        theta = theta + length * step
        before, best = best, at(theta)
        if best - before < _NEAR * max(1.0, abs(best)) and np.abs(length * step).max() < 1e-5:
            break
    return theta
