"""The figures known of a scale (norms, cut-offs, reliabilities, changes), each with its source."""

import operator
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from attachdash.instruments.strict import Count, Model, Number, Word
from attachdash.instruments.words import Operator, Side

COMPARISONS: Mapping[Operator, Callable[[Any, Any], Any]] = {  # of numbers, or of arrays
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.AT_LEAST: operator.ge,
    Operator.MORE: operator.gt,
    Operator.EQUAL: operator.eq,
}


class Ages(Model):
    """Years of age, both ends included; None is no limit."""

    min: Count | None = None
    max: Count | None = None

    def includes(self, age: int) -> bool:
        return (self.min is None or age >= self.min) and (self.max is None or age <= self.max)


class Sourced(Model):
    """A figure that says where it is from, and whether it was seen there or computed."""

    source: Word
    checked: bool


class Norm(Sourced):
    """A sample's scores, in scale points; without an SD no T-score and no usual range."""

    group: Word
    mean: Number
    sd: Annotated[Number, Field(gt=0)] | None = None
    n: Count | None = None
    low: Number | None = None  # where sources give a span instead of one mean
    high: Number | None = None


class Cutoff(Sourced):
    """A line on the scale; `op` with `value` selects the side named."""

    name: Word
    op: Operator
    value: Number
    side: Side
    ages: Ages | None = None

    def selects(self, score: float) -> bool:
        return compare(self.op, score, self.value)


class Band(Model):
    """A named stretch of the scale. A score belongs to the last band whose min it reaches."""

    label: Word
    min: Number
    max: Number


class Coefficient(Sourced):
    """A reliability, 0 to 1."""

    value: Annotated[Number, Field(gt=0, lt=1)]


class Retest(Coefficient):
    interval: Word | None = None
    by_person: Mapping[str, float] = {}


class Reliability(Model):
    alpha: Coefficient | None = None
    retest: Retest | None = None


class StandardError(Model):
    """SD (scale points) and reliability of one sample: what SD x sqrt(1 - r) is made of."""

    sd: Annotated[Number, Field(gt=0)]
    r: Annotated[Number, Field(gt=0, lt=1)]
    r_kind: Literal["alpha", "retest"]
    sample: Word
    checked: bool

    @property
    def points(self) -> float:
        """The standard error of measurement in scale points."""
        return float(self.sd * (1 - self.r) ** 0.5)


class LaterScore(Model):
    """What the later score must also satisfy for a change to count."""

    op: Operator
    value: Number

    def holds(self, score: float) -> bool:
        return compare(self.op, score, self.value)


class Shares(Sourced):
    """How far people drift and waver, in shares of S, where a practice's own episodes told it."""

    drift: Annotated[Number, Field(gt=0)]  # SD over one week; it grows with the root of weeks
    transient: Annotated[Number, Field(gt=0)]  # SD of the passing state


class ReliableChange(Sourced):
    """A published reliable change in scale points; it outranks a computed one."""

    value: Annotated[Number, Field(gt=0)]
    confidence: Annotated[Number, Field(gt=0, lt=1)] | None = None
    later_score: LaterScore | None = None


class ImportantChange(Sourced):
    """A published smallest change that matters, in scale points."""

    value: Annotated[Number, Field(gt=0)]
    low: Number | None = None
    high: Number | None = None


def compare(op: Operator, left: float, right: float) -> bool:
    """Whether `left op right` holds; false where left is NaN."""
    return bool(COMPARISONS[op](left, right))
