"""Browser sessions and one-time codes: kept here, so that any process can end them."""

from datetime import datetime

import pandas as pd

from attachdash.store.engine import Cursor, Row


def of_browser(cursor: Cursor, site_id: int, browser_hash: str) -> Row | None:
    """The open session of this browser: id, person, role, epoch, created, seen, confirmed."""
    return cursor.one(
        "SELECT web_session_id, person_id, role, epoch, created_at, seen_at, confirmed_at "
        "FROM web_session WHERE site_id = $1 AND browser_hash = $2 AND ended_at IS NULL "
        "ORDER BY web_session_id DESC NULLS LAST LIMIT 1",
        site_id,
        browser_hash,
    )


def begin(
    cursor: Cursor, site_id: int, web_session_id: int, browser_hash: str, person_id: int,
    role: str, epoch: int, now: datetime,
) -> None:  # fmt: skip
    """A new session."""
    cursor.run(
        "INSERT INTO web_session (site_id, web_session_id, browser_hash, person_id, role, epoch, "
        "created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        site_id,
        web_session_id,
        browser_hash,
        person_id,
        role,
        epoch,
        now,
    )


def touch(cursor: Cursor, site_id: int, web_session_id: int, now: datetime) -> None:
    """The session was used."""
    cursor.run(
        "UPDATE web_session SET seen_at = $3 WHERE site_id = $1 AND web_session_id = $2",
        site_id,
        web_session_id,
        now,
    )


def renew(
    cursor: Cursor, site_id: int, web_session_id: int, role: str, epoch: int, now: datetime
) -> None:
    """The session goes on in this role and epoch."""
    cursor.run(
        "UPDATE web_session SET role = $3, epoch = $4, seen_at = $5 "
        "WHERE site_id = $1 AND web_session_id = $2",
        site_id,
        web_session_id,
        role,
        epoch,
        now,
    )


def confirm(cursor: Cursor, site_id: int, web_session_id: int, now: datetime) -> None:
    """A second factor stands behind the session from now on."""
    cursor.run(
        "UPDATE web_session SET confirmed_at = $3, seen_at = $3 "
        "WHERE site_id = $1 AND web_session_id = $2",
        site_id,
        web_session_id,
        now,
    )


def end(cursor: Cursor, site_id: int, web_session_id: int, why: str, now: datetime) -> None:
    """The session is over."""
    cursor.run(
        "UPDATE web_session SET ended_at = $4, ended_why = $3 "
        "WHERE site_id = $1 AND web_session_id = $2 AND ended_at IS NULL",
        site_id,
        web_session_id,
        why,
        now,
    )


def end_of_browser(
    cursor: Cursor, site_id: int, browser_hash: str, why: str, now: datetime
) -> None:
    """All sessions of a browser are over."""
    cursor.run(
        "UPDATE web_session SET ended_at = $4, ended_why = $3 "
        "WHERE site_id = $1 AND browser_hash = $2 AND ended_at IS NULL",
        site_id,
        browser_hash,
        why,
        now,
    )


def end_all_but(cursor: Cursor, site_id: int, web_session_id: int, why: str, now: datetime) -> None:
    """All sessions are over except one."""
    cursor.run(
        "UPDATE web_session SET ended_at = $4, ended_why = $3 "
        "WHERE site_id = $1 AND NOT web_session_id = $2 AND ended_at IS NULL",
        site_id,
        web_session_id,
        why,
        now,
    )


def end_of_person(cursor: Cursor, site_id: int, person_id: int, why: str, now: datetime) -> None:
    """All sessions of a person are over."""
    cursor.run(
        "UPDATE web_session SET ended_at = $4, ended_why = $3 "
        "WHERE site_id = $1 AND person_id = $2 AND ended_at IS NULL",
        site_id,
        person_id,
        why,
        now,
    )


def open_ones(cursor: Cursor, site_id: int, seen_after: datetime) -> pd.DataFrame:
    """One row per session that is open and was used lately."""
    return cursor.frame(
        "SELECT web_session.web_session_id, web_session.person_id, person.name, web_session.role, "
        "web_session.created_at, web_session.seen_at FROM web_session INNER JOIN person "
        "ON person.site_id = web_session.site_id AND person.person_id = web_session.person_id "
        "AND person.epoch = web_session.epoch "
        "WHERE web_session.site_id = $1 AND web_session.ended_at IS NULL "
        "AND web_session.seen_at > $2 "
        "ORDER BY web_session.seen_at DESC NULLS LAST, web_session.web_session_id NULLS LAST",
        site_id,
        seen_after,
    )


def add_code(
    cursor: Cursor,
    site_id: int,
    code_hash: str,
    person_id: int,
    expires_at: datetime,
    now: datetime,
) -> None:
    """A new one-time code for signing in; earlier ones of this person are void."""
    cursor.run(
        "UPDATE one_time_code SET used_at = $3 "
        "WHERE site_id = $1 AND person_id = $2 AND used_at IS NULL",
        site_id,
        person_id,
        now,
    )
    cursor.run(
        "INSERT INTO one_time_code (site_id, code_hash, purpose, person_id, expires_at) "
        "VALUES ($1, $2, 'sign in', $3, $4)",
        site_id,
        code_hash,
        person_id,
        expires_at,
    )


def use_code(cursor: Cursor, site_id: int, code_hash: str, person_id: int, now: datetime) -> bool:
    """Whether this unused, unexpired code is theirs; it is used up by asking."""
    row = cursor.one(
        "UPDATE one_time_code SET used_at = $4 WHERE site_id = $1 AND code_hash = $2 "
        "AND person_id = $3 AND used_at IS NULL AND expires_at > $4 RETURNING person_id",
        site_id,
        code_hash,
        person_id,
        now,
    )
    return row is not None


def people_with_code(cursor: Cursor, site_id: int, now: datetime) -> set[int]:
    """Everyone who has a code that is neither used nor expired."""
    rows = cursor.rows(
        "SELECT DISTINCT person_id FROM one_time_code "
        "WHERE site_id = $1 AND used_at IS NULL AND expires_at > $2",
        site_id,
        now,
    )
    return {int(row[0]) for row in rows}
