"""Instruments that leave the library: what was answered stays in sight."""

import json
from datetime import date

import pytest

from attachdash.errors import Invalid, Unavailable
from attachdash.instruments import Domain, Library, library, parse
from attachdash.practice import (
    caseload,
    exporting,
    outcomes,
    record,
    recording,
)
from attachdash.store import definitions, open_store, opening
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House

GONE = ("phq9", "rses")


def without(*codes: str) -> Library:
    return Library({code: one for code, one in library().items() if code not in codes})


def reopened(house: House, url: str | None, monkeypatch: pytest.MonkeyPatch) -> House:
    """The same practice, opened by a version whose library lacks two instruments it answered."""
    monkeypatch.setattr(opening, "library", lambda: without(*GONE))
    house.store.close()
    house.store = open_store(house.store.home, NOW, url=url)
    return house


def test_answers_to_a_departed_instrument_stay_in_sight(
    either: House, free_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 8 + [2])
    record.fix_lead(mine, either.episodes["A"], Domain.SELF_ESTEEM, ("rses", "total"))
    before = exporting.export(mine)
    told = record.client_record(mine, a)

    house = reopened(either, free_url, monkeypatch)
    try:
        mine = house.viewer("t.one")
        shown = record.client_record(mine, a)
        for one in (shown, told):
            course = one.triad[Domain.SELF_ESTEEM]
            assert course is not None
            assert (course.instrument.id, [answer.value for answer in course.scored]) == (
                "rses", [15.0, 15.0],
            )  # fmt: skip
        assert [(one.instrument.id, one.item, one.answer) for one in shown.flags] == [
            ("phq9", 9, 2)
        ]
        assert "phq9" in {course.instrument.id for course in shown.others}
        [row] = caseload.caseload(mine).rows
        assert row.open_flag is not None
        led = row.triad[Domain.SELF_ESTEEM]
        assert led is not None
        assert led.instrument.id == "rses"
        assert {one.instrument.id for one in outcomes.outcomes(house.viewer("s.one"))} >= set(GONE)
        assert exporting.export(mine) == before
        progress = record.my_progress(house.viewer("c.a"))
        assert progress is not None
        assert progress.triad[Domain.SELF_ESTEEM] is not None
        # It can be read, and takes nothing new.
        with pytest.raises(Invalid):
            recording.record_administration(mine, a, "phq9", date(2026, 11, 1), [1] * 9)
    finally:
        house.store.close()


def test_a_scale_that_left_its_instrument_stays_in_sight(small: House) -> None:
    """The scores of a scale that a later definition lacks are shown and given back."""
    whole = library()["phq9"]
    content = json.loads(whole.body)
    content["scales"].append({**content["scales"][0], "id": "earlier"})
    earlier = parse(json.dumps(content), "earlier")
    both = definitions.load(small.store.engine, Library({**library(), "phq9": earlier}), NOW)
    number = both.scale_ids["phq9", "earlier"]
    now = definitions.load(small.store.engine, library(), NOW)
    assert now.scales[number][1].id == "earlier"
    assert now.instrument("phq9").scales == whole.scales
    assert [scale.id for scale in now.scales_of("phq9").values()] == ["total", "earlier"]


@pytest.mark.parametrize("answered", [True, False])
def test_a_definition_that_cannot_be_read_stops_only_where_it_is_needed(
    small: House, answered: bool
) -> None:
    code = "rses" if answered else "sise"
    small.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run(
            "UPDATE definition SET body = '{}' WHERE instrument_id = $1",
            small.store.catalogue.instrument_ids[code],
        ),
    )
    if answered:
        with pytest.raises(Unavailable, match="rses"):
            definitions.load(small.store.engine, without(code), NOW)
    else:
        assert code not in definitions.load(small.store.engine, without(code), NOW).instrument_ids
