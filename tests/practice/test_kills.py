"""kill -9 at any moment: nothing confirmed is lost, nothing is halved, and it opens again."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attachdash.practice import checking, founding, safekeeping
from attachdash.practice.entrance import at_terminal, clock
from attachdash.practice.rights import Role
from attachdash.store import Store, copies, migrate, open_store, opening
from attachdash.store.engine import Scope

ROWS = 40  # of each file

# Does one thing again and again, and says so each time it was done.
WORKS = """
import sys
from datetime import timedelta
from pathlib import Path
from attachdash.intake import Mapping, read_csv
from attachdash.intake.blocks import open_stream
from attachdash.practice import importing, recording, safekeeping
from attachdash.practice.entrance import at_terminal, clock
from attachdash.practice.rights import Role
from attachdash.store import open_store

home, what, rows = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = open_store(home, clock())
admin = at_terminal(store, "a.diallo", clock(), Role.ADMINISTRATOR)
items = tuple(f"q{n}" for n in range(1, 10))
mapping = Mapping(instrument="phq9", client="code", answered_on="day", date_format="iso",
                  items=items)
print("ready", flush=True)
if what in ("tidy", "backup"):
    while True:
        safekeeping.tidy(admin) if what == "tidy" else safekeeping.back_up(admin)
        print("done", 0, flush=True)
with store.engine.reading(admin.scope) as cursor:
    number = cursor.one("SELECT count(*) FROM batch")[0]
while True:
    number += 1
    day = admin.today - timedelta(days=number)
    lines = [",".join(["code", "day", *items])]
    lines += [f"K-{n % 7},{day - timedelta(days=500 * (n // 7))},0,1,2,0,1,1,0,1,{n % 2}"
              for n in range(rows)]
    data = "\\n".join(lines).encode()
    if what == "stream":
        file = home / "k.csv"
        file.write_bytes(data)
        importing.import_file(admin, open_stream(file), [mapping], create_clients=True,
                              open_episodes=True, block_rows=7)
    else:
        importing.import_file(admin, read_csv("k.csv", data), [mapping], create_clients=True,
                              open_episodes=True)
    print("done", rows * number, flush=True)
"""


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    store, _ = founding.found(tmp_path / "practice", "a.diallo", "Amara Diallo", clock())
    store.close()
    return tmp_path / "practice"


def killed(home: Path, what: str, wait: float) -> int:
    """Let it work for a while after it is ready, then kill it; the last figure it confirmed."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKS, str(home), what, str(ROWS)], stdout=subprocess.PIPE,
        text=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(wait)  # no condition to wait for: any moment of its work must do
        child.kill()
        return max([0, *(int(line.split()[1]) for line in child.stdout.read().splitlines())])


def number(store: Store, sql: str) -> int:
    with store.engine.reading(Scope()) as cursor:
        row = cursor.one(sql)
    assert row is not None
    return int(row[0])


def holds(home: Path, confirmed: int) -> int:
    """Open it again: whole batches only, each with its scores and flags; how many answers."""
    store = open_store(home, clock())
    try:
        assert checking.problems(store) == []
        answers = number(store, "SELECT count(*) FROM administration")
        assert answers >= confirmed
        assert answers % ROWS == 0
        assert number(store, "SELECT count(*) FROM score") == answers
        assert number(store, "SELECT count(*) FROM batch") * ROWS == answers
        # Half of each file's rows hold a risk answer, of seven clients: each has its step.
        raised = number(store, "SELECT count(*) FROM flag_step")
        assert raised == answers // 2
        return answers
    finally:
        store.close()


def _import(home: Path, rounds: int, what: str = "import") -> None:
    last, done, longest = 0, 0, 1.0
    # Until something was confirmed at all: on a busy machine the first kills come before it.
    while done < rounds or not last:
        confirmed = killed(home, what, random.uniform(0.0, longest))
        last = holds(home, max(confirmed, last))
        done, longest = done + 1, longest + (0 if last else 1)


def _stream(home: Path, rounds: int) -> None:
    _import(home, rounds, "stream")


def _tidy(home: Path, rounds: int) -> None:
    before = 0
    while not before:
        before = holds(home, killed(home, "import", 1.0))
    for _ in range(rounds):
        killed(home, "tidy", random.uniform(0.0, 0.6))
        assert holds(home, before) == before


def _backup(home: Path, rounds: int) -> None:
    for _ in range(rounds):
        killed(home, "backup", random.uniform(0.0, 0.6))
        assert holds(home, 0) == 0
        for one in copies.kept(home):
            assert copies.verified(one.folder) == one
    store = open_store(home, clock())
    safekeeping.back_up(at_terminal(store, "a.diallo", clock(), Role.ADMINISTRATOR))
    store.close()
    left = {path.suffix for path in (home / "backups").iterdir()}
    assert left == {""}, "what a killed backup left is cleared away by the next"


@pytest.mark.parametrize("drill", [_import, _stream, _tidy, _backup])
def test_h15_a_kill_loses_and_halves_nothing(practice: Path, drill: object) -> None:
    drill(practice, 3)  # type: ignore[operator]


@pytest.mark.long
@pytest.mark.parametrize("drill", [_import, _stream, _tidy, _backup])
def test_h15_many_kills_lose_and_halve_nothing(practice: Path, drill: object) -> None:
    drill(practice, 60)  # type: ignore[operator]


STEPS = """
import sys
from pathlib import Path
from attachdash.practice.entrance import clock
from attachdash.store import open_store
print("ready", flush=True)
open_store(Path(sys.argv[1]), clock())
"""


def test_h15_a_kill_while_a_store_is_brought_up_to_date_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of the first step, opened by this version and killed at many moments."""
    first = tmp_path / "steps"
    shutil.copytree(migrate.FOLDER, first)
    for path in first.glob("000[2-9]*"):
        path.unlink()
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", first)
        patched.setattr(opening, "_begin_counts", lambda *_: None)
        store = open_store(tmp_path / "old", clock(), create=True)
        store.close()
    for round_ in range(6):
        home = Path(shutil.copytree(tmp_path / "old", tmp_path / f"home-{round_}"))
        with subprocess.Popen(
            [sys.executable, "-c", STEPS, str(home)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.05 * round_)  # a later moment of the work each round, on purpose
            child.kill()
        store = open_store(home, clock())
        assert number(store, "SELECT count(*) FROM migration") == len(
            {path.name[:4] for path in migrate.FOLDER.glob("0*.sql")}
        )
        assert checking.problems(store) == []
        store.close()
