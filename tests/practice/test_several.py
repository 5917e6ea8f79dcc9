"""Several questionnaires of one file are kept in one transaction: all of them or none."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attachdash.intake import Mapping, Table, Unreadable, read_csv
from attachdash.intake.blocks import Stream, open_stream
from attachdash.practice import batches, checking, clients, house, importing
from attachdash.practice.importing import import_file, preview_file
from attachdash.practice.rights import Viewer
from attachdash.store import answers
from attachdash.store.engine import Cursor
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_streaming import Stopped, practice_at, state_of, stopping

SAID: dict[str, Any] = {"client": "code", "answered_on": "date", "date_format": "iso"}
PHQ9 = Mapping(instrument="phq9", items=tuple(f"p{n}" for n in range(1, 10)), **SAID)
GAD7 = Mapping(
    instrument="gad7", items=tuple(f"g{n}" for n in range(1, 8)), totals={"total": "sum"}, **SAID
)
WHO5 = Mapping(instrument="who5", scores={"total": "w"}, **SAID)
THREE = (PHQ9, GAD7, WHO5)
NEW: dict[str, Any] = {"create_clients": True, "open_episodes": True}
COUNTED = (
    "SELECT count(*) FROM administration WHERE replaced_at IS NULL",
    "SELECT count(*) FROM score",
    "SELECT count(*) FROM client",
    "SELECT count(*) FROM episode",
    "SELECT count(*) FROM relation",
)


def data(rows: int = 30) -> bytes:
    """A row a visit of one of nine people, with three questionnaires; some of GAD-7 are broken."""
    names = ["code", "date", *PHQ9.items, *GAD7.items, "sum", "w"]
    lines = []
    for n in range(rows):
        gad = ["x" if n == 4 else n % 4, *[1] * 6]
        lines.append(
            [f"N{n % 9}", TODAY - timedelta(days=200 - n), *[n % 3] * 9, *gad, 9, n % 26 * 4]
        )
    return "\n".join(",".join(map(str, line)) for line in [names, *lines]).encode()


def opened(folder: Path, whole: bool, given: bytes | None = None) -> Stream | Table:
    given = data() if given is None else given
    if whole:
        return read_csv("visits.csv", given)
    path = folder / "visits.csv"
    path.write_bytes(given)
    return open_stream(path, piece=200)


def counted(viewer: Viewer) -> list[int]:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return [int(cursor.rows(sql)[0][0]) for sql in COUNTED]


@pytest.fixture(params=[True, False], ids=["in memory", "in blocks"])
def whole(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Viewer]:
    with practice_at(tmp_path / "practice") as viewer:
        yield viewer


@pytest.fixture
def admin_of_either(tmp_path: Path, store_url: str | None) -> Iterator[Viewer]:
    with practice_at(tmp_path / "practice", store_url) as viewer:
        yield viewer


@pytest.mark.parametrize("mappings", [THREE[:2], THREE], ids=["two", "three"])
def test_several_come_to_what_they_come_to_one_after_the_other(
    admin: Viewer, tmp_path: Path, whole: bool, mappings: tuple[Mapping, ...]
) -> None:
    file = opened(tmp_path, whole)
    shown = preview_file(admin, file, mappings, block_rows=7)
    assert [(one.rows, one.refused, len(one.new_codes)) for one in shown] == [
        (30, 0, 9), (29, 1, 9), (30, 0, 9),
    ][: len(mappings)]  # fmt: skip
    assert counted(admin) == [0] * 5
    done = [one for one, _ in import_file(admin, file, mappings, block_rows=7, **NEW)]
    assert [(one.kept, one.refused, one.created, one.episodes) for one in done] == [
        (30, 0, 9, 9), (29, 1, 0, 0), (30, 0, 0, 0),
    ][: len(mappings)]  # fmt: skip
    assert done[1].totals_differ == sum(n % 4 + 6 != 9 for n in range(30) if n != 4)
    assert len({one.batch_id for one in done}) == len(mappings)
    assert checking.problems(admin.store) == []
    with practice_at(tmp_path / "other") as other:
        for mapping in mappings:
            import_one(other, read_csv("visits.csv", data()), mapping, **NEW)
        assert state_of(other)[:3] == state_of(admin)[:3]


def test_the_same_file_with_the_same_mappings_again_changes_nothing(
    admin_of_either: Viewer, tmp_path: Path, whole: bool
) -> None:
    file = opened(tmp_path, whole)
    import_file(admin_of_either, file, THREE, **NEW)
    before = state_of(admin_of_either)
    again = [one for one, _ in import_file(admin_of_either, file, THREE, **NEW)]
    assert [(one.kept, one.already_held, one.created) for one in again] == [
        (0, 30, 0), (0, 29, 0), (0, 30, 0),
    ]  # fmt: skip
    assert state_of(admin_of_either) == before
    assert all(one.same_file_at for one in preview_file(admin_of_either, file, THREE))
    # Half of it held: the rest comes in.
    some = opened(tmp_path, whole, data(40))
    done = [one for one, _ in import_file(admin_of_either, some, (WHO5, PHQ9), **NEW)]
    assert [(one.kept, one.already_held) for one in done] == [(10, 30), (10, 30)]


def test_the_audit_names_the_import_of_each_of_them(
    admin_of_either: Viewer, tmp_path: Path, whole: bool
) -> None:
    """Each can be undone by itself: who brought it in is to be found under its own number."""
    file = opened(tmp_path, whole)
    done = [one for one, _ in import_file(admin_of_either, file, THREE, **NEW)]
    trail = house.audit_trail(admin_of_either, kind="imported file")
    told = trail.iloc[0]["detail"].split("; ")
    names = ("PHQ-9", "GAD-7", "WHO-5")
    assert told == [
        f"{name} (import {one.batch_id}): {one.kept} kept, {one.already_held} held, "
        f"{one.refused} refused"
        for name, one in zip(names, done, strict=True)
    ]


def test_an_episode_begins_with_the_first_answer_of_any_of_them(
    admin: Viewer, tmp_path: Path, whole: bool
) -> None:
    early, late = TODAY - timedelta(days=90), TODAY - timedelta(days=5)
    given = f"code,date,w,then,g\nM,{late},20,{early},7\n".encode()
    ready = Mapping(instrument="gad7", scores={"total": "g"}, **SAID | {"answered_on": "then"})
    import_file(admin, opened(tmp_path, whole, given), (WHO5, ready), **NEW)
    [one] = clients.register(admin)
    assert [episode.started_on for episode in one.episodes] == [early]


REFUSED = {
    "lacks a column": GAD7.model_copy(update={"items": (*GAD7.items[:6], "g8")}),
    "another order of days": WHO5.model_copy(update={"date_format": "dmy", "scores": {}}),
    "twice": PHQ9.model_copy(update={"items": tuple(reversed(PHQ9.items))}),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_one_that_is_refused_refuses_all(
    admin: Viewer, tmp_path: Path, whole: bool, wrong: str
) -> None:
    file, before = opened(tmp_path, whole), state_of(admin)
    for use_case in (preview_file, import_file):
        with pytest.raises(Unreadable) as told:
            use_case(admin, file, (PHQ9, REFUSED[wrong]))
        assert REFUSED[wrong].instrument[:3].upper() in str(told.value)
    assert state_of(admin) == before


def test_all_that_is_refused_is_said_at_once(admin: Viewer, tmp_path: Path, whole: bool) -> None:
    both = (
        PHQ9.model_copy(update={"client": "nobody"}), WHO5,
        GAD7.model_copy(update={"answered_on": "never"}),
    )  # fmt: skip
    with pytest.raises(Unreadable) as told:
        import_file(admin, opened(tmp_path, whole), both)
    assert [(one.file, "nobody" in str(one)) for one in told.value.problems] == [
        ("visits.csv, PHQ-9", True), ("visits.csv, GAD-7", False),
    ]  # fmt: skip


def test_one_questionnaire_by_two_people_is_two(either: House, tmp_path: Path, whole: bool) -> None:
    mine = either.viewer("t.one")
    columns = {who: tuple(f"{who}{n}" for n in range(1, 26)) for who in ("self", "mother")}
    names = ",".join([*columns["self"], *columns["mother"]])
    given = f"code,date,{names}\nA,{TODAY}{',1' * 25}{',2' * 25}\n".encode()
    both = [
        Mapping(instrument="rcads25", items=own, informant=who, **SAID)
        for who, own in columns.items()
    ]
    done = import_file(mine, opened(tmp_path, whole, given), both)
    assert [one.kept for one, _ in done] == [1, 1]
    # Its own and its mother's go apart from each other, and she goes with hers.
    before = counted(mine)
    batches.undo_batch(mine, done[1][0].batch_id, "Wrong column")
    assert [now - then for now, then in zip(counted(mine), before, strict=True)][0::4] == [-1, -1]


@pytest.mark.parametrize("what", ["looked through", "checked", "kept"])
def test_several_that_are_stopped_leave_nothing(
    admin_of_either: Viewer, tmp_path: Path, what: str
) -> None:
    before = state_of(admin_of_either)
    file = opened(tmp_path, whole=False)
    with pytest.raises(Stopped):
        import_file(admin_of_either, file, THREE, stopping(what, 20), block_rows=7, **NEW)
    assert state_of(admin_of_either) == before
    assert checking.problems(admin_of_either.store) == []


@pytest.mark.parametrize("at", [1, 2])
def test_what_fails_in_a_later_one_leaves_nothing_of_those_before(
    admin: Viewer, tmp_path: Path, whole: bool, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, file = state_of(admin), opened(tmp_path, whole)
    add_batch, done = answers.add_batch, []

    def failing(cursor: Cursor, *said: Any) -> None:
        if len(done) == at:
            raise OSError("No space left on device")
        done.append(said)
        add_batch(cursor, *said)

    with monkeypatch.context() as patched:
        patched.setattr(answers, "add_batch", failing)
        with pytest.raises(OSError, match="No space"):
            import_file(admin, file, THREE, **NEW)
    assert len(done) == at
    assert state_of(admin) == before
    assert counted(admin) == [0] * 5
    assert checking.problems(admin.store) == []
    assert [one.kept for one, _ in import_file(admin, file, THREE, **NEW)] == [30, 29, 30]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_h13_undoing_each_leaves_nothing_in_whatever_order(
    admin_of_either: Viewer, tmp_path: Path, order: tuple[int, ...]
) -> None:
    before = counted(admin_of_either)
    done = import_file(admin_of_either, opened(tmp_path, whole=False), THREE, **NEW)
    assert len(importing.imports(admin_of_either)) == 3
    for n, place in enumerate(order):
        kept = done[place][0]
        assert batches.batch(admin_of_either, kept.batch_id).can_be_undone
        assert batches.undo_batch(admin_of_either, kept.batch_id, "Wrong file").counts == kept.kept
        assert checking.problems(admin_of_either.store) == []
        # Whom another of them still has forms of, stays.
        assert len(clients.register(admin_of_either)) == (9 if n < 2 else 0)
    assert counted(admin_of_either) == before
    again = import_file(admin_of_either, opened(tmp_path, whole=False), THREE, **NEW)
    assert [one.kept for one, _ in again] == [30, 29, 30]


def test_undoing_each_leaves_whom_a_typed_form_is_of(either: House, tmp_path: Path) -> None:
    admin = either.viewer("a.diallo")
    done = import_file(admin, opened(tmp_path, whole=True), THREE[:2], **NEW)
    later = f"code,date,w\nN3,{TODAY},40\n".encode()
    import_one(admin, read_csv("later.csv", later), WHO5)
    for one, _ in done:
        batches.undo_batch(admin, one.batch_id, "Wrong file")
    left = {one.code: len(one.episodes) for one in clients.register(admin)}
    assert left == {"A": 1, "B": 1, "N3": 1}
    assert checking.problems(either.store) == []


def test_a_therapist_makes_nobody_and_meets_their_own_clients_alone(
    either: House, tmp_path: Path, whole: bool
) -> None:
    mine = either.viewer("t.one")
    given = f"code,date,w,g\nA,{TODAY},40,7\nB,{TODAY},40,7\nZ,{TODAY},40,7\n".encode()
    ready = Mapping(instrument="gad7", scores={"total": "g"}, **SAID)
    done = import_file(mine, opened(tmp_path, whole, given), (WHO5, ready), **NEW)
    assert [(one.kept, one.refused, one.created) for one, _ in done] == [(1, 2, 0), (1, 2, 0)]


def test_a_code_written_in_two_ways_is_one_person_in_all_of_them(
    admin: Viewer, tmp_path: Path, whole: bool
) -> None:
    given = f"code,other,date,w,g\nQ-7,q-007,{TODAY},40,7\n".encode()
    ready = Mapping(instrument="gad7", scores={"total": "g"}, **SAID | {"client": "other"})
    done = import_file(admin, opened(tmp_path, whole, given), (WHO5, ready), **NEW)
    assert [(one.kept, one.refused, one.created) for one, _ in done] == [(1, 0, 1), (0, 1, 0)]
    assert "Write it as Q-7" in str(done[1][1].problems[0])
