"""How does the support tool stand on a page? Safety, the look, what fits, and the protocol."""

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.practice import support
from attachdash.practice.flags import Flag
from attachdash.practice.helping import Entry, Grounds, Help, Question
from attachdash.practice.house import Settings
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.support import Given, How, Looked
from attachdash.practice.watched import Watched
from attachdash.practice.words import Domain
from attachdash.web import look, rows
from attachdash.web.look import esc, plain
from attachdash.web.tables import clock, day

_FLAG, _TAPPED = "_flag", "_tapped"
NOT_SIGNED = "Draft: a clinician’s sign-off is pending."

CSS = """
[class*="st-key-ask-"] {border-top:1px solid color-mix(in srgb,currentColor 18%,transparent)}
.ad-next {margin:.5rem 0 .35rem;border-left:3px solid currentColor;padding:.1rem 0 .1rem .75rem;
  font-size:15px;line-height:1.4}
.ad-topic {font-size:14px;opacity:.8;margin:.75rem 0 0}
.ad-list {margin:.35rem 0 0;padding-left:1.2rem;font-size:15px;line-height:1.5}
[class*="st-key-ask-"] [data-testid=stWidgetLabel] p {font-size:16px;font-weight:600}
[class*="st-key-ask-"] button[role=radio] {min-height:44px}
"""


def hold_flag(flag_id: int) -> None:
    """Have this flag before oneself, in this tab."""
    st.session_state[_FLAG] = flag_id


def held_flag(found: tuple[Flag | Watched, ...]) -> Flag | Watched | None:
    """The flag before this viewer, of those of the client; the most urgent one at first."""
    held = st.session_state.get(_FLAG)
    return next((one for one in found if one.flag_id == held), found[0] if found else None)


def dress() -> None:
    """The CSS of the tool; once a run, by the page."""
    st.html(f"<style>{CSS}</style>")


def keep_tapped(viewer: Viewer, helps: Help, flag: Flag | Watched) -> None:
    """Keep what was tapped just now, before anything is drawn: all that is drawn holds it."""
    question_id = st.session_state.pop(_TAPPED, None)
    known = {one.id: one for one in (*helps.steps, *helps.questions)}
    if viewer.role is not Role.THERAPIST or question_id not in known:
        return
    words = st.session_state.get(_key(flag, question_id)) or ""
    chosen = How(st.session_state.get(_how_key(flag)) or How.KNOWLEDGE)
    try:
        support.answer(
            viewer, flag.client_id, flag.flag_id, question_id, known[question_id].version, words,
            chosen,
        )  # fmt: skip
    except ForPeople as error:
        st.error(plain(error))


def opening(helps: Help) -> None:
    """What to begin with, and why; and who stands for these words."""
    st.html(f'<div class="ad-lead">{esc(helps.tool.prompt)}</div>')
    _why(helps, helps.tool)
    signed = helps.words.signed_off
    st.caption(f"Signed off by {plain(signed)}." if signed else NOT_SIGNED)


def how(viewer: Viewer, flag: Flag | Watched) -> None:
    """Where the answers to come are from; at first the one that doesn't say the client said so."""
    if viewer.role is Role.THERAPIST:
        st.segmented_control(
            "Answered", list(How), default=How.KNOWLEDGE, required=True, key=_how_key(flag)
        )


def safety(viewer: Viewer, helps: Help, flag: Flag | Watched, looked: Looked) -> None:
    """The steps of safety, in their order."""
    with look.card("safety", stretch=False):
        st.subheader(f"{_number(len(helps.steps))} steps, in this order", anchor=False)
        st.caption("You can stop at any point and act. What you tap is kept with the time.")
        _asked(viewer, helps, helps.steps, flag, looked)


def questions(viewer: Viewer, helps: Help, flag: Flag | Watched, looked: Looked, zone: str) -> None:
    """The short look at what may hold the client back."""
    with look.card("look", stretch=False):
        st.subheader(f"{_number(len(helps.questions))} short questions", anchor=False)
        st.caption(
            "Ask them in the session, or answer from what you know. Leave any out. Nothing here "
            "is summed into a score or shown to the client."
        )
        _asked(viewer, helps, helps.questions, flag, looked)
        held = support.now_held(looked.given, flag.flag_id, support.since(flag))
        done = [held[one.id] for one in helps.questions if one.id in held]
        last = f" · last {clock(max(d.given_at for d in done), zone)}" if done else ""
        st.caption(f"{len(done)} of {len(helps.questions)} answered · kept as you go{last}")


def _asked(
    viewer: Viewer, helps: Help, asked: tuple[Question, ...], flag: Flag | Watched, looked: Looked
) -> None:
    held = support.now_held(looked.given, flag.flag_id, support.since(flag))
    before = support.before_it(looked.given, flag.flag_id, support.since(flag))
    for number, one in enumerate(asked, start=1):
        with st.container(key=f"ask-{one.id}", gap=None):
            _ask(viewer, one, number, flag, held.get(one.id), before.get(one.id))
            _next(one, held.get(one.id))


def _ask(
    viewer: Viewer, one: Question, number: int, flag: Flag | Watched, held: Given | None,
    before: Given | None,
) -> None:  # fmt: skip
    st.html(f'<div class="ad-topic">{number} · {esc(one.topic)}</div>')
    choices = [each.answer for each in one.answers]
    # An answer to an earlier version of the question is not one to this.
    chosen = held.answer if held and held.version == one.version else None
    if viewer.role is Role.THERAPIST:
        key = _key(flag, one.id)
        # What is kept is shown, whatever this tab showed before.
        if st.session_state.get(key) != chosen:
            st.session_state[key] = chosen
        st.segmented_control(
            plain(one.prompt), choices, wrap=True, key=key, on_change=_tapped, args=(one.id,)
        )
    else:
        st.html(
            f'<div class="ad-say"><b>{esc(one.prompt)}</b> {esc(chosen or "Not answered.")}</div>'
        )
    said = []
    if held:
        said.append(f"{held.how} · {held.by_whom}")
        if chosen is None:
            said.append(f"asked as “{held.asked}”: {held.answer}")
    if before:
        said.append(f"before: {before.answer}, {day(before.given_at.date())}")
    if said:
        st.caption(plain(" · ".join(said)))


def _next(one: Question, held: Given | None) -> None:
    answer = one.answer(held.answer) if held and held.version == one.version else None
    if answer and answer.consider:
        st.html(f'<div class="ad-next"><b>To consider:</b> {esc(answer.consider)}</div>')


def _tapped(question_id: str) -> None:
    st.session_state[_TAPPED] = question_id


def _how_key(flag: Flag | Watched) -> str:
    return f"how_{flag.flag_id}"


def _key(flag: Flag | Watched, question_id: str) -> str:
    return f"support_{flag.flag_id}_{question_id}"


def is_urgent(helps: Help, flag: Flag | Watched, looked: Looked) -> bool:
    """Whether an answer lifts the practice's protocol to the top."""
    held = support.now_held(looked.given, flag.flag_id, support.since(flag))
    asked = (*helps.steps, *helps.questions)
    answers = (one.answer(held[one.id].answer) for one in asked if one.id in held)
    return any(answer is not None and answer.urgent for answer in answers)


def protocol(practice: Settings, *, urgent: bool) -> None:
    """The practice's own protocol, and the text and numbers that clients get; what is empty."""
    with st.container(border=True, key="flag-protocol"):
        words = "Now: this practice’s protocol" if urgent else "This practice’s protocol"
        st.subheader(words, anchor=False)
        if practice.protocol:
            if "[" in practice.protocol:
                st.html('<span class="ad-badge ad-first">Not finished</span>')
            st.html(rows.ringing(practice.protocol))
        else:
            st.html(
                '<div><span class="ad-badge ad-first">Empty</span> <b>This practice has written no '
                'protocol for staff.</b></div><div class="ad-say">An administrator writes it under '
                "Settings. Until then: where somebody may be in danger, don’t leave them alone, "
                "call the emergency number of where you are, and tell your supervisor today.</div>"
            )
        st.html('<div class="ad-say"><b>What clients are told</b></div>')
        if not practice.crisis_text:
            st.html(
                '<span class="ad-badge ad-first">Empty</span> '
                "<b>This practice has written no crisis text.</b>"
            )
        st.html(rows.where_to_turn(practice))
        st.caption("AttachDash is no emergency service and assesses no risk.")


def fitting(helps: Help) -> None:
    """What fits the attachment pattern surely enough, and what isn't known of it."""
    found = helps.pattern
    with look.card("pattern", stretch=False):
        st.html(rows.title("With their attachment pattern", Domain.ATTACHMENT, ""))
        st.html(
            f'<div class="ad-say"><b>{esc(found.anxiety.sentence)} '
            f"{esc(found.avoidance.sentence)}</b></div>"
            f'<div class="ad-meta">{esc(_asked_when(helps))}</div>'
            f'<div class="ad-say">{esc(found.said)}'
            + (" They are possibilities, not instructions." if helps.prompts else "")
            + "</div>"
        )
        _listed(helps, helps.prompts)
        _grounds(helps, helps.words.why_not_by_score)
        _all_prompts(helps)


def _asked_when(helps: Help) -> str:
    course = helps.pattern.anxiety.course
    if course is None or course.latest is None:
        return "Answer an attachment questionnaire to have prompts that fit."
    norm = helps.pattern.anxiety.norm
    against = f", against {norm.group}" if norm else ""
    unchecked = " (figures unchecked)" if norm and not norm.checked else ""
    return (
        f"{course.instrument.short_name}, last answered {day(course.latest.answered_on)}{against}"
        f"{unchecked}. High: above that mean plus half an SD."
    )


def _all_prompts(helps: Help) -> None:
    shown = st.expander("Show all prompts, with their sources", key="all_prompts",
                        on_change="rerun")  # fmt: skip
    if shown.open:
        with shown:
            for one in helps.words.prompts:
                st.html(f'<div class="ad-say"><b>{esc(one.when)}.</b> {esc(one.prompt)}</div>')
                _why(helps, one)


def technique(helps: Help) -> None:
    """One or two moves within the work that is under way."""
    with look.card("technique", stretch=False):
        st.subheader("In the work you already do", anchor=False)
        if not helps.in_use:
            st.html(
                '<div class="ad-say">No phase is noted for today. Note what the work is under '
                "<i>Phases and events</i> on the record, and moves for it stand here.</div>"
            )
        for phase, moves in helps.in_use:
            st.html(
                f'<div class="ad-say"><b>{esc(phase.name)}</b> since {day(phase.from_on)}</div>'
            )
            if not moves:
                st.caption("There are no moves here for work in words of your own.")
            _listed(helps, moves)


def children(helps: Help) -> None:
    """For a child, or where the age isn't known: the carer; and what is never done, for all."""
    with look.card("children", stretch=False):
        if helps.is_child is not False:
            known = "" if helps.is_child else " (the age isn’t known here)"
            st.subheader(f"With a child or teenager{known}", anchor=False)
            _listed(helps, helps.words.children)
        never = helps.words.never
        st.html(f'<div class="ad-say"><b>{esc(never.prompt)}</b></div>')
        _why(helps, never)


def _listed(helps: Help, entries: tuple[Entry, ...]) -> None:
    if entries:
        items = "".join(
            f'<li>{esc(one.prompt)} <span class="ad-meta">'
            f"{esc(one.rationale)} {esc(helps.words.sources_of(one))}</span></li>"
            for one in entries
        )
        st.html(f'<ul class="ad-list">{items}</ul>')


def _grounds(helps: Help, grounds: Grounds) -> None:
    st.caption(plain(f"{grounds.words} {helps.words.sources_of(grounds)}"))


def _why(helps: Help, entry: Entry) -> None:
    said = f"{entry.rationale} {helps.words.sources_of(entry)} · version {entry.version}"
    st.caption(plain(said))


def notes(looked: Looked, flag: Flag | Watched, zone: str) -> None:
    """What a supervisor noted beside this flag."""
    found = [one for one in looked.notes if one.flag_id in (flag.flag_id, None)]
    for one in found:
        st.html(
            f'<div class="ad-next"><b>{esc(one.by_whom)}, supervisor, '
            f"{clock(one.noted_at, zone)}:</b> {esc(one.words)}</div>"
        )


def sources(helps: Help, asked: tuple[Question, ...]) -> None:
    """Why each question is asked, and from where."""
    shown = st.expander("Why these questions, with their sources", key="why_questions",
                        on_change="rerun")  # fmt: skip
    if shown.open:
        with shown:
            for one in (helps.tool, *asked):
                st.html(f'<div class="ad-say"><b>{esc(one.prompt)}</b></div>')
                _why(helps, one)


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
             "Eleven", "Twelve")  # fmt: skip
    return words[count] if count < len(words) else str(count)
