"""Export: everything that is yours to see, to take with you."""

import streamlit as st

from attachdash import web
from attachdash.practice.rights import Role
from attachdash.web import download, tables

FILES = (
    ("A table per questionnaire", "a row per filled-in form: each item, then each scale"),
    ("answers.csv, scores.csv", "a row per item and per scale, for statistics programs"),
    ("clients.csv, episodes.csv", "who they are, and their therapies"),
    ("flags.csv, flag_steps.csv", "what was flagged, and what was decided about it"),
    ("codebook.csv", "what each column is: range, direction, scoring, source"),
    ("about.txt", "who exported this, when, and what it holds"),
)
WHOSE = {
    Role.THERAPIST: "The clients you treat",
    Role.SUPERVISOR: "The clients of the therapists you supervise",
}

viewer = web.viewer()
web.header(
    "Export",
    f"{WHOSE[viewer.role]} · as of {tables.day(viewer.today)}",
    "One ZIP of CSV files that any spreadsheet or statistics program reads.",
)
with web.card("export", stretch=False):
    st.header("What is in it", anchor=False)
    tables.table(("File", "What it holds"), FILES, "Files of an export")
    st.write(
        "It holds names and what clients said, and it isn’t encrypted. Keep it where only you can "
        "read it, and delete it when you no longer need it. The audit keeps that you exported."
    )
    download.offer(viewer)
