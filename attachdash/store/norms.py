"""The practice's own figures of scales for which none is published, each version kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from attachdash.instruments import Instrument, Scale
from attachdash.store.engine import Cursor
from attachdash.store.scores import OWN


class LocalNorm(NamedTuple):
    """One live row of local_norm."""

    scale_id: int
    origin: str  # entered, own answers
    version: int
    group_name: str
    of_whom: str  # clients, community
    mean: float
    sd: float
    reliability: float
    reliability_kind: str  # alpha, retest
    n: int | None
    source: str
    by_name: str | None
    recorded_at: datetime


@dataclass(slots=True)
class Known:
    """What held at a moment, and the scales that it completes, as far as they were asked for."""

    read_at: datetime
    live: list[LocalNorm]
    scales: dict[int, tuple[Instrument, Scale]] = field(default_factory=dict)


LIVE = """
SELECT local_norm.scale_id, local_norm.origin, local_norm.version, local_norm.group_name,
    local_norm.of_whom, local_norm.mean, local_norm.sd, local_norm.reliability,
    local_norm.reliability_kind, local_norm.n, local_norm.source, person.name AS by_name,
    local_norm.recorded_at
FROM local_norm
LEFT JOIN person
    ON person.site_id = local_norm.site_id AND person.person_id = local_norm.by_person_id
WHERE local_norm.site_id = $1 AND local_norm.replaced_at IS NULL
ORDER BY local_norm.scale_id NULLS LAST, local_norm.origin NULLS LAST
"""

# One row per client and scale of $2: what they first answered about themself, with all its items.
FIRST_ANSWERS = (
    """
SELECT first.scale_id, first.value, first.state, administration.answers
FROM (
    SELECT score.scale_id, score.client_id, score.administration_id, score.value, score.state,
        row_number() OVER (PARTITION BY score.scale_id, score.client_id
            ORDER BY score.answered_on NULLS LAST, score.administration_id NULLS LAST) AS place
    FROM score
    WHERE score.site_id = $1 AND score.scale_id = ANY($2) AND score.value IS NOT NULL AND """
    + OWN
    + """
) AS first
INNER JOIN administration
    ON administration.site_id = $1 AND administration.client_id = first.client_id
    AND administration.administration_id = first.administration_id
    AND administration.replaced_at IS NULL
WHERE first.place = 1
ORDER BY first.scale_id NULLS LAST, first.client_id NULLS LAST
"""
)


def live(cursor: Cursor, site_id: int) -> list[LocalNorm]:
    """Those that hold now: at most one of each origin for a scale, the entered one first."""
    return [LocalNorm(*row) for row in cursor.rows(LIVE, site_id)]


def first_answers(cursor: Cursor, site_id: int, scale_ids: list[int]) -> pa.Table:
    """scale_id, value, state and answers of each client's first answer to each of the scales.

    Of the whole practice: what is made of it must not tell of one client.
    """
    return cursor.arrow(FIRST_ANSWERS, site_id, scale_ids)


def put(
    cursor: Cursor, site_id: int, norm: LocalNorm, by_person_id: int, now: datetime, reason: str
) -> None:
    """Let this hold from now on; the version before it is kept as replaced."""
    end(cursor, site_id, norm.scale_id, norm.origin, now)
    cursor.run(
        "INSERT INTO local_norm (site_id, scale_id, origin, version, group_name, of_whom, "
        "mean, sd, reliability, reliability_kind, n, source, by_person_id, recorded_at, reason) "
        "SELECT $1, $2, CAST($3 AS VARCHAR), COALESCE(max(version), 0) + 1, $4, $5, $6, $7, $8, "
        "$9, CAST($10 AS INTEGER), $11, $12, CAST($13 AS TIMESTAMP), $14 FROM local_norm "
        "WHERE site_id = $1 AND scale_id = $2 AND origin = CAST($3 AS VARCHAR)",
        site_id, norm.scale_id, norm.origin, norm.group_name, norm.of_whom,
        norm.mean, norm.sd, norm.reliability, norm.reliability_kind, norm.n, norm.source,
        by_person_id, now, reason,
    )  # fmt: skip


def end(cursor: Cursor, site_id: int, scale_id: int, origin: str, now: datetime) -> None:
    """What holds of this origin holds no longer."""
    cursor.run(
        "UPDATE local_norm SET replaced_at = $4 WHERE site_id = $1 AND scale_id = $2 "
        "AND origin = $3 AND replaced_at IS NULL",
        site_id, scale_id, origin, now,
    )  # fmt: skip
