"""Mappings saved by name, each version kept."""

from datetime import datetime
from typing import Any

from attachdash.store.engine import Cursor

# One row per live mapping at site $1.
LIVE = """
SELECT mapping.mapping_id, mapping.version, mapping.name, mapping.body, mapping.recorded_at,
    person.name AS by_name
FROM mapping
LEFT JOIN person
    ON person.site_id = mapping.site_id AND person.person_id = mapping.by_person_id
WHERE mapping.site_id = $1 AND mapping.replaced_at IS NULL
ORDER BY mapping.name NULLS LAST, mapping.mapping_id NULLS LAST
"""


def live(cursor: Cursor, site_id: int) -> list[tuple[Any, ...]]:
    """Id, version, name, body, when and by whom of each that holds now, by name."""
    return cursor.rows(LIVE, site_id)


def add(
    cursor: Cursor, site_id: int, mapping_id: int, version: int, name: str, body: str,
    by_person_id: int, now: datetime, reason: str,
) -> None:  # fmt: skip
    """Save one; the version before it, where there is one, is kept as replaced."""
    cursor.run(
        "UPDATE mapping SET replaced_at = $3 "
        "WHERE site_id = $1 AND mapping_id = $2 AND replaced_at IS NULL",
        site_id,
        mapping_id,
        now,
    )
    cursor.run(
        "INSERT INTO mapping (site_id, mapping_id, version, name, body, by_person_id, "
        "recorded_at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        site_id,
        mapping_id,
        version,
        name,
        body,
        by_person_id,
        now,
        reason,
    )
