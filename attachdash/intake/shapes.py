"""How a file lays out its forms, and the table of one row a form that is made of it.

Every made cell remembers the file's own row and column, so that a problem names those.
"""

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from typing import Literal, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from attachdash.intake.days import DateFormat, read_day
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, Wrong, listed, shown
from attachdash.intake.table import MOST_COLUMNS, Origin, Table, distinct

Kind = Literal["forms", "answers", "times"]
KINDS: dict[Kind, str] = {
    "forms": "one form: a client, a day, all its answers",
    "answers": "one answer: a column says to which item",
    "times": "one person, with columns for each time point",
}
# Names of the columns that are made; no file may have them too.
ROW_CODE, CLIENT_CODE, TIME, NOMINAL = "(row number)", "(client)", "(time point)", "(nominal day)"
ITEM_NUMBER = re.compile(r"0*([0-9]{1,3})(?:\.0+)?")
AT_MOST = 36_525  # days: a hundred years


class Said(BaseModel):
    """Something a person said of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Point(Said):
    """One time point of a wide file: what its columns are called without it, and the columns."""

    label: str
    columns: dict[str, str]


class Nominal(Said):
    """Days for forms that have none: a start, and how long after it each occasion was."""

    column: str | None = None  # the column of occasions; a wide file has time points instead
    days: dict[str, int] = Field(default_factory=dict)  # occasion: days after the start
    start: date | None = None  # the same for all
    start_column: str | None = None  # or each person's own
    start_format: DateFormat | None = None

    @model_validator(mode="after")
    def _has_a_start(self) -> Self:
        if (self.start is None) == (self.start_column is None):
            raise ValueError("a start is one day for all or a column of days")
        if self.start_column is not None and self.start_format is None:
            raise ValueError("it must be said how the column of starts writes its days")
        if any(abs(days) > AT_MOST for days in self.days.values()):
            raise ValueError("an occasion is more than a hundred years from the start")
        return self


class Shape(Said):
    """How a file lays out its forms. The plain shape is one row a form with client and day."""

    kind: Kind = "forms"
    points: tuple[Point, ...] = ()  # times
    keys: tuple[str, ...] = ()  # answers: the columns that are alike in all rows of a form
    part: str | None = None  # answers: the column that names the questionnaire
    item: str | None = None
    value: str | None = None
    row_is_client: bool = False  # each row of the file is a client of its own
    client: str | None = None  # one client's code, whose file it is
    nominal: Nominal | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind == "times") != bool(self.points):
            raise ValueError("time points belong to files with columns for each, which need them")
        if not all(point.columns for point in self.points):
            raise ValueError("a time point has no columns")
        whole = self.item is not None and self.value is not None
        if (self.kind == "answers") != whole:
            raise ValueError("item and value columns belong to files with a row an answer")
        if self.row_is_client and (self.client is not None or self.kind == "answers"):
            raise ValueError("a row is a client of its own only where it is all of one")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the file that the shape reads."""
        nominal = self.nominal
        said = [*self.keys, self.part, self.item, self.value]
        said += [column for point in self.points for column in point.columns.values()]
        said += [nominal.column, nominal.start_column] if nominal else []
        return tuple(dict.fromkeys(column for column in said if column is not None))


PLAIN = Shape()


def shaped(table: Table, shape: Shape, today: date) -> Table:
    """The table with one row a form. Raises Unreadable where the shape doesn't fit the file."""
    if shape == PLAIN:
        return table
    _check_fits(table, shape)
    if shape.kind == "times":
        table = _by_times(table, shape)
    elif shape.kind == "answers":
        table = _by_answers(table, shape)
    if shape.row_is_client:
        # Row 17 of another file is another person: the code says of which file.
        words = [f"row {row} of {table.sha256[:8]}" for row in table.row_numbers.tolist()]
        table = _with(table, ROW_CODE, pl.Series(words, dtype=pl.String))
    if shape.client is not None:
        height = table.frame.height
        table = _with(
            table, CLIENT_CODE, pl.repeat(shape.client, height, dtype=pl.String, eager=True)
        )
    return _with_days(table, shape.nominal, today) if shape.nominal else table


def answered_only(
    table: Table, columns: tuple[str, ...], is_missing: Callable[[str], bool]
) -> Table:
    """The table without the forms that hold nothing in these columns.

    In files where a row isn't a form an empty time point is nobody's blank form: they dropped out.
    """
    some = np.zeros(table.frame.height, dtype=bool)
    for column in columns:
        texts, which = distinct(table.frame[column])
        holds = np.array([bool(t.strip()) and not is_missing(t.strip()) for t in texts], dtype=bool)
        some |= holds[which]
    left_out = int((~some).sum())
    if not left_out:
        return table
    words = "1 form without any answer was" if left_out == 1 else (
        f"{left_out:,} forms without any answer were"
    )  # fmt: skip
    rows = np.flatnonzero(some)
    now = {int(old): new for new, old in enumerate(rows.tolist())}
    return dataclasses.replace(
        table,
        frame=table.frame[rows],
        row_numbers=table.row_numbers[rows],
        origins={
            name: Origin(
                one.names,
                None if one.which is None else one.which[rows],
                None if one.rows is None else one.rows[rows],
            )
            for name, one in table.origins.items()
        },
        misfits=tuple((now[one[0]], *one[1:]) for one in table.misfits if one[0] in now),
        notes=(*table.notes, f"{words} left out."),
    )


def _check_fits(table: Table, shape: Shape) -> None:
    wrong = []
    absent = [shown(name) for name in shape.columns if name not in table.columns]
    if absent:
        wrong.append((f"the columns {', '.join(absent)}, which the file doesn't have", ""))
    own = [name for name in (ROW_CODE, CLIENT_CODE, TIME, NOMINAL) if name in table.columns]
    if own:
        wrong.append((f"no column called {', '.join(own)}", "Give it another name."))
    measured = {column for point in shape.points for column in point.columns.values()}
    also = {shape.nominal.column, shape.nominal.start_column} if shape.nominal else set()
    if both := measured & also:
        names = ", ".join(sorted(shown(str(name)) for name in both))
        wrong.append((f"one meaning for each column, but {names} belongs to a time point too", ""))
    if shape.kind == "answers" and len(table.ragged_rows):
        # One lost row would leave its form with an answer too few, and nobody would see it.
        wrong.append(
            (
                f"the same number of cells in each row, but {listed(table.ragged_rows.tolist())} "
                "can't be read, and a form would lack its answer",
                "Correct the row and choose the file again.",
            )
        )
    if wrong:
        raise Unreadable(
            Problem(
                kind=ProblemKind.MAPPING, file=table.file_name, expected=expected,
                cure=cure or "Say anew how the file is laid out.",
            )
            for expected, cure in wrong
        )  # fmt: skip


def _with(
    table: Table, name: str, cells: pl.Series, origin: Origin | None = None,
    misfits: tuple[tuple[int, str, str, Wrong], ...] = (),
) -> Table:  # fmt: skip
    return dataclasses.replace(
        table,
        columns=(*table.columns, name),
        frame=table.frame.with_columns(cells.alias(name)),
        origins=table.origins if origin is None else table.origins | {name: origin},
        misfits=(*table.misfits, *misfits),
    )


def _by_times(table: Table, shape: Shape) -> Table:
    """A row for each person and time point, in the file's order."""
    measured = {column for point in shape.points for column in point.columns.values()}
    others = [column for column in table.columns if column not in measured]
    bases = list(dict.fromkeys(base for point in shape.points for base in point.columns))
    # A column of the file may be called like a group: "bdi" beside "bdi.pre" and "bdi.post".
    names = {base: base + "*" * (base in others) for base in bases}
    parts = [
        table.frame.select(
            *others,
            *(
                (pl.col(point.columns[base]) if base in point.columns else pl.lit("")).alias(
                    names[base]
                )
                for base in bases
            ),
            pl.lit(point.label).alias(TIME),
        )
        for point in shape.points
    ]
    count, height = len(shape.points), table.frame.height
    order = np.arange(count * height).reshape(count, height).T.ravel()
    which = np.tile(np.arange(count), height)
    frame = pl.concat(parts)[order]
    firsts = tuple(next(iter(point.columns.values())) for point in shape.points)
    origins = {TIME: Origin(firsts, which)}
    for base in bases:
        own = tuple(
            point.columns.get(base, first)
            for point, first in zip(shape.points, firsts, strict=True)
        )
        origins[names[base]] = Origin(own, which)
    return dataclasses.replace(
        table, columns=tuple(frame.columns), frame=frame,
        row_numbers=np.repeat(table.row_numbers, count), origins=origins,
    )  # fmt: skip


def _by_answers(table: Table, shape: Shape) -> Table:
    """A row for each form, put together from its answers; a column for each item."""
    assert shape.item is not None, "checked when made"
    assert shape.value is not None, "checked when made"
    nominal = shape.nominal
    also = [nominal.column, nominal.start_column] if nominal else []
    keys = list(dict.fromkeys([*shape.keys, *(one for one in also if one is not None)]))
    items, which = distinct(table.frame[shape.item])
    words = pl.Series([_item_name(text, keys) for text in items], dtype=pl.String).gather(which)
    if shape.part is not None:
        words = table.frame[shape.part].str.strip_chars() + "_" + words
    long = table.frame.select(
        *(pl.col(key).str.strip_chars() for key in keys),
        pl.Series("(item)", words),
        pl.Series("(row)", table.row_numbers),
        pl.col(shape.value).str.strip_chars().alias("(value)"),
    )
    forms = (
        long.group_by(keys, maintain_order=True).agg(pl.col("(row)").first().alias("(first)"))
        if keys else long.select(pl.col("(row)").first().alias("(first)"))
    ).with_row_index("(form)")  # fmt: skip
    long = (
        long.join(forms, on=keys, maintain_order="left") if keys
        else long.with_columns(pl.lit(0, pl.UInt32).alias("(form)"))
    )  # fmt: skip
    named = long["(item)"].unique(maintain_order=True).to_list()
    if len(named) > MOST_COLUMNS:
        raise Unreadable(
            [
                Problem(
                    kind=ProblemKind.MAPPING, file=table.file_name, column=shown(shape.item),
                    expected=f"at most {MOST_COLUMNS:,} items, but it names {len(named):,}",
                    cure="Is this the column of items?",
                )
            ]
        )  # fmt: skip
    per_item = long.group_by("(form)", "(item)", maintain_order=True).agg(
        pl.col("(value)").first(), pl.col("(row)").first(),
        pl.col("(row)").alias("(rows)"), pl.col("(value)").n_unique().alias("(different)"),
    )  # fmt: skip
    # Without keys all rows are one form: its number keeps the frame from having no rows at all.
    frame, origins = forms.select("(form)", *keys), {}
    for (name,), own in per_item.group_by("(item)", maintain_order=True):
        at = own["(form)"].to_numpy()
        cells = np.full(forms.height, "", dtype=object)
        rows = forms["(first)"].to_numpy().copy()
        cells[at], rows[at] = own["(value)"].to_numpy(), own["(row)"].to_numpy()
        frame = frame.with_columns(pl.Series(str(name), cells, dtype=pl.String))
        origins[str(name)] = Origin((shape.value,), None, rows)
    misfits = []
    for form, name, value, _, rows, _ in per_item.filter(pl.col("(different)") > 1).rows():
        wrong = Wrong(
            ProblemKind.CONFLICT,
            f"one answer to an item of a form, but {listed(rows)} say different things",
            "Keep the right one, or name another column that tells forms apart.",
        )
        misfits.append((form, name, value, wrong))
    nameless = Wrong(
        ProblemKind.FIELDS, "which item this answers", "Fill in the item's number or name."
    )
    misfits += [
        (form, name, value, nameless)
        for form, name, value in per_item.select("(form)", "(item)", "(value)").rows()
        if name.endswith("_") or not name
    ]
    frame = frame.drop("(form)")
    return dataclasses.replace(
        table, columns=tuple(frame.columns), frame=frame,
        row_numbers=forms["(first)"].to_numpy().astype(np.int32), origins=origins,
        misfits=tuple(misfits),
    )  # fmt: skip


def _item_name(text: str, keys: list[str]) -> str:
    text = text.strip()
    if number := ITEM_NUMBER.fullmatch(text):
        return f"item {int(number[1])}"
    return f"item {text}" if text in keys else text


def _with_days(table: Table, nominal: Nominal, today: date) -> Table:
    """The table with a nominal day for each row: its start and its occasion's distance."""
    misfits: list[tuple[int, str, str, Wrong]] = []
    column = nominal.column or (TIME if TIME in table.columns else None)
    days = {label.strip(): number for label, number in nominal.days.items()}
    height = table.frame.height
    after = pl.repeat(0, height, dtype=pl.Int64, eager=True)
    if column is not None:
        texts, which = distinct(table.frame[column])
        after = pl.Series([days.get(t.strip()) for t in texts], dtype=pl.Int64).gather(which)
        expected = f"one of the occasions whose days are stated ({', '.join(days) or 'none'})"
        wrong = Wrong(ProblemKind.OCCASION, expected, "State its days, or correct the occasion.")
        misfits += _bad(table, column, after, [wrong] * len(texts), which)
    starts = pl.repeat(nominal.start, height, dtype=pl.Date, eager=True)
    if nominal.start_column is not None and nominal.start_format is not None:
        texts, which = distinct(table.frame[nominal.start_column])
        read = [read_day(text, nominal.start_format, today) for text in texts]
        good = [None if isinstance(one, Wrong) else one for one in read]
        starts = pl.Series(good, dtype=pl.Date).gather(which)
        misfits += _bad(table, nominal.start_column, starts, read, which)
    made = pl.DataFrame({"start": starts, "after": after}).select(
        (pl.col("start") + pl.duration(days="after")).dt.to_string("%Y-%m-%d").fill_null("")
    )
    origin = table.origins.get(column) if column else None
    if origin is None:
        origin = Origin((column or nominal.start_column or NOMINAL,))
    return _with(table, NOMINAL, made.to_series(), origin, tuple(misfits))


def _bad(
    table: Table, column: str, read: pl.Series, why: list[date | Wrong] | list[Wrong],
    which: NDArray[np.int64],
) -> list[tuple[int, str, str, Wrong]]:  # fmt: skip
    found = []
    for at in read.is_null().arg_true().to_list():
        wrong = why[int(which[at])]
        assert isinstance(wrong, Wrong), "what can be read is no misfit"
        found.append((at, column, str(table.frame[column][at]), wrong))
    return found
