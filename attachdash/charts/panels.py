"""Triad and its panels: where on its own range does each leading scale stand, up is better?"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from attachdash.change import Course, same_client
from attachdash.charts import marks, theme
from attachdash.charts.marks import Frame, Label, Part
from attachdash.charts.references import usual_range
from attachdash.charts.theme import LABEL_PX, VALUE_PX, Mode, domain_hue, palette, template
from attachdash.charts.words import safe, week_if_old
from attachdash.instruments import Direction, Domain

_PLOT_PX = 198
_LEFT_PX, _RIGHT_PX = 26, 76
_TOP_PX, _FOOT_PX = 24, 28
_TITLE_PX = 30  # the triad names its panels itself
_BETWEEN = 0.105  # of the width: the labels of one panel and the ticks of the next

_CLIENT_PLOT_PX = 142
_CLIENT_MARGINS = {"l": 10, "r": 56, "t": 24, "b": 26}

_SHARE_TICKS = {"range": [0, 100], "tickvals": [0, 25, 50, 75, 100]}
_NONE_YET = "no score yet"


def triad(courses: Mapping[Domain, Course | None], *, mode: Mode, phone: bool = False) -> go.Figure:
    """The three leading scales as one figure: side by side, on a phone one under the other.

    Each is a share of its scale's range from 0 to 100, turned so that up is better; heights
    can't be compared between scales. The weeks are the same in all panels. Raises ValueError
    where the courses are not all one client's.
    """
    given = [course for course in courses.values() if course is not None]
    same_client(given)
    weeks = marks.week_axis(given)
    count = max(1, len(courses))
    block = _TITLE_PX + _TOP_PX + _PLOT_PX + _FOOT_PX
    height = block * count if phone else block
    inner = height - _TITLE_PX - _TOP_PX - _FOOT_PX
    data: list[Part] = []
    layout = _layout(mode, height, _LEFT_PX, _RIGHT_PX, _TITLE_PX + _TOP_PX, _FOOT_PX)
    for place, (domain, course) in enumerate(courses.items()):
        frame = Frame(number="" if place == 0 else str(place + 1), plot_px=_PLOT_PX)
        if phone:
            top = 1 - place * block / inner
            across, up = [0.0, 1.0], [max(0.0, top - _PLOT_PX / inner), top]
        else:
            wide = (1 - _BETWEEN * (count - 1)) / count
            left = place * (wide + _BETWEEN)
            across, up = [left, min(1.0, left + wide)], [0.0, 1.0]
        _draw(data, layout, frame, domain, course, weeks, mode)
        layout[_axis("x", frame)] |= {"domain": across, "anchor": frame.y}
        layout[_axis("y", frame)] |= {"domain": up, "anchor": frame.x}
        layout["annotations"].append(_title(frame, domain, course, mode))
    return theme.figure(data, layout)


def panel(course: Course, *, mode: Mode, phone: bool = False) -> go.Figure:
    """One card of the triad alone; the card says the domain. `phone` changes nothing yet."""
    frame = Frame(plot_px=_PLOT_PX)
    height = _TOP_PX + _PLOT_PX + _FOOT_PX
    data: list[Part] = []
    layout = _layout(mode, height, _LEFT_PX, _RIGHT_PX, _TOP_PX, _FOOT_PX)
    _draw(data, layout, frame, course.scale.domain, course, marks.week_axis([course]), mode)
    return theme.figure(data, layout)


def client_panel(course: Course, *, mode: Mode, phone: bool = False) -> go.Figure:
    """The client's own picture: no numbers, no norm; where they began and where they are now."""
    ink, hue = palette(mode), domain_hue(course.scale.domain, mode)
    frame = Frame(plot_px=_CLIENT_PLOT_PX)
    margins = _CLIENT_MARGINS
    height = _CLIENT_PLOT_PX + margins["t"] + margins["b"]
    layout = _layout(mode, height, margins["l"], margins["r"], margins["t"], margins["b"])
    weeks = marks.week_axis([course], start="start", end="week")
    layout |= {
        "xaxis": weeks,
        "yaxis": {"range": [0, 100], "showgrid": False, "showticklabels": False},
    }
    turned = course.scale.direction is not Direction.NEITHER
    notes = [marks.over_axis(frame, "↑ better" if turned else "↑ more")]
    data: list[Part] = []
    shares = course.shares
    if not shares:
        notes.append(marks.note(frame, "no picture yet", ink))
    else:
        layout["shapes"] = [marks.began_line(frame, shares[0], ink)]
        said = [Label(at=shares[0] / 100, text="began", lines=1, colour=ink.muted)]
        if course.n > 1:
            word = "<b>latest</b>" if course.is_old else "<b>now</b>"
            said.append(marks.value_label(shares[-1] / 100, "", word, hue))
        notes += marks.labels(frame, said, (margins["t"], margins["b"]))
        data.append(marks.dots(frame, course, course.scale.share, hue, ink, shown=None))
    layout["annotations"] = notes
    return theme.figure(data, layout)


def _draw(
    data: list[Part],
    layout: dict[str, Any],
    frame: Frame,
    domain: Domain,
    course: Course | None,
    weeks: Part,
    mode: Mode,
) -> None:
    """Put one panel's axes, range, dots and labels into the figure."""
    ink, hue = palette(mode), domain_hue(domain, mode)
    layout[_axis("x", frame)] = dict(weeks)
    layout[_axis("y", frame)] = dict(_SHARE_TICKS)
    notes: list[Part] = layout["annotations"]
    if course is None or not course.scored:
        notes.append(marks.note(frame, _NONE_YET, ink))
        if course is None:
            data.append({"type": "scatter", "x": [], "y": [], "xaxis": frame.x, "yaxis": frame.y})
            return
    scale = course.scale
    turned = scale.direction is not Direction.NEITHER
    notes.append(marks.over_axis(frame, "↑ better" if turned else "not turned"))
    said: list[Label] = []
    usual = usual_range(scale)
    if usual is not None:
        low, high = sorted((scale.share(usual.low), scale.share(usual.high)))
        layout["shapes"] += marks.band(
            frame, (round(low, 2), round(high, 2)), (0, 100), ink, checked=usual.checked
        )
        words: Sequence[str] = ["usual range", usual.group_in_short]
        if not usual.checked:
            words = [*words, "unchecked"]
        said.append(marks.reference_label((low + high) / 200, words, _RIGHT_PX, ink.muted))
    data.append(
        marks.dots(frame, course, scale.share, hue, ink, shown=lambda v: f"{scale.share(v):.0f}")
    )
    if course.shares:
        latest = course.shares[-1]
        when = week_if_old(course)
        said.append(marks.value_label(latest / 100, f"{latest:.0f}", "latest", hue, when))
    notes += marks.labels(frame, said, (_TOP_PX, _FOOT_PX))


def _title(frame: Frame, domain: Domain, course: Course | None, mode: Mode) -> Part:
    """The panel's domain, instrument and n, with the domain's dot, above it."""
    ink, hue = palette(mode), domain_hue(domain, mode)
    about = "" if course is None or course.about is None else f" about {course.about}"
    what = (
        "no answers" if course is None else f"{course.instrument.short_name}{about} · n {course.n}"
    )
    return {
        "xref": f"{frame.x} domain",
        "yref": f"{frame.y} domain",
        "yanchor": "bottom",
        "yshift": _TOP_PX,
        "font": {"color": ink.text, "size": VALUE_PX},
        "text": f'<span style="color:{hue}">●</span> <b>{domain.label}</b>  '
        f'<span style="font-size:{LABEL_PX}px;color:{ink.muted}">{safe(what)}</span>',
    }


def _layout(
    mode: Mode, height: float, left: float, right: float, top: float, foot: float
) -> dict[str, Any]:
    return {
        "template": template(mode),
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": foot, "pad": 0},
        "shapes": [],
        "annotations": [],
    }


def _axis(letter: str, frame: Frame) -> str:
    """The layout's key of an axis: xaxis, xaxis2."""
    return f"{letter}axis{frame.number}"
