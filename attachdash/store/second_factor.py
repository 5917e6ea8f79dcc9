"""The second factor of those who have one: a sealed secret, and recovery codes kept as hashes."""

from collections.abc import Iterable
from datetime import datetime

from attachdash.store.engine import Cursor, Row


def of_person(cursor: Cursor, site_id: int, person_id: int) -> Row | None:
    """A person's second factor: sealed secret, begun, confirmed, last step used, short password."""
    return cursor.one(
        "SELECT secret, begun_at, confirmed_at, used_step, short_password FROM second_factor "
        "WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
    )


def begin(cursor: Cursor, site_id: int, person_id: int, secret: str, now: datetime) -> None:
    """A sealed secret that is not in force yet, in the place of one that never was."""
    cursor.run(
        "INSERT INTO second_factor (site_id, person_id, secret, begun_at, used_step, "
        "short_password) VALUES ($1, $2, $3, $4, 0, FALSE) "
        "ON CONFLICT (site_id, person_id) DO UPDATE SET secret = excluded.secret, "
        "begun_at = excluded.begun_at, used_step = 0 WHERE second_factor.confirmed_at IS NULL",
        site_id,
        person_id,
        secret,
        now,
    )


def confirm(cursor: Cursor, site_id: int, person_id: int, now: datetime) -> None:
    """It is in force from now on."""
    cursor.run(
        "UPDATE second_factor SET confirmed_at = $3 WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        now,
    )


def use_step(cursor: Cursor, site_id: int, person_id: int, step: int, ahead: int) -> bool:
    """Whether no code of this step or a later one was used yet; it is used up by asking.

    A last step beyond `ahead` was used before the clock was set back, and counts for nothing.
    """
    row = cursor.one(
        "UPDATE second_factor SET used_step = $3 WHERE site_id = $1 AND person_id = $2 "
        "AND (used_step < $3 OR used_step > $4) RETURNING person_id",
        site_id,
        person_id,
        step,
        ahead,
    )
    return row is not None


def set_short_password(cursor: Cursor, site_id: int, person_id: int, short: bool) -> None:
    """Whether the present password is one that only a second factor allows."""
    cursor.run(
        "UPDATE second_factor SET short_password = $3 WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        short,
    )


def remove(cursor: Cursor, site_id: int, person_id: int) -> None:
    """No second factor any more, and no recovery codes."""
    for table in ("second_factor", "recovery_code"):
        cursor.run(f"DELETE FROM {table} WHERE site_id = $1 AND person_id = $2", site_id, person_id)


def put_recovery_codes(
    cursor: Cursor, site_id: int, person_id: int, code_hashes: Iterable[str]
) -> None:
    """New recovery codes; earlier ones are void."""
    cursor.run(
        "DELETE FROM recovery_code WHERE site_id = $1 AND person_id = $2", site_id, person_id
    )
    for code_hash in code_hashes:
        cursor.run(
            "INSERT INTO recovery_code (site_id, code_hash, person_id) VALUES ($1, $2, $3)",
            site_id,
            code_hash,
            person_id,
        )


def use_recovery_code(
    cursor: Cursor, site_id: int, person_id: int, code_hash: str, now: datetime
) -> bool:
    """Whether this unused code is theirs; it is used up by asking."""
    row = cursor.one(
        "UPDATE recovery_code SET used_at = $4 WHERE site_id = $1 AND code_hash = $2 "
        "AND person_id = $3 AND used_at IS NULL RETURNING person_id",
        site_id,
        code_hash,
        person_id,
        now,
    )
    return row is not None


def recovery_codes_left(cursor: Cursor, site_id: int, person_id: int) -> int:
    """How many recovery codes they have that are not used."""
    row = cursor.one(
        "SELECT count(*) FROM recovery_code WHERE site_id = $1 AND person_id = $2 "
        "AND used_at IS NULL",
        site_id,
        person_id,
    )
    return int(row[0]) if row else 0


def people_with(cursor: Cursor, site_id: int) -> set[int]:
    """Everyone whose second factor is in force."""
    rows = cursor.rows(
        "SELECT person_id FROM second_factor WHERE site_id = $1 AND confirmed_at IS NOT NULL",
        site_id,
    )
    return {int(row[0]) for row in rows}
