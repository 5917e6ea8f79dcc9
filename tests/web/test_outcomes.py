"""The outcomes page: the triad first, whole scales before their parts, nothing of a few people."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.change.effect import pre_post_d
from attachdash.instruments import library
from attachdash.practice import outcomes
from attachdash.practice.outcomes import MeanCourse, Outcome, Recoveries
from tests.practice.conftest import TODAY

PAGE = Path(__file__).resolve().parents[2] / "pages" / "outcomes.py"


def outcome(
    instrument_id: str, compared: int, mean: float | None = 12.5, left_out: int = 0
) -> list[Outcome]:  # fmt: skip
    """Each scale of an instrument, with the same figures."""
    instrument = library()[instrument_id]
    return [
        Outcome(
            instrument=instrument, scale=scale, episodes=9, compared=compared, late=1,
            left_out=left_out, too_few=compared < 5,
            first_mean=mean, first_sd=mean, latest_mean=mean, latest_sd=mean,
            effect=pre_post_d([1, 2, 3, 4, 5], [3, 1, 2, 5, 2], 1) if mean else None,
        )
        for scale in instrument.scales
    ]  # fmt: skip


NOBODY = Recoveries(
    ended=0, told=0, left_out=0, cases=None, recovered=None, reliably_recovered=None,
    reliably_improved=None, reliably_deteriorated=None,
)  # fmt: skip


def shown(
    monkeypatch: pytest.MonkeyPatch, found: list[Outcome], recovered: Recoveries = NOBODY
) -> AppTest:
    monkeypatch.setattr(outcomes, "recoveries", lambda viewer: recovered)
    monkeypatch.setattr(web, "viewer", lambda: SimpleNamespace(today=TODAY))
    monkeypatch.setattr(outcomes, "outcomes", lambda viewer: found)
    tab = AppTest.from_file(PAGE, default_timeout=20).run()
    assert not tab.exception
    return tab


def html(tab: AppTest) -> str:
    return "".join(one.proto.body for one in tab.get("html"))


def test_the_triad_stands_first_and_parts_are_folded_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tab = shown(monkeypatch, [*outcome("phq9", 8), *outcome("rses", 8), *outcome("ders16", 8)])
    assert re.findall("</span>([^<]*)</h2>", html(tab)) == [
        "Emotion regulation", "Self-esteem", "Symptoms",
    ]  # fmt: skip
    parts = len(library()["ders16"].scales) - 1
    [folded] = tab.expander
    assert folded.label == f"{parts} subscales"
    assert html(tab).count("8 of 9") == parts + 3
    assert html(tab).count("lower is better") == parts + 2
    assert "Difficulties in regulation" not in "".join(one.proto.body for one in folded.get("html"))


@pytest.mark.parametrize(("compared", "mean"), [(4, 12.5), (4, None), (0, None)])
def test_means_of_fewer_than_five_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, compared: int, mean: float | None
) -> None:
    said = html(shown(monkeypatch, outcome("rses", compared, mean)))
    assert "fewer than 5 clients, not shown" in said
    assert "12.5" not in said
    assert f"{compared} of 9" in said


def test_means_of_five_are_shown_with_their_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    said = html(shown(monkeypatch, outcome("rses", 5)))
    assert said.count("12.5 (12.5)") == 2
    assert "not shown" not in said


@pytest.mark.parametrize("told", [True, False])
def test_the_mean_course_is_told_in_words_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    phq9 = library()["phq9"]
    figures = dict.fromkeys(("start", "start_se", "slope", "slope_se", "slope_sd"))
    if told:
        figures = {
            "start": 14.2,
            "start_se": 0.9,
            "slope": -0.31,
            "slope_se": 0.05,
            "slope_sd": 0.29,
        }
    one = MeanCourse(
        instrument=phq9,
        scale=phq9.scale("total"),
        clients=41,
        left_out=2,
        told=34 if told else 9,
        **figures,
    )
    monkeypatch.setattr(outcomes, "mean_course", lambda viewer, *key: one)
    tab = shown(monkeypatch, outcome("phq9", 8))
    assert not any("On average" in words.value for words in tab.markdown)
    tab.selectbox(key="whole").select_index(0).run()
    assert not tab.exception
    said = " ".join(words.value for words in tab.markdown)
    if not told:
        assert "Nothing to show yet: n 9 of 41 clients" in said
        assert "it takes 10" in said
        return
    assert "On average −0.31 points a week (95% −0.41 to −0.21), from 14.2 ± 0.9" in said
    assert "n 34 of 41 clients with three answers or more, without 2 out of reach" in said
    assert "lie between −0.6 and −0.02 points a week (SD 0.29)" in said


def test_recoveries_are_told_with_their_denominators(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Recoveries(
        ended=24, told=20, left_out=0, cases=16, recovered=8, reliably_recovered=7,
        reliably_improved=12, reliably_deteriorated=1,
    )  # fmt: skip
    tab = shown(monkeypatch, outcome("phq9", 8), told)
    said = html(tab)
    for words in ("8 of 16", "50%", "7 of 16", "12 of 20", "1 of 20", "5%"):
        assert words in said
    assert "20 of 24 ended therapies have both PHQ-9 and GAD-7 twice; 16 of them began" in " ".join(
        one.value for one in tab.markdown
    )
    few = replace(told, cases=4, recovered=None, reliably_recovered=None)
    assert html(shown(monkeypatch, outcome("phq9", 8), few)).count("fewer than 5 clients") == 2
    none = replace(few, told=4, cases=None, reliably_improved=None, reliably_deteriorated=None)
    words = " ".join(one.value for one in shown(monkeypatch, outcome("phq9", 8), none).markdown)
    assert "Not shown: 4 of 24" in words


def test_who_is_left_out_for_being_few_and_out_of_reach_is_counted_and_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tab = shown(monkeypatch, outcome("rses", 8, left_out=3), replace(NOBODY, ended=9, left_out=1))
    assert "8 of 9, without 3 out of reach" in html(tab)
    words = " ".join(one.value for one in tab.markdown)
    assert "twice, without 1 out of reach, of fewer" in words
    assert "Where they are fewer than 5 they are left out" in words


def test_an_effect_says_its_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    # By hand: mean change -0.4, SD at first 1.581, r .2085 of these five: SE .568.
    assert "−0.25 (−1.37 to 0.86)" in html(shown(monkeypatch, outcome("rses", 8)))
