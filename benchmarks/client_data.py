"""Does a client's page stay as fast, however much the practice holds?

`python -m benchmarks.client_data` fills a practice with 100 thousand and one with a million
administrations (`--ten-million`: ten as well; 8 GB of memory and 4 GB of disk), each in a process
of its own and **in the order of their days, as life brings them**; then it reads clients at random
through their own therapists, before and after `attachdash compact`: the one question for a
client's history, and all that the record page asks for. Seeded: PHQ-9 26%, GAD-7 23%, CORE-10 19%,
WHO-5 18%, ECR-R 8%, RSES 5%, 2% missing, each every 1 to 4 weeks over 4 to 30 weeks; ten million
are about 254,000 episodes with 2,222 therapists. `--keep FOLDER` leaves the practices there and
reads those it finds.
"""

import argparse
import contextlib
import multiprocessing
import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from attachdash.practice import entrance, founding, house, safekeeping
from attachdash.practice.flagging import raise_flags
from attachdash.practice.keeping import FILED, Given, prepare
from attachdash.practice.record import client_record
from attachdash.practice.rights import Role, Viewer, change, reach
from attachdash.store import Store, answers, clients, open_store, people, scores
from attachdash.store.answers import ADMINISTRATION, SCORE
from attachdash.store.engine import Cursor, filled
from attachdash.store.engine_duckdb import DuckCursor
from benchmarks.scoring import MISSING, SHARES

CLIENTS = 200
WARMED = 20
BLOCK = 250_000
AN_EPISODE = 39.37  # administrations, as in the ten million
A_THERAPIST = 4_500  # administrations
YEARS = 6
# How many of the questionnaires somebody answers beside each other; PHQ-9 is asked of everybody.
BESIDE = 4.1
PERSON = "a.bench"
TREATS = pa.schema([("site_id", pa.int16()), ("therapist_id", pa.int64()),
                    ("client_id", pa.int64()), ("from_on", pa.date32())])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What one practice took, in ms: p50 and p95 of each, and how many questions a page asks."""

    rows: int
    when: str
    history: tuple[float, float]
    in_store: tuple[float, float]  # of a page
    page: tuple[float, float]
    first: tuple[float, float]  # with the opening that is written down
    questions: int
    history_cpu: tuple[float, float]
    page_cpu: tuple[float, float]


def days(administrations: int, today: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Episodes and their first days; administrations, by day."""
    random = np.random.default_rng(20_26)
    episodes = round(administrations / AN_EPISODE)
    weeks = random.integers(4, 31, episodes)
    starts = random.integers(7 * 31, 365 * YEARS, episodes)  # days ago
    parts = []
    for place, share in enumerate(SHARES.values()):
        chance = min(1.0, share / sum(SHARES.values()) * BESIDE)
        who = np.flatnonzero(random.random(episodes) < chance)
        gap = random.integers(1, 5, len(who))
        count = weeks[who] // gap + 1
        client = np.repeat(who, count)
        number = np.arange(len(client)) - np.repeat(np.cumsum(count) - count, count)
        ago = starts[client] - 7 * number * np.repeat(gap, count)
        parts.append(pl.DataFrame({"client": client, "instrument": np.int8(place), "ago": ago}))
    first = pl.lit(today)
    rows = pl.concat(parts).sort("ago", "client", descending=[True, False])
    rows = rows.select(
        "client", "instrument", answered_on=first - pl.duration(days=pl.col("ago"))
    ).with_columns(pl.col("answered_on").cast(pl.Date))
    begun = pl.DataFrame({"client": np.arange(episodes), "ago": starts}).select(
        "client", started_on=(first - pl.duration(days=pl.col("ago"))).cast(pl.Date)
    )
    return begun, rows


def fill(home: Path, administrations: int, now: datetime) -> None:
    """A practice with that many administrations, brought in by day."""
    store, _ = founding.found(home, PERSON, "Bench", now)
    try:
        admin = entrance.at_terminal(store, PERSON, now, Role.ADMINISTRATOR)
        engine, begun = store.engine, perf_counter()
        episodes, rows = days(administrations, admin.today)
        ids = {
            kind: np.array(engine.new_ids(kind, episodes.height)) for kind in ("client", "episode")
        }
        therapists = list(engine.new_ids("person", max(1, round(administrations / A_THERAPIST))))

        def house_of(cursor: Cursor) -> None:
            for number, person_id in enumerate(therapists):
                people.add(cursor, 1, person_id, f"t.{number}", f"Therapist {number}")
                people.give_role(cursor, 1, person_id, "therapist", admin.today, None)
            codes = [f"N-{number:06}" for number in range(episodes.height)]
            clients.add_many(cursor, 1, pl.DataFrame({"code": codes, "client_id": ids["client"]}))
            own = episodes.with_columns(
                client_id=pl.Series(ids["client"]), episode_id=pl.Series(ids["episode"]),
                from_on="started_on",
                therapist_id=pl.Series(np.array(therapists)).gather(
                    np.arange(episodes.height) % len(therapists)
                ),
            )  # fmt: skip
            clients.open_episodes(
                cursor, 1, own.select("client_id", "episode_id", "started_on"), nominal=False
            )
            cursor.bulk("treats", filled(TREATS, own, {"site_id": 1}))

        engine.writing(admin.scope, house_of)
        random = np.random.default_rng(7)
        for block in rows.iter_slices(BLOCK):
            _bring(admin, block, ids, random)
        change(
            admin, "summed up", lambda cursor: answers.summarise(cursor, 1, ids["client"].tolist())
        )
        print(
            f"# {rows.height:,} administrations, {episodes.height:,} episodes, {len(therapists):,} "
            f"therapists brought in by day: {perf_counter() - begun:,.0f} s",
            flush=True,
        )
    finally:
        store.close()


def _bring(admin: Viewer, block: pl.DataFrame, ids: dict[str, Any], random: Any) -> None:
    """Keep some days' answers, of all questionnaires beside each other."""
    prepared, administrations, kept = [], [], []
    for place, name in enumerate(SHARES):
        own = block.filter(pl.col("instrument") == place)
        instrument = admin.store.library[name]
        shape, items = (own.height, len(instrument.items)), instrument.items
        drawn = random.integers(items[0].low, items[0].high + 1, shape, dtype=np.int8)
        drawn[random.random(shape, dtype=np.float32) < MISSING] = -1
        who = own["client"].to_numpy()
        given = Given(
            instrument=instrument,
            rows=own.select("answered_on", client_id=pl.Series(ids["client"][who]),
                            occasion=pl.lit("")),
            answers=drawn, scores={}, channel="file",
        )  # fmt: skip
        one = prepare(admin, given)
        rows = given.rows.with_columns(
            one.administration_ids, episode_id=pl.Series(ids["episode"][who]),
            about_id="client_id", informant_id="client_id",
        )  # fmt: skip
        same = {
            "site_id": 1, "version": 1, "batch_id": None, "channel": "file", "is_nominal": False,
            "definition_id": admin.store.catalogue.definition_ids[name],
            "instrument_id": admin.store.catalogue.instrument_ids[name],
            "by_person_id": admin.person_id, "recorded_at": admin.now,
        }  # fmt: skip
        held = rows.with_columns(pl.Series("answers", drawn.astype(np.int16)).arr.to_list())
        administrations.append(filled(ADMINISTRATION, held, same))
        scored = pl.concat([one.scores, rows[one.scores["place"]]], how="horizontal")
        kept.append(filled(SCORE, scored, same))
        prepared.append((one, rows))

    def work(cursor: Cursor) -> None:
        for table, parts in (("administration", administrations), ("score", kept)):
            cursor.bulk(table, pa.concat_tables(parts).sort_by("answered_on"))
        for one, rows in prepared:
            filed = rows.select(*FILED)
            evidence = one.evidence.join(filed, on="administration_id")
            raise_flags(cursor, admin, evidence, one.flag_ids, one.step_ids)

    change(admin, "filled", work)


class Watch:
    """How many questions were asked, and the seconds that the store took over them."""

    def __init__(self) -> None:
        self.questions, self.seconds = 0, 0.0


@contextlib.contextmanager
def watched() -> Iterator[Watch]:
    """Count every question while this lasts; a transaction's ends cost time, but ask nothing."""
    watch, own = (
        Watch(),
        {name: getattr(DuckCursor, name) for name in ("rows", "one", "run", "arrow")},
    )

    def counting(asked: Callable[..., Any]) -> Callable[..., Any]:
        def ask(cursor: DuckCursor, sql: str, *parameters: object) -> Any:
            began = perf_counter()
            try:
                return asked(cursor, sql, *parameters)
            finally:
                watch.seconds += perf_counter() - began
                watch.questions += not sql.startswith(("BEGIN", "COMMIT"))

        return ask

    for name, asked in own.items():
        setattr(DuckCursor, name, counting(asked))
    try:
        yield watch
    finally:
        for name, asked in own.items():
            setattr(DuckCursor, name, asked)


def page(viewer: Viewer, client_id: int) -> None:
    """What `pages/client.py` and the shell around it ask for in one run."""
    house.settings(viewer)
    house.settings(viewer)
    client_record(viewer, client_id)


def history(viewer: Viewer, client_id: int) -> None:
    """The one question for all scores of a client."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        assert scores.history(cursor, reach(viewer), client_id)


@dataclass(slots=True)
class Timed:
    """ms of each call: by the clock, and of the processor, which a busy machine changes less."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, work: Callable[[Viewer, int], None], viewer: Viewer, client_id: int) -> None:
        """Time one more."""
        began, spent = perf_counter(), process_time()
        work(viewer, client_id)
        self.cpu.append(1000 * (process_time() - spent))
        self.wall.append(1000 * (perf_counter() - began))


def timed(work: Callable[[Viewer, int], None], whom: list[tuple[Viewer, int]]) -> Timed:
    """Each of them once."""
    found = Timed()
    for viewer, client_id in whom:
        found.add(work, viewer, client_id)
    return found


def ends(taken: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    return float(np.percentile(taken, 50)), float(np.percentile(taken, 95))


def read(store: Store, rows: int, when: str, now: datetime, seed: int) -> Found:
    """Read clients at random, each other ones for history and page."""
    with store.engine.reading(entrance.anonymous(store, "", now).scope) as cursor:
        known = cursor.rows(
            "SELECT treats.client_id, person.sign_in FROM treats INNER JOIN person "
            "ON person.person_id = treats.therapist_id ORDER BY treats.client_id NULLS LAST"
        )
    picked = np.random.default_rng(seed).permutation(len(known))[: 2 * CLIENTS + WARMED]
    whom = [
        (entrance.at_terminal(store, str(known[one][1]), now), int(known[one][0])) for one in picked
    ]
    warm, asked, opened = whom[:WARMED], whom[WARMED : WARMED + CLIENTS], whom[WARMED + CLIENTS :]
    timed(history, warm)
    timed(page, warm)
    found = timed(history, asked)
    first = timed(page, opened)  # with the opening that is written down
    again, in_store, questions = Timed(), [], 0
    with watched() as watch:
        for one in opened:
            before, asked_before = watch.seconds, watch.questions
            again.add(page, *one)
            in_store.append(1000 * (watch.seconds - before))
            questions = watch.questions - asked_before
    return Found(
        rows, when, ends(found.wall), ends(in_store), ends(again.wall), ends(first.wall), questions,
        ends(found.cpu), ends(again.cpu),
    )  # fmt: skip


def one_practice(home: Path, administrations: int) -> None:
    """Fill it if it isn't there, read it, tidy it, read it again: a process of its own."""
    now = entrance.clock()
    if not (home / "practice.duckdb").exists():
        fill(home, administrations, now)
    store = open_store(home, now)
    try:
        admin = entrance.at_terminal(store, PERSON, now, Role.ADMINISTRATOR)
        # One that was kept is in order already, and only read.
        kept = safekeeping.state(admin).steps.get(safekeeping.TIDY)
        if kept is None:
            told(read(store, administrations, "by day", now, 1))
            began = perf_counter()
            safekeeping.tidy(admin)
            print(f"# compacted in {perf_counter() - began:,.0f} s", flush=True)
        told(read(store, administrations, "compacted", now, 2))
        size = safekeeping.state(admin).store_bytes
    finally:
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"# {size / 1e6:,.0f} MB on disk, peak memory {peak:,.0f} MB", flush=True)


def told(one: Found) -> None:
    """A line of the table."""
    figures = (one.history, one.history_cpu, one.in_store, one.page, one.page_cpu, one.first)
    cells = "".join(f"{p50:8.1f}{p95:7.1f}" for p50, p95 in figures)
    print(f"{one.rows:>11,} {one.when:<10}{cells}{one.questions:>6}", flush=True)


def main() -> None:
    """Print p50 and p95 of each, in ms; goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ten-million", action="store_true")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    heads = ("history", "its cpu", "page: store", "page", "its cpu", "opening")
    print(f"{'ms, p50 and p95 of ' + str(CLIENTS):<22}" + "".join(f"{one:>15}" for one in heads)
          + " asked")  # fmt: skip
    sizes = [100_000, 1_000_000, *([10_000_000] if asked.ten_million else [])]
    with tempfile.TemporaryDirectory(prefix="attachdash-bench-") as own:
        for size in sizes:
            home = (asked.keep or Path(own)) / f"practice-{size}"
            process = multiprocessing.get_context("spawn").Process(
                target=one_practice, args=(home, size)
            )
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(process.exitcode)
    print("goals, compacted: history 2.5 and 4 at 10 M, at most 1.3 times that at 100 thousand; "
          "page: store 12, at most six questions")  # fmt: skip


if __name__ == "__main__":
    main()
