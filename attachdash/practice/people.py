"""People who sign in: adding them, their codes, roles and dated assignments."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import pandas as pd

from attachdash.errors import Invalid
from attachdash.practice import passwords
from attachdash.practice.entrance import ALL_SIGNED_IN, IDLE
from attachdash.practice.lines import checked_name
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import people, sessions
from attachdash.store.engine import Cursor

T = TypeVar("T")

CODE_LASTS = timedelta(hours=48)
SIGN_IN = re.compile(r"[a-z0-9][a-z0-9._\-]{1,39}")
ADMINISTRATOR = (Role.ADMINISTRATOR,)


@dataclass(frozen=True, slots=True)
class Span:
    """Something from a day on, and until another where that is known."""

    what: str
    from_on: date
    to_on: date | None
    id: int = 0

    def holds(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.from_on <= on and (self.to_on is None or self.to_on > on)

    def overlaps(self, from_on: date, to_on: date | None) -> bool:
        """Whether it holds on any day from `from_on` to the one before `to_on`."""
        # Ended on the day it began, it never held.
        return (
            self.from_on != self.to_on
            and (self.to_on is None or self.to_on > from_on)
            and (to_on is None or to_on > self.from_on)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in, as an administrator sees them."""

    person_id: int
    sign_in: str
    name: str
    roles: tuple[Span, ...]
    client_code: str | None
    treats: tuple[Span, ...]
    supervised_by: tuple[Span, ...]
    locked_until_at: datetime | None
    disabled_at: datetime | None
    code_waits: bool
    has_password: bool
    last_here_at: datetime | None
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A browser where somebody is signed in."""

    person_id: int
    name: str
    role: str
    created_at: datetime
    seen_at: datetime
    is_this_one: bool
    web_session_id: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code, shown once."""

    code: str
    expires_at: datetime


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.NONE)
def everyone(viewer: Viewer) -> list[Person]:
    """All who sign in or did, by name."""
    site = viewer.site_id
    with viewer.store.engine.reading(viewer.scope) as cursor:
        register = people.register(cursor, site)
        roles = people.all_roles(cursor, site)
        treats = people.all_treats(cursor, site)
        supervises = people.all_supervises(cursor, site)
        waiting = sessions.people_with_code(cursor, site, viewer.now)
    names = dict(zip(register["person_id"], register["name"], strict=True))
    supervises["supervisor"] = [names.get(one, "") for one in supervises["supervisor_id"]]
    return [
        Person(
            person_id=int(row["person_id"]),
            sign_in=row["sign_in"],
            name=row["name"],
            roles=_spans(roles, "person_id", row["person_id"], "role", None),
            client_code=None if pd.isna(row["client_code"]) else row["client_code"],
            treats=_spans(treats, "therapist_id", row["person_id"], "client", "client_id"),
            supervised_by=_spans(
                supervises, "therapist_id", row["person_id"], "supervisor", "supervisor_id"
            ),
            locked_until_at=_moment(row["locked_until_at"], viewer.now),
            disabled_at=_moment(row["disabled_at"]),
            code_waits=int(row["person_id"]) in waiting,
            has_password=not row["must_change"],
            last_here_at=_moment(row["last_here_at"]),
            mail=row["mail"],
        )
        for row in register.to_dict("records")
    ]


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.NONE)
def open_sessions(viewer: Viewer) -> list[OpenSession]:
    """Who is signed in now, latest touch first."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = sessions.open_ones(cursor, viewer.site_id, viewer.now - IDLE)
    return [
        OpenSession(
            person_id=int(row["person_id"]),
            name=row["name"],
            role=row["role"],
            created_at=_moment(row["created_at"]) or viewer.now,
            seen_at=_moment(row["seen_at"]) or viewer.now,
            is_this_one=int(row["web_session_id"]) == viewer.web_session_id,
            web_session_id=int(row["web_session_id"]),
        )
        for row in found.to_dict("records")
    ]


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def add_person(
    viewer: Viewer, sign_in: str, name: str, roles: Iterable[Role], from_on: date | None = None,
    to_on: date | None = None,
) -> int:  # fmt: skip
    """Add somebody, with roles from a day (today). The new person's id; they need a code next.

    Raises Invalid for a sign-in name that can't be or is taken, a name that is none, and roles or
    days that can't be.
    """
    sign_in, name = sign_in.strip().lower(), checked_name(name)
    given = list(dict.fromkeys(roles))
    if not SIGN_IN.fullmatch(sign_in):
        raise Invalid(
            "A sign-in name has 2 to 40 small letters, digits, dots or dashes, such as a.okafor."
        )
    if not name:
        raise Invalid("A name is needed: it stands beside what this person does.")
    _check_roles(given)
    check_span(from_on or viewer.today, to_on)
    person_id = int(viewer.store.engine.new_ids("person", 1)[0])

    def work(cursor: Cursor) -> int:
        if people.by_sign_in(cursor, viewer.site_id, sign_in):
            raise Invalid(f"The sign-in name {sign_in} is taken: choose another one.")
        people.add(cursor, viewer.site_id, person_id, sign_in, name)
        for role in given:
            people.give_role(
                cursor, viewer.site_id, person_id, role.value, from_on or viewer.today, to_on
            )
        return person_id

    return change_person(viewer, "added person", work, person_id, ", ".join(given))


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def new_code(viewer: Viewer, person_id: int) -> Code:
    """A one-time code to hand over: good once, for 48 hours; then a password must be set."""
    code, expires_at = passwords.new_code(), viewer.now + CODE_LASTS

    def work(cursor: Cursor) -> None:
        _check_person(cursor, viewer, person_id)
        people.set_failures(cursor, viewer.site_id, person_id, 0, None)
        sessions.add_code(
            cursor, viewer.site_id, passwords.code_hash(code), person_id, expires_at, viewer.now
        )

    change_person(viewer, "made one-time code", work, person_id)
    return Code(code, expires_at)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def disable(viewer: Viewer, person_id: int) -> None:
    """Shut somebody out and end their sessions. Somebody must administer on every day to come."""

    def work(cursor: Cursor) -> None:
        _check_person(cursor, viewer, person_id)
        administer = people.administrators(cursor, viewer.site_id)
        people.set_disabled(cursor, viewer.site_id, person_id, viewer.now)
        if person_id in set(administer["person_id"]):
            _check_administered(cursor, viewer)
        sessions.end_of_person(cursor, viewer.site_id, person_id, "disabled", viewer.now)

    change_person(viewer, "disabled person", work, person_id)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def enable(viewer: Viewer, person_id: int) -> None:
    """Let a disabled person in again, with the password they had."""

    def work(cursor: Cursor) -> None:
        _check_person(cursor, viewer, person_id)
        people.set_disabled(cursor, viewer.site_id, person_id, None)

    change_person(viewer, "enabled person", work, person_id)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def unlock(viewer: Viewer, person_id: int) -> None:
    """End the waiting time after failed sign-ins."""
    change_person(
        viewer,
        "unlocked person",
        lambda cursor: people.set_failures(cursor, viewer.site_id, person_id, 0, None),
        person_id,
    )


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def end_sessions(viewer: Viewer, person_id: int) -> None:
    """Sign somebody out everywhere."""

    def work(cursor: Cursor) -> None:
        people.next_epoch(cursor, viewer.site_id, person_id)
        sessions.end_of_person(
            cursor, viewer.site_id, person_id, "ended by administrator", viewer.now
        )

    change_person(viewer, "ended sessions", work, person_id)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def end_session(viewer: Viewer, web_session_id: int) -> None:
    """Sign one browser out. Raises Invalid where its session has ended already."""
    open_now = {one.web_session_id: one.person_id for one in open_sessions(viewer)}
    if web_session_id not in open_now:
        raise Invalid("That session has ended already.")
    change_person(
        viewer,
        "ended session",
        lambda cursor: sessions.end(
            cursor, viewer.site_id, web_session_id, "ended by administrator", viewer.now
        ),
        open_now[web_session_id],
    )


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def end_other_sessions(viewer: Viewer) -> None:
    """Sign everybody out but the viewer in this browser."""
    change(
        viewer,
        "ended all other sessions",
        lambda cursor: sessions.end_all_but(
            cursor, viewer.site_id, viewer.web_session_id, "ended by administrator", viewer.now
        ),
    )


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def give_role(
    viewer: Viewer, person_id: int, role: Role, from_on: date, to_on: date | None = None
) -> None:
    """One more role from a day on. Raises Invalid where they hold it on any of those days."""
    check_span(from_on, to_on)

    def work(cursor: Cursor) -> None:
        _check_person(cursor, viewer, person_id)
        found = people.all_roles(cursor, viewer.site_id)
        spans = _spans(found, "person_id", person_id, "role", None)
        held = [Role(span.what) for span in spans if span.overlaps(from_on, to_on)]
        if role in held:
            raise Invalid("This person has that role on some of those days already.")
        _check_roles([*held, role])
        people.give_role(cursor, viewer.site_id, person_id, role.value, from_on, to_on)

    change_person(viewer, "gave role", work, person_id, role.value)


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def end_role(viewer: Viewer, person_id: int, role: Role, on: date) -> None:
    """A role ends: `on` is the first day without it."""

    def work(cursor: Cursor) -> None:
        _check_person(cursor, viewer, person_id)
        check_ended(people.end_role(cursor, viewer.site_id, person_id, role.value, on), on)
        if role is Role.ADMINISTRATOR:
            _check_administered(cursor, viewer)

    change_person(viewer, "ended role", work, person_id, role.value)


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.NONE)
def my_sessions(viewer: Viewer) -> list[OpenSession]:
    """The browsers where the viewer is signed in."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = sessions.open_ones(cursor, viewer.site_id, viewer.now - IDLE)
    return [
        OpenSession(
            person_id=viewer.person_id,
            name=viewer.name,
            role=row["role"],
            created_at=_moment(row["created_at"]) or viewer.now,
            seen_at=_moment(row["seen_at"]) or viewer.now,
            is_this_one=int(row["web_session_id"]) == viewer.web_session_id,
        )
        for row in found.to_dict("records")
        if int(row["person_id"]) == viewer.person_id
    ]


def change_person(
    viewer: Viewer, kind: str, work: Callable[[Cursor], T], person_id: int, detail: str = ""
) -> T:
    """Run `work` with its audit entry about a person; what `work` returned."""
    return change(viewer, kind, work, object_kind="person", object_id=person_id, detail=detail)


def _check_roles(roles: list[Role]) -> None:
    if not roles or Role.ANONYMOUS in roles:
        raise Invalid("Choose at least one role.")
    if Role.CLIENT in roles and len(roles) > 1:
        raise Invalid("A client's sign-in has no other role: add a second sign-in for staff.")


def check_span(from_on: date, to_on: date | None) -> None:
    """Raise Invalid where something would end before it starts."""
    if to_on is not None and to_on <= from_on:
        raise Invalid("The end lies before the start.")


def check_ended(ended: bool, on: date) -> None:
    """Raise Invalid where nothing was there to be ended on that day."""
    if not ended:
        raise Invalid(
            f"Nothing of that kind runs up to {on}: choose a day from its start on, before its end."
        )


def _check_person(cursor: Cursor, viewer: Viewer, person_id: int) -> None:
    if people.by_id(cursor, viewer.site_id, person_id) is None:
        raise Invalid("There is no such person.")


def check_holds(cursor: Cursor, viewer: Viewer, person_id: int, role: Role, on: date) -> None:
    """Raise Invalid unless the person has that role on that day."""
    if role not in people.roles(cursor, viewer.site_id, person_id, on):
        raise Invalid(f"That person is no {role} on {on}: give them the role first.")


def _check_administered(cursor: Cursor, viewer: Viewer) -> None:
    """Raise Invalid where on some day to come, as things stand now, nobody could administer."""
    spans = all_spans(people.administrators(cursor, viewer.site_id), "role")
    day: date | None = viewer.today
    while day is not None:
        running = [span.to_on for span in spans if span.holds(day)]
        if not running:
            raise Invalid(
                f"This is the only administrator from {day} on. Make another one first, from that "
                "day on and without an end."
            )
        day = None if None in running else max(end for end in running if end is not None)


def _moment(value: Any, after: datetime | None = None) -> datetime | None:
    if value is None or pd.isna(value):
        return None
    moment: datetime = pd.Timestamp(value).to_pydatetime()
    return None if after is not None and moment <= after else moment


def _spans(
    frame: pd.DataFrame, key: str, value: int, what: str, id_column: str | None
) -> tuple[Span, ...]:
    return all_spans(frame[frame[key] == value], what, id_column)


def all_spans(
    frame: pd.DataFrame, what: str = "client", id_column: str | None = None
) -> tuple[Span, ...]:
    """The dated rows of a frame; `what` names the column that says what each is."""
    return tuple(
        Span(
            str(row[what]), row["from_on"], None if pd.isna(row["to_on"]) else row["to_on"],
            int(row[id_column]) if id_column else 0,
        )
        for row in frame.to_dict("records")
    )  # fmt: skip
