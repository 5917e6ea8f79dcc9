"""Every bad cell is named with its place and its cure, and no blank becomes an answer."""

from datetime import date

import numpy as np
import pytest

from attachdash.instruments import BLANK
from attachdash.intake import Problem, ProblemKind, Unreadable
from tests.intake.conftest import HEADER, ROW

RANGE = "0 to 3, or empty if not answered"


def row(cell: str, client: str = "C-0087", day: str = "2026-11-03") -> str:
    """A right row but for the cell of item 4."""
    return f"{client},{day},0,1,2,{cell},0,1,2,3,0"


def test_a_right_file_comes_in_exactly(check_rows):
    checked = check_rows(ROW, "007,2026-11-24,3,3,3,3,3,3,3,3,3")
    assert checked.rows.rows() == [
        (2, "C-0087", date(2026, 11, 3), ""),
        (3, "007", date(2026, 11, 24), ""),  # today is not the future
    ]
    assert checked.answers.tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, 0], [3] * 9]
    assert checked.answers.dtype == np.int16
    assert checked.scores is None
    assert (checked.n, checked.total_rows, checked.repeated_same) == (2, 2, 0)
    assert checked.problems == ()
    assert checked.counts == {}
    assert checked.notes == ()


def test_a_problem_reads_as_a_sentence_with_its_place():
    problem = Problem(
        kind=ProblemKind.OUT_OF_RANGE,
        file="march.csv",
        row=14,
        column="phq9_4",
        value="5",
        expected=RANGE,
    )
    assert str(problem) == (
        "march.csv, row 14, column phq9_4: found 5; expected 0 to 3, or empty if not answered."
    )


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("", BLANK),
        ("  ", BLANK),
        ("\u00a0", BLANK),  # a blank that doesn't break, as web pages have it
        (" 2 ", 2),
        ("2.0", 2),
        ("2.", None),
        ("02", 2),
    ],
)
def test_h03_what_a_cell_may_say(check_rows, cell, answer):
    checked = check_rows(row(cell))
    if answer is None:
        assert checked.n == 0
    else:
        assert checked.answers[0].tolist() == [0, 1, 2, answer, 0, 1, 2, 3, 0]
        assert bool(checked.notes) == (cell == "2.0")  # only this one is worth saying


@pytest.mark.parametrize(
    ("cell", "kind", "cure"),
    [
        ("5", ProblemKind.OUT_OF_RANGE, "answer sheet"),
        ("-1", ProblemKind.OUT_OF_RANGE, "missing code"),
        ("-3", ProblemKind.OUT_OF_RANGE, "answer sheet"),  # our own sign for not applicable
        ("99", ProblemKind.OUT_OF_RANGE, "missing code"),
        ("9", ProblemKind.OUT_OF_RANGE, "missing code"),
        ("70000", ProblemKind.OUT_OF_RANGE, "answer sheet"),  # more than 16 bits hold
        ("65537", ProblemKind.OUT_OF_RANGE, "answer sheet"),  # would be 1 if it ran over
        ("1.5", ProblemKind.DECIMAL, "answer sheet"),
        ("2.0000001", ProblemKind.DECIMAL, "answer sheet"),
        ('"1,5"', ProblemKind.DECIMAL, "point"),
        ("NaN", ProblemKind.NOT_A_NUMBER, "missing code"),
        ("NA", ProblemKind.NOT_A_NUMBER, "missing code"),
        ("n/a", ProblemKind.NOT_A_NUMBER, "missing code"),
        ("-", ProblemKind.NOT_A_NUMBER, "missing code"),
        ("null", ProblemKind.NOT_A_NUMBER, "missing code"),
        ("often", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("=1+1", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("+2", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("-0", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("1e0", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("0x1", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("1_0", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("٢", ProblemKind.NOT_A_NUMBER, "number itself"),  # a 2 in other digits
        ("True", ProblemKind.NOT_A_NUMBER, "number itself"),
        ("1 2", ProblemKind.NOT_A_NUMBER, "number itself"),
    ],
)
def test_h03_what_a_cell_may_not_say_is_a_problem_and_never_an_answer(check_rows, cell, kind, cure):
    checked = check_rows(ROW, row(cell, client="C-2"))
    (problem,) = checked.problems
    assert (problem.kind, problem.row, problem.column) == (kind, 3, "phq9_4")
    assert problem.value == cell.strip('"')
    assert problem.expected.startswith("0 to 3")
    assert problem.expected.endswith("or empty if not answered")
    assert cure in problem.cure
    assert not problem.kind.is_for_whole_file
    assert checked.row_number.to_list() == [2]  # the right row isn't held up
    assert checked.refused_rows.tolist() == [3]
    assert checked.counts == {kind: 1}


def test_missing_codes_are_blank_once_named(check_rows):
    checked = check_rows(
        row("99"), row("na", "C-2"), row("99.0", "C-3"), row("9", "C-4"), missing=("99", "NA")
    )
    assert checked.answers[:, 3].tolist() == [BLANK] * 3
    assert checked.refused_rows.tolist() == [5]


def test_all_problems_are_gathered_by_row_and_column(check_rows):
    checked = check_rows(
        ",2026-11-31,x,1,2,3,0,1,2,3,7", row("n/a", "C-1"), ROW, "C-9,2026-11-03,0"
    )
    assert [(p.row, p.column, p.kind) for p in checked.problems] == [
        (2, "client", ProblemKind.CLIENT_CODE),
        (2, "date", ProblemKind.DATE),
        (2, "phq9_1", ProblemKind.NOT_A_NUMBER),
        (2, "phq9_9", ProblemKind.OUT_OF_RANGE),
        (3, "phq9_4", ProblemKind.NOT_A_NUMBER),
        (5, None, ProblemKind.FIELDS),
    ]
    assert checked.refused_rows.tolist() == [2, 3, 5]
    assert (checked.n, checked.total_rows, sum(checked.counts.values())) == (1, 4, 6)
    assert checked.counts[ProblemKind.NOT_A_NUMBER] == 2


def test_more_problems_than_anyone_reads_are_counted_not_listed(check_text):
    rows = "\n".join(f"C-{i},2026-11-03" + ",x" * 9 for i in range(2000))
    checked = check_text(f"{HEADER}\n{rows}\n")
    assert len(checked.problems) == 10_000
    assert sum(checked.counts.values()) == checked.counts[ProblemKind.NOT_A_NUMBER] == 18_000
    assert len(checked.refused_rows) == checked.total_rows == 2000
    assert "10,000 of 18,000" in checked.notes[-1]


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("NA", None),  # a code like any other
        ("007", "007"),  # zeros stay
        (" C-1 ", "C-1"),
        ("1.0", "1.0"),
        ("true", "true"),
        ("Zoë", "Zoë"),
        ("x" * 40, "x" * 40),
        ("x" * 41, None),
        ("", None),
        ("   ", None),
        ("=1+1", None),
        ("+1", None),
        ("-1", None),
        ("@a", None),
        ('"a\nb"', None),
        ("a\x07b", None),
        ("a\u200bb", None),  # invisible, so two codes would look alike
        ("a\u1160", None),
        ("\u115fa", None),
    ],
)
def test_h13_client_codes_are_text_and_only_plain_text(check_rows, code, kept):
    checked = check_rows(row("0", client=code))
    if kept is None:
        (problem,) = checked.problems
        assert (problem.kind, problem.column) == (ProblemKind.CLIENT_CODE, "client")
        assert problem.value.isprintable()
    else:
        assert checked.client_code.to_list() == [kept]


@pytest.mark.parametrize(
    ("written", "cell", "kept"),
    [
        ("iso", "2026-11-03", date(2026, 11, 3)),
        ("iso", " 2026-11-03 ", date(2026, 11, 3)),
        ("dmy", "03.11.2026", date(2026, 11, 3)),
        ("dmy", "3/11/2026", date(2026, 11, 3)),
        ("dmy", "3-11-2026", date(2026, 11, 3)),
        ("mdy", "11/03/2026", date(2026, 11, 3)),
        ("dmy", "29.02.2024", date(2024, 2, 29)),
        ("iso", "1900-01-01", date(1900, 1, 1)),
        ("dmy", "29.02.2025", "exists"),
        ("iso", "2026-11-31", "exists"),
        ("dmy", "31.13.2026", "exists"),  # neither order can be
        ("iso", "2026-11-25", "future"),
        ("iso", "1899-12-31", "1900"),
        ("iso", "0000-01-01", "exists"),
        ("iso", "", "2026-11-30"),
        ("iso", "03.11.2026", "2026-11-30"),
        ("dmy", "2026-11-03", "30.11.2026"),
        ("dmy", "3.11/2026", "30.11.2026"),  # two separators
        ("dmy", "03.11.26", "four digits"),
        ("iso", "46329", "day number"),  # counted from 1900 or from 1904?
        ("dmy", "46329", "day number"),
        ("iso", "2026-11-03T23:30:00Z", "time of day"),  # which day it is depends on the place
        ("iso", "20261103", "2026-11-30"),
        ("iso", "٢٠٢٦-11-03", "2026-11-30"),
        ("iso", "=TODAY()", "2026-11-30"),
        ("iso", "NaN", "2026-11-30"),
    ],
)
def test_h06_days_are_read_in_the_stated_format_only(check_rows, written, cell, kept):
    checked = check_rows(row("0", day=cell), date_format=written)
    if isinstance(kept, date):
        assert checked.answered_on.to_list() == [kept]
    else:
        (problem,) = checked.problems
        assert problem.kind in (ProblemKind.DATE, ProblemKind.DATE_OUT_OF_RANGE)
        assert kept in str(problem)


def test_h06_every_day_of_a_year_in_every_format(check_text):
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + count) for count in range(366)]
    formats = [("iso", "%Y-%m-%d")]
    formats += [("dmy", f"%d{mark}%m{mark}%Y") for mark in "./-"]
    formats += [("mdy", f"%m{mark}%d{mark}%Y") for mark in "./-"]
    for written, pattern in formats:
        rows = "\n".join(f"C-1,{day.strftime(pattern)}" + ",0" * 9 for day in days)
        checked = check_text(f"{HEADER}\n{rows}\n", date_format=written)
        assert checked.answered_on.to_list() == days
        other = {"dmy": "mdy", "mdy": "dmy"}.get(written)
        if other:
            with pytest.raises(Unreadable):
                check_text(f"{HEADER}\n{rows}\n", date_format=other)


@pytest.mark.parametrize("written", ["dmy", "mdy"])
def test_h06_a_mix_of_day_first_and_month_first_is_refused_whole(check_rows, written):
    rows = [row("0", f"C-{i}", day) for i, day in enumerate(("28.10.2025", "03.04.2025"))]
    with pytest.raises(Unreadable) as refusal:
        check_rows(*rows, row("0", "C-7", "10/28/2025"), date_format=written)
    (problem,) = refusal.value.problems
    assert problem.kind is ProblemKind.DATE_ORDER
    assert "row 2 can only be day first and row 4 only month first" in problem.expected
    assert "year-month-day" in problem.cure


def test_h06_a_stated_order_that_some_days_contradict_is_refused_whole(check_rows):
    # Read day first, 04/03 would be another day than its neighbours say.
    with pytest.raises(Unreadable, match="row 3 can only be month first"):
        check_rows(row("0", "C-1", "04/03/2026"), row("0", "C-1", "04/17/2026"), date_format="dmy")


def test_rows_with_nothing_answered_are_refused(check_rows):
    checked = check_rows(
        "C-1,2026-11-03" + "," * 9, ROW, "C-2,2026-11-03" + ",99" * 9, missing=("99",)
    )
    assert [(p.row, p.kind) for p in checked.problems] == [
        (2, ProblemKind.NOTHING_ANSWERED),
        (4, ProblemKind.NOTHING_ANSWERED),
    ]
    assert "nothing is answered" in str(checked.problems[0])


def test_h07_a_row_said_twice_is_kept_once(check_rows):
    checked = check_rows(ROW, row("3", "C-2"), ROW, ROW)
    assert checked.row_number.to_list() == [2, 3]
    assert (checked.repeated_same, checked.total_rows) == (2, 4)
    assert checked.problems == ()


def test_h07_rows_that_contradict_each_other_are_all_refused_naming_the_others(check_rows):
    checked = check_rows(ROW, row("2"), row("3", "C-2"), ROW)
    assert checked.client_code.to_list() == ["C-2"]
    assert [(p.row, p.kind) for p in checked.problems] == [
        (2, ProblemKind.CONFLICT),
        (3, ProblemKind.CONFLICT),
        (5, ProblemKind.CONFLICT),
    ]
    assert "row 3 has other answers" in str(checked.problems[0])
    assert "rows 2 and 5 have other answers" in str(checked.problems[1])


def test_a_refused_row_contradicts_nobody(check_rows):
    checked = check_rows(ROW, row("x"))
    assert checked.row_number.to_list() == [2]
    assert [p.kind for p in checked.problems] == [ProblemKind.NOT_A_NUMBER]


def test_an_occasion_tells_rows_of_one_day_apart(check_text):
    rows = f"occasion,{HEADER}\nbefore,{ROW}\n after ,{ROW}\n,{ROW}\n=a,{ROW}\n"
    checked = check_text(rows, occasion="occasion")
    assert checked.occasion.to_list() == ["before", "after", ""]
    assert [(p.row, p.kind) for p in checked.problems] == [(5, ProblemKind.OCCASION)]
