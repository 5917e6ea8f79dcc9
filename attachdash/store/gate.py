"""A gate that many pass at once and that can be shut for a moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from attachdash.errors import Unavailable


class Gate:
    """Who is in comes out; while it is shut, nobody else goes in."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._shut = False
        self._mine = threading.local()

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Be inside. Whoever is inside already passes again, also while it is shutting."""
        depth = getattr(self._mine, "depth", 0)
        with self._changed:
            if not depth:
                self._changed.wait_for(lambda: not self._shut)
                self._inside += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if not depth:
                with self._changed:
                    self._inside -= 1
                    self._changed.notify_all()

    @contextmanager
    def shut(self, seconds: float) -> Iterator[None]:
        """Be alone inside. Raises Unavailable when the others don't come out in time."""
        with self._changed:
            self._changed.wait_for(lambda: not self._shut)
            self._shut = True
            alone = self._changed.wait_for(lambda: not self._inside, seconds)
        try:
            if not alone:
                raise Unavailable(
                    "Somebody is still reading. Nothing was changed; try again later."
                )
            yield
        finally:
            with self._changed:
                self._shut = False
                self._changed.notify_all()
