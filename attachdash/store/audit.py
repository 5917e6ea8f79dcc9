"""Who did or saw what: rows only ever added, each sealed with a keyed hash over the one before."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed. `detail` holds counts and codes of kinds: no clinical content and no names."""

    happened_at: datetime
    actor_id: int
    role: str
    session_ref: str
    kind: str
    client_id: int | None = None
    object_kind: str | None = None
    object_id: int | None = None
    detail: str = ""


def seal(key: bytes, previous: str, seq: int, entry: Entry) -> str:
    """The keyed hash (HMAC-SHA-256, hex) of an entry in its place."""
    words = json.dumps(
        [
            previous, seq, entry.happened_at.isoformat(), entry.actor_id, entry.role,
            entry.session_ref, entry.kind, entry.client_id, entry.object_kind, entry.object_id,
            entry.detail,
        ]
    )  # fmt: skip
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()


def append(cursor: Cursor, site_id: int, key: bytes, entry: Entry) -> tuple[int, str]:
    """Seal `entry` at the end of the chain; its place in it, and its hash."""
    # Taking the place first is also the lock that puts writers in a row.
    row = cursor.one(
        "UPDATE head SET seq = seq + 1 WHERE site_id = $1 AND name = 'audit' RETURNING seq, hash",
        site_id,
    )
    assert row is not None
    seq, previous = int(row[0]), str(row[1])
    sealed = seal(key, previous, seq, entry)
    cursor.run("UPDATE head SET hash = $2 WHERE site_id = $1 AND name = 'audit'", site_id, sealed)
    cursor.run(
        "INSERT INTO audit (site_id, seq, happened_at, actor_id, role, session_ref, kind, "
        "client_id, object_kind, object_id, detail, previous_hash, hash) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        site_id, seq, entry.happened_at, entry.actor_id, entry.role, entry.session_ref, entry.kind,
        entry.client_id, entry.object_kind, entry.object_id, entry.detail, previous, sealed,
    )  # fmt: skip
    return seq, sealed


def opened_since(
    cursor: Cursor, site_id: int, session_ref: str, client_id: int, since: datetime
) -> bool:
    """Whether this browser session already opened this client's record since then."""
    row = cursor.one(
        "SELECT 1 FROM audit WHERE site_id = $1 AND session_ref = $2 AND client_id = $3 "
        "AND kind = 'opened record' AND happened_at > $4 LIMIT 1",
        site_id,
        session_ref,
        client_id,
        since,
    )
    return row is not None


def entries(cursor: Cursor, site_id: int, limit: int) -> pd.DataFrame:
    """The latest entries, newest first, with the names that people have now."""
    return cursor.frame(
        """
        -- One row per deed, newest first. $1 site, $2 how many.
        SELECT audit.seq, audit.happened_at, person.name AS actor, audit.role, audit.kind,
            client.code AS client, audit.detail, audit.session_ref
        FROM audit
        LEFT JOIN person ON person.site_id = audit.site_id AND person.person_id = audit.actor_id
        LEFT JOIN client ON client.site_id = audit.site_id AND client.client_id = audit.client_id
        WHERE audit.site_id = $1
        ORDER BY audit.seq DESC NULLS LAST
        LIMIT $2
        """,
        site_id,
        limit,
    )


def broken_at(cursor: Cursor, site_id: int, key: bytes) -> str | None:
    """Words for the first place where the chain does not hold; None where all of it does."""
    previous, expected = "", 1
    for row in cursor.rows(
        "SELECT seq, happened_at, actor_id, role, session_ref, kind, client_id, object_kind, "
        "object_id, detail, previous_hash, hash FROM audit WHERE site_id = $1 "
        "ORDER BY seq NULLS LAST, hash NULLS LAST",
        site_id,
    ):
        seq = int(row[0])
        entry = Entry(
            happened_at=row[1], actor_id=row[2], role=row[3], session_ref=row[4], kind=row[5],
            client_id=row[6], object_kind=row[7], object_id=row[8], detail=row[9],
        )  # fmt: skip
        if seq != expected:
            return f"entry {expected} is missing or doubled"
        if row[10] != previous or not hmac.compare_digest(row[11], seal(key, previous, seq, entry)):
            return f"entry {seq} was changed"
        previous, expected = row[11], seq + 1
    head = cursor.one("SELECT seq, hash FROM head WHERE site_id = $1 AND name = 'audit'", site_id)
    if head is None or int(head[0]) != expected - 1 or head[1] != previous:
        return f"entries after {expected - 1} were cut off"
    return None
