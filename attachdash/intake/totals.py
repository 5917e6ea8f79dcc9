"""Totals that a file brings beside its answers, compared with the scores that are computed."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import Instrument, answered_as, score
from attachdash.intake.mapping import Mapping, as_number
from attachdash.intake.numbers import DECIMAL_COMMA, MissingCodes
from attachdash.intake.problems import shown
from attachdash.intake.table import Table, distinct

MISMATCH = {
    "row_number": pl.Int32,
    "scale_id": pl.String,
    "column": pl.String,
    "theirs": pl.String,  # as the file has it
    "ours": pl.Float64,  # null where too little was answered for a score
}


def mismatches(
    table: Table, mapping: Mapping, instrument: Instrument, at: NDArray[np.int64],
    answers: NDArray[np.int16], keys: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """The totals of the frame rows `at` that aren't the score of their `answers`, by row.

    An empty cell or a missing code says nothing. A total written with decimals may be rounded to
    them; a whole one must be the score itself. Scores are those of the definition, for whoever
    answered each row by its `keys`.
    """
    parts = [pl.DataFrame(schema=MISMATCH)]
    if mapping.totals and "informant" in keys.columns:
        who = keys["informant"].gather(at)
        for informant in who.unique(maintain_order=True).to_list():
            own = np.flatnonzero((who == informant).to_numpy())
            said = mapping.model_copy(update={"informant": informant})
            parts.append(
                mismatches(table, said, instrument, at[own], answers[own], keys.drop("informant"))
            )
        return pl.concat(parts).sort("row_number", maintain_order=True)
    word = answered_as(instrument, mapping.informant)
    found = score(instrument, answers, informant=word) if mapping.totals else {}
    missing = MissingCodes.of(mapping.missing)
    for scale_id, column in mapping.totals.items():
        if scale_id not in found:
            continue  # another informant's scale
        ours = found[scale_id].value
        texts, which = distinct(table.frame[column].gather(at))
        texts = [text.strip() for text in texts]
        numbers = [_number(text, comma=table.delimiter == ";") for text in texts]
        slack = np.array([_slack(text) for text in texts] or [0.0])
        value = np.array([np.nan if one is None else one for one in numbers] or [0.0])
        says = np.array([bool(text) and text not in missing for text in texts] or [False])
        differ = says[which] & ~(np.abs(value[which] - ours) <= slack[which])
        places = np.flatnonzero(differ)
        parts.append(
            pl.DataFrame(
                {
                    "row_number": table.row_numbers[at[places]],
                    "scale_id": [scale_id] * len(places),
                    "column": [shown(column)] * len(places),
                    "theirs": [shown(texts[one]) for one in which[places].tolist()],
                    "ours": pl.Series(ours[places], dtype=pl.Float64).fill_nan(None),
                },
                schema=MISMATCH,
            )
        )
    return pl.concat(parts).sort("row_number", maintain_order=True)


def _number(text: str, *, comma: bool) -> float | None:
    # As for ready scores: 1,5 is a number only where a comma can't part two cells.
    return as_number(text.replace(",", ".") if comma and DECIMAL_COMMA.fullmatch(text) else text)


def _slack(text: str) -> float:
    _, _, decimals = text.replace(",", ".").partition(".")
    # Sums of tenths have no exact binary form.
    return 1e-9 + (0.5 * 10.0 ** -len(decimals) if decimals else 0.0)
