"""A clock that was set back, or had gone ahead: nothing lasts longer by it, nothing is left out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from attachdash.intake import Mapping, read_csv
from attachdash.practice import (
    deciding,
    entrance,
    exporting,
    importing,
    people,
    record,
    recording,
    safekeeping,
    supervision,
)
from attachdash.practice.rules import Kind
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House

LONG = "three plain words and more"
BACK = timedelta(hours=3)


def openings(house: House) -> int:
    """How often a record was opened, by the audit."""
    with house.store.engine.reading(Scope()) as cursor:
        [(found,)] = cursor.rows("SELECT count(*) FROM audit WHERE kind = 'opened record'")
    return int(found)


def come_in(house: House, sign_in: str, browser: str, now: datetime = NOW) -> None:
    """Sign somebody in by a code and set their password."""
    code = people.new_code(house.viewer("a.diallo", now), house.people[sign_in]).code
    assert entrance.sign_in(entrance.anonymous(house.store, browser, now), sign_in, code)
    entrance.set_password(entrance.viewer_of(house.store, browser, now), LONG, LONG)


def test_a_look_at_a_record_is_written_down_after_the_clock_was_set_back(either: House) -> None:
    record.client_record(either.viewer("t.one"), either.clients["A"])
    found = openings(either)
    record.client_record(either.viewer("t.one"), either.clients["A"])
    assert openings(either) == found > 0
    earlier = either.viewer("t.one", NOW - BACK)
    record.client_record(earlier, either.clients["A"])
    assert openings(either) == found + 1
    record.client_record(earlier, either.clients["A"])
    assert openings(either) == found + 1


@pytest.mark.parametrize("jump", [-BACK, BACK], ids=["set back", "gone ahead"])
def test_a_session_ends_when_the_clock_jumps(small: House, jump: timedelta) -> None:
    come_in(small, "t.one", "browser")
    assert entrance.viewer_of(small.store, "browser", NOW).signed_in
    assert not entrance.viewer_of(small.store, "browser", NOW + jump, touch=False).signed_in


def test_an_account_does_not_wait_for_a_clock_that_had_gone_ahead(small: House) -> None:
    come_in(small, "t.one", "browser")
    ahead = NOW + timedelta(days=400)
    for _ in range(12):
        assert entrance.sign_in(
            entrance.anonymous(small.store, "other", ahead), "t.one", "wrong"
        ) is None  # fmt: skip
    assert entrance.sign_in(entrance.anonymous(small.store, "other", ahead), "t.one", LONG) is None
    assert entrance.sign_in(entrance.anonymous(small.store, "other", NOW), "t.one", LONG)


def test_the_nightly_job_runs_after_a_clock_had_gone_ahead(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nightly_at(now: datetime) -> bool:
        monkeypatch.setattr(safekeeping, "clock", lambda: now)
        return safekeeping.nightly(small.store, now)

    assert nightly_at(NOW + timedelta(days=400))
    assert safekeeping.is_due(small.store, NOW)
    assert any("no backup" in one for one in safekeeping.state(small.viewer("a.diallo")).to_do(NOW))
    assert nightly_at(NOW)
    newest, *_ = safekeeping.state(small.viewer("a.diallo")).backups
    assert newest.made_at == NOW
    assert not safekeeping.is_due(small.store, NOW)
    assert safekeeping.state(small.viewer("a.diallo")).steps["check"].started_at == NOW
    assert safekeeping.is_due(small.store, NOW + timedelta(days=1))


def test_a_look_over_a_file_is_written_down_after_the_clock_was_set_back(small: House) -> None:
    table = read_csv("a.csv", b"code,date,q1\nA,2026-11-03,1\n")
    mapping = Mapping(
        instrument="sise", client="code", answered_on="date", date_format="iso", items=("q1",)
    )

    def looks() -> int:
        with small.store.engine.reading(Scope()) as cursor:
            [(found,)] = cursor.rows("SELECT count(*) FROM audit WHERE kind = 'looked over a file'")
        return int(found)

    for now, found in ((NOW, 1), (NOW, 1), (NOW - BACK, 2), (NOW - BACK, 2)):
        importing.preview_import(small.viewer("t.one", now), table, mapping)
        assert looks() == found


def test_the_last_decision_about_a_flag_is_the_one_made_last(either: House) -> None:
    """Whatever the clock said then: on the record, on the agenda, and when it leaves."""
    a, mine = either.clients["A"], either.viewer("t.one")
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 9)
    deciding.note(mine, a, Kind.TALK)

    def standing() -> list[tuple[str, str | None, str, date | None]]:
        now = either.viewer("t.one", NOW + BACK)
        found = record.client_record(now, a)
        return [
            (one.state, one.seen_by, one.decisions[0].words, one.review_on)
            for one in (*found.flags, *found.watched)
        ]

    for at, words, on in ((NOW, "First", 3), (NOW - BACK, "Second", 5)):
        found = record.client_record(mine, a)
        for flag in (*found.flags, *found.watched):
            deciding.act(
                either.viewer("t.one", at), a, flag.flag_id, flag.administration_id, flag.version,
                words, TODAY + timedelta(days=on),
            )  # fmt: skip
    last = TODAY + timedelta(days=5)
    assert standing() == [("acted", "T.ONE", "Second", last)] * 2
    items = supervision.agenda(either.viewer("s.one", NOW + BACK)).items
    assert [(one.decision and one.decision.words, one.flag.review_on) for one in items] == [
        ("Second", last)
    ] * 2
    left = exporting.export(mine)["flag_steps.csv"].splitlines()
    decided = [line for line in left if ",acted," in line]
    assert ["First" in line for line in decided] == [True, False] * 2
