"""Trends over real time, by published figures and a plain second way."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress

from attachdash.change.series import series_of
from attachdash.change.trend import trends
from tests.change.people import PEOPLE, flat, scored


def test_the_worked_figures_of_the_reliable_trend_index():
    values = [98, 98, 98, 99, 99, 99]
    found = trends(series_of(values, np.arange(6) * 7.0), 0.707 / 2**0.5)
    assert found.slope[0] == pytest.approx(0.2571429, abs=5e-8)
    assert found.rti[0] == pytest.approx(2.151736, abs=5e-7)


def test_two_points_give_the_value_of_jacobson_and_truax():
    found = trends(series_of([10, 16], [0, 31]), 6 * 0.2**0.5)
    assert found.rti[0] == pytest.approx(1.5811388, abs=5e-8)


def test_the_single_case_of_liu_and_adrian_2019(shared):
    case = pl.read_csv(shared / "data" / "liu_adrian_2019_single_case_phq9a.csv")
    found = trends(series_of(case["phq9a"], case["session"].to_numpy() * 7.0), 2.0)
    assert found.slope[0] == pytest.approx(-1.2097902, abs=5e-8)


@given(PEOPLE, st.one_of(st.just(np.nan), st.integers(0, 300)))
def test_all_at_once_are_each_a_plain_regression(people, start):
    series = series_of(*flat(people))
    found = trends(series, 2.0, start)
    for i, person in enumerate(people):
        answers = scored(person)
        if answers and not np.isnan(start):
            near = min(range(len(answers)), key=lambda k: (abs(answers[k][1] - start), k))
            answers = answers[near:]
        weeks = np.array([t for _, t in answers]) / 7
        assert found.answers[i] == len(answers)
        if len(set(weeks)) < 2:
            assert (found.slope[i], found.rti[i], bool(found.has_slope[i])) == (0, 0, False)
            continue
        slope = linregress(weeks, [v for v, _ in answers]).slope
        spread = ((weeks - weeks.mean()) ** 2).sum() ** 0.5
        assert found.slope[i] == pytest.approx(slope, abs=1e-8)
        assert found.rti[i] == pytest.approx(slope * spread / 2.0, abs=1e-7)
        assert found.span[i] == pytest.approx(weeks[-1] - weeks[0])
        assert bool(found.enough[i]) == (len(answers) >= 4 and weeks[-1] - weeks[0] >= 3 - 1e-12)


@given(PEOPLE)
def test_mirrored_scores_give_the_mirrored_trend(people):
    values, times, ends = flat(people)
    here = trends(series_of(values, times, ends), 2.0)
    there = trends(series_of(27 - np.array(values), times, ends), 2.0)
    np.testing.assert_allclose(there.slope, -here.slope, atol=1e-9)


def test_a_reliable_slope_of_no_size_does_not_matter():
    rng = np.random.default_rng(1)
    days = np.arange(400.0)
    found = trends(series_of(10 - days / 400 + rng.normal(0, 0.1, 400), days), 2.0)
    assert found.reliable[0]
    assert not found.matters(3.0)[0]
    assert found.matters(0.5)[0]


def test_dates_far_from_nought_cost_no_digits():
    days = 20_000.0 + np.arange(6) * 7
    found = trends(series_of([98, 98, 98, 99, 99, 99], days), 0.707 / 2**0.5)
    assert found.rti[0] == pytest.approx(2.151736, abs=5e-7)


def test_a_trend_without_error_is_refused():
    with pytest.raises(ValueError, match="sem"):
        trends(series_of([1, 2], [0, 7]), 0)
