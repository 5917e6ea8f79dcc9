"""How long does the triad take to build, beside the usual ways of building it?

Peers draw the same dots and bands: `make_subplots` with `add_trace`, and express with facets.
All share one process, are warmed and interleaved; medians of 60 builds each, in ms.

    python benchmarks/triad.py
"""

from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from attachdash.change import Answer, Course
from attachdash.charts import triad
from attachdash.charts.references import usual_range
from attachdash.instruments import Domain, State, library

ROUNDS = 60
START = date(2026, 6, 20)
SCORES = {
    ("spcc", "total"): (58, 61, 57, 62, 64, 63, 67, 66, 70, 69, 71),
    ("ders16", "total"): (52, 54, 50, 51, 48, 46, 47, 41, 40, 36, 38),
    ("rses", "total"): (15, 17, 14, 13, 16, 17, 16, 18, 16, 17, 17),
}


def courses() -> dict[Domain, Course]:
    """Eleven answers to each of three leading scales."""
    made = {}
    for (code, scale_id), values in SCORES.items():
        instrument = library()[code]
        scale = instrument.scale(scale_id)
        answers = tuple(
            Answer(
                administration_id=place,
                answered_on=START + timedelta(weeks=2 * place),
                value=value,
                answered=10,
                asked=10,
                state=State.COMPLETE,
                is_nominal=False,
            )
            for place, value in enumerate(values)
        )
        made[scale.domain] = Course(
            client_id=1,
            episode_id=1,
            instrument=instrument,
            scale=scale,
            started_on=START,
            answers=answers,
        )
    return made


def ours(given: dict[Domain, Course]) -> str:
    """The figure as the browser gets it."""
    return str(triad(given, mode="light").to_json())


def subplots(given: dict[Domain, Course]) -> str:
    """The same by `make_subplots`, `add_trace`, `add_hrect`."""
    figure = make_subplots(rows=1, cols=3, subplot_titles=[domain.label for domain in given])
    for place, course in enumerate(given.values(), start=1):
        figure.add_trace(
            go.Scatter(
                x=[course.weeks(answer) for answer in course.scored],
                y=course.shares,
                mode="lines+markers",
                marker={"size": 8},
                line={"width": 1},
                hovertext=[str(answer.answered_on) for answer in course.scored],
            ),
            row=1,
            col=place,
        )
        usual = usual_range(course.scale)
        if usual is not None:
            ends = (course.scale.share(usual.low), course.scale.share(usual.high))
            figure.add_hrect(y0=ends[0], y1=ends[1], line_width=0, row=1, col=place)
    figure.update_yaxes(range=[0, 100], fixedrange=True)
    figure.update_xaxes(fixedrange=True)
    figure.update_layout(height=262, showlegend=False, dragmode=False)
    return str(figure.to_json())


def express(given: dict[Domain, Course]) -> str:
    """The dots alone by express with facets."""
    frame = pd.DataFrame(
        [
            {"domain": domain.label, "week": course.weeks(answer), "share": share}
            for domain, course in given.items()
            for answer, share in zip(course.scored, course.shares, strict=True)
        ]
    )
    figure = px.line(frame, x="week", y="share", facet_col="domain", color="domain", markers=True)
    figure.update_yaxes(range=[0, 100], fixedrange=True)
    return str(figure.to_json())


def main() -> None:
    """Print each way's median and its ratio to ours."""
    given = courses()
    ways: dict[str, Any] = {"ours": ours, "make_subplots": subplots, "express": express}
    sizes = {name: len(way(given)) for name, way in ways.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    built: list[float] = []
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = perf_counter()
            way(given)
            times[name].append(1000 * (perf_counter() - began))
        began = perf_counter()
        triad(given, mode="light")
        built.append(1000 * (perf_counter() - began))
    print(f"{'build only, ours':<18}{median(built):7.2f} ms   goal 5, stretch 3, floor .3")
    base = median(times["ours"])
    for name, taken in times.items():
        middle = median(taken)
        print(f"{name + ' + json':<18}{middle:7.2f} ms{middle / base:6.1f} x{sizes[name]:8} bytes")


if __name__ == "__main__":
    main()
