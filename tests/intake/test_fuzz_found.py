"""What fuzzing found, each shrunk to the smallest file that showed it."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from attachdash.intake import Mapping, ProblemKind, Unreadable, read_csv
from attachdash.intake.shapes import Nominal, Point, Shape, shaped
from tests.intake.checked import check
from tests.intake.conftest import HEADER, TODAY

LONG = b"who,day,item,value\nA,2026-11-03,1,2\nA,2026-11-03,2,3\n"


def test_a_mark_of_byte_order_inside_the_first_code_stays_there_and_refuses_it(check_text) -> None:
    """The CSV parser took it off, so that the first row alone was another person's."""
    row = "\ufeffK-1,2026-11-03,0,0,0,0,0,0,0,0,1\n"
    checked = check_text(f"{HEADER}\n{row}{row}")
    assert checked.n == 0
    assert [(one.kind, one.row) for one in checked.problems] == [
        (ProblemKind.CLIENT_CODE, 2), (ProblemKind.CLIENT_CODE, 3)
    ]  # fmt: skip


def test_a_number_next_to_a_whole_one_is_no_answer(check_rows) -> None:
    """As a binary number it is 1."""
    checked = check_rows("K-1,2026-11-03,1.0000000000000001,0,0,0,0,0,0,0,0", coding_low=0)
    assert [one.kind for one in checked.problems] == [ProblemKind.DECIMAL]
    assert check_rows("K-1,2026-11-03,1.0000000000000000,0,0,0,0,0,0,0,0", coding_low=0).n == 1


def test_a_time_point_without_columns_is_no_layout() -> None:
    with pytest.raises(ValidationError, match="a time point has no columns"):
        Shape(kind="times", points=(Point(label="pre", columns={}),))


def test_answers_in_a_file_of_one_form_alone_are_that_form() -> None:
    shape = Shape(
        kind="answers", item="item", value="value", client="K-1",
        nominal=Nominal(start=date(2026, 1, 1)),
    )  # fmt: skip
    made = shaped(read_csv("a.csv", LONG), shape, TODAY)
    assert made.columns == ("item 1", "item 2", "(client)", "(nominal day)")
    assert made.frame.rows() == [("2", "3", "K-1", "2026-01-01")]


@pytest.mark.parametrize("which", ["column", "start_column"])
def test_a_column_of_a_time_point_says_nothing_else(which: str) -> None:
    points = (Point(label="pre", columns={"u": "item"}), Point(label="2m", columns={"u": "value"}))
    said = {"start": date(2026, 1, 1), "column": "value"}
    if which == "start_column":
        said = {"start_column": "value", "start_format": "iso"}
    shape = Shape(kind="times", points=points, nominal=Nominal.model_validate(said))
    with pytest.raises(Unreadable, match="value belongs to a time point too"):
        shaped(read_csv("a.csv", LONG), shape, TODAY)


@pytest.mark.parametrize("low", [32_768, -40_000, 10**30])
def test_a_lowest_answer_that_no_file_writes_can_t_be_said(low: int, make_mapping) -> None:
    with pytest.raises(ValidationError):
        make_mapping(coding_low=low)


def test_the_furthest_lowest_answers_that_can_be_said_refuse_each_row(check_rows) -> None:
    for low in (9_999, -9_999):
        assert check_rows("K-1,2026-11-03,0,0,0,0,0,0,0,0,1", coding_low=low).n == 0


@pytest.mark.parametrize("cell", ["1.0000000000000001", "3.0000000000000004"])
def test_scores_are_kept_as_near_as_a_program_holds_them(cell: str, instruments) -> None:
    mapping = Mapping(
        instrument="ecr_r", client="c", answered_on="d", date_format="iso", scores={"anxiety": "a"}
    )
    data = f"c,d,a\nK-1,2026-11-03,{cell}\n".encode()
    checked = check(read_csv("a.csv", data), mapping, instruments["ecr_r"], TODAY)
    assert checked.scores.tolist() == [[float(cell)]]
