"""Which scores answers come to: one function for one form or ten million.

Answers are a matrix of small integers in whole steps, one row per administration, one column per
item in the definition's order; negative values are the reasons why there is no answer. A missing
answer is never a zero: within a scale's rule it counts as the person's own mean, beyond it the
scale has no score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.words import Method, State

BLANK = -1
DECLINED = -2
NOT_APPLICABLE = -3

Answers = NDArray[np.signedinteger[Any]]  # 8 or 16 bits
Column = NDArray[np.signedinteger[Any]]
Blanks = NDArray[np.int8]

# Rows worked on at a time: their columns stay in the processor's cache (measured).
BLOCK = 32_000
_STATES = tuple(State)


@dataclass(slots=True, kw_only=True, eq=False)
class ScaleScores:
    """One scale's scores, a row per administration."""

    value: NDArray[np.float64]  # scale points; NaN where there is no score
    answered: NDArray[np.int16]  # items answered, of `asked`
    asked: int
    state: NDArray[np.uint8]  # StateCode

    def states(self) -> list[State]:
        return [_STATES[code] for code in self.state.tolist()]


def score(
    instrument: Instrument, answers: Answers, *, informant: str | None = None
) -> dict[str, ScaleScores]:
    """Scores of every computed scale (of this informant, if named) by scale id.

    `answers` has shape (administrations, items). Raises Invalid where the instrument takes ready
    scores only, where the shape is another, and where an answer is outside its item's range.
    """
    if not instrument.accepts_items:
        raise Invalid(f"{instrument.short_name} is entered as ready scores, not by its items.")
    items = len(instrument.items)
    if answers.ndim != 2 or answers.shape[1] != items:
        raise Invalid(f"{instrument.short_name} expects {items} answers a row.")
    if answers.dtype not in (np.int8, np.int16):
        raise Invalid("Answers are expected as whole numbers of 8 or 16 bits.")
    rows = len(answers)
    scales = [s for s in instrument.scales_for(informant) if s.method is not Method.GIVEN]
    scores = {
        scale.id: ScaleScores(
            value=np.empty(rows, np.float64),
            answered=np.empty(rows, np.int16),
            asked=len(scale.items),
            state=np.empty(rows, np.uint8),
        )
        for scale in scales
    }
    for start in range(0, rows, BLOCK):
        block = slice(start, start + BLOCK)
        columns = np.ascontiguousarray(answers[block].T)
        refuse_out_of_range(instrument, columns, first_row=start)
        for scale in scales:
            _score_block(instrument, scale, columns, scores[scale.id], block)
    return scores


def keyed_answers(instrument: Instrument, scale: Scale, answers: Answers) -> NDArray[np.int16]:
    """A scale's answers as they count in it, reversed or recoded, shape (administrations, items).

    For complete rows: a missing answer reads as 0, as a sum needs it.
    """
    columns = np.ascontiguousarray(answers.T)
    keyed = np.zeros((len(answers), len(scale.items)), np.int16)
    parts = [instrument.scale(part) for part in scale.of] or [scale]
    pairs = [(part, number) for part in parts for number in part.items]
    for place, (part, number) in enumerate(pairs):
        single = part.model_copy(update={"items": (number,)})
        keyed[:, place] = _total(instrument, single, columns)[0]
    return keyed


def refuse_out_of_range(instrument: Instrument, columns: Answers, *, first_row: int = 0) -> None:
    """Raises Invalid, naming the first answers that are outside their item's range.

    `columns` has shape (items, administrations); rows are counted from 1 after `first_row`.
    """
    if columns.size == 0:
        return
    lows = {item.low for item in instrument.items}
    highs = {item.high for item in instrument.items}
    # Most forms have one range: then the whole block is judged in two or three passes.
    if len(lows) == len(highs) == 1 and columns.min() >= NOT_APPLICABLE:
        low = lows.pop()
        if columns.max() <= highs.pop() and not any((columns == n).any() for n in range(low)):
            return
    wrong: list[str] = []
    for item, column in zip(instrument.items, columns, strict=True):
        outside = ((column < item.low) & (column >= 0)) | (column > item.high)
        outside |= column < NOT_APPLICABLE
        for row in np.flatnonzero(outside)[: 5 - len(wrong)].tolist():
            where = f"row {first_row + row + 1}, item {item.number}"
            wrong.append(f"{where}: found {column[row]}; expected {item.low} to {item.high}")
    if wrong:
        raise Invalid(f"{instrument.short_name}: " + "; ".join(wrong) + ", or empty.")


def _score_block(
    instrument: Instrument, scale: Scale, columns: Answers, scores: ScaleScores, block: slice
) -> None:
    """Writes the scores of one block of administrations into `scores`."""
    asked = len(scale.items)
    if scale.method is Method.MEAN_OF_SCALES:
        value, blanks = _mean_of_scales(instrument, scale, columns)
    else:
        total, blanks = _total(instrument, scale, columns)
        value = _value(instrument, scale, total, blanks)
    gaps = blanks > 0
    beyond = blanks > scale.missing_allowed
    value[beyond] = np.nan
    scores.value[block] = value
    np.subtract(np.int8(asked), blanks, out=scores.answered[block])
    # Complete 0, prorated 1, incomplete 2: one for each threshold passed.
    np.add(gaps.view(np.uint8), beyond.view(np.uint8), out=scores.state[block])


def _total(instrument: Instrument, scale: Scale, columns: Answers) -> tuple[Column, Blanks]:
    """The sum of the answers given, reversed where the scale says so, and the count of blanks."""
    rows = columns.shape[1]
    # As narrow as the sum and the answers allow: a narrower column is sooner added.
    narrow = columns.dtype == np.int8 and _largest(instrument, scale) <= np.iinfo(np.int8).max
    total: Column = np.zeros(rows, np.int8 if narrow else np.int16)
    blanks = np.zeros(rows, np.int8)
    given = np.empty_like(total)
    missing = np.empty(rows, np.bool_)
    counted = missing.view(np.int8)
    for number in scale.items:
        column = columns[number - 1]
        np.less(column, 0, out=missing)
        np.add(blanks, counted, out=blanks)
        if scale.method is Method.RECODE_MEAN:
            np.add(total, _recoded(scale, number, column), out=total, casting="same_kind")
            continue
        np.maximum(column, 0, out=given)
        if number in scale.reverse:
            ends = instrument.item(number).low + instrument.item(number).high
            np.subtract(ends, given, out=given)
            given[missing] = 0
        np.add(total, given, out=total)
    return total, blanks


def _largest(instrument: Instrument, scale: Scale) -> int:
    return sum(instrument.item(number).low + instrument.item(number).high for number in scale.items)


def _recoded(scale: Scale, number: int, column: Answers) -> NDArray[np.int16]:
    """Each answer as the scale's table has it; a missing one as 0, for its blank is counted."""
    table = scale.recode.get(str(number)) or scale.recode["default"]
    lookup = np.zeros(max(table) + 1 - NOT_APPLICABLE, np.int16)
    for answer, value in table.items():
        lookup[answer] = value  # the reasons for no answer read the zeros at the end
    return lookup[column]


def _value(
    instrument: Instrument, scale: Scale, total: Column, blanks: Blanks
) -> NDArray[np.float64]:
    """Scores on the scale's own range, a blank counting as the mean of the answers given."""
    asked, steps = len(scale.items), instrument.steps_per_unit
    if scale.convert:
        return _converted(scale.convert, total)
    mean = scale.method in (Method.MEAN, Method.RECODE_MEAN)
    value = total / np.float64(asked * steps if mean else steps)
    some = np.flatnonzero(blanks > 0)  # few: only these are worked out anew
    if some.size:
        answered = np.maximum(asked - blanks[some], 1)
        sums = total[some] / (answered * np.float64(steps))
        value[some] = sums if mean else sums * asked
    if scale.method is Method.SUM_SCALED:
        value *= scale.factor
        value += scale.offset
    return value


def _converted(table: Mapping[int, float], total: Column) -> NDArray[np.float64]:
    """The plain sum looked up; sums that only a blank explains are not in the table."""
    lookup = np.full(max(table) + 1, np.nan)
    for raw, metric in table.items():
        lookup[raw] = metric
    return lookup[total]


def _mean_of_scales(
    instrument: Instrument, scale: Scale, columns: Answers
) -> tuple[NDArray[np.float64], Blanks]:
    """The mean of the parts, each the mean of its answered items; blanks over all of them."""
    rows = columns.shape[1]
    value, blanks = np.zeros(rows), np.zeros(rows, np.int8)
    for part in (instrument.scale(part_id) for part_id in scale.of):
        total, missing = _total(instrument, part, columns)
        part_value = _value(instrument, part, total, missing)
        part_value[missing == len(part.items)] = np.nan
        value += part_value
        blanks += missing
    return value / len(scale.of), blanks
