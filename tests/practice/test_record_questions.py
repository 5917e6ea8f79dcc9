"""A record costs few questions, and few ways of asking never show another's data or less."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from attachdash.practice import deciding, flags, record, recording
from attachdash.practice.rights import reach as reach_of
from attachdash.store import Reach, people, scores
from attachdash.store import clients as store_clients
from attachdash.store import flags as store_flags
from attachdash.store.engine import Cursor, statements
from attachdash.store.engine_duckdb import DuckCursor
from attachdash.store.engine_postgresql import PostgresCursor
from attachdash.store.migrate import FOLDER
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, REGISTER, REGISTER_ONE
from tests.engines import past_the_audit
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_loading import put as keep_one

ROLES = ("therapist", "supervisor", "client", "administrator", "whole practice", "anonymous", "")


def test_the_reach_of_one_role_alone_is_the_reach_of_all_with_that_role(either: House) -> None:
    again = TODAY - timedelta(days=30)
    one, a = either.people["t.one"], either.clients["A"]
    either.store.engine.writing(
        either.viewer("t.one").scope,
        lambda cursor: people.assign_client(cursor, 1, one, a, again, None),
    )
    found, of_one = 0, {CLINICAL: CLINICAL_ONE, REGISTER: REGISTER_ONE}
    with either.store.engine.reading(either.viewer("t.one").scope) as cursor:
        for role in ROLES:
            for who in either.people.values():
                for on in (TODAY, TODAY - timedelta(days=160), TODAY - timedelta(days=300)):
                    reach = Reach(1, role, who, on)
                    for whole in (CLINICAL, REGISTER):
                        asked = whole + "SELECT client_id FROM reached ORDER BY 1 NULLS LAST"
                        reached = cursor.rows(asked, *reach.parameters)
                        narrow = cursor.rows(reach.narrowed(asked), *reach.parameters)
                        assert narrow == reached
                        found += len(reached)
                        whether = "SELECT CAST($5 AS BIGINT) WHERE " + of_one[whole]
                        for client_id in (*either.clients.values(), 0):
                            alone = [(client_id,)] if (client_id,) in reached else []
                            for sql in (whether, reach.narrowed(whether)):
                                assert cursor.rows(sql, *reach.parameters, client_id) == alone
            assert not cursor.rows(
                Reach(1, "administrator", one, TODAY).narrowed(
                    CLINICAL + "SELECT client_id FROM reached"
                ),
                *Reach(1, "administrator", one, TODAY).parameters,
            )
    assert found > 20


def may_see(house: House, role: str, person_id: int, on: date) -> set[int]:
    """Whom somebody may see then, told from how the house was set up and by no query."""
    a, b = house.clients["A"], house.clients["B"]
    who = next(name for name, number in house.people.items() if number == person_id)
    since, until = TODAY - timedelta(days=200), TODAY - timedelta(days=150)
    if role == "whole practice":
        return {a, b}
    if role == "client":
        return {"c.a": {a}, "c.b": {b}}.get(who, set())
    names = {"therapist": {"t.one": a, "t.two": b}, "supervisor": {"s.one": a, "s.two": b}}
    found = {names[role][who]} if on >= since and who in names.get(role, {}) else set()
    return found | (
        {a} if (role, who) == ("therapist", "t.former") and since <= on < until else set()
    )


def test_nobody_reads_scores_flags_or_forms_of_one_out_of_reach(either: House) -> None:
    mine = either.viewer("t.one")
    recording.record_administration(mine, either.clients["A"], "phq9", TODAY, [1] * 9)
    phq9 = mine.store.catalogue.instrument_ids["phq9"]
    read = 0
    with either.store.engine.reading(mine.scope) as cursor:
        for role in ROLES:
            for who in either.people.values():
                for on in (TODAY, TODAY - timedelta(days=160), TODAY - timedelta(days=300)):
                    reach = Reach(1, role, who, on)
                    mine_then = may_see(either, role, who, on)
                    for client_id in (*either.clients.values(), 0):
                        found = (
                            *scores.own_and_beside(cursor, reach, client_id),
                            store_flags.of_client(cursor, reach, client_id),
                            store_flags.forms(cursor, reach, client_id, [phq9]),
                            store_clients.head(cursor, reach, client_id),
                        )
                        assert any(found) is (client_id in mine_then)
                        read += any(found)
                        # The wall stands for itself, not only behind another site's number.
                        other = Reach(2, role, who, on)
                        assert not any(scores.own_and_beside(cursor, other, client_id))
    assert read > 10


def test_a_nominal_day_is_told_also_of_scores_from_before_they_said_so(either: House) -> None:
    mine, client_id = either.viewer("t.one"), either.clients["A"]
    keep_one(mine, client_id, "rses", day=TODAY, answers=[1] * 10, nominal=True)

    def nominal() -> list[bool]:
        with either.store.engine.reading(mine.scope) as cursor:
            history = scores.history(cursor, reach_of(mine), client_id)
        assert history == sorted(
            history, key=lambda one: (one.scale_id, one.answered_on, one.administration_id)
        )
        return [one.is_nominal for one in history if one.answered_on == TODAY]

    assert nominal() == [True]
    step = (FOLDER / "0007_nominal_scores.sql").read_text()

    def before_and_again(cursor: Cursor) -> None:
        cursor.run("UPDATE score SET is_nominal = NULL")
        cursor.run(next(one for one in statements(step) if one.startswith("UPDATE")))

    either.store.engine.writing(mine.scope, before_and_again)
    assert nominal() == [True]
    with either.store.engine.reading(mine.scope) as cursor:
        told = [one.is_nominal for one in scores.history(cursor, reach_of(mine), client_id)]
    assert told.count(True) == 1
    assert told.count(False) >= 3


def test_a_record_asks_at_most_seven_questions(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, client_id = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(viewer, client_id, "phq9", TODAY, [1] * 9)
    record.client_record(viewer, client_id)  # its opening is written down
    asked: list[str] = []

    def counted(ask: Callable[..., Any]) -> Callable[..., Any]:
        def counting(cursor: object, sql: str, *parameters: object) -> Any:
            asked.append(sql)
            return ask(cursor, sql, *parameters)

        return counting

    for kind in (DuckCursor, PostgresCursor):
        for name in ("rows", "one", "arrow"):
            monkeypatch.setattr(kind, name, counted(getattr(kind, name)))
    shown = record.client_record(viewer, client_id)
    assert shown.flags[0].answer == 1
    assert shown.therapists == ("T.ONE",)
    assert len(asked) <= 7, [sql[-200:] for sql in asked]


def test_flags_read_of_one_client_are_those_read_of_all(either: House) -> None:
    viewer, client_id = either.viewer("t.one"), either.clients["A"]

    def of_one_and_of_all() -> list[flags.Flag]:
        with either.store.engine.reading(viewer.scope) as cursor:
            alone = flags.read(cursor, viewer, client_id)
            assert alone == flags.read(cursor, viewer)
        return alone

    for days, answer in ((20, 1), (5, 2), (4, -1)):
        day = TODAY - timedelta(days=days)
        recording.record_administration(viewer, client_id, "phq9", day, [1] * 8 + [answer])
    found = of_one_and_of_all()
    assert len(found) == 2
    for one in found:
        deciding.mark_seen(viewer, client_id, one.flag_id, one.administration_id, one.version)
    found = of_one_and_of_all()
    assert [(one.seen_by, one.seen_at) for one in found] == [("T.ONE", NOW)] * 2
    recording.record_administration(viewer, client_id, "phq9", TODAY, [1] * 9)
    newer = of_one_and_of_all()[0]
    assert newer.seen_by is None
    assert [(one.answer, one.seen_by) for one in newer.before[:3]] == [
        (0, None),
        (None, "T.ONE"),
        (2, "T.ONE"),
    ]
    # A flag whose steps are lost is shown all the same.
    past_the_audit(either.store, lambda cursor: cursor.run("DELETE FROM flag_step"))
    assert len(of_one_and_of_all()) == 2
