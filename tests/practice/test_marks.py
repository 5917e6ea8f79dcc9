"""Phases and events of an episode: noted, put right, ended, taken back; seen by whom they are
for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import (
    assignments,
    batches,
    checking,
    clients,
    exporting,
    house,
    marks,
    record,
)
from attachdash.practice.marks import Event, EventKind, Phase, Technique
from tests.engines import past_the_audit
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_mending import PHQ9, file, rows

BEGAN = TODAY - timedelta(days=100)
DAY = TODAY - timedelta(days=30)
A_DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)


def shown(practice: House, who: str = "t.one") -> list[Phase | Event]:
    found = record.client_record(practice.viewer(who), practice.clients["A"])
    return [*found.phases, *found.events]


def mine(practice: House) -> list[Phase | Event]:
    found = record.my_progress(practice.viewer("c.a"))
    assert found
    return [*found.phases, *found.events]


def a_phase(practice: House, first: date = DAY, last: date | None = None, *,
            technique: Technique = Technique.CBT, words: str = "Thought records",
            shared: bool = False) -> int:  # fmt: skip
    return marks.add_phase(
        practice.viewer("t.one"), practice.episodes["A"], technique, first, last, words,
        shared=shared,
    )  # fmt: skip


def an_event(practice: House, on: date = DAY, *, kind: EventKind = EventKind.LOSS,
             words: str = "A cat died", shared: bool = False) -> int:  # fmt: skip
    return marks.add_event(
        practice.viewer("t.one"), practice.episodes["A"], kind, on, words, shared=shared
    )


def test_what_is_noted_stands_on_the_record_and_only_what_is_shared_on_the_clients_page(
    either: House,
) -> None:
    own = a_phase(either, words=" =Thought\n records ")
    told = a_phase(either, BEGAN, DAY, technique=Technique.OTHER, words="Letters", shared=True)
    rupture = an_event(either, kind=EventKind.RUPTURE, words="Silence")
    loss = an_event(either, shared=True)
    hidden = an_event(either, kind=EventKind.MOVE, words="")
    for who in ("t.one", "s.one"):
        found = shown(either, who)
        assert [one.mark_id for one in found] == [told, own, rupture, loss, hidden]
        assert found[1] == Phase(
            mark_id=own, version=1, episode_id=either.episodes["A"], technique=Technique.CBT,
            from_on=DAY, to_on=None, words="=Thought records", shared=False,
        )  # fmt: skip
        assert [one.name for one in found] == ["Letters", "CBT", "Rupture", "Loss", "Move"]
        assert found[0].to_on == DAY + A_DAY  # type: ignore[union-attr]
    assert [one.mark_id for one in mine(either)] == [told, loss]
    # Whatever a store says of a rupture: it never reaches the client.
    either.store.engine.writing(
        either.viewer("t.one").scope,
        lambda cursor: cursor.run(
            "UPDATE mark SET visibility = 'client' WHERE mark_id = $1", rupture
        ),
    )
    assert [one.mark_id for one in mine(either)] == [told, loss]
    assert checking.problems(either.store) == []


def test_a_stranger_sees_and_does_nothing_and_a_right_ends_on_its_day(either: House) -> None:
    mark_id, a, two = a_phase(either), either.clients["A"], either.viewer("t.two")
    b = either.clients["B"]
    assert record.client_record(two, b).phases == ()
    for who in ("t.two", "s.two", "a.diallo", "c.a", "t.former"):
        for act in (
            lambda v: marks.versions(v, a),
            lambda v: marks.add_phase(v, either.episodes["A"], Technique.CBT, DAY),
            lambda v: marks.end_phase(v, a, mark_id, TODAY),
            lambda v: marks.take_back(v, a, mark_id, "Why"),
            # Their own client, somebody else's phase.
            lambda v: marks.take_back(v, b, mark_id, "Why"),
            lambda v: marks.end_phase(v, b, mark_id, TODAY),
        ):
            with pytest.raises(Refused):
                act(either.viewer(who))
    for act in (
        lambda v: marks.take_back(v, a, mark_id, "Why"),
        lambda v: marks.add_event(v, either.episodes["A"], EventKind.LOSS, DAY),
    ):
        with pytest.raises(Refused):
            act(either.viewer("s.one"))
    assert [one.version for one in shown(either)] == [1]
    assert [one.mark.mark_id for one in marks.versions(either.viewer("s.one"), a)] == [mark_id]
    assignments.end_assignment(either.viewer("a.diallo"), a, either.people["t.one"], TODAY)
    with pytest.raises(Refused):
        marks.versions(either.viewer("t.one"), a)


def test_a_correction_adds_a_version_and_the_old_one_is_kept_with_its_reason(
    either: House,
) -> None:
    now, a = replace(either.viewer("t.one"), now=LATER), either.clients["A"]
    mark_id, event_id = a_phase(either), an_event(either)
    marks.change_phase(
        now, a, mark_id, Technique.MINDFULNESS, BEGAN, None, "Breath", "Misheard", shared=True,
        version=1,
    )  # fmt: skip
    marks.end_phase(now, a, mark_id, TODAY)
    marks.change_event(now, a, event_id, EventKind.MOVE, BEGAN, "", "Another", shared=False)
    marks.take_back(now, a, event_id, "It was\nsomebody else's")
    [phase] = shown(either)
    assert (phase.version, phase.name, phase.shared) == (3, "Mindfulness", True)
    assert isinstance(phase, Phase)
    assert (phase.from_on, phase.to_on) == (BEGAN, TODAY + A_DAY)
    kept = marks.versions(now, a)
    assert [(one.mark.mark_id, one.mark.version, one.reason, one.taken_back) for one in kept] == [
        (event_id, 2, "It was somebody else's", True), (event_id, 1, "Another", False),
        (mark_id, 3, "", False), (mark_id, 2, "Ended", False), (mark_id, 1, "Misheard", False),
    ]  # fmt: skip
    assert kept[0].recorded_by == kept[0].replaced_by == "T.ONE"
    assert (kept[-1].recorded_at, kept[-1].replaced_at) == (NOW, LATER)
    assert checking.problems(either.store) == []
    trail = house.audit_trail(either.viewer("a.diallo"), 8)
    trail = trail[trail["kind"] != "opened record"]
    assert trail["kind"].tolist()[:4] == [
        "took back phase or event", "changed event", "ended phase", "changed phase",
    ]  # fmt: skip
    # An administrator reads it: nothing of what was noted stands there.
    assert set(trail["detail"][:6]) == {""}


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda h: a_phase(h, BEGAN - A_DAY), "began on .* under Clients"),
        (lambda h: a_phase(h, TODAY + A_DAY), "still to come"),
        (lambda h: a_phase(h, DAY, TODAY + A_DAY), "leave it open"),
        (lambda h: a_phase(h, DAY, date.max), "leave it open"),
        (lambda h: a_phase(h, DAY, DAY - A_DAY), "before the first"),
        (lambda h: a_phase(h, technique=Technique.OTHER, words=" "), "your own words"),
        (lambda h: a_phase(h, words="x" * 201), "at most 200 letters"),
        (lambda h: a_phase(h, words="x\x00"), "at most 200 letters"),
        (lambda h: an_event(h, kind=EventKind.OTHER, words=""), "what happened"),
        (lambda h: an_event(h, kind=EventKind.RUPTURE, shared=True), "stays with staff"),
        (lambda h: an_event(h, TODAY + A_DAY), "still to come"),
        (lambda h: [an_event(h) for _ in range(2)], "noted already"),
    ],
)
def test_what_can_not_be_is_refused_with_its_cure(
    small: House, act: Callable[[House], object], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        act(small)
    assert len(shown(small)) == ("already" in told)


def test_changes_are_refused_that_change_nothing_or_were_overtaken(either: House) -> None:
    now, a = either.viewer("t.one"), either.clients["A"]
    mark_id = a_phase(either)

    def change(words: str, reason: str = "Why", version: int = 1) -> None:
        marks.change_phase(
            now, a, mark_id, Technique.CBT, DAY, None, words, reason, shared=False, version=version
        )

    for words, reason, version, told in (
        ("Thought records", "Why", 1, "Nothing is different"),
        ("New", " ", 1, "say why"),
        ("New", "Why", 2, "changed meanwhile"),
    ):
        with pytest.raises(Invalid, match=told):
            change(words, reason, version)
    marks.end_phase(now, a, mark_id, TODAY)
    with pytest.raises(Invalid, match=f"ended already, after {TODAY}"):
        marks.end_phase(now, a, mark_id, TODAY)
    marks.take_back(now, a, mark_id, "Never was")
    for act in (
        lambda: marks.take_back(now, a, mark_id, "Never was"),
        lambda: change("New", version=2),
        # An event is no phase.
        lambda: marks.end_phase(now, a, an_event(either), TODAY),
    ):
        with pytest.raises(Refused):
            act()
    assert a_phase(either) != mark_id


def test_phases_overlap_and_lie_in_the_days_of_their_episode(either: House) -> None:
    now, e = either.viewer("t.one"), either.episodes["A"]
    a_phase(either, BEGAN, TODAY)
    a_phase(either, DAY, technique=Technique.MINDFULNESS)
    ended = TODAY - timedelta(days=10)
    clients.close_episode(now, e, ended, "agreed")
    # What goes on as long as the episode stays as it is, and is right again when that goes on.
    assert [one.to_on for one in shown(either) if isinstance(one, Phase)] == [TODAY + A_DAY, None]
    for first, last, told in (
        (ended + A_DAY, None, "last day was"),
        (DAY, ended + A_DAY, f"last day was {ended}"),
        (DAY, None, "say the phase's last day"),
    ):
        with pytest.raises(Invalid, match=told):
            a_phase(either, first, last, words="Another")
    a_phase(either, ended, ended, words="Another")
    an_event(either, ended)


def test_marks_of_another_episode_stand_with_it(either: House) -> None:
    now, a, first = either.viewer("t.one"), either.clients["A"], either.episodes["A"]
    event_id = an_event(either, shared=True)
    clients.close_episode(now, first, TODAY - timedelta(days=10), "agreed")
    clients.open_episode(now, a, TODAY - timedelta(days=2))
    assert shown(either) == mine(either) == []
    assert [one.mark_id for one in record.client_record(now, a, first).events] == [event_id]


def test_an_import_that_made_a_client_leaves_them_where_something_was_noted(
    either: House,
) -> None:
    admin = either.viewer("a.diallo")
    made = file(("N1", DAY, [1] * 9), ("N2", DAY, [1] * 9))
    done = import_one(admin, made, PHQ9, create_clients=True, open_episodes=True)
    new = next(one for one in clients.register(admin) if one.code == "N1")
    assignments.assign_client(admin, new.client_id, either.people["t.one"], TODAY)
    now = either.viewer("t.one")
    mark_id = marks.add_event(now, new.episodes[0].episode_id, EventKind.LOSS, DAY)
    # Also one that was taken back: it is kept, and with it whose it was.
    marks.take_back(now, new.client_id, mark_id, "Never was")
    either.store.engine.writing(
        now.scope,
        lambda cursor: cursor.run("DELETE FROM treats WHERE client_id = $1", new.client_id),
    )
    undone = batches.undo_batch(either.viewer("a.diallo", LATER), done.batch_id, "Wrong")
    assert (undone.goes_clients, undone.goes_episodes) == (("N2",), 1)
    assert [len(one.episodes) for one in clients.register(admin) if one.code == "N1"] == [1]
    assert checking.problems(either.store) == []


def test_the_check_finds_two_that_hold_and_one_without_its_episode(small: House) -> None:
    mark_id = a_phase(small)
    again = (
        "INSERT INTO mark (site_id, mark_id, version, client_id, episode_id, kind, technique, "
        "from_on, words, visibility, by_person_id, recorded_at) SELECT site_id, mark_id, 2, "
        "client_id, $1, kind, technique, from_on, words, visibility, by_person_id, recorded_at "
        "FROM mark WHERE mark_id = $2"
    )
    past_the_audit(small.store, lambda cursor: cursor.run(again, small.episodes["B"], mark_id))
    assert len(rows(small, "SELECT 1 FROM mark")) == 2
    assert len([one for one in checking.problems(small.store) if "phases or events" in one]) == 2


def test_marks_leave_with_staff_and_not_with_the_client(either: House) -> None:
    a_phase(either, words="=1+1", shared=True)
    files = exporting.export(either.viewer("t.one"))
    assert files["marks.csv"].splitlines() == [
        "client,episode,kind,technique,from,to,words,visibility",
        f"A,1,phase,cbt,{DAY},,'=1+1,client",
    ]
    told = [line for line in files["codebook.csv"].splitlines() if ",mark," in line]
    assert [line.split(",")[3] for line in told] == [
        "kind", "technique", "from", "to", "words", "visibility",
    ]  # fmt: skip
    own = exporting.export(either.viewer("c.a"))
    assert "marks.csv" not in own
    assert ",mark," not in own["codebook.csv"]
