"""The server with a fault on purpose: every run of every browser shares one connection."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from attachdash.store import engine_duckdb
from attachdash.store.engine import Scope


class Shared(engine_duckdb.DuckCursor):
    """A cursor that everybody uses, and that hands rows out a moment after it asked for them."""

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        import time

        self._connection.execute(sql, parameters)
        time.sleep(0.002)  # the moment in which another browser asks
        return self._connection.fetchall()

    def finish(self) -> None:
        """Nobody closes what all share."""


REAL = engine_duckdb.DuckEngine.reading


@contextmanager
def reading(self: engine_duckdb.DuckEngine, scope: Scope) -> Iterator[Shared]:
    """What the real one does, without a cursor of its own once somebody is signed in."""
    if scope.person_id:
        yield Shared(self._root)
        return
    with REAL(self, scope) as cursor:
        yield cursor  # type: ignore[misc]


if __name__ == "__main__":
    engine_duckdb.DuckEngine.reading = reading  # type: ignore[method-assign,assignment]
    from streamlit.web.cli import main

    sys.argv = ["streamlit", *sys.argv[1:]]
    main()
