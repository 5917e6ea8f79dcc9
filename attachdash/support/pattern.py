"""Is attachment anxiety or avoidance high enough, and surely enough, to fit prompts to it?

High is above the norm's mean plus half an SD; surely is a probability of .8 or more (both judged,
by the project's clinical review). What is compared is the likely true level of `change.level`, with
the drift since the latest answer added to its uncertainty: what was asked a year ago is less sure.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from attachdash.change.course import Course
from attachdash.change.figures import figures_of
from attachdash.change.level import Z_BAND, LevelModel, levels
from attachdash.change.normal import above
from attachdash.change.series import DAYS_PER_WEEK, series_of
from attachdash.instruments import Direction, Norm
from attachdash.support.content import Patterns

SURE = 0.80
ABOVE_BY = 0.5  # SDs of the norm


class Standing(StrEnum):
    """How one dimension stands."""

    HIGH = "high"
    NOT_HIGH = "not high"
    UNCERTAIN = "can't be told"
    UNKNOWN = "not known"  # nothing was asked, or a figure is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Anxiety or avoidance today: level and band in scale points, P(above the line)."""

    name: str
    course: Course | None
    norm: Norm | None = None
    line: float | None = None  # the norm's mean plus half an SD
    level: float | None = None
    low: float | None = None  # 95% band, within the scale
    high: float | None = None
    p: float | None = None
    lacking: str = ""  # why nothing can be said

    @property
    def standing(self) -> Standing:
        """High or not where that is sure enough."""
        if self.p is None:
            return Standing.UNKNOWN
        if self.p >= SURE:
            return Standing.HIGH
        return Standing.NOT_HIGH if self.p <= 1 - SURE else Standing.UNCERTAIN

    @property
    def sentence(self) -> str:
        """For staff: how it stands, the level with its band, and how sure that is."""
        if self.p is None or self.level is None:
            return f"{self.name} isn’t known: {self.lacking}."
        band = f"likely level {self.level:.1f} ({self.low:.1f}–{self.high:.1f})"
        if self.standing is Standing.HIGH:
            return f"{self.name} is high: {band}, {_percent(self.p)} sure."
        if self.standing is Standing.NOT_HIGH:
            return f"{self.name} is not high: {band}, {_percent(1 - self.p)} sure."
        return (
            f"{self.name} can’t be told: {band}, high with {_percent(self.p)}; "
            f"{_percent(SURE)} would be needed either way."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The two dimensions of one questionnaire, side by side; never a style."""

    anxiety: Dimension
    avoidance: Dimension

    @property
    def fits(self) -> Patterns | None:
        """Whose prompts may be considered; None where neither is surely high."""
        anxious, avoidant = (
            one.standing is Standing.HIGH for one in (self.anxiety, self.avoidance)
        )
        if anxious and avoidant:
            return "both"
        return "anxiety" if anxious else "avoidance" if avoidant else None

    @property
    def said(self) -> str:
        """What the pattern comes to, in one sentence."""
        standings = {self.anxiety.standing, self.avoidance.standing}
        if self.fits == "both":
            return "A mixed pattern, both high: safety and pacing come first."
        if standings == {Standing.UNKNOWN}:
            return "Nothing here is fitted to an attachment pattern: none is known."
        unsure = standings & {Standing.UNCERTAIN, Standing.UNKNOWN}
        if self.fits:
            other = self.avoidance if self.fits == "anxiety" else self.anxiety
            if unsure:
                return (
                    f"Because {self.fits} is high, these may be worth a thought. Whether "
                    f"{other.name.lower()} is high too can’t be told, so nothing is fitted to it."
                )
            return f"Because {self.fits} is high, these may be worth a thought."
        if unsure:
            return "An uncertain pattern: nothing is fitted to it."
        return "Neither is high: nothing is fitted to a pattern."


def pattern(pair: tuple[Course, Course] | None, on: date) -> Pattern:
    """The pattern on a day of the courses of anxiety and avoidance of one questionnaire."""
    anxiety, avoidance = pair or (None, None)
    return Pattern(
        anxiety=dimension("Anxiety", anxiety, on), avoidance=dimension("Avoidance", avoidance, on)
    )


def dimension(name: str, course: Course | None, on: date) -> Dimension:
    """How one dimension stands on a day."""
    if course is None or course.latest is None:
        return Dimension(name=name, course=course, lacking="it was not asked in this episode")
    norm = next((one for one in course.scale.norms if one.sd is not None), None)
    if course.scale.direction is not Direction.LOWER or norm is None or norm.sd is None:
        return Dimension(name=name, course=course, lacking="no norm with an SD is on record")
    figures = figures_of(course.instrument, course.scale)
    if figures.model is None:
        return Dimension(
            name=name, course=course, norm=norm, lacking="no reliability or SD is on record"
        )
    level, sd = _level(course, figures.model, on)
    line = norm.mean + ABOVE_BY * norm.sd
    return Dimension(
        name=name,
        course=course,
        norm=norm,
        line=line,
        level=level,
        low=max(course.scale.low, level - Z_BAND * sd),
        high=min(course.scale.high, level + Z_BAND * sd),
        p=float(above(np.array(level), np.array(sd), line)),
    )


def _level(course: Course, model: LevelModel, on: date) -> tuple[float, float]:
    """The likely true level on a day and its SD, in scale points."""
    days = [float(one.answered_on.toordinal()) for one in course.scored]
    found = levels(series_of(course.values, days, [0, course.n]), model)
    weeks = max(0.0, on.toordinal() - days[-1]) / DAYS_PER_WEEK
    drift, most = float(np.asarray(model.drift)), float(np.asarray(model.most_drift))
    since = min(drift**2 * weeks, most**2)
    return float(found.now[0]), float(np.sqrt(found.now_sd[0] ** 2 + since))


def _percent(p: float) -> str:
    # Never quite certain of a person.
    return f"{min(max(round(p * 100), 1), 99)}%"
