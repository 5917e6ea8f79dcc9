"""Four replicas on one PostgreSQL, one of them killed, the server falling over in the middle."""

import json
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attachdash.practice import checking, clients, entrance, founding
from attachdash.store.engine import Scope
from tests import engines
from tests.practice.conftest import NOW, TODAY

ROWS = 300

# Each line it prints is a deed that was acknowledged to it.
REPLICA = """
import dataclasses, json, pathlib, sys, threading
from attachdash.errors import Unavailable
from attachdash.intake import Mapping, read_csv
from attachdash.practice import clients, entrance, importing, rights
from attachdash.practice.opening import open_practice

home, url, number, table = sys.argv[1:]
store = open_practice(pathlib.Path(home), url=url)
viewer = entrance.at_terminal(store, "a.diallo", entrance.clock())
viewer = dataclasses.replace(viewer, session_ref=f"replica-{number}")

def told(**what):
    print(json.dumps(what), flush=True)

told(ready=True)
sys.stdin.readline()
mapping = Mapping(instrument="phq9", client="code", answered_on="date", date_format="iso",
                  items=tuple(f"q{n}" for n in range(1, 10)))
table = read_csv("same.csv", pathlib.Path(table).read_bytes())
[(done, _)] = importing.import_file(viewer, table, [mapping])
told(kept=done.kept, held=done.already_held, refused=done.refused)

stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
deed = 0
while not stop.is_set():
    deed += 1
    now = dataclasses.replace(viewer, now=entrance.clock())
    try:
        rights.change(now, "counted", lambda cursor: cursor.run(
            "UPDATE person AS t SET failures = t.failures + 1 WHERE t.person_id = $1",
            viewer.person_id))
        told(counted=deed)
        told(client=clients.add_client(now, f"R{number}-{deed}"), code=f"R{number}-{deed}")
    except Unavailable as error:
        told(doubt=str(error))
store.close()
"""


class Replica:
    """A process of its own, and what it said so far."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", REPLICA, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.told: list[dict[str, Any]] = []
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self.told.append(json.loads(line))
                self._more.notify_all()

    def say(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def hears(self, key: str, more: int = 0) -> None:
        """Wait until it has told that much more of this than now, or anything of it."""
        with self._more:
            enough = len(self.all(key)) + more if more else 1
            assert self._more.wait_for(lambda: len(self.all(key)) >= enough, timeout=60), self.why()

    def all(self, key: str) -> list[Any]:
        return [one[key] for one in self.told if key in one]

    def why(self) -> str:
        self._process.kill()
        assert self._process.stderr is not None
        return f"{self.told[-3:]} {self._process.stderr.read()}"

    def kill(self) -> None:
        self._process.kill()
        self.ends()

    def ends(self) -> int:
        code = self._process.wait(60)
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()
        return code


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with engines.server(tmp_path_factory) as server:
        home, file = tmp_path / "practice", tmp_path / "same.csv"
        store, _ = founding.found(home, "a.diallo", "Amara Diallo", NOW, url=server.url)
        admin = entrance.at_terminal(store, "a.diallo", NOW)
        for code in ("A", "B", "C"):
            clients.add_client(admin, code)
        lines = ["code,date," + ",".join(f"q{n}" for n in range(1, 10))] + [
            f"{'ABC'[row % 3]},{TODAY - timedelta(days=row // 3)},{','.join(str(row % 4) * 9)}"
            for row in range(ROWS)
        ]
        file.write_text("\n".join(lines))
        replicas = [Replica(str(home), server.url, str(n), str(file)) for n in range(4)]
        for one in replicas:
            one.hears("ready")
        for one in replicas:
            one.say()
        for one in replicas:
            one.hears("client", 5)
        replicas[3].kill()
        alive = replicas[:3]
        for one in alive:
            one.hears("client", 3)
        server.crash()
        server.start()
        for one in alive:
            one.hears("client", 3)
        for one in alive:
            one.say()
        assert [one.ends() for one in alive] == [0, 0, 0]

        with store.engine.reading(Scope()) as cursor:
            held = cursor.one(
                "SELECT count(*), count(DISTINCT batch_id) FROM administration WHERE site_id = 1"
            )
            batches = cursor.one("SELECT count(*) FROM batch")
            counted = cursor.one("SELECT failures FROM person WHERE sign_in = 'a.diallo'")
            codes = Counter(
                str(row[0]) for row in cursor.rows("SELECT code FROM client WHERE code LIKE 'R%'")
            )
            seals = Counter(
                (str(row[0]), str(row[1]))
                for row in cursor.rows("SELECT kind, session_ref FROM audit")
            )
        assert checking.problems(store) == []
        store.close()

    # The file came in once, whole, and all four were told the truth about it.
    assert held == (ROWS, 1)
    assert batches == (1,)
    assert sorted(one.all("kept") for one in replicas) == [[0], [0], [0], [ROWS]]
    assert all(one.all("held")[0] + one.all("kept")[0] == ROWS for one in replicas)

    # One deed of the killed one may have been kept unheard, and each that was said to be in doubt.
    open_questions = 1 + sum(len(one.all("doubt")) for one in alive)
    acknowledged = {code for one in replicas for code in one.all("code")}
    assert set(codes.values()) == {1}
    assert acknowledged <= set(codes)
    assert len(set(codes) - acknowledged) <= open_questions
    counts = sum(len(one.all("counted")) for one in replicas)
    assert counted is not None
    assert counts <= counted[0] <= counts + open_questions
    # Each deed has its entry, and the entries are as many as the deeds.
    assert sum(n for (kind, _), n in seals.items() if kind == "counted") == counted[0]
    assert sum(
        n for (kind, who), n in seals.items() if kind == "added client" and "replica" in who
    ) == len(codes)
