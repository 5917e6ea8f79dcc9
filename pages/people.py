"""People: who signs in, in which roles, and for whom."""

import streamlit as st

from attachdash import web
from attachdash.practice import house, people
from attachdash.practice.rights import Viewer
from attachdash.web import forms, person, tables

KEY = "person"


def lead(everyone: list[people.Person]) -> str:
    """Who needs something now."""
    here = [one for one in everyone if not one.disabled_at]
    locked = sum(bool(one.locked_until_at) for one in here)
    waiting = sum(one.code_waits for one in here)
    parts = [
        words
        for count, words in (
            (locked, "one person is locked out" if locked == 1 else f"{locked} are locked out"),
            (
                waiting,
                "one has not used their code yet"
                if waiting == 1
                else f"{waiting} have not used their code yet",
            ),
        )
        if count
    ]
    first = ", ".join(parts) or "nobody is locked out, and no code waits"
    return (
        f"{first[0].upper()}{first[1:]}. Roles and assignments have dates: a right ends when its "
        "day comes, without anybody remembering."
    )


def add_form(viewer: Viewer) -> None:
    """Somebody new, and their one-time code at once."""
    key = forms.form_key("add_person")
    with st.expander("Add a person", key=f"{key}_open"), st.form(key):
        name = st.text_input("Name", key=f"{key}_name")
        sign_in = st.text_input("Signs in as", placeholder="a.okafor", key=f"{key}_sign_in")
        roles = st.pills("Roles", person.SIGN_IN_ROLES, selection_mode="multi", key=f"{key}_roles")
        first, last = forms.from_to(key, viewer.today)
        if not st.form_submit_button("Add and make a code", type="primary"):
            return

        def add() -> None:
            person_id = people.add_person(
                viewer, sign_in, name, roles, first, tables.day_after(last)
            )
            person.choose(person_id)
            person.make_code(viewer, person_id)

        forms.attempt(add, f"{name.strip()} is added.", "add_person")


viewer = web.viewer()
zone = house.settings(viewer).time_zone
everyone = people.everyone(viewer)
now = tables.local(viewer.now, zone)
current = [one for one in everyone if not one.disabled_at]
disabled = [one for one in everyone if one.disabled_at]
of_clients = sum(any(role.what == "client" for role in one.roles) for one in current)
web.header(
    "People",
    f"{len(current)} people sign in, {of_clients} of them clients · "
    f"as of {tables.day(now.date())}, {now:%H:%M}",
    lead(everyone),
)
forms.say()
left, right = st.columns(2)
with left:
    add_form(viewer)
    with web.card("people", stretch=False):
        kinds = {"Current": current, "Disabled": disabled, "All": everyone}
        kind = st.segmented_control(
            "Show",
            list(kinds),
            default="Current",
            required=True,
            format_func=lambda one: f"{one} {len(kinds[one])}",
            label_visibility="collapsed",
            key="people_shown",
        )
        tables.table(
            ("Name", "Signs in as", "Role", "State", "Last here"),
            [
                (
                    one.name,
                    one.sign_in,
                    tables.spans(one.roles, viewer.today)
                    + (f", {one.client_code}" if one.client_code else ""),
                    person.state(one, zone),
                    tables.ago(one.last_here_at, zone, viewer.today),
                )
                for one in kinds[kind or "All"]
            ],
            "People who sign in",
        )
        st.html(
            '<div class="ad-meta">Names of clients stand here only because they sign in. No '
            "answers or scores are shown to an administrator.</div>"
        )
    with web.card("open-sessions", stretch=False):
        found = people.open_sessions(viewer)
        st.subheader(f"Open sessions: {len(found)}", anchor=False)
        tables.table(
            ("Who", "Acting as", "Since", "Last touch"),
            [
                (
                    f"{one.name}, this one" if one.is_this_one else one.name,
                    one.role,
                    f"{tables.local(one.created_at, zone):%H:%M}",
                    f"{tables.local(one.seen_at, zone):%H:%M}",
                )
                for one in found
            ],
            "Open sessions",
        )
        st.html(
            '<div class="ad-meta">A session ends by itself after 15 minutes without a touch.</div>'
        )
with right:
    by_id = {one.person_id: one for one in everyone}
    person.chosen(KEY)
    who = st.selectbox(
        "Person shown",
        list(by_id),
        index=None,
        placeholder="Choose a person to see and change",
        format_func=lambda one: f"{by_id[one].name}, {by_id[one].sign_in}",
        key=KEY,
    )
    if who is not None:
        person.detail(viewer, by_id[who], everyone, zone)
