"""Triad and its panels: where on its own range does each leading scale stand, up is better?"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from attachdash.change import Course, same_client
from attachdash.charts import layers, marks, theme, views
from attachdash.charts.marks import Frame, Label, Part
from attachdash.charts.overlay import NO_OVERLAY, Overlay
from attachdash.charts.references import usual_range
from attachdash.charts.strip import Strip, strip
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
_T_TICKS = {"range": [views.T_LOW, views.T_HIGH], "tickvals": views.T_TICKS}
_NONE_YET = "no score yet"
_NONE_HERE = "no score in these weeks"

# The narrowest plots that are usual: three cards on 1280 px, one on a phone of 360.
_ROOM_PX, _ROOM_PHONE_PX = 235, 190


def triad(
    courses: Mapping[Domain, Course | None],
    *,
    mode: Mode,
    phone: bool = False,
    overlay: Mapping[Domain, Overlay] | None = None,
    since: date | None = None,
    as_t: bool = False,
) -> go.Figure:
    """The three leading scales as one figure: side by side, on a phone one under the other.

    Each is a share of its scale's range from 0 to 100, turned so that up is better; heights
    can't be compared between scales. `as_t` draws T-scores instead. The weeks are the same in
    all panels; answers before `since` are left out. Raises ValueError where the courses are not
    all one client's, and where a scale that is to be drawn as T-scores has no norm for it.
    """
    given = [course for course in courses.values() if course is not None]
    same_client(given)
    weeks = marks.week_axis(given, since=since)
    overlays = overlay or {}
    count = max(1, len(courses))
    frames = [
        Frame(number="" if place == 0 else str(place + 1), plot_px=_PLOT_PX)
        for place in range(len(courses))
    ]
    strips = [
        _strip(frame, course or given[0], overlays.get(domain), weeks, mode, phone=phone)
        if given
        else Strip()
        for frame, (domain, course) in zip(frames, courses.items(), strict=True)
    ]
    foot = max([_FOOT_PX, *(under.foot_px for under in strips)])
    block = _TITLE_PX + _TOP_PX + _PLOT_PX + foot
    height = block * count if phone else block
    inner = height - _TITLE_PX - _TOP_PX - foot
    data: list[Part] = []
    layout = _layout(mode, height, _LEFT_PX, _RIGHT_PX, _TITLE_PX + _TOP_PX, foot)
    for place, (domain, course) in enumerate(courses.items()):
        frame = frames[place]
        if phone:
            top = 1 - place * block / inner
            across, up = [0.0, 1.0], [max(0.0, top - _PLOT_PX / inner), top]
        else:
            wide = (1 - _BETWEEN * (count - 1)) / count
            left = place * (wide + _BETWEEN)
            across, up = [left, min(1.0, left + wide)], [0.0, 1.0]
        over = overlays.get(domain, NO_OVERLAY)
        _draw(data, layout, frame, domain, course, weeks, mode, over, since, as_t=as_t)
        _add(layout, strips[place])
        layout[_axis("x", frame)] |= {"domain": across, "anchor": frame.y}
        layout[_axis("y", frame)] |= {"domain": up, "anchor": frame.x}
        layout["annotations"].append(_title(frame, domain, course, mode))
    return theme.figure(data, layout)


def panel(
    course: Course,
    *,
    mode: Mode,
    phone: bool = False,
    overlay: Overlay | None = None,
    since: date | None = None,
    as_t: bool = False,
) -> go.Figure:
    """One card of the triad alone; the card says the domain. `as_t` and ValueError as there."""
    frame = Frame(plot_px=_PLOT_PX)
    weeks = marks.week_axis([course], since=since)
    under = _strip(frame, course, overlay, weeks, mode, phone=phone)
    foot = max(_FOOT_PX, under.foot_px)
    data: list[Part] = []
    layout = _layout(mode, _TOP_PX + _PLOT_PX + foot, _LEFT_PX, _RIGHT_PX, _TOP_PX, foot)
    domain, over = course.scale.domain, overlay or NO_OVERLAY
    _draw(data, layout, frame, domain, course, weeks, mode, over, since, as_t=as_t)
    _add(layout, under)
    return theme.figure(data, layout)


def client_panel(
    course: Course,
    *,
    mode: Mode,
    phone: bool = False,
    overlay: Overlay | None = None,
    since: date | None = None,
) -> go.Figure:
    """The client's own picture: no numbers, no norm; where they began and where they are now.

    Of an overlay only the phases are drawn, whatever else it holds.
    """
    ink, hue = palette(mode), domain_hue(course.scale.domain, mode)
    frame = Frame(plot_px=_CLIENT_PLOT_PX)
    margins = _CLIENT_MARGINS
    weeks = marks.week_axis([course], since=since, start="start", end="week")
    only = Overlay(phases=overlay.phases) if overlay else None
    under = _strip(frame, course, only, weeks, mode, phone=phone, margins=margins)
    foot = max(margins["b"], under.foot_px)
    height = _CLIENT_PLOT_PX + margins["t"] + foot
    layout = _layout(mode, height, margins["l"], margins["r"], margins["t"], foot)
    layout |= {
        "xaxis": weeks,
        "yaxis": {"range": [0, 100], "showgrid": False, "showticklabels": False},
    }
    turned = course.scale.direction is not Direction.NEITHER
    notes: list[Part] = layout["annotations"]
    data: list[Part] = []
    view = views.share(course.scale, numbers=False)
    hidden = marks.earlier(course, since)
    # The client's picture has no numbers, so it doesn't count them either.
    cut = "earlier answers not shown" if hidden else ""
    notes.append(marks.over_axis(frame, "↑ better" if turned else "↑ more", cut))
    if course.first is None or course.first.value is None:
        notes.append(marks.note(frame, "no picture yet", ink))
    else:
        began = view.at(course.first.value)
        layout["shapes"].append(marks.began_line(frame, 100 * began, ink))
        said = [Label(at=began, text="began", lines=1, colour=ink.muted)]
        if hidden == course.n:
            notes.append(marks.note(frame, "no answer in these weeks", ink))
        elif course.n > 1:
            word = "<b>latest</b>" if course.is_old else "<b>now</b>"
            said.append(marks.value_label(view.at(course.values[-1]), "", word, hue))
        notes += marks.labels(frame, said, (0 if hidden else margins["t"], margins["b"]))
        data.append(marks.dots(frame, course, view, hue, ink, since=since))
    _add(layout, under)
    return theme.figure(data, layout)


def _draw(
    data: list[Part],
    layout: dict[str, Any],
    frame: Frame,
    domain: Domain,
    course: Course | None,
    weeks: Part,
    mode: Mode,
    overlay: Overlay,
    since: date | None,
    *,
    as_t: bool,
) -> None:
    """Put one panel's axes, range, overlay, dots and labels into the figure."""
    ink, hue = palette(mode), domain_hue(domain, mode)
    layout[_axis("x", frame)] = dict(weeks)
    layout[_axis("y", frame)] = dict(_T_TICKS if as_t else _SHARE_TICKS)
    notes: list[Part] = layout["annotations"]
    if course is None or not course.scored:
        notes.append(marks.note(frame, _NONE_YET, ink))
        if course is None:
            data.append({"type": "scatter", "x": [], "y": [], "xaxis": frame.x, "yaxis": frame.y})
            return
    scale = course.scale
    view = views.t_score(course.instrument, scale) if as_t else views.share(scale)
    turned = scale.direction is not Direction.NEITHER
    way = "↑ better" if turned else "not turned"
    hidden = marks.earlier(course, since)
    way = f"T-score, {way}" if as_t else way
    notes.append(marks.over_axis(frame, way, marks.left_out(hidden)))
    said: list[Label] = []
    if course.values and hidden < course.n:
        latest = course.values[-1]
        digits = view.shown(latest) if view.shown else ""
        said.append(marks.value_label(view.at(latest), digits, "latest", hue, week_if_old(course)))
    elif hidden:
        notes.append(marks.note(frame, _NONE_HERE, ink))
    usual = usual_range(scale)
    if usual is not None:
        edges = view.edges(usual.low, usual.high)
        ends = view.edges(scale.low, scale.high)
        layout["shapes"] += marks.band(frame, edges, ends, ink, checked=usual.checked)
        words: Sequence[str] = ["usual range", usual.group_in_short]
        if not usual.checked:
            words = [*words, "unchecked"]
        middle = (view.at(usual.low) + view.at(usual.high)) / 2
        said.append(marks.reference_label(middle, words, _RIGHT_PX, ink.muted))
    data += layers.under_dots(frame, course, view, overlay, weeks, hue, ink)
    data.append(marks.dots(frame, course, view, hue, ink, since=since))
    data += layers.ring(frame, course, view, overlay, weeks, ink)
    said += layers.labels(view, overlay, weeks, _RIGHT_PX, ink)
    # On a phone the words over the plot reach over the margin, so labels stay below them.
    notes += marks.labels(frame, said, (0 if hidden else _TOP_PX, _FOOT_PX))


def _strip(
    frame: Frame,
    course: Course,
    overlay: Overlay | None,
    weeks: Part,
    mode: Mode,
    *,
    phone: bool,
    margins: Mapping[str, float] | None = None,
) -> Strip:
    """The strip under one panel; an empty one where nothing is to be drawn."""
    if overlay is None:
        return Strip()
    left, right = (margins["l"], margins["r"]) if margins else (_LEFT_PX, _RIGHT_PX)
    wide = _ROOM_PHONE_PX if phone else _ROOM_PX
    return strip(frame, overlay, course, weeks, (wide, left, right), palette(mode))


def _add(layout: dict[str, Any], under: Strip) -> None:
    layout["shapes"] += under.shapes
    layout["annotations"] += under.notes


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
