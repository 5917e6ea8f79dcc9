"""What every use-case keeps to, beside the table: days, passwords, openings, names of arguments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attachdash.errors import Refused
from attachdash.practice import assignments
from attachdash.practice.rights import USE_CASES, Audit, Role
from tests.access.asked import arguments
from tests.access.test_matrix import WHILE_WAITING
from tests.practice.conftest import NOW, TODAY, House


def test_a_right_ends_on_its_day(small: House) -> None:
    admin = small.viewer("a.diallo")
    assignments.end_assignment(admin, small.clients["A"], small.people["t.one"], TODAY)
    with pytest.raises(Refused):
        USE_CASES["record.client_record"].function(small.viewer("t.one"), small.clients["A"])
    yesterday = small.viewer("t.one", NOW - timedelta(days=1))
    USE_CASES["record.client_record"].function(yesterday, small.clients["A"])
    # The supervisor's reach goes through the assignment, and ends with it.
    with pytest.raises(Refused):
        USE_CASES["record.client_record"].function(small.viewer("s.one"), small.clients["A"])


@pytest.mark.parametrize("waits", WHILE_WAITING)
def test_until_that_is_done_nothing_else_is(small: House, waits: str) -> None:
    given, refused, open_to = arguments(small), set(), WHILE_WAITING[waits]
    for role, sign_in in (
        (Role.THERAPIST, "t.one"), (Role.SUPERVISOR, "s.one"), (Role.CLIENT, "c.a"),
        (Role.ADMINISTRATOR, "a.diallo"),
    ):  # fmt: skip
        waiting = replace(small.viewer(sign_in), **{waits: True})
        for name, one in USE_CASES.items():
            if role in one.roles and name not in open_to:
                with pytest.raises(Refused):
                    one.function(waiting, *given.get(name, ()))
                refused.add(name)
    assert refused == set(USE_CASES) - open_to
    assert {name for name, one in USE_CASES.items() if name in open_to} == open_to


def test_each_opening_leaves_an_entry(small: House) -> None:
    """Of one client's record by itself; of many at once, the use-case must write it."""
    mine, given = small.viewer("t.one"), arguments(small)
    for name, one in USE_CASES.items():
        if one.audit is Audit.OPENING:
            asking = mine if mine.role in one.roles else small.viewer("c.a")
            one.function(asking, *given.get(name, ()))
    trail = USE_CASES["house.audit_trail"].function(small.viewer("a.diallo"))
    kinds = [kind for kind in trail["kind"] if kind.startswith("opened")]  # type: ignore[index]
    opened = [kind for kind in kinds if kind != "opened episode"]
    # A record that is open already isn't opened again by looking at its forms or numbers; one of
    # the two is the client's own.
    assert sorted(opened) == ["opened agenda", "opened caseload", "opened record", "opened record"]


def test_whose_data_it_is_about_goes_by_name_not_by_place(small: House) -> None:
    """An argument given first by its keyword is never taken for the client or the episode."""
    mine, calls = small.viewer("t.two"), USE_CASES
    a, b, own = small.clients["A"], small.clients["B"], small.episodes["B"]
    with pytest.raises(Refused):
        calls["clients.open_episode"].function(mine, started_on=TODAY, client_id=a)
    with pytest.raises(Refused):
        calls["record.client_record"].function(mine, episode_id=b, client_id=a)
    shown = calls["record.client_record"].function(mine, episode_id=own, client_id=b)
    assert shown.client.code == "B"  # type: ignore[attr-defined]


def test_h22_nothing_that_a_client_may_do_keeps_an_answer() -> None:
    """What may change the store in a client's role: their own sign-in, leave with their data, and
    ask to talk, which holds no words and no answer.

    A way to answer here needs, first, what is shown after a risk answer (docs/hazards.md, H22).
    """
    changing = {
        name
        for name, one in USE_CASES.items()
        if Role.CLIENT in one.roles and one.audit is Audit.CHANGE
    }
    assert changing == {
        "asking.ask_to_talk", "entrance.set_password", "entrance.sign_out", "entrance.switch_role",
        "exporting.export", "second_factor.confirm",
    }  # fmt: skip
