"""A check-in of nine lines, answered before the session's line was asked apart, stays whole."""

import json
from dataclasses import replace

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, Library, library, parse
from attachdash.practice import (
    checking,
    exporting,
    loading,
    mending,
    provenance,
    record,
    recording,
)
from attachdash.store import open_store, opening
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_loading import Empty, administrator, empty

__all__ = ["empty"]


def before() -> Instrument:
    """The adult's check-in as its first version had it."""
    content = json.loads(library()["checkin_adult"].body)
    session = json.loads(library()["session_adult"].body)["scales"][0]
    content["version"], content["items"]["count"] = 1, 9
    content["items"]["labels"]["9"] = "Understood in the session"
    content["scales"].append({**session, "id": "session", "items": [9]})
    for scale in content["scales"]:
        scale["note"] = f"Asked as “{scale.pop('asked')}”"
    return parse(json.dumps(content), "before")


def test_what_was_answered_to_it_is_read_put_right_and_held_against_its_flags(
    either: House, free_url: str | None, monkeypatch: pytest.MonkeyPatch, empty: Empty
) -> None:
    def opened_with(known: Library) -> None:
        monkeypatch.setattr(opening, "library", lambda: known)
        either.store.close()
        either.store = open_store(either.store.home, NOW, url=free_url)

    opened_with(Library({**library(), "checkin_adult": before()}))
    a = either.clients["A"]
    recording.record_administration(
        either.viewer("t.one"), a, "checkin_adult", TODAY, [5, 5, 5, 1, 5, 5, 5, 5, 2]
    )
    files = exporting.export(administrator(either))
    opened_with(library())
    try:
        mine = either.viewer("t.one")
        shown = record.client_record(mine, a)
        [flag] = [one for one in shown.flags if one.instrument.id == "checkin_adult"]
        assert (flag.item, flag.answer) == (4, 1)
        of = {one.scale.id: one.values for one in shown.others
              if one.instrument.id == "checkin_adult"}  # fmt: skip
        assert of["session"] == [2.0]
        assert len(of) == 9
        made = provenance.provenance(mine, a, flag.administration_id, "session")
        assert not made.is_todays
        progress = record.my_progress(either.viewer("c.a"))
        assert progress is not None
        assert "session" not in {one.scale.id for one in (*progress.lines, *progress.measures)}
        assert len(progress.lines) == 7
        assert checking.problems(either.store) == []
        # Put right by the form as it is now; what stood on line 9 stays in the first version.
        mending.correct_administration(
            mine, a, flag.administration_id, TODAY, [5, 5, 5, 8, 5, 5, 5, 5], "Misread"
        )
        assert not [
            one for one in record.client_record(mine, a).flags
            if one.instrument.id == "checkin_adult" and one.state == "open"
        ]  # fmt: skip
        assert checking.problems(either.store) == []
        # An export is loaded by the version that wrote it: nothing is scored by another rule.
        other = replace(empty(), now=NOW, today=TODAY)
        with pytest.raises(Invalid, match="checkin_adult: scored by another definition"):
            loading.load(other, files)
    finally:
        either.store.close()
