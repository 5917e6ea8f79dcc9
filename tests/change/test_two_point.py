"""Is a difference of two answers more than error, by the published figures?"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.change.two_point import (
    METHODS,
    ChangeMethod,
    Precision,
    ReliabilityKind,
    Sample,
    Threshold,
    reliable_change,
    reliably,
    sign_of,
)
from attachdash.instruments import Direction, library

POINTS = st.floats(0, 80)


def precision(sd: float = 7.5, reliability: float = 0.80) -> Precision:
    return Precision(sd=sd, reliability=reliability, kind=ReliabilityKind.RETEST)


def test_the_worked_example_of_jacobson_and_truax_1991():
    found = precision()
    assert found.sem == pytest.approx(3.3541, abs=5e-5)
    assert found.s_diff == pytest.approx(4.7434, abs=5e-5)
    assert float(reliable_change(32.5, 47.5, found)) == pytest.approx(3.1623, abs=5e-5)


@pytest.mark.parametrize(
    ("instrument", "points"),
    # "Published reliable and important change" in the facts: "by formula".
    [("phq9", 5.61), ("gad7", 4.00), ("who5", 21.5), ("core10", 6.75)],
)
def test_the_threshold_by_formula_of_the_library_s_own_figures(instrument: str, points: float):
    error = library()[instrument].scale("total").sem
    assert error is not None
    assert Precision.of(error).threshold() == pytest.approx(points, abs=0.051)


def test_at_90_percent_less_is_asked():
    found = precision()
    assert found.threshold(1.645) == pytest.approx(1.645 * found.s_diff)


@pytest.mark.parametrize(
    ("method", "improved", "recovered", "deteriorated"),
    # R package clinicalsignificance, its documented output for jacobson_1989, gds, r .80, pre
    # "pre": recovered and improved in one (all reliably better), recovered, deteriorated. HA
    # counts recovered by another cut-off there, so only its reliably better are compared.
    [
        ("jt", 14, 10, 0),
        ("gln", 16, 12, 0),
        ("hll", 7, 7, 8),
        ("en", 17, 12, 0),
        ("nk", 16, 12, 0),
        ("ha", 17, None, 0),
    ],
)
def test_each_index_gives_the_counts_of_the_r_package(
    shared, method: str, improved: int, recovered: int | None, deteriorated: int
):
    wide = pl.read_csv(shared / "data" / "jacobson_1989.csv")
    pairs = wide.pivot(on="time", index="subject", values="gds").drop_nulls()
    first, last = pairs["pre"].to_numpy(), pairs["post"].to_numpy()
    figures = Sample(
        mean_first=first.mean(),
        mean_last=last.mean(),
        sd_last=last.std(ddof=1),
        correlation=np.corrcoef(first, last)[0, 1],
        mean_last_is_external=True,
    )
    kind = ChangeMethod(method)
    index = METHODS[kind](first, last, precision(first.std(ddof=1)), figures)
    better = index < -kind.critical
    line = first.mean() - 2 * first.std(ddof=1)
    assert (len(first), better.sum(), (index > kind.critical).sum()) == (26, improved, deteriorated)
    if recovered is not None:
        assert (better & (first > line) & (last < line)).sum() == recovered


def test_das_of_the_couples_of_jacobson_1989(shared):
    wide = pl.read_csv(shared / "data" / "jacobson_1989.csv")
    pairs = wide.pivot(on="time", index="subject", values="das").drop_nulls()
    first, last = pairs["pre"].to_numpy(), pairs["post"].to_numpy()
    index = reliable_change(first, last, precision(first.std(ddof=1), 0.88))
    # Worked figures: recovered 14 and improved 5, deteriorated 1 of 30.
    assert (len(first), (index > 1.96).sum(), (index < -1.96).sum()) == (30, 19, 1)


def test_bdi_of_beat_the_blues(shared):
    wide = pl.read_csv(shared / "data" / "BtheB_bdi.csv", null_values="NA")
    first = wide["bdi.pre"].cast(pl.Float64).to_numpy()
    last = wide["bdi.2m"].cast(pl.Float64).to_numpy()
    found = precision(first.std(ddof=1), 0.93)
    assert found.threshold() == pytest.approx(7.95, abs=0.005)
    signs = reliably(last - first, found.threshold(), strict=True)
    assert (np.isfinite(last).sum(), (signs == -1).sum(), (signs == 1).sum()) == (97, 36, 4)


def test_a_computed_threshold_is_exceeded_and_a_published_one_reached():
    assert reliably([6, -6, 5.9, np.nan], 6, strict=True).tolist() == [0, 0, 0, 0]
    published = Threshold(points=6, strict=False, source="NHS")
    assert published.reliably([6, -6, 5.9, np.nan]).tolist() == [1, -1, 0, 0]
    # Float noise of means is no change: .6 is reached by 2.6 - 2.0.
    assert reliably(2.6 - 2.0, 0.6, strict=False) == 1
    assert reliably(2.6 - 2.0, 0.6, strict=True) == 0


def test_hsu_linn_lord_refuses_the_mean_of_these_very_scores():
    figures = Sample(mean_first=20, mean_last=15)
    with pytest.raises(ValueError, match="another sample"):
        METHODS[ChangeMethod.HSU_LINN_LORD](20, 15, precision(), figures)


@pytest.mark.parametrize(
    "method", [m for m in ChangeMethod if m is not ChangeMethod.JACOBSON_TRUAX]
)
def test_an_index_without_its_figures_is_refused_by_name(method: ChangeMethod):
    with pytest.raises(ValueError, match=r"needs mean_"):
        METHODS[method](20, 15, precision(), Sample())


@pytest.mark.parametrize(
    ("sd", "reliability"), [(0, 0.8), (-1, 0.8), (np.nan, 0.8), (5, 0), (5, 1), (5, np.nan)]
)
def test_impossible_figures_are_refused(sd: float, reliability: float):
    with pytest.raises(ValueError, match="expected"):
        precision(sd, reliability)


@pytest.mark.parametrize(("r", "enough"), [(0.69, False), (0.70, True), (0.95, True)])
def test_below_seventy_no_change_of_one_person_is_told(r: float, enough: bool):
    assert precision(reliability=r).is_enough is enough


@given(st.lists(st.tuples(POINTS, POINTS), max_size=20), st.floats(0.1, 20), st.floats(0.05, 0.95))
def test_many_at_once_are_each_as_one_alone(pairs: list[tuple[float, float]], sd: float, r: float):
    found = precision(sd, r)
    scores = np.array(pairs, dtype=float).reshape(-1, 2)
    figures = Sample(mean_first=20, mean_last=15, sd_last=sd, correlation=0, reliability_last=0.9,
                     mean_last_is_external=True)  # fmt: skip
    for method, index in METHODS.items():
        if method is ChangeMethod.HAGEMAN_ARRINDELL and r <= 0.1:
            continue
        together = index(scores[:, 0], scores[:, 1], found, figures)
        alone = [float(index(a, b, found, figures)) for a, b in pairs]
        assert together.tolist() == pytest.approx(alone)
    plain = [
        0 if abs((b - a) / (sd * (2 - 2 * r) ** 0.5)) <= 1.96 else (1 if b > a else -1)
        for a, b in pairs
    ]
    moved = scores[:, 1] - scores[:, 0]
    assert reliably(moved, found.threshold(), strict=True).tolist() == plain


@given(POINTS, POINTS, st.floats(1, 20), st.floats(0.3, 0.95))
def test_mirrored_scores_give_the_mirrored_index(a: float, b: float, sd: float, r: float):
    found = precision(sd, r)
    here = Sample(mean_first=30, mean_last=25, sd_last=sd, correlation=0.1,
                  mean_last_is_external=True)  # fmt: skip
    there = Sample(mean_first=50, mean_last=55, sd_last=sd, correlation=0.1,
                   mean_last_is_external=True)  # fmt: skip
    for index in METHODS.values():
        mirrored = float(index(80 - a, 80 - b, found, there))
        assert mirrored == pytest.approx(-float(index(a, b, found, here)), abs=1e-9)


def test_neither_has_no_sign():
    assert [sign_of(d) for d in (Direction.HIGHER, Direction.LOWER, Direction.NEITHER)] == [
        1,
        -1,
        0,
    ]
