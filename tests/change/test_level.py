"""Is the likely true level what the model says it is?

The oracle is `dense_gaussian`: the joint normal of all levels, conditioned by plain linear algebra.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from attachdash.change.level import Z_BAND, LevelModel, filtered, levels
from attachdash.change.occasions import occasions_of
from attachdash.change.series import series_of
from tests.change.people import PEOPLE, Figures, dense_gaussian, flat, scored

FIGURES = [
    Figures(),
    Figures(
        mean=3.56,
        start_sd=1.0,
        sem=0.3,
        transient=0.1,
        spell=0.45,
        drift=0.09,
        most_drift=1.1,
        low=1,
        high=7,
    ),
    Figures(passing_days=7, spell_days=7),
    Figures(drift=0, spell=0, transient=0),
    Figures(sem=0.01, transient=0, start_sd=10, drift=3),
]

LIMIT = 1.5


def model_of(people_figures: list[Figures]) -> LevelModel:
    names = asdict(FIGURES[0])
    return LevelModel(**{n: np.array([getattr(f, n) for f in people_figures]) for n in names})


@given(PEOPLE, st.lists(st.integers(0, len(FIGURES) - 1), min_size=7, max_size=7), st.data())
def test_all_series_at_once_are_each_what_the_dense_gaussian_says(people, picks, data):
    figures = [FIGURES[pick] for pick in picks[: len(people)]]
    starts = [data.draw(st.one_of(st.just(np.nan), st.integers(0, 300).map(float)))
              for _ in people]  # fmt: skip
    series = series_of(*flat(people))
    found = levels(series, model_of(figures), np.array(starts))
    for i, person in enumerate(people):
        answers, figure = scored(person), figures[i]
        mine = slice(series.offsets[i], series.offsets[i + 1])
        if not answers:
            assert found.now[i] == found.start[i] == figure.mean
            assert found.now_sd[i] == pytest.approx(figure.start_sd)
            assert (found.change[i], found.change_sd[i], found.occasions[i]) == (0, 0, 0)
            assert (found.span[i], found.log_likelihood[i]) == (0, 0)
            continue
        times = [t for _, t in answers]
        first = 0
        if not np.isnan(starts[i]):
            first = min(range(len(times)), key=lambda k: (abs(times[k] - starts[i]), k))
        whole = dense_gaussian(answers, figure, len(answers))
        sds = np.sqrt(np.diag(whole.cov))
        np.testing.assert_allclose(found.level[mine], whole.mean, atol=1e-6)
        np.testing.assert_allclose(found.sd[mine], sds, atol=1e-6)
        assert found.start[i] == pytest.approx(whole.mean[first], abs=1e-6)
        assert found.now[i] == pytest.approx(whole.mean[-1], abs=1e-6)
        assert found.start_sd[i] == pytest.approx(sds[first], abs=1e-6)
        assert found.now_sd[i] == pytest.approx(sds[-1], abs=1e-6)
        assert found.covariance[i] == pytest.approx(whole.cov[first, -1], abs=1e-5)
        spread = whole.cov[-1, -1] + whole.cov[first, first] - 2 * whole.cov[first, -1]
        assert found.change_sd[i] ** 2 == pytest.approx(spread, abs=1e-5)
        if len(set(times)) == len(times):
            fit = pytest.approx(whole.log_likelihood, abs=1e-5, rel=1e-6)
            assert found.log_likelihood[i] == fit
        assert found.occasions[i] == len({t for t in times if t >= times[first]})
        assert found.span[i] == pytest.approx((times[-1] - times[first]) / 7)
        for k in range(len(answers)):
            # An answer's look holds all answers of its moment.
            upto = max(j for j, t in enumerate(times) if t == times[k]) + 1
            if times[k] < times[first]:
                assert (found.moved[mine][k], found.moved_sd[mine][k]) == (0, 0)
                continue
            then = dense_gaussian(answers, figure, upto)
            assert found.moved[mine][k] == pytest.approx(then.mean[k] - then.mean[first], abs=1e-6)
            spread = then.cov[k, k] + then.cov[first, first] - 2 * then.cov[k, first]
            assert found.moved_sd[mine][k] ** 2 == pytest.approx(spread, abs=1e-5)


@given(PEOPLE, st.sampled_from(FIGURES[:2]))
def test_one_alone_is_what_it_is_among_many(people, figure):
    together = levels(series_of(*flat(people)), LevelModel(**asdict(figure)))
    at = 0
    for i, person in enumerate(people):
        alone = levels(series_of(*flat([person])), LevelModel(**asdict(figure)))
        n = len(alone.level)
        np.testing.assert_allclose(together.level[at : at + n], alone.level, rtol=1e-12)
        np.testing.assert_allclose(together.high[at : at + n], alone.high, rtol=1e-12)
        assert together.change[i] == pytest.approx(alone.change[0], abs=1e-12)
        at += n


@given(PEOPLE)
def test_jumps_are_drift_that_the_dense_gaussian_is_told_of(people):
    figure = Figures(passing_days=7, spell_days=7)
    model = LevelModel(**asdict(figure), surprising=LIMIT)
    series = series_of(*flat(people))
    steps = occasions_of(series)
    more = filtered(steps, model).drift
    less = np.minimum(figure.drift**2 * steps.weeks, figure.most_drift**2)
    found = levels(series, model)
    for i, person in enumerate(people):
        if not (answers := scored(person)):
            continue
        mine = slice(series.offsets[i], series.offsets[i + 1])
        _, first = np.unique([t for _, t in answers], return_index=True)
        jumps = (more - less)[steps.row_of[mine]][first]
        whole = dense_gaussian(answers, figure, len(answers), jumps)
        np.testing.assert_allclose(found.level[mine], whole.mean, atol=1e-5)
        np.testing.assert_allclose(found.sd[mine], np.sqrt(np.diag(whole.cov)), atol=1e-5)
        was_off = 0.0
        for k in range(1, len(first)):
            at, upto = first[k], int(first[k])
            before = dense_gaussian(answers, figure, upto, jumps)
            days = answers[at][1] - answers[upto - 1][1]
            left = figure.spell * 0.5 ** ((answers[at][1] - answers[0][1]) / 7)
            moment = [v for v, t in answers if t == answers[at][1]]
            noise = (figure.transient**2 + left**2) * max(1, 7 / days)
            total = before.cov[at, at] - jumps[k] + noise + figure.sem**2 / len(moment)
            off = (np.mean(moment) - before.mean[at]) / np.sqrt(total)
            is_jump = min(abs(off), was_off * np.sign(off)) > LIMIT
            wanted = total * ((off / LIMIT) ** 2 - 1) if is_jump else 0
            assert jumps[k] == pytest.approx(wanted, abs=1e-4, rel=1e-5)
            was_off = off


def test_a_leap_that_stays_is_seen_and_one_unusual_answer_is_none():
    model = LevelModel(**asdict(Figures()), surprising=LIMIT)
    plain = LevelModel(**asdict(Figures()))
    assert levels(weekly([5, 25, 25]), plain).p_worse(-1)[0] < 0.93
    assert levels(weekly([5, 25, 25]), model).p_worse(-1)[0] > 0.97
    for unusual in ([5, 5, 5, 20], [5, 6, 20, 5]):
        alone, base = levels(weekly(unusual), model), levels(weekly(unusual), plain)
        assert (alone.now[0], alone.now_sd[0]) == (base.now[0], base.now_sd[0])


def test_a_week_of_daily_answers_tells_of_one_passing_state():
    figure = Figures(sem=1e-3, spell=0, drift=0, passing_days=7)
    daily = levels(weekly([14.2] * 8, gap=1.0), LevelModel(**asdict(figure)))
    twice = levels(weekly([14.2] * 2), LevelModel(**asdict(figure)))
    assert daily.now_sd[0] == pytest.approx(twice.now_sd[0], rel=1e-4)
    fresh = levels(weekly([14.2] * 8, gap=1.0), LevelModel(**asdict(Figures(sem=1e-3, drift=0))))
    assert fresh.now_sd[0] < 0.75 * daily.now_sd[0]


def test_a_bad_arrival_is_half_over_in_a_week():
    # A first answer as far off as a spell, the second as if the spell were half over.
    fading = LevelModel(**asdict(Figures(spell_days=7)))
    at_once = LevelModel(**asdict(Figures()))
    assert levels(weekly([20, 18]), fading).now_sd[0] > levels(weekly([20, 18]), at_once).now_sd[0]


@given(PEOPLE)
def test_mirrored_scores_give_the_mirrored_level(people):
    here = levels(series_of(*flat(people)), LevelModel(**asdict(Figures())))
    values, times, ends = flat(people)
    turned = LevelModel(**asdict(Figures(mean=27 - 14.2)))
    there = levels(series_of(27 - np.array(values), times, ends), turned)
    np.testing.assert_allclose(27 - there.level, here.level, atol=1e-9)
    np.testing.assert_allclose(27 - there.high, here.low, atol=1e-9)
    np.testing.assert_allclose(there.p_better(1), here.p_better(-1), atol=1e-9)
    np.testing.assert_allclose(there.p_past(17, 1), here.p_past(10, -1), atol=1e-9)
    np.testing.assert_allclose(there.p_worse(1), here.p_worse(-1), atol=1e-9)


@given(PEOPLE)
def test_the_band_stays_on_the_scale_and_holds_the_level(people):
    found = levels(series_of(*flat(people)), LevelModel(**asdict(Figures(mean=1, sem=6))))
    for name in ("level", "sd", "low", "high", "moved", "moved_sd", "now", "change_sd"):
        assert np.isfinite(getattr(found, name)).all(), name
    assert (found.low >= 0).all()
    assert (found.high <= 27).all()
    assert (found.low <= found.level).all()
    assert (found.level <= found.high).all()


@pytest.mark.parametrize("level", [0, 0.5, 1, 3])
def test_a_cut_band_holds_95_percent_of_what_is_on_the_scale(level):
    sd = 1.5
    low, high = max(0, level - Z_BAND * sd), level + Z_BAND * sd
    inside = norm.cdf(high, level, sd) - norm.cdf(low, level, sd)
    assert 0.95 - 1e-12 <= inside / norm.sf(0, level, sd) <= 0.975


def weekly(values, gap=7.0):
    return series_of(values, np.arange(len(values)) * gap)


def test_a_steady_fall_is_better_where_lower_is_and_worse_where_higher_is():
    found = levels(weekly([20, 18, 15, 12, 9, 7, 5, 4]), LevelModel(**asdict(Figures())))
    assert found.change[0] < -5
    assert found.p_better(-1)[0] > 0.99
    assert found.p_better(1)[0] < 0.01
    assert found.p_better(-1)[0] + found.p_worse(-1)[0] == pytest.approx(1)
    assert found.p_more(-1, 3)[0] == pytest.approx(norm.sf(3, -found.change[0], found.change_sd[0]))
    assert found.p_past(10, -1)[0] == pytest.approx(norm.cdf(10, found.now[0], found.now_sd[0]))
    assert np.isnan(found.p_past(np.nan, -1)[0])


def test_one_answer_says_nothing_of_change():
    found = levels(series_of([20], [0]), LevelModel(**asdict(Figures())))
    assert (found.change[0], found.change_sd[0], found.p_better(-1)[0]) == (0, 0, 0.5)
    assert found.p_more(-1, 3)[0] == 0


def test_after_two_years_little_is_left_of_what_was_known_but_the_cap_holds():
    figure = Figures()
    found = levels(series_of([20, 20], [0, 730]), LevelModel(**asdict(figure)))
    uncapped = levels(series_of([20, 20], [0, 730]), LevelModel(**asdict(Figures(most_drift=99))))
    assert found.change_sd[0] < uncapped.change_sd[0]
    assert found.change_sd[0] < np.hypot(figure.most_drift, figure.start_sd)


def test_two_thousand_daily_answers_without_a_warning():
    rng = np.random.default_rng(1)
    values = np.clip(np.round(14 + rng.normal(0, 3, 2000)), 0, 27)
    found = levels(weekly(values, 1.0), LevelModel(**asdict(Figures(low=0, high=27))))
    assert np.isfinite(found.level).all()
    assert found.occasions[0] == 2000


def test_answers_that_never_differ_are_a_level_without_change():
    found = levels(weekly([14.2] * 30), LevelModel(**asdict(Figures())))
    assert found.change[0] == pytest.approx(0, abs=1e-12)
    assert found.p_better(-1)[0] == pytest.approx(0.5)


def test_nobody_is_nothing():
    found = levels(series_of([], [], [0]), LevelModel(**asdict(Figures())))
    assert len(found.level) == len(found.now) == 0


@pytest.mark.parametrize(
    "wrong", [{"sem": 0}, {"start_sd": 0}, {"drift": -1}, {"transient": np.nan}, {"surprising": 0}]
)
def test_a_certainty_nobody_has_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        LevelModel(**(asdict(Figures()) | wrong))
