"""The nightly job, in a thread of the server's own: off the way of every page."""

import logging
import threading

from attachdash.practice.entrance import clock
from attachdash.practice.opening import Store
from attachdash.practice.safekeeping import is_due, nightly

LOG = logging.getLogger("attachdash.nightly")
LOOK_EVERY = 60.0  # seconds


def start(store: Store) -> threading.Event:
    """Look each minute whether the job is due; set the event to stop."""
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(LOOK_EVERY):
            try:
                if is_due(store, clock()):
                    nightly(store, clock())
            except Exception as error:  # the next minute tries again; the message may hold names
                LOG.error("nightly job: %s", type(error).__name__)

    threading.Thread(target=watch, name="nightly", daemon=True).start()
    return stopped
