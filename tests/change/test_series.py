"""How are many people's answers laid out?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from attachdash.change import normal
from attachdash.change.series import per_series, series_of

ANSWER = st.tuples(st.one_of(st.just(np.nan), st.floats(-100, 100)), st.integers(0, 60))


@given(st.lists(st.lists(ANSWER, max_size=6), max_size=6), st.floats(-10, 70))
def test_each_series_is_what_a_plain_loop_makes_of_it(people, moment):
    flat = [answer for person in people for answer in person]
    ends = np.cumsum([0, *(len(person) for person in people)])
    found = series_of([v for v, _ in flat], [t for _, t in flat], ends)
    first = found.nearest(np.nan)
    near = found.nearest(moment)
    sums = found.sums(found.values)
    value = found.at(near, found.values)
    for i, person in enumerate(people):
        plain = sorted((a for a in person if not np.isnan(a[0])), key=lambda a: a[1])
        mine = slice(found.offsets[i], found.offsets[i + 1])
        assert list(zip(found.values[mine], found.times[mine], strict=True)) == plain
        assert [flat[place] for place in found.place[mine]] == plain
        assert sums[i] == pytest.approx(sum(v for v, _ in plain))
        assert first[i] == 0
        if plain:
            nearest = min(range(len(plain)), key=lambda k: (abs(plain[k][1] - moment), k))
            assert near[i] == nearest
            assert value[i] == plain[nearest][0]
        else:
            assert near[i] == 0
            assert np.isnan(value[i])


@pytest.mark.parametrize(
    ("values", "times", "offsets", "said"),
    [
        ([1, 2], [1], None, "one flat shape"),
        ([[1]], [[1]], None, "one flat shape"),
        ([1, 2], [1, 2], [0, 1], "from 0 to 2"),
        ([1, 2], [1, 2], [1, 2], "from 0 to 2"),
        ([1, 2], [1, 2], [0, 2, 1, 2], "never to fall"),
        ([1, np.inf], [1, 2], None, "finite scale points"),
        ([1, 2], [1, np.nan], None, "finite days"),
    ],
)
def test_what_does_not_fit_is_refused(values, times, offsets, said):
    with pytest.raises(ValueError, match=said):
        series_of(values, times, offsets)


def test_a_figure_is_for_all_or_for_each():
    assert per_series(3, 2).tolist() == [3, 3]
    assert per_series([1, 2], 2).tolist() == [1, 2]
    with pytest.raises(ValueError, match="broadcast"):
        per_series([1, 2, 3], 2)


def test_the_normal_distribution_is_scipy_s():
    z = np.concatenate([np.linspace(-30, 30, 1001), [0.0]])
    np.testing.assert_allclose(normal.below(z), norm.cdf(z), rtol=1e-12)


def test_without_spread_there_is_only_the_mean():
    found = normal.above(np.array([1.0, 2.0, 3.0, 3.0]), np.array([0.0, 0.0, 0.0, 1.0]), 2)
    assert found.tolist() == pytest.approx([0, 0.5, 1, norm.cdf(1)])
