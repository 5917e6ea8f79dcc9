"""The columns that `outcomes` and `trend` read from a file: scores, times, two points."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from attachdash.change.series import Bools, Floats
from attachdash.cli_table import read_table
from attachdash.errors import Invalid
from attachdash.intake import Problem, ProblemKind, Table, shown
from attachdash.intake.days import format_shown_by, read_day
from attachdash.intake.numbers import MissingCodes, ScoreReader
from attachdash.intake.problems import Wrong

MOST_TOLD = 20  # problems of one file; the rest is counted


def table_in(
    file: Path, sheet: str | None, header_rows: int | None, names_row: int | None
) -> Table:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} can't be read: {error.strerror}.") from error
    table = read_table(file.name, data, sheet, header_rows, names_row, may_guess=True)
    if table.problems:
        raise Invalid(_listed([str(problem) for problem in table.problems]))
    return table


def _column(table: Table, name: str) -> list[str]:
    """The texts of a column. Raises Invalid, naming the columns there are."""
    if name not in table.columns:
        there = ", ".join(shown(column) for column in table.columns[:20])
        raise Invalid(f"{table.file_name} has no column {shown(name)}; expected one of: {there}.")
    return [text.strip() for text in table.frame[name].to_list()]


def numbers_in(table: Table, name: str, missing: str) -> Floats:
    """The scores of a column, NaN where there is none. Raises Invalid with every wrong cell."""
    reader = ScoreReader(
        low=-np.inf,
        high=np.inf,
        decimal_comma=table.delimiter == ";",
        missing=MissingCodes.of(tuple(code for code in missing.split(",") if code.strip())),
    )
    read = [reader.read(text) for text in _column(table, name)]
    wrong = [
        _told(table, at, name, Wrong(
            kind=found.kind, expected="a number, or empty if there is no score",
            cure=found.cure.replace("name it as a missing code", "say --missing"),
        ))
        for at, found in enumerate(read) if isinstance(found, Wrong)
    ]  # fmt: skip
    if wrong:
        raise Invalid(_listed(wrong))
    return np.array([found for found in read if not isinstance(found, Wrong)], dtype=np.float64)


def times_in(table: Table, name: str) -> tuple[Floats, str]:
    """Days and "week" where the column holds days, else its numbers and "unit"."""
    texts = _column(table, name)
    written = format_shown_by(texts)
    if written is None:
        numbers = numbers_in(table, name, "")
        if empty := [at for at in range(len(numbers)) if np.isnan(numbers[at])]:
            need = Wrong(kind=ProblemKind.NOT_A_NUMBER, expected="a number or a day")
            raise Invalid(_listed([_told(table, at, name, need) for at in empty]))
        return numbers, "unit"
    days = [read_day(text, written, date.max) for text in texts]
    wrong = [_told(table, at, name, d) for at, d in enumerate(days) if isinstance(d, Wrong)]
    if wrong:
        raise Invalid(_listed(wrong))
    return np.array([d.toordinal() for d in days if isinstance(d, date)], dtype=np.float64), "week"


def two_points(
    table: Table, person: str, time: str, points: tuple[str, str], measure: str, missing: str
) -> tuple[list[str], tuple[Floats, Floats]]:
    """The people who have a row at either point, and their first and last scores (NaN: none)."""
    who, when = _column(table, person), _column(table, time)
    values = numbers_in(table, measure, missing)
    if points[0] == points[1]:
        raise Invalid(f"--first and --last are both {points[0]}; expected two time points.")
    for option, point in zip(("--first", "--last"), points, strict=True):
        if point not in when:
            there = ", ".join(list(dict.fromkeys(shown(text) for text in when))[:20])
            raise Invalid(
                f"{table.file_name}, column {shown(time)}: no row holds {shown(point)} ({option}); "
                f"expected one of: {there}."
            )
    seen: dict[tuple[str, str], int] = {}
    wrong: list[str] = []
    for at, key in enumerate(zip(who, when, strict=True)):
        if key[1] not in points:
            continue
        if not key[0]:
            need = Wrong(kind=ProblemKind.CLIENT_CODE, expected="who this is")
            wrong.append(_told(table, at, person, need))
        elif key in seen:
            row = int(table.row_numbers[seen[key]])
            need = Wrong(
                kind=ProblemKind.CONFLICT,
                expected=f"one row a person at {shown(key[1])}, but row {row} is one too",
                cure="Keep the right one.",
            )
            wrong.append(_told(table, at, person, need))
        seen.setdefault(key, at)
    if wrong:
        raise Invalid(_listed(wrong))
    people = list(dict.fromkeys(name for name, _ in seen))
    nothing = float("nan")
    start, end = (
        np.array([values[seen[p, point]] if (p, point) in seen else nothing for p in people])
        for point in points
    )
    if not both_there(start, end).any():
        raise Invalid(
            f"{table.file_name}: nobody has a score in {shown(measure)} at both {points[0]} and "
            f"{points[1]}; expected at least one."
        )
    return people, (start, end)


def _told(table: Table, at: int, column: str, wrong: Wrong) -> str:
    row, place = table.place(at, column)
    value = shown(str(table.frame[column][at]))
    return str(
        Problem(kind=wrong.kind, file=table.file_name, row=row, column=shown(place), value=value,
                expected=wrong.expected, cure=wrong.cure)
    )  # fmt: skip


def _listed(problems: Sequence[str]) -> str:
    more = len(problems) - MOST_TOLD
    return "\n".join([*problems[:MOST_TOLD], *([f"… and {more:,} more."] if more > 0 else [])])


def both_there(start: Floats, end: Floats) -> Bools:
    both: Bools = ~np.isnan(start) & ~np.isnan(end)
    return both
