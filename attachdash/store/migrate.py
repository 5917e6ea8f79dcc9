"""Brings a store up to the tables this version knows, one numbered step at a time."""

from datetime import datetime
from pathlib import Path

from attachdash.errors import Unavailable
from attachdash.store.engine import Cursor, Engine, Scope, statements

FOLDER = Path(__file__).parent / "migrations"

FOUNDATION = (
    "CREATE TABLE IF NOT EXISTS migration "
    "(number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)",
)
IDS = {
    "duckdb": "CREATE TABLE IF NOT EXISTS id_block "
    "(kind VARCHAR PRIMARY KEY, next_id BIGINT NOT NULL)",
    "postgresql": "CREATE SEQUENCE IF NOT EXISTS ids CACHE 100",
}


def _steps() -> dict[int, Path]:
    return {
        int(path.name[:4]): path
        for path in sorted(FOLDER.glob("[0-9]*.sql"))
        if path.name.count(".") == 1
    }


def _applied(engine: Engine) -> set[int]:
    """The steps that were applied. Raises Unavailable when a newer version applied some."""

    def prepare(cursor: Cursor) -> set[int]:
        for statement in (*FOUNDATION, IDS[engine.dialect]):
            cursor.run(statement)
        return {int(row[0]) for row in cursor.rows("SELECT number FROM migration")}

    applied = engine.writing(Scope(), prepare)
    if newer := applied - set(_steps()):
        raise Unavailable(
            f"This store was written by a newer AttachDash (step {max(newer)}); "
            "install that version or a later one."
        )
    return applied


def is_older(engine: Engine) -> bool:
    """Whether an earlier version wrote this store. Raises Unavailable when a newer one did."""
    applied = _applied(engine)
    return bool(applied) and applied != set(_steps())


def migrate(engine: Engine, now: datetime) -> list[str]:
    """Apply what is missing; the names of what was applied. One process at a time may do this.

    Raises Unavailable when the store was written by a newer version.
    """
    applied, done = _applied(engine), []
    for number, path in _steps().items():
        if number in applied:
            continue
        own = path.with_suffix(f".{engine.dialect}.sql")
        text = path.read_text() + (own.read_text() if own.exists() else "")
        name = path.stem

        # A step commits together with the record that it ran.
        def step(cursor: Cursor, number: int = number, name: str = name, text: str = text) -> None:
            for statement in statements(text):
                cursor.run(statement)
            # A table that is made anew holds what it held.
            cursor.came.clear()
            cursor.run("INSERT INTO migration VALUES ($1, $2, $3)", number, name, now)

        engine.writing(Scope(), step)
        done.append(name)
    return done
