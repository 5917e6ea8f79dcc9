"""How was one score made? Each answer, what it counts as, and the lines of sums that they come to.

The lines are meant to be worked out again by hand: numbers that are not whole stand as the
fraction they are, so that the sum as written comes to the score itself and not to a rounding of
it. It is a second way to the score beside `scoring`; where the two differ, a mistake is ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from attachdash.errors import Invalid
from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.scoring import BLANK, DECLINED, NOT_APPLICABLE
from attachdash.instruments.words import Direction, Method, State

Z95 = 1.96  # half the width of a 95% interval, in standard errors

_NUMBERS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip


class Absent(StrEnum):
    """Why an item has no answer."""

    BLANK = "blank"
    DECLINED = "declined"
    NOT_APPLICABLE = "not applicable"


_ABSENT = {
    BLANK: Absent.BLANK,
    DECLINED: Absent.DECLINED,
    NOT_APPLICABLE: Absent.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStep:
    """One item on its way into the score, in units as on the paper."""

    number: int
    topic: str
    part: str  # the part of the scale that it belongs to; empty where there are none
    answer: float | None
    absent: Absent | None
    is_turned: bool
    how: str  # "turned, 3 − 2"; empty where it counts as answered
    counts_as: float | None  # None where nothing is counted for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the formula: `says`: `sum` = `shown` `unit`."""

    says: str
    sum: str  # arithmetic that comes to `value`, in the signs of print
    value: float
    shown: str  # the value as written, rounded
    unit: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to work out: the sum is the value."""
        return self.sum == self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How one administration came to one scale's score."""

    instrument: Instrument
    scale: Scale
    items: tuple[ItemStep, ...]  # none for a ready score
    lines: tuple[Line, ...]
    state: State
    value: float | None  # scale points; None where there is no score
    answered: int
    asked: int
    why_none: str  # in a sentence; empty where there is a score

    @property
    def share(self) -> float | None:
        """Where in the scale's range the score lies, 0 to 100, up is better."""
        return None if self.value is None else float(self.scale.share(self.value))

    @property
    def turned(self) -> int:
        """How many of the answers given count the other way round."""
        return sum(item.is_turned and item.answer is not None for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The answers of a scale, or of one part of it, in whole steps as they count."""

    scale: Scale
    counted: list[int]
    absent: int
    steps: int  # in one unit
    # The value, and the arithmetic that comes to it; None where nothing is answered.
    value: float | None = None
    sum: str = ""

    @property
    def total(self) -> float:
        """The sum of what is answered, in units."""
        return sum(self.counted) / self.steps

    @property
    def mean(self) -> float | None:
        """What a blank counts as, in units."""
        return self.total / len(self.counted) if self.counted else None


def steps(instrument: Instrument, scale: Scale, answers: Sequence[int]) -> Steps:
    """How these answers, in whole steps and item order, come to the scale's score.

    Raises Invalid for a scale that has only ready scores, and for another count of answers.
    """
    if scale.method is Method.GIVEN:
        raise Invalid(f"{instrument.scale_label(scale)} is entered as a ready score.")
    if len(answers) != len(instrument.items):
        raise Invalid(f"{instrument.short_name} expects {len(instrument.items)} answers.")
    parts = [
        _worked_out(instrument, part, answers)
        for part in ([instrument.scale(one) for one in scale.of] or [scale])
    ]
    answered = sum(len(part.counted) for part in parts)
    absent = sum(part.absent for part in parts)
    asked = len(scale.items)
    state = State.COMPLETE if not absent else State.PRORATED
    why = ""
    if absent > scale.missing_allowed:
        state = State.INCOMPLETE
        allowed = f"{in_words(scale.missing_allowed)} may be"
        why = f"{in_words(absent).capitalize()} of {in_words(asked)} are without an answer and "
        why += f"{allowed}: no score."
    elif any(part.value is None for part in parts):
        why = "What was answered is in no table of this questionnaire: no score."
    lines = [] if why else list(_lines(scale, parts))
    value = lines[-1].value if lines else None
    if value is not None:
        lines += _about(scale, value)
    return Steps(
        instrument=instrument,
        scale=scale,
        items=tuple(_items(instrument, scale, parts, answers, has_score=not why)),
        lines=tuple(lines),
        state=state,
        value=value,
        answered=answered,
        asked=asked,
        why_none=why,
    )


def steps_of_ready(instrument: Instrument, scale: Scale, value: float) -> Steps:
    """The same of a score that came in ready: nothing is known of its answers."""
    digits = in_digits(value, 2)
    came = Line(says="Came in as a ready score", sum=digits, value=value, shown=digits,
                unit=_of_range(scale))  # fmt: skip
    return Steps(
        instrument=instrument,
        scale=scale,
        items=(),
        lines=(came, *_about(scale, value)),
        state=State.GIVEN,
        value=value,
        answered=0,
        asked=len(scale.items),
        why_none="",
    )


def in_digits(value: float, places: int = 3) -> str:
    """A number in at most so many decimals, without noughts at the end, with a true minus."""
    digits = f"{value:.{places}f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return digits.replace("-", "−") if digits.strip("-0.") else "0"


def in_words(count: int) -> str:
    """A small count as a word, a larger one in digits."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _keyed(instrument: Instrument, scale: Scale, number: int, answer: int) -> int:
    """What an answer counts as, in whole steps."""
    if scale.method is Method.RECODE_MEAN:
        return (scale.recode.get(str(number)) or scale.recode["default"])[answer]
    if number in scale.reverse:
        item = instrument.item(number)
        return item.low + item.high - answer
    return answer


def _worked_out(instrument: Instrument, scale: Scale, answers: Sequence[int]) -> _Part:
    given = [(number, answers[number - 1]) for number in scale.items]
    counted = [_keyed(instrument, scale, number, one) for number, one in given if one >= 0]
    part = _Part(
        scale=scale, counted=counted, absent=len(given) - len(counted),
        steps=instrument.steps_per_unit,
    )  # fmt: skip
    if not counted:
        return part
    value, worked = _by_method(part)
    return _Part(
        scale=scale, counted=counted, absent=part.absent, steps=part.steps, value=value, sum=worked
    )


def _by_method(part: _Part) -> tuple[float | None, str]:
    """The value of a scale or part, and the arithmetic that comes to it."""
    scale, total, n = part.scale, part.total, len(part.counted)
    digits = in_digits(total)
    if scale.convert:
        return scale.convert.get(round(total)), f"{digits} in the conversion table"
    if scale.method in (Method.MEAN, Method.RECODE_MEAN):
        return total / n, f"{digits} ÷ {n}"
    value, worked = total, digits
    if part.absent:
        value = total + part.absent * total / n
        times = f"{part.absent} × " if part.absent > 1 else ""
        worked = f"{digits} + {times}{digits} ÷ {n}"
    if scale.method is Method.SUM_SCALED:
        if scale.factor != 1:
            worked = f"({worked})" if part.absent else worked
            worked = f"{worked} × {in_digits(scale.factor, 6)}"
        if scale.offset:
            sign = "+" if scale.offset > 0 else "−"
            worked = f"{worked} {sign} {in_digits(abs(scale.offset), 6)}"
        value = value * scale.factor + scale.offset
    return value, worked


def _items(
    instrument: Instrument, scale: Scale, parts: Sequence[_Part], answers: Sequence[int], *,
    has_score: bool,
) -> Iterator[ItemStep]:  # fmt: skip
    for part in parts:
        within = part.scale.name if scale.of else ""
        for number in part.scale.items:
            answer = answers[number - 1]
            yield ItemStep(
                number=number,
                topic=instrument.item(number).label,
                part=within,
                answer=None if answer < 0 else answer / part.steps,
                absent=_ABSENT[answer] if answer < 0 else None,
                is_turned=number in part.scale.reverse,
                how=_how(instrument, part, number, answer, has_score=has_score, within=within),
                counts_as=_counts_as(instrument, part, number, answer, has_score=has_score),
            )


def _counts_as(
    instrument: Instrument, part: _Part, number: int, answer: int, *, has_score: bool
) -> float | None:
    if answer >= 0:
        return _keyed(instrument, part.scale, number, answer) / part.steps
    return part.mean if has_score else None


def _how(
    instrument: Instrument, part: _Part, number: int, answer: int, *, has_score: bool, within: str
) -> str:
    if answer < 0:
        if not has_score:
            return _ABSENT[answer].value
        of = f" of “{within}”" if within else ""
        return f"{_ABSENT[answer]}: mean of the other {in_words(len(part.counted))}{of}"
    if part.scale.method is Method.RECODE_MEAN:
        counts = _keyed(instrument, part.scale, number, answer)
        return "" if counts == answer else f"recoded, {answer} counts as {counts}"
    if number not in part.scale.reverse:
        return ""
    item = instrument.item(number)
    ends = in_digits((item.low + item.high) / part.steps)
    return f"turned, {ends} − {in_digits(answer / part.steps)}"


def _lines(scale: Scale, parts: Sequence[_Part]) -> Iterator[Line]:
    """From the answers to the score, which is the last line's value."""
    for part in parts:
        within = f"{part.scale.name}, " if scale.of else ""
        yield _line(f"{within}{_which(part)}", " + ".join(_terms(part)), part.total)
        if part.absent and not part.scale.convert:
            mean = part.mean
            assert mean is not None
            each = "One" if part.absent == 1 else f"{in_words(part.absent).capitalize()}, each"
            yield _line(
                f"{within}{each} without an answer counts as",
                f"{in_digits(part.total)} ÷ {len(part.counted)}", mean, unit="(not rounded)",
            )  # fmt: skip
    if not scale.of:
        [part] = parts
        assert part.value is not None
        yield _line("Score", part.sum, part.value, places=2, unit=_of_range(scale))
        return
    values = [part.value for part in parts if part.value is not None]
    worked = " + ".join(part.sum for part in parts)
    yield _line(
        f"Score, the mean of the {in_words(len(parts))} parts", f"({worked}) ÷ {len(parts)}",
        sum(values) / len(parts), places=2, unit=_of_range(scale),
    )  # fmt: skip


def _terms(part: _Part) -> list[str]:
    return [in_digits(one / part.steps) for one in part.counted]


def _which(part: _Part) -> str:
    n = len(part.counted)
    said = f"{in_words(n)} answer{'' if n == 1 else 's'}".capitalize()
    if part.scale.method is Method.RECODE_MEAN:
        return f"{said}, recoded"
    return f"{said}, turned where needed" if part.scale.reverse else said


def _about(scale: Scale, value: float) -> list[Line]:
    """The score as a share of the range, and how much of one answer is noise where it is known."""
    way = {
        Direction.HIGHER: "of 100, up is better",
        Direction.LOWER: "of 100, turned so that up is better",
        Direction.NEITHER: "of 100, not turned",
    }[scale.direction]
    lines = [_line("Share of the range", _share(scale, value), float(scale.share(value)),
                   places=0, unit=way)]  # fmt: skip
    if scale.sem is not None:
        error = f"{in_digits(scale.sem.sd)} × √(1 − {in_digits(scale.sem.r)})"
        points = scale.sem.points
        lines.append(_line("Standard error of one answer", error, points, places=2))
        lines.append(
            _line("Noise of one answer", f"{Z95} × {error}", Z95 * points,
                  places=1 if Z95 * points >= 1 else 2, unit="either way, 95%")
        )  # fmt: skip
    return lines


def _share(scale: Scale, value: float) -> str:
    """The share's arithmetic, with as many decimals of the score as the shown share needs."""
    low, high = scale.range
    turned = scale.direction is Direction.LOWER
    span = _less(in_digits(high), low)
    shown = f"{scale.share(value):.0f}"
    same = (one for one in range(3, 12) if f"{scale.share(round(value, one)):.0f}" == shown)
    places = next(same, 12)
    digits = in_digits(value, places)
    above = f"{in_digits(high)} − {digits}" if turned else _less(digits, low)
    if turned and digits.startswith("−"):
        above = f"{in_digits(high)} + {digits[1:]}"
    return f"100 × ({above}) ÷ ({span})"


def _less(digits: str, low: float) -> str:
    return f"{digits} + {in_digits(-low)}" if low < 0 else f"{digits} − {in_digits(low)}"


def _line(says: str, worked: str, value: float, *, places: int = 3, unit: str = "") -> Line:
    return Line(says=says, sum=worked, value=value, shown=in_digits(value, places), unit=unit)


def _of_range(scale: Scale) -> str:
    if scale.low == 0:
        return f"of {in_digits(scale.high)}"
    return f"on {in_digits(scale.low)} to {in_digits(scale.high)}"
