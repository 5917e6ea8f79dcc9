"""How was a number made: of one client's own form, by the definition that made it, for whom?"""

from datetime import date, timedelta
from math import isclose
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attachdash.errors import Invalid, Refused
from attachdash.instruments import BLANK, DECLINED, RelationKind, definition_body
from attachdash.intake import Mapping, read_csv
from attachdash.practice import (
    assignments,
    house,
    mending,
    provenance,
    record,
    recording,
    relations,
)
from attachdash.practice.provenance import Provenance, Standing
from attachdash.practice.rights import Role, reach
from attachdash.store import provenance as store_provenance
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one

DAY = TODAY - timedelta(days=30)
ANSWERS = [2, 2, 3, 2, 1, 2, BLANK, 2, 1, 1]


def form_of(small: House, code: str, instrument: str = "rses", on: date | None = None) -> int:
    """The newest form of a client, or that of a day."""
    therapist = small.viewer("t.one" if code == "A" else "t.two")
    return next(
        one.administration_id
        for one in mending.forms(therapist, small.clients[code]).forms
        if one.instrument.id == instrument and (on is None or one.last.answered_on == on)
    )


def made(small: House, form: int, scale: str = "total", **more: Any) -> Provenance:
    return provenance.provenance(small.viewer("t.one"), small.clients["A"], form, scale, **more)


def typed(small: House, answers: list[int] = ANSWERS, instrument: str = "rses") -> int:
    recording.record_administration(
        small.viewer("t.one"), small.clients["A"], instrument, DAY, answers
    )
    return form_of(small, "A", instrument, DAY)


def rows(small: House, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with small.store.engine.reading(Scope()) as cursor:
        return cursor.rows(sql, *given)


def run(small: House, sql: str, *given: object) -> None:
    small.store.engine.writing(Scope(), lambda cursor: cursor.run(sql, *given))


def test_a_score_is_taken_apart_as_it_is_kept(either: House) -> None:
    form = typed(either)
    found = made(either, form)
    [(value, state)] = rows(
        either, "SELECT value, state FROM score WHERE administration_id = $1", form
    )
    assert found.client_id == either.clients["A"]
    assert isclose(found.steps.value or 0, value, abs_tol=1e-9)
    assert (found.steps.state, found.agrees, found.is_todays) == (state, True, True)
    assert found.steps.lines[2].sum == "15 + 15 ÷ 9"
    assert (found.version.recorded_by, found.form.channel) == ("T.ONE", "form")
    standings = {one.name: one.standing for one in found.grounds}
    assert standings["Blanks allowed"] is Standing.HOUSE
    assert standings["Alpha"] is Standing.CHECKED


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(DECLINED, 3), min_size=10, max_size=10))
def test_whatever_was_answered_the_steps_come_to_what_is_kept(
    small: House, answers: list[int]
) -> None:
    mine, form = small.viewer("t.one"), form_of(small, "A", on=TODAY - timedelta(days=60))
    held = next(
        one for one in mending.forms(mine, small.clients["A"]).forms
        if one.administration_id == form
    )  # fmt: skip
    if tuple(answers) != held.last.answers and any(one >= 0 for one in answers):
        mending.correct_administration(
            mine, small.clients["A"], form, held.last.answered_on, answers, "again"
        )
    found = made(small, form)
    assert found.agrees
    assert [item.answer for item in found.steps.items] == [
        None if one < 0 else one for one in found.version.answers or ()
    ]


def test_a_form_of_another_client_is_not_there(either: House) -> None:
    """Also for whoever treats both: the form is asked for under the client that it is of."""
    mine, other = either.viewer("t.one"), form_of(either, "B")
    assignments.assign_client(
        either.viewer("a.diallo"), either.clients["B"], either.people["t.one"], TODAY
    )
    for client, form in (("A", other), ("B", form_of(either, "A"))):
        with pytest.raises(Refused):
            provenance.provenance(mine, either.clients[client], form, "total")
    assert (
        provenance.provenance(mine, either.clients["B"], other, "total").client_id
        == (either.clients["B"])
    )


def test_the_query_itself_gives_no_form_of_another_client_or_out_of_reach(either: House) -> None:
    of_b, a, b = form_of(either, "B"), either.clients["A"], either.clients["B"]
    catalogue = either.store.catalogue
    scale_id, rses = catalogue.scale_ids["rses", "total"], catalogue.instrument_ids["rses"]
    episodes = either.episodes
    assignments.assign_client(either.viewer("a.diallo"), b, either.people["t.one"], TODAY)
    both, alone = reach(either.viewer("t.one")), reach(either.viewer("s.two"))
    with either.store.engine.reading(Scope()) as cursor:
        assert len(store_provenance.made(cursor, both, b, of_b, scale_id)) == 1
        assert store_provenance.made(cursor, both, a, of_b, scale_id) == []
        assert len(store_provenance.made(cursor, alone, b, of_b, scale_id)) == 1
        for who in ("t.former", "c.a", "a.diallo"):
            with_their = reach(either.viewer(who))
            assert store_provenance.made(cursor, with_their, b, of_b, scale_id) == []
            assert store_provenance.answers(cursor, with_their, b, rses, episodes["B"]) == []
        assert len(store_provenance.answers(cursor, both, b, rses, episodes["B"])) == 2
        assert store_provenance.answers(cursor, both, a, rses, episodes["B"]) == []


def test_only_therapist_and_supervisor_of_today_may_ask(either: House) -> None:
    a, e, form = either.clients["A"], either.episodes["A"], form_of(either, "A")
    may = {}
    for who in ("t.one", "t.two", "t.former", "s.one", "s.two", "c.a", "c.b", "a.diallo"):
        asking, found = either.viewer(who), []
        for ask in (
            lambda viewer: provenance.provenance(viewer, a, form, "total"),
            lambda viewer: provenance.item_answers(viewer, a, e, "rses", "total"),
        ):
            try:
                found.append(bool(ask(asking)))
            except Refused:
                found.append(False)
        may[who] = found
    assert {who for who, found in may.items() if all(found)} == {"t.one", "s.one"}
    assert {who for who, found in may.items() if any(found)} == {"t.one", "s.one"}
    assignments.end_assignment(either.viewer("a.diallo"), a, either.people["t.one"], TODAY)
    for who in ("t.one", "s.one"):
        with pytest.raises(Refused):
            provenance.provenance(either.viewer(who), a, form, "total")


def test_asking_is_an_opening_of_the_record(small: House) -> None:
    made(small, form_of(small, "A"))
    trail = house.audit_trail(small.viewer("a.diallo"))
    assert trail.iloc[0]["kind"] == "opened record"
    assert trail.iloc[0]["role"] == Role.THERAPIST


def test_a_correction_keeps_the_version_before_and_what_it_came_to(either: House) -> None:
    form, mine, a = typed(either), either.viewer("t.one", NOW + timedelta(hours=1)), "A"
    now = [2, 2, 2, *ANSWERS[3:]]
    mending.correct_administration(mine, either.clients[a], form, DAY, now, "tick misread")
    found = made(either, form)
    assert (found.version.version, found.agrees) == (2, True)
    assert found.values == {1: pytest.approx(15 + 15 / 9), 2: pytest.approx(14 + 14 / 9)}
    before = made(either, form, version=1)
    assert (before.version.version, before.version.reason) == (1, "tick misread")
    assert before.steps.value == pytest.approx(15 + 15 / 9)
    assert before.form.last.version == 2
    with pytest.raises(Refused):
        made(either, form, version=3)


def test_a_withdrawn_form_is_in_no_picture_and_not_here_either(small: House) -> None:
    form = typed(small)
    mending.withdraw_administration(small.viewer("t.one"), small.clients["A"], form, "Twice")
    with pytest.raises(Refused):
        made(small, form)


@pytest.mark.parametrize("scale", ["nothing", "", "anxiety"])
def test_a_scale_that_the_form_does_not_have_is_not_there(small: House, scale: str) -> None:
    with pytest.raises(Refused):
        made(small, form_of(small, "A"), scale)


def test_a_ready_score_says_which_file_it_came_in_with(either: House) -> None:
    mine = either.viewer("t.one")
    table = read_csv("march.csv", f"code,date,sum\nA,{DAY},17\n".encode())
    import_one(
        mine, table,
        Mapping(instrument="phq9", client="code", answered_on="date", date_format="iso",
                scores={"total": "sum"}),
    )  # fmt: skip
    form = form_of(either, "A", "phq9", DAY)
    found = made(either, form)
    assert (found.file_name, found.form.channel, found.steps.items) == ("march.csv", "file", ())
    assert (found.steps.value, found.agrees) == (17, True)
    # Withdrawn and brought back, its first version is told from what was put aside.
    mending.withdraw_administration(mine, either.clients["A"], form, "Was it his?")
    mending.restore_administration(mine, either.clients["A"], form)
    assert made(either, form).values == {1: 17, 2: 17}
    assert made(either, form, version=1).steps.value == 17


def test_the_definition_that_made_the_score_tells_how_not_todays(small: House) -> None:
    """As after an update of the library: what was turned then is told as it was then."""
    form = typed(small)
    rses = small.store.library["rses"]
    total = rses.scale("total").model_copy(update={"reverse": (2, 5), "range": (0, 30)})
    was = rses.model_copy(update={"scales": (total,), "caution": "As it was."})
    vars(was).pop("body", None)
    vars(was).pop("sha256", None)
    run(
        small, "UPDATE definition SET body = $1, sha256 = $2 WHERE sha256 = $3",
        definition_body(was), was.sha256, rses.sha256,
    )  # fmt: skip
    found = made(small, form)
    assert not found.is_todays
    assert {item.number for item in found.steps.items if item.is_turned} == {2, 5}
    assert found.sha256 == was.sha256
    assert "As it was." in found.beware
    # And since the score as kept was made by another key, that is said.
    assert not found.agrees


def test_a_score_that_does_not_come_out_is_said(small: House) -> None:
    form = typed(small)
    run(small, "UPDATE score SET value = 16 WHERE administration_id = $1", form)
    assert not made(small, form).agrees


def test_a_definition_that_cannot_be_read_is_said_in_words(small: House) -> None:
    form = typed(small)
    run(small, "UPDATE definition SET body = '{}', sha256 = 'x' WHERE sha256 = $1",
        small.store.library["rses"].sha256)  # fmt: skip
    with pytest.raises(Invalid, match="another version"):
        made(small, form)


def test_every_item_over_time_is_the_clients_own(either: House) -> None:
    mine, a, e = either.viewer("t.one"), either.clients["A"], either.episodes["A"]
    typed(either)
    found = provenance.item_answers(mine, a, e, "rses", "total")
    assert found.days == (TODAY - timedelta(days=90), TODAY - timedelta(days=60), DAY)
    by_number = {row.item.number: row for row in found.rows}
    assert by_number[7].answers == (2, 1, BLANK)
    assert by_number[2].is_turned
    assert not by_number[1].is_turned
    risk = provenance.item_answers(mine, a, e, "phq9", "total")
    assert [row.item.number for row in risk.rows if row.is_risk] == [9]
    with pytest.raises(Refused):
        provenance.item_answers(mine, a, e, "rses", "nothing")
    # Another client's episode holds no answers of this one.
    assert provenance.item_answers(mine, a, either.episodes["B"], "rses", "total").days == ()


def test_what_others_answered_stands_among_nobodys_items(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    relations.add_relation(mine, a, RelationKind.MOTHER)
    before = provenance.item_answers(mine, a, small.episodes["A"], "rcads25", "total")
    recording.record_administration(mine, a, "rcads25", DAY, [1] * 25, informant="mother")
    assert record.client_record(mine, a).beside
    after = provenance.item_answers(mine, a, small.episodes["A"], "rcads25", "total")
    assert before.days == after.days == ()


def test_forms_of_another_version_of_a_questionnaire_are_left_out_and_counted(
    small: House,
) -> None:
    typed(small)
    rses = small.store.library["rses"]
    form = rses.form.model_copy(update={"labels": {1: "Something else"}})
    was = rses.model_copy(update={"form": form})
    for name in ("items", "body", "sha256"):
        vars(was).pop(name, None)
    run(small, "UPDATE definition SET body = $1, sha256 = $2 WHERE sha256 = $3",
        definition_body(was), was.sha256, rses.sha256)  # fmt: skip
    found = provenance.item_answers(
        small.viewer("t.one"), small.clients["A"], small.episodes["A"], "rses", "total"
    )
    assert (found.days, found.left_out) == ((), 3)
