"""Measure: how did one scale of one client go, answer by answer, and what does it rest on?"""

import streamlit as st

from attachdash import web
from attachdash.errors import Refused
from attachdash.practice.record import client_record
from attachdash.web import made, measured, rows

viewer = web.viewer()
rows.dress()

client_id = web.held_client()
if client_id is None:
    web.header("Measure", "", "Open a measure from a client’s record.")
    if st.button("‹ Caseload", key="back"):
        web.go("caseload")
    st.stop()
try:
    record = client_record(viewer, client_id, st.session_state.get(f"episode_{client_id}"))
except Refused as error:
    web.let_client_go()
    st.error(str(error))
    st.stop()

if st.button("‹ Record", key="back", type="tertiary"):
    web.go("client")
known = made.of_record(record)
held = made.held_measure(client_id)
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
