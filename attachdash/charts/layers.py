"""How is an overlay drawn into a plot: zone, level, expected course, ring?

Order matters, back to front: zone, level's band, level's line, expected course, then the dots.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attachdash.change import Course
from attachdash.charts import marks
from attachdash.charts.marks import Frame, Label, Part
from attachdash.charts.overlay import Column, Overlay
from attachdash.charts.theme import Palette, faded
from attachdash.charts.views import View

NO_CLEAR_CHANGE = "no clear change"
SIMILAR = "similar clients"
BAND = 0.2  # opacity of the level's band
_RING_PX = 18


def under_dots(
    frame: Frame,
    course: Course,
    view: View,
    overlay: Overlay,
    weeks: Part,
    hue: str,
    ink: Palette,
) -> list[Part]:
    """Traces of zone, level and expected course, none reaching over the axes."""
    return [
        *_zone(frame, course, view, overlay, weeks, ink),
        *level(frame, view, overlay, weeks, hue),
        *_expected(frame, view, overlay, weeks, ink),
    ]


def level(
    frame: Frame, view: View, overlay: Overlay, weeks: Part, hue: str, *, dashed: bool = False
) -> list[Part]:
    """The likely true level as a soft band and a line; nothing for fewer than two days."""
    given = overlay.level
    if given is None:
        return []
    columns = (given.middle, given.low, given.high)
    x, (middle, low, high) = _cut(np.asarray(given.days) / 7, columns, view, weeks)
    if len(x) < 2:
        return []
    low, high = (np.clip(edge, view.low, view.high) for edge in (low, high))
    line: Part = {"color": hue, "width": 2.5}
    if dashed:
        line["dash"] = "8px,4px"
    return [
        {
            **_area(frame, np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])),
            "hoverinfo": "skip",
            "fillcolor": faded(hue, BAND),
        },
        {**_lines(frame, x, middle), "hoverinfo": "skip", "line": line},
    ]


def ring(
    frame: Frame, course: Course, view: View, overlay: Overlay, weeks: Part, ink: Palette
) -> list[Part]:
    """A ring around the dot whose number is being explained, where that dot is in the picture."""
    if overlay.ringed is None:
        return []
    for answer in course.scored:
        if answer.administration_id == overlay.ringed and answer.value is not None:
            week = round(course.weeks(answer), 2)
            if week < weeks["range"][0]:
                return []
            line = {"color": ink.text, "width": 2.5}
            return [
                {
                    "type": "scatter",
                    "mode": "markers",
                    "xaxis": frame.x,
                    "yaxis": frame.y,
                    "x": [week],
                    "y": [round(view.inside(view.height(answer.value)), 2)],
                    "hoverinfo": "skip",
                    "marker": {
                        "symbol": "circle-open",
                        "size": _RING_PX,
                        "color": ink.text,
                        "line": line,
                    },
                }
            ]
    return []


def labels(view: View, overlay: Overlay, weeks: Part, right_px: float, ink: Palette) -> list[Label]:
    """Words for zone and expected course; without room for them they stand on hover alone."""
    said: list[Label] = []
    if overlay.zone is not None:
        low, high = view.edges(*overlay.zone)
        if low < high:
            at = ((low + high) / 2 - view.low) / (view.high - view.low)
            said.append(
                marks.reference_label(at, [NO_CLEAR_CHANGE], right_px, ink.muted, may_go=True)
            )
    expected = overlay.expected
    if expected is not None:
        _, (middle,) = _cut(np.asarray(expected.weeks), (expected.middle,), view, weeks)
        if len(middle):
            at = (view.inside(float(middle[-1])) - view.low) / (view.high - view.low)
            words = [SIMILAR, f"n {expected.n}"]
            said.append(marks.reference_label(at, words, right_px, ink.muted, may_go=True))
    return said


def _zone(
    frame: Frame, course: Course, view: View, overlay: Overlay, weeks: Part, ink: Palette
) -> list[Part]:
    since = overlay.zone_since
    if since is None and course.first is not None:
        since = course.first.answered_on
    if overlay.zone is None or since is None:
        return []
    low, high = view.edges(*overlay.zone)
    left, right = weeks["range"]
    left = max(left, round((since - course.started_on).days / 7, 2))
    if low >= high or left >= right:
        return []
    return [
        {
            **_area(frame, np.array([left, right, right, left]), np.array([low, low, high, high])),
            "hoveron": "fills",
            "hoverinfo": "text",
            "text": f"{NO_CLEAR_CHANGE} since the start: within this it can be noise",
            "fillcolor": "rgba(0,0,0,0)",
            "fillpattern": {
                "shape": "/",
                "size": 7,
                "solidity": 0.13,
                "fgcolor": ink.hatch,
            },
        }
    ]


def _expected(frame: Frame, view: View, overlay: Overlay, weeks: Part, ink: Palette) -> list[Part]:
    expected = overlay.expected
    if expected is None:
        return []
    columns = (expected.low, expected.middle, expected.high)
    x, rows = _cut(np.asarray(expected.weeks), columns, view, weeks)
    if len(x) < 2:
        return []
    gap = [np.nan]  # one trace for the three, broken between them
    line = {"color": ink.muted, "width": 1, "dash": "dot"}
    return [
        {
            **_lines(
                frame,
                np.concatenate([x, gap, x, gap, x]),
                np.concatenate([rows[0], gap, rows[1], gap, rows[2]]),
            ),
            "hovertemplate": f"{SIMILAR}, n {expected.n}<extra></extra>",
            "line": line,
        }
    ]


def _cut(
    x: NDArray[np.float64], columns: Sequence[Column], view: View, weeks: Part
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Weeks within the axis and each column's heights there; a line is cut where the axis ends."""
    heights = [np.asarray(view.height(np.asarray(c, np.float64)), np.float64) for c in columns]
    known = np.isfinite(x)
    for column in heights:
        known &= np.isfinite(column)
    x, heights = x[known], [column[known] for column in heights]
    if not len(x):
        return x, heights
    left, right = weeks["range"]
    ends = [end for end in (left, right) if x[0] < end < x[-1]]
    inside = np.unique(np.concatenate([x[(x >= left) & (x <= right)], ends]))
    return inside, [np.interp(inside, x, column) for column in heights]


def _area(frame: Frame, x: NDArray[np.float64], y: NDArray[np.float64]) -> Part:
    return {**_lines(frame, x, y), "fill": "toself", "line": {"width": 0}}


def _lines(frame: Frame, x: NDArray[np.float64], y: NDArray[np.float64]) -> Part:
    return {
        "type": "scatter",
        "mode": "lines",
        "cliponaxis": True,
        "xaxis": frame.x,
        "yaxis": frame.y,
        "x": [None if week != week else week for week in np.round(x, 2).tolist()],
        "y": [None if height != height else height for height in np.round(y, 2).tolist()],
    }
