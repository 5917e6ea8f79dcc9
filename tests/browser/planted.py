"""The server with a fault on purpose: the query for clients shares one connection for everybody."""

import sys
import time

import duckdb

from attachdash.store import engine_duckdb

SHARED: list[duckdb.DuckDBPyConnection] = []


class Planted(engine_duckdb.DuckCursor):
    """A cursor that asks who the clients are on a connection that all browsers share."""

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        if "client.born_on" not in sql:
            return super().rows(sql, *parameters)
        if not SHARED:
            SHARED.append(self._connection.cursor())
        SHARED[0].execute(sql, parameters)
        time.sleep(0.005)  # the moment in which another browser asks
        return SHARED[0].fetchall()


if __name__ == "__main__":
    engine_duckdb.DuckCursor = Planted  # type: ignore[misc]
    from streamlit.web.cli import main

    sys.argv = ["streamlit", *sys.argv[1:]]
    main()
