"""Who is on leave, from when to when: what waits for them goes on to others at once."""

from datetime import date

from attachdash.errors import Invalid
from attachdash.practice.people import Span, all_spans, change_person, check_ended, check_span
from attachdash.practice.rights import About, Audit, Role, Viewer, use_case
from attachdash.store import absences as store_absences
from attachdash.store import people
from attachdash.store.engine import Cursor

STAFF = (Role.THERAPIST, Role.SUPERVISOR, Role.ADMINISTRATOR)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def absences(viewer: Viewer, person_id: int) -> tuple[Span, ...]:
    """When somebody is away, or was; oldest first."""
    return _of(viewer, person_id)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.NONE)
def my_absences(viewer: Viewer) -> tuple[Span, ...]:
    """When the viewer is away, or was; oldest first."""
    return _of(viewer, viewer.person_id)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def add_absence(viewer: Viewer, person_id: int, from_on: date, to_on: date | None) -> None:
    """Somebody is away from a day on, until the first day back. Raises Invalid where they are away
    on any of those days already."""
    _add(viewer, person_id, from_on, to_on)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def add_my_absence(viewer: Viewer, from_on: date, to_on: date | None) -> None:
    """The viewer is away, as in add_absence."""
    _add(viewer, viewer.person_id, from_on, to_on)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def end_absence(viewer: Viewer, person_id: int, from_on: date, on: date) -> None:
    """Somebody is back on a day; on `from_on` itself they never were away."""
    _end(viewer, person_id, from_on, on)


@use_case(roles=STAFF, about=About.NOTHING, audit=Audit.CHANGE)
def end_my_absence(viewer: Viewer, from_on: date, on: date) -> None:
    """The viewer is back, as in end_absence."""
    _end(viewer, viewer.person_id, from_on, on)


def _of(viewer: Viewer, person_id: int) -> tuple[Span, ...]:
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = all_spans(store_absences.of_person(cursor, viewer.site_id, person_id), "what")
    return tuple(one for one in found if one.from_on != one.to_on)


def _add(viewer: Viewer, person_id: int, from_on: date, to_on: date | None) -> None:
    check_span(from_on, to_on)

    def work(cursor: Cursor) -> None:
        if people.by_id(cursor, viewer.site_id, person_id) is None:
            raise Invalid("There is no such person.")
        held = all_spans(store_absences.of_person(cursor, viewer.site_id, person_id), "what")
        if any(one.overlaps(from_on, to_on) for one in held):
            raise Invalid("They are away on some of those days already: end that one first.")
        store_absences.add(cursor, viewer.site_id, person_id, from_on, to_on)

    change_person(viewer, "noted absence", work, person_id)


def _end(viewer: Viewer, person_id: int, from_on: date, on: date) -> None:
    def work(cursor: Cursor) -> None:
        check_ended(store_absences.end(cursor, viewer.site_id, person_id, from_on, on), on)

    change_person(viewer, "ended absence", work, person_id)
