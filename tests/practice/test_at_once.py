"""Several people at the same moment, and clocks that are wrong: one right outcome."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from attachdash.errors import ForPeople
from attachdash.intake import Mapping, Table, read_csv
from attachdash.practice import checking, clients, entrance, house, importing, recording
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one

ITEMS = tuple(f"q{n}" for n in range(1, 10))
MAPPING = Mapping(
    instrument="phq9", client="code", answered_on="day", date_format="iso", items=ITEMS
)


def a_file(*codes: str, rows: int = 5) -> Table:
    lines = [",".join(["code", "day", *ITEMS])]
    for code in codes:
        for number in range(rows):
            day = TODAY - timedelta(days=20 + 7 * number)
            lines.append(f"{code},{day},1,1,1,0,0,0,0,0,{number % 2}")
    return read_csv("a.csv", "\n".join(lines).encode())


def at_once(works: list[Callable[[], object]]) -> tuple[list[object], list[str]]:
    """Do all at the same moment: what came of those that were done, and what the others were told.

    Anything but words for people fails the test.
    """
    done: list[object] = []
    told: list[str] = []
    broken: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        start.wait(30)
        try:
            done.append(work())
        except ForPeople as error:
            told.append(str(error))
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert broken == []
    assert len(done) + len(told) == len(works)
    return done, told


def count(house: House, sql: str) -> int:
    with house.store.engine.reading(Scope()) as cursor:
        row = cursor.one(sql)
    assert row is not None
    return int(row[0])


def test_h07_one_file_imported_by_sixteen_is_kept_once(either: House) -> None:
    admin, table = either.viewer("a.diallo"), a_file("A", "NEW-1", "NEW-2")
    before = count(either, "SELECT count(*) FROM administration")
    done, told = at_once(
        [lambda: import_one(admin, table, MAPPING, create_clients=True, open_episodes=True)] * 16
    )
    kept = [one.kept for one in done if isinstance(one, importing.Kept)]
    assert sum(kept) == 15
    assert sorted(kept)[-1] == 15, "one kept them all, the others none"
    assert all("NEW-" in words for words in told), told
    assert count(either, "SELECT count(*) FROM administration") == before + 15
    assert count(either, "SELECT count(*) FROM client WHERE code LIKE 'NEW-%'") == 2
    assert checking.problems(either.store) == []


def test_the_same_form_typed_twice_at_once_is_kept_once(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    day = TODAY - timedelta(days=33)
    done, told = at_once(
        [
            lambda: recording.record_administration(mine, a, "phq9", day, [1] * 9),
            lambda: recording.record_administration(mine, a, "phq9", day, [1] * 9),
            lambda: recording.record_administration(mine, a, "phq9", day, [2] * 9),
        ]
    )
    found = "SELECT count(*) FROM administration WHERE answered_on = DATE '" + str(day) + "'"
    assert count(either, found) == 1
    # Whichever came first stays; the other is told that the day holds other answers.
    assert done.count(True) == 1
    assert told
    assert all("Other answers" in words for words in told)
    assert checking.problems(either.store) == []


def test_an_episode_closed_while_answers_arrive_files_each_where_it_belongs(
    either: House,
) -> None:
    mine, a, episode = either.viewer("t.one"), either.clients["A"], either.episodes["A"]
    last = TODAY - timedelta(days=40)

    def answer(days_ago: int) -> Callable[[], object]:
        day = TODAY - timedelta(days=days_ago)
        return lambda: recording.record_administration(mine, a, "phq9", day, [1] * 8 + [0])

    _, told = at_once(
        [lambda: clients.close_episode(mine, episode, last, "ended"), answer(39), answer(41)]
    )
    assert told == []
    filed = count(
        either,
        "SELECT count(*) FROM administration WHERE episode_id IS NOT NULL "
        f"AND answered_on > DATE '{last}' AND client_id = {a}",
    )
    assert filed == 0
    inside = (
        f"SELECT count(*) FROM administration WHERE episode_id = {episode} "
        f"AND answered_on = DATE '{TODAY - timedelta(days=41)}'"
    )
    assert count(either, inside) == 1
    assert checking.problems(either.store) == []


def test_a_clock_set_back_breaks_no_chain_and_loses_nothing(either: House) -> None:
    early = NOW - timedelta(days=3)
    mine = either.viewer("t.one", early)
    day = early.date() - timedelta(days=1)
    recording.record_administration(mine, either.clients["A"], "phq9", day, [1] * 9)
    recording.record_administration(
        either.viewer("t.one"), either.clients["A"], "phq9", TODAY, [1] * 9
    )
    assert house.audit_holds(either.viewer("a.diallo")) is None
    assert checking.problems(either.store) == []


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("Pacific/Kiritimati", datetime(2028, 2, 28, 10, 1), date(2028, 2, 29)),  # UTC+14
        ("Pacific/Pago_Pago", datetime(2028, 3, 1, 10, 59), date(2028, 2, 29)),  # UTC-11
        ("Europe/Berlin", datetime(2028, 2, 28, 22, 59), date(2028, 2, 28)),
        ("Europe/Berlin", datetime(2028, 2, 28, 23, 0), date(2028, 2, 29)),
        ("Europe/Berlin", datetime(2028, 3, 26, 0, 59), date(2028, 3, 26)),  # summer time begins
        ("Europe/Berlin", datetime(2028, 10, 28, 22, 0), date(2028, 10, 29)),  # the day it ends
    ],
)
def test_h06_today_is_the_practices_day(
    small: House, zone: str, now: datetime, today: date
) -> None:
    house.change_settings(
        small.viewer("a.diallo"), practice_name="P", time_zone=zone, crisis_text="x"
    )
    assert entrance.today(small.store, now) == today


def test_h06_a_form_that_is_open_over_midnight_keeps_the_day_it_was_given(small: House) -> None:
    """The day that was right when it was typed is not in the future a minute later, nor before."""
    evening = datetime(2026, 11, 24, 23, 59)
    for now in (evening, evening + timedelta(minutes=2)):
        mine = small.viewer("t.one", now)
        recording.record_administration(mine, small.clients["A"], "gad7", evening.date(), [1] * 7)
    found = "SELECT count(*) FROM administration WHERE answered_on = DATE '2026-11-24'"
    assert count(small, found) == 1
    with pytest.raises(ForPeople, match="future"):
        recording.record_administration(
            small.viewer("t.one", evening), small.clients["A"], "gad7",
            evening.date() + timedelta(days=1), [1] * 7,
        )  # fmt: skip
