"""A client who would like to talk before the next meeting: raised once, waited for, in time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid, Refused
from attachdash.instruments import BLANK
from attachdash.practice import (
    asking,
    assignments,
    caseload,
    checking,
    deciding,
    escalation,
    exporting,
    house,
    loading,
    record,
    recording,
)
from attachdash.practice.escalation import Hours, Level, Waiting, answered_by, level, worked
from attachdash.practice.needs import Need
from attachdash.practice.rules import Kind
from attachdash.practice.watched import Watched
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_escalation import BERLIN, MONDAY, THERE, hours
from tests.practice.test_loading import Empty, administrator, empty, sum_of

__all__ = ["empty"]

HOUR = timedelta(hours=1)


def asked(practice: House, at: datetime = NOW, who: str = "t.one") -> Watched | None:
    """The flag of client A, as their record shows it."""
    found = record.client_record(practice.viewer(who, at), practice.clients["A"]).watched
    return next((one for one in found if one.kind is Kind.TALK), None)


def checked_in(practice: House, days_ago: int = 0, *, talk: bool = True, safe: int = 9) -> bool:
    return recording.record_administration(
        practice.viewer("t.one"), practice.clients["A"], "checkin_adult",
        TODAY - timedelta(days=days_ago), [5, 5, 5, safe, 5, 5, 5, 5], wants_to_talk=talk,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("since", "later", "by"),
    [
        (MONDAY, 8, MONDAY + hours(8)),
        (MONDAY, 9, MONDAY + hours(25)),
        (MONDAY - hours(5), 1, MONDAY + hours(1)),  # before it opens
        (MONDAY + hours(9), 24, MONDAY + timedelta(days=3, hours=8)),  # after it shut
        (MONDAY + timedelta(days=4, hours=7), 2, MONDAY + timedelta(days=7, hours=1)),  # Friday
    ],
)
def test_somebody_answers_when_the_practice_has_worked_long_enough(
    since: datetime, later: int, by: datetime
) -> None:
    assert answered_by(since, replace(BERLIN, later=later)) == by


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 24),
       st.sets(st.integers(0, 6), min_size=1))  # fmt: skip
def test_until_then_it_has_worked_for_exactly_that_long(
    since: datetime, later: int, days: set[int]
) -> None:
    at = Hours(zone="Europe/Berlin", later=later, days=tuple(sorted(days)))
    by = answered_by(since, at)
    assert worked(since, by, at) == hours(later)
    assert worked(since, by - timedelta(minutes=1), at) < hours(later)


@pytest.mark.parametrize(
    ("after", "found"),
    [(24 + 3.9, Level.THERAPIST), (24 + 4, Level.SUPERVISOR), (24 * 2 + 7.9, Level.SUPERVISOR),
     (24 * 2 + 8, Level.ADMINISTRATOR)],
)  # fmt: skip
def test_h05_what_was_asked_goes_on_while_it_can_still_be_answered_in_time(
    after: float, found: Level
) -> None:
    """To the supervisor after 12 of the 24 working hours by which somebody answers."""
    flag = Waiting(client_id=1, raised_at=MONDAY, soon=False, asked=True)
    assert level(flag, THERE, BERLIN, MONDAY + hours(after)) is found
    assert answered_by(MONDAY, BERLIN) == MONDAY + hours(24 * 2 + 8)


def test_h05_a_ticked_box_raises_its_flag_with_the_answers(either: House) -> None:
    assert checked_in(either, talk=False)
    assert asked(either) is None
    # Ticked on a form that is held already: asked all the same.
    assert not checked_in(either)
    flag = asked(either)
    assert flag is not None
    assert (flag.state, flag.seen_by, flag.raised_at) == ("open", None, NOW)
    assert flag.answer_by == datetime(2026, 11, 26, 17)
    [row] = caseload.caseload(either.viewer("t.one")).rows
    assert row.need is Need.TALK
    deciding.mark_seen(either.viewer("t.one"), flag.client_id, flag.flag_id, None, None)
    assert caseload.caseload(either.viewer("t.one")).rows[0].need is not Need.TALK
    assert checked_in(either, 1)
    again = asked(either)
    assert again is not None
    assert (again.state, again.flag_id) == ("open", flag.flag_id)
    assert checking.problems(either.store) == []


def test_h04_a_form_that_is_refused_asks_nothing(either: House) -> None:
    checked_in(either, talk=False)
    with pytest.raises(Invalid, match="Other answers"):
        checked_in(either, safe=1)
    assert asked(either) is None


def test_a_form_with_nothing_but_the_box_is_no_form_and_still_asks(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    with pytest.raises(Invalid, match="at least one answer"):
        recording.record_administration(
            mine, a, "checkin_adult", TODAY, [BLANK] * 8, wants_to_talk=True
        )
    assert asked(either) is None
    asking.asked_on_form(mine, a, TODAY)
    flag = asked(either)
    assert flag is not None
    assert (flag.state, flag.seen_by) == ("open", None)
    with pytest.raises(Refused):
        asking.asked_on_form(either.viewer("t.two"), a, TODAY)
    with pytest.raises(Invalid, match="future"):
        asking.asked_on_form(mine, a, TODAY + timedelta(days=1))


def test_h23_what_was_asked_long_ago_is_listed_and_opens_nothing(either: House) -> None:
    checked_in(either, 15)
    flag = asked(either)
    assert flag is not None
    assert flag.state == "historic"
    checked_in(either, 14)
    flag = asked(either)
    assert flag is not None
    assert flag.state == "open"
    deciding.close(either.viewer("t.one"), flag.client_id, flag.flag_id, None, None, "We spoke")
    checked_in(either, 20)
    flag = asked(either)
    assert flag is not None
    assert flag.state == "closed"


def test_h05_a_client_asks_once_while_it_is_open_and_it_is_audited(either: House) -> None:
    mine = either.viewer("c.a")
    before = asking.standing(mine)
    assert (before.is_offered, before.asked_at) == (True, None)
    by = asking.ask_to_talk(mine)
    assert by == before.by == asking.standing(mine).by
    assert asking.standing(mine).asked_at == NOW
    with pytest.raises(Invalid, match="asked already"):
        asking.ask_to_talk(either.viewer("c.a", NOW + HOUR))
    flag = asked(either, NOW + HOUR)
    assert flag is not None
    assert (flag.state, flag.raised_at, flag.answer_by) == ("open", NOW, by)
    with either.store.engine.reading(Scope()) as cursor:
        last = "SELECT kind, role, client_id FROM audit WHERE object_kind = 'flag' ORDER BY seq"
        assert cursor.rows(last)[-1] == ("noted of client", "client", either.clients["A"])
    assert asking.standing(either.viewer("c.a", by + HOUR)).is_late(by + HOUR)
    assert asked(either, by + HOUR, "s.one").came is Level.ADMINISTRATOR  # type: ignore[union-attr]
    deciding.mark_seen(either.viewer("t.one", NOW + HOUR), flag.client_id, flag.flag_id, None, None)
    later = either.viewer("c.a", NOW + 2 * HOUR)
    assert asking.standing(later).asked_at is None
    asking.ask_to_talk(later)
    again = asked(either, NOW + 2 * HOUR)
    assert again is not None
    assert (again.flag_id, again.state, again.raised_at) == (flag.flag_id, "open", NOW + 2 * HOUR)
    assert checking.problems(either.store) == []


def test_an_administrator_is_not_told_who_asked(either: House) -> None:
    """By no line, kind or count: what a client does with a flag, no other line looks like."""
    admin = either.viewer("a.diallo")

    def told() -> tuple[object, ...]:
        people = [house.audit_trail(admin, person_id=one) for one in either.people.values()]
        lines = [house.audit_trail(admin), house.audit_trail(admin, client_id=either.clients["A"])]
        return house.audit_kinds(admin), *(one.to_csv() for one in (*lines, *people))

    before = told()
    asking.ask_to_talk(either.viewer("c.a"))
    assert told() == before
    assert house.audit_holds(admin) is None
    # What staff note is told, and not as what.
    deciding.note(either.viewer("t.one"), either.clients["A"], Kind.PAUSED)
    asking.asked_on_form(either.viewer("t.one"), either.clients["A"], TODAY)
    noted = house.audit_trail(admin, kind="noted of client")
    assert len(noted) == house.audit_kinds(admin)["noted of client"] == 2
    assert list(noted["detail"]) == ["", ""]


def test_what_staff_noted_or_typed_is_not_told_to_the_client_and_keeps_its_patience(
    either: House,
) -> None:
    """Also not that a form was typed in; asking themself then adds to what waits."""
    deciding.note(either.viewer("s.one"), either.clients["A"], Kind.TALK)
    later = NOW + HOUR
    mine = either.viewer("c.a", later)
    assert asking.standing(mine).asked_at is None
    asking.ask_to_talk(mine)
    assert asking.standing(mine).asked_at == later
    flag = asked(either, later)
    assert flag is not None
    assert flag.raised_at == NOW
    # Client B's page knows nothing of it.
    assert asking.standing(either.viewer("c.b", later)).asked_at is None


@pytest.mark.parametrize("text", ["", "Call [24-hour line]."])
def test_h28_without_a_finished_crisis_text_nobody_is_asked(small: House, text: str) -> None:
    def put(name: str, body: str) -> None:
        small.store.engine.writing(
            Scope(),
            lambda cursor: cursor.run(
                "UPDATE setting SET body = $2 WHERE name = $1", name, body
            ),
        )  # fmt: skip

    put("crisis_text", text)
    assert not asking.standing(small.viewer("c.a")).is_offered
    with pytest.raises(Invalid, match="call the practice"):
        asking.ask_to_talk(small.viewer("c.a"))
    assert asked(small) is None


def test_h28_a_crisis_text_without_its_day_gets_one_when_it_is_saved(small: House) -> None:
    small.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run("DELETE FROM setting WHERE name = 'crisis_text_on'"),
    )
    assert not asking.standing(small.viewer("c.a")).is_offered
    known = house.settings(small.viewer("a.diallo"))
    house.change_settings(
        small.viewer("a.diallo"), practice_name=known.practice_name, time_zone="UTC",
        crisis_text=known.crisis_text,
    )  # fmt: skip
    assert asking.standing(small.viewer("c.a")).is_offered


def test_nobody_is_promised_an_answer_whom_nobody_treats(small: House) -> None:
    admin = small.viewer("a.diallo")
    assignments.end_assignment(admin, small.clients["A"], small.people["t.one"], TODAY)
    assert not asking.standing(small.viewer("c.a")).is_offered
    with pytest.raises(Invalid):
        asking.ask_to_talk(small.viewer("c.a"))


def test_a_sign_in_without_a_record_asks_nothing(small: House) -> None:
    unlinked = replace(small.viewer("c.a"), client_id=None)
    assert not asking.standing(unlinked).is_offered
    with pytest.raises(Refused):
        asking.ask_to_talk(unlinked)


def test_what_was_asked_leaves_and_comes_back_and_still_waits(either: House, empty: Empty) -> None:
    asking.ask_to_talk(either.viewer("c.a"))
    later = NOW + timedelta(days=1)
    other = replace(empty(), now=later, today=later.date())
    admin = administrator(either)
    loading.load(other, exporting.export(admin))
    assert sum_of(other) == sum_of(admin)
    assert checking.problems(other.store) == []
    with other.store.engine.reading(Scope()) as cursor:
        assert list(escalation.levels(cursor, other)) != []
