"""What others answer, or a client about others: kept apart, shown apart, left and brought back."""

from datetime import timedelta
from typing import Any

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import Domain, RelationKind
from attachdash.intake import Mapping, ProblemKind, Table, Unreadable, read_csv
from attachdash.practice import (
    caseload,
    checking,
    deciding,
    exporting,
    flags,
    mending,
    outcomes,
    record,
    recording,
    relations,
)
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_exporting import rows as csv_rows

DAY = TODAY - timedelta(days=9)


def mapping(instrument: str, items: int, **said: Any) -> Mapping:
    return Mapping(
        instrument=instrument, client="code", answered_on="date", date_format="iso",
        items=tuple(f"q{n}" for n in range(1, items + 1)), **said,
    )  # fmt: skip


OWN = mapping("rcads25", 25)
MOTHERS = mapping("rcads25", 25, informant="mother")
CSI = mapping("csi4", 4)


def file(*forms: tuple[str, Any, list[int]]) -> Table:
    names = ",".join(f"q{n}" for n in range(1, len(forms[0][2]) + 1))
    lines = [f"code,date,{names}"]
    lines += [",".join([code, str(day), *map(str, answers)]) for code, day, answers in forms]
    return read_csv("some.csv", "\n".join(lines).encode())


RCADS = file(("A", DAY, [1] * 25))


def held(house: House, code: str = "A") -> list[relations.Relation]:
    return relations.relations(house.viewer("t.one"), house.clients[code])


def counted(house: House, sql: str) -> int:
    with house.store.engine.reading(house.viewer("a.diallo").scope) as cursor:
        return int(cursor.rows(sql)[0][0])


LIVE = "SELECT count(*) FROM administration WHERE replaced_at IS NULL"


def test_h07_a_mothers_form_and_the_childs_of_one_day_stand_beside_each_other(
    either: House,
) -> None:
    mine, before = either.viewer("t.one"), counted(either, LIVE)
    table = file(("A", DAY, [1] * 25))
    for _ in range(3):
        import_one(mine, table, OWN)
        import_one(mine, table, MOTHERS)
    import_one(either.viewer("a.diallo"), table, MOTHERS)
    assert counted(either, LIVE) == before + 2
    [mother] = held(either)
    assert (mother.kind, mother.label, mother.said) == (RelationKind.MOTHER, "", "mother")
    assert preview_one(mine, table, MOTHERS).already_held == 1
    # An id never means two: a client's and a relation's come from the same numbers.
    assert mother.relation_id not in either.clients.values()
    assert checking.problems(either.store) == []


def test_an_ended_relation_keeps_its_forms_and_the_next_one_gets_the_later_ones(
    either: House,
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    about = mapping("ecr_rs", 9, about="partner")
    table = file(("A", DAY, [1] * 9))
    import_one(mine, table, about)
    [first] = held(either)
    with pytest.raises(Invalid, match=str(DAY)):
        relations.end_relation(mine, a, first.relation_id, DAY - timedelta(days=1))
    relations.end_relation(mine, a, first.relation_id, DAY)
    later = file(("A", DAY, [1] * 9), ("A", DAY + timedelta(days=1), [2] * 9))
    done = import_one(mine, later, about)
    assert (done.kept, done.already_held, done.refused) == (1, 1, 0)
    assert [(one.name, one.from_on) for one in held(either)] == [
        ("partner", None), ("partner 2", DAY + timedelta(days=1)),
    ]  # fmt: skip
    assert import_one(mine, later, about).kept == 0


@pytest.mark.parametrize("who", ["t.one", "a.diallo"])
def test_where_several_could_be_meant_nobody_guesses_which(either: House, who: str) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    anna = relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    with pytest.raises(Invalid, match="tells apart"):
        relations.add_relation(mine, a, RelationKind.MOTHER, " anna ")
    berta = relations.add_relation(mine, a, RelationKind.MOTHER, "Berta")
    table = file(("A", DAY, [1] * 25), ("B", DAY, [1] * 25))
    shown = preview_one(either.viewer(who), table, MOTHERS)
    problem = shown.problems[0]
    assert (problem.kind, problem.row) == (ProblemKind.WHICH_PERSON, 2)
    assert ("several" in str(problem)) is (who == "t.one")
    assert "Anna" not in str(problem)
    done = import_one(either.viewer(who), table, MOTHERS)
    assert done.kept == (who == "a.diallo")  # B's mother, who is not t.one's to file
    relations.end_relation(mine, a, berta, DAY - timedelta(days=1))
    import_one(either.viewer(who), table, MOTHERS)
    [form] = [one for one in mending.forms(mine, a).forms if one.instrument.id == "rcads25"]
    assert (form.informant_id, form.informant, form.about) == (anna, "mother (Anna)", "")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (mapping("rcads25", 25, informant="teacher"), "answered by: self or mother or father"),
        (mapping("rcads25", 25, informant="aunt"), "answered by"),
        (mapping("rcads25", 25, about="partner"), "about: self"),
        (mapping("ecr_rs", 9), "about: mother or father or partner or friend"),
        (mapping("ecr_rs", 9, about="teacher"), "Say whom"),
        (mapping("csi4", 4, informant="partner", about="partner"), "about the client"),
    ],
)
def test_what_a_questionnaire_is_not_for_is_refused_in_words(
    small: House, asked: Mapping, told: str
) -> None:
    table = file(("A", DAY, [1] * len(asked.items)))
    for use_case in (preview_one, import_one):
        with pytest.raises(Unreadable, match=told):
            use_case(small.viewer("t.one"), table, asked)


def test_a_parents_form_has_a_parents_scales(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    table = read_csv("sdq.csv", f"code,date,t\nA,{DAY},20\n".encode())
    asked = Mapping(
        instrument="sdq", client="code", answered_on="date", date_format="iso",
        scores={"total_parent": "t"}, informant="father",
    )  # fmt: skip
    import_one(mine, table, asked)
    [one] = record.client_record(mine, a).beside
    assert (one.scale.id, one.informant) == ("total_parent", "father")
    with pytest.raises(Unreadable, match="scales that father answers"):
        import_one(mine, table, asked.model_copy(update={"scores": {"total_self": "t"}}))


def with_others(house: House, day: Any = DAY) -> None:
    """Answers by a mother and a partner, and of the client about their partner, to scales that
    may lead the client's own domains."""
    mine = house.viewer("t.one")
    import_one(mine, file(("A", day, [1] * 25)), MOTHERS)
    cpq = [5] * 11
    for said in ({"informant": "partner"}, {"about": "partner"}):
        import_one(mine, file(("A", day, cpq)), mapping("cpq_sf", 11, **said))
        import_one(mine, file(("A", day, [4] * 4)), CSI.model_copy(update=said))


def drawn(shown: record.ClientRecord) -> set[str]:
    own = [*shown.others, *(shown.attachment or ()), *filter(None, shown.triad.values())]
    return {one.instrument.id for one in own}


def test_what_others_answer_stands_in_nobodys_course(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    before = record.client_record(mine, a)
    with_others(either, TODAY)
    shown = record.client_record(mine, a)
    assert drawn(shown) == drawn(before) == {"rses", "phq9"}
    assert shown.triad == before.triad
    assert shown.leads == before.leads
    assert {(one.instrument.id, one.informant, one.about) for one in shown.beside} == {
        ("rcads25", "mother", ""), ("cpq_sf", "partner", ""), ("cpq_sf", "", "partner"),
        ("csi4", "partner", ""), ("csi4", "", "partner"),
    }  # fmt: skip
    assert all(one.scored[0].answered_on == TODAY for one in shown.beside)


def test_what_others_answer_stands_in_no_caseload(either: House) -> None:
    mine = either.viewer("t.one")
    with_others(either)
    [row] = caseload.caseload(mine).rows
    assert row.triad[Domain.COMMUNICATION] is None
    import_one(mine, file(("A", DAY, [5] * 11)), mapping("cpq_sf", 11))
    [row] = caseload.caseload(mine).rows
    course = row.triad[Domain.COMMUNICATION]
    assert course is not None
    assert course.n == 1


def test_the_last_answer_is_the_clients_own(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    last = TODAY - timedelta(days=2)
    import_one(mine, file(("A", TODAY, [1] * 25)), MOTHERS)
    assert record.client_record(mine, a).last_answer_on == last
    assert caseload.caseload(mine).rows[0].last_answer_on == last
    # What they say about somebody else they said themself.
    import_one(mine, file(("A", TODAY, [1] * 9)), mapping("ecr_rs", 9, about="mother"))
    assert record.client_record(mine, a).last_answer_on == TODAY
    assert caseload.caseload(mine).rows[0].last_answer_on == TODAY


def test_what_others_answer_counts_in_no_outcome(either: House) -> None:
    with_others(either)
    found = outcomes.outcomes(either.viewer("s.one"))
    assert {one.instrument.id for one in found} == {"rses", "phq9"}


def test_h26_a_client_is_shown_nothing_that_others_answered(either: House) -> None:
    theirs = either.viewer("c.a")
    before = record.my_progress(theirs)
    with_others(either, TODAY)
    for one in held(either):
        relations.change_relation(
            either.viewer("t.one"), either.clients["A"], one.relation_id, "Anna K."
        )
    assert record.my_progress(theirs) == before
    files = exporting.export(theirs)
    assert "relations.csv" not in files
    assert "rcads25.csv" not in files
    whole = "".join(text for name, text in files.items() if name != "codebook.csv")
    assert "Anna" not in whole
    assert "mother" not in whole
    # What they said about their partner is their own to take along.
    assert {row["about"] for row in csv_rows(files, "csi4.csv")} == {"partner"}
    assert {row["informant"] for row in csv_rows(files, "csi4.csv")} == {""}


RISK = [0] * 17 + [3] + [0] * 7


def flags_of(house: House) -> list[flags.Flag]:
    return list(record.client_record(house.viewer("t.one"), house.clients["A"]).flags)


def test_h04_a_risk_answer_of_somebody_else_raises_a_flag_of_its_own(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    own, theirs = TODAY - timedelta(days=5), TODAY - timedelta(days=4)
    import_one(mine, file(("A", own, RISK)), OWN)
    childs = flags_of(either)
    import_one(mine, file(("A", theirs, RISK)), MOTHERS)
    found = flags_of(either)
    # The child's own flag still shows the child's own answer, which nobody has seen.
    assert [one for one in found if not one.informant] == childs
    mothers = [one for one in found if one.informant == "mother"]
    assert len(mothers) == len(childs) > 0
    assert all(one.before == () and one.answered_on == theirs for one in mothers)
    for one in mothers:
        deciding.mark_seen(mine, a, one.flag_id, one.administration_id, one.version)
    assert [one.state for one in flags_of(either) if not one.informant] == ["open"] * len(childs)
    # Hers goes with hers, and rests on no answer of the child's.
    [form] = [one for one in mending.forms(mine, a).forms if one.informant == "mother"]
    mending.withdraw_administration(mine, a, form.administration_id, "Another child's")
    assert flags_of(either) == childs
    mending.restore_administration(mine, a, form.administration_id)
    assert {one.informant for one in flags_of(either)} == {"", "mother"}
    told = {row["informant"] for row in csv_rows(exporting.export(mine), "flags.csv")}
    assert told == {"", "mother"}
    # And the child's never comes to rest on hers.
    mending.withdraw_administration(mine, a, childs[0].administration_id, "Another child's")
    assert [one.informant for one in flags_of(either)] == ["mother"] * len(mothers)


def test_a_correction_stays_by_and_about_whom_the_form_is(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    import_one(mine, RCADS, OWN)
    import_one(mine, RCADS, MOTHERS)
    [form] = [one for one in mending.forms(mine, a).forms if one.informant == "mother"]
    mending.correct_administration(
        mine, a, form.administration_id, DAY, [2] * 25, "A page was misread"
    )
    [now] = [one for one in mending.forms(mine, a).forms if one.informant == "mother"]
    assert (now.informant_id, now.last.version) == (form.informant_id, 2)
    assert len(held(either)) == 1
    assert checking.problems(either.store) == []


def test_a_form_that_only_a_therapist_fills_in_is_brought_back(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    table = read_csv("h.csv", f"code,date,t\nA,{DAY},20\n".encode())
    asked = Mapping(
        instrument="hamd17", client="code", answered_on="date", date_format="iso",
        scores={"total": "t"}, informant="therapist",
    )  # fmt: skip
    import_one(mine, table, asked)
    [form] = [one for one in mending.forms(mine, a).forms if one.informant]
    mending.withdraw_administration(mine, a, form.administration_id, "Another client's")
    mending.restore_administration(mine, a, form.administration_id)
    [one] = record.client_record(mine, a).beside
    assert (one.informant, [answer.value for answer in one.scored]) == ("therapist", [20.0])


def test_somebody_elses_relation_is_not_there(small: House) -> None:
    mine, theirs = small.viewer("t.one"), small.viewer("t.two")
    b = relations.add_relation(theirs, small.clients["B"], RelationKind.MOTHER)
    for act in (
        lambda: relations.change_relation(mine, small.clients["A"], b, "x"),
        lambda: relations.end_relation(mine, small.clients["A"], b, TODAY),
    ):
        with pytest.raises(Exception, match="not here, or not yours"):
            act()


def test_a_typed_form_says_whom_it_is_about(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    given = (mine, a, "ecr_rs", DAY, [1] * 9)
    with pytest.raises(Invalid, match="about: mother or father or partner or friend"):
        recording.record_administration(*given)
    with pytest.raises(Invalid, match="answered by: self"):
        recording.record_administration(*given, about="mother", informant="mother")
    assert recording.record_administration(*given, about="mother")
    assert not recording.record_administration(*given, about="mother")
    assert recording.record_administration(*given, about="partner")
    shown = record.client_record(mine, a)
    assert shown.attachment is None
    assert {one.about for one in shown.beside} == {"mother", "partner"}
    relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    with pytest.raises(Invalid, match="several"):
        recording.record_administration(mine, a, "ecr_rs", TODAY, [1] * 9, about="mother")


def test_a_typed_form_is_the_clients_own(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    import_one(mine, RCADS, MOTHERS)
    assert recording.record_administration(mine, a, "rcads25", DAY, [1] * 25)
    shown = record.client_record(small.viewer("t.one", NOW), a)
    assert "rcads25" in drawn(shown)
