"""Do another library's filter, smoother and mixed model say the same? The oracle is statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tsa.statespace.mlemodel import MLEModel

from attachdash.change.figures import figures_of
from attachdash.change.growth import LEAST_CLIENTS, growth
from attachdash.change.level import filtered, levels
from attachdash.change.occasions import occasions_of
from attachdash.change.series import series_of
from attachdash.instruments import library

SCALES = [("phq9", "total"), ("rses", "total"), ("ecr_r", "anxiety")]


def state_space(values, days, model, jumps):
    """Level at each answer and at the first, as two states: all that `levels` says at once."""
    gaps = np.diff(days)
    passing = np.full(len(days), model.transient**2)
    passing += (model.spell * 0.5 ** ((days - days[0]) / model.spell_days)) ** 2
    passing[1:] *= np.maximum(1, model.passing_days / gaps)
    moves = np.zeros((2, 2, len(days)))
    # statsmodels moves the state after an answer, we before one.
    moves[0, 0, :-1] = np.minimum(model.drift**2 * gaps / 7, model.most_drift**2) + jumps[1:]
    peer = MLEModel(
        values,
        k_states=2,
        initialization="known",
        initial_state=np.full(2, model.mean),
        initial_state_cov=np.full((2, 2), model.start_sd**2),
    )
    peer["design"] = np.array([[1.0, 0.0]])
    peer["transition"] = peer["selection"] = np.eye(2)
    peer.ssm["state_cov"] = moves
    peer.ssm["obs_cov"] = (passing + model.sem**2)[None, None, :]
    return peer.ssm.smooth()


@pytest.mark.parametrize(("code", "scale"), SCALES)
@pytest.mark.parametrize("leaps", [False, True])
def test_levels_are_those_of_a_state_space_model(code, scale, leaps):
    random = np.random.default_rng(4)
    model = figures_of(library()[code], library()[code].scale(scale)).model
    if not leaps:
        model = type(model)(**{n: getattr(model, n) for n in model.__slots__} | {"surprising": 99})
    counts = random.integers(3, 25, 12)
    ends = np.concatenate([[0], np.cumsum(counts)])
    days = np.concatenate([np.cumsum(random.integers(1, 60, k)) for k in counts]).astype(float)
    wide = model.start_sd * (2 if leaps else 1)
    values = np.clip(model.mean + random.normal(0, wide, ends[-1]), model.low, model.high)
    series = series_of(values, days, ends)
    steps = occasions_of(series)
    base = np.minimum(model.drift**2 * steps.weeks, model.most_drift**2)
    more = (filtered(steps, model).drift - base)[steps.row_of]
    assert (more > 1e-6).any() == leaps
    found = levels(series, model)
    for i in range(len(counts)):
        mine = slice(ends[i], ends[i + 1])
        peer = state_space(values[mine], days[mine], model, more[mine])
        np.testing.assert_allclose(found.level[mine], peer.smoothed_state[0], atol=1e-6)
        np.testing.assert_allclose(found.sd[mine] ** 2, peer.smoothed_state_cov[0, 0], atol=1e-6)
        assert found.start[i] == pytest.approx(peer.smoothed_state[1, -1], abs=1e-6)
        assert found.start_sd[i] ** 2 == pytest.approx(peer.smoothed_state_cov[1, 1, -1], abs=1e-6)
        assert found.covariance[i] == pytest.approx(peer.smoothed_state_cov[0, 1, -1], abs=1e-6)
        assert found.log_likelihood[i] == pytest.approx(peer.llf, abs=1e-6)
        now, then = peer.filtered_state, peer.filtered_state_cov
        np.testing.assert_allclose(found.moved[mine], now[0] - now[1], atol=1e-6)
        spread = then[0, 0] + then[1, 1] - 2 * then[0, 1]
        np.testing.assert_allclose(found.moved_sd[mine] ** 2, spread, atol=1e-6)


def clients(seed, *, n=60, slope_sd=0.25, correlation=-0.3, most=12):
    """PHQ-9-like lines of a practice: ragged days, some with one or two answers only."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, most, n)
    ends = np.concatenate([[0], np.cumsum(counts)])
    days = np.concatenate(
        [np.cumsum(np.append(0, random.integers(4, 25, k - 1))) for k in counts]
    ).astype(float)
    both = np.array([[16, 4 * slope_sd * correlation], [4 * slope_sd * correlation, slope_sd**2]])
    own = random.multivariate_normal([15, -0.35], both, n)
    which = np.repeat(np.arange(n), counts)
    values = own[which, 0] + own[which, 1] * days / 7 + random.normal(0, 2.2, ends[-1])
    return series_of(values, days, ends), own


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_growth_model_is_that_of_a_mixed_model(seed, reml):
    series, _ = clients(seed)
    found = growth(series, reml=reml)
    frame = pd.DataFrame({"who": series.which, "weeks": series.times / 7, "score": series.values})
    design = np.column_stack([np.ones(len(frame)), frame["weeks"]])
    model = MixedLM(frame["score"].to_numpy(), design, groups=frame["who"].to_numpy(),
                    exog_re=design)  # fmt: skip
    peer = model.fit(reml=reml, method=["cg"], maxiter=5000)
    assert (found.intercept, found.slope) == pytest.approx(tuple(peer.fe_params), abs=1e-3)
    # statsmodels counts in how unsure the variances are, so its errors are a little larger.
    np.testing.assert_allclose(np.sqrt(np.diag(found.fixed)), peer.bse_fe, rtol=0.03)
    np.testing.assert_allclose(found.random, peer.cov_re, rtol=1e-3, atol=1e-3)
    assert found.residual == pytest.approx(peer.scale, rel=1e-3)
    assert found.log_likelihood == pytest.approx(peer.llf, abs=1e-3)
    own = np.array([np.asarray(peer.random_effects[who])[1] for who in range(len(series))])
    told = found.told
    np.testing.assert_allclose(found.own_slope[told], (peer.fe_params[1] + own)[told], atol=1e-3)


def test_the_error_of_an_own_slope_is_that_of_hendersons_equations():
    series, _ = clients(7, n=14)
    found = growth(series)
    design = np.column_stack([np.ones(len(series.times)), series.times / 7])
    n = len(series)
    own = np.zeros((len(design), 2 * n))
    for row, who in enumerate(series.which):
        own[row, 2 * who : 2 * who + 2] = design[row]
    both = np.column_stack([design, own])
    left = both.T @ both / found.residual
    left[2:, 2:] += np.kron(np.eye(n), np.linalg.inv(found.random))
    spread = np.linalg.inv(left)
    solved = spread @ both.T @ series.values / found.residual
    np.testing.assert_allclose(found.fixed, spread[:2, :2], rtol=1e-7, atol=1e-10)
    for who in np.flatnonzero(found.told):
        at = 2 * who + 3
        variance = spread[1, 1] + spread[at, at] + 2 * spread[1, at]
        assert found.own_slope[who] == pytest.approx(solved[1] + solved[at], abs=1e-8)
        assert found.own_slope_se[who] == pytest.approx(np.sqrt(variance), abs=1e-8)


def test_own_slopes_lie_within_their_errors_of_the_true_ones():
    series, own = clients(11, n=400)
    found = growth(series)
    off = (found.own_slope - own[:, 1])[found.told] / found.own_slope_se[found.told]
    assert 0.92 < (np.abs(off) < 1.96).mean() < 0.975
    assert np.isnan(found.own_slope[~found.told]).all()
    assert (~found.told).any()


def test_one_scale_of_points_or_another_gives_the_same_lines():
    series, _ = clients(5)
    found = growth(series)
    turned = growth(series_of(100 - 20 * series.values, series.times + 700_000, series.offsets))
    np.testing.assert_allclose(turned.own_slope, -20 * found.own_slope, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(turned.own_slope_se, 20 * found.own_slope_se, rtol=1e-4)


def test_clients_who_differ_in_nothing_have_one_slope():
    found = growth(clients(3, slope_sd=0.0, correlation=0)[0])
    assert found.own_slope[found.told].std() < 0.1
    assert np.isfinite(found.own_slope_se[found.told]).all()


def test_too_few_clients_answers_or_differences_tell_nothing():
    days = np.tile([0.0, 7, 14], 20)
    ends = np.arange(0, 61, 3)
    assert growth(series_of(np.full(60, 9.0), days, ends)) is None
    assert growth(series_of(np.tile([9.0, 8, 7], 20), days, ends)) is None
    few = clients(2, n=LEAST_CLIENTS)[0]
    assert growth(series_of(few.values[:9], few.times[:9], [0, 4, 9])) is None
    assert growth(series_of([], [], [0])) is None
