"""Totals beside the answers are compared row by row, and repeats are told with their rows."""

import pytest

from attachdash.intake import Unreadable, propose, read_csv
from tests.intake.conftest import HEADER, TODAY


def rows(*lines: str) -> str:
    return "\n".join([HEADER + ",phq9_total", *lines]) + "\n"


def line(total: str, answers: str = "0,1,2,3,0,1,2,3,0", client: str = "C-1") -> str:
    return f"{client},2026-11-03,{answers},{total}"


@pytest.mark.parametrize("total", ["12", "12.0", " 12 ", ""])
def test_a_total_that_is_ours_or_says_nothing_is_no_mismatch(check_text, total):
    checked = check_text(rows(line(total)), totals={"total": "phq9_total"})
    assert (checked.n, checked.mismatches.height) == (1, 0)


@pytest.mark.parametrize("total", ["13", "11", "12.1", "-12", "twelve", "0", "NA"])
def test_any_other_total_is_shown_and_ours_is_kept(check_text, total):
    checked = check_text(
        rows(line("12"), line(total, client="C-2")), totals={"total": "phq9_total"}
    )
    assert checked.mismatches.rows() == [(3, "total", "phq9_total", total, 12.0)]
    assert (checked.n, checked.problems) == (2, ())


def test_a_total_where_too_little_was_answered_for_ours_is_shown(check_text):
    checked = check_text(rows(line("3", "1,1,1,,,,,,")), totals={"total": "phq9_total"})
    assert checked.mismatches.rows() == [(2, "total", "phq9_total", "3", None)]


def test_a_total_of_no_computed_scale_is_refused(check_text):
    with pytest.raises(Unreadable, match="scales that are computed"):
        check_text(rows(line("12")), totals={"mood": "phq9_total"})


def test_a_total_beside_the_items_is_proposed_as_one(instruments):
    found = propose(read_csv("a.csv", rows(line("12")).encode()), instruments, TODAY)
    assert found.totals == {"total": "phq9_total"}
    assert found.scores == {}
    assert found.mapping is not None
    assert found.mapping.totals == found.totals


def test_repeats_are_told_with_the_row_that_is_kept(check_text):
    text = rows(line("12"), line("12", client="C-2"), line("12"), line("9"))
    checked = check_text(text, totals={"total": "phq9_total"})
    assert checked.repeats == ((4, 2), (5, 2))
    assert (checked.repeated_same, checked.n) == (2, 2)
