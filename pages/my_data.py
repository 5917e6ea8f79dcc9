"""My data: what a client may take with them, and who has looked at it."""

import streamlit as st

from attachdash import web
from attachdash.practice import looks
from attachdash.web import download, looked

viewer = web.viewer()
web.header("My data", "Your own answers to keep, and who has looked at them")
with web.card("take", stretch=False):
    st.header("Take your data with you", anchor=False)
    st.write(
        "One ZIP of tables that any spreadsheet program reads: all you answered yourself, the "
        "scores made from it, and who has looked. Nothing you answered is ever left out, whatever "
        "My progress shows. It isn’t encrypted: keep it where only you can read it."
    )
    download.offer(viewer)
found, could = looks.at_mine(viewer)
with web.card("looked", stretch=False):
    st.header("Who has looked at your record", anchor=False)
    looked.looked_table(found, mine=True)
    st.caption("Of the year up to yesterday. " + looked.WHAT_COUNTS)
with web.card("could", stretch=False):
    st.header("Who could", anchor=False)
    looked.could_table(could)
