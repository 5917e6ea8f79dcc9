"""What is said of a therapy and of the state of the data?"""

from datetime import date, datetime

import pytest

from attachdash.practice.clients import Client, Episode
from attachdash.practice.record import Progress
from attachdash.web import rows


@pytest.mark.parametrize(
    ("to_on", "said"),
    [
        (None, "Week 12 with A. Okafor"),
        # The end is the first day without care.
        (date(2026, 9, 1), "Your therapy here ended on 31 Aug 2026"),
    ],
)
def test_h11_a_therapy_that_ended_has_no_week(to_on: date | None, said: str) -> None:
    start = date(2026, 6, 1)
    episode = Episode(
        episode_id=1, started_on=start, start_is_nominal=False, spans=((start, to_on),)
    )
    client = Client(
        client_id=1, code="C-1", name="", born_on=None, born_precision=None, language="en",
        person_id=None, episodes=(episode,),
    )  # fmt: skip
    found = Progress(
        client=client, therapists=("A. Okafor",), week=12, last_answer_on=None, triad={}, told={},
        measures=(), told_measures=(), lines=(), told_lines=(), phases=(), events=(),
    )  # fmt: skip
    assert rows.therapy(found) == said


def test_answers_without_a_file_are_not_called_nothing() -> None:
    noon = datetime(2026, 11, 24, 12, 0)
    typed = rows.state_of_data(noon, None, "UTC", any_answers=True)
    assert typed == "as of 24 Nov 2026, 12:00 · answers typed or loaded, no file yet"
    assert rows.state_of_data(noon, None, "UTC", any_answers=False).endswith("· no file yet")
    assert "last import 24 Nov" in rows.state_of_data(noon, noon, "UTC", any_answers=True)
