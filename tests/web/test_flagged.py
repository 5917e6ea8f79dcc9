"""Is what went before a flag said truly?"""

from dataclasses import replace
from datetime import date, datetime

import pytest

from attachdash.instruments import library
from attachdash.practice.flags import Earlier, Flag
from attachdash.web.flagged import history

NOON = datetime(2026, 11, 22, 12, 0)


def before(day: int, answer: int | None, *, seen: bool = False) -> Earlier:
    return Earlier(
        answered_on=date(2026, 11, day),
        answer=answer,
        seen_by="A. Okafor" if seen else None,
        seen_at=NOON if seen else None,
    )


FLAG = Flag(
    flag_id=1, client_id=1, administration_id=9, version=1, kind="suicide_answer",
    instrument=library()["phq9"], item=9, topic="thoughts of death", answer=2,
    answered_on=date(2026, 11, 23), came_in_at=NOON, state="open", seen_by=None, seen_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "said"),
    [
        ([], "It is the first answer to this item."),
        ([before(8, 0)], "It was 0 at the answer before."),
        ([before(day, 0) for day in (20, 13, 6)], "It was 0 at the 3 answers before."),
        (
            [before(22, 1, seen=True), before(8, 0)],
            "Before: 1 on 22 Nov 2026, seen by A. Okafor, 22 Nov 2026, 13:00.",
        ),
        (
            [before(20, 0), before(13, None), before(6, 3)],
            "It was 0 at the answer before. "
            "Before that: left blank on 13 Nov 2026, not marked as seen.",
        ),
    ],
)
def test_h05_an_earlier_answer_is_never_forgotten(earlier: list[Earlier], said: str) -> None:
    assert history(replace(FLAG, before=tuple(earlier)), "Europe/Berlin") == said
