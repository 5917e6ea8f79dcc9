"""Every instrument's fast scores against a slow, plain second implementation."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from attachdash.instruments import State, library, score

from .naive import IDS, naive_scores, ranges, takes_items

TAKING_ITEMS = [name for name in IDS if takes_items(name)]
REASONS = (-1, -2, -3)  # blank, declined, not applicable: three names for no answer
Patterns = NDArray[np.int16]

every_instrument = pytest.mark.parametrize("name", TAKING_ITEMS)


def agree(name: str, answers: Patterns) -> None:
    """Fails where a value, a count of answers or a state differs from the naive one."""
    states = list(State)
    scores = score(library()[name], answers)
    patterns = [[None if a < 0 else a for a in pattern] for pattern in answers.tolist()]
    judged = [naive_scores(name, pattern) for pattern in patterns]
    assert all(set(expected) == set(scores) for expected in judged[:1])
    for scale_id, found in scores.items():
        rows = zip(
            patterns,
            judged,
            found.value.tolist(),
            found.answered.tolist(),
            found.state.tolist(),
            strict=True,
        )
        for pattern, expected, value, answered, state in rows:
            wanted, count = expected[scale_id]
            where = (name, scale_id, pattern)
            assert answered == count, where
            if wanted is None:
                assert value != value, where
                assert states[state] is State.INCOMPLETE, where
            else:
                assert abs(value - wanted) < 1e-9, where
                expected_state = State.COMPLETE if count == found.asked else State.PRORATED
                assert states[state] is expected_state, where


@cache
def random_patterns(name: str, rows: int, missing: float) -> Patterns:
    """Seeded answers over each item's whole range; one row in five is complete."""
    random = np.random.default_rng(sum(name.encode()))
    columns = [random.integers(low, high + 1, rows) for low, high in ranges(name)]
    answers = np.array(columns, np.int16).T.copy()
    gone = random.random(answers.shape) < missing
    gone[::5] = False
    answers[gone] = random.choice(REASONS, int(gone.sum()))
    return answers


@every_instrument
def test_lowest_highest_and_each_single_item_agree(name: str) -> None:
    lows, highs = np.array(ranges(name), np.int16).T
    single_high = np.where(np.eye(len(lows), dtype=bool), highs, lows)
    single_low = np.where(np.eye(len(lows), dtype=bool), lows, highs)
    agree(name, np.vstack([lows, highs, single_high, single_low]).astype(np.int16))


@every_instrument
def test_ten_thousand_random_patterns_agree(name: str) -> None:
    agree(name, random_patterns(name, 10_000, 0.05))


@every_instrument
def test_every_subset_of_up_to_three_missing_agrees(name: str) -> None:
    """Which blanks are missing decides by their number per scale alone, so one pattern will do."""
    pattern = random_patterns(name, 5, 0)[0]
    places = range(len(pattern))
    gone = [subset for size in (1, 2, 3) for subset in combinations(places, size)]
    answers = np.tile(pattern, (len(gone), 1))
    for row, subset in enumerate(gone):
        answers[row, subset] = -1
    agree(name, answers)


@every_instrument
def test_one_form_scores_as_it_does_among_many(name: str) -> None:
    answers = random_patterns(name, 60, 0.1)
    together = score(library()[name], answers)
    for row in range(len(answers)):
        alone = score(library()[name], answers[row : row + 1])
        for scale_id, scores in alone.items():
            np.testing.assert_array_equal(scores.value, together[scale_id].value[row : row + 1])
            assert scores.states() == together[scale_id].states()[row : row + 1]


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = random_patterns("ders36", 1_000, 0.02)
    whole = score(library()["ders36"], answers)
    monkeypatch.setattr("attachdash.instruments.scoring.BLOCK", 7)
    pieces = score(library()["ders36"], answers)
    for scale_id, scores in whole.items():
        np.testing.assert_array_equal(scores.value, pieces[scale_id].value)
        np.testing.assert_array_equal(scores.state, pieces[scale_id].state)
        np.testing.assert_array_equal(scores.answered, pieces[scale_id].answered)


def test_answers_of_eight_and_sixteen_bits_score_alike() -> None:
    for name in TAKING_ITEMS:
        if max(high for _, high in ranges(name)) > np.iinfo(np.int8).max:
            continue
        answers = random_patterns(name, 200, 0.05)
        wide, narrow = (score(library()[name], answers.astype(t)) for t in (np.int16, np.int8))
        for scale_id in wide:
            np.testing.assert_array_equal(wide[scale_id].value, narrow[scale_id].value)


def test_no_rows_give_no_scores() -> None:
    scores = score(library()["phq9"], np.empty((0, 9), np.int16))
    assert scores["total"].states() == []
