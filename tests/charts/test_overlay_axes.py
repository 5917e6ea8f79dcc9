"""What must hold of the axes of charts: a later beginning, joins, many answers, T-scores."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from attachdash import charts
from attachdash.charts import Level, Overlay
from attachdash.charts.theme import Mode
from attachdash.instruments import Direction, Domain, library
from tests.charts.courses import START, WEEKS, make_course, turned
from tests.charts.overlays import (
    dots_of,
    known,
    make_overlay,
    on,
    plain,
    texts,
)

MODES: tuple[Mode, ...] = ("light", "dark")
PHQ = (17, 16, 18, 15, 13, 12, 15, 11, 9, 9, 9)
T_COURSE = ((15, 17, 14, 13, 16, 17, 15.6, 18, 16, 17, 17), "rses")


@pytest.mark.parametrize("draw", [charts.panel, charts.measure, charts.client_panel])
def test_a_later_beginning_leaves_earlier_answers_out_and_says_so(
    draw: Callable[..., Any],
) -> None:
    reach = (START, on(24))
    course = make_course(PHQ, weeks=WEEKS, reach=reach)
    figure = plain(draw(course, mode="light", since=on(9)))
    (dots,) = dots_of(figure)
    assert dots["x"] == [week for week in WEEKS if week >= 9]
    left, right = figure["layout"]["xaxis"]["range"]
    assert 8 < left < 9
    assert right >= 24
    if draw is charts.client_panel:
        assert "earlier answers not shown" in texts(figure)
        assert not re.search(r"\d", texts(figure))
    else:
        assert "5 earlier not shown" in texts(figure)
        assert figure["layout"]["xaxis"]["ticktext"][0].startswith("wk ")
    # Where nothing lies before, nothing changes and nothing is said.
    whole = plain(draw(course, mode="light", since=START - timedelta(days=30)))
    assert whole == plain(draw(course, mode="light"))


@pytest.mark.parametrize("draw", [charts.panel, charts.measure, charts.client_panel])
def test_an_old_value_never_passes_for_one_of_the_weeks_shown(draw: Callable[..., Any]) -> None:
    course = make_course([12, 11], weeks=[0, 2], reach=(START, on(30)))
    figure = plain(draw(course, mode="light", since=on(18)))
    assert known(dots_of(figure)[0]["x"]) == []
    assert "in these weeks" in texts(figure)
    assert not re.search("latest|now", texts(figure))


def test_a_join_is_the_same_whatever_is_shown() -> None:
    course = make_course([12, 11, 10, 9, 8], weeks=[0, 1, 2, 14, 15])
    (dots,) = dots_of(plain(charts.panel(course, mode="light", since=on(2))))
    assert dots["x"] == [2, None, 14, 15]


def test_levels_are_cut_where_the_axis_begins() -> None:
    course = make_course([10, 20], weeks=[0, 20], reach=(START, on(20)))
    overlay = Overlay(level=Level([0, 140], [10, 20], [8, 18], [12, 22]))
    figure = plain(charts.measure(course, mode="light", since=on(10), overlay=overlay))
    level = figure["data"][1]
    assert level["x"][0] == pytest.approx(figure["layout"]["xaxis"]["range"][0], abs=0.01)
    assert level["y"][0] == pytest.approx(10 + level["x"][0] / 2, abs=0.01)


def test_a_day_without_a_level_is_left_out() -> None:
    course = make_course([10, 20], weeks=[0, 20])
    nan = float("nan")
    overlay = Overlay(level=Level(np.array([0, 70, 140]), [10, nan, 20], [8, 8, 18], [12, 12, 22]))
    level = plain(charts.measure(course, mode="light", overlay=overlay))["data"][1]
    assert level["x"] == [0, 20]


def test_series_of_2000_answers_are_drawn_whole() -> None:
    weeks = [place / 7 for place in range(2000)]
    course = make_course([place % 28 for place in range(2000)], weeks=weeks)
    overlay = make_overlay(course)
    figure = plain(charts.measure(course, mode="light", overlay=overlay))
    assert len(known(dots_of(figure)[0]["y"])) == 2000
    quarter = plain(charts.measure(course, mode="light", overlay=overlay, since=on(1987 / 7)))
    assert len(known(dots_of(quarter)[0]["y"])) == 13
    assert "1987 earlier not shown" in texts(quarter)


@pytest.mark.parametrize("mode", MODES)
def test_t_scores_are_of_the_usual_range_s_group(mode: Mode) -> None:
    values, name = T_COURSE
    course = make_course(values, instrument=name, weeks=WEEKS)
    norm = course.scale.norms[0]
    assert norm.sd is not None
    figure = plain(charts.panel(course, mode=mode, as_t=True))
    assert figure["layout"]["yaxis"]["range"] == [25, 75]
    assert figure["layout"]["yaxis"]["tickvals"] == [30, 40, 50, 60, 70]
    (dots,) = dots_of(figure)
    wanted = [50 + 10 * (value - norm.mean) / norm.sd for value in values]
    assert dots["y"] == pytest.approx(wanted, abs=0.006)
    assert dots["customdata"][-1][0] == f"T {wanted[-1]:.0f}"
    area = next(shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect")
    assert (area["y0"], area["y1"]) == (40, 60)
    assert "T-score" in texts(figure)


def test_t_scores_are_turned_so_that_up_is_better() -> None:
    scale = library()["rses"].scale("total")
    figures = [
        plain(
            charts.panel(
                make_course([15, 20], instrument="rses", scale=way), mode="light", as_t=True
            )
        )
        for way in (scale, turned(scale, Direction.LOWER), turned(scale, Direction.NEITHER))
    ]
    rises, falls, neither = (dots_of(figure)[0]["y"] for figure in figures)
    assert rises[0] < rises[1]
    assert falls == pytest.approx([100 - height for height in rises], abs=0.02)
    assert neither == rises
    assert "better" not in texts(figures[2])


def test_a_score_beyond_the_t_axis_points_out_of_it_and_keeps_its_number() -> None:
    course = make_course([27, 3])  # PHQ-9: 27 is far below T 25
    (dots,) = dots_of(plain(charts.panel(course, mode="light", as_t=True)))
    assert dots["y"][0] == 25
    assert dots["marker"]["symbol"] == ["triangle-down", "circle"]
    assert dots["customdata"][0][0].startswith(("T −", "T 0", "T 1"))


def test_a_scale_without_a_norm_gets_no_t_score() -> None:
    course = make_course([40], instrument="ders16")
    with pytest.raises(ValueError, match="ders16 total: no norm"):
        charts.panel(course, mode="light", as_t=True)
    with pytest.raises(ValueError, match="ders16 total: no norm"):
        charts.triad({Domain.REGULATION: course}, mode="light", as_t=True)
