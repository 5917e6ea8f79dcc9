"""What answers say beyond their scores: answers that want a person's eye, and diagnostic rules."""

import numpy as np
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments.model import Condition, Instrument, RiskItem
from attachdash.instruments.scoring import Answers, ScaleScores, score
from attachdash.instruments.sourced import COMPARISONS

Flags = NDArray[np.bool_]


def risk_answers(
    instrument: Instrument, answers: Answers
) -> tuple[tuple[RiskItem, Flags, Flags], ...]:
    """Each risk item, gravest kind first, with (positive, blank) per administration.

    Positive whatever the total, and whether or not there is one. Where several kinds rest on one
    item only the gravest is positive. Blank: not answered, for whatever reason.
    """
    found: list[tuple[RiskItem, Flags, Flags]] = []
    for risk in sorted(instrument.risk_items, key=_gravity, reverse=True):
        column = answers[:, risk.item - 1]
        positive = risk.wants_an_eye(column, instrument.steps_per_unit)
        for graver, is_graver, _ in found:
            if graver.item == risk.item:
                positive &= ~is_graver
        found.append((risk, positive, column < 0))
    return tuple(found)


def rule_met(
    instrument: Instrument, answers: Answers, scores: dict[str, ScaleScores] | None = None
) -> Flags:
    """Whether all conditions of the instrument's rule hold, per administration.

    A condition on a blank item, or on a scale without a score, does not hold. Raises Invalid where
    the instrument has no rule.
    """
    if instrument.rule is None:
        raise Invalid(f"{instrument.short_name} has no rule.")
    known = score(instrument, answers) if scores is None else scores
    met = np.ones(len(answers), np.bool_)
    for condition in instrument.rule.all:
        met &= _holds(condition, instrument, answers, known)
    return met


def _gravity(risk: RiskItem) -> tuple[int, int]:
    return risk.kind.gravity, -risk.item


def _holds(
    condition: Condition,
    instrument: Instrument,
    answers: Answers,
    scores: dict[str, ScaleScores],
) -> Flags:
    steps = instrument.steps_per_unit
    if condition.scale is not None and condition.items_at_least is not None:
        columns = [number - 1 for number in instrument.scale(condition.scale).items]
        reached = answers[:, columns] >= condition.items_at_least * steps
        counts: Flags = reached.sum(axis=1) >= (condition.count_at_least or 0)
        return counts
    assert condition.op is not None
    holds = COMPARISONS[condition.op]
    if condition.item is not None:
        column = answers[:, condition.item - 1]
        held: Flags = holds(column / steps, condition.value) & (column >= 0)
        return held
    assert condition.scale is not None
    above: Flags = holds(scores[condition.scale].value, condition.value)  # NaN never holds
    return above
