"""The check finds where a score says otherwise than its form, and names the form."""

import re
from datetime import timedelta

import pytest

from attachdash.practice import checking, mending
from attachdash.store.engine import Scope
from tests.practice.conftest import TODAY, House
from tests.practice.test_record_questions import keep_one

DAY = TODAY - timedelta(days=20)


def set_to(house: House, table: str, value: str, administration_id: int) -> None:
    house.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run(
            f"UPDATE {table} SET is_nominal = {value} WHERE administration_id = $1",
            administration_id,
        ),
    )


def told_of(*administration_ids: int) -> list[str]:
    named = ", ".join(map(str, administration_ids))
    return [
        f"Scores say otherwise than their form whether its day is nominal: administration {named}."
    ]


@pytest.mark.parametrize("nominal", [True, False])
@pytest.mark.parametrize("table", ["score", "administration"])
def test_a_score_that_says_otherwise_than_its_form_whether_the_day_is_nominal_is_named(
    either: House, nominal: bool, table: str
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    keep_one(mine, a, "rses", day=DAY, answers=[1] * 10, nominal=nominal)
    [form] = [one for one in mending.forms(mine, a).forms if one.last.answered_on == DAY]
    assert form.last.is_nominal is nominal
    assert checking.problems(either.store) == []
    set_to(either, table, str(not nominal).upper(), form.administration_id)
    assert checking.problems(either.store) == told_of(form.administration_id)
    set_to(either, table, str(nominal).upper(), form.administration_id)
    # From before it was written with each score: it is not nominal.
    set_to(either, "score", "NULL", form.administration_id)
    found = checking.problems(either.store)
    assert found == (told_of(form.administration_id) if nominal else [])


def test_what_is_put_right_taken_back_and_brought_back_still_agrees(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    for days in (0, 1):
        keep_one(mine, a, "rses", day=DAY + timedelta(days=days), answers=[1] * 10, nominal=True)
    first, second = (
        one
        for one in sorted(mending.forms(mine, a).forms, key=lambda one: one.administration_id)
        if one.last.is_nominal
    )
    mending.correct_administration(mine, a, first.administration_id, DAY, [2] * 10, "Misread")
    mending.withdraw_administration(mine, a, second.administration_id, "Twice")
    assert checking.problems(either.store) == []
    mending.restore_administration(mine, a, second.administration_id)
    mending.correct_administration(
        mine, a, first.administration_id, DAY - timedelta(days=1), [2] * 10, "Its real day"
    )
    now = {one.administration_id: one.last.is_nominal for one in mending.forms(mine, a).forms}
    assert (now[first.administration_id], now[second.administration_id]) == (False, True)
    assert checking.problems(either.store) == []
    # Where several are wrong, each is named.
    either.store.engine.writing(
        Scope(), lambda cursor: cursor.run("UPDATE score SET is_nominal = NOT is_nominal")
    )
    [said] = checking.problems(either.store)
    assert {str(first.administration_id), str(second.administration_id)} <= set(
        re.findall(r"\d+", said)
    )
