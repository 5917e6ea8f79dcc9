"""A store whose file or log was damaged: every loss is found, none is silent."""

import random
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from attachdash.errors import Unavailable
from attachdash.practice import checking
from attachdash.store import audit, open_store
from attachdash.store.copy_duckdb import Sums, sums_of
from attachdash.store.engine import Cursor, Scope

NOW = datetime(2026, 11, 24)
ENTRY = audit.Entry(happened_at=NOW, actor_id=1, role="r", session_ref="s", kind="k")


def written(home: Path, *, closed: bool) -> Sums:
    """A store with some hundred entries: closed, or as a kill leaves it, with its log."""
    store = open_store(home, NOW, create=True)

    def work(cursor: Cursor) -> audit.Place:
        for _ in range(50):
            place = audit.append(cursor, 1, store.audit_key, ENTRY)
        return place

    for _ in range(6):
        store.mark.advance(store.engine.writing(Scope(), work))
    if not closed:
        left = home.with_name("left")
        shutil.copytree(home, left)
    store.close()
    sums = sums_of(home / "practice.duckdb")
    if not closed:
        shutil.rmtree(home)
        left.rename(home)
    return sums


def said_or_same(home: Path, sums: Sums) -> bool:
    """Whether the damage was said; where nothing was, all must be there as it was."""
    try:
        store = open_store(home, NOW)
        try:
            wrong = checking.problems(store)
        finally:
            store.close()
    except Unavailable as error:
        return "attachdash restore" in str(error)
    if wrong:
        return True
    assert sums_of(home / "practice.duckdb") == sums
    return False


@pytest.mark.parametrize("what", ["practice.duckdb", "practice.duckdb.wal"])
def test_h15_a_flipped_bit_is_said_or_changes_nothing(tmp_path: Path, what: str) -> None:
    sums = written(tmp_path / "home", closed=not what.endswith("wal"))
    data = (tmp_path / "home" / what).read_bytes()
    rng = random.Random(20_26)
    said = 0
    for number in range(30):
        home = Path(shutil.copytree(tmp_path / "home", tmp_path / f"home-{number}"))
        place = rng.randrange(len(data))
        damaged = bytearray(data)
        damaged[place] ^= 1 << rng.randrange(8)
        (home / what).write_bytes(damaged)
        said += said_or_same(home, sums)
        shutil.rmtree(home)
    assert said
