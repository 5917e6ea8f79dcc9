"""How much do this practice's own clients drift and waver, beside the judged starting values?

Both shares are found by penalised maximum likelihood over all series: the filter's likelihood,
with each share's logarithm drawn to its default as by a normal prior. Few series stay near the
default, many speak for themselves.
"""

from dataclasses import dataclass, replace

import numpy as np

from attachdash.change.level import LevelModel, filtered
from attachdash.change.occasions import occasions_of
from attachdash.change.series import Floats, Series

# One SD of a share's logarithm: the facts give drift .10 to .25 around .15.
PRIOR_WIDTH = 0.35
LEAST_OCCASIONS = 3  # a series with fewer can't tell drift from passing states
_REACH, _ROUNDS = 1.4, 7  # first half-width of the search in logarithms, and how often it is halved


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Drift per root week and SD of the passing state, in shares of S."""

    drift: float
    transient: float
    series: int  # that were used
    occasions: int
    default_drift: float
    default_transient: float


def estimated_shares(
    series: Series, model: LevelModel, sd: float, *, drift: float, transient: float
) -> Shares:
    """The shares of one scale over many series, drawn towards the defaults `drift`, `transient`.

    `model` has one figure for all; its own drift and transient are not looked at. `sd` is S in
    scale points. With no series of three occasions or more the defaults come back. Raises
    ValueError for a default or S that is not above 0.
    """
    if not (drift > 0 and transient > 0 and sd > 0):
        raise ValueError("sd, drift and transient: expected more than 0")
    used = _long_enough(series)
    found = np.log([drift, transient])
    defaults = found.copy()
    if len(used):
        steps = occasions_of(used)

        def fit(logs: Floats) -> float:
            shares = np.exp(logs)
            # Jumps are the drift's to explain here, or it would be found too small.
            tried = replace(
                model, drift=shares[0] * sd, transient=shares[1] * sd, surprising=np.inf
            )
            penalty = (((logs - defaults) / PRIOR_WIDTH) ** 2).sum() / 2
            return float(filtered(steps, tried).log_likelihood.sum() - penalty)

        reach = _REACH
        for _ in range(_ROUNDS):
            tries = [
                found + reach * np.array([a, b]) / 2 for a in range(-2, 3) for b in range(-2, 3)
            ]
            found = tries[int(np.argmax([fit(logs) for logs in tries]))]
            reach /= 2
    shares = np.exp(found)
    return Shares(
        drift=float(shares[0]),
        transient=float(shares[1]),
        series=len(used.rows),
        occasions=int(occasions_of(used).counts.sum()),
        default_drift=drift,
        default_transient=transient,
    )


def _long_enough(series: Series) -> Series:
    keep = occasions_of(series).counts >= LEAST_OCCASIONS
    rows = keep[series.which]
    return Series(
        values=series.values[rows],
        times=series.times[rows],
        offsets=np.concatenate([[0], np.cumsum(series.counts[keep])]).astype(np.int64),
        place=series.place[rows],
    )
