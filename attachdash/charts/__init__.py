"""Pictures of a course: plotly figures, small SVGs, and the same in words and as a table."""

from attachdash.charts.heat import Administration, heat_note, heat_strip, heat_table
from attachdash.charts.key import key
from attachdash.charts.logo import wordmark
from attachdash.charts.measures import measure, two_lines
from attachdash.charts.overlay import Event, Expected, Level, Overlay, Phase
from attachdash.charts.panels import client_panel, panel, triad
from attachdash.charts.sparkline import sparkline
from attachdash.charts.theme import Mode, Palette, domain_hue, palette
from attachdash.charts.words import (
    pair_sentence,
    sentence,
    sentence_parts,
    table,
    week_if_old,
)

__all__ = [
    "Administration",
    "Event",
    "Expected",
    "Level",
    "Mode",
    "Overlay",
    "Palette",
    "Phase",
    "client_panel",
    "domain_hue",
    "heat_note",
    "heat_strip",
    "heat_table",
    "key",
    "measure",
    "pair_sentence",
    "palette",
    "panel",
    "sentence",
    "sentence_parts",
    "sparkline",
    "table",
    "triad",
    "two_lines",
    "week_if_old",
    "wordmark",
]
