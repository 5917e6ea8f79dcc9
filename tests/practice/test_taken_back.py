"""Answers taken back after somebody looked, decided or noted: the flag goes, its trace stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from attachdash.practice import (
    batches,
    checking,
    deciding,
    escalation,
    mending,
    record,
    recording,
    supervision,
    support,
)
from tests.practice.conftest import NOW, TODAY, House, as_asked
from tests.practice.imports import import_one
from tests.practice.test_caseload import add
from tests.practice.test_mending import file, rows
from tests.practice.test_one_path import PHQ9

LATER = NOW + timedelta(hours=1)
DAY = TODAY - timedelta(days=1)
# What was done with the flag of each of these clients, by the time its answers were taken back.
DONE = ("open", "seen", "acted", "noted")
RISKY, SAFE = [1] * 8 + [2], [1] * 8 + [0]

Way = Callable[[House, int], Callable[[], None]]


def undo(house: House, batch_id: int) -> Callable[[], None]:
    batches.undo_batch(house.viewer("a.diallo", LATER), batch_id, "Wrong file")
    table = file(*[(code, DAY, RISKY) for code in DONE])
    again = LATER + timedelta(hours=1)
    return lambda: bool(import_one(house.viewer("t.one", again), table, PHQ9)) or None


def forms(house: House, batch_id: int) -> list[tuple[int, int]]:
    found = (mending.forms(house.viewer("t.one"), house.clients[code]).forms for code in DONE)
    return [(f.client_id, f.administration_id) for own in found for f in own
            if f.batch_id == batch_id]  # fmt: skip


def correct(house: House, batch_id: int) -> Callable[[], None]:
    mine, own = house.viewer("t.one", LATER), forms(house, batch_id)

    def to(answers: list[int], viewer: Any) -> None:
        for who, number in own:
            mending.correct_administration(viewer, who, number, DAY, answers, "Wrong file")

    to(SAFE, mine)
    return lambda: to(RISKY, house.viewer("t.one", LATER + timedelta(hours=1)))


def withdraw(house: House, batch_id: int) -> Callable[[], None]:
    mine, own = house.viewer("t.one", LATER), forms(house, batch_id)
    for who, number in own:
        mending.withdraw_administration(mine, who, number, "Wrong file")
    later = house.viewer("t.one", LATER + timedelta(hours=1))
    return lambda: [mending.restore_administration(later, *one) for one in own] and None


def state_of(house: House, code: str) -> list[Any]:
    return rows(house, "SELECT flag_id, state FROM flag WHERE client_id = $1", house.clients[code])


@pytest.mark.parametrize("taken_back", [undo, correct, withdraw])
def test_h05_what_was_done_about_a_flag_outlives_its_answers(
    either: House, taken_back: Way
) -> None:
    mine, boss = either.viewer("t.one"), either.viewer("s.one")
    for code in DONE:
        add(either, code, TODAY - timedelta(days=20))
    done = import_one(mine, file(*[(code, DAY, RISKY) for code in DONE]), PHQ9)
    assert done.kept == len(DONE)
    held = {}
    for code in DONE:
        who = either.clients[code]
        [flag] = record.client_record(mine, who).flags
        held[code] = flag.flag_id
        place = who, flag.flag_id, flag.administration_id, flag.version
        if code == "seen":
            deciding.mark_seen(mine, *place)
        if code == "acted":
            deciding.act(mine, *place, "A plan was made", TODAY)
        if code == "noted":
            support.answer(
                mine, who, flag.flag_id, *as_asked("means"), "at hand", support.How.KNOWLEDGE
            )
            support.add_note(boss, who, flag.flag_id, "Bring it on Thursday")
    assert len(supervision.agenda(boss).items) == len(DONE)

    bring_back = taken_back(either, done.batch_id)
    late = NOW + timedelta(days=9)
    assert supervision.agenda(either.viewer("s.one", late)).items == ()
    assert escalation.unseen(either.viewer("a.diallo", late)).flags == 0
    said = {"acted": [("A plan was made", "T.ONE")], "noted": [("Bring it on Thursday", "S.ONE")]}
    for code in DONE:
        who = either.clients[code]
        assert state_of(either, code) == [(held[code], "withdrawn")]
        assert record.client_record(mine, who).flags == ()
        [trace] = mending.forms(either.viewer("s.one"), who).traces
        assert trace.withdrawn
        assert trace.reason.endswith(("Wrong file", "import undone: Wrong file"))
        assert list(trace.said) == said.get(code, [])
    kept = support.looked(mine, either.clients["noted"])
    assert [one.answer for one in kept.given] == ["at hand"]
    assert [one.words for one in kept.notes] == ["Bring it on Thursday"]
    assert checking.problems(either.store) == []

    # The same answers again: the same flag, which somebody looks at anew, with all its trace.
    bring_back()
    for code in DONE:
        assert state_of(either, code) == [(held[code], "open")]
        [flag] = record.client_record(mine, either.clients[code]).flags
        assert [one.words for one in flag.decisions] == (
            ["A plan was made"] if code == "acted" else []
        )
    agenda = supervision.agenda(either.viewer("s.one", late)).items
    assert {item.group for item in agenda} == {supervision.Group.NOT_SEEN}
    noted = {item.client.code: [one.words for one in item.notes] for item in agenda}
    assert noted["noted"] == ["Bring it on Thursday"]
    assert checking.problems(either.store) == []


def test_h05_a_decision_about_an_answer_that_is_left_stands(either: House) -> None:
    """The import adds a newer answer, somebody decides; undone, the older one is as it was."""
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", DAY, RISKY)
    [flag] = record.client_record(mine, a).flags
    deciding.act(mine, a, flag.flag_id, flag.administration_id, flag.version, "First plan", TODAY)
    done = import_one(mine, file(("A", TODAY, RISKY)), PHQ9)
    [flag] = record.client_record(mine, a).flags
    assert flag.state == "open"
    deciding.close(
        either.viewer("t.one", LATER), a, flag.flag_id, flag.administration_id, flag.version,
        "All talked over",
    )  # fmt: skip
    batches.undo_batch(mine, done.batch_id, "Wrong file")
    [flag] = record.client_record(mine, a).flags
    # Both decisions are there to be read; nothing is on the agenda twice.
    assert [one.words for one in flag.decisions] == ["All talked over", "First plan"]
    assert (flag.state, flag.answered_on) == ("closed", DAY)
    [trace] = mending.forms(mine, a).traces
    assert not trace.withdrawn
    assert checking.problems(either.store) == []


def test_h05_an_undone_import_leaves_an_unseen_answer_before_it_unseen(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", DAY, RISKY)
    done = import_one(mine, file(("A", TODAY, [0] * 8 + [3])), PHQ9)
    [flag] = record.client_record(mine, a).flags
    place = a, flag.flag_id, flag.administration_id, flag.version
    deciding.act(either.viewer("t.one", LATER), *place, "Called", TODAY)
    batches.undo_batch(mine, done.batch_id, "Wrong file")
    [flag] = record.client_record(mine, a).flags
    # What was decided was about the other answer: nobody has looked at this one alone.
    assert (flag.state, flag.answered_on, flag.answer) == ("open", DAY, 2)
    assert [one.words for one in flag.decisions] == ["Called"]
    assert escalation.unseen(either.viewer("a.diallo", NOW + timedelta(days=9))).flags == 1
    assert checking.problems(either.store) == []
