"""What one cell says as an answer or a score: a number, nothing, or why it is refused.

A cell is the lowest answer only where its text is the lowest answer's code. Whatever can't be
told is refused, never read as nothing and never as 0.
"""

import re
from collections.abc import Mapping as Words
from dataclasses import dataclass, field

from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE
from attachdash.intake.mapping import as_number, folded
from attachdash.intake.problems import ProblemKind, Wrong

DECIMAL_COMMA = re.compile(r"-?[0-9]+,[0-9]+")
# What other programs write where nothing was answered; only a hint, never believed unsaid.
LIKE_MISSING_WORDS = frozenset(
    {"na", "n/a", "#n/a", "n.a.", "n/k", "nan", "null", "#null!", "none", "nil", "inf"}
    | {"-", "--", "–", "—", ".", "?", "x", "missing", "unknown", "blank"}
)
LIKE_MISSING_NUMBERS = frozenset({-9, -99, -999, -1, 9, 88, 77, 99, 98, 888, 999, 9999})
# Named as missing codes these keep their meaning; an export writes them.
REASONS = {"declined": DECLINED, "not applicable": NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class MissingCodes:
    """What a file writes for "not answered", as text and, where it is one, as a number."""

    words: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, codes: tuple[str, ...]) -> "MissingCodes":
        """The codes of a mapping; case and outer blanks don't matter."""
        words = frozenset(code.strip().casefold() for code in codes)
        numbers = (as_number(word) for word in words)
        return cls(words, frozenset(number for number in numbers if number is not None))

    def __contains__(self, text: str) -> bool:
        if text.casefold() in self.words:
            return True
        return bool(self.numbers) and as_number(text) in self.numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReader:
    """Reads the cells of one item column into whole steps of the definition."""

    low: int  # the definition's, in whole steps
    high: int
    step: float  # value of a whole step as the file writes it
    shift: int  # steps by which the file's codes lie above the definition's
    missing: MissingCodes
    # Whole steps of each word, folded, that was given a value; None: not answered.
    words: Words[str, int | None] = field(default_factory=dict)

    @property
    def span(self) -> str:
        """The answers as the file writes them: "1 to 4"."""
        low, high = ((self.shift + end) * self.step for end in (self.low, self.high))
        return f"{low:g} to {high:g}"

    @property
    def expected(self) -> str:
        """What an item cell may hold."""
        return f"{self.span}, or empty if not answered"

    def read(self, text: str) -> int | Wrong:
        """Whole steps from low to high, why there is no answer, or why the cell is refused."""
        text = text.strip()
        if not text or text in self.missing:
            return REASONS.get(text.casefold(), BLANK)
        number = as_number(text)
        if number is None:
            return self._worded(text) if self.words else _no_number(text, self.expected)
        steps = number / self.step
        # Tenths have no exact binary form; whole numbers must be exact, as they are written too.
        if self.step == 1:
            fits = not text.partition(".")[2].strip("0")
        else:
            fits = abs(steps - round(steps)) <= 1e-6
        if not fits:
            kind = "whole numbers" if self.step == 1 else f"steps of {self.step:g}"
            return Wrong(
                kind=ProblemKind.DECIMAL,
                expected=f"{self.span} in {kind}, or empty if not answered",
                cure="Check the answer sheet.",
            )
        value = round(steps) - self.shift
        if not self.low <= value <= self.high:
            return _out_of_range(text, number, self.expected)
        return value

    def _worded(self, text: str) -> int | Wrong:
        if folded(text) not in self.words:
            return Wrong(
                kind=ProblemKind.WORD,
                expected=f"a word that was given a value, {self.expected}",
                cure="Say what this word is worth, or spell it like the others: it is never "
                "taken as 0.",
            )
        value = self.words[folded(text)]
        if value is None:
            return REASONS.get(folded(text), BLANK)
        if not self.low <= value <= self.high:
            return Wrong(
                kind=ProblemKind.OUT_OF_RANGE,
                expected=f"{self.expected}; this word was given {value * self.step:g}",
                cure="An item with other answers needs other words.",
            )
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReader:
    """Reads the cells of one column of ready scores."""

    low: float
    high: float
    decimal_comma: bool  # only in files separated by semicolons, where 1,5 can't be two cells
    missing: MissingCodes

    @property
    def expected(self) -> str:
        """What a score cell may hold."""
        return f"{self.low:g} to {self.high:g}, or empty if there is no score"

    def read(self, text: str) -> float | Wrong:
        """The score, NaN where there is none, or why the cell is refused."""
        text = text.strip()
        if not text or text in self.missing:
            return float("nan")
        if DECIMAL_COMMA.fullmatch(text) and self.decimal_comma:
            number = as_number(text.replace(",", "."))
        else:
            number = as_number(text)
        if number is None:
            return _no_number(text, self.expected)
        if not self.low <= number <= self.high:
            return _out_of_range(text, number, self.expected)
        return number


def _no_number(text: str, expected: str) -> Wrong:
    if text.casefold() in LIKE_MISSING_WORDS:
        return Wrong(kind=ProblemKind.NOT_A_NUMBER, expected=expected, cure=_name_it(text))
    if DECIMAL_COMMA.fullmatch(text):
        return Wrong(
            kind=ProblemKind.DECIMAL, expected=expected, cure="Write decimals with a point."
        )
    return Wrong(kind=ProblemKind.NOT_A_NUMBER, expected=expected, cure="Write the number itself.")


def _out_of_range(text: str, number: float, expected: str) -> Wrong:
    cure = _name_it(text) if number in LIKE_MISSING_NUMBERS else "Check the answer sheet."
    return Wrong(kind=ProblemKind.OUT_OF_RANGE, expected=expected, cure=cure)


def _name_it(text: str) -> str:
    return f"If {text} means “not answered” in this file, name it as a missing code."
