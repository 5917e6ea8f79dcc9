"""What may be laid over a course, beside the answers themselves?

Nothing here is computed: whoever hands an overlay over has the figures from the change engine
and the phases and events from the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Column = Sequence[float] | NDArray[np.float64]


class Level(NamedTuple):
    """The likely true level with its 95% band, in scale points; a day with a NaN isn't drawn."""

    days: Column  # since the episode's start, rising
    middle: Column
    low: Column
    high: Column


class Expected(NamedTuple):
    """The course of similar clients, in scale points, and how many they are."""

    weeks: Column  # since the episode's start, rising
    low: Column
    middle: Column
    high: Column
    n: int


class Phase(NamedTuple):
    """What the therapy worked with, from one day to another; None: it still does."""

    word: str
    since: date
    until: date | None


class Event(NamedTuple):
    """What happened on a day: a rupture, a loss, a move, a medication."""

    word: str
    on: date
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """All that a chart can draw over one course, in the scale's own points and direction.

    Raises ValueError where columns differ in length or ends are the wrong way round.
    """

    level: Level | None = None
    zone: tuple[float, float] | None = None  # within it change can't be told from noise
    zone_since: date | None = None  # the baseline's day; None: the first scored answer's
    phases: Sequence[Phase] = ()
    events: Sequence[Event] = ()
    expected: Expected | None = None
    ringed: int | None = None  # the administration whose number is being explained

    def __post_init__(self) -> None:
        if self.level is not None:
            _same_length("level", self.level)
        if self.expected is not None:
            _same_length("expected course", self.expected[:4])
        if self.zone is not None and not self.zone[0] <= self.zone[1]:
            raise ValueError(f"zone from {self.zone[0]} to {self.zone[1]}")
        for word, since, until in self.phases:
            if until is not None and until < since:
                raise ValueError(f"phase {word!r} ends before it starts")


NO_OVERLAY = Overlay()


def _same_length(name: str, columns: Sequence[Column]) -> None:
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"{name}: columns of different length")
    first = np.asarray(columns[0], np.float64)
    if (first[1:] < first[:-1]).any():
        raise ValueError(f"{name}: not oldest first")
