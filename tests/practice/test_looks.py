"""Who looked at a record, and who could have: by the audit, and by the very rule of rights."""

from datetime import date, timedelta

from attachdash.practice import assignments, caseload, exporting, looks, people, record
from attachdash.practice.rights import Role
from attachdash.store import Reach, clients
from attachdash.store import people as store_people
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House

DAY = timedelta(days=1)


def looked(either: House, code: str = "A", first: date = TODAY, last: date = TODAY) -> set[tuple]:
    found = looks.who_looked(either.viewer("a.diallo"), either.clients[code], first, last)
    return {(one.on, one.name, one.role, one.how, one.times) for one in found}


def test_each_way_of_looking_is_there_for_whom_it_showed(either: House) -> None:
    record.client_record(either.viewer("t.one"), either.clients["A"])
    record.client_record(either.viewer("t.one", NOW + timedelta(hours=1)), either.clients["A"])
    caseload.caseload(either.viewer("s.one"))
    exporting.export(either.viewer("t.one"))
    caseload.caseload(either.viewer("t.two"))  # client B alone
    for minutes in (0, 14, 30):
        record.my_progress(either.viewer("c.a", NOW + timedelta(minutes=minutes)))
    exporting.export(either.viewer("c.a"))
    assert looked(either) == {
        (TODAY, "T.ONE", "therapist", looks.How.RECORD, 2),
        (TODAY, "S.ONE", "supervisor", looks.How.LIST, 1),
        (TODAY, "T.ONE", "therapist", looks.How.COPY, 1),
        (TODAY, "C.A", "client", looks.How.RECORD, 2),
        (TODAY, "C.A", "client", looks.How.COPY, 1),
    }
    assert looked(either, "B") == {(TODAY, "T.TWO", "therapist", looks.How.LIST, 1)}
    assert looked(either, last=TODAY - DAY) == set()


def test_a_list_counts_by_whom_it_held_on_its_day(either: House) -> None:
    """Also after the client went to another therapist."""
    caseload.caseload(either.viewer("t.one"))
    tomorrow = NOW + DAY
    admin = either.viewer("a.diallo", tomorrow)
    assignments.end_assignment(
        admin, either.clients["A"], either.people["t.one"], tomorrow.date()
    )  # fmt: skip
    caseload.caseload(either.viewer("t.one", tomorrow))
    assert looked(either, last=tomorrow.date()) == {
        (TODAY, "T.ONE", "therapist", looks.How.LIST, 1)
    }


def test_a_client_reads_the_same_but_of_today(either: House) -> None:
    record.client_record(either.viewer("t.one"), either.clients["A"])
    mine = either.viewer("c.a")
    record.my_progress(mine)
    record.my_progress(either.viewer("c.a", NOW + timedelta(hours=1)))
    assert looks.at_mine(mine)[0] == []
    later = either.viewer("c.a", NOW + DAY)
    # A line a day for their own looks, too.
    own, seen = looks.at_mine(later)[0]
    assert (own.name, own.role, own.how, own.times) == ("C.A", "client", looks.How.RECORD, 2)
    assert (seen.on, seen.name, seen.how) == (TODAY, "T.ONE", looks.How.RECORD)
    files = exporting.export(later)
    assert f"{TODAY},T.ONE,therapist,opened the record,1" in files["who_looked.csv"]
    assert "T.FORMER,therapist" in files["who_could.csv"]
    assert "who_looked.csv" not in exporting.export(either.viewer("t.one"))


def test_h14_who_could_have_is_who_is_let_in_on_each_day(either: House) -> None:
    admin, a = either.viewer("a.diallo"), either.clients["A"]
    two, former = either.people["t.two"], either.people["t.former"]
    assignments.assign_client(admin, a, two, TODAY - 20 * DAY, TODAY - 10 * DAY)
    people.give_role(admin, two, Role.SUPERVISOR, TODAY - 9 * DAY, TODAY - 5 * DAY)
    assignments.assign_supervisor(admin, either.people["t.one"], two, TODAY - 8 * DAY)
    people.end_role(admin, former, Role.THERAPIST, TODAY - 170 * DAY)
    on_days = {}
    for back in (201, 200, 171, 170, 151, 150, 149, 21, 20, 11, 10, 9, 8, 7, 6, 5, 4, 0):
        on = TODAY - back * DAY
        told = {(one.person_id, one.role) for one in looks.who_could_have(admin, a, on)}
        assert told == let_in(either, a, on), back
        on_days[back] = told
    assert (former, "therapist") in on_days[171]
    assert (former, "therapist") not in on_days[170]
    assert (two, "therapist") in on_days[20]
    assert [back for back in on_days if (two, "supervisor") in on_days[back]] == [8, 7, 6]


def let_in(either: House, client_id: int, on: date) -> set[tuple[int, str]]:
    """By asking the store in each role that each person held on the day."""
    with either.store.engine.reading(Scope()) as cursor:
        return {
            (person_id, role)
            for person_id in either.people.values()
            for role in store_people.roles(cursor, 1, person_id, on)
            if role in ("therapist", "supervisor")
            and clients.in_reach(cursor, Reach(1, role, person_id, on), client_id) is not None
        }
