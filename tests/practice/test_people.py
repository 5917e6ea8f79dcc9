"""Dated roles and assignments end on a day of their own and never overlap, on both engines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.practice import assignments, people
from attachdash.practice.people import Span
from attachdash.practice.rights import Role, Viewer
from tests.practice.conftest import TODAY, House

SINCE = TODAY - timedelta(days=200)
LATER = TODAY + timedelta(days=97)
Spans = list[tuple[date, date | None]]


@dataclass
class Kind:
    """One kind of dated span: how it begins, how it ends, and what is held."""

    start: Callable[[date, date | None], None]
    end: Callable[[date], None]
    spans: Callable[[], Spans]


def kind(house: House, name: str) -> Kind:
    """t.one's therapist role, their client A, or s.one who answers for them; each since SINCE."""
    admin: Viewer = house.viewer("a.diallo")
    one, s, a = house.people["t.one"], house.people["s.one"], house.clients["A"]

    def held(which: str, what: str) -> Spans:
        person = next(p for p in people.everyone(admin) if p.person_id == one)
        spans: tuple[Span, ...] = getattr(person, which)
        return [(span.from_on, span.to_on) for span in spans if span.what == what]

    kinds = {
        "role": Kind(
            lambda first, end: people.give_role(admin, one, Role.THERAPIST, first, end),
            lambda on: people.end_role(admin, one, Role.THERAPIST, on),
            lambda: held("roles", "therapist"),
        ),
        "assignment": Kind(
            lambda first, end: assignments.assign_client(admin, a, one, first, end),
            lambda on: assignments.end_assignment(admin, a, one, on),
            lambda: held("treats", "A"),
        ),
        "supervision": Kind(
            lambda first, end: assignments.assign_supervisor(admin, one, s, first, end),
            lambda on: assignments.end_supervision(admin, one, s, on),
            lambda: held("supervised_by", "S.ONE"),
        ),
    }
    return kinds[name]


KINDS = pytest.mark.parametrize("name", ["role", "assignment", "supervision"])


@KINDS
def test_an_end_before_the_start_is_refused(either: House, name: str) -> None:
    asked = kind(either, name)
    with pytest.raises(Invalid, match="from its start on"):
        asked.end(SINCE - timedelta(days=1))
    assert asked.spans() == [(SINCE, None)]


@KINDS
def test_a_mistake_is_taken_back_on_its_first_day(either: House, name: str) -> None:
    asked = kind(either, name)
    asked.end(SINCE)
    assert asked.spans() == [(SINCE, SINCE)]
    assert not people.Span("it", SINCE, SINCE).holds(SINCE)
    assert not people.Span("it", SINCE, SINCE).overlaps(SINCE - timedelta(days=1), None)


@KINDS
def test_what_has_ended_cannot_end_again_or_be_drawn_out(either: House, name: str) -> None:
    asked = kind(either, name)
    asked.end(TODAY)
    for day in (TODAY, TODAY + timedelta(days=5)):
        with pytest.raises(Invalid, match="before its end"):
            asked.end(day)
    assert asked.spans() == [(SINCE, TODAY)]


@KINDS
def test_an_end_may_move_forward_to_an_earlier_day(either: House, name: str) -> None:
    asked = kind(either, name)
    asked.end(TODAY + timedelta(days=30))
    asked.end(SINCE + timedelta(days=1))
    assert asked.spans() == [(SINCE, SINCE + timedelta(days=1))]


def test_a_later_span_is_allowed_and_an_end_touches_only_the_running_one(either: House) -> None:
    for name in ("assignment", "supervision", "role"):  # the role last: the others need it
        asked = kind(either, name)
        asked.end(TODAY)
        asked.start(LATER, None)
        assert asked.spans() == [(SINCE, TODAY), (LATER, None)]
        # In the gap nothing runs, and the span to come is not touched.
        with pytest.raises(Invalid):
            asked.end(TODAY + timedelta(days=10))
    soon = TODAY + timedelta(days=10)
    for name in ("role", "assignment", "supervision"):
        asked = kind(either, name)
        asked.start(TODAY, LATER)  # the gap is free, to the day
        asked.end(soon)
        assert asked.spans() == [(SINCE, TODAY), (TODAY, soon), (LATER, None)]


@KINDS
def test_an_overlap_is_refused(either: House, name: str) -> None:
    asked = kind(either, name)
    with pytest.raises(Invalid, match="already"):
        asked.start(TODAY, None)
    asked.end(TODAY + timedelta(days=30))
    for end in (None, TODAY + timedelta(days=5), LATER):
        with pytest.raises(Invalid, match="already"):
            asked.start(TODAY + timedelta(days=1), end)
    assert asked.spans() == [(SINCE, TODAY + timedelta(days=30))]


def test_a_role_that_would_run_into_a_later_one_is_refused(either: House) -> None:
    """Nor may a client's role run into a staff role that begins later."""
    admin = either.viewer("a.diallo")
    two, client = either.people["t.two"], either.people["c.a"]
    people.give_role(admin, two, Role.SUPERVISOR, LATER)
    for end in (None, LATER + timedelta(days=1)):
        with pytest.raises(Invalid, match="already"):
            people.give_role(admin, two, Role.SUPERVISOR, TODAY, end)
    people.give_role(admin, two, Role.SUPERVISOR, TODAY, LATER)
    people.end_role(admin, client, Role.CLIENT, LATER)
    people.give_role(admin, client, Role.THERAPIST, LATER)
    with pytest.raises(Invalid, match="second sign-in"):
        people.give_role(admin, two, Role.CLIENT, TODAY)


def test_somebody_administers_on_every_day_to_come(either: House) -> None:
    """Who is administrator today may not be one next week: the practice would be locked then."""
    admin, two = either.viewer("a.diallo"), either.people["t.two"]
    soon, later = TODAY + timedelta(days=5), TODAY + timedelta(days=50)
    people.give_role(admin, two, Role.ADMINISTRATOR, TODAY, soon)
    for shut_out in (
        lambda: people.disable(admin, admin.person_id),
        lambda: people.end_role(admin, admin.person_id, Role.ADMINISTRATOR, TODAY),
        lambda: people.end_role(admin, admin.person_id, Role.ADMINISTRATOR, later),
    ):
        with pytest.raises(Invalid, match=r"only administrator from 20\d\d-\d\d-\d\d on"):
            shut_out()
    # A gap is as bad as an end.
    people.give_role(admin, two, Role.ADMINISTRATOR, later)
    with pytest.raises(Invalid, match=f"only administrator from {soon} on"):
        people.end_role(admin, admin.person_id, Role.ADMINISTRATOR, soon)
    people.disable(admin, either.people["t.one"])  # who never administered
    people.end_role(admin, admin.person_id, Role.ADMINISTRATOR, later)
    with pytest.raises(Invalid, match=f"only administrator from {later} on"):
        people.disable(admin, two)


def test_a_record_is_linked_to_one_sign_in_at_a_time(either: House) -> None:
    """A second one would take the record from the first without a word."""
    admin, a = either.viewer("a.diallo"), either.clients["A"]
    new = people.add_person(admin, "c.new", "C.NEW", [Role.CLIENT])
    with pytest.raises(Invalid, match="another sign-in already"):
        assignments.link_sign_in(admin, a, new)
    assignments.link_sign_in(admin, a, either.people["c.a"])
    assignments.link_sign_in(admin, a, None)
    assignments.link_sign_in(admin, a, new)
