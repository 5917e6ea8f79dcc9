"""Opening a store: several processes at once, and stores of earlier days."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import psycopg
import pytest

from attachdash.instruments import State
from attachdash.practice.marks import PHASE, EventKind, Technique
from attachdash.practice.rights import Role
from attachdash.practice.rules import Kind
from attachdash.practice.support import How
from attachdash.store import Store, copies, migrate, open_store, opening
from attachdash.store.engine import Cursor, Scope
from attachdash.store.migrate import FOLDER
from tests.engines import NOW

DAY = date(2026, 11, 24)

OPENING = """
import sys, datetime, pathlib
from attachdash.store import open_store, opening

class Starting(opening.PostgresEngine):
    def __init__(self, url):
        super().__init__(url)
        print("connected", flush=True)
        sys.stdin.readline()

opening.PostgresEngine = Starting
store = open_store(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 11, 24), url=sys.argv[2],
                   create=True)
print(store.audit_key.hex(), max(store.catalogue.definition_ids.values()))
store.close()
"""


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_replicas_may_start_on_an_empty_database_at_once(tmp_path: Path, store_url: str) -> None:
    replicas = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, str(tmp_path), store_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for one in replicas:
        assert one.stdout is not None
        assert one.stdout.readline() == "connected\n"
    for one in replicas:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate() for one in replicas]
    assert [one.returncode for one in replicas] == [0, 0], told
    # Both know the same instruments by the same numbers, and seal with the same key.
    assert told[0][0] == told[1][0]
    open_store(tmp_path, NOW, url=store_url).close()


def test_a_store_of_the_first_step_opens_and_goes_on(
    tmp_path: Path, store_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "migrations"
    first.mkdir()
    for path in migrate.FOLDER.glob("0001*"):
        (first / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "FOLDER", first)
        patch.setattr(opening, "_begin_counts", lambda *_: None)
        store = open_store(tmp_path / "home", NOW, url=store_url, create=True)
    # What an earlier version could leave behind: the same span twice, and one within another.
    later = date(2026, 12, 1)
    spans = [(DAY, None), (DAY, None), (DAY, later), (DAY, DAY), (DAY, DAY), (later, None)]

    def fill(cursor: Cursor) -> None:
        for start, end in spans:
            cursor.run("INSERT INTO treats VALUES (1, 7, 8, $1, CAST($2 AS DATE))", start, end)
            cursor.run(
                "INSERT INTO person_role VALUES (1, 7, 'therapist', $1, CAST($2 AS DATE))",
                start,
                end,
            )
            cursor.run("INSERT INTO supervises VALUES (1, 6, 7, $1, CAST($2 AS DATE))", start, end)
            cursor.run(
                "INSERT INTO episode_span VALUES (1, 9, $1, CAST($2 AS DATE), NULL)", start, end
            )

    store.engine.writing(Scope(), fill)
    store.close()
    store = open_store(tmp_path / "home", NOW, url=store_url)
    tables = ("treats", "person_role", "supervises", "episode_span")
    with store.engine.reading(Scope()) as cursor:
        steps = cursor.rows("SELECT number FROM migration ORDER BY number NULLS LAST")
        left = [
            cursor.rows(
                f"SELECT from_on, to_on FROM {table} ORDER BY from_on NULLS LAST, to_on NULLS LAST"
            )
            for table in tables
        ]
    store.close()
    assert steps == [(int(one),) for one in sorted({p.name[:4] for p in FOLDER.glob("0*.sql")})]
    backups = copies.kept(tmp_path / "home")
    assert [one.step for one in backups] == ([] if store_url else [1])
    for one in backups:
        # The way back: the earlier version takes it, with all that was there.
        copies.verified(one.folder)
        copies.stage(one.folder, tmp_path / "earlier")
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "FOLDER", first)
            patch.setattr(opening, "_begin_counts", lambda *_: None)
            store = open_store(tmp_path / "earlier", NOW)
        with store.engine.reading(Scope()) as cursor:
            assert cursor.one("SELECT count(*) FROM treats") == (len(spans),)
        store.close()
    if store_url:
        kept = [(DAY, DAY), (DAY, DAY), (DAY, None), (later, None)]
        assert left == [kept] * 4


STEPS = sorted({int(path.name[:4]) for path in FOLDER.glob("0*.sql")})


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_store_of_each_earlier_step_opens_and_has_a_way_back(
    step: int, tmp_path: Path, store_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, home = tmp_path / "migrations", tmp_path / "home"
    earlier.mkdir()
    for path in FOLDER.glob("0*.sql"):
        if int(path.name[:4]) <= step:
            (earlier / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "FOLDER", earlier)
        patch.setattr(opening, "_begin_counts", lambda *_: None)
        open_store(home, NOW, url=store_url, create=True).close()
    for _ in range(2):
        store = open_store(home, NOW, url=store_url)
        with store.engine.reading(Scope()) as cursor:
            assert cursor.one("SELECT max(number) FROM migration") == (STEPS[-1],)
        store.close()
    assert [one.step for one in copies.kept(home)] == ([] if store_url else [step])


# What DuckDB, without these keys and words, leaves to `practice/`.
SERVER = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@SERVER
@pytest.mark.parametrize("table", ["treats", "person_role", "supervises", "episode_span"])
def test_no_span_is_there_twice_on_a_server(store: Store, table: str) -> None:
    values = {
        "treats": "1, 7, 8", "person_role": "1, 7, 'therapist'", "supervises": "1, 6, 7",
        "episode_span": "1, 9",
    }[table]  # fmt: skip
    rest = ", NULL" if table == "episode_span" else ""
    insert = f"INSERT INTO {table} VALUES ({values}, $1, CAST($2 AS DATE){rest})"
    for end in (DAY, DAY, None):
        store.engine.writing(Scope(), lambda cursor, end=end: cursor.run(insert, DAY, end))
    with pytest.raises(psycopg.errors.UniqueViolation):
        store.engine.writing(Scope(), lambda cursor: cursor.run(insert, DAY, None))


@SERVER
def test_every_table_has_a_key_on_a_server(store: Store) -> None:
    with store.engine.reading(Scope()) as cursor:
        without = cursor.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
            "AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = "
            "CAST(CAST(table_name AS VARCHAR) AS regclass) AND indisunique)"
        )
    assert without == []


@SERVER
def test_the_words_of_the_tables_are_those_of_the_code(store: Store) -> None:
    with store.engine.reading(Scope()) as cursor:
        rules = dict(
            cursor.rows(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conname LIKE '%\\_known'"
            )
        )
    words = {name: set(re.findall(r"'([^']+)'", rule)) for name, rule in rules.items()}
    assert words.pop("score_state_known") == {one.value for one in State}
    assert words.pop("web_session_role_known") == {one.value for one in Role} - {"anonymous"}
    assert words.pop("flag_kind_known") == {kind.value for kind in Kind}
    assert words.pop("mark_kind_known") == {PHASE, *EventKind}
    assert words.pop("mark_technique_known") == set(Technique)
    assert words.pop("mark_visibility_known") == {"staff", "client"}
    assert words.pop("look_answer_how_known") == set(How)
    assert set(words) == {"administration_channel_known", "flag_step_kind_known"}


@SERVER
@pytest.mark.parametrize(
    ("index", "sql"),
    [
        (
            "audit_by_session",
            "FROM audit WHERE site_id = 1 AND session_ref = 's'",
        ),
        ("web_session_by_browser", "FROM web_session WHERE site_id = 1 AND browser_hash = 'h'"),
    ],
)
def test_what_each_page_asks_is_found_by_an_index(store: Store, index: str, sql: str) -> None:
    def plan(cursor: Cursor) -> str:
        cursor.run("SET LOCAL enable_seqscan = off")
        return "\n".join(str(row[0]) for row in cursor.rows(f"EXPLAIN SELECT 1 {sql}"))

    assert index in store.engine.writing(Scope(), plan)
