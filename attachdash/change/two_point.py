"""Is the difference of two answers more than the questionnaire's own error?

Throughout: `first` and `last` in scale points, of any one shape; a positive index means the
score rose, and whether that is better is for the scale's direction to say. NaN in, NaN out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from attachdash.change.series import Floats
from attachdash.instruments import Direction, StandardError

CRITICAL_95 = 1.96  # two-sided, to be exceeded (Jacobson & Truax 1991)
CRITICAL_HAGEMAN_ARRINDELL = 1.65  # one-sided (Hageman & Arrindell 1999)
LEAST_RELIABILITY = 0.70  # below it no change of one person is told
# Sums and means of whole answers carry float noise far below this; no scale has finer points.
_NOISE = 1e-9


class ReliabilityKind(StrEnum):
    ALPHA = "alpha"  # error of one occasion
    RETEST = "retest"  # also takes passing states and true change as error
    STATED = "stated"  # a figure whose kind nobody said


class ChangeMethod(StrEnum):
    """The two-point indices; the first is the default."""

    JACOBSON_TRUAX = "jt"
    EDWARDS_NUNNALLY = "en"
    GULLIKSEN_LORD_NOVICK = "gln"
    HSU_LINN_LORD = "hll"
    NUNNALLY_KOTSCH = "nk"
    HAGEMAN_ARRINDELL = "ha"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def critical(self) -> float:
        """What the size of the index has to exceed."""
        return CRITICAL_HAGEMAN_ARRINDELL if self is ChangeMethod.HAGEMAN_ARRINDELL else CRITICAL_95


_LABELS = {
    ChangeMethod.JACOBSON_TRUAX: "Jacobson & Truax 1991",
    ChangeMethod.EDWARDS_NUNNALLY: "Edwards-Nunnally (Speer 1992)",
    ChangeMethod.GULLIKSEN_LORD_NOVICK: "Gulliksen-Lord-Novick",
    ChangeMethod.HSU_LINN_LORD: "Hsu-Linn-Lord",
    ChangeMethod.NUNNALLY_KOTSCH: "Nunnally-Kotsch (S1 in both terms; variant unchecked)",
    ChangeMethod.HAGEMAN_ARRINDELL: "Hageman-Arrindell 1999",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How finely a scale measures: what every statement of change rests on.

    Raises ValueError for an SD that is not above 0 or a reliability not between 0 and 1.
    """

    sd: float  # of the named sample, in scale points
    reliability: float
    kind: ReliabilityKind
    sample: str = "as stated"
    checked: bool = False

    def __post_init__(self) -> None:
        if not (isfinite(self.sd) and self.sd > 0):
            raise ValueError(f"SD {self.sd}: expected a number above 0")
        if not 0 < self.reliability < 1:
            raise ValueError(f"reliability {self.reliability}: expected more than 0, less than 1")

    @classmethod
    def of(cls, error: StandardError) -> "Precision":
        return cls(
            sd=error.sd,
            reliability=error.r,
            kind=ReliabilityKind(error.r_kind),
            sample=error.sample,
            checked=error.checked,
        )

    @property
    def sem(self) -> float:
        """Standard error of measurement, S sqrt(1 - r), in scale points."""
        return float(self.sd * sqrt(1 - self.reliability))

    @property
    def s_diff(self) -> float:
        """Standard error of a difference, sqrt(2) SEM (Christensen & Mendoza 1986), in points."""
        return sqrt(2) * self.sem

    @property
    def is_enough(self) -> bool:
        """Whether the reliability carries a statement about one person."""
        return self.reliability >= LEAST_RELIABILITY

    def threshold(self, critical: float = CRITICAL_95) -> float:
        """The change in scale points that has to be exceeded (Jacobson & Truax 1991)."""
        return critical * self.s_diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A reliable change in scale points, and where it is from."""

    points: float
    strict: bool  # a computed one has to be exceeded, a published one to be reached
    source: str
    confidence: float | None = None
    checked: bool = False

    def reliably(self, change: ArrayLike) -> NDArray[np.int8]:
        """+1 reliably risen, -1 reliably fallen, 0 neither or NaN; of the shape of `change`."""
        return reliably(change, self.points, strict=self.strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the other indices need besides the Precision; None where it is not known.

    `sd_first` None stands for the Precision's SD.
    """

    mean_first: float | None = None
    sd_first: float | None = None
    mean_last: float | None = None  # of an external sample for Hsu-Linn-Lord
    sd_last: float | None = None
    correlation: float | None = None  # of first with last
    reliability_last: float | None = None  # None: that of the first
    mean_last_is_external: bool = False


def reliably(change: ArrayLike, threshold: ArrayLike, *, strict: ArrayLike) -> NDArray[np.int8]:
    """Whether a change is reliable: +1 risen, -1 fallen, 0 not, or no change or threshold (NaN).

    `change`, `threshold` (above 0) and `strict` broadcast to one shape, in points or in units of
    the standard error. Strict: to be exceeded; else to be reached.
    """
    moved = np.asarray(change, dtype=np.float64)
    line = np.asarray(threshold, dtype=np.float64)
    size = np.abs(moved)
    met = np.where(strict, size > line + _NOISE, size >= line - _NOISE)
    return np.where(met, np.sign(np.nan_to_num(moved)), 0).astype(np.int8)


def reliable_change(first: ArrayLike, last: ArrayLike, precision: Precision) -> Floats:
    """Change in units of its own standard error, (x2 - x1) / S_diff (Jacobson & Truax 1991)."""
    # Both answers carry error, so their difference carries it twice: S_diff, not the SEM.
    return (_floats(last) - _floats(first)) / precision.s_diff


def edwards_nunnally(
    first: ArrayLike, last: ArrayLike, precision: Precision, sample: Sample
) -> Floats:
    """Distance of the last score from the estimated true first, in SEM (Speer 1992).

    Needs the mean of the first scores. Raises ValueError without it.
    """
    expected = _true_first(first, precision, sample, ChangeMethod.EDWARDS_NUNNALLY)
    return (_floats(last) - expected) / precision.sem


def gulliksen_lord_novick(
    first: ArrayLike, last: ArrayLike, precision: Precision, sample: Sample
) -> Floats:
    """[(x2 - M1) - r (x1 - M1)] / (S1 sqrt(1 - r^2)), after Lord & Novick 1968.

    Needs the mean of the first scores. Raises ValueError without it.
    """
    mean = _known(sample.mean_first, ChangeMethod.GULLIKSEN_LORD_NOVICK, "mean_first")
    return _regressed(first, last, precision, sample, mean, mean)


def hsu_linn_lord(
    first: ArrayLike, last: ArrayLike, precision: Precision, sample: Sample
) -> Floats:
    """[(x2 - M2) - r (x1 - M1)] / (S1 sqrt(1 - r^2)), after Hsu 1989.

    M2 has to come from another sample: the mean of these very last scores would take everybody's
    average gain away. Raises ValueError where it doesn't, or a mean is missing.
    """
    method = ChangeMethod.HSU_LINN_LORD
    later = _known(sample.mean_last, method, "mean_last")
    if not sample.mean_last_is_external:
        raise ValueError(f"{method.label}: mean_last has to come from another sample")
    return _regressed(
        first, last, precision, sample, _known(sample.mean_first, method, "mean_first"), later
    )


def nunnally_kotsch(
    first: ArrayLike, last: ArrayLike, precision: Precision, sample: Sample
) -> Floats:
    """(x2 - x1') / sqrt(r^2 S1^2 (1 - r) + S1^2 (1 - r_post)), after Nunnally & Kotsch 1983.

    This is the form one R package has, with S1 in both terms; the original may have S2 in the
    second. Unchecked. Needs the mean of the first scores. Raises ValueError without it.
    """
    expected = _true_first(first, precision, sample, ChangeMethod.NUNNALLY_KOTSCH)
    r, sd = precision.reliability, _sd_first(precision, sample)
    later = r if sample.reliability_last is None else sample.reliability_last
    return (_floats(last) - expected) / sqrt(r**2 * sd**2 * (1 - r) + sd**2 * (1 - later))


def hageman_arrindell(
    first: ArrayLike, last: ArrayLike, precision: Precision, sample: Sample
) -> Floats:
    """[(x2 - x1) r_dd + (M2 - M1)(1 - r_dd)] / (sqrt(r_dd) S_diff); Hageman & Arrindell 1999.

    r_dd, the reliability of the differences, is made of both SDs, their correlation and the
    SEM. Raises ValueError where one is missing, or r_dd is not above 0.
    """
    method = ChangeMethod.HAGEMAN_ARRINDELL
    mean_1 = _known(sample.mean_first, method, "mean_first")
    mean_2 = _known(sample.mean_last, method, "mean_last")
    sd_1, sd_2 = _sd_first(precision, sample), _known(sample.sd_last, method, "sd_last")
    both = 2 * sd_1 * sd_2 * _known(sample.correlation, method, "correlation")
    differences = sd_1**2 + sd_2**2 - both
    if differences <= 0:
        raise ValueError(f"{method.label}: all differences are equal")
    # r_jj S_j^2 is S_j^2 - SEM^2.
    r_dd = (sd_1**2 + sd_2**2 - 2 * precision.sem**2 - both) / differences
    if r_dd <= 0:
        raise ValueError(f"{method.label}: the differences hold nothing but error")
    change = _floats(last) - _floats(first)
    numerator = change * r_dd + (mean_2 - mean_1) * (1 - r_dd)
    return numerator / (sqrt(r_dd) * precision.s_diff)


METHODS: dict[ChangeMethod, Callable[[ArrayLike, ArrayLike, Precision, Sample], Floats]] = {
    ChangeMethod.JACOBSON_TRUAX: lambda first, last, precision, _: reliable_change(
        first, last, precision
    ),
    ChangeMethod.EDWARDS_NUNNALLY: edwards_nunnally,
    ChangeMethod.GULLIKSEN_LORD_NOVICK: gulliksen_lord_novick,
    ChangeMethod.HSU_LINN_LORD: hsu_linn_lord,
    ChangeMethod.NUNNALLY_KOTSCH: nunnally_kotsch,
    ChangeMethod.HAGEMAN_ARRINDELL: hageman_arrindell,
}


def sign_of(direction: Direction) -> int:
    """+1 where higher is better, -1 where lower is, 0 where neither: no word for change."""
    return {Direction.HIGHER: 1, Direction.LOWER: -1, Direction.NEITHER: 0}[direction]


def _regressed(
    first: ArrayLike,
    last: ArrayLike,
    precision: Precision,
    sample: Sample,
    mean_1: float,
    mean_2: float,
) -> Floats:
    r = precision.reliability
    numerator = (_floats(last) - mean_2) - r * (_floats(first) - mean_1)
    return numerator / (_sd_first(precision, sample) * sqrt(1 - r**2))


def _true_first(
    first: ArrayLike, precision: Precision, sample: Sample, method: ChangeMethod
) -> Floats:
    mean = _known(sample.mean_first, method, "mean_first")
    return precision.reliability * (_floats(first) - mean) + mean


def _sd_first(precision: Precision, sample: Sample) -> float:
    return precision.sd if sample.sd_first is None else sample.sd_first


def _known(figure: float | None, method: ChangeMethod, name: str) -> float:
    if figure is None:
        raise ValueError(f"{method.label} needs {name}")
    return figure


def _floats(scores: ArrayLike) -> Floats:
    return np.asarray(scores, dtype=np.float64)
