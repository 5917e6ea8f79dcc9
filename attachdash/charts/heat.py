"""Which answer moved while the total stood still: items down, administrations across."""

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from attachdash.charts import marks, theme
from attachdash.charts.marks import Frame, Part
from attachdash.charts.theme import LABEL_PX, TICK_PX, Mode, domain_hue, mixed, palette, template
from attachdash.charts.words import day, in_digits, minus, safe
from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE, Instrument, Item

_ROW_PX, _TOP_PX, _FOOT_PX = 32, 6, 30
_LEFT_PX, _RIGHT_PX = 122, 70
_LEFT_PHONE_PX, _RIGHT_PHONE_PX = 116, 58
_SAID_PX = 18  # over the cells, where some administrations are left out
_MOST, _MOST_PHONE = 16, 6  # cells narrower than their digits say nothing
_LETTER_PX = 0.5 * TICK_PX
_GAP_PX = 2
_FRAME_PX = 1.5

# How much of the hue a cell holds, at the foot of the item's range, a third, two thirds, the top.
# Between the last two no ink would read, so the step is one.
_SHADES = (0.06, 0.2, 0.44, 1.0)
TURNED = "↕"
MISSING = {
    BLANK: ("–", "not answered"),
    DECLINED: ("d", "declined"),
    NOT_APPLICABLE: ("n/a", "not applicable"),
}


class Administration(NamedTuple):
    """The answers of one form, in whole steps and the definition's order of items."""

    week: int
    answered_on: date
    answers: Sequence[int]  # negative: why there is none
    is_nominal: bool = False  # the day was inferred


def heat_strip(
    instrument: Instrument,
    administrations: Sequence[Administration],
    *,
    mode: Mode,
    phone: bool = False,
    words: Mapping[int, str] | None = None,
    only: Sequence[int] | None = None,
) -> go.Figure:
    """One cell an answer, the latest administrations only where they are many, which is said.

    A cell has the digit as it was answered and is the darker the more it counts, so an item
    that counts the other way round (marked ↕) is shaded the other way round. Risk items are
    framed. `words` stand at the right of an item, by its number; `only` leaves out all items
    but these. Raises ValueError where an
    administration has not one answer for each item, or one out of its range.
    """
    ink, hue = palette(mode), domain_hue(instrument.domain, mode)
    items = _items(instrument, only)
    for one in administrations:
        _check(instrument, one)
    shown = _latest(administrations, phone=phone)
    cut = len(administrations) > len(shown)
    top = _TOP_PX + (_SAID_PX if cut else 0)
    height = _ROW_PX * max(1, len(items))
    frame = Frame(plot_px=height)
    left, right = (_LEFT_PHONE_PX, _RIGHT_PHONE_PX) if phone else (_LEFT_PX, _RIGHT_PX)
    turned = _turned(instrument)
    layout: dict[str, Any] = {
        "template": template(mode),
        "height": height + top + _FOOT_PX,
        "margin": {"l": left, "r": right, "t": top, "b": _FOOT_PX, "pad": 0},
        "xaxis": {
            "range": [-0.5, max(1, len(shown)) - 0.5],
            "showline": False,
            "tickvals": list(range(len(shown))),
            "ticktext": [minus(str(one.week)) for one in shown],
        },
        "yaxis": {
            "range": [max(1, len(items)) - 0.5, -0.5],
            "showline": False,
            "showgrid": False,
            "tickvals": list(range(len(items))),
            "ticktext": [_name(item, item.number in turned, left) for item in items],
            "tickfont": {"color": ink.text, "size": TICK_PX},
            "ticklabelstandoff": 4,
        },
        "shapes": [
            _framed(place, frame, ink.text)
            for place, item in enumerate(items)
            if item.number in {risk.item for risk in instrument.risk_items}
        ],
        "annotations": _beside(items, words or {}, right, ink.text),
    }
    notes: list[Part] = layout["annotations"]
    if not shown or not items:
        none = "no answers yet" if items else "ready scores only, no answers by item"
        notes.append(marks.note(frame, none, ink))
        return theme.figure([{"type": "scatter", "x": [], "y": []}], layout)
    notes.append({**_foot(frame), "text": "week"})
    if cut:
        notes.append(
            marks.over_axis(frame, f"The last {len(shown)} of {len(administrations)} answers")
        )
    return theme.figure(_cells(instrument, items, shown, turned, mode, hue), layout)


def heat_note(instrument: Instrument, administrations: Sequence[Administration]) -> str:
    """What the signs in the cells mean, of those that occur; empty where none does."""
    given = {answer for one in administrations for answer in one.answers}
    said = [f"{sign} {why}" for answer, (sign, why) in MISSING.items() if answer in given]
    if _turned(instrument):
        said.append(f"{TURNED} counts the other way round, so its shade is turned")
    return ", ".join(said) + "." if said else ""


def heat_table(
    instrument: Instrument,
    administrations: Sequence[Administration],
    *,
    phone: bool = False,
    only: Sequence[int] | None = None,
) -> pd.DataFrame:
    """The same as text: a row an item, a column for each administration that the strip shows."""
    shown = _latest(administrations, phone=phone)
    columns = [
        f"Week {minus(str(one.week))}, {day(one.answered_on)}"
        + (" (nominal)" if one.is_nominal else "")
        for one in shown
    ]
    rows = [
        [item.label, *(_digits(instrument, one.answers[item.number - 1])[1] for one in shown)]
        for item in _items(instrument, only)
    ]
    return pd.DataFrame(rows, columns=["Item", *columns], dtype="str")


def _items(instrument: Instrument, only: Sequence[int] | None) -> Sequence[Item]:
    return [one for one in instrument.items if only is None or one.number in only]


def _latest(administrations: Sequence[Administration], *, phone: bool) -> Sequence[Administration]:
    return administrations[-(_MOST_PHONE if phone else _MOST) :]


def _digits(instrument: Instrument, answer: int) -> tuple[str, str]:
    """An answer as its cell shows it, and in words."""
    if answer in MISSING:
        return MISSING[answer]
    said = in_digits(round(answer * instrument.step, 3))
    return said, said


def _cells(
    instrument: Instrument,
    items: Sequence[Item],
    shown: Sequence[Administration],
    turned: frozenset[int],
    mode: Mode,
    hue: str,
) -> list[Part]:
    """The shaded cells and, over them, the digits with what hovers."""
    ink = palette(mode)
    rows: list[list[float | None]] = []
    x: list[int] = []
    y: list[int] = []
    digits: list[str] = []
    colours: list[str] = []
    said: list[list[str]] = []
    for row, item in enumerate(items):
        shades: list[float | None] = []
        for column, one in enumerate(shown):
            answer = one.answers[item.number - 1]
            missing = answer in MISSING
            share = None if missing else _shade(item, answer, turned=item.number in turned)
            shades.append(share)
            x.append(column)
            y.append(row)
            sign, spoken = _digits(instrument, answer)
            digits.append(sign)
            # What is missing stands on the page's own ground.
            colours.append(ink.muted if share is None else ink.bg if share == 1 else ink.text)
            when = day(one.answered_on) + (" (nominal)" if one.is_nominal else "")
            said.append([spoken, safe(item.label), minus(str(one.week)), when])
        rows.append(shades)
    # One step of the colour scale a shade: nothing is mixed in the browser.
    steps = sorted({share for shades in rows for share in shades if share is not None})
    place = {share: number for number, share in enumerate(steps)}
    last = max(1, len(steps) - 1)
    scale = [[number / last, mixed(hue, ink.bg, share)] for share, number in place.items()]
    if len(scale) < 2:
        only = scale[0][1] if scale else ink.bg
        scale = [[0, only], [1, only]]
    return [
        {
            "type": "heatmap",
            "z": [[None if s is None else place[s] for s in shades] for shades in rows],
            "zmin": 0,
            "zmax": last,
            "colorscale": scale,
            "showscale": False,
            "xgap": _GAP_PX,
            "ygap": _GAP_PX,
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "text",
            "x": x,
            "y": y,
            "text": digits,
            "textfont": {"color": colours, "size": LABEL_PX},
            "customdata": said,
            "hovertemplate": "<b>%{customdata[0]}</b> · %{customdata[1]} · "
            "week %{customdata[2]} · %{customdata[3]}<extra></extra>",
        },
    ]


def _shade(item: Item, answer: int, *, turned: bool) -> float:
    """How much of the hue an answer's cell holds."""
    part = (answer - item.low) / (item.high - item.low) if item.high > item.low else 0.0
    place = 3 * (1 - part if turned else part)
    if place > 2:
        return _SHADES[3] if place >= 2.5 else _SHADES[2]
    below = min(int(place), 1)
    low, high = _SHADES[below], _SHADES[below + 1]
    return round(low + (place - below) * (high - low), 3)


def _turned(instrument: Instrument) -> frozenset[int]:
    """Items that count the other way round in each scale that has them."""
    ways: dict[int, set[bool]] = {}
    for scale in instrument.scales:
        for number in scale.items:
            ways.setdefault(number, set()).add(number in scale.reverse)
    return frozenset(number for number, way in ways.items() if way == {True})


def _check(instrument: Instrument, one: Administration) -> None:
    if len(one.answers) != len(instrument.items):
        raise ValueError(
            f"{instrument.id}: {len(one.answers)} answers, {len(instrument.items)} items"
        )
    for item, answer in zip(instrument.items, one.answers, strict=True):
        if answer not in MISSING and not item.low <= answer <= item.high:
            raise ValueError(f"{instrument.id} item {item.number}: {answer} is out of range")


def _name(item: Item, is_turned: bool, left_px: float) -> str:
    """An item's label in two lines at most, as far as the left margin lets it be said."""
    letters = int((left_px - 6) / _LETTER_PX)
    text = f"{item.label} {TURNED}" if is_turned else item.label
    lines = textwrap.wrap(text, letters, max_lines=2, placeholder="…", break_on_hyphens=False)
    if is_turned and not lines[-1].endswith(TURNED):  # the mark outlives the label's end
        lines[-1] = f"{lines[-1].removesuffix('…')[: letters - 3].rstrip()}… {TURNED}"
    return "<br>".join(safe(line) for line in lines)


def _framed(place: int, frame: Frame, colour: str) -> Part:
    return {
        "type": "rect",
        "layer": "above",
        "xref": f"{frame.x} domain",
        "yref": frame.y,
        "y0": place - 0.5,
        "y1": place + 0.5,
        "line": {"color": colour, "width": _FRAME_PX},
    }


def _beside(
    items: Sequence[Item], words: Mapping[int, str], right_px: float, colour: str
) -> list[Part]:
    """The words at the right of their items."""
    letters = int((right_px - marks.GAP_PX) / _LETTER_PX)
    return [
        {
            "xref": "x domain",
            "yref": "y",
            "x": 1,
            "y": place,
            "yanchor": "middle",
            "xshift": marks.GAP_PX,
            "text": safe(text if len(text) <= letters else f"{text[: letters - 1]}…"),
            "font": {"color": colour},
        }
        for place, item in enumerate(items)
        if (text := words.get(item.number))
    ]


def _foot(frame: Frame) -> Part:
    """A word left of the numbers under the cells."""
    return {
        "xref": f"{frame.x} domain",
        "yref": f"{frame.y} domain",
        "xanchor": "right",
        "yanchor": "middle",
        "y": 0,
        "yshift": -13,
        "xshift": -4,
    }
