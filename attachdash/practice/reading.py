"""What somebody brings in, read before it is checked: a file's columns, a paper form's answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from attachdash.instruments import (
    BLANK,
    DECLINED,
    SELF,
    Instrument,
    Item,
    Method,
    RiskKind,
    answered_as,
    informants_of,
    risk_answers,
    targets_of,
)
from attachdash.intake import (
    DATE_FORMATS,
    DateFormat,
    Mapping,
    Problem,
    ProblemKind,
    Proposal,
    Sheet,
    Table,
    Titled,
    Unreadable,
    Workbook,
    escaped,
    open_file,
    propose,
    read_csv,
)
from attachdash.intake.days import read_day
from attachdash.intake.headers import second_is_header
from attachdash.intake.loaded import open_in_pieces, read_in_pieces
from attachdash.intake.names import joined
from attachdash.intake.numbers import AnswerReader, MissingCodes
from attachdash.intake.occasions import SPACINGS, number_of, spaced
from attachdash.intake.people import people_words
from attachdash.intake.people import words_unsaid as people_unsaid
from attachdash.intake.problems import Wrong, shown
from attachdash.intake.propose_shape import (
    ShapeGuess,
    known_days,
    occasions_in,
    propose_shape,
)
from attachdash.intake.refusals import log_refused
from attachdash.intake.shapes import KINDS, NOMINAL, PLAIN, Nominal, Shape, shaped
from attachdash.intake.sheets import letters
from attachdash.intake.worded import words_in, words_unsaid
from attachdash.intake.workbook import is_workbook
from attachdash.practice.rights import Viewer
from attachdash.practice.rules import HISTORIC_AFTER

__all__ = [
    "BLANK",
    "DATE_FORMATS",
    "DECLINED",
    "KINDS",
    "NOMINAL",
    "PLAIN",
    "SELF",
    "SPACINGS",
    "DateFormat",
    "Instrument",
    "Item",
    "Mapping",
    "Method",
    "Nominal",
    "Problem",
    "ProblemKind",
    "Proposal",
    "RiskLine",
    "Shape",
    "ShapeGuess",
    "Sheet",
    "Table",
    "Titled",
    "Unreadable",
    "Workbook",
    "answered_as",
    "days_read",
    "escaped",
    "informants_of",
    "instrument",
    "is_workbook",
    "joined",
    "known_days",
    "letters",
    "log_refused",
    "number_of",
    "occasions_in",
    "open_file",
    "open_in_pieces",
    "people_unsaid",
    "people_words",
    "proposal",
    "propose_shape",
    "questionnaires",
    "read_csv",
    "read_in_pieces",
    "risk_lines",
    "second_is_header",
    "shaped",
    "shown",
    "spaced",
    "span",
    "targets_of",
    "typed",
    "words_in",
    "words_unsaid",
]

# On paper these say that somebody would rather not answer.
DECLINES = {"d", "D"}


def questionnaires(viewer: Viewer, *, by_items: bool = False) -> list[Instrument]:
    """All of them, by short name; by_items: those that can be typed in item by item."""
    return sorted(
        (one for one in viewer.store.library.values() if one.accepts_items or not by_items),
        key=lambda one: (one.short_name.casefold(), one.id),
    )


def instrument(viewer: Viewer, instrument_id: str) -> Instrument:
    """The questionnaire of that id, which is one that the library has."""
    return viewer.store.library[instrument_id]


def proposal(viewer: Viewer, table: Table, instrument: str | None) -> Proposal:
    """What the columns seem to mean; `instrument` where a person has chosen one."""
    return propose(table, viewer.store.library, viewer.today, instrument=instrument)


def days_read(
    viewer: Viewer, table: Table, column: str, written: DateFormat, most: int = 3
) -> list[tuple[str, date | None]]:
    """The column's first different cells and the day each is read as; None where it is none."""
    texts = (text.strip() for text in table.frame[column].head(2000).to_list())
    found = [text for text in dict.fromkeys(texts) if text][:most]
    days = [(text, read_day(text, written, viewer.today)) for text in found]
    return [(text, None if isinstance(day, Wrong) else day) for text, day in days]


def span(instrument: Instrument, item: Item) -> str:
    """What an item's answer may be, as it stands on the paper: "0–3"."""
    return f"{item.low * instrument.step:g}–{item.high * instrument.step:g}"


def typed(
    instrument: Instrument, texts: Sequence[str]
) -> tuple[list[int], list[tuple[Item, str, str]]]:
    """Answers in whole steps as typed, in item order, and what is wrong: item, text, expected.

    Nothing or a dash is BLANK, d is DECLINED. A mistyped answer is no answer at all.
    """
    answers, wrong = [], []
    for item, text in zip(instrument.items, map(str.strip, texts), strict=True):
        if text in DECLINES:
            answers.append(DECLINED)
            continue
        reader = AnswerReader(
            low=item.low, high=item.high, step=instrument.step, shift=0,
            missing=MissingCodes.of(("-", "–")),
        )  # fmt: skip
        # Nothing is separated by a comma here, so 7,3 can only be a decimal.
        read = reader.read(text.replace(",", "."))
        if isinstance(read, Wrong):
            wrong.append((item, text, read.expected))
            read = BLANK
        answers.append(read)
    return answers, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLine:
    """One answer of a form not kept yet that will raise a flag."""

    item: Item
    topic: str
    answer: str  # as on the paper; empty where it is blank or declined
    is_risk: bool  # about suicide; the others are soft prompts
    is_historic: bool  # too old to stand first by itself
    is_for_alone: bool = False  # asked about with the client alone

    @property
    def is_blank(self) -> bool:
        """Whether the item has no answer, for whatever reason."""
        return not self.answer


def risk_lines(
    viewer: Viewer, instrument: Instrument, answered_on: date, answers: Sequence[int]
) -> list[RiskLine]:
    """What keeping these answers, in whole steps and item order, would flag; gravest first."""
    found: dict[int, RiskLine] = {}
    for risk, positive, blank in risk_answers(instrument, np.array([answers], np.int16)):
        if positive[0] or blank[0]:
            # A blank is asked about once, under the gravest kind that rests on the item.
            found.setdefault(
                risk.item,
                RiskLine(
                    item=instrument.item(risk.item),
                    topic=risk.topic,
                    answer="" if blank[0] else f"{answers[risk.item - 1] * instrument.step:g}",
                    is_risk=risk.kind is RiskKind.SUICIDE,
                    is_historic=viewer.today - answered_on > HISTORIC_AFTER,
                    is_for_alone=risk.kind is RiskKind.UNSAFE,
                ),
            )
    return sorted(found.values(), key=lambda one: (not one.is_risk, one.is_blank))
