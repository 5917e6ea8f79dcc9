"""Figures nobody published: entered with their source, or the practice's own first answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from attachdash.errors import Invalid
from attachdash.instruments.scoring import keyed_answers, score
from attachdash.practice import clients, norms, recording
from attachdash.practice.rights import Role
from attachdash.store import norms as store_norms
from tests.practice.conftest import House

DERS = ("ders16", "total")
GIVEN: dict[str, Any] = {
    "group": "clients of a clinic", "of_whom": "clients", "mean": 47.0, "sd": 13.0,
    "reliability": 0.92, "reliability_kind": "alpha", "source": "Somebody 2020",
}  # fmt: skip


def holds(house: House) -> norms.Lacking:
    found = norms.lacking(house.viewer("a.diallo", role=Role.ADMINISTRATOR))
    return next(one for one in found if (one.instrument.id, one.scale.id) == DERS)


def test_entered_figures_complete_the_scale_under_their_name(small: House) -> None:
    admin, mine = small.viewer("a.diallo"), small.viewer("t.one")
    number = small.store.catalogue.scale_ids[DERS]
    assert norms.scale_of(mine, number)[1].sem is None
    norms.enter_norm(admin, DERS, **GIVEN)
    _, scale = norms.scale_of(mine, number)
    assert scale.sem is not None
    # Jacobson & Truax 1991: SEM = SD x sqrt(1 - r).
    assert scale.sem.points == pytest.approx(13 * (1 - 0.92) ** 0.5)
    assert (scale.sem.sample, scale.sem.checked) == ("clients of a clinic", False)
    assert scale.clinical[-1].source == "Somebody 2020"
    norms.enter_norm(admin, DERS, **{**GIVEN, "sd": 12.0})
    assert norms.scale_of(mine, number)[1].sem.sd == 12.0  # type: ignore[union-attr]
    norms.take_back_norm(admin, DERS)
    assert norms.scale_of(mine, number)[1].sem is None
    with small.store.engine.reading(mine.scope) as cursor:
        kept = cursor.rows("SELECT version, sd, replaced_at FROM local_norm ORDER BY version")
    assert [(row[0], row[1]) for row in kept] == [(1, 13.0), (2, 12.0)]
    assert all(row[2] for row in kept)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"group": " "}, "whose answers"),
        ({"source": ""}, "author, year"),
        ({"mean": 90.0}, "16–80"),
        ({"sd": 0.0}, "at most 32"),
        ({"sd": float("nan")}, "at most 32"),
        ({"mean": float("nan")}, "can't be"),
        ({"reliability": 1.0}, "between 0 and 1"),
        ({"reliability": float("nan")}, "between 0 and 1"),
        ({"n": 1}, "two people"),
    ],
)
def test_figures_that_cannot_be_are_refused_in_words(
    small: House, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        norms.enter_norm(small.viewer("a.diallo"), DERS, **{**GIVEN, **wrong})
    assert holds(small).holds is None


def test_a_published_figure_is_never_replaced(small: House) -> None:
    with pytest.raises(Invalid, match="figures of its own"):
        norms.enter_norm(small.viewer("a.diallo"), ("phq9", "total"), **GIVEN)


def answered(house: House, count: int, first: int = 0) -> np.ndarray[Any, Any]:
    """So many clients of t.one's, each with two forms; the first forms' answers."""
    mine, random = house.viewer("t.one"), np.random.default_rng(count + first)
    level = random.normal(3, 1, (count, 1))
    given = np.clip(np.rint(level + random.normal(0, 0.7, (count, 16))), 1, 5).astype(int)
    for number, row in enumerate(given):
        who = clients.add_client(mine, f"Q-{first + number}")
        for back, form in ((20, row), (3, np.ones(16, int))):
            on = mine.today - timedelta(days=back)
            recording.record_administration(mine, who, "ders16", on, form.tolist())
    return given


def test_own_first_answers_stand_in_once_there_are_fifty(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(norms, "FEWEST", 8)  # as 50 would, in a tenth of the time
    admin = either.viewer("a.diallo")
    first = answered(either, 7)
    assert norms.take_own_answers(admin) == 0
    given = np.concatenate([first, answered(either, 1, first=7)])
    assert norms.take_own_answers(admin) == 2  # the total, and the strategies
    own = holds(either).own
    assert own is not None
    assert own.n == 8
    ders = either.store.library["ders16"]
    totals = score(ders, given.astype(np.int16))["total"].value
    assert own.mean == pytest.approx(totals.mean())
    assert own.sd == pytest.approx(totals.std(ddof=1))
    # Cronbach 1951, written out.
    keyed = keyed_answers(ders, ders.scale("total"), given.astype(np.int16)).astype(float)
    alpha = 16 / 15 * (1 - keyed.var(axis=0, ddof=1).sum() / keyed.sum(axis=1).var(ddof=1))
    assert own.reliability == pytest.approx(alpha)
    assert "own first answers" in own.group_name
    assert norms.take_own_answers(admin) == 0  # not a tenth more of them
    # What is entered goes before it.
    norms.enter_norm(admin, DERS, **GIVEN)
    number = either.store.catalogue.scale_ids[DERS]
    assert norms.scale_of(admin, number)[1].sem.sd == 13.0  # type: ignore[union-attr]
    norms.take_back_norm(admin, DERS)
    assert norms.scale_of(admin, number)[1].sem.sd == pytest.approx(own.sd)  # type: ignore[union-attr]


def test_another_process_sees_a_new_norm_within_a_minute(small: House) -> None:
    mine = small.viewer("t.one")
    number = small.store.catalogue.scale_ids[DERS]
    norms.scale_of(mine, number)
    norm = store_norms.LocalNorm(number, "entered", 0, "g", "clients", 40.0, 10.0, 0.9, "alpha",
                                 None, "s", None, mine.now)  # fmt: skip
    small.store.engine.writing(
        mine.scope, lambda cursor: store_norms.put(cursor, 1, norm, 1, mine.now, "")
    )
    later = small.viewer("t.one", mine.now + timedelta(seconds=61))
    assert norms.scale_of(later, number)[1].sem is not None
