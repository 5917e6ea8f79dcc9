"""What a file of answers comes to: how many scores, their mean and SD, and the scale's alpha."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from attachdash.instruments.model import Instrument, Scale
from attachdash.instruments.scoring import Answers, ScaleScores, keyed_answers, score
from attachdash.instruments.words import StateCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One scale over all rows of a file; None where a figure can't be computed."""

    n: int  # rows with a score that are counted in mean and SD
    prorated: int  # rows with blanks within the rule
    incomplete: int  # rows with too many blanks: no score
    blanks: dict[int, int]  # of the incomplete: number of blanks -> rows
    mean: float | None  # scale points
    sd: float | None  # scale points, n - 1
    alpha: float | None  # Cronbach's, from complete rows always


def summarise(
    instrument: Instrument, answers: Answers, *, complete_only: bool = False
) -> dict[str, Summary]:
    """A Summary per computed scale, by scale id. `complete_only` leaves prorated rows out of
    n, mean and SD. Raises Invalid as `score` does."""
    return {
        scale_id: _summary(instrument, instrument.scale(scale_id), answers, scores, complete_only)
        for scale_id, scores in score(instrument, answers).items()
    }


def cronbach_alpha(keyed: NDArray[np.int16]) -> float | None:
    """Cronbach's alpha (1951) of complete, already reversed answers, shape (rows, items).

    None for a single item, for fewer than two rows, and where all totals are equal.
    """
    rows, items = keyed.shape
    if items < 2 or rows < 2:
        return None
    total = keyed.sum(axis=1, dtype=np.int64).var(ddof=1)
    if total == 0:
        return None
    return float(items / (items - 1) * (1 - keyed.var(axis=0, ddof=1).sum() / total))


def _summary(
    instrument: Instrument,
    scale: Scale,
    answers: Answers,
    scores: ScaleScores,
    complete_only: bool,
) -> Summary:
    complete = scores.state == StateCode.COMPLETE
    prorated = scores.state == StateCode.PRORATED
    incomplete = scores.state == StateCode.INCOMPLETE
    values = scores.value[complete if complete_only else complete | prorated]
    blanks = np.unique_counts(scores.asked - scores.answered[incomplete])
    return Summary(
        n=len(values),
        prorated=int(prorated.sum()),
        incomplete=int(incomplete.sum()),
        blanks=dict(zip(blanks.values.tolist(), blanks.counts.tolist(), strict=True)),
        mean=_finite(values.mean()) if len(values) else None,
        sd=_finite(values.std(ddof=1)) if len(values) > 1 else None,
        alpha=cronbach_alpha(keyed_answers(instrument, scale, answers[complete])),
    )


def _finite(value: np.floating) -> float | None:
    return float(value) if isfinite(value) else None
