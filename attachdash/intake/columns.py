"""One column at a time into what can be kept; each different text of a column is read once."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import Instrument
from attachdash.intake.cells import FORMULA_STARTS
from attachdash.intake.codes import (
    CODE,
    EXPECTED,
    GIVE_ANOTHER,
    LOOKS_LIKE_OTHERS,
    is_no_code,
    is_plain,
)
from attachdash.intake.days import read_day
from attachdash.intake.findings import Findings
from attachdash.intake.mapping import Mapping, file_shift, folded
from attachdash.intake.numbers import AnswerReader, MissingCodes, ScoreReader
from attachdash.intake.problems import ProblemKind, Wrong
from attachdash.intake.table import Table, distinct

LONGEST_CODE = 40
# Stands in the matrix for a cell that is refused; its row is never kept.
REFUSED = -9


def client_codes(table: Table, mapping: Mapping, findings: Findings) -> pl.Series:
    """Each row's client code, which is text whatever it looks like; null where refused."""
    return _texts(table, mapping.client, _read_code, findings)


def occasions(table: Table, mapping: Mapping, findings: Findings) -> pl.Series:
    """What tells a row from others of its day; "" where nothing does."""
    if mapping.occasion is None:
        return pl.repeat("", table.frame.height, dtype=pl.String, eager=True)
    return _texts(table, mapping.occasion, _read_occasion, findings)


def days(table: Table, mapping: Mapping, today: date, findings: Findings) -> pl.Series:
    """Each row's day; null where refused."""
    written = mapping.date_format
    assert written is not None, "the mapping was checked"
    texts, which = distinct(table.frame[mapping.answered_on])
    values: list[date | Wrong | None] = [read_day(text, written, today) for text in texts]
    if mapping.is_nominal:
        # What a nominal day lacks was said where it was made, of the cell that it was made from.
        values = [value if text else None for text, value in zip(texts, values, strict=True)]
    findings.add_column(mapping.answered_on, values, which)
    good = [None if isinstance(value, Wrong) else value for value in values]
    return pl.Series(good, dtype=pl.Date).gather(which)


def answers(
    table: Table, mapping: Mapping, instrument: Instrument, findings: Findings
) -> NDArray[np.int16]:
    """Whole steps of the definition, (frame rows, items); negative where there is no
    answer, REFUSED where a cell is."""
    missing = MissingCodes.of(mapping.missing)
    words = {
        folded(word): None if value is None else round(value / instrument.step)
        for word, value in mapping.words.items()
    }
    shift = round(file_shift(mapping, instrument) / instrument.step)
    # Column after column in memory: each is written as one piece.
    matrix = np.empty((table.frame.height, len(mapping.items)), dtype=np.int16, order="F")
    for place, (column, item) in enumerate(zip(mapping.items, instrument.items, strict=True)):
        reader = AnswerReader(
            low=item.low, high=item.high, step=instrument.step, shift=shift, missing=missing,
            words=words,
        )  # fmt: skip
        texts = table.frame[column]
        values, odd = _plain_answers(texts, reader)
        at = np.flatnonzero(odd)
        if len(at):
            different, which = distinct(texts.gather(at))
            read = [reader.read(text) for text in different]
            findings.add_column(column, read, which, at)
            steps = np.array(
                [REFUSED if isinstance(value, Wrong) else value for value in read], dtype=np.int16
            )
            values[at] = steps[which]
            if instrument.step == 1:
                pointed = np.array(["." in text for text in different]) & (steps >= item.low)
                findings.readings.pointed += int(pointed[which].sum())
        matrix[:, place] = values
    return matrix


def _plain_answers(
    texts: pl.Series, reader: AnswerReader
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """The column cast to whole steps, and which cells must be looked at: all but plain answers."""
    if reader.step != 1:
        return np.empty(len(texts), dtype=np.int16), np.ones(len(texts), dtype=bool)
    # The cast also takes "+2", "-0" and "0000002", which nobody's answer sheet says.
    longest = len(str(reader.high + reader.shift))
    plain = texts.str.len_bytes() <= longest
    if longest > 1:  # a sign takes a digit's place
        plain &= ~texts.str.contains("^[+-]")
    whole = texts.cast(pl.Int16, strict=False).fill_null(np.iinfo(np.int16).min).to_numpy()
    odd = ~plain.to_numpy()
    odd |= (whole < reader.low + reader.shift) | (whole > reader.high + reader.shift)
    # A missing code is never in range (the mapping was checked), so none is plain.
    return whole - np.int16(reader.shift), odd


def scores(
    table: Table, mapping: Mapping, instrument: Instrument, findings: Findings
) -> NDArray[np.float64]:
    """Ready scores, (frame rows, scales); NaN where there is none or the cell is refused."""
    missing = MissingCodes.of(mapping.missing)
    matrix = np.empty((table.frame.height, len(mapping.scores)), dtype=np.float64, order="F")
    for place, (scale_id, column) in enumerate(mapping.scores.items()):
        scale = instrument.scale(scale_id)
        reader = ScoreReader(
            low=scale.low, high=scale.high, decimal_comma=table.delimiter == ";", missing=missing
        )
        texts, which = distinct(table.frame[column])
        read = [reader.read(text) for text in texts]
        findings.add_column(column, read, which)
        numbers = [float("nan") if isinstance(value, Wrong) else value for value in read]
        matrix[:, place] = np.array(numbers)[which]
        findings.readings.commas += sum(
            "," in text and not isinstance(value, Wrong)
            for text, value in zip(texts, read, strict=True)
        )
    return matrix


def _texts(
    table: Table, column: str, read: Callable[[str], str | Wrong], findings: Findings
) -> pl.Series:
    texts, which = distinct(table.frame[column])
    values = [read(text) for text in texts]
    findings.add_column(column, values, which)
    good = [None if isinstance(value, Wrong) else value for value in values]
    return pl.Series(good, dtype=pl.String).gather(which)


def _read_code(text: str) -> str | Wrong:
    code = text.strip()
    if not code:
        return Wrong(ProblemKind.CLIENT_CODE, "a client code", "Fill in whose answers these are.")
    if is_no_code(code):
        cure = f"Fill in whose answers these are. {GIVE_ANOTHER}"
        return Wrong(ProblemKind.CLIENT_CODE, "a client code, not a sign for none", cure)
    read = _plain_text(code, ProblemKind.CLIENT_CODE)
    if isinstance(read, str) and not is_plain(read):
        expected = "letters and digits in their plain form"
        return Wrong(ProblemKind.CLIENT_CODE, expected, LOOKS_LIKE_OTHERS)
    if isinstance(read, Wrong) or CODE.fullmatch(read):
        return read
    return Wrong(ProblemKind.CLIENT_CODE, EXPECTED, "Is this the right column?")


def _read_occasion(text: str) -> str | Wrong:
    return _plain_text(text.strip(), ProblemKind.OCCASION)


def _plain_text(text: str, kind: ProblemKind) -> str | Wrong:
    if text.startswith(FORMULA_STARTS):
        return Wrong(
            kind,
            "text that doesn't begin with =, +, - or @",
            "A spreadsheet would run it as a formula: write it another way.",
        )
    if not text.isprintable():
        return Wrong(kind, "letters and digits on one line", "Remove invisible characters.")
    if len(text) > LONGEST_CODE:
        return Wrong(kind, f"at most {LONGEST_CODE} characters", "Is this the right column?")
    return text
