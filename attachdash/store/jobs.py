"""What the nightly job did, and what somebody had it do."""

from datetime import datetime

from attachdash.store.engine import Cursor, Row


def begin(cursor: Cursor, site_id: int, name: str, now: datetime) -> None:
    """A step begins."""
    cursor.run(
        "INSERT INTO job (site_id, name, started_at, result) VALUES ($1, $2, $3, 'not finished') "
        "ON CONFLICT DO NOTHING",
        site_id,
        name,
        now,
    )


def end(
    cursor: Cursor, site_id: int, name: str, started_at: datetime, now: datetime, result: str
) -> None:
    """A step came to its end."""
    cursor.run(
        "UPDATE job SET ended_at = $4, result = $5 "
        "WHERE site_id = $1 AND name = $2 AND started_at = $3",
        site_id,
        name,
        started_at,
        now,
        result,
    )


def latest(cursor: Cursor, site_id: int, now: datetime) -> list[Row]:
    """The last run of each step: name, started, ended, result.

    One that is yet to come was noted by a clock that had gone ahead, and counts for nothing.
    """
    return cursor.rows(
        "SELECT DISTINCT ON (name) name, started_at, ended_at, result FROM job "
        "WHERE site_id = $1 AND started_at <= $2 "
        "ORDER BY name NULLS LAST, started_at DESC NULLS LAST",
        site_id,
        now,
    )


def recorded_since(cursor: Cursor, site_id: int, since: datetime | None) -> int:
    """How many administrations came in since then, or ever."""
    row = cursor.one(
        "SELECT count(*) FROM administration WHERE site_id = $1 "
        "AND (CAST($2 AS TIMESTAMP) IS NULL OR recorded_at > CAST($2 AS TIMESTAMP))",
        site_id,
        since,
    )
    return int(row[0]) if row else 0
