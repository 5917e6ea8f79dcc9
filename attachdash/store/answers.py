"""Keeping answers with all that follows from them: scores, summary, batch.

One form and a million rows take the same statements.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, Row, filled

ADMINISTRATION = pa.schema([
    ("site_id", pa.int16()), ("administration_id", pa.int64()), ("version", pa.int16()),
    ("client_id", pa.int64()), ("episode_id", pa.int64()), ("instrument_id", pa.int32()),
    ("definition_id", pa.int32()), ("about_id", pa.int64()), ("informant_id", pa.int64()),
    ("answered_on", pa.date32()), ("is_nominal", pa.bool_()), ("occasion", pa.string()),
    ("answers", pa.list_(pa.int16())), ("channel", pa.string()), ("batch_id", pa.int64()),
    ("by_person_id", pa.int64()), ("recorded_at", pa.timestamp("us")),
])  # fmt: skip
SCORE = pa.schema([
    ("site_id", pa.int16()), ("administration_id", pa.int64()), ("scale_id", pa.int32()),
    ("client_id", pa.int64()), ("episode_id", pa.int64()), ("about_id", pa.int64()),
    ("informant_id", pa.int64()), ("answered_on", pa.date32()), ("value", pa.float64()),
    ("answered", pa.int16()), ("asked", pa.int16()), ("state", pa.string()),
    ("definition_id", pa.int32()), ("is_nominal", pa.bool_()),
])  # fmt: skip

# Rows at once, for a statement over a million holds them all in memory: as many as DuckDB writes as
# one group, so that none is left half full for the commit.
BLOCK = 122_880
SUMMED_UP = 300_000  # scores, about, that are summed up at once
KEY = pa.schema([
    ADMINISTRATION.field(name)
    for name in ("site_id", "client_id", "instrument_id", "about_id", "informant_id", "answered_on",
                 "occasion", "administration_id")
])  # fmt: skip

# Whether anything is held of clients $2 to $3 at site $1. Of new ones nothing is, and what is there
# lies by client: mostly nothing has to be read.
ANY_HELD = """
SELECT EXISTS (
    SELECT 1
    FROM administration
    WHERE administration.site_id = $1
        AND administration.client_id BETWEEN CAST($2 AS BIGINT) AND CAST($3 AS BIGINT)
        AND administration.replaced_at IS NULL)
"""

# The rows of `incoming` whose natural key is there already. In DuckDB the write lock makes it safe
# to add the others after this; in PostgreSQL a unique index stands behind it, and its violation is
# a retry. $1 and $2: the least and the greatest client_id of `incoming`.
TAKEN = """
SELECT administration_id
FROM incoming
WHERE EXISTS (
    SELECT 1
    FROM administration AS held
    WHERE held.site_id = incoming.site_id AND held.client_id = incoming.client_id
        AND held.instrument_id = incoming.instrument_id AND held.about_id = incoming.about_id
        AND held.informant_id = incoming.informant_id
        AND held.answered_on = incoming.answered_on AND held.occasion = incoming.occasion
        AND held.replaced_at IS NULL
        -- Those of the clients concerned alone: what is there lies by client, and is skipped.
        AND held.client_id BETWEEN CAST($1 AS BIGINT) AND CAST($2 AS BIGINT))
ORDER BY administration_id NULLS LAST
"""

# One row per episode, scale, person answered about and informant, from every score with a value of
# clients $2 to $3: what lies by client is skipped. The first is the baseline; it is late where it
# came more than 28 days after the start. Only the scores of the first and the last day are put in
# order.
SUMMED = """
SELECT episode.site_id, episode.client_id, episode.episode_id, ends.scale_id, ends.about_id,
    ends.informant_id, ends.n, ends.baseline_on, ends.baseline,
    ends.baseline_on - episode.started_on > 28 AS baseline_is_late, ends.latest_on, ends.latest
FROM (
    -- Of one score alone, the first is the last.
    SELECT ordered.episode_id, ordered.scale_id, ordered.about_id, ordered.informant_id, ordered.n,
        ordered.baseline_on, ordered.latest_on,
        max(CASE WHEN ordered.place = 1 THEN ordered.value END) AS baseline,
        max(CASE WHEN ordered.place = ordered.places THEN ordered.value END) AS latest
    FROM (
        SELECT days.episode_id, days.scale_id, days.about_id, days.informant_id, days.n,
            days.baseline_on, days.latest_on, score.value,
            count(*) OVER (PARTITION BY days.episode_id, days.scale_id, days.about_id,
                days.informant_id) AS places,
            row_number() OVER (PARTITION BY days.episode_id, days.scale_id, days.about_id,
                days.informant_id
                ORDER BY score.answered_on NULLS LAST, score.administration_id NULLS LAST) AS place
        FROM (
            SELECT score.episode_id, score.scale_id, score.about_id, score.informant_id,
                count(*) AS n, min(score.answered_on) AS baseline_on,
                max(score.answered_on) AS latest_on
            FROM score{joined}
            WHERE score.site_id = $1 AND score.episode_id IS NOT NULL
                AND score.value IS NOT NULL
                AND score.client_id BETWEEN CAST($2 AS BIGINT) AND CAST($3 AS BIGINT)
            GROUP BY score.episode_id, score.scale_id, score.about_id, score.informant_id
        ) AS days
        INNER JOIN score
            ON score.site_id = $1 AND score.episode_id = days.episode_id
            AND score.scale_id = days.scale_id AND score.about_id = days.about_id
            AND score.informant_id = days.informant_id AND score.value IS NOT NULL
            AND (score.answered_on = days.baseline_on OR score.answered_on = days.latest_on)
            AND score.client_id BETWEEN CAST($2 AS BIGINT) AND CAST($3 AS BIGINT)
    ) AS ordered
    GROUP BY ordered.episode_id, ordered.scale_id, ordered.about_id, ordered.informant_id,
        ordered.n, ordered.baseline_on, ordered.latest_on
) AS ends
INNER JOIN episode ON episode.site_id = $1 AND episode.episode_id = ends.episode_id
"""
SUMMARISE = (
    """
INSERT INTO summary (site_id, client_id, episode_id, scale_id, about_id, informant_id, n,
    baseline_on, baseline, baseline_is_late, latest_on, latest)
"""
    + SUMMED.format(
        joined="\n            INNER JOIN touched ON touched.client_id = score.client_id"
    )
    + "ORDER BY ends.episode_id NULLS LAST, ends.scale_id NULLS LAST\n"
)


def keep(
    cursor: Cursor, site_id: int, rows: pl.DataFrame, scores: pl.DataFrame,
    same: Mapping[str, object], *, and_sum_up: bool = True,
) -> pl.Series:  # fmt: skip
    """Keep what is new, with its scores, and rewrite the summary of the clients concerned.

    `rows` and `scores` have the columns of ADMINISTRATION and SCORE that aren't `same` everywhere;
    a score has the `place` of its row instead of what that says. The ids of the rows that were
    kept, in any order; the others' natural keys are already held.
    """
    kept = _keep_rows(cursor, rows, same)
    if len(kept) < rows.height:
        is_kept = rows["administration_id"].is_in(kept.implode())
        scores = scores.filter(is_kept.gather(scores["place"]))
    _keep_scores(cursor, rows.drop("occasion", "answers", strict=False), scores, same)
    if and_sum_up:
        summarise(cursor, site_id, rows["client_id"].unique().to_list(), scores.height)
    return kept


def _keep_rows(cursor: Cursor, rows: pl.DataFrame, same: Mapping[str, object]) -> pl.Series:
    """Keep the new ones in the order of reading; their ids."""
    # Sorted here: in the statement, all lists of answers would be in memory twice more.
    order = rows.select(pl.arg_sort_by("client_id", "answered_on", "administration_id")).to_series()
    if not order.is_sorted():
        rows = rows[order]
    whose = rows["client_id"]
    found = cursor.one(ANY_HELD, same["site_id"], whose.min(), whose.max())
    kept = []
    for block in rows.iter_slices(BLOCK):
        new = _new_of(cursor, block, same) if found and found[0] else block
        cursor.bulk("administration", filled(ADMINISTRATION, new, same))
        kept.append(new["administration_id"])
    return pl.concat(kept) if kept else pl.Series(dtype=pl.Int64)


def _new_of(cursor: Cursor, rows: pl.DataFrame, same: Mapping[str, object]) -> pl.DataFrame:
    """The rows whose natural key is not held."""
    whose = rows["client_id"]
    cursor.stage("incoming", filled(KEY, rows, same))
    held = pl.Series(cursor.arrow(TAKEN, whose.min(), whose.max())["administration_id"])
    return rows.filter(~pl.col("administration_id").is_in(held.cast(pl.Int64).implode()))


def _keep_scores(
    cursor: Cursor, rows: pl.DataFrame, scores: pl.DataFrame, same: Mapping[str, object]
) -> None:
    keys = rows.select("client_id", "answered_on", "administration_id")[scores["place"]]
    by = ("client_id", "scale_id", "answered_on", "administration_id")
    order = keys.with_columns(scores["scale_id"]).select(pl.arg_sort_by(*by)).to_series()
    for start in range(0, len(order), BLOCK):
        block = scores[order.slice(start, BLOCK)]
        block = pl.concat([block, rows[block["place"]]], how="horizontal")
        cursor.bulk("score", filled(SCORE, block, same))


def summarise(cursor: Cursor, site_id: int, client_ids: Sequence[int], scores: int = 0) -> None:
    """Rewrite the summary of these clients' episodes, in parts if they have many scores."""
    if not client_ids:
        return
    parts = min(scores // SUMMED_UP + 1, len(client_ids))
    for part in np.array_split(np.sort(np.array(client_ids, dtype=np.int64)), parts):
        cursor.stage("touched", pa.table({"client_id": part}))
        cursor.run(
            "DELETE FROM summary WHERE site_id = $1 "
            "AND client_id IN (SELECT client_id FROM touched)",
            site_id,
        )
        cursor.run(SUMMARISE, site_id, int(part[0]), int(part[-1]))


def held(cursor: Cursor, site_id: int, incoming: pa.Table) -> pa.Table:
    """The administrations that share a natural key with `incoming`, with its row number.

    `incoming` has `place` and the columns of the key; the answer has place, administration_id,
    version, is_live and answers, for a comparison that never leaves this process. A version that
    somebody put right or took back is held too: its file must not bring it back. What went with a
    whole import is not.
    """
    cursor.stage("asked", incoming)
    return cursor.arrow(
        """
        -- One row per held version. $1 site.
        SELECT asked.place, administration.administration_id, administration.version,
            administration.replaced_at IS NULL AS is_live, administration.answers
        FROM asked
        INNER JOIN administration
            ON administration.client_id = asked.client_id
            AND administration.instrument_id = asked.instrument_id
            AND administration.about_id = asked.about_id
            AND administration.informant_id = asked.informant_id
            AND administration.answered_on = asked.answered_on
            AND administration.occasion = asked.occasion
        LEFT JOIN batch
            ON batch.site_id = administration.site_id
            AND batch.batch_id = administration.batch_id
        WHERE administration.site_id = $1
            AND (administration.replaced_at IS NULL OR batch.undone_at IS NULL)
        ORDER BY asked.place NULLS LAST, administration.administration_id NULLS LAST,
            administration.version NULLS LAST
        """,
        site_id,
    )


def values_of(cursor: Cursor, site_id: int, administration_ids: list[int]) -> pa.Table:
    """Every score of these administrations: administration_id, version, scale_id, value.

    Also the ready scores of versions that no longer count.
    """
    return cursor.arrow(
        "SELECT score.administration_id, administration.version, score.scale_id, score.value "
        "FROM score INNER JOIN administration ON administration.site_id = score.site_id "
        "AND administration.administration_id = score.administration_id "
        "AND administration.replaced_at IS NULL "
        "WHERE score.site_id = $1 "
        "AND score.administration_id IN (SELECT unnest(CAST($2 AS BIGINT[]))) "
        "UNION ALL SELECT administration_id, version, scale_id, value FROM score_before "
        "WHERE site_id = $1 AND administration_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
        site_id,
        administration_ids,
    )


def days_of(cursor: Cursor, site_id: int, client_ids: list[int]) -> pl.DataFrame:
    """Every live administration of these clients: its id, client_id, answered_on, filed."""
    return pl.DataFrame(
        cursor.arrow(
            "SELECT administration_id, client_id, answered_on, episode_id AS filed "
            "FROM administration WHERE site_id = $1 "
            "AND client_id IN (SELECT unnest(CAST($2 AS BIGINT[]))) "
            "AND replaced_at IS NULL",
            site_id,
            client_ids,
        )
    )


def refile(cursor: Cursor, site_id: int, client_ids: list[int], moves: pl.DataFrame) -> None:
    """File these clients' answers, scores and flags under other episodes, and summarise anew.

    `moves` has administration_id and the episode_id (or null) that each belongs to now.
    """
    if not moves.is_empty():
        cursor.stage("moves", moves.to_arrow())
        for statement in (REFILE_ADMINISTRATION, REFILE_SCORE, REFILE_FLAG):
            cursor.run(statement, site_id)
    summarise(cursor, site_id, client_ids)


REFILE_ADMINISTRATION = """
UPDATE administration SET episode_id = moves.episode_id
FROM moves
WHERE administration.site_id = $1
    AND administration.administration_id = moves.administration_id
"""
REFILE_SCORE = """
UPDATE score SET episode_id = moves.episode_id
FROM moves
WHERE score.site_id = $1 AND score.administration_id = moves.administration_id
"""
REFILE_FLAG = """
UPDATE flag SET episode_id = moves.episode_id
FROM moves
WHERE flag.site_id = $1 AND flag.administration_id = moves.administration_id
"""


def same_batch(
    cursor: Cursor, site_id: int, file_sha256: str, mapping_sha256: str, by_person_id: int | None
) -> Row | None:
    """The last batch of the same file under the same mapping, of one person or any: id, when.

    One that was taken back is none.
    """
    return cursor.one(
        "SELECT batch_id, imported_at FROM batch WHERE site_id = $1 AND file_sha256 = $2 "
        "AND mapping_sha256 = $3 AND undone_at IS NULL "
        "AND (CAST($4 AS BIGINT) IS NULL OR by_person_id = CAST($4 AS BIGINT)) "
        "ORDER BY batch_id DESC NULLS LAST LIMIT 1",
        site_id,
        file_sha256,
        mapping_sha256,
        by_person_id,
    )


def add_batch(
    cursor: Cursor, site_id: int, batch_id: int, file_name: str, file_sha256: str,
    mapping_sha256: str, kept: int, refused: int, by_person_id: int, now: datetime,
) -> None:  # fmt: skip
    """What one import brought."""
    cursor.run(
        "INSERT INTO batch (site_id, batch_id, file_name, file_sha256, mapping_sha256, kept, "
        "refused, by_person_id, imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        site_id, batch_id, file_name, file_sha256, mapping_sha256, kept, refused, by_person_id, now,
    )  # fmt: skip


def batches(cursor: Cursor, site_id: int, by_person_id: int | None) -> pd.DataFrame:
    """The imports, newest first: of everybody, or of one person."""
    return cursor.frame(
        "SELECT batch.batch_id, batch.imported_at, batch.file_name, batch.kept, batch.refused, "
        "person.name AS by, batch.undone_at FROM batch "
        "LEFT JOIN person ON person.site_id = batch.site_id "
        "AND person.person_id = batch.by_person_id WHERE batch.site_id = $1 "
        "AND (CAST($2 AS BIGINT) IS NULL OR batch.by_person_id = CAST($2 AS BIGINT)) "
        "ORDER BY batch.imported_at DESC NULLS LAST, batch.batch_id DESC NULLS LAST LIMIT 200",
        site_id,
        by_person_id,
    )


def last_import(cursor: Cursor, site_id: int) -> datetime | None:
    """When anything was last imported that was not taken back."""
    row = cursor.one(
        "SELECT max(imported_at) FROM batch WHERE site_id = $1 AND undone_at IS NULL", site_id
    )
    return row[0] if row else None
