"""What was taken back or put right: versions of answers, and what an import made beside them."""

from datetime import datetime

import polars as pl
import pyarrow as pa

from attachdash.store import relations
from attachdash.store.engine import Cursor, Row
from attachdash.store.reach import CLINICAL, REGISTER, Reach

# One row: batch $2 with the names of who brought it in and who took it back.
BATCH = """
SELECT batch.batch_id, batch.file_name, batch.imported_at, batch.kept, batch.refused,
    batch.by_person_id, importer.name AS by_whom, batch.undone_at, undoer.name AS undone_by
FROM batch
LEFT JOIN person AS importer
    ON importer.site_id = batch.site_id AND importer.person_id = batch.by_person_id
LEFT JOIN person AS undoer
    ON undoer.site_id = batch.site_id AND undoer.person_id = batch.undone_by
WHERE batch.site_id = $1 AND batch.batch_id = $2
"""

# One row per administration of batch $2 that no longer counts as it came in: put right, or taken
# back alone. One that was brought back to what it was is none of them.
CHANGED = """
SELECT first.administration_id, first.client_id, client.code, instrument.code AS instrument,
    first.answered_on, first.replaced_at AS changed_at, person.name AS by_whom,
    CASE WHEN live.administration_id IS NULL THEN 'withdrawn' ELSE 'corrected' END AS what
FROM administration AS first
LEFT JOIN administration AS live
    ON live.site_id = first.site_id AND live.administration_id = first.administration_id
    AND live.replaced_at IS NULL
LEFT JOIN client ON client.site_id = first.site_id AND client.client_id = first.client_id
INNER JOIN instrument
    ON instrument.site_id = first.site_id AND instrument.instrument_id = first.instrument_id
LEFT JOIN person ON person.site_id = first.site_id AND person.person_id = first.replaced_by
WHERE first.site_id = $1 AND first.batch_id = $2 AND first.version = 1
    AND (live.administration_id IS NULL OR live.answers IS DISTINCT FROM first.answers
        OR live.answered_on <> first.answered_on)
ORDER BY first.replaced_at NULLS LAST, client.code NULLS LAST,
    first.administration_id NULLS LAST
"""

# One row per client with answers of batch $5, and whether the viewer may touch them.
WHOSE = (
    REGISTER
    + """
SELECT administration.client_id, reached.client_id IS NOT NULL AS is_theirs, client.code
FROM administration
LEFT JOIN reached ON reached.client_id = administration.client_id
LEFT JOIN client
    ON client.site_id = administration.site_id AND client.client_id = administration.client_id
WHERE administration.site_id = $1 AND administration.batch_id = $5
GROUP BY administration.client_id, reached.client_id, client.code
ORDER BY client.code NULLS LAST
"""
)

# One row per version of every form of client $5, the newest forms first, each form's last version
# first.
FORMS = (
    CLINICAL
    + """
SELECT administration.administration_id, administration.version, administration.client_id,
    instrument.code AS instrument, administration.answered_on, administration.is_nominal,
    administration.occasion, administration.answers, administration.channel,
    administration.batch_id, administration.recorded_at, writer.name AS recorded_by,
    administration.replaced_at, replacer.name AS replaced_by, administration.reason,
    batch.undone_at, administration.about_id, administration.informant_id
FROM administration
INNER JOIN reached ON reached.client_id = administration.client_id
INNER JOIN instrument
    ON instrument.site_id = administration.site_id
    AND instrument.instrument_id = administration.instrument_id
LEFT JOIN person AS writer
    ON writer.site_id = administration.site_id AND writer.person_id = administration.by_person_id
LEFT JOIN person AS replacer
    ON replacer.site_id = administration.site_id
    AND replacer.person_id = administration.replaced_by
LEFT JOIN batch
    ON batch.site_id = administration.site_id AND batch.batch_id = administration.batch_id
WHERE administration.site_id = $1 AND administration.client_id = $5
    AND (CAST($6 AS BIGINT) IS NULL OR administration.administration_id = CAST($6 AS BIGINT))
ORDER BY administration.answered_on DESC NULLS LAST,
    administration.administration_id DESC NULLS LAST, administration.version DESC NULLS LAST
"""
)

# Ready scores stand nowhere else: kept before their administration ceases to count.
KEEP_READY = """
INSERT INTO score_before (site_id, administration_id, version, scale_id, value, asked,
    definition_id)
SELECT score.site_id, score.administration_id, administration.version, score.scale_id, score.value,
    score.asked, score.definition_id
FROM score
INNER JOIN gone ON gone.administration_id = score.administration_id
INNER JOIN administration
    ON administration.site_id = score.site_id
    AND administration.administration_id = score.administration_id
    AND administration.replaced_at IS NULL
WHERE score.site_id = $1 AND score.state = 'given'
"""
REPLACE = """
UPDATE administration
SET replaced_at = CAST($2 AS TIMESTAMP), replaced_by = $3, reason = CAST($4 AS VARCHAR)
WHERE site_id = $1 AND replaced_at IS NULL
    AND administration_id IN (SELECT administration_id FROM gone)
"""
UNSCORE = """
DELETE FROM score
WHERE site_id = $1 AND administration_id IN (SELECT administration_id FROM gone)
"""

# Episodes that batch $2 made, or that an undone one made and $2 has forms in, to which nothing else
# has come: nobody changed them, and no answers but those there before the import and those of
# undone batches are filed under them.
UNUSED_EPISODES = """
SELECT episode.episode_id, episode.client_id
FROM batch_made
INNER JOIN batch AS maker
    ON maker.site_id = batch_made.site_id AND maker.batch_id = batch_made.batch_id
INNER JOIN episode
    ON episode.site_id = batch_made.site_id AND episode.episode_id = batch_made.object_id
WHERE batch_made.site_id = $1 AND batch_made.kind = 'episode'
    AND (batch_made.batch_id = $2
        OR (maker.undone_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM administration
            WHERE administration.site_id = episode.site_id
                AND administration.client_id = episode.client_id
                AND administration.episode_id = episode.episode_id
                AND administration.batch_id = $2)))
    AND episode.start_is_nominal AND episode.problem = ''
    AND NOT EXISTS (
        SELECT 1 FROM lead
        WHERE lead.site_id = episode.site_id AND lead.episode_id = episode.episode_id)
    AND NOT EXISTS (
        SELECT 1 FROM mark
        WHERE mark.site_id = episode.site_id AND mark.episode_id = episode.episode_id)
    AND NOT EXISTS (
        SELECT 1 FROM look_answer
        WHERE look_answer.site_id = episode.site_id
            AND look_answer.episode_id = episode.episode_id)
    AND NOT EXISTS (
        SELECT 1 FROM episode_span
        WHERE episode_span.site_id = episode.site_id
            AND episode_span.episode_id = episode.episode_id
            AND (episode_span.to_on IS NOT NULL
                OR episode_span.from_on <> episode.started_on))
    AND NOT EXISTS (
        SELECT 1 FROM administration
        LEFT JOIN batch AS other
            ON other.site_id = administration.site_id AND other.batch_id = administration.batch_id
        WHERE administration.site_id = episode.site_id
            AND administration.client_id = episode.client_id
            AND administration.episode_id = episode.episode_id
            AND (administration.batch_id IS NULL OR administration.batch_id <> $2)
            AND other.undone_at IS NULL
            AND (administration.recorded_at > maker.imported_at
                OR administration.batch_id > maker.batch_id))
ORDER BY episode.episode_id NULLS LAST
"""
# Clients that batch $2 made, or that an undone one made and $2 has forms of, of whom nothing else
# is known: no answers but those of undone batches, no other care, phase, event, answer to the
# support tool, note, hold or therapist, and nobody wrote who they are.
UNUSED_CLIENTS = """
SELECT client.client_id, client.code
FROM batch_made
INNER JOIN batch AS maker
    ON maker.site_id = batch_made.site_id AND maker.batch_id = batch_made.batch_id
INNER JOIN client
    ON client.site_id = batch_made.site_id AND client.client_id = batch_made.object_id
WHERE batch_made.site_id = $1 AND batch_made.kind = 'client'
    AND (batch_made.batch_id = $2
        OR (maker.undone_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM administration
            WHERE administration.site_id = client.site_id
                AND administration.client_id = client.client_id
                AND administration.batch_id = $2)))
    AND client.name = '' AND client.born_on IS NULL AND client.person_id IS NULL
    AND client.restricted_at IS NULL AND client.language = 'en'
    AND NOT EXISTS (
        SELECT 1 FROM treats
        WHERE treats.site_id = client.site_id AND treats.client_id = client.client_id)
    AND NOT EXISTS (
        SELECT 1 FROM episode
        WHERE episode.site_id = client.site_id AND episode.client_id = client.client_id
            AND episode.episode_id NOT IN (SELECT unnest(CAST($3 AS BIGINT[]))))
    AND NOT EXISTS (
        SELECT 1 FROM mark
        WHERE mark.site_id = client.site_id AND mark.client_id = client.client_id)
    AND NOT EXISTS (
        SELECT 1 FROM look_answer
        WHERE look_answer.site_id = client.site_id AND look_answer.client_id = client.client_id)
    AND NOT EXISTS (
        SELECT 1 FROM agenda_note
        WHERE agenda_note.site_id = client.site_id AND agenda_note.client_id = client.client_id)
    AND NOT EXISTS (
        SELECT 1 FROM hold
        WHERE hold.site_id = client.site_id AND hold.client_id = client.client_id)
    AND NOT EXISTS (
        SELECT 1 FROM relation
        WHERE relation.site_id = client.site_id AND relation.client_id = client.client_id
            AND NOT relation.relation_id = ANY(CAST($4 AS BIGINT[])))
    AND NOT EXISTS (
        SELECT 1 FROM administration
        LEFT JOIN batch AS other
            ON other.site_id = administration.site_id AND other.batch_id = administration.batch_id
        WHERE administration.site_id = client.site_id
            AND administration.client_id = client.client_id
            AND (administration.batch_id IS NULL OR administration.batch_id <> $2)
            AND other.undone_at IS NULL)
ORDER BY client.code NULLS LAST
"""
REMOVE_EPISODES = (
    "UPDATE administration SET episode_id = NULL WHERE site_id = $1 "
    "AND episode_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
    "UPDATE score SET episode_id = NULL WHERE site_id = $1 "
    "AND episode_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
    "UPDATE flag SET episode_id = NULL WHERE site_id = $1 "
    "AND episode_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
    "DELETE FROM episode_span WHERE site_id = $1 "
    "AND episode_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
    "DELETE FROM episode WHERE site_id = $1 "
    "AND episode_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
)


def batch(cursor: Cursor, site_id: int, batch_id: int) -> dict[str, object] | None:
    """The columns of BATCH, or None where there is no such batch."""
    rows: list[dict[str, object]] = cursor.arrow(BATCH, site_id, batch_id).to_pylist()
    return rows[0] if rows else None


def whose(cursor: Cursor, reach: Reach, batch_id: int) -> list[Row]:
    """Each client with answers of the batch: client_id, whether in reach, code."""
    return cursor.rows(reach.narrowed(WHOSE), *reach.parameters, batch_id)


def changed(cursor: Cursor, site_id: int, batch_id: int) -> list[dict[str, object]]:
    """What of the batch was put right or taken back alone: the columns of CHANGED."""
    rows: list[dict[str, object]] = cursor.arrow(CHANGED, site_id, batch_id).to_pylist()
    return rows


def live_of(cursor: Cursor, site_id: int, batch_id: int) -> list[int]:
    """The administrations of the batch that count."""
    rows = cursor.rows(
        "SELECT administration_id FROM administration "
        "WHERE site_id = $1 AND batch_id = $2 AND replaced_at IS NULL",
        site_id,
        batch_id,
    )
    return [int(row[0]) for row in rows]


def forms(
    cursor: Cursor, reach: Reach, client_id: int, administration_id: int | None = None
) -> list[dict[str, object]]:
    """Every version of every form of a client in reach, or of one form: the columns of FORMS."""
    rows: list[dict[str, object]] = cursor.arrow(
        reach.narrowed(FORMS), *reach.parameters, client_id, administration_id
    ).to_pylist()
    return rows


def replace(
    cursor: Cursor, site_id: int, administration_ids: list[int], by_person_id: int, now: datetime,
    reason: str,
) -> None:  # fmt: skip
    """The live versions of these cease to count; they and their ready scores are kept.

    Whoever calls it writes the summary anew.
    """
    ids = pa.array(administration_ids, pa.int64())
    cursor.stage("gone", pa.table({"administration_id": ids}))
    cursor.run(KEEP_READY, site_id)
    cursor.run(REPLACE, site_id, now, by_person_id, reason)
    cursor.run(UNSCORE, site_id)


def ready_scores(
    cursor: Cursor, site_id: int, administration_id: int, version: int
) -> pl.DataFrame:
    """The ready scores of a version that no longer counts: scale_id, value, asked."""
    return pl.DataFrame(
        cursor.arrow(
            "SELECT scale_id, value, asked FROM score_before WHERE site_id = $1 "
            "AND administration_id = $2 AND version = $3 ORDER BY scale_id NULLS LAST",
            site_id,
            administration_id,
            version,
        )
    )


def made(cursor: Cursor, site_id: int, batch_id: int, kind: str, object_ids: list[int]) -> None:
    """Note what an import created, so that undoing it can remove it."""
    cursor.bulk(
        "batch_made",
        pa.table(
            {
                "site_id": pa.array([site_id] * len(object_ids), pa.int16()),
                "batch_id": pa.array([batch_id] * len(object_ids), pa.int64()),
                "kind": pa.array([kind] * len(object_ids), pa.string()),
                "object_id": pa.array(object_ids, pa.int64()),
            }
        ),
    )


def unused(cursor: Cursor, site_id: int, batch_id: int) -> tuple[list[Row], list[Row], list[int]]:
    """What the batch made and nothing else has come to: episodes (id, client_id), clients (id,
    code), ids of people around clients."""
    episodes = cursor.rows(UNUSED_EPISODES, site_id, batch_id)
    people = relations.unused(cursor, site_id, batch_id)
    clients = cursor.rows(
        UNUSED_CLIENTS, site_id, batch_id, [int(row[0]) for row in episodes], people
    )
    return episodes, clients, people


def remove(cursor: Cursor, site_id: int, episodes: list[int], clients: list[int]) -> None:
    """Remove episodes and clients that an import made, for good."""
    if episodes:
        for statement in REMOVE_EPISODES:
            cursor.run(statement, site_id, episodes)
    if clients:
        cursor.run(
            "DELETE FROM client WHERE site_id = $1 "
            "AND client_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
            site_id,
            clients,
        )


def undone(cursor: Cursor, site_id: int, batch_id: int, by_person_id: int, now: datetime) -> bool:
    """Mark the batch as taken back; False where it was already, or isn't there."""
    row = cursor.one(
        "UPDATE batch SET undone_by = $3, undone_at = CAST($4 AS TIMESTAMP) "
        "WHERE site_id = $1 AND batch_id = $2 AND undone_at IS NULL RETURNING batch_id",
        site_id,
        batch_id,
        by_person_id,
        now,
    )
    return row is not None
