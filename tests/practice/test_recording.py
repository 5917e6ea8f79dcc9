"""A paper form that can't be kept is refused in words, whatever is wrong with it."""

import pytest

from attachdash.errors import Invalid
from attachdash.practice import record, recording
from tests.practice.conftest import TODAY, House


@pytest.mark.parametrize(
    "answers",
    [
        [0] * 8,  # the risk item is the one that is missing
        [1],
        [1] * 10,
        [],
        [1] * 8 + [9],  # beyond the item's range
        [1] * 8 + [70_000],  # beyond what is kept in two bytes
        [1] * 8 + [-9],  # no kind of missing answer
    ],
)
def test_a_form_that_does_not_fit_the_questionnaire_is_refused(
    small: House, answers: list[int]
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    before = record.client_record(mine, a)
    with pytest.raises(Invalid):
        recording.record_administration(mine, a, "phq9", TODAY, answers)
    after = record.client_record(mine, a)
    assert (after.others, after.flags) == (before.others, before.flags)
