"""The second factor of staff: a code from an app on a phone (TOTP, RFC 6238), or a recovery code.

The secret is sealed for its person (`sealing`): a stolen copy of the database gives no codes.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp

from attachdash.errors import Invalid
from attachdash.practice import passwords
from attachdash.practice.entrance import ALL_SIGNED_IN, LONGEST_WAIT, check_present, count_guess
from attachdash.practice.house import settings
from attachdash.practice.people import ADMINISTRATOR, change_person
from attachdash.practice.rights import About, Audit, Role, Viewer, Waits, change, use_case
from attachdash.practice.sealing import opened, sealed
from attachdash.store import people, sessions
from attachdash.store import second_factor as store
from attachdash.store.engine import Cursor

STAFF = (Role.THERAPIST, Role.SUPERVISOR, Role.ADMINISTRATOR)
STEP = 30  # seconds that a code is shown
WINDOW = 1  # steps before and after now that are taken: clocks differ, and people type slowly
RECOVERY_CODES = 10
KIND = b"second factors"
APP, RECOVERY = "by app", "by recovery code"
INSIDE_OR_ENROLLING = (Waits.NOTHING, Waits.ENROLMENT)


@dataclass(frozen=True, slots=True)
class Held:
    """The second factor that somebody has."""

    since: datetime
    recovery_codes: int  # not used yet


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app needs to be told, shown once: the secret, and the same as a link."""

    secret: str
    link: str


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.NONE, waiting=INSIDE_OR_ENROLLING)
def mine(viewer: Viewer) -> Held | None:
    """The viewer's own second factor; None where none is in force."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = store.of_person(cursor, viewer.site_id, viewer.person_id)
        left = store.recovery_codes_left(cursor, viewer.site_id, viewer.person_id)
    return Held(found[2], left) if found and found[2] is not None else None


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE, waiting=INSIDE_OR_ENROLLING)
def begin(viewer: Viewer, password: str) -> Enrolment:
    """A new secret for the viewer's app. It is in force once `finish` got a code made with it.

    Raises Invalid for a wrong present password, and where one is in force already.
    """
    check_present(viewer, password, "second factor not begun")
    secret = pyotp.random_base32()
    kept = sealed(viewer.store.audit_key, KIND, _whose(viewer), secret)

    def work(cursor: Cursor) -> None:
        found = store.of_person(cursor, viewer.site_id, viewer.person_id)
        if found and found[2] is not None:
            raise Invalid("You have a second factor already. End it first to begin with another.")
        store.begin(cursor, viewer.site_id, viewer.person_id, kept, viewer.now)

    change(viewer, "began second factor", work)
    name = settings(viewer).practice_name or "practice"
    app = pyotp.TOTP(secret, name=viewer.sign_in, issuer=f"AttachDash {name}")
    return Enrolment(secret, app.provisioning_uri())


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE, waiting=INSIDE_OR_ENROLLING)
def finish(viewer: Viewer, code: str) -> list[str]:
    """Put the secret in force by a first code; the recovery codes, which are shown once.

    This session is confirmed by it; every other one of this person has to be. Raises Invalid.
    """
    codes = [passwords.new_code() for _ in range(RECOVERY_CODES)]

    def work(cursor: Cursor) -> bool:
        found = store.of_person(cursor, viewer.site_id, viewer.person_id)
        if found is None or found[2] is not None:
            raise Invalid("Nothing was begun here: begin again.")
        if not _takes(cursor, viewer, str(found[0]), code):
            return False
        store.confirm(cursor, viewer.site_id, viewer.person_id, viewer.now)
        _put_recovery_codes(cursor, viewer, codes)
        sessions.confirm(cursor, viewer.site_id, viewer.web_session_id, viewer.now)
        return True

    # Codes of a secret that is not in force yet open nothing, so that guesses aren't counted.
    if not change(viewer, "set second factor", work, detail=_taken_or_refused):
        raise Invalid(
            "That code doesn't fit. Type the one that the app shows now; phone and server must "
            "agree on the time."
        )
    return codes


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.CHANGE, waiting=[Waits.CODE])
def confirm(viewer: Viewer, code: str) -> bool:
    """Confirm a sign-in by a code from the app or a recovery code; whether it fits.

    Wrong ones count like wrong passwords: the account waits, and soon this session ends.
    """

    def work(cursor: Cursor) -> str:
        current = people.by_id(cursor, viewer.site_id, viewer.person_id)
        assert current is not None
        if _is_waiting(viewer, current[7]):
            return "refused: the account waits"
        how = _fits(cursor, viewer, code)
        if how:
            people.set_failures(cursor, viewer.site_id, viewer.person_id, 0, None)
            sessions.confirm(cursor, viewer.site_id, viewer.web_session_id, viewer.now)
        return how

    how = change(
        viewer, "gave second factor", work, detail=lambda got: got or "refused"
    )  # fmt: skip
    if not how:
        count_guess(viewer, "second factor not given", "the code was wrong")
    return how in (APP, RECOVERY)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def new_recovery_codes(viewer: Viewer, password: str, code: str) -> list[str]:
    """New recovery codes, shown once; the earlier ones are void. Raises Invalid."""
    _check_both(viewer, password, code, "recovery codes not made")
    codes = [passwords.new_code() for _ in range(RECOVERY_CODES)]
    change(
        viewer, "made recovery codes", lambda cursor: _put_recovery_codes(cursor, viewer, codes)
    )  # fmt: skip
    return codes


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def end(viewer: Viewer, password: str, code: str) -> None:
    """Do without the second factor from now on. Raises Invalid, naming the cure."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = store.of_person(cursor, viewer.site_id, viewer.person_id)
    if found and found[4]:
        raise Invalid(
            f"Your password is shorter than {passwords.STAFF_LENGTH} characters, which only a "
            "second factor allows: set a longer one first."
        )
    _check_both(viewer, password, code, "second factor not ended")
    change(
        viewer,
        "ended second factor",
        lambda cursor: store.remove(cursor, viewer.site_id, viewer.person_id),
    )


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.NONE)
def having(viewer: Viewer) -> set[int]:
    """Everyone whose second factor is in force."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return store.people_with(cursor, viewer.site_id)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def reset(viewer: Viewer, person_id: int) -> bool:
    """Take the second factor of somebody who lost it away; all their sessions end.

    Whether their password is void too, because it was one that only a second factor allows: they
    need a one-time code then. Raises Invalid for oneself: an open screen must not do it.
    """
    if person_id == viewer.person_id:
        raise Invalid("End your own second factor on the page Account.")

    def work(cursor: Cursor) -> bool:
        found = store.of_person(cursor, viewer.site_id, person_id)
        if found is None or found[2] is None:
            raise Invalid("This person has no second factor.")
        store.remove(cursor, viewer.site_id, person_id)
        if found[4]:
            people.set_password(cursor, viewer.site_id, person_id, None, True)
        else:
            people.next_epoch(cursor, viewer.site_id, person_id)
        sessions.end_of_person(
            cursor, viewer.site_id, person_id, "ended by administrator", viewer.now
        )
        return bool(found[4])

    return change_person(viewer, "reset second factor", work, person_id)


def _taken_or_refused(taken: bool) -> str:
    return "taken" if taken else "refused"


def _check_both(viewer: Viewer, password: str, code: str, kind: str) -> None:
    check_present(viewer, password, kind)
    # The code is used up in an entry of its own, whatever comes of the rest.
    how = change(
        viewer, "gave second factor", lambda cursor: _fits(cursor, viewer, code),
        detail=lambda got: got or "refused",
    )  # fmt: skip
    if not how:
        count_guess(viewer, kind, "the code was wrong")
        raise Invalid("That code doesn't fit, or was used already: wait for the next one.")


def _fits(cursor: Cursor, viewer: Viewer, code: str) -> str:
    """How the code fits, APP or RECOVERY, used up by asking; "" where it doesn't."""
    found = store.of_person(cursor, viewer.site_id, viewer.person_id)
    if found is None or found[2] is None:
        return ""
    if _takes(cursor, viewer, str(found[0]), code):
        return APP
    by_recovery = store.use_recovery_code(
        cursor, viewer.site_id, viewer.person_id, _recovery_hash(code), viewer.now
    )
    return RECOVERY if by_recovery else ""


def _takes(cursor: Cursor, viewer: Viewer, kept: str, code: str) -> bool:
    """Whether this is a code of now that was not used; it is used up by asking."""
    secret = opened(viewer.store.audit_key, KIND, _whose(viewer), kept)
    given = "".join(code.split())
    if secret is None or not (given.isascii() and given.isdigit()):
        return False
    app, now = pyotp.TOTP(secret), int(viewer.now.replace(tzinfo=UTC).timestamp()) // STEP
    fitting = [
        step
        for step in range(now - WINDOW, now + WINDOW + 1)
        if hmac.compare_digest(app.at(step * STEP), given)
    ]
    return bool(fitting) and store.use_step(
        cursor, viewer.site_id, viewer.person_id, fitting[0], now + WINDOW
    )


def _is_waiting(viewer: Viewer, until: datetime | None) -> bool:
    return until is not None and viewer.now < until <= viewer.now + 2 * LONGEST_WAIT


def _put_recovery_codes(cursor: Cursor, viewer: Viewer, codes: list[str]) -> None:
    store.put_recovery_codes(
        cursor, viewer.site_id, viewer.person_id, [_recovery_hash(code) for code in codes]
    )


def _recovery_hash(code: str) -> str:
    return passwords.code_hash(f"recovery{code}")


def _whose(viewer: Viewer) -> str:
    return f"{viewer.site_id} {viewer.person_id}"
