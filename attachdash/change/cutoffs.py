"""Where does the functional range begin, and which class does a change belong to?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from attachdash.change.series import Bools
from attachdash.change.two_point import reliably
from attachdash.instruments import Cutoff, Domain, Operator, Scale, Side

# Norms further apart than two SDs of each on either side don't overlap (Jacobson & Truax 1991).
_SDS = 2

PCL5_RELIABLE = 15.0  # Marx 2022; 18 in a second sample
PCL5_LATER_AT_MOST = 28.0  # the later score that makes it clinically significant (Marx 2022)
PHQ9_CASE, GAD7_CASE = 10.0, 8.0  # caseness, NHS Talking Therapies
PHQ9_RELIABLE, GAD7_RELIABLE = 6.0, 4.0  # reliable change, NHS Talking Therapies


class LineRule(StrEnum):
    """Which cut-off of Jacobson & Truax it is, or that it was published."""

    A = "a"  # two SDs from the clinical mean towards better
    B = "b"  # two SDs from the functional mean towards worse
    C = "c"  # as likely in the one group as in the other
    PUBLISHED = "published"


class Class(IntEnum):
    """What became of a person between two answers."""

    NOT_TOLD = 0  # an answer is missing
    RECOVERED = 1  # clinical at first, functional later, reliably better
    IMPROVED = 2  # reliably better, but not recovered
    UNCHANGED = 3
    DETERIORATED = 4  # reliably worse, the newly clinical apart
    NEWLY_CLINICAL = 5  # reliably worse, functional at first, clinical later
    # The same two where the line parts no clinical from a functional population: `uncalled`.
    BETTER_PAST_THE_LINE = 6
    WORSE_PAST_THE_LINE = 7

    @property
    def label(self) -> str:
        if self in (Class.BETTER_PAST_THE_LINE, Class.WORSE_PAST_THE_LINE):
            better = self is Class.BETTER_PAST_THE_LINE
            return f"{'improved' if better else 'deteriorated'}, past the line"
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Mean and SD of a group, in scale points. Raises ValueError where the SD isn't above 0."""

    mean: float
    sd: float
    group: str = "as stated"
    checked: bool = False

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and isfinite(self.sd) and self.sd > 0):
            raise ValueError(f"mean {self.mean}, SD {self.sd}: expected numbers, the SD above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Which scores lie on the worse side of a scale, the clinical one where it has one."""

    value: float  # scale points
    rule: LineRule
    source: str  # the groups it was computed from, or who published it
    at_is_clinical: bool = True  # whether a score of just this value is on the clinical side
    checked: bool = False
    name: str = ""  # as published; a computed one has none
    tells_recovery: bool = False  # whether it parts a clinical from a functional population


def cutoff_a(clinical: Moments, sign: int) -> float:
    """M_c + sign 2 S_c (Jacobson & Truax 1991). `sign` is +1 where higher is better, else -1."""
    return clinical.mean + sign * _SDS * clinical.sd


def cutoff_b(functional: Moments, sign: int) -> float:
    """M_f - sign 2 S_f (Jacobson & Truax 1991)."""
    return functional.mean - sign * _SDS * functional.sd


def cutoff_c(clinical: Moments, functional: Moments) -> float:
    """(S_c M_f + S_f M_c) / (S_c + S_f) (Jacobson & Truax 1991)."""
    weighed = clinical.sd * functional.mean + functional.sd * clinical.mean
    return weighed / (clinical.sd + functional.sd)


def overlap(clinical: Moments, functional: Moments) -> bool:
    """Whether the two groups' means plus and minus two SDs meet."""
    return abs(functional.mean - clinical.mean) < _SDS * (clinical.sd + functional.sd)


def choose_line(
    clinical: Moments | None,
    functional: Moments | None,
    sign: int,
    rule: LineRule | None = None,
) -> Line | None:
    """The cut-off that the norms allow; None without a norm, or where neither way is better.

    c where both norms exist and overlap, b where they don't overlap (then the functional norm
    says more) or where it is the only one, else a (Jacobson & Truax 1991). `rule` asks for one.
    Raises ValueError where that one's norm is missing, and where the clinical group would be the
    better one.
    """
    if sign == 0:
        return None
    if clinical and functional and sign * (functional.mean - clinical.mean) <= 0:
        raise ValueError(
            f"clinical mean {clinical.mean:g}, functional mean {functional.mean:g}: expected the "
            f"functional one to be {'higher' if sign > 0 else 'lower'}"
        )
    if rule is None:
        if clinical and functional:
            rule = LineRule.C if overlap(clinical, functional) else LineRule.B
        elif functional:
            rule = LineRule.B
        elif clinical:
            rule = LineRule.A
        else:
            return None
    groups = []
    if rule in (LineRule.A, LineRule.C):
        groups.append(_needed(clinical, rule, "clinical"))
    if rule in (LineRule.B, LineRule.C):
        groups.append(_needed(functional, rule, "functional"))
    match rule:
        case LineRule.A:
            value = cutoff_a(groups[0], sign)
        case LineRule.B:
            value = cutoff_b(groups[0], sign)
        case LineRule.C:
            value = cutoff_c(groups[0], groups[1])
        case LineRule.PUBLISHED:
            raise ValueError("a published cut-off isn't computed")
    return Line(
        value=value,
        rule=rule,
        source=" and ".join(group.group for group in groups),
        checked=all(group.checked for group in groups),
    )


def published_line(cutoffs: Sequence[Cutoff], sign: int, age: int | None = None) -> Line | None:
    """The first published line of a scale whose unwell side is its worse one; None without one.

    `age` in years picks lines that are for some ages only; without it those are left out.
    """
    worse = {-1: (Operator.AT_LEAST, Operator.MORE), 1: (Operator.LESS, Operator.AT_MOST)}
    for cutoff in cutoffs:
        fits = cutoff.ages is None or (age is not None and cutoff.ages.includes(age))
        if fits and cutoff.side is Side.UNWELL and cutoff.op in worse.get(sign, ()):
            return Line(
                value=cutoff.value,
                rule=LineRule.PUBLISHED,
                source=cutoff.source,
                at_is_clinical=cutoff.op in (Operator.AT_LEAST, Operator.AT_MOST),
                checked=cutoff.checked,
                name=cutoff.name,
            )
    return None


def line_of(scale: Scale, sign: int, age: int | None = None) -> Line | None:
    """A scale's line: the published one, else that of its first norms with an SD. It tells of
    recovery only where the definition says that it parts a clinical from a functional population.

    None where neither way is better, where there is no norm, and where the groups on record
    can't be told apart (the clinical one is not the worse). Attachment has no computed line:
    its scores diagnose nothing, and nobody recovers from a way of being attached.
    """
    declared = scale.recovery is not None
    found = published_line(scale.cutoffs, sign, age)
    if found or scale.domain is Domain.ATTACHMENT:
        return replace(found, tells_recovery=declared) if found else None
    clinical, functional = (
        next(
            (
                Moments(mean=n.mean, sd=n.sd, group=n.group, checked=n.checked)
                for n in norms
                if n.sd is not None
            ),
            None,
        )
        for norms in (scale.clinical, scale.norms)
    )
    if clinical and functional and sign * (functional.mean - clinical.mean) <= 0:
        return None
    line = choose_line(clinical, functional, sign)
    # Of one group alone a line parts no two.
    parts = declared and clinical is not None and functional is not None
    return replace(line, tells_recovery=parts) if line else None


def is_clinical(
    score: ArrayLike, line: ArrayLike, sign: ArrayLike, at_is_clinical: ArrayLike = True
) -> Bools:
    """Whether a score lies on the clinical side, of their broadcast shape; NaN lies on neither."""
    past = np.asarray(sign) * (np.asarray(score, dtype=np.float64) - np.asarray(line))
    clinical: Bools = (past < 0) | ((past == 0) & np.asarray(at_is_clinical))
    return clinical


def classes(
    first: ArrayLike,
    last: ArrayLike,
    better: ArrayLike,
    line: ArrayLike,
    sign: ArrayLike,
    *,
    at_is_clinical: ArrayLike = True,
    later_holds: ArrayLike = True,
) -> NDArray[np.int8]:
    """The Class of each person (Jacobson & Truax 1991), of the broadcast shape.

    `first` and `last` in scale points, NaN where missing; `better` is +1 for reliably better, -1
    reliably worse, 0 neither; `line` in points, NaN where there is none (nobody is recovered or
    newly clinical then); `sign` as in `cutoff_a`, 0 gives NOT_TOLD. `later_holds` is what a
    publisher asks of the later score besides, before it is called recovery.
    """
    start, end = np.asarray(first, dtype=np.float64), np.asarray(last, dtype=np.float64)
    change, way = np.asarray(better), np.asarray(sign)
    was = is_clinical(start, line, way, at_is_clinical)
    now = is_clinical(end, line, way, at_is_clinical)
    has_line = ~np.isnan(np.asarray(line, dtype=np.float64))
    told = ~np.isnan(start) & ~np.isnan(end) & (way != 0)
    found = np.select(
        [
            ~told,
            (change > 0) & was & ~now & has_line & np.asarray(later_holds),
            change > 0,
            (change < 0) & ~was & now & has_line,
            change < 0,
        ],
        [
            Class.NOT_TOLD,
            Class.RECOVERED,
            Class.IMPROVED,
            Class.NEWLY_CLINICAL,
            Class.DETERIORATED,
        ],
        default=Class.UNCHANGED,
    )
    return found.astype(np.int8)


def uncalled(codes: NDArray[np.int8], tells_recovery: ArrayLike) -> NDArray[np.int8]:
    """The same classes where nobody is called recovered, or newly clinical, by a line that parts no
    clinical from a functional population; (n,) each."""
    bare = ~np.asarray(tells_recovery, dtype=bool)
    found = np.where(bare & (codes == Class.RECOVERED), Class.BETTER_PAST_THE_LINE, codes)
    found = np.where(bare & (codes == Class.NEWLY_CLINICAL), Class.WORSE_PAST_THE_LINE, found)
    return found.astype(np.int8)


def counts(codes: NDArray[np.int8]) -> dict[str, int]:
    """How many of each class. The newly clinical are counted among the deteriorated as well."""
    each = np.bincount(codes.ravel(), minlength=len(Class))
    return {
        "recovered": int(each[Class.RECOVERED]),
        "improved": int(each[Class.IMPROVED]),
        "unchanged": int(each[Class.UNCHANGED]),
        "deteriorated": int(each[Class.DETERIORATED] + each[Class.NEWLY_CLINICAL]),
        "newly_clinical": int(each[Class.NEWLY_CLINICAL]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pcl5:
    """The PCL-5's own rule (Marx 2022), a bool a person."""

    reliably_better: Bools
    reliably_worse: Bools
    significant: Bools  # reliably better, and 28 or less later


def pcl5(first: ArrayLike, last: ArrayLike, threshold: float = PCL5_RELIABLE) -> Pcl5:
    """What the PCL-5's total says; scores (n,) 0 to 80. `threshold` 18 in Marx's second sample."""
    later = np.asarray(last, dtype=np.float64)
    moved = reliably(later - np.asarray(first, dtype=np.float64), threshold, strict=False)
    better = moved < 0
    return Pcl5(
        reliably_better=better,
        reliably_worse=moved > 0,
        significant=better & (later <= PCL5_LATER_AT_MOST),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkingTherapies:
    """NHS Talking Therapies' rules, a bool a person; all False where one of four is missing."""

    told: Bools
    at_caseness: Bools  # PHQ-9 10 or more, or GAD-7 8 or more, at first
    recovered: Bools  # at caseness at first, below both at last
    reliably_improved: Bools
    reliably_deteriorated: Bools
    reliably_recovered: Bools


def talking_therapies(
    phq9_first: ArrayLike, phq9_last: ArrayLike, gad7_first: ArrayLike, gad7_last: ArrayLike
) -> TalkingTherapies:
    """What became of each finished course, by both questionnaires (NHS England); arrays (n,)."""
    phq_1, phq_2, gad_1, gad_2 = (
        np.asarray(scores, dtype=np.float64)
        for scores in (phq9_first, phq9_last, gad7_first, gad7_last)
    )
    told = ~np.isnan(phq_1 + phq_2 + gad_1 + gad_2)
    phq = reliably(phq_2 - phq_1, PHQ9_RELIABLE, strict=False)
    gad = reliably(gad_2 - gad_1, GAD7_RELIABLE, strict=False)
    better = told & ((phq < 0) | (gad < 0)) & (phq <= 0) & (gad <= 0)
    worse = told & ((phq > 0) | (gad > 0)) & (phq >= 0) & (gad >= 0)
    case = told & ((phq_1 >= PHQ9_CASE) | (gad_1 >= GAD7_CASE))
    recovered = case & (phq_2 < PHQ9_CASE) & (gad_2 < GAD7_CASE)
    return TalkingTherapies(
        told=told,
        at_caseness=case,
        recovered=recovered,
        reliably_improved=better,
        reliably_deteriorated=worse,
        reliably_recovered=recovered & better,
    )


def _needed(group: Moments | None, rule: LineRule, name: str) -> Moments:
    if group is None:
        raise ValueError(f"cut-off {rule} needs mean and SD of a {name} group")
    return group
