"""Of which small parts is every chart made?

Each part comes back as a plain dict (or a list of them) for a figure's `data`,
`layout.shapes` or `layout.annotations`; nothing is validated until the whole figure is.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil
from typing import Any

from attachdash.change import Course
from attachdash.charts.theme import LABEL_PX, TICK_PX, VALUE_PX, Palette, faded
from attachdash.charts.views import View
from attachdash.charts.words import CLIENT_HOVER, HOVER, hover, safe

Part = dict[str, Any]

GAP_PX = 6  # between the plot and the labels in its right margin
_LETTER = 0.5  # mean width of a letter of the chart's font, as a share of its size
_LINE_PX = 15  # one line of a reference label
_VALUE_LINE_PX = 18
_AIR_PX = 4  # keeps two references from reading as one
_FAR_PX = 45  # a label this far from its own height would be read as another's

# A year's ticks fall on quarters, a term's on six weeks.
_WEEK_STEPS = (1, 2, 4, 6, 12, 26, 52, 104, 260, 520)
_VALUE_STEPS = (0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200)
_SHORTEST_WEEKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One pair of axes inside a figure: "" for the first, "2", "3" for the next."""

    number: str = ""
    plot_px: float  # height of the plot area

    @property
    def x(self) -> str:
        """Name of the horizontal axis."""
        return f"x{self.number}"

    @property
    def y(self) -> str:
        """Name of the vertical axis."""
        return f"y{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words for the right margin, beside the height they belong to."""

    at: float  # share of the plot's height, 0 at the foot
    text: str  # markup of ours only; what came from outside has been made safe
    lines: int
    colour: str
    is_value: bool = False
    may_go: bool = False  # what it says also stands on hover, so it gives way where all is full

    @property
    def high_px(self) -> float:
        """How much height the label takes."""
        if self.is_value:
            return self.lines * _VALUE_LINE_PX
        return self.lines * _LINE_PX + _AIR_PX


def band(
    frame: Frame,
    edges: tuple[float, float],
    axis: tuple[float, float],
    ink: Palette,
    *,
    checked: bool,
) -> list[Part]:
    """A pale usual range between two heights; dotted edges where its figures are unchecked.

    An edge at the end of the axis is where the scale ends, not the range: it gets no line.
    """
    low, high = edges
    area = {
        "type": "rect",
        "xref": f"{frame.x} domain",
        "yref": frame.y,
        "y0": low,
        "y1": high,
        "fillcolor": ink.usual,
    }
    if checked:
        return [area]
    edge = {"color": ink.hatch, "width": 1, "dash": "dot"}
    return [area, *(_across(frame, height, edge) for height in edges if height not in axis)]


def clinical_line(frame: Frame, at: float, weeks: Part, ink: Palette, *, unwell: bool) -> Part:
    """A cut-off: dashed in the text's ink; a line that marks the well side is dotted and pale.

    A trace, not a shape: a shape under the dots is under the grid too, which would hide it.
    """
    return {
        "type": "scatter",
        "mode": "lines",
        "xaxis": frame.x,
        "yaxis": frame.y,
        "x": weeks["range"],
        "y": [at, at],
        "hoverinfo": "skip",
        "line": {
            "color": ink.text if unwell else ink.muted,
            "width": 1.2,
            "dash": "6px,4px" if unwell else "2px,4px",
        },
    }


def began_line(frame: Frame, at: float, ink: Palette) -> Part:
    """The dashed height at which a client began."""
    return _across(frame, at, {"color": ink.hatch, "width": 1.2, "dash": "6px,4px"})


def dots(
    frame: Frame,
    course: Course,
    view: View,
    hue: str,
    ink: Palette,
    *,
    since: date | None = None,
    square: bool = False,
    join: float = 1,
) -> Part:
    """One dot an answer, hollow where items are missing, joined by a thin line within each run.

    Answers before `since` are left out. A value beyond the axis is a triangle at its edge that
    points to where it lies. `join` is the line's width: 1 is faint and subordinate to the dots,
    more is a line in its own right.
    """
    x: list[float | None] = []
    y: list[float | None] = []
    said: list[tuple[str, ...] | None] = []
    hollow: list[bool] = []
    shapes: list[str] = []
    shown = view.shown
    for run in course.segments():
        if since is not None and run[-1].answered_on < since:
            continue
        if x:  # a row of nothing breaks the line
            x.append(None)
            y.append(None)
            said.append(None)
            hollow.append(False)
            shapes.append("circle")
        for answer in run:
            if since is not None and answer.answered_on < since:
                continue
            assert answer.value is not None
            height = view.height(answer.value)
            inside = view.inside(height)
            x.append(round(course.weeks(answer), 2))
            y.append(round(inside, 2))
            said.append(hover(course, answer, None if shown is None else shown(answer.value)))
            hollow.append(answer.has_blanks)
            beyond = "triangle-up" if height > inside else "triangle-down"
            shapes.append("circle" if height == inside else beyond)
    line: Part = {"color": faded(hue, 0.45) if join == 1 else hue, "width": join}
    marker: Part = {"color": hue}
    if any(hollow):
        marker = {
            "color": [ink.bg if empty else hue for empty in hollow],
            "line": {
                "color": [hue if empty else ink.bg for empty in hollow],
                "width": [2 if empty else 1 for empty in hollow],
            },
        }
    if square:
        line["dash"] = "4px,3px"
        marker["symbol"] = "square"
    elif any(shape != "circle" for shape in shapes):
        marker["symbol"] = shapes
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "xaxis": frame.x,
        "yaxis": frame.y,
        "x": x,
        "y": y,
        "customdata": said,
        "hovertemplate": HOVER if shown else CLIENT_HOVER,
        "line": line,
        "marker": marker,
    }


def value_label(at: float, digits: str, word: str, colour: str, when: str = "") -> Label:
    """The latest value in bold with its word, in the hue of its line; under it how old it is."""
    bold = f'<b><span style="font-size:{VALUE_PX}px">{digits}</span></b> ' if digits else ""
    text = bold + word + (f",<br>{when}" if when else "")
    return Label(at=at, text=text, lines=2 if when else 1, colour=colour, is_value=True)


def reference_label(
    at: float, words: Sequence[str], margin_px: float, colour: str, *, may_go: bool = False
) -> Label:
    """A reference's name and source, broken to the margin; a long one ends in an ellipsis."""
    letters = max(6, int((margin_px - GAP_PX) / (TICK_PX * _LETTER)))
    lines: list[str] = []
    for part in words:
        lines += textwrap.wrap(part, letters, max_lines=2, placeholder="…", break_on_hyphens=False)
    text = "<br>".join(safe(line) for line in lines)
    return Label(at=at, text=text, lines=len(lines), colour=colour, may_go=may_go)


def labels(frame: Frame, wanted: Sequence[Label], room_px: tuple[float, float]) -> list[Part]:
    """The labels in the right margin, each as near its own height as the others let it be.

    `wanted` has what matters most first. `room_px` is how far they may reach over the plot's
    top and under its foot; of those that may go, the last go where that is too little or where
    they would stand far from what they name.
    """
    kept = list(wanted)
    while True:
        # Of two at one height the first wanted stands above.
        ordered = kept[::-1]
        ordered.sort(key=lambda label: label.at)
        heights = [label.high_px for label in ordered]
        at = [label.at * frame.plot_px for label in ordered]
        # The value is what people look for: it gives way least.
        weights = [20 if label.is_value else 1 for label in ordered]
        room = (-room_px[1], frame.plot_px + room_px[0])
        centres = pushed_apart(at, heights, weights, room)
        full = sum(heights) > room[1] - room[0]
        lost = [
            label
            for label, want, centre in zip(ordered, at, centres, strict=True)
            if label.may_go and (full or abs(want - centre) > _FAR_PX)
        ]
        if not lost:
            break
        kept.remove(max(lost, key=kept.index))  # the last wanted matters least
    return [
        {
            "xref": f"{frame.x} domain",
            "yref": f"{frame.y} domain",
            "x": 1,
            "y": round(centre / frame.plot_px, 4),
            "yanchor": "middle",
            "xshift": GAP_PX,
            "text": label.text,
            "font": {"color": label.colour, "size": LABEL_PX if label.is_value else TICK_PX},
        }
        for label, centre in zip(ordered, centres, strict=True)
    ]


def pushed_apart(
    wanted: Sequence[float],
    heights: Sequence[float],
    weights: Sequence[float],
    room: tuple[float, float],
) -> list[float]:
    """Centres nearest to those wanted (least weighted squares) that don't overlap, in order.

    `wanted` ascends. Pools of touching labels share one shift (pool adjacent violators); a
    pool that would leave the room is moved back into it as far as the room allows.
    """
    if not wanted:
        return []
    foot: list[float] = [0.0]
    for below, above in pairwise(heights):
        foot.append(foot[-1] + (below + above) / 2)
    pools: list[tuple[float, float, int]] = []  # shift, weight, members
    for want, offset, weight in zip(wanted, foot, weights, strict=True):
        shift, heavy, members = want - offset, weight, 1
        while pools and pools[-1][0] >= shift:
            other, other_weight, more = pools.pop()
            shift = (shift * heavy + other * other_weight) / (heavy + other_weight)
            heavy, members = heavy + other_weight, members + more
        pools.append((shift, heavy, members))
    shifts = [shift for shift, _, members in pools for _ in range(members)]
    most = room[1] - heights[-1] / 2 - foot[-1]
    least = room[0] + heights[0] / 2
    # Clamping a rising row keeps it rising, so nothing overlaps afterwards.
    return [
        max(least, min(shift, most)) + offset for shift, offset in zip(shifts, foot, strict=True)
    ]


def note(frame: Frame, text: str, ink: Palette) -> Part:
    """Words in the middle of an empty plot."""
    return {
        "xref": f"{frame.x} domain",
        "yref": f"{frame.y} domain",
        "x": 0.5,
        "y": 0.5,
        "xanchor": "center",
        "text": text,
        "bgcolor": ink.bg,
    }


def over_axis(frame: Frame, *said: str) -> Part:
    """Which way is which, and what is left out, above the vertical axis and never over data."""
    return {
        "xref": f"{frame.x} domain",
        "yref": f"{frame.y} domain",
        "yanchor": "bottom",
        "yshift": 4,
        "text": " · ".join(part for part in said if part),
    }


def earlier(course: Course, since: date | None) -> int:
    """How many scored answers lie before `since`."""
    if since is None:
        return 0
    return sum(answer.answered_on < since for answer in course.scored)


def left_out(hidden: int) -> str:
    """How many answers a picture leaves out, in words; empty for none."""
    return f"{hidden} earlier not shown" if hidden else ""


def week_axis(
    courses: Sequence[Course], *, since: date | None = None, start: str = "wk 0", end: str = ""
) -> Part:
    """The horizontal axis in weeks over all that the courses reach, with four to five ticks.

    It begins at `since` where that is later. `start` is the word for week 0, `end` stands
    before the last tick.
    """
    shown = [course.weeks_shown for course in courses]
    first = min([0, *(since for since, _ in shown)])
    if since is not None and courses:
        first = max(first, (since - courses[0].started_on).days / 7)
    last = max([first + _SHORTEST_WEEKS, _SHORTEST_WEEKS, *(until for _, until in shown)])
    span = last - first
    step = next((step for step in _WEEK_STEPS if span / step <= 5), _WEEK_STEPS[-1])
    begin = ceil(first / step) * step
    # One tick at or after the end, so that the axis says how far it goes.
    ticks = list(range(begin, int(-(-last // step)) * step + 1, step))
    words = [start if week == 0 else str(week).replace("-", "−") for week in ticks]
    if not end and 0 not in ticks:
        words[0] = f"wk {words[0]}"
    if end:
        words[-1] = f"{end} {words[-1]}"
    right = max(last, ticks[-1])
    air = 0.03 * (right - first)
    return {
        "range": [round(first - air, 3), round(right + air, 3)],
        "tickvals": ticks,
        "ticktext": words,
    }


def value_axis(low: float, high: float) -> Part:
    """The vertical axis, fixed to the whole range whatever the data, both ends named."""
    span = high - low
    step = 25 if span == 100 else next((s for s in _VALUE_STEPS if span / s <= 6), span / 4)
    inner: list[float] = []
    tick = (low // step + 1) * step
    while tick < high:
        if tick - low >= 0.6 * step and high - tick >= 0.6 * step:
            inner.append(tick)
        tick += step
    ticks = [low, *inner, high]
    return {
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}".replace("-", "−") for tick in ticks],
    }


def _across(frame: Frame, at: float, line: Part) -> Part:
    return {
        "type": "line",
        "xref": f"{frame.x} domain",
        "yref": frame.y,
        "y0": at,
        "y1": at,
        "line": line,
    }
