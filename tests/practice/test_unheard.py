"""A server that goes away in the middle: what was kept is said to be kept, once."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from attachdash.errors import Unavailable
from attachdash.intake import read_csv
from attachdash.practice import clients, people, recording
from attachdash.practice.checking import problems
from attachdash.practice.rights import Role
from attachdash.store import engine_postgresql
from attachdash.store.engine import Scope
from attachdash.store.engine_postgresql import PostgresCursor, PostgresEngine
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_one_path import PHQ9, phq9_file


@pytest.fixture
def shared(make_house: Callable[[str | None], House], free_url: str | None) -> House:
    """The small practice on PostgreSQL."""
    return make_house(free_url)


# These tests are of the server alone: DuckDB has no connection to lose.
pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@contextmanager
def cut(monkeypatch: pytest.MonkeyPatch, *, kept: bool, healing: bool = True) -> Iterator[None]:
    """Commits end with the connection gone, after they were done or before: every other one, so
    that each transaction has it happen once, or all."""
    commits = itertools.count()
    run = PostgresCursor.run

    def cutting(self: PostgresCursor, sql: str, *parameters: object) -> None:
        if sql == "COMMIT" and (next(commits) % 2 == 0 or not healing):
            if kept:
                run(self, sql)
            self._connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        run(self, sql, *parameters)

    with monkeypatch.context() as patch:
        patch.setattr(PostgresCursor, "run", cutting)
        yield


DEEDS: dict[str, Callable[[House], Any]] = {
    "a person": lambda house: people.add_person(
        house.viewer("a.diallo"), "t.new", "T New", [Role.THERAPIST]
    ),
    "a client": lambda house: clients.add_client(house.viewer("a.diallo"), "NEW", "New"),
    "an episode": lambda house: clients.open_episode(
        house.viewer("a.diallo"), house.clients["N"], TODAY
    ),
    "a form": lambda house: recording.record_administration(
        house.viewer("t.one"), house.clients["A"], "phq9", TODAY, [1] * 9
    ),
}


@pytest.mark.parametrize("kept", [True, False], ids=["after commit", "before commit"])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_commit_that_nobody_heard_of_is_done_once_and_said_to_be_done(
    shared: House, monkeypatch: pytest.MonkeyPatch, deed: str, kept: bool
) -> None:
    shared.clients["N"] = clients.add_client(shared.viewer("a.diallo"), "N")

    def entries() -> int:
        with shared.store.engine.reading(Scope()) as cursor:
            row = cursor.one("SELECT seq FROM head WHERE name = 'audit'")
        assert row is not None
        return int(row[0])

    before = entries()
    with cut(monkeypatch, kept=kept):
        given = DEEDS[deed](shared)
    # New means new: an answer "already held" would send somebody looking for a first one.
    assert given is True or given > 0
    assert entries() == before + 1
    assert problems(shared.store) == []


def test_an_import_that_nobody_heard_of_says_what_it_kept(
    shared: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_csv("a.csv", phq9_file(("A", TODAY, [1] * 9), ("B", TODAY, [2] * 9)))
    with cut(monkeypatch, kept=True):
        done = import_one(shared.viewer("a.diallo"), table, PHQ9)
    assert (done.kept, done.already_held) == (2, 0)


def test_who_waits_for_a_connection_in_vain_is_told_soon(
    shared: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_postgresql, "PATIENCE_S", 0.1)
    engine = shared.store.engine
    assert isinstance(engine, PostgresEngine)
    asked = []
    getconn = engine._pool.getconn

    def counted(timeout: float | None = None) -> psycopg.Connection[Any]:
        asked.append(timeout)
        return getconn(timeout)

    taken = [getconn() for _ in range(engine._pool.max_size)]
    monkeypatch.setattr(engine._pool, "getconn", counted)
    try:
        with pytest.raises(Unavailable, match="Nothing was kept"):
            engine.writing(Scope(), lambda cursor: None)
        assert asked == [0.1]
        with pytest.raises(Unavailable, match="try again"), engine.reading(Scope()):
            pass
    finally:
        for one in taken:
            engine._pool.putconn(one)


def test_a_server_that_is_gone_for_good_is_said_to_be_so(
    shared: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        cut(monkeypatch, kept=False, healing=False),
        pytest.raises(Unavailable, match="look before you do it again"),
    ):
        shared.store.engine.writing(Scope(), lambda cursor: None)


def test_connections_that_died_in_the_pool_are_not_handed_out(shared: House) -> None:
    engine = shared.store.engine
    assert isinstance(engine, PostgresEngine)
    taken = [engine._pool.getconn() for _ in range(3)]
    for one in taken:
        engine._pool.putconn(one)
    with psycopg.connect(engine._url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with engine.reading(Scope()) as cursor:
        assert cursor.one("SELECT 1") == (1,)
