"""How do phases and events of an episode stand on a page, and how does a therapist note them?"""

from datetime import date
from functools import partial
from typing import NamedTuple

import streamlit as st

from attachdash.practice import marks
from attachdash.practice.clients import Client, Episode
from attachdash.practice.marks import Event, EventKind, Kept, Phase, Technique
from attachdash.practice.mending import LONGEST_REASON
from attachdash.practice.record import ClientRecord, Progress
from attachdash.practice.rights import Role, Viewer
from attachdash.web import look, rows, tables
from attachdash.web.forms import attempt, form_key
from attachdash.web.tables import DAY, clock, day, last_day

Mark = Phase | Event
_ACTS = ("Add a phase", "Add an event", "Correct, end or take back", "Versions")
_SHARE = "The client may see it, with these words"


class _PhaseSaid(NamedTuple):
    technique: Technique | None
    first: date
    last: date | None
    words: str
    share: bool


class _EventSaid(NamedTuple):
    kind: EventKind | None
    on: date
    words: str
    share: bool


def card(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """The phases and events of the episode shown; what a therapist can do stands behind one more
    click, and so do the versions for a supervisor."""
    if record.episode is None:
        return
    found = _newest_first(record.phases, record.events)
    with look.card("phases", stretch=False):
        st.subheader("Phases and events", anchor=False)
        if found:
            tables.table(
                ("What", "When", "In words", "Who sees it"),
                [(_named(one), _when(one, record.episode), _words(one), _seen(one))
                 for one in found],
                "Phases and events of this episode, newest first",
            )  # fmt: skip
        else:
            st.caption("None noted yet. They say what the work was, and what happened meanwhile.")
        may = viewer.role is Role.THERAPIST
        words = "Add or change" if may else "Versions"
        key = f"phases_{record.episode.episode_id}"
        shown = st.expander(words, key=key, on_change="rerun")
        if shown.open:
            with shown:
                _acts(viewer, record.client, record.episode, found, zone, may=may)


def shared(progress: Progress) -> None:
    """What staff share with a client, on the client's own page; nothing where that is nothing."""
    found = _newest_first(progress.phases, progress.events)
    if not found:
        return
    with look.card("shared"):
        st.html(rows.heading("Phases and events shared with you"))
        tables.table(
            ("What", "When", "In words"),
            [(_named(one), _when(one, None), _words(one)) for one in found],
            "Phases and events shared with you, newest first",
        )


def _newest_first(phases: tuple[Phase, ...], events: tuple[Event, ...]) -> list[Mark]:
    return sorted((*phases, *events), key=lambda one: (_first(one), one.mark_id), reverse=True)


def _first(one: Mark) -> date:
    return one.from_on if isinstance(one, Phase) else one.on


def _named(one: Mark) -> str:
    return f"{one.name} (phase)" if isinstance(one, Phase) else one.name


def _words(one: Mark) -> str:
    return "" if one.words == one.name else one.words


def _seen(one: Mark) -> str:
    return "staff and client" if one.shared else "staff"


def _when(one: Mark, episode: Episode | None) -> str:
    if isinstance(one, Event):
        said, first, end = day(one.on), one.on, one.on + DAY
    else:
        said = f"{day(one.from_on)} to {last_day(one.to_on)}" if one.to_on else (
            f"since {day(one.from_on)}"
        )  # fmt: skip
        first, end = one.from_on, one.to_on or one.from_on
    # An episode's days can be moved after something was noted in it.
    if episode and (first < episode.started_on or (episode.ended_on and end > episode.ended_on)):
        said += " (outside the episode: correct the day)"
    return said


def _line(one: Mark) -> str:
    said = _words(one)
    return f"{_named(one)}, {_when(one, None)}" + (f": {said}" if said else "")


def _acts(
    viewer: Viewer, client: Client, episode: Episode, found: list[Mark], zone: str, *, may: bool
) -> None:
    chosen = _ACTS[-1]
    if may:
        key = f"phases_act_{episode.episode_id}"
        chosen = st.segmented_control(
            "What do you want to do?", _ACTS, default=_ACTS[0], required=True, wrap=True, key=key
        )
    if chosen == _ACTS[0]:
        _add_phase(viewer, episode)
    elif chosen == _ACTS[1]:
        _add_event(viewer, episode)
    elif chosen == _ACTS[2]:
        _correct(viewer, client.client_id, found)
    else:
        _versions(viewer, client.client_id, episode, zone)


def _add_phase(viewer: Viewer, episode: Episode) -> None:
    name = f"add_phase_{episode.episode_id}"
    key = form_key(name)
    with st.form(key):
        said = _phase_fields(viewer, key, None)
        if st.form_submit_button("Add the phase"):
            if said.technique is None:
                st.error("Choose first what the phase works with.")
                return
            attempt(
                partial(
                    marks.add_phase, viewer, episode.episode_id, said.technique, said.first,
                    said.last, said.words, shared=said.share,
                ),
                "The phase is noted.",
                name,
            )  # fmt: skip


def _add_event(viewer: Viewer, episode: Episode) -> None:
    name = f"add_event_{episode.episode_id}"
    key = form_key(name)
    with st.form(key):
        said = _event_fields(viewer, key, None)
        if st.form_submit_button("Add the event"):
            if said.kind is None:
                st.error("Choose first what happened.")
                return
            attempt(
                partial(
                    marks.add_event, viewer, episode.episode_id, said.kind, said.on, said.words,
                    shared=said.share,
                ),
                "The event is noted.",
                name,
            )  # fmt: skip


def _phase_fields(viewer: Viewer, key: str, now: Phase | None) -> _PhaseSaid:
    techniques = list(Technique)
    technique = st.selectbox(
        "Works with", techniques, index=techniques.index(now.technique) if now else None,
        placeholder="Choose", format_func=lambda one: one.label, key=f"{key}_technique",
    )  # fmt: skip
    left, right = st.columns(2)
    first = left.date_input(
        "First day", now.from_on if now else viewer.today, max_value=viewer.today,
        format="DD/MM/YYYY", key=f"{key}_from",
    )  # fmt: skip
    last = right.date_input(
        "Last day, if it has ended", now.to_on - DAY if now and now.to_on else None,
        max_value=viewer.today, format="DD/MM/YYYY", key=f"{key}_to",
    )  # fmt: skip
    words = _text("In a few words (needed for Other)", key, now.words if now else "")
    share = st.checkbox(_SHARE, bool(now and now.shared), key=f"{key}_share")
    return _PhaseSaid(technique, first, last, words, share)


def _event_fields(viewer: Viewer, key: str, now: Event | None) -> _EventSaid:
    kinds = list(EventKind)
    left, right = st.columns(2)
    kind = left.selectbox(
        "What happened", kinds, index=kinds.index(now.kind) if now else None,
        placeholder="Choose", format_func=str.capitalize, key=f"{key}_kind",
    )  # fmt: skip
    on = right.date_input(
        "Day", now.on if now else viewer.today, max_value=viewer.today, format="DD/MM/YYYY",
        key=f"{key}_on",
    )  # fmt: skip
    words = _text("In a few words (needed for Other)", key, now.words if now else "")
    share = st.checkbox(f"{_SHARE} (never a rupture)", bool(now and now.shared), key=f"{key}_share")
    return _EventSaid(kind, on, words, share)


def _text(label: str, key: str, now: str) -> str:
    return st.text_input(label, now, max_chars=marks.LONGEST_WORDS, key=f"{key}_words")


def _correct(viewer: Viewer, client_id: int, found: list[Mark]) -> None:
    if not found:
        st.write("Nothing is noted yet.")
        return
    known = {one.mark_id: one for one in found}
    chosen = st.selectbox(
        "Which one? Newest first", list(known), index=None, placeholder="Choose",
        format_func=lambda one: _line(known[one]), key=f"phases_which_{client_id}",
    )  # fmt: skip
    if chosen is None:
        return
    one = known[chosen]
    if isinstance(one, Phase) and one.to_on is None:
        _end(viewer, client_id, one)
    _change(viewer, client_id, one)
    _take_back(viewer, client_id, one)


def _end(viewer: Viewer, client_id: int, one: Phase) -> None:
    key = f"end_phase_{one.mark_id}_{one.version}"
    with st.form(key):
        st.write("**End it**")
        last = st.date_input(
            "Last day", viewer.today, max_value=viewer.today, format="DD/MM/YYYY",
            key=f"{key}_last",
        )  # fmt: skip
        if st.form_submit_button("End the phase"):
            attempt(
                partial(marks.end_phase, viewer, client_id, one.mark_id, last),
                "The phase has ended.",
            )


def _change(viewer: Viewer, client_id: int, one: Mark) -> None:
    # The version in the key: what was corrected stands in the fields as it is now.
    key = f"change_mark_{one.mark_id}_{one.version}"
    with st.form(key):
        st.write("**Correct it**: the version before is kept")
        if isinstance(one, Phase):
            phase = _phase_fields(viewer, key, one)
            work = partial(
                marks.change_phase, viewer, client_id, one.mark_id,
                phase.technique or one.technique, phase.first, phase.last, phase.words,
                shared=phase.share, version=one.version,
            )  # fmt: skip
        else:
            event = _event_fields(viewer, key, one)
            work = partial(
                marks.change_event, viewer, client_id, one.mark_id, event.kind or one.kind,
                event.on, event.words, shared=event.share, version=one.version,
            )  # fmt: skip
        reason = _why(key)
        if st.form_submit_button("Save the correction"):
            attempt(partial(work, reason), "It is corrected. The version before is kept.")


def _take_back(viewer: Viewer, client_id: int, one: Mark) -> None:
    key = f"take_back_{one.mark_id}_{one.version}"
    with st.form(key):
        st.write("**Take it back**: it never was. It is kept under Versions, with the reason.")
        reason = _why(key)
        if st.form_submit_button("Take it back"):
            attempt(
                partial(marks.take_back, viewer, client_id, one.mark_id, reason),
                "It is taken back. It is kept under Versions.",
            )


def _why(key: str) -> str:
    return st.text_input("Why? (needed)", max_chars=LONGEST_REASON, key=f"{key}_why")


def _versions(viewer: Viewer, client_id: int, episode: Episode, zone: str) -> None:
    found = [
        one for one in marks.versions(viewer, client_id)
        if one.mark.episode_id == episode.episode_id
    ]  # fmt: skip
    if not found:
        st.write("Nothing is noted yet.")
        return
    tables.table(
        ("What", "Version", "When", "In words", "Who sees it", "Noted", "What became of it"),
        [
            (
                _named(one.mark), str(one.mark.version), _when(one.mark, None), _words(one.mark),
                _seen(one.mark), f"{clock(one.recorded_at, zone)}, {one.recorded_by}",
                _became(one, zone),
            )
            for one in found
        ],
        "Every version of the phases and events of this episode, noted last first",
    )  # fmt: skip


def _became(one: Kept, zone: str) -> str:
    if one.replaced_at is None:
        return "holds"
    how = "taken back" if one.taken_back else "replaced"
    who = f", {one.replaced_by}" if one.replaced_by else ""
    return f"{how} {clock(one.replaced_at, zone)}{who}: {one.reason}"
