"""What an instrument is: its items, its scales and every figure known of them, with its source.

Whether the parts of a definition agree with each other is for `checks` to say.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from attachdash.instruments.sourced import (
    Ages,
    Band,
    Cutoff,
    ImportantChange,
    Norm,
    Reliability,
    ReliableChange,
    Shares,
    Sourced,
    StandardError,
)
from attachdash.instruments.strict import Count, Identified, Identifier, Model, Number, Word
from attachdash.instruments.words import (
    Direction,
    Domain,
    Kind,
    Method,
    MissingBasis,
    Operator,
    RiskKind,
)


class Scale(Identified):
    name: Word
    domain: Domain
    topic: Word
    items: tuple[int, ...] = ()
    reverse: tuple[int, ...] = ()
    method: Method
    factor: Number = 1
    offset: Number = 0
    of: tuple[Identifier, ...] = ()
    recode: Mapping[str, Mapping[int, int]] = {}
    convert: Mapping[int, float] = {}
    range: tuple[Number, Number]
    range_step: Number | None = None
    direction: Direction
    kind: Kind
    informants: tuple[Word, ...] = ()  # empty: all of the instrument's
    missing_allowed: Count = 0
    missing_basis: MissingBasis
    missing_note: Word | None = None
    norms: tuple[Norm, ...] = ()
    clinical: tuple[Norm, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    bands: tuple[Band, ...] = ()
    bands_source: Sourced | None = None
    reliability: Reliability = Reliability()
    transient_share: Annotated[Number, Field(ge=0, le=1)] | None = None
    # Of one practice, so no part of the definition or of its mark.
    shares: Shares | None = Field(default=None, exclude=True)
    sem: StandardError | None = None
    # By whose account the scale's line parts a clinical from a functional population. Without it
    # nobody is called recovered by the scale. Left out of the mark where there is none, so that
    # definitions written before it keep theirs.
    recovery: Sourced | None = Field(default=None, exclude_if=lambda one: one is None)
    reliable_change: ReliableChange | None = None
    important_change: ImportantChange | None = None
    person_change: bool
    why: Word  # why a person's change may, or may not, be told on this scale
    note: Word | None = None
    # The line as it is asked: only of instruments in our own words, each of whose scales is one.
    asked: Word | None = Field(default=None, exclude_if=lambda one: one is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else to know of it: how it is asked, where that is ours to say, and its note."""
        asked = f"Asked as “{self.asked}”" if self.asked else None
        return tuple(one for one in (asked, self.note) if one)

    @property
    def low(self) -> float:
        return self.range[0]

    @property
    def high(self) -> float:
        return self.range[1]

    @property
    def span(self) -> float:
        return self.high - self.low

    @overload
    def share(self, value: float) -> float: ...
    @overload
    def share(self, value: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def share(self, value: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        """Where in the scale's range a score lies, 0 to 100, turned so that up is better.

        A scale with no better direction is never turned.
        """
        share = 100 * (value - self.low) / self.span
        return 100 - share if self.direction is Direction.LOWER else share

    def band(self, score: float) -> Band | None:
        """The last band whose min the score reaches; None when the scale has no bands."""
        return next((band for band in reversed(self.bands) if score >= band.min), None)

    def is_for(self, informant: str | None) -> bool:
        return informant is None or not self.informants or informant in self.informants

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.range))


class RiskItem(Model):
    """An answer that wants a person's eye, whatever the total: at `min` or above, or, where a low
    answer is the grave one, at `max` or below. One of the two."""

    item: int
    # Left out of the mark where there is none, so that a definition keeps the mark it had.
    min: Count | None = Field(default=None, exclude_if=lambda one: one is None)
    max: Count | None = Field(default=None, exclude_if=lambda one: one is None)
    kind: RiskKind
    topic: Word

    @overload
    def wants_an_eye(self, answer: int, steps_per_unit: int) -> bool: ...
    @overload
    def wants_an_eye(
        self, answer: NDArray[np.signedinteger[Any]], steps_per_unit: int
    ) -> NDArray[np.bool_]: ...
    def wants_an_eye(
        self, answer: int | NDArray[np.signedinteger[Any]], steps_per_unit: int
    ) -> bool | NDArray[np.bool_]:
        """Whether an answer, in whole steps, is one of those; never where it is blank."""
        if self.max is not None:
            return (answer >= 0) & (answer <= self.max * steps_per_unit)
        assert self.min is not None, "a definition without either is refused"
        return answer >= self.min * steps_per_unit

    @property
    def span(self) -> str:
        """Which answers those are, in words: "2 or more"."""
        return f"{self.min} or more" if self.max is None else f"{self.max} or less"

    def is_graver(self, answer: int, than: int) -> bool:
        """Whether an answer is graver than another."""
        return answer > than if self.max is None else answer < than


class Condition(Model):
    """One part of a rule.

    Either an item's or a scale's value compared with `value`, or: at least `count_at_least` items
    of the scale are answered `items_at_least` or more.
    """

    item: int | None = None
    scale: Identifier | None = None
    op: Operator | None = None
    value: Number | None = None
    items_at_least: int | None = None
    count_at_least: int | None = None


class Rule(Sourced):
    """Conditions that must all hold, such as a manual's provisional diagnosis."""

    name: Word
    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Licence(Model):
    text: Word
    may_ship_wording: bool
    note: Word


class Loinc(Model):
    panel: Word | None = None
    total: Word | None = None
    items: tuple[Word, ...] = ()


class Form(Model):
    """The items as the file gives them; `Instrument.items` is what they come to."""

    count: Annotated[int, Field(ge=1)] | None = None
    range: tuple[int, int] | None = None
    ranges: Mapping[int, tuple[int, int]] = {}
    step: Annotated[Number, Field(gt=0, le=1)] = 1
    keys_verified: bool
    labels: Mapping[int, Word] = {}


class Item(Model):
    """One item: its number in the definition's order and its range in whole steps."""

    number: int
    label: str  # a topic of a few words, never the wording; "Item 7" where none is on record
    low: int
    high: int


class Instrument(Identified):
    version: Annotated[int, Field(ge=1)]
    name: Word
    short_name: Word
    citation: Word
    domain: Domain
    about: Literal["self", "relationship", "family"]
    about_whom: tuple[Word, ...] = ()
    ages: Ages
    ages_by_informant: Mapping[str, Ages] = {}
    informants: Annotated[tuple[Word, ...], Field(min_length=1)]
    requires: Word | None = None
    recall_days: Annotated[int, Field(ge=1)] | None = None
    entry: frozenset[Literal["items", "scores"]]
    form: Form = Field(alias="items")
    scales: Annotated[tuple[Scale, ...], Field(min_length=1)]
    risk_items: tuple[RiskItem, ...] = ()
    rule: Rule | None = None
    licence: Licence
    loinc: Loinc | None = None
    caution: Word | None = None
    traps: tuple[Word, ...] = ()
    field_confidence: Mapping[str, str] = {}

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The items in the definition's order; empty where only ready scores may come in."""
        form = self.form
        if form.count is None or form.range is None:
            return ()
        steps = self.steps_per_unit
        items = []
        for number in range(1, form.count + 1):
            low, high = form.ranges.get(number, form.range)
            label = form.labels.get(number, f"Item {number}")
            items.append(Item(number=number, label=label, low=low * steps, high=high * steps))
        return tuple(items)

    @property
    def step(self) -> float:
        """What one whole step of an answer is worth: .1 where answers are marked in tenths."""
        return self.form.step

    @property
    def steps_per_unit(self) -> int:
        return round(1 / self.form.step)

    @property
    def accepts_items(self) -> bool:
        return "items" in self.entry

    @cached_property
    def body(self) -> str:
        """The whole definition as canonical JSON: the same definition, the same text."""
        content = self.model_dump(mode="json", by_alias=True)
        content["entry"] = sorted(content["entry"])
        return canonical(content)

    @cached_property
    def sha256(self) -> str:
        return sha256(self.body.encode()).hexdigest()

    @property
    def in_own_words(self) -> bool:
        """Whether it is of single lines in our own words, which may be printed and shown."""
        return all(scale.asked for scale in self.scales)

    def item(self, number: int) -> Item:
        """The item of that number. Raises KeyError."""
        if not 1 <= number <= len(self.items):
            raise KeyError(f"{self.id} has no item {number}")
        return self.items[number - 1]

    def scale(self, scale_id: str) -> Scale:
        """The scale of that id. Raises KeyError."""
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        raise KeyError(f"{self.id} has no scale {scale_id}")

    def scales_for(self, informant: str | None) -> tuple[Scale, ...]:
        """The scales this informant's answers give (some totals are one informant's only)."""
        return tuple(scale for scale in self.scales if scale.is_for(informant))

    def scale_label(self, scale: Scale) -> str:
        """For example "Depression (PHQ-9, 0–27, lower is better)"."""
        span = f"{scale.low:g}–{scale.high:g}"
        return f"{scale.name} ({self.short_name}, {span}, {scale.direction.label})"

    def __hash__(self) -> int:
        return hash((self.id, self.sha256))


def canonical(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
