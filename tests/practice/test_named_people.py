"""Two people of a kind around a client: on paper by choice, in a file by name."""

from datetime import timedelta
from typing import Any

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.instruments import RelationKind
from attachdash.intake import Mapping, ProblemKind, Table, read_csv
from attachdash.intake.blocks import open_stream
from attachdash.practice import importing, mending, recording, relations
from tests.practice.conftest import TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_relations import DAY, LIVE, MOTHERS, OWN, counted, held, mapping

NAMED = mapping("rcads25", 25, informant="mother", person_column="who")
BY_COLUMNS = mapping(
    "rcads25", 25, informant_column="kind", person_column="who",
    people={"mother": "mother", "self": "self"},
)  # fmt: skip


def by_name(*forms: tuple[str, Any, str, int], kind: str = "mother") -> Table:
    return read_csv("some.csv", text(*forms, kind=kind))


def text(*forms: tuple[str, Any, str, int], kind: str = "mother") -> bytes:
    names = ",".join(f"q{n}" for n in range(1, 26))
    lines = [f"code,date,who,kind,{names}"]
    lines += [f"{code},{day},{who},{kind}" + f",{one}" * 25 for code, day, who, one in forms]
    return "\n".join(lines).encode()


def two_mothers(house: House) -> tuple[int, int]:
    mine, a = house.viewer("t.one"), house.clients["A"]
    return (
        relations.add_relation(mine, a, RelationKind.MOTHER, "Anna"),
        relations.add_relation(mine, a, RelationKind.MOTHER, "Berta"),
    )


def informants(house: House) -> list[tuple[int, str]]:
    found = mending.forms(house.viewer("t.one"), house.clients["A"]).forms
    return sorted((f.informant_id, f.informant) for f in found if f.instrument.id == "rcads25")


@pytest.mark.parametrize("asked", [NAMED, BY_COLUMNS], ids=["for all", "by rows"])
def test_h07_a_column_names_which_of_two_mothers_answered(either: House, asked: Mapping) -> None:
    mine, (anna, berta) = either.viewer("t.one"), two_mothers(either)
    before = counted(either, LIVE)
    table = by_name(
        ("A", DAY, " ANNA ", 1), ("A", DAY, "berta", 2), ("A", DAY, "Anna", 1),
        ("A", DAY, "Clara", 3), ("A", DAY, "", 3),
    )  # fmt: skip
    shown = preview_one(mine, table, asked)
    assert (shown.ready, shown.repeat_count) == (2, 1)
    assert [(one.kind, one.row, one.column) for one in shown.problems] == [
        (ProblemKind.WHICH_PERSON, 5, "who"), (ProblemKind.WHICH_PERSON, 6, "code"),
    ]  # fmt: skip
    assert "Anna, Berta" in str(shown.problems[0])
    done = import_one(mine, table, asked)
    assert (done.kept, done.refused) == (2, 2)
    again = import_one(mine, table, asked)
    assert (again.kept, again.already_held) == (0, 2)
    assert counted(either, LIVE) == before + 2
    assert informants(either) == [(anna, "mother (Anna)"), (berta, "mother (Berta)")]
    other = preview_one(mine, by_name(("A", DAY, "Anna", 2)), asked)
    assert [one.kind for one in other.problems] == [ProblemKind.CONFLICT]
    assert len(held(either)) == 2


@pytest.mark.parametrize("name", ["Anna", "Clara"])
def test_an_administrator_never_learns_whether_a_name_is_known(either: House, name: str) -> None:
    two_mothers(either)
    boss, before = either.viewer("a.diallo"), counted(either, LIVE)
    table = by_name(("A", DAY, name, 1), ("B", DAY, name, 1), ("new", DAY, name, 1))
    shown = preview_one(boss, table, NAMED)
    assert {str(one).partition("; ")[2] for one in shown.problems} == {
        "expected a row that names nobody: who is around a client is their therapist’s to know. "
        "Have the client’s therapist import it."
    }
    assert (len(shown.problems), shown.ready, shown.new_codes) == (3, 0, [])
    done = import_one(boss, table, NAMED, create_clients=True)
    assert (done.kept, done.created, done.refused) == (0, 0, 3)
    assert counted(either, LIVE) == before


def test_a_name_that_nobody_bears_adds_nobody_and_an_empty_one_may(small: House) -> None:
    mine = small.viewer("t.one")
    assert import_one(mine, by_name(("A", DAY, "Anna", 1)), NAMED).kept == 0
    assert held(small) == []
    problem = preview_one(mine, by_name(("A", DAY, "Anna", 1)), NAMED).problems[0]
    assert "nobody is known by a name" in str(problem)
    assert import_one(mine, by_name(("A", DAY, " ", 1)), NAMED).kept == 1
    assert [one.said for one in held(small)] == ["mother"]


def test_h07_one_person_named_in_one_row_and_not_in_another_counts_once(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    anna = relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    table = by_name(("A", DAY, "", 1), ("A", DAY, "anna", 1), ("A", TODAY, "", 2))
    before = counted(either, LIVE)
    shown = preview_one(mine, table, NAMED)
    assert [(one.kind, one.row) for one in shown.problems] == [(ProblemKind.WHICH_PERSON, 2)]
    assert import_one(mine, table, NAMED).kept == 2
    assert counted(either, LIVE) == before + 2
    assert {one for one, _ in informants(either)} == {anna}


def test_a_name_counts_on_the_days_on_which_its_person_is_meant(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    anna, _ = two_mothers(small)
    relations.end_relation(mine, a, anna, DAY)
    later = DAY + timedelta(days=1)
    table = by_name(("A", DAY, "Anna", 1), ("A", later, "Anna", 1))
    shown = preview_one(mine, table, NAMED)
    assert [one.row for one in shown.problems] == [3]
    assert "Berta" in str(shown.problems[0])
    assert "Anna," not in str(shown.problems[0])


def test_the_clients_own_name_in_the_column_means_the_client(small: House) -> None:
    mine = small.viewer("t.one")
    table = by_name(("A", DAY, "Kim", 1), ("A", DAY, "", 1), kind="self")
    assert preview_one(mine, table, BY_COLUMNS).repeat_count == 1
    assert import_one(mine, table, BY_COLUMNS).kept == 1
    own = preview_one(mine, table, OWN)
    assert own.already_held == 1


@pytest.mark.parametrize("block_rows", [1, 100])
def test_h07_a_file_in_blocks_tells_people_apart_by_name_too(
    either: House, tmp_path: Any, block_rows: int
) -> None:
    mine, (anna, berta) = either.viewer("t.one"), two_mothers(either)
    path = tmp_path / "some.csv"
    path.write_bytes(text(("A", DAY, "Anna", 1), ("A", DAY, "BERTA", 2), ("A", DAY, "Clara", 3)))
    [(done, found)] = importing.import_file(mine, open_stream(path), [NAMED], block_rows=block_rows)
    assert (done.kept, done.refused, found.refused) == (2, 1, 1)
    assert [one for one, _ in informants(either)] == [anna, berta]


def test_a_mapping_names_people_only_where_there_are_some() -> None:
    with pytest.raises(ValueError, match="by and about the client"):
        mapping("rcads25", 25, person_column="who")
    assert NAMED.sha256 != MOTHERS.sha256
    assert "who" in NAMED.columns
    assert Mapping.model_validate(NAMED.model_dump()) == NAMED


def test_a_typed_form_is_by_the_person_who_was_chosen(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    anna, berta = two_mothers(either)
    given = (mine, a, "rcads25", DAY, [1] * 25)
    with pytest.raises(Invalid, match="several"):
        recording.record_administration(*given, informant="mother")
    for one in (anna, berta):
        assert recording.record_administration(*given, informant="mother", person_id=one)
        assert not recording.record_administration(*given, informant="mother", person_id=one)
    assert informants(either) == [(anna, "mother (Anna)"), (berta, "mother (Berta)")]
    # A questionnaire about somebody says whom in the same way.
    about = (mine, a, "ecr_rs", DAY, [1] * 9)
    assert recording.record_administration(*about, about="mother", person_id=berta)
    [form] = [one for one in mending.forms(mine, a).forms if one.instrument.id == "ecr_rs"]
    assert (form.about_id, form.informant_id, form.about) == (berta, a, "mother (Berta)")


def test_a_typed_form_is_by_nobody_else(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    anna, _ = two_mothers(small)
    theirs = relations.add_relation(
        small.viewer("t.two"), small.clients["B"], RelationKind.MOTHER, "Zoe"
    )
    relations.end_relation(mine, a, anna, DAY)
    father = relations.add_relation(mine, a, RelationKind.FATHER)
    for day, kind, whose in (
        (DAY, "mother", theirs), (DAY, "mother", a), (DAY, "mother", father), (DAY, "self", anna),
    ):  # fmt: skip
        with pytest.raises(Refused, match="not here, or not yours"):
            recording.record_administration(
                mine, a, "rcads25", day, [1] * 25, informant=kind, person_id=whose
            )
    with pytest.raises(Invalid, match="not meant on that day"):
        recording.record_administration(
            mine, a, "rcads25", TODAY, [1] * 25, informant="mother", person_id=anna
        )
    assert informants(small) == []
