"""A paper form being typed in: what is typed, what is wrong with it, what keeping it will raise."""

import re
from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from attachdash.practice.mending import Form
from attachdash.practice.reading import BLANK, DECLINED, SELF, Instrument, Item, RiskLine, span
from attachdash.practice.relations import Relation
from attachdash.practice.rights import Viewer
from attachdash.web import asking, look, rows, tables, whom
from attachdash.web.flagged import ALONE, NEXT_STEP

# In no widget's key, so that Streamlit holds them while another page is shown; whoever signs out,
# or comes after, finds nothing (who.settle, who.sign_out).
_DRAFTS, _DONE, _LAST, _KEPT = "_paper_drafts", "_paper_done", "_paper_last", "_paper_kept"
_CORRECTS = "_paper_corrects"
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
ul.ad-answers{list-style:none;padding:0!important;margin:0;max-width:40rem}
ul.ad-answers li{display:flex;justify-content:space-between;align-items:center;gap:1rem;margin:0;
  padding:.2rem 0}
ul.ad-answers li>span:first-child{flex:1;min-width:0}
"""


@dataclass(slots=True)
class Paper:
    """One form on its way in; forgotten with the session, and when it is kept."""

    client_id: int
    instrument_id: str
    number: int  # part of every widget's key
    texts: list[str]
    wrong: list[tuple[Item, str, str]] = field(default_factory=list)
    no_day: bool = False  # looked over without one
    no_reason: bool = False  # a correction looked over without one
    day: date | None = None
    occasion: str = ""
    answers: list[int] | None = None  # once all could be read: shown again before it is kept
    corrects: Form | None = None  # the form held that this one puts right
    reason: str = ""  # of a correction
    informant: str | None = None  # who answered, once it is said
    about: str | None = None
    person: Relation | None = None  # of several of the kind
    wants_to_talk: bool = False  # ticked on a form in our own words

    def key(self, name: str) -> str:
        """The key of one of its widgets."""
        return f"paper{self.number}_{self.client_id}_{self.instrument_id}_{name}"

    @property
    def kind(self) -> str | None:
        """The kind of whoever isn't the client but answered, or is answered about."""
        said = (self.informant, self.about)
        return next((one for one in said if one not in (None, SELF)), None) if all(said) else None

    @property
    def is_held_up(self) -> bool:
        """Whether something has to be put right before it can be looked over."""
        return bool(self.wrong) or self.no_day or self.no_reason

    @property
    def typed(self) -> int:
        """How many items have something in them."""
        return sum(bool(text.strip()) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done with the last form, to say it."""

    client_id: int
    instrument_id: str
    words: str
    new: bool
    risks: list[RiskLine]
    talk: bool = False  # it was ticked that they would like to talk


def _drafts() -> dict[tuple[int, str], Paper]:
    held: dict[tuple[int, str], Paper] = st.session_state.setdefault(_DRAFTS, {})
    return held


def paper(client_id: int, instrument: Instrument) -> Paper:
    """The draft of this client and questionnaire; an empty one where nothing was typed.

    While a form of theirs is being corrected, that one.
    """
    begun = st.session_state.get(_CORRECTS)
    if isinstance(begun, Paper) and (begun.client_id, begun.instrument_id) == (
        client_id, instrument.id,
    ):  # fmt: skip
        return begun
    drafts = _drafts()
    held = drafts.get((client_id, instrument.id))
    if held is None:
        number = st.session_state.get(_DONE, 0)
        held = Paper(client_id, instrument.id, number, [""] * len(instrument.items))
        drafts[client_id, instrument.id] = held
    st.session_state[_LAST] = instrument.id
    return held


def correct(form: Form) -> None:
    """Begin to put this form right: its answers stand in the fields as they are held."""
    number = st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    step, held = form.instrument.step, form.last.answers or ()
    texts = ["d" if one == DECLINED else "" if one < 0 else f"{one * step:g}" for one in held]
    st.session_state[_CORRECTS] = Paper(
        form.client_id, form.instrument.id, number, texts, day=form.last.answered_on,
        occasion=form.occasion, corrects=form,
    )  # fmt: skip
    st.session_state[_LAST] = form.instrument.id
    st.session_state.pop(f"paper_instrument_{form.client_id}", None)
    go_on()


def is_correcting(client_id: int | None) -> bool:
    """Whether a form of this client is being put right, with its questionnaire chosen."""
    begun = st.session_state.get(_CORRECTS)
    chosen = st.session_state.get(f"paper_instrument_{client_id}")
    return (
        isinstance(begun, Paper)
        and begun.client_id == client_id
        and (chosen is None or chosen.id == begun.instrument_id)
    )


def leave_correction() -> None:
    """Correct nothing after all. Use it as `on_click`."""
    st.session_state.pop(_CORRECTS, None)


def correcting(form: Form) -> None:
    """Say that this is a form held, and offer the way out."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(
            f"You are correcting the {form.instrument.short_name} of "
            f"{tables.day(form.last.answered_on)} (version {form.last.version}). It counts as it "
            "is until you keep the correction; the old version stays in its history."
        )
        st.button("Leave it as it is", on_click=leave_correction, key="paper_leave")


def at_hand(client_id: int | None) -> str | None:
    """The questionnaire to begin with: one with a draft of this client's, else the last typed."""
    last: str | None = st.session_state.get(_LAST)
    correcting = st.session_state.get(_CORRECTS)
    if isinstance(correcting, Paper) and correcting.client_id == client_id:
        return correcting.instrument_id
    begun = [name for (whose, name), one in _drafts().items() if whose == client_id and one.typed]
    return last if last in begun or not begun else begun[-1]


def kept(made: Paper, done: Kept) -> None:
    """Forget what was typed, and remember what to say of it."""
    if made.corrects:
        leave_correction()
    else:
        _drafts().pop((made.client_id, made.instrument_id), None)
    st.session_state[_DONE] = st.session_state.get(_DONE, 0) + 1
    st.session_state[_KEPT] = done


def just_kept(client_id: int, instrument: Instrument) -> Kept | None:
    """What was done with the form before the viewer, until they go on."""
    done = st.session_state.get(_KEPT)
    here = (client_id, instrument.id)
    return done if isinstance(done, Kept) and (done.client_id, done.instrument_id) == here else None


def go_on() -> None:
    """Say no more of the form that was kept."""
    st.session_state.pop(_KEPT, None)


def in_order(offered: list[Instrument]) -> list[Instrument]:
    """Those asked for most first, then the others as they stand."""
    return sorted(offered, key=lambda one: FIRST.index(one.id) if one.id in FIRST else len(FIRST))


def topic(item: Item) -> str:
    """An item by number and topic: 7 · Sleep."""
    return item.label if item.label == f"Item {item.number}" else f"{item.number} · {item.label}"


def fields(made: Paper, instrument: Instrument) -> list[str]:
    """A field per item, empty unless something was typed before; what stands in them."""
    wrong = {
        item.number: (text, expected)
        for item, text, expected in made.wrong
        # Typed anew since: no longer known to be wrong.
        if st.session_state.get(made.key(f"item_{item.number}"), text).strip() == text
    }
    with st.container(key="paper-items"):
        return [
            st.text_input(
                f"{topic(item)} ({span(instrument, item)})" + _marked(wrong.get(item.number)),
                value=made.texts[place],
                max_chars=6,
                autocomplete="off",
                key=made.key(f"item_{item.number}"),
            )
            for place, item in enumerate(instrument.items)
        ]


def people(viewer: Viewer, made: Paper, instrument: Instrument) -> bool:
    """Ask who answered about whom, where there is a choice; whether it is said."""
    if made.corrects:
        return True
    made.informant, made.about = whom.people(
        instrument, made.informant, made.about, made.key
    )  # fmt: skip
    made.person = made.person if made.kind else None
    if made.kind:
        said, made.person = whom.which(
            viewer, made.client_id, made.kind, made.day, made.person, made.key(f"who_{made.kind}")
        )
        return said
    return bool(made.informant and made.about)


def whose(made: Paper) -> str:
    """Who answered about whom, where it isn't the client about themself: ", by mother"."""
    if not made.kind:
        return ""
    said = made.person.said if made.person else made.kind
    return f", about {said}" if made.about == made.kind else f", by {said}"


def _marked(wrong: tuple[str, str] | None) -> str:
    if wrong is None:
        return ""
    found, expected = wrong
    # A label is Markdown, but read aloud as it is: signs could neither stand there nor be escaped.
    if not re.fullmatch(r"[^\W_][\w .,+-]*|[+-]?\d+", found):
        found = "something else"
    return f" · found {found}, expected {expected}"


def mistakes(made: Paper) -> None:
    """What has to be put right before the form can be looked over."""
    lines = "".join(
        f"<li>{look.esc(topic(item))}: found <b>{look.esc(text)}</b>, expected {look.esc(expected)}"
        "</li>"
        for item, text, expected in made.wrong
    )
    said = []
    if made.no_day:
        said.append(
            "<b>The day on the form is missing.</b> It decides whether a risk answer is new or old."
        )
    if made.no_reason:
        said.append("<b>The reason is missing.</b> It stays with the version that was corrected.")
    if lines:
        said.append(f"<b>{how_many(made)} can’t be read.</b>")
    st.html(
        f'<div role="alert" class="ad-sunk">{" ".join(said)} Nothing has been kept, and all you '
        f'typed still stands.<ul style="margin:.5rem 0 0">{lines}</ul></div>'
    )


def how_many(made: Paper) -> str:
    """The answers that can't be read, counted: One answer, 3 answers."""
    return "One answer" if len(made.wrong) == 1 else f"{len(made.wrong)} answers"


def counted(answers: list[int]) -> str:
    """How much is answered: 15 of 16 answered, 1 blank."""
    blank, declined = answers.count(BLANK), answers.count(DECLINED)
    words = f"{len(answers) - blank - declined} of {len(answers)} answered"
    return (
        words
        + (f", {blank} blank" if blank else "")
        + (f", {declined} declined" if declined else "")
    )


def badge(risk: RiskLine) -> str:
    """A risk item's badge as HTML, in words that need no colour."""
    if risk.is_risk:
        words = "! Risk item blank" if risk.is_blank else "! Risk answer"
        return f'<span class="ad-badge ad-risk">{words}</span>'
    words = "Ask: blank" if risk.is_blank else "Ask about it"
    return f'<span class="ad-badge ad-soon">{words}</span>'


def badge_of(done: Kept) -> str:
    """The badge of the gravest that a kept form raised, as HTML."""
    if done.risks:
        return badge(done.risks[0])
    return '<span class="ad-badge ad-first">Asked to talk</span>'


def will_raise(risks: list[RiskLine], instrument: Instrument, code: str) -> None:
    """What keeping these answers raises and what to do next; nothing where it raises nothing."""
    if not risks:
        return
    lines = "".join(
        f"<div>{badge(one)} <b>{look.esc(_fact(one, instrument))}</b></div>" for one in risks
    )
    what = "a flag" if len(risks) == 1 else f"{len(risks)} flags"
    alone = any(one.is_for_alone for one in risks)
    step = ALONE if alone else NEXT_STEP
    if risks[0].is_historic:
        then = (
            "The day on the form is more than 14 days back: keeping it lists this on the record "
            f"of {code} as older, and does not put it first. If the day is wrong, go back to "
            "typing. If nobody has asked about it since, ask "
            f"{'alone ' if alone else ''}at the next contact."
        )
    else:
        first = ", first in the caseload" if risks[0].is_risk else " in the caseload"
        then = f"Keeping this form raises {what} for {code} in the same moment{first}. {step}"
    with st.container(border=True, key="flag-paper"):
        st.html(f'{lines}<div class="ad-say">{look.esc(then)}</div>')


def will_ask(made: Paper, code: str) -> None:
    """That keeping the form raises that they asked to talk; nothing where they didn't."""
    if made.wants_to_talk:
        with st.container(border=True, key="flag-talk"):
            st.html(
                '<div><span class="ad-badge ad-first">Asked to talk</span> <b>Ticked: '
                f'“{asking.LINE}”.</b></div><div class="ad-say">Keeping this form raises it for '
                f"{look.esc(code)} in the same moment, and it waits until somebody marks it as "
                "seen.</div>"
            )


def _fact(risk: RiskLine, instrument: Instrument) -> str:
    what = f"Item {risk.item.number} ({risk.topic})"
    if risk.is_blank:
        return f"{what} has no answer."
    return f"{what} is {risk.answer} (of {span(instrument, risk.item)})."


def was_raised(done: Kept) -> str:
    """What a form that was just kept raised, and what to do; nothing where it raised nothing."""
    asked = "They asked to talk: that stands in the caseload until it is seen." if done.talk else ""
    if not done.risks:
        return asked
    return f"{_raised(done)} {asked}".strip()


def _raised(done: Kept) -> str:
    first = done.risks[0]
    if not done.new or first.is_historic:
        return "It holds an answer to ask about: the record says whether anybody has looked at it."
    if not first.is_risk:
        alone = ", alone" if first.is_for_alone else ""
        return f"A softer prompt now stands in the caseload: ask about it{alone}."
    if first.is_blank:
        return "A risk item left blank is now first in the caseload: speak to them."
    return "A risk answer is now first in the caseload: speak to them."


def read_back(instrument: Instrument, answers: list[int], risks: list[RiskLine]) -> None:
    """What will be kept, to compare with the paper. No scores."""
    words = {BLANK: "blank", DECLINED: "declined"}
    marks = {one.item.number: badge(one) for one in risks}
    lines = "".join(
        f'<li class="ad-line"><span>{look.esc(topic(item))}</span>{marks.get(item.number, "")}'
        f"<b>{words.get(answer, f'{answer * instrument.step:g}')}</b></li>"
        for item, answer in zip(instrument.items, answers, strict=True)
    )
    st.html(f'<ul aria-label="Answers as typed" class="ad-answers">{lines}</ul>')


def dress() -> None:
    """The CSS of the form and of flag cards; once a run, by the page."""
    rows.dress()
    st.html(f"<style>{CSS}</style>")
