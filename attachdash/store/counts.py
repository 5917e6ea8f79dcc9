"""How many rows there should be: kept from commit to commit, and sealed with the audit's end.

Whoever takes a form, a score or a flag out behind the product's back, or puts one in, leaves
another number than the one that was sealed. Counting on costs nothing; counting anew reads tables.
"""

import hmac
import json
from collections.abc import Mapping

from attachdash.store.engine import COUNTED, Cursor
from attachdash.store.seals import seal

EVERY = "SELECT " + ", ".join(
    f"(SELECT count(*) FROM {table} WHERE {table}.site_id = $1) AS {table}" for table in COUNTED
)  # fmt: skip


def of_tables(cursor: Cursor, site_id: int) -> dict[str, int]:
    """How many rows each table holds now, by its name."""
    row = cursor.one(EVERY, site_id)
    assert row is not None
    return dict(zip(COUNTED, map(int, row), strict=True))


def after(
    cursor: Cursor, key: bytes, seq: int, place: str, before: str | None
) -> dict[str, int] | None:
    """How many there are after what this transaction did, from what was sealed before it for that
    place in the audit; None where that was changed or taken out: nothing is counted on from it.

    What came is counted once: a second entry of the transaction adds only what came since.
    """
    known = _genuine(key, seq, place, before)
    found = known and {table: count + cursor.came[table] for table, count in known.items()}
    cursor.came.clear()
    return found


def sealed(key: bytes, seq: int, place: str, counts: Mapping[str, int]) -> str:
    """The counts with their seal for one place in the audit, as text."""
    body: dict[str, object] = {"seq": seq, "hash": place, "counts": dict(counts)}
    return json.dumps({"counts": counts, "seal": seal(key, body)})


def begin(cursor: Cursor, site_id: int, key: bytes) -> None:
    """Count anew what is there, and seal that: a store of an earlier version, or for somebody who
    goes on with what is left."""
    row = cursor.one("SELECT seq, hash FROM head WHERE site_id = $1 AND name = 'audit'", site_id)
    assert row is not None
    cursor.run(
        "UPDATE head SET counts = $2 WHERE site_id = $1 AND name = 'audit'",
        site_id,
        sealed(key, int(row[0]), str(row[1]), of_tables(cursor, site_id)),
    )


def are_sealed(cursor: Cursor, site_id: int) -> bool:
    """Whether there are counts at all: a store of an earlier version has none."""
    row = cursor.one(
        "SELECT 1 FROM head WHERE site_id = $1 AND name = 'audit' AND counts IS NOT NULL", site_id
    )
    return row is not None


def wrong(cursor: Cursor, site_id: int, key: bytes) -> str | None:
    """Words for rows that were taken out or put in past the audit; None where there are none."""
    row = cursor.one(
        "SELECT seq, hash, counts FROM head WHERE site_id = $1 AND name = 'audit'", site_id
    )
    counts = row and _genuine(key, int(row[0]), str(row[1]), row[2])
    if not counts:
        return "the sealed counts of rows, or the end of the audit they belong to, were changed"
    there = of_tables(cursor, site_id)
    differing = [
        f"{there[table]:,} {COUNTED[table]} ({table}) are held where {count:,} were confirmed"
        for table, count in counts.items()
        if table in there and there[table] != count
    ]
    return "; ".join(differing) or None


def _genuine(key: bytes, seq: int, place: str, text: str | None) -> dict[str, int] | None:
    """What was sealed for that place in the audit; None where this isn't that."""
    try:
        kept = json.loads(text or "")
        counts = {str(table): int(count) for table, count in kept["counts"].items()}
        genuine = json.loads(sealed(key, seq, place, counts))["seal"]
        whole = hmac.compare_digest(str(kept["seal"]), genuine)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return counts if whole else None
