"""The seam between AttachDash and its database: DuckDB in a file, or PostgreSQL on a server.

Everything above this module speaks one SQL text with `$1, $2` and never asks which engine runs.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pandas as pd
import polars as pl
import pyarrow as pa

T = TypeVar("T")
Row = tuple[Any, ...]

# Tables whose rows are counted from commit to commit (see store/counts.py), in people's words.
COUNTED = {
    "administration": "forms with their answers",
    "score": "scores",
    "score_before": "ready scores of earlier versions",
    "summary": "first and latest scores of an episode",
    "flag": "flags",
    "flag_step": "steps of flags",
    "look_answer": "answers to the support tool",
    "agenda_note": "notes on the agenda",
    "mark": "phases and events",
    "hold": "measures held back from clients",
}
_MOVES_ROWS = re.compile(rf"\s*(INSERT INTO|DELETE FROM)\s+({'|'.join(COUNTED)})\b")


def moved_rows(sql: str) -> tuple[str, int] | None:
    """The counted table that a statement adds rows to (1) or takes rows from (-1), if it does."""
    found = _MOVES_ROWS.match(sql)
    return (found[2], 1 if found[1] == "INSERT INTO" else -1) if found else None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose transaction this is: the site, and the person on whose behalf it runs (0: nobody)."""

    site_id: int = 1
    person_id: int = 0


def refuse_uncounted(came: Mapping[str, int]) -> None:
    """Before a commit: rows that no audit entry stands for would be found as tampering later."""
    uncounted = sorted(table for table, count in came.items() if count)
    assert not uncounted, f"{uncounted} changed without an audit entry"


class Cursor(Protocol):
    """One transaction's hand on the database."""

    came: Counter[str]  # rows that came to each counted table, less those that went

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of the answer."""

    def one(self, sql: str, *parameters: object) -> Row | None:
        """The first row, or None."""

    def run(self, sql: str, *parameters: object) -> None:
        """Run a statement whose answer doesn't matter."""

    def frame(self, sql: str, *parameters: object) -> pd.DataFrame:
        """The answer as a frame with the same pandas types from both engines."""

    def arrow(self, sql: str, *parameters: object) -> pa.Table:
        """The answer as an Arrow table."""

    def stage(self, name: str, rows: pa.Table) -> None:
        """Make `rows` readable as table `name` until this transaction ends."""

    def bulk(self, table: str, rows: pa.Table) -> None:
        """Append `rows` to `table`; columns are matched by name."""


class Engine(Protocol):
    """What a database must offer."""

    dialect: str

    def reading(self, scope: Scope) -> AbstractContextManager[Cursor]:
        """One read-only snapshot for all that a page shows."""

    def writing(self, scope: Scope, work: Callable[[Cursor], T]) -> T:
        """Run `work` as one transaction; it may run again after a conflict or a lost connection."""

    def new_ids(self, kind: str, count: int) -> range | list[int]:
        """`count` ids never given before. Gaps are harmless."""

    def only_one(self, name: str) -> AbstractContextManager[bool]:
        """True for one holder of `name` at a time."""

    def after_others(self, name: str) -> AbstractContextManager[None]:
        """One holder of `name` at a time: whoever comes later waits."""

    def copy_to(self, path: Path) -> dict[str, tuple[int, str]]:
        """Write all that is committed now to a file at `path`, opened again and compared.

        Rows and a sum of each table. Raises Unavailable, with nothing left behind, when the copy
        differs, the disk is full, or the database is a server, which has tools of its own.
        """

    def read_through(self) -> None:
        """Read every row there is. Raises Unavailable where a part can't be read any more."""

    def compact(self) -> None:
        """Bring the tables into the order in which pages read them."""

    def close(self) -> None:
        """Let the database go."""


@contextmanager
def held(lock: threading.Lock) -> Iterator[bool]:
    """Whether the lock was free; given back at the end."""
    got = lock.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            lock.release()


def statements(text: str) -> list[str]:
    """The single statements of a migration file, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def again(work: Callable[[], T], conflict: tuple[type[Exception], ...], tries: int) -> T:
    """Run `work`, and again after a conflict, each time after a longer wait."""
    for attempt in range(tries):
        try:
            return work()
        except conflict:
            if attempt == tries - 1:
                raise
            # Different waits, so that two writers don't meet again. No secret rests on them, so
            # that a guessable generator does.
            time.sleep(random.uniform(0.005, 0.015) * 2**attempt)  # noqa: S311
    raise AssertionError("unreachable")


def filled(schema: pa.Schema, frame: pl.DataFrame, same: Mapping[str, object]) -> pa.Table:
    """A row of `schema` for each of `frame`; columns it lacks have the same value everywhere."""
    return pa.table(
        [
            frame[field.name].to_arrow().cast(field.type)
            if field.name in frame.columns
            else pa.repeat(pa.scalar(same[field.name], field.type), frame.height)
            for field in schema
        ],
        schema=schema,
    )


def as_columns(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[Any]]:
    """Rows turned into columns; an empty answer keeps its column names."""
    if not rows:
        return {name: [] for name in names}
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
