"""Made-up people whose true level is known: their courses, bad weeks, days of answering and items.

All figures of a scale (SD, error, passing state, drift) are the change engine's own, so what is
tried is the method; that people are as the figures say is `estimate`'s to find out.

An answer is made item by item: the true level and the passing state set what each item draws at,
the item adds its own error, and is rounded and cut to its options. The true level is the expected
score of a person without a passing state, so that it has the floor and ceiling of real scores.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attachdash.change.figures import SPELL, ScaleFigures, figures_of
from attachdash.change.normal import below
from attachdash.change.series import Floats, Series, series_of
from attachdash.instruments import Kind, library

# How large changes over a therapy are, in shares of the amount below: attachment moves least.
SIZE = {Kind.STATE: 1.0, Kind.MIXED: 0.7, Kind.TRAIT: 0.5}
# Untreated people's wander flattens (change.md, GAD-7 and PHQ-9); in S, of any two far-off days.
FAR = {Kind.STATE: 0.6, Kind.MIXED: 1.0, Kind.TRAIT: 1.0}
PASSING_DAYS = 7.0  # over which a passing state is forgotten to a third, where answers are daily
SPELL_DAYS = 7.0  # in which a bad arrival is half over


@dataclass(frozen=True, kw_only=True)
class Items:
    """A scale as its items make it: `draws` is where items draw at, `expected` the score's mean."""

    figures: ScaleFigures
    count: int
    low: int
    high: int
    is_mean: bool
    error: float  # SD of one item, before it is rounded and cut
    places: Floats  # (count,) how easily each item is agreed with
    draws: Floats
    expected: Floats

    @property
    def sd(self) -> float:
        assert self.figures.precision is not None
        return self.figures.precision.sd

    @property
    def kind(self) -> Kind:
        return self.figures.scale.kind

    def figure(self, name: str) -> float:
        """A figure of the level's model, in points."""
        return float(np.asarray(getattr(self.figures.model, name)))

    def within(self, level: Floats) -> Floats:
        """The levels cut to those a person can have."""
        return np.clip(level, self.expected[0], self.expected[-1])

    def scores(self, state: Floats, random: np.random.Generator) -> Floats:
        """Scores of people whose level and passing state together are `state`, in points."""
        at = np.interp(self.within(state), self.expected, self.draws)
        total = np.zeros(state.shape)
        for place in self.places:
            drawn = at + place + self.error * random.standard_normal(state.shape)
            total += np.clip(np.round(drawn), self.low, self.high)
        return total / self.count if self.is_mean else total


def items_of(code: str, scale: str, count: int, low: int, high: int, *, is_mean: bool) -> Items:
    """The items of one scale, with the error that gives the scale its own on average."""
    figures = figures_of(library()[code], library()[code].scale(scale))
    model = figures.model
    assert model is not None
    share = 1 / count if is_mean else 1.0
    places = np.linspace(-0.2, 0.2, count) * (high - low)
    draws = np.linspace(low - 1.0 * (high - low), high + 1.0 * (high - low), 601)
    levels = np.asarray(model.mean) + np.asarray(model.start_sd) * np.linspace(-2, 2, 41)
    weight = np.exp(-(np.linspace(-2, 2, 41) ** 2) / 2)
    wanted = float(np.asarray(model.sem)) ** 2

    def moments(error: float) -> tuple[Floats, Floats]:
        cuts = np.arange(low, high) + 0.5
        over = 1 - below((cuts[:, None, None] - draws[:, None] - places) / error)
        mean = low + over.sum(axis=0)
        odd = 2 * np.arange(high - low) + 1
        spread = (odd[:, None, None] * over).sum(axis=0) - (mean - low) ** 2
        return mean.sum(axis=1) * share, spread.sum(axis=1) * share**2

    least, most = 0.05, 2.0 * (high - low)
    for _ in range(40):
        error = (least + most) / 2
        mean, spread = moments(error)
        found = float((np.interp(levels, mean, spread) * weight).sum() / weight.sum())
        least, most = (error, most) if found < wanted else (least, error)
    return Items(
        figures=figures, count=count, low=low, high=high, is_mean=is_mean, error=error,
        places=places, draws=draws, expected=mean,
    )  # fmt: skip


def scales() -> dict[str, Items]:
    """A state, a mixed and a trait scale, with few coarse and many finer items."""
    return {
        "PHQ-9": items_of("phq9", "total", 9, 0, 3, is_mean=False),
        "RSES": items_of("rses", "total", 10, 0, 3, is_mean=False),
        "ECR-R anxiety": items_of("ecr_r", "anxiety", 18, 1, 7, is_mean=True),
    }


Shape = Callable[
    [Floats, Floats], Floats
]  # weeks (n, k), when (n, 1) in weeks: share of the amount
# Shares of the amount by real time, + is worse. `when` is each person's own, 2 to 10 weeks.
COURSES: dict[str, Shape] = {
    "flat": lambda weeks, when: 0 * weeks,
    "steady": lambda weeks, when: -np.minimum(weeks / 16, 1.5),
    "early, then level": lambda weeks, when: -(1 - np.exp(-weeks / 3)),
    "sudden gain": lambda weeks, when: -(weeks >= when).astype(float),
    "relapse": lambda weeks, when: -np.clip(np.minimum(weeks / 8, 2 - weeks / 8), 0, 1),
    "zigzag": lambda weeks, when: 0.4 * (2 * np.abs((weeks + when) / 4 % 2 - 1) - 1),
    "steady worse": lambda weeks, when: np.minimum(weeks / 16, 1.5),
    "sudden worse": lambda weeks, when: (weeks >= when).astype(float),
    "late worse": lambda weeks, when: np.clip(weeks / 8 - 1, 0, 1),
}
BAD_WEEKS = ("as in the facts", "heavy tails", "arriving at the worst")


def days_of(spacing: str, shape: tuple[int, int], random: np.random.Generator) -> Floats:
    """(n, k) days of answering from 0."""
    if spacing == "ragged":
        gaps = np.clip(np.round(np.exp(random.normal(np.log(10), 0.7, shape))), 2, 70)
    else:
        gaps = np.full(shape, {"daily": 1.0, "weekly": 7.0, "monthly": 28.0}[spacing])
    gaps[:, 0] = 0
    return np.cumsum(gaps, axis=1)


@dataclass(frozen=True, kw_only=True)
class People:
    """n people of k answers each."""

    level: Floats  # (n, k) true, in points
    scores: Floats  # (n, k)
    days: Floats  # (n, k)
    wanders: Floats  # (n,) 1 for those whose level also moves by itself

    @property
    def series(self) -> Series:
        n, k = self.scores.shape
        return series_of(self.scores.ravel(), self.days.ravel(), np.arange(n + 1) * k)


def people(
    items: Items, days: Floats, course: str, bad_weeks: str, random: np.random.Generator, *,
    amount: float | None = None, wandering: float = 0.5,
) -> People:  # fmt: skip
    """People on one course. `amount` in S, + as the course says, None: each their own, about 1;
    `wandering` the share of those whose level moves by itself besides."""
    n = len(days)
    weeks = days / 7
    worse = -items.figures.sign
    own = np.clip(random.normal(1.0, 0.35, (n, 1)), 0.2, 1.8) * SIZE[items.kind]
    if amount is not None:
        own = np.full((n, 1), amount)
    moved = own * COURSES[course](weeks, random.uniform(2, 10, (n, 1)))
    wanders = np.asarray(random.random(n) < wandering, dtype=np.float64)
    start = items.figure("mean") + items.figure("start_sd") * random.standard_normal((n, 1))
    steps = np.diff(weeks, axis=1)
    wander = _wander(items, steps, random) * wanders[:, None]
    moved = moved - moved[:, :1]
    level = items.within(start + (worse * moved + wander) * items.sd)
    state = level + worse * _passing(items, days, bad_weeks, random)
    return People(level=level, scores=items.scores(state, random), days=days, wanders=wanders)


def _wander(items: Items, steps: Floats, random: np.random.Generator) -> Floats:
    """(n, k) in S: as the drift at first, no more than `FAR` at last (a process that returns)."""
    far = FAR[items.kind] ** 2
    drift = items.figure("drift") / items.sd
    n, k = steps.shape[0], steps.shape[1] + 1
    at = np.empty((n, k))
    at[:, 0] = np.sqrt(far / 2) * random.standard_normal(n)
    for step in range(k - 1):
        kept = np.exp(-steps[:, step] * drift**2 / far)
        at[:, step + 1] = kept * at[:, step] + np.sqrt(
            far / 2 * (1 - kept**2)
        ) * random.standard_normal(n)
    return at - at[:, :1]


def _passing(items: Items, days: Floats, bad_weeks: str, random: np.random.Generator) -> Floats:
    """(n, k) passing states in points, + is worse, with the bad spell that people come in.

    States of answers a week or more apart are fresh, as change.md has them; of nearer ones they
    are alike, the more the nearer.
    """
    n, k = days.shape

    def drawn(size: tuple[int, ...]) -> Floats:
        if bad_weeks == "heavy tails":
            # Student's t with 3 degrees of freedom has a variance of 3.
            return np.asarray(random.standard_t(3, size) / np.sqrt(3))
        return np.asarray(random.standard_normal(size))

    fresh = drawn((n, k))
    states = fresh.copy()
    for step in range(1, k):
        gap = days[:, step] - days[:, step - 1]
        kept = np.where(gap < PASSING_DAYS, np.exp(-gap / PASSING_DAYS), 0.0)
        states[:, step] = kept * states[:, step - 1] + np.sqrt(1 - kept**2) * fresh[:, step]
    spell = SPELL * items.sd * drawn((n, 1))
    if bad_weeks == "arriving at the worst":
        over = 0.5 ** (days / SPELL_DAYS)
        spells = np.abs(spell) * over
    else:
        spells = np.where(np.arange(k) == 0, spell, 0.0)
    return items.figure("transient") * states + spells
