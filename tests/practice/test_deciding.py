"""What somebody decided about a flag: logged, closed, reopened by what comes in, never deleted."""

from datetime import timedelta

import pytest

from attachdash.errors import Invalid
from attachdash.practice import deciding, escalation, house, mending, record, recording
from attachdash.practice.flags import Flag, Grade
from attachdash.practice.rules import Kind
from tests.practice.conftest import NOW, TODAY, House


def answer(given: House, last: int, days_ago: int = 0, word: str = "") -> None:
    recording.record_administration(
        given.viewer("t.one"), given.clients["A"], "phq9", TODAY - timedelta(days=days_ago),
        [0] * 8 + [last], word,
    )  # fmt: skip


def shown(given: House) -> Flag:
    [found] = record.client_record(given.viewer("t.one"), given.clients["A"]).flags
    return found


def place(flag: Flag) -> tuple[int, int, int, int]:
    return flag.client_id, flag.flag_id, flag.administration_id, flag.version


def test_a_decision_is_logged_with_a_day_and_closing_has_a_reason(either: House) -> None:
    mine = either.viewer("t.one")
    answer(either, 1)
    # Its words name a form, as somebody's own may: that is nobody's look at it.
    words = "Called; administration 7 was\n a misreading"
    deciding.act(mine, *place(shown(either)), words, TODAY + timedelta(days=3))
    flag = shown(either)
    assert (flag.state, flag.seen_by, flag.review_on) == (
        "acted", "T.ONE", TODAY + timedelta(days=3),
    )  # fmt: skip
    assert flag.decisions[0].words == "Called; administration 7 was a misreading"
    deciding.mark_seen(mine, *place(flag))
    assert shown(either).state == "acted"
    deciding.close(mine, *place(flag), "Safe at home, plan made")
    flag = shown(either)
    assert (flag.state, flag.review_on, flag.decisions[0].closed) == ("closed", None, True)
    # What comes in opens it again, and what was decided stays.
    answer(either, 1, word="evening")
    flag = shown(either)
    assert (flag.state, flag.grade, len(flag.decisions)) == ("open", Grade.CONTINUING, 2)
    trail = house.audit_trail(either.viewer("a.diallo"))
    for kind in ("acted on flag", "closed flag"):
        [detail] = trail[trail["kind"] == kind]["detail"]
        assert detail == ""


def test_without_words_or_with_a_day_that_has_passed_nothing_is_decided(small: House) -> None:
    mine = small.viewer("t.one")
    answer(small, 1)
    at = place(shown(small))
    for words, on in ((" ", None), ("x" * 501, None), ("Called", TODAY - timedelta(days=1))):
        with pytest.raises(Invalid):
            deciding.act(mine, *at, words, on)
    with pytest.raises(Invalid):
        deciding.close(mine, *at, "")
    with pytest.raises(Invalid, match="newer"):
        deciding.act(mine, *at[:3], 2, "Called")
    assert shown(small).state == "open"


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ((), 1, Grade.NEW), ((0,), 2, Grade.NEW), ((-1,), 1, Grade.NEW), ((1,), 2, Grade.RISEN),
        ((2,), 2, Grade.CONTINUING), ((3,), 1, Grade.CONTINUING), ((3, 0), 1, Grade.NEW),
        ((1,), -1, None),
    ],
)  # fmt: skip
def test_new_risen_or_continuing_is_told_by_the_answer_before(
    small: House, before: tuple[int, ...], now: int, found: Grade | None
) -> None:
    from attachdash.practice import caseload

    # Of an own house, client A has answered nought two days ago.
    days = [TODAY - timedelta(days=8 - 7 * place) for place in range(len(before))]
    mine, a = small.viewer("t.one"), small.clients["A"]
    typed = next(f for f in mending.forms(mine, a).forms if f.instrument.id == "phq9")
    mending.withdraw_administration(mine, a, typed.administration_id, "Not of this test")
    for day, one in zip(days, before, strict=True):
        recording.record_administration(mine, a, "phq9", day, [1] * 8 + [one])
    answer(small, now)
    kind = "suicide_blank" if now < 0 else "suicide_answer"
    record_says = [f for f in record.client_record(mine, a).flags if f.kind == kind]
    caseload_says = [f for f in caseload.caseload(mine).rows[0].flags if f.kind == kind]
    assert [f.grade for f in record_says] == [f.grade for f in caseload_says] == [found]


def test_one_that_stands_is_to_be_looked_at_every_four_weeks(small: House) -> None:
    mine = small.viewer("t.one")
    answer(small, 1)
    assert shown(small).review_on is None
    deciding.mark_seen(mine, *place(shown(small)))
    assert shown(small).review_on == (NOW + timedelta(weeks=4)).date()


def test_what_was_decided_outlives_a_correction(either: House) -> None:
    mine = either.viewer("t.one")
    answer(either, 1, days_ago=1)
    deciding.mark_seen(mine, *place(shown(either)))
    answer(either, 2)
    deciding.close(mine, *place(shown(either)), "Talked it over")
    mending.withdraw_administration(mine, *place(shown(either))[::2], "Typed twice")
    flag = shown(either)
    assert (flag.state, flag.answer, len(flag.decisions)) == ("closed", 1, 1)


def noted(given: House, who: str = "t.one") -> list[tuple[Kind, str, str | None]]:
    found = record.client_record(given.viewer(who), given.clients["A"]).watched
    return [(one.kind, one.state, one.seen_by) for one in found]


def test_what_staff_note_is_one_flag_a_cause_and_is_decided_on_like_others(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    deciding.note(mine, a, Kind.PAUSED)
    assert noted(either) == [(Kind.PAUSED, "seen", "T.ONE")]
    deciding.note(mine, a, Kind.WITHDREW)
    assert noted(either) == [(Kind.WITHDREW, "seen", "T.ONE")]
    [flag] = record.client_record(mine, a).watched
    deciding.act(mine, a, flag.flag_id, None, None, "A letter, then wait", TODAY)
    [flag] = record.client_record(mine, a).watched
    assert (flag.state, flag.review_on, flag.decisions[0].words) == (
        "acted", TODAY, "A letter, then wait",
    )  # fmt: skip
    # What a supervisor heard waits for the therapist, and goes on as a risk answer does.
    deciding.note(either.viewer("s.one"), a, Kind.TALK)
    assert noted(either)[0] == (Kind.TALK, "open", None)
    late = NOW + timedelta(days=9)
    assert escalation.unseen(either.viewer("a.diallo", late)).flags == 1
    [talk] = [f for f in record.client_record(mine, a).watched if f.kind is Kind.TALK]
    deciding.close(mine, a, talk.flag_id, None, None, "We spoke")
    assert escalation.unseen(either.viewer("a.diallo", late)).flags == 0
    with pytest.raises(Invalid):
        deciding.note(mine, a, Kind.RED)


def test_a_flag_of_a_course_is_decided_on_and_opens_again_only_where_it_is_graver(
    small: House,
) -> None:
    from tests.practice.test_caseload import AMBER_THEN_RED, add, answered

    days = [(TODAY - timedelta(days=14 * at), one) for at, one in enumerate(AMBER_THEN_RED[::-1])]
    add(small, "W", min(day for day, _ in days))
    mine, who = small.viewer("t.one"), small.clients["W"]
    days = days[::-1]
    answered(small, "W", dict(days[:-1]))
    [flag] = record.client_record(mine, who).watched
    assert flag.kind is Kind.AMBER
    deciding.mark_seen(mine, who, flag.flag_id, flag.administration_id, flag.version)
    answered(small, "W", dict(days[-1:]))
    [flag] = record.client_record(mine, who).watched
    assert (flag.kind, flag.state, flag.seen_by) == (Kind.RED, "open", None)
