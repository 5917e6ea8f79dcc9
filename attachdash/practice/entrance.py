"""Signing in and out: from a browser's secret cookie to the Viewer that all else rests on."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from attachdash.errors import Invalid, Refused
from attachdash.practice import passwords
from attachdash.practice.lines import is_seen
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    Waits,
    change,
    use_case,
)
from attachdash.store import Store, clients, people, second_factor, sessions, settings
from attachdash.store.engine import Cursor, Row, Scope

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
TOUCH_EVERY = timedelta(seconds=60)
FREE_FAILURES = 4
LONGEST_WAIT = timedelta(minutes=15)

# The setting by which a practice lets its administrators in without a second factor.
SECOND_FACTOR, DECLINED = "second_factor", "declined"

ALL_SIGNED_IN = (Role.THERAPIST, Role.SUPERVISOR, Role.CLIENT, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is in."""

    name: str
    role: Role
    must_change: bool


def clock() -> datetime:
    """Now, in UTC without a zone: the one clock of the product."""
    return datetime.now(UTC).replace(tzinfo=None)


@cache
def time_zones() -> frozenset[str]:
    """The names of the time zones known here; read from their files once."""
    return frozenset(available_timezones())


def today(store: Store, now: datetime) -> date:
    """The practice's date at an instant."""
    with store.engine.reading(Scope()) as cursor:
        zone = settings.everything(cursor, 1).get("time_zone", "UTC")
    return local_date(now, zone)


def local_date(now: datetime, zone: str) -> date:
    """The date in a time zone at an instant."""
    return now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def browser_hash(browser_token: str) -> str:
    """What is kept of a browser's cookie."""
    return hashlib.sha256(b"browser " + browser_token.encode()).hexdigest()


def anonymous(store: Store, browser_token: str, now: datetime) -> Viewer:
    """The Viewer of a browser where nobody is signed in."""
    return Viewer(
        store=store, now=now, today=today(store, now), browser_hash=browser_hash(browser_token)
    )


def viewer_of(store: Store, browser_token: str, now: datetime, *, touch: bool = True) -> Viewer:
    """The signed-in Viewer of this browser, or an anonymous one.

    A session ends after 15 minutes without a touch, after 8 hours, and at once when the person
    is disabled, loses the role, changes the password or is signed out elsewhere.
    """
    return _viewer_of(store, browser_hash(browser_token), now, touch=touch)


def still(viewer: Viewer, now: datetime) -> Viewer:
    """The same Viewer, now. Raises Refused where their session has ended or is another's."""
    found = _viewer_of(viewer.store, viewer.browser_hash, now, touch=False)
    same = (found.web_session_id, found.person_id, found.role) == (
        viewer.web_session_id, viewer.person_id, viewer.role
    )  # fmt: skip
    if not same or not found.inside:
        raise Refused("You signed out, or were signed out, before this began. Nothing was done.")
    return found


def _viewer_of(store: Store, browser: str, now: datetime, *, touch: bool) -> Viewer:
    nobody = Viewer(store=store, now=now, today=now.date(), browser_hash=browser)
    with store.engine.reading(Scope()) as cursor:
        known = settings.everything(cursor, 1)
        on = local_date(now, known.get("time_zone", "UTC"))
        session = sessions.of_browser(cursor, 1, browser)
        person = people.by_id(cursor, 1, int(session[1])) if session else None
        roles = people.roles(cursor, 1, int(session[1]), on) if session else []
        client_id = clients.of_person(cursor, 1, int(session[1])) if session else None
    why = _why_over(session, person, roles, now) if session else ""
    if session is None or person is None or why:
        if session is not None and touch:
            ended = int(session[0])
            store.engine.writing(
                Scope(), lambda cursor: sessions.end(cursor, 1, ended, why or "no person", now)
            )
        return Viewer(store=store, now=now, today=on, browser_hash=nobody.browser_hash)
    if session[2] == Role.CLIENT and not is_seen(known.get("crisis_text", "")):
        return Viewer(store=store, now=now, today=on, browser_hash=nobody.browser_hash)
    if touch and now - session[5] > TOUCH_EVERY:
        touched = int(session[0])
        store.engine.writing(Scope(), lambda cursor: sessions.touch(cursor, 1, touched, now))
    return Viewer(
        store=store,
        person_id=int(person[0]),
        name=str(person[2]),
        sign_in=str(person[1]),
        role=Role(session[2]),
        roles=tuple(Role(role) for role in roles),
        now=now,
        today=on,
        client_id=client_id,
        session_ref=f"web-{session[0]}",
        web_session_id=int(session[0]),
        browser_hash=nobody.browser_hash,
        has_second_factor=person[9] is not None,
        must_confirm=person[9] is not None and session[6] is None,
        must_change=bool(person[4]),
        must_enrol=person[9] is None
        and Role.ADMINISTRATOR in roles
        and known.get(SECOND_FACTOR) != DECLINED,
    )


def _why_over(session: Row, person: Row | None, roles: list[str], now: datetime) -> str:
    if person is None or person[8] is not None:
        return "disabled"
    if session[3] != person[5]:
        return "revoked"
    if session[2] not in roles:
        return "role ended"
    # Also in the other direction: a clock that was set back makes no session longer.
    if abs(now - session[5]) > IDLE:
        return "idle"
    return "too long" if abs(now - session[4]) > ABSOLUTE else ""


def at_terminal(store: Store, sign_in: str, now: datetime, role: Role | None = None) -> Viewer:
    """The Viewer of a named person at the terminal. Raises Refused when they may not act."""
    on = today(store, now)
    with store.engine.reading(Scope()) as cursor:
        person = people.by_sign_in(cursor, 1, sign_in.strip().lower())
        roles = people.roles(cursor, 1, int(person[0]), on) if person else []
        client_id = clients.of_person(cursor, 1, int(person[0])) if person else None
    if person is None or person[8] is not None or not roles or (role and role not in roles):
        raise Refused(f"Nobody called {sign_in!r} may act here today. `--as` takes a sign-in name.")
    return Viewer(
        store=store,
        person_id=int(person[0]),
        name=str(person[2]),
        sign_in=str(person[1]),
        role=role or Role(roles[0]),
        roles=tuple(Role(one) for one in roles),
        now=now,
        today=on,
        client_id=client_id,
        session_ref=f"terminal-{now:%Y%m%d%H%M%S}",
        at_terminal=True,
    )


@use_case(roles=[Role.ANONYMOUS], about=About.NOTHING, audit=Audit.CHANGE)
def sign_in(
    viewer: Viewer, sign_in_name: str, secret: str, *, browser_token: str | None = None
) -> SignedIn | None:
    """Let somebody in by password or one-time code; None, for whatever reason, when not.

    The session is for the browser that asks, or for the secret it is about to get. Unknown names,
    waiting accounts and wrong passwords cost the same work and give the same answer. After four
    failures in a row an account waits, twice as long each time, up to 15 minutes.
    """
    store, name = viewer.store, sign_in_name.strip().lower()
    with store.engine.reading(viewer.scope) as cursor:
        person = people.by_sign_in(cursor, viewer.site_id, name)
        roles = people.roles(cursor, viewer.site_id, int(person[0]), viewer.today) if person else []
        crisis_text = settings.everything(cursor, viewer.site_id).get("crisis_text", "")
    fits = passwords.matches(secret, person[3] if person else None)
    # Nobody who could need it signs in as a client before the practice says where to turn.
    if not is_seen(crisis_text):
        roles = [role for role in roles if role != Role.CLIENT]
    if person is None:
        return change(viewer, "sign-in refused", lambda cursor: None, detail="unknown name")
    person_id = int(person[0])
    session_id = int(store.engine.new_ids("web_session", 1)[0])

    def work(cursor: Cursor) -> SignedIn | None:
        # Read again inside the transaction: of many tries at once each must count, and none may
        # pass by what was true before the others, or before the password was changed.
        current = people.by_id(cursor, viewer.site_id, person_id)
        assert current is not None
        # A wait far longer than the longest was begun before the clock was set back; of tries at
        # once, one may have looked at the clock a little before another set the wait.
        until = current[7]
        waiting = until is not None and viewer.now < until <= viewer.now + 2 * LONGEST_WAIT
        same = current[3] == person[3] and current[5] == person[5]
        may = current[8] is None and bool(roles) and not waiting and same
        by_code = may and sessions.use_code(
            cursor, viewer.site_id, passwords.code_hash(secret), person_id, viewer.now
        )
        if not may or not (fits or by_code):
            if not waiting:
                failures = int(current[6]) + 1
                people.set_failures(
                    cursor, viewer.site_id, person_id, failures, waits_until(viewer.now, failures)
                )
            return None
        if current[9] is None:
            people.set_failures(cursor, viewer.site_id, person_id, 0, None)
        # With a second factor the count goes on until it is given: else whoever knows the password
        # could begin anew after each few guesses.
        must_change = bool(current[4]) or by_code
        epoch = int(current[5])
        if by_code:
            people.set_password(
                cursor, viewer.site_id, person_id, None, True, keep_failures=current[9] is not None
            )
            epoch += 1
        sessions.end_of_browser(
            cursor, viewer.site_id, viewer.browser_hash, "signed in anew", viewer.now
        )
        sessions.begin(
            cursor, viewer.site_id, session_id,
            browser_hash(browser_token) if browser_token else viewer.browser_hash,
            person_id, roles[0], epoch, viewer.now,
        )  # fmt: skip
        return SignedIn(str(current[2]), Role(roles[0]), must_change)

    return change(
        # Which browser session it was that began, or would have.
        replace(viewer, session_ref=f"web-{session_id}"),
        "tried to sign in",
        work,
        object_kind="person",
        object_id=person_id,
        detail=lambda got: "let in" if got else "refused",
    )


def waits_until(now: datetime, failures: int) -> datetime | None:
    """Until when an account waits after so many failures in a row; None: not at all."""
    over = failures - FREE_FAILURES
    return now + min(timedelta(seconds=30) * 2**over, LONGEST_WAIT) if over >= 0 else None


@use_case(
    roles=ALL_SIGNED_IN,
    about=About.NOTHING,
    audit=Audit.CHANGE,
    waiting=[Waits.NOTHING, Waits.PASSWORD],
)
def set_password(
    viewer: Viewer, new_password: str, repeated: str, old_password: str | None = None
) -> None:
    """Set one's own password; all other sessions of this person end.

    Raises Invalid, naming the cure. The old password is asked for unless a code let them in.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        person = people.by_id(cursor, viewer.site_id, viewer.person_id)
    assert person is not None
    if not viewer.must_change:
        check_present(viewer, old_password or "", "password not changed")
    if new_password.strip() != repeated.strip():
        raise Invalid("The two new passwords differ. Type the same one twice.")
    is_client, confirmed = set(viewer.roles) == {Role.CLIENT}, person[9] is not None
    passwords.check_password(new_password, viewer.sign_in, is_client=is_client, confirmed=confirmed)
    if passwords.matches(new_password, person[3]):
        raise Invalid("That is the present password. Choose another one.")
    password_hash = passwords.hashed(new_password)
    short = len(new_password.strip()) < passwords.least_length(is_client=is_client)

    def work(cursor: Cursor) -> None:
        people.set_password(cursor, viewer.site_id, viewer.person_id, password_hash, False)
        current = people.by_id(cursor, viewer.site_id, viewer.person_id)
        assert current is not None
        if short and current[9] is None:
            raise Invalid("Your second factor was reset meanwhile. Choose a longer password.")
        second_factor.set_short_password(cursor, viewer.site_id, viewer.person_id, short)
        sessions.renew(
            cursor, viewer.site_id, viewer.web_session_id, viewer.role.value, int(current[5]),
            viewer.now,
        )  # fmt: skip

    change(viewer, "changed password", work)


def check_present(viewer: Viewer, password: str, kind: str) -> None:
    """Raise Invalid unless this is the viewer's present password; a guess is counted as `kind`."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        person = people.by_id(cursor, viewer.site_id, viewer.person_id)
    assert person is not None
    if not passwords.matches(password, person[3]):
        count_guess(viewer, kind, "the present password was wrong")
        raise Invalid("The present password is not right.")


def count_guess(viewer: Viewer, kind: str, detail: str) -> None:
    """Somebody at an open session who guesses a secret of its owner's is soon signed out."""

    def work(cursor: Cursor) -> None:
        person = people.by_id(cursor, viewer.site_id, viewer.person_id)
        assert person is not None
        failures = int(person[6]) + 1
        people.set_failures(
            cursor, viewer.site_id, viewer.person_id, failures, waits_until(viewer.now, failures)
        )
        if failures >= FREE_FAILURES:
            sessions.end(cursor, viewer.site_id, viewer.web_session_id, "guesses", viewer.now)

    change(viewer, kind, work, detail=detail)


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.CHANGE, waiting=Waits)
def sign_out(viewer: Viewer) -> None:
    """End this browser's session, in all its tabs."""
    change(
        viewer,
        "signed out",
        lambda cursor: sessions.end(
            cursor, viewer.site_id, viewer.web_session_id, "signed out", viewer.now
        ),
    )


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.CHANGE)
def switch_role(viewer: Viewer, role: Role) -> None:
    """Act in another of one's own roles from now on. Raises Refused for any other."""
    if role not in viewer.roles:
        raise Refused(NOT_THERE)

    def work(cursor: Cursor) -> None:
        person = people.by_id(cursor, viewer.site_id, viewer.person_id)
        assert person is not None
        sessions.renew(
            cursor, viewer.site_id, viewer.web_session_id, role.value, int(person[5]), viewer.now
        )

    change(viewer, "switched role", work, detail=role.value)
