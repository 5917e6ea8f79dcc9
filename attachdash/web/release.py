"""How does a therapist see and set what a client is shown nothing of, on the client's record?"""

from functools import partial

import streamlit as st

from attachdash.practice import release
from attachdash.practice.mending import LONGEST_REASON
from attachdash.practice.reading import questionnaires
from attachdash.practice.record import ClientRecord
from attachdash.practice.release import LONGEST_HOLD, RELEASED_AFTER, Hold
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import Instrument
from attachdash.web import look, tables
from attachdash.web.forms import attempt, form_key
from attachdash.web.tables import DAY, clock, last_day

_RULE = (
    "Their three courses and, in words, each measure that has a risk item: once somebody who "
    "treats them has opened this record, or seen its flag, after it came in, and never while its "
    f"flag waits; else by itself {RELEASED_AFTER.days} days after it came in. Never risk answers, "
    "flags, norms or notes. Their own copy under My data always holds all that they answered."
)


def card(viewer: Viewer, record: ClientRecord, zone: str) -> None:
    """What the client sees, and what is held back from them; a therapist can hold back and show
    again, a supervisor reads."""
    now = [one for one in record.holds if one.holds_on(viewer.today)]
    over = [one for one in record.holds if one not in now]
    may = viewer.role is Role.THERAPIST
    with look.card("release", stretch=False):
        st.subheader("What the client sees", anchor=False)
        st.caption(_RULE)
        if now:
            tables.table(
                ("Held back", "Last day", "Why", "Since", "By"),
                [
                    (_named(one.instrument), last_day(one.to_on), one.reason,
                     clock(one.from_at, zone), one.by_whom)
                    for one in now
                ],
                "Measures held back from the client",
            )  # fmt: skip
        else:
            st.write("Nothing is held back from them.")
        if not may and not over:
            return
        client_id = record.client.client_id
        words = "Hold back, or show again" if may else "Holds that are over"
        acts = st.expander(words, key=f"holds_{client_id}", on_change="rerun")
        if acts.open:
            with acts:
                if may:
                    _hold_back(viewer, record)
                    for one in now:
                        _show_again(viewer, client_id, one)
                if over:
                    _over(over, zone)


def _named(instrument: Instrument) -> str:
    short, name = instrument.short_name, instrument.name
    return short if short == name else f"{short}: {name}"


def _choices(viewer: Viewer, record: ClientRecord) -> dict[str, Instrument]:
    """The measures that can be held back: those answered in this episode first, then the others
    that have a risk item."""
    drawn = (*(one for one in record.triad.values() if one), *record.others)
    found = {one.instrument.id: one.instrument for one in drawn}
    asking = (one for one in questionnaires(viewer) if one.risk_items)
    return found | {one.id: one for one in asking if one.id not in found}


def _hold_back(viewer: Viewer, record: ClientRecord) -> None:
    client_id = record.client.client_id
    name = f"hold_{client_id}"
    key = form_key(name)
    known = _choices(viewer, record)
    with st.form(key):
        st.write("**Hold a measure back.** One that is held back already gets the new last day.")
        left, right = st.columns(2)
        instrument_id = left.selectbox(
            "Measure", list(known), index=None, placeholder="Choose",
            format_func=lambda one: _named(known[one]), key=f"{key}_measure",
        )  # fmt: skip
        last = right.date_input(
            f"Last day (needed; at most {LONGEST_HOLD.days} days ahead)", None,
            min_value=viewer.today, max_value=viewer.today + LONGEST_HOLD, format="DD/MM/YYYY",
            key=f"{key}_last",
        )  # fmt: skip
        reason = st.text_input(
            "Why? (needed; staff read it, the client isn’t shown it)", max_chars=LONGEST_REASON,
            key=f"{key}_why",
        )  # fmt: skip
        if st.form_submit_button("Hold it back"):
            if instrument_id is None or last is None:
                st.error("Choose first which measure, and the last day.")
                return
            attempt(
                partial(release.hold_back, viewer, client_id, instrument_id, last, reason),
                f"{known[instrument_id].short_name} is held back up to {last_day(last + DAY)}.",
                name,
            )


def _show_again(viewer: Viewer, client_id: int, one: Hold) -> None:
    words = f"Show {one.instrument.short_name} again now"
    if st.button(words, key=f"end_hold_{one.hold_id}"):
        attempt(
            partial(release.end_hold, viewer, client_id, one.hold_id),
            f"{one.instrument.short_name} is held back no longer.",
        )


def _over(over: list[Hold], zone: str) -> None:
    st.write("**Over**")
    tables.table(
        ("Held back", "Why", "Since", "By", "Until"),
        [
            (
                _named(one.instrument), one.reason, clock(one.from_at, zone), one.by_whom,
                f"ended {clock(one.ended_at, zone)}, {one.ended_by}" if one.ended_at
                else last_day(one.to_on),
            )
            for one in over
        ],
        "Holds that are over, newest first",
    )  # fmt: skip
