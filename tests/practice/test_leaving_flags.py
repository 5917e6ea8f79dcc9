"""What was decided about flags leaves and comes back as it stood, with leave and settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import RelationKind
from attachdash.practice import (
    absences,
    batches,
    checking,
    deciding,
    entrance,
    escalation,
    exporting,
    founding,
    house,
    loading,
    mending,
    record,
    recording,
    release,
    supervision,
    support,
)
from attachdash.practice.escalation import Hours
from attachdash.practice.rights import Viewer, whole_practice
from attachdash.practice.rules import Kind
from attachdash.store.export import state_hash
from tests.practice.conftest import NOW, TODAY, House, as_asked
from tests.practice.imports import import_one
from tests.practice.test_caseload import WORSE, add, answered, every
from tests.practice.test_loading import Empty, administrator, edited, empty, sum_of, without
from tests.practice.test_mending import file
from tests.practice.test_one_path import PHQ9
from tests.practice.test_relations import MOTHERS
from tests.practice.test_relations import file as rcads25

__all__ = ["empty"]

OF_FLAGS = ("flags.csv", "flag_steps.csv", "looks.csv", "agenda_notes.csv")
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Viewer]:
    """The administrator of an empty practice in DuckDB."""
    store, _ = founding.found(tmp_path / "own", "l.admin", "Lena Admin", NOW)
    yield entrance.at_terminal(store, "l.admin", NOW)
    store.close()


def flag_of(house: House, code: str, kind: str) -> Any:
    shown = record.client_record(house.viewer("t.one", SOON), house.clients[code])
    return next(one for one in (*shown.flags, *shown.watched) if one.kind == kind)


def place(house: House, code: str, kind: str) -> tuple[Viewer, int, int, int | None, int | None]:
    one = flag_of(house, code, kind)
    mine = house.viewer("t.one", SOON)
    return mine, one.client_id, one.flag_id, one.administration_id, one.version


def answer(house: House, last: int, word: str = "", days_ago: int = 0) -> None:
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], "phq9", TODAY - timedelta(days=days_ago),
        [0] * 8 + [last], word,
    )  # fmt: skip


def decide(given: House) -> None:
    """Every kind of decision, beside every kind of flag."""
    mine, admin, a = given.viewer("t.one"), given.viewer("a.diallo"), given.clients["A"]
    answer(given, 1)
    deciding.close(*place(given, "A", "suicide_answer"), "Nought for weeks")
    answer(given, 2, "evening")  # opens it again
    answer(given, -1, "night")
    deciding.act(*place(given, "A", "suicide_blank"), "=1; asked", TODAY + timedelta(days=3))
    # By a mother, put right: what was looked at is no longer answered so, and graver.
    rcads = [1] * 25
    recording.record_administration(mine, a, "rcads25", TODAY, rcads, informant=RelationKind.MOTHER)
    deciding.mark_seen(*place(given, "A", "ask_answer"))
    [form] = [one for one in mending.forms(mine, a).forms if one.informant]
    mending.correct_administration(
        mine, a, form.administration_id, TODAY, [2] * 25, "A page was misread"
    )
    deciding.note(mine, a, Kind.PAUSED)
    deciding.act(*place(given, "A", "paused"), "A letter, then wait")
    add(given, "W", TODAY - timedelta(days=7 * (len(WORSE) - 1)))
    answered(given, "W", every(7, WORSE))
    deciding.act(*place(given, "W", "red"), "Spoken of", TODAY)
    red = flag_of(given, "W", "red").flag_id
    support.answer(
        mine, given.clients["W"], red, *as_asked("family_ear"), "nobody", support.How.KNOWLEDGE
    )
    support.add_note(given.viewer("s.one"), a, flag_of(given, "A", "paused").flag_id, "On Monday")
    # Decided on, and then its whole import was undone; with it went the mother whom it added.
    hers = import_one(mine, rcads25(("W", TODAY, [2] * 25)), MOTHERS)
    deciding.act(*place(given, "W", "suicide_answer"), "Called her mother")
    batches.undo_batch(admin, hers.batch_id, "Another child's")
    done = import_one(mine, file(("W", TODAY - timedelta(days=1), [2] * 8 + [3])), PHQ9)
    deciding.act(*place(given, "W", "suicide_answer"), "Called at once")
    batches.undo_batch(admin, done.batch_id, "Wrong file")
    absences.add_absence(admin, given.people["t.one"], TODAY, TODAY + timedelta(days=9))
    absences.add_absence(admin, given.people["s.one"], TODAY - timedelta(days=9), TODAY)
    known = house.settings(admin)
    house.change_settings(
        admin, practice_name=known.practice_name, time_zone="Europe/Berlin",
        crisis_text=known.crisis_text, hours=Hours(days=(1, 3), soon=2, later=8),
    )  # fmt: skip


def shown(viewer: Viewer) -> list[tuple[Any, ...]]:
    """All that a therapist is shown of flags, whatever their numbers."""
    found = []
    for one in supervision.agenda(viewer).items:
        client = record.client_record(viewer, one.client.client_id)
        [flag] = [f for f in (*client.flags, *client.watched) if f.flag_id == one.flag.flag_id]
        found.append(
            (
                one.client.code, str(flag.kind), flag.state, flag.raised_at, flag.seen_by,
                flag.seen_at, flag.review_on, flag.decisions, one.group, one.answered,
                [note.words for note in one.notes],
            )
        )  # fmt: skip
    return sorted(found, key=str)


def test_h23_what_was_decided_leaves_and_comes_back_as_it_stood(
    either: House, empty: Empty
) -> None:
    decide(either)
    later = NOW + timedelta(days=1)
    admin, other = administrator(either), replace(empty(), now=later, today=later.date())
    files = exporting.export(admin)
    loading.load(other, files)
    assert sum_of(other) == sum_of(admin)
    assert checking.problems(other.store) == []
    again = exporting.export(other)
    for name in (*OF_FLAGS, "absences.csv", "settings.csv"):
        assert again[name] == files[name], name
    mine = entrance.at_terminal(other.store, "t.one", later)
    assert "suicide_answer rcads25:18:removed 1:" in files["flag_steps.csv"]
    before = shown(either.viewer("t.one", later))
    assert shown(mine) == before
    assert {row[2] for row in before} == {"open", "acted"}
    # Neither a wait begins anew, nor is anybody there who is on leave.
    theirs = escalation.unseen(either.viewer("a.diallo", later))
    assert escalation.unseen(other) == theirs
    assert theirs.flags
    assert house.settings(other).hours == house.settings(admin).hours
    assert house.settings(other).second_factor_declined


def test_what_was_loaded_lives_on(either: House, empty: Empty) -> None:
    decide(either)
    other = empty()
    loading.load(other, exporting.export(administrator(either)))
    mine = entrance.at_terminal(other.store, "t.one", SOON)
    [row] = [one for one in supervision.agenda(mine).items if one.flag.kind == "suicide_blank"]
    who = row.client.client_id
    [form] = [
        one for one in mending.forms(mine, who).forms
        if one.instrument.id == "phq9" and one.occasion == "night"
    ]  # fmt: skip
    mending.withdraw_administration(mine, who, form.administration_id, "Not hers")
    left = [one.flag.kind for one in supervision.agenda(mine).items]
    assert "suicide_blank" not in left
    # Decisions that were loaded stay with the flag, which the next such answer opens again.
    recording.record_administration(mine, who, "phq9", TODAY, [0] * 8 + [-1], "later")
    [flag] = [f for f in record.client_record(mine, who).flags if f.kind == "suicide_blank"]
    assert (flag.state, [one.words for one in flag.decisions]) == ("open", ["=1; asked"])
    assert checking.problems(other.store) == []


def test_an_undone_import_that_nobody_looked_at_leaves_no_trace_in_an_export(small: House) -> None:
    answer(small, 1, days_ago=3)
    deciding.mark_seen(*place(small, "A", "suicide_answer"))
    before = exporting.export(administrator(small))
    done = import_one(small.viewer("t.one"), file(("A", TODAY, [0] * 8 + [3])), PHQ9)
    assert exporting.export(administrator(small)) != before
    batches.undo_batch(small.viewer("t.one"), done.batch_id, "Wrong file")
    assert exporting.export(administrator(small)) == before


CHANGED = (
    (edited("flags.csv", ",open,", ",closed,"), "were changed since"),
    (edited("flags.csv", ",open,", ",done,"), "isn't known"),
    (edited("flags.csv", "phq9:9,1,phq9 ", "phq9:9,1,removed "), "no answer that counts"),
    (edited("flags.csv", "phq9:9,1,", "phq9:9,7,"), "one of episodes.csv"),
    (edited("flags.csv", "A,suicide", "Z,suicide"), "no client Z"),
    (edited("flags.csv", "T08", "Tx"), "can't be read"),
    (edited("flag_steps.csv", "asked", "not asked"), "were changed since"),
    (edited("flag_steps.csv", ",closed,", ",forgot,"), "each step is known"),
    (edited("flag_steps.csv", "phq9:9,closed", "phq9:8,closed"), "taken with one of flags"),
    (without("flag_steps.csv"), "were changed since"),
    (without("flags.csv"), "flags.csv is missing"),
    (edited("absences.csv", "t.one", "t.nobody"), "t.nobody isn't known"),
    (edited("settings.csv", "work_from,09:00", "work_from,25:00"), "can't be read"),
    (edited("settings.csv", "escalate,24", "escalate,99"), "can be shortened"),
    (edited("settings.csv", "declined", "off"), "setting that isn't known"),
)


def test_what_was_changed_of_flags_is_refused_whole(small: House, own: Viewer) -> None:
    answer(small, 1)
    deciding.close(*place(small, "A", "suicide_answer"), "asked")
    answer(small, 2, "evening")
    absences.add_absence(
        small.viewer("a.diallo"), small.people["t.one"], TODAY, TODAY + timedelta(days=9)
    )
    files = exporting.export(administrator(small))
    nothing = sum_of(own)
    for edit, told in CHANGED:
        with pytest.raises(Invalid, match=told):
            loading.load(own, edit(files))
        assert sum_of(own) == nothing
    loading.load(own, files)


def test_h04_an_export_without_a_flag_that_its_answers_raise_is_refused(
    small: House, own: Viewer
) -> None:
    """Also where somebody made the sum fit what is left."""
    answer(small, 3)
    admin = administrator(small)
    files = exporting.export(admin)
    for name in ("flags.csv", "flag_steps.csv"):
        lines = [one for one in files[name].split("\r\n") if not one.startswith("A,")]
        files[name] = "\r\n".join(lines)
    with small.store.engine.reading(admin.scope) as cursor:
        bare = state_hash(cursor, whole_practice(admin), with_flags=False)
    files["about.txt"] = files["about.txt"].replace(sum_of(admin), bare)
    with pytest.raises(Invalid, match="were changed since"):
        loading.load(own, files)


FORGED = (
    (edited("flags.csv", ",open,", ",withdrawn,"), "the answer that raised it is there"),
    (edited("flags.csv", ",open,", ",over,"), "never over by itself"),
    (edited("flags.csv", ",open,", ",closed,"), "is a step"),
    (edited("flags.csv", ",open,2026", ",open,0001"), "can't be read"),
    (edited("holds.csv", f",{SOON:%Y-%m-%dT%H:%M:%S}", ",0001-01-01T00:00:00"), "can't be read"),
    (edited("holds.csv", f",{TODAY + timedelta(days=1)},", ",9999-12-31,"), "longer than 90 days"),
)


def test_h04_what_no_practice_could_have_written_of_flags_and_holds_is_refused(
    small: House, own: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the files can make the sum fit: it is no seal."""
    answer(small, 3)
    release.hold_back(small.viewer("t.one", SOON), small.clients["A"], "phq9", TODAY, "Later")
    files, summed = exporting.export(administrator(small)), sum_of(administrator(small))
    monkeypatch.setattr("attachdash.store.export.state_hash", lambda *_, **__: summed)
    for edit, told in FORGED:
        with pytest.raises(Invalid, match=told):
            loading.load(own, edit(files))
    loading.load(own, files)


def test_an_export_from_before_flags_were_loaded_raises_them_anew(
    either: House, empty: Empty
) -> None:
    answer(either, 2)
    mine, a = either.viewer("t.one"), either.clients["A"]
    flag_id = flag_of(either, "A", "suicide_answer").flag_id
    support.answer(mine, a, flag_id, *as_asked("means"), "at hand", support.How.KNOWLEDGE)
    admin, other = administrator(either), empty()
    files = exporting.export(admin)
    with either.store.engine.reading(admin.scope) as cursor:
        old = state_hash(cursor, whole_practice(admin), with_flags=False)
    files["about.txt"] = files["about.txt"].replace(sum_of(admin), old)
    del files["flag_steps.csv"], files["absences.csv"]
    files["flags.csv"] = "another,header\r\n"
    loading.load(other, files)
    [flag] = [one for one in supervision.agenda(entrance.at_terminal(
        other.store, "t.one", NOW)).items if one.flag.kind == "suicide_answer"]  # fmt: skip
    assert (flag.flag.state, flag.answered) == ("open", 1)


def test_h11_a_clients_copy_has_none_of_it(small: House) -> None:
    decide(small)
    own, theirs = exporting.export(small.viewer("c.a")), exporting.export(small.viewer("t.one"))
    assert not {*OF_FLAGS, "absences.csv", "settings.csv"} & set(own)
    assert set(OF_FLAGS) <= set(theirs)
    assert "absences.csv" not in theirs
    for words in ("=1; asked", "Nought for weeks", "A letter", "On Monday"):
        assert words not in "".join(own.values())
        assert words in "".join(theirs.values())


def test_a_therapists_flags_come_into_a_practice_of_their_own(small: House, own: Viewer) -> None:
    decide(small)
    day = TODAY + timedelta(days=3)
    loading.load(own, exporting.export(small.viewer("t.one")))
    steps = exporting.export(own)["flag_steps.csv"]
    assert "Nought for weeks" in steps
    assert f"=1; asked,{day}" in steps
