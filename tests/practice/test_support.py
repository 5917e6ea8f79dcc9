"""Answers to the support tool: kept in their words, never lost, and for staff alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import checking, exporting, flags, house, record, recording, support
from attachdash.practice.rights import reach
from attachdash.practice.rules import Kind, Tool
from attachdash.practice.support import How, before_it, now_held, tool_of
from attachdash.store import support as store_support
from attachdash.support import content
from tests.practice.conftest import NOW, TODAY, House, as_asked

LATER = NOW + timedelta(minutes=1)
LATEST = as_asked("pushed_away")[1]
PLANTED = "Planted words of a supervisor"


def flag_of(house: House, name: str = "A") -> flags.Flag:
    """The newest risk answer of a client's, raised anew."""
    mine = house.viewer("t.one" if name == "A" else "t.two")
    recording.record_administration(
        mine, house.clients[name], "phq9", TODAY, [0] * 8 + [1]
    )  # fmt: skip
    return record.client_record(mine, house.clients[name]).flags[0]


def test_h19_every_kind_of_flag_has_a_tool_and_every_tool_content() -> None:
    for kind in Kind:
        assert tool_of(kind.value).id == kind.rule.tool
    assert set(Tool) <= set(content().tools)
    for kind in (Kind.SUICIDE, Kind.SUICIDE_BLANK):
        assert tool_of(kind.value).begins_with == "safety"


def test_an_answer_is_kept_in_its_words_and_the_last_holds(either: House) -> None:
    flag, a = flag_of(either), either.clients["A"]
    for minute, words in enumerate(("a little", "yes", "")):
        mine = either.viewer("t.one", NOW + timedelta(minutes=minute))
        support.answer(mine, a, flag.flag_id, *as_asked("pushed_away"), words, How.WITH_CLIENT)
        support.answer(mine, a, flag.flag_id, *as_asked("family_ear"), "nobody", How.KNOWLEDGE)
    found = support.looked(either.viewer("s.one"), a)
    assert [one.answer for one in found.given if one.question_id == "pushed_away"] == [
        "a little", "yes", "",
    ]  # fmt: skip
    held = now_held(found.given, flag.flag_id, flag.came_in_at)
    assert {name: one.answer for name, one in held.items()} == {"family_ear": "nobody"}
    assert held["family_ear"].asked == content().questions["family_ear"].prompt
    assert (held["family_ear"].by_whom, held["family_ear"].how) == ("T.ONE", How.KNOWLEDGE)
    assert checking.problems(either.store) == []


def test_what_was_answered_before_new_evidence_is_shown_and_not_taken_for_now(
    small: House,
) -> None:
    flag, a = flag_of(small), small.clients["A"]
    support.answer(
        small.viewer("t.one"), a, flag.flag_id, *as_asked("happened"), "no", How.KNOWLEDGE
    )
    given = support.looked(small.viewer("t.one"), a).given
    since = LATER
    assert now_held(given, flag.flag_id, since) == {}
    assert before_it(given, flag.flag_id, since)["happened"].answer == "no"
    # Beside another flag it is no answer either.
    assert now_held(given, flag.flag_id + 1, NOW) == {}


@pytest.mark.parametrize(
    ("question", "version", "words", "told"),
    [
        ("pushed_away", LATEST + 1, "yes", "changed meanwhile"),
        ("nothing", 1, "yes", "changed meanwhile"),
        ("pushed_away", LATEST - 1, "yes", "changed meanwhile"),
        ("pushed_away", LATEST, "perhaps", "none of the answers"),
    ],
)
def test_only_what_was_truly_asked_can_be_answered(
    small: House, question: str, version: int, words: str, told: str
) -> None:
    flag = flag_of(small)
    with pytest.raises(Invalid, match=told):
        support.answer(
            small.viewer("t.one"), small.clients["A"], flag.flag_id, question, version, words,
            How.KNOWLEDGE,
        )  # fmt: skip


def test_a_flag_of_somebody_else_takes_no_answer_and_no_note(either: House) -> None:
    other, a = flag_of(either, "B"), either.clients["A"]
    with pytest.raises(Refused):
        support.answer(
            either.viewer("t.one"), a, other.flag_id, *as_asked("pushed_away"), "yes", How.KNOWLEDGE
        )
    with pytest.raises(Refused):
        support.add_note(either.viewer("s.one"), a, other.flag_id, "Whose is it?")
    with pytest.raises(Invalid, match="Write the note first"):
        support.add_note(either.viewer("s.one"), a, flag_of(either).flag_id, " \n ")


def test_a_client_gets_nothing_of_it_by_any_way(either: House) -> None:
    flag, a = flag_of(either), either.clients["A"]
    support.answer(
        either.viewer("t.one"), a, flag.flag_id, *as_asked("pushed_away"), "yes", How.KNOWLEDGE
    )
    support.add_note(either.viewer("s.one"), a, flag.flag_id, PLANTED)
    client = either.viewer("c.a")
    with pytest.raises(Refused):
        support.looked(client, a)
    with either.store.engine.reading(client.scope) as cursor:
        for client_id in (None, a):
            assert store_support.looks(cursor, reach(client), client_id) == []
            assert store_support.notes(cursor, reach(client), client_id) == []
    own = "".join(exporting.export(client).values())
    assert PLANTED not in own
    assert content().questions["pushed_away"].prompt not in own
    theirs = exporting.export(either.viewer("t.one"))
    assert PLANTED in theirs["agenda_notes.csv"]
    assert content().questions["pushed_away"].prompt in theirs["looks.csv"]


def test_each_answer_leaves_an_entry_without_what_was_said(small: House) -> None:
    flag, a = flag_of(small), small.clients["A"]
    support.answer(
        small.viewer("t.one"), a, flag.flag_id, *as_asked("means"), "at hand", How.KNOWLEDGE
    )
    support.add_note(small.viewer("s.one"), a, flag.flag_id, PLANTED)
    trail = house.audit_trail(small.viewer("a.diallo"))
    assert list(trail["kind"][:2]) == ["noted on agenda", "answered support question"]
    assert not any("at hand" in str(cell) or PLANTED in str(cell) for cell in trail.to_numpy().flat)
