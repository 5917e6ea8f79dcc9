"""On which vertical axis does a scale stand: its own points, a share of its range, T-scores?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attachdash.charts.references import usual_range
from attachdash.charts.words import minus, number
from attachdash.instruments import Direction, Instrument, Scale

T_LOW, T_HIGH = 25, 75  # 99% of the group lie between; what lies beyond is drawn at the edge
T_TICKS = [30, 40, 50, 60, 70]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How scale points become heights on an axis from `low` to `high`."""

    low: float
    high: float
    height: Callable[[Any], Any]  # scale points, one or an array -> heights
    shown: Callable[[float], str] | None  # digits of a value; None: the reader sees no numbers

    def inside(self, height: float) -> float:
        """The height, moved to the nearer end where it lies beyond the axis."""
        return min(max(height, self.low), self.high)

    def edges(self, low: float, high: float) -> tuple[float, float]:
        """Two values as heights on the axis, the lower first."""
        below, above = sorted((self.height(low), self.height(high)))
        return round(self.inside(below), 2), round(self.inside(above), 2)

    def at(self, value: float) -> float:
        """Where a value stands as a share of the plot's height, 0 at the foot."""
        height: float = self.inside(self.height(value))
        return (height - self.low) / (self.high - self.low)


def raw(instrument: Instrument, scale: Scale) -> View:
    """The scale's own points, never turned."""
    return View(
        low=scale.low,
        high=scale.high,
        height=lambda value: value,
        shown=lambda value: number(instrument, scale, value),
    )


def share(scale: Scale, *, numbers: bool = True) -> View:
    """The share of the scale's range, turned so that up is better."""
    return View(
        low=0,
        high=100,
        height=scale.share,
        shown=(lambda value: f"{scale.share(value):.0f}") if numbers else None,
    )


def t_score(instrument: Instrument, scale: Scale) -> View:
    """T-scores (mean 50, SD 10 in the group of the usual range), turned so that up is better.

    Raises ValueError where the scale has no norm with an SD.
    """
    group = usual_range(scale)
    if group is None:
        raise ValueError(f"{instrument.id} {scale.id}: no norm to make T-scores of")
    tens = (-10 if scale.direction is Direction.LOWER else 10) / group.sd

    def height(value: Any) -> Any:
        return 50 + (value - group.mean) * tens

    return View(
        low=T_LOW,
        high=T_HIGH,
        height=height,
        shown=lambda value: "T " + minus(f"{height(value):.0f}"),
    )
