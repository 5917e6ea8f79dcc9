"""The files that somebody may take with them, gathered only when they ask."""

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.practice import exporting
from attachdash.practice.rights import Viewer
from attachdash.web.look import plain


def offer(viewer: Viewer) -> None:
    """A button that gathers the files, and then one that hands them over."""
    # Nothing is read before the press, and nothing stays in the session after it.
    if st.button("Prepare the files", type="primary"):
        try:
            with st.spinner("Gathering what you may see"):
                files = exporting.export(viewer)
                data = exporting.zipped(files, viewer.now)
        except ForPeople as error:
            st.error(plain(error))
        else:
            st.download_button(
                f"Download {len(files)} files ({max(1, len(data) // 1000):,} kB)", data,
                f"attachdash-{viewer.today:%Y-%m-%d}.zip", "application/zip", on_click="ignore",
            )  # fmt: skip
