"""Opening, closing and reopening therapies, one at a time, also when two people do it at once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import assignments, checking, clients
from attachdash.practice.clients import Client, Episode
from attachdash.store import clients as store_clients
from attachdash.store.engine import Cursor, Scope
from tests.practice.conftest import TODAY, House

A_DAY = timedelta(days=1)
BEGAN = TODAY - timedelta(days=100)


def _client(house: House, sign_in: str = "t.one") -> Client:
    [found] = [one for one in clients.register(house.viewer(sign_in)) if one.code == "A"]
    return found


def _episode(house: House) -> Episode:
    return _client(house).episodes[0]


def test_an_episode_closed_by_mistake_is_open_again_the_same_day(either: House) -> None:
    mine, e = either.viewer("t.one"), either.episodes["A"]
    clients.close_episode(mine, e, TODAY, "a slip of the hand")
    assert (_episode(either).is_open, _episode(either).ended_on) == (False, TODAY + A_DAY)
    clients.reopen_episode(mine, e, TODAY)
    assert _episode(either).spans == ((BEGAN, None),)
    clients.close_episode(mine, e, TODAY, "and it can be closed again")


def test_a_closing_is_taken_back_without_a_gap_but_a_pause_stays(either: House) -> None:
    mine, e = either.viewer("t.one"), either.episodes["A"]
    ended = TODAY - timedelta(days=9)
    clients.close_episode(mine, e, ended - A_DAY, "moves away")
    for day in (ended - 2 * A_DAY, TODAY + A_DAY):
        with pytest.raises(Invalid, match="between its last day and today"):
            clients.reopen_episode(mine, e, day)
    clients.reopen_episode(mine, e, ended)
    assert _episode(either).spans == ((BEGAN, None),)
    clients.close_episode(mine, e, ended - A_DAY, "moves away")
    clients.reopen_episode(mine, e, ended + A_DAY)
    assert _episode(either).spans == ((BEGAN, ended), (ended + A_DAY, None))


def _meanwhile(house: House, monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Let somebody else be first: `do` runs just before t.one's next transaction begins."""
    engine, mine = house.store.engine, house.viewer("t.one")
    writing, waiting = engine.writing, [do]

    def late(scope: Scope, work: Callable[[Cursor], object]) -> object:
        if scope == mine.scope and waiting:
            waiting.pop()()
        return writing(scope, work)

    monkeypatch.setattr(engine, "writing", late)


def test_a_change_decides_by_what_holds_when_it_is_written(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, admin = either.viewer("t.one"), either.viewer("a.diallo")
    a, e = either.clients["A"], either.episodes["A"]
    yesterday = TODAY - A_DAY
    _meanwhile(either, monkeypatch, lambda: clients.close_episode(admin, e, yesterday, "first"))
    with pytest.raises(Invalid, match="closed already"):
        clients.close_episode(mine, e, yesterday, "second")
    _meanwhile(either, monkeypatch, lambda: clients.open_episode(admin, a, TODAY))
    with pytest.raises(Invalid, match="open already"):
        clients.reopen_episode(mine, e, TODAY)
    assert len(_client(either).episodes) == 2
    assert checking.problems(either.store) == []


def test_a_right_that_ends_meanwhile_has_ended(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, admin = either.viewer("t.one"), either.viewer("a.diallo")
    a, one = either.clients["A"], either.people["t.one"]
    _meanwhile(either, monkeypatch, lambda: assignments.end_assignment(admin, a, one, TODAY))
    with pytest.raises(Refused):
        clients.close_episode(mine, either.episodes["A"], TODAY, "too late")
    assert _client(either, "a.diallo").open_episode


def test_two_who_open_at_once_open_one(either: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    clients.close_episode(mine, either.episodes["A"], TODAY - A_DAY, "ended")
    both, engine, told = Barrier(2), either.store.engine, []
    new_ids = engine.new_ids

    def together(kind: str, count: int) -> object:
        if kind == "episode":
            both.wait()
        return new_ids(kind, count)

    monkeypatch.setattr(engine, "new_ids", together)

    def open_one() -> None:
        try:
            clients.open_episode(mine, a, TODAY)
        except Invalid as refused:
            told.append(str(refused))

    threads = [Thread(target=open_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert len(_client(either).episodes) == 2
    assert checking.problems(either.store) == []


def test_two_open_episodes_of_a_client_are_found_by_the_check(either: House) -> None:
    admin, a = either.viewer("a.diallo"), either.clients["A"]
    either.store.engine.writing(
        admin.scope,
        lambda cursor: store_clients.open_episode(cursor, 1, 999, a, TODAY, False, ""),
    )
    assert checking.problems(either.store) == ["1 clients have more than one open episode."]


def test_an_administrator_opens_an_episode_but_never_reads_what_for(either: House) -> None:
    """What a therapy is for is clinical, whoever wrote it."""
    admin, a = either.viewer("a.diallo"), either.clients["A"]
    clients.close_episode(admin, either.episodes["A"], TODAY - A_DAY, "ended")
    clients.open_episode(admin, a, TODAY, "nightmares")
    assert [one.problem for one in _client(either, "a.diallo").episodes] == ["", ""]
    assert _client(either).episodes[1].problem == "nightmares"
