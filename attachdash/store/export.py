"""Everything that was answered, to be given back; its sum; and putting it into an empty store."""

import json
from collections.abc import Iterable
from hashlib import sha256

import polars as pl
import pyarrow as pa

from attachdash.store import clients, marks, relations, release, support
from attachdash.store.engine import Cursor, Row, filled
from attachdash.store.reach import CLINICAL, Reach

CLIENT = pa.schema([
    ("site_id", pa.int16()), ("client_id", pa.int64()), ("code", pa.string()),
    ("name", pa.string()), ("born_on", pa.date32()), ("born_precision", pa.string()),
    ("language", pa.string()),
])  # fmt: skip
SPAN = pa.schema([
    ("site_id", pa.int16()), ("episode_id", pa.int64()), ("from_on", pa.date32()),
    ("to_on", pa.date32()), ("close_reason", pa.string()),
])  # fmt: skip

# One row per live administration in reach.
ANSWERED = (
    CLINICAL
    + """
SELECT client.code AS client, instrument.code AS instrument, administration.administration_id,
    administration.answered_on, administration.is_nominal, administration.occasion,
    administration.about_id, administration.informant_id,
    administration.informant_id = administration.client_id AS is_own, administration.answers,
    administration.episode_id
FROM administration
INNER JOIN reached ON reached.client_id = administration.client_id
INNER JOIN client
    ON client.site_id = administration.site_id AND client.client_id = administration.client_id
INNER JOIN instrument
    ON instrument.site_id = administration.site_id
    AND instrument.instrument_id = administration.instrument_id
WHERE administration.site_id = $1 AND administration.replaced_at IS NULL
ORDER BY instrument.code NULLS LAST, client.code NULLS LAST,
    administration.answered_on NULLS LAST, administration.administration_id NULLS LAST
"""
)

# One row per score of a live administration in reach.
SCORED = (
    CLINICAL
    + """
SELECT score.administration_id, score.scale_id, scale.code AS scale, score.value, score.answered,
    score.asked, score.state, definition.sha256 AS definition
FROM score
INNER JOIN reached ON reached.client_id = score.client_id
INNER JOIN administration
    ON administration.site_id = score.site_id
    AND administration.administration_id = score.administration_id
    AND administration.client_id = score.client_id
INNER JOIN scale ON scale.site_id = score.site_id AND scale.scale_id = score.scale_id
INNER JOIN definition
    ON definition.site_id = score.site_id AND definition.definition_id = score.definition_id
WHERE score.site_id = $1 AND administration.replaced_at IS NULL
ORDER BY score.administration_id NULLS LAST, score.scale_id NULLS LAST
"""
)

# One row per time that a therapist treated a client in reach, at any time.
TREATED = (
    CLINICAL
    + """
SELECT treats.client_id, person.name, treats.from_on, treats.to_on
FROM treats
INNER JOIN reached ON reached.client_id = treats.client_id
INNER JOIN person ON person.site_id = treats.site_id AND person.person_id = treats.therapist_id
WHERE treats.site_id = $1
ORDER BY treats.client_id NULLS LAST, treats.from_on NULLS LAST, person.name NULLS LAST
"""
)


def answered(cursor: Cursor, reach: Reach) -> pl.DataFrame:
    """Every live administration in reach: the columns of ANSWERED, by instrument and client."""
    return pl.DataFrame(cursor.arrow(ANSWERED, *reach.parameters))


def scored(cursor: Cursor, reach: Reach) -> pl.DataFrame:
    """Every score of those: the columns of SCORED."""
    return pl.DataFrame(cursor.arrow(SCORED, *reach.parameters))


def treated(cursor: Cursor, reach: Reach) -> list[Row]:
    """Who treated whom, from when to when: client_id, name, from, to."""
    return cursor.rows(TREATED, *reach.parameters)


def episode_numbers(spans: list[Row]) -> dict[int, int]:
    """The place of each episode among its client's, from 1, of what `clients.episodes` gives."""
    found: dict[int, int] = {}
    counts: dict[int, int] = {}
    for span in spans:
        if span[1] not in found:
            found[span[1]] = counts[span[0]] = counts.get(span[0], 0) + 1
    return found


def relation_numbers(people: list[Row]) -> dict[int, tuple[str, int]]:
    """The kind of each relation and its place among its client's of that kind, from 1, of what
    `relations.of_clients` gives."""
    counts: dict[tuple[int, str], int] = {}
    found: dict[int, tuple[str, int]] = {}
    for relation_id, client_id, kind, *_ in people:
        counts[client_id, kind] = number = counts.get((client_id, kind), 0) + 1
        found[int(relation_id)] = kind, number
    return found


def state_hash(cursor: Cursor, reach: Reach) -> str:
    """A sum over clients with the people around them, episodes with their phases and events,
    answers and scores, what was answered and noted beside flags, and what was held back from
    clients, in reach: 64 hexadecimal digits.

    The same for the same state, on any engine, whatever numbers and moments the rows were kept
    under.
    """
    who, spans = clients.who(cursor, reach), clients.episodes(cursor, reach)
    codes, numbers = {row[0]: row[1] for row in who}, episode_numbers(spans)
    held, people = answered(cursor, reach), relations.of_clients(cursor, reach)
    places = relation_numbers(people)
    keys = {
        row["administration_id"]: (
            row["client"], row["instrument"], row["answered_on"], row["occasion"],
            places.get(row["about_id"]), places.get(row["informant_id"]),
        )
        for row in held.iter_rows(named=True)
    }  # fmt: skip
    instruments: dict[int, str] = dict(
        cursor.rows("SELECT instrument_id, code FROM instrument WHERE site_id = $1", reach.site_id)
    )
    parts: tuple[Iterable[tuple[object, ...]], ...] = (
        (row[1:6] for row in who),
        ((codes[row[1]], *places[row[0]], *row[3:]) for row in people),
        ((codes[row[0]], numbers[row[1]], *row[2:]) for row in spans),
        ((codes[row[9]], numbers[row[2]], *row[3:9]) for row in marks.of_clients(cursor, reach)),
        (
            (*keys[number], is_nominal, answers, numbers.get(episode_id))
            for number, is_nominal, answers, episode_id in held.select(
                "administration_id", "is_nominal", "answers", "episode_id"
            ).iter_rows()
        ),
        (
            (*keys[number], *rest)
            for number, *rest in scored(cursor, reach).drop("scale_id").iter_rows()
        ),
        # Not by whom, nor which flag it was beside: numbers and names are others elsewhere.
        (
            (codes[one.client_id], numbers.get(one.episode_id or 0), *one[5:10], one.given_at)
            for one in support.looks(cursor, reach)
        ),
        ((codes[one.client_id], one.words, one.noted_at) for one in support.notes(cursor, reach)),
        (
            (codes[one.client_id], instruments[one.instrument_id], *one[3:6], one.ended_at)
            for one in release.holds(cursor, reach)
        ),
    )
    total = sha256()
    names = ("clients", "relations", "episodes", "marks", "answers", "scores", "looks", "notes",
             "holds")  # fmt: skip
    for name, rows in zip(names, parts, strict=True):
        # Sorted here: the engines sort letters differently.
        lines = sorted(json.dumps(row, default=str) for row in rows)
        if name in ("marks", "looks", "notes", "holds") and not lines:
            continue  # as exports from before there were any have it
        total.update(f"{name}\n".encode())
        for line in lines:
            total.update(line.encode() + b"\n")
    return total.hexdigest()


def put_clients(cursor: Cursor, site_id: int, new: pl.DataFrame) -> None:
    """New clients: the columns of CLIENT but the site."""
    cursor.bulk("client", filled(CLIENT, new, {"site_id": site_id}))


def put_episodes(cursor: Cursor, site_id: int, episodes: pl.DataFrame, spans: pl.DataFrame) -> None:
    """New episodes with their spans: the columns of `clients.EPISODE` and SPAN but the site."""
    cursor.bulk("episode", filled(clients.EPISODE, episodes, {"site_id": site_id}))
    cursor.bulk("episode_span", filled(SPAN, spans, {"site_id": site_id}))
