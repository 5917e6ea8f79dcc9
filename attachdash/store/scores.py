"""Reading what was answered: a client's history, a caseload, the outcomes of a team."""

from datetime import date, datetime
from typing import NamedTuple

import pandas as pd

from attachdash.store.engine import Cursor
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach


class Scored(NamedTuple):
    """One score as OF_CLIENT and COURSES read it."""

    client_id: int
    episode_id: int | None
    administration_id: int
    scale_id: int
    about_id: int
    informant_id: int
    answered_on: date
    value: float | None
    answered: int
    asked: int
    state: str
    is_nominal: bool


# What a client answered about themself. What they say about somebody else, or somebody else about
# them, is another measure and stands in nobody's course but its own.
OWN = "score.about_id = score.client_id AND score.informant_id = score.client_id"

# One row per score of client $5, in no order and whoever answered about whom: sorting and telling
# apart a client's few rows costs the database more than all the rest. Every row carries its
# client_id, so that whoever draws it can refuse another's.
OF_CLIENT = (
    """
SELECT score.client_id, score.episode_id, score.administration_id, score.scale_id, score.about_id,
    score.informant_id, score.answered_on, score.value, score.answered, score.asked, score.state,
    COALESCE(score.is_nominal, FALSE) AS is_nominal
FROM score
WHERE score.site_id = $1 AND score.client_id = $5 AND """
    + CLINICAL_ONE
)

# One row per score of the lead scales ($5) in the episodes ($6), by client, scale and day; whether
# a day is nominal is not asked.
COURSES = (
    CLINICAL
    + """
SELECT score.client_id, score.episode_id, score.administration_id, score.scale_id, score.about_id,
    score.informant_id, score.answered_on, score.value, score.answered, score.asked, score.state,
    FALSE AS is_nominal
FROM score
INNER JOIN reached ON reached.client_id = score.client_id
WHERE score.site_id = $1 AND score.scale_id = ANY($5)
    AND score.episode_id IN (SELECT unnest(CAST($6 AS BIGINT[])))
    AND """
    + OWN
    + """
ORDER BY score.client_id NULLS LAST, score.scale_id NULLS LAST, score.answered_on NULLS LAST,
    score.administration_id NULLS LAST
"""
)

# One row per client: the last day on which they themselves answered, about whomever, and when the
# latest of what they answered came in or was put right.
LAST_ANSWERS = (
    CLINICAL
    + """
SELECT administration.client_id, max(administration.answered_on) AS answered_on,
    max(administration.recorded_at) AS came_in_at
FROM administration
INNER JOIN reached ON reached.client_id = administration.client_id
WHERE administration.site_id = $1 AND administration.replaced_at IS NULL
    AND administration.informant_id = administration.client_id
GROUP BY administration.client_id
"""
)

LEADS = (
    CLINICAL
    + """
SELECT lead.episode_id, lead.domain, lead.scale_id
FROM lead
INNER JOIN episode
    ON episode.site_id = lead.site_id AND episode.episode_id = lead.episode_id
INNER JOIN reached ON reached.client_id = episode.client_id
WHERE lead.site_id = $1 AND lead.replaced_at IS NULL
"""
)

# The episodes (`counted`) that supervisor $2 answers for on $3, at site $1: one that goes on, of
# any therapist's of today; an ended one, of its last therapist's.
_ANSWERED_FOR = """
WITH supervised AS (
    SELECT DISTINCT supervises.therapist_id
    FROM supervises
    WHERE supervises.site_id = $1 AND supervises.supervisor_id = $2
        AND supervises.from_on <= $3 AND (supervises.to_on IS NULL OR supervises.to_on > $3)
),
care AS (
    -- An episode's first day and first day without care; the latter NULL while it goes on.
    SELECT episode.episode_id, episode.client_id, min(episode_span.from_on) AS started_on,
        CASE WHEN count(*) FILTER (WHERE episode_span.to_on IS NULL OR episode_span.to_on > $3) = 0
            THEN max(episode_span.to_on) END AS ended_on
    FROM episode
    INNER JOIN episode_span
        ON episode_span.site_id = episode.site_id
        AND episode_span.episode_id = episode.episode_id
    WHERE episode.site_id = $1
        AND episode.client_id IN (
            SELECT treats.client_id
            FROM treats
            INNER JOIN supervised ON supervised.therapist_id = treats.therapist_id
            WHERE treats.site_id = $1)
    GROUP BY episode.episode_id, episode.client_id
),
treated AS (
    -- Who treated at any time in an ended episode. The last is who was there longest, up to its
    -- end; of several there then, whose assignment began last.
    SELECT care.episode_id, treats.therapist_id,
        row_number() OVER (PARTITION BY care.episode_id
            ORDER BY LEAST(COALESCE(treats.to_on, care.ended_on), care.ended_on) DESC NULLS LAST,
                treats.from_on DESC NULLS LAST, treats.therapist_id DESC NULLS LAST) AS place
    FROM care
    INNER JOIN treats ON treats.site_id = $1 AND treats.client_id = care.client_id
    WHERE treats.from_on < care.ended_on
        -- One taken back on its first day never held.
        AND (treats.to_on IS NULL
            OR (treats.to_on > care.started_on AND treats.to_on > treats.from_on))
),
counted AS (
    SELECT care.episode_id
    FROM care
    INNER JOIN treats ON treats.site_id = $1 AND treats.client_id = care.client_id
    INNER JOIN supervised ON supervised.therapist_id = treats.therapist_id
    WHERE care.ended_on IS NULL
        AND treats.from_on <= $3 AND (treats.to_on IS NULL OR treats.to_on > $3)
    UNION
    SELECT treated.episode_id
    FROM treated
    INNER JOIN supervised ON supervised.therapist_id = treated.therapist_id
    WHERE treated.place = 1
),
opened AS (
    -- The first day from which $2 can't open a client's record any more.
    SELECT could.client_id, max(could.to_on) AS to_on
    FROM (
        SELECT treats.client_id, GREATEST(supervises.from_on, treats.from_on) AS from_on,
            LEAST(COALESCE(treats.to_on, DATE '9999-12-31'),
                COALESCE(supervises.to_on, DATE '9999-12-31')) AS to_on
        FROM supervises
        INNER JOIN treats
            ON treats.site_id = supervises.site_id
            AND treats.therapist_id = supervises.therapist_id
        WHERE supervises.site_id = $1 AND supervises.supervisor_id = $2
        UNION ALL
        SELECT treats.client_id, treats.from_on,
            COALESCE(treats.to_on, DATE '9999-12-31') AS to_on
        FROM treats
        WHERE treats.site_id = $1 AND treats.therapist_id = $2
    ) AS could
    WHERE could.from_on < could.to_on AND could.from_on <= $3
    GROUP BY could.client_id
)
"""

# One row per summary of such an episode. is_open: $2 can open the record now; was_open: could on
# the day of the latest answer or after, so that they may know all of it; was_begun: could on that
# of the first.
OUTCOMES = (
    _ANSWERED_FOR
    + """
SELECT summary.scale_id, summary.client_id, summary.episode_id, summary.n, summary.baseline,
    summary.latest, summary.baseline_is_late, care.ended_on IS NOT NULL AS is_ended,
    COALESCE(opened.to_on > $3, FALSE) AS is_open,
    COALESCE(opened.to_on > summary.latest_on, FALSE) AS was_open,
    COALESCE(opened.to_on > summary.baseline_on, FALSE) AS was_begun
FROM summary
INNER JOIN counted ON counted.episode_id = summary.episode_id
INNER JOIN care ON care.episode_id = summary.episode_id
LEFT JOIN opened ON opened.client_id = summary.client_id
WHERE summary.site_id = $1
    AND summary.about_id = summary.client_id AND summary.informant_id = summary.client_id
ORDER BY summary.scale_id NULLS LAST, summary.episode_id NULLS LAST
"""
)

# One row per own score of scale $4 in such an episode, by episode and day; is_open as above,
# was_open of this answer's day.
COURSES_ANSWERED_FOR = (
    _ANSWERED_FOR
    + """
SELECT score.client_id, score.episode_id, care.started_on, score.answered_on, score.value,
    COALESCE(opened.to_on > $3, FALSE) AS is_open,
    COALESCE(opened.to_on > score.answered_on, FALSE) AS was_open
FROM score
INNER JOIN counted ON counted.episode_id = score.episode_id
INNER JOIN care ON care.episode_id = score.episode_id
LEFT JOIN opened ON opened.client_id = score.client_id
WHERE score.site_id = $1 AND score.scale_id = $4 AND score.value IS NOT NULL AND """
    + OWN
    + """
ORDER BY score.episode_id NULLS LAST, score.answered_on NULLS LAST,
    score.administration_id NULLS LAST
"""
)


def history(cursor: Cursor, reach: Reach, client_id: int) -> list[Scored]:
    """Every score of what one client answered about themself, by scale and day."""
    return own_and_beside(cursor, reach, client_id)[0]


def own_and_beside(
    cursor: Cursor, reach: Reach, client_id: int
) -> tuple[list[Scored], list[Scored]]:
    """The scores of history, and apart from them those by or about somebody else."""
    rows = cursor.rows(reach.narrowed(OF_CLIENT), *reach.parameters, client_id)
    own: list[Scored] = []
    beside: list[Scored] = []
    for one in sorted(map(Scored._make, rows), key=_by_scale):
        is_own = one.about_id == one.informant_id == one.client_id
        (own if is_own else beside).append(one)
    return own, beside


def _by_scale(one: Scored) -> tuple[int, date, int]:
    return one.scale_id, one.answered_on, one.administration_id


def courses(
    cursor: Cursor, reach: Reach, scale_ids: list[int], episode_ids: list[int]
) -> list[Scored]:
    """The clients' own scores of these scales in these episodes."""
    rows = cursor.rows(reach.narrowed(COURSES), *reach.parameters, scale_ids, episode_ids)
    return [Scored(*row) for row in rows]


class Last(NamedTuple):
    """A client's last answer: the last day of one, and when the latest came in (UTC)."""

    answered_on: date
    came_in_at: datetime


def last_answers(cursor: Cursor, reach: Reach) -> dict[int, Last]:
    """Each client's last answer."""
    rows = cursor.rows(reach.narrowed(LAST_ANSWERS), *reach.parameters)
    return {int(row[0]): Last(*row[1:]) for row in rows}


def leads(cursor: Cursor, reach: Reach) -> dict[tuple[int, str], int]:
    """The scale that a therapist fixed for an episode and domain."""
    rows = cursor.rows(reach.narrowed(LEADS), *reach.parameters)
    return {(int(row[0]), str(row[1])): int(row[2]) for row in rows}


def fix_lead(
    cursor: Cursor, site_id: int, episode_id: int, domain: str, scale_id: int | None,
    by_person_id: int, now: object,
) -> None:  # fmt: skip
    """Another scale stands for a domain from now on; None: the first in the list again."""
    cursor.run(
        "UPDATE lead SET replaced_at = $4 WHERE site_id = $1 AND episode_id = $2 AND domain = $3 "
        "AND replaced_at IS NULL",
        site_id,
        episode_id,
        domain,
        now,
    )
    if scale_id is not None:
        cursor.run(
            "INSERT INTO lead (site_id, episode_id, domain, scale_id, version, by_person_id, "
            "recorded_at, reason) SELECT $1, $2, CAST($3 AS VARCHAR), "
            "$4, COALESCE(max(version), 0) + 1, $5, CAST($6 AS TIMESTAMP), '' "
            "FROM lead WHERE site_id = $1 AND episode_id = $2 AND domain = CAST($3 AS VARCHAR)",
            site_id,
            episode_id,
            domain,
            scale_id,
            by_person_id,
            now,
        )


def outcomes(cursor: Cursor, site_id: int, supervisor_id: int, on: date) -> pd.DataFrame:
    """The summaries of all episodes a supervisor answers for."""
    return cursor.frame(OUTCOMES, site_id, supervisor_id, on)


def courses_answered_for(
    cursor: Cursor, site_id: int, supervisor_id: int, on: date, scale_id: int
) -> pd.DataFrame:
    """The scores on one scale in all episodes a supervisor answers for, by episode and day."""
    return cursor.frame(COURSES_ANSWERED_FOR, site_id, supervisor_id, on, scale_id)
