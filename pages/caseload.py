"""Caseload: who of my clients wants an eye first, why, and how sure is that?"""

import streamlit as st

from attachdash import web
from attachdash.practice.caseload import Row, caseload
from attachdash.practice.house import settings
from attachdash.practice.needs import Group
from attachdash.practice.rights import Role
from attachdash.web import caseload as parts
from attachdash.web import rows
from attachdash.web.caseload_rule import rule
from attachdash.web.tables import counted

viewer = web.viewer()
supervises = viewer.role is Role.SUPERVISOR
zone = settings(viewer).time_zone
found = caseload(viewer)

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
    parts.lead(found.rows),
)


def empty() -> None:
    """What will stand here, and how to begin."""
    with web.card("empty"):
        st.header("What will stand here", anchor=False)
        st.write(
            "One row a client: who, week of therapy, why they need a look and how sure that is, "
            "the courses of communication, regulation and self-esteem, last answer. Risk answers "
            "first."
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
            st.html(parts.who(row, viewer.today, with_therapists=supervises))
        right.html(parts.cells(row, viewer.today, zone))


if not found.rows:
    empty()
    st.stop()

lists, reasons = parts.lists(found.rows), parts.by_reason(found.rows)
domains = parts.by_domain(found.rows)
with st.container(horizontal=True, vertical_alignment="center", key="filters"):
    chosen = st.segmented_control(
        "Show", list(lists), default="All", required=True, label_visibility="collapsed",
        format_func=lambda name: f"{name} {len(lists[name])}", wrap=True, key="show",
    )  # fmt: skip
    reason = st.selectbox(
        "Reason", list(reasons), index=None, placeholder="Any reason", width=168,
        label_visibility="collapsed", key="reason",
        format_func=lambda one: f"{one.value} · {len(reasons.get(one, ()))}",
    )  # fmt: skip
    domain = st.selectbox(
        "Domain", list(domains), index=None, placeholder="Any domain", width=168,
        label_visibility="collapsed", key="domain",
        format_func=lambda one: f"{one.label} · {len(domains[one])}",
    )  # fmt: skip
    sought = st.text_input(
        "Find code or name", placeholder="Find code or name", label_visibility="collapsed",
        width=200, key="find",
    )  # fmt: skip
words = sought.strip().casefold()
shown = [
    row
    for row in lists[chosen or "All"]
    if words in rows.label(row.client).casefold()
    and (reason is None or row.client.client_id in reasons.get(reason, ()))
    and (domain is None or row.client.client_id in domains[domain])
]
with st.container(horizontal=True, horizontal_alignment="distribute", key="rule-line"):
    st.html(
        '<div class="ad-meta">Communication · regulation · self-esteem: each scale’s own range, up '
        "is better; words compare with the start. Pale band: usual range.</div>"
    )
    asked = st.session_state.get("rule", False)
    if st.button("Hide the rule" if asked else "How is this sorted?", key="ask_rule",
                 type="tertiary"):  # fmt: skip
        st.session_state["rule"] = not asked
        st.rerun()
if asked:
    rule()
with st.container(key="row-head"):
    st.columns([2, 9], gap="small")[1].html(parts.head())
with st.container(gap=None):
    for group in Group:
        members = [row for row in shown if row.reasons[0].rule.group is group]
        if members:
            st.header(f"{group.value} · {len(members)}", anchor=False)
        for row in members:
            draw(row)
if not shown:
    st.write("Nobody fits. Choose All and any reason and domain, or empty the find box.")
