"""How fast is the client page, and how fast does a file come in?

`python -m benchmarks.client_page` makes a demo in a folder of its own and measures there: what
practice and store take for a record and a caseload; a rerun of the client page by a real server,
as a browser's websocket sees it; an import with all that follows from it, beside pandas with
vectorised checks and chunked `to_sql` into SQLite, which keeps answers and nothing else.
"""

import asyncio
import io
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd

from attachdash.intake import Mapping, read_csv
from attachdash.practice import caseload, entrance, founding, importing, record
from attachdash.practice.demo import make_demo
from attachdash.practice.rights import Role, Viewer
from attachdash.store import open_store
from tests.browser.driver import Seen, Tab
from tests.browser.served import Served, cookies, start

THERAPIST = "a.okafor"
CALLS = 50
RERUNS = 30
WARMED = 5
IMPORTED = 200_000
EACH = 20  # answers a client: one a week
IMPORTS = 3
PERSON = "a.bench"
ITEMS = tuple(f"q{n}" for n in range(1, 10))
MAPPING = Mapping(
    instrument="phq9", client="code", answered_on="date", date_format="iso", items=ITEMS
)


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


def phq9_file(rows: int, today: date) -> bytes:
    """Seeded answers, week by week, 2% blank, as a file that a practice might bring."""
    random = np.random.default_rng(20_26)
    drawn = random.choice(4, (rows, 9), p=[0.4, 0.3, 0.2, 0.1]).astype(object)
    drawn[random.random(drawn.shape) < 0.02] = ""
    first = today - timedelta(weeks=EACH + 1)
    frame = pd.DataFrame(drawn, columns=list(ITEMS))
    frame.insert(0, "code", [f"N-{n // EACH:06}" for n in range(rows)])
    frame.insert(1, "date", [str(first + timedelta(weeks=n % EACH)) for n in range(rows)])
    return frame.to_csv(index=False).encode()


def ours(folder: Path, data: bytes, now: datetime) -> float:
    """Seconds from the file's bytes to all kept: scores, summary, flags, batch, audit."""
    store, _ = founding.found(folder, PERSON, "Bench", now)
    try:
        admin: Viewer = entrance.at_terminal(store, PERSON, now, Role.ADMINISTRATOR)
        began = perf_counter()
        kept = importing.import_file(
            admin, read_csv("bench.csv", data), MAPPING, create_clients=True, open_episodes=True
        )
        taken = perf_counter() - began
    finally:
        store.close()
    if (kept.kept, kept.refused) != (IMPORTED, 0):
        raise RuntimeError(f"kept {kept.kept}, refused {kept.refused} of {IMPORTED}")
    return taken


def with_pandas(path: Path, data: bytes, today: date) -> float:
    """Seconds of the usual way: read, check whole columns, append in chunks. Answers only."""
    began = perf_counter()
    frame = pd.read_csv(io.BytesIO(data))
    answers, days = frame[list(ITEMS)], pd.to_datetime(frame["date"], format="%Y-%m-%d")
    good = ((answers.isna()) | (answers.isin([0, 1, 2, 3]))).all(axis=1)
    good &= days.le(pd.Timestamp(today)) & frame["code"].notna()
    good &= ~frame.duplicated(["code", "date"], keep=False)
    with sqlite3.connect(path) as connection:
        frame[good].to_sql("answers", connection, index=False, chunksize=10_000)
    connection.close()
    taken = perf_counter() - began
    if int(good.sum()) != IMPORTED:
        raise RuntimeError(f"the peer kept {good.sum()} of {IMPORTED}")
    return taken


def imports(home: Path, now: datetime) -> None:
    """Ours and the peer's in turn, the same bytes, each into an empty place."""
    data = phq9_file(IMPORTED, now.date())
    taken: list[tuple[float, float]] = []
    for number in range(IMPORTS):
        folder, path = home / f"practice-{number}", home / f"{number}.sqlite"
        taken.append((ours(folder, data, now), with_pandas(path, data, now.date())))
        shutil.rmtree(folder)
        path.unlink()
    mine, peer = (median(one) for one in zip(*taken, strict=True))
    line(
        f"import of {IMPORTED:,} PHQ-9 with all", f"{mine:.2f} s", "goal 3 for 1 M: .60, reach .40"
    )
    line("pandas and to_sql into SQLite, answers only", f"{peer:.2f} s", "the peer")
    line("ratio, peer / ours", f"{peer / mine:.1f} x", "goal 6")


def main() -> None:
    """Print each figure with its goal."""
    now = entrance.clock()
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as folder:
        home = Path(folder)
        make_demo(home / "demo", now)
        served_page(home, in_process(home, now))
        imports(home, now)


if __name__ == "__main__":
    main()
