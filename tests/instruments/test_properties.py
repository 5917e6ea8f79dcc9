"""What must hold for any instrument and any answers."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from attachdash.instruments import (
    BLANK,
    DECLINED,
    NOT_APPLICABLE,
    Direction,
    Instrument,
    Method,
    Scale,
    StateCode,
    library,
    score,
)
from attachdash.instruments.statistics import cronbach_alpha

TAKING_ITEMS = sorted(name for name, one in library().items() if one.accepts_items)
REASONS = (BLANK, DECLINED, NOT_APPLICABLE)


@st.composite
def forms(draw: st.DrawFn, most: int = 6) -> tuple[Instrument, NDArray[np.int16]]:
    """An instrument and some forms of it, blanks among the answers."""
    instrument = library()[draw(st.sampled_from(TAKING_ITEMS))]
    one = st.tuples(
        *(st.sampled_from(REASONS) | st.integers(item.low, item.high) for item in instrument.items)
    )
    rows = draw(st.lists(one, min_size=1, max_size=most))
    return instrument, np.array(rows, np.int16)


@given(forms(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    made: tuple[Instrument, NDArray[np.int16]], random: Random
) -> None:
    instrument, answers = made
    order = list(range(len(answers)))
    random.shuffle(order)
    before, after = score(instrument, answers), score(instrument, answers[order])
    for scale_id, scores in before.items():
        np.testing.assert_array_equal(scores.value[order], after[scale_id].value)
        np.testing.assert_array_equal(scores.state[order], after[scale_id].state)


@given(forms())
def test_scores_lie_within_the_range_or_are_absent(
    made: tuple[Instrument, NDArray[np.int16]],
) -> None:
    instrument, answers = made
    for scale_id, scores in score(instrument, answers).items():
        scale = instrument.scale(scale_id)
        absent = scores.state == StateCode.INCOMPLETE
        np.testing.assert_array_equal(np.isnan(scores.value), absent)
        known = scores.value[~absent]
        assert (known >= scale.low - 1e-9).all()
        assert (known <= scale.high + 1e-9).all()
        assert (scale.share(known) >= -1e-9).all()


@given(forms())
def test_why_there_is_no_answer_does_not_matter(
    made: tuple[Instrument, NDArray[np.int16]],
) -> None:
    instrument, answers = made
    blank = np.where(answers < 0, np.int16(BLANK), answers)
    named, plain = score(instrument, answers), score(instrument, blank)
    for scale_id in named:
        np.testing.assert_array_equal(named[scale_id].value, plain[scale_id].value)


@given(forms())
def test_answering_the_other_way_round_mirrors_plain_scores(
    made: tuple[Instrument, NDArray[np.int16]],
) -> None:
    """Each answer low + high - x turns a sum or a mean about the middle of its range."""
    instrument, answers = made
    ends = np.array([item.low + item.high for item in instrument.items], np.int16)
    turned = np.where(answers < 0, answers, ends - answers)
    straight, mirrored = score(instrument, answers), score(instrument, turned)
    for scale in instrument.scales:
        if scale.method is Method.RECODE_MEAN or scale.convert:
            continue
        expected = scale.low + scale.high - straight[scale.id].value
        np.testing.assert_allclose(mirrored[scale.id].value, expected, atol=1e-9)


@given(st.sampled_from(sorted(library())), st.floats(0, 1))
def test_mirroring_a_direction_mirrors_the_share(name: str, place: float) -> None:
    for scale in library()[name].scales:
        points = scale.low + place * scale.span
        shares = {d: _turned(scale, d).share(points) for d in Direction}
        assert abs(shares[Direction.LOWER] + shares[Direction.HIGHER] - 100) < 1e-9
        assert shares[Direction.NEITHER] == shares[Direction.HIGHER]
        best = scale.low if scale.direction is Direction.LOWER else scale.high
        assert scale.share(best) == 100


@given(st.integers(2, 6), st.integers(2, 20), st.integers(0, 2**32 - 1))
def test_alpha_is_one_for_equal_items_and_none_without_spread(
    items: int, rows: int, seed: int
) -> None:
    column = np.random.default_rng(seed).integers(0, 5, (rows, 1)).astype(np.int16)
    column[0], column[1] = 0, 4
    alpha = cronbach_alpha(np.repeat(column, items, axis=1))
    assert alpha is not None
    assert abs(alpha - 1) < 1e-12
    assert cronbach_alpha(np.full((rows, items), 3, np.int16)) is None
    assert cronbach_alpha(column) is None


def _turned(scale: Scale, direction: Direction) -> Scale:
    return scale.model_copy(update={"direction": direction})
