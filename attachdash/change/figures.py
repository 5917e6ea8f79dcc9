"""Which figures does change on a scale rest on, where are they from, and which are lacking?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from attachdash.change.cutoffs import Line, line_of
from attachdash.change.level import LevelModel
from attachdash.change.series import Bools, Floats, Ints
from attachdash.change.two_point import LEAST_RELIABILITY, Precision, Threshold, sign_of
from attachdash.instruments import Instrument, Kind, Operator, Scale

# Judged starting values, in shares of S; `estimate` re-estimates them over a practice's episodes.
TRANSIENT: Mapping[Kind, float] = {Kind.STATE: 0.30, Kind.MIXED: 0.20, Kind.TRAIT: 0.15}
DRIFT: Mapping[Kind, float] = {
    Kind.STATE: 0.15,
    Kind.MIXED: 0.12,
    Kind.TRAIT: 0.08,
}  # per root week
DRIFT_OF: Mapping[str, float] = {"erq": 0.10, "maas": 0.10, "ffmq15": 0.10, "ffmq39": 0.10}
# Those were judged on people without treatment, and a treated level is meant to move: with them
# alone the 95% band of simulated people held the level in 92.7%, with a fifth more in 94.2%
# (docs/calibration.md). For states that makes .18, of a judged range of .10 to .25; still
# more would find single unusual answers reliable.
IN_TREATMENT = 1.2
MOST_DRIFT: Mapping[Kind, float] = {Kind.STATE: 0.6, Kind.MIXED: 1.0, Kind.TRAIT: 1.0}
SPELL = 0.4  # people come in a bad week
# Why these are there: `level`. A passing state lasts a week, as the facts call it "a bad week"; the
# limit leaves amber's false alarms under half of the two-point rule's.
PASSING_DAYS, SPELL_DAYS = 7.0, 7.0
SURPRISING = 1.5


class Lacking(StrEnum):
    """Why no change of one person is told; the value is the clause that says it."""

    SD = "no SD of a named sample is on record"
    RELIABILITY = "no reliability is on record"
    BOTH = "neither a reliability nor an SD of a named sample is on record"
    UNRELIABLE = "its reliability is below .70"
    NOT_FOR_ONE = "it is not made for telling the change of one person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFigures:
    """All that the change engine takes from one scale; None where it is not on record."""

    instrument: Instrument
    scale: Scale
    sign: int  # +1 where higher is better, -1 where lower, 0 where neither
    lacking: Lacking | None
    precision: Precision | None
    threshold: Threshold | None  # the published reliable change, or else the computed one
    important: float | None  # published smallest change that matters, points
    line: Line | None
    model: LevelModel | None
    start_from: str | None  # the group whose mean the level starts from
    start_is_clinical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureArrays:
    """The figures of n series, (n,) each; NaN where one is not on record."""

    sign: Ints
    told: Bools  # whether change of one person may be told at all
    threshold: Floats  # points
    strict: Bools
    important: Floats
    matters: Floats  # the important change, or else half the reliable one
    half: Floats  # half the reliable change
    line: Floats
    at_is_clinical: Bools
    tells_recovery: Bools
    later: Floats  # the later score has to be as good as this to count as recovery
    model: LevelModel  # of series that aren't told a stand-in, for the arithmetic only


def figures_of(
    instrument: Instrument,
    scale: Scale,
    *,
    age: int | None = None,
    drift_share: float | None = None,
    transient_share: float | None = None,
) -> ScaleFigures:
    """The figures of a scale. `age` in years is for lines that depend on it; the shares (of S)
    go before those that the practice's own episodes gave, and these before the defaults."""
    sign = sign_of(scale.direction)
    lacking = _lacking(scale)
    precision = Precision.of(scale.sem) if scale.sem and lacking is None else None
    model, start_from, is_clinical = None, None, False
    if precision is not None:
        sd, kind = precision.sd, scale.kind
        if scale.shares is not None:
            drift_share = scale.shares.drift if drift_share is None else drift_share
            own = scale.shares.transient
            transient_share = own if transient_share is None else transient_share
        if transient_share is None:
            known = scale.transient_share
            transient_share = TRANSIENT[kind] if known is None else known
        if drift_share is None:
            drift_share = IN_TREATMENT * DRIFT_OF.get(instrument.id, DRIFT[kind])
        alpha = scale.reliability.alpha.value if scale.reliability.alpha else precision.reliability
        mean, start_from, is_clinical = _start(scale)
        model = LevelModel(
            mean=mean,
            start_sd=sd * alpha**0.5,
            sem=precision.sem,
            transient=transient_share * sd,
            spell=SPELL * sd,
            drift=drift_share * sd,
            most_drift=MOST_DRIFT[kind] * sd,
            passing_days=PASSING_DAYS,
            spell_days=SPELL_DAYS,
            surprising=SURPRISING,
            low=scale.low,
            high=scale.high,
        )
    return ScaleFigures(
        instrument=instrument,
        scale=scale,
        sign=sign,
        lacking=lacking,
        precision=precision,
        threshold=_threshold(scale, precision),
        important=scale.important_change.value if scale.important_change else None,
        line=line_of(scale, sign, age),
        model=model,
        start_from=start_from,
        start_is_clinical=is_clinical,
    )


def stacked(figures: Sequence[ScaleFigures], which: Sequence[int] | Ints) -> FigureArrays:
    """The figures of n series as arrays; `which` (n,) says which of `figures` each one has."""
    at = np.asarray(which, dtype=np.int64)

    def each(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[at]

    nan = float("nan")
    threshold = each([f.threshold.points if f.threshold else nan for f in figures])
    important = each([nan if f.important is None else f.important for f in figures])
    models = [f.model or _stand_in(f.scale) for f in figures]
    names = LevelModel.__dataclass_fields__
    return FigureArrays(
        sign=np.array([f.sign for f in figures], dtype=np.int64)[at],
        told=np.array([f.lacking is None for f in figures], dtype=bool)[at],
        threshold=threshold,
        strict=np.array([not f.threshold or f.threshold.strict for f in figures], dtype=bool)[at],
        important=important,
        matters=np.where(np.isnan(important), threshold / 2, important),
        half=threshold / 2,
        line=each([f.line.value if f.line else nan for f in figures]),
        at_is_clinical=np.array(
            [f.line is not None and f.line.at_is_clinical for f in figures], dtype=bool
        )[at],
        tells_recovery=np.array(
            [f.line is not None and f.line.tells_recovery for f in figures], dtype=bool
        )[at],
        later=each([_later(f) for f in figures]),
        model=LevelModel(
            **{n: each([float(np.asarray(getattr(m, n))) for m in models]) for n in names}
        ),
    )


def _lacking(scale: Scale) -> Lacking | None:
    if not scale.person_change:
        return Lacking.NOT_FOR_ONE
    if scale.sem is not None:
        return Lacking.UNRELIABLE if scale.sem.r < LEAST_RELIABILITY else None
    has_sd = any(norm.sd is not None for norm in (*scale.norms, *scale.clinical))
    known = [c.value for c in (scale.reliability.alpha, scale.reliability.retest) if c]
    if not known:
        return Lacking.RELIABILITY if has_sd else Lacking.BOTH
    if max(known) < LEAST_RELIABILITY:
        return Lacking.UNRELIABLE
    return Lacking.SD


def _threshold(scale: Scale, precision: Precision | None) -> Threshold | None:
    if precision is None:
        return None
    if published := scale.reliable_change:
        return Threshold(
            points=published.value,
            strict=False,
            source=published.source,
            confidence=published.confidence,
            checked=published.checked,
        )
    return Threshold(
        points=precision.threshold(),
        strict=True,
        source=f"Jacobson & Truax 1991, {precision.kind} {precision.reliability:g}, "
        f"SD {precision.sd:g} ({precision.sample})",
        confidence=0.95,
        checked=precision.checked,
    )


def _start(scale: Scale) -> tuple[float, str, bool]:
    """Mean before the first answer, whose it is, and whether it is a clinical group's."""
    for norms, is_clinical in ((scale.clinical, True), (scale.norms, False)):
        if norms:
            return norms[0].mean, norms[0].group, is_clinical
    return (scale.low + scale.high) / 2, "the middle of the scale", False


def _later(figures: ScaleFigures) -> float:
    published = figures.scale.reliable_change
    if not published or not published.later_score:
        return float("nan")
    fits = {-1: Operator.AT_MOST, 1: Operator.AT_LEAST}
    if published.later_score.op is not fits.get(figures.sign):
        raise ValueError(
            f"{figures.instrument.id} {figures.scale.id}: a later score of "
            f"{published.later_score.op} goes the wrong way"
        )
    return published.later_score.value


def _stand_in(scale: Scale) -> LevelModel:
    return LevelModel(
        mean=(scale.low + scale.high) / 2,
        start_sd=scale.span / 4,
        sem=scale.span / 12,
        transient=0.0,
        low=scale.low,
        high=scale.high,
    )
