"""The log: where it is written, and what of an error may stand in it.

A line holds kind, place, number and reference; never an error's message, a cell, a file's name or
anything else that somebody wrote: each may hold a name or an answer.
"""

import logging
import secrets
import time
import traceback

from attachdash.settings import ROOT

OURS = logging.getLogger("attachdash")
LINE = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"


def begin() -> None:
    """Write the log to standard error from now on, with times in UTC."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(LINE, "%Y-%m-%dT%H:%M:%S"))
    assert handler.formatter is not None, "it was just given"
    handler.formatter.converter = time.gmtime
    # Begun anew where standard error is another by now.
    OURS.handlers = [handler]
    OURS.setLevel(logging.INFO)


def new_reference() -> str:
    """A short word by which what a person was shown is found in the log."""
    return secrets.token_hex(4)


def place(error: BaseException) -> str:
    """File and line of ours where an error happened."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(str(ROOT)) and ".venv" not in frame.filename:
            return f"{frame.filename.removeprefix(str(ROOT)).lstrip('/')}:{frame.lineno}"
    return "elsewhere"
