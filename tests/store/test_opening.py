"""Opening a store: several processes at once, and stores of earlier days."""

import subprocess
import sys
from pathlib import Path

import pytest

from attachdash.store import open_store
from tests.engines import NOW

OPENING = """
import sys, datetime, pathlib
from attachdash.store import open_store, opening

class Starting(opening.PostgresEngine):
    def __init__(self, url):
        super().__init__(url)
        print("connected", flush=True)
        sys.stdin.readline()

opening.PostgresEngine = Starting
store = open_store(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 11, 24), url=sys.argv[2],
                   create=True)
print(store.audit_key.hex(), max(store.catalogue.definition_ids.values()))
store.close()
"""


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_replicas_may_start_on_an_empty_database_at_once(tmp_path: Path, store_url: str) -> None:
    replicas = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, str(tmp_path), store_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for one in replicas:
        assert one.stdout is not None
        assert one.stdout.readline() == "connected\n"
    for one in replicas:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    told = [one.communicate() for one in replicas]
    assert [one.returncode for one in replicas] == [0, 0], told
    # Both know the same instruments by the same numbers, and seal with the same key.
    assert told[0][0] == told[1][0]
    open_store(tmp_path, NOW, url=store_url).close()
