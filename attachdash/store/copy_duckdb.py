"""A whole copy of an open DuckDB file: of one moment, in the order that pages read, compared."""

import hashlib
import os
from pathlib import Path

import duckdb

# How many rows each table has, and a sum over all of them that no order changes.
Sums = dict[str, tuple[int, str]]

# Pages read by client, life arrives by date: what grows is written in the order of reading.
ORDER = {
    "administration": "instrument_id, client_id, answered_on, administration_id, version",
    "score": "client_id, scale_id, answered_on, administration_id",
    "summary": "episode_id, scale_id, about_id, informant_id",
    "audit": "site_id, seq",
    "treats": "client_id, therapist_id, from_on",
    "episode": "client_id, episode_id",
    "episode_span": "episode_id, from_on",
    "flag": "client_id, flag_id",
    "flag_step": "flag_id, step_id",
    "relation": "client_id, relation_id",
}


def copy(cursor: duckdb.DuckDBPyConnection, path: Path) -> Sums:
    """Write all that is committed now to a new file at `path`; what it holds.

    Readers and writers go on meanwhile. Only COPY FROM DATABASE takes tables with their keys;
    copying the file itself gave an empty database (measured).
    """
    # What a killed copy left; its log would be played into the new one.
    for left in (path, Path(f"{path}.wal")):
        left.unlink(missing_ok=True)
    # The one statement that takes no parameter for its value.
    cursor.execute("ATTACH '" + str(path).replace("'", "''") + "' AS copied")
    try:
        cursor.execute("BEGIN TRANSACTION")
        # Named after its file, as every database is: practice.duckdb.
        cursor.execute("COPY FROM DATABASE practice TO copied (SCHEMA)")
        found: Sums = {}
        for name in _tables(cursor):
            rows = cursor.table("main." + name)
            (rows.order(ORDER[name]) if name in ORDER else rows).insert_into("copied.main." + name)
            found[name] = _sum(cursor, name)
        cursor.execute("COMMIT")
    finally:
        cursor.execute("DETACH copied")
    os.chmod(path, 0o600)
    with path.open("rb") as written:
        os.fsync(written.fileno())
    return found


def sums_of(path: Path) -> Sums:
    """What a file that nobody writes to holds."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return sums(connection)


def sums(connection: duckdb.DuckDBPyConnection) -> Sums:
    """What an open database holds; every row of it is read."""
    return {name: _sum(connection, name) for name in _tables(connection)}


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT internal ORDER BY table_name NULLS LAST"
    ).fetchall()
    return [str(row[0]) for row in found]


def _sum(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    rows = connection.table("main." + table).set_alias("one")
    count, total = rows.aggregate("count(*), coalesce(sum(hash(one)), 0)").fetchall()[0]
    return int(count), str(total)
