"""PostgreSQL 15 or newer: several app processes on one store."""

import contextlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pandas as pd
import psycopg
import pyarrow as pa
from psycopg import sql as pgsql
from psycopg_pool import ConnectionPool, PoolTimeout

from attachdash.errors import Unavailable
from attachdash.store.engine import (
    COUNTED,
    Row,
    Scope,
    again,
    as_columns,
    moved_rows,
    refuse_uncounted,
)
from attachdash.store.engine_duckdb import pandas_type

T = TypeVar("T")

# How long somebody waits for a connection before they are told that there is none.
PATIENCE_S = 5.0
# How many tries may be lost to others before they have to wait for this one.
FAIR_AFTER = 2
GONE = "The PostgreSQL server does not answer. "
NOTHING_KEPT = "Nothing was kept: try again in a moment, or ask whoever keeps the server."
IN_DOUBT = "It may have kept this or not: look before you do it again."
CROWDED = "Others changed the same thing again and again meanwhile. "

# A conflict, and a natural key that another process wrote first: the retry then finds the row.
CONFLICT = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.UniqueViolation,
    psycopg.errors.AdminShutdown,
    psycopg.OperationalError,
)
ARROW = {
    "int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "float8": pa.float64(),
    "bool": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us"),
    "_int2": pa.list_(pa.int16()),
}  # fmt: skip
COLUMN = {
    pa.int16(): "SMALLINT", pa.int32(): "INTEGER", pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE PRECISION", pa.bool_(): "BOOLEAN", pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP", pa.list_(pa.int16()): "SMALLINT[]",
}  # fmt: skip


class PostgresCursor:
    """A transaction on a pooled connection."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection
        self.came: Counter[str] = Counter()

    def _execute(self, sql: str, parameters: tuple[object, ...]) -> psycopg.RawCursor[Row]:
        cursor = psycopg.RawCursor(self._connection)
        cursor.execute(sql.encode(), parameters)
        if moved := moved_rows(sql):
            table, sign = moved
            self.came[table] += sign * cursor.rowcount
        return cursor

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        return self._execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: object) -> Row | None:
        return self._execute(sql, parameters).fetchone()

    def run(self, sql: str, *parameters: object) -> None:
        self._execute(sql, parameters)

    def frame(self, sql: str, *parameters: object) -> pd.DataFrame:
        found: pd.DataFrame = self.arrow(sql, *parameters).to_pandas(types_mapper=pandas_type)
        return found

    def arrow(self, sql: str, *parameters: object) -> pa.Table:
        cursor = self._execute(sql, parameters)
        description = cursor.description or []
        types = self._connection.adapters.types
        fields = []
        for column in description:
            info = types.get(column.type_code)
            name = info.name if info and column.type_code != info.array_oid else ""
            if info and column.type_code == info.array_oid:
                name = "_" + info.name
            fields.append(pa.field(column.name, ARROW.get(name, pa.string())))
        columns = as_columns(cursor.fetchall(), [column.name for column in description])
        return pa.table(
            [pa.array(columns[field.name], type=field.type) for field in fields],
            schema=pa.schema(fields),
        )

    def stage(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(
            field.name + " " + COLUMN.get(field.type, "VARCHAR") for field in rows.schema
        )
        self.run("DROP TABLE IF EXISTS " + name)
        self.run("CREATE TEMPORARY TABLE " + name + " (" + columns + ") ON COMMIT DROP")
        self.bulk(name, rows)
        self.run("ANALYZE " + name)

    def bulk(self, table: str, rows: pa.Table) -> None:
        copy = pgsql.SQL("COPY {} ({}) FROM STDIN").format(
            pgsql.Identifier(table),
            pgsql.SQL(", ").join(pgsql.Identifier(name) for name in rows.column_names),
        )
        with self._connection.cursor().copy(copy) as lines:
            for part in rows.to_batches(max_chunksize=10_000):
                columns = [column.to_pylist() for column in part.columns]
                for row in zip(*columns, strict=True):
                    lines.write_row(row)
        if table in COUNTED:
            self.came[table] += rows.num_rows


class PostgresEngine:
    """One PostgreSQL database, shared by any number of app processes."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            url, min_size=1, max_size=10, open=False, kwargs={"autocommit": True},
            # A connection that died in the pool, as all do when the server starts anew, is
            # found out before anybody works on it.
            check=ConnectionPool.check_connection,
        )  # fmt: skip
        try:
            self._pool.open(wait=True, timeout=10)
        except Exception as error:
            self._pool.close()
            raise Unavailable(
                "The PostgreSQL server named by ATTACHDASH_STORE does not answer. "
                "Start it, or mend the address."
            ) from error

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[PostgresCursor]:
        try:
            with self._pool.connection(timeout=PATIENCE_S) as connection:
                cursor = PostgresCursor(connection)
                try:
                    cursor.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    _say_whose(cursor, scope)
                    yield cursor
                finally:
                    with contextlib.suppress(psycopg.Error):
                        cursor.run("ROLLBACK")
        except psycopg.OperationalError as error:
            raise Unavailable(GONE + NOTHING_KEPT) from error

    def writing(self, scope: Scope, work: Callable[[PostgresCursor], T]) -> T:
        in_doubt, lost = False, 0

        def once() -> T:
            nonlocal in_doubt, lost
            with self._connection(in_doubt) as connection:
                cursor = PostgresCursor(connection)
                committing = False
                try:
                    cursor.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    if lost >= FAIR_AFTER:
                        # Long work would lose to short work again and again. A lock on its own
                        # takes no snapshot: what follows sees all that was written before it.
                        cursor.run("LOCK TABLE head IN EXCLUSIVE MODE")
                    _say_whose(cursor, scope)
                    result = work(cursor)
                    refuse_uncounted(cursor.came)
                    committing = True
                    cursor.run("COMMIT")
                except BaseException:
                    # A connection that is already gone has rolled back by itself, or committed.
                    in_doubt = in_doubt or (committing and bool(connection.closed))
                    lost += not connection.closed
                    with contextlib.suppress(psycopg.Error):
                        cursor.run("ROLLBACK")
                    raise
                return result

        try:
            return again(once, CONFLICT, tries=8)
        except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected) as error:
            raise Unavailable(CROWDED + (IN_DOUBT if in_doubt else NOTHING_KEPT)) from error
        except psycopg.OperationalError as error:
            raise Unavailable(GONE + (IN_DOUBT if in_doubt else NOTHING_KEPT)) from error

    @contextmanager
    def _connection(self, in_doubt: bool) -> Iterator[psycopg.Connection[Row]]:
        # Not retried: whoever waited this long for nothing would wait eight times as long.
        try:
            with self._pool.connection(timeout=PATIENCE_S) as connection:
                yield connection
        except PoolTimeout as error:
            raise Unavailable(GONE + (IN_DOUBT if in_doubt else NOTHING_KEPT)) from error

    def new_ids(self, kind: str, count: int) -> list[int]:
        def take(cursor: PostgresCursor) -> list[int]:
            rows = cursor.rows("SELECT nextval('ids') FROM generate_series(1, $1)", count)
            return [int(row[0]) for row in rows]

        return self.writing(Scope(), take)

    @contextmanager
    def only_one(self, name: str) -> Iterator[bool]:
        number = zlib.crc32(name.encode())
        # On a connection of its own: the lock ends with the connection, also after a crash.
        with psycopg.connect(self._url, autocommit=True) as connection:
            cursor = PostgresCursor(connection)
            row = cursor.one("SELECT pg_try_advisory_lock($1)", number)
            try:
                yield bool(row and row[0])
            finally:
                # The server may see the end of a connection only a moment later.
                with contextlib.suppress(psycopg.Error):
                    cursor.run("SELECT pg_advisory_unlock_all()")

    @contextmanager
    def after_others(self, name: str) -> Iterator[None]:
        with psycopg.connect(self._url, autocommit=True) as connection:
            PostgresCursor(connection).run("SELECT pg_advisory_lock($1)", zlib.crc32(name.encode()))
            yield

    def copy_to(self, path: Path) -> dict[str, tuple[int, str]]:
        raise Unavailable(
            "The store is on a PostgreSQL server: back it up there, with pg_basebackup or pg_dump."
        )

    def read_through(self) -> None:
        """Nothing to do: the server has checks of its own."""

    def compact(self) -> None:
        """Nothing to do: the server keeps indexes."""

    def close(self) -> None:
        self._pool.close()


def _say_whose(cursor: PostgresCursor, scope: Scope) -> None:
    # Row-level security can rest on these; they end with the transaction.
    cursor.run(
        "SELECT set_config('attachdash.site_id', $1, true), "
        "set_config('attachdash.person_id', $2, true)",
        str(scope.site_id),
        str(scope.person_id),
    )
