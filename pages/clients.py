"""Clients: who is on the books, and their therapies. No answers, no scores."""

from datetime import date

import streamlit as st

from attachdash import web
from attachdash.errors import Invalid
from attachdash.practice import clients
from attachdash.practice.rights import Role, Viewer
from attachdash.web import episodes, forms, tables

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
left, right = st.columns(2)
with left:
    add_form(viewer)
    with web.card("clients", stretch=False):
        if register:
            tables.table(
                ("Code", "Name", "Born", "Language", "Therapy"),
                [
                    (
                        one.code,
                        one.name,
                        str(one.born_on.year) if one.born_on else "",
                        LANGUAGES.get(one.language, one.language),
                        episodes.state(one),
                    )
                    for one in register
                ],
                "Clients",
            )
        else:
            st.write("No clients yet. Add one above, or bring them in with a file under Import.")
with right:
    by_id = {one.client_id: one for one in register}
    if _CHOOSE in st.session_state:
        st.session_state[KEY] = st.session_state.pop(_CHOOSE)
    chosen = st.selectbox(
        "Client shown",
        list(by_id),
        index=None,
        placeholder="Choose a client",
        format_func=lambda one: by_id[one].identity,
        key=KEY,
    )
    if chosen is not None:
        if viewer.role is Role.THERAPIST and st.button("Open the record", type="primary"):
            web.hold_client(chosen)
            web.go("client")
        episodes.card(viewer, by_id[chosen])
