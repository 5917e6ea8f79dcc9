"""The client before this viewer, on a page that is opened from their record."""

import streamlit as st

from attachdash.errors import Refused
from attachdash.practice.record import ClientRecord, client_record
from attachdash.practice.rights import Viewer
from attachdash.web import look, who
from attachdash.web.navigation import go


def opened_record(viewer: Viewer, page: str, where: str) -> ClientRecord:
    """The record that is before this viewer, with the way back to it.

    The page ends here where there is none, or none that is theirs to see: `where` says from where
    `page` is opened.
    """
    client_id = who.held_client()
    if client_id is None:
        look.header(page, "", where)
        if st.button("‹ Caseload", key="back"):
            go("caseload")
        st.stop()
    try:
        record = client_record(viewer, client_id, st.session_state.get(f"episode_{client_id}"))
    except Refused as error:
        who.let_client_go()
        st.error(str(error))
        st.stop()
    if st.button("‹ Record", key="back", type="tertiary"):
        go("client")
    return record
