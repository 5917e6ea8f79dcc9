"""A file in many blocks comes to what it comes to in one, and to nothing when it is stopped."""

import atexit
import dataclasses
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from attachdash.intake import Mapping, Table, Unreadable, read_csv
from attachdash.intake.blocks import Stream, open_stream
from attachdash.intake.shapes import Point, Shape
from attachdash.practice import batches, checking, clients, entrance, founding, mending
from attachdash.practice.importing import Kept
from attachdash.practice.planning import Found
from attachdash.practice.rights import Viewer, whole_practice
from attachdash.store import open_store
from attachdash.store.engine import Scope
from attachdash.store.export import state_hash
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_one_path import PHQ9, phq9_file

ITEMS = tuple(f"q{n}" for n in range(1, 10))
MAPPING = Mapping(
    instrument="phq9", client="code", answered_on="date", date_format="iso", items=ITEMS,
    totals={"total": "sum"},
)  # fmt: skip
BLOCK = 7
FLAGS = """
SELECT client.code, flag.kind, flag.cause, flag.state, administration.answered_on,
    flag.episode_id IS NULL AS unfiled, administration.administration_id IS NULL AS lost
FROM flag
INNER JOIN client ON client.client_id = flag.client_id
LEFT JOIN administration ON administration.administration_id = flag.administration_id
    AND administration.replaced_at IS NULL
"""
SUMMARY = """
SELECT client.code, summary.scale_id, summary.n, summary.baseline_on, summary.baseline,
    summary.baseline_is_late, summary.latest_on, summary.latest
FROM summary INNER JOIN client ON client.client_id = summary.client_id
"""
BATCHES = "SELECT file_name, file_sha256, mapping_sha256, kept, refused FROM batch"
STEPS = "SELECT count(*) FROM flag_step"


def import_blocks(viewer: Viewer, file: Stream | Table, mapping: Mapping, **said: Any) -> Kept:
    return import_one(viewer, file, mapping, block_rows=BLOCK, **said)


def streamed(folder: Path, data: bytes) -> Stream:
    path = folder / "march.csv"
    path.write_bytes(data)
    return open_stream(path, piece=200)


@cache
def founded() -> Path:
    """A practice with its administrator, founded once: tests get copies of it."""
    folder = Path(tempfile.mkdtemp(prefix="attachdash-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store, _ = founding.found(folder / "practice", "a.diallo", "Amara Diallo", NOW)
    store.close()
    return folder / "practice"


@contextmanager
def practice_at(folder: Path, url: str | None = None) -> Iterator[Viewer]:
    if url:
        store, _ = founding.found(folder, "a.diallo", "Amara Diallo", NOW, url=url)
    else:
        store = open_store(Path(shutil.copytree(founded(), folder)), NOW)
    try:
        yield entrance.at_terminal(store, "a.diallo", NOW)
    finally:
        store.close()


def state_of(viewer: Viewer) -> tuple[object, ...]:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        told = [sorted(map(str, cursor.rows(sql))) for sql in (FLAGS, SUMMARY, BATCHES, STEPS)]
        return state_hash(cursor, whole_practice(viewer)), *told


def any_file(seed: int) -> bytes:
    """A seeded file with all that may be wrong with its rows, some of them twice."""
    drawn = random.Random(seed)
    lines = []
    for _ in range(60):
        answers: list[object] = [drawn.choice([0, 0, 1, 2, 3, ""]) for _ in ITEMS]
        total = drawn.choice([sum(one for one in answers if one != ""), 5, ""])
        if not drawn.randrange(12):
            answers[drawn.randrange(9)] = "x"
        code = drawn.choice(["A", "B", "C", "c", "D", "Q-7", "q-007", "=1", ""])
        day = TODAY - timedelta(days=drawn.choice([-2, 1, 3, 30, 31, 60, 61, 90]))
        lines.append(",".join(map(str, (code, day, *answers, total))))
        if not drawn.randrange(4):
            lines.append(drawn.choice(lines))
        if not drawn.randrange(20):
            lines.append("A,2026-11-03,1")
    return "\n".join([",".join(("code", "date", *ITEMS, "sum")), *lines]).encode()


def same_but_number(done: Kept) -> Kept:
    return dataclasses.replace(done, batch_id=0)


def test_a_file_in_blocks_comes_to_what_it_comes_to_in_one(
    tmp_path: Path, store_url: str | None
) -> None:
    """Several files after each other, so that later ones meet what is held already."""
    with (
        practice_at(tmp_path / "whole") as whole,
        practice_at(tmp_path / "blocks", store_url) as blocks,
    ):
        for seed in range(8):
            data, drawn = any_file(seed), random.Random(seed)
            said = {name: drawn.random() < 0.7 for name in ("create_clients", "open_episodes")}
            table, stream = read_csv("march.csv", data), streamed(tmp_path, data)
            shown = preview_one(whole, table, MAPPING)
            found = preview_one(blocks, stream, MAPPING, block_rows=BLOCK)
            assert [str(one) for one in found.problems] == [str(one) for one in shown.problems]
            assert found.counts == shown.counts
            assert (found.rows, found.already_held, found.refused) == (
                shown.rows, shown.already_held, shown.refused
            )  # fmt: skip
            assert found.new_codes == shown.new_codes
            assert found.without_episode == shown.without_episode
            assert found.repeats == shown.repeats
            assert found.mismatches.equals(shown.mismatches)
            assert found.same_file_at == shown.same_file_at
            kept = import_one(whole, table, MAPPING, **said)
            done = import_blocks(blocks, stream, MAPPING, **said)
            assert same_but_number(done) == same_but_number(kept)
            assert state_of(blocks) == state_of(whole)
        assert len(clients.register(whole)) > 3
        assert checking.problems(blocks.store) == []


def told(found: Found) -> dict[str, object]:
    """All that is found of a file."""
    said = {one.name: getattr(found, one.name) for one in dataclasses.fields(found)}
    first = said.pop("first")
    return said | {
        # A row with several forms can lie in two blocks: its problems come in another order.
        "problems": sorted((one.row or 0, str(one)) for one in found.problems),
        "own": sorted((one.row or 0, str(one)) for one in found.own),
        "mismatches": found.mismatches.rows(),
        "first rows": first.rows.rows(),
        "first held": str((first.answers if first.answers is not None else first.scores).tolist()),
    }


TIMES = Shape(
    kind="times",
    points=(Point(label="t1", columns={"date": "date", **{q: q for q in ITEMS}}),
            Point(label="t2", columns={"date": "sum", **{q: q for q in ITEMS}})),
)  # fmt: skip
ANSWERS = Shape(kind="answers", keys=("code", "date"), item="item", value="value")


def by_answers(data: bytes) -> bytes:
    """The same forms with a row an answer, and an answer of no item of the questionnaire."""
    header, *rows = (line.split(",") for line in data.decode().split("\n"))
    lines = [
        f"{row[0]},{row[1]},{name},{value}"
        for row in rows if len(row) == len(header)
        for name, value in zip(header[2:], row[2:], strict=True)
    ]  # fmt: skip
    return "\n".join(["code,date,item,value", *lines]).encode()


LAID_OUT: dict[str, tuple[dict[str, object], Callable[[bytes], bytes]]] = {
    "forms": ({}, lambda data: data),
    "times": ({"shape": TIMES, "totals": {}}, lambda data: data),
    "answers": ({"shape": ANSWERS, "totals": {}}, by_answers),
    "ready scores": (
        {"items": (), "totals": {}, "instrument": "who5", "scores": {"total": "q1"}},
        lambda data: data,
    ),
}  # fmt: skip


@pytest.mark.parametrize("laid_out", LAID_OUT)
def test_a_table_in_blocks_comes_to_what_it_comes_to_in_one(laid_out: str, tmp_path: Path) -> None:
    changed, written = LAID_OUT[laid_out]
    mapping = MAPPING.model_copy(update=changed)
    with practice_at(tmp_path / "whole") as whole, practice_at(tmp_path / "blocks") as blocks:
        for seed in (2, 3, 5):
            data = written(any_file(seed).replace(b",3,", b",3.0,"))
            table = read_csv("march.csv", data)
            said = dict.fromkeys(("create_clients", "open_episodes"), seed != 3)
            shown = preview_one(whole, table, mapping)
            found = preview_one(blocks, table, mapping, block_rows=BLOCK)
            assert told(found) == told(shown)
            kept = import_one(whole, table, mapping, **said)
            done = import_blocks(blocks, table, mapping, **said)
            assert same_but_number(done) == same_but_number(kept)
            assert state_of(blocks) == state_of(whole)
        assert clients.register(whole)
        assert checking.problems(blocks.store) == []


def test_a_therapist_is_told_of_blocks_what_they_are_told_of_the_file(
    either: House, tmp_path: Path
) -> None:
    mine, plain = either.viewer("t.one"), MAPPING.model_copy(update={"totals": {}})
    day = TODAY - timedelta(days=2)
    data = phq9_file(*((code, day - timedelta(days=n // 4), [n % 3] * 9)
                       for n in range(30) for code in "ABZ"),
                     ("A", day, [1] * 8 + [0]))  # fmt: skip
    shown = preview_one(mine, read_csv("march.csv", data), plain)
    found = preview_one(mine, streamed(tmp_path, data), plain, block_rows=BLOCK)
    assert [str(one) for one in found.problems] == [str(one) for one in shown.problems]
    assert (found.rows, found.already_held, found.refused) == (
        shown.rows, shown.already_held, shown.refused
    )  # fmt: skip


def test_what_was_withdrawn_is_not_brought_back_in_blocks(either: House, tmp_path: Path) -> None:
    mine, plain = either.viewer("t.one"), MAPPING.model_copy(update={"totals": {}})
    data = phq9_file(*(("A", TODAY - timedelta(days=3 + n), [1] * 9) for n in range(20)))
    stream = streamed(tmp_path, data)
    done = import_blocks(mine, stream, plain)
    assert (done.kept, done.already_held) == (20, 0)
    forms = mending.forms(mine, either.clients["A"]).forms
    form = [one.administration_id for one in forms if one.batch_id == done.batch_id][5]
    mending.withdraw_administration(mine, either.clients["A"], form, "Wrong person")
    again = import_blocks(mine, stream, plain)
    assert (again.kept, again.already_held) == (0, 20)


def test_an_import_in_blocks_is_undone_whole(either: House, tmp_path: Path) -> None:
    admin = either.viewer("a.diallo")
    before = len(clients.register(admin))
    data = phq9_file(*((f"N{n % 9}", TODAY - timedelta(days=n), [1] * 9) for n in range(40)))
    done = import_blocks(
        admin, streamed(tmp_path, data), MAPPING.model_copy(update={"totals": {}}),
        create_clients=True, open_episodes=True,
    )  # fmt: skip
    assert (done.kept, done.created, done.episodes) == (40, 9, 9)
    assert batches.undo_batch(admin, done.batch_id, "Wrong file").counts == 40
    assert len(clients.register(admin)) == before


class Stopped(Exception):
    """Somebody pressed Ctrl C."""


def stopping(what: str, after: int) -> Callable[[str, int], None]:
    def tell(done: str, row: int) -> None:
        if done == what and row > after:
            raise Stopped

    return tell


@pytest.mark.parametrize("what", ["looked through", "checked", "kept"])
def test_an_import_that_is_stopped_leaves_nothing(
    what: str, tmp_path: Path, store_url: str | None
) -> None:
    with practice_at(tmp_path / "blocks", store_url) as admin:
        before = state_of(admin)
        stream = streamed(tmp_path, any_file(1))
        with pytest.raises(Stopped):
            import_blocks(admin, stream, MAPPING, tell=stopping(what, 20), create_clients=True,
                          open_episodes=True)  # fmt: skip
        assert state_of(admin) == before
        assert checking.problems(admin.store) == []
        done = import_blocks(admin, stream, MAPPING, create_clients=True)
        assert done.kept


def test_a_file_that_changes_while_it_is_kept_leaves_nothing(tmp_path: Path) -> None:
    with practice_at(tmp_path / "blocks") as admin:
        before = state_of(admin)
        stream = streamed(tmp_path, any_file(1))

        def tell(what: str, row: int) -> None:
            if what == "checked":
                stream.file.path.write_bytes(any_file(1).replace(b"D,", b"E,"))

        with pytest.raises(Unreadable, match="changed while it was read"):
            import_blocks(admin, stream, MAPPING, tell=tell, create_clients=True)
        assert state_of(admin) == before


@pytest.mark.long
def test_h04_each_of_all_phq9_patterns_is_flagged_if_and_only_if_item_9_is(
    small: House, tmp_path: Path
) -> None:
    """All 4^9 as one file through the real path: whatever the total, and nothing beside."""
    patterns = np.indices((4,) * 9, dtype=np.int8).reshape(9, -1).T
    days = [str(TODAY - timedelta(days=at)) for at in range(512)]
    file = tmp_path / "all.csv"
    pl.DataFrame(
        {"code": np.repeat([f"P{at}" for at in range(512)], 512), "date": days * 512}
        | {f"q{item + 1}": patterns[:, item] for item in range(9)}
    ).write_csv(file)
    done = import_one(small.viewer("a.diallo"), open_stream(file), PHQ9, create_clients=True)
    assert done.kept == 4**9
    with small.store.engine.reading(Scope()) as cursor:
        [counts] = cursor.rows(
            "SELECT count(*), count(step.administration), "
            "count(*) FILTER (WHERE (step.administration IS NOT NULL) <> (answers[9] >= 1)) "
            "FROM administration LEFT JOIN (SELECT DISTINCT words AS administration "
            "FROM flag_step INNER JOIN flag ON flag.flag_id = flag_step.flag_id "
            "WHERE flag.kind = 'suicide_answer') AS step "
            "ON step.administration = 'administration ' || administration.administration_id "
            "WHERE batch_id IS NOT NULL"
        )
    assert counts == (4**9, 3 * 4**8, 0)
