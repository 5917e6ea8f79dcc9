"""Who doesn't feel safe with those close to them: a prompt for staff alone, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attachdash.instruments import BLANK, library
from attachdash.practice import (
    checking,
    entrance,
    exporting,
    loading,
    mending,
    record,
    recording,
    release,
)
from attachdash.practice.flags import Flag, Grade
from attachdash.practice.importing import preview_import
from attachdash.practice.reading import risk_lines
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_leaving_flags import shown
from tests.practice.test_loading import Empty, administrator, empty, sum_of
from tests.practice.test_mending import PHQ9, file
from tests.practice.test_release import FORTNIGHT, opened, seen_by_client

__all__ = ["empty"]

FORMS = {"checkin_adult": (3, 2, 1, 0), "checkin_teen": (3, 2, 1, 0), "checkin_child": (2, 1)}


def checked_in(house: House, safe: int, days_ago: int = 0, name: str = "checkin_adult") -> None:
    """A check-in of client A, well but for this answer on feeling safe."""
    answers = [library()[name].item(1).high] * 9
    answers[3] = safe
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], name, TODAY - timedelta(days=days_ago), answers
    )


def raised(house: House) -> list[Flag]:
    found = record.client_record(house.viewer("t.one"), house.clients["A"]).flags
    return [one for one in found if one.instrument.id.startswith("checkin")]


@pytest.mark.parametrize("name", FORMS)
def test_the_lowest_fifth_raises_a_soft_prompt_and_nothing_above_it_does(
    either: House, name: str
) -> None:
    quiet, *low = FORMS[name]
    checked_in(either, quiet, 9, name)
    assert raised(either) == []
    for days_ago, answer in enumerate(low):
        checked_in(either, answer, 8 - days_ago, name)
        [flag] = raised(either)
        assert (flag.kind, flag.answer, flag.state) == ("unsafe_answer", answer, "open")
        assert not flag.is_risk
        assert flag.is_for_alone
        assert flag.grade is (Grade.FALLEN if days_ago else Grade.NEW)
    checked_in(either, low[-1], 1, name)
    assert raised(either)[0].grade is Grade.CONTINUING
    assert checking.problems(either.store) == []


def test_a_blank_is_asked_about_like_any_other_on_something_watched(either: House) -> None:
    checked_in(either, BLANK)
    [flag] = raised(either)
    assert (flag.kind, flag.answer, flag.is_risk) == ("unsafe_blank", None, False)
    assert checking.problems(either.store) == []


def test_what_was_put_right_raises_nothing_more(either: House) -> None:
    checked_in(either, 0)
    mine, a = either.viewer("t.one"), either.clients["A"]
    [form] = [
        one for one in mending.forms(mine, a).forms if one.instrument.id == "checkin_adult"
    ]  # fmt: skip
    mending.correct_administration(mine, a, form.administration_id, TODAY, [9] * 9, "Misread")
    assert raised(either) == []
    assert checking.problems(either.store) == []


@pytest.mark.parametrize(
    "done",
    ["UPDATE flag SET kind = 'ask_answer' WHERE kind = 'unsafe_answer'",
     "UPDATE flag SET cause = 'checkin_adult:5' WHERE kind = 'unsafe_answer'"],
)  # fmt: skip
def test_h05_the_check_finds_a_low_answer_without_its_prompt(either: House, done: str) -> None:
    checked_in(either, 2)
    assert checking.problems(either.store) == []
    either.store.engine.writing(Scope(), lambda cursor: cursor.run(done))
    [said, *_] = [one for one in checking.problems(either.store) if "wants a flag" in one]
    assert said.startswith("An answer that wants a flag has none: administration")


def test_it_is_said_before_it_is_kept_on_paper_and_in_a_file(small: House) -> None:
    mine, instrument = small.viewer("t.one"), library()["checkin_adult"]
    [line] = risk_lines(mine, instrument, TODAY, [9, 9, 9, 2, 9, 9, 9, 9, 9])
    assert (line.item.number, line.answer, line.is_risk, line.is_blank) == (4, "2", False, False)
    assert line.is_for_alone
    assert risk_lines(mine, instrument, TODAY, [9, 9, 9, 3, 9, 9, 9, 9, 9]) == []
    rows = [("A", TODAY - timedelta(days=n), [9, 9, 9, n, *[9] * 5]) for n in range(5)]
    asked = PHQ9.model_copy(update={"instrument": "checkin_adult"})
    found = preview_import(mine, file(*rows), asked).risks
    assert [(one.row, one.item, one.is_alarm) for one in found] == [
        (2, 4, False), (3, 4, False), (4, 4, False),
    ]  # fmt: skip


def test_h23_the_prompt_leaves_and_comes_back_as_it_stood(either: House, empty: Empty) -> None:
    checked_in(either, 1)
    later = NOW + timedelta(days=1)
    admin, other = administrator(either), replace(empty(), now=later, today=later.date())
    files = exporting.export(admin)
    assert "unsafe_answer" in files["flags.csv"]
    loading.load(other, files)
    assert sum_of(other) == sum_of(admin)
    assert checking.problems(other.store) == []
    mine = entrance.at_terminal(other.store, "t.one", later)
    before = shown(either.viewer("t.one", later))
    assert [row[1] for row in before] == ["unsafe_answer"]
    assert shown(mine) == before


def test_h25_nothing_of_a_check_in_is_given_to_the_client_s_page(either: House) -> None:
    """Somebody may read along: neither the prompt nor a line, before it was seen nor after."""
    before = [seen_by_client(either, NOW + after) for after in (timedelta(minutes=9), FORTNIGHT)]
    for days_ago, answer in enumerate((0, BLANK, 9)):
        checked_in(either, answer, days_ago)
    opened(either, NOW + timedelta(minutes=5))
    after = [seen_by_client(either, NOW + after) for after in (timedelta(minutes=9), FORTNIGHT)]
    assert after == before
    for name in FORMS:
        assert release.told_scale(library()[name]) is None
