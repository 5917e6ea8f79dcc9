"""Who may do what: the Viewer, the roles, and the one way to declare a use-case.

Each use-case is declared with `@use_case` and takes a Viewer first. What it may touch is decided
in the query by a Reach, and only this module makes one.
"""

import contextvars
import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Concatenate, ParamSpec, TypeVar, cast

from attachdash.errors import Refused
from attachdash.store import Reach, Store, audit, clients
from attachdash.store.engine import Cursor, Scope

P = ParamSpec("P")
T = TypeVar("T")

OPENING_LASTS = timedelta(minutes=15)
NOT_THERE = "That is not here, or not yours to see. Ask your administrator if it should be."


class Role(StrEnum):
    """What somebody acts as: one at a time."""

    ANONYMOUS = "anonymous"
    THERAPIST = "therapist"
    SUPERVISOR = "supervisor"
    CLIENT = "client"
    ADMINISTRATOR = "administrator"


class Waits(StrEnum):
    """What somebody who was let in must do before anything else."""

    NOTHING = "nothing"
    CODE = "second factor"  # confirm the sign-in with it
    PASSWORD = "password"  # noqa: S105  # set one of their own
    ENROLMENT = "enrolment"  # get a second factor


class About(StrEnum):
    """Whose data a use-case is about: it then takes that one's client_id or episode_id."""

    NOTHING = "nothing"
    CLIENT = "client"
    EPISODE = "episode"


class Audit(StrEnum):
    """What a use-case leaves in the audit. One that opens many clients writes that itself."""

    NONE = "none"
    OPENING = "opening"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is asking, in which role, from which browser session, and when.

    `now` is UTC without a zone; `today` is the practice's date.
    """

    store: Store = field(repr=False, compare=False)
    site_id: int = 1
    person_id: int = 0
    name: str = ""
    sign_in: str = ""
    role: Role = Role.ANONYMOUS
    roles: tuple[Role, ...] = ()
    now: datetime
    today: date
    client_id: int | None = None
    session_ref: str = ""
    web_session_id: int = 0
    browser_hash: str = field(default="", repr=False)
    has_second_factor: bool = False
    must_confirm: bool = False
    must_change: bool = False
    must_enrol: bool = False
    at_terminal: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether this is somebody."""
        return self.role is not Role.ANONYMOUS

    @property
    def waits_for(self) -> Waits:
        """What must be done before anything else."""
        # In this order: whoever found a password or a code must not set anything by it.
        if self.must_confirm:
            return Waits.CODE
        if self.must_change:
            return Waits.PASSWORD
        return Waits.ENROLMENT if self.must_enrol else Waits.NOTHING

    @property
    def inside(self) -> bool:
        """Whether this is somebody for whom nothing else is to be done first."""
        return self.signed_in and self.waits_for is Waits.NOTHING

    @property
    def scope(self) -> Scope:
        """Whose transactions these are."""
        return Scope(self.site_id, self.person_id)


@dataclass(frozen=True, slots=True)
class UseCase:
    """A declared use-case, as the access tests find it."""

    name: str
    function: Callable[..., object]
    roles: frozenset[Role]
    about: About
    audit: Audit


@dataclass(slots=True)
class _Call:
    """What a use-case was called about, and whether it has written that down."""

    about: About
    subject: int = 0  # the client or episode
    client_id: int | None = None
    audited: bool = False


USE_CASES: dict[str, UseCase] = {}
_call: contextvars.ContextVar[_Call | None] = contextvars.ContextVar("call", default=None)


def reach(viewer: Viewer) -> Reach:
    """What client data this viewer may touch today."""
    return Reach(viewer.site_id, viewer.role.value, viewer.person_id, viewer.today)


def reach_then(viewer: Viewer, person_id: int, role: str, on: date) -> Reach:
    """What client data somebody could touch on a day: to say so, and to show nothing of it."""
    return Reach(viewer.site_id, role, person_id, on)


def whole_practice(viewer: Viewer) -> Reach:
    """Every client: for an administrator's export at the terminal, and for nothing else."""
    if viewer.role is not Role.ADMINISTRATOR or not viewer.at_terminal:
        raise Refused(NOT_THERE)
    return Reach(viewer.site_id, "whole practice", viewer.person_id, viewer.today)


def use_case(
    *,
    roles: Iterable[Role],
    about: About,
    audit: Audit,
    waiting: Iterable[Waits] = (Waits.NOTHING,),
) -> Callable[[Callable[Concatenate[Viewer, P], T]], Callable[Concatenate[Viewer, P], T]]:
    """Declare who may do this, about whom, and what is written down of it.

    `waiting` are the states of somebody just let in that it is open to.

    The wrapped function raises Refused, in the same words, for a wrong role, somebody else's
    client and one that doesn't exist.
    """
    allowed, open_to = frozenset(roles), frozenset(waiting)

    def declare(
        function: Callable[Concatenate[Viewer, P], T],
    ) -> Callable[Concatenate[Viewer, P], T]:
        signature = inspect.signature(function)
        assert about is About.NOTHING or f"{about.value}_id" in signature.parameters

        @functools.wraps(function)
        def checked(viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> T:
            if viewer.role not in allowed or viewer.waits_for not in open_to:
                raise Refused(NOT_THERE)
            if Role.ANONYMOUS not in allowed:
                viewer.store.mark.settle()
            call = _Call(about)
            if about is not About.NOTHING:
                given = signature.bind(viewer, *args, **kwargs).arguments
                call.subject = int(given[f"{about.value}_id"])
                with viewer.store.engine.reading(viewer.scope) as cursor:
                    call.client_id = _client_in_reach(cursor, viewer, call)
            token = _call.set(call)
            try:
                if audit is Audit.OPENING and about is not About.NOTHING:
                    opened(viewer, "opened record")
                result = function(viewer, *args, **kwargs)
                shows_nothing = audit is Audit.OPENING and result is None
                assert audit is Audit.NONE or call.audited or shows_nothing, (
                    f"{function.__name__} left no audit entry"
                )
                return result
            finally:
                _call.reset(token)

        module = function.__module__.rsplit(".", 1)[-1]
        name = f"{module}.{function.__name__}"
        USE_CASES[name] = UseCase(name, checked, allowed, about, audit)
        return cast(Callable[Concatenate[Viewer, P], T], checked)

    return declare


def change(
    viewer: Viewer,
    kind: str,
    work: Callable[[Cursor], T],
    *,
    client_id: int | None = None,
    object_kind: str | None = None,
    object_id: int | None = None,
    detail: str | Callable[[T], str] = "",
) -> T:
    """Run `work` and its audit entry as one transaction; what `work` returned.

    The entry is about the client that the use-case is about, or else `client_id`. Raises Refused
    where that client has left the viewer's reach since the use-case began.
    """
    call = _call.get() or _Call(About.NOTHING)

    done: list[tuple[audit.Place, T]] = []

    def both(cursor: Cursor) -> T:
        # A commit can succeed unheard. Done again, the work would meet its own rows; where the
        # entry of the try before is there, so is all that it did.
        if done and audit.holds(cursor, viewer.site_id, done[-1][0]):
            return done[-1][1]
        if call.about is not About.NOTHING:
            _client_in_reach(cursor, viewer, call)
        result = work(cursor)
        words = detail if isinstance(detail, str) else detail(result)
        entry = audit.Entry(
            happened_at=viewer.now,
            actor_id=viewer.person_id,
            role=viewer.role.value,
            session_ref=viewer.session_ref,
            kind=kind,
            client_id=call.client_id if client_id is None else client_id,
            object_kind=object_kind,
            object_id=object_id,
            detail=words,
        )
        place = audit.append(cursor, viewer.site_id, viewer.store.audit_key, entry)
        done.append((place, result))
        return result

    result = viewer.store.engine.writing(viewer.scope, both)
    viewer.store.mark.advance(done[-1][0])
    call.audited = True
    return result


def looked_at(viewer: Viewer, kind: str, detail: str) -> None:
    """Write down that something was looked at, once a browser session and quarter of an hour."""
    call = _call.get()
    assert call is not None, "only a use-case looks"
    with viewer.store.engine.reading(viewer.scope) as cursor:
        call.audited = audit.written_since(
            cursor, viewer.site_id, viewer.session_ref, kind, detail, viewer.now - OPENING_LASTS,
            viewer.now,
        )  # fmt: skip
    if not call.audited:
        change(viewer, kind, lambda cursor: None, detail=detail)


def opened(viewer: Viewer, kind: str, detail: str = "") -> None:
    """Write down that client data are about to be shown, once a browser session and 15 minutes.

    A client's own are, whatever the use-case is about.
    """
    call = _call.get()
    assert call is not None, "only a use-case opens"
    client_id = viewer.client_id if viewer.role is Role.CLIENT else call.client_id
    since = viewer.now - OPENING_LASTS
    with viewer.store.engine.reading(viewer.scope) as cursor:
        call.audited = audit.opened_since(
            cursor, viewer.site_id, viewer.session_ref, viewer.role.value, kind, client_id,
            since, viewer.now,
        )  # fmt: skip
    if not call.audited:
        change(viewer, kind, lambda cursor: None, client_id=client_id, detail=detail)


def _client_in_reach(cursor: Cursor, viewer: Viewer, call: _Call) -> int:
    found = (
        clients.client_of_episode(cursor, reach(viewer), call.subject)
        if call.about is About.EPISODE
        else clients.in_reach(cursor, reach(viewer), call.subject)
    )
    if found is None:
        raise Refused(NOT_THERE)
    return found
