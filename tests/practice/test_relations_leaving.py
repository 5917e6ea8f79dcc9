"""The people around a client: undone with the import that added them, left and brought back."""

from collections.abc import Callable

import pytest

from attachdash.instruments import RelationKind
from attachdash.intake import Mapping, read_csv
from attachdash.practice import (
    batches,
    checking,
    clients,
    exporting,
    loading,
    mending,
    relations,
)
from attachdash.store.engine import Scope
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_exporting import rows as csv_rows
from tests.practice.test_loading import Empty, administrator, empty, sum_of
from tests.practice.test_relations import CSI, DAY, MOTHERS, OWN, RCADS, file, held, with_others

__all__ = ["empty"]


def test_h13_undoing_an_import_takes_back_whom_it_added(either: House) -> None:
    admin, mine = either.viewer("a.diallo"), either.viewer("t.one")
    before = exporting.export(mine)
    table = file(("A", DAY, [1] * 25), ("N", DAY, [1] * 25))
    done = import_one(admin, table, MOTHERS, create_clients=True)
    assert (done.kept, done.created, len(held(either))) == (2, 1, 1)
    batches.undo_batch(admin, done.batch_id, "Wrong file")
    assert held(either) == []
    assert exporting.export(mine) == before
    # The form stays where it can be looked up, and never reads as the client's own.
    forms = mending.forms(mine, either.clients["A"]).forms
    told = [one.informant for one in forms if one.instrument.id == MOTHERS.instrument]
    assert told == ["somebody who was removed since"]
    assert [one.code for one in clients.register(admin)] == ["A", "B"]
    assert checking.problems(either.store) == []


@pytest.mark.parametrize("used", ["another file", "a name"])
def test_undoing_an_import_leaves_whom_something_else_refers_to(either: House, used: str) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    done = import_one(mine, RCADS, MOTHERS)
    [mother] = held(either)
    if used == "a name":
        relations.change_relation(mine, a, mother.relation_id, "Anna")
    else:
        import_one(mine, file(("A", TODAY, [0] * 25)), MOTHERS)
    batches.undo_batch(mine, done.batch_id, "Wrong file")
    assert [one.relation_id for one in held(either)] == [mother.relation_id]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_whom_one_import_added_and_another_used_goes_when_both_are_undone(
    either: House, order: tuple[int, int]
) -> None:
    mine = either.viewer("t.one")
    tables = RCADS, file(("A", TODAY, [0] * 25))
    done = [import_one(mine, table, MOTHERS).batch_id for table in tables]
    for left, which in zip((1, 0), order, strict=True):
        batches.undo_batch(mine, done[which], "Wrong file")
        assert len(held(either)) == left
    assert checking.problems(either.store) == []


def test_who_answered_about_whom_leaves_and_comes_back(either: House, empty: Empty) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    import_one(mine, RCADS, OWN)
    with_others(either)
    mother = next(one for one in held(either) if one.kind is RelationKind.MOTHER)
    relations.change_relation(mine, a, mother.relation_id, "=Anna;'-1", deceased=True)
    partner = next(one for one in held(either) if one.kind is RelationKind.PARTNER)
    relations.end_relation(mine, a, partner.relation_id, DAY)
    import_one(mine, file(("A", TODAY, [3] * 4)), CSI.model_copy(update={"informant": "partner"}))
    import_one(
        mine, read_csv("r.csv", f"code,date,t\nA,{DAY},20\n".encode()),
        Mapping(instrument="ras", client="code", answered_on="date", date_format="iso",
                scores={"total": "t"}, informant="partner"),
    )  # fmt: skip
    relations.add_relation(mine, a, RelationKind.SIBLING)
    files = exporting.export(administrator(either))
    told = {(row["about"], row["informant"]) for row in csv_rows(files, "csi4.csv")}
    assert told == {("", "partner"), ("partner", ""), ("", "partner 2")}
    escaped = {row["informant_label"] for row in csv_rows(files, "rcads25.csv")}
    assert escaped == {"", "'=Anna;'-1"}
    other = empty()
    loading.load(other, files)
    assert sum_of(other) == sum_of(administrator(either))
    assert checking.problems(other.store) == []
    again = exporting.export(other)
    for name in ("relations.csv", "answers.csv", "scores.csv", "rcads25.csv", "csi4.csv"):
        assert again[name] == files[name], name


@pytest.mark.parametrize(
    "change",
    [
        lambda mine, a, one: relations.change_relation(mine, a, one, "Somebody"),
        lambda mine, a, one: relations.end_relation(mine, a, one, TODAY),
        lambda mine, a, one: relations.add_relation(mine, a, RelationKind.FRIEND),
    ],
)
def test_the_sum_of_the_state_knows_the_people_around_a_client(
    small: House, change: Callable[..., object]
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    one = relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    before = sum_of(administrator(small))
    change(mine, a, one)
    assert sum_of(administrator(small)) != before


@pytest.mark.parametrize(
    ("column", "whose"), [("about_id", "informant_id"), ("informant_id", "client_id")]
)
def test_whose_answers_they_are_is_part_of_the_state_and_looked_after(
    either: House, column: str, whose: str
) -> None:
    import_one(either.viewer("t.one"), RCADS, MOTHERS)
    before = sum_of(administrator(either))
    mothers = "instrument_id IN (SELECT instrument_id FROM instrument WHERE code = 'rcads25')"
    for other, wrong in ((whose, False), ("999999", True)):
        either.store.engine.writing(
            Scope(),
            lambda cursor, set_to=f"{column} = {other}": cursor.run(
                f"UPDATE administration SET {set_to} WHERE {mothers}"
            ),
        )
        if not wrong:
            assert sum_of(administrator(either)) != before
        found = checking.problems(either.store)
        assert any("nobody around the client" in one for one in found) is wrong
