"""What a form would flag, said before it is kept."""

from datetime import date, timedelta

import pytest

from attachdash.practice import flags, recording
from attachdash.practice.reading import BLANK, DECLINED, RiskLine, risk_lines
from tests.practice.conftest import TODAY, House


def lines(small: House, answers: list[int], on: date = TODAY) -> list[RiskLine]:
    """Of a PHQ-9."""
    viewer = small.viewer("t.one")
    return risk_lines(viewer, viewer.store.library["phq9"], on, answers)


@pytest.mark.parametrize("answer", [0, 1, 3, BLANK, DECLINED])
@pytest.mark.parametrize("days", [0, 14, 15])
def test_what_is_said_before_is_what_is_flagged_after(small: House, answer: int, days: int) -> None:
    on, answers = TODAY - timedelta(days=days), [0] * 8 + [answer]
    said = lines(small, answers, on)
    viewer = small.viewer("t.one")
    recording.record_administration(viewer, small.clients["A"], "phq9", on, answers, "again")
    with viewer.store.engine.reading(viewer.scope) as cursor:
        raised = flags.read(cursor, viewer, small.clients["A"])
    assert [(one.item.number, one.topic, one.is_blank, one.is_risk) for one in said] == [
        (one.item, one.topic, one.is_blank, one.is_risk) for one in raised
    ]
    assert [one.is_historic for one in said] == [one.state == "historic" for one in raised]


def test_an_answer_is_said_as_it_stands_on_the_paper(small: House) -> None:
    (one,) = lines(small, [3] * 9)
    assert (one.answer, one.is_blank) == ("3", False)
    (blank,) = lines(small, [3] * 8 + [DECLINED])
    assert (blank.answer, blank.is_blank) == ("", True)
