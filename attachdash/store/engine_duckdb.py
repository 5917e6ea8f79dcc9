"""DuckDB in one file, held by one process."""

import re
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import pandas as pd
import pyarrow as pa

from attachdash.errors import Unavailable
from attachdash.store import copy_duckdb
from attachdash.store.engine import COUNTED, Row, Scope, again, held, moved_rows, refuse_uncounted
from attachdash.store.gate import Gate

T = TypeVar("T")
BLOCK = 1_000
GROUP = 122_880  # rows that are read and written together
ROOM = 100_000_000  # bytes that must be free before anything is written
LONGEST_WAIT = 20.0  # seconds that a tidied store waits for readers before it gives up

# Nothing outside the file may be loaded through SQL, and no statement can undo that; that nothing
# may be read is set once the store is open, because one folder is left out.
CONFIGURED: dict[str, str | bool | int | float | list[str]] = {
    # A group of rows is written as soon as it is whole. The usual five wait in memory, 200 MB for
    # answers and their scores.
    "write_buffer_row_group_count": "1",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


# What reading a file raises whose blocks are not what they were.
DAMAGE = (
    duckdb.IOException, duckdb.SerializationException, duckdb.InternalException,
    duckdb.FatalException,
)  # fmt: skip


class _Failed(Exception):
    """The file could not be written."""


class _Staged:
    """Rows under a name that DuckDB reads them by; they can be exchanged for others like them.

    Whatever is registered itself stays in memory until the transaction ends, also when it was
    unregistered: a file kept in blocks would be held whole.
    """

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.to_reader(GROUP).__arrow_c_stream__(requested_schema)

    def let_go(self) -> None:
        self.rows = self.rows.schema.empty_table()


class DuckCursor:
    """A cursor of its own for each transaction: a shared one shows a stranger's rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._staged: dict[str, _Staged] = {}
        self.came: Counter[str] = Counter()

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        found = self._connection.execute(sql, parameters).fetchall()
        if moved := moved_rows(sql):
            # Such a statement answers with a number, or with the rows it was asked to return.
            table, sign = moved
            self.came[table] += sign * (len(found) if "RETURNING" in sql else int(found[0][0]))
        return found

    def one(self, sql: str, *parameters: object) -> Row | None:
        if moved_rows(sql):
            return next(iter(self.rows(sql, *parameters)), None)
        return self._connection.execute(sql, parameters).fetchone()

    def run(self, sql: str, *parameters: object) -> None:
        if moved_rows(sql):
            self.rows(sql, *parameters)
        else:
            self._connection.execute(sql, parameters)

    def frame(self, sql: str, *parameters: object) -> pd.DataFrame:
        # Through Arrow, so that a column's type never depends on whether a NULL is in it.
        found: pd.DataFrame = self.arrow(sql, *parameters).to_pandas(types_mapper=pandas_type)
        return found

    def arrow(self, sql: str, *parameters: object) -> pa.Table:
        return self._connection.execute(sql, parameters).to_arrow_table()

    def stage(self, name: str, rows: pa.Table) -> None:
        before = self._staged.get(name)
        if before is not None and before.rows.schema == rows.schema:
            before.rows = rows
            return
        if before is not None:
            before.let_go()
        self._staged[name] = _Staged(rows)
        self._connection.register(name, self._staged[name])

    def bulk(self, table: str, rows: pa.Table) -> None:
        name = "rows_of_" + table
        self.stage(name, rows)
        try:
            columns = ", ".join(rows.column_names)
            self._connection.execute(
                "INSERT INTO " + table + " (" + columns + ") SELECT " + columns + " FROM " + name
            )
        finally:
            self._staged[name].let_go()
        if table in COUNTED:
            self.came[table] += rows.num_rows

    def copy_to(self, path: Path) -> copy_duckdb.Sums:
        """See Engine.copy_to."""
        return copy_duckdb.copy(self._connection, path)

    def read_through(self) -> None:
        """See Engine.read_through."""
        copy_duckdb.sums(self._connection)

    def finish(self) -> None:
        for name in self._staged:
            self._connection.unregister(name)
        self._connection.close()


def pandas_type(kind: pa.DataType) -> object | None:
    """Nullable integers and booleans as pandas' own, so both engines give the same types."""
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.StringDtype(na_value=float("nan"))
    return None


class DuckEngine:
    """One DuckDB file and the process-wide lock around its writes."""

    dialect = "duckdb"

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._path, self._read_only = path, read_only
        self._root = self._opened()
        self._gate = Gate()
        self._write_lock = threading.RLock()
        self._jobs: dict[str, threading.Lock] = {}
        self._blocks: dict[str, tuple[int, int]] = {}

    def _opened(self) -> duckdb.DuckDBPyConnection:
        try:
            root = duckdb.connect(str(self._path), read_only=self._read_only, config=CONFIGURED)
        except duckdb.Error as error:
            raise Unavailable(why_not_opened(self._path, str(error))) from error
        # Copies of the store go into this folder and nowhere else.
        root.execute("SET allowed_directories = $1", [[str(copies_of(self._path.parent))]])
        root.execute("SET enable_external_access = false")
        root.execute("SET lock_configuration = true")
        return root

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[DuckCursor]:
        with self._gate.passed():
            cursor = DuckCursor(self._root.cursor())
            try:
                cursor.run("BEGIN TRANSACTION READ ONLY")
                yield cursor
                cursor.run("COMMIT")
            except DAMAGE as error:
                raise Unavailable(damaged(self._path)) from error
            finally:
                cursor.finish()

    def writing(self, scope: Scope, work: Callable[[DuckCursor], T]) -> T:
        def once() -> T:
            cursor = DuckCursor(self._root.cursor())
            try:
                cursor.run("BEGIN TRANSACTION")
                result = work(cursor)
                refuse_uncounted(cursor.came)
                cursor.run("COMMIT")
                return result
            except duckdb.TransactionException as error:
                if "Failed to commit" in str(error):
                    raise _Failed from error
                raise
            except (duckdb.IOException, duckdb.FatalException) as error:
                raise _Failed from error
            finally:
                # Closing a cursor rolls back what was not committed.
                cursor.finish()

        self._refuse_without_room()
        with self._write_lock:
            try:
                with self._gate.passed():
                    return again(once, (duckdb.TransactionException,), tries=3)
            except _Failed as error:
                # What is in memory no longer agrees with the file: only the file is to be trusted.
                with self._gate.shut(LONGEST_WAIT):
                    self._root.close()
                    self._root = self._opened()
                if "Corrupt" in str(error.__cause__):
                    raise Unavailable(damaged(self._path)) from error
                raise Unavailable(
                    "The store could not be written (is the disk full?). Nothing was kept; "
                    "make room and try again."
                ) from error

    def _refuse_without_room(self) -> None:
        """A commit that meets a full disk can take the whole process with it (seen): so none does.

        Raises Unavailable; as soon as there is room again, writing goes on by itself.
        """
        free = shutil.disk_usage(self._path.parent).free
        if free < ROOM:
            raise Unavailable(
                f"The disk is nearly full: {free // 1_000_000} MB are free, but "
                f"{ROOM // 1_000_000} are needed. Nothing was kept; make room, and it goes on by "
                "itself."
            )

    def new_ids(self, kind: str, count: int) -> range:
        with self._write_lock:
            start, end = self._blocks.get(kind, (0, 0))
            if end - start < count:
                size = max(BLOCK, count)

                def take(cursor: DuckCursor) -> int:
                    cursor.run("INSERT INTO id_block VALUES ($1, 1) ON CONFLICT DO NOTHING", kind)
                    row = cursor.one(
                        "UPDATE id_block SET next_id = next_id + $2 WHERE kind = $1 "
                        "RETURNING next_id",
                        kind,
                        size,
                    )
                    assert row is not None
                    return int(row[0])

                end = self.writing(Scope(), take)
                start = end - size
            self._blocks[kind] = (start + count, end)
            return range(start, start + count)

    def only_one(self, name: str) -> AbstractContextManager[bool]:
        return held(self._jobs.setdefault(name, threading.Lock()))

    @contextmanager
    def after_others(self, name: str) -> Iterator[None]:
        # The file has one process, and its threads write one after the other.
        with self._write_lock:
            yield

    def copy_to(self, path: Path) -> copy_duckdb.Sums:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._gate.passed():
            cursor = DuckCursor(self._root.cursor())
            try:
                sums = cursor.copy_to(path)
            except duckdb.IOException as error:
                path.unlink(missing_ok=True)
                raise Unavailable(
                    f"No copy could be written to {path}: is the disk full?"
                ) from error
            finally:
                cursor.finish()
        if copy_duckdb.sums_of(path) != sums:
            path.unlink()
            raise Unavailable("The copy of the store differs from the store. It was thrown away.")
        return sums

    def read_through(self) -> None:
        with self.reading(Scope()) as cursor:
            cursor.read_through()

    def compact(self) -> None:
        """Put a copy in the order of reading in the place of the file; writers wait meanwhile.

        Raises Unavailable, with the store as it was, when readers don't come to an end.
        """
        beside = copies_of(self._path.parent) / "compacted.duckdb"
        with self._write_lock:
            self.copy_to(beside)
            with self._gate.shut(LONGEST_WAIT):
                self._root.execute("CHECKPOINT")
                self._root.close()
                try:
                    # A log that is left would be played into the new file.
                    if not Path(f"{self._path}.wal").exists():
                        beside.replace(self._path)
                finally:
                    self._root = self._opened()

    def close(self) -> None:
        self._root.close()


def copies_of(home: Path) -> Path:
    """Where the copies of a practice's store are kept."""
    return home / "backups"


def why_not_opened(path: Path, message: str) -> str:
    """Words for a store that DuckDB would not open."""
    if process := re.search(r"PID (\d+)", message):
        return f"The store {path} is held by process {process[1]}. Use its pages, or stop it first."
    return damaged(path)


def damaged(path: Path) -> str:
    """Words for a file that can't be read any more."""
    return (
        f"The store {path} is damaged: a part of it can't be read. Nothing was changed. Restore "
        "the last backup with `attachdash restore`."
    )
