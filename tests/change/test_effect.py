"""Effect sizes, by published figures."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from attachdash.change.effect import pre_post_d


def test_beat_the_blues_from_pre_to_two_months(shared):
    wide = pl.read_csv(shared / "data" / "BtheB_bdi.csv", null_values="NA")
    first = wide["bdi.pre"].cast(pl.Float64).to_numpy()
    last = wide["bdi.2m"].cast(pl.Float64).to_numpy()
    found = pre_post_d(first, last, -1)
    both = ~np.isnan(last)
    assert found.n == 97
    assert last[both].mean() == pytest.approx(16.918, abs=5e-4)  # worked figure
    by_hand = (first[both].mean() - last[both].mean()) / first[both].std(ddof=1)
    assert found.d == pytest.approx(by_hand)
    assert found.low < found.d < found.high
    mirrored = pre_post_d(63 - first, 63 - last, 1)
    assert (mirrored.d, mirrored.low) == pytest.approx((found.d, found.low))


def test_the_interval_holds_its_95_percent():
    rng = np.random.default_rng(4)
    truth, r, n, hits = 0.8, 0.5, 60, 0
    for _ in range(400):
        first = rng.normal(0, 1, n)
        last = r * first + rng.normal(0, (1 - r**2) ** 0.5, n) + truth
        found = pre_post_d(first, last, 1)
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


@pytest.mark.parametrize(
    ("first", "last", "sign"),
    [([1, 2], [2, 3], 1), ([5, 5, 5], [1, 2, 3], 1), ([1, 2, 3], [1, 2, 3], 0), ([], [], 1),
     ([1, np.nan, 3], [1, 2, np.nan], 1)],
)  # fmt: skip
def test_no_effect_size(first, last, sign):
    assert pre_post_d(first, last, sign) is None


def test_all_last_scores_equal_is_no_warning():
    assert pre_post_d([1, 2, 3], [2, 2, 2], 1).d == 0
