"""What may be said of each course: which word, how sure, and do the ways of telling agree?"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import ArrayLike, NDArray

from attachdash.change.cutoffs import Class, classes, uncalled
from attachdash.change.figures import FigureArrays, ScaleFigures, stacked
from attachdash.change.level import Ends, Levels, ends, levels
from attachdash.change.off_course import may_be_told, off_course
from attachdash.change.series import Floats, Ints, Series
from attachdash.change.trend import Trends, trends
from attachdash.change.two_point import reliably

SURE, LIKELY = 0.95, 0.90  # P(true change in that direction)


class Word(IntEnum):
    """The words for change; the last five in order from best to worst."""

    NO_ANSWER = 0
    ONE_ANSWER = 1  # nothing to compare with
    TWO_ANSWERS = 2  # the two-point figure only
    TOO_EARLY = 3  # three answers or more, within a fortnight
    NO_FIGURES = 4  # what the scale lacks is in its ScaleFigures
    NEITHER = 5  # neither way is better: moved, and no word for it
    RELIABLY_BETTER = 10
    PROBABLY_BETTER = 11
    NO_CLEAR_CHANGE = 12
    PROBABLY_WORSE = 13
    RELIABLY_WORSE = 14

    @property
    def label(self) -> str:
        """As on the page: "reliably better"."""
        return _LABELS.get(self, self.name.lower().replace("_", " "))

    @property
    def is_for_change(self) -> bool:
        return self >= Word.RELIABLY_BETTER


class Disagreement(IntFlag):
    """How two points, trend and level differ; 0 where they don't."""

    TURNED = 1  # one says better, another worse
    POINTS_ALONE = 2  # the two answers differ reliably, the level is not likely to have moved
    LEVEL_ALONE = 4  # the level has likely moved, the two answers don't differ reliably
    TREND_ALONE = 8  # the trend is reliable, the level is not likely to have moved
    NO_TREND = 16  # the level has likely moved, without a reliable trend


_LABELS = {
    Word.TOO_EARLY: "too early to say",
    Word.ONE_ANSWER: "one answer only",
    Word.TWO_ANSWERS: "two answers only",
    Word.NO_FIGURES: "can’t be told",
    Word.NEITHER: "neither way is better",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The word and the flag of n series, (n,) each, and the figures behind them. Better and worse
    are by each scale's direction."""

    word: NDArray[np.int8]  # a Word
    flag: NDArray[np.int8]  # an OffCourse; for the episode's one primary symptom scale
    first: Floats  # scale points at the start, and latest; NaN without an answer
    last: Floats
    change: Floats  # last less first, as scored
    reliable: NDArray[np.int8]  # +1 reliably better by two points, -1 worse, 0 not or not told
    p_better: Floats  # NaN where change is not told
    p_worse: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts(Calls):
    """All that is told of n series, (n,) each."""

    outcome: NDArray[np.int8]  # a Class by the two answers; NOT_TOLD before words may be given
    disagreement: NDArray[np.int8]  # Disagreement flags
    trend: NDArray[np.int8]  # +1 reliably better and not trivial, -1 worse, 0 not or not told
    moved: NDArray[np.int8]  # +1 level better with .90, -1 worse, 0 not or not told
    p_important: Floats  # P(true change for the better > important); NaN where none is published
    p_functional: Floats  # P(level now on the functional side); NaN without a line
    levels: Levels
    trends: Trends
    figures: FigureArrays


def calls(
    series: Series, figures: Sequence[ScaleFigures], which: Sequence[int] | Ints,
    starts: ArrayLike = np.nan,
) -> Calls:  # fmt: skip
    """Of every verdict the word and the flag alone, in half the time."""
    at = stacked(figures, which)
    return _calls(series, at, ends(series, at.model, starts), starts)


def verdicts(
    series: Series,
    figures: Sequence[ScaleFigures],
    which: Sequence[int] | Ints | None = None,
    starts: ArrayLike = np.nan,
) -> Verdicts:
    """The verdict on every series. `which` (n,) says whose of `figures` each one is; without it
    all are of the first. `starts` are days of the first treatment session, as for `levels`."""
    at = stacked(figures, np.zeros(len(series), dtype=np.int64) if which is None else which)
    found = levels(series, at.model, starts)
    called = _calls(series, at, found, starts)
    line = trends(series, at.model.sem, starts)
    way, reliable = at.sign, called.reliable.astype(np.int64)
    told = at.told & (way != 0) & may_be_told(found)
    trend = np.where(
        told & line.enough & line.reliable & line.matters(at.matters), way * np.sign(line.slope), 0
    )
    # Where it is not told both are NaN, and neither is likely.
    moved = (called.p_better >= LIKELY).astype(int) - (called.p_worse >= LIKELY)
    holds = np.isnan(at.later) | (way * (called.last - at.later) >= 0)
    outcome = classes(
        called.first,
        called.last,
        reliable,
        at.line,
        way,
        at_is_clinical=at.at_is_clinical,
        later_holds=holds,
    )
    outcome = uncalled(outcome, at.tells_recovery)
    nan = np.nan
    return Verdicts(
        outcome=np.where(told, outcome, Class.NOT_TOLD).astype(np.int8),
        disagreement=np.where(told, _disagreement(reliable, trend, moved, line), 0).astype(np.int8),
        trend=trend.astype(np.int8),
        moved=moved.astype(np.int8),
        p_important=np.where(told, found.p_more(way, at.important), nan),
        p_functional=np.where(told, found.p_past(at.line, way), nan),
        levels=found,
        trends=line,
        figures=at,
        **{one.name: getattr(called, one.name) for one in fields(called)},
    )


def _calls(series: Series, at: FigureArrays, found: Ends, starts: ArrayLike) -> Calls:
    first = series.at(series.nearest(starts), series.values)
    last = series.at(np.maximum(series.counts - 1, 0), series.values)
    change, way = last - first, at.sign
    figured = at.told & (way != 0)
    compared = figured & (found.occasions >= 2)
    reliable = np.where(compared, way * reliably(change, at.threshold, strict=at.strict), 0)
    better, worse = found.p_better(way), found.p_worse(way)
    told = figured & may_be_told(found)
    flag = np.where(figured, off_course(found, sign=way, line=at.line, half=at.half), 0)
    return Calls(
        word=_words(found, at, reliable, better, worse),
        flag=flag.astype(np.int8),
        first=first,
        last=last,
        change=change,
        reliable=reliable.astype(np.int8),
        p_better=np.where(told, better, np.nan),
        p_worse=np.where(told, worse, np.nan),
    )


def _words(
    found: Ends, at: FigureArrays, reliable: NDArray[np.int64], better: Floats, worse: Floats
) -> NDArray[np.int8]:
    words = np.select(
        [
            found.occasions == 0,
            found.occasions == 1,
            at.sign == 0,
            ~at.told,
            found.occasions == 2,
            ~may_be_told(found),
            (reliable > 0) & (better >= SURE),
            better >= LIKELY,
            (reliable < 0) & (worse >= SURE),
            worse >= LIKELY,
        ],
        [
            Word.NO_ANSWER,
            Word.ONE_ANSWER,
            Word.NEITHER,
            Word.NO_FIGURES,
            Word.TWO_ANSWERS,
            Word.TOO_EARLY,
            Word.RELIABLY_BETTER,
            Word.PROBABLY_BETTER,
            Word.RELIABLY_WORSE,
            Word.PROBABLY_WORSE,
        ],
        default=Word.NO_CLEAR_CHANGE,
    )
    return words.astype(np.int8)


def _disagreement(
    reliable: NDArray[np.int64], trend: NDArray[np.int64], moved: NDArray[np.int64], line: Trends
) -> NDArray[np.int64]:
    ways = np.stack([reliable, trend, moved])
    turned = (ways > 0).any(axis=0) & (ways < 0).any(axis=0)
    found: NDArray[np.int64] = (
        Disagreement.TURNED * turned
        + Disagreement.POINTS_ALONE * ((reliable != 0) & (moved == 0))
        + Disagreement.LEVEL_ALONE * ((moved != 0) & (reliable == 0))
        + Disagreement.TREND_ALONE * ((trend != 0) & (moved == 0))
        + Disagreement.NO_TREND * ((moved != 0) & (trend == 0) & line.enough)
    )
    return found
