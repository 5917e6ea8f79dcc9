"""What of the support content fits a client's flag: age, phases of today, and sure scores alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from attachdash.instruments import library
from attachdash.practice import clients, marks, record, recording
from attachdash.practice.helping import Help, help_with
from attachdash.practice.marks import Technique
from tests.practice.conftest import TODAY, House

REVERSE = {number for scale in library()["ecr_r"].scales for number in scale.reverse}


def helps(house: House) -> Help:
    found = record.client_record(house.viewer("t.one"), house.clients["A"])
    return help_with(found, found.flags[0], TODAY)


@pytest.fixture
def flagged(small: House) -> House:
    recording.record_administration(
        small.viewer("t.one"), small.clients["A"], "phq9", TODAY, [0] * 8 + [1]
    )
    return small


@pytest.mark.parametrize(
    ("born", "is_child"), [(date(2012, 1, 1), True), (date(1990, 1, 1), False), (None, None)]
)
def test_a_child_is_known_by_age_and_an_unknown_age_is_said(
    flagged: House, born: date | None, is_child: bool | None
) -> None:
    clients.change_client(
        flagged.viewer("t.one"), flagged.clients["A"], "A", born, "day" if born else None, "en"
    )
    assert helps(flagged).is_child is is_child


def test_only_phases_of_today_are_work_in_use(flagged: House) -> None:
    mine, e = flagged.viewer("t.one"), flagged.episodes["A"]
    day = TODAY - timedelta(days=30)
    marks.add_phase(mine, e, Technique.CBT, day, TODAY - timedelta(days=1))
    assert helps(flagged).in_use == ()
    marks.add_phase(mine, e, Technique.INTERPERSONAL, day)
    marks.add_phase(mine, e, Technique.OTHER, day, words="Letters")
    found = [(phase.technique, len(moves)) for phase, moves in helps(flagged).in_use]
    assert sorted(found) == [(Technique.INTERPERSONAL, 2), (Technique.OTHER, 0)]


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "fits"),
    [(6, 6, "both"), (6, 1, "anxiety"), (1, 6, "avoidance"), (1, 1, None), (None, None, None)],
)
def test_prompts_follow_the_latest_scores_and_moves_never_do(
    flagged: House, anxiety: int | None, avoidance: int | None, fits: str | None
) -> None:
    mine, a, e = flagged.viewer("t.one"), flagged.clients["A"], flagged.episodes["A"]
    marks.add_phase(mine, e, Technique.CBT, TODAY)
    before = helps(flagged).in_use
    if anxiety and avoidance:
        levels = [anxiety] * 18 + [avoidance] * 18
        answers = [8 - v if n in REVERSE else v for n, v in enumerate(levels, start=1)]
        recording.record_administration(mine, a, "ecr_r", TODAY, answers)
    found = helps(flagged)
    assert found.pattern.fits == fits
    assert {one.pattern for one in found.prompts} == ({fits} if fits else set())
    assert found.in_use == before
