"""Sudden gains and losses, by the examples of the R package suddengains and a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.change.sudden import sudden_changes

NAN = np.nan
SESSION = st.one_of(st.just(NAN), st.integers(0, 40).map(float))


def found(values, **changes):
    figures = {"cut": 7, "best": 0, "sign": -1} | changes
    return sudden_changes(values, [0, len(values)], **figures)


def test_the_documented_examples_of_suddengains():
    # check_interval(c(32, 31, 33), c(5, 6, 7), 7): a gain after the third session.
    assert found([32, 31, 33, 5, 6, 7]).gains.tolist() == [2]
    # check_interval(c(5, NA, 7), c(16, 12, 14), -7, "sl"): a loss, critical value 3.182.
    assert found([5, NAN, 7, 16, 12, 14]).losses.tolist() == [2]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([32, 31, 33, 27, 27, 27], "less than the cut"),
        ([39, 38, 40, 32, 32, 32], "less than a quarter"),
        ([32, 20, 33, 20, 32, 20], "it does not last"),
        ([33, 5, 6, 7], "one session before only"),
        ([32, 31, NAN, 5, 6, 7], "the session before has no score"),
        ([32, NAN, 33, 5, NAN, NAN], "one session after only"),
    ],
)
def test_no_sudden_gain(values, why):
    assert not len(found(values).gains), why


def plain(values, cut, best, sign, gain):
    """The three criteria, session by session."""
    out = []
    turned = [sign * (best - v) * (1 if gain else -1) for v in values]
    for k in range(len(values) - 1):
        pre = [v for v in turned[max(0, k - 2) : k + 1] if not np.isnan(v)]
        post = [v for v in turned[k + 1 : k + 4] if not np.isnan(v)]
        if np.isnan(turned[k]) or np.isnan(turned[k + 1]) or len(pre) < 2 or len(post) < 2:
            continue
        fall = turned[k] - turned[k + 1]
        t = {4: 2.776, 3: 3.182, 2: 4.303}[len(pre) + len(post) - 2]
        squares = (len(pre) - 1) * np.var(pre, ddof=1) + (len(post) - 1) * np.var(post, ddof=1)
        sd = (squares / (len(pre) + len(post) - 2)) ** 0.5
        if fall >= cut and fall >= 0.25 * abs(turned[k]) and np.mean(pre) - np.mean(post) > t * sd:
            out.append(k)
    return out


@given(st.lists(st.lists(SESSION, max_size=10), max_size=6), st.integers(1, 12))
def test_all_at_once_are_each_a_plain_loop_and_the_mirror_image_the_same(people, cut):
    values = np.array([v for person in people for v in person], dtype=float)
    ends = np.cumsum([0, *(len(person) for person in people)])
    together = sudden_changes(values, ends, cut=cut, best=0, sign=-1)
    for gain, rows in ((True, together.gains), (False, together.losses)):
        assert rows.tolist() == [
            ends[i] + k for i, p in enumerate(people) for k in plain(p, cut, 0, -1, gain)
        ]
    turned = sudden_changes(40 - values, ends, cut=cut, best=40, sign=1)
    assert turned.gains.tolist() == together.gains.tolist()
    assert turned.losses.tolist() == together.losses.tolist()


def test_without_a_better_way_nothing_is_sudden():
    none = found([32, 31, 33, 5, 6, 7], sign=0)
    assert not len(none.gains)
    assert not len(none.losses)
