"""A small practice that every test of rights and records starts from."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from attachdash.practice import (
    assignments,
    clients,
    entrance,
    founding,
    house,
    passwords,
    people,
    recording,
)
from attachdash.practice.rights import Role, Viewer
from attachdash.store import Store, open_store
from attachdash.support import content
from tests.engines import copy_database, new_database

NOW = datetime(2026, 11, 24, 8, 40)
TODAY = NOW.date()
LIGHT = 4  # the least work that bcrypt can do


@dataclass
class House:
    """Two therapists, a former one, a supervisor, an administrator, two clients who sign in."""

    store: Store
    people: dict[str, int]
    clients: dict[str, int]
    episodes: dict[str, int]

    def viewer(self, sign_in: str, now: datetime = NOW, role: Role | None = None) -> Viewer:
        """That person, acting now, as a browser would have them."""
        viewer = entrance.at_terminal(self.store, sign_in, now, role)
        return replace(viewer, at_terminal=False, session_ref=f"test-{sign_in}")


def as_asked(question_id: str) -> tuple[str, int]:
    """A question of the support tool with its version, as whoever answers it has both."""
    question = content().question(question_id)
    assert question is not None
    return question_id, question.version


Founded = tuple[House, str | None]  # and the address of its database
_once: dict[bool, Founded] = {}


@pytest.fixture(autouse=True)
def _light_bcrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work factor is tested where it matters; elsewhere it would only cost minutes."""
    monkeypatch.setattr(passwords, "ROUNDS", LIGHT)
    passwords._nobody.cache_clear()


def _found(home: Path, url: str | None) -> House:
    store, _ = founding.found(home, "a.diallo", "Amara Diallo", NOW, url=url)
    made = House(store, {}, {}, {})
    admin = made.viewer("a.diallo")
    since = TODAY - timedelta(days=200)
    staff = {
        "t.one": Role.THERAPIST,
        "t.two": Role.THERAPIST,
        "t.former": Role.THERAPIST,
        "s.one": Role.SUPERVISOR,
        "s.two": Role.SUPERVISOR,
        "c.a": Role.CLIENT,
        "c.b": Role.CLIENT,
    }
    for sign_in, role in staff.items():
        made.people[sign_in] = people.add_person(admin, sign_in, sign_in.upper(), [role], since)
    for code, therapist, sign_in in (("A", "t.one", "c.a"), ("B", "t.two", "c.b")):
        client_id = clients.add_client(admin, code, f"Client {code}", date(1990, 5, 4), "day")
        made.clients[code] = client_id
        assignments.assign_client(admin, client_id, made.people[therapist], since)
        assignments.link_sign_in(admin, client_id, made.people[sign_in])
        made.episodes[code] = clients.open_episode(admin, client_id, TODAY - timedelta(days=100))
    former, a = made.people["t.former"], made.clients["A"]
    assignments.assign_client(admin, a, former, since, TODAY - timedelta(days=150))
    assignments.assign_supervisor(admin, made.people["t.one"], made.people["s.one"], since)
    assignments.assign_supervisor(admin, made.people["t.two"], made.people["s.two"], since)
    house.change_settings(
        admin, practice_name="Small practice", time_zone="UTC", crisis_text="Call 112."
    )
    house.require_second_factor(admin, required=False)
    for code, therapist in (("A", "t.one"), ("B", "t.two")):
        who = made.viewer(therapist)
        for week, answer in ((90, 2), (60, 1)):
            day = TODAY - timedelta(days=week)
            recording.record_administration(who, made.clients[code], "rses", day, [answer] * 10)
        recording.record_administration(
            who, made.clients[code], "phq9", TODAY - timedelta(days=2), [1] * 8 + [0]
        )
    return made


def _founded(url: str | None, factory: pytest.TempPathFactory) -> Founded:
    """The small practice, founded once for each engine and closed: tests get copies of it."""
    if bool(url) not in _once:
        own = new_database(url) if url else None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passwords, "ROUNDS", LIGHT)
            made = _found(factory.mktemp("small") / "practice", own)
        made.store.close()
        _once[bool(url)] = made, own
    return _once[bool(url)]


@pytest.fixture
def make_house(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str | None], House]]:
    """Gives the small practice, in DuckDB or at an address where no PostgreSQL database is yet."""
    opened: list[Store] = []

    def make(url: str | None = None) -> House:
        first, own = _founded(url, tmp_path_factory)
        home = tmp_path / "practice"
        shutil.copytree(first.store.home, home)
        if url and own:
            copy_database(own, url)
        store = open_store(home, NOW, url=url)
        opened.append(store)
        return House(store, dict(first.people), dict(first.clients), dict(first.episodes))

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def small(make_house: Callable[[str | None], House]) -> House:
    """The small practice in DuckDB."""
    return make_house(None)


@pytest.fixture
def either(make_house: Callable[[str | None], House], free_url: str | None) -> House:
    """The small practice on each engine in turn."""
    return make_house(free_url)
