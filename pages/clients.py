"""Clients: who is on the books, and their therapies. No answers, no scores."""

from datetime import date
from functools import partial

import streamlit as st

from attachdash import web
from attachdash.errors import Invalid
from attachdash.practice import clients
from attachdash.practice.rights import Role, Viewer
from attachdash.web import choosing, episodes, forms, tables

KEY = "client_shown"
_CHOOSE = "_choose_client"
LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian",
    "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip


def birth(on: date | None, year: str) -> tuple[date | None, str | None]:
    """The day to keep, and how sure it is. Raises Invalid when it is neither or both."""
    if on and year.strip():
        raise Invalid("Give the birth date or the year alone, not both.")
    if not year.strip():
        return on, "day" if on else None
    if not (year.strip().isascii() and year.strip().isdigit() and len(year.strip()) == 4):
        raise Invalid("A year of birth has four digits, such as 1987.")
    if year.strip() == "0000":
        raise Invalid("The birth date lies in the future or before 1900.")
    return date(int(year), 1, 1), "year"


def add_form(viewer: Viewer) -> None:
    """Somebody new on the books."""
    key = forms.form_key("add_client")
    with st.expander("Add a client", key=f"{key}_open"), st.form(key):
        code = st.text_input("Code", placeholder="C-0412", key=f"{key}_code")
        name = st.text_input("Name (optional)", key=f"{key}_name")
        left, right = st.columns(2)
        born_on = left.date_input(
            "Birth date, if known", value=None, min_value=clients.OLDEST, max_value=viewer.today,
            format="DD/MM/YYYY", key=f"{key}_born",
        )  # fmt: skip
        year = right.text_input("Or only the year", key=f"{key}_year")
        language = st.selectbox(
            "Language", list(LANGUAGES), format_func=LANGUAGES.__getitem__, key=f"{key}_language"
        )
        if not st.form_submit_button("Add", type="primary"):
            return

        def add() -> None:
            day, precision = birth(born_on, year)
            st.session_state[_CHOOSE] = clients.add_client(
                viewer, code, name, day, precision, language
            )

        forms.attempt(add, f"{code.strip()} is added.", "add_client")


def change_form(viewer: Viewer, client: clients.Client) -> None:
    """Who they are, corrected; the code stays."""
    key = forms.form_key(f"change_client_{client.client_id}")
    with st.expander("Correct name, birth or language", key=f"{key}_open"), st.form(key):
        name = st.text_input("Name (optional)", value=client.name, key=f"{key}_name")
        by_day = client.born_precision != "year"
        left, right = st.columns(2)
        born_on = left.date_input(
            "Birth date, if known", value=client.born_on if by_day else None,
            min_value=clients.OLDEST, max_value=viewer.today, format="DD/MM/YYYY",
            key=f"{key}_born",
        )  # fmt: skip
        year = right.text_input(
            "Or only the year", key=f"{key}_year",
            value=str(client.born_on.year) if client.born_on and not by_day else "",
        )  # fmt: skip
        spoken = LANGUAGES if client.language in LANGUAGES else {client.language: client.language}
        languages = list(LANGUAGES | spoken)
        language = st.selectbox(
            "Language", languages, index=languages.index(client.language),
            format_func=lambda one: LANGUAGES.get(one, one), key=f"{key}_language",
        )  # fmt: skip
        st.html(f'<div class="ad-meta">The code {web.esc(client.code)} stays for good.</div>')
        if not st.form_submit_button("Save"):
            return

        def correct() -> list[str]:
            day, precision = birth(born_on, year)
            return clients.change_client(viewer, client.client_id, name, day, precision, language)

        forms.attempt(
            correct,
            lambda changed: f"{client.code}: {', '.join(changed) or 'nothing'} corrected.",
            f"change_client_{client.client_id}",
        )


def show(client_id: int | None) -> None:
    """Have this client's card shown, or none. Use it as `on_click`."""
    st.session_state[KEY] = client_id


def line(client: clients.Client) -> None:
    """One client in the list."""
    rest = (
        client.name if client.name else "",
        f"born {client.born_on.year}" if client.born_on else "",
        LANGUAGES.get(client.language, client.language),
        f"therapy {episodes.state(client)}",
    )
    choosing.row(
        f"show_{client.client_id}", client.code,
        " · ".join(part for part in rest if part), partial(show, client.client_id),
    )  # fmt: skip


def books(register: list[clients.Client]) -> None:
    """Everybody on the books, and the form for one more."""
    add_form(viewer)
    with web.card("clients", stretch=False):
        if not register:
            st.write("No clients yet. Add one above, or bring them in with a file under Import.")
            return
        lists = {
            "All": register,
            "Open": [one for one in register if one.open_episode],
            "Ended": [one for one in register if one.episodes and not one.open_episode],
        }
        shown = choosing.found("clients", lists, lambda one: f"{one.code} {one.name}")
        choosing.in_parts("clients", shown, line)


viewer = web.viewer()
register = clients.register(viewer)
going_on = sum(bool(one.open_episode) for one in register)
whose = "that you treat" if viewer.role is Role.THERAPIST else "in the practice"
web.header(
    "Clients",
    f"{len(register)} {'client' if len(register) == 1 else 'clients'} {whose}, {going_on} with an "
    f"open episode · as of {tables.day(viewer.today)}",
)
forms.say()
by_id = {one.client_id: one for one in register}
if _CHOOSE in st.session_state:
    st.session_state[KEY] = st.session_state.pop(_CHOOSE)
# A phone has one column: the picker first, then either one client or the list.
phone = web.phone()
left, right = (st.container(), st.container()) if phone else st.columns(2)
with left if phone else right:
    chosen = st.selectbox(
        "Client shown",
        list(by_id),
        index=None,
        placeholder="Choose a client",
        format_func=lambda one: by_id[one].identity,
        key=KEY,
    )
with right:
    if chosen is not None:
        with st.container(horizontal=True):
            if viewer.role is Role.THERAPIST and st.button("Open the record", type="primary"):
                web.hold_client(chosen)
                web.go("client")
            if phone:
                st.button("Back to the list", on_click=show, args=(None,))
        episodes.card(viewer, by_id[chosen])
        with web.card("who", stretch=False):
            st.subheader("Who they are", anchor=False)
            st.html(f"<div>{web.esc(by_id[chosen].identity)}</div>")
            change_form(viewer, by_id[chosen])
if chosen is None or not phone:
    with left:
        books(register)
