"""Export, then load into an empty store: the same state, by its sum, or nothing at all."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE
from attachdash.practice import (
    checking,
    clients,
    entrance,
    exporting,
    flags,
    founding,
    loading,
    marks,
    people,
    recording,
    release,
    support,
)
from attachdash.practice.keeping import ROW, Given, keep, prepare
from attachdash.practice.opening import open_practice
from attachdash.practice.rights import Viewer, change, whole_practice
from attachdash.store import Store
from attachdash.store.export import state_hash
from tests.practice.conftest import NOW, TODAY, House, as_asked

Empty = Callable[[], Viewer]


@pytest.fixture
def empty(tmp_path: Path, store_url: str | None) -> Iterator[Empty]:
    """Founds practices of one administrator, on the engine of this test."""
    opened: list[tuple[Store, str | None]] = []

    def make() -> Viewer:
        name, url = f"loaded{len(opened)}", None
        if store_url:
            url = psycopg.conninfo.make_conninfo(store_url, dbname=f"{name}_{tmp_path.name[:30]}")
            database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
            with psycopg.connect(store_url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "{database}"')
        store, _ = founding.found(tmp_path / name, "l.admin", "Lena Admin", NOW, url=url)
        opened.append((store, url))
        return entrance.at_terminal(store, "l.admin", NOW)

    yield make
    for store, url in opened:
        store.close()
        if url and store_url:
            database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
            with psycopg.connect(store_url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')


def sum_of(viewer: Viewer) -> str:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return state_hash(cursor, whole_practice(viewer))


def administrator(house: House) -> Viewer:
    return entrance.at_terminal(house.store, "a.diallo", NOW)


def put(viewer: Viewer, client_id: int, instrument: str, *, day: date, occasion: str = "",
        answers: list[int] | None = None, scores: dict[str, float] | None = None,
        nominal: bool = False) -> None:  # fmt: skip
    """One administration of any kind, kept as an import keeps it."""
    given = Given(
        instrument=viewer.store.library[instrument],
        rows=pl.DataFrame([(client_id, day, occasion)], ROW, orient="row"),
        answers=None if answers is None else np.array([answers], np.int16),
        scores={scale: np.array([value]) for scale, value in (scores or {}).items()},
        nominal=nominal,
        channel="file",
    )
    prepared = prepare(viewer, given)
    change(viewer, "imported file", lambda cursor: keep(cursor, viewer, prepared))


def enrich(house: House) -> None:
    """All that a practice can hold, and that a careless way out and in would lose."""
    admin, mine, a = administrator(house), house.viewer("t.one"), house.clients["A"]
    clients.change_client(admin, a, "=HYPERLINK(1);'-2", date(1990, 1, 1), "year", "de")
    some = [1, 1, BLANK, DECLINED, NOT_APPLICABLE, 1, 1, 1, 2]
    recording.record_administration(mine, a, "phq9", TODAY - timedelta(days=3), some)
    recording.record_administration(mine, a, "ors", TODAY, [73, 70, 69, 80])
    put(mine, a, "rses", day=TODAY - timedelta(days=9), scores={"total": 21.3}, nominal=True)
    put(mine, a, "rses", day=TODAY, occasion="-1", answers=[BLANK] * 10)
    put(mine, a, "rses", day=TODAY, occasion="'-1", answers=[0] * 10)
    put(mine, a, "rses", day=TODAY - timedelta(days=2000), answers=[1] * 10, nominal=True)
    episode = house.episodes["A"]
    clients.close_episode(mine, episode, TODAY - timedelta(days=30), "agreed; ending")
    clients.reopen_episode(mine, episode, TODAY - timedelta(days=10))
    other = clients.add_client(admin, "Ä-7/ 2", "", None)
    early = clients.open_episode(admin, other, date(2020, 1, 1), "@problem\r\nof two lines")
    clients.close_episode(admin, early, date(2020, 2, 1), "moved away")
    clients.open_episode(admin, other, date(2021, 1, 1), nominal=True)
    people.disable(admin, house.people["t.former"])
    note(house)
    look(house)
    hold(house)


def look(house: House) -> None:
    """Answers and a note beside a flag of client A's, one of them taken back."""
    mine, a = house.viewer("t.one"), house.clients["A"]
    with mine.store.engine.reading(mine.scope) as cursor:
        flag_id = flags.read(cursor, mine, a)[0].flag_id
    for number, (question, words) in enumerate(
        [("pushed_away", "yes"), ("family_ear", "nobody"), ("pushed_away", "")]
    ):
        later = house.viewer("t.one", NOW + timedelta(seconds=number))
        support.answer(later, a, flag_id, *as_asked(question), words, support.How.KNOWLEDGE)
    support.add_note(house.viewer("s.one"), a, flag_id, "=HYPERLINK(1);'-2")


def hold(house: House) -> None:
    """What was held back from client A: in force, extended, and ended early."""
    mine, a, soon = house.viewer("t.one"), house.clients["A"], TODAY + timedelta(days=9)
    release.hold_back(mine, a, "phq9", soon, "=HYPERLINK(1);'-2")
    release.hold_back(house.viewer("t.one", NOW + timedelta(seconds=1)), a, "phq9", soon, "Longer")
    release.end_hold(mine, a, release.hold_back(mine, a, "rses", TODAY, "Not yet"))


def note(house: House) -> None:
    """Phases and events of client A: open, ended, shared, and one that was taken back."""
    mine, a, episode = house.viewer("t.one"), house.clients["A"], house.episodes["A"]
    day = TODAY - timedelta(days=40)
    marks.add_phase(mine, episode, marks.Technique.OTHER, day, None, "=HYPERLINK(1);'-2")
    ended = marks.add_phase(mine, episode, marks.Technique.CBT, day, shared=True)
    marks.end_phase(mine, a, ended, TODAY)
    marks.add_event(mine, episode, marks.EventKind.LIFE_EVENT, day, "A job")
    gone = marks.add_event(mine, episode, marks.EventKind.RUPTURE, day)
    marks.take_back(mine, a, gone, "Never was")


def test_what_leaves_comes_back_the_same(either: House, empty: Empty) -> None:
    enrich(either)
    admin, other = administrator(either), empty()
    files = exporting.export(admin)
    done = loading.load(other, files)
    assert (done.clients, done.administrations, done.people) == (3, 12, 8)
    assert sum_of(other) == sum_of(admin)
    assert checking.problems(other.store) == []
    again = exporting.export(other)
    same = set(exporting.COLUMNS) | {"phq9.csv", "ors.csv", "rses.csv", "codebook.csv"}
    for name in same - {"people.csv"}:
        assert again[name] == files[name], name
    # The administrator who loaded it is one more; nobody else changed.
    assert set(files["people.csv"].splitlines()) < set(again["people.csv"].splitlines())
    assert len(again["people.csv"].splitlines()) == len(files["people.csv"].splitlines()) + 1


def test_who_comes_back_may_see_what_they_saw(either: House, empty: Empty) -> None:
    other = empty()
    loading.load(other, exporting.export(administrator(either)))
    for sign_in, codes in (("t.one", ["A"]), ("t.two", ["B"])):
        who = entrance.at_terminal(other.store, sign_in, NOW)
        assert [one.code for one in clients.register(who)] == codes
    assert entrance.at_terminal(other.store, "c.a", NOW).client_id is not None


def test_any_difference_is_another_sum(either: House) -> None:
    admin, mine, a = administrator(either), either.viewer("t.one"), either.clients["A"]
    seen = {sum_of(admin)}
    for act in (
        lambda: clients.change_client(admin, a, "Other", date(1990, 5, 4), "day", "en"),
        lambda: clients.move_episode(admin, either.episodes["A"], TODAY - timedelta(days=99)),
        lambda: recording.record_administration(mine, a, "sise", TODAY, [2]),
        lambda: put(mine, a, "sise", day=TODAY, occasion="2", answers=[2]),
        lambda: put(mine, a, "sise", day=TODAY, occasion="3", answers=[2], nominal=True),
        lambda: clients.add_client(admin, "D"),
        lambda: note(either),
        lambda: marks.add_event(mine, either.episodes["A"], marks.EventKind.MOVE, TODAY),
        lambda: recording.record_administration(mine, a, "phq9", TODAY, [0] * 8 + [2]),
        lambda: look(either),
    ):
        act()  # type: ignore[no-untyped-call]
        assert sum_of(admin) not in seen
        seen.add(sum_of(admin))


def test_an_export_from_before_there_were_marks_still_comes_back(
    either: House, empty: Empty
) -> None:
    files = exporting.export(administrator(either))
    del files["marks.csv"]
    there = empty()
    loading.load(there, files)
    assert sum_of(there) == sum_of(administrator(either))


def test_marks_taken_out_of_an_export_are_missed(small: House, empty: Empty) -> None:
    marks.add_event(small.viewer("t.one"), small.episodes["A"], marks.EventKind.MOVE, TODAY)
    files = exporting.export(administrator(small))
    del files["marks.csv"]
    with pytest.raises(Invalid, match="changed since"):
        loading.load(empty(), files)


def test_a_therapists_export_can_be_loaded_too(small: House, tmp_path: Path) -> None:
    store, _ = founding.found(tmp_path / "own", "t.one", "Own Practice", NOW)
    own = entrance.at_terminal(store, "t.one", NOW)
    done = loading.load(own, exporting.export(small.viewer("t.one")))
    assert (done.clients, done.administrations, done.people) == (1, 3, 0)
    store.close()


def test_an_empty_practice_comes_back_too(empty: Empty) -> None:
    one, two = empty(), empty()
    assert loading.load(two, exporting.export(one)).clients == 0
    assert sum_of(two) == sum_of(one)


def edited(name: str, old: str, new: str) -> Callable[[dict[str, str]], dict[str, str]]:
    def edit(files: dict[str, str]) -> dict[str, str]:
        assert old in files[name]
        return {**files, name: files[name].replace(old, new, 1)}

    return edit


def without(name: str) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda files: {one: text for one, text in files.items() if one != name}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (edited("clients.csv", "Client A", "Client Z"), "were changed since"),
        (edited("answers.csv", ",9,0,", ",9,3,"), "were changed since"),
        (edited("answers.csv", ",9,0,", ",9,0.5,"), "is no answer of it"),
        (edited("answers.csv", ",9,0,", ",8,0,"), "has the items 1 to 9 once"),
        (edited("answers.csv", ",9,0,", ",9,,"), "or why there is none"),
        (edited("answers.csv", ",9,0,", ",9,x,"), "x can't be read"),
        (edited("answers.csv", ",9,0,", f",{'9' * 30},0,"), "column item: 9999"),
        (edited("answers.csv", ",9,0,", ",9,1e400,"), "1e400 is no answer of it"),
        (edited("answers.csv", ",9,0,", ",9,32768,"), "32768 is no answer of it"),
        (edited("episodes.csv", "A,1,2026", "A,1,2025"), "were changed since"),
        (edited("scores.csv", ",complete,", ",complete,0"), "another definition"),
        (edited("scores.csv", "phq9", "phq99"), "phq99: no such instrument"),
        (edited("clients.csv", "\nB,", "\na,"), "a client twice"),
        (edited("clients.csv", "\nB,", "\n=B,"), "code has"),
        (edited("clients.csv", "\nB,", "\nC,"), "clients.csv has no client B"),
        (edited("people.csv", "supervisor", "king"), "king is no role"),
        (edited("settings.csv", "17:00", "noon"), "that can't be read"),
        (edited("settings.csv", "mail_host,", "mail_host,smtp.example"), "that can be written to"),
        (edited("settings.csv", "mail_port,", "mail_port,many"), "that can't be read"),
        (edited("settings.csv", "site_address,", "site_address,http://x.example"), "https://"),
        (edited("settings.csv", "site_address", "mail_password"), "isn't known"),
        (edited("settings.csv", "closed_days,", "closed_days,2026-12-40"), "no calendar has"),
        (edited("settings.csv", "escalate,24", "escalate,240"), "can be shortened"),
        (edited("assignments.csv", "treats,t.one", "treats,t.nobody"), "t.nobody"),
        (edited("marks.csv", ",move,", ",loss,"), "were changed since"),
        (edited("marks.csv", ",move,", ",holiday,"), "'holiday' isn't known"),
        (edited("marks.csv", ",move,", ",,"), "'' isn't known"),
        (edited("marks.csv", "A,1,", "A,2,"), "has an episode of episodes.csv"),
        (without("marks.csv"), "were changed since"),
        (without("answers.csv"), "answers.csv is missing"),
        (without("people.csv"), "people.csv is missing"),
        (without("about.txt"), "about.txt"),
        (lambda files: {}, "about.txt"),
    ],
)
def test_what_was_changed_or_lacks_something_is_refused_whole(
    small: House, tmp_path: Path, edit: Callable[[dict[str, str]], dict[str, str]], told: str
) -> None:
    marks.add_event(small.viewer("t.one"), small.episodes["A"], marks.EventKind.MOVE, TODAY)
    files = exporting.export(administrator(small))
    store, _ = founding.found(tmp_path / "other", "l.admin", "Lena Admin", NOW)
    try:
        other = entrance.at_terminal(store, "l.admin", NOW)
        nothing = sum_of(other)
        with pytest.raises(Invalid, match=told):
            loading.load(other, edit(files))
        assert sum_of(other) == nothing
        assert len(people.everyone(other)) == 1
        loading.load(other, files)
    finally:
        store.close()


def test_a_practice_with_clients_takes_no_other(small: House) -> None:
    admin = administrator(small)
    files = exporting.export(admin)
    before = sum_of(admin)
    with pytest.raises(Invalid, match="clients in this practice already"):
        loading.load(admin, files)
    assert sum_of(admin) == before


def test_a_clients_own_copy_is_not_loaded(small: House, tmp_path: Path) -> None:
    store, _ = founding.found(tmp_path / "other", "l.admin", "Lena Admin", NOW)
    with pytest.raises(Invalid, match="own copy can't be loaded"):
        loading.load(
            entrance.at_terminal(store, "l.admin", NOW), exporting.export(small.viewer("c.a"))
        )
    store.close()


def test_the_demo_practice_comes_back_the_same(demo_home: Path, empty: Empty) -> None:
    store = open_practice(demo_home / "demo")
    try:
        admin = entrance.at_terminal(store, "a.diallo", entrance.clock())
        state, files = sum_of(admin), exporting.export(admin)
    finally:
        store.close()
    other = empty()
    other = replace(other, now=entrance.clock(), today=entrance.clock().date())
    assert loading.load(other, files).clients == 160
    assert sum_of(other) == state


NAMES = st.text(st.sampled_from("=-'@;\"\t\r\n ,aé＝\u200b"), max_size=8)
NO_LINES = str.maketrans("", "", "\t\r\n")  # which no name has
ANSWERS = st.lists(st.sampled_from([BLANK, DECLINED, NOT_APPLICABLE, 0, 1, 2, 3]),
                   min_size=9, max_size=9)  # fmt: skip
FORM = st.tuples(
    st.integers(0, 400), st.sampled_from(["", "2", "=1", "-", "'="]), st.booleans(),
    st.one_of(ANSWERS, st.floats(0, 27)),
)  # fmt: skip
CLIENT = st.tuples(NAMES, st.lists(st.integers(0, 300), max_size=2), st.lists(FORM, max_size=4))


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(everyone=st.lists(CLIENT, max_size=3))
def test_any_small_practice_comes_back_the_same(
    everyone: list[tuple[str, list[int], list[tuple[int, str, bool, list[int] | float]]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("small")
    stores = [founding.found(home / name, "a.b", "A B", NOW)[0] for name in ("one", "two")]
    try:
        one, two = (entrance.at_terminal(store, "a.b", NOW) for store in stores)
        for number, (name, starts, forms) in enumerate(everyone):
            client_id = clients.add_client(one, f"K{number}", name.translate(NO_LINES))
            for days in sorted(set(starts), reverse=True):
                started = TODAY - timedelta(days=days)
                episode = clients.open_episode(one, client_id, started, name, nominal=days % 2 > 0)
                clients.close_episode(one, episode, started, f"{name}.")
            for days, occasion, nominal, said in forms:
                put(
                    one, client_id, "phq9", day=TODAY - timedelta(days=days), occasion=occasion,
                    nominal=nominal, answers=said if isinstance(said, list) else None,
                    scores=None if isinstance(said, list) else {"total": said},
                )  # fmt: skip
        loading.load(two, exporting.export(one))
        assert sum_of(one) == sum_of(two)
    finally:
        for store in stores:
            store.close()
