"""A record costs few questions, and few ways of asking never show another's data or less."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from attachdash.practice import flags, record, recording
from attachdash.store import Reach, people
from attachdash.store.engine_duckdb import DuckCursor
from attachdash.store.engine_postgresql import PostgresCursor
from attachdash.store.reach import CLINICAL, REGISTER
from tests.practice.conftest import NOW, TODAY, House

ROLES = ("therapist", "supervisor", "client", "administrator", "whole practice", "anonymous", "")


def test_the_reach_of_one_role_alone_is_the_reach_of_all_with_that_role(either: House) -> None:
    again = TODAY - timedelta(days=30)
    one, a = either.people["t.one"], either.clients["A"]
    either.store.engine.writing(
        either.viewer("t.one").scope,
        lambda cursor: people.assign_client(cursor, 1, one, a, again, None),
    )
    found = 0
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
            assert not cursor.rows(
                Reach(1, "administrator", one, TODAY).narrowed(
                    CLINICAL + "SELECT client_id FROM reached"
                ),
                *Reach(1, "administrator", one, TODAY).parameters,
            )
    assert found > 20


def test_a_record_asks_at_most_six_questions(
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
    assert len(asked) <= 6, [sql[-200:] for sql in asked]


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
        flags.mark_seen(viewer, client_id, one.flag_id, one.administration_id, one.version)
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
    either.store.engine.writing(viewer.scope, lambda cursor: cursor.run("DELETE FROM flag_step"))
    assert len(of_one_and_of_all()) == 2
