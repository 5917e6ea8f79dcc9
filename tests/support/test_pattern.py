"""P(high) against the joint normal of all answers, written out, with figures read from the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pytest
import yaml

from attachdash.change.course import Answer, Course
from attachdash.instruments import Direction, State, library
from attachdash.instruments.library import DATA
from attachdash.support import Standing, content, pattern
from attachdash.support.pattern import dimension
from tests.change.people import Figures, dense_gaussian

BEGUN = date(2026, 1, 5)
ECR = yaml.safe_load((DATA / "instruments" / "ecr_r.yaml").read_text())
SCALES = {one["id"]: one for one in ECR["scales"]}


def course(scale: str, answers: list[tuple[int, float]]) -> Course:
    """Answers as (days since the start, score)."""
    found = library()["ecr_r"]
    return Course(
        client_id=1,
        episode_id=1,
        instrument=found,
        scale=found.scale(scale),
        started_on=BEGUN,
        answers=tuple(
            Answer(
                administration_id=number,
                answered_on=BEGUN + timedelta(days=days),
                value=value,
                answered=18,
                asked=18,
                state=State.COMPLETE,
                is_nominal=False,
            )
            for number, (days, value) in enumerate(answers)
        ),
    )


def by_hand(scale: str, answers: list[tuple[int, float]], on: int) -> tuple[float, float, float]:
    """Level, SD and P(above norm + SD/2) on day `on`, by plain linear algebra."""
    read = SCALES[scale]
    sd, alpha = read["sem"]["sd"], read["reliability"]["alpha"]["value"]
    norm = read["norms"][0]
    drift = 0.08 * 1.2 * sd  # a trait, under treatment
    dense = dense_gaussian(
        [(value, float(days)) for days, value in answers],
        Figures(
            mean=norm["mean"], start_sd=sd * alpha**0.5, sem=sd * (1 - alpha) ** 0.5,
            transient=read["transient_share"] * sd, spell=0.4 * sd, drift=drift, most_drift=sd,
            passing_days=7.0, spell_days=7.0,
        ),
        len(answers),
    )  # fmt: skip
    since = min(drift**2 * (on - answers[-1][0]) / 7, sd**2)
    mean, spread = float(dense.mean[-1]), float(np.sqrt(dense.cov[-1, -1] + since))
    line = norm["mean"] + norm["sd"] / 2
    return mean, spread, 1 - NormalDist(mean, spread).cdf(line)


@pytest.mark.parametrize("scale", ["anxiety", "avoidance"])
@pytest.mark.parametrize(
    ("answers", "on"),
    [
        ([(0, 5.1)], 0),
        ([(0, 5.1)], 365),
        ([(0, 5.1)], 5000),  # the drift is capped
        ([(0, 4.6), (84, 4.9)], 90),
        ([(0, 4.2), (60, 4.3), (150, 4.4)], 200),
        ([(0, 3.6), (84, 3.5)], 84),
        ([(0, 2.0), (84, 2.2)], 100),
    ],
)
def test_the_probability_is_that_of_the_joint_normal(
    scale: str, answers: list[tuple[int, float]], on: int
) -> None:
    found = dimension("A", course(scale, answers), BEGUN + timedelta(days=on))
    level, sd, p = by_hand(scale, answers, on)
    assert found.level == pytest.approx(level, abs=1e-9)
    assert found.p == pytest.approx(p, abs=1e-9)
    assert found.low == pytest.approx(max(1, level - 1.959963984540054 * sd), abs=1e-9)


def test_what_was_asked_long_ago_is_less_sure_today() -> None:
    asked = course("anxiety", [(0, 5.1)])
    sure = [dimension("A", asked, BEGUN + timedelta(weeks=w)).p or 0 for w in (0, 12, 52, 104)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > 0.9 > 0.8 > sure[-1]


HIGH, LOW, BETWEEN = 6.0, 1.6, 4.0


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "fits", "said"),
    [
        (HIGH, LOW, "anxiety", "Because anxiety is high"),
        (LOW, HIGH, "avoidance", "Because avoidance is high"),
        (HIGH, HIGH, "both", "safety and pacing come first"),
        (HIGH, 3.5, "anxiety", "avoidance is high too can’t be told"),
        (LOW, LOW, None, "Neither is high"),
        (BETWEEN, 3.5, None, "An uncertain pattern"),
        (LOW, 3.5, None, "An uncertain pattern"),
    ],
)
def test_prompts_fit_only_what_is_sure_and_the_rest_is_said(
    anxiety: float, avoidance: float, fits: str | None, said: str
) -> None:
    pair = course("anxiety", [(0, anxiety)]), course("avoidance", [(0, avoidance)])
    found = pattern(pair, BEGUN)
    assert found.fits == fits
    assert said in found.said
    prompts = content().prompts_for(found.fits)
    assert {one.pattern for one in prompts} == ({fits} if fits else set())
    if fits == "both":
        assert prompts[0].prompt.startswith("Safety and pacing first")


def test_just_under_the_line_of_sureness_nothing_is_fitted() -> None:
    score = next(
        value
        for value in np.arange(4.0, 5.0, 0.001)
        if by_hand("anxiety", [(0, value)], 0)[2] > 0.79
    )
    found = dimension("Anxiety", course("anxiety", [(0, float(score))]), BEGUN)
    assert 0.79 < (found.p or 0) < 0.80
    assert found.standing is Standing.UNCERTAIN
    found = dimension("Anxiety", course("anxiety", [(0, float(score) + 0.03)]), BEGUN)
    assert found.standing is Standing.HIGH


def test_what_lacks_a_figure_is_not_known_and_says_which() -> None:
    nothing = pattern(None, BEGUN)
    assert nothing.fits is None
    assert nothing.said.endswith("none is known.")
    asked = course("anxiety", [(0, 6.0)])
    bare = asked.scale.model_copy(update={"norms": ()})
    found = dimension("Anxiety", replace(asked, scale=bare), BEGUN)
    assert "no norm" in found.sentence
    bare = asked.scale.model_copy(update={"sem": None})
    found = dimension("Anxiety", replace(asked, scale=bare), BEGUN)
    assert "no reliability or SD" in found.sentence
    # A scale on which more is better would turn the comparison round.
    for way in (Direction.HIGHER, Direction.NEITHER):
        turned = replace(asked, scale=asked.scale.model_copy(update={"direction": way}))
        assert dimension("Anxiety", turned, BEGUN).standing is Standing.UNKNOWN


def test_the_sentence_never_claims_certainty() -> None:
    said = dimension("Anxiety", course("anxiety", [(0, 7.0)] * 1 + [(84, 7.0)]), BEGUN).sentence
    assert "99% sure" in said
    said = dimension("Anxiety", course("anxiety", [(0, 4.0)]), BEGUN).sentence
    assert "80% would be needed" in said
