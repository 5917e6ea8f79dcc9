"""What wants a person's eye: one flag per client and cause, and the steps taken with it."""

from datetime import date, datetime
from typing import NamedTuple

import pandas as pd
import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, filled
from attachdash.store.reach import CLINICAL, CLINICAL_ONE, Reach

# Flags that rest on the answer to one item; the others are read by `watched`.
OF_ITEM = "right(flag.kind, 6) IN ('answer', '_blank')"

# Whom the answers of an administration are about and from, where that is not the client.
# One row per flag in reach, with the answers that raised it last and who has looked at those.
FLAGS = (
    CLINICAL
    + """
SELECT flag.flag_id, flag.client_id, flag.administration_id, flag.episode_id, flag.kind,
    flag.cause, flag.state, flag.raised_at, administration.version, administration.answered_on,
    administration.recorded_at, administration.answers,
    administration.about_id, administration.informant_id,
    instrument.code AS instrument, person.name AS seen_by, seen.done_at AS seen_at
FROM flag
INNER JOIN reached ON reached.client_id = flag.client_id
INNER JOIN administration
    ON administration.site_id = flag.site_id
    AND administration.administration_id = flag.administration_id
    AND administration.replaced_at IS NULL
INNER JOIN instrument
    ON instrument.site_id = administration.site_id
    AND instrument.instrument_id = administration.instrument_id
LEFT JOIN (
    SELECT flag_step.flag_id, flag_step.words, flag_step.by_person_id, flag_step.done_at,
        row_number() OVER (PARTITION BY flag_step.flag_id, flag_step.words
            ORDER BY flag_step.step_id DESC NULLS LAST) AS place
    FROM flag_step
    WHERE flag_step.site_id = $1 AND flag_step.kind = 'seen'
) AS seen
    ON seen.flag_id = flag.flag_id AND seen.place = 1
    AND seen.words = 'administration ' || CAST(flag.administration_id AS VARCHAR)
LEFT JOIN person ON person.site_id = flag.site_id AND person.person_id = seen.by_person_id
WHERE flag.site_id = $1 AND flag.state <> 'withdrawn' AND """
    + OF_ITEM
    + """
ORDER BY flag.raised_at DESC NULLS LAST, flag.flag_id DESC NULLS LAST
"""
)


def in_reach(cursor: Cursor, reach: Reach) -> pd.DataFrame:
    """The flags of every client in reach, newest first, each with who answered."""
    return cursor.frame(reach.narrowed(FLAGS), *reach.parameters)


class Stepped(NamedTuple):
    """A flag and one step taken with it, as OF_CLIENT reads it.

    Steps follow each other by `step_id`: `done_at` is what the clock said, and clocks are set back.
    """

    flag_id: int
    client_id: int
    administration_id: int
    kind: str
    cause: str
    state: str
    raised_at: datetime
    step_id: int
    step: str
    words: str
    done_at: datetime
    by_whom: str | None
    said: str
    review_on: date | None
    version: int | None  # of the form it rests on, as is the day
    answered_on: date | None


class Form(NamedTuple):
    """An answered form, as FORMS reads it."""

    administration_id: int
    version: int
    instrument_id: int
    about_id: int
    informant_id: int
    answered_on: date
    recorded_at: datetime
    answers: list[int]


# The columns of Stepped.
STEPPED = """
SELECT flag.flag_id, flag.client_id, flag.administration_id, flag.kind, flag.cause, flag.state,
    flag.raised_at, COALESCE(flag_step.step_id, 0) AS step_id,
    COALESCE(flag_step.kind, '') AS step, COALESCE(flag_step.words, '') AS words,
    COALESCE(flag_step.done_at, flag.raised_at) AS done_at, person.name AS by_whom,
    COALESCE(flag_step.said, '') AS said, flag_step.review_on, administration.version,
    administration.answered_on
"""

# One row per flag of client $5 and step taken with it, newest flags first; of any kind.
OF_CLIENT = (
    STEPPED
    + """
FROM flag
-- No step means a fault, and still the flag is shown.
LEFT JOIN flag_step ON flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
LEFT JOIN person
    ON person.site_id = flag_step.site_id AND person.person_id = flag_step.by_person_id
LEFT JOIN administration
    ON administration.site_id = flag.site_id
    AND administration.administration_id = flag.administration_id
    AND administration.client_id = $5 AND administration.replaced_at IS NULL
WHERE flag.site_id = $1 AND flag.client_id = $5 AND """
    + CLINICAL_ONE
    + """
ORDER BY flag.raised_at DESC NULLS LAST, flag.flag_id DESC NULLS LAST,
    flag_step.step_id NULLS LAST
"""
)

# One row per answered form of client $5 to questionnaires $6, in no order.
FORMS = (
    """
SELECT administration.administration_id, administration.version, administration.instrument_id,
    administration.about_id, administration.informant_id, administration.answered_on,
    administration.recorded_at, administration.answers
FROM administration
WHERE administration.site_id = $1 AND administration.client_id = $5
    AND administration.replaced_at IS NULL AND administration.answers IS NOT NULL
    AND administration.instrument_id = ANY(CAST($6 AS INTEGER[]))
    AND """
    + CLINICAL_ONE
)

STEPS = (
    CLINICAL
    + """
SELECT flag_step.flag_id, flag.cause, flag_step.kind, flag_step.words, flag_step.done_at,
    COALESCE(flag_step.said, '') AS said, person.name AS by_whom
FROM flag_step
INNER JOIN flag ON flag.site_id = flag_step.site_id AND flag.flag_id = flag_step.flag_id
INNER JOIN reached ON reached.client_id = flag.client_id
LEFT JOIN person
    ON person.site_id = flag_step.site_id AND person.person_id = flag_step.by_person_id
WHERE flag_step.site_id = $1 AND flag.client_id = $5 AND """
    + OF_ITEM
    + """
ORDER BY flag_step.done_at NULLS LAST, flag_step.step_id NULLS LAST
"""
)


def of_client(cursor: Cursor, reach: Reach, client_id: int) -> list[Stepped]:
    """The flags of a client in reach, also withdrawn ones, with what was done with them."""
    rows = cursor.rows(reach.narrowed(OF_CLIENT), *reach.parameters, client_id)
    return [Stepped(*row) for row in rows]


def forms(cursor: Cursor, reach: Reach, client_id: int, instrument_ids: list[int]) -> list[Form]:
    """All forms of a client in reach to these questionnaires, whoever answered, newest first."""
    rows = cursor.rows(reach.narrowed(FORMS), *reach.parameters, client_id, instrument_ids)
    found = map(Form._make, rows)
    return sorted(found, key=lambda one: (one.answered_on, one.administration_id), reverse=True)


def steps(cursor: Cursor, reach: Reach, client_id: int) -> pd.DataFrame:
    """What was done with the flags of a client in reach, oldest first."""
    return cursor.frame(reach.narrowed(STEPS), *reach.parameters, client_id)


def client_of(cursor: Cursor, reach: Reach, flag_id: int) -> int | None:
    """Whose flag this is, where the viewer may touch them."""
    row = cursor.one(
        reach.narrowed(
            CLINICAL
            + "SELECT flag.client_id FROM flag "
            + "INNER JOIN reached ON reached.client_id = flag.client_id "
            + "WHERE flag.site_id = $1 AND flag.flag_id = $5"
        ),
        *reach.parameters,
        flag_id,
    )
    return int(row[0]) if row else None


# Whether there are flags of clients $2 to $3: of new ones there are none, and no list of
# them is handed over.
ANY_KNOWN = """
SELECT EXISTS (
    SELECT 1
    FROM flag
    WHERE flag.site_id = $1
        AND flag.client_id BETWEEN CAST($2 AS BIGINT) AND CAST($3 AS BIGINT))
"""
# One row per flag of clients $2, all between $3 and $4: what lies by client is skipped. A condition
# on the left side of a left join is no hash join in DuckDB: it compares every pair.
KNOWN = f"""
SELECT flag.flag_id, flag.client_id, flag.kind, flag.cause, flag.state, flag.raised_at,
    flag.administration_id,
    CASE WHEN flag.state <> 'withdrawn' THEN administration.answered_on END AS held_on
FROM flag
LEFT JOIN administration
    ON administration.site_id = flag.site_id
    AND administration.administration_id = flag.administration_id
    AND administration.replaced_at IS NULL
    AND administration.client_id BETWEEN CAST($3 AS BIGINT) AND CAST($4 AS BIGINT)
WHERE flag.site_id = $1 AND {OF_ITEM}
    AND flag.client_id BETWEEN CAST($3 AS BIGINT) AND CAST($4 AS BIGINT)
    AND flag.client_id IN (SELECT unnest(CAST($2 AS BIGINT[])))
"""


def known(cursor: Cursor, site_id: int, client_ids: list[int]) -> pl.DataFrame:
    """These clients' flags, with the last evidence (administration_id) and its day (held_on).

    One that was withdrawn has no day: any evidence is newer.
    """
    least, most = min(client_ids, default=0), max(client_ids, default=0)
    found = cursor.one(ANY_KNOWN, site_id, least, most)
    whose = (client_ids, least, most) if found and found[0] else ([], 0, 0)
    return pl.DataFrame(cursor.arrow(KNOWN, site_id, *whose))


FLAG = pa.schema([
    ("site_id", pa.int16()), ("flag_id", pa.int64()), ("client_id", pa.int64()),
    ("episode_id", pa.int64()), ("kind", pa.string()), ("cause", pa.string()),
    ("administration_id", pa.int64()), ("raised_at", pa.timestamp("us")), ("state", pa.string()),
])  # fmt: skip
STEP = pa.schema([
    ("site_id", pa.int16()), ("step_id", pa.int64()), ("flag_id", pa.int64()),
    ("kind", pa.string()), ("by_person_id", pa.int64()), ("done_at", pa.timestamp("us")),
    ("words", pa.string()),
])  # fmt: skip

RENEW = """
UPDATE flag
SET episode_id = renewed.episode_id, administration_id = renewed.administration_id,
    state = renewed.state, raised_at = renewed.raised_at
FROM renewed
WHERE flag.site_id = $1 AND flag.flag_id = renewed.flag_id
"""

# One row per flag that rests on administrations which changed.
RESTING = f"""
SELECT flag.flag_id, flag.client_id, flag.kind, flag.cause, flag.administration_id, flag.raised_at,
    flag.state
FROM flag
INNER JOIN shaken ON shaken.administration_id = flag.administration_id
WHERE flag.site_id = $1 AND flag.state <> 'withdrawn' AND {OF_ITEM}
ORDER BY flag.flag_id NULLS LAST
"""
# One row per form that counts of clients $2, to questionnaires $3, with all that flags ask of it.
LEFT = """
SELECT administration.administration_id, administration.client_id, administration.episode_id,
    administration.about_id, administration.informant_id, instrument.code AS instrument,
    administration.answered_on, administration.recorded_at, administration.answers
FROM administration
INNER JOIN instrument
    ON instrument.site_id = administration.site_id
    AND instrument.instrument_id = administration.instrument_id
WHERE administration.site_id = $1
    AND administration.client_id IN (SELECT unnest(CAST($2 AS BIGINT[])))
    AND instrument.code = ANY($3)
    AND administration.replaced_at IS NULL AND administration.answers IS NOT NULL
ORDER BY administration.answered_on NULLS LAST, administration.administration_id NULLS LAST
"""


def resting_on(cursor: Cursor, site_id: int, administration_ids: list[int]) -> pl.DataFrame:
    """The flags whose last evidence is one of these: the columns of RESTING."""
    ids = pa.array(administration_ids, pa.int64())
    cursor.stage("shaken", pa.table({"administration_id": ids}))
    return pl.DataFrame(cursor.arrow(RESTING, site_id))


def left(
    cursor: Cursor, site_id: int, client_ids: list[int], instruments: list[str]
) -> pl.DataFrame:
    """The forms of these clients that count: the columns of LEFT, by day."""
    return pl.DataFrame(cursor.arrow(LEFT, site_id, client_ids, instruments))


def looked_at(cursor: Cursor, site_id: int, flag_ids: list[int]) -> set[tuple[int, str]]:
    """The flags and words ("administration 7") of evidence that was seen and not renewed since."""
    rows = cursor.rows(
        "SELECT flag_id, words, kind FROM flag_step WHERE site_id = $1 "
        "AND flag_id IN (SELECT unnest(CAST($2 AS BIGINT[]))) "
        "AND kind NOT IN ('acted', 'closed') ORDER BY step_id NULLS LAST",
        site_id,
        flag_ids,
    )
    last = {(int(row[0]), str(row[1])): str(row[2]) for row in rows}
    return {place for place, kind in last.items() if kind == "seen"}


def write(
    cursor: Cursor, site_id: int, now: datetime, *, raised: pl.DataFrame, renewed: pl.DataFrame,
    steps: pl.DataFrame, by_person_id: int,
) -> None:  # fmt: skip
    """Add new flags, renew those whose evidence is another now, and add the steps.

    The frames have what differs from row to row of FLAG (raised and renewed) and of STEP.
    """
    same = {"site_id": site_id, "raised_at": now, "done_at": now, "by_person_id": by_person_id}
    cursor.bulk("flag", filled(FLAG, raised, same))
    if not renewed.is_empty():
        cursor.stage("renewed", filled(FLAG, renewed, same))
        cursor.run(RENEW, site_id)
    cursor.bulk("flag_step", filled(STEP, steps, same))


# The state of flag $2 while it rests on version $4 of administration $3, or on none.
STANDS = """
SELECT flag.state FROM flag
WHERE flag.site_id = $1 AND flag.flag_id = $2 AND flag.state NOT IN ('withdrawn', 'over')
    AND flag.administration_id IS NOT DISTINCT FROM CAST($3 AS BIGINT)
    AND (flag.administration_id IS NULL OR EXISTS (
        SELECT 1 FROM administration WHERE administration.site_id = flag.site_id
            AND administration.administration_id = flag.administration_id
            AND administration.version = CAST($4 AS SMALLINT)
            AND administration.replaced_at IS NULL))
"""


def stands(
    cursor: Cursor, site_id: int, flag_id: int, administration_id: int | None, version: int | None
) -> str | None:
    """The state of a flag that still rests on this version of an answer; None where it doesn't:
    a newer one has raised it since, or it was put right or taken back."""
    row = cursor.one(STANDS, site_id, flag_id, administration_id, version)
    return str(row[0]) if row else None


def move(
    cursor: Cursor, site_id: int, step_id: int, flag_id: int, state: str,
    administration_id: int | None, by_person_id: int, now: datetime, said: str | None = None,
    review_on: date | None = None,
) -> None:  # fmt: skip
    """Somebody has looked at a flag, acted on it or closed it: its new state and the step."""
    cursor.run(
        "UPDATE flag SET state = $3 WHERE site_id = $1 AND flag_id = $2", site_id, flag_id, state
    )
    cursor.run(
        "INSERT INTO flag_step (site_id, step_id, flag_id, kind, by_person_id, done_at, words, "
        "said, review_on) VALUES ($1, $2, $3, $4, $5, $6, $7, CAST($8 AS VARCHAR), "
        "CAST($9 AS DATE))",
        site_id, step_id, flag_id, state, by_person_id, now,
        "" if administration_id is None else f"administration {administration_id}", said,
        review_on,
    )  # fmt: skip


def last_look(cursor: Cursor, site_id: int, flag_id: int) -> int | None:
    """Who marked a flag as seen last."""
    row = cursor.one(
        "SELECT by_person_id FROM flag_step WHERE site_id = $1 AND flag_id = $2 AND kind = 'seen' "
        "ORDER BY step_id DESC NULLS LAST LIMIT 1",
        site_id,
        flag_id,
    )
    return int(row[0]) if row else None


class Unseen(NamedTuple):
    """A flag of the practice that nobody has seen, as UNSEEN reads it."""

    flag_id: int
    client_id: int
    kind: str
    cause: str
    raised_at: datetime
    answers: list[int] | None


# One row per open flag of kinds $2. Of the whole practice: who is told how much of it is decided
# by whoever asks.
UNSEEN = """
SELECT flag.flag_id, flag.client_id, flag.kind, flag.cause, flag.raised_at, administration.answers
FROM flag
LEFT JOIN administration
    ON administration.site_id = flag.site_id
    AND administration.administration_id = flag.administration_id
    AND administration.replaced_at IS NULL
WHERE flag.site_id = $1 AND flag.state = 'open' AND flag.kind = ANY($2)
"""


def unseen(cursor: Cursor, site_id: int, kinds: list[str]) -> list[Unseen]:
    """Every open flag of these kinds, in no order."""
    return [Unseen(*row) for row in cursor.rows(UNSEEN, site_id, kinds)]
