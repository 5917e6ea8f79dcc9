"""Whatever is done to the audit behind the product's back is found, and its place is named.

Tampering is drawn at random, by somebody who can write the database but has no key. Most of it is
tried within a transaction that is then taken back, so that a thousand take seconds.
"""

import random
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from attachdash.errors import Unavailable
from attachdash.practice import checking
from attachdash.store import Store, audit, open_store
from attachdash.store.engine import Cursor, Scope
from tests.engines import NOW

ENTRIES = 60
COLUMNS = (
    "seq, happened_at, actor_id, role, session_ref, kind, client_id, object_kind, object_id, "
    "detail, previous_hash, hash"
)
Rng = random.Random
# What was done, and the words in which it must be said: any of them.
Done = tuple[str, ...]


def entry(number: int) -> audit.Entry:
    return audit.Entry(
        happened_at=NOW + timedelta(minutes=number), actor_id=number % 5, role="therapist",
        session_ref=f"web-{number % 7}", kind=("opened", "exported", "gave role")[number % 3],
        client_id=number % 11 or None, object_kind="person" if number % 2 else None,
        object_id=number if number % 2 else None, detail=f"{number} things",
    )  # fmt: skip


def write(store: Store, numbers: range) -> None:
    for number in numbers:

        def work(cursor: Cursor, number: int = number) -> audit.Place:
            return audit.append(cursor, 1, store.audit_key, entry(number))

        store.mark.advance(store.engine.writing(Scope(), work))


EDITS = {
    "happened_at": "happened_at + INTERVAL '1 minute'",
    "actor_id": "actor_id + 1",
    "role": "role || 'x'",
    "session_ref": "'web-99'",
    "kind": "'looked'",
    "client_id": "COALESCE(client_id, 0) + 1",
    "object_kind": "COALESCE(object_kind, '') || 'x'",
    "object_id": "COALESCE(object_id, 0) + 1",
    "detail": "detail || ' more'",
    "previous_hash": "'0' || previous_hash",
    "hash": "'0' || hash",
}


def edited(cursor: Cursor, rng: Rng, last: int) -> Done:
    seq, column = rng.randint(1, last), rng.choice(list(EDITS))
    cursor.run(f"UPDATE audit SET {column} = {EDITS[column]} WHERE seq = $1", seq)
    # The mark is held against the last entry, before the chain is read.
    return f"entry {seq} was changed", f"entry {seq} had been confirmed"


def deleted(cursor: Cursor, rng: Rng, last: int) -> Done:
    seq = rng.randint(1, last - 1)
    cursor.run(
        "DELETE FROM audit WHERE seq >= $1 AND seq <= $2",
        seq,
        min(seq + rng.randint(0, 3), last - 1),
    )
    return (f"entry {seq} is missing",)


def cut_off(cursor: Cursor, rng: Rng, last: int) -> Done:
    """The end is gone, and half the time the head says that this is the end."""
    seq = rng.randint(1, last)
    cursor.run("DELETE FROM audit WHERE seq >= $1", seq)
    if rng.random() < 0.5:
        cursor.run(
            "UPDATE head SET seq = $1, hash = COALESCE((SELECT hash FROM audit WHERE seq = $1), '')"
            " WHERE name = 'audit'",
            seq - 1,
        )
    return (f"ends at entry {seq - 1} " if seq > 1 else "is empty",)


def inserted(cursor: Cursor, rng: Rng, last: int) -> Done:
    """A forged entry, twice in one place or after the end, with the head moved to it or not."""
    seq = rng.choice([rng.randint(1, last), last + 1])
    row = cursor.one("SELECT hash FROM audit WHERE seq = $1", seq - 1)
    previous, forged = str(row[0]) if row else "", f"{rng.getrandbits(256):064x}"
    cursor.run(
        f"INSERT INTO audit (site_id, {COLUMNS}) VALUES (1, $1, $2, 1, 'therapist', 'web-1', "
        "'opened record', 2, NULL, NULL, '', $3, $4)",
        seq, NOW, previous, forged,
    )  # fmt: skip
    if seq > last and rng.random() < 0.7:
        cursor.run("UPDATE head SET seq = $1, hash = $2 WHERE name = 'audit'", seq, forged)
    return (f"entry {seq} was changed", f"entry {seq + 1} is missing or doubled",
            f"entry {seq} had been confirmed")  # fmt: skip


def swapped(cursor: Cursor, rng: Rng, last: int) -> Done:
    first, second = sorted(rng.sample(range(1, last + 1), 2))
    for seq, to in ((first, -1), (second, first), (-1, second)):
        cursor.run("UPDATE audit SET seq = $2 WHERE seq = $1", seq, to)
    return f"entry {first} was changed", f"entry {second} had been confirmed"


def head_changed(cursor: Cursor, rng: Rng, last: int) -> Done:
    cursor.run(
        "UPDATE head SET seq = seq + $1 WHERE name = 'audit'", rng.choice([-2, -1, 1, 5])
    )  # fmt: skip
    return (f"entries after {last} were cut off",)


TAMPERINGS: list[Callable[[Cursor, Rng, int], Done]] = [
    edited, edited, deleted, cut_off, inserted, swapped, head_changed,
]  # fmt: skip


class _TakeBack(Exception):
    """Ends a transaction as if it had never been."""


def said(store: Store, cursor: Cursor) -> str:
    """What start-up and `attachdash check` say; "" where they find nothing."""
    try:
        store.mark.check(cursor, 1, store.mark.said())
    except Unavailable as error:
        return str(error)
    return audit.broken_at(cursor, 1, store.audit_key) or ""


def tried(store: Store, rng: Rng, times: int) -> None:
    if store.engine.dialect == "postgresql":
        # Its own key would refuse some of this; whoever can do it can drop the key.
        store.engine.writing(
            Scope(), lambda cursor: cursor.run("ALTER TABLE audit DROP CONSTRAINT audit_pkey")
        )
    for number in range(times):
        tamper = rng.choice(TAMPERINGS)

        def work(
            cursor: Cursor, tamper: Callable[..., Done] = tamper, number: int = number
        ) -> None:
            words = tamper(cursor, rng, ENTRIES)
            found = said(store, cursor)
            assert any(one in found for one in words), (number, tamper.__name__, words, found)
            raise _TakeBack

        with pytest.raises(_TakeBack):
            store.engine.writing(Scope(), work)
    with store.engine.reading(Scope()) as cursor:
        assert said(store, cursor) == ""


def test_h15_a_hundred_tamperings_with_the_audit_are_found_in_their_place(store: Store) -> None:
    write(store, range(ENTRIES))
    tried(store, Rng(20_26), 100)


@pytest.mark.long
def test_h15_a_thousand_tamperings_with_the_audit_are_found_in_their_place(store: Store) -> None:
    write(store, range(ENTRIES))
    tried(store, Rng(1), 1000)


def why_not_opened(home: Path) -> str:
    """What opening and checking say of the store in a folder; "" where all is well."""
    try:
        store = open_store(home, NOW + timedelta(days=1))
    except Unavailable as error:
        return str(error)
    try:
        return " ".join(checking.problems(store))
    finally:
        store.close()


def files_tampered_with(tmp_path: Path, rng: Rng, times: int) -> None:
    """An older copy put back, the log cut, the mark taken away, written over or of other signs."""
    home, older = tmp_path / "home", tmp_path / "older"
    store = open_store(home, NOW, create=True)
    write(store, range(20))
    store.close()
    shutil.copytree(home, older)
    store = open_store(home, NOW)
    write(store, range(20, ENTRIES))
    left = Path(shutil.copytree(home, tmp_path / "left"))  # as a kill leaves it
    store.close()
    assert why_not_opened(Path(shutil.copytree(left, tmp_path / "whole"))) == ""
    confirmed = f"entry {ENTRIES} had been confirmed"
    for number in range(times):
        what = rng.choice(["older", "older log", "cut", "mark gone", "mark changed"])
        case = Path(shutil.copytree(left, tmp_path / f"case-{number}"))
        log, mark = case / "practice.duckdb.wal", case / "mark.json"
        words: tuple[str, ...] = (confirmed,)
        match what:
            case "older":
                log.unlink()
                shutil.copyfile(older / "practice.duckdb", case / "practice.duckdb")
                words = (f"ends at entry 20 of {datetime(2026, 11, 24, 8, 59):%d %b %Y}",)
            case "older log":
                log.unlink()
            case "cut":
                # The last commit takes more than 100 bytes.
                kept = rng.randint(0, log.stat().st_size - 100)
                log.write_bytes(log.read_bytes()[:kept])
                words = (confirmed, "damaged", "can't be read")
            case "mark gone":
                mark.unlink()
                words = ("mark.json is missing",)
            case "mark changed":
                text = mark.read_text()
                place = rng.randrange(len(text))
                mark.write_text(
                    text[:place] + ("7" if text[place] != "7" else "8") + text[place + 1 :]
                )
                words = ("was not written by this practice", "mark.json can't be read")
        found = why_not_opened(case)
        assert any(one in found for one in words), (number, what, words, found)
        shutil.rmtree(case)


def test_h15_files_put_back_cut_or_taken_away_are_found(tmp_path: Path) -> None:
    files_tampered_with(tmp_path, Rng(3), 12)


@pytest.mark.long
def test_h15_a_hundred_files_put_back_cut_or_taken_away_are_found(tmp_path: Path) -> None:
    files_tampered_with(tmp_path, Rng(4), 100)
