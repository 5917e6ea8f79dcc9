"""A whole import taken back: what it brought goes, what came to it since stays or blocks it."""

from datetime import timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.practice import (
    assignments,
    batches,
    clients,
    deciding,
    house,
    mending,
    recording,
)
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_mending import DAY, LATER, everything, file, flags_of, rows, sound, state
from tests.practice.test_one_path import PHQ9


def test_h13_an_import_that_is_undone_leaves_the_export_byte_for_byte_as_it_was(
    either: House,
) -> None:
    admin = either.viewer("a.diallo", LATER)
    old = either.viewer("t.one", NOW - timedelta(days=20))
    recording.record_administration(
        old, either.clients["A"], "phq9", TODAY - timedelta(days=21), [1] * 8 + [2]
    )
    [flag] = flags_of(either)
    deciding.mark_seen(old, flag.client_id, flag.flag_id, flag.administration_id, flag.version)
    # Clients whose answers waited without an episode, which the import then opens.
    import_one(either.viewer("a.diallo"), file(("W", DAY, [1] * 9)), PHQ9, create_clients=True)
    before, held = everything(either), state(either)
    table = file(
        ("A", DAY, [2] * 9), ("A", TODAY, [3] * 9), ("B", TODAY - timedelta(days=20), [1] * 9),
        ("N", DAY, [1] * 9), ("W", TODAY, [0] * 9),
    )  # fmt: skip
    done = import_one(admin, table, PHQ9, create_clients=True, open_episodes=True)
    assert (done.kept, done.created, done.episodes) == (5, 1, 2)
    assert everything(either) != before
    assert len(rows(either, "SELECT 1 FROM batch_made")) == 4
    shown = batches.batch(admin, done.batch_id)
    assert (shown.goes_clients, shown.goes_episodes, shown.counts) == (("N",), 2, 5)
    batches.undo_batch(admin, done.batch_id, "Wrong file")
    assert everything(either) == before
    assert state(either) == held
    assert sound(either)
    # Kept, with why and by whom, and the flags of B and N withdrawn rather than gone.
    kept = rows(
        either, "SELECT DISTINCT reason, replaced_by FROM administration WHERE batch_id = $1",
        done.batch_id,
    )  # fmt: skip
    assert kept == [("Import undone: Wrong file", admin.person_id)]
    assert {row[0] for row in rows(either, "SELECT state FROM flag")} >= {"seen", "withdrawn"}
    trail = house.audit_trail(either.viewer("a.diallo"))
    assert "undid import" in set(trail["kind"])


@pytest.mark.parametrize("who", ["t.one", "a.diallo"])
def test_h13_a_file_does_not_bring_back_what_was_taken_back_or_put_right(
    either: House, who: str
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    importer = either.viewer(who, LATER)
    other = DAY - timedelta(days=1)
    table = file(("A", DAY, [1] * 9), ("A", other, [2] * 9))
    assert import_one(mine, table, PHQ9).kept == 2
    twice = {one.last.answered_on: one.administration_id for one in mending.forms(mine, a).forms
             if one.instrument.id == "phq9"}  # fmt: skip
    mending.withdraw_administration(mine, a, twice[DAY], "Not hers")
    moved = other - timedelta(days=1)
    mending.correct_administration(mine, a, twice[other], moved, [2] * 9, "Wrong day")
    given = everything(either)
    assert preview_one(importer, table, PHQ9).already_held == 2
    again = import_one(importer, table, PHQ9)
    assert (again.kept, again.already_held, again.refused) == (0, 2, 0)
    assert everything(either) == given
    # Other answers for that day put it right: the therapist's to do, not an administrator's.
    right = file(("A", DAY, [3] * 9))
    done = import_one(importer, right, PHQ9)
    assert (done.kept, done.already_held) == ((1, 0) if who == "t.one" else (0, 1))
    assert sound(either)


def test_h13_the_same_file_comes_in_again_after_its_undo(either: House) -> None:
    mine = either.viewer("t.one")
    table = file(("A", DAY, [1] * 8 + [3]))
    done = import_one(mine, table, PHQ9)
    given, held = everything(either), flags_of(either)
    batches.undo_batch(mine, done.batch_id, "Wrong day")
    assert preview_one(mine, table, PHQ9).same_file_at is None
    assert flags_of(either) == []
    with pytest.raises(Invalid, match="already"):
        batches.undo_batch(mine, done.batch_id, "Again")
    again = import_one(mine, table, PHQ9)
    assert (again.kept, again.already_held) == (1, 0)
    assert everything(either) == given
    assert [one.state for one in flags_of(either)] == [one.state for one in held] == ["historic"]
    assert sound(either)


def test_therapists_undo_their_own_imports_while_all_clients_are_theirs(either: House) -> None:
    admin, mine = either.viewer("a.diallo"), either.viewer("t.one")
    done = import_one(mine, file(("A", DAY, [1] * 9)), PHQ9)
    theirs = import_one(admin, file(("B", DAY, [1] * 9)), PHQ9)
    for asking, batch_id in ((either.viewer("t.two"), done.batch_id), (mine, theirs.batch_id),
                             (mine, 987)):  # fmt: skip
        for call in (batches.batch, lambda v, b: batches.undo_batch(v, b, "Why")):
            with pytest.raises(Refused):
                call(asking, batch_id)
    with pytest.raises(Invalid, match="why"):
        batches.undo_batch(mine, done.batch_id, "  ")
    assignments.end_assignment(admin, either.clients["A"], either.people["t.one"], TODAY)
    assert batches.batch(mine, done.batch_id).strangers == 1
    with pytest.raises(Invalid, match="not yours"):
        batches.undo_batch(mine, done.batch_id, "Wrong")
    batches.undo_batch(admin, done.batch_id, "Wrong")


def test_later_corrections_and_withdrawals_block_an_undo_until_they_are_taken_back(
    either: House,
) -> None:
    mine, admin, a = either.viewer("t.one"), either.viewer("a.diallo"), either.clients["A"]
    days = [DAY, DAY + timedelta(days=7)]
    done = import_one(mine, file(*[("A", day, [1] * 9) for day in days]), PHQ9)
    given = everything(either)
    own = [f for f in mending.forms(mine, a).forms if f.batch_id == done.batch_id]
    late, early = own
    mending.correct_administration(mine, a, late.administration_id, days[1], [2] * 9, "Misread")
    mending.withdraw_administration(mine, a, early.administration_id, "Somebody else's")
    shown = batches.batch(mine, done.batch_id)
    told = {(one.code, one.answered_on, one.what, one.by_whom) for one in shown.changed}
    assert told == {("A", days[1], "corrected", "T.ONE"), ("A", days[0], "withdrawn", "T.ONE")}
    assert not shown.can_be_undone
    # An administrator learns that something changed, not of which day or questionnaire.
    hidden = batches.batch(admin, done.batch_id).changed
    assert {(one.instrument, one.answered_on) for one in hidden} == {(None, None)}
    with pytest.raises(batches.Blocked, match="corrected by"):
        batches.undo_batch(mine, done.batch_id, "Wrong")
    mending.restore_administration(mine, a, early.administration_id)
    mending.correct_administration(mine, a, late.administration_id, days[1], [1] * 9, "Was right")
    assert everything(either) == given
    batches.undo_batch(mine, done.batch_id, "Wrong")
    assert sound(either)


def test_what_was_made_by_an_import_and_used_since_stays(either: House) -> None:
    admin = either.viewer("a.diallo")
    rows_in = [(code, DAY, [1] * 9) for code in ("N1", "N2", "N3", "N4")]
    done = import_one(admin, file(*rows_in), PHQ9, create_clients=True, open_episodes=True)
    new = {one.code: one for one in clients.register(admin) if one.code.startswith("N")}
    assignments.assign_client(admin, new["N1"].client_id, either.people["t.one"], TODAY)
    clients.change_client(admin, new["N2"].client_id, "A name", None, None, "en")
    mine = either.viewer("t.one", LATER)
    recording.record_administration(mine, new["N1"].client_id, "phq9", TODAY, [1] * 9)
    import_one(either.viewer("a.diallo", LATER), file(("N3", TODAY, [1] * 9)), PHQ9)
    shown = batches.undo_batch(either.viewer("a.diallo", LATER), done.batch_id, "Wrong")
    assert (shown.goes_clients, shown.goes_episodes) == (("N4",), 2)
    left = {one.code: len(one.episodes) for one in clients.register(admin)}
    assert left == {"A": 1, "B": 1, "N1": 1, "N2": 0, "N3": 1}
    assert sound(either)
