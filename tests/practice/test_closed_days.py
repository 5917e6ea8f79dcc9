"""Do days on which the practice is closed count as no working time, and only those?"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.practice import closed_days, exporting, founding, house, loading
from attachdash.practice.closed_days import read, written
from attachdash.practice.entrance import at_terminal
from attachdash.practice.escalation import Hours, Level, worked
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_escalation import BERLIN, MONDAY, came, hours, raised, told

CHRISTMAS = (date(2026, 12, 25), date(2026, 12, 26))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_lines_are_read_in_any_order_and_written_in_one() -> None:
    text = "\n 2026-12-25 to 2026-12-26 \n\n2026-01-01\n2026-12-24 – 2026-12-24\n2026-01-01\n"
    found = read(text)
    assert found == (
        (date(2026, 1, 1),) * 2, (date(2026, 12, 24),) * 2, CHRISTMAS,
    )  # fmt: skip
    assert written(found) == "2026-01-01\n2026-12-24\n2026-12-25 to 2026-12-26"
    assert read("") == ()


@given(st.lists(st.tuples(DAYS, st.integers(0, 9)), max_size=3))
def test_what_is_written_is_read_again(days: list[tuple[date, int]]) -> None:
    spans = tuple(sorted({(first, first + timedelta(days=more)) for first, more in days}))
    assert read(written(spans)) == spans


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-12-25\n25.12.2026", "line 2: “25.12.2026” can’t be read. Write 2026-12-25"),
        ("2026-12-25 Christmas", "can’t be read"),
        ("2026-12-25, 2026-12-26", "can’t be read"),
        ("2026-12-25 to", "can’t be read"),
        ("20261225", "can’t be read"),
        ("٢٠٢٦-12-25", "can’t be read"),
        ("2026-02-29", "line 1: “2026-02-29” has a day that no calendar has"),
        ("2026-12-26 to 2026-12-25", "ends before it begins"),
        ("2026-07-01 to 2026-08-01", "more than 31 days in a row"),
        # Not in two pieces either, nor in pieces that overlap.
        ("2026-07-01 to 2026-07-20\n2026-07-21 to 2026-08-01", "from 2026-07-01 to 2026-08-01"),
        ("2026-07-01 to 2026-07-20\n2026-07-05\n2026-07-06 to 2026-08-01", "in a row"),
        ("\n".join(f"{2000 + n}-01-01" for n in range(501)), "501 lines"),
    ],
)
def test_what_is_no_day_is_refused_with_line_and_cure(text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read(text)


def test_hours_in_which_nobody_ever_works_are_refused() -> None:
    """Nothing would go on, and no moment to answer by would be found."""
    mondays = [f"{date(2026, 11, 30) + timedelta(days=7 * n)}" for n in range(500)]
    alone = Hours(days=(0,), closed=read("\n".join(mondays)))
    with pytest.raises(Invalid, match="nobody works"):
        house.checked_hours(alone)
    assert house.checked_hours(replace(alone, days=(0, 1)))
    assert house.checked_hours(replace(alone, closed=read("\n".join(mondays[:4]))))
    moment = Hours(first=time(9, 0, 10), last=time(9, 0, 50))
    with pytest.raises(Invalid, match="begin before they end"):
        house.checked_hours(moment)


def test_the_longest_stretch_is_taken_and_one_day_between_parts_two() -> None:
    assert read("2026-07-01 to 2026-07-31")
    assert read("2026-07-01 to 2026-07-31\n2026-08-02 to 2026-09-01")


@pytest.mark.parametrize(
    ("closed", "now", "found"),
    [
        ("", MONDAY + hours(24), 8),
        ("2026-11-23", MONDAY + hours(24), 0),
        ("2026-11-23", MONDAY + hours(28), 4),
        ("2026-11-24 to 2026-11-25", MONDAY + hours(24 * 3), 8),
        ("2026-11-28 to 2026-11-29", MONDAY + hours(24 * 7), 40),  # a weekend anyway
        ("2026-11-22", MONDAY + hours(24), 8),
    ],
)
def test_h05_closed_days_are_no_working_hours(closed: str, now: datetime, found: float) -> None:
    assert worked(MONDAY, now, replace(BERLIN, closed=read(closed))) == hours(found)


@given(st.integers(0, 20_000), DAYS)
def test_h05_a_closed_day_takes_away_at_most_that_day(minutes: int, on: date) -> None:
    now = MONDAY + timedelta(minutes=minutes)
    open_, closed = (
        worked(MONDAY, now, replace(BERLIN, closed=days)) for days in ((), ((on, on),))
    )
    assert timedelta(0) <= open_ - closed <= hours(8)


def set_closed(house_: House, text: str) -> None:
    admin = house_.viewer("a.diallo")
    known = house.settings(admin)
    house.change_settings(
        admin, practice_name=known.practice_name, time_zone=known.time_zone,
        crisis_text=known.crisis_text, hours=replace(known.hours, closed=closed_days.read(text)),
    )  # fmt: skip


def test_h05_an_unseen_flag_waits_over_a_closed_day(small: House) -> None:
    """Tuesday 08:40 UTC: the day after tomorrow at 13:00 the practice has worked four hours."""
    raised(small)
    set_closed(small, f"{TODAY} to {TODAY + timedelta(days=1)}")
    assert house.settings(small.viewer("a.diallo")).hours.closed
    after = NOW.replace(hour=13, minute=0) + timedelta(days=2)
    assert came(small, now=after - timedelta(minutes=1)) is Level.THERAPIST
    assert came(small, now=after) is Level.SUPERVISOR
    assert told(small, after + timedelta(hours=4)) == (1, 0)
    last = house.audit_trail(small.viewer("a.diallo"), kind="changed settings").iloc[0]
    assert "closed_days" in last["detail"]
    with pytest.raises(Invalid, match="in a row"):
        house.change_settings(
            small.viewer("a.diallo"), practice_name="P", time_zone="UTC", crisis_text="",
            hours=Hours(closed=((TODAY, TODAY + timedelta(days=31)),)),
        )  # fmt: skip


def test_closed_days_and_hours_leave_and_come_back(small: House) -> None:
    set_closed(small, "2026-12-25 to 2026-12-26\n2027-01-01")
    files = exporting.export(at_terminal(small.store, "a.diallo", NOW))
    store, _ = founding.found(small.store.home.parent / "other", "l.admin", "Lena", NOW)
    try:
        other = at_terminal(store, "l.admin", NOW)
        loading.load(other, files)
        hours_there = house.settings(other).hours
        assert hours_there == house.settings(small.viewer("a.diallo")).hours
        assert written(hours_there.closed) == "2026-12-25 to 2026-12-26\n2027-01-01"
    finally:
        store.close()
