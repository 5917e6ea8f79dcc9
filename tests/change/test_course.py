"""Which answers belong together?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.charts.courses import START, make_answer, make_course


@pytest.mark.parametrize(
    ("weeks", "runs"),
    [
        ([], []),
        ([3], [1]),
        ([0, 1, 2], [3]),  # regular
        ([0, 1, 2, 8], [4]),  # six weeks are never too long
        ([0, 1, 2, 8.2], [3, 1]),  # a day more is
        ([0, 4, 8, 20, 24], [5]),  # monthly: up to twelve weeks
        ([0, 4, 8, 20.2, 24.2], [3, 2]),
        ([0, 0, 1, 30], [3, 1]),  # twice on one day
    ],
)
def test_h10_a_line_joins_no_more_than_three_usual_intervals(
    weeks: list[float], runs: list[int]
) -> None:
    course = make_course([10] * len(weeks), weeks=weeks)
    assert [len(run) for run in course.segments()] == runs


@given(st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 27)))))
def test_every_scored_answer_is_in_exactly_one_run(rows: list[tuple[int, int | None]]) -> None:
    rows.sort(key=lambda row: row[0])
    course = make_course([value for _, value in rows], weeks=[day / 7 for day, _ in rows])
    assert tuple(answer for run in course.segments() for answer in run) == course.scored


def test_first_latest_and_n_leave_out_answers_without_a_score() -> None:
    course = make_course([None, 17, 9, None])
    assert (course.n, course.values) == (2, [17, 9])
    assert course.first is course.answers[1]
    assert course.latest is course.answers[2]
    empty = make_course([])
    assert (empty.n, empty.first, empty.latest, empty.shares) == (0, None, None, [])


def test_weeks_count_from_the_start_of_the_episode() -> None:
    course = make_course([1])
    six_days = make_answer(answered_on=START + timedelta(days=6))
    before = make_answer(answered_on=START - timedelta(days=1))
    assert (course.week(six_days), course.weeks(six_days)) == (0, 6 / 7)
    assert course.week(before) == -1


def test_answers_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="oldest first"):
        make_course([1, 2], weeks=[3, 1])


def test_shares_of_a_scale_where_lower_is_better_are_turned() -> None:
    assert make_course([0, 27]).shares == [100, 0]
    assert make_course([0, 30], instrument="rses").shares == [0, 100]
