"""Of which small parts is every chart made?

Each part comes back as a plain dict (or a list of them) for a figure's `data`,
`layout.shapes` or `layout.annotations`; nothing is validated until the whole figure is.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from attachdash.change import Course
from attachdash.charts.theme import LABEL_PX, TICK_PX, VALUE_PX, Palette, faded
from attachdash.charts.words import CLIENT_HOVER, HOVER, hover, safe

Part = dict[str, Any]
Height = Callable[[float], float]  # scale points -> what the vertical axis shows

GAP_PX = 6  # between the plot and the labels in its right margin
_LETTER = 0.5  # mean width of a letter of the chart's font, as a share of its size
_LINE_PX = 15  # one line of a reference label
_VALUE_LINE_PX = 18
_AIR_PX = 4  # keeps two references from reading as one

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
    height: Height,
    hue: str,
    ink: Palette,
    *,
    shown: Callable[[float], str] | None,
    square: bool = False,
    join: float = 1,
) -> Part:
    """One dot an answer, hollow where items are missing, joined by a thin line within each run.

    `shown` gives the digits of the hover; None keeps numbers out of it. `join` is the line's
    width: 1 is faint and subordinate to the dots, more is a line in its own right.
    """
    x: list[float | None] = []
    y: list[float | None] = []
    said: list[tuple[str, ...] | None] = []
    hollow: list[bool] = []
    for run in course.segments():
        if x:  # a row of nothing breaks the line
            x.append(None)
            y.append(None)
            said.append(None)
            hollow.append(False)
        for answer in run:
            assert answer.value is not None
            x.append(round(course.weeks(answer), 2))
            y.append(round(height(answer.value), 2))
            said.append(hover(course, answer, None if shown is None else shown(answer.value)))
            hollow.append(answer.has_blanks)
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


def reference_label(at: float, words: Sequence[str], margin_px: float, colour: str) -> Label:
    """A reference's name and source, broken to the margin; a long one ends in an ellipsis."""
    letters = max(6, int((margin_px - GAP_PX) / (TICK_PX * _LETTER)))
    lines: list[str] = []
    for part in words:
        lines += textwrap.wrap(part, letters, max_lines=2, placeholder="…", break_on_hyphens=False)
    text = "<br>".join(safe(line) for line in lines)
    return Label(at=at, text=text, lines=len(lines), colour=colour)


def labels(frame: Frame, wanted: Sequence[Label], room_px: tuple[float, float]) -> list[Part]:
    """The labels in the right margin, each as near its own height as the others let it be.

    `room_px` is how far they may reach over the plot's top and under its foot.
    """
    # Of two at one height the first wanted stands above.
    ordered = list(wanted[::-1])
    ordered.sort(key=lambda label: label.at)
    centres = pushed_apart(
        [label.at * frame.plot_px for label in ordered],
        [label.high_px for label in ordered],
        # The value is what people look for: it gives way least.
        [20 if label.is_value else 1 for label in ordered],
        (-room_px[1], frame.plot_px + room_px[0]),
    )
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


def over_axis(frame: Frame, text: str) -> Part:
    """Which way is which, above the vertical axis and never over data."""
    return {
        "xref": f"{frame.x} domain",
        "yref": f"{frame.y} domain",
        "yanchor": "bottom",
        "yshift": 4,
        "text": text,
    }


def week_axis(courses: Sequence[Course], *, start: str = "wk 0", end: str = "") -> Part:
    """The horizontal axis in weeks over all that the courses reach, with four to five ticks."""
    shown = [course.weeks_shown for course in courses]
    last = max([_SHORTEST_WEEKS, *(until for _, until in shown)])
    first = min([0, *(since for since, _ in shown)])
    span = last - first
    step = next((step for step in _WEEK_STEPS if span / step <= 5), _WEEK_STEPS[-1])
    begin = -(-int(first) // step) * step
    # One tick at or after the end, so that the axis says how far it goes.
    ticks = list(range(begin, int(-(-last // step)) * step + 1, step))
    words = [start if week == 0 else str(week).replace("-", "−") for week in ticks]
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
