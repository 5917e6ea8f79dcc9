"""The tables of an export's folder as frames, each cell read as what it says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import polars as pl

from attachdash.errors import Invalid
from attachdash.practice.csv_text import read
from attachdash.practice.exporting import COLUMNS

T = TypeVar("T")
# What an earlier version didn't write yet.
WRITTEN_SINCE = {"marks.csv", "flag_steps.csv", "looks.csv", "agenda_notes.csv", "holds.csv"}


def table(files: Mapping[str, str], name: str) -> pl.DataFrame:
    """A table of the folder. Raises Invalid where it is missing or isn't one.

    What an earlier version didn't write yet is empty; the sum of the state finds one taken away.
    """
    if name not in files and name in WRITTEN_SINCE:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS[name], pl.String))
    if name not in files:
        raise Invalid(f"{name} is missing: load the whole folder.")
    return read(name, files[name], COLUMNS[name])


def converted(
    name: str, frame: pl.DataFrame, column: str, of: Callable[[str], T]
) -> dict[str, T | None]:
    """What each text of a column says; None for an empty one. Raises Invalid, naming the text."""
    found: dict[str, T | None] = {}
    for text in frame[column].unique().to_list():
        try:
            found[text] = of(text) if text else None
        except (ValueError, KeyError) as error:
            raise Invalid(f"{name}, column {column}: {text[:40]} can't be read.") from error
    return found


def yes(text: str) -> bool:
    return {"yes": True}[text]


def typed(
    name: str, frame: pl.DataFrame, kind: type[pl.DataType], of: Callable[[str], object],
    columns: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    """The frame with columns of text as what they say."""
    for column in columns:
        known = converted(name, frame, column, of)
        frame = frame.with_columns(
            pl.Series(column, [known[one] for one in frame[column]], dtype=kind)
        )
    return frame


def check_known(name: str, frame: pl.DataFrame, ids: Collection[str]) -> None:
    if strange := set(frame["client"].unique()) - set(ids):
        raise Invalid(f"{name}: clients.csv has no client {min(strange)[:40]}.")
