"""Who doesn't feel safe with those close to them: a prompt for staff alone, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.instruments import BLANK, library
from attachdash.intake import read_csv
from attachdash.practice import (
    checking,
    deciding,
    entrance,
    exporting,
    flags,
    loading,
    mending,
    record,
    recording,
    release,
)
from attachdash.practice.flags import Flag, Grade
from attachdash.practice.reading import risk_lines
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one, preview_one
from tests.practice.test_leaving_flags import shown
from tests.practice.test_loading import Empty, administrator, empty, sum_of
from tests.practice.test_mending import PHQ9
from tests.practice.test_release import FORTNIGHT, opened, seen_by_client

__all__ = ["empty"]

CHECK_IN = PHQ9.model_copy(
    update={"instrument": "checkin_adult", "items": tuple(f"q{n}" for n in range(1, 9))}
)
FORMS = {"checkin_adult": (3, 2, 1, 0), "checkin_teen": (3, 2, 1, 0), "checkin_child": (2, 1)}


def checked_in(house: House, safe: int, days_ago: int = 0, name: str = "checkin_adult") -> None:
    """A check-in of client A, well but for this answer on feeling safe."""
    answers = [library()[name].item(1).high] * len(library()[name].items)
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


@pytest.mark.parametrize(("safe", "kind"), [(2, "unsafe_answer"), (BLANK, "unsafe_blank"), (3, "")])
def test_h25_what_a_carer_sees_raises_its_prompt_for_staff_alone(
    either: House, safe: int, kind: str
) -> None:
    """By whoever brings the child up; the child answers none of it, and their page has none."""
    before = seen_by_client(either, NOW)
    mine, a = either.viewer("t.one"), either.clients["A"]
    with pytest.raises(Invalid):
        recording.record_administration(mine, a, "checkin_carer", TODAY, [5, 5, 5, safe, *[5] * 4])
    for who in ("mother", "carer"):
        recording.record_administration(
            mine, a, "checkin_carer", TODAY, [5, 5, 5, safe, *[5] * 4], "", who
        )
    found = raised(either)
    assert {one.kind for one in found} == ({kind} if kind else set())
    assert {one.informant for one in found} == ({"mother", "carer"} if kind else set())
    assert all(one.is_for_alone for one in found)
    assert seen_by_client(either, NOW + FORTNIGHT).lines == before.lines == ()
    # Nothing of what somebody else answered leaves with the client.
    assert "checkin_carer" not in "".join(
        text
        for name, text in exporting.export(either.viewer("c.a")).items()
        if name != "codebook.csv"
    )
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
    mending.correct_administration(mine, a, form.administration_id, TODAY, [9] * 8, "Misread")
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
    [line] = risk_lines(mine, instrument, TODAY, [9, 9, 9, 2, 9, 9, 9, 9])
    assert (line.item.number, line.answer, line.is_risk, line.is_blank) == (4, "2", False, False)
    assert line.is_for_alone
    assert risk_lines(mine, instrument, TODAY, [9, 9, 9, 3, 9, 9, 9, 9]) == []
    days = [f"A,{TODAY - timedelta(days=n)},9,9,9,{n},9,9,9,9" for n in range(5)]
    text = "\n".join(["code,date," + ",".join(CHECK_IN.items), *days])
    table = read_csv("some.csv", text.encode())
    found = preview_one(mine, table, CHECK_IN).risks
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


def imported(house: House, at: datetime, day: date, answers: list[int]) -> None:
    """A file with one check-in of client A, kept at that moment."""
    names = ",".join(f"q{n}" for n in range(1, 9))
    cells = ",".join("" if one == BLANK else str(one) for one in answers)
    text = f"code,date,{names}\nA,{day},{cells}\n"
    done = import_one(house.viewer("a.diallo", at), read_csv("some.csv", text.encode()), CHECK_IN)
    assert done.kept == 1


def lines(house: House, at: datetime) -> dict[str, tuple[str, int]]:
    """What the client's page has of a check-in at that moment: the words of each line, and n."""
    told = seen_by_client(house, at).told_lines
    return {one.course.scale.id: (one.line_words, one.course.n) for one in told}


def test_a_client_sees_each_line_against_its_own_start_also_when_it_fell(either: House) -> None:
    low, a = "Lower than when you began.", either.clients["A"]
    for days_ago, answers in ((20, [5] * 8), (1, [7, 3, 5, 9, BLANK, 6, 4, 5])):
        recording.record_administration(
            either.viewer("t.one"), a, "checkin_adult", TODAY - timedelta(days=days_ago), answers
        )
    recording.record_administration(either.viewer("t.one"), a, "session_adult", TODAY, [8])
    assert lines(either, NOW) == {
        "communication": ("Higher than when you began.", 2), "regulation": (low, 2),
        "self_esteem": ("The same as when you began.", 2),
        "own_emotions": ("One answer so far: where you began.", 1),
        "others_emotions": ("Higher than when you began.", 2), "wellbeing": (low, 2),
        "mindfulness": ("The same as when you began.", 2),
        "understood": ("One answer so far: where you began.", 1),
    }  # fmt: skip
    found = seen_by_client(either, NOW)
    assert not {one.instrument.id for one in found.measures} & {"checkin_adult", "session_adult"}
    # Others' check-ins about them are nobody's line.
    recording.record_administration(
        either.viewer("t.one"), a, "checkin_carer", TODAY, [1] * 8, "", "mother"
    )
    assert len(lines(either, NOW)) == 8


def test_h11_a_check_in_is_shown_once_the_record_was_opened_or_after_a_fortnight(
    either: House,
) -> None:
    def count(at: datetime) -> int:
        return lines(either, at).get("wellbeing", ("", 0))[1]

    minute = timedelta(minutes=1)
    imported(either, NOW + minute, TODAY - timedelta(days=2), [6] * 8)
    assert count(NOW + 2 * minute) == 0
    opened(either, NOW + 3 * minute)
    assert count(NOW + 4 * minute) == 1
    imported(either, NOW + 20 * minute, TODAY - timedelta(days=1), [6] * 8)
    assert count(NOW + FORTNIGHT) == 1
    assert count(NOW + FORTNIGHT + 20 * minute) == 2


@pytest.mark.parametrize("by_file", [False, True])
def test_h25_neither_the_line_on_feeling_safe_nor_its_prompt_moves_anything_a_client_sees(
    make_house: Callable[[str | None], House], by_file: bool
) -> None:
    """Somebody may read along: a low answer, a blank and a calm one look the same at each moment,
    before the prompt was seen and after."""
    house, shown = make_house(None), []
    for day, safe in ((1, 9), (2, 0), (3, BLANK)):
        answers = [5, 5, 5, safe, 5, 5, 5, 5]
        came = NOW + timedelta(days=60 * day)
        on = came.date() - timedelta(days=1)
        if by_file:
            imported(house, came, on, answers)
        else:
            recording.record_administration(
                house.viewer("t.one", came), house.clients["A"], "checkin_adult", on, answers
            )
        moments = []
        for step in ("kept", "seen", "opened", "over"):
            came += timedelta(minutes=20)
            if step == "seen":
                for flag in [one for one in flags_of(house, came) if one.state == "open"]:
                    deciding.mark_seen(
                        house.viewer("t.one", came), flag.client_id, flag.flag_id,
                        flag.administration_id, flag.version,
                    )  # fmt: skip
            if step == "opened":
                opened(house, came)
            came += FORTNIGHT if step == "over" else timedelta(minutes=1)
            moments.append({name: n for name, (_, n) in lines(house, came).items()})
        n = day
        base = dict.fromkeys(LINES, n - 1) if n > 1 else {}
        new = dict.fromkeys(LINES, n)
        waits = base if by_file else new
        assert moments == [waits, waits, new, new], safe
        shown.append(moments)
    assert "safety" not in LINES


LINES = [
    "communication", "regulation", "self_esteem", "own_emotions", "others_emotions", "wellbeing",
    "mindfulness",
]  # fmt: skip


def flags_of(house: House, at: datetime) -> list[Flag]:
    """The flags of client A, without opening their record."""
    mine = house.viewer("t.one", at)
    with house.store.engine.reading(mine.scope) as cursor:
        return [one for one in flags.read(cursor, mine) if one.client_id == house.clients["A"]]


@pytest.mark.parametrize("name", [*FORMS, "checkin_carer"])
def test_h25_the_line_on_feeling_safe_is_told_to_no_client(name: str) -> None:
    instrument = library()[name]
    told = release.told_scales(instrument)
    if instrument.informants == ("parent",):
        assert told == ()
        return
    assert [one.id for one in told] == LINES


@pytest.mark.parametrize("name", FORMS)
def test_a_hold_takes_a_check_in_away(small: House, name: str) -> None:
    checked_in(small, library()[name].item(4).high, name=name)
    assert len(lines(small, NOW)) == 7
    release.hold_back(
        small.viewer("t.one"), small.clients["A"], name, TODAY + timedelta(days=3), "Not now"
    )
    assert lines(small, NOW) == {}
