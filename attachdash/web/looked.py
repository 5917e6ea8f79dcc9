"""Who looked at a client's data, and who could have: for an administrator, and for the client."""

from datetime import date, timedelta

import streamlit as st

from attachdash.practice import clients, looks
from attachdash.practice.rights import Role, Viewer
from attachdash.web import look, tables

A_QUARTER = timedelta(days=90)
WHAT_COUNTS = (
    "A look is counted once a quarter of an hour. Lists and copies count for every client who was "
    "in them. What an administrator changes of people and assignments stands in the audit."
)


def looked_table(found: list[looks.Look], *, mine: bool = False) -> None:
    """A row per day, person and way of looking; `mine`: for the client whose data that are."""
    if not found:
        st.write("Nobody.")
        return
    tables.table(
        ("Day", "Who", "As", "How", "Times"),
        [
            (
                tables.day(one.on), "You" if mine and one.role == Role.CLIENT else one.name,
                one.role, one.how.value, str(one.times),
            )
            for one in found
        ],
        "Who looked",
    )  # fmt: skip


def could_table(found: list[looks.Could]) -> None:
    """A row per person and stretch of days."""
    if not found:
        st.write("Nobody.")
        return
    tables.table(
        ("Who", "As", "From", "Last day"),
        [
            (one.name, one.role, tables.day(one.from_on), tables.last_day(one.to_on))
            for one in found
        ],
        "Who could look",
    )


def of_a_client(viewer: Viewer) -> None:
    """The administrator's two questions about one record."""
    with look.card("looked", stretch=False):
        st.header("Who looked at a record, and who could have", anchor=False)
        codes = {one.client_id: one.code for one in clients.register(viewer)}
        which, since, until, then = st.columns(4)
        client_id = which.selectbox(
            "Whose record", list(codes), index=None, placeholder="Choose a client",
            format_func=lambda one: codes.get(one, ""), key="looked_client",
        )  # fmt: skip
        first: date = since.date_input(
            "First day", value=viewer.today - A_QUARTER, format="DD/MM/YYYY", key="looked_first"
        )
        last: date = until.date_input(
            "Last day", value=viewer.today, format="DD/MM/YYYY", key="looked_last"
        )
        on: date = then.date_input(
            "Who could have on", value=viewer.today, format="DD/MM/YYYY", key="looked_on"
        )
        if client_id is None:
            return
        left, right = st.columns(2)
        with left:
            st.subheader("Looked", anchor=False)
            looked_table(looks.who_looked(viewer, client_id, first, last))
            st.caption(WHAT_COUNTS)
        with right:
            st.subheader(f"Could have on {tables.day(on)}", anchor=False)
            could_table(looks.who_could_have(viewer, client_id, on))
            st.caption(
                "By the roles and dated assignments as they are known now; who changed them later "
                "stands in the audit. An administrator sees no answers, but can export the whole "
                "practice on the server: that is an entry too."
            )
