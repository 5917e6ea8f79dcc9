"""Caseload: who of my clients wants an eye first, and how does each one go?"""

import streamlit as st

from attachdash import web
from attachdash.practice.caseload import Row, caseload
from attachdash.practice.house import settings
from attachdash.practice.rights import Role
from attachdash.web import rows
from attachdash.web.tables import counted

viewer = web.viewer()
supervises = viewer.role is Role.SUPERVISOR
zone = settings(viewer).time_zone
found = caseload(viewer)

risky = [row for row in found.rows if row.open_flag and row.open_flag.is_risk]
soft = [row for row in found.rows if row.open_flag and not row.open_flag.is_risk]
waiting = [row for row in found.rows if row.week is None]
silent = [row for row in found.rows if rows.is_silent(row, viewer.today)]


def lead() -> str:
    """What to know first."""
    if not found.rows:
        return "Nobody is here yet."
    if risky:
        verb = "has " if len(risky) == 1 else "have "
        blank = [row.open_flag is not None and row.open_flag.is_blank for row in risky]
        what = "a risk answer, or left one blank, that" if any(blank) else "a risk answer"
        if all(blank):
            what = "left a risk item blank, which"
            verb = ""
        who = counted(len(risky), "client")
        first = f"{who} {verb}{what} nobody has seen. Risk answers stand first."
    else:
        first = "No risk answer waits to be seen. That is not safety: ask in person too."
    more = f" {counted(len(soft), 'client')} with a softer prompt." if soft else ""
    return first + more


rows.dress()
web.header(
    "Caseload of the therapists you supervise" if supervises else "Caseload",
    f"{counted(len(found.rows), 'client')} · "
    + rows.state_of_data(
        found.as_of,
        found.last_import_at,
        zone,
        any_answers=any(row.last_answer_on for row in found.rows),
    ),
    lead(),
)


def empty() -> None:
    """What will stand here, and how to begin."""
    with web.card("empty"):
        st.header("What will stand here", anchor=False)
        st.write(
            "One row a client: who, week of therapy, first and latest level in communication, "
            "regulation and self-esteem, last answer. Risk answers first."
        )
        if supervises:
            st.write("Nobody you supervise treats a client now. An administrator assigns both.")
            return
        st.write(
            "1. Add your first client: a code is enough.  \n"
            "2. Open an episode from the first session's day: weeks are counted from there.  \n"
            "3. Bring in answers: import a file, or type in a paper form."
        )
        with st.container(horizontal=True):
            if st.button("Add a client", type="primary"):
                web.go("clients")
            if st.button("Import a file"):
                web.go("import_file")


def draw(row: Row) -> None:
    """One client: the name opens the record."""
    client = row.client
    with st.container(key=f"row-{client.client_id}", gap=None):
        left, right = st.columns([2, 9], gap="small", vertical_alignment="center")
        with left.container(gap=None):
            name = client.name or client.code
            if st.button(web.plain(name), key=f"open_{client.client_id}", type="tertiary"):
                web.hold_client(client.client_id)
                web.go("client")
            st.html(rows.who(row, viewer.today, with_therapists=supervises))
        right.html(rows.cells(row, viewer.today))


if not found.rows:
    empty()
    st.stop()

lists = {
    "All": found.rows,
    "Risk answer": risky,
    "No episode": waiting,
    "No answer for 6 weeks": silent,
}
with st.container(horizontal=True, vertical_alignment="center"):
    chosen = st.segmented_control(
        "Show", list(lists), default="All", required=True, label_visibility="collapsed",
        format_func=lambda name: f"{name} {len(lists[name])}", wrap=True, key="show",
    )  # fmt: skip
    sought = st.text_input(
        "Find code or name", placeholder="Find code or name", label_visibility="collapsed",
        width=260, key="find",
    )  # fmt: skip
words = sought.strip().casefold()
shown = [row for row in lists[chosen or "All"] if words in rows.label(row.client).casefold()]
st.html(
    '<div class="ad-meta">Communication · regulation · self-esteem: first → latest as a share of '
    "each scale’s own range, 0–100, up is better. Whether a difference is more than noise isn’t "
    "computed yet.</div>"
)
with st.container(key="row-head"):
    st.columns([2, 9], gap="small")[1].html(rows.head())
first = [row for row in shown if row.open_flag]
groups = {
    "Risk answers first": [row for row in first if row in risky],
    "Softer prompts": [row for row in first if row not in risky],
    "Current": [row for row in shown if not row.open_flag and row.week is not None],
    "Assigned, no episode yet": [row for row in shown if not row.open_flag and row.week is None],
}
with st.container(gap=None):
    for heading, members in groups.items():
        if members:
            st.header(heading, anchor=False)
        for row in members:
            draw(row)
if not shown:
    st.write("Nobody fits. Choose All, or empty the find box.")
