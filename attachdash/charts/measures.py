"""One measure, or attachment's two, on the raw axis: what was scored, against which lines?"""

from datetime import date
from typing import Any

import plotly.graph_objects as go

from attachdash.change import Course, same_client
from attachdash.charts import layers, marks, theme, views
from attachdash.charts.marks import Frame, Label, Part
from attachdash.charts.overlay import NO_OVERLAY, Overlay
from attachdash.charts.references import cut_offs, in_short, usual_range
from attachdash.charts.strip import strip
from attachdash.charts.theme import Mode, domain_hue, palette, template
from attachdash.charts.views import View
from attachdash.charts.words import in_digits, number, week_if_old
from attachdash.instruments import Cutoff, Direction, Operator, Side

_LEFT_PX, _TOP_PX, _FOOT_PX = 30, 28, 30
_MEASURE_PX, _MEASURE_RIGHT_PX, _MEASURE_RIGHT_PHONE_PX = 230, 124, 96
_PAIR_PX, _PAIR_PHONE_PX, _PAIR_RIGHT_PX, _PAIR_RIGHT_PHONE_PX = 330, 260, 112, 98
_NONE_HERE = "no score in these weeks"

# The narrowest plots that are usual: two cards on 1280 px, one on a phone of 360.
_ROOM_PX, _ROOM_PHONE_PX = 400, 175

_OPERATORS = {
    Operator.LESS: "<",
    Operator.AT_MOST: "≤",
    Operator.AT_LEAST: "≥",
    Operator.MORE: ">",
    Operator.EQUAL: "=",
}
_DIRECTIONS = {
    Direction.LOWER: "↓ lower is better",
    Direction.HIGHER: "↑ higher is better",
    Direction.NEITHER: "",
}


def measure(
    course: Course,
    *,
    mode: Mode,
    phone: bool = False,
    age: int | None = None,
    overlay: Overlay | None = None,
    since: date | None = None,
) -> go.Figure:
    """One scale in its own points and direction, with its cut-offs and its usual range.

    `age` in years picks the cut-offs that are for some ages only; None leaves those out.
    Answers before `since` are left out.
    """
    ink, scale = palette(mode), course.scale
    hue = domain_hue(scale.domain, mode)
    right = _MEASURE_RIGHT_PHONE_PX if phone else _MEASURE_RIGHT_PX
    frame = Frame(plot_px=_MEASURE_PX)
    over = overlay or NO_OVERLAY
    view = views.raw(course.instrument, scale)
    layout = _layout([course], frame, right, mode, over, since, phone=phone)
    weeks = layout["xaxis"]
    data = layers.under_dots(frame, course, view, over, weeks, hue, ink)
    said: list[Label] = []
    if course.latest is None:
        layout["annotations"].append(marks.note(frame, "no score yet", ink))
    elif marks.earlier(course, since) == course.n:
        layout["annotations"].append(marks.note(frame, _NONE_HERE, ink))
    else:
        said.append(_value(course, view, "latest", hue))
    for cutoff in cut_offs(scale, age):
        unwell = cutoff.side is Side.UNWELL
        data.append(marks.clinical_line(frame, cutoff.value, weeks, ink, unwell=unwell))
        colour = ink.text if unwell else ink.muted
        said.append(
            marks.reference_label(view.at(cutoff.value), _line_words(cutoff), right, colour)
        )
    usual = usual_range(scale)
    if usual is not None:
        layout["shapes"] += marks.band(
            frame, (usual.low, usual.high), scale.range, ink, checked=usual.checked
        )
        words = ["usual range", usual.group_in_short]
        if not usual.checked:
            words.append("unchecked")
        at = view.at((usual.low + usual.high) / 2)
        said.append(marks.reference_label(at, words, right, ink.muted))
    data.append(marks.dots(frame, course, view, hue, ink, since=since))
    data += layers.ring(frame, course, view, over, weeks, ink)
    said += layers.labels(view, over, weeks, right, ink)
    layout["annotations"] += marks.labels(frame, said, _room([course], since))
    return theme.figure(data, layout)


def two_lines(
    anxiety: Course,
    avoidance: Course,
    *,
    mode: Mode,
    phone: bool = False,
    overlay: tuple[Overlay | None, Overlay | None] = (None, None),
    since: date | None = None,
) -> go.Figure:
    """Attachment anxiety (solid, round) and avoidance (dashed, square) over time, raw axis.

    `overlay` has one for each; of both the level and the ring are drawn, phases and events of
    the first, no zone and no expected course: two of them would hide each other. Answers before
    `since` are left out. Raises ValueError where the two scales don't share one range, or one
    client.
    """
    same_client([anxiety, avoidance])
    if anxiety.scale.range != avoidance.scale.range:
        raise ValueError(
            f"{anxiety.instrument.id}: {anxiety.scale.id} and {avoidance.scale.id} differ in range"
        )
    ink, hue = palette(mode), domain_hue(anxiety.scale.domain, mode)
    frame = Frame(plot_px=_PAIR_PHONE_PX if phone else _PAIR_PX)
    right = _PAIR_RIGHT_PHONE_PX if phone else _PAIR_RIGHT_PX
    both = [anxiety, avoidance]
    layout = _layout(both, frame, right, mode, overlay[0] or NO_OVERLAY, since, phone=phone)
    bands: list[Part] = []
    lines: list[Part] = []
    data: list[Part] = []
    said: list[Label] = []
    named = ((anxiety, "anxiety", False), (avoidance, "avoidance", True))
    for (course, word, square), given in zip(named, overlay, strict=True):
        over, view = given or NO_OVERLAY, views.raw(course.instrument, course.scale)
        level = layers.level(frame, view, over, layout["xaxis"], hue, dashed=square)
        bands += level[:1]
        lines += level[1:]
        # Where a level is drawn, it is the line to be followed.
        join = 1 if level else 2
        data.append(
            marks.dots(frame, course, view, hue, ink, since=since, square=square, join=join)
        )
        data += layers.ring(frame, course, view, over, layout["xaxis"], ink)
        if course.latest is not None and marks.earlier(course, since) < course.n:
            said.append(_value(course, view, word, hue))
    if not said:
        none = _NONE_HERE if any(course.n for course in both) else "no score yet"
        layout["annotations"].append(marks.note(frame, none, ink))
    layout["annotations"] += marks.labels(frame, said, _room(both, since))
    return theme.figure(bands + lines + data, layout)


def _layout(
    courses: list[Course],
    frame: Frame,
    right: float,
    mode: Mode,
    overlay: Overlay,
    since: date | None,
    *,
    phone: bool,
) -> dict[str, Any]:
    scale = courses[0].scale
    way = _DIRECTIONS[scale.direction]
    weeks = marks.week_axis(courses, since=since)
    room = (_ROOM_PHONE_PX if phone else _ROOM_PX, _LEFT_PX, right)
    under = strip(frame, overlay, courses[0], weeks, room, palette(mode))
    foot = max(_FOOT_PX, under.foot_px)
    cut = marks.left_out(max(marks.earlier(course, since) for course in courses))
    notes = [marks.over_axis(frame, way, cut)] if way or cut else []
    return {
        "template": template(mode),
        "height": frame.plot_px + _TOP_PX + foot,
        "margin": {"l": _LEFT_PX, "r": right, "t": _TOP_PX, "b": foot, "pad": 0},
        "xaxis": weeks,
        "yaxis": marks.value_axis(scale.low, scale.high),
        "shapes": under.shapes,
        "annotations": notes + under.notes,
    }


def _room(courses: list[Course], since: date | None) -> tuple[float, float]:
    """How far labels may reach over the plot and under it.

    On a phone the words over the plot reach over the margin, so labels stay below them.
    """
    cut = any(marks.earlier(course, since) for course in courses)
    return 0 if cut else _TOP_PX, _FOOT_PX


def _value(course: Course, view: View, word: str, hue: str) -> Label:
    latest = course.values[-1]
    digits = number(course.instrument, course.scale, latest)
    return marks.value_label(view.at(latest), digits, word, hue, week_if_old(course))


def _line_words(cutoff: Cutoff) -> list[str]:
    """A cut-off's label: which side it selects, its name, and its source or "unchecked"."""
    name = f"{_OPERATORS[cutoff.op]} {in_digits(cutoff.value)} {in_short(cutoff.name)}"
    return [name, in_short(cutoff.source) if cutoff.checked else "unchecked"]
