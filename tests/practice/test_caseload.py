"""Does the caseload judge everybody at once, and say of whose record nobody has looked?"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from attachdash.instruments import Domain
from attachdash.practice import (
    assignments,
    caseload,
    clients,
    marks,
    record,
    recording,
    telling,
)
from attachdash.practice.keeping import ROW, Given, keep, prepare
from attachdash.practice.needs import Need
from attachdash.practice.rights import Role, Viewer, change
from attachdash.store import audit
from attachdash.store.reach import Reach
from tests.practice.conftest import NOW, TODAY, House

WORSE = (8, 8, 9, 8, 9, 13, 15, 16, 17, 18, 18, 19)
AMBER_THEN_RED = (11, 10, 10, 13, 12, 15, 15, 16, 24)


def add(house: House, code: str, started_on: date) -> None:
    """A client of t.one's, with an open episode."""
    admin = house.viewer("a.diallo")
    client_id = clients.add_client(admin, code, code)
    since = TODAY - timedelta(days=200)
    assignments.assign_client(admin, client_id, house.people["t.one"], since)
    house.clients[code] = client_id
    house.episodes[code] = clients.open_episode(admin, client_id, started_on)


def answered(house: House, code: str, totals: Mapping[date, int], word: str = "") -> None:
    """PHQ-9 answers that come to these totals, with no risk in them, all at once."""
    gave(house, code, "phq9", {day: items(total) for day, total in totals.items()}, word)


def gave(
    house: House, code: str, instrument: str, forms: Mapping[date, list[int]], word: str = ""
) -> None:
    """What a client answered on these days, brought in by t.one."""
    mine = house.viewer("t.one")
    rows = [(house.clients[code], day, word) for day in forms]
    given = Given(
        instrument=house.store.library[instrument], rows=pl.DataFrame(rows, ROW, orient="row"),
        answers=np.array(list(forms.values()), dtype=np.int16), scores={}, channel="form",
    )  # fmt: skip
    prepared = prepare(mine, given)
    change(mine, "planted", lambda cursor: keep(cursor, mine, prepared))


def items(total: int) -> list[int]:
    return [min(3, max(0, total - 3 * place)) for place in range(8)] + [0]


def every(days: int, totals: Sequence[int]) -> dict[date, int]:
    """These totals so many days apart, the last one today."""
    last = len(totals) - 1
    return {TODAY - timedelta(days=days * (last - k)): one for k, one in enumerate(totals)}


def row_of(viewer: Viewer, code: str) -> caseload.Row:
    [found] = [row for row in caseload.caseload(viewer).rows if row.client.code == code]
    return found


def test_a_client_who_got_worse_stands_first_with_certainty_and_since_when(either: House) -> None:
    start = TODAY - timedelta(days=7 * (len(WORSE) - 1))
    add(either, "W", start)
    answered(either, "W", every(7, WORSE))
    for who in ("t.one", "s.one"):
        rows = caseload.caseload(either.viewer(who)).rows
        assert [row.client.code for row in rows] == ["W", "A"]
        assert [row.need for row in rows] == [Need.RELIABLY_WORSE, Need.NEW]
        [worse, *_] = rows[0].reasons
        assert worse.certainty is not None
        assert worse.certainty > 0.95
        assert worse.since is not None
        assert start + timedelta(days=35) <= worse.since <= start + timedelta(days=56)
        assert rows[0].primary is not None
        assert rows[0].therapists == ("T.ONE",)
    assert [row.client.code for row in caseload.caseload(either.viewer("t.two")).rows] == ["B"]
    # A risk answer that nobody has seen goes before it.
    recording.record_administration(
        either.viewer("t.one"), either.clients["A"], "phq9", TODAY, [0] * 8 + [1]
    )
    assert [row.need for row in caseload.caseload(either.viewer("t.one")).rows] == [
        Need.RISK, Need.RELIABLY_WORSE,
    ]  # fmt: skip


def test_all_courses_of_a_caseload_are_judged_in_one_pass(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        add(small, f"W{number}", TODAY - timedelta(days=77))
        answered(small, f"W{number}", every(7, WORSE))
    passes: list[int] = []
    one_pass = telling.tell

    def counted(courses: Sequence[object]) -> list[telling.Told]:
        passes.append(len(courses))
        return one_pass(courses)  # type: ignore[arg-type]

    monkeypatch.setattr(telling, "tell", counted)
    rows = caseload.caseload(small.viewer("t.one")).rows
    assert len(rows) == 6
    # Of A the triad's self-esteem and the primary scale.
    assert passes == [7]
    assert [row.told.keys() for row in rows if row.client.code == "A"] == [
        {Domain.SELF_ESTEEM, Domain.SYMPTOMS}
    ]


def test_caseload_and_record_say_the_same(small: House) -> None:
    add(small, "W", TODAY - timedelta(days=77))
    answered(small, "W", every(7, WORSE))
    mine = small.viewer("t.one")
    row, shown = row_of(mine, "W"), record.client_record(mine, small.clients["W"])
    assert row.primary is not None
    assert shown.primary is not None
    own = shown.told["phq9", "total"]
    assert (own.word, own.flag, own.worse_since) == (
        row.primary.word, row.primary.flag, row.primary.worse_since,
    )  # fmt: skip
    assert own.probability == pytest.approx(row.primary.probability)


def test_unseen_is_whom_nobody_opened_since_the_latest_answer_came_in(either: House) -> None:
    one, a = either.viewer("t.one"), either.clients["A"]
    found = row_of(one, "A")
    assert (found.opened_at, found.is_unseen) == (None, True)
    # A supervisor's look counts as the therapist's does.
    later = NOW + timedelta(hours=1)
    record.client_record(either.viewer("s.one", later), a)
    for who in ("t.one", "s.one"):
        found = row_of(either.viewer(who, later + timedelta(hours=1)), "A")
        assert (found.opened_at, found.is_unseen) == (later, False)
    # An answer of last week that comes in after that look was not seen by it.
    recording.record_administration(
        either.viewer("t.one", later + timedelta(hours=2)), a, "rses",
        TODAY - timedelta(days=7), [2] * 10,
    )  # fmt: skip
    found = row_of(either.viewer("t.one", later + timedelta(hours=3)), "A")
    assert (found.opened_at, found.is_unseen) == (later, True)


def openings(house: House, who: str, now: datetime = NOW) -> dict[int, datetime]:
    """What the store answers when this viewer asks."""
    asking = house.viewer(who, now)
    reach = Reach(asking.site_id, asking.role.value, asking.person_id, asking.today)
    with house.store.engine.reading(asking.scope) as cursor:
        return audit.last_openings(cursor, reach, now - timedelta(days=180), now)


def test_h14_openings_are_told_of_ones_own_clients_alone(either: House) -> None:
    a, b = either.clients["A"], either.clients["B"]
    soon = NOW + timedelta(minutes=5)
    record.client_record(either.viewer("t.one"), a)
    record.client_record(either.viewer("t.two"), b)
    assert openings(either, "t.one", soon) == openings(either, "s.one", soon) == {a: NOW}
    assert openings(either, "t.two", soon) == openings(either, "s.two", soon) == {b: NOW}
    assert openings(either, "t.former", soon) == {}
    assert openings(either, "a.diallo", soon) == {}
    # When the assignment ends, so does the right to know.
    admin = either.viewer("a.diallo")
    assignments.end_assignment(admin, a, either.people["t.one"], TODAY)
    assert openings(either, "t.one", soon) == openings(either, "s.one", soon) == {}


def test_only_records_opened_by_staff_and_lately_count(either: House) -> None:
    a, mine = either.clients["A"], either.viewer("t.one")

    def entry(kind: str, role: str, at: datetime) -> None:
        one = replace(mine, now=at, role=Role(role))
        change(one, kind, lambda cursor: None, client_id=a)

    entry("opened record", "client", NOW - timedelta(days=1))
    entry("changed client", "therapist", NOW - timedelta(days=1))
    entry("opened record", "therapist", NOW - timedelta(days=181))
    entry("opened record", "therapist", NOW + timedelta(days=1))  # before the clock was set back
    assert openings(either, "t.one") == {}
    entry("opened record", "supervisor", NOW - timedelta(days=179))
    assert openings(either, "t.one") == {a: NOW - timedelta(days=179)}


def test_within_a_step_stands_first_who_was_not_looked_at_for_longest(small: House) -> None:
    for code in ("X", "Y", "Z"):
        add(small, code, TODAY - timedelta(days=77))
        answered(small, code, every(7, WORSE))
    for code, hours in (("Y", 1), ("X", 2)):
        record.client_record(
            small.viewer("t.one", NOW + timedelta(hours=hours)), small.clients[code]
        )
    rows = caseload.caseload(small.viewer("t.one", NOW + timedelta(hours=3))).rows
    assert [row.client.code for row in rows] == ["Z", "Y", "X", "A"]


WILD = {
    "one": {TODAY: 9},
    "gap": {TODAY - timedelta(days=days): total for days, total in
            ((730, 9), (720, 12), (10, 18), (3, 19))},
    "flat": every(7, [12] * 9),
    "floor": every(7, [0] * 9),
    "daily": every(1, np.random.default_rng(3).integers(0, 24, 2000).tolist()),
}  # fmt: skip


def test_wild_answers_break_no_row(small: House) -> None:
    for code, totals in WILD.items():
        add(small, code, min(totals))
        answered(small, code, totals)
    add(small, "two", TODAY)
    for total, word in ((9, "morning"), (15, "evening")):
        answered(small, "two", {TODAY: total}, word)
    # Closed before anything was answered.
    add(small, "closed", TODAY - timedelta(days=20))
    clients.close_episode(
        small.viewer("t.one"), small.episodes["closed"], TODAY - timedelta(days=9), "stayed away"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = {row.client.code: row for row in caseload.caseload(small.viewer("t.one")).rows}
        needs = {code: row.need for code, row in rows.items()}
        for row in rows.values():
            for one in row.reasons:
                assert one.certainty is None or 0 <= one.certainty <= 1
    assert needs["one"] is needs["two"] is Need.NEW
    assert needs["flat"] is needs["floor"] is Need.ON_COURSE
    assert needs["closed"] is Need.NO_EPISODE
    assert rows["closed"].told == {}
    assert rows["two"].primary is not None
    assert rows["two"].primary.course.n == 2
    assert rows["daily"].primary is not None
    assert rows["daily"].primary.course.n == 2000


def test_the_review_of_session_6_is_for_everybody_and_moves_nobody(either: House) -> None:
    for code, count in (("five", 5), ("six", 6), ("eleven", 11), ("twelve", 12)):
        add(either, code, TODAY - timedelta(days=7 * (count - 1)))
        answered(either, code, every(7, [12, 11] * 5 + [12, 12][: count - 10] if count > 10
                                     else ([12, 11] * 5)[:count]))  # fmt: skip

    def due() -> dict[str, bool]:
        found = caseload.caseload(either.viewer("t.one")).rows
        return {row.client.code: row.review_due for row in found}

    before = [row.need for row in caseload.caseload(either.viewer("t.one")).rows]
    assert due() == {"A": False, "five": False, "six": True, "eleven": True, "twelve": False}
    mine = either.viewer("t.one")
    for code, is_due in due().items():
        assert record.client_record(mine, either.clients[code]).review_due is is_due
    # Another client's review, another event or a phase called so is none of this one's.
    marks.add_phase(
        mine, either.episodes["six"], marks.Technique.OTHER, TODAY, None, f"{marks.REVIEWED} weekly"
    )
    for code, words in (("eleven", marks.REVIEWED), ("six", "Holiday")):
        marks.add_event(mine, either.episodes[code], marks.EventKind.OTHER, TODAY, words)
    assert due() == {"A": False, "five": False, "six": True, "eleven": False, "twelve": False}
    assert not record.client_record(mine, either.clients["eleven"]).review_due
    assert before == [row.need for row in caseload.caseload(mine).rows]
    # Once ended there is nothing to look ahead to.
    clients.close_episode(mine, either.episodes["six"], TODAY, "Done.")
    assert not record.client_record(mine, either.clients["six"]).review_due
