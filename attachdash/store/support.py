"""What was answered to the support tool's questions, and what supervisors noted beside flags.

Both are for staff: neither is ever read for a client, whatever the reach says.
"""

from datetime import date, datetime
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, filled
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach

LOOK = pa.schema([
    ("site_id", pa.int16()), ("look_answer_id", pa.int64()), ("client_id", pa.int64()),
    ("episode_id", pa.int64()), ("flag_id", pa.int64()), ("question_id", pa.string()),
    ("version", pa.int32()), ("asked", pa.string()), ("answer", pa.string()),
    ("how", pa.string()), ("by_person_id", pa.int64()), ("given_at", pa.timestamp("us")),
])  # fmt: skip
NOTE = pa.schema([
    ("site_id", pa.int16()), ("agenda_note_id", pa.int64()), ("client_id", pa.int64()),
    ("flag_id", pa.int64()), ("words", pa.string()), ("by_person_id", pa.int64()),
    ("noted_at", pa.timestamp("us")),
])  # fmt: skip


class Look(NamedTuple):
    """One answer to one question, as LOOKS reads it."""

    client_id: int
    episode_id: int | None
    flag_id: int | None
    flag_kind: str | None
    flag_cause: str | None
    question_id: str
    version: int
    asked: str
    answer: str  # empty: the one before was taken back
    how: str
    by_whom: str | None
    by_sign_in: str | None
    given_at: datetime


class Note(NamedTuple):
    """A supervisor's note, as NOTES reads it."""

    client_id: int
    flag_id: int | None
    flag_kind: str | None
    flag_cause: str | None
    words: str
    by_whom: str | None
    by_sign_in: str | None
    noted_at: datetime


_LOOKS = """
SELECT look_answer.client_id, look_answer.episode_id, look_answer.flag_id,
    flag.kind AS flag_kind, flag.cause AS flag_cause, look_answer.question_id,
    look_answer.version, look_answer.asked, look_answer.answer, look_answer.how,
    person.name AS by_whom, person.sign_in AS by_sign_in, look_answer.given_at
FROM look_answer
{reached}LEFT JOIN flag
    ON flag.site_id = look_answer.site_id AND flag.flag_id = look_answer.flag_id
LEFT JOIN person
    ON person.site_id = look_answer.site_id AND person.person_id = look_answer.by_person_id
WHERE look_answer.site_id = $1 AND $2 <> 'client'{one}
ORDER BY look_answer.given_at NULLS LAST, look_answer.look_answer_id NULLS LAST
"""
_NOTES = """
SELECT agenda_note.client_id, agenda_note.flag_id, flag.kind AS flag_kind,
    flag.cause AS flag_cause, agenda_note.words, person.name AS by_whom,
    person.sign_in AS by_sign_in, agenda_note.noted_at
FROM agenda_note
{reached}LEFT JOIN flag
    ON flag.site_id = agenda_note.site_id AND flag.flag_id = agenda_note.flag_id
LEFT JOIN person
    ON person.site_id = agenda_note.site_id AND person.person_id = agenda_note.by_person_id
WHERE agenda_note.site_id = $1 AND $2 <> 'client'{one}
ORDER BY agenda_note.noted_at NULLS LAST, agenda_note.agenda_note_id NULLS LAST
"""


def _everybody(sql: str, table: str) -> str:
    join = f"INNER JOIN reached ON reached.client_id = {table}.client_id\n"
    return CLINICAL + sql.format(reached=join, one="")


def _one(sql: str, table: str) -> str:
    return sql.format(reached="", one=f"\n    AND {table}.client_id = $5 AND {CLINICAL_ONE}")


# One row per answer, or note, oldest first: of all clients in reach, or of client $5 alone.
LOOKS, LOOKS_OF_ONE = _everybody(_LOOKS, "look_answer"), _one(_LOOKS, "look_answer")
NOTES, NOTES_OF_ONE = _everybody(_NOTES, "agenda_note"), _one(_NOTES, "agenda_note")


def looks(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Look]:
    """What was answered, oldest first: of one client in reach, or of all; nothing for a client."""
    rows = (
        cursor.rows(reach.narrowed(LOOKS), *reach.parameters)
        if client_id is None
        else cursor.rows(reach.narrowed(LOOKS_OF_ONE), *reach.parameters, client_id)
    )
    return [Look._make(row) for row in rows]


def notes(cursor: Cursor, reach: Reach, client_id: int | None = None) -> list[Note]:
    """What was noted, oldest first: of one client in reach, or of all; nothing for a client."""
    rows = (
        cursor.rows(reach.narrowed(NOTES), *reach.parameters)
        if client_id is None
        else cursor.rows(reach.narrowed(NOTES_OF_ONE), *reach.parameters, client_id)
    )
    return [Note._make(row) for row in rows]


def add_look(
    cursor: Cursor, site_id: int, look_answer_id: int, client_id: int, flag_id: int,
    question_id: str, version: int, asked: str, answer: str, how: str, by_person_id: int,
    now: datetime,
) -> bool:  # fmt: skip
    """An answer beside a flag of this client, in its episode; False where there is no such flag."""
    row = cursor.one(
        "INSERT INTO look_answer (site_id, look_answer_id, client_id, episode_id, flag_id, "
        "question_id, version, asked, answer, how, by_person_id, given_at) "
        "SELECT flag.site_id, CAST($2 AS BIGINT), flag.client_id, flag.episode_id, flag.flag_id, "
        "CAST($5 AS VARCHAR), CAST($6 AS INTEGER), CAST($7 AS VARCHAR), CAST($8 AS VARCHAR), "
        "CAST($9 AS VARCHAR), CAST($10 AS BIGINT), CAST($11 AS TIMESTAMP) FROM flag "
        "WHERE flag.site_id = $1 AND flag.client_id = $3 AND flag.flag_id = $4 "
        "RETURNING look_answer_id",
        site_id, look_answer_id, client_id, flag_id, question_id, version, asked, answer, how,
        by_person_id, now,
    )  # fmt: skip
    return row is not None


def add_note(
    cursor: Cursor, site_id: int, agenda_note_id: int, client_id: int, flag_id: int, words: str,
    by_person_id: int, now: datetime,
) -> bool:  # fmt: skip
    """A note beside a flag of this client; False where there is no such flag."""
    row = cursor.one(
        "INSERT INTO agenda_note (site_id, agenda_note_id, client_id, flag_id, words, "
        "by_person_id, noted_at) "
        "SELECT flag.site_id, CAST($2 AS BIGINT), flag.client_id, flag.flag_id, "
        "CAST($5 AS VARCHAR), CAST($6 AS BIGINT), CAST($7 AS TIMESTAMP) FROM flag "
        "WHERE flag.site_id = $1 AND flag.client_id = $3 AND flag.flag_id = $4 "
        "RETURNING agenda_note_id",
        site_id, agenda_note_id, client_id, flag_id, words, by_person_id, now,
    )  # fmt: skip
    return row is not None


def put(cursor: Cursor, site_id: int, looks: pl.DataFrame, notes: pl.DataFrame) -> None:
    """Answers and notes of an export: the columns of LOOK and of NOTE but the site."""
    cursor.bulk("look_answer", filled(LOOK, looks, {"site_id": site_id}))
    cursor.bulk("agenda_note", filled(NOTE, notes, {"site_id": site_id}))


class Decided(NamedTuple):
    """What was last decided about a flag, as DECIDED reads it."""

    flag_id: int
    kind: str  # acted, closed
    said: str
    review_on: date | None
    by_whom: str | None
    done_at: datetime


# One row per flag in reach about which something was decided: the last decision.
DECIDED = (
    CLINICAL
    + """
SELECT step.flag_id, step.kind, step.said, step.review_on, person.name AS by_whom, step.done_at
FROM (
    SELECT flag_step.flag_id, flag_step.kind, COALESCE(flag_step.said, '') AS said,
        flag_step.review_on, flag_step.by_person_id, flag_step.done_at,
        row_number() OVER (PARTITION BY flag_step.flag_id
            ORDER BY flag_step.step_id DESC NULLS LAST) AS place
    FROM flag_step
    WHERE flag_step.site_id = $1 AND flag_step.kind IN ('acted', 'closed')
) AS step
INNER JOIN flag ON flag.site_id = $1 AND flag.flag_id = step.flag_id
INNER JOIN reached ON reached.client_id = flag.client_id
LEFT JOIN person ON person.site_id = $1 AND person.person_id = step.by_person_id
WHERE step.place = 1 AND $2 <> 'client'
ORDER BY step.flag_id NULLS LAST
"""
)


def decided(cursor: Cursor, reach: Reach) -> dict[int, Decided]:
    """The last decision about each flag in reach, by flag; nothing for a client."""
    rows = cursor.rows(reach.narrowed(DECIDED), *reach.parameters)
    return {one.flag_id: one for one in map(Decided._make, rows)}
