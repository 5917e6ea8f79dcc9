"""Phases and events of episodes, in versions."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, Row, filled
from attachdash.store.reach import CLINICAL, Reach

MARK = pa.schema([
    ("site_id", pa.int16()), ("mark_id", pa.int64()), ("version", pa.int32()),
    ("client_id", pa.int64()), ("episode_id", pa.int64()), ("kind", pa.string()),
    ("technique", pa.string()), ("from_on", pa.date32()), ("to_on", pa.date32()),
    ("words", pa.string()), ("visibility", pa.string()), ("by_person_id", pa.int64()),
    ("recorded_at", pa.timestamp("us")),
])  # fmt: skip

# What holds, of whoever asks: clients see what is shared with them, and never a rupture.
_LIVE = """
mark.replaced_at IS NULL
    AND ($2 <> 'client' OR (mark.visibility = 'client' AND mark.kind <> 'rupture'))
"""

# One row per phase or event that holds, of clients in reach ($5, or of all), oldest first.
OF_CLIENTS = (
    CLINICAL
    + """
SELECT mark.mark_id, mark.version, mark.episode_id, mark.kind, mark.technique, mark.from_on,
    mark.to_on, mark.words, mark.visibility, mark.client_id
FROM mark
INNER JOIN reached ON reached.client_id = mark.client_id
WHERE mark.site_id = $1
    AND (CAST($5 AS BIGINT) IS NULL OR mark.client_id = CAST($5 AS BIGINT))
    AND """
    + _LIVE
    + """
ORDER BY mark.client_id NULLS LAST, mark.from_on NULLS LAST, mark.mark_id NULLS LAST
"""
)

# The episodes of clients in reach in which an event that holds begins with the words $5, in small
# letters.
SAYING = (
    CLINICAL
    + """
SELECT DISTINCT mark.episode_id
FROM mark
INNER JOIN reached ON reached.client_id = mark.client_id
WHERE mark.site_id = $1 AND mark.kind <> 'phase'
    AND starts_with(lower(mark.words), CAST($5 AS VARCHAR)) AND """
    + _LIVE
)

# A column of a query about client $5 that joins `reached`: all of theirs that hold, the first nine
# columns of OF_CLIENTS each, as texts, because a list has one type. Days are counted from 1970: a
# server writes dates as it is told to.
IN_HEAD = (
    """
(SELECT array_agg(ARRAY[CAST(mark.mark_id AS VARCHAR), CAST(mark.version AS VARCHAR),
        CAST(mark.episode_id AS VARCHAR), mark.kind, mark.technique,
        CAST(mark.from_on - DATE '1970-01-01' AS VARCHAR),
        CAST(mark.to_on - DATE '1970-01-01' AS VARCHAR), mark.words, mark.visibility]
    ORDER BY mark.from_on NULLS LAST, mark.mark_id NULLS LAST)
 FROM mark
 WHERE mark.site_id = $1 AND mark.client_id = $5 AND """
    + _LIVE
    + ") AS marks"
)

# One row per version of every phase and event of client $5: what was noted last first, of each its
# last version first.
VERSIONS = (
    CLINICAL
    + """
SELECT mark.mark_id, mark.version, mark.episode_id, mark.kind, mark.technique, mark.from_on,
    mark.to_on, mark.words, mark.visibility, mark.recorded_at, writer.name AS recorded_by,
    mark.replaced_at, replacer.name AS replaced_by, mark.reason
FROM mark
INNER JOIN reached ON reached.client_id = mark.client_id
LEFT JOIN person AS writer
    ON writer.site_id = mark.site_id AND writer.person_id = mark.by_person_id
LEFT JOIN person AS replacer
    ON replacer.site_id = mark.site_id AND replacer.person_id = mark.replaced_by
WHERE mark.site_id = $1 AND mark.client_id = $5 AND $2 <> 'client'
ORDER BY mark.mark_id DESC NULLS LAST, mark.version DESC NULLS LAST
"""
)


def of_clients(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Row]:
    """What holds, of every client in reach or of one: the columns of OF_CLIENTS."""
    return cursor.rows(reach.narrowed(OF_CLIENTS), *reach.parameters, client_id)


def episodes_saying(cursor: Cursor, reach: Reach, words: str) -> set[int]:
    """The episodes of clients in reach with an event whose words begin so."""
    rows = cursor.rows(reach.narrowed(SAYING), *reach.parameters, words.lower())
    return {int(row[0]) for row in rows}


def from_texts(found: Sequence[Sequence[str | None]] | None) -> list[Row]:
    """What the column IN_HEAD holds, as rows: the first nine columns of OF_CLIENTS."""
    rows: list[Row] = []
    for mark_id, version, episode_id, kind, technique, start, end, *rest in found or ():
        numbers = (int(str(one)) for one in (mark_id, version, episode_id))
        rows.append((*numbers, kind, technique, _day(start), _day(end), *rest))
    return rows


def versions(cursor: Cursor, reach: Reach, client_id: int) -> list[Row]:
    """Every version of every phase and event of a client in reach: the columns of VERSIONS."""
    return cursor.rows(reach.narrowed(VERSIONS), *reach.parameters, client_id)


def put(
    cursor: Cursor, site_id: int, new: pl.DataFrame, by_person_id: int, now: datetime
) -> None:  # fmt: skip
    """New versions: the columns of MARK but the site, by whom and when; those it has win."""
    same = {"site_id": site_id, "by_person_id": by_person_id, "recorded_at": now}
    cursor.bulk("mark", filled(MARK, new, same))


def replace(
    cursor: Cursor, site_id: int, client_id: int, mark_id: int, version: int, by_person_id: int,
    now: datetime, reason: str,
) -> bool:  # fmt: skip
    """This version of a client's phase or event no longer holds, and is kept; False where it is
    not the one that holds."""
    row = cursor.one(
        "UPDATE mark SET replaced_at = CAST($6 AS TIMESTAMP), replaced_by = $5, "
        "reason = CAST($7 AS VARCHAR) WHERE site_id = $1 AND client_id = $2 AND mark_id = $3 "
        "AND version = $4 AND replaced_at IS NULL RETURNING mark_id",
        site_id,
        client_id,
        mark_id,
        version,
        by_person_id,
        now,
        reason,
    )
    return row is not None


def _day(number: str | None) -> date | None:
    return None if number is None else date(1970, 1, 1) + timedelta(days=int(number))
