"""What is shown, and what is logged, when something goes wrong?

The screen gets words or a reference number; the log gets kind, place and number, and never an
error's message: it may hold a name or an answer.
"""

import logging

import streamlit as st

from attachdash.errors import ForPeople
from attachdash.log import new_reference, place
from attachdash.web.look import plain

LOG = logging.getLogger("attachdash.web")
# Those of Streamlit's that write an exception of ours, with its message, into the log.
TALKATIVE = (
    "streamlit.error_util",
    "streamlit.runtime.app_session",
    "streamlit.runtime.backend_operation_handler",
    "streamlit.runtime.fragment",
    "streamlit.runtime.scriptrunner.script_runner",
)


def on_script_error(error: Exception) -> bool:
    """Show an error of a page in words; True, so that Streamlit shows nothing of its own."""
    if isinstance(error, ForPeople):
        st.error(plain(error))
        return True
    reference = new_reference()
    LOG.error("reference %s: %s at %s", reference, type(error).__name__, place(error))
    st.error(
        f"Something went wrong on our side. Nothing half-done was kept. If it happens again, give "
        f"your administrator this reference: **{reference}**"
    )
    return True


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True


def quieten() -> None:
    """Keep messages of exceptions, and the ids of sessions, out of Streamlit's log from now on."""
    logging.getLogger("streamlit.runtime.websocket_session_manager").setLevel(logging.ERROR)
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        if _without_traceback not in logger.filters:
            logger.addFilter(_without_traceback)
