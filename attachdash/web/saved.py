"""Mappings saved by name: picked again for a file whose columns fit, saved from one that was
checked."""

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.practice.mappings import LONGEST_NAME, SavedMapping, save_mapping, saved_mappings
from attachdash.practice.reading import Mapping
from attachdash.practice.rights import Viewer
from attachdash.web import look, tables
from attachdash.web.import_draft import Draft, renew


def fitting(viewer: Viewer, made: Draft, zone: str) -> None:
    """The saved mappings that fit the file's columns, each to be taken over by one click."""
    found = [one for one in saved_mappings(viewer) if one.fits(made.table)]
    if not found:
        return
    with look.card("saved"):
        st.header("Saved mappings that fit", anchor=False)
        st.write("One click fills the fields below. Look at them as ever: nothing is kept yet.")
        for place, one in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    f"Use “{look.plain(one.name)}”",
                    on_click=_take,
                    args=(made, one),
                    key=made.key(f"saved_{place}"),
                )
                asked = viewer.store.library[one.mapping.instrument].short_name
                st.write(
                    look.plain(
                        f"{asked}, saved {tables.ago(one.saved_at, zone, viewer.today)}"
                        + (f" by {one.saved_by}" if one.saved_by else "")
                    )
                )


def _take(made: Draft, one: SavedMapping) -> None:
    renew(made)
    made.mapping = one.mapping
    made.saved_name = one.name


def save(viewer: Viewer, made: Draft, mapping: Mapping) -> None:
    """A name to save this meaning under."""
    with look.card("save"), st.form(made.key("save"), border=False):
        st.header("Save what the columns mean", anchor=False)
        st.write(
            "The next file with these columns is then offered it. Everybody who imports sees it; "
            "saved under a name that is there, it becomes that one’s next version."
        )
        name = st.text_input(
            "Name", value=made.saved_name, max_chars=LONGEST_NAME, key=made.key("save_name")
        )
        if st.form_submit_button("Save the mapping"):
            try:
                version = save_mapping(viewer, name, mapping)
            except ForPeople as error:
                st.error(look.plain(error))
            else:
                made.saved_name = name
                st.success(f"Saved as {look.plain(name)}, version {version}.")
