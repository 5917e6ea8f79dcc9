"""The closed episodes of a practice, as people who began alike are counted."""

from datetime import date
from typing import NamedTuple

import pyarrow as pa

from attachdash.store.engine import Cursor
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach
from attachdash.store.scores import OWN


class Began(NamedTuple):
    """A client's first score of a scale in an episode."""

    value: float
    is_late: bool


_OWN_SUMMARY = "summary.about_id = summary.client_id AND summary.informant_id = summary.client_id"

# The first score of client $5 in episode $6 on scale $7.
FIRST = (
    """
SELECT summary.baseline, summary.baseline_is_late
FROM summary
WHERE summary.site_id = $1 AND summary.client_id = $5 AND summary.episode_id = $6
    AND summary.scale_id = $7 AND """
    + _OWN_SUMMARY
    + " AND "
    + CLINICAL_ONE
)

# One row per score of scale $5 in a closed episode that began with a score from $7 to $8 and ended
# by $9; never of client $6; of each client the episode that ended first. is_open: the viewer may
# open it, or nobody else ever treated them and they did to the end. Of the others only clients
# whom neither the viewer nor anybody they supervise ever treated: what somebody knew of a former
# client could be taken from the whole, and would leave the rest.
LIKE_STARTS = (
    CLINICAL
    + """,
known AS (
    SELECT treats.client_id FROM treats WHERE treats.site_id = $1 AND treats.therapist_id = $3
    UNION
    SELECT treats.client_id
    FROM supervises
    INNER JOIN treats
        ON treats.site_id = supervises.site_id AND treats.therapist_id = supervises.therapist_id
    WHERE supervises.site_id = $1 AND supervises.supervisor_id = $3
),
ended AS (
    SELECT summary.client_id, summary.episode_id, summary.baseline,
        max(episode_span.to_on) AS ended_on
    FROM summary
    INNER JOIN episode_span
        ON episode_span.site_id = summary.site_id AND episode_span.episode_id = summary.episode_id
    WHERE summary.site_id = $1 AND summary.scale_id = $5 AND summary.client_id <> $6
        AND summary.baseline >= $7 AND summary.baseline <= $8
        AND summary.n >= 2 AND NOT summary.baseline_is_late AND """
    + _OWN_SUMMARY
    + """
    GROUP BY summary.client_id, summary.episode_id, summary.baseline
    HAVING count(*) = count(episode_span.to_on) AND max(episode_span.to_on) <= $9
),
one_each AS (
    SELECT ended.client_id, ended.episode_id, ended.baseline, ended.ended_on,
        row_number() OVER (PARTITION BY ended.client_id
            ORDER BY ended.ended_on NULLS LAST, ended.episode_id NULLS LAST) AS place
    FROM ended
),
told AS (
    SELECT one_each.client_id, one_each.episode_id, one_each.baseline, one_each.ended_on,
        reached.client_id IS NOT NULL
        OR ($2 = 'therapist' AND NOT EXISTS (
                SELECT 1 FROM treats
                WHERE treats.site_id = $1 AND treats.client_id = one_each.client_id
                    AND treats.therapist_id <> $3)
            AND EXISTS (
                SELECT 1 FROM treats
                WHERE treats.site_id = $1 AND treats.client_id = one_each.client_id
                    AND treats.therapist_id = $3
                    AND (treats.to_on IS NULL OR treats.to_on >= one_each.ended_on)))
            AS is_open,
        known.client_id IS NULL AS is_stranger
    FROM one_each
    LEFT JOIN reached ON reached.client_id = one_each.client_id
    LEFT JOIN known ON known.client_id = one_each.client_id
    WHERE one_each.place = 1
)
SELECT told.episode_id, told.baseline, told.ended_on, told.is_open, episode.started_on,
    score.answered_on, score.value
FROM told
INNER JOIN episode ON episode.site_id = $1 AND episode.episode_id = told.episode_id
INNER JOIN score
    ON score.site_id = $1 AND score.client_id = told.client_id
    AND score.episode_id = told.episode_id AND score.scale_id = $5
WHERE (told.is_open OR told.is_stranger) AND score.value IS NOT NULL AND """
    + OWN
    + """
ORDER BY told.ended_on NULLS LAST, told.episode_id NULLS LAST, score.answered_on NULLS LAST,
    score.administration_id NULLS LAST
"""
)


def first(
    cursor: Cursor, reach: Reach, client_id: int, episode_id: int, scale_id: int
) -> Began | None:
    """The first score of a client in an episode; None where there is none."""
    row = cursor.one(
        reach.narrowed(FIRST), *reach.parameters, client_id, episode_id, scale_id
    )  # fmt: skip
    return Began(*row) if row else None


def like_starts(
    cursor: Cursor, reach: Reach, scale_id: int, client_id: int, low: float, high: float, by: date
) -> pa.Table:
    """The answers of others' closed episodes, in the order of closing.

    They reach over clients whom the viewer may not open: only quartiles of many may leave
    `practice`.
    """
    return cursor.arrow(
        reach.narrowed(LIKE_STARTS), *reach.parameters, scale_id, client_id, low, high, by
    )
