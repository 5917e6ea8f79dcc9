"""People: who signs in, in which roles, and for whom."""

from functools import partial

import streamlit as st

from attachdash import web
from attachdash.practice import escalation, house, people
from attachdash.practice.rights import Viewer
from attachdash.web import choosing, forms, person, tables

KEY = "person"
IN_USE = "in use"
SESSIONS_AT_FIRST = 5


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


def line(one: people.Person) -> None:
    """One person in the list."""
    how = person.state(one, zone)
    roles = tables.spans(one.roles, viewer.today)
    rest = (
        one.sign_in,
        f"{roles}, {one.client_code}" if one.client_code else roles,
        *([how] if how == IN_USE else []),
        f"last here {tables.ago(one.last_here_at, zone, viewer.today)}",
    )
    choosing.row(
        f"show_{one.person_id}", one.name, " · ".join(rest), partial(show, one.person_id),
        mark="" if how == IN_USE else how,
    )  # fmt: skip


def show(person_id: int | None) -> None:
    """Have this person's cards shown, or none. Use it as `on_click`."""
    st.session_state[KEY] = person_id


def everybody() -> None:
    """Who signs in."""
    with web.card("people", stretch=False):
        lists = {"Current": current, "Disabled": disabled, "All": everyone}
        shown = choosing.found(
            "people", lists, lambda one: f"{one.name} {one.sign_in} {one.client_code or ''}"
        )
        choosing.in_parts("people", shown, line)
        st.html(
            '<div class="ad-meta">Names of clients stand here only because they sign in. No '
            "answers or scores are shown to an administrator.</div>"
        )


def open_now() -> None:
    """Who is signed in, and how to end that."""
    with web.card("open-sessions", stretch=False):
        found = people.open_sessions(viewer)
        st.subheader(f"Open sessions: {len(found)}", anchor=False)
        choosing.in_parts("open_sessions", found, session, SESSIONS_AT_FIRST)
        st.html(
            '<div class="ad-meta">A session ends by itself after 15 minutes without a touch.</div>'
        )
        if len(found) > 1 and st.button("End all but mine"):
            forms.attempt(
                partial(people.end_other_sessions, viewer), "Everybody else is signed out."
            )


def session(one: people.OpenSession) -> None:
    """One browser where somebody is signed in."""
    since, seen = (f"{tables.local(at, zone):%H:%M}" for at in (one.created_at, one.seen_at))
    # Not columns, which stand below each other on a phone.
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.html(
            f"<div><b>{web.esc(one.name)}</b></div>"
            f'<div class="ad-meta">{one.role} · since {since} · last touch {seen}</div>',
            width="content",
        )
        if one.is_this_one:
            st.html('<div class="ad-meta">this one</div>', width="content")
        elif st.button(
            "End", key=f"end_{one.web_session_id}", help=f"Sign {web.plain(one.name)} out of it"
        ):
            forms.attempt(
                partial(people.end_session, viewer, one.web_session_id),
                f"{one.name} is signed out of that browser.",
            )


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
waiting = escalation.unseen(viewer)
if waiting.flags:
    with web.card("unseen", stretch=False):
        st.subheader(f"{tables.counted(waiting.flags, 'flag')} unseen", anchor=False)
        st.write(
            "Answers that should have been looked at by now. Whose they are is not told here; see "
            "to it that therapists and supervisors are there, and tell them to look."
            + (
                f" {waiting.without_therapist} of them: nobody treats the client now. Assign "
                "somebody."
                if waiting.without_therapist
                else ""
            )
        )
by_id = {one.person_id: one for one in everyone}
person.chosen(KEY)
# A phone has one column: the picker first, then either one person or the lists.
phone = web.phone()
left, right = (st.container(), st.container()) if phone else st.columns(2)
with left if phone else right:
    who = st.selectbox(
        "Person shown",
        list(by_id),
        index=None,
        placeholder="Choose a person to see and change",
        format_func=lambda one: f"{by_id[one].name}, {by_id[one].sign_in}",
        key=KEY,
    )
with right:
    if who is not None:
        if phone:
            st.button("Back to the list", on_click=show, args=(None,))
        person.detail(viewer, by_id[who], everyone, zone)
if who is None or not phone:
    with left:
        add_form(viewer)
        everybody()
        open_now()
