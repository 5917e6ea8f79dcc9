"""Who isn't there, and who is there for whom: what waits for somebody goes on by it."""

from datetime import date

import pandas as pd

from attachdash.store.engine import Cursor

# One row per person who holds role $3 on day $2, isn't disabled and isn't away.
THERE = """
SELECT DISTINCT person.person_id
FROM person
INNER JOIN person_role
    ON person_role.site_id = person.site_id AND person_role.person_id = person.person_id
WHERE person.site_id = $1 AND person.disabled_at IS NULL AND person_role.role = $3
    AND person_role.from_on <= $2 AND (person_role.to_on IS NULL OR person_role.to_on > $2)
    AND NOT EXISTS (
        SELECT 1 FROM absence
        WHERE absence.site_id = person.site_id AND absence.person_id = person.person_id
            AND absence.from_on <= $2 AND (absence.to_on IS NULL OR absence.to_on > $2))
"""


def there(cursor: Cursor, site_id: int, on: date, role: str) -> set[int]:
    """Who may act in a role on a day: holds it, isn't disabled, isn't away."""
    return {int(row[0]) for row in cursor.rows(THERE, site_id, on, role)}


def treating(cursor: Cursor, site_id: int, on: date, client_ids: list[int]) -> dict[int, set[int]]:
    """The therapists assigned to each of these clients on a day, there or not."""
    return _grouped(
        cursor.rows(
            "SELECT client_id, therapist_id FROM treats WHERE site_id = $1 "
            "AND from_on <= $2 AND (to_on IS NULL OR to_on > $2) "
            "AND client_id IN (SELECT unnest(CAST($3 AS BIGINT[])))",
            site_id,
            on,
            client_ids,
        )
    )


def supervising(cursor: Cursor, site_id: int, on: date) -> dict[int, set[int]]:
    """The supervisors of each therapist on a day, there or not."""
    return _grouped(
        cursor.rows(
            "SELECT therapist_id, supervisor_id FROM supervises WHERE site_id = $1 "
            "AND from_on <= $2 AND (to_on IS NULL OR to_on > $2)",
            site_id,
            on,
        )
    )


def _grouped(rows: list[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in rows:
        found.setdefault(int(one), set()).add(int(other))
    return found


def of_person(cursor: Cursor, site_id: int, person_id: int) -> pd.DataFrame:
    """The absences of somebody, oldest first: what, from_on, to_on."""
    return cursor.frame(
        "SELECT 'away' AS what, from_on, to_on FROM absence WHERE site_id = $1 AND person_id = $2 "
        "ORDER BY from_on NULLS LAST, to_on NULLS LAST",
        site_id,
        person_id,
    )


def everybodys(cursor: Cursor, site_id: int) -> list[tuple[int, date, date | None]]:
    """Every absence of the practice: whose, from, to; in no order."""
    rows = cursor.rows("SELECT person_id, from_on, to_on FROM absence WHERE site_id = $1", site_id)
    return [(int(row[0]), row[1], row[2]) for row in rows]


def add(cursor: Cursor, site_id: int, person_id: int, from_on: date, to_on: date | None) -> None:
    """Somebody isn't there from a day on, until the first day back where that is known."""
    cursor.run(
        "INSERT INTO absence (site_id, person_id, from_on, to_on) "
        "VALUES ($1, $2, $3, CAST($4 AS DATE))",
        site_id,
        person_id,
        from_on,
        to_on,
    )


def end(cursor: Cursor, site_id: int, person_id: int, from_on: date, on: date) -> bool:
    """Somebody is back on a day: an absence that began on `from_on` ends. Whether one did."""
    ended = cursor.rows(
        "UPDATE absence SET to_on = $4 WHERE site_id = $1 AND person_id = $2 AND from_on = $3 "
        "AND from_on <= $4 AND (to_on IS NULL OR to_on > $4) RETURNING from_on",
        site_id,
        person_id,
        from_on,
        on,
    )
    return bool(ended)
