"""Overlays made for tests, and figures as the browser gets them."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from attachdash.change import Course
from attachdash.charts import Event, Expected, Level, Overlay, Phase
from tests.charts.courses import START


def on(week: float) -> date:
    return START + timedelta(days=round(7 * week))


PHASES = (
    Phase("CBT", on(0), on(8)),
    Phase("interpersonal", on(8), on(16)),
    Phase("mindfulness", on(16), None),
)
EVENTS = (Event("moved house", on(5), "move"), Event("quarrel", on(15), "rupture"))


def make_overlay(course: Course, half: float = 3, **changes: object) -> Overlay:
    """Level through the values, zone around the first, and all else that can be drawn."""
    days = [7 * course.weeks(answer) for answer in course.scored]
    values = course.values
    first = values[0] if values else course.scale.low
    weeks = list(range(0, 25, 2))
    middle = [first - 0.1 * week for week in weeks]
    fields: dict[str, object] = {
        "level": Level(days, values, *([v + side for v in values] for side in (-half, half))),
        "zone": (first - half, first + half),
        "phases": PHASES,
        "events": EVENTS,
        "expected": Expected(
            weeks, [m - half for m in middle], middle, [m + half for m in middle], 340
        ),
        "ringed": course.scored[-1].administration_id if course.scored else None,
    }
    return Overlay(**(fields | changes))  # type: ignore[arg-type]


def random_overlay(course: Course, chance: Random) -> Overlay:
    """An overlay whose figures may lie far outside the scale and the axis."""
    low, span = course.scale.low, course.scale.span

    def row(count: int) -> list[float]:
        return [chance.uniform(low - span, low + 2 * span) for _ in range(count)]

    zone = sorted(row(2))
    days = sorted(chance.uniform(-60, 400) for _ in range(12))
    return Overlay(
        level=Level(days, row(12), row(12), row(12)),
        zone=(zone[0], zone[1]),
        phases=PHASES,
        events=[
            Event("something " * chance.randint(1, 4), on(chance.uniform(-2, 30)), "event")
            for _ in range(chance.randint(0, 8))
        ],
        expected=Expected(list(range(12)), row(12), row(12), row(12), 340),
    )


def plain(figure: Any) -> dict[str, Any]:
    return json.loads(figure.to_json())  # type: ignore[no-any-return]


def dots_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace.get("mode") == "lines+markers"]


def areas_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The filled ones: zone with its hatch, bands of levels."""
    return [trace for trace in figure["data"] if trace.get("fill") == "toself"]


def texts(figure: dict[str, Any]) -> str:
    return " ".join(note["text"] for note in figure["layout"]["annotations"])


def known(column: Sequence[float | None]) -> list[float]:
    return [value for value in column if value is not None]


def strips(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The strips of phases, whose height is in pixels."""
    return [s for s in figure["layout"]["shapes"] if s.get("ysizemode") == "pixel"]


def phase_words(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The words on the strips."""
    return [
        n for n in figure["layout"]["annotations"] if n.get("xref") == "x" and "◆" not in n["text"]
    ]


def events_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The events with their words."""
    return [n for n in figure["layout"]["annotations"] if "◆" in n["text"]]
