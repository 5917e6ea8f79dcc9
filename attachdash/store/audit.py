"""Who did or saw what: rows only ever added, each sealed with a keyed hash over the one before."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from attachdash.store import counts
from attachdash.store.engine import Cursor
from attachdash.store.reach import CLINICAL, Reach


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the chain, and the hash that seals it there.

    `counts` are the rows that each counted table had at a commit that ended there.
    """

    seq: int
    hash: str
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)


START = Place(0, "")


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a chain was found to hold, and the day when it was last read from the first row."""

    upto: Place
    on: date


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


def append(cursor: Cursor, site_id: int, key: bytes, entry: Entry) -> Place:
    """Seal `entry` at the end of the chain; its place in it."""
    # Taking the place first is also the lock that puts writers in a row.
    row = cursor.one(
        "UPDATE head SET seq = seq + 1 WHERE site_id = $1 AND name = 'audit' "
        "RETURNING seq, hash, counts",
        site_id,
    )
    assert row is not None
    seq, previous = int(row[0]), str(row[1])
    sealed = seal(key, previous, seq, entry)
    held = counts.after(cursor, key, seq - 1, previous, row[2])
    # Counts that somebody changed stay as they are, and don't fit this place: so they are found.
    kept = row[2] if held is None else counts.sealed(key, seq, sealed, held)
    cursor.run(
        "UPDATE head SET hash = $2, counts = $3 WHERE site_id = $1 AND name = 'audit'",
        site_id,
        sealed,
        kept,
    )
    cursor.run(
        "INSERT INTO audit (site_id, seq, happened_at, actor_id, role, session_ref, kind, "
        "client_id, object_kind, object_id, detail, previous_hash, hash) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        site_id, seq, entry.happened_at, entry.actor_id, entry.role, entry.session_ref, entry.kind,
        entry.client_id, entry.object_kind, entry.object_id, entry.detail, previous, sealed,
    )  # fmt: skip
    return Place(seq, sealed, held or {})


def holds(cursor: Cursor, site_id: int, place: Place) -> bool:
    """Whether the entry of that place and seal is in the chain."""
    row = cursor.one(
        "SELECT 1 FROM audit WHERE site_id = $1 AND seq = $2 AND hash = $3",
        site_id,
        place.seq,
        place.hash,
    )
    return row is not None


def opened_since(
    cursor: Cursor, site_id: int, session_ref: str, role: str, kind: str, client_id: int | None,
    since: datetime, now: datetime,
) -> bool:  # fmt: skip
    """Whether this browser session, in this role, has such an opening since then.

    `client_id` is None where many are opened at once. One that seems to come was written before
    the clock was set back, and counts for nothing.
    """
    row = cursor.one(
        "SELECT 1 FROM audit WHERE site_id = $1 AND session_ref = $2 AND role = $3 AND kind = $4 "
        "AND client_id IS NOT DISTINCT FROM CAST($5 AS BIGINT) AND happened_at > $6 "
        "AND happened_at <= $7 LIMIT 1",
        site_id,
        session_ref,
        role,
        kind,
        client_id,
        since,
        now,
    )
    return row is not None


# One row per client in reach whose record somebody of staff opened after $5 and not after $6, with
# the last time.
LAST_OPENINGS = (
    CLINICAL
    + """
SELECT audit.client_id, max(audit.happened_at) AS opened_at
FROM audit
INNER JOIN reached ON reached.client_id = audit.client_id
WHERE audit.site_id = $1 AND audit.kind = 'opened record' AND audit.role <> 'client'
    AND audit.happened_at > $5 AND audit.happened_at <= $6
GROUP BY audit.client_id
"""
)


def last_openings(
    cursor: Cursor, reach: Reach, since: datetime, now: datetime
) -> dict[int, datetime]:
    """When each client's record was last opened by anybody of staff, of those opened since then.

    As in `opened_since`, what seems to come counts for nothing.
    """
    rows = cursor.rows(reach.narrowed(LAST_OPENINGS), *reach.parameters, since, now)
    return {int(row[0]): row[1] for row in rows}


def written_since(
    cursor: Cursor, site_id: int, session_ref: str, kind: str, detail: str, since: datetime,
    now: datetime,
) -> bool:  # fmt: skip
    """Whether this browser session already left this very entry since then."""
    row = cursor.one(
        "SELECT 1 FROM audit WHERE site_id = $1 AND session_ref = $2 AND kind = $3 "
        "AND detail = $4 AND happened_at > $5 AND happened_at <= $6 LIMIT 1",
        site_id,
        session_ref,
        kind,
        detail,
        since,
        now,
    )
    return row is not None


# What a client asked for is told to whoever may open their record: a line with their name, beside
# which an administrator sees nothing else that clients do with flags, would tell it to them too.
TOLD = "NOT (role = 'client' AND object_kind IS NOT DISTINCT FROM 'flag')"
# One row per line to show, newest first. Sign-ins refused for an unknown name in a row are one
# line with their count, so that a stranger at the door can't push all else off the page.
# $1 site; NULL is no limit for: $2 kind, $3 person (who did it, or to whom it was done), $4 client,
# $5 from and $6 before which moment (UTC); $7 kinds left out; $8 how many lines, $9 skipped.
LINES = f"""
WITH asked AS (
    SELECT seq, happened_at, actor_id, role, kind, client_id,
        CASE WHEN object_kind = 'person' THEN object_id END AS whom_id, detail, session_ref,
        CASE WHEN kind = 'sign-in refused' AND detail = 'unknown name' THEN 1 ELSE 0 END AS unknown
    FROM audit
    WHERE site_id = $1
        AND (CAST($2 AS VARCHAR) IS NULL OR kind = CAST($2 AS VARCHAR))
        AND (
            CAST($3 AS BIGINT) IS NULL OR actor_id = CAST($3 AS BIGINT)
            OR (object_kind = 'person' AND object_id = CAST($3 AS BIGINT))
        )
        AND (CAST($4 AS BIGINT) IS NULL OR client_id = CAST($4 AS BIGINT))
        AND (CAST($5 AS TIMESTAMP) IS NULL OR happened_at >= CAST($5 AS TIMESTAMP))
        AND (CAST($6 AS TIMESTAMP) IS NULL OR happened_at < CAST($6 AS TIMESTAMP))
        AND NOT kind = ANY(CAST($7 AS VARCHAR[]))
        AND {TOLD}
),
begun AS (
    SELECT asked.*,
        CASE
            WHEN unknown = 1 AND LAG(unknown) OVER (ORDER BY seq NULLS LAST) = 1 THEN NULL ELSE seq
        END AS begins
    FROM asked
),
placed AS (
    SELECT begun.*, MAX(begins) OVER (ORDER BY seq NULLS LAST) AS line FROM begun
),
lines AS (
    SELECT line, MAX(seq) AS seq, COUNT(*) AS entries, MIN(happened_at) AS first_at,
        MAX(happened_at) AS happened_at, MAX(actor_id) AS actor_id, MAX(whom_id) AS whom_id,
        MAX(role) AS role, MAX(kind) AS kind, MAX(client_id) AS client_id, MAX(detail) AS detail,
        MAX(session_ref) AS session_ref
    FROM placed
    GROUP BY line
)
SELECT lines.seq, lines.entries, lines.first_at, lines.happened_at, person.name AS actor,
    whom.name AS whom, lines.role, lines.kind, client.code AS client, lines.detail,
    lines.session_ref, COUNT(*) OVER () AS all_lines
FROM lines
LEFT JOIN person ON person.site_id = $1 AND person.person_id = lines.actor_id
LEFT JOIN person AS whom ON whom.site_id = $1 AND whom.person_id = lines.whom_id
LEFT JOIN client ON client.site_id = $1 AND client.client_id = lines.client_id
ORDER BY lines.seq DESC NULLS LAST
LIMIT $8 OFFSET $9
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries are asked for; None is no limit. Moments are UTC, `before` excluded."""

    kind: str | None = None
    person_id: int | None = None
    client_id: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    without: tuple[str, ...] = ()  # kinds left out


def entries(cursor: Cursor, site_id: int, asked: Asked, limit: int, skip: int = 0) -> pd.DataFrame:
    """Lines of the audit as they are told, newest first, with the names that people have now: see
    LINES."""
    return cursor.frame(
        LINES, site_id, asked.kind, asked.person_id, asked.client_id, asked.since, asked.before,
        list(asked.without), limit, skip,
    )  # fmt: skip


def kinds(cursor: Cursor, site_id: int) -> dict[str, int]:
    """How many entries are told of each kind, by kind."""
    rows = cursor.rows(
        f"SELECT kind, COUNT(*) FROM audit WHERE site_id = $1 AND {TOLD} GROUP BY kind "
        "ORDER BY kind NULLS LAST",
        site_id,
    )
    return {str(row[0]): int(row[1]) for row in rows}


def broken_at(cursor: Cursor, site_id: int, key: bytes) -> str | None:
    """Words for the first place where the chain does not hold; None where all of it does."""
    return broken_after(cursor, site_id, key, START)[0]


def broken_after(
    cursor: Cursor, site_id: int, key: bytes, verified: Place
) -> tuple[str | None, Place]:
    """The same for what follows a place that was found to hold; and how far it holds now.

    The row of that place is read again, and the rows before it are counted.
    """
    previous, expected = verified.hash, verified.seq + 1
    if verified != START:
        row = cursor.one(
            "SELECT count(*), count(CASE WHEN seq = $2 AND hash = $3 THEN 1 END) FROM audit "
            "WHERE site_id = $1 AND seq <= $2",
            site_id,
            verified.seq,
            verified.hash,
        )
        if row is None or (int(row[0]), int(row[1])) != (verified.seq, 1):
            # Something was done to what held: only a look at all of it says where.
            return broken_after(cursor, site_id, key, START)
    for row in cursor.rows(
        "SELECT seq, happened_at, actor_id, role, session_ref, kind, client_id, object_kind, "
        "object_id, detail, previous_hash, hash FROM audit WHERE site_id = $1 AND seq > $2 "
        "ORDER BY seq NULLS LAST, hash NULLS LAST",
        site_id,
        verified.seq,
    ):
        seq = int(row[0])
        entry = Entry(
            happened_at=row[1], actor_id=row[2], role=row[3], session_ref=row[4], kind=row[5],
            client_id=row[6], object_kind=row[7], object_id=row[8], detail=row[9],
        )  # fmt: skip
        held = Place(expected - 1, previous)
        if seq != expected:
            return f"entry {expected} is missing or doubled", held
        if row[10] != previous or not hmac.compare_digest(row[11], seal(key, previous, seq, entry)):
            return f"entry {seq} was changed", held
        previous, expected = row[11], seq + 1
    held = Place(expected - 1, previous)
    head = cursor.one("SELECT seq, hash FROM head WHERE site_id = $1 AND name = 'audit'", site_id)
    if head is None or (int(head[0]), str(head[1])) != (held.seq, held.hash):
        return f"entries after {held.seq} were cut off", held
    return None, held
