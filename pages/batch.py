"""One import: what it brought, what became of it, and taking it back."""

import streamlit as st

from attachdash import web
from attachdash.errors import ForPeople
from attachdash.practice.batches import batch
from attachdash.practice.house import settings
from attachdash.web import forms, tables
from attachdash.web import versions as parts
from attachdash.web.tables import counted

viewer = web.viewer()
zone = settings(viewer).time_zone
if st.button("‹ Import", type="tertiary", key="batch_back"):
    web.go("import_file")
held = parts.held_batch()
try:
    found = batch(viewer, held) if held is not None else None
except ForPeople as error:
    st.error(web.plain(error))
    found = None
if found is None:
    web.header("One import", "", "Choose one under Import, in the list of past imports.")
    st.stop()

web.header(
    "One import",
    f"{found.file_name} · {tables.clock(found.imported_at, zone)}"
    + (f" · {found.by_whom}" if found.by_whom else ""),
    f"{counted(found.kept, 'row')} {'was' if found.kept == 1 else 'were'} kept, "
    f"{found.refused:,} refused. " + parts.now_of(found, zone),
)
forms.say()
if found.changed:
    with web.card("changed"):
        parts.changed(found, zone)
if found.undone_at is None:
    with web.card("undo"):
        st.header("Undo this import", anchor=False)
        parts.what_goes(found)
        if found.can_be_undone:
            reason = st.text_input(
                "Why is it taken back? (needed)", max_chars=300, key=f"undo_why_{found.batch_id}"
            )
            sure = st.checkbox(
                f"Take {counted(found.counts, 'form')} of {found.file_name} out of every figure",
                key=f"undo_sure_{found.batch_id}",
            )
            ready = bool(reason.strip()) and sure
            with st.container(horizontal=True, vertical_alignment="center"):
                pressed = st.button(
                    "Undo the whole import", type="primary", disabled=not ready,
                    key=f"undo_{found.batch_id}",
                )  # fmt: skip
                st.write(
                    "All together or not at all."
                    if ready
                    else "Opens once a reason is given and the box is ticked."
                )
            if pressed:
                parts.undo(viewer, found.batch_id, reason)
