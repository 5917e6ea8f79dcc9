"""The people around a client, as their therapist adds, names and ends them."""

from functools import partial

import streamlit as st

from attachdash.practice import relations
from attachdash.practice.clients import Client
from attachdash.practice.relations import Relation
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.words import RelationKind
from attachdash.web import look, tables
from attachdash.web.forms import attempt, form_key


def card(viewer: Viewer, client: Client) -> None:
    """Whom answers may be by or about; for the therapist alone, and read only when it is opened."""
    if viewer.role is not Role.THERAPIST:
        return
    with look.card("around", stretch=False):
        st.subheader("People around them", anchor=False)
        shown = st.expander("Show them", key=f"around_{client.client_id}", on_change="rerun")
        if shown.open:
            with shown:
                _people(viewer, client.client_id)


def _people(viewer: Viewer, client_id: int) -> None:
    found = relations.relations(viewer, client_id)
    st.write(
        "Whom forms are filled in by, or about. An import adds whoever is missing; a name is "
        "needed only to tell two of a kind apart. The client does not see this list."
    )
    if found:
        tables.table(
            ("Who", "Since", "Until"),
            [
                (
                    one.said + (", has died" if one.deceased else ""),
                    tables.day(one.from_on, "ever"),
                    tables.last_day(one.to_on),
                )
                for one in found
            ],
            "People around the client",
        )
    _add(viewer, client_id)
    if found:
        _change(viewer, client_id, found)
    now = [one for one in found if one.to_on is None]
    if now:
        _end(viewer, client_id, now)


def _add(viewer: Viewer, client_id: int) -> None:
    key = form_key("add_relation")
    with st.form(key):
        st.write("**Add somebody**")
        left, right = st.columns(2)
        kind = left.selectbox(
            "Who are they to the client?", list(RelationKind), index=None, placeholder="Choose",
            format_func=lambda one: one.capitalize(), key=f"{key}_kind",
        )  # fmt: skip
        label = right.text_input(
            "Name (optional)", max_chars=relations.LONGEST_LABEL, key=f"{key}_label"
        )
        if st.form_submit_button("Add"):
            if kind is None:
                st.error("Choose first who they are to the client.")
                return
            attempt(
                partial(relations.add_relation, viewer, client_id, kind, label),
                f"{relations.told(kind.capitalize(), label.strip())} is added.",
                "add_relation",
            )


def _change(viewer: Viewer, client_id: int, found: list[Relation]) -> None:
    known = {one.relation_id: one for one in found}
    chosen = st.selectbox(
        "Name somebody, or say that they have died", list(known), index=None,
        placeholder="Choose", format_func=lambda one: known[one].said,
        key=f"change_relation_{client_id}",
    )  # fmt: skip
    if chosen is None:
        return
    key = form_key(f"change_relation_{chosen}")
    with st.form(key):
        label = st.text_input(
            "Name", value=known[chosen].label, max_chars=relations.LONGEST_LABEL,
            key=f"{key}_label",
        )  # fmt: skip
        deceased = st.checkbox("Has died", value=known[chosen].deceased, key=f"{key}_deceased")
        if st.form_submit_button("Save"):
            attempt(
                partial(
                    relations.change_relation, viewer, client_id, chosen, label, deceased=deceased
                ),
                "Saved.",
                f"change_relation_{chosen}",
            )


def _end(viewer: Viewer, client_id: int, now: list[Relation]) -> None:
    known = {one.relation_id: one for one in now}
    key = form_key("end_relation")
    with st.form(key):
        st.write("**Somebody is no longer there**, such as a former partner or teacher")
        left, right = st.columns(2)
        chosen = left.selectbox(
            "Who?", list(known), index=None, placeholder="Choose",
            format_func=lambda one: known[one].said, key=f"{key}_who",
        )  # fmt: skip
        last_day = right.date_input(
            "Last day", viewer.today, max_value=viewer.today, format="DD/MM/YYYY",
            key=f"{key}_day",
        )  # fmt: skip
        st.caption("Forms up to that day stay theirs; later ones mean whoever comes after.")
        if st.form_submit_button("End"):
            if chosen is None:
                st.error("Choose first who it is.")
                return
            attempt(
                partial(relations.end_relation, viewer, client_id, chosen, last_day),
                "Noted.",
                "end_relation",
            )
