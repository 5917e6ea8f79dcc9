"""One person, as an administrator sees and changes them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import streamlit as st

from attachdash.practice import absences, assignments, clients, people, second_factor
from attachdash.practice import mail as practice_mail
from attachdash.practice.people import Code, Person, Span
from attachdash.practice.rights import Role, Viewer
from attachdash.web import choosing, look, mail, tables
from attachdash.web.forms import attempt, form_key, from_to

SIGN_IN_ROLES = (Role.THERAPIST, Role.SUPERVISOR, Role.CLIENT, Role.ADMINISTRATOR)
_CODE = "_code"
_CHOOSE = "_choose_person"


def choose(person_id: int) -> None:
    """Have this person shown on the next run."""
    st.session_state[_CHOOSE] = person_id


def chosen(key: str) -> None:
    """Set the choice `key` to whoever should be shown; before its widget is drawn."""
    if _CHOOSE in st.session_state:
        st.session_state[key] = st.session_state.pop(_CHOOSE)


def make_code(viewer: Viewer, person_id: int) -> None:
    """A new one-time code, kept in this browser's session until it was handed over."""
    st.session_state[_CODE] = (person_id, people.new_code(viewer, person_id))


def state(person: Person, zone: str) -> str:
    """In words: can they sign in?"""
    if person.disabled_at:
        return f"disabled {tables.day(tables.local(person.disabled_at, zone).date())}"
    if person.locked_until_at:
        return f"locked until {tables.local(person.locked_until_at, zone):%H:%M}"
    if person.code_waits:
        return "code not used"
    return "in use" if person.has_password else "no password, no code"


def detail(viewer: Viewer, person: Person, everyone: list[Person], zone: str) -> None:
    """All cards of a person."""
    with st.container():
        code_card(person, zone)
    _sign_in_card(viewer, person, zone)
    _roles_card(viewer, person)
    if any(one.what != Role.CLIENT for one in person.roles):
        mail.address_card(person.mail, partial(practice_mail.set_address, viewer, person.person_id))
    if any(one.what in (Role.THERAPIST, Role.SUPERVISOR) for one in person.roles):
        away_card(
            viewer, absences.absences(viewer, person.person_id),
            partial(absences.add_absence, viewer, person.person_id),
            partial(absences.end_absence, viewer, person.person_id),
        )  # fmt: skip
    if any(one.what == Role.CLIENT for one in person.roles):
        _record_card(viewer, person)
    if person.treats or any(one.what == Role.THERAPIST for one in person.roles):
        _clients_card(viewer, person, everyone)
        _supervision_card(viewer, person, everyone)


def code_card(person: Person, zone: str) -> None:
    """The one-time code just made for this person, if any."""
    person_id, code = st.session_state.get(_CODE, (0, None))
    if person_id != person.person_id or not isinstance(code, Code):
        return
    until = tables.local(code.expires_at, zone)
    with look.card("code", stretch=False):
        st.subheader(look.plain(f"{person.name}, {person.sign_in}"), anchor=False)
        st.html(
            "<div>One-time code. <b>It is shown this once</b> and can’t be looked up again. Good "
            f"until {tables.day(until.date())}, {until:%H:%M}; a password must be set at first "
            f'sign-in.</div><div class="ad-code">{look.esc(code.code)}</div>'
            '<div class="ad-meta">Hand it over in person or read it out. Not by mail.</div>'
        )
        if st.button("I have handed it over", type="primary", key="handed_over"):
            del st.session_state[_CODE]
            st.rerun()


def _sign_in_card(viewer: Viewer, person: Person, zone: str) -> None:
    person_id, name = person.person_id, person.name
    with look.card("sign-in", stretch=False):
        st.subheader("Sign-in", anchor=False)
        here = tables.ago(person.last_here_at, zone, viewer.today)
        st.html(f"<div>{look.esc(f'{name}: {state(person, zone)}. Last here: {here}.')}</div>")
        with st.container(horizontal=True):
            if not person.disabled_at and st.button("New one-time code", key="new_code"):
                attempt(partial(make_code, viewer, person_id), "A new code is made.")
            if person.locked_until_at and st.button("Unlock", key="unlock"):
                attempt(partial(people.unlock, viewer, person_id), f"{name} may try again.")
            if st.button("End all sessions", key="end_sessions"):
                attempt(
                    partial(people.end_sessions, viewer, person_id),
                    f"{name} is signed out everywhere.",
                )
            other = person_id != viewer.person_id  # one's own: on the page Account
            if (
                other
                and person_id in second_factor.having(viewer)
                and st.button("Reset second factor", key="reset_second_factor")
            ):
                attempt(partial(second_factor.reset, viewer, person_id), partial(_was_reset, name))
            if person.disabled_at:
                if st.button("Enable this person", key="enable"):
                    attempt(partial(people.enable, viewer, person_id), f"{name} may sign in again.")
            elif st.button("Disable this person", key="disable"):
                attempt(partial(people.disable, viewer, person_id), f"{name} is shut out.")
        st.html(
            '<div class="ad-meta">Disabling ends every session at once. Nothing they recorded is '
            "removed.</div>"
        )


def _was_reset(name: str, password_is_void: bool) -> str:
    words = f"{name} has no second factor any more, and is signed out everywhere."
    if password_is_void:
        words += " The password was too short without one and is void: make a one-time code."
    return words


def _roles_card(viewer: Viewer, person: Person) -> None:
    with look.card("roles", stretch=False):
        st.subheader("Roles", anchor=False)
        tables.table(
            ("Role", "From", "Last day"),
            [
                (one.what, tables.day(one.from_on), tables.last_day(one.to_on))
                for one in person.roles
            ],
            "Roles",
        )
        key = form_key("role")
        with st.expander("Add a role", key=f"{key}_open"), st.form(key):
            role = st.selectbox("Role", SIGN_IN_ROLES, key=f"{key}_role")
            first, last = from_to(key, viewer.today)
            if st.form_submit_button("Add the role"):
                attempt(
                    lambda: people.give_role(
                        viewer, person.person_id, role, first, tables.day_after(last)
                    ),
                    f"{person.name} has one more role.",
                    "role",
                )
        _ending(
            viewer, "End a role", "Role", person.roles, "end_role",
            lambda one, on: people.end_role(viewer, person.person_id, Role(one.what), on),
        )  # fmt: skip


def away_card(
    viewer: Viewer, spans: tuple[Span, ...], add: Callable[[date, date | None], None],
    end: Callable[[date, date], None],
) -> None:  # fmt: skip
    """When somebody is on leave, to note and to end."""
    with look.card("away", stretch=False):
        st.subheader("On leave", anchor=False)
        st.html(
            '<div class="ad-meta">From the first day on, unseen risk answers go on to the '
            "supervisor at once.</div>"
        )
        tables.table(
            ("From", "Last day"),
            [(tables.day(one.from_on), tables.last_day(one.to_on)) for one in spans],
            "On leave",
        )
        key = form_key("away")
        with st.expander("Note leave", key=f"{key}_open"), st.form(key):
            first, last = from_to(key, viewer.today)
            if st.form_submit_button("Note it"):
                attempt(lambda: add(first, tables.day_after(last)), "Noted.", "away")
        _ending(
            viewer, "End leave", "Leave", spans, "end_away", lambda one, on: end(one.from_on, on),
        )  # fmt: skip


def _record_card(viewer: Viewer, person: Person) -> None:
    with look.card("record", stretch=False):
        st.subheader("Their record", anchor=False)
        register = clients.register(viewer)
        mine = next((one for one in register if one.person_id == person.person_id), None)
        if mine:
            st.html(f"<div>This sign-in sees the record {look.esc(mine.code)}.</div>")
            if st.button("Unlink", key="unlink"):
                attempt(
                    partial(assignments.link_sign_in, viewer, mine.client_id, None),
                    "The sign-in is no longer linked to a record.",
                )
            return
        st.html("<div>Linked to no record yet: after sign-in there is nothing to see.</div>")
        free = {one.client_id: one.code for one in register if one.person_id is None}
        with st.form(form_key("link")):
            client_id = st.selectbox(
                "Client code", list(free), index=None, format_func=free.__getitem__,
                key=f"{form_key('link')}_client",
            )  # fmt: skip
            if st.form_submit_button("Link"):
                if client_id is None:
                    st.error("Choose a client code first.")
                    return
                attempt(
                    partial(assignments.link_sign_in, viewer, client_id, person.person_id),
                    f"{person.name} signs in to {free[client_id]}.",
                    "link",
                )


def _clients_card(viewer: Viewer, person: Person, everyone: list[Person]) -> None:
    codes = {one.client_id: one.code for one in clients.register(viewer)}
    _assigned_card(
        viewer, person.treats, codes, ("Client", "From", "Last day", "Also or before"),
        lambda one: _before(one, person, everyone),
        Assigning(
            "assign", "Clients of this therapist", "Assign a client", "Client code",
            "End an assignment",
            lambda client_id, first, end: assignments.assign_client(
                viewer, client_id, person.person_id, first, end
            ),
            lambda one, on: assignments.end_assignment(viewer, one.id, person.person_id, on),
        ),
    )  # fmt: skip


def _before(span: Span, person: Person, everyone: list[Person]) -> str:
    """Who else treats or treated this client."""
    return "; ".join(
        f"{other.name}, to {tables.last_day(one.to_on)}" if one.to_on else other.name
        for other in everyone
        if other.person_id != person.person_id
        for one in other.treats
        if one.id == span.id
    )


def _supervision_card(viewer: Viewer, person: Person, everyone: list[Person]) -> None:
    names = {
        one.person_id: one.name
        for one in everyone
        if any(held.what == Role.SUPERVISOR for held in one.roles)
    }
    _assigned_card(
        viewer, person.supervised_by, names, ("Supervisor", "From", "Last day"), None,
        Assigning(
            "supervisor", "Supervised by", "Assign a supervisor", "Supervisor",
            "End a supervision",
            lambda supervisor_id, first, end: assignments.assign_supervisor(
                viewer, person.person_id, supervisor_id, first, end
            ),
            lambda one, on: assignments.end_supervision(viewer, person.person_id, one.id, on),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assigning:
    """The words and deeds of one kind of dated assignment."""

    name: str
    title: str
    assign_title: str
    label: str
    end_title: str
    assign: Callable[[int, date, date | None], None]
    end: Callable[[Span, date], None]


def _assigned_card(
    viewer: Viewer, spans: tuple[Span, ...], choices: dict[int, str], columns: tuple[str, ...],
    also: Callable[[Span], str] | None, kind: Assigning,
) -> None:  # fmt: skip
    """What can be done first, then what holds or will; what has ended is folded away."""
    live = [one for one in spans if one.to_on is None or one.to_on > viewer.today]
    ended = [one for one in spans if one not in live]
    with look.card(kind.name, stretch=False):
        st.subheader(kind.title, anchor=False)
        _assign_form(viewer, choices, kind)
        _ending(viewer, kind.end_title, kind.label, spans, f"end_{kind.name}", kind.end)
        if not live:
            st.html('<div class="ad-meta">Nobody now.</div>')
        for title, some in (
            ("", live[: choosing.AT_ONCE]),
            (f"{len(live) - choosing.AT_ONCE} more", live[choosing.AT_ONCE :]),
            (f"{len(ended)} ended", ended[::-1]),
        ):
            if some:
                rows = [
                    (
                        one.what, tables.day(one.from_on), tables.last_day(one.to_on),
                        *([also(one)] if also else []),
                    )
                    for one in some
                ]  # fmt: skip
                folded = st.expander(title, key=f"{kind.name}_{title}") if title else st.container()
                with folded:
                    tables.table(columns, rows, f"{kind.title} {title}".strip())


def _assign_form(viewer: Viewer, choices: dict[int, str], kind: Assigning) -> None:
    key = form_key(kind.name)
    with st.expander(kind.assign_title, key=f"{key}_open"), st.form(key):
        chosen = st.selectbox(
            kind.label, list(choices), index=None, format_func=choices.__getitem__,
            key=f"{key}_which",
        )  # fmt: skip
        first, last = from_to(key, viewer.today)
        if not st.form_submit_button("Assign"):
            return
        if chosen is None:
            st.error(f"Choose a {kind.label.lower()} first.")
            return
        attempt(
            partial(kind.assign, chosen, first, tables.day_after(last)),
            f"{choices[chosen]} is assigned.",
            kind.name,
        )


def _ending(
    viewer: Viewer, title: str, label: str, spans: tuple[Span, ...], name: str,
    end: Callable[[Span, date], None],
) -> None:  # fmt: skip
    """A form that ends one of `spans`; nothing where none is open."""
    live = [one for one in spans if one.to_on is None or one.to_on > viewer.today]
    if not live:
        return
    key = form_key(name)
    with st.expander(title, key=f"{key}_open"), st.form(key):
        number = st.selectbox(
            label, range(len(live)), format_func=lambda at: live[at].what, key=f"{key}_which"
        )
        last = st.date_input(
            "Last day", value=viewer.today, format="DD/MM/YYYY", key=f"{key}_last",
            help="To end it at once, choose yesterday.",
        )  # fmt: skip
        if not st.form_submit_button("End it"):
            return
        if last < live[number].from_on - tables.DAY:
            st.error("The end lies before the start.")
            return
        attempt(
            lambda: end(live[number], last + tables.DAY),
            f"{live[number].what} ends after {tables.day(last)}.",
            name,
        )
