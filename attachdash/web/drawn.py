"""What is laid over a client's charts: the likely true level, noise, phases, events, a ring."""

from datetime import date, timedelta

import streamlit as st

from attachdash import charts
from attachdash.practice.record import ClientRecord
from attachdash.practice.telling import Told
from attachdash.practice.words import Course, Lacking, Word
from attachdash.web import browser, look, made, rows

# Days that a chart reaches back over from the end of the episode, or from today.
RANGES = {"3 months": 91, "6 months": 183, "All": None}
SYMBOLS = {
    Word.RELIABLY_BETTER: "▲", Word.PROBABLY_BETTER: "△", Word.NO_CLEAR_CHANGE: "–",
    Word.PROBABLY_WORSE: "▽", Word.RELIABLY_WORSE: "▼",
}  # fmt: skip

_FILLED = (Lacking.SD, Lacking.RELIABILITY, Lacking.BOTH)


def chosen_range(client_id: int) -> str:
    """The control for how far back charts reach, and what it says."""
    found = st.segmented_control(
        "Range", list(RANGES), default="All", required=True, label_visibility="collapsed",
        key=f"range_{client_id}",
    )  # fmt: skip
    return found or "All"


def chosen_axis(client_id: int) -> bool:
    """The control for the axis of the triad; whether it says T-scores."""
    axes = ["Share of range", "T-scores"]
    found = st.segmented_control(
        "Axis", axes, default=axes[0], required=True, label_visibility="collapsed",
        key=f"axis_{client_id}",
    )  # fmt: skip
    return found == axes[1]


def since(course: Course, chosen: str) -> date | None:
    """The first day that a chart shows; None: from the start."""
    days = RANGES[chosen]
    if days is None or course.reach is None:
        return None
    first = course.reach[1] - timedelta(days=days)
    return first if first > course.reach[0] else None


def overlay(record: ClientRecord, course: Course) -> charts.Overlay:
    """All that is laid over one course of this record."""
    told = record.told.get(made.key_of(course))
    level = told.level if told else None
    return charts.Overlay(
        level=charts.Level(*level) if level is not None else None,
        zone=told.zone if told and told.word.is_for_change else None,
        phases=[charts.Phase(one.name, one.from_on, one.to_on) for one in record.phases],
        events=[charts.Event(one.name, one.on, one.kind) for one in record.events],
        ringed=made.ringed(course),
    )


def word(told: Told | None) -> str:
    """The word for change at the right of a card's title, as HTML; nothing before an answer."""
    if told is None or told.word in (Word.NO_ANSWER, Word.NEITHER):
        return ""
    symbol = SYMBOLS.get(told.word, "")
    return f'<span class="ad-word">{look.esc(f"{symbol} {told.word.label}".strip())}</span>'


def plain_sentence(told: Told | None) -> str:
    """What is told of a course, in plain text for whoever can't see its picture."""
    return " ".join([told.sentences[0], told.disagreement]).strip() if told else ""


def sentence(told: Told | None) -> str:
    """What is told of a course in a sentence, or two where the ways disagree, as HTML."""
    if told is None:
        return ""
    more = told.disagreement
    if told.figures.lacking in _FILLED and not told.course.scale.asked:
        more = "An administrator can enter what is missing, with its source, under Norms."
    # The clause that says whether it changed; figures and reasons follow it.
    bold, mark, figures = told.sentences[0].partition(
        " (+" if " (+" in told.sentences[0] else " (−"
    )
    return rows.say(bold, f"{mark}{figures} {more}".strip())


def key(record: ClientRecord, courses: list[Course], *, as_t: bool = False) -> str:
    """The line under a row of charts that says which mark means what, as HTML."""
    over = [overlay(record, course) for course in courses]
    level = next((one for one in over if one.level is not None), None)
    entries = charts.key(
        level or (over[0] if over else None), mode=browser.mode(),
        hollow=any(one.has_blanks for course in courses for one in course.scored), as_t=as_t,
    )  # fmt: skip
    return "".join(
        f'<span><img alt="" width="32" height="14" src="{address}"> {look.esc(words)}</span>'
        for address, words in entries
    )
