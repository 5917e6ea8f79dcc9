"""Measure: how did one scale of one client go, answer by answer, and what does it rest on?"""

import streamlit as st

from attachdash import web
from attachdash.web import made, measured, rows
from attachdash.web.before import opened_record

viewer = web.viewer()
rows.dress()

record = opened_record(viewer, "Measure", "Open a measure from a client’s record.")
known = made.of_record(record)
held = made.held_measure(record.client.client_id)
course = next((one for one in known if made.key_of(one) == held), None)
if course is None:
    web.header(record.client.identity, "", "Which measure do you want to open?")
    measured.choose(known)
    st.stop()
web.header(record.client.identity, course.instrument.scale_label(course.scale))
measured.picture(viewer, record, course)
made.panel(viewer, [course])
measured.items(viewer, course)
measured.told(record, course)
measured.answers(course)
measured.figures(course)
