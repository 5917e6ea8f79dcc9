"""A file's columns say who answered each form: what others gave stays out of the client's own."""

from __future__ import annotations

from typing import Any

import pytest

from attachdash.instruments import RelationKind
from attachdash.intake import Mapping, ProblemKind, Table, read_csv
from attachdash.intake.shapes import Shape
from attachdash.practice import batches, record
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_relations import DAY, LIVE, MOTHERS, OWN, counted, file, held, mapping

WORDS = {"Klientin": "self", "Mutter": "mother", "father": "father"}
BY_COLUMN = mapping("rcads25", 25, informant_column="who", people=WORDS)


def by_rows(*forms: tuple[str, Any, str, int]) -> Table:
    names = ",".join(f"q{n}" for n in range(1, 26))
    lines = [f"code,date,who,{names}"]
    lines += [f"{code},{day},{who}" + f",{one}" * 25 for code, day, who, one in forms]
    return read_csv("some.csv", "\n".join(lines).encode())


def test_h07_a_column_says_who_answered_and_no_unknown_word_is_the_client(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    before = counted(either, LIVE)
    own = [one.values for one in record.client_record(mine, a).others]
    table = by_rows(
        ("A", DAY, " MUTTER ", 1), ("A", DAY, "Klientin", 2), ("A", DAY, "father", 3),
        ("A", DAY, "Oma", 3), ("A", TODAY, "", 3), ("A", DAY, "Mutter", 1),
    )  # fmt: skip
    preview = preview_one(mine, table, BY_COLUMN)
    assert preview.ready == 3
    assert preview.repeat_count == 1
    assert [(one.kind, one.row) for one in preview.problems] == [
        (ProblemKind.PERSON, 5), (ProblemKind.PERSON, 6),
    ]  # fmt: skip
    done = import_one(mine, table, BY_COLUMN)
    assert (done.kept, done.refused) == (3, 2)
    assert counted(either, LIVE) == before + 3
    again = import_one(mine, table, BY_COLUMN)
    assert (again.kept, again.already_held) == (0, 3)
    assert [one.kind for one in held(either)] == [RelationKind.FATHER, RelationKind.MOTHER]
    found = record.client_record(mine, a)
    assert {one.informant for one in found.beside} == {"father", "mother"}
    courses = [one for one in found.others if one.instrument.id == "rcads25"]
    assert all(len(one.scored) == 1 for one in courses)  # the client's own form alone
    assert len(found.others) > len(own) - 1
    # The same as each said for a file of its own.
    mothers = file(("A", DAY, [1] * 25))
    assert preview_one(mine, mothers, MOTHERS).already_held == 1
    # Other answers by the same person are still a conflict.
    other = preview_one(mine, by_rows(("A", DAY, "Mutter", 2)), BY_COLUMN)
    assert [one.kind for one in other.problems] == [ProblemKind.CONFLICT]
    batches.undo_batch(mine, done.batch_id, "Wrong file")
    assert (held(either), counted(either, LIVE)) == ([], before)


def test_a_word_whose_person_the_questionnaire_is_not_for_refuses_its_rows(small: House) -> None:
    mine = small.viewer("t.one")
    table = by_rows(("A", DAY, "partner", 1), ("A", DAY, "mother", 1))
    asked = mapping("rcads25", 25, informant_column="who",
                    people={"partner": "partner", "mother": "mother"})  # fmt: skip
    preview = preview_one(mine, table, asked)
    assert [(one.kind, one.row, one.column) for one in preview.problems] == [
        (ProblemKind.PERSON, 2, "who")
    ]
    assert preview.ready == 1


def test_a_column_of_informants_is_read_where_a_row_is_an_answer(small: House) -> None:
    lines = ["code,date,who,item,value"]
    lines += [f"A,{DAY},{who},{n},{one}" for who, one in (("Mutter", 1), ("Klientin", 2))
              for n in range(1, 26)]  # fmt: skip
    table = read_csv("long.csv", "\n".join(lines).encode())
    asked = BY_COLUMN.model_copy(
        update={
            "items": tuple(f"item {n}" for n in range(1, 26)),
            "shape": Shape(
                kind="answers", keys=("code", "date", "who"), item="item", value="value"
            ),
        }
    )
    assert import_one(small.viewer("t.one"), table, asked).kept == 2
    assert [one.kind for one in held(small)] == [RelationKind.MOTHER]


def test_what_a_mapping_says_of_people_is_whole() -> None:
    for said in ({"people": {"x": "uncle"}}, {"people": {"X": "self", "x ": "mother"}},
                 {"informant_column": "who", "informant": "mother"}):  # fmt: skip
        with pytest.raises(ValueError, match=r"person|column"):
            mapping("rcads25", 25, **said)
    assert OWN.sha256 == Mapping.model_validate(OWN.model_dump()).sha256
    assert OWN.sha256 != BY_COLUMN.sha256
    assert BY_COLUMN.sha256 != mapping("rcads25", 25, informant_column="who").sha256
