"""How long does a caseload of 60 clients take, and the question of who was last looked at?

`python -m benchmarks.caseload` makes a demo with 60 clients a therapist in a folder of its own and
prints processor time and wall clock of the caseload (store and practice, with change and flags);
then the one question to the audit after AUDIT entries more, beside the same without its bound.
"""

import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import pyarrow as pa

from attachdash.practice import caseload, demo, demo_courses, entrance, norms
from attachdash.practice.rights import reach
from attachdash.store import audit, open_store
from attachdash.store.engine import Cursor

THERAPIST, CHIEF = "a.okafor", "a.diallo"
CLIENTS = 60
CALLS, WARMED = 40, 5
AUDIT = 10_000_000
DAYS = 730  # that they are spread over
PARTS = 10  # that they are written in


def timed(work: Callable[[], object]) -> tuple[float, float, float]:
    """Processor time (median), wall clock (median, 95th percentile) of a call, ms."""
    processor, wall = [], []
    for _ in range(WARMED + CALLS):
        at, began = process_time(), perf_counter()
        work()
        processor.append(process_time() - at)
        wall.append(perf_counter() - began)
    return (
        float(np.median(processor[WARMED:])) * 1000,
        float(np.median(wall[WARMED:])) * 1000,
        float(np.percentile(wall[WARMED:], 95)) * 1000,
    )


def line(what: str, found: tuple[float, float, float], goal: str) -> None:
    """One figure, its goal and the load it was taken at."""
    processor, p50, p95 = found
    print(
        f"{what:<46}processor {processor:6.1f} ms   p50 {p50:6.1f}   p95 {p95:6.1f}   {goal}"
        f"   load {os.getloadavg()[0]:.0f}",
        flush=True,
    )


def entries(first_seq: int, clients: list[int], before: np.datetime64, count: int) -> pa.Table:
    """Openings of these clients and as many that are of nobody's, one after the other in time."""
    at = before - (np.arange(count)[::-1] * (DAYS / PARTS * 86_400 / count)).astype(
        "timedelta64[s]"
    )
    whose = np.resize(np.array([*clients, *range(10**9, 10**9 + 5_001)]), count)
    kinds = np.where(np.arange(count) % 2 == 0, "opened record", "opened caseload")
    same = {"actor_id": 1, "role": "therapist", "session_ref": "benchmark", "detail": ""}
    return pa.table(
        {
            "site_id": pa.array(np.ones(count, np.int16)),
            "seq": pa.array(np.arange(first_seq, first_seq + count)),
            "happened_at": pa.array(at.astype("datetime64[us]")),
            "kind": pa.array(kinds),
            "client_id": pa.array(whose, mask=kinds == "opened caseload"),
            **{name: pa.array([value] * count) for name, value in same.items()},
            "previous_hash": pa.array(["0" * 64] * count),
            "hash": pa.array(["0" * 64] * count),
        }
    )


def main() -> None:
    """Print each figure with its goal."""
    demo_courses.CURRENT, demo_courses.ENDED = 4 * CLIENTS, 0
    now = entrance.clock()
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as folder:
        home = Path(folder) / "demo"
        demo.make_demo(home, now)
        store = open_store(home, now)
        try:
            norms.take_own_answers(entrance.at_terminal(store, CHIEF, now))
            viewer = entrance.at_terminal(store, THERAPIST, now)
            found = caseload.caseload(viewer).rows
            line(
                f"caseload of {len(found)}",
                timed(lambda: caseload.caseload(viewer)),
                "goal 120, reach 60",
            )

            def ask(days: float) -> dict[int, object]:
                with store.engine.reading(viewer.scope) as cursor:
                    since = now - timedelta(days=days)
                    return dict(audit.last_openings(cursor, reach(viewer), since, now))

            bound = caseload.LOOKS_BACK.days
            line("last openings, audit of the demo", timed(lambda: ask(bound)), "")
            clients = [row.client.client_id for row in found]

            def add(cursor: Cursor) -> None:
                for part in range(PARTS):
                    moment = np.datetime64(now) - np.timedelta64(
                        DAYS * (PARTS - 1 - part) // PARTS, "D"
                    )
                    count = AUDIT // PARTS
                    rows = entries(10**6 + part * count, clients, moment, count)
                    cursor.bulk("audit", rows)

            store.engine.writing(viewer.scope, add)
            assert len(ask(bound)) == len(clients)
            line(
                f"last openings, {AUDIT:,} entries",
                timed(lambda: ask(bound)),
                f"bound {bound} days",
            )
            line("the same without a bound", timed(lambda: ask(10_000)), "")
            line(
                f"caseload of {len(found)}",
                timed(lambda: caseload.caseload(viewer)),
                "goal 120, reach 60",
            )
        finally:
            store.close()


if __name__ == "__main__":
    main()
