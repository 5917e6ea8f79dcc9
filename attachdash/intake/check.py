"""Which rows of a file can be kept, and what is wrong with each of the others."""

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import SELF, Instrument
from attachdash.intake import columns
from attachdash.intake.days import only_day_first, only_month_first
from attachdash.intake.findings import Findings, Readings
from attachdash.intake.mapping import Mapping, check_mapping
from attachdash.intake.numbers import MissingCodes
from attachdash.intake.people import people
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, Wrong, listed, shown
from attachdash.intake.repeats import Repeats
from attachdash.intake.shapes import answered_only, shaped
from attachdash.intake.table import Table, distinct
from attachdash.intake.totals import MISMATCH, mismatches

MOST_NAMED = 10
DayOrder = dict[str, NDArray[np.int32]]  # row numbers; nothing where days are said otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The rows that can be kept, in the file's order, and every problem of the others."""

    file_name: str
    sha256: str  # of the file
    mapping: Mapping
    rows: pl.DataFrame  # row_number Int32, client_code String, answered_on Date, occasion String
    answers: NDArray[np.int16] | None  # (rows, items): whole steps; negative: none
    scores: NDArray[np.float64] | None  # (rows, scale_ids): NaN where there is none
    scale_ids: tuple[str, ...]  # the columns of scores
    problems: tuple[Problem, ...]  # by row; at most MOST_LISTED of them
    counts: dict[ProblemKind, int]  # all problems, also those not listed
    refused_rows: NDArray[np.int32]  # the numbers of all refused rows
    repeated_same: int  # rows that repeat another with the same answers, kept once
    total_rows: int  # rows that hold anything: kept, refused and repeated
    repeats: tuple[tuple[int, int], ...]  # the numbers of such rows, each with the row kept
    mismatches: pl.DataFrame  # the columns of MISMATCH: totals that aren't our score of their row
    notes: tuple[str, ...]  # what was read in a way that a person should know of
    readings: Readings = field(default_factory=Readings)  # of which the notes tell last

    def head(self, rows: int, after: Self | None = None) -> Self:
        """The same with its first rows only, of those that can be kept; before them `after`'s."""
        parts = (self,) if after is None else (after, self)
        answers = [one.answers[:rows] for one in parts if one.answers is not None]
        scores = [one.scores[:rows] for one in parts if one.scores is not None]
        return dataclasses.replace(
            self,
            rows=pl.concat([one.rows.head(rows) for one in parts]).head(rows),
            answers=np.concatenate(answers)[:rows] if answers else None,
            scores=np.concatenate(scores)[:rows] if scores else None,
        )

    @property
    def n(self) -> int:
        """Rows that can be kept."""
        return self.rows.height

    @property
    def row_number(self) -> pl.Series:
        """The spreadsheet's number of each kept row."""
        return self.rows["row_number"]

    @property
    def client_code(self) -> pl.Series:
        """Each kept row's client code: text, without outer blanks."""
        return self.rows["client_code"]

    @property
    def answered_on(self) -> pl.Series:
        """Each kept row's day."""
        return self.rows["answered_on"]

    @property
    def occasion(self) -> pl.Series:
        """What tells answers of one day apart; "" where there is but one."""
        return self.rows["occasion"]


def forms_of(table: Table, mapping: Mapping, instrument: Instrument, today: date) -> Table:
    """The table with a row a form. Raises Unreadable where mapping and file don't fit."""
    table = shaped(table, mapping.shape, today)
    check_mapping(table, mapping, instrument)
    if mapping.shape.kind != "forms":
        held_in = (*mapping.items, *mapping.scores.values())
        table = answered_only(table, held_in, MissingCodes.of(mapping.missing).__contains__)
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What each row says, whether it can be kept or not."""

    keys: pl.DataFrame  # client_code, answered_on, occasion; informant and about, if told apart
    answers: NDArray[np.int16] | None
    scores: NDArray[np.float64] | None
    findings: Findings

    @property
    def held(self) -> NDArray[np.int16] | NDArray[np.float64]:
        """Whatever is kept of the rows."""
        held = self.answers if self.answers is not None else self.scores
        assert held is not None, "a mapping has items or scores"
        return held


def read_rows(table: Table, mapping: Mapping, instrument: Instrument, today: date) -> Read:
    """What the rows say, each looked at by itself."""
    findings = Findings(table)
    keys = pl.DataFrame(
        {
            "client_code": columns.client_codes(table, mapping, findings),
            "answered_on": columns.days(table, mapping, today, findings),
            "occasion": columns.occasions(table, mapping, findings),
            **people(table, mapping, instrument, findings),
        }
    )
    answers = scores = None
    if mapping.items:
        answers = columns.answers(table, mapping, instrument, findings)
        _refuse_unanswered(np.all(answers < 0, axis=1), findings)
    else:
        scores = columns.scores(table, mapping, instrument, findings)
        _refuse_unanswered(np.all(np.isnan(scores), axis=1), findings)
    return Read(keys=keys, answers=answers, scores=scores, findings=findings)


def check_rows(
    table: Table, mapping: Mapping, instrument: Instrument, today: date,
    repeats: Repeats,
) -> Checked:  # fmt: skip
    """What of the rows can be kept; `repeats` are those of them among all rows of the file."""
    read = read_rows(table, mapping, instrument, today)
    findings, answers, scores = read.findings, read.answers, read.scores
    _refuse_conflicts(repeats, findings)
    kept = ~findings.refused
    kept[repeats.same] = False
    at = np.flatnonzero(kept)
    all_kept = len(at) == len(kept)  # mostly, and then nothing is copied
    if answers is None or not mapping.totals:
        differ = pl.DataFrame(schema=MISMATCH)
    else:
        differ = mismatches(table, mapping, instrument, at, answers[at], read.keys)
    numbers = pl.Series("row_number", table.row_numbers, dtype=pl.Int32)
    rows = read.keys.select(numbers, pl.all())
    problems = findings.problems()
    return Checked(
        file_name=table.file_name,
        sha256=table.sha256,
        mapping=mapping,
        rows=rows if all_kept else rows.filter(pl.Series(kept)),
        answers=answers if answers is None or all_kept else answers[kept],
        scores=None if scores is None else scores[kept],
        scale_ids=tuple(mapping.scores),
        problems=problems,
        counts=dict(findings.counts),
        refused_rows=np.sort(
            np.concatenate((table.ragged_rows, table.row_numbers[findings.refused]))
        ),
        repeated_same=len(repeats.same),
        repeats=tuple(
            sorted(
                zip(
                    table.row_numbers[repeats.same].tolist(),
                    repeats.first.tolist(),
                    strict=True,
                )
            )
        ),
        mismatches=differ,
        total_rows=table.total_rows,
        notes=notes(table, mapping, findings.readings, len(problems), findings.counts.total()),
        readings=findings.readings,
    )


def notes(
    table: Table, mapping: Mapping, readings: Readings, listed: int, problems: int
) -> tuple[str, ...]:
    """What of a file was read in a way that a person should know of; of its problems so many are
    listed."""
    more = f"The first {listed:,} of {problems:,} problems are listed."
    return (
        *table.notes, *_people(mapping), *_not_taken(table, mapping), *readings.notes(),
        *([more] if problems > listed else []),
    )  # fmt: skip


def _not_taken(table: Table, mapping: Mapping) -> list[str]:
    """The items that a file with a row an answer names besides those the mapping reads."""
    if mapping.shape.kind != "answers":
        return []
    said = {
        name: int((table.frame[name] != "").sum())
        for name in table.origins
        if name not in mapping.columns
    }
    words = [f"{shown(name)} ({count:,})" for name, count in said.items() if count]
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return [f"Answers not taken: {', '.join(words[:MOST_NAMED])}{more}."] if words else []


def _people(mapping: Mapping) -> list[str]:
    """Who answered and about whom, where it isn't the client themself about themself."""
    if mapping.people_columns:
        names = ", ".join(map(shown, mapping.people_columns))
        return [
            f"Who answered, or about whom, as {names} says: what isn't by the client about "
            "themself is kept apart. Where nobody of a kind is known around a client yet, one is "
            "added."
        ]
    said = [
        words
        for words, who in (
            (f"Answered by {mapping.informant}, about the client", mapping.informant),
            (f"Answered by the client, about {mapping.about}", mapping.about),
        )
        if who != SELF
    ]
    return [
        f"{words}: kept apart from the client's own answers. Where nobody of that kind is known "
        "around a client yet, one is added."
        for words in said
    ]


def order_of_days(table: Table, mapping: Mapping) -> DayOrder:
    """The rows whose day can only have the day first, and those only the month."""
    rows = {}
    if mapping.date_format in ("dmy", "mdy"):
        texts, which = distinct(table.frame[mapping.answered_on])
        for name, only in (("day", only_day_first), ("month", only_month_first)):
            marked = np.array([only(text) for text in texts], dtype=bool)
            rows[name] = table.row_numbers[marked[which]]
    return rows


def refuse_other_order(file: str, mapping: Mapping, rows: DayOrder) -> None:
    """Refuse a file some of whose days can only be read another way than stated."""
    stated, other = ("day", "month") if mapping.date_format == "dmy" else ("month", "day")
    if not rows or not len(rows[other]):
        return
    told = {name: listed(numbers.tolist()) for name, numbers in rows.items() if len(numbers)}
    if len(rows[stated]):
        expected = (
            f"one way of writing days, but {told['day']} can only be day first and "
            f"{told['month']} only month first"
        )
        cure = "Bring all days of the file into one form, best year-month-day (2026-11-03)."
    else:
        expected = f"days with the {stated} first, but {told[other]} can only be {other} first"
        cure = "Say anew how the file writes its days."
    raise Unreadable(
        [
            Problem(
                kind=ProblemKind.DATE_ORDER,
                file=file,
                column=shown(mapping.answered_on),
                expected=expected,
                cure=cure,
            )
        ]
    )


def _refuse_unanswered(blank: NDArray[np.bool_], findings: Findings) -> None:
    wrong = Wrong(ProblemKind.NOTHING_ANSWERED, "at least one answer, but nothing is answered")
    # A row refused for a cell may look blank only because that cell was refused.
    for at in np.flatnonzero(blank & ~findings.refused).tolist():
        findings.add(at, None, None, wrong)


def _refuse_conflicts(repeats: Repeats, findings: Findings) -> None:
    for at, (rows, count) in repeats.conflicts.items():
        expected = f"one row for a client and day, but {listed(rows, count=count)} "
        expected += "has other answers" if count == 1 else "have other answers"
        cure = "Keep the right one, or name a column that tells occasions apart."
        findings.add(at, None, None, Wrong(ProblemKind.CONFLICT, expected, cure))
