"""Files of every shape become one row a form, and each problem still names its own cell."""

from __future__ import annotations

from datetime import date

import pytest

from attachdash.errors import Invalid
from attachdash.intake import Mapping, ProblemKind, Unreadable, propose, read_csv
from attachdash.intake.days import read_day
from attachdash.intake.occasions import days_of, is_time, spaced, stated
from attachdash.intake.problems import Wrong
from attachdash.intake.propose_shape import propose_shape, time_points
from attachdash.intake.shapes import (
    CLIENT_CODE,
    NOMINAL,
    PLAIN,
    ROW_CODE,
    Nominal,
    Point,
    Shape,
    shaped,
)
from tests.intake.checked import check
from tests.intake.conftest import HEADER, TODAY


@pytest.mark.parametrize(
    ("text", "from_1900", "from_1904"),
    [
        ("1", date(1900, 1, 1), date(1904, 1, 2)),
        ("59", date(1900, 2, 28), date(1904, 2, 29)),
        ("60", None, date(1904, 3, 1)),  # 29 February 1900, which never was
        ("61", date(1900, 3, 1), date(1904, 3, 2)),
        ("0", None, date(1904, 1, 1)),
        ("45963", date(2025, 11, 2), None),  # from 1904 it is still to come
        ("45963.0", date(2025, 11, 2), None),
        ("44501", date(2021, 11, 1), date(2025, 11, 2)),
        ("44501.5", None, None),
        ("2025-11-02", None, None),
        ("-1", None, None),
    ],
)
def test_a_day_number_is_a_day_of_the_stated_epoch_only(text, from_1900, from_1904):
    for epoch, expected in (("excel1900", from_1900), ("excel1904", from_1904)):
        read = read_day(text, epoch, TODAY)
        assert (None if isinstance(read, Wrong) else read) == expected


def test_day_numbers_are_proposed_with_both_readings_and_their_epoch_asked_for(instruments):
    table = read_csv("march.csv", f"{HEADER}\nC-1,44501,0,1,2,3,0,1,2,3,0\n".encode())
    found = propose(table, instruments, TODAY)
    assert (found.answered_on, found.date_format) == ("date", None)
    [note] = [note for note in found.notes if "Excel" in note]
    assert "2021-11-01 counted from 1900" in note
    assert "2025-11-02 counted from 1904" in note


def test_day_numbers_come_in_once_their_epoch_is_said(check_rows):
    checked = check_rows("C-1,44501,0,1,2,3,0,1,2,3,0", date_format="excel1904")
    assert checked.answered_on.to_list() == [date(2025, 11, 2)]
    checked = check_rows("C-1,2025-11-02,0,1,2,3,0,1,2,3,0", date_format="excel1904")
    assert "day number" in checked.problems[0].expected


def read(text: str):
    return read_csv("file.csv", text.encode())


def gad7(shape: Shape, client: str = "client", **said) -> Mapping:
    items = tuple(f"item {number}" for number in range(1, 8))
    usual = {"instrument": "gad7", "client": client, "answered_on": NOMINAL, "shape": shape,
             "date_format": "iso", "items": items}  # fmt: skip
    return Mapping.model_validate(usual | said)


@pytest.mark.parametrize(
    ("columns", "labels", "bases"),
    [
        ("id bdi.pre bdi.2m bdi.4m", ("pre", "2m", "4m"), {"bdi"}),
        ("phq9_1_t1 phq9_2_t1 phq9_1_t2 phq9_2_t2", ("t1", "t2"), {"phq9_1", "phq9_2"}),
        ("pre_gad7 post_gad7 age", ("pre", "post"), {"gad7"}),
        ("date_t1 phq9_t1 date_t2 phq9_t2", ("t1", "t2"), {"date", "phq9"}),
        ("client date phq9_1 phq9_2 phq9_3", (), set()),  # items, no time points
        ("client date Q1 Q2 m1", (), set()),
        ("x.pre y.post", (), set()),  # nothing is there twice
        ("bdi.t1 bdi_T1 bdi.t2", (), set()),  # which is meant can't be told
    ],
)
def test_time_points_are_found_by_the_pattern_of_names(columns, labels, bases):
    found = time_points(tuple(columns.split()))
    assert tuple(point.label for point in found) == labels
    assert {base for point in found for base in point.columns} == bases


def test_labels_that_say_their_time_are_read_and_no_others():
    assert {label: days_of(label) for label in ("pre", "2m", "month 6", "w4", "post", "3")} == {
        "pre": 0, "2m": 61, "month 6": 183, "w4": 28, "post": None, "3": None,
    }  # fmt: skip
    assert [is_time(word) for word in ("t2", "post", "12", "age", "q1")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert spaced(("0", "2", "8"), "months") == {"0": 0, "2": 61, "8": 244}
    assert spaced(("1", "2", "12"), "sessions", 7) == {"1": 0, "2": 7, "12": 77}
    assert stated("pre=0, post=12w,6m=6m", ()) == {"pre": 0, "post": 84, "6m": 183}
    assert stated("sessions=14", ("1", "3")) == {"1": 0, "3": 28}
    for wrong in ("pre", "pre=soon", "sessions", "=3"):
        with pytest.raises(Invalid):
            stated(wrong, ("1",))


def test_a_wide_file_names_its_own_row_and_column(instruments):
    table = read("id,phq9.pre,phq9.2m\n7,12,\n8,99,3\n9,NA,NA\n")
    shape = Shape(
        kind="times", points=time_points(table.columns),
        nominal=Nominal(days={"pre": 0, "2m": 61}, start=date(2024, 1, 1)),
    )  # fmt: skip
    mapping = Mapping(
        instrument="phq9", client="id", answered_on=NOMINAL, date_format="iso",
        scores={"total": "phq9"}, shape=shape, missing=("NA",),
    )  # fmt: skip
    checked = check(table, mapping, instruments["phq9"], TODAY)
    assert checked.rows.rows() == [(2, "7", date(2024, 1, 1), ""), (3, "8", date(2024, 3, 2), "")]
    [problem] = checked.problems
    assert (problem.row, problem.column, problem.value) == (3, "phq9.pre", "99")
    assert "3 forms without any answer were left out." in checked.notes
    assert mapping.is_nominal


def test_a_wide_file_with_items_and_days_of_its_own(instruments):
    names = [f"gad7_{item}_t{time}" for time in (1, 2) for item in range(1, 8)]
    header = ",".join(["client", "date_t1", "date_t2", *names])
    table = read(f"{header}\nA,2025-01-01,2025-02-01,{','.join('1' * 7)},{','.join('2' * 7)}\n")
    guess = propose_shape(table, TODAY)
    assert (guess.kind, guess.has_days) == ("times", True)
    shape = Shape(kind="times", points=guess.points)
    mapping = propose(shaped(table, shape, TODAY), instruments, TODAY).mapping
    assert mapping is not None
    checked = check(
        table, mapping.model_copy(update={"shape": shape}), instruments["gad7"], TODAY
    )  # fmt: skip
    assert checked.answered_on.to_list() == [date(2025, 1, 1), date(2025, 2, 1)]
    assert checked.answers.tolist() == [[1] * 7, [2] * 7]


def answers_file(*more: str) -> str:
    rows = [f"{who},{day},{item},{item % 4}" for who in "AB" for day in ("2025-03-01",)
            for item in (3, 1, 2, 4, 5, 6, 7)]  # fmt: skip
    return "\n".join(["client,date,item,value", *rows, *more, ""])


ANSWERS = Shape(kind="answers", keys=("client", "date"), item="item", value="value")


def test_a_row_an_answer_becomes_a_form(instruments):
    table = read(answers_file("B,2025-03-01,10,1", "C,2025-03-01,1,3"))
    guess = propose_shape(table, TODAY)
    assert (guess.kind, guess.item, guess.value) == ("answers", "item", "value")
    assert set(guess.keys) == {"client", "date"}
    checked = check(table, gad7(ANSWERS, answered_on="date"), instruments["gad7"], TODAY)
    assert checked.client_code.to_list() == ["A", "B", "C"]
    assert checked.answers.tolist()[0] == [1, 2, 3, 0, 1, 2, 3]
    assert checked.answers.tolist()[2][1:] == [-1] * 6  # what isn't there is blank, never 0
    assert "Answers not taken: item 10 (1)." in checked.notes
    assert not checked.problems


def test_a_wrong_answer_is_named_by_its_own_row(instruments):
    table = read(answers_file("C,2025-03-01,1,3", "C,2025-03-01,2,8"))
    checked = check(table, gad7(ANSWERS, answered_on="date"), instruments["gad7"], TODAY)
    [problem] = checked.problems
    assert (problem.row, problem.column, problem.value) == (17, "value", "8")
    assert checked.client_code.to_list() == ["A", "B"]


@pytest.mark.parametrize("line", ["A,2025-03-01,1,3", "A,2025-03-01,,1"])
def test_an_item_answered_twice_or_not_named_refuses_its_form_only(instruments, line):
    checked = check(
        read(answers_file(line)), gad7(ANSWERS, answered_on="date"), instruments["gad7"], TODAY
    )
    assert checked.client_code.to_list() == ["B"]
    assert sum(checked.counts.values()) == 1


def test_the_same_answer_twice_counts_once(instruments):
    checked = check(
        read(answers_file("A,2025-03-01,1,1")), gad7(ANSWERS, answered_on="date"),
        instruments["gad7"], TODAY,
    )  # fmt: skip
    assert (checked.n, sum(checked.counts.values())) == (2, 0)


def test_a_broken_row_would_cost_a_form_its_answer_and_refuses_the_file(instruments):
    with pytest.raises(Unreadable, match="row 16"):
        check(
            read(answers_file("A,2025-03-01,1")), gad7(ANSWERS, answered_on="date"),
            instruments["gad7"], TODAY,
        )  # fmt: skip


def test_a_questionnaire_column_keeps_items_apart(instruments):
    lines = [f"A,{which},{item},1" for which in ("gad7", "phq9") for item in range(1, 8)]
    table = read("\n".join(["client,instrument,item,value", *lines, ""]))
    shape = Shape(kind="answers", keys=("client",), part="instrument", item="item", value="value")
    assert shaped(table, shape, TODAY).columns[1:3] == ("gad7_item 1", "gad7_item 2")
    found = propose(shaped(table, shape, TODAY), instruments, TODAY, instrument="gad7")
    assert len(found.items) == 7


def test_an_occasion_without_days_and_a_start_that_is_no_day_are_named(instruments):
    table = read("client,intake,time,score\nA,2024-01-01,pre,3\nA,2024-01-01,x,4\nB,?,pre,5\n")
    nominal = Nominal(column="time", days={"pre": 0}, start_column="intake", start_format="iso")
    mapping = gad7(Shape(nominal=nominal), items=(), scores={"total": "score"})
    checked = check(table, mapping, instruments["gad7"], TODAY)
    assert checked.answered_on.to_list() == [date(2024, 1, 1)]
    told = [(one.kind, one.row, one.column, one.value) for one in checked.problems]
    assert told == [
        (ProblemKind.OCCASION, 3, "time", "x"),
        (ProblemKind.DATE, 4, "intake", "?"),
    ]


def test_row_codes_of_two_files_never_meet():
    one, two = (
        shaped(read(f"Q1,Q2\n1,{last}\n"), Shape(row_is_client=True), TODAY) for last in (1, 2)
    )
    codes = [table.frame[ROW_CODE].to_list() for table in (one, two)]
    assert codes[0] != codes[1]
    assert all(len(code) == 1 and code[0].startswith("row 2 of ") for code in codes)


def test_one_clients_file_takes_the_code_that_is_said():
    table = shaped(read("session,phq9\n1,5\n2,6\n"), Shape(client="C-7"), TODAY)
    assert table.frame[CLIENT_CODE].to_list() == ["C-7", "C-7"]


def test_what_a_shape_needs_is_asked_for():
    for said in (
        {"kind": "times"},
        {"kind": "answers"},
        {"points": (Point(label="pre", columns={"a": "a.pre"}),)},
        {"row_is_client": True, "client": "A"},
        {"nominal": {"days": {}}},
        {"nominal": {"start_column": "a"}},
        {"nominal": {"start": "2024-01-01", "days": {"post": 90_000}}},
    ):
        with pytest.raises(ValueError, match="validation error"):
            Shape.model_validate(said)
    with pytest.raises(Unreadable, match="bdi"):
        shaped(read("a,b\n1,2\n"), Shape(nominal=Nominal(column="bdi", start=TODAY)), TODAY)
    assert shaped(table := read("a,b\n1,2\n"), PLAIN, TODAY) is table


def test_the_shape_is_part_of_what_was_said():
    plain, other = gad7(PLAIN), gad7(Shape(nominal=Nominal(start=date(2024, 1, 1))))
    assert plain.sha256 != other.sha256
    assert Mapping.model_validate_json(other.model_dump_json()) == other
