"""What somebody brings in, read before it is checked: a file's columns, a paper form's answers."""

from collections.abc import Sequence
from datetime import date

from attachdash.instruments import BLANK, DECLINED, Instrument, Item
from attachdash.intake import (
    DATE_FORMATS,
    DateFormat,
    Mapping,
    Problem,
    ProblemKind,
    Proposal,
    Table,
    Unreadable,
    escaped,
    propose,
    read_csv,
)
from attachdash.intake.days import read_day
from attachdash.intake.numbers import AnswerReader, MissingCodes
from attachdash.intake.problems import Wrong
from attachdash.practice.rights import Viewer

__all__ = [
    "BLANK",
    "DATE_FORMATS",
    "DECLINED",
    "DateFormat",
    "Instrument",
    "Item",
    "Mapping",
    "Problem",
    "ProblemKind",
    "Proposal",
    "Table",
    "Unreadable",
    "days_read",
    "escaped",
    "instrument",
    "proposal",
    "questionnaires",
    "read_csv",
    "span",
    "typed",
]

# On paper these say that somebody would rather not answer.
DECLINES = {"d", "D"}


def questionnaires(viewer: Viewer, *, by_items: bool = False) -> list[Instrument]:
    """Those that clients answer themselves, by short name; by_items: with items to type in."""
    return sorted(
        (
            one
            for one in viewer.store.library.values()
            if "self" in one.informants and (one.accepts_items or not by_items)
        ),
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
