"""How fast the likely true level is found: a million answers beside one series at a time.

`python -m benchmarks.change` follows 50,000 series of 4 to 36 answers at irregular days (seeded),
then some of them with statsmodels' state space where it is installed (it is no dependency), else
with plain linear algebra on each one's joint covariance. Processor time a series, and the largest
difference of level, variance and log-likelihood.
"""

import importlib
import importlib.util
import time
from dataclasses import replace

import numpy as np

from attachdash.change.figures import figures_of
from attachdash.change.level import LevelModel, levels
from attachdash.change.series import DAYS_PER_WEEK, Floats, Series, series_of
from attachdash.change.verdict import verdicts
from attachdash.instruments import library

SERIES, PEERS = 50_000, 300


def made() -> Series:
    """Seeded answers of PHQ-9 size."""
    random = np.random.default_rng(20_26)
    ends = np.concatenate([[0], np.cumsum(random.integers(4, 37, SERIES))])
    days = np.cumsum(random.integers(5, 30, ends[-1]).astype(np.float64))
    values = np.clip(np.round(14 + random.normal(0, 4, ends[-1])), 0, 27)
    return series_of(values, days, ends)


def noise_and_drift(days: Floats, model: dict[str, float]) -> tuple[Floats, Floats]:
    """Variance of each answer around the level, and of the level's movement before it."""
    noise = np.full(len(days), model["sem"] ** 2 + model["transient"] ** 2)
    noise[0] += model["spell"] ** 2
    weeks = np.diff(days) / DAYS_PER_WEEK
    drift = np.minimum(model["drift"] ** 2 * weeks, model["most_drift"] ** 2)
    return noise, np.concatenate([[0.0], drift])


def with_statsmodels(
    values: Floats, days: Floats, model: dict[str, float]
) -> tuple[Floats, Floats, float]:
    state_space = importlib.import_module("statsmodels.tsa.statespace.mlemodel")
    noise, drift = noise_and_drift(days, model)
    peer = state_space.MLEModel(
        values,
        k_states=1,
        initialization="known",
        initial_state=np.array([model["mean"]]),
        initial_state_cov=np.array([[model["start_sd"] ** 2]]),
    )
    for part in ("design", "transition", "selection"):
        peer[part] = np.ones((1, 1))
    peer.ssm["state_cov"] = np.append(drift[1:], 0.0)[None, None, :]
    peer.ssm["obs_cov"] = noise[None, None, :]
    found = peer.ssm.smooth()
    return found.smoothed_state[0], found.smoothed_state_cov[0, 0], float(found.llf)


def with_linear_algebra(
    values: Floats, days: Floats, model: dict[str, float]
) -> tuple[Floats, Floats, float]:
    noise, drift = noise_and_drift(days, model)
    grown = np.cumsum(drift)
    level = model["start_sd"] ** 2 + np.minimum.outer(grown, grown)
    answers = level + np.diag(noise)
    off = values - model["mean"]
    gain = np.linalg.solve(answers, level).T
    fit = off @ np.linalg.solve(answers, off) + np.linalg.slogdet(answers)[1]
    spread = np.diag(level - gain @ level)
    return model["mean"] + gain @ off, spread, -(fit + len(off) * np.log(2 * np.pi)) / 2


def main() -> None:
    series = made()
    phq9 = library()["phq9"]
    figures = figures_of(phq9, phq9.scale("total"))
    assert figures.model is not None
    # The peers know neither leaps nor what fades: the same model without them.
    base = replace(figures.model, surprising=np.inf, passing_days=0.0, spell_days=0.0)
    model = {
        name: float(np.asarray(getattr(base, name))) for name in LevelModel.__dataclass_fields__
    }
    levels(series, base)  # once unmeasured
    began = time.process_time()
    ours = levels(series, base)
    took = time.process_time() - began
    began = time.process_time()
    verdicts(series, [figures])
    all_told = time.process_time() - began
    name, peer = "linear algebra", with_linear_algebra
    if importlib.util.find_spec("statsmodels"):
        name, peer = "statsmodels", with_statsmodels
    cuts = [slice(series.offsets[i], series.offsets[i + 1]) for i in range(PEERS)]
    peer(series.values[cuts[0]], series.times[cuts[0]], model)
    began = time.process_time()
    theirs = [peer(series.values[cut], series.times[cut], model) for cut in cuts]
    theirs_took = time.process_time() - began
    worst = max(
        float(max(abs(ours.level[cut] - level).max(), abs(ours.sd[cut] ** 2 - spread).max(),
                  abs(ours.log_likelihood[i] - fit)))
        for i, (cut, (level, spread, fit)) in enumerate(zip(cuts, theirs, strict=True))
    )  # fmt: skip
    mine, other = took / SERIES * 1e6, theirs_took / PEERS * 1e6
    print(f"{len(series.values):,} answers in {SERIES:,} series: level {took:.2f} s, "
          f"with all that is told {all_told:.2f} s of processor time")  # fmt: skip
    print(f"a series: ours {mine:.1f} µs, {name} {other:.0f} µs, {other / mine:.0f} times")
    print(f"largest difference {worst:.1e}")


if __name__ == "__main__":
    main()
