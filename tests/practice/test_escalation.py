"""Does a flag that nobody has seen reach somebody who is there, in time?"""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.practice import (
    absences,
    assignments,
    caseload,
    deciding,
    escalation,
    house,
    people,
    record,
    recording,
)
from attachdash.practice.escalation import Hours, Level, Staff, Waiting, level, worked
from attachdash.practice.flags import Flag
from tests.practice.conftest import NOW, TODAY, House

BERLIN = Hours(zone="Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 8)  # 09:00 in Berlin
THERE = Staff(treats={1: {7}}, supervises={7: {9}}, therapists={7}, supervisors={9})


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("since", "now", "found"),
    [
        (MONDAY, MONDAY + hours(4), 4),
        (MONDAY, MONDAY + hours(24), 8),
        (MONDAY + timedelta(days=4, hours=6), MONDAY + timedelta(days=7, hours=2), 4),  # weekend
        (datetime(2026, 3, 27, 16), datetime(2026, 3, 30, 8), 1),  # the clock goes forward
        (datetime(2026, 10, 23, 15), datetime(2026, 10, 26, 9), 1),  # and back
        (MONDAY, MONDAY - hours(5), 0),
    ],
)
def test_h05_only_working_hours_count(since: datetime, now: datetime, found: float) -> None:
    assert worked(since, now, BERLIN) == hours(found)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
       st.integers(0, 30_000), st.integers(0, 30_000))  # fmt: skip
def test_h05_hours_add_up_and_never_run_back(since: datetime, first: int, second: int) -> None:
    between = since + timedelta(minutes=first)
    now = between + timedelta(minutes=second)
    whole = worked(since, now, BERLIN)
    assert whole == worked(since, between, BERLIN) + worked(between, now, BERLIN)
    assert timedelta(0) <= whole <= now - since


def staff(**changed: object) -> Staff:
    return Staff(**{name: getattr(THERE, name) for name in THERE.__slots__} | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("soon", "who", "after", "found"),
    [
        (True, THERE, 3.9, Level.THERAPIST),
        (True, THERE, 4, Level.SUPERVISOR),
        (True, THERE, 24, Level.ADMINISTRATOR),  # 8 working hours
        (False, THERE, 24 * 2 + 7.9, Level.THERAPIST),
        (False, THERE, 24 * 2 + 8, Level.SUPERVISOR),
        (False, THERE, 24 * 7 + 8, Level.ADMINISTRATOR),
        (True, staff(therapists=set()), 0, Level.SUPERVISOR),
        (False, staff(therapists=set()), 24 * 2 + 8, Level.ADMINISTRATOR),
        (False, staff(treats={}), 0, Level.ADMINISTRATOR),
        (True, staff(supervisors=set()), 3.9, Level.THERAPIST),
        (True, staff(supervisors=set()), 4, Level.ADMINISTRATOR),
        (True, staff(therapists=set(), supervisors=set()), 0, Level.ADMINISTRATOR),
        # A second therapist who is there has it; so has the second one's supervisor.
        (True, staff(treats={1: {6, 7}}), 3.9, Level.THERAPIST),
        (True, staff(treats={1: {6, 7}}, supervises={6: {9}}), 4, Level.SUPERVISOR),
        (False, THERE, -24, Level.ADMINISTRATOR),  # the clock was set back: nobody knows how long
        (False, THERE, -0.05, Level.THERAPIST),  # two machines’ clocks differ by minutes
    ],
)
def test_h05_an_unseen_flag_goes_on(soon: bool, who: Staff, after: float, found: Level) -> None:
    flag = Waiting(client_id=1, raised_at=MONDAY, soon=soon)
    assert level(flag, who, BERLIN, MONDAY + hours(after)) is found


@given(st.booleans(), st.integers(0, 20_000), st.integers(0, 20_000),
       st.sampled_from([THERE, staff(therapists=set()), staff(supervisors=set())]))  # fmt: skip
def test_h05_what_has_gone_on_stays_there(soon: bool, first: int, more: int, who: Staff) -> None:
    flag = Waiting(client_id=1, raised_at=MONDAY, soon=soon)
    now = MONDAY + timedelta(minutes=first)
    assert level(flag, who, BERLIN, now) <= level(flag, who, BERLIN, now + timedelta(minutes=more))


def came(small: House, who: str = "s.one", now: datetime = NOW) -> Level:
    [row] = [r for r in caseload.caseload(small.viewer(who, now)).rows if r.client.code == "A"]
    assert row.open_flag is not None
    return row.open_flag.came


def told(small: House, now: datetime = NOW) -> tuple[int, int]:
    found = escalation.unseen(small.viewer("a.diallo", now))
    return found.flags, found.without_therapist


def raised(house: House, answer: int = 2) -> Flag:
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], "phq9", TODAY, [0] * 8 + [answer]
    )
    return shown(house, "t.one")


def shown(house: House, who: str, now: datetime = NOW) -> Flag:
    [found] = record.client_record(house.viewer(who, now), house.clients["A"]).flags
    return found


def test_h05_from_the_form_to_supervisor_and_administrator(either: House) -> None:
    """Tuesday 08:40 UTC; it works from 9 to 17: item 9 of 2 goes on after four of those hours."""
    flag = raised(either)
    soon = NOW.replace(hour=13, minute=0)
    assert came(either, now=soon - timedelta(minutes=1)) is Level.THERAPIST
    assert came(either, now=soon) is came(either, "t.one", soon) is Level.SUPERVISOR
    assert told(either, soon) == (0, 0)
    assert told(either, NOW.replace(hour=17, minute=0)) == (1, 0)
    # More of the same is no new patience.
    recording.record_administration(
        either.viewer("t.one", soon), either.clients["A"], "phq9", TODAY, [1] * 8 + [2], "evening"
    )
    assert came(either, now=soon) is Level.SUPERVISOR
    now = shown(either, "s.one", soon)
    assert (now.flag_id, now.administration_id) != (flag.flag_id, flag.administration_id)
    deciding.mark_seen(
        either.viewer("s.one", soon), now.client_id, now.flag_id, now.administration_id, now.version
    )
    assert shown(either, "t.one").seen_by == "S.ONE"
    assert told(either, NOW + timedelta(days=30)) == (0, 0)
    # And whoever saw it may say what was decided.
    deciding.act(
        either.viewer("s.one", soon), now.client_id, now.flag_id, now.administration_id,
        now.version, "T.ONE is told by phone",
    )  # fmt: skip


def test_h05_before_it_came_to_them_a_supervisor_leaves_it_to_the_therapist(small: House) -> None:
    flag = raised(small)
    with pytest.raises(Invalid, match="waits for the therapist"):
        deciding.mark_seen(
            small.viewer("s.one"), flag.client_id, flag.flag_id, flag.administration_id,
            flag.version,
        )  # fmt: skip
    assert shown(small, "t.one").state == "open"


def test_h05_at_once_while_the_therapist_is_away_disabled_or_gone(either: House) -> None:
    admin, one, a = either.viewer("a.diallo"), either.people["t.one"], either.clients["A"]
    raised(either, 1)
    assert came(either) is Level.THERAPIST
    tomorrow = TODAY + timedelta(days=1)
    absences.add_my_absence(either.viewer("t.one"), tomorrow, tomorrow + timedelta(days=7))
    assert came(either) is Level.THERAPIST
    assert came(either, now=NOW + timedelta(days=1)) is Level.SUPERVISOR
    absences.end_absence(admin, one, tomorrow, tomorrow)
    assert came(either, now=NOW + timedelta(days=1)) is Level.THERAPIST
    absences.add_absence(admin, one, TODAY, None)
    assert came(either) is Level.SUPERVISOR
    with pytest.raises(Invalid, match="already"):
        absences.add_absence(admin, one, tomorrow, None)
    absences.end_absence(admin, one, TODAY, TODAY)
    people.disable(admin, one)
    assert came(either) is Level.SUPERVISOR
    people.enable(admin, one)
    people.end_role(admin, one, people.Role.THERAPIST, TODAY)
    assert came(either) is Level.SUPERVISOR
    absences.add_absence(admin, either.people["s.one"], TODAY, None)
    assert told(either) == (1, 0)
    absences.end_absence(admin, either.people["s.one"], TODAY, TODAY)
    # Moved to another therapist, who is there: it waits for them, from when it was raised.
    assignments.end_assignment(admin, a, one, TODAY)
    assert told(either) == (1, 1)
    assignments.assign_client(admin, a, either.people["t.two"], TODAY)
    assert told(either) == (0, 0)
    assert came(either, "s.two") is Level.THERAPIST


def test_h05_a_practice_can_shorten_the_wait_and_not_lengthen_it(small: House) -> None:
    admin = small.viewer("a.diallo")
    raised(small, 1)

    def set_to(wanted: Hours) -> None:
        known = house.settings(admin)
        house.change_settings(
            admin, practice_name=known.practice_name, time_zone=known.time_zone,
            crisis_text=known.crisis_text, hours=wanted,
        )  # fmt: skip

    nine = NOW.replace(hour=10, minute=0)
    assert came(small, now=nine) is Level.THERAPIST
    wanted = Hours(zone="UTC", days=(1, 5), first=time(8), last=time(12), soon=1, later=1)
    set_to(wanted)
    assert house.settings(admin).hours == wanted
    assert came(small, now=nine) is Level.SUPERVISOR
    for wrong in (
        Hours(soon=5), Hours(later=25), Hours(soon=4, later=3), Hours(soon=0), Hours(days=()),
        Hours(days=(7,)), Hours(first=time(9), last=time(9)),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            set_to(wrong)
    assert house.settings(admin).hours == wanted


def test_h05_an_old_answer_goes_nowhere(small: House) -> None:
    day: date = TODAY - timedelta(days=15)
    recording.record_administration(
        small.viewer("t.one"), small.clients["A"], "phq9", day, [0] * 8 + [3]
    )
    assert shown(small, "t.one").state == "historic"
    assert told(small, NOW + timedelta(days=60)) == (0, 0)
