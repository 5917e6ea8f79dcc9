"""What may help: one flag of a client, the look at what holds them back, and what fits."""

import streamlit as st

from attachdash import web
from attachdash.practice import support as practice_support
from attachdash.practice.helping import help_with
from attachdash.practice.house import settings
from attachdash.web import flagged, forms, rows
from attachdash.web import record as parts
from attachdash.web import support as tool
from attachdash.web.before import opened_record

viewer = web.viewer()
rows.dress()
tool.dress()

record = opened_record(viewer, "What may help", "Open it from a flag on a client’s record.")
practice = settings(viewer)
zone = practice.time_zone
flag = tool.held_flag((*record.flags, *record.watched))
if flag is None:
    web.header(record.client.identity, "", "Nothing wants an eye here just now.")
    st.stop()
helps = help_with(record, flag, viewer.today)
tool.keep_tapped(viewer, helps, flag)
looked = practice_support.looked(viewer, record.client.client_id)
urgent = tool.is_urgent(helps, flag, looked)

web.header(f"{helps.tool.title}: {record.client.identity}", parts.meta(record, zone))
forms.say()
if urgent:
    tool.protocol(practice, urgent=True)
flagged.reason(record, flag, zone, viewer.today)
flagged.way_to_the_decision()
tool.opening(helps)
tool.notes(looked, flag, zone)
left, right = st.columns([5, 4], gap="medium")
with left:
    tool.how(viewer, flag)
    if helps.safety_first:
        tool.safety(viewer, helps, flag, looked)
        asked = st.expander("The other questions can wait until safety is seen to: open them",
                            key="other_questions", on_change="rerun")  # fmt: skip
        if asked.open:
            with asked:
                tool.questions(viewer, helps, flag, looked, zone)
    else:
        tool.questions(viewer, helps, flag, looked, zone)
        steps = st.expander("Steps of safety, if it comes to that", key="safety_steps",
                            on_change="rerun")  # fmt: skip
        if steps.open:
            with steps:
                tool.safety(viewer, helps, flag, looked)
    tool.sources(helps, (*helps.steps, *helps.questions))
with right:
    if helps.protocol_first and not urgent:
        tool.protocol(practice, urgent=False)
    flagged.decision(viewer, flag)
    tool.fitting(helps)
    tool.technique(helps)
    tool.children(helps)
    if not helps.protocol_first and not urgent:
        tool.protocol(practice, urgent=False)
