"""How did one scale run through one episode?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median

from attachdash.instruments import Instrument, Scale, State

# Without a schedule a line is drawn over three of this client's usual intervals at most, and
# six weeks are never too long: a fortnightly measure skipped over a holiday is still one run.
JOIN_AT_LEAST_DAYS = 42
JOIN_INTERVALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One administration as one scale sees it."""

    administration_id: int
    answered_on: date
    value: float | None  # scale points; None where too many items are missing for a score
    answered: int  # items answered, of `asked`
    asked: int
    state: State
    is_nominal: bool  # the day was inferred from "month 3" and the like, not recorded

    @property
    def has_blanks(self) -> bool:
        """True where a score stands although items are missing."""
        return self.value is not None and self.state is State.PRORATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All answers to one scale in one episode, about one person, oldest first."""

    client_id: int
    episode_id: int
    instrument: Instrument
    scale: Scale
    started_on: date
    answers: tuple[Answer, ...]
    about: str | None = None  # whom the answers are about; None: the client
    start_is_nominal: bool = False
    # First and last day that every picture of the episode reaches over, so that old answers look
    # old: to today, or to the end of a closed episode. None: as far as the answers go.
    reach: tuple[date, date] | None = None
    scored: tuple[Answer, ...] = field(init=False)  # the answers that have a value

    def __post_init__(self) -> None:
        days = [answer.answered_on for answer in self.answers]
        if days != sorted(days):
            raise ValueError(f"answers to {self.instrument.id} {self.scale.id} not oldest first")
        scored = tuple(answer for answer in self.answers if answer.value is not None)
        object.__setattr__(self, "scored", scored)

    @property
    def n(self) -> int:
        """How many answers have a value."""
        return len(self.scored)

    @property
    def first(self) -> Answer | None:
        """The oldest answer with a value, or None."""
        return self.scored[0] if self.scored else None

    @property
    def latest(self) -> Answer | None:
        """The newest answer with a value, or None."""
        return self.scored[-1] if self.scored else None

    @property
    def values(self) -> list[float]:
        """The scored values in scale points, oldest first."""
        return [answer.value for answer in self.scored if answer.value is not None]

    @property
    def shares(self) -> list[float]:
        """The scored values as shares of the range (0 to 100), up is better where a way is."""
        return [float(self.scale.share(value)) for value in self.values]

    def weeks(self, answer: Answer) -> float:
        """Weeks from the start of the episode to the answer; negative before it."""
        return (answer.answered_on - self.started_on).days / 7

    def week(self, answer: Answer) -> int:
        """The week of the episode the answer fell in; the first seven days are week 0."""
        return (answer.answered_on - self.started_on).days // 7

    @property
    def weeks_shown(self) -> tuple[float, float]:
        """First and last week of the axis: over all scored answers, week 0 and the reach."""
        days = [answer.answered_on for answer in self.scored]
        days += [self.started_on, *(self.reach or ())]
        return (min(days) - self.started_on).days / 7, (max(days) - self.started_on).days / 7

    @property
    def is_old(self) -> bool:
        """Whether the latest score lies so far before the axis's end that no line would join."""
        if self.latest is None or self.reach is None:
            return False
        return (self.reach[1] - self.latest.answered_on).days > self._longest_join()

    def segments(self) -> list[tuple[Answer, ...]]:
        """The scored answers in runs; a line joins those of one run and never two runs."""
        return list(self._runs())

    def _runs(self) -> Iterator[tuple[Answer, ...]]:
        if not self.scored:
            return
        longest = self._longest_join()
        start = 0
        for place, gap in enumerate(self._gaps(), start=1):
            if gap > longest:
                yield self.scored[start:place]
                start = place
        yield self.scored[start:]

    def _gaps(self) -> list[int]:
        return [(b.answered_on - a.answered_on).days for a, b in pairwise(self.scored)]

    def _longest_join(self) -> float:
        """Days that a line is drawn over at most."""
        gaps = self._gaps()
        return max(JOIN_AT_LEAST_DAYS, JOIN_INTERVALS * median(gaps) if gaps else 0)


def same_client(courses: Iterable[Course]) -> None:
    """Raises ValueError where courses of different clients would come into one picture."""
    if len({course.client_id for course in courses}) > 1:
        raise ValueError("courses of more than one client in one picture")
