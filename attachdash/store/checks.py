"""What the big tables can't promise by keys: no doubles, and nothing without its owner."""

from attachdash.store.engine import Cursor

CHECKS = {
    "answers are held twice": """
        SELECT count(*)
        FROM (
            SELECT 1
            FROM administration
            WHERE site_id = $1 AND replaced_at IS NULL
            GROUP BY client_id, instrument_id, about_id, informant_id, answered_on, occasion
            HAVING count(*) > 1
        ) AS doubled
        """,
    "answers have two versions that count": """
        SELECT count(*)
        FROM (
            SELECT 1
            FROM administration
            WHERE site_id = $1 AND replaced_at IS NULL
            GROUP BY administration_id
            HAVING count(*) > 1
        ) AS doubled
        """,
    "flags rest on answers that no longer count": """
        SELECT count(*)
        FROM flag
        WHERE flag.site_id = $1 AND flag.state NOT IN ('withdrawn', 'over')
            AND flag.administration_id IS NOT NULL AND NOT EXISTS (
            SELECT 1
            FROM administration
            WHERE administration.site_id = flag.site_id
                AND administration.administration_id = flag.administration_id
                AND administration.replaced_at IS NULL)
        """,
    "scores have no answers": """
        SELECT count(*)
        FROM score
        WHERE score.site_id = $1 AND NOT EXISTS (
            SELECT 1
            FROM administration
            WHERE administration.site_id = score.site_id
                AND administration.administration_id = score.administration_id
                AND administration.replaced_at IS NULL)
        """,
    "answers belong to no client": """
        SELECT count(*)
        FROM administration
        WHERE administration.site_id = $1 AND administration.replaced_at IS NULL AND NOT EXISTS (
            SELECT 1
            FROM client
            WHERE client.site_id = administration.site_id
                AND client.client_id = administration.client_id)
        """,
    "answers are about or from nobody around the client": """
        SELECT count(*)
        FROM administration
        WHERE administration.site_id = $1 AND administration.replaced_at IS NULL
            AND ((administration.about_id <> administration.client_id AND NOT EXISTS (
                    SELECT 1
                    FROM relation
                    WHERE relation.site_id = administration.site_id
                        AND relation.client_id = administration.client_id
                        AND relation.relation_id = administration.about_id))
                OR (administration.informant_id <> administration.client_id AND NOT EXISTS (
                    SELECT 1
                    FROM relation
                    WHERE relation.site_id = administration.site_id
                        AND relation.client_id = administration.client_id
                        AND relation.relation_id = administration.informant_id)))
        """,
    "answers are filed under an episode of somebody else": """
        SELECT count(*)
        FROM administration
        WHERE administration.site_id = $1 AND administration.episode_id IS NOT NULL
            AND NOT EXISTS (
                SELECT 1
                FROM episode
                WHERE episode.site_id = administration.site_id
                    AND episode.episode_id = administration.episode_id
                    AND episode.client_id = administration.client_id)
        """,
    "clients have more than one open episode": """
        SELECT count(*)
        FROM (
            SELECT 1
            FROM episode
            INNER JOIN episode_span
                ON episode_span.site_id = episode.site_id
                AND episode_span.episode_id = episode.episode_id
            WHERE episode.site_id = $1 AND episode_span.to_on IS NULL
            GROUP BY episode.client_id
            HAVING count(*) > 1
        ) AS doubled
        """,
    "phases or events have two versions that hold": """
        SELECT count(*)
        FROM (
            SELECT 1
            FROM mark
            WHERE site_id = $1 AND replaced_at IS NULL
            GROUP BY mark_id
            HAVING count(*) > 1
        ) AS doubled
        """,
    "phases or events lie in no episode of their client": """
        SELECT count(*)
        FROM mark
        WHERE mark.site_id = $1 AND NOT EXISTS (
            SELECT 1
            FROM episode
            WHERE episode.site_id = mark.site_id AND episode.episode_id = mark.episode_id
                AND episode.client_id = mark.client_id)
        """,
    "holds are of no client": """
        SELECT count(*)
        FROM hold
        WHERE hold.site_id = $1 AND NOT EXISTS (
            SELECT 1
            FROM client
            WHERE client.site_id = hold.site_id AND client.client_id = hold.client_id)
        """,
    "answers to the support tool, or notes on the agenda, are beside a flag of somebody else": """
        SELECT count(*)
        FROM (
            SELECT site_id, client_id, flag_id FROM look_answer
            UNION ALL
            SELECT site_id, client_id, flag_id FROM agenda_note
        ) AS beside
        WHERE beside.site_id = $1 AND (beside.flag_id IS NOT NULL AND NOT EXISTS (
                SELECT 1
                FROM flag
                WHERE flag.site_id = beside.site_id AND flag.flag_id = beside.flag_id
                    AND flag.client_id = beside.client_id)
            OR NOT EXISTS (
                SELECT 1
                FROM client
                WHERE client.site_id = beside.site_id AND client.client_id = beside.client_id))
        """,
}

# The forms that count and have a score that says otherwise whether their day is nominal.
# NULL: the score came before that was written with it, and is not.
OTHERWISE_NOMINAL = """
SELECT DISTINCT administration.administration_id
FROM administration
INNER JOIN score
    ON score.site_id = administration.site_id
    AND score.administration_id = administration.administration_id
WHERE administration.site_id = $1 AND administration.replaced_at IS NULL
    AND COALESCE(score.is_nominal, FALSE) <> administration.is_nominal
ORDER BY administration.administration_id NULLS LAST
"""


def otherwise_nominal(cursor: Cursor, site_id: int) -> list[int]:
    """The forms (administration_id) whose scores say otherwise whether their day is nominal."""
    return [int(row[0]) for row in cursor.rows(OTHERWISE_NOMINAL, site_id)]


def orphans_and_doubles(cursor: Cursor, site_id: int) -> dict[str, int]:
    """How many rows fail each check, in words."""
    found = {}
    for what, sql in CHECKS.items():
        row = cursor.one(sql, site_id)
        found[what] = int(row[0]) if row else 0
    return found
