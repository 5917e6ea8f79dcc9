"""How fast does a practice's past come in?

`python -m benchmarks.importing [ROWS]` imports a seeded file of PHQ-9 (one million rows: 50,000
people, 20 weekly answers each, 2% blank) as the terminal does, in one block, from the file's bytes
to all kept: checked, scored, summarised, flagged, audited, episodes opened. (Of so large a file the
page keeps smaller blocks, so that others' pages go first: benchmarks/upload.py.) Beside it, on the
same bytes: pandas with vectorised checks and the sum, appended in chunks by `to_sql` into SQLite,
and put into DuckDB; and ours without flags, to see what they cost. The peers keep answers and sum,
and nothing that follows from them. All run in turn, in one process; medians.
"""

import io
import multiprocessing
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from unittest import mock

import duckdb
import numpy as np
import pandas as pd
import polars as pl

from attachdash.intake import Mapping, read_csv
from attachdash.practice import entrance, flagging, founding, importing, keeping
from attachdash.practice.rights import Role

ROUNDS = 3
EACH = 20  # answers a client: one a week
PERSON = "a.bench"
ITEMS = tuple(f"q{n}" for n in range(1, 10))
MAPPING = Mapping(
    instrument="phq9", client="code", answered_on="date", date_format="iso", items=ITEMS
)


def phq9_file(rows: int, today: date) -> bytes:
    """Seeded answers as a practice might bring them; the last item is mostly 0."""
    random = np.random.default_rng(20_26)
    drawn = random.choice(4, (rows, 9), p=[0.4, 0.3, 0.2, 0.1])
    drawn[:, 8] = random.choice(4, rows, p=[0.9, 0.06, 0.03, 0.01])
    cells = drawn.astype(object)
    cells[random.random(drawn.shape) < 0.02] = ""
    first = today - timedelta(weeks=EACH + 1)
    frame = pd.DataFrame(cells, columns=list(ITEMS))
    frame.insert(0, "code", [f"N-{n // EACH:06}" for n in range(rows)])
    frame.insert(1, "date", [str(first + timedelta(weeks=n % EACH)) for n in range(rows)])
    return frame.to_csv(index=False).encode()


def ours(folder: Path, data: bytes, rows: int, now: datetime) -> float:
    """Seconds from the file's bytes to all kept."""
    store, _ = founding.found(folder, PERSON, "Bench", now)
    try:
        admin = entrance.at_terminal(store, PERSON, now, Role.ADMINISTRATOR)
        began = perf_counter()
        [(kept, _)] = importing.import_file(
            admin, read_csv("bench.csv", data), [MAPPING], create_clients=True, open_episodes=True
        )
        taken = perf_counter() - began
    finally:
        store.close()
    if (kept.kept, kept.refused) != (rows, 0):
        raise RuntimeError(f"kept {kept.kept}, refused {kept.refused} of {rows}")
    return taken


def without_flags(folder: Path, data: bytes, rows: int, now: datetime) -> float:
    """Seconds of the same where no flag is looked for and no course is judged."""
    none = pl.DataFrame(schema=flagging.EVIDENCE)
    with (
        mock.patch.object(keeping, "evidence_of", return_value=none),
        mock.patch.object(keeping, "raise_flags"),
        mock.patch.object(importing, "refresh"),
    ):
        return ours(folder, data, rows, now)


def _checked(data: bytes, today: date) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(data))
    answers, days = frame[list(ITEMS)], pd.to_datetime(frame["date"], format="%Y-%m-%d")
    good = (answers.isna() | answers.isin([0, 1, 2, 3])).all(axis=1)
    good &= days.le(pd.Timestamp(today)) & frame["code"].notna()
    good &= ~frame.duplicated(["code", "date"], keep=False)
    blank = answers.isna().sum(axis=1)
    frame["total"] = (answers.mean(axis=1) * 9).where(blank <= 2)
    return frame[good]


def alone(file: Path, folder: Path, rows: int, now: datetime) -> None:
    """The peak memory of an import, to be run in a process of its own."""
    data = file.read_bytes()
    spent = process_time()
    ours(folder, data, rows, now)
    # Not ru_maxrss: it begins with what the process that started this one had held.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1000
    print(
        f"ours in a process of its own: peak {peak:,.0f} MB, "
        f"{process_time() - spent:.1f} cpu s with founding   goal 600, stretch 300",
        flush=True,
    )


def into_sqlite(folder: Path, data: bytes, rows: int, now: datetime) -> float:
    """Seconds of the usual way."""
    began = perf_counter()
    frame = _checked(data, now.date())
    folder.mkdir()
    with sqlite3.connect(folder / "peer.sqlite") as connection:
        frame.to_sql("answers", connection, index=False, chunksize=10_000)
    connection.close()
    return _whole(frame, rows, perf_counter() - began)


def into_duckdb(folder: Path, data: bytes, rows: int, now: datetime) -> float:
    """Seconds of the same with DuckDB at the end."""
    began = perf_counter()
    frame = _checked(data, now.date())
    folder.mkdir()
    with duckdb.connect(str(folder / "peer.duckdb")) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE answers AS SELECT * FROM frame")
    return _whole(frame, rows, perf_counter() - began)


def _whole(frame: pd.DataFrame, rows: int, taken: float) -> float:
    if len(frame) != rows:
        raise RuntimeError(f"the peer kept {len(frame)} of {rows}")
    return taken


def main() -> None:
    """Print each way's median, its ratio to ours, and the goals."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    now = entrance.clock()
    data = phq9_file(rows, now.date())
    ways: dict[str, Callable[[Path, bytes, int, datetime], float]] = {
        "ours, with all that follows": ours,
        "ours without flags": without_flags,
        "pandas into SQLite": into_sqlite,
        "pandas into DuckDB": into_duckdb,
    }
    goals = {"ours, with all that follows": "goal 3 s for 1 M, stretch 2",
             "ours without flags": "flags add at most 20%: .83 x",
             "pandas into SQLite": "goal 6 x", "pandas into DuckDB": "goal 1.7 x"}  # fmt: skip
    taken: dict[str, list[float]] = {name: [] for name in ways}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as folder:
        for number in range(ROUNDS):
            for name, way in ways.items():
                place = Path(folder) / f"{number}-{way.__name__}"
                began = process_time()
                taken[name].append(way(place, data, rows, now))
                spent[name].append(process_time() - began)
                shutil.rmtree(place)
        print(f"import of {rows:,} PHQ-9, {len(data) / 1e6:,.0f} MB", flush=True)
        file = Path(folder) / "bench.csv"
        file.write_bytes(data)
        process = multiprocessing.get_context("spawn").Process(
            target=alone, args=(file, Path(folder) / "alone", rows, now)
        )
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)
    base = median(taken["ours, with all that follows"])
    for name, times in taken.items():
        middle = median(times)
        cpu = median(spent[name])
        print(f"{name:<30}{middle:8.2f} s{middle / base:7.2f} x{cpu:8.2f} cpu s   {goals[name]}")


if __name__ == "__main__":
    main()
