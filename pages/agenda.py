"""Agenda: what is to be spoken of in supervision, what was done about it, what came since."""

import streamlit as st

from attachdash import web
from attachdash.practice.house import settings
from attachdash.practice.rights import Role
from attachdash.practice.supervision import Group, agenda
from attachdash.web import agenda as parts
from attachdash.web import forms, rows
from attachdash.web.tables import clock, counted

viewer = web.viewer()
zone = settings(viewer).time_zone
found = agenda(viewer)
supervises = viewer.role is Role.SUPERVISOR

rows.dress()
parts.dress()
web.header(
    "Supervision agenda" if supervises else "On the supervision agenda",
    f"{viewer.name} · {counted(found.clients, 'client')} · {counted(len(found.items), 'item')} · "
    f"as of {clock(found.as_of, zone)}",
    parts.lead(found.items, viewer.today),
)
forms.say()
if not supervises:
    st.caption("What your supervisor sees of your clients’ flags, with their notes.")
if found.items:
    groups = {None: "All"} | {
        group: group.value for group in Group if any(one.group is group for one in found.items)
    }
    counts = {group: sum(one.group is group for one in found.items) for group in Group}
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Show", list(groups), default=None, wrap=True, key="agenda_show",
            label_visibility="collapsed",
            format_func=lambda one: (
                f"{groups[one]} {counts[one] if one else len(found.items)}"
            ),
        )  # fmt: skip
        therapists = sorted({name for one in found.items for name in one.therapists})
        whose = None
        if len(therapists) > 1:
            whose = st.selectbox(
                "Therapist", therapists, index=None, placeholder="All therapists", width=200,
                label_visibility="collapsed", key="agenda_whose",
            )  # fmt: skip
    parts.head()
    for group in Group:
        items = [
            one
            for one in found.items
            if one.group is group
            and chosen in (None, group)
            and (whose is None or whose in one.therapists)
        ]
        if items:
            st.header(f"{group.value} · {len(items)}", anchor=False)
        for one in items:
            parts.item(viewer, one, zone)
else:
    st.write("A flag comes here by itself, and leaves when it is closed with a reason.")
st.caption(f"{parts.NO_RANKING} To print: Ctrl P, or ⌘ P; buttons and boxes stay off the paper.")
