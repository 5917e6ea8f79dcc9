"""The normal distribution over arrays, without scipy."""

from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

# C's own erfc is right to the last digits, in the far tail too.
_ERFC = np.frompyfunc(erfc, 1, 1)


def below(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """P(Z <= z) of the standard normal, of the shape of z; exact in both tails."""
    found: NDArray[np.float64] = np.asarray(_ERFC(-np.asarray(z) / sqrt(2)), dtype=np.float64)
    return found / 2


def above(mean: NDArray[np.float64], sd: NDArray[np.float64], line: object) -> NDArray[np.float64]:
    """P(X > line) for X of this mean and SD.

    Where the SD is 0 there is only the mean: 1 above the line, 0 below it, .5 upon it.
    """
    over = np.asarray(mean - np.asarray(line), dtype=np.float64)
    certain = np.where(over > 0, 1.0, np.where(over < 0, 0.0, 0.5))
    spread = np.broadcast_to(sd, over.shape)
    z = np.divide(over, spread, out=np.zeros_like(over), where=spread > 0)
    return np.where(spread > 0, below(z), certain)
