"""The agenda: what is open comes first, what was done and what came since, and no ranking."""

from __future__ import annotations

from datetime import timedelta

from attachdash.practice import assignments, deciding, record, recording, supervision, support
from attachdash.practice.flags import Flag
from attachdash.practice.rules import REVIEW_AFTER, Kind
from attachdash.practice.supervision import Agenda, Group, Item
from attachdash.practice.support import How
from attachdash.practice.watched import Watched
from attachdash.support import content
from tests.practice.conftest import NOW, TODAY, House, as_asked


def raise_flag(house: House, days: int = 0, answer: int = 1, at: int = 0) -> int:
    mine = house.viewer("t.one", NOW + timedelta(minutes=at))
    day = TODAY - timedelta(days=days)
    recording.record_administration(mine, house.clients["A"], "phq9", day, [1] * 8 + [answer])
    return record.client_record(mine, house.clients["A"]).flags[0].flag_id


def seen_by(house: House, who: str = "s.one", days: float = 0) -> Agenda:
    return supervision.agenda(house.viewer(who, NOW + timedelta(days=days, hours=1)))


def only(found: Agenda) -> Item:
    [item] = found.items
    return item


def place(house: House, at: int = 0) -> tuple[object, ...]:
    mine = house.viewer("t.one", NOW + timedelta(minutes=at))
    flag = record.client_record(mine, house.clients["A"]).flags[0]
    return mine, flag.client_id, flag.flag_id, flag.administration_id, flag.version


def test_an_item_goes_from_unseen_to_decided_and_comes_back_when_it_is_due(either: House) -> None:
    flag_id, a = raise_flag(either), either.clients["A"]
    item = only(seen_by(either))
    assert (item.group, item.answered, item.decision, item.days) == (Group.NOT_SEEN, 0, None, 0)
    assert item.asked == 5 + 8
    assert item.therapists == ("T.ONE",)

    deciding.mark_seen(*place(either, 1))  # type: ignore[arg-type]
    assert only(seen_by(either)).group is Group.NO_DECISION

    support.answer(
        either.viewer("t.one"), a, flag_id, *as_asked("means"), "none at hand", How.WITH_CLIENT
    )
    on = TODAY + timedelta(days=3)
    deciding.act(*place(either, 2), "Asked; a plan is made.", on)  # type: ignore[arg-type]
    item = only(seen_by(either))
    assert (item.group, item.answered) == (Group.RUNNING, 1)
    assert item.decision is not None
    assert (item.decision.words, item.decision.by_whom) == ("Asked; a plan is made.", "T.ONE")
    assert item.flag.review_on == on
    assert only(seen_by(either, days=2)).group is Group.RUNNING
    assert only(seen_by(either, days=3)).group is Group.DUE

    deciding.close(*place(either, 3), "Nought for weeks")  # type: ignore[arg-type]
    assert seen_by(either).items == ()


def test_new_evidence_brings_an_item_back_to_the_top_without_the_old_decision(
    small: House,
) -> None:
    raise_flag(small, days=1)
    deciding.act(*place(small, 1), "Asked.", None)  # type: ignore[arg-type]
    support.answer(small.viewer("t.one", NOW + timedelta(minutes=2)), small.clients["A"],
                   only(seen_by(small)).flag.flag_id, *as_asked("plan"), "no",
                   How.KNOWLEDGE)  # fmt: skip
    assert only(seen_by(small)).answered == 1
    raise_flag(small, answer=2, at=5)
    item = only(seen_by(small))
    assert (item.group, item.decision, item.answered) == (Group.NOT_SEEN, None, 0)


def test_it_says_what_came_since(either: House) -> None:
    raise_flag(either, days=1, answer=2)
    mine, a = either.viewer("t.one"), either.clients["A"]
    assert only(seen_by(either)).since.item is None
    recording.record_administration(mine, a, "phq9", TODAY, [0] * 9)
    assert only(seen_by(either)).since.item == (0, TODAY)
    # The primary scale moved since the decision, not before it.
    assert only(seen_by(either)).since.primary is None
    later = either.viewer("t.one", NOW + timedelta(days=9))
    recording.record_administration(later, a, "phq9", TODAY + timedelta(days=9), [2] * 8 + [0])
    found = only(seen_by(either, days=9)).since
    assert found.item == (0, TODAY + timedelta(days=9))
    assert found.primary is not None
    assert found.primary[1:] == (0.0, 16.0, TODAY + timedelta(days=9))


def test_old_answers_that_come_in_late_never_stand_before_new_ones(small: House) -> None:
    raise_flag(small, days=90)
    assert only(seen_by(small)).group is Group.LATE
    mine = small.viewer("t.one")
    recording.record_administration(mine, small.clients["A"], "dar5", TODAY, [1, 1, 1, 4, 1])
    assert [one.group for one in seen_by(small).items] == [Group.NOT_SEEN, Group.LATE]


def test_everybody_sees_what_is_theirs_and_the_therapist_reads_the_note(either: House) -> None:
    flag_id = raise_flag(either)
    support.add_note(either.viewer("s.one"), either.clients["A"], flag_id, "Bring it on Thursday")
    for who in ("s.one", "t.one"):
        assert [note.words for note in only(seen_by(either, who)).notes] == ["Bring it on Thursday"]
    for who in ("s.two", "t.two", "t.former"):
        assert seen_by(either, who).items == ()


def test_it_holds_nothing_that_ranks_therapists(small: House) -> None:
    assert set(Agenda.__dataclass_fields__) == {"items", "clients", "as_of"}
    assert not [name for name in Item.__dataclass_fields__ if "rank" in name or "score" in name]


def test_what_staff_noted_stands_there_too_with_its_tool_and_decision(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    deciding.note(mine, a, Kind.TALK)
    item = only(seen_by(small))
    assert (item.flag.kind, item.group) == (Kind.TALK, Group.NO_DECISION)
    assert item.asked == len(content().tools["talk"].asks)
    assert item.reason
    support.answer(mine, a, item.flag.flag_id, *as_asked("pushed_away"), "yes", How.WITH_CLIENT)
    place = a, item.flag.flag_id, None, None
    deciding.act(small.viewer("t.one", NOW + timedelta(minutes=5)), *place, "Talked on Monday")
    item = only(seen_by(small))
    assert (item.group, item.answered) == (Group.RUNNING, 1)
    assert item.decision is not None
    assert item.decision.words == "Talked on Monday"


def test_nothing_of_one_flag_stands_beside_another_of_the_same_client(either: House) -> None:
    """Who looked, what was decided and when to look again, what was answered and noted."""
    a, days = either.clients["A"], {name: TODAY + timedelta(days=k) for k, name in enumerate("abc")}
    assignments.assign_client(either.viewer("a.diallo"), a, either.people["t.two"], TODAY)
    one, two = either.viewer("t.one"), either.viewer("t.two")
    recording.record_administration(one, a, "phq9", TODAY, [1] * 9)
    recording.record_administration(one, a, "core10", TODAY, [0] * 5 + [2] + [0] * 4)
    recording.record_administration(one, a, "dar5", TODAY, [1, 1, 1, 4, 1])
    for kind in (Kind.TALK, Kind.PAUSED):
        deciding.note(one, a, kind)

    def shown() -> list[Flag | Watched]:
        found = record.client_record(one, a)
        return [*found.flags, *found.watched]

    def called(flag: Flag | Watched) -> str:
        return f"{flag.instrument.id} {flag.kind}" if isinstance(flag, Flag) else flag.kind

    at = {called(flag): (a, flag.flag_id, flag.administration_id, flag.version) for flag in shown()}
    deciding.act(one, *at["phq9 suicide_answer"], "Plan made", days["a"])
    deciding.act(two, *at["core10 suicide_answer"], "Called", days["b"])
    deciding.mark_seen(two, *at["dar5 harm_to_others_answer"])
    deciding.act(two, *at["talk"], "Talked on Monday", days["c"])
    phq9, talk = at["phq9 suicide_answer"][1], at["talk"][1]
    support.answer(one, a, phq9, *as_asked("means"), "none at hand", How.WITH_CLIENT)
    support.answer(one, a, talk, *as_asked("pushed_away"), "yes", How.WITH_CLIENT)
    support.add_note(either.viewer("s.one"), a, phq9, "Thursday")

    who_and_what = {
        "phq9 suicide_answer": ("acted", "T.ONE", ["Plan made"], days["a"]),
        "core10 suicide_answer": ("acted", "T.TWO", ["Called"], days["b"]),
        "dar5 harm_to_others_answer": ("seen", "T.TWO", [], TODAY + REVIEW_AFTER),
        "talk": ("acted", "T.ONE", ["Talked on Monday"], days["c"]),
        "paused": ("seen", "T.ONE", [], None),
    }
    assert {
        called(one): (one.state, one.seen_by, [each.words for each in one.decisions], one.review_on)
        for one in shown()
    } == who_and_what
    items = {called(item.flag): item for item in seen_by(either).items}
    assert {
        name: (
            one.flag.state, one.flag.seen_by, [one.decision.words] if one.decision else [],
            one.flag.review_on,
        )
        for name, one in items.items()
    } == who_and_what  # fmt: skip
    assert {name: one.answered for name, one in items.items() if one.answered} == {
        "phq9 suicide_answer": 1, "talk": 1,
    }  # fmt: skip
    assert [name for name, one in items.items() if one.notes] == ["phq9 suicide_answer"]
    beside = support.looked(one, a)
    assert {(each.flag_id, each.answer) for each in beside.given} == {
        (phq9, "none at hand"), (talk, "yes"),
    }  # fmt: skip
    assert [each.flag_id for each in beside.notes] == [phq9]
