"""Which rows of a file can be kept, and what is wrong with each of the others."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import BLANK, Instrument
from attachdash.intake.cells import FORMULA_STARTS
from attachdash.intake.coding import check_coding
from attachdash.intake.days import NoDay, only_day_first, only_month_first, read_day
from attachdash.intake.mapping import Mapping, check_mapping, file_shift
from attachdash.intake.numbers import AnswerReader, MissingCodes, NoNumber, ScoreReader
from attachdash.intake.problems import Problem, ProblemKind, Unreadable, listed, shown
from attachdash.intake.repeats import find_repeats
from attachdash.intake.table import MOST_LISTED, Table

LONGEST_CODE = 40
# Stands in the matrix for a cell that is refused; its row is never kept.
REFUSED = -9


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The rows that can be kept, in the file's order, and every problem of the others."""

    file_name: str
    sha256: str  # of the file
    mapping: Mapping
    rows: pl.DataFrame  # row_number Int32, client_code String, answered_on Date, occasion String
    answers: NDArray[np.int16] | None  # (rows, items): whole steps of the definition, or BLANK
    scores: NDArray[np.float64] | None  # (rows, scale_ids): NaN where there is none
    scale_ids: tuple[str, ...]  # the columns of scores
    problems: tuple[Problem, ...]  # by row; at most MOST_LISTED of them
    counts: dict[ProblemKind, int]  # all problems, also those not listed
    refused_rows: NDArray[np.int32]  # the numbers of all refused rows
    repeated_same: int  # rows that repeat another with the same answers, kept once
    total_rows: int  # rows that hold anything: kept, refused and repeated
    notes: tuple[str, ...]  # what was read in a way that a person should know of

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

    @property
    def problem_count(self) -> int:
        """All problems, also those not listed."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a cell can't be kept."""

    kind: ProblemKind
    expected: str
    cure: str


class Findings:
    """The problems of one file, gathered column by column."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.refused = np.zeros(table.frame.height, dtype=bool)
        self.counts: Counter[ProblemKind] = Counter()
        self._listed: list[tuple[int, int, Problem]] = []
        self.counts[ProblemKind.FIELDS] += len(table.ragged_rows)
        self._listed += [(problem.row or 0, -1, problem) for problem in table.problems]

    def add(self, at: int, column: str | None, value: str | None, wrong: Wrong) -> None:
        """One problem in frame row `at`."""
        self.refused[at] = True
        self.counts[wrong.kind] += 1
        self._list(at, column, value, wrong)

    def add_cells(
        self, column: str, places: NDArray[np.int64], codes: NDArray[np.int64], wrong: list[Wrong]
    ) -> None:
        """Problems of one column: at each place, in frame order, the wrong its code counts to."""
        self.refused[places] = True
        for code, times in enumerate(np.bincount(codes, minlength=len(wrong)).tolist()):
            self.counts[wrong[code].kind] += times
        texts = self.table.frame[column]
        for at, code in zip(
            places[:MOST_LISTED].tolist(), codes[:MOST_LISTED].tolist(), strict=True
        ):
            self._list(at, column, texts[at], wrong[code])

    def _list(self, at: int, column: str | None, value: str | None, wrong: Wrong) -> None:
        row = int(self.table.row_numbers[at])
        place = -1 if column is None else self.table.columns.index(column)
        problem = Problem(
            kind=wrong.kind,
            file=self.table.file_name,
            row=row,
            column=None if column is None else shown(column),
            value=None if value is None else shown(value.strip()),
            expected=wrong.expected,
            cure=wrong.cure,
        )
        self._listed.append((row, place, problem))

    def problems(self) -> tuple[Problem, ...]:
        """The first problems, by row and column."""
        self._listed.sort(key=lambda entry: entry[:2])
        return tuple(problem for _, _, problem in self._listed[:MOST_LISTED])


def check(table: Table, mapping: Mapping, instrument: Instrument, today: date) -> Checked:
    """What of the file can be kept under this mapping.

    Raises Unreadable when the file must be refused as a whole: the mapping doesn't fit it or
    the instrument, its days can't be told, or its answers look coded from another number.
    """
    check_mapping(table, mapping, instrument)
    _check_day_order(table, mapping)
    check_coding(table, mapping, instrument)
    findings = Findings(table)
    notes = list(table.notes)
    codes = _texts(table, mapping.client, _read_code, findings)
    days = _days(table, mapping, today, findings)
    occasions = (
        pl.Series([""] * 0, dtype=pl.String)
        if mapping.occasion is None
        else _texts(table, mapping.occasion, _read_occasion, findings)
    )
    if mapping.occasion is None:
        occasions = pl.repeat("", table.frame.height, dtype=pl.String, eager=True)
    answers = scores = None
    if mapping.items:
        answers = _answers(table, mapping, instrument, findings, notes)
        _refuse_unanswered((answers == BLANK).all(axis=1), findings)
    else:
        scores = _scores(table, mapping, instrument, findings, notes)
        _refuse_unanswered(np.isnan(scores).all(axis=1), findings)
    keys = pl.DataFrame({"client_code": codes, "answered_on": days, "occasion": occasions})
    held = answers if scores is None else scores
    assert held is not None, "a mapping has items or scores"
    repeats = find_repeats(keys, held, ~findings.refused)
    for at, others in repeats.conflicts.items():
        rows = [int(table.row_numbers[other]) for other in others]
        findings.add(
            at,
            None,
            None,
            Wrong(
                ProblemKind.CONFLICT,
                f"one row for a client and day, but {listed(rows)} "
                f"{'has' if len(rows) == 1 else 'have'} other answers for the same",
                "Keep the right one, or name a column that tells them apart.",
            ),
        )
    kept = ~findings.refused
    kept[repeats.same] = False
    rows_kept = keys.with_columns(pl.Series("row_number", table.row_numbers, dtype=pl.Int32))
    problems = findings.problems()
    total_problems = sum(findings.counts.values())
    if total_problems > len(problems):
        notes.append(f"The first {len(problems):,} of {total_problems:,} problems are listed.")
    return Checked(
        file_name=table.file_name,
        sha256=table.sha256,
        mapping=mapping,
        rows=rows_kept.filter(pl.Series(kept)).select(
            "row_number", "client_code", "answered_on", "occasion"
        ),
        answers=None if answers is None else answers[kept],
        scores=None if scores is None else scores[kept],
        scale_ids=tuple(mapping.scores),
        problems=problems,
        counts={kind: times for kind, times in findings.counts.items() if times},
        refused_rows=np.sort(
            np.concatenate((table.ragged_rows, table.row_numbers[findings.refused]))
        ),
        repeated_same=len(repeats.same),
        total_rows=table.total_rows,
        notes=tuple(notes),
    )


def distinct(series: pl.Series) -> tuple[list[str], NDArray[np.int64]]:
    """A column's different texts, and for each cell which of them it is."""
    texts = series.unique(maintain_order=True)
    which = series.cast(pl.Enum(texts)).to_physical().to_numpy()
    return texts.to_list(), which.astype(np.int64)


def _check_day_order(table: Table, mapping: Mapping) -> None:
    """Refuse a file some of whose days can only be read another way than stated."""
    if mapping.date_format == "iso":
        return
    texts, which = distinct(table.frame[mapping.answered_on])
    rows = {}
    for name, only in (("day", only_day_first), ("month", only_month_first)):
        marked = np.array([only(text) for text in texts], dtype=bool)
        rows[name] = table.row_numbers[marked[which]].tolist()
    stated, other = ("day", "month") if mapping.date_format == "dmy" else ("month", "day")
    if not rows[other]:
        return
    if rows[stated]:
        expected = (
            f"one way of writing days, but {listed(rows['day'])} can only be day first and "
            f"{listed(rows['month'])} only month first"
        )
        cure = "Bring all days of the file into one form, best year-month-day (2026-11-03)."
    else:
        expected = (
            f"days with the {stated} first, but {listed(rows[other])} can only be {other} first"
        )
        cure = "Say anew how the file writes its days."
    raise Unreadable(
        [
            Problem(
                kind=ProblemKind.DATE_ORDER,
                file=table.file_name,
                column=shown(mapping.answered_on),
                expected=expected,
                cure=cure,
            )
        ]
    )


def _texts(
    table: Table, column: str, read: Callable[[str], str | Wrong], findings: Findings
) -> pl.Series:
    """A column's texts, each different one read once."""
    texts, which = distinct(table.frame[column])
    values = [read(text) for text in texts]
    _add_wrong(column, values, which, None, findings)
    good = pl.Series(
        [None if isinstance(value, Wrong) else value for value in values], dtype=pl.String
    )
    return good.gather(which)


def _add_wrong(
    column: str,
    values: list[str | Wrong] | list[object],
    which: NDArray[np.int64],
    places: NDArray[np.int64] | None,
    findings: Findings,
) -> None:
    """Add the cells whose value is a Wrong; `places` are their frame rows, None for all rows."""
    wrong = [value for value in values if isinstance(value, Wrong)]
    if not wrong:
        return
    number = np.full(len(values), -1, dtype=np.int64)
    number[[index for index, value in enumerate(values) if isinstance(value, Wrong)]] = np.arange(
        len(wrong)
    )
    codes = number[which]
    at = np.flatnonzero(codes >= 0)
    findings.add_cells(column, at if places is None else places[at], codes[at], wrong)


def _read_code(text: str) -> str | Wrong:
    code = text.strip()
    if not code:
        return Wrong(ProblemKind.CLIENT_CODE, "a client code", "Fill in whose answers these are.")
    return _plain(code, ProblemKind.CLIENT_CODE)


def _read_occasion(text: str) -> str | Wrong:
    return _plain(text.strip(), ProblemKind.OCCASION)


def _plain(text: str, kind: ProblemKind) -> str | Wrong:
    if text.startswith(FORMULA_STARTS):
        return Wrong(
            kind,
            "text that doesn't begin with = + - or @",
            "A spreadsheet would run it as a formula: write it another way.",
        )
    if not text.isprintable():
        return Wrong(kind, "letters and digits on one line", "Remove invisible characters.")
    if len(text) > LONGEST_CODE:
        return Wrong(kind, f"at most {LONGEST_CODE} characters", "Is this the right column?")
    return text


def _days(table: Table, mapping: Mapping, today: date, findings: Findings) -> pl.Series:
    assert mapping.date_format is not None, "the mapping was checked"
    texts, which = distinct(table.frame[mapping.answered_on])
    read = [read_day(text, mapping.date_format, today) for text in texts]
    values = [_wrong(day) if isinstance(day, NoDay) else day for day in read]
    _add_wrong(mapping.answered_on, list[object](values), which, None, findings)
    good = pl.Series([None if isinstance(day, NoDay) else day for day in read], dtype=pl.Date)
    return good.gather(which)


def _wrong(refusal: NoDay | NoNumber) -> Wrong:
    return Wrong(refusal.kind, refusal.expected, refusal.cure)


def _answers(
    table: Table, mapping: Mapping, instrument: Instrument, findings: Findings, notes: list[str]
) -> NDArray[np.int16]:
    """Whole steps of the definition, (frame rows, items); BLANK, or REFUSED where a row is."""
    missing = MissingCodes.of(mapping.missing)
    shift = round(file_shift(mapping, instrument) / instrument.step)
    # Column after column in memory: each is written, and later read, as one piece.
    matrix = np.empty((table.frame.height, len(mapping.items)), dtype=np.int16, order="F")
    as_decimals = 0
    for place, (column, item) in enumerate(zip(mapping.items, instrument.items, strict=True)):
        reader = AnswerReader(
            low=item.low, high=item.high, step=instrument.step, shift=shift, missing=missing
        )
        texts = table.frame[column]
        values, odd = _plain_answers(texts, reader)
        at = np.flatnonzero(odd)
        if len(at):
            different, which = distinct(texts.gather(at))
            read = [reader.read(text) for text in different]
            wrong = [_wrong(value) if isinstance(value, NoNumber) else value for value in read]
            _add_wrong(column, list[object](wrong), which, at, findings)
            numbers = [REFUSED if isinstance(value, NoNumber) else value for value in read]
            values[at] = np.array(numbers, dtype=np.int16)[which]
            if instrument.step == 1:
                pointed = [
                    "." in text and value >= 0
                    for text, value in zip(different, numbers, strict=True)
                ]
                as_decimals += int(np.array(pointed)[which].sum())
        matrix[:, place] = values
    if as_decimals:
        notes.append(
            f"{as_decimals:,} {'answer' if as_decimals == 1 else 'answers'} written like 2.0 "
            f"{'was' if as_decimals == 1 else 'were'} read as whole numbers."
        )
    return matrix


def _plain_answers(
    texts: pl.Series, reader: AnswerReader
) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """The column cast to whole steps, and which cells need to be looked at one by one."""
    if reader.step != 1:
        return np.empty(len(texts), dtype=np.int16), np.ones(len(texts), dtype=bool)
    cast = texts.cast(pl.Int16, strict=False)
    # The cast also takes "+2" and "-0", which nobody's answer sheet says.
    signed = texts.str.starts_with("+") | texts.str.starts_with("-")
    whole = cast.fill_null(np.iinfo(np.int16).min).to_numpy()
    low, high = reader.low + reader.shift, reader.high + reader.shift
    odd = (whole < low) | (whole > high) | signed.to_numpy()
    return (whole - np.int16(reader.shift)), odd


def _scores(
    table: Table, mapping: Mapping, instrument: Instrument, findings: Findings, notes: list[str]
) -> NDArray[np.float64]:
    """Ready scores, (frame rows, scales); NaN where there is none or the row is refused."""
    missing = MissingCodes.of(mapping.missing)
    matrix = np.empty((table.frame.height, len(mapping.scores)), dtype=np.float64, order="F")
    commas = 0
    for place, (scale_id, column) in enumerate(mapping.scores.items()):
        scale = instrument.scale(scale_id)
        reader = ScoreReader(
            low=scale.low, high=scale.high, decimal_comma=table.delimiter == ";", missing=missing
        )
        texts, which = distinct(table.frame[column])
        read = [reader.read(text) for text in texts]
        wrong = [_wrong(value) if isinstance(value, NoNumber) else value for value in read]
        _add_wrong(column, list[object](wrong), which, None, findings)
        numbers = [float("nan") if isinstance(value, NoNumber) else value for value in read]
        matrix[:, place] = np.array(numbers)[which]
        commas += int(np.array(["," in text for text in texts])[which].sum())
    if commas and table.delimiter == ";":
        notes.append("Scores with a decimal comma were read as such: 1,5 is one and a half.")
    return matrix


def _refuse_unanswered(blank: NDArray[np.bool_], findings: Findings) -> None:
    wrong = Wrong(ProblemKind.NOTHING_ANSWERED, "at least one answer, but nothing is answered", "")
    # A row refused for a cell of its own may look blank only because that cell was refused.
    for at in np.flatnonzero(blank & ~findings.refused).tolist():
        findings.add(at, None, None, wrong)
