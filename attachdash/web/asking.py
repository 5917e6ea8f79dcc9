"""How does a client ask to talk before the next meeting, on their page or by a box on a form?"""

from datetime import datetime

import streamlit as st

from attachdash.practice import asking, escalation, house
from attachdash.practice.asking import Standing
from attachdash.practice.house import Settings
from attachdash.practice.rights import Viewer
from attachdash.web import forms, look, rows
from attachdash.web.tables import local

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LINE = "I’d like to talk before we meet"
_SURE = "_asking"  # whether the question was pressed and waits to be confirmed


def card(viewer: Viewer) -> None:
    """The question, its confirmation, and what was asked; nothing where it isn't offered."""
    found, practice = asking.standing(viewer), house.settings(viewer)
    if found.asked_at is not None:
        with look.card("talk"):
            _asked(found, practice, viewer.now)
    elif found.is_offered:
        with look.card("talk"):
            _ask(viewer, found, practice)


def _ask(viewer: Viewer, found: Standing, practice: Settings) -> None:
    if not st.session_state.get(_SURE):
        st.html(rows.say("Something that can’t wait?", f"Ask here, and {_by(found, practice)}."))
        if st.button(f"{LINE} …", key="talk_ask"):
            st.session_state[_SURE] = True
            st.rerun()
        return
    st.html(rows.heading("Ask to talk?"))
    st.html(
        rows.say(
            f"{_capital(_by(found, practice))}.",
            "It may take until then: nobody watches this page.",
        )
        + rows.say("If that is too late, don’t wait for us:")
        + rows.where_to_turn(practice)
    )
    with st.container(horizontal=True):
        sure = st.button("Yes, ask", type="primary", key="talk_sure")
        back = st.button("Not now", key="talk_back")
    if sure or back:
        st.session_state.pop(_SURE, None)
    if sure:
        forms.attempt(lambda: asking.ask_to_talk(viewer), "You have asked.")
    if back:
        st.rerun()


def _asked(found: Standing, practice: Settings, now: datetime) -> None:
    assert found.asked_at is not None, "that is why it is said"
    st.html(rows.heading("You asked to talk"))
    if found.is_late(now):
        said = rows.say(
            f"We said {moment(found.by, practice.time_zone)}, and it has passed.",
            "Please call the practice. Your question still stands, and others here were told.",
        )
    else:
        said = rows.say(
            f"{_capital(_by(found, practice))}.",
            f"You asked on {moment(found.asked_at, practice.time_zone)}.",
        )
    st.html(
        said
        + rows.say("Not safe, or is that too late? Don’t wait for us:")
        + rows.where_to_turn(practice)
    )


def box(viewer: Viewer, *, ticked: bool, key: str) -> bool:
    """The box of a form that was filled in on paper, as it was ticked there."""
    practice = house.settings(viewer)
    by = moment(escalation.answered_by(viewer.now, practice.hours), practice.time_zone)
    found = st.checkbox(f"Ticked on the form: “{LINE}”", value=ticked, key=key)
    st.html(
        f'<div class="ad-meta">Keeping the form then raises a flag, to be answered by {by}.</div>'
    )
    return found


def moment(at: datetime, zone: str) -> str:
    """A moment by the practice's clock with its weekday: Wednesday 2 December, 17:00."""
    there = local(at, zone)
    return f"{there:%A} {there.day} {there:%B, %H:%M}"


def within(practice: Settings) -> str:
    """How long it takes at most, for a form that nobody knows when it is handed in."""
    hours = practice.hours
    days = ", ".join(DAYS[at] for at in hours.days)
    return (
        f"{_name(practice)} answers within {hours.later} working hours of getting this "
        f"({days}, {hours.first:%H:%M} to {hours.last:%H:%M})"
    )


def _by(found: Standing, practice: Settings) -> str:
    return f"{_name(practice)} answers by {moment(found.by, practice.time_zone)}"


def _name(practice: Settings) -> str:
    return practice.practice_name or "the practice"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
