"""Clients and their episodes of care."""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
import pyarrow as pa

from attachdash.store import marks
from attachdash.store.engine import Cursor, Row, filled
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, REGISTER, REGISTER_ONE, Reach

CLIENT = pa.schema([
    ("site_id", pa.int16()), ("client_id", pa.int64()), ("code", pa.string()),
    ("name", pa.string()), ("language", pa.string()),
])  # fmt: skip
EPISODE = pa.schema([
    ("site_id", pa.int16()), ("episode_id", pa.int64()), ("client_id", pa.int64()),
    ("started_on", pa.date32()), ("start_is_nominal", pa.bool_()), ("problem", pa.string()),
])  # fmt: skip
SPAN = pa.schema([
    ("site_id", pa.int16()), ("episode_id", pa.int64()), ("from_on", pa.date32()),
])  # fmt: skip

IN_REACH = "SELECT CAST($5 AS BIGINT) AS client_id WHERE " + REGISTER_ONE

CLIENT_OF_EPISODE = (
    REGISTER
    + """
SELECT episode.client_id
FROM episode
INNER JOIN reached ON reached.client_id = episode.client_id
WHERE episode.site_id = $1 AND episode.episode_id = $5
"""
)

# One row per client in reach: who they are. Nothing of what they answered.
WHO = (
    REGISTER
    + """
SELECT client.client_id, client.code, client.name, client.born_on, client.born_precision,
    client.language, client.person_id
FROM client
INNER JOIN reached ON reached.client_id = client.client_id
WHERE client.site_id = $1
    AND (CAST($5 AS BIGINT) IS NULL OR client.client_id = CAST($5 AS BIGINT))
ORDER BY client.code NULLS LAST
"""
)

# One row per client in reach and their present therapists, by name.
THERAPISTS = (
    CLINICAL
    + """
SELECT treats.client_id, person.name
FROM treats
INNER JOIN reached ON reached.client_id = treats.client_id
INNER JOIN person ON person.site_id = treats.site_id AND person.person_id = treats.therapist_id
WHERE treats.site_id = $1 AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)
ORDER BY treats.client_id NULLS LAST, treats.from_on NULLS LAST, person.name NULLS LAST
"""
)

# One row per span of care of each client in reach, oldest first. What a therapy is for is clinical:
# an administrator's register goes without.
EPISODES = (
    REGISTER
    + """
SELECT episode.client_id, episode.episode_id, episode.started_on, episode.start_is_nominal,
    CASE WHEN $2 = 'administrator' THEN '' ELSE episode.problem END AS problem,
    episode_span.from_on, episode_span.to_on, episode_span.close_reason
FROM episode
INNER JOIN reached ON reached.client_id = episode.client_id
INNER JOIN episode_span
    ON episode_span.site_id = episode.site_id AND episode_span.episode_id = episode.episode_id
WHERE episode.site_id = $1
    AND (CAST($5 AS BIGINT) IS NULL OR episode.client_id = CAST($5 AS BIGINT))
ORDER BY episode.client_id NULLS LAST, episode.started_on NULLS LAST,
    episode.episode_id NULLS LAST, episode_span.from_on NULLS LAST
"""
)

# One row per span of care of client $5, oldest first, and scale fixed to lead a domain in that
# episode; one row where they have no episode. Every row says who they are and who treats them.
RECORD = (
    """
SELECT client.client_id, client.code, client.name, client.born_on, client.born_precision,
    client.language, client.person_id,
    episode.episode_id, episode.started_on, episode.start_is_nominal, episode.problem,
    episode_span.from_on, episode_span.to_on, episode_span.close_reason,
    lead.domain, lead.scale_id,
    (SELECT array_agg(person.name ORDER BY treats.from_on NULLS LAST, person.name NULLS LAST)
     FROM treats
     INNER JOIN person
        ON person.site_id = treats.site_id AND person.person_id = treats.therapist_id
     WHERE treats.site_id = $1 AND treats.client_id = $5
        AND treats.from_on <= $4 AND (treats.to_on IS NULL OR treats.to_on > $4)) AS therapists,
    (SELECT max(batch.imported_at) FROM batch
     WHERE batch.site_id = $1 AND batch.undone_at IS NULL) AS last_import_at,
"""
    + marks.IN_HEAD
    + """
FROM client
LEFT JOIN episode
    ON episode.site_id = client.site_id AND episode.client_id = client.client_id
    AND episode.client_id = $5
LEFT JOIN episode_span
    ON episode_span.site_id = episode.site_id AND episode_span.episode_id = episode.episode_id
LEFT JOIN lead
    ON lead.site_id = episode.site_id AND lead.episode_id = episode.episode_id
    AND lead.replaced_at IS NULL
WHERE client.site_id = $1 AND client.client_id = $5 AND """
    + CLINICAL_ONE
    + """
ORDER BY episode.started_on NULLS LAST, episode.episode_id NULLS LAST,
    episode_span.from_on NULLS LAST
"""
)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a client's record, before anything they answered."""

    who: Row  # the columns of WHO
    spans: list[Row]  # the columns of EPISODES
    therapists: tuple[str, ...]
    leads: dict[tuple[int, str], int]  # the scale fixed for an episode and domain
    last_import_at: datetime | None
    marks: list[Row]  # the columns of marks.from_texts


def in_reach(cursor: Cursor, reach: Reach, client_id: int) -> int | None:
    """The client's id again where the viewer may touch them."""
    row = cursor.one(reach.narrowed(IN_REACH), *reach.parameters, client_id)
    return int(row[0]) if row else None


def client_of_episode(cursor: Cursor, reach: Reach, episode_id: int) -> int | None:
    """Whose episode this is, where the viewer may touch them."""
    row = cursor.one(reach.narrowed(CLIENT_OF_EPISODE), *reach.parameters, episode_id)
    return int(row[0]) if row else None


def of_person(cursor: Cursor, site_id: int, person_id: int) -> int | None:
    """The client whom this person is, if they are one."""
    row = cursor.one(
        "SELECT client_id FROM client WHERE site_id = $1 AND person_id = $2", site_id, person_id
    )
    return int(row[0]) if row else None


def person_of(cursor: Cursor, site_id: int, client_id: int) -> int | None:
    """Who signs in as this client, if anybody does."""
    row = cursor.one(
        "SELECT person_id FROM client WHERE site_id = $1 AND client_id = $2", site_id, client_id
    )
    return None if row is None or row[0] is None else int(row[0])


def who(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Row]:
    """Every client in reach by code, or one: the columns of WHO."""
    return cursor.rows(reach.narrowed(WHO), *reach.parameters, client_id)


def therapists(cursor: Cursor, reach: Reach) -> dict[int, list[str]]:
    """The present therapists of each client in reach."""
    found: dict[int, list[str]] = {}
    for client_id, name in cursor.rows(reach.narrowed(THERAPISTS), *reach.parameters):
        found.setdefault(int(client_id), []).append(str(name))
    return found


def episodes(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Row]:
    """Every span of every episode in reach, or of one client: the columns of EPISODES."""
    return cursor.rows(reach.narrowed(EPISODES), *reach.parameters, client_id)


def head(cursor: Cursor, reach: Reach, client_id: int) -> Head | None:
    """The head of a client's record; None where they are not in reach."""
    rows = cursor.rows(reach.narrowed(RECORD), *reach.parameters, client_id)
    if not rows:
        return None
    spans = [(row[0], *row[7:14]) for row in rows if row[11] is not None]
    return Head(
        who=rows[0][:7],
        spans=list(dict.fromkeys(spans)),
        therapists=tuple(rows[0][16] or ()),
        leads={(row[7], row[14]): row[15] for row in rows if row[14] is not None},
        last_import_at=rows[0][17],
        marks=marks.from_texts(rows[0][18]),
    )


def with_code(cursor: Cursor, site_id: int, code: str) -> int | None:
    """The client whom the code belongs to, in anybody's reach or not."""
    row = cursor.one(
        "SELECT client_id FROM client WHERE site_id = $1 AND upper(code) = upper($2)",
        site_id,
        code,
    )
    return int(row[0]) if row else None


def codes_taken(cursor: Cursor, site_id: int, codes: list[str]) -> list[str]:
    """Those of the codes, in capitals, that belong to anybody in the practice."""
    rows = cursor.rows(
        "SELECT upper(code) FROM client WHERE site_id = $1 "
        "AND upper(code) IN (SELECT unnest(CAST($2 AS VARCHAR[])))",
        site_id,
        [code.upper() for code in codes],
    )
    return [str(row[0]) for row in rows]


def add_many(cursor: Cursor, site_id: int, new: pl.DataFrame) -> None:
    """New clients of whom only client_id and code are known."""
    cursor.bulk("client", filled(CLIENT, new, {"site_id": site_id, "name": "", "language": "en"}))


def open_episodes(cursor: Cursor, site_id: int, new: pl.DataFrame, *, nominal: bool) -> None:
    """New episodes with their first span: episode_id, client_id, started_on of each."""
    same = {"site_id": site_id, "start_is_nominal": nominal, "problem": ""}
    cursor.bulk("episode", filled(EPISODE, new, same))
    cursor.bulk("episode_span", filled(SPAN, new.rename({"started_on": "from_on"}), same))


def add(
    cursor: Cursor, site_id: int, client_id: int, code: str, name: str, born_on: date | None,
    born_precision: str | None, language: str,
) -> None:  # fmt: skip
    """A new client."""
    cursor.run(
        "INSERT INTO client (site_id, client_id, code, name, born_on, born_precision, language) "
        "VALUES ($1, $2, $3, $4, CAST($5 AS DATE), CAST($6 AS VARCHAR), $7)",
        site_id,
        client_id,
        code,
        name,
        born_on,
        born_precision,
        language,
    )


def change(
    cursor: Cursor, site_id: int, client_id: int, name: str, born_on: date | None,
    born_precision: str | None, language: str,
) -> None:  # fmt: skip
    """Who a client is, corrected. The code stays."""
    cursor.run(
        "UPDATE client SET name = $3, born_on = CAST($4 AS DATE), "
        "born_precision = CAST($5 AS VARCHAR), language = $6 "
        "WHERE site_id = $1 AND client_id = $2",
        site_id,
        client_id,
        name,
        born_on,
        born_precision,
        language,
    )


def link_person(cursor: Cursor, site_id: int, client_id: int, person_id: int | None) -> None:
    """Whose own record this is, when they sign in."""
    cursor.run(
        "UPDATE client SET person_id = CAST($3 AS BIGINT) WHERE site_id = $1 AND client_id = $2",
        site_id,
        client_id,
        person_id,
    )


def spans_of(cursor: Cursor, site_id: int, client_ids: list[int]) -> pl.DataFrame:
    """Every span of care of these clients, for filing answers: ids, from and to."""
    return pl.DataFrame(
        cursor.arrow(
            "SELECT episode.client_id, episode.episode_id, episode_span.from_on, "
            "episode_span.to_on FROM episode INNER JOIN episode_span "
            "ON episode_span.site_id = episode.site_id "
            "AND episode_span.episode_id = episode.episode_id "
            "WHERE episode.site_id = $1 "
            "AND episode.client_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
            site_id,
            client_ids,
        )
    )


def open_episode(
    cursor: Cursor, site_id: int, episode_id: int, client_id: int, started_on: date, nominal: bool,
    problem: str,
) -> None:  # fmt: skip
    """A new episode with its first span."""
    cursor.run(
        "INSERT INTO episode (site_id, episode_id, client_id, started_on, start_is_nominal, "
        "problem) VALUES ($1, $2, $3, $4, $5, $6)",
        site_id,
        episode_id,
        client_id,
        started_on,
        nominal,
        problem,
    )
    add_span(cursor, site_id, episode_id, started_on)


def add_span(cursor: Cursor, site_id: int, episode_id: int, from_on: date) -> None:
    """Care goes on in this episode from a day."""
    cursor.run(
        "INSERT INTO episode_span (site_id, episode_id, from_on) VALUES ($1, $2, $3)",
        site_id,
        episode_id,
        from_on,
    )


def close_span(cursor: Cursor, site_id: int, episode_id: int, on: date, reason: str) -> None:
    """The episode's last day is the one before `on`."""
    cursor.run(
        "UPDATE episode_span SET to_on = $3, close_reason = $4 "
        "WHERE site_id = $1 AND episode_id = $2 AND to_on IS NULL",
        site_id,
        episode_id,
        on,
        reason,
    )


def unclose_span(cursor: Cursor, site_id: int, episode_id: int, ended_on: date) -> None:
    """The span that ended on that day goes on as if it had never been closed."""
    cursor.run(
        "UPDATE episode_span SET to_on = NULL, close_reason = NULL "
        "WHERE site_id = $1 AND episode_id = $2 AND to_on = $3",
        site_id,
        episode_id,
        ended_on,
    )


def move_start(cursor: Cursor, site_id: int, episode_id: int, started_on: date) -> None:
    """The episode began on another day than was thought; that day is no longer nominal."""
    cursor.run(
        "UPDATE episode_span SET from_on = $3 WHERE site_id = $1 AND episode_id = $2 "
        "AND from_on = (SELECT started_on FROM episode WHERE site_id = $1 AND episode_id = $2)",
        site_id,
        episode_id,
        started_on,
    )
    cursor.run(
        "UPDATE episode SET started_on = $3, start_is_nominal = FALSE "
        "WHERE site_id = $1 AND episode_id = $2",
        site_id,
        episode_id,
        started_on,
    )
