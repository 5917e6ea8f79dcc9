"""Do sentences and tables say what the pictures show?"""

import re
from datetime import date, timedelta

import pytest

from attachdash import charts
from attachdash.charts.words import day, number
from attachdash.instruments import Direction, State, library
from tests.charts.courses import START, make_answer, make_course, turned

PHQ9 = library()["phq9"].scale("total")


@pytest.mark.parametrize(
    ("direction", "raw", "shared"),
    [
        (
            Direction.LOWER,
            "(0–27, lower is better)",
            "Turned: 17 → 9 on 0–27, lower is better; n 3.",
        ),
        (Direction.HIGHER, "(0–27, higher is better)", " 17 → 9 on 0–27, higher is better; n 3."),
        (
            Direction.NEITHER,
            f"(0–27, {Direction.NEITHER.label})",
            f"Not turned: 17 → 9 on 0–27, {Direction.NEITHER.label}; n 3.",
        ),
    ],
)
def test_h09_the_sentence_names_direction_range_and_n(
    direction: Direction, raw: str, shared: str
) -> None:
    course = make_course([17, 12, 9], scale=turned(PHQ9, direction))
    assert charts.sentence(course).startswith(f"First 17 → latest 9 on PHQ-9 {raw}, n 3.")
    said = charts.sentence(course, shared=True)
    ends = "First 37 → latest 67" if direction is Direction.LOWER else "First 63 → latest 33"
    assert said.startswith(f"{ends} of 100 on PHQ-9")
    assert shared in said
    # A direction is said of the scale; of a change nothing is said yet.
    for words in (charts.sentence(course), said):
        assert not re.search(r"improv|deteriorat|reliab|better than|worse", words)


@pytest.mark.parametrize("values", [[], [None], [9]])
def test_too_few_answers_are_said_to_client_and_staff(values: list[float | None]) -> None:
    course = make_course(values)
    assert re.search("No answers|blank", charts.sentence(course)) or "A second one" in (
        charts.sentence(course)
    )


def test_h10_answers_without_a_score_are_counted_in_words() -> None:
    said = charts.sentence(make_course([17, None, 9, 8], hollow={2}))
    assert "n 3." in said
    assert "1 answer has blanks" in said
    assert "1 more answer has too many blanks for a score." in said


def test_a_nominal_day_or_start_is_said() -> None:
    answers = (make_answer(1, 0), make_answer(2, 4, is_nominal=True))
    course = make_course(answers=answers, start_is_nominal=True)
    said = charts.sentence(course)
    assert "1 of 2 days are nominal" in said
    assert "start of the episode is nominal" in said
    assert charts.table(course)["Date"][1] == "18 Jul 2026 (nominal)"


def test_the_sentence_names_the_group_of_the_usual_range_or_its_absence() -> None:
    assert "“community (Germany)”, unchecked." in charts.sentence(make_course())
    assert "No usual range on record." in charts.sentence(make_course(instrument="ders16"))


def test_the_bold_clause_and_the_rest_make_the_sentence() -> None:
    course = make_course([17, 9])
    assert charts.sentence_parts(course)[0] == "First 17 → latest 9"
    assert " ".join(charts.sentence_parts(course)) == charts.sentence(course)
    # Above a picture stands one short line, with nothing in it that varies in length.
    assert " ".join(charts.sentence_parts(course, shared=True)[:2]) == (
        "First 37 → latest 67 of 100 on PHQ-9."
    )


def test_an_old_latest_answer_is_said_with_its_week() -> None:
    until = START + timedelta(weeks=23)
    old = make_course([17, 9], weeks=[0, 4], reach=(START, until))
    assert charts.sentence_parts(old)[0] == "First 17 → latest 9, wk 4,"
    fresh = make_course([17, 9], weeks=[0, 20], reach=(START, until))
    assert charts.sentence_parts(fresh)[0] == "First 17 → latest 9"
    anxiety = make_course([5.2], instrument="ecr_r", scale="anxiety", reach=(START, until))
    assert "5.2 so far (wk 0)" in charts.pair_sentence(anxiety, anxiety)


def test_the_pair_is_said_in_one_sentence() -> None:
    anxiety = make_course([5.2, 3.5], instrument="ecr_r", scale="anxiety")
    avoidance = make_course([3.9], instrument="ecr_r", scale="avoidance")
    assert charts.pair_sentence(anxiety, avoidance) == (
        "Anxiety first 5.2 → latest 3.5, avoidance 3.9 so far"
        " on ECR-R (1–7, lower is better), n 2 and 1."
    )


@pytest.mark.parametrize(
    ("instrument", "scale", "value", "digits"),
    [
        ("phq9", "total", 15.75, "16"),  # a sum, also where a blank was filled in
        ("ecr_r", "anxiety", 3.46, "3.5"),  # a mean
        ("spcc", "total", 58.4, "58"),  # a mean on 0 to 100
        ("ors", "total", 23.4, "23.4"),  # marked in tenths
        ("swemwbs", "metric", 22.35, "22.4"),  # looked up with decimals
    ],
)
def test_scores_have_the_digits_their_error_justifies(
    instrument: str, scale: str, value: float, digits: str
) -> None:
    definition = library()[instrument]
    assert number(definition, definition.scale(scale), value) == digits


def test_the_table_has_a_row_for_every_administration() -> None:
    ready = make_answer(3, 4, 7, state=State.GIVEN)
    course = make_course(answers=(make_answer(1, 0, 12), make_answer(2, 2, None), ready))
    frame = charts.table(course)
    score = "PHQ-9 (0–27, lower is better)"
    assert list(frame.columns) == ["Date", "Week", score, "Answered"]
    assert list(frame[score]) == ["12", "no score", "7"]
    assert list(frame["Answered"]) == [
        "9 of 9", "2 of 9: too many blanks for a score", "ready score",
    ]  # fmt: skip
    assert list(charts.table(make_course([])).columns) == list(frame.columns)


def test_h09_the_triads_table_has_the_share_that_its_picture_draws() -> None:
    frame = charts.table(make_course([0, 27, None]), shared=True)
    assert list(frame["Of 100, up is better"]) == ["100", "0", "–"]
    neither = make_course([27], scale=turned(PHQ9, Direction.NEITHER))
    assert list(charts.table(neither, shared=True)["Of 100, not turned"]) == ["100"]


def test_days_are_written_alike_in_every_locale() -> None:
    assert day(date(2026, 11, 21)) == "21 Nov 2026"
