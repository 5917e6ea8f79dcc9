"""Answers in words: which different ones stand in a file's columns, and how often."""

import numpy as np

from attachdash.intake.mapping import as_number, folded
from attachdash.intake.numbers import MissingCodes
from attachdash.intake.table import Table, distinct


def words_in(
    table: Table, columns: tuple[str, ...], missing: tuple[str, ...] = ()
) -> list[tuple[str, int]]:
    """Each different word of the columns with how often it stands there, commonest first.

    A word is any text that is neither a number nor empty nor a missing code, spelt as where it
    first stands. What it is worth is never guessed: a person says it.
    """
    codes = MissingCodes.of(missing)
    spelt: dict[str, str] = {}
    times: dict[str, int] = {}
    for column in columns:
        texts, which = distinct(table.frame[column])
        counts = np.bincount(which, minlength=len(texts)).tolist()
        for text, count in zip((one.strip() for one in texts), counts, strict=True):
            if not text or text in codes or as_number(text) is not None:
                continue
            spelt.setdefault(folded(text), text)
            times[folded(text)] = times.get(folded(text), 0) + count
    return sorted(((spelt[word], count) for word, count in times.items()), key=lambda one: -one[1])


def words_unsaid(table: Table, columns: tuple[str, ...], words: dict[str, int | None],
                 missing: tuple[str, ...]) -> list[tuple[str, int]]:  # fmt: skip
    """Those of words_in that have no value yet."""
    said = {folded(word) for word in words}
    return [one for one in words_in(table, columns, missing) if folded(one[0]) not in said]
