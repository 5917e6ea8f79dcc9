"""What must hold for the phases and events that stand below a course."""

from itertools import pairwise

import pytest

from attachdash import charts
from attachdash.charts import Event, Overlay, Phase
from attachdash.charts.theme import palette
from tests.charts.courses import WEEKS, make_course
from tests.charts.overlays import (
    EVENTS,
    PHASES,
    events_of,
    on,
    phase_words,
    plain,
    strips,
)
from tests.charts.test_overlay import PHQ


@pytest.mark.parametrize(
    ("word", "weeks", "said"),
    [
        ("CBT", 8, "CBT"),
        ("psychodynamic work with the family", 8, "psychod…"),
        ("psychodynamic", 1, " "),
        ("psychodynamic", 0, " "),  # one day is seen
    ],
)
def test_a_phase_shorter_than_its_word_has_the_whole_on_hover(
    word: str, weeks: int, said: str
) -> None:
    course = make_course(PHQ, weeks=WEEKS)
    overlay = Overlay(phases=[Phase(word, on(2), on(2 + weeks))])
    figure = plain(charts.panel(course, mode="light", phone=True, overlay=overlay))
    (note,) = phase_words(figure)
    assert note["text"] == said
    assert (note.get("hovertext", "").split(":")[0] == word) is (said != word)
    (shape,) = strips(figure)
    assert shape["x1"] > shape["x0"]
    assert shape["ysizemode"] == "pixel"
    assert (shape["y0"], shape["y1"]) == (-22, -38)


def test_phases_alternate_and_those_at_once_take_a_row_each() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    ink = palette("light")
    figure = plain(charts.panel(course, mode="light", overlay=Overlay(phases=PHASES)))
    assert [s["fillcolor"] for s in strips(figure)] == [ink.phase_a, ink.phase_b, ink.phase_a]
    assert strips(figure)[-1]["x1"] == 22  # still runs: to the last week, no further
    both = Overlay(phases=[*PHASES, Phase("EMDR", on(5), on(6))])
    deeper = plain(charts.panel(course, mode="light", overlay=both))
    assert sorted({shape["y0"] for shape in strips(deeper)}) == [-38, -22]
    assert deeper["layout"]["height"] == figure["layout"]["height"] + 16
    assert deeper["layout"]["margin"]["b"] == figure["layout"]["margin"]["b"] + 16


def test_the_foot_has_the_height_of_the_look() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    overlay = Overlay(phases=PHASES, events=EVENTS)
    wide = plain(charts.panel(course, mode="light", overlay=overlay))
    assert wide["layout"]["margin"]["b"] == 56
    close = Overlay(phases=PHASES, events=[EVENTS[0], Event("quarrel", on(7), "rupture")])
    narrow = plain(charts.panel(course, mode="light", overlay=close, phone=True))
    assert narrow["layout"]["margin"]["b"] == 71  # a second row
    # Whatever stands below, the plot keeps its height.
    for figure in (wide, narrow):
        margin = figure["layout"]["margin"]
        assert figure["layout"]["height"] - margin["t"] - margin["b"] == 198


@pytest.mark.parametrize("phone", [False, True])
def test_20_events_never_touch_and_each_is_told(phone: bool) -> None:
    course = make_course(PHQ, weeks=WEEKS)
    events = [Event(f"event number {n}", on(n * 1.15), "move") for n in range(20)]
    events += [Event("on the last day", on(22), "loss"), Event("the same day", on(22), "loss")]
    figure = plain(charts.panel(course, mode="light", phone=phone, overlay=Overlay(events=events)))
    told = " ".join(note["hovertext"] for note in events_of(figure))
    for event in events:
        assert told.count(f"{event.word} (") == 1
    left, right = figure["layout"]["xaxis"]["range"]
    px = (190 if phone else 235) / (right - left)
    rows: dict[float, list[tuple[float, float]]] = {}
    for note in events_of(figure):
        at = (note["x"] - left) * px
        wide = 9 if note["text"] == "◆" else 6 * (len(note["text"]) - 2) + 9
        start = {"left": at - 4.5, "right": at + 4.5 - wide, "center": at - 4.5}[note["xanchor"]]
        rows.setdefault(note["yshift"], []).append((start, start + wide))
    assert len(rows) == 3
    for row in rows.values():
        row.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(row))
    assert min(rows) - 8 >= -figure["layout"]["margin"]["b"]


def test_words_of_late_events_stand_on_the_left() -> None:
    course = make_course(PHQ, weeks=WEEKS)
    overlay = Overlay(events=[Event("early", on(2), "move"), Event("late", on(22), "move")])
    early, late = events_of(plain(charts.panel(course, mode="light", overlay=overlay)))
    assert early["text"] == "◆ early"
    assert early["xanchor"] == "left"
    assert late["text"] == "late ◆"
    assert late["xanchor"] == "right"
