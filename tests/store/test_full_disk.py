"""A disk without room: said in words, nothing lost or halved, and it goes on by itself."""

import shutil
import subprocess
import sys
from collections import namedtuple
from datetime import datetime
from pathlib import Path

import pytest

from attachdash.errors import Unavailable
from attachdash.store import audit, engine_duckdb, open_store
from attachdash.store.engine import Scope

NOW = datetime(2026, 11, 24)
Usage = namedtuple("Usage", "total used free")

# Fills the log up to a limit that the system sets, as a full disk would.
FILLS = """
import datetime, os, pathlib, resource, signal, sys
from attachdash.errors import Unavailable
from attachdash.store import audit, open_store
from attachdash.store.engine import Scope
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
home, now = pathlib.Path(sys.argv[1]), datetime.datetime(2026, 11, 24)
store = open_store(home, now, create=True)
entry = audit.Entry(happened_at=now, actor_id=1, role="r", session_ref="s", kind="k",
                    detail="x" * 2000)

def ten(cursor):
    for _ in range(10):
        place = audit.append(cursor, 1, store.audit_key, entry)
    return place

def add():
    place = store.engine.writing(Scope(), ten)
    store.mark.advance(place)
    print("kept", place.seq, flush=True)

add()
limit = os.path.getsize(home / "practice.duckdb.wal") + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
while True:
    try:
        add()
    except Unavailable:
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
add()
print("goes on", flush=True)
"""


@pytest.mark.parametrize("room", [5_000, 50_000, 70_001])
def test_a_write_that_finds_no_room_loses_nothing_that_was_confirmed(
    tmp_path: Path, room: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS, str(tmp_path), str(room)], capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    kept = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("kept")]
    # DuckDB 1.5 can take the process with it when a commit fails: then opening anew heals.
    assert "goes on" in done.stdout or done.returncode < 0, done.stderr
    store = open_store(tmp_path, NOW)
    with store.engine.reading(Scope()) as cursor:
        row = cursor.one("SELECT count(*), max(seq) FROM audit")
        assert audit.broken_at(cursor, 1, store.audit_key) is None
    store.close()
    assert row is not None
    assert row[0] == row[1] >= kept[-1]
    assert row[0] % 10 == 0  # ten at once, or none of them


def test_without_room_nothing_is_begun_and_with_room_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(tmp_path, NOW, create=True)
    real = shutil.disk_usage
    begun: list[int] = []
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: Usage(10**12, 10**12, engine_duckdb.ROOM - 1)
    )
    with pytest.raises(Unavailable, match="nearly full: 99 MB are free"):
        store.engine.writing(Scope(), lambda cursor: begun.append(1))
    assert not begun
    with store.engine.reading(Scope()) as cursor:
        assert cursor.one("SELECT 1") == (1,)
    monkeypatch.setattr(shutil, "disk_usage", real)
    store.engine.writing(Scope(), lambda cursor: begun.append(1))
    assert begun
    store.close()
