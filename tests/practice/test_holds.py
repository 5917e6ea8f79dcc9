"""What staff hold back from a client: how long, by whom, and that it leaves no trace."""

from datetime import date, datetime, timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import (
    checking,
    clients,
    exporting,
    house,
    mending,
    record,
    release,
)
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_mending import PHQ9, file
from tests.practice.test_release import (
    A_DAY,
    CAME_IN,
    LOW,
    MINUTE,
    SOON,
    came_in,
    days,
    hold,
    seen_by_client,
)


def test_h11_a_hold_shows_nothing_of_the_measure_and_ends_by_itself(small: House) -> None:
    at = NOW + timedelta(hours=1)
    shown = TODAY - 2 * A_DAY
    assert days(small, at) == [shown]
    hold(small, at=at)
    assert days(small, at) == []
    before_end = datetime.combine(SOON, datetime.max.time())
    assert days(small, before_end) == []
    assert days(small, datetime.combine(SOON + A_DAY, datetime.min.time())) == [shown]


def test_a_hold_ends_by_the_practices_own_day(small: House) -> None:
    house.change_settings(
        small.viewer("a.diallo"), practice_name="P", time_zone="Pacific/Auckland",
        crisis_text="Call 112.",
    )  # fmt: skip
    hold(small)
    # There it is midnight 13 hours before it is so in UTC.
    midnight = datetime.combine(SOON + A_DAY, datetime.min.time()) - timedelta(hours=13)
    assert days(small, midnight - MINUTE) == []
    assert days(small, midnight) == [TODAY - 2 * A_DAY]


def test_h11_a_hold_leaves_no_trace_in_what_the_page_is_given(either: House) -> None:
    """Held looks as if it had never been answered, also among the pictures."""
    hold(either)
    hold(either, "rses")
    held = seen_by_client(either, NOW)
    for form in mending.forms(either.viewer("t.one"), either.clients["A"]).forms:
        mending.withdraw_administration(
            either.viewer("t.one"), either.clients["A"], form.administration_id, "For the test"
        )
    for one in release_list(either):
        release.end_hold(either.viewer("t.one"), either.clients["A"], one.hold_id)
    assert seen_by_client(either, NOW) == held


def release_list(practice: House, who: str = "t.one", at: datetime = NOW) -> list[release.Hold]:
    found = record.client_record(practice.viewer(who, at), practice.clients["A"])
    return list(found.holds)


def test_h11_nsmall_a_hold_nor_a_wait_takes_anything_from_the_clients_own_copy(
    small: House,
) -> None:
    came_in(small, [2] * 9)
    hold(small)
    files = exporting.export(small.viewer("c.a", CAME_IN))
    assert len(files["phq9.csv"].splitlines()) == 3
    assert "holds.csv" not in files
    assert not [name for name, text in files.items() if "Bad news" in text]


def test_a_hold_is_extended_by_another_and_ended_early_each_with_its_entry(either: House) -> None:
    a = either.clients["A"]
    first = hold(either)
    second = hold(either, last=TODAY + timedelta(days=90), at=CAME_IN, reason="Not yet")
    later = CAME_IN + MINUTE
    found = release_list(either, at=later)
    assert [(one.hold_id, one.holds_on(TODAY), one.reason) for one in found] == [
        (second, True, "Not yet"), (first, False, "Bad news at home"),
    ]  # fmt: skip
    assert (found[1].ended_at, found[1].ended_by, found[0].by_whom) == (CAME_IN, "T.ONE", "T.ONE")
    assert release_list(either, "s.one", later) == found
    release.end_hold(either.viewer("t.one", later), a, second)
    assert days(either, later) == [TODAY - 2 * A_DAY]
    with pytest.raises(Invalid, match="any more"):
        release.end_hold(either.viewer("t.one", later), a, second)
    trail = house.audit_trail(either.viewer("a.diallo"), client_id=a)
    entries = trail[trail["kind"].isin(["held measure back", "ended hold"])]
    assert list(entries["kind"]) == ["ended hold", "held measure back", "held measure back"]
    assert list(entries["detail"])[1:] == [
        f"phq9, until {TODAY + timedelta(days=90)}", f"phq9, until {SOON}"
    ]  # fmt: skip
    assert checking.problems(either.store) == []


@pytest.mark.parametrize(
    ("instrument", "last", "reason", "told"),
    [
        ("phq9", SOON, " ", "say why"),
        ("phq9", TODAY - A_DAY, "Why", "has passed"),
        ("phq9", TODAY + timedelta(days=91), "Why", "90 days"),
        ("none", SOON, "Why", "no such measure"),
    ],
)
def test_a_hold_without_reason_or_end_is_refused(
    small: House, instrument: str, last: date, reason: str, told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        hold(small, instrument, last, reason=reason)
    assert release_list(small) == []


def test_nobody_but_who_treats_them_holds_back_or_ends_a_hold(either: House) -> None:
    a, b = either.clients["A"], either.clients["B"]
    own = hold(either)
    for who in ("t.two", "t.former", "s.one", "s.two", "a.diallo", "c.a"):
        for act in (
            lambda v: release.hold_back(v, a, "phq9", SOON, "Why"),
            lambda v: release.end_hold(v, a, own),
        ):
            with pytest.raises(Refused):
                act(either.viewer(who))
    with pytest.raises(Refused):  # their own client, somebody else's hold
        release.end_hold(either.viewer("t.two"), b, own)
    assert [one.hold_id for one in release_list(either)] == [own]
    # Whatever asks for a client is told of none, and another's page is as it was.
    with either.store.engine.reading(Scope()) as cursor:
        assert release.holds(cursor, either.viewer("c.a"), a) == []
        assert release.holds(cursor, either.viewer("a.diallo"), a) == []
    assert seen_by_client(either, NOW + A_DAY, "c.b").measures


def test_an_import_that_made_a_client_leaves_them_where_something_was_held_back(
    either: House,
) -> None:
    from attachdash.practice import assignments, batches

    admin = either.viewer("a.diallo")
    done = import_one(admin, file(("N1", TODAY, LOW)), PHQ9, create_clients=True)
    [new] = [one for one in clients.register(admin) if one.code == "N1"]
    assignments.assign_client(admin, new.client_id, either.people["t.one"], TODAY)
    mine = either.viewer("t.one")
    release.end_hold(
        mine, new.client_id, release.hold_back(mine, new.client_id, "phq9", SOON, "Why")
    )
    either.store.engine.writing(
        mine.scope,
        lambda cursor: cursor.run("DELETE FROM treats WHERE client_id = $1", new.client_id),
    )
    assert batches.undo_batch(admin, done.batch_id, "Wrong").goes_clients == ()
    assert checking.problems(either.store) == []
