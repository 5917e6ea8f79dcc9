"""Work that the server does by itself, in a thread of its own: off the way of every page."""

import logging
import threading
from collections.abc import Callable


def start(name: str, seconds: float, work: Callable[[], object]) -> threading.Event:
    """Do it again and again, so many seconds apart; set the event to stop."""
    stopped, told = threading.Event(), logging.getLogger(f"attachdash.{name}")

    def watch() -> None:
        while not stopped.wait(seconds):
            try:
                work()
            except Exception as error:  # it is done again; the message may hold names
                told.error("%s job: %s", name, type(error).__name__)

    threading.Thread(target=watch, name=name, daemon=True).start()
    return stopped
