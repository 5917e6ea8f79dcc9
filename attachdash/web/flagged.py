"""What wants a person's eye: the fact, what went before it, the next step."""

import streamlit as st

from attachdash.practice import flags
from attachdash.practice.record import ClientRecord
from attachdash.practice.rights import Role, Viewer
from attachdash.web import forms, look, rows, support
from attachdash.web.navigation import go
from attachdash.web.tables import clock, counted, day

NEXT_STEP = (
    "Ask directly at the next contact. The total says nothing about it, and this product is no "
    "emergency service."
)


def first_of_all(record: ClientRecord) -> str:
    """The sentence that stands before all others while a risk answer is unseen; else nothing."""
    risk = [one for one in record.flags if one.state == "open" and one.is_risk]
    if not risk:
        return ""
    blanks = sum(one.is_blank for one in risk)
    answers = len(risk) - blanks
    what = [counted(answers, "risk answer")] if answers else []
    what += [counted(blanks, "risk blank")] if blanks else []
    verb = "wants" if len(risk) == 1 else "want"
    return f"{' and '.join(what)} nobody has seen {verb} you first. "


def cards(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """Open flags as cards, then those seen, then the historic ones, quietly."""
    for one in record.flags:
        if one.state == "open":
            _open(viewer, one, zone)
    seen = [one for one in record.flags if one.state == "seen"]
    if seen:
        st.caption("**Seen**")
    for one in seen:
        with st.container(horizontal=True, vertical_alignment="center", key=f"seen-{one.flag_id}"):
            st.caption(look.plain(_quietly(one, zone)))
            _help(one)
    late = [one for one in record.flags if one.state == "historic"]
    if late:
        st.caption("**Older than 14 days when they came in**")
    for one in late:
        with st.container(horizontal=True, vertical_alignment="center", key=f"late-{one.flag_id}"):
            st.caption(look.plain(_quietly(one, zone)))
            _seen(viewer, one, loud=False)
            _help(one)


def _open(viewer: Viewer, one: flags.Flag, zone: str) -> None:
    with (
        st.container(border=True, key=f"flag-{one.flag_id}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.html(
            f"<div>{rows.badge(one)} <b>{look.esc(_fact(one))}; "
            f"came in {clock(one.came_in_at, zone)}.</b></div>"
            f'<div class="ad-say">{look.esc(history(one, zone))} Nobody has marked this answer '
            f"seen. {NEXT_STEP}</div>"
        )
        _seen(viewer, one, loud=True)
        _help(one)


def reason(one: flags.Flag, zone: str) -> None:
    """The reason with its numbers, as the support tool begins with it."""
    with st.container(border=True, key=f"flag-reason-{one.flag_id}"):
        st.html(
            f"<div>{rows.badge(one)} <b>{look.esc(_fact(one))}; "
            f"came in {clock(one.came_in_at, zone)}.</b></div>"
            f'<div class="ad-say">{look.esc(history(one, zone))} {look.esc(_looked_at(one, zone))}'
            "</div>"
        )


def _looked_at(one: flags.Flag, zone: str) -> str:
    if one.state == "seen" and one.seen_at:
        return f"Seen by {one.seen_by}, {clock(one.seen_at, zone)}."
    return "Nobody has marked this answer seen."


def _help(one: flags.Flag) -> None:
    if st.button("What may help", key=f"help_{one.flag_id}"):
        support.hold_flag(one.flag_id)
        go("support")


def _seen(viewer: Viewer, one: flags.Flag, *, loud: bool) -> None:
    if viewer.role is not Role.THERAPIST:
        return
    pressed = st.button(
        "I have seen this", key=f"seen_{one.flag_id}", type="primary" if loud else "secondary"
    )
    if pressed:
        forms.attempt(
            lambda: flags.mark_seen(
                viewer, one.client_id, one.flag_id, one.administration_id, one.version
            ),
            "Marked as seen.",
        )


def history(one: flags.Flag, zone: str) -> str:
    """What was answered to the item before, and who looked at what wanted an eye."""
    if not one.before:
        return f"It is the first answer to this item{rows.by_whom(one)}."
    least = min(risk.min for risk in one.instrument.risk_items if risk.item == one.item)
    least *= one.instrument.steps_per_unit
    quiet = [e.answer is not None and e.answer < least for e in one.before]
    said = []
    calm = quiet.index(False) if False in quiet else len(quiet)
    if calm:
        values = {e.answer for e in one.before[:calm] if e.answer is not None}
        low, high = (f"{value * one.instrument.step:g}" for value in (min(values), max(values)))
        what = low if low == high else f"{low} to {high}"
        many = "the answer" if calm == 1 else f"the {calm} answers"
        said.append(f"It was {what} at {many} before.")
    if calm < len(quiet):
        last = one.before[calm]
        what = "left blank" if last.answer is None else f"{last.answer * one.instrument.step:g}"
        look_at = (
            f"seen by {last.seen_by}, {clock(last.seen_at, zone)}"
            if last.seen_at
            else "not marked as seen"
        )
        when = "Before that" if calm else "Before"
        said.append(f"{when}: {what} on {day(last.answered_on)}, {look_at}.")
    return " ".join(said)


def _fact(one: flags.Flag) -> str:
    what = f"{one.instrument.short_name} item {one.item} ({one.topic})"
    if one.answer is None:
        return f"{what} was left blank{rows.by_whom(one)} on {day(one.answered_on)}"
    return f"{what} was answered {rows.given(one)}{rows.by_whom(one)} on {day(one.answered_on)}"


def _quietly(one: flags.Flag, zone: str) -> str:
    if one.state == "seen" and one.seen_at:
        return f"{_fact(one)}; seen by {one.seen_by}, {clock(one.seen_at, zone)}."
    return f"{_fact(one)}; came in {clock(one.came_in_at, zone)}. {history(one, zone)}"
