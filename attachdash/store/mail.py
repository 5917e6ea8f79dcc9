"""Who was told by mail of what, and which tries at sending have not come to a good end."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from attachdash.store.engine import Cursor

SERVER = 0  # in the place of a person: the mail server as a whole


class Try(NamedTuple):
    """A try that has not come to a good end: since when, how often, when again, and why."""

    since_at: datetime
    tries: int
    next_at: datetime
    reason: str  # empty while the first one is under way


def address(cursor: Cursor, site_id: int, person_id: int) -> str:
    """Somebody's mail address; empty where they have none."""
    row = cursor.one(
        "SELECT COALESCE(mail, '') FROM person WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
    )
    return str(row[0]) if row else ""


def set_address(cursor: Cursor, site_id: int, person_id: int, mail: str) -> None:
    """Somebody's mail address, or none; what went wrong with the one before is forgotten."""
    cursor.run(
        "UPDATE person SET mail = $3 WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        mail,
    )
    end_try(cursor, site_id, person_id)


def addresses(cursor: Cursor, site_id: int) -> dict[int, tuple[str, str]]:
    """Name and mail address of everyone who has one and isn't disabled."""
    rows = cursor.rows(
        "SELECT person_id, name, mail FROM person "
        "WHERE site_id = $1 AND disabled_at IS NULL AND mail <> ''",
        site_id,
    )
    return {int(row[0]): (str(row[1]), str(row[2])) for row in rows}


def without_address(cursor: Cursor, site_id: int, on: date) -> list[str]:
    """The names of staff of a day who have no mail address."""
    rows = cursor.rows(
        "SELECT DISTINCT person.name FROM person INNER JOIN person_role "
        "ON person_role.site_id = person.site_id AND person_role.person_id = person.person_id "
        "WHERE person.site_id = $1 AND person.disabled_at IS NULL "
        "AND COALESCE(person.mail, '') = '' AND person_role.role <> 'client' "
        "AND person_role.from_on <= $2 AND (person_role.to_on IS NULL OR person_role.to_on > $2)",
        site_id,
        on,
    )
    return sorted(str(row[0]) for row in rows)


# One row per person, flag that is still open as it was then, and level, that was told.
TOLD = """
SELECT mail_sent.person_id, mail_sent.flag_id, mail_sent.raised_at, mail_sent.level
FROM mail_sent
INNER JOIN flag
    ON flag.site_id = mail_sent.site_id AND flag.flag_id = mail_sent.flag_id
    AND flag.raised_at = mail_sent.raised_at
WHERE mail_sent.site_id = $1 AND flag.state = 'open'
"""


def told(cursor: Cursor, site_id: int) -> set[tuple[int, int, datetime, int]]:
    """Whom of which open flag was told: person, flag, since when it waits, level."""
    return {
        (int(row[0]), int(row[1]), row[2], int(row[3])) for row in cursor.rows(TOLD, site_id)
    }  # fmt: skip


def last_sent(cursor: Cursor, site_id: int) -> dict[int, datetime]:
    """When each person was told of anything last."""
    rows = cursor.rows(
        "SELECT person_id, max(sent_at) FROM mail_sent WHERE site_id = $1 GROUP BY person_id",
        site_id,
    )
    return {int(row[0]): row[1] for row in rows}


def note_sent(
    cursor: Cursor, site_id: int, person_id: int, what: Iterable[tuple[int, datetime, int]],
    now: datetime,
) -> None:  # fmt: skip
    """Somebody was told of these: flag, since when it waits, level."""
    for flag_id, raised_at, level in what:
        cursor.run(
            "INSERT INTO mail_sent (site_id, person_id, flag_id, raised_at, level, sent_at) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            site_id,
            person_id,
            flag_id,
            raised_at,
            level,
            now,
        )


def tries(cursor: Cursor, site_id: int) -> dict[int, Try]:
    """The tries that have not come to a good end, by person; SERVER for all."""
    rows = cursor.rows(
        "SELECT person_id, since_at, tries, next_at, reason FROM mail_try WHERE site_id = $1",
        site_id,
    )
    return {int(row[0]): Try(*row[1:]) for row in rows}


def put_try(cursor: Cursor, site_id: int, person_id: int, one: Try) -> None:
    """A try begins, or has failed."""
    cursor.run(
        "INSERT INTO mail_try (site_id, person_id, since_at, tries, next_at, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (site_id, person_id) DO UPDATE SET "
        "since_at = excluded.since_at, tries = excluded.tries, next_at = excluded.next_at, "
        "reason = excluded.reason",
        site_id,
        person_id,
        *one,
    )


def end_try(cursor: Cursor, site_id: int, person_id: int) -> None:
    """It went well, or is of no more use."""
    cursor.run(
        "DELETE FROM mail_try WHERE site_id = $1 AND person_id = $2", site_id, person_id
    )  # fmt: skip


def try_at_once(cursor: Cursor, site_id: int, now: datetime) -> None:
    """All that failed is tried again without a wait."""
    cursor.run("UPDATE mail_try SET next_at = $2 WHERE site_id = $1", site_id, now)


def end_all_tries(cursor: Cursor, site_id: int) -> None:
    """Nothing is tried any more."""
    cursor.run("DELETE FROM mail_try WHERE site_id = $1", site_id)
