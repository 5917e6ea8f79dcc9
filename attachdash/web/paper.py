"""A paper form being typed in: what is typed, what is wrong with it, what will be kept."""

from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from attachdash.practice.reading import BLANK, DECLINED, Instrument, Item, span
from attachdash.web import look

_FORM, _DONE = "_paper", "_paper_done"
# The instruments that speak for a domain stand first.
FIRST = (
    "ders16", "rses", "ecr_r", "phq9", "gad7", "core10", "who5", "csi4", "spcc", "wai_sr",
)  # fmt: skip
# Label left, narrow field right: a form of forty items stays readable, on a phone too.
CSS = """
.st-key-paper-items{gap:.25rem;max-width:40rem}
.st-key-paper-items [data-testid=stTextInput]{display:flex;align-items:center;
  justify-content:space-between;gap:1rem}
.st-key-paper-items [data-testid=stTextInput] label{margin:0;min-width:0;flex:1}
.st-key-paper-items [data-testid=stTextInput] label p{font-size:16px}
.st-key-paper-items [data-testid=stTextInputRootElement]{width:5.5rem;flex:none}
.st-key-paper-items [data-testid=InputInstructions]{display:none}
.st-key-paper-items input{text-align:center}
"""


@dataclass(slots=True)
class Paper:
    """One form on its way in; forgotten with the session, with the next form, and when kept."""

    client_id: int
    instrument_id: str
    number: int  # part of every widget's key
    texts: list[str]
    wrong: list[tuple[Item, str, str]] = field(default_factory=list)
    day: date | None = None
    occasion: str = ""
    answers: list[int] | None = None  # once all could be read: shown again before it is kept

    def key(self, name: str) -> str:
        """The key of one of its widgets."""
        return f"paper{self.number}_{self.client_id}_{self.instrument_id}_{name}"


def paper(client_id: int, instrument: Instrument) -> Paper:
    """The form before the viewer; an empty one for another client or questionnaire."""
    found = st.session_state.get(_FORM)
    if isinstance(found, Paper) and (found.client_id, found.instrument_id) == (
        client_id,
        instrument.id,
    ):
        return found
    fresh = Paper(
        client_id, instrument.id, st.session_state.get(_DONE, 0), [""] * len(instrument.items)
    )
    st.session_state[_FORM] = fresh
    return fresh


def next_form() -> None:
    """Forget what was typed: kept, or not wanted."""
    st.session_state.pop(_FORM, None)
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1


def in_order(offered: list[Instrument]) -> list[Instrument]:
    """Those asked for most first, then the others as they stand."""
    return sorted(offered, key=lambda one: FIRST.index(one.id) if one.id in FIRST else len(FIRST))


def topic(item: Item) -> str:
    """An item by number and topic: 7 · Sleep."""
    return item.label if item.label == f"Item {item.number}" else f"{item.number} · {item.label}"


def fields(made: Paper, instrument: Instrument) -> list[str]:
    """A field per item, empty unless something was typed before; what stands in them."""
    st.html(f"<style>{CSS}</style>")
    with st.container(key="paper-items"):
        return [
            st.text_input(
                f"{topic(item)} ({span(instrument, item)})",
                value=made.texts[place],
                max_chars=6,
                autocomplete="off",
                key=made.key(f"item_{item.number}"),
            )
            for place, item in enumerate(instrument.items)
        ]


def mistakes(wrong: list[tuple[Item, str, str]]) -> None:
    """What can't be read, item by item."""
    lines = "".join(
        f"<li>{look.esc(topic(item))}: found <b>{look.esc(text)}</b>, expected {look.esc(expected)}"
        "</li>"
        for item, text, expected in wrong
    )
    many = "One answer" if len(wrong) == 1 else f"{len(wrong)} answers"
    st.html(
        f'<div role="alert" class="ad-sunk"><b>{many} can’t be read.</b> Nothing has been kept.'
        f'<ul style="margin:.5rem 0 0">{lines}</ul></div>'
    )


def counted(answers: list[int]) -> str:
    """How much is answered: 15 of 16 answered, 1 blank."""
    blank, declined = answers.count(BLANK), answers.count(DECLINED)
    words = f"{len(answers) - blank - declined} of {len(answers)} answered"
    return (
        words
        + (f", {blank} blank" if blank else "")
        + (f", {declined} declined" if declined else "")
    )


def read_back(instrument: Instrument, answers: list[int]) -> None:
    """What will be kept, to compare with the paper. No scores."""
    words = {BLANK: "blank", DECLINED: "declined"}
    lines = "".join(
        '<li class="ad-line" style="display:flex;justify-content:space-between;gap:1rem;margin:0;'
        f'padding:.2rem 0"><span>{look.esc(topic(item))}</span>'
        f"<b>{words.get(answer, f'{answer * instrument.step:g}')}</b></li>"
        for item, answer in zip(instrument.items, answers, strict=True)
    )
    st.html(
        '<ul aria-label="Answers as typed" style="list-style:none;padding:0;margin:0;'
        f'max-width:40rem">{lines}</ul>'
    )
