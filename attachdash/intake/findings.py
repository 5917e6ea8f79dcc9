"""The problems of one file, gathered over all its columns instead of stopping at the first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from attachdash.intake.problems import Problem, ProblemKind, Wrong, shown
from attachdash.intake.table import MOST_LISTED, Table


@dataclass(slots=True)
class Readings:
    """Cells that were read in a way that a person should know of."""

    pointed: int = 0  # whole answers written like 2.0
    commas: int = 0  # different scores with a decimal comma

    def __iadd__(self, other: "Readings") -> Self:
        self.pointed += other.pointed
        self.commas += other.commas
        return self

    def notes(self) -> list[str]:
        """What to say of them."""
        notes = []
        if self.pointed == 1:
            notes.append("1 answer written like 2.0 was read as a whole number.")
        elif self.pointed:
            notes.append(f"{self.pointed:,} answers written like 2.0 were read as whole numbers.")
        if self.commas:
            notes.append("Scores with a decimal comma were read as such: 1,5 is one and a half.")
        return notes


class Findings:
    """What is wrong with the rows of a table; `refused` marks each row that has any problem."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.refused = np.zeros(table.frame.height, dtype=bool)
        self.counts: Counter[ProblemKind] = Counter()
        self.readings = Readings()
        self._listed: list[tuple[int, int, Problem]] = []
        if len(table.ragged_rows):
            self.counts[ProblemKind.FIELDS] = len(table.ragged_rows)
            self._listed += [(problem.row or 0, -1, problem) for problem in table.problems]
        for at, column, value, wrong in table.misfits:
            self.add(at, column, value, wrong)

    def add(self, at: int, column: str | None, value: str | None, wrong: Wrong) -> None:
        """One problem in frame row `at`."""
        self.refused[at] = True
        self.counts[wrong.kind] += 1
        self._list(at, column, value, wrong)

    def add_column(
        self,
        column: str,
        values: Sequence[object],
        which: NDArray[np.int64],
        places: NDArray[np.int64] | None = None,
    ) -> None:
        """Every cell of a column whose value is a Wrong.

        `values` are those of the column's different texts, `which` says which of them each cell
        has, `places` in which frame row each cell stands (None: all rows in order).
        """
        wrong = [index for index, value in enumerate(values) if isinstance(value, Wrong)]
        if not wrong:
            return
        is_wrong = np.zeros(len(values), dtype=bool)
        is_wrong[wrong] = True
        cells = np.flatnonzero(is_wrong[which])
        rows = cells if places is None else places[cells]
        self.refused[rows] = True
        times = np.bincount(which[cells], minlength=len(values)).tolist()
        for index in wrong:
            value = values[index]
            assert isinstance(value, Wrong), "only indices of wrong values"
            self.counts[value.kind] += times[index]
        texts = self.table.frame[column]
        # Rows ascend, so the first ones listed here are the first of the column.
        firsts = zip(rows[:MOST_LISTED].tolist(), which[cells[:MOST_LISTED]].tolist(), strict=True)
        for row, index in firsts:
            value = values[index]
            assert isinstance(value, Wrong), "only indices of wrong values"
            self._list(row, column, texts[row], value)

    def _list(self, at: int, column: str | None, value: str | None, wrong: Wrong) -> None:
        row, name = int(self.table.row_numbers[at]), column
        if column is not None:
            row, name = self.table.place(at, column)
        place = -1 if column is None else self.table.columns.index(column)
        problem = Problem(
            kind=wrong.kind,
            file=self.table.file_name,
            row=row,
            column=None if name is None else shown(name),
            value=None if value is None else shown(value.strip()),
            expected=wrong.expected,
            cure=wrong.cure,
        )
        self._listed.append((row, place, problem))

    def problems(self) -> tuple[Problem, ...]:
        """The first MOST_LISTED problems, by row and column."""
        self._listed.sort(key=lambda entry: entry[:2])
        return tuple(problem for _, _, problem in self._listed[:MOST_LISTED])
