"""What the big tables can't promise by keys: no doubles, nothing without its owner, and that what
follows from answers is still what follows from them."""

import polars as pl

from attachdash.store.answers import SUMMED
from attachdash.store.engine import Cursor
from attachdash.store.flags import OF_ITEM

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

STEPS_OF_NO_FLAG = """
SELECT DISTINCT flag_step.flag_id
FROM flag_step
WHERE flag_step.site_id = $1 AND NOT EXISTS (
    SELECT 1 FROM flag
    WHERE flag.site_id = flag_step.site_id AND flag.flag_id = flag_step.flag_id)
ORDER BY flag_step.flag_id NULLS LAST
"""
# However a flag came about, a step says so; and somebody looked or decided only where one says so.
WITHOUT_THEIR_STEP = """
SELECT flag.flag_id
FROM flag
WHERE flag.site_id = $1 AND NOT EXISTS (
    SELECT 1 FROM flag_step
    WHERE flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
        AND (flag.state NOT IN ('seen', 'acted', 'closed') OR flag_step.kind = flag.state))
ORDER BY flag.flag_id NULLS LAST
"""
# The episodes of which a row is in one of the two and not in the other.
# $2 and $3: the first and the last client.
OTHERWISE_SUMMED = f"""
WITH summed AS ({SUMMED.format(joined="")}),
kept AS (
    SELECT site_id, client_id, episode_id, scale_id, about_id, informant_id, n, baseline_on,
        baseline, baseline_is_late, latest_on, latest
    FROM summary WHERE site_id = $1 AND client_id BETWEEN $2 AND $3
)
SELECT DISTINCT differing.episode_id
FROM (
    (SELECT * FROM summed EXCEPT SELECT * FROM kept)
    UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM summed)
) AS differing
ORDER BY differing.episode_id NULLS LAST
"""

# What is wrong, what the numbers name, and the question that gives them.
NAMED = (
    ("Scores say otherwise than their form whether its day is nominal", "administration",
     OTHERWISE_NOMINAL),
    ("Steps are there of flags that are not", "flag", STEPS_OF_NO_FLAG),
    ("No step says how flags came to stand as they do", "flag", WITHOUT_THEIR_STEP),
)  # fmt: skip


def named(cursor: Cursor, site_id: int) -> dict[str, list[int]]:
    """The numbers of all that is not as it follows from the rest, by words that end in what they
    are numbers of."""
    return {
        f"{what}: {whose}": [int(row[0]) for row in cursor.rows(sql, site_id)]
        for what, whose, sql in NAMED
    }


# The forms that count and were answered item by item, and the scores that were made of them.
# $2 and $3: the first and the last client.
ANSWERED = """
SELECT administration.administration_id, administration.definition_id, administration.client_id,
    administration.episode_id, administration.about_id, administration.informant_id,
    administration.answered_on, relation.kind AS informant, administration.answers
FROM administration
LEFT JOIN relation
    ON relation.site_id = administration.site_id
    AND relation.client_id = administration.client_id
    AND relation.relation_id = administration.informant_id
WHERE administration.site_id = $1 AND administration.client_id BETWEEN $2 AND $3
    AND administration.replaced_at IS NULL AND administration.answers IS NOT NULL
"""
MADE = """
SELECT administration_id, definition_id, client_id, episode_id, about_id, informant_id,
    answered_on, scale_id, value, answered, asked, state
FROM score
WHERE site_id = $1 AND client_id BETWEEN $2 AND $3 AND state <> 'given'
"""


# The flags on answers to watched items, of clients $2 to $3; one withdrawn rests on nothing.
ON_ITEMS = f"""
SELECT flag.flag_id, flag.client_id, flag.kind, flag.cause, flag.administration_id
FROM flag
WHERE flag.site_id = $1 AND flag.client_id BETWEEN $2 AND $3 AND flag.state <> 'withdrawn'
    AND {OF_ITEM}
"""


def clients(cursor: Cursor, site_id: int) -> list[int]:
    """Every client with a form, a score or a summary, in order."""
    rows = cursor.rows(
        "SELECT client_id FROM administration WHERE site_id = $1 "
        "UNION SELECT client_id FROM score WHERE site_id = $1 "
        "UNION SELECT client_id FROM summary WHERE site_id = $1 ORDER BY client_id NULLS LAST",
        site_id,
    )
    return [int(row[0]) for row in rows]


def otherwise_summed(cursor: Cursor, site_id: int, first: int, last: int) -> list[int]:
    """The episodes, of the clients from the first to the last, whose summary says otherwise than
    their scores."""
    return [int(row[0]) for row in cursor.rows(OTHERWISE_SUMMED, site_id, first, last)]


def answered_and_made(
    cursor: Cursor, site_id: int, first: int, last: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The columns of ANSWERED and of MADE, of the clients from the first to the last."""
    found = (cursor.arrow(sql, site_id, first, last) for sql in (ANSWERED, MADE))
    answered, made = (pl.DataFrame(one) for one in found)
    return answered, made


def on_items(cursor: Cursor, site_id: int, first: int, last: int) -> pl.DataFrame:
    """The columns of ON_ITEMS, of the clients from the first to the last."""
    return pl.DataFrame(cursor.arrow(ON_ITEMS, site_id, first, last))


def orphans_and_doubles(cursor: Cursor, site_id: int) -> dict[str, int]:
    """How many rows fail each check, in words."""
    found = {}
    for what, sql in CHECKS.items():
        row = cursor.one(sql, site_id)
        found[what] = int(row[0]) if row else 0
    return found
