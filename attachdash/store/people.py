"""People who sign in, their roles, codes and browser sessions, and the dated assignments."""

from datetime import date, datetime

import pandas as pd

from attachdash.store.engine import Cursor, Row

# One row per person: the fields that signing in needs, at last since when a second factor is in
# force.
PERSON = """
SELECT person_id, sign_in, name, password_hash, must_change, epoch, failures, locked_until_at,
    disabled_at,
    (
        SELECT confirmed_at FROM second_factor
        WHERE second_factor.site_id = person.site_id
            AND second_factor.person_id = person.person_id
    ) AS confirmed_at
FROM person
"""


def by_sign_in(cursor: Cursor, site_id: int, sign_in: str) -> Row | None:
    """The person with this sign-in name."""
    return cursor.one(PERSON + "WHERE site_id = $1 AND sign_in = $2", site_id, sign_in)


def by_id(cursor: Cursor, site_id: int, person_id: int) -> Row | None:
    """The person with this id."""
    return cursor.one(PERSON + "WHERE site_id = $1 AND person_id = $2", site_id, person_id)


def add(cursor: Cursor, site_id: int, person_id: int, sign_in: str, name: str) -> None:
    """A person without a password: only a one-time code lets them in."""
    cursor.run(
        "INSERT INTO person (site_id, person_id, sign_in, name, must_change, epoch, failures) "
        "VALUES ($1, $2, $3, $4, TRUE, 1, 0)",
        site_id,
        person_id,
        sign_in,
        name,
    )


def set_password(
    cursor: Cursor, site_id: int, person_id: int, password_hash: str | None, must_change: bool, *,
    keep_failures: bool = False,
) -> None:  # fmt: skip
    """A new password hash; every session of before ends with the old epoch."""
    cursor.run(
        "UPDATE person SET password_hash = $3, must_change = $4, epoch = epoch + 1 "
        "WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        password_hash,
        must_change,
    )
    if not keep_failures:
        set_failures(cursor, site_id, person_id, 0, None)


def set_failures(
    cursor: Cursor, site_id: int, person_id: int, failures: int, locked_until_at: datetime | None
) -> None:
    """How often signing in failed in a row, and until when it waits."""
    cursor.run(
        "UPDATE person SET failures = $3, locked_until_at = CAST($4 AS TIMESTAMP) "
        "WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        failures,
        locked_until_at,
    )


def set_disabled(
    cursor: Cursor, site_id: int, person_id: int, disabled_at: datetime | None
) -> None:
    """Shut a person out, or let them in again; their sessions end either way."""
    cursor.run(
        "UPDATE person SET disabled_at = CAST($3 AS TIMESTAMP), epoch = epoch + 1 "
        "WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
        disabled_at,
    )


def next_epoch(cursor: Cursor, site_id: int, person_id: int) -> None:
    """End every session of a person."""
    cursor.run(
        "UPDATE person SET epoch = epoch + 1 WHERE site_id = $1 AND person_id = $2",
        site_id,
        person_id,
    )


def roles(cursor: Cursor, site_id: int, person_id: int, on: date) -> list[str]:
    """The roles a person has on a day, the one given first leading."""
    return [
        str(row[0])
        for row in cursor.rows(
            "SELECT role FROM person_role WHERE site_id = $1 AND person_id = $2 "
            "AND from_on <= $3 AND (to_on IS NULL OR to_on > $3) "
            "GROUP BY role ORDER BY min(from_on) NULLS LAST, role DESC NULLS LAST",
            site_id,
            person_id,
            on,
        )
    ]


def give_role(
    cursor: Cursor, site_id: int, person_id: int, role: str, from_on: date, to_on: date | None
) -> None:
    """A role from a day on, and until a day where that is known."""
    cursor.run(
        "INSERT INTO person_role (site_id, person_id, role, from_on, to_on) "
        "VALUES ($1, $2, $3, $4, CAST($5 AS DATE))",
        site_id,
        person_id,
        role,
        from_on,
        to_on,
    )


def end_role(cursor: Cursor, site_id: int, person_id: int, role: str, on: date) -> bool:
    """The role's last day is the one before `on`. Whether it ran then; later spans stay."""
    ended = cursor.rows(
        "UPDATE person_role SET to_on = $4 WHERE site_id = $1 AND person_id = $2 AND role = $3 "
        "AND from_on <= $4 AND (to_on IS NULL OR to_on > $4) RETURNING from_on",
        site_id,
        person_id,
        role,
        on,
    )
    return bool(ended)


def administrators(cursor: Cursor, site_id: int) -> pd.DataFrame:
    """One row per dated administrator's role of somebody who isn't disabled."""
    return cursor.frame(
        "SELECT person_role.person_id, person_role.role, person_role.from_on, person_role.to_on "
        "FROM person INNER JOIN person_role ON person_role.site_id = person.site_id "
        "AND person_role.person_id = person.person_id "
        "WHERE person.site_id = $1 AND person.disabled_at IS NULL "
        "AND person_role.role = 'administrator' "
        "ORDER BY person_role.person_id NULLS LAST, person_role.from_on NULLS LAST",
        site_id,
    )


def register(cursor: Cursor, site_id: int) -> pd.DataFrame:
    """One row per person, by name."""
    return cursor.frame(
        """
        -- $1 site. Last here = the latest touch of any of their sessions.
        SELECT person.person_id, person.sign_in, person.name, person.must_change,
            person.locked_until_at, person.disabled_at, client.code AS client_code,
            max(web_session.seen_at) AS last_here_at, COALESCE(person.mail, '') AS mail
        FROM person
        LEFT JOIN client
            ON client.site_id = person.site_id AND client.person_id = person.person_id
        LEFT JOIN web_session
            ON web_session.site_id = person.site_id AND web_session.person_id = person.person_id
        WHERE person.site_id = $1
        GROUP BY person.person_id, person.sign_in, person.name, person.must_change,
            person.locked_until_at, person.disabled_at, client.code, person.mail
        ORDER BY person.name NULLS LAST, person.person_id NULLS LAST
        """,
        site_id,
    )


def all_roles(cursor: Cursor, site_id: int) -> pd.DataFrame:
    """One row per person and dated role."""
    return cursor.frame(
        "SELECT person_id, role, from_on, to_on FROM person_role WHERE site_id = $1 "
        "ORDER BY person_id NULLS LAST, from_on NULLS LAST, role NULLS LAST",
        site_id,
    )


def all_treats(cursor: Cursor, site_id: int) -> pd.DataFrame:
    """One row per dated assignment of a client to a therapist."""
    return cursor.frame(
        "SELECT treats.therapist_id, treats.client_id, client.code AS client, treats.from_on, "
        "treats.to_on FROM treats INNER JOIN client ON client.site_id = treats.site_id "
        "AND client.client_id = treats.client_id WHERE treats.site_id = $1 "
        "ORDER BY client.code NULLS LAST, treats.from_on NULLS LAST, "
        "treats.therapist_id NULLS LAST",
        site_id,
    )


def all_supervises(cursor: Cursor, site_id: int) -> pd.DataFrame:
    """One row per dated assignment of a therapist to a supervisor."""
    return cursor.frame(
        "SELECT supervises.supervisor_id, supervises.therapist_id, supervises.from_on, "
        "supervises.to_on FROM supervises WHERE supervises.site_id = $1 "
        "ORDER BY supervises.therapist_id NULLS LAST, supervises.from_on NULLS LAST, "
        "supervises.supervisor_id NULLS LAST",
        site_id,
    )


def assign_client(
    cursor: Cursor,
    site_id: int,
    therapist_id: int,
    client_id: int,
    from_on: date,
    to_on: date | None,
) -> None:
    """A therapist treats a client from a day on."""
    cursor.run(
        "INSERT INTO treats (site_id, therapist_id, client_id, from_on, to_on) "
        "VALUES ($1, $2, $3, $4, CAST($5 AS DATE))",
        site_id,
        therapist_id,
        client_id,
        from_on,
        to_on,
    )


def end_client_assignment(
    cursor: Cursor, site_id: int, therapist_id: int, client_id: int, on: date
) -> bool:
    """The therapist's last day with this client is the one before `on`. Whether it ran then."""
    ended = cursor.rows(
        "UPDATE treats SET to_on = $4 WHERE site_id = $1 AND therapist_id = $2 AND client_id = $3 "
        "AND from_on <= $4 AND (to_on IS NULL OR to_on > $4) RETURNING from_on",
        site_id,
        therapist_id,
        client_id,
        on,
    )
    return bool(ended)


def assign_supervisor(
    cursor: Cursor, site_id: int, supervisor_id: int, therapist_id: int, from_on: date,
    to_on: date | None,
) -> None:  # fmt: skip
    """A supervisor answers for a therapist from a day on."""
    cursor.run(
        "INSERT INTO supervises (site_id, supervisor_id, therapist_id, from_on, to_on) "
        "VALUES ($1, $2, $3, $4, CAST($5 AS DATE))",
        site_id,
        supervisor_id,
        therapist_id,
        from_on,
        to_on,
    )


def end_supervision(
    cursor: Cursor, site_id: int, supervisor_id: int, therapist_id: int, on: date
) -> bool:
    """The supervisor's last day for this therapist is the one before `on`. Whether it ran then."""
    ended = cursor.rows(
        "UPDATE supervises SET to_on = $4 WHERE site_id = $1 AND supervisor_id = $2 "
        "AND therapist_id = $3 AND from_on <= $4 AND (to_on IS NULL OR to_on > $4) "
        "RETURNING from_on",
        site_id,
        supervisor_id,
        therapist_id,
        on,
    )
    return bool(ended)
