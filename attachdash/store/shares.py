"""How far the practice's own clients drift and waver on each scale, each version kept."""

from datetime import date, datetime
from typing import NamedTuple

import pyarrow as pa

from attachdash.store.engine import Cursor
from attachdash.store.scores import OWN


class OwnShares(NamedTuple):
    """One live row of own_shares; shares of S, the drift's of one week."""

    scale_id: int
    drift: float
    transient: float
    default_drift: float
    default_transient: float
    series: int  # that were used
    of_series: int  # that there were
    occasions: int
    taken_on: date


LIVE = """
SELECT scale_id, drift, transient, default_drift, default_transient, series, of_series, occasions,
    taken_on
FROM own_shares
WHERE site_id = $1 AND replaced_at IS NULL
ORDER BY scale_id NULLS LAST
"""

# One row per scale and episode in which the client answered it about themself on $2 days or more.
LONG_SERIES = (
    """
SELECT score.scale_id, score.episode_id
FROM score
WHERE score.site_id = $1 AND score.episode_id IS NOT NULL AND score.value IS NOT NULL AND """
    + OWN
    + """
GROUP BY score.scale_id, score.episode_id
HAVING count(DISTINCT score.answered_on) >= $2
ORDER BY score.scale_id NULLS LAST, score.episode_id NULLS LAST
"""
)

# The scores of scale $2 in the episodes $3, in no order.
SERIES = (
    """
SELECT score.episode_id, score.answered_on, score.value
FROM score
WHERE score.site_id = $1 AND score.scale_id = $2 AND score.value IS NOT NULL
    AND score.episode_id IN (SELECT unnest(CAST($3 AS BIGINT[]))) AND """
    + OWN
)


def live(cursor: Cursor, site_id: int) -> list[OwnShares]:
    """Those that hold now, one a scale at most."""
    return [OwnShares(*row) for row in cursor.rows(LIVE, site_id)]


def long_series(cursor: Cursor, site_id: int, fewest: int) -> pa.Table:
    """scale_id and episode_id of each series of that many days or more.

    Of the whole practice, as is `series`: what is made of it must not tell of one client.
    """
    return cursor.arrow(LONG_SERIES, site_id, fewest)


def series(cursor: Cursor, site_id: int, scale_id: int, episode_ids: list[int]) -> pa.Table:
    """episode_id, answered_on and value of every score of a scale in these episodes."""
    return cursor.arrow(SERIES, site_id, scale_id, episode_ids)


def put(cursor: Cursor, site_id: int, found: OwnShares, now: datetime) -> None:
    """Let these hold from now on; the version before them is kept as replaced."""
    cursor.run(
        "UPDATE own_shares SET replaced_at = $3 "
        "WHERE site_id = $1 AND scale_id = $2 AND replaced_at IS NULL",
        site_id, found.scale_id, now,
    )  # fmt: skip
    cursor.run(
        "INSERT INTO own_shares (site_id, scale_id, version, drift, transient, default_drift, "
        "default_transient, series, of_series, occasions, taken_on, recorded_at) "
        "SELECT $1, $2, COALESCE(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, "
        "CAST($10 AS DATE), CAST($11 AS TIMESTAMP) FROM own_shares "
        "WHERE site_id = $1 AND scale_id = $2",
        site_id, *found, now,
    )  # fmt: skip
