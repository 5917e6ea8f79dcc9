"""How fast is the client page?

`python -m benchmarks.client_page` makes a demo in a folder of its own and measures there: what
practice and store take for a record and a caseload, and a rerun of the client page by a real
server, as a browser's websocket sees it.
"""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from attachdash.practice import caseload, entrance, record
from attachdash.practice.demo import make_demo
from attachdash.store import open_store
from tests.browser.driver import Seen, Tab
from tests.browser.served import Served, cookies, start

THERAPIST = "a.okafor"
CALLS = 50
RERUNS = 30
WARMED = 5


def line(what: str, found: str, goal: str) -> None:
    """One figure, and its goal."""
    print(f"{what:<44}{found:>12}   {goal}", flush=True)


def ends(taken: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in ms."""
    return float(np.percentile(taken, 50)) * 1000, float(np.percentile(taken, 95)) * 1000


def timed(work: Callable[[], object], calls: int) -> list[float]:
    """Seconds of each call, warmed."""
    taken = []
    for _ in range(WARMED + calls):
        began = perf_counter()
        work()
        taken.append(perf_counter() - began)
    return taken[WARMED:]


def in_process(home: Path, now: datetime) -> str:
    """What practice and store take, without a page; the name of the client that was read."""
    store = open_store(home / "demo", now)
    try:
        viewer = entrance.at_terminal(store, THERAPIST, now)
        rows = caseload.caseload(viewer).rows
        # The client with the most courses: the longest page.
        longest = max(
            (row.client for row in rows if row.client.open_episode),
            key=lambda one: len(record.client_record(viewer, one.client_id).others),
        )
        p50, p95 = ends(timed(lambda: record.client_record(viewer, longest.client_id), CALLS))
        line("client_record, store and practice, p50", f"{p50:.1f} ms", "goal 12 (store), reach 6")
        line("client_record, store and practice, p95", f"{p95:.1f} ms", "no goal of its own")
        p50, p95 = ends(timed(lambda: caseload.caseload(viewer), CALLS))
        line(f"caseload of {len(rows)}, p50", f"{p50:.1f} ms", "goal 120 for 60 clients, reach 60")
        line(f"caseload of {len(rows)}, p95", f"{p95:.1f} ms", "goal 120 for 60 clients, reach 60")
    finally:
        store.close()
    return longest.name


async def _reruns(served: Served, cookie: str, name: str) -> list[Seen]:
    tab = Tab(served.url, cookie)
    try:
        home = await tab.open()
        shown = await tab.press(home.buttons[name])
        if shown.page_hash == home.page_hash:
            raise RuntimeError(f"the client page of {name} did not open")
        seen = [await tab.again() for _ in range(WARMED + RERUNS)]
    finally:
        await tab.close()
    if wrong := [error for one in (home, shown, *seen) for error in one.errors]:
        raise RuntimeError(f"the page had errors: {wrong[:3]}")
    if any(one.page_hash != shown.page_hash or name not in one.text for one in seen):
        raise RuntimeError("a rerun showed another page")
    return seen[WARMED:]


def served_page(home: Path, name: str) -> None:
    """A rerun of the client page: from the message sent to the last one that came back."""
    cookie = cookies(home, [THERAPIST])[THERAPIST][0]
    served = start(home, home / "server.log")
    try:
        seen = asyncio.run(asyncio.wait_for(_reruns(served, cookie, name), 60))
    finally:
        served.process.terminate()
        served.process.wait(20)
    p50, p95 = ends([one.seconds for one in seen])
    # Loopback and parsing are in it: what the server alone takes is less, never more.
    line("client page rerun, over the websocket, p50", f"{p50:.1f} ms", "goal server 40, seen 130")
    line("client page rerun, over the websocket, p95", f"{p95:.1f} ms", "goal seen 200")


def main() -> None:
    """Print each figure with its goal."""
    now = entrance.clock()
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as folder:
        home = Path(folder)
        make_demo(home / "demo", now)
        served_page(home, in_process(home, now))


if __name__ == "__main__":
    main()
