"""Rules: what raises a flag, for whom, how often in vain, and where it goes while nobody looks."""

import streamlit as st

from attachdash import web
from attachdash.practice import rules, watching
from attachdash.web.tables import table

viewer = web.viewer()
web.header(
    "Rules",
    f"{len(rules.RULES)} kinds of flag",
    "Every flag is raised by one of these rules, and by nothing else. None of them says how "
    "dangerous somebody is; where there is no flag, ask too.",
)
with web.card("kinds", stretch=False):
    st.header("What raises a flag", anchor=False)
    table(rules.COLUMNS, rules.rows(), "Kinds of flag")
    st.caption(
        "In vain and missed are of simulated courses (PHQ-9, weekly answers), not of your "
        "clients; – was not measured."
    )
if untold := watching.untold(viewer):
    with web.card("untold", stretch=False):
        st.header("What can’t be told here", anchor=False)
        for line in untold:
            st.write(line)
        st.caption("An SD and a reliability can be entered by an administrator, under Norms.")
with web.card("items", stretch=False):
    st.header("Items that are watched", anchor=False)
    table(rules.ITEM_COLUMNS, rules.item_rows(), "Items that are watched")
with web.card("life", stretch=False):
    st.header("The life of a flag", anchor=False)
    for line in rules.LIFE:
        st.write(line)
