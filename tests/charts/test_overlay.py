"""What must hold for all that is laid over a course."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from attachdash import charts
from attachdash.change import Course
from attachdash.charts import Event, Level, Overlay, Phase, marks, theme
from attachdash.charts.marks import Frame, Label
from attachdash.charts.theme import Mode, palette
from attachdash.instruments import Direction, Domain, library
from tests.charts.courses import WEEKS, make_course, make_triad, turned
from tests.charts.overlays import (
    PHASES,
    areas_of,
    dots_of,
    events_of,
    known,
    make_overlay,
    on,
    plain,
    random_overlay,
    strips,
    texts,
)

MODES: tuple[Mode, ...] = ("light", "dark")
PHQ = (17, 16, 18, 15, 13, 12, 15, 11, 9, 9, 9)


def ways(overlay: Overlay, course: Course, **more: Any) -> Iterator[dict[str, Any]]:
    """The course with its overlay in every view but the client's."""
    for phone in (False, True):
        known: dict[str, Any] = {"mode": "light", "phone": phone, **more}
        domain = course.scale.domain
        yield plain(charts.measure(course, overlay=overlay, age=30, **known))
        yield plain(charts.panel(course, overlay=overlay, **known))
        yield plain(charts.panel(course, overlay=overlay, as_t=True, **known))
        yield plain(charts.two_lines(course, course, overlay=(overlay, overlay), **known))
        yield plain(charts.triad({domain: course}, overlay={domain: overlay}, **known))


def test_everything_is_drawn_back_to_front() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    figure = plain(charts.measure(course, mode="light", overlay=make_overlay(course)))
    hatch, band, level, expected, line, dots, ring = figure["data"]
    assert hatch["fillpattern"]["shape"] == "/"
    assert hatch["fillpattern"]["size"] == 7
    assert hatch["fillpattern"]["solidity"] == 0.13
    assert hatch["fillpattern"]["fgcolor"] == palette("light").hatch
    assert band["fillcolor"].endswith(",0.2)")
    assert level["line"]["width"] == 2.5
    assert level["y"] == list(PHQ)
    assert expected["line"]["dash"] == "dot"
    assert line["y"] == [10, 10]
    assert dots["mode"] == "lines+markers"
    assert ring["x"] == [22]
    assert ring["y"] == [9]
    said = texts(figure)
    assert "no clear change" in said.replace("<br>", " ")
    assert "n 340" in said


@pytest.mark.parametrize("seed", range(6))
def test_no_area_and_no_line_reaches_over_the_axes(seed: int) -> None:
    course = make_course(PHQ, weeks=WEEKS)
    overlay = random_overlay(course, Random(seed))
    since = on(9) if seed % 2 else None
    for figure in ways(overlay, course, since=since):
        left, right = figure["layout"]["xaxis"]["range"]
        low, high = figure["layout"]["yaxis"]["range"]
        for trace in figure["data"]:
            if trace["mode"] == "lines":
                assert all(left - 0.01 <= week <= right + 0.01 for week in known(trace["x"]))
                # What stands between two days inside the axis is cut by the browser.
                assert trace.get("cliponaxis") is True or trace["line"]["width"] == 1.2
        for area in areas_of(figure):
            assert all(low <= height <= high for height in area["y"])
        for trace in dots_of(figure):
            assert all(low <= height <= high for height in known(trace["y"]))


def test_h09_a_mirrored_scale_gives_a_mirrored_picture() -> None:
    scale = library()["phq9"].scale("total")
    figures = []
    for direction in (Direction.LOWER, Direction.HIGHER):
        course = make_course(PHQ, weeks=WEEKS, scale=turned(scale, direction))
        figures.append(plain(charts.panel(course, mode="light", overlay=make_overlay(course))))
    falls, rises = figures
    assert len(falls["data"]) == len(rises["data"])
    for one, other in zip(falls["data"], rises["data"], strict=True):
        flipped = [None if y is None else pytest.approx(100 - y, abs=0.02) for y in other["y"]]
        if one.get("fill"):  # areas go round the other way
            assert sorted(zip(one["x"], one["y"], strict=True)) == [
                (pytest.approx(x), pytest.approx(y, abs=0.02))
                for x, y in sorted(
                    (x, 100 - y) for x, y in zip(other["x"], other["y"], strict=True)
                )
            ]
        elif one.get("line", {}).get("dash") == "dot":  # low and high change places
            assert sorted(known(one["y"])) == pytest.approx(
                sorted(100 - y for y in known(other["y"])), abs=0.02
            )
        else:
            assert one["y"] == flipped


def test_h09_the_zone_is_where_the_turned_scale_has_it() -> None:
    course = make_course(PHQ, weeks=WEEKS)  # PHQ-9, 0 to 27, lower is better
    figure = plain(charts.panel(course, mode="light", overlay=Overlay(zone=(12, 22))))
    (zone,) = areas_of(figure)
    assert sorted(set(zone["y"])) == pytest.approx(
        [100 - 100 * 22 / 27, 100 - 100 * 12 / 27], abs=0.01
    )
    assert min(zone["x"]) == 0
    later = Overlay(zone=(12, 22), zone_since=on(4))
    (zone,) = areas_of(plain(charts.panel(course, mode="light", overlay=later)))
    assert min(zone["x"]) == 4


def test_labels_never_overlap_and_the_value_is_never_dropped() -> None:
    chance = Random(7)
    theme.VALIDATE = False  # 120 figures; the fixture sets it again
    for _ in range(60):
        name, scale = chance.choice([("phq9", "total"), ("csi4", "total"), ("ors", "total")])
        low, high = library()[name].scale(scale).range
        values = [chance.uniform(low, high) for _ in range(chance.randint(1, 9))]
        course = make_course(values, instrument=name, scale=scale)
        overlay = random_overlay(course, chance)
        for draw in (charts.measure, charts.panel):
            more: dict[str, Any] = {"age": 30} if draw is charts.measure else {}
            since = chance.choice([None, on(len(values) - 1)])
            figure = plain(
                draw(course, mode="light", overlay=overlay, phone=True, since=since, **more)
            )
            plot = 230 if draw is charts.measure else 198
            boxes = sorted(label_boxes(figure, plot))
            assert all(below[1] <= above[0] + 0.05 for below, above in pairwise(boxes))
            assert boxes[0][0] >= -28 - 2.05
            # Where answers are left out, the words that say so have the row over the plot.
            is_cut = "earlier not shown" in texts(figure)
            assert boxes[-1][1] <= plot + (0 if is_cut else 28) + 0.05
            assert "latest" in texts(figure)


def label_boxes(figure: dict[str, Any], plot_px: float) -> Iterator[tuple[float, float]]:
    """Foot and top of each label in the right margin, in px over the plot's foot."""
    for note in figure["layout"]["annotations"]:
        if note.get("xshift") == 6 and note["yref"].endswith("domain"):
            lines = note["text"].count("<br>") + 1
            high = lines * 18 if "<b>" in note["text"] else lines * 15 + 4
            centre = note["y"] * plot_px
            yield centre - high / 2, centre + high / 2


def test_labels_that_may_go_go_where_they_would_be_far_from_what_they_name() -> None:
    def drawn(*wanted: tuple[float, str, bool], plot_px: float = 200) -> list[str]:
        labels = [
            Label(at=at, text=text, lines=2, colour="#000000", may_go=may_go)
            for at, text, may_go in wanted
        ]
        placed = marks.labels(Frame(plot_px=plot_px), labels, (0, 0))
        return sorted(part["text"] for part in placed)

    apart = [(0.9, "line", False), (0.5, "zone", True), (0.1, "similar", True)]
    assert drawn(*apart) == ["line", "similar", "zone"]
    # All at the top: the fourth would stand 100 px under its own height.
    crowd = [(1, "value", False), (1, "line", False), (1, "usual", False), (1, "zone", True)]
    assert drawn(*crowd) == ["line", "usual", "value"]
    # Too little room for all: what matters least goes first, what must stay stays.
    assert drawn(*apart, plot_px=80) == ["line", "zone"]
    assert drawn(*crowd, plot_px=80) == ["line", "usual", "value"]


def test_what_may_go_stands_on_hover_too() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    for draw in (charts.panel, charts.measure):
        figure = plain(draw(course, mode="light", overlay=make_overlay(course), phone=True))
        (zone, *_) = areas_of(figure)
        assert zone["hoveron"] == "fills"
        assert zone["text"].startswith("no clear change")
        (similar,) = [t for t in figure["data"] if t.get("line", {}).get("dash") == "dot"]
        assert "similar clients, n 340" in similar["hovertemplate"]


def test_words_from_outside_are_shown_and_not_obeyed() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    wild = '<a href="http://x">'
    overlay = Overlay(phases=[Phase(wild, on(0), on(9))], events=[Event(wild, on(3), wild)])
    figure = plain(charts.measure(course, mode="light", overlay=overlay))
    assert "<a" not in json.dumps(figure)
    assert "&lt;a" in json.dumps(figure)


@pytest.mark.parametrize("values", [[], [None, None], [9]], ids=str)
def test_few_answers_draw_no_level_and_break_nothing(values: list[float | None]) -> None:
    course = make_course(values)
    for figure in ways(make_overlay(course), course):
        assert not [t for t in figure["data"] if t.get("line", {}).get("width") == 2.5]
        assert "no score yet" in texts(figure) or course.n == 1


def test_the_ring_is_around_the_answer_that_is_explained_and_no_other() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    (*_, ring) = plain(charts.panel(course, mode="light", overlay=Overlay(ringed=3)))["data"]
    assert ring["x"] == [4]
    assert ring["marker"]["symbol"] == "circle-open"
    unseen = plain(charts.panel(course, mode="light", overlay=Overlay(ringed=3), since=on(9)))
    unknown = plain(charts.panel(course, mode="light", overlay=Overlay(ringed=999)))
    for figure in (unseen, unknown):
        assert [trace["mode"] for trace in figure["data"]] == ["lines+markers"]


def test_two_lines_have_a_band_each_and_one_strip() -> None:
    one = make_course(PHQ, weeks=WEEKS)
    other = make_course(PHQ[::-1], weeks=WEEKS)
    figure = plain(
        charts.two_lines(one, other, mode="light", overlay=(make_overlay(one), make_overlay(other)))
    )
    assert len(areas_of(figure)) == 2
    assert not [area for area in areas_of(figure) if "fillpattern" in area]
    first, second = [t for t in figure["data"] if t["mode"] == "lines" and "fill" not in t]
    assert first["y"] == list(PHQ)
    assert second["y"] == list(PHQ[::-1])
    assert "dash" in second["line"]
    assert len(strips(figure)) == 3


def test_the_client_gets_the_phases_and_nothing_else_of_an_overlay() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    bare = plain(charts.client_panel(course, mode="light"))
    assert not strips(bare)
    figure = plain(charts.client_panel(course, mode="light", overlay=make_overlay(course)))
    assert len(strips(figure)) == 3
    assert not events_of(figure)
    assert figure["data"] == bare["data"]
    added = [n for n in figure["layout"]["annotations"] if n not in bare["layout"]["annotations"]]
    assert [note["text"][:3] for note in added] == ["CBT", "int", "min"]


def test_a_triad_with_overlays_has_one_foot_for_all_panels() -> None:
    courses = make_triad()
    overlays = {
        domain: make_overlay(course) for domain, course in courses.items() if course is not None
    }
    figure = plain(charts.triad(courses, mode="dark", overlay=overlays, since=on(3)))
    assert texts(figure).count("2 earlier not shown") == 3
    assert len(strips(figure)) == 9
    assert figure["layout"]["margin"]["b"] == 56
    empty: dict[Domain, Course | None] = {Domain.COMMUNICATION: None}
    charts.triad(empty, mode="light", overlay={Domain.COMMUNICATION: Overlay(phases=PHASES)})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"level": Level([0, 1], [1], [1], [1])}, "different length"),
        ({"level": Level([1, 0], [1, 1], [1, 1], [1, 1])}, "not oldest first"),
        ({"zone": (5, 3)}, "zone from 5 to 3"),
        ({"phases": [Phase("CBT", on(3), on(1))]}, "ends before it starts"),
    ],
)
def test_an_overlay_that_contradicts_itself_is_refused(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Overlay(**fields)


@pytest.mark.parametrize("mode", MODES)
def test_overlays_take_no_colour_that_is_not_ours(mode: Mode) -> None:
    course = make_course(PHQ, weeks=WEEKS)
    for draw in (charts.measure, charts.panel):
        figure = plain(draw(course, mode=mode, overlay=make_overlay(course)))
        found = set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(figure)))
        assert found <= vars_of(mode) | set(palette(mode).hues.values())


def vars_of(mode: Mode) -> set[str]:
    ink = palette(mode)
    return {
        value
        for name in type(ink).__dataclass_fields__
        if isinstance(value := getattr(ink, name), str)
    }


def test_the_key_names_what_is_drawn_and_nothing_else() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    words = [said for _, said in charts.key(make_overlay(course), mode="light", as_t=True)]
    assert words == [
        "answers",
        "answer with items missing",
        "likely true level, 95%",
        "no clear change from the start",
        "similar clients, n 340",
        "beyond the axis, at its edge",
    ]
    assert [said for _, said in charts.key(None, mode="dark", hollow=False)] == ["answers"]
