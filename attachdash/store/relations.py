"""The people around clients whom answers are about or from."""

from datetime import date

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, Row, filled
from attachdash.store.reach import CLINICAL, Reach

RELATION = pa.schema([
    ("site_id", pa.int16()), ("relation_id", pa.int64()), ("client_id", pa.int64()),
    ("kind", pa.string()), ("label", pa.string()), ("from_on", pa.date32()),
    ("to_on", pa.date32()), ("deceased", pa.bool_()),
])  # fmt: skip

# One row per relation of a client in reach ($5, or of all), in the order in which those of one kind
# are counted: since ever first.
OF_CLIENTS = (
    CLINICAL
    + """
SELECT relation.relation_id, relation.client_id, relation.kind, relation.label, relation.from_on,
    relation.to_on, relation.deceased
FROM relation
INNER JOIN reached ON reached.client_id = relation.client_id
WHERE relation.site_id = $1
    AND (CAST($5 AS BIGINT) IS NULL OR relation.client_id = CAST($5 AS BIGINT))
ORDER BY relation.client_id NULLS LAST, relation.kind NULLS LAST,
    COALESCE(relation.from_on, DATE '0001-01-01') NULLS LAST, relation.relation_id NULLS LAST
"""
)

# Relations that batch $2 made, or that an undone one made and $2 has forms of, to whom nothing else
# has come: nobody wrote who they are or changed them, and no other form is about or from them but
# those of undone batches.
UNUSED = """
SELECT relation.relation_id, relation.client_id
FROM batch_made
INNER JOIN batch AS maker
    ON maker.site_id = batch_made.site_id AND maker.batch_id = batch_made.batch_id
INNER JOIN relation
    ON relation.site_id = batch_made.site_id AND relation.relation_id = batch_made.object_id
WHERE batch_made.site_id = $1 AND batch_made.kind = 'relation'
    AND relation.label = '' AND relation.to_on IS NULL AND NOT relation.deceased
    AND relation.other_client_id IS NULL AND relation.person_id IS NULL
    AND (batch_made.batch_id = $2
        OR (maker.undone_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM administration
            WHERE administration.site_id = relation.site_id
                AND administration.client_id = relation.client_id
                AND (administration.about_id = relation.relation_id
                    OR administration.informant_id = relation.relation_id)
                AND administration.batch_id = $2)))
    AND NOT EXISTS (
        SELECT 1 FROM administration
        LEFT JOIN batch AS other
            ON other.site_id = administration.site_id AND other.batch_id = administration.batch_id
        WHERE administration.site_id = relation.site_id
            AND administration.client_id = relation.client_id
            AND (administration.about_id = relation.relation_id
                OR administration.informant_id = relation.relation_id)
            AND (administration.batch_id IS NULL OR administration.batch_id <> $2)
            AND other.undone_at IS NULL)
ORDER BY relation.relation_id NULLS LAST
"""


def of_clients(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Row]:
    """The relations of every client in reach, or of one: the columns of OF_CLIENTS."""
    return cursor.rows(reach.narrowed(OF_CLIENTS), *reach.parameters, client_id)


def of_kinds(cursor: Cursor, site_id: int, client_ids: list[int], kinds: list[str]) -> pl.DataFrame:
    """These clients' relations of these kinds, for filing: relation_id, client_id, kind, label,
    span."""
    return pl.DataFrame(
        cursor.arrow(
            "SELECT relation_id, client_id, kind, label, from_on, to_on FROM relation "
            "WHERE site_id = $1 AND client_id IN (SELECT unnest(CAST($2 AS BIGINT[]))) "
            "AND kind = ANY($3) "
            "ORDER BY relation_id NULLS LAST",
            site_id,
            client_ids,
            kinds,
        )
    )


def add_many(cursor: Cursor, site_id: int, new: pl.DataFrame) -> None:
    """New relations: the columns of RELATION but the site."""
    cursor.bulk("relation", filled(RELATION, new, {"site_id": site_id}))


def change(
    cursor: Cursor, site_id: int, client_id: int, relation_id: int, label: str, *, deceased: bool
) -> bool:
    """Who this is, corrected; False where the client has no such relation."""
    row = cursor.one(
        "UPDATE relation SET label = $4, deceased = $5 "
        "WHERE site_id = $1 AND client_id = $2 AND relation_id = $3 RETURNING relation_id",
        site_id,
        client_id,
        relation_id,
        label,
        deceased,
    )
    return row is not None


def end(cursor: Cursor, site_id: int, client_id: int, relation_id: int, on: date) -> None:
    """Answers of that day and later are no longer about or from them."""
    cursor.run(
        "UPDATE relation SET to_on = $4 WHERE site_id = $1 AND client_id = $2 AND relation_id = $3",
        site_id,
        client_id,
        relation_id,
        on,
    )


def last_form(cursor: Cursor, site_id: int, client_id: int, relation_id: int) -> date | None:
    """The last day with a form about or from them, in any of its versions."""
    row = cursor.one(
        "SELECT max(answered_on) FROM administration WHERE site_id = $1 AND client_id = $2 "
        "AND (about_id = $3 OR informant_id = $3)",
        site_id,
        client_id,
        relation_id,
    )
    return row[0] if row else None


def unused(cursor: Cursor, site_id: int, batch_id: int) -> list[int]:
    """The relations that go when the batch is undone: see UNUSED."""
    return [int(row[0]) for row in cursor.rows(UNUSED, site_id, batch_id)]


def remove(cursor: Cursor, site_id: int, relation_ids: list[int]) -> None:
    """Remove relations that an import made, for good."""
    cursor.run(
        "DELETE FROM relation WHERE site_id = $1 "
        "AND relation_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
        site_id,
        relation_ids,
    )
