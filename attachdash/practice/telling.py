"""What may be told of courses: every one of them judged in one pass of the change engine."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from attachdash.change.course import Course
from attachdash.change.cutoffs import Class
from attachdash.change.figures import ScaleFigures
from attachdash.change.off_course import OffCourse, review_due
from attachdash.change.sentences import (
    disagreement,
    for_client,
    for_therapist,
    line_for_client,
    off_the_course,
    together,
    together_for_client,
)
from attachdash.change.verdict import LIKELY, Verdicts, Word
from attachdash.instruments import Direction, Domain
from attachdash.practice.clients import Client
from attachdash.practice.verdicts import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The verdict on one course, out of those that were judged together."""

    course: Course
    figures: ScaleFigures
    found: Verdicts
    row: int
    answers: slice  # of the engine's answers

    @property
    def word(self) -> Word:
        """What may be said."""
        return Word(int(self.found.word[self.row]))

    @property
    def flag(self) -> OffCourse:
        """Whether the course is off; it holds for an episode's primary symptom scale alone."""
        return OffCourse(int(self.found.flag[self.row]))

    @property
    def outcome(self) -> Class:
        """What became of the person between first and latest answer."""
        return Class(int(self.found.outcome[self.row]))

    @property
    def disagreement(self) -> str:
        """That two points, trend and level tell different things, and why; or empty."""
        return disagreement(self.found, self.row)

    @property
    def off_the_course(self) -> str:
        """That the episode is off its course on this primary scale, and how sure; or empty."""
        return off_the_course(self.figures, self.found, self.row)

    def review_is_due(self, *, reviewed: bool) -> bool:
        """Whether the review of session 6 is: by the answers on this primary scale, as sessions
        are not on record."""
        return bool(review_due(self.found.levels.occasions[self.row], reviewed))

    @property
    def sentences(self) -> tuple[str, ...]:
        """For staff: the word first, then what it rests on."""
        return for_therapist(self.figures, self.found, self.row)

    @property
    def client_sentence(self) -> str:
        """For the client, in everyday words."""
        if self.course.answers and not self.course.n:
            return (
                "Too much was left blank for a picture, which is fine. More answers will start it."
            )
        return for_client(self.figures, self.found, self.row)

    @property
    def client_words(self) -> str:
        """The same where no picture stands beside it."""
        if self.word in (Word.NO_ANSWER, Word.ONE_ANSWER):
            return "Not enough answers to say anything yet."
        return self.client_sentence

    @property
    def line_words(self) -> str:
        """For the client, of a single line in our own words: where it stands against the start."""
        values = self.course.values
        return (
            line_for_client(values[0], values[-1], len(values)) if values else "Left blank so far."
        )

    @property
    def shares_from(self) -> str:
        """Where passing state and drift are from."""
        if own := self.figures.scale.shares:
            return own.source
        return "judged starting values, in shares of the SD (docs/architecture.md)"

    @property
    def probability(self) -> float | None:
        """P(true change in the direction that the word names); None where none is told."""
        better, worse = float(self.found.p_better[self.row]), float(self.found.p_worse[self.row])
        likely = max(better, worse)
        return None if np.isnan(likely) else likely

    @property
    def zone(self) -> tuple[float, float] | None:
        """The points around the start that can be noise, within the scale; None where unknown."""
        if self.figures.threshold is None or not self.course.scored:
            return None
        start, points = float(self.found.first[self.row]), self.figures.threshold.points
        scale = self.figures.scale
        return max(scale.low, start - points), min(scale.high, start + points)

    @property
    def level(self) -> NDArray[np.float64] | None:
        """Days since the episode began, level, low and high of its 95% band: shape (4, answers).

        None while too few answers are there to speak of it.
        """
        if self.word not in _DRAWN:
            return None
        levels, begun = self.found.levels, self.course.started_on
        days = [float((one.answered_on - begun).days) for one in self.course.scored]
        own = self.answers
        return np.array([days, levels.level[own], levels.low[own], levels.high[own]])

    @property
    def worse_since(self) -> date | None:
        """The day since which each answer made a worsening likely; None where none does now."""
        if self.word not in (Word.PROBABLY_WORSE, Word.RELIABLY_WORSE):
            return None
        levels = self.found.levels
        moved, sd = levels.moved[self.answers], levels.moved_sd[self.answers]
        with np.errstate(divide="ignore", invalid="ignore"):
            likely = np.nan_to_num(-self.figures.sign * moved / sd) >= _Z_LIKELY
        if not likely.size or not likely[-1]:
            return None
        before = np.flatnonzero(~likely)
        return self.course.scored[int(before[-1]) + 1 if before.size else 0].answered_on


# Groups that a person in therapy isn't compared with by a T-score.
_APART = re.compile(r"student|online|by construction", re.IGNORECASE)


def without_t_scores(course: Course) -> str:
    """Why no T-scores of this scale may be shown, in words; empty where they may: it has a norm
    with an SD, of people worth comparing with."""
    name = course.instrument.short_name
    norm = next((one for one in course.scale.norms if one.sd is not None), None)
    if course.scale.direction is Direction.NEITHER:
        return f"on {name} neither way is better"
    if norm is None:
        without = "no norm" if not course.scale.norms else "no norm with an SD"
        return f"{name} has {without} on record"
    if _APART.search(norm.group):
        return f"the norm of {name} is of {norm.group}, no population worth comparing with"
    return ""


def summary(by_domain: Mapping[Domain, Told | None]) -> str:
    """What is told of several domains, in one sentence or two; empty where nothing was answered."""
    return together({one.label.lower(): told.word for one, told in by_domain.items() if told})


def client_summary(named: Mapping[str, Told]) -> str:
    """What is told of all a client's pictures, by the names they know them by; or empty."""
    return together_for_client({name: told.word for name, told in named.items()})


_Z_LIKELY = 1.2815515655446004  # the normal quantile of LIKELY
assert LIKELY == 0.90
_DRAWN = {word for word in Word if word.is_for_change}


def tell(courses: Sequence[tuple[Client, Course]]) -> list[Told]:
    """The verdict on each course, in their order; each client's age on the last day counts."""
    if not courses:
        return []
    scales, values, days, offsets, starts = [], [], [], [0], []
    for client, course in courses:
        age = client.age(course.latest.answered_on if course.latest else course.started_on)
        scales.append((course.instrument, course.scale, age))
        values += course.values
        days += [float(one.answered_on.toordinal()) for one in course.scored]
        offsets.append(len(values))
        starts.append(float(course.started_on.toordinal()))
    judged = judge(scales, values, days, offsets, starts)
    return [
        Told(
            course=course, figures=judged.figures[row], found=judged.found, row=row,
            answers=slice(offsets[row], offsets[row + 1]),
        )
        for row, (_, course) in enumerate(courses)
    ]  # fmt: skip
