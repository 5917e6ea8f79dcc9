"""Tables as CSV text that no spreadsheet runs, and back again to the letter."""

import io
import re
from collections.abc import Callable, Sequence

import polars as pl

from attachdash.errors import Invalid
from attachdash.intake.cells import BREAKS, RUNS, escaped

APOSTROPHES = re.compile(rf"(\A|[{BREAKS}])('+)")


def cell(value: object) -> str:
    """The value as text for a cell, escaped so that `taken_off` finds the value again.

    Text that has an apostrophe already where the escape puts one gets another.
    """
    if not isinstance(value, str) or "'" not in value:
        return escaped(value)
    return escaped(
        APOSTROPHES.sub(
            lambda found: found[0] + ("'" if _runs(value[found.end() :], found) else ""), value
        )
    )


def taken_off(text: str) -> str:
    """The text that `cell` made this cell of."""
    # From the end, so that what follows is already as it was when the escape was put there.
    for found in reversed(list(APOSTROPHES.finditer(text))):
        if _runs(text[found.end() :], found):
            text = text[: found.end() - 1] + text[found.end() :]
    return text


def _runs(rest: str, found: re.Match[str]) -> bool:
    """Whether a spreadsheet would run what stands behind these apostrophes."""
    begins = not found[1]
    match = RUNS.match(rest if begins else ";" + rest)
    return match is not None and match.end() == (0 if begins else 1)


def written(frame: pl.DataFrame) -> str:
    """The frame as CSV: a header, CRLF, escaped texts, days as ISO, yes or nothing for flags."""
    columns = []
    for name, kind in frame.schema.items():
        if kind == pl.Boolean:
            columns.append(pl.when(pl.col(name)).then(pl.lit("yes")).alias(name))
        elif kind == pl.String:
            text = pl.col(name).map_batches(_each(cell), pl.String)
            # An empty text would be written as two quotes.
            columns.append(pl.when(text != "").then(text).alias(name))
    return frame.with_columns(columns).write_csv(line_terminator="\r\n")


def read(name: str, text: str, columns: Sequence[str]) -> pl.DataFrame:
    """The texts of a table that `written` wrote, with no null. Raises Invalid, naming the cure."""
    cure = "Take the file as it was exported."
    try:
        frame = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False).fill_null("")
    except (pl.exceptions.PolarsError, UnicodeError) as error:
        raise Invalid(f"{name} can't be read as a table. {cure}") from error
    if frame.columns != list(columns):
        raise Invalid(f"{name} doesn't have the columns {', '.join(columns)}. {cure}")
    return frame.with_columns(pl.all().map_batches(_each(taken_off), pl.String))


def _each(of: Callable[[str], str]) -> Callable[[pl.Series], pl.Series]:
    """The function over a column, asked once for each of its values."""

    def over(column: pl.Series) -> pl.Series:
        known = column.drop_nulls().unique()
        if known.is_empty():
            return column
        new = pl.Series([of(text) for text in known.to_list()], dtype=pl.String)
        return column.replace_strict(known, new, return_dtype=pl.String, default=None)

    return over
