"""What is told of courses, to staff and to the client."""

from __future__ import annotations

import re
import warnings
from datetime import date, timedelta

import numpy as np
import pytest

from attachdash.change.course import Answer, Course
from attachdash.change.verdict import Word
from attachdash.instruments import Direction, Domain, Scale, State, library
from attachdash.practice.clients import Client
from attachdash.practice.statistics import statistics_of
from attachdash.practice.telling import (
    Told,
    client_summary,
    summary,
    tell,
    without_t_scores,
)
from attachdash.web import drawn
from tests.charts.courses import make_course, turned

CLIENT = Client(
    client_id=1, code="A", name="", born_on=date(1990, 5, 4), born_precision="day", language="en",
    person_id=None, episodes=(),
)  # fmt: skip
START = date(2026, 1, 5)
PHQ9 = library()["phq9"].scale("total")


def course(scale: Scale, values: list[float | None], days: list[int] | None = None) -> Course:
    """A course of PHQ-9 with this scale, an answer a week."""
    when = days if days is not None else [7 * place for place in range(len(values))]
    answers = tuple(
        Answer(
            administration_id=place, answered_on=START + timedelta(days=day), value=value,
            answered=9, asked=9, state=State.COMPLETE, is_nominal=False,
        )
        for place, (value, day) in enumerate(zip(values, when, strict=True))
    )  # fmt: skip
    return Course(
        client_id=1, episode_id=1, instrument=library()["phq9"], scale=scale, started_on=START,
        answers=answers,
    )  # fmt: skip


def told(scale: Scale, values: list[float | None], days: list[int] | None = None) -> Told:
    """What is told of it."""
    return tell([(CLIENT, course(scale, values, days))])[0]


RISING, FALLING = [4, 5, 12, 15, 18, 19, 20], [20, 19, 18, 12, 8, 5, 4]


@pytest.mark.parametrize(
    ("direction", "values", "word", "where"),
    [
        (Direction.LOWER, RISING, Word.RELIABLY_WORSE, "lower than"),
        (Direction.LOWER, FALLING, Word.RELIABLY_BETTER, "Clearly better than"),
        (Direction.LOWER, [9, 10, 9, 9], Word.NO_CLEAR_CHANGE, "no clear change"),
        (Direction.NEITHER, RISING, Word.NEITHER, "higher than"),
        (Direction.NEITHER, FALLING, Word.NEITHER, "lower than"),
    ],
)
def test_h09_staff_and_client_are_told_the_same_and_in_which_direction(
    direction: Direction, values: list[float | None], word: Word, where: str
) -> None:
    found = told(turned(PHQ9, direction), values)
    assert found.word is word
    assert where in found.client_sentence
    assert not re.search(r"clinical|deteriorat|norm|risk|worse|probab|\d", found.client_sentence)


def test_h11_a_fall_is_put_in_its_place_once_and_what_is_better_comes_first() -> None:
    named = {"One": told(PHQ9, RISING), "Two": told(PHQ9, FALLING), "Three": told(PHQ9, [9] * 5)}
    assert client_summary(named) == (
        "Better than when you began: two. No clear change: three. Harder just now: one. "
        "A fall happens in therapy and isn’t a verdict on you."
    )
    assert client_summary({"One": told(PHQ9, [9])}) == ""


def test_the_record_says_it_in_one_sentence() -> None:
    said = summary({
        Domain.COMMUNICATION: None, Domain.REGULATION: told(PHQ9, RISING),
        Domain.SELF_ESTEEM: told(PHQ9, [9, 8, 9, 9]),
    })  # fmt: skip
    assert said == (
        "Emotion regulation is reliably worse than at the start; self-esteem shows no clear change."
    )


def test_worse_since_is_the_day_from_which_every_answer_said_so() -> None:
    found = told(PHQ9, [5, 4, 5, 14, 15, 16, 17])
    assert found.worse_since is not None
    assert START + timedelta(weeks=3) <= found.worse_since <= START + timedelta(weeks=5)
    assert told(PHQ9, FALLING).worse_since is None


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ([], None),
        ([None, None], None),
        ([9], None),
        ([9, 12], [0, 0]),
        ([9, 9, 9, 9, 9], None),
        ([0, 0, 0, 0], None),
        ([27, 27, 27, 27], None),
        ([9, 14, 12], [0, 700, 720]),
        ([9, 10, 8], [-20, -15, -5]),
        ([float(day % 20) for day in range(2000)], list(range(2000))),
    ],
)
def test_whatever_was_answered_gives_words_and_no_nan(
    values: list[float | None], days: list[int] | None
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = told(PHQ9, values, days)
        said = [*found.sentences, found.client_sentence, found.disagreement, found.off_the_course]
        said += [f"{one.value} {one.source}" for one in statistics_of(found)]
        level = found.level
    assert not re.search(r"\bnan\b|\binf\b|None", " ".join(said), re.IGNORECASE)
    if level is not None:
        assert np.isfinite(level).all()
        assert (level[2] >= PHQ9.low).all()
        assert (level[3] <= PHQ9.high).all()
        assert (level[2] <= level[1] + 1e-9).all()
        assert (level[1] <= level[3] + 1e-9).all()
    if found.zone is not None:
        assert PHQ9.low <= found.zone[0] <= found.zone[1] <= PHQ9.high


def test_courses_judged_together_are_told_as_each_by_itself() -> None:
    many = [(CLIENT, course(PHQ9, values)) for values in (RISING, [9], FALLING, [], [9, 9, 10])]
    for (_, one), together in zip(many, tell(many), strict=True):
        alone = tell([(CLIENT, one)])[0]
        assert alone.word is together.word
        assert alone.sentences == together.sentences
        if alone.level is not None and together.level is not None:
            np.testing.assert_allclose(alone.level, together.level)


def test_statistics_are_those_of_the_formulas() -> None:
    found = {one.name: one for one in statistics_of(told(PHQ9, FALLING))}
    error = PHQ9.sem
    assert error is not None
    # Jacobson & Truax 1991, written out.
    s_diff = 2**0.5 * error.sd * (1 - error.r) ** 0.5
    assert found["Reliable change index"].value == f"−{16 / s_diff:.2f}".rstrip("0")
    assert found["Change, first to latest"].value == "−16 points"
    assert found["Class"].value == "recovered"


def test_t_scores_need_people_worth_comparing_with() -> None:
    assert without_t_scores(make_course([9, 8])) == ""

    def why(instrument: str, scale: str = "total") -> str:
        known = library()[instrument]
        return without_t_scores(
            Course(
                client_id=1, episode_id=1, instrument=known, scale=known.scale(scale),
                started_on=START, answers=(),
            )
        )  # fmt: skip

    assert why("spcc") == "the norm of SPCC is of students, no population worth comparing with"
    assert why("ders16") == "DERS-16 has no norm on record"
    assert why("teq") == "on TEQ neither way is better"


# PHQ-9 answers (days apart) on which first against latest, trend and level differ so: +1 better.
DIFFER = {
    "unusual day": ([11, 7, 8, 5], 14, (1, 0, 0)),
    "many answers see more than two": ([5, 6, 1, 0], 14, (0, 1, 1)),
    "takes passing states for change": ([11, 12, 16, 16], 14, (0, -1, 0)),
    "small, sudden or early": ([11, 12, 11, 11, 11, 5], 14, (1, 0, 1)),
    "turned on its way": ([13, 5, 2, 5, 13, 17, 15, 7], 7, (1, -1, -1)),
    "turned on its way: of two": ([6, 14, 17, 14, 6, 2, 5, 12], 14, (-1, 0, 1)),
    "unusual day: and a trend": ([9, 13, 12, 16], 7, (-1, -1, 0)),
    "many answers see more than two: no trend": ([5, 5, 5, 3, 0], 14, (0, 0, 1)),
}


@pytest.mark.parametrize("why", DIFFER)
def test_where_the_three_ways_disagree_record_and_measure_say_so_and_why(why: str) -> None:
    values, gap, ways = DIFFER[why]
    one = told(PHQ9, list(values), [gap * place for place in range(len(values))])
    found = one.found
    assert (found.reliable[one.row], found.trend[one.row], found.moved[one.row]) == ways
    # The record's cards say `drawn.sentence`, a measure's own page all sentences.
    for said in (drawn.sentence(one), drawn.plain_sentence(one), " ".join(one.sentences)):
        assert "The ways of telling change disagree: " in said
        assert why.partition(":")[0] in said


def test_where_they_agree_nothing_is_said_of_it() -> None:
    for values in (RISING, FALLING, [9, 9, 10, 9, 9]):
        one = told(PHQ9, list(values), [14 * place for place in range(len(values))])
        ways = {int(way[one.row]) for way in (one.found.reliable, one.found.trend, one.found.moved)}
        assert len(ways) == 1
        assert "disagree" not in drawn.sentence(one) + " ".join(one.sentences)
