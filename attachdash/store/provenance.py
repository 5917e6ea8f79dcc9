"""What a score was made of: the answers of one form, and the definition that made them a score."""

from datetime import date, datetime
from typing import NamedTuple

from attachdash.store.engine import Cursor
from attachdash.store.reach import CLINICAL, Reach


class Made(NamedTuple):
    """One version of a form with its value on one scale, as MADE reads it."""

    client_id: int
    administration_id: int
    version: int
    counts: bool
    answers: list[int] | None
    value: float | None
    state: str | None  # None: the form has no score on this scale, or is no longer scored
    sha256: str
    body: str
    loaded_at: datetime
    file_name: str | None


class Given(NamedTuple):
    """The answers of one form as ANSWERS reads them."""

    client_id: int
    administration_id: int
    answered_on: date
    answers: list[int]
    definition_id: int
    sha256: str


# One row per version of form $6 of client $5, the last first, with its value on scale $7: the live
# one's as scored; an earlier one's only where it had come in ready.
MADE = (
    CLINICAL
    + """
SELECT administration.client_id, administration.administration_id, administration.version,
    administration.replaced_at IS NULL AS counts, administration.answers,
    COALESCE(score.value, score_before.value) AS value, score.state, definition.sha256,
    definition.body, definition.loaded_at, batch.file_name
FROM administration
INNER JOIN reached ON reached.client_id = administration.client_id
INNER JOIN definition
    ON definition.site_id = administration.site_id
    AND definition.definition_id = administration.definition_id
LEFT JOIN score
    ON score.site_id = administration.site_id
    AND score.administration_id = administration.administration_id
    AND score.client_id = administration.client_id AND score.scale_id = $7
    AND administration.replaced_at IS NULL
LEFT JOIN score_before
    ON score_before.site_id = administration.site_id
    AND score_before.administration_id = administration.administration_id
    AND score_before.version = administration.version AND score_before.scale_id = $7
LEFT JOIN batch
    ON batch.site_id = administration.site_id AND batch.batch_id = administration.batch_id
WHERE administration.site_id = $1 AND administration.client_id = $5
    AND administration.administration_id = $6
ORDER BY administration.version DESC NULLS LAST
"""
)

# One row per form of instrument $6 with answers that client $5 gave about themself in episode $7
# and that counts, oldest first.
ANSWERS = (
    CLINICAL
    + """
SELECT administration.client_id, administration.administration_id, administration.answered_on,
    administration.answers, administration.definition_id, definition.sha256
FROM administration
INNER JOIN reached ON reached.client_id = administration.client_id
INNER JOIN definition
    ON definition.site_id = administration.site_id
    AND definition.definition_id = administration.definition_id
WHERE administration.site_id = $1 AND administration.client_id = $5
    AND administration.instrument_id = $6 AND administration.episode_id = $7
    AND administration.about_id = $5 AND administration.informant_id = $5
    AND administration.replaced_at IS NULL AND administration.answers IS NOT NULL
ORDER BY administration.answered_on NULLS LAST, administration.administration_id NULLS LAST
"""
)


def made(
    cursor: Cursor, reach: Reach, client_id: int, administration_id: int, scale_id: int
) -> list[Made]:
    """Every version of a form of a client in reach, the last first; none of another's form."""
    rows = cursor.rows(
        reach.narrowed(MADE), *reach.parameters, client_id, administration_id, scale_id
    )
    return [Made(*row) for row in rows]


def answers(
    cursor: Cursor, reach: Reach, client_id: int, instrument_id: int, episode_id: int
) -> list[Given]:
    """The own answers of a client in reach to one instrument in one episode, oldest first."""
    rows = cursor.rows(
        reach.narrowed(ANSWERS), *reach.parameters, client_id, instrument_id, episode_id
    )
    return [Given(*row) for row in rows]


def body(cursor: Cursor, site_id: int, definition_id: int) -> str:
    """A definition as it was when it made scores."""
    row = cursor.one(
        "SELECT body FROM definition WHERE site_id = $1 AND definition_id = $2",
        site_id,
        definition_id,
    )
    assert row is not None, "a score without its definition"
    return str(row[0])
