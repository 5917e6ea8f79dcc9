"""Somebody who ended and somebody who came after, of one kind or of one name: their answers are
told apart wherever they stand, and a name that could mean either is asked about."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import RelationKind
from attachdash.intake import Mapping, ProblemKind
from attachdash.practice import (
    caseload,
    exporting,
    flags,
    importing,
    mending,
    record,
    recording,
    relations,
)
from attachdash.practice.rights import Viewer
from attachdash.store.engine import Scope
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_exporting import rows as csv_rows
from tests.practice.test_named_people import BY_COLUMNS, NAMED, by_name, informants
from tests.practice.test_relations import DAY, LIVE, MOTHERS, RISK, counted, file, held

AFTER = DAY + timedelta(days=1)
MOTHER = RelationKind.MOTHER


def one_after_the_other(house: House, *labels: str) -> tuple[int, int]:
    """A mother who ended on DAY and one who came after; the second label by hand, as a store can
    hold it that an earlier version wrote or that was loaded."""
    mine, a = house.viewer("t.one"), house.clients["A"]
    first = relations.add_relation(mine, a, MOTHER, labels[0])
    relations.end_relation(mine, a, first, DAY)
    second = relations.add_relation(mine, a, MOTHER, "somebody" if labels[1] else "")
    house.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run(
            "UPDATE relation SET label = $1 WHERE relation_id = $2", labels[1], second
        ),
    )
    return first, second


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("", ""), ("mother", "mother 2")),
        (("Anna", "Anna"), ("mother 1 (Anna)", "mother 2 (Anna)")),
        (("Anna", " anna"), ("mother 1 (Anna)", "mother 2 ( anna)")),
        (("Anna", "Berta"), ("mother (Anna)", "mother (Berta)")),
        (("Anna", ""), ("mother (Anna)", "mother 2")),
    ],
)
def test_h07_answers_of_the_former_and_of_the_next_are_told_apart_wherever_they_stand(
    either: House, labels: tuple[str, str], said: tuple[str, str]
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    first, second = one_after_the_other(either, *labels)
    import_one(mine, file(("A", DAY, RISK), ("A", AFTER, RISK)), MOTHERS)
    assert tuple(one.said for one in held(either)) == said
    assert informants(either) == [(first, said[0]), (second, said[1])]
    shown = record.client_record(mine, a)
    assert {one.informant for one in shown.beside} == set(said)
    assert {one.informant for one in shown.flags} == set(said)
    with either.store.engine.reading(mine.scope) as cursor:
        everyones = flags.read(cursor, mine)
    assert {one.informant for one in everyones if one.informant} == set(said)
    assert caseload.caseload(mine).rows
    files = exporting.export(mine)
    for name in ("rcads25.csv", "flags.csv"):
        assert {row["informant"] for row in csv_rows(files, name)} == {"mother", "mother 2"}
    [form] = [one for one in mending.forms(mine, a).forms if one.informant_id == second]
    mending.withdraw_administration(mine, a, form.administration_id, "Hers of before")
    assert next(one.informant for one in mending.forms(mine, a).forms if one.informant) == said[1]


def test_a_name_that_somebody_bore_is_given_to_nobody_else(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    anna = relations.add_relation(mine, a, MOTHER, "Anna")
    relations.end_relation(mine, a, anna, DAY)
    with pytest.raises(Invalid, match="has or had this name"):
        relations.add_relation(mine, a, MOTHER, " ANNA ")
    berta = relations.add_relation(mine, a, MOTHER, "Berta")
    with pytest.raises(Invalid, match="has or had this name"):
        relations.change_relation(mine, a, berta, "anna")
    # Nor does the one who ended take the name of the one who came after.
    with pytest.raises(Invalid, match=r"tells apart|has or had this name"):
        relations.change_relation(mine, a, anna, "Berta")
    relations.add_relation(mine, a, RelationKind.TEACHER, "Anna")
    relations.change_relation(mine, a, anna, "anna", deceased=True)
    assert [(one.said, one.deceased) for one in held(either) if one.kind is MOTHER] == [
        ("mother (anna)", True), ("mother (Berta)", False),
    ]  # fmt: skip
    # Without a name the number tells them apart: the former one's may be taken off.
    relations.change_relation(mine, a, berta, "")
    relations.change_relation(mine, a, anna, "")
    assert [one.said for one in held(either) if one.kind is MOTHER] == ["mother", "mother 2"]


def test_those_of_one_name_can_be_named_anew_and_said_to_have_died(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    first, second = one_after_the_other(small, "Anna", "Anna")
    relations.change_relation(mine, a, first, "Anna", deceased=True)
    relations.change_relation(mine, a, second, "Anna Berger")
    assert [one.said for one in held(small)] == ["mother (Anna)", "mother (Anna Berger)"]


def whole(viewer: Viewer, data: list[tuple[object, ...]], asked: Mapping) -> importing.Kept:
    return import_one(viewer, by_name(*data), asked)  # type: ignore[arg-type]


def in_blocks(viewer: Viewer, data: list[tuple[object, ...]], asked: Mapping) -> importing.Kept:
    return import_one(viewer, by_name(*data), asked, block_rows=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", [NAMED, BY_COLUMNS], ids=["for all", "by rows"])
@pytest.mark.parametrize("bring", [whole, in_blocks])
def test_h07_a_name_that_one_who_ended_and_another_bear_is_asked_about_on_every_day(
    either: House, asked: Mapping, bring: Callable[..., importing.Kept]
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    first, second = one_after_the_other(either, "Anna", "Anna")
    before = counted(either, LIVE)
    data = [("A", DAY - timedelta(days=1), "Anna", 1), ("A", DAY, " ANNA", 1),
            ("A", AFTER, "Anna", 2), ("A", TODAY, "anna ", 3)]  # fmt: skip
    shown = preview_one(mine, by_name(*data), asked)
    assert [(one.kind, one.row, one.column) for one in shown.problems] == [
        (ProblemKind.WHICH_PERSON, row, "who") for row in (2, 3, 4, 5)
    ]
    assert "only one mother of this client has or had" in str(shown.problems[0])
    assert "Under Clients, People around them, give each a name" in shown.problems[0].cure
    done = bring(mine, data, asked)
    assert (done.kept, done.refused, counted(either, LIVE)) == (0, 4, before)
    # The cure that is told works: each under a name of their own.
    relations.change_relation(mine, a, second, "Anna B.")
    named = [(code, day, "Anna B." if day > DAY else "Anna", n) for code, day, _, n in data]
    assert bring(mine, named, asked).kept == 4
    assert [one for one, _ in informants(either)] == [first, first, second, second]


def test_without_a_name_the_day_says_which_of_them_is_meant(either: House) -> None:
    mine = either.viewer("t.one")
    first, second = one_after_the_other(either, "Anna", "Anna")
    data = by_name(("A", DAY, "", 1), ("A", AFTER, "", 2))
    assert import_one(mine, data, NAMED).kept == 2
    assert [one for one, _ in informants(either)] == [first, second]
    # A typed form is by whom its day can mean, or by the one who was chosen.
    given = (mine, either.clients["A"], "rcads25")
    assert recording.record_administration(*given, TODAY, [1] * 25, informant="mother")
    with pytest.raises(Invalid, match=r"Mother 1 \(Anna\) is not meant on that day"):
        recording.record_administration(
            *given, TODAY, [2] * 25, informant="mother", person_id=first
        )
