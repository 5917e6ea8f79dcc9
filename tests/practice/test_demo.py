"""The demo practice: is it what it says, and does it stay away from everything else?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from attachdash.errors import Invalid
from attachdash.practice import (
    caseload,
    checking,
    clients,
    demo,
    entrance,
    flags,
    founding,
    house,
    outcomes,
    people,
    supervision,
)
from attachdash.practice.opening import open_practice
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.supervision import Group
from attachdash.store import Store
from attachdash.support import content


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    opened = open_practice(demo_home / "demo")
    yield opened
    opened.close()


def viewer(store: Store, sign_in: str) -> Viewer:
    return entrance.at_terminal(store, sign_in, entrance.clock())


def sign_ins(home: Path) -> dict[str, str]:
    lines = (home / "demo" / demo.SIGN_INS).read_text().splitlines()
    return {line.split()[0]: line.split()[1] for line in lines}


def test_it_has_the_people_it_should(store: Store, demo_home: Path) -> None:
    admin = viewer(store, "a.diallo")
    everyone = people.everyone(admin)
    roles = [span.what for one in everyone for span in one.roles]
    counts = {role: roles.count(role.value) for role in Role}
    assert counts == {
        Role.ANONYMOUS: 0,
        Role.THERAPIST: 4,
        Role.SUPERVISOR: 2,
        Role.CLIENT: 3,
        Role.ADMINISTRATOR: 1,
    }
    supervised = [span.what for one in everyone for span in one.supervised_by]
    assert sorted(map(supervised.count, set(supervised))) == [2, 2]
    assert sum(one.client_code is not None for one in everyone) == 3
    assert set(sign_ins(demo_home)) == {one.sign_in for one in everyone}

    register = clients.register(admin)
    current = [one for one in register if one.open_episode]
    assert (len(current), len(register) - len(current)) == (40, 120)
    assert sum(len(one.episodes) > 1 for one in register) == 2
    assert sum((one.age(admin.today) or 99) < 18 for one in current) == 1
    told = house.settings(admin)
    assert told.is_demo
    assert told.crisis_text.startswith("Invented for this demo")
    assert (told.practice_name, told.time_zone) == ("Demo practice (invented people)", "UTC")


def test_it_looks_current_to_its_therapists(store: Store) -> None:
    rows = open_flags = blanks = historic = 0
    for therapist in ("a.okafor", "b.kaya", "l.adeyemi", "m.sand"):
        who = viewer(store, therapist)
        listed = caseload.caseload(who).rows
        rows += len(listed)
        with store.engine.reading(who.scope) as cursor:
            found = flags.read(cursor, who)
        open_flags += sum(one.state == "open" for one in found)
        blanks += sum(one.state == "open" and one.is_blank for one in found)
        historic += sum(one.state == "historic" for one in found)
        assert all((who.today - one.answered_on).days <= 14 for one in found if one.state == "open")
        assert all(one.seen_by for one in found if one.state == "seen")
    assert rows == 41  # one therapy has just ended and its client is still assigned
    assert (open_flags, blanks) == (3, 1)
    assert historic >= 2


def test_some_flags_are_decided_on_with_answers_and_a_note(store: Store) -> None:
    for supervisor in ("h.marsh", "r.ito"):
        items = supervision.agenda(viewer(store, supervisor)).items
        decided = [one for one in items if one.decision]
        assert {one.group for one in decided} <= {Group.DUE, Group.RUNNING}
        assert len(decided) >= 2
        assert all(one.answered and one.decision and one.decision.words for one in decided)
        assert sum(len(one.notes) for one in items) == 1
        assert {Group.NOT_SEEN, Group.NO_DECISION} <= {one.group for one in items}
    with store.engine.reading(viewer(store, "a.diallo").scope) as cursor:
        given = cursor.rows("SELECT DISTINCT question_id, version, asked, answer FROM look_answer")
    for question_id, version, asked, answer in given:
        question = content().question(question_id)
        assert question
        assert (question.version, question.prompt) == (version, asked)
        assert question.answer(answer)


def test_supervisors_have_outcomes_to_look_at(store: Store) -> None:
    found = outcomes.outcomes(viewer(store, "h.marsh"))
    assert len(found) > 5


def test_the_store_holds(store: Store) -> None:
    assert checking.problems(store) == []


def test_people_sign_in_with_the_passphrases_in_the_file(store: Store, demo_home: Path) -> None:
    for name in ("a.okafor", "m.lindqvist"):
        nobody = entrance.anonymous(store, f"browser of {name}", entrance.clock())
        known = entrance.sign_in(nobody, name, sign_ins(demo_home)[name])
        assert known is not None
        assert not known.must_change


def test_the_passphrases_are_for_their_owner_only(demo_home: Path) -> None:
    told = demo_home / "demo" / demo.SIGN_INS
    assert told.stat().st_mode & 0o777 == 0o600
    assert (demo_home / "demo").stat().st_mode & 0o777 == 0o700
    assert all(len(one) >= 15 for one in sign_ins(demo_home).values())


def test_made_twice_changes_nothing(demo_home: Path) -> None:
    before = {one.name: one.stat().st_mtime_ns for one in (demo_home / "demo").iterdir()}
    demo.make_demo(demo_home / "demo", entrance.clock())
    assert {one.name: one.stat().st_mtime_ns for one in (demo_home / "demo").iterdir()} == before
    assert [one.name for one in demo_home.iterdir()] == ["demo"]


def test_it_touches_nothing_that_is_not_the_demo(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not named demo"):
        demo.make_demo(tmp_path / "practice", entrance.clock())
    assert not list(tmp_path.iterdir())
    store, _ = founding.found(tmp_path / "demo", "a.diallo", "Amara Diallo", entrance.clock())
    store.close()
    before = (tmp_path / "demo" / "practice.duckdb").read_bytes()
    with pytest.raises(Invalid, match="not the demo"):
        demo.make_demo(tmp_path / "demo", entrance.clock())
    assert (tmp_path / "demo" / "practice.duckdb").read_bytes() == before


def test_a_real_practice_never_passes_for_the_demo_nor_the_demo_for_it(
    tmp_path: Path, store: Store
) -> None:
    real, _ = founding.found(tmp_path / "p", "a.diallo", "Amara Diallo", entrance.clock())
    founding.check_founded(real, "practice")
    with pytest.raises(Invalid, match="holds a real practice"):
        founding.check_founded(real, "demo")
    real.close()
    founding.check_founded(store, "demo")
    with pytest.raises(Invalid, match="holds the demo"):
        founding.check_founded(store, "practice")


def test_an_interrupted_demo_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "_play", stop)
    with pytest.raises(KeyboardInterrupt):
        demo.make_demo(tmp_path / "demo", entrance.clock())
    assert not list(tmp_path.iterdir())
