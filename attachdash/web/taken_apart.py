"""A number taken apart, as HTML: its items, the formula with its figures, where each is from."""

import streamlit as st

from attachdash.practice.provenance import (
    Ground,
    ItemStep,
    Line,
    Provenance,
    Standing,
    Use,
    in_digits,
)
from attachdash.web import look

_BADGES = {
    Standing.CHECKED: "ad-soon",
    Standing.HOUSE: "ad-soon",
    Standing.UNCHECKED: "ad-first",
}


def heading(text: str) -> str:
    """A heading within a card, as HTML."""
    return f'<h3 class="ad-part">{look.esc(text)}</h3>'


def items(found: Provenance) -> None:
    """Every item: as answered, what it counts as, and why where the two differ."""
    made, step = found.steps, found.steps.instrument.step
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Item", "Topic"))
    head += "".join(f'<th scope="col" class="ad-n">{one}</th>' for one in ("Answer", "Counts as"))
    body = "".join(_item(one) for one in made.items)
    ranges = {(item.low, item.high) for item in made.instrument.items}
    low, high = min(one[0] for one in ranges) * step, max(one[1] for one in ranges) * step
    span = f"Answers run {in_digits(low)}–{in_digits(high)}"
    span += "." if len(ranges) == 1 else ", not every item over the whole of it."
    st.html(
        f'<table class="ad-grid ad-items" aria-label="Items of this score"><thead><tr>{head}'
        f'<th scope="col">How</th></tr></thead><tbody>{body}</tbody></table>'
        f'<div class="ad-meta">{span} Item topics are ours: the questionnaire’s sentences are not '
        "stored here.</div>"
    )


def _item(one: ItemStep) -> str:
    answer = "–" if one.answer is None else in_digits(one.answer)
    counts = "–" if one.counts_as is None else in_digits(one.counts_as, 2)
    how = f"{one.part}: {one.how}" if one.part and one.how and not one.absent else one.how
    how = how or one.part
    shade = ' class="ad-gap"' if one.absent else ""
    return (
        f"<tr{shade}><td>{one.number}</td>"
        f"<td>{look.esc(one.topic)}</td>"
        f'<td class="ad-n">{answer}</td>'
        f'<td class="ad-n"><b>{counts}</b></td>'
        f"<td>{look.esc(how)}</td></tr>"
    )


def formula(lines: tuple[Line, ...]) -> str:
    """The lines of the formula as HTML."""
    said = []
    for line in lines:
        sums = "" if line.is_plain else f"{look.esc(line.sum)} = "
        said.append(
            f"<div>{look.esc(line.says)}: {sums}<b>{look.esc(line.shown)}</b> "
            f"{look.esc(line.unit)}</div>"
        )
    return f'<div class="ad-sunk ad-sums">{"".join(said)}</div>'


def no_noise(found: Provenance) -> str:
    """That the noise isn't known, as HTML, where it isn't."""
    if found.scale.sem is not None:
        return ""
    return '<div class="ad-meta">How much of it is noise isn’t known: no SD is on record.</div>'


def table_of(grounds: tuple[Ground, ...]) -> str:
    """Every figure with its source and standing, as HTML."""
    columns = ("Figure", "Value", "Source", "Standing")
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "".join(
        f'<tr><td data-label="Figure">{look.esc(one.name)}</td>'
        f'<td data-label="Value">{look.esc(one.value)}</td>'
        f'<td data-label="Source">{look.esc(one.source)}</td>'
        f'<td data-label="Standing"><span class="ad-badge {_BADGES[one.standing]}">'
        f"{one.standing.value}</span></td></tr>"
        for one in grounds
    )
    return (
        '<table class="ad-table" aria-label="Where each figure comes from"><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def rests_on(grounds: tuple[Ground, ...]) -> str:
    """What rests on the figures that nobody checked, as HTML; empty where all are checked."""
    unchecked = {one.use for one in grounds if one.standing is Standing.UNCHECKED}
    if not unchecked:
        return ""
    if Use.SCORE in unchecked:
        said = "of these the score itself rests on one: hold it against the questionnaire’s manual."
    elif Use.NOISE in unchecked:
        said = "they enter only the noise and the lines drawn beside it, not the score."
    else:
        said = "they enter only the lines drawn beside the score."
    return f'<div class="ad-say"><b>Unchecked figures:</b> {look.esc(said)}</div>'
