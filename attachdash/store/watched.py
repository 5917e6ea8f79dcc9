"""Flags of courses, of silence, and of what staff noted; and what they are judged by.

These reads are of whichever clients they are handed, in the transaction of the answers: whoever
asks has decided that before.
"""

from datetime import date, datetime
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, filled
from attachdash.store.flags import FLAG, OF_ITEM, STEP, STEPPED, Stepped
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach
from attachdash.store.scores import OWN

# One row per client of `judged` and therapy that goes on: who they are and since when.
CURRENT = """
SELECT episode.client_id, episode.episode_id, episode.started_on, client.born_on
FROM episode
INNER JOIN judged ON judged.client_id = episode.client_id
INNER JOIN client
    ON client.site_id = episode.site_id AND client.client_id = episode.client_id
WHERE episode.site_id = $1 AND EXISTS (
    SELECT 1 FROM episode_span
    WHERE episode_span.site_id = episode.site_id AND episode_span.episode_id = episode.episode_id
        AND episode_span.to_on IS NULL)
"""
# One row per scale $2 that such a client answered about themself in an episode.
SUMMED = """
SELECT summary.client_id, summary.episode_id, summary.scale_id, summary.n, summary.baseline_on,
    summary.latest_on, summary.latest
FROM summary
INNER JOIN judged ON judged.client_id = summary.client_id
WHERE summary.site_id = $1 AND summary.scale_id = ANY($2)
    AND summary.about_id = summary.client_id AND summary.informant_id = summary.client_id
"""
# One row per scale that a therapist fixed for a domain of such a client's episode.
FIXED = """
SELECT lead.episode_id, lead.domain, lead.scale_id
FROM lead
INNER JOIN episode ON episode.site_id = lead.site_id AND episode.episode_id = lead.episode_id
INNER JOIN judged ON judged.client_id = episode.client_id
WHERE lead.site_id = $1 AND lead.replaced_at IS NULL
"""
# The scores of each series of `series`, in no order: they are sorted faster where they are read.
SCORES = (
    """
SELECT series.place, score.answered_on, score.value, score.administration_id
FROM score
INNER JOIN series
    ON series.client_id = score.client_id AND series.scale_id = score.scale_id
    AND series.episode_id = score.episode_id
WHERE score.site_id = $1 AND score.value IS NOT NULL AND """
    + OWN
)
# One row per client of `judged` whom somebody treats on $2: the last day on which they answered.
LAST = """
SELECT judged.client_id, max(administration.answered_on) AS last_on
FROM judged
LEFT JOIN administration
    ON administration.site_id = $1 AND administration.client_id = judged.client_id
    AND administration.informant_id = judged.client_id AND administration.replaced_at IS NULL
WHERE judged.client_id IN (
    SELECT treats.client_id FROM treats
    WHERE treats.site_id = $1 AND treats.from_on <= $2
        AND (treats.to_on IS NULL OR treats.to_on > $2))
GROUP BY judged.client_id
"""
HELD = """
SELECT flag.flag_id, flag.client_id, flag.episode_id, flag.kind, flag.cause,
    flag.administration_id, flag.state, flag.raised_at
FROM flag
INNER JOIN judged ON judged.client_id = flag.client_id
WHERE flag.site_id = $1 AND flag.kind = ANY($2)
"""
RENEW = """
UPDATE flag
SET episode_id = renewed.episode_id, administration_id = renewed.administration_id,
    kind = renewed.kind, state = renewed.state, raised_at = renewed.raised_at
FROM renewed
WHERE flag.site_id = $1 AND flag.flag_id = renewed.flag_id
"""
# One row per step of each such flag in reach that is neither over nor withdrawn.
STEPS = (
    CLINICAL
    + STEPPED
    + """
FROM flag
INNER JOIN reached ON reached.client_id = flag.client_id
INNER JOIN flag_step ON flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
LEFT JOIN administration
    ON administration.site_id = flag.site_id
    AND administration.administration_id = flag.administration_id
    AND administration.replaced_at IS NULL
LEFT JOIN person
    ON person.site_id = flag_step.site_id AND person.person_id = flag_step.by_person_id
WHERE flag.site_id = $1 AND flag.state NOT IN ('over', 'withdrawn') AND NOT """
    + OF_ITEM
    + """
ORDER BY flag.flag_id NULLS LAST, flag_step.step_id NULLS LAST
"""
)

# One row with the moment, or with none, of the viewer's own steps that keep flag $6 of client $5
# open.
ASKED = (
    """
SELECT min(flag_step.done_at)
FROM flag
INNER JOIN flag_step ON flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
WHERE flag.site_id = $1 AND flag.client_id = $5 AND flag.cause = $6 AND flag.state = 'open'
    AND flag_step.by_person_id = $3 AND flag_step.done_at >= flag.raised_at
    AND flag_step.kind IN ('raised', 'new evidence') AND """
    + CLINICAL_ONE
)


class Judged(NamedTuple):
    """What clients are judged by: the columns of CURRENT, SUMMED, FIXED, LAST and HELD."""

    current: pl.DataFrame
    summed: pl.DataFrame
    fixed: pl.DataFrame
    last: pl.DataFrame
    held: pl.DataFrame


def judged(
    cursor: Cursor, site_id: int, on: date, client_ids: list[int], scale_ids: list[int],
    kinds: list[str],
) -> Judged:  # fmt: skip
    """All that flags of these clients rest on but the scores; `kinds` are those that are kept."""
    cursor.stage("judged", pa.table({"client_id": pa.array(client_ids, pa.int64())}))
    return Judged(
        pl.DataFrame(cursor.arrow(CURRENT, site_id)),
        pl.DataFrame(cursor.arrow(SUMMED, site_id, scale_ids)),
        pl.DataFrame(cursor.arrow(FIXED, site_id)),
        pl.DataFrame(cursor.arrow(LAST, site_id, on)),
        pl.DataFrame(cursor.arrow(HELD, site_id, kinds)),
    )


def scores(cursor: Cursor, site_id: int, series: pl.DataFrame) -> pl.DataFrame:
    """The columns of SCORES for each client_id, episode_id and scale_id of `series`, oldest first;
    `place` is its row there."""
    asked = series.select(
        "client_id", "episode_id", pl.col("scale_id").cast(pl.Int32),
        place=pl.int_range(pl.len(), dtype=pl.Int64),
    )  # fmt: skip
    cursor.stage("series", asked.to_arrow())
    found = pl.DataFrame(cursor.arrow(SCORES, site_id))
    return found.sort("place", "answered_on", "administration_id")


def write(
    cursor: Cursor, site_id: int, now: datetime, *, raised: pl.DataFrame, renewed: pl.DataFrame,
    steps: pl.DataFrame, by_person_id: int,
) -> None:  # fmt: skip
    """Add new flags, renew those that changed, also in kind, and add the steps."""
    same = {"site_id": site_id, "raised_at": now, "done_at": now, "by_person_id": by_person_id}
    if not raised.is_empty():
        cursor.bulk("flag", filled(FLAG, raised, same))
    if not renewed.is_empty():
        cursor.stage("renewed", filled(FLAG, renewed, same))
        cursor.run(RENEW, site_id)
    if not steps.is_empty():
        cursor.bulk("flag_step", filled(STEP, steps, same))


def in_reach(cursor: Cursor, reach: Reach) -> list[Stepped]:
    """The steps of each such flag in reach, oldest first within a flag."""
    return [Stepped(*row) for row in cursor.rows(reach.narrowed(STEPS), *reach.parameters)]


def in_care(cursor: Cursor, site_id: int) -> list[int]:
    """Every client of the practice with a therapy that goes on, or with such a flag."""
    rows = cursor.rows(
        "SELECT episode.client_id FROM episode INNER JOIN episode_span "
        "ON episode_span.site_id = episode.site_id "
        "AND episode_span.episode_id = episode.episode_id "
        "WHERE episode.site_id = $1 AND episode_span.to_on IS NULL "
        "UNION SELECT flag.client_id FROM flag WHERE flag.site_id = $1 "
        "AND flag.state IN ('open', 'seen', 'acted', 'historic') AND NOT " + OF_ITEM,
        site_id,
    )
    return sorted(int(row[0]) for row in rows)


class Noted(NamedTuple):
    """A flag that was noted of a client."""

    flag_id: int
    state: str
    raised_at: datetime


def noted(cursor: Cursor, site_id: int, client_id: int, cause: str) -> Noted | None:
    """The flag of this client that was noted for a cause, if there is one."""
    row = cursor.one(
        "SELECT flag_id, state, raised_at FROM flag "
        "WHERE site_id = $1 AND client_id = $2 AND cause = $3",
        site_id,
        client_id,
        cause,
    )
    return Noted(*row) if row else None


def asked_at(cursor: Cursor, reach: Reach, client_id: int, cause: str) -> datetime | None:
    """When the viewer themself first asked for what this client's flag of a cause, which is open,
    is about; None where they haven't since it was opened."""
    row = cursor.one(reach.narrowed(ASKED), *reach.parameters, client_id, cause)
    return row[0] if row else None
