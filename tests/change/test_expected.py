"""How those who began alike went on: quartiles of many, and never of few strangers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.change.expected import (
    BLOCK,
    FEWEST,
    FEWEST_A_WEEK,
    Band,
    Episodes,
    ExpectedCourse,
    bands,
    expected_course,
)
from attachdash.instruments import library

ALL = [(one, scale) for one in library().values() for scale in one.scales]
WIDE = Band(low=0.0, high=8.0, is_top=False)
NARROW = Band(low=0.0, high=4.0, is_top=False)


def episodes(
    strangers: int, own: int, seed: int = 0, weeks: int = 6, spread: float = 8.0
) -> Episodes:
    """So many of each, in a mixed order of closing, each with answers in some of the weeks."""
    random = np.random.default_rng(seed)
    is_own = random.permutation(np.arange(strangers + own) < own)
    count = len(is_own)
    episode = np.repeat(np.arange(count), weeks)
    week = np.tile(np.arange(weeks), count)
    kept = (random.random(len(week)) < 0.8) | (week == 0)
    return Episodes(
        first=random.uniform(0, spread, count), is_open_to_viewer=is_own,
        episode=episode[kept], week=week[kept],
        value=random.integers(0, 28, kept.sum()).astype(np.float64),
    )  # fmt: skip


def by_hand(given: Episodes, band: Band) -> ExpectedCourse | None:
    """The same, one episode and one week after the other."""
    inside = [i for i, first in enumerate(given.first) if band.low <= first < band.high]
    own = [i for i in inside if given.is_open_to_viewer[i]]
    others = [i for i in inside if i not in own]
    whole = len(others) // BLOCK * BLOCK if len(others) >= FEWEST else 0
    used = sorted([*own, *others[:whole]])
    if len(used) < FEWEST:
        return None
    rows = []
    for week in sorted(set(given.week.tolist())):
        means = {}
        for i in used:
            at = (given.episode == i) & (given.week == week)
            if at.any():
                means[i] = given.value[at].mean()
        apart = [i for i in means if i in others]
        whole = len(apart) // BLOCK * BLOCK if len(apart) >= FEWEST_A_WEEK else 0
        left = [means[i] for i in means if i in own or i in apart[:whole]]
        if len(left) >= FEWEST_A_WEEK:
            rows.append((week, *np.quantile(left, [0.25, 0.5, 0.75]), len(left)))
    if not rows:
        return None
    week, low, middle, high, counts = map(np.array, zip(*rows, strict=True))
    return ExpectedCourse(band=band, n=len(used), weeks=week, low=low, middle=middle, high=high,
                          counts=counts)  # fmt: skip


def same(one: ExpectedCourse | None, other: ExpectedCourse | None) -> None:
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.band, one.n) == (other.band, other.n)
        for name in ("weeks", "low", "middle", "high", "counts"):
            np.testing.assert_allclose(getattr(one, name), getattr(other, name))


@given(st.integers(0, 130), st.integers(0, 70), st.integers(0, 10_000))
def test_it_is_what_counting_by_hand_gives(strangers: int, own: int, seed: int) -> None:
    some = episodes(strangers, own, seed)
    inner = NARROW.holds(some.first)
    apart = ~some.is_open_to_viewer
    halves = [(apart & inner).sum(), (apart & ~inner).sum()]
    hand = None
    if all(count == 0 or count >= FEWEST for count in halves):
        hand = by_hand(some, NARROW)
    same(expected_course(some, NARROW, WIDE), hand or by_hand(some, WIDE))


@given(st.integers(0, 130), st.integers(0, 70), st.integers(0, 10_000))
def test_quartiles_are_ordered_within_the_answers_and_never_of_few(
    strangers: int, own: int, seed: int
) -> None:
    some = episodes(strangers, own, seed)
    found = expected_course(some, NARROW, WIDE)
    if found is None:
        # Strangers count in tens, so nine of them and more may be waiting.
        assert strangers + own < FEWEST or strangers < FEWEST + own + BLOCK
        return
    assert found.n >= FEWEST
    assert (found.counts >= FEWEST_A_WEEK).all()
    assert (found.counts <= found.n).all()
    assert (np.diff(found.weeks) > 0).all()
    assert (found.low <= found.middle).all()
    assert (found.middle <= found.high).all()
    assert some.value.min() <= found.low.min()
    assert found.high.max() <= some.value.max()


def test_forty_nine_are_none_and_fifty_are_shown() -> None:
    assert expected_course(episodes(49, 0, spread=4), NARROW, WIDE) is None
    assert expected_course(episodes(0, 49, spread=4), NARROW, WIDE) is None
    fifty = expected_course(episodes(50, 0, spread=4), NARROW, WIDE)
    assert fifty is not None
    assert (fifty.n, fifty.band) == (50, NARROW)
    # 49 strangers stay strangers, however many one's own there are beside them.
    mixed = expected_course(episodes(49, 60, spread=4), NARROW, WIDE)
    assert mixed is not None
    assert mixed.n == 60


@given(st.integers(1, BLOCK - 1), st.integers(0, 1_000))
def test_strangers_who_close_one_by_one_move_nothing(more: int, seed: int) -> None:
    """What a look today and one tomorrow differ by is nobody, or ten at once."""
    few = episodes(70, 20, seed, spread=4)
    count = len(few.first)
    extra = np.arange(more) + count
    with_more = Episodes(
        first=np.append(few.first, np.full(more, 1.0)),
        is_open_to_viewer=np.append(few.is_open_to_viewer, np.zeros(more, dtype=bool)),
        episode=np.append(few.episode, np.repeat(extra, 6)),
        week=np.append(few.week, np.tile(np.arange(6), more)),
        value=np.append(few.value, np.full(6 * more, 27.0)),
    )
    same(expected_course(few, NARROW, WIDE), expected_course(with_more, NARROW, WIDE))
    # Also one who alone stayed on after all the others.
    lasting = replace(with_more, week=np.where(with_more.episode == count - 1, 5, with_more.week))
    found = expected_course(lasting, NARROW, WIDE)
    assert found is not None
    own = set(few.week[np.isin(few.episode, np.flatnonzero(few.is_open_to_viewer))].tolist())
    assert set(found.weeks.tolist()) <= own | set(range(6))


def test_the_narrow_band_never_tells_of_the_few_beside_it() -> None:
    """Shown beside the wide one, it would: 60 here and 63 in all are three over there."""
    some = episodes(123, 0, spread=4)
    first = some.first.copy()
    first[60:] = 6.0
    found = expected_course(replace(some, first=first), NARROW, WIDE)
    assert found is not None
    assert (found.band, found.n) == (NARROW, 60)
    first[63:] = 20.0  # three are left in the other half
    found = expected_course(replace(some, first=first), NARROW, WIDE)
    assert found is not None
    assert (found.band, found.n) == (WIDE, 60)


def test_who_answers_daily_counts_once_a_week() -> None:
    some = episodes(0, 60, spread=4)
    loud = some.episode == 3
    often = Episodes(
        first=some.first, is_open_to_viewer=some.is_open_to_viewer,
        episode=np.concatenate([some.episode, np.repeat(some.episode[loud], 9)]),
        week=np.concatenate([some.week, np.repeat(some.week[loud], 9)]),
        value=np.concatenate([some.value, np.repeat(some.value[loud], 9)]),
    )  # fmt: skip
    same(expected_course(some, NARROW, WIDE), expected_course(often, NARROW, WIDE))


def test_nobody_at_all_is_none() -> None:
    assert expected_course(episodes(0, 0), NARROW, WIDE) is None


@pytest.mark.parametrize(("instrument", "scale"), ALL, ids=lambda one: one.id)
def test_bands_cut_the_range_without_overlap_and_halves_lie_in_wholes(
    instrument: object, scale: object
) -> None:
    firsts = np.linspace(scale.low, scale.high, 241)  # type: ignore[attr-defined]
    pairs = [bands(instrument, scale, float(one)) for one in firsts]  # type: ignore[arg-type]
    for kind in (0, 1):
        of_kind = {pair[kind] for pair in pairs}
        held = sum(band.holds(firsts).astype(int) for band in of_kind)
        np.testing.assert_array_equal(held, 1)
        for first, pair in zip(firsts, pairs, strict=True):
            assert pair[kind].holds(np.array([first])).all()
    for narrow, wide in pairs:
        assert wide.low <= narrow.low + 1e-9
        assert narrow.high <= wide.high + 1e-9
        assert narrow.high - narrow.low == pytest.approx((wide.high - wide.low) / 2)


def test_a_band_is_as_wide_as_the_reliable_change_at_least() -> None:
    phq9 = library()["phq9"]
    narrow, wide = bands(phq9, phq9.scale("total"), 14)
    # 27 points, a published reliable change of 6 and S 6.1: four bands of 6.75.
    assert (wide.low, wide.high) == (13.5, 20.25)
    assert (narrow.low, narrow.high) == (13.5, 16.875)
