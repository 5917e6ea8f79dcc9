"""Made-up series of answers, and a dense second way to what the change engine says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

# Wild on purpose: no score, several on one day, gaps of years, values all equal.
VALUE = st.one_of(st.just(np.nan), st.integers(0, 27).map(float), st.floats(0, 27))
DAY = st.one_of(st.integers(0, 200), st.integers(0, 1500)).map(float)
PERSON = st.lists(st.tuples(VALUE, DAY), max_size=9)
PEOPLE = st.lists(PERSON, max_size=7)


def flat(people: list[list[tuple[float, float]]]) -> tuple[list[float], list[float], list[int]]:
    answers = [answer for person in people for answer in person]
    ends = np.cumsum([0, *(len(person) for person in people)])
    return [v for v, _ in answers], [t for _, t in answers], ends.tolist()


def scored(person: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return sorted((a for a in person if not np.isnan(a[0])), key=lambda a: a[1])


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One person's figures for the level, plain numbers."""

    mean: float = 14.2
    start_sd: float = 5.8
    sem: float = 2.0
    transient: float = 1.3
    spell: float = 2.4
    drift: float = 0.9
    most_drift: float = 3.7
    passing_days: float = 0.0
    spell_days: float = 0.0
    low: float = 0.0
    high: float = 27.0


@dataclass(frozen=True, kw_only=True)
class Dense:
    """The oracle: the joint normal of all levels of one person given all answers."""

    mean: np.ndarray  # per answer
    cov: np.ndarray
    log_likelihood: float


def dense_gaussian(
    person: list[tuple[float, float]],
    figures: Figures,
    upto: int,
    jumps: np.ndarray | None = None,
) -> Dense:
    """The joint covariance of all levels written out, conditioned on the first `upto` answers.

    Independent of any filter: plain linear algebra over every answer's level at once. `jumps` is
    variance of the level's movement before each moment, besides its drift.
    """
    values = np.array([v for v, _ in person])
    times = np.array([t for _, t in person])
    moments = np.unique(times)
    grown = np.zeros(len(moments))
    states = np.full(len(moments), figures.transient**2 + figures.spell**2)
    for k in range(1, len(moments)):
        days = moments[k] - moments[k - 1]
        grown[k] = grown[k - 1] + min(figures.drift**2 * days / 7, figures.most_drift**2)
        grown[k] += 0 if jumps is None else jumps[k]
        left = 0.0
        if figures.spell_days:
            left = figures.spell * 0.5 ** ((moments[k] - moments[0]) / figures.spell_days)
        states[k] = (figures.transient**2 + left**2) * max(1, figures.passing_days / days)
    which = np.searchsorted(moments, times)
    levels = figures.start_sd**2 + grown[np.minimum.outer(which, which)]
    same = np.equal.outer(which, which)
    passing = same * states[which]
    answers = levels + passing + np.eye(len(values)) * figures.sem**2
    seen = slice(0, upto)
    gain = np.linalg.solve(answers[seen, seen], levels[seen, :]).T
    off = values[seen] - figures.mean
    sign, logdet = np.linalg.slogdet(answers[seen, seen])
    assert sign > 0
    fit = -(off @ np.linalg.solve(answers[seen, seen], off) + logdet + upto * np.log(2 * np.pi)) / 2
    return Dense(
        mean=figures.mean + gain @ off,
        cov=levels - gain @ levels[seen, :],
        log_likelihood=float(fit),
    )
