"""The seam: the same behaviour from DuckDB and from PostgreSQL."""

import re
import subprocess
import sys
import threading
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from attachdash.errors import Unavailable
from attachdash.store import Store, audit, open_store
from attachdash.store.audit import Entry
from attachdash.store.engine import Cursor, Scope
from tests.engines import NOW

STORE = Path(__file__).parents[2] / "attachdash" / "store"


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
    for kind in ("a", "b", "c", "d"):
        entry = Entry(happened_at=NOW, actor_id=1, role="r", session_ref="s", kind=kind)
        store.engine.writing(
            Scope(), lambda cursor, e=entry: audit.append(cursor, 1, store.audit_key, e)
        )
    if store.engine.dialect == "postgresql" and "CASE" in damage:
        store.engine.writing(
            Scope(), lambda cursor: cursor.run("ALTER TABLE audit DROP CONSTRAINT audit_pkey")
        )
    store.engine.writing(Scope(), lambda cursor: cursor.run(damage))
    with store.engine.reading(Scope()) as cursor:
        assert audit.broken_at(cursor, 1, store.audit_key) is not None


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
    open_store(tmp_path, NOW, create=True).close()
    for name in ("practice.duckdb", "audit.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_duckdb_reads_no_file_through_sql(tmp_path: Path) -> None:
    store = open_store(tmp_path, NOW, create=True)
    with (
        pytest.raises(Exception, match=r"(?i)permission|disabled"),
        store.engine.reading(Scope()) as cursor,
    ):
        cursor.rows("SELECT * FROM read_csv('/etc/passwd')")
    store.close()


def test_the_store_holds_none_of_the_sql_that_differs_between_engines() -> None:
    forbidden = (
        r"GROUP BY ALL", r"\bQUALIFY\b", r"\barg_m(ax|in)\b", r"\bmedian\(", r"\bTIMESTAMPTZ\b",
        r"\bDECIMAL\b", r"\bENUM\b", r"\bround\(", r"FOR UPDATE", r"(?<!PRECISION )\bavg\(",
    )  # fmt: skip
    for path in STORE.rglob("*"):
        if path.suffix in (".py", ".sql"):
            text = path.read_text()
            for pattern in forbidden:
                assert not re.search(pattern, text), f"{path.name}: {pattern}"
            for line in re.findall(r"ORDER BY[^\n]*", text):
                if path.suffix == ".py":
                    continue
                assert "NULLS LAST" in line
    assert datetime is not None


KILLED = """
import sys, datetime, pathlib
from attachdash.store import open_store, audit
from attachdash.store.audit import Entry
from attachdash.store.engine import Scope
store = open_store(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 11, 24))
while True:
    entry = Entry(happened_at=datetime.datetime(2026, 11, 24), actor_id=1, role="r",
                  session_ref="s", kind="k")
    seq, _ = store.engine.writing(Scope(), lambda c: audit.append(c, 1, store.audit_key, entry))
    print(seq, flush=True)
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
