"""Who looked at one client's data, as the audit has it, and who could have, by the dated rights."""

from datetime import datetime

from attachdash.store.engine import Cursor, Row

# One row per opening of the client's record, by staff or by themself, and per deed of staff that
# showed many clients at once.
# $1 site, $2 client, $3 from and $4 before which moment (UTC), $5 kinds.
LOOKS = """
SELECT audit.happened_at, audit.actor_id, person.name, audit.role, audit.kind, audit.client_id
FROM audit
LEFT JOIN person ON person.site_id = audit.site_id AND person.person_id = audit.actor_id
WHERE audit.site_id = $1 AND (audit.client_id = $2 OR audit.client_id IS NULL)
    AND (audit.role <> 'client' OR audit.client_id = $2)
    AND audit.happened_at >= $3 AND audit.happened_at < $4
    AND audit.kind = ANY(CAST($5 AS VARCHAR[]))
ORDER BY audit.seq NULLS LAST
"""

# One row per stretch of days on which somebody of staff could open the client's record: half-open.
# $1 site, $2 client.
COULD = """
WITH reached AS (
    SELECT therapist_id AS person_id, 'therapist' AS role, from_on, to_on
    FROM treats
    WHERE site_id = $1 AND client_id = $2
    UNION ALL
    SELECT supervises.supervisor_id, 'supervisor', GREATEST(treats.from_on, supervises.from_on),
        LEAST(COALESCE(treats.to_on, DATE '9999-12-31'),
            COALESCE(supervises.to_on, DATE '9999-12-31'))
    FROM treats
    INNER JOIN supervises
        ON supervises.site_id = treats.site_id AND supervises.therapist_id = treats.therapist_id
    WHERE treats.site_id = $1 AND treats.client_id = $2
),
held AS (
    SELECT reached.person_id, reached.role,
        GREATEST(reached.from_on, person_role.from_on) AS from_on,
        LEAST(COALESCE(reached.to_on, DATE '9999-12-31'),
            COALESCE(person_role.to_on, DATE '9999-12-31')) AS to_on
    FROM reached
    INNER JOIN person_role
        ON person_role.site_id = $1 AND person_role.person_id = reached.person_id
        AND person_role.role = reached.role
)
SELECT DISTINCT held.person_id, person.name, held.role, held.from_on,
    NULLIF(held.to_on, DATE '9999-12-31') AS to_on
FROM held
INNER JOIN person ON person.site_id = $1 AND person.person_id = held.person_id
WHERE held.from_on < held.to_on
ORDER BY held.from_on NULLS LAST, person.name NULLS LAST, held.role NULLS LAST,
    held.person_id NULLS LAST, 5 NULLS LAST
"""


def looks(
    cursor: Cursor, site_id: int, client_id: int, since: datetime, before: datetime,
    kinds: list[str],
) -> list[Row]:  # fmt: skip
    """When, who (id and name), in which role, what, and the client where it was about one."""
    return cursor.rows(LOOKS, site_id, client_id, since, before, kinds)


def could(cursor: Cursor, site_id: int, client_id: int) -> list[Row]:
    """Who of staff could open the record: id, name, role, from when and until before when."""
    return cursor.rows(COULD, site_id, client_id)
