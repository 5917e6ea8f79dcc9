"""What a client may see by now of their own answers, and what staff hold back from them."""

from datetime import date, datetime
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, filled
from attachdash.store.flags import OF_ITEM
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach

HOLD = pa.schema([
    ("site_id", pa.int16()), ("hold_id", pa.int64()), ("client_id", pa.int64()),
    ("instrument_id", pa.int32()), ("from_at", pa.timestamp("us")), ("to_on", pa.date32()),
    ("reason", pa.string()), ("by_person_id", pa.int64()), ("ended_at", pa.timestamp("us")),
    ("ended_by", pa.int64()),
])  # fmt: skip

# Neither a low answer on feeling safe nor what staff do about it may show in when anything is
# shown: whoever frightens the client may read along. So flags of that kind hold back nothing, and a
# look at one releases nothing.
UNSAFE = "flag.kind LIKE 'unsafe%'"

# One row per form that client $5 answered about themself and may see on day $4: it is not held
# back, and has no risk item ($6: the instruments that have one), came in up to $7, or was looked
# at. That goes by the order of the audit and by no clock: an import may be committed minutes after
# the moment that it bears, and what was opened meanwhile didn't show it.
SHOWN = (
    """
WITH form AS (
    SELECT administration.administration_id, administration.recorded_at,
        administration.by_person_id, administration.channel,
        administration.instrument_id = ANY(CAST($6 AS INTEGER[]))
            AND administration.recorded_at > $7 AS waits
    FROM administration
    WHERE administration.site_id = $1 AND administration.client_id = $5
        AND administration.about_id = $5 AND administration.informant_id = $5
        AND administration.replaced_at IS NULL AND NOT EXISTS (
            SELECT 1
            FROM hold
            WHERE hold.site_id = $1 AND hold.client_id = $5 AND hold.to_on > $4
                AND hold.ended_at IS NULL AND hold.instrument_id = administration.instrument_id)
        AND """
    + CLINICAL_ONE
    + """
),
kept AS (
    -- The entry that was written in the transaction of the answers bears their moment.
    SELECT form.administration_id, max(audit.seq) AS seq
    FROM form
    INNER JOIN audit
        ON audit.site_id = $1 AND audit.happened_at = form.recorded_at
        AND audit.actor_id = form.by_person_id
    WHERE form.waits
    GROUP BY form.administration_id
),
said AS (
    SELECT flag.flag_id, flag_step.words, audit.role, max(audit.seq) AS seq
    FROM flag
    INNER JOIN flag_step
        ON flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
        AND flag_step.kind IN ('seen', 'acted', 'closed')
    INNER JOIN audit
        ON audit.site_id = $1 AND audit.happened_at = flag_step.done_at
        AND audit.actor_id = flag_step.by_person_id
        AND audit.object_kind = 'flag' AND audit.object_id = flag.flag_id
    WHERE flag.site_id = $1 AND flag.client_id = $5 AND NOT """
    + UNSAFE
    + """
    GROUP BY flag.flag_id, flag_step.words, audit.role
),
looked AS (
    -- Only who treats the client opens their record as a therapist.
    SELECT '' AS words, max(audit.seq) AS seq
    FROM audit
    WHERE audit.site_id = $1 AND audit.client_id = $5 AND audit.kind = 'opened record'
        AND audit.role = 'therapist'
    UNION ALL
    SELECT said.words, said.seq
    FROM said
    WHERE said.role = 'therapist'
),
unseen AS (
    -- A historic flag waits for nobody to say that they saw it: opening the record is the look.
    SELECT flag.flag_id, flag.administration_id
    FROM flag
    WHERE flag.site_id = $1 AND flag.client_id = $5 AND flag.state = 'open' AND """
    + OF_ITEM
    + " AND NOT "
    + UNSAFE
    + """
),
flagged AS (
    SELECT unseen.administration_id
    FROM unseen
    UNION
    -- A flag rests on the newest of its answers: all that came in since somebody last said that
    -- they saw it wait with that one.
    SELECT kept.administration_id
    FROM unseen
    INNER JOIN flag_step ON flag_step.site_id = $1 AND flag_step.flag_id = unseen.flag_id
    INNER JOIN kept
        ON flag_step.words = 'administration ' || CAST(kept.administration_id AS VARCHAR)
    WHERE flag_step.kind IN ('raised', 'new evidence', 'historic evidence')
        AND NOT EXISTS (
            SELECT 1
            FROM said
            WHERE said.flag_id = unseen.flag_id AND said.seq > kept.seq)
)
SELECT form.administration_id
FROM form
WHERE NOT form.waits OR ((
        -- Only who treats the client types a form of theirs in, answer by answer.
        form.channel = 'form' OR EXISTS (
            SELECT 1
            FROM kept
            INNER JOIN looked ON looked.seq > kept.seq
            WHERE kept.administration_id = form.administration_id AND looked.words
                IN ('', 'administration ' || CAST(form.administration_id AS VARCHAR))))
    AND form.administration_id NOT IN (SELECT flagged.administration_id FROM flagged))
"""
)

_HOLDS = """
SELECT hold.hold_id, hold.client_id, hold.instrument_id, hold.from_at, hold.to_on, hold.reason,
    writer.name AS by_whom, writer.sign_in AS by_sign_in, hold.ended_at, ender.name AS ended_by,
    ender.sign_in AS ended_by_sign_in
FROM hold
{reached}LEFT JOIN person AS writer
    ON writer.site_id = hold.site_id AND writer.person_id = hold.by_person_id
LEFT JOIN person AS ender
    ON ender.site_id = hold.site_id AND ender.person_id = hold.ended_by
WHERE hold.site_id = $1 AND $2 <> 'client'{one}
ORDER BY hold.from_at DESC NULLS LAST, hold.hold_id DESC NULLS LAST
"""

# One row per hold, newest first: of all clients in reach, or of client $5. Never for a client.
HOLDS = CLINICAL + _HOLDS.format(
    reached="INNER JOIN reached ON reached.client_id = hold.client_id\n", one=""
)
HOLDS_OF_ONE = _HOLDS.format(reached="", one=f"\n    AND hold.client_id = $5 AND {CLINICAL_ONE}")


class Held(NamedTuple):
    """One hold, as HOLDS reads it."""

    hold_id: int
    client_id: int
    instrument_id: int
    from_at: datetime
    to_on: date
    reason: str
    by_whom: str | None
    by_sign_in: str | None
    ended_at: datetime | None
    ended_by: str | None
    ended_by_sign_in: str | None


def shown(
    cursor: Cursor, reach: Reach, client_id: int, asking: list[int], before: datetime
) -> set[int]:
    """The forms (administration_id) of a client that they may see; `asking`: the instruments with a
    risk item, whose forms that came in after `before` wait for a look."""
    rows = cursor.rows(reach.narrowed(SHOWN), *reach.parameters, client_id, asking, before)
    return {int(row[0]) for row in rows}


def holds(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Held]:
    """The holds of one client in reach, or of all, newest first; nothing for a client."""
    rows = (
        cursor.rows(reach.narrowed(HOLDS), *reach.parameters)
        if client_id is None
        else cursor.rows(reach.narrowed(HOLDS_OF_ONE), *reach.parameters, client_id)
    )
    return [Held._make(row) for row in rows]


def put(cursor: Cursor, site_id: int, new: pl.DataFrame) -> None:
    """New holds: the columns of HOLD but the site; those it lacks are of none that was ended."""
    same = {"site_id": site_id, "ended_at": None, "ended_by": None}
    cursor.bulk("hold", filled(HOLD, new, same))


def end(
    cursor: Cursor, site_id: int, hold_id: int, today: date, by_person_id: int, now: datetime
) -> bool:  # fmt: skip
    """End a hold before its day; False where it isn't in force."""
    row = cursor.one(
        "UPDATE hold SET ended_at = CAST($4 AS TIMESTAMP), ended_by = $5 WHERE site_id = $1 "
        "AND hold_id = $2 AND to_on > $3 AND ended_at IS NULL RETURNING hold_id",
        site_id,
        hold_id,
        today,
        now,
        by_person_id,
    )
    return row is not None
