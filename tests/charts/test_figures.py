"""What must hold for every figure, whatever the data."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from attachdash import charts
from attachdash.charts import marks
from attachdash.charts.theme import Mode, palette
from attachdash.instruments import Direction, Domain, library
from tests.charts.courses import START, make_course, make_triad, turned
from tests.charts.overlays import plain, texts

ODD_VALUES: list[list[float | None]] = [
    [],  # nothing answered
    [None, None],  # nothing scored
    [9],  # one answer
    [0, 27],  # from end to end
    [27, 27, 27],  # never moving, at the top
    [float(place % 28) for place in range(60)],  # many
]
MODES: tuple[Mode, ...] = ("light", "dark")


def figures(mode: Mode = "light") -> Iterator[dict[str, Any]]:
    """Every kind of figure over ordinary and odd data, as the browser gets it."""
    for phone in (False, True):
        yield plain(charts.triad(make_triad(), mode=mode, phone=phone))
        yield plain(charts.triad({Domain.COMMUNICATION: None}, mode=mode, phone=phone))
        for values in ODD_VALUES:
            course = make_course(values)
            yield plain(charts.panel(course, mode=mode, phone=phone))
            yield plain(charts.client_panel(course, mode=mode, phone=phone))
            yield plain(charts.measure(course, mode=mode, phone=phone))
            yield plain(charts.two_lines(course, course, mode=mode, phone=phone))


def dots_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if "markers" in trace.get("mode", "")]


@pytest.mark.parametrize("mode", MODES)
def test_no_figure_takes_a_colour_that_is_not_ours(mode: Mode) -> None:
    ink = palette(mode)
    ours = {colour for colour in vars_of(ink) if isinstance(colour, str)} | set(ink.hues.values())
    for figure in figures(mode):
        found = set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(figure)))
        assert found <= ours
        assert not re.search(r"#0000\d\d", json.dumps(figure))  # placeholders of other themes


@pytest.mark.parametrize("mode", MODES)
def test_no_figure_catches_a_finger_or_shows_a_legend(mode: Mode) -> None:
    for figure in figures(mode):
        template = figure["layout"]["template"]["layout"]
        assert template["dragmode"] is False
        assert template["xaxis"]["fixedrange"] is True
        assert template["yaxis"]["fixedrange"] is True
        assert template["paper_bgcolor"] == "rgba(0,0,0,0)"
        assert template["showlegend"] is False


def test_nothing_is_written_smaller_than_12_px() -> None:
    for figure in figures():
        del figure["layout"]["template"]["data"]  # sizes of dots
        sizes = [int(size) for size in re.findall(r'"size": ?(\d+)', json.dumps(figure["layout"]))]
        assert min(sizes) >= 12


@pytest.mark.parametrize("values", ODD_VALUES[2:], ids=str)
def test_h10_the_raw_axis_is_the_whole_range_whatever_the_data(values: list[float | None]) -> None:
    course = make_course(values)
    for figure in (
        charts.measure(course, mode="light"),
        charts.two_lines(course, course, mode="light"),
    ):
        assert tuple(figure.layout.yaxis.range) == (0, 27)


@pytest.mark.parametrize("values", ODD_VALUES, ids=str)
def test_h10_the_shared_axis_is_0_to_100_whatever_the_data(values: list[float | None]) -> None:
    course = make_course(values)
    for figure in (
        charts.panel(course, mode="light"),
        charts.client_panel(course, mode="light"),
        charts.triad({Domain.SYMPTOMS: course}, mode="light"),
    ):
        assert tuple(figure.layout.yaxis.range) == (0, 100)


def test_h10_all_pictures_of_an_episode_share_one_axis() -> None:
    reach = (START, START + timedelta(weeks=23))
    old = make_course([12, 11, 10], weeks=[0, 4, 8], reach=reach)
    fresh = make_course([12, 10], weeks=[0, 22], reach=reach)
    for draw in (charts.panel, charts.client_panel, charts.measure):
        ends, others = (plain(draw(one, mode="light")) for one in (old, fresh))
        assert ends["layout"]["xaxis"]["range"] == others["layout"]["xaxis"]["range"]
        assert ends["layout"]["xaxis"]["range"][1] >= 23
    pair = plain(charts.two_lines(old, old, mode="light"))
    assert pair["layout"]["xaxis"]["range"][1] >= 23
    # What is old doesn't pass for the present.
    assert "latest,<br>wk 8" in texts(plain(charts.measure(old, mode="light")))
    assert "latest,<br>wk 8" in texts(plain(charts.panel(old, mode="light")))
    assert "wk 8" in texts(pair)
    assert "now" not in texts(plain(charts.client_panel(old, mode="light")))
    assert "wk 22" not in texts(plain(charts.measure(fresh, mode="light")))


def test_h10_a_gap_is_not_joined() -> None:
    course = make_course([12, 11, 10, 9, 8], weeks=[0, 1, 2, 14, 15])
    for draw in (charts.panel, charts.client_panel, charts.measure):
        figure = plain(draw(course, mode="light"))
        (trace,) = dots_of(figure)
        assert trace["x"] == [0, 1, 2, None, 14, 15]
        assert trace["y"][3] is None
        assert "connectgaps" not in trace
        assert figure["layout"]["template"]["data"]["scatter"][0]["connectgaps"] is False


def test_h10_every_scored_answer_is_a_dot() -> None:
    course = make_course([5, None, 27, 0, None, 9])
    (trace,) = dots_of(plain(charts.measure(course, mode="light")))
    assert [value for value in trace["y"] if value is not None] == [5, 27, 0, 9]


def test_h10_the_triad_states_n_in_each_panel() -> None:
    said = texts(plain(charts.triad(make_triad(), mode="light")))
    assert said.count("n 11") == 3


def test_h09_on_the_shared_axis_up_is_better_for_both_directions() -> None:
    scale = library()["phq9"].scale("total")
    lower, higher = (
        make_course([20, 5], scale=turned(scale, direction))
        for direction in (Direction.LOWER, Direction.HIGHER)
    )
    for draw in (charts.panel, charts.client_panel):
        (falls,) = dots_of(plain(draw(lower, mode="light")))
        (rises,) = dots_of(plain(draw(higher, mode="light")))
        assert falls["y"][1] > falls["y"][0]  # a symptom that fell goes up
        assert rises["y"][1] < rises["y"][0]
        assert falls["y"] == pytest.approx([100 - share for share in rises["y"]], abs=0.02)


def test_h09_a_scale_without_a_better_end_is_never_turned() -> None:
    scale = turned(library()["phq9"].scale("total"), Direction.NEITHER)
    course = make_course([0, 27], scale=scale)
    for draw in (charts.panel, charts.client_panel, charts.measure):
        figure = plain(draw(course, mode="light"))
        (trace,) = dots_of(figure)
        assert trace["y"][0] < trace["y"][1]
        assert not re.search("better|worse", texts(figure))


def test_h09_the_raw_axis_is_never_turned_and_says_its_direction() -> None:
    scale = library()["phq9"].scale("total")
    for direction, words in ((Direction.LOWER, "lower is"), (Direction.HIGHER, "higher is")):
        figure = plain(
            charts.measure(make_course([3, 20], scale=turned(scale, direction)), mode="light")
        )
        (trace,) = dots_of(figure)
        assert trace["y"] == [3, 20]
        assert f"{words} better" in texts(figure)


def test_h09_the_usual_range_turns_with_the_scale() -> None:
    scale = library()["phq9"].scale("total")
    norm = scale.norms[0]
    assert norm.sd is not None
    figure = plain(charts.panel(make_course(), mode="light"))
    area = next(shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect")
    assert area["y0"] == pytest.approx(scale.share(norm.mean + norm.sd), abs=0.01)
    assert area["y1"] == 100  # mean less SD lies below the scale: cut to its end


def test_dots_with_items_missing_are_hollow() -> None:
    ink = palette("light")
    hue = charts.domain_hue(Domain.SYMPTOMS, "light")
    figure = plain(charts.measure(make_course([5, 6, 7], hollow={1}), mode="light"))
    (trace,) = dots_of(figure)
    assert trace["marker"]["color"] == [hue, ink.bg, hue]
    assert trace["marker"]["line"]["color"] == [ink.bg, hue, ink.bg]
    # Plotly pales dots whose colours differ from each other unless it is told not to.
    assert figure["layout"]["template"]["data"]["scatter"][0]["marker"]["opacity"] == 1


def test_a_dot_says_value_week_day_and_how_much_was_answered() -> None:
    (trace,) = dots_of(plain(charts.measure(make_course([5, 6], weeks=[0, 22]), mode="light")))
    assert trace["customdata"][1] == ["6", "22", "21 Nov 2026", "9 of 9 answered"]
    assert trace["hovertemplate"].startswith("<b>%{customdata[0]}</b> · week %{customdata[1]} · ")


def test_unchecked_figures_are_named_so() -> None:
    unchecked = make_course([5], instrument="csi4")  # norm and cut-off both unchecked
    said = texts(plain(charts.measure(unchecked, mode="light")))
    assert said.count("unchecked") == 2
    checked = make_course([5], instrument="phq9")
    assert "Kroenke 2001" in texts(plain(charts.measure(checked, mode="light")))


def test_cut_offs_for_some_ages_are_drawn_at_those_ages_only() -> None:
    course = make_course([20, 22], instrument="ors")

    def lines(age: int | None) -> list[float]:
        figure = plain(charts.measure(course, mode="light", age=age))
        return [trace["y"][0] for trace in figure["data"] if trace["mode"] == "lines"]

    assert lines(None) == []
    assert lines(40) == [25]
    assert lines(15) == [28]
    assert lines(8) == [32]


def test_the_client_sees_no_numbers_no_norm_and_no_line_of_cut_off() -> None:
    for values in ODD_VALUES:
        figure = plain(charts.client_panel(make_course(values), mode="light"))
        assert not re.search(r"\d", re.sub(r"font-size:\d+px", "", texts(figure)))
        assert not re.search("usual|clinical|caseness", texts(figure))
        assert figure["layout"]["yaxis"]["showticklabels"] is False
        assert all(shape["type"] == "line" for shape in figure["layout"].get("shapes", []))
        for trace in dots_of(figure):
            assert all(said is None or len(said) == 2 for said in trace["customdata"])


def test_markup_in_a_name_is_shown_and_not_obeyed() -> None:
    course = make_course([5, 6], about='<b>Mum</b> & "co" <a href="http://x">')
    said = texts(plain(charts.triad({Domain.SYMPTOMS: course}, mode="light")))
    assert "&lt;b&gt;Mum&lt;/b&gt; &amp; " in said
    assert "<a" not in said


def test_two_clients_never_share_a_picture() -> None:
    one, other = make_course(), make_course(client_id=2)
    with pytest.raises(ValueError, match="more than one client"):
        charts.two_lines(one, other, mode="light")
    with pytest.raises(ValueError, match="more than one client"):
        charts.triad({Domain.SYMPTOMS: one, Domain.WELLBEING: other}, mode="light")


def test_two_scales_of_different_range_never_share_an_axis() -> None:
    with pytest.raises(ValueError, match="differ in range"):
        charts.two_lines(make_course(), make_course(instrument="gad7"), mode="light")


def test_the_triad_weighs_at_most_10_kb() -> None:
    assert len(charts.triad(make_triad(), mode="light").to_json()) <= 10_240


def test_every_scale_on_record_can_be_drawn() -> None:
    for instrument in library().values():
        for scale in instrument.scales:
            course = make_course([scale.low, scale.high], instrument=instrument.id, scale=scale.id)
            figure = charts.measure(course, mode="light", age=30)
            assert tuple(figure.layout.yaxis.range) == (scale.low, scale.high)
            labels = [
                note
                for note in figure.layout.annotations
                if (note.yref or "").endswith("domain") and note.x == 1
            ]
            assert 1 <= len(labels) <= 4
            charts.panel(course, mode="dark")


@pytest.mark.parametrize(
    ("wanted", "weights"),
    [
        ([50, 50, 50], [1, 20, 1]),  # all at one height
        ([0, 1, 2], [1, 1, 1]),  # all at the foot
        ([196, 197, 198], [1, 20, 1]),  # all at the top
        ([10, 100, 190], [1, 1, 1]),  # far apart
    ],
)
def test_labels_are_pushed_apart_inside_their_room(
    wanted: list[float], weights: list[float]
) -> None:
    heights = [34.0, 18.0, 49.0]
    centres = marks.pushed_apart(wanted, heights, weights, (-28, 222))
    for place in range(2):
        apart = (heights[place] + heights[place + 1]) / 2
        assert centres[place + 1] - centres[place] >= apart - 1e-9
    assert centres[0] - heights[0] / 2 >= -28 - 1e-9
    assert centres[-1] + heights[-1] / 2 <= 222 + 1e-9


def test_labels_that_do_not_touch_stay_at_their_height() -> None:
    assert marks.pushed_apart([20, 100], [18, 18], [1, 1], (0, 200)) == pytest.approx([20, 100])


def vars_of(ink: object) -> list[object]:
    return [getattr(ink, name) for name in type(ink).__dataclass_fields__]  # type: ignore[attr-defined]
