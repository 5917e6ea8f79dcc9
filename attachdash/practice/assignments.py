"""Who treats whom, who supervises whom, whose sign-in is whose record: what rights rest on."""

from datetime import date

from attachdash.errors import Invalid
from attachdash.practice.people import (
    ADMINISTRATOR,
    all_spans,
    change_person,
    check_ended,
    check_holds,
    check_span,
)
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import clients, people
from attachdash.store.engine import Cursor


@use_case(roles=ADMINISTRATOR, about=About.CLIENT, audit=Audit.CHANGE)
def assign_client(
    viewer: Viewer, client_id: int, therapist_id: int, from_on: date, to_on: date | None = None
) -> None:
    """A therapist treats a client from a day on. Invalid where they do on any such day."""
    check_span(from_on, to_on)

    def work(cursor: Cursor) -> None:
        check_holds(cursor, viewer, therapist_id, Role.THERAPIST, from_on)
        now = people.all_treats(cursor, viewer.site_id)
        mine = now[(now["client_id"] == client_id) & (now["therapist_id"] == therapist_id)]
        if any(span.overlaps(from_on, to_on) for span in all_spans(mine)):
            raise Invalid(
                "This therapist is assigned to that client on some of those days already."
            )
        people.assign_client(cursor, viewer.site_id, therapist_id, client_id, from_on, to_on)

    change(
        viewer, "assigned client", work, client_id=client_id, object_kind="person",
        object_id=therapist_id,
    )  # fmt: skip


@use_case(roles=ADMINISTRATOR, about=About.CLIENT, audit=Audit.CHANGE)
def end_assignment(viewer: Viewer, client_id: int, therapist_id: int, on: date) -> None:
    """A therapist no longer treats a client: `on` is the first day without."""

    def work(cursor: Cursor) -> None:
        ended = people.end_client_assignment(cursor, viewer.site_id, therapist_id, client_id, on)
        check_ended(ended, on)

    change(
        viewer, "ended assignment", work, client_id=client_id, object_kind="person",
        object_id=therapist_id,
    )  # fmt: skip


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def assign_supervisor(
    viewer: Viewer, therapist_id: int, supervisor_id: int, from_on: date, to_on: date | None = None
) -> None:
    """A supervisor answers for a therapist from a day on; Invalid where they do on any such day."""
    check_span(from_on, to_on)
    if therapist_id == supervisor_id:
        raise Invalid("Nobody supervises themselves: choose another supervisor.")

    def work(cursor: Cursor) -> None:
        check_holds(cursor, viewer, therapist_id, Role.THERAPIST, from_on)
        check_holds(cursor, viewer, supervisor_id, Role.SUPERVISOR, from_on)
        now = people.all_supervises(cursor, viewer.site_id)
        both = (now["therapist_id"] == therapist_id) & (now["supervisor_id"] == supervisor_id)
        spans = all_spans(now[both], "supervisor_id")
        if any(span.overlaps(from_on, to_on) for span in spans):
            raise Invalid(
                "This supervisor answers for that therapist on some of those days already."
            )
        people.assign_supervisor(
            cursor, viewer.site_id, supervisor_id, therapist_id, from_on, to_on
        )

    change_person(viewer, "assigned supervisor", work, therapist_id, f"supervisor {supervisor_id}")


@use_case(roles=ADMINISTRATOR, about=About.NOTHING, audit=Audit.CHANGE)
def end_supervision(viewer: Viewer, therapist_id: int, supervisor_id: int, on: date) -> None:
    """A supervisor no longer answers for a therapist: `on` is the first day without."""

    def work(cursor: Cursor) -> None:
        ended = people.end_supervision(cursor, viewer.site_id, supervisor_id, therapist_id, on)
        check_ended(ended, on)

    change_person(viewer, "ended supervision", work, therapist_id, f"supervisor {supervisor_id}")


@use_case(roles=ADMINISTRATOR, about=About.CLIENT, audit=Audit.CHANGE)
def link_sign_in(viewer: Viewer, client_id: int, person_id: int | None) -> None:
    """Whose record this person sees as their own. Raises Invalid unless they sign in as a client,
    no other record is theirs and this one is nobody else's."""

    def work(cursor: Cursor) -> None:
        if person_id is not None:
            check_holds(cursor, viewer, person_id, Role.CLIENT, viewer.today)
            other = clients.of_person(cursor, viewer.site_id, person_id)
            if other not in (None, client_id):
                raise Invalid("This sign-in is linked to another record. Unlink that one first.")
            if clients.person_of(cursor, viewer.site_id, client_id) not in (None, person_id):
                raise Invalid("This record has another sign-in already. Unlink that one first.")
        clients.link_person(cursor, viewer.site_id, client_id, person_id)

    change(
        viewer, "linked sign-in" if person_id else "unlinked sign-in", work, client_id=client_id,
        object_kind="person", object_id=person_id,
    )  # fmt: skip
