"""Which colours, letters and lines do all charts share?

Contrast (WCAG 2): domain hues at least 4.5:1 on both grounds and 4.2:1 on the usual range;
text and muted ink at least 4.8:1 everywhere. The tests compute it.
"""

from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from attachdash.instruments import Domain

Mode = Literal["light", "dark"]

# Plotly's own check takes most of the time that a figure takes, and finds only mistakes of ours:
# the tests of the charts set this.
VALIDATE = False

FONT = '"Source Sans", system-ui, sans-serif'
TICK_PX = 12  # ticks and reference labels; nothing is smaller
LABEL_PX = 13
VALUE_PX = 15
HOVER_PX = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Every colour a chart may use in one mode, as #rrggbb."""

    bg: str
    sunk: str
    text: str
    muted: str
    link: str
    primary: str
    card_line: str
    widget_line: str
    grid: str
    usual: str
    hatch: str
    axis: str
    phase_a: str
    phase_b: str
    attention_ink: str
    attention_ground: str
    hues: dict[Domain, str]


def _by_domain(**hues: str) -> dict[Domain, str]:
    return {Domain(domain): hue for domain, hue in hues.items()}


_LIGHT = Palette(
    bg="#FAF8F4",
    sunk="#F0EDE6",
    text="#20262C",
    muted="#59626B",
    link="#34508A",
    primary="#34508A",
    card_line="#DDD8CE",
    widget_line="#928C80",
    grid="#E6E2D9",
    usual="#E9E4D8",
    hatch="#A39B8A",
    axis="#A9A498",
    phase_a="#DDD7CA",
    phase_b="#EBE7DD",
    attention_ink="#7A4B00",
    attention_ground="#FBEFD5",
    hues=_by_domain(
        attachment="#670662",
        communication="#006ACA",
        regulation="#91610A",
        self_esteem="#084A45",
        relationships="#A1175A",
        understanding_emotions="#58319E",
        wellbeing="#2E646E",
        symptoms="#4A392C",
        mindfulness="#557343",
        alliance="#4F5128",
    ),
)
_DARK = Palette(
    bg="#16191D",
    sunk="#22272D",
    text="#ECEAE5",
    muted="#A9B0B7",
    link="#A9BEEA",
    primary="#5573BD",
    card_line="#3A4149",
    widget_line="#6B747E",
    grid="#2A3037",
    usual="#262C33",
    hatch="#606A74",
    axis="#59626B",
    phase_a="#3A424B",
    phase_b="#2C333A",
    attention_ink="#F3CC83",
    attention_ground="#3A2E16",
    hues=_by_domain(
        attachment="#C07EAA",
        communication="#7D94E8",
        regulation="#E0B85F",
        self_esteem="#8FF3E5",
        relationships="#EB8486",
        understanding_emotions="#C5C8FE",
        wellbeing="#81C6CB",
        symptoms="#C7B9B0",
        mindfulness="#929942",
        alliance="#D9E5AF",
    ),
)
PALETTES: dict[Mode, Palette] = {"light": _LIGHT, "dark": _DARK}


def palette(mode: Mode) -> Palette:
    """All colours of one mode."""
    return PALETTES[mode]


def domain_hue(domain: Domain, mode: Mode) -> str:
    """The one hue of a domain; its word always stands beside it."""
    return PALETTES[mode].hues[domain]


def faded(colour: str, opacity: float) -> str:
    """The colour #rrggbb as rgba() with this opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def mixed(colour: str, ground: str, share: float) -> str:
    """The colour #rrggbb at this share over a ground, as #rrggbb."""
    both = [[int(one[i : i + 2], 16) for i in (1, 3, 5)] for one in (colour, ground)]
    parts = [round(share * over + (1 - share) * under) for over, under in zip(*both, strict=True)]
    return "#" + "".join(f"{part:02X}" for part in parts)


def template(mode: Mode) -> dict[str, Any]:
    """A whole template, so that nothing of another library's default can show through.

    Streamlit sets a default template of placeholder colours that come out black in a report.
    """
    ink = PALETTES[mode]
    axis = {
        "automargin": False,
        "fixedrange": True,  # otherwise a thumb can't scroll past the chart
        "linecolor": ink.axis,
        "linewidth": 1,
        "showline": True,
        "tickcolor": ink.axis,
        "tickfont": {"color": ink.muted, "size": TICK_PX},
        "ticks": "",
        "zeroline": False,
    }
    return {
        "data": {
            "scatter": [
                {
                    "cliponaxis": False,  # a dot at the end of the range is seen whole
                    "connectgaps": False,
                    "marker": {"size": 8, "opacity": 1, "line": {"color": ink.bg, "width": 1}},
                }
            ]
        },
        "layout": {
            # What all words and shapes share stands here once: each is checked for every figure.
            "annotationdefaults": {
                "align": "left",
                "font": {"color": ink.muted, "size": TICK_PX},
                "showarrow": False,
                "x": 0,
                "xanchor": "left",
                "y": 1,
            },
            "shapedefaults": {"layer": "below", "line": {"width": 0}, "x0": 0, "x1": 1},
            "colorway": list(ink.hues.values()),
            "dragmode": False,
            "font": {"family": FONT, "size": LABEL_PX, "color": ink.text},
            "hoverlabel": {
                "align": "left",
                "bgcolor": ink.bg,
                "bordercolor": ink.widget_line,
                "font": {"family": FONT, "size": HOVER_PX, "color": ink.text},
            },
            "hovermode": "closest",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            # Lower than usual, or "wk 0" would touch the lowest number beside it on a phone.
            "xaxis": {**axis, "showgrid": False, "ticklabelstandoff": 5},
            "yaxis": {**axis, "showgrid": True, "gridcolor": ink.grid, "gridwidth": 1},
        },
    }


def figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """The finished figure; raises ValueError where it breaks plotly's rules and VALIDATE is set."""
    return go.Figure({"data": data, "layout": layout}, _validate=VALIDATE)
