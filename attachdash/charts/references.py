"""What does a scale offer to compare an answer with: a usual range, lines of cut-off?"""

import re
from dataclasses import dataclass
from typing import Any

from attachdash.instruments import Cutoff, Scale

MOST_LINES = 2  # more lines than this are read by nobody; the rest stand in the definition


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualRange:
    """A group's mean plus and minus one SD, in scale points, cut to the scale's range."""

    low: float
    high: float
    mean: float
    sd: float
    group: str
    source: str
    checked: bool

    @property
    def group_in_short(self) -> str:
        """The group without what its name adds in brackets or after a comma."""
        return in_short(self.group)


def usual_range(scale: Scale, age: int | None = None) -> UsualRange | None:
    """The usual range from the first norm with mean and SD that holds at this age.

    Without an age only norms without an age limit count.
    """
    for norm in scale.norms:
        if norm.mean is None or norm.sd is None or not _holds_at(norm, age):
            continue
        return UsualRange(
            low=max(scale.low, norm.mean - norm.sd),
            high=min(scale.high, norm.mean + norm.sd),
            mean=norm.mean,
            sd=norm.sd,
            group=norm.group,
            source=norm.source,
            checked=norm.checked,
        )
    return None


def cut_offs(scale: Scale, age: int | None = None) -> list[Cutoff]:
    """The first cut-offs that hold at this age, at most two, those of the unwell side first."""
    fitting = [cutoff for cutoff in scale.cutoffs if _holds_at(cutoff, age)]
    return sorted(fitting, key=lambda cutoff: cutoff.side != "unwell")[:MOST_LINES]


def in_short(text: str) -> str:
    """The text up to its first bracket, comma, colon or semicolon."""
    return re.split(r"[(,:;]", text, maxsplit=1)[0].strip()


def _holds_at(reference: Any, age: int | None) -> bool:
    ages = getattr(reference, "ages", None)
    if ages is None:
        return True
    if age is None:
        return False
    return (ages.min is None or age >= ages.min) and (ages.max is None or age <= ages.max)
