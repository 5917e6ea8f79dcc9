"""What a file's columns mean, said once by a person and kept with the import."""

import hashlib
import json
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from attachdash.instruments import (
    SELF,
    Instrument,
    Method,
    RelationKind,
    answered_as,
    informants_of,
    targets_of,
)
from attachdash.intake.days import DATE_FORMATS, DateFormat
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, shown
from attachdash.intake.shapes import NOMINAL, PLAIN, Shape
from attachdash.intake.table import Table


class Mapping(BaseModel):
    """The meaning of one file's columns; either answers (`items`) or ready `scores`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instrument: str
    client: str  # the column of client codes
    answered_on: str  # the column of days
    date_format: DateFormat | None = None  # None: a person has yet to say it
    items: tuple[str, ...] = ()  # columns in the order of the definition's items
    scores: dict[str, str] = Field(default_factory=dict)  # scale id: column
    occasion: str | None = None  # the column that tells answers of one day apart
    informant: str = SELF  # who answered: the client, or a kind of relation
    about: str = SELF  # whom the answers are about
    # Or the columns that say so row by row, and what each of their words means: SELF or a kind.
    informant_column: str | None = None
    about_column: str | None = None
    people: dict[str, str] = Field(default_factory=dict)
    person_column: str | None = None  # that says by name which of a client's mothers it is
    # What the file writes for the lowest answer, once stated.
    coding_low: int | None = Field(default=None, ge=-9_999, le=9_999)
    missing: tuple[str, ...] = ()  # what the file writes for "not answered" besides nothing
    shape: Shape = PLAIN  # how it lays out its forms; the columns above are those it makes
    # What each answer in words is worth, as the definition counts; None: not answered.
    words: dict[str, int | None] = Field(default_factory=dict)
    # Columns that hold a total beside the answers, by scale id: compared, never kept.
    totals: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        names = [self.instrument, self.client, self.answered_on, *self.items]
        names += [*self.scores.values(), *self.totals.values()]
        if self.occasion is not None:
            names.append(self.occasion)
        names += self.people_columns
        if self.person_column is not None:
            names.append(self.person_column)
        if not all(name.strip() for name in names):
            raise ValueError("a column name is empty")
        if not set(self.people.values()) <= {SELF, *RelationKind}:
            raise ValueError(
                "a word for a person means none of " + ", ".join((SELF, *RelationKind))
            )
        if len({folded(word) for word in self.people}) != len(self.people):
            raise ValueError("a word for a person has two meanings")
        if self.informant_column is not None and self.informant != SELF:
            raise ValueError("who answered is said for all rows, and by a column too")
        if self.about_column is not None and self.about != SELF:
            raise ValueError("whom it is about is said for all rows, and by a column too")
        if (
            self.person_column
            and not self.people_columns
            and {self.informant, self.about} == {SELF}
        ):
            raise ValueError("a column names somebody, but all rows are by and about the client")
        if len({folded(word) for word in self.words} - {""}) != len(self.words):
            raise ValueError("a word is empty, or has a value twice")
        return self

    @property
    def is_nominal(self) -> bool:
        """Whether the days are worked out from a start rather than recorded."""
        return self.shape.nominal is not None and self.answered_on == NOMINAL

    @property
    def people_columns(self) -> tuple[str, ...]:
        """The columns that say who answered, or about whom."""
        said = (self.informant_column, self.about_column)
        return tuple(dict.fromkeys(one for one in said if one is not None))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping reads."""
        said = (self.client, self.answered_on, *self.items, *self.scores.values())
        said += (*self.totals.values(), *self.people_columns)
        return (*said, *(one for one in (self.occasion, self.person_column) if one is not None))

    @property
    def sha256(self) -> str:
        """A fingerprint of what was said, the same for the same meaning."""
        body = self.model_dump(mode="json")
        if self.about == SELF:
            # As it was before it could be said: the same file is still the same file.
            del body["about"]
        people = {folded(word): meaning for word, meaning in self.people.items()}
        for name in ("informant_column", "about_column", "people", "person_column"):
            if not body.pop(name):
                continue
            body[name] = people if name == "people" else getattr(self, name)
        body["missing"] = sorted({code.strip() for code in self.missing})
        body["words"] = {folded(word): value for word, value in self.words.items()}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def check_mapping(table: Table, mapping: Mapping, instrument: Instrument) -> None:
    """Raise Unreadable with all that keeps this mapping from reading this file."""
    assert mapping.instrument == instrument.id, "the mapping belongs to another instrument"
    said: list[tuple[str, str]] = [  # what was expected, and the cure
        *_columns_wrong(table, mapping),
        *_entry_wrong(mapping, instrument),
        *_coding_wrong(mapping, instrument),
        *_words_wrong(mapping, instrument),
        *_totals_wrong(mapping, instrument),
    ]
    if not mapping.people_columns:
        said += people_wrong(instrument, mapping.informant, mapping.about)
    if mapping.date_format is None:
        formats = "; ".join(DATE_FORMATS.values())
        said.append((f"how the days are written: {formats}", "Say it once for the whole file."))
    if said:
        raise Unreadable(
            Problem(kind=ProblemKind.MAPPING, file=table.file_name, expected=expected, cure=cure)
            for expected, cure in said
        )


def people_wrong(instrument: Instrument, informant: str, about: str) -> list[tuple[str, str]]:
    """Why this informant can't have answered it about that person: what is expected, the cure."""
    name, wrong = instrument.short_name, []
    who, whom = informants_of(instrument), targets_of(instrument)
    if informant not in who:
        wrong.append((f"{name} answered by: {' or '.join(who)}", "Say who answered."))
    if about not in whom:
        wrong.append((f"{name} about: {' or '.join(whom)}", "Say whom the answers are about."))
    elif about != SELF and informant != SELF:
        wrong.append(
            (
                f"answers about the client, where {informant} gave them",
                "Say one of the two: who answered, or whom the client answered about.",
            )
        )
    return wrong


def _columns_wrong(table: Table, mapping: Mapping) -> list[tuple[str, str]]:
    wrong = []
    absent = [shown(name) for name in dict.fromkeys(mapping.columns) if name not in table.columns]
    if absent:
        wrong.append(
            (
                f"the {_columns_word(absent)}, which the file doesn't have",
                "Say anew what the columns mean.",
            )
        )
    twice = [name for name in dict.fromkeys(mapping.columns) if mapping.columns.count(name) > 1]
    if twice:
        wrong.append(
            (
                f"one meaning for each column, but several for "
                f"{_columns_word([shown(name) for name in twice])}",
                "Give each column one meaning.",
            )
        )
    return wrong


def _columns_word(names: list[str]) -> str:
    return f"{'column' if len(names) == 1 else 'columns'} {', '.join(names)}"


def _entry_wrong(mapping: Mapping, instrument: Instrument) -> list[tuple[str, str]]:
    name = instrument.short_name
    if mapping.items and mapping.scores:
        return [
            (
                "either answers or ready scores, but the mapping names both",
                "Leave the scores out: they are computed from the answers.",
            )
        ]
    if not mapping.items and not mapping.scores:
        return [("columns with answers or ready scores", "Say which columns hold them.")]
    if mapping.items:
        if not instrument.accepts_items:
            return [
                (
                    f"ready scores: single answers of {name} are not taken, because its "
                    "scoring key could not be confirmed",
                    "Choose the columns that hold its scores.",
                )
            ]
        asked, given = len(instrument.items), len(mapping.items)
        if asked != given:
            return [
                (
                    f"{asked} answer columns for {name}, one for each item, but {given} are named",
                    "A form with another number of items is another instrument.",
                )
            ]
        return []
    if "scores" not in instrument.entry:
        return [(f"the single answers of {name}", "Choose the columns that hold its items.")]
    known = [scale.id for scale in instrument.scales]
    strange = [shown(scale) for scale in mapping.scores if scale not in known]
    if strange:
        return [
            (
                f"scales of {name} ({', '.join(known)}), but the mapping names "
                f"{', '.join(strange)}",
                "Choose the scale each column holds.",
            )
        ]
    not_theirs = [
        scale.name
        for scale in instrument.scales_for(None)
        if not mapping.people_columns  # then each row is looked at by itself
        and scale.id in mapping.scores
        and not scale.is_for(_word(mapping, instrument))
    ]
    if not_theirs:
        return [
            (
                f"scales that {mapping.informant} answers, but {', '.join(not_theirs)} is not one",
                "Choose another scale, or say who answered.",
            )
        ]
    return []


def _coding_wrong(mapping: Mapping, instrument: Instrument) -> list[tuple[str, str]]:
    wrong = []
    if mapping.coding_low is not None and mapping.scores:
        wrong.append(
            (
                "no coding for ready scores",
                "Bring the scores onto the range of the definition first.",
            )
        )
    ranges = {(item.low, item.high) for item in instrument.items}
    if mapping.coding_low is not None and len({low for low, _ in ranges}) > 1:
        wrong.append(
            (
                f"the definition's own codes: the items of {instrument.short_name} don't share "
                "a lowest answer",
                "Leave the coding unsaid.",
            )
        )
    for code in mapping.missing:
        number = as_number(code.strip())
        if number is None:
            continue
        if mapping.items:
            shift = file_shift(mapping, instrument)
            spans = {
                (low * instrument.step + shift, high * instrument.step + shift)
                for low, high in ranges
            }
        else:
            spans = {
                (scale.low, scale.high) for scale in instrument.scales if scale.id in mapping.scores
            }
        if any(low <= number <= high for low, high in spans):
            wrong.append(
                (
                    f"another sign for “not answered”: {shown(code)} is also an answer of "
                    f"{instrument.short_name}",
                    "If the file counts its answers from another number, say what it writes for "
                    "the lowest one.",
                )
            )
    return wrong


def _words_wrong(mapping: Mapping, instrument: Instrument) -> list[tuple[str, str]]:
    if mapping.words and not mapping.items:
        return [("values of words only where the file holds answers", "Leave the words out.")]
    wrong = []
    numbers = [shown(word) for word in mapping.words if as_number(word.strip()) is not None]
    if numbers:
        wrong.append(
            (
                f"values for words, but {', '.join(numbers)} can be read as it stands",
                "If the file counts its answers from another number, say what it writes for the "
                "lowest one.",
            )
        )
    codes = {folded(code) for code in mapping.missing}
    both = [shown(word) for word in mapping.words if folded(word) in codes]
    if both:
        wrong.append(
            (
                f"one meaning for each word, but {', '.join(both)} is a missing code too",
                "Name it once.",
            )
        )
    low = min((item.low for item in instrument.items), default=0) * instrument.step
    high = max((item.high for item in instrument.items), default=0) * instrument.step
    beyond = [
        f"{shown(word)} = {value}"
        for word, value in mapping.words.items()
        if value is not None and not low <= value <= high
    ]
    if beyond:
        wrong.append(
            (
                f"values from {low:g} to {high:g}, as {instrument.short_name} counts, but "
                f"{', '.join(beyond)}",
                "Say anew what these words are worth.",
            )
        )
    return wrong


def _totals_wrong(mapping: Mapping, instrument: Instrument) -> list[tuple[str, str]]:
    if not mapping.totals:
        return []
    if not mapping.items:
        return [("answers to compare the totals with", "Name the columns of answers too.")]
    computed = {
        scale.id
        for scale in instrument.scales_for(
            None if mapping.people_columns else _word(mapping, instrument)
        )
        if scale.method is not Method.GIVEN
    }
    strange = [shown(scale) for scale in mapping.totals if scale not in computed]
    if not strange:
        return []
    return [
        (
            f"totals of the scales that are computed ({', '.join(sorted(computed))}), but the "
            f"mapping names {', '.join(strange)}",
            "Choose the scale each total is of, or leave it out.",
        )
    ]


def _word(mapping: Mapping, instrument: Instrument) -> str:
    # For one that the instrument doesn't know no scale is made.
    return answered_as(instrument, mapping.informant) or mapping.informant


def folded(text: str) -> str:
    """A word as words are compared: without outer blanks, capitals like small letters."""
    return text.strip().casefold()


def file_shift(mapping: Mapping, instrument: Instrument) -> float:
    """How far the file's codes lie above the definition's (1 where 1 to 4 stands for 0 to 3)."""
    if mapping.coding_low is None or not instrument.items:
        return 0.0
    return mapping.coding_low - min(item.low for item in instrument.items) * instrument.step


def as_number(text: str) -> float | None:
    """The number a text writes in plain digits with a decimal point, or None."""
    digits = text.removeprefix("-")
    whole, point, part = digits.partition(".")
    if not (whole.isascii() and whole.isdigit()) or len(whole) > 12:
        return None
    # Programs write a mean with all the digits they hold: 3.3333333333333335.
    if point and not (part.isascii() and part.isdigit() and len(part) <= 16):
        return None
    number = float(text)
    # "-0" is no code anybody gives: it must not become an answer of 0.
    return None if number == 0 and text.startswith("-") else number
