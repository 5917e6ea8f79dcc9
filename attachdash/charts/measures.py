"""One measure, or attachment's two, on the raw axis: what was scored, against which lines?"""

from typing import Any

import plotly.graph_objects as go

from attachdash.change import Course, same_client
from attachdash.charts import marks, theme
from attachdash.charts.marks import Frame, Label, Part
from attachdash.charts.references import cut_offs, in_short, usual_range
from attachdash.charts.theme import Mode, domain_hue, palette, template
from attachdash.charts.words import in_digits, number, week_if_old
from attachdash.instruments import Cutoff, Direction, Operator, Side

_LEFT_PX, _TOP_PX, _FOOT_PX = 30, 28, 30
_MEASURE_PX, _MEASURE_RIGHT_PX, _MEASURE_RIGHT_PHONE_PX = 230, 124, 96
_PAIR_PX, _PAIR_PHONE_PX, _PAIR_RIGHT_PX, _PAIR_RIGHT_PHONE_PX = 330, 260, 112, 98

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
    course: Course, *, mode: Mode, phone: bool = False, age: int | None = None
) -> go.Figure:
    """One scale in its own points and direction, with its cut-offs and its usual range.

    `age` in years picks the cut-offs that are for some ages only; None leaves those out.
    """
    ink, scale = palette(mode), course.scale
    hue = domain_hue(scale.domain, mode)
    right = _MEASURE_RIGHT_PHONE_PX if phone else _MEASURE_RIGHT_PX
    frame = Frame(plot_px=_MEASURE_PX)
    layout = _layout([course], frame, right, mode)
    data: list[Part] = []
    said: list[Label] = []
    usual = usual_range(scale)
    if usual is not None:
        layout["shapes"] += marks.band(
            frame, (usual.low, usual.high), scale.range, ink, checked=usual.checked
        )
        words = ["usual range", usual.group_in_short]
        if not usual.checked:
            words.append("unchecked")
        at = _at(course, (usual.low + usual.high) / 2)
        said.append(marks.reference_label(at, words, right, ink.muted))
    for cutoff in cut_offs(scale, age):
        unwell = cutoff.side is Side.UNWELL
        data.append(marks.clinical_line(frame, cutoff.value, layout["xaxis"], ink, unwell=unwell))
        colour = ink.text if unwell else ink.muted
        said.append(
            marks.reference_label(_at(course, cutoff.value), _line_words(cutoff), right, colour)
        )
    data.append(_dots(frame, course, hue, mode))
    if course.latest is not None:
        said.append(_value(course, "latest", hue))
    else:
        layout["annotations"].append(marks.note(frame, "no score yet", ink))
    layout["annotations"] += marks.labels(frame, said, (_TOP_PX, _FOOT_PX))
    return theme.figure(data, layout)


def two_lines(anxiety: Course, avoidance: Course, *, mode: Mode, phone: bool = False) -> go.Figure:
    """Attachment anxiety (solid, round) and avoidance (dashed, square) over time, raw axis.

    Raises ValueError where the two scales don't share one range, or one client.
    """
    same_client([anxiety, avoidance])
    if anxiety.scale.range != avoidance.scale.range:
        raise ValueError(
            f"{anxiety.instrument.id}: {anxiety.scale.id} and {avoidance.scale.id} differ in range"
        )
    ink, hue = palette(mode), domain_hue(anxiety.scale.domain, mode)
    frame = Frame(plot_px=_PAIR_PHONE_PX if phone else _PAIR_PX)
    right = _PAIR_RIGHT_PHONE_PX if phone else _PAIR_RIGHT_PX
    layout = _layout([anxiety, avoidance], frame, right, mode)
    data: list[Part] = []
    said: list[Label] = []
    for course, word, square in ((anxiety, "anxiety", False), (avoidance, "avoidance", True)):
        data.append(_dots(frame, course, hue, mode, square=square, join=2))
        if course.latest is not None:
            said.append(_value(course, word, hue))
    if not said:
        layout["annotations"].append(marks.note(frame, "no score yet", ink))
    layout["annotations"] += marks.labels(frame, said, (_TOP_PX, _FOOT_PX))
    return theme.figure(data, layout)


def _layout(courses: list[Course], frame: Frame, right: float, mode: Mode) -> dict[str, Any]:
    scale = courses[0].scale
    way = _DIRECTIONS[scale.direction]
    return {
        "template": template(mode),
        "height": frame.plot_px + _TOP_PX + _FOOT_PX,
        "margin": {"l": _LEFT_PX, "r": right, "t": _TOP_PX, "b": _FOOT_PX, "pad": 0},
        "xaxis": marks.week_axis(courses),
        "yaxis": marks.value_axis(scale.low, scale.high),
        "shapes": [],
        "annotations": [marks.over_axis(frame, way)] if way else [],
    }


def _dots(
    frame: Frame, course: Course, hue: str, mode: Mode, *, square: bool = False, join: float = 1
) -> Part:
    return marks.dots(
        frame,
        course,
        lambda value: value,
        hue,
        palette(mode),
        shown=lambda value: number(course.instrument, course.scale, value),
        square=square,
        join=join,
    )


def _value(course: Course, word: str, hue: str) -> Label:
    latest = course.values[-1]
    digits = number(course.instrument, course.scale, latest)
    return marks.value_label(_at(course, latest), digits, word, hue, week_if_old(course))


def _at(course: Course, value: float) -> float:
    return (value - course.scale.low) / course.scale.span


def _line_words(cutoff: Cutoff) -> list[str]:
    """A cut-off's label: which side it selects, its name, and its source or "unchecked"."""
    name = f"{_OPERATORS[cutoff.op]} {in_digits(cutoff.value)} {in_short(cutoff.name)}"
    return [name, in_short(cutoff.source) if cutoff.checked else "unchecked"]
