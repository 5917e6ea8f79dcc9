"""Drift and passing state of the practice's own episodes, and how they hold from then on."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from attachdash.change.figures import figures_of
from attachdash.instruments import library
from attachdash.practice import norms, record, recording, safekeeping, shares
from attachdash.store import Store
from attachdash.store.engine import Scope
from tests.practice.closed import PHQ9, plant
from tests.practice.conftest import NOW, TODAY, House

SCALE = library()["phq9"].scale("total")


def courses(count: int, seed: int, passing: float) -> list[list[float]]:
    """PHQ-9 courses of people whose level stays, with a passing state of so many points."""
    random = np.random.default_rng(seed)
    level = random.normal(14, 3, (count, 1))
    return np.clip(np.rint(level + random.normal(0, passing, (count, 8))), 0, 27).tolist()  # type: ignore[no-any-return]


def of(house: House) -> shares.Held | None:
    found = shares.own_shares(house.viewer("a.diallo"))
    return next((one for one in found if (one.instrument.id, one.scale.id) == PHQ9), None)


def versions(store: Store) -> list[tuple[object, ...]]:
    with store.engine.reading(Scope()) as cursor:
        return cursor.rows(
            "SELECT version, of_series, replaced_at IS NULL FROM own_shares "
            "ORDER BY version NULLS LAST"
        )


def test_fifty_series_give_shares_that_every_course_is_told_by(either: House) -> None:
    admin, mine = either.viewer("a.diallo"), either.viewer("t.one")
    plant(either, "t.two", courses(49, 1, 4.0))
    assert shares.take_own_shares(admin) == 0
    assert of(either) is None
    plant(either, "t.two", courses(1, 2, 4.0))
    # Two answers, or three of one week: they can't tell drift from passing states.
    plant(either, "t.two", [[14.0, 2.0]] * 30)
    assert shares.take_own_shares(admin) == 1
    held = of(either)
    assert held is not None
    assert (held.own.series, held.own.of_series, held.own.occasions) == (50, 50, 400)
    assert (held.own.default_drift, held.own.default_transient) == pytest.approx((0.18, 0.22))
    assert held.own.transient > 0.30  # 4 points of 6.1, less the questionnaire's own error
    assert held.own.drift < 0.18
    assert held.own.taken_on == TODAY
    # Now, for the one who looks, and for every course of theirs.
    number = either.store.catalogue.scale_ids[PHQ9]
    scale = norms.scale_of(mine, number)[1]
    assert scale.shares is not None
    for days in (100, 90, 80):
        recording.record_administration(
            mine, either.clients["A"], "phq9", TODAY - timedelta(days=days), [2] * 8 + [0]
        )
    told = record.client_record(mine, either.clients["A"]).told[PHQ9]
    assert told.figures.model is not None
    sd = told.figures.precision.sd  # type: ignore[union-attr]
    assert told.figures.model.transient == pytest.approx(held.own.transient * sd)
    assert told.figures.model.drift == pytest.approx(held.own.drift * sd)
    assert "50 of this practice’s own episodes" in told.shares_from
    assert any("own episodes" in one for one in told.sentences)
    # The next night nothing has grown; with a tenth more it is done anew, drawn to the first.
    assert shares.take_own_shares(admin) == 0
    plant(either, "t.two", courses(5, 3, 4.0))
    assert shares.take_own_shares(admin) == 1
    assert versions(either.store) == [(1, 50, False), (2, 56, True)]  # client A’s as well
    again = of(either)
    assert again is not None
    assert again.own.default_transient == pytest.approx(0.22)


def test_another_sites_episodes_tell_nothing(either: House) -> None:
    plant(either, "t.two", courses(60, 1, 4.0), site=2)
    assert shares.take_own_shares(either.viewer("a.diallo")) == 0


def test_of_many_series_a_sample_is_used_the_same_on_each_run(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST", 20)
    plant(small, "t.two", courses(60, 1, 4.0))
    shares.take_own_shares(small.viewer("a.diallo"))
    first = of(small)
    assert first is not None
    assert (first.own.series, first.own.of_series) == (20, 60)
    monkeypatch.setattr(shares, "GROWN", 1.0)
    shares.take_own_shares(small.viewer("a.diallo"))
    assert of(small) == first


@pytest.mark.parametrize("flat", [True, False])
def test_odd_answers_move_the_shares_by_a_factor_of_two_at_most(small: House, flat: bool) -> None:
    """A false small share would call noise real."""
    some = [[float(level)] * 8 for level in range(8, 20)] * 20
    if not flat:
        some = [[0.0, 27.0] * 4] * 240
    plant(small, "t.two", some)
    shares.take_own_shares(small.viewer("a.diallo"))
    held = of(small)
    assert held is not None
    for own, default in ((held.own.drift, 0.18), (held.own.transient, 0.22)):
        assert default / 2 <= own <= default * 2


def test_no_shares_change_the_definition_or_its_mark() -> None:
    own = shares.OwnShares(1, 0.2, 0.4, 0.18, 0.22, 50, 50, 400, TODAY)
    phq9 = library()["phq9"]
    changed = norms.with_shares(SCALE, own)
    # What the definition's text, and so its mark, is made of.
    assert changed.shares is not None
    assert changed.model_dump(mode="json") == SCALE.model_dump(mode="json")
    assert "shares" not in SCALE.model_dump()
    model = figures_of(phq9, changed).model
    assert model is not None
    assert model.transient == pytest.approx(0.4 * 6.1)
    # Shares that are named go before the practice's own.
    named = figures_of(phq9, changed, drift_share=0.1, transient_share=0.3).model
    assert named is not None
    assert (named.drift, named.transient) == pytest.approx((0.61, 1.83))


def test_the_night_takes_them(small: House) -> None:
    plant(small, "t.two", courses(50, 1, 4.0))
    assert safekeeping.nightly(small.store, NOW)
    steps = safekeeping.state(small.viewer("a.diallo")).steps
    assert steps["shares"].result == "1 scales estimated anew"
    assert of(small) is not None
