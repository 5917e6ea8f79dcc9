"""What does a scale offer to compare an answer with: a usual range, lines of cut-off?"""

import re
from dataclasses import dataclass

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


def usual_range(scale: Scale) -> UsualRange | None:
    """The usual range from the first norm that has an SD; None where none has."""
    for norm in scale.norms:
        if norm.sd is None:
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
    """The cut-offs that hold at this age, at most two, those that select the unwell side first.

    Without an age only cut-offs without an age limit count.
    """
    fitting = [
        cutoff
        for cutoff in scale.cutoffs
        if cutoff.ages is None or (age is not None and cutoff.ages.includes(age))
    ]
    return sorted(fitting, key=lambda cutoff: cutoff.side != "unwell")[:MOST_LINES]


def in_short(text: str) -> str:
    """The text up to its first bracket, comma, colon or semicolon."""
    return re.split(r"[(,:;]", text, maxsplit=1)[0].strip()
