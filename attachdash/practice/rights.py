"""Who may do what: the Viewer, the roles, and the one way to declare a use-case.

Each use-case is declared with `@use_case` and takes a Viewer first. What it may touch is decided
in the query by a Reach, and only this module makes one.
"""

import contextvars
import functools
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


class About(StrEnum):
    """Whose data a use-case is about: it then takes that id right after the Viewer."""

    NOTHING = "nothing"
    CLIENT = "client"
    EPISODE = "episode"


class Audit(StrEnum):
    """What a use-case leaves in the audit."""

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
    must_change: bool = False
    at_terminal: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether this is somebody."""
        return self.role is not Role.ANONYMOUS

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


USE_CASES: dict[str, UseCase] = {}
_audited: contextvars.ContextVar[bool] = contextvars.ContextVar("audited", default=False)


def reach(viewer: Viewer) -> Reach:
    """What client data this viewer may touch today."""
    return Reach(viewer.site_id, viewer.role.value, viewer.person_id, viewer.today)


def whole_practice(viewer: Viewer) -> Reach:
    """Every client: for an administrator's export at the terminal, and for nothing else."""
    if viewer.role is not Role.ADMINISTRATOR or not viewer.at_terminal:
        raise Refused(NOT_THERE)
    return Reach(viewer.site_id, "whole practice", viewer.person_id, viewer.today)


def use_case(
    *, roles: Iterable[Role], about: About, audit: Audit, before_password: bool = False
) -> Callable[[Callable[Concatenate[Viewer, P], T]], Callable[Concatenate[Viewer, P], T]]:
    """Declare who may do this, about whom, and what is written down of it.

    The wrapped function raises Refused, in the same words, for a wrong role, somebody else's
    client and one that doesn't exist.
    """
    allowed = frozenset(roles)

    def declare(
        function: Callable[Concatenate[Viewer, P], T],
    ) -> Callable[Concatenate[Viewer, P], T]:
        @functools.wraps(function)
        def checked(viewer: Viewer, *args: P.args, **kwargs: P.kwargs) -> T:
            if viewer.role not in allowed or (viewer.must_change and not before_password):
                raise Refused(NOT_THERE)
            if about is not About.NOTHING:
                subject = args[0] if args else next(iter(kwargs.values()))
                client_id = _client_in_reach(viewer, about, subject)
                if audit is Audit.OPENING:
                    _write_opening(viewer, client_id)
            token = _audited.set(False)
            try:
                result = function(viewer, *args, **kwargs)
                assert audit is not Audit.CHANGE or _audited.get(), (
                    f"{function.__name__} changed something without an audit entry"
                )
                return result
            finally:
                _audited.reset(token)

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
    """Run `work` and its audit entry as one transaction; what `work` returned."""

    def both(cursor: Cursor) -> tuple[T, tuple[int, str]]:
        result = work(cursor)
        words = detail if isinstance(detail, str) else detail(result)
        entry = audit.Entry(
            happened_at=viewer.now,
            actor_id=viewer.person_id,
            role=viewer.role.value,
            session_ref=viewer.session_ref,
            kind=kind,
            client_id=client_id,
            object_kind=object_kind,
            object_id=object_id,
            detail=words,
        )
        return result, audit.append(cursor, viewer.site_id, viewer.store.audit_key, entry)

    result, place = viewer.store.engine.writing(viewer.scope, both)
    viewer.store.mark.advance(*place)
    _audited.set(True)
    return result


def nothing_changed() -> None:
    """Say that a use-case rightly had nothing to change, and so nothing to write down."""
    _audited.set(True)


def _client_in_reach(viewer: Viewer, about: About, subject: object) -> int:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = (
            clients.client_of_episode(cursor, reach(viewer), int(str(subject)))
            if about is About.EPISODE
            else clients.in_reach(cursor, reach(viewer), int(str(subject)))
        )
    if found is None:
        raise Refused(NOT_THERE)
    return found


def _write_opening(viewer: Viewer, client_id: int) -> None:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        since = viewer.now - OPENING_LASTS
        if audit.opened_since(cursor, viewer.site_id, viewer.session_ref, client_id, since):
            return
    change(viewer, "opened record", lambda cursor: None, client_id=client_id)
