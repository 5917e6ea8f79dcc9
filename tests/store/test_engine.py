"""The seam: the same behaviour from DuckDB and from PostgreSQL."""

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow as pa
import pytest

from attachdash.errors import Unavailable
from attachdash.store import Store, audit, open_store
from attachdash.store.audit import Entry
from attachdash.store.engine import Cursor, Row, Scope
from tests.engines import NOW


def test_a_failed_piece_of_work_leaves_nothing(store: Store) -> None:
    def work(cursor: Cursor) -> None:
        cursor.run("INSERT INTO setting VALUES (1, 'a', 'b')")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        store.engine.writing(Scope(), work)
    with store.engine.reading(Scope()) as cursor:
        assert cursor.rows("SELECT * FROM setting") == []


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)read.only"), store.engine.reading(Scope()) as cursor:
        cursor.run("INSERT INTO setting VALUES (1, 'a', 'b')")


def test_rows_that_were_staged_or_appended_are_let_go_before_the_transaction_ends(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path, NOW, create=True)
    letters = "n" * 1_000_000

    def work(cursor: Cursor) -> int:
        before = pa.total_allocated_bytes()
        for number in range(8):
            rows = pa.table({"number": [number], "words": [letters]})
            cursor.stage("brought", rows)
            assert cursor.rows("SELECT number, length(words) FROM brought") == [(number, 1_000_000)]
            site = pa.array([1], pa.int16())
            rows = pa.table({"site_id": site, "name": [f"n{number}"], "body": [letters]})
            cursor.bulk("setting", rows)
            del rows
        cursor.stage("brought", pa.table({"other": ["like none before"]}))
        assert cursor.rows("SELECT other FROM brought") == [("like none before",)]
        return pa.total_allocated_bytes() - before

    try:
        assert store.engine.writing(Scope(), work) < 1_000_000
    finally:
        store.close()


def test_ids_are_never_given_twice(store: Store) -> None:
    got: list[int] = []
    lock = threading.Lock()

    def take() -> None:
        for count in (1, 7, 1500):
            ids = list(store.engine.new_ids("client", count))
            with lock:
                got.extend(ids)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 6 * 1508


def test_ids_go_on_after_reopening(tmp_path: Path) -> None:
    first = open_store(tmp_path, NOW, create=True)
    given = list(first.engine.new_ids("client", 3))
    first.close()
    second = open_store(tmp_path, NOW)
    assert min(second.engine.new_ids("client", 3)) > max(given)
    second.close()


def test_frames_have_the_same_types_whatever_is_in_them(store: Store) -> None:
    with store.engine.reading(Scope()) as cursor:
        full = cursor.frame("SELECT 1 AS n, TRUE AS b, 'x' AS t, CAST('2026-02-28' AS DATE) AS d")
        none = cursor.frame(
            "SELECT CAST(NULL AS INTEGER) AS n, CAST(NULL AS BOOLEAN) AS b, "
            "CAST(NULL AS VARCHAR) AS t, CAST(NULL AS DATE) AS d"
        )
    assert [str(kind) for kind in full.dtypes] == [str(kind) for kind in none.dtypes]
    assert full["d"][0] == date(2026, 2, 28)
    assert pd.isna(none["n"][0])


def test_lists_come_back_as_they_went_in(store: Store) -> None:
    def work(cursor: Cursor) -> list[object]:
        table = pa.table({"answers": pa.array([[1, -1, 3], None], pa.list_(pa.int16()))})
        cursor.stage("listed", table)
        return cursor.arrow("SELECT answers FROM listed").column("answers").to_pylist()

    assert store.engine.writing(Scope(), work) == [[1, -1, 3], None]


def test_only_one_holds_a_nightly_job(store: Store) -> None:
    with store.engine.only_one("nightly") as first:
        with store.engine.only_one("nightly") as second:
            assert (first, second) == (True, False)
        with store.engine.only_one("other") as third:
            assert third
    with store.engine.only_one("nightly") as again:
        assert again


def test_many_writers_make_one_unbroken_chain(store: Store) -> None:
    def write(number: int) -> None:
        for _ in range(15):
            entry = Entry(
                happened_at=NOW, actor_id=number, role="therapist", session_ref="s", kind="k"
            )
            store.engine.writing(
                Scope(), lambda cursor, e=entry: audit.append(cursor, 1, store.audit_key, e)
            )

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.engine.reading(Scope()) as cursor:
        assert audit.broken_at(cursor, 1, store.audit_key) is None
        assert cursor.one("SELECT seq FROM head WHERE name = 'audit'") == (60,)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit SET detail = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 4",
        "UPDATE audit SET seq = CASE seq WHEN 1 THEN 2 ELSE 1 END WHERE seq <= 2",
    ],
)
def test_damage_to_the_chain_is_found(store: Store, damage: str) -> None:
    noted(store, "a", "b", "c", "d")
    if store.engine.dialect == "postgresql" and "CASE" in damage:
        store.engine.writing(
            Scope(), lambda cursor: cursor.run("ALTER TABLE audit DROP CONSTRAINT audit_pkey")
        )
    store.engine.writing(Scope(), lambda cursor: cursor.run(damage))
    with store.engine.reading(Scope()) as cursor:
        assert audit.broken_at(cursor, 1, store.audit_key) is not None


def noted(store: Store, *kinds: str) -> None:
    for kind in kinds:
        entry = Entry(happened_at=NOW, actor_id=1, role="r", session_ref="s", kind=kind)
        store.engine.writing(
            Scope(), lambda cursor, e=entry: audit.append(cursor, 1, store.audit_key, e)
        )


def test_a_chain_that_held_is_only_read_on_from_there(store: Store) -> None:
    noted(store, "a", "b", "c")
    with store.engine.reading(Scope()) as cursor:
        broken, upto = audit.broken_after(cursor, 1, store.audit_key, audit.START)
    assert (broken, upto.seq) == (None, 3)
    noted(store, "d", "e")
    fetched: list[int] = []

    class Counting:
        """A cursor that counts the rows it gives."""

        def __init__(self, cursor: Cursor) -> None:
            self.one = cursor.one
            self._rows = cursor.rows

        def rows(self, sql: str, *parameters: object) -> list[Row]:
            found = self._rows(sql, *parameters)
            fetched.append(len(found))
            return found

    with store.engine.reading(Scope()) as cursor:
        counting = cast(Cursor, Counting(cursor))
        broken, upto = audit.broken_after(counting, 1, store.audit_key, upto)
    assert (broken, upto.seq, fetched) == (None, 5, [2])


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE audit SET hash = 'x' WHERE seq = 3", "entry 3 was changed"),
        ("DELETE FROM audit WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM audit WHERE seq = 1", "entry 1 is missing"),
        ("UPDATE audit SET detail = 'x' WHERE seq = 4", "entry 4 was changed"),
        ("DELETE FROM audit WHERE seq = 5", "entries after 4 were cut off"),
        ("DELETE FROM audit WHERE seq = 4", "entry 4 is missing"),
    ],
)
def test_damage_after_the_chain_was_read_is_found(store: Store, damage: str, told: str) -> None:
    noted(store, "a", "b", "c")
    with store.engine.reading(Scope()) as cursor:
        _, upto = audit.broken_after(cursor, 1, store.audit_key, audit.START)
    noted(store, "d", "e")
    store.engine.writing(Scope(), lambda cursor: cursor.run(damage))
    with store.engine.reading(Scope()) as cursor:
        broken, _ = audit.broken_after(cursor, 1, store.audit_key, upto)
    assert broken is not None
    assert broken.startswith(told)


def test_a_store_held_by_another_process_names_it(tmp_path: Path) -> None:
    open_store(tmp_path, NOW, create=True).close()
    program = (
        "import sys, datetime, pathlib; from attachdash.store import open_store; "
        f"s = open_store(pathlib.Path({str(tmp_path)!r}), datetime.datetime(2026, 11, 24)); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        with pytest.raises(Unavailable, match=str(other.pid)):
            open_store(tmp_path, NOW)
        other.kill()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    store = open_store(tmp_path, NOW, create=True)
    store.engine.writing(
        Scope(),
        lambda cursor: cursor.run("INSERT INTO migration VALUES (9999, 'later', $1)", NOW),
    )
    store.close()
    with pytest.raises(Unavailable, match="newer"):
        open_store(tmp_path, NOW)


def test_a_lost_audit_key_is_never_replaced_silently(tmp_path: Path) -> None:
    store = open_store(tmp_path, NOW, create=True)
    entry = Entry(happened_at=NOW, actor_id=1, role="r", session_ref="s", kind="k")
    store.engine.writing(Scope(), lambda cursor: audit.append(cursor, 1, store.audit_key, entry))
    store.close()
    (tmp_path / "audit.key").unlink()
    with pytest.raises(Unavailable, match="key"):
        open_store(tmp_path, NOW)


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    """Also in a folder that was there before, open to all, and the file written ahead of it."""
    home = tmp_path / "practice"
    before = os.umask(0o022)
    try:
        for _ in range(2):
            home.mkdir(exist_ok=True)
            home.chmod(0o755)
            store = open_store(home, NOW, create=True)
            noted(store, "a")
            found = {path.name: path.stat().st_mode & 0o077 for path in (home, *home.iterdir())}
            assert {"practice.duckdb", "practice.duckdb.wal", "audit.key"} < set(found)
            assert set(found.values()) == {0}
            store.close()
    finally:
        os.umask(before)


def test_duckdb_reads_no_file_through_sql(tmp_path: Path) -> None:
    store = open_store(tmp_path, NOW, create=True)
    with (
        pytest.raises(Exception, match=r"(?i)permission|disabled"),
        store.engine.reading(Scope()) as cursor,
    ):
        cursor.rows("SELECT * FROM read_csv('/etc/passwd')")
    store.close()


KILLED = """
import sys, datetime, pathlib
from attachdash.store import open_store, audit
from attachdash.store.audit import Entry
from attachdash.store.engine import Scope
store = open_store(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 11, 24))
while True:
    entry = Entry(happened_at=datetime.datetime(2026, 11, 24), actor_id=1, role="r",
                  session_ref="s", kind="k")
    place = store.engine.writing(Scope(), lambda c: audit.append(c, 1, store.audit_key, entry))
    store.mark.advance(place)
    print(place.seq, flush=True)
"""


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    open_store(tmp_path, NOW, create=True).close()
    acknowledged = 0
    for round_ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(20 + round_):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        store = open_store(tmp_path, NOW)
        with store.engine.reading(Scope()) as cursor:
            assert audit.broken_at(cursor, 1, store.audit_key) is None
            row = cursor.one("SELECT seq FROM head WHERE name = 'audit'")
        store.close()
        assert row is not None
        assert row[0] >= acknowledged


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_long_work_does_not_lose_to_short_work_for_ever(store: Store) -> None:
    """Somebody else's entry comes in during each try, until others have to wait."""
    tries: list[int] = []
    others: list[threading.Thread] = []

    def long(cursor: Cursor) -> None:
        tries.append(len(tries))
        other = threading.Thread(target=noted, args=(store, "short"))
        others.append(other)
        other.start()
        # Done within this try, or waiting for it.
        other.join(1)
        audit.append(
            cursor, 1, store.audit_key,
            Entry(happened_at=NOW, actor_id=1, role="r", session_ref="s", kind="long"),
        )  # fmt: skip

    store.engine.writing(Scope(), long)
    for one in others:
        one.join()
    assert len(tries) == 3
    with store.engine.reading(Scope()) as cursor:
        assert audit.broken_at(cursor, 1, store.audit_key) is None
        assert cursor.one("SELECT seq FROM head WHERE name = 'audit'") == (4,)
