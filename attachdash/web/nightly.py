"""The nightly job, and mail that waits."""

from collections.abc import Callable

from attachdash.practice.entrance import clock
from attachdash.practice.notices import send_waiting
from attachdash.practice.opening import Store
from attachdash.practice.safekeeping import is_due, nightly
from attachdash.web import background

LOOK_EVERY = 60.0  # seconds


def start(store: Store) -> Callable[[], None]:
    """Look each minute whether the job is due and whether somebody is to be told; how to stop.

    Each in a thread of its own: a mail server that doesn't answer holds up no backup.
    """

    def by_night() -> None:
        if is_due(store, clock()):
            nightly(store, clock())

    started = [
        background.start("nightly", LOOK_EVERY, by_night),
        background.start("mail", LOOK_EVERY, lambda: send_waiting(store, clock())),
    ]

    def stop() -> None:
        for one in started:
            one.set()

    return stop
