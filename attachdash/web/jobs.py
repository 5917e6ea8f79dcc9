"""Long work on a file, in a thread of the server's own: off the way of every page.

One job for each browser session and role. It goes on when the tab is closed or loaded anew; what
came of it waits for that very browser session, and for nobody else. Once fetched it can be for a
while by a tab that was loaded anew: the one that fetched it may have been going.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from attachdash.practice.rights import Role, Viewer


def _hand_over_often() -> None:
    """Let the pages go first: they ask for the interpreter often and need it only briefly."""
    sys.setswitchinterval(0.0005)


THREADS = "file"
LONGEST = 1.0  # seconds that a work waits for pages at a time
# One after the other: each takes memory, and the pages need the rest of the machine.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=THREADS, initializer=_hand_over_often)
WAITS = 900.0  # seconds that a result waits to be fetched

Key = tuple[int, int, Role]


class _Pages:
    """Which pages are being drawn now, and how long a work has not let them go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn = 0
        self._none = threading.Event()
        self._none.set()
        self._since = time.monotonic()

    def begin(self) -> None:
        with self._lock:
            self._drawn += 1
            self._none.clear()

    def end(self) -> None:
        with self._lock:
            self._drawn -= 1
            if not self._drawn:
                self._none.set()

    def wait(self) -> None:
        """Wait until none is drawn, but no longer than the work went on since the last wait, nor
        than LONGEST: a page may be waiting for what the work holds, and many could keep it from
        ever going on."""
        self._none.wait(min(time.monotonic() - self._since, LONGEST))
        self._since = time.monotonic()


_pages = _Pages()


@contextmanager
def page_drawn() -> Iterator[None]:
    """While inside, a page is being drawn: works give way."""
    _pages.begin()
    try:
        yield
    finally:
        _pages.end()


def give_way() -> None:
    """Let the pages go first. A work calls it as often as it can: a page waits for the rest.

    What a page does while it is drawn would wait for itself, and goes on.
    """
    if threading.current_thread().name.startswith(THREADS):
        _pages.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One long work."""

    what: str  # in words that can begin a sentence: "Reading"
    file_name: str
    about: Any  # what it works on, for whoever fetches the result
    future: Future[Any]
    began: float = field(default_factory=time.monotonic)

    @property
    def is_done(self) -> bool:
        """Whether its result can be fetched."""
        return self.future.done()

    @property
    def seconds(self) -> int:
        """How long ago it was asked for."""
        return int(time.monotonic() - self.began)


_jobs: dict[Key, Job] = {}
_fetched: dict[Key, Job] = {}
_lock = threading.Lock()


def _key(viewer: Viewer) -> Key:
    return viewer.site_id, viewer.web_session_id, viewer.role


def start(viewer: Viewer, what: str, file_name: str, about: Any, work: Callable[[], Any]) -> bool:
    """Begin a work; False, and nothing begun, where this browser session has one under way.

    One that is done and was never fetched makes room.
    """
    key = _key(viewer)
    with _lock:
        before = _jobs.get(key)
        if before and not before.is_done:
            return False
        job = Job(what=what, file_name=file_name, about=about, future=_pool.submit(work))
        _jobs[key] = job
        _fetched.pop(key, None)
    job.future.add_done_callback(lambda _: _forget_later(key))
    return True


def of(viewer: Viewer) -> Job | None:
    """This browser session's work, under way or done and not fetched yet; None without one."""
    return _jobs.get(_key(viewer))


def fetched(viewer: Viewer, job: Job) -> bool:
    """Whether the work is done and now this caller's: from here it is gone."""
    with _lock:
        if job.is_done and _jobs.get(_key(viewer)) is job:
            _fetched[_key(viewer)] = _jobs.pop(_key(viewer))
            return True
        return False


def last_fetched(viewer: Viewer) -> Job | None:
    """This browser session's work that was fetched last, for a while; None once let go."""
    return _fetched.get(_key(viewer))


def let_go(viewer: Viewer) -> None:
    """Hold on no longer to what was fetched."""
    with _lock:
        _fetched.pop(_key(viewer), None)


def _forget_later(key: Key) -> None:
    """Answers don't lie in memory for whoever never comes back. It holds on to nothing itself."""

    def forget() -> None:
        with _lock:
            for held in (_jobs, _fetched):
                job = held.get(key)
                if job and job.is_done and time.monotonic() - job.began >= WAITS:
                    del held[key]

    timer = threading.Timer(WAITS, forget)
    timer.daemon = True
    timer.start()
