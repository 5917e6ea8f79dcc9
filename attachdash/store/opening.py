"""Opens a practice's store: the database, the audit key beside it, the instruments it knows."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from attachdash.errors import Unavailable
from attachdash.instruments import Library, library
from attachdash.store import copies, counts, definitions
from attachdash.store.audit import Verified
from attachdash.store.definitions import Catalogue
from attachdash.store.engine import Engine, Scope
from attachdash.store.engine_duckdb import DuckEngine
from attachdash.store.engine_postgresql import PostgresEngine
from attachdash.store.mark import Mark
from attachdash.store.migrate import is_older, migrate
from attachdash.store.norms import Known


@dataclass(slots=True)
class Store:
    """An open store. `home` holds the key of the audit chain, outside the database."""

    engine: Engine
    home: Path
    audit_key: bytes = field(repr=False)
    mark: Mark = field(repr=False)
    library: Library
    catalogue: Catalogue
    # How far each site's audit was found to hold since this process began.
    verified: dict[int, Verified] = field(default_factory=dict)
    # The figures of its own that each site had when they were last read.
    norms: dict[int, Known] = field(default_factory=dict)

    def close(self) -> None:
        """Let the database go."""
        self.engine.close()


def database(home: Path) -> Path:
    """The DuckDB file of a practice's folder."""
    return home / "practice.duckdb"


def open_store(
    home: Path, now: datetime, *, url: str | None = None, create: bool = False,
    way_back: bool = True, marked: bool = True,
) -> Store:  # fmt: skip
    """The store in folder `home`, or the PostgreSQL one that `url` names, migrated to today.

    One in a file that an earlier version wrote is backed up before, unless it is a copy itself.
    `marked`: the mark of how far it had come has to lie beside it. Raises Unavailable: absent and
    not to be created, held by another process, too new, or behind its mark.
    """
    if url is None and not database(home).exists() and not create:
        raise Unavailable(f"There is no practice in {home}. Start one with `attachdash init`.")
    _shut_to_others(home)
    engine: Engine = PostgresEngine(url) if url else DuckEngine(database(home))
    try:
        # Several processes may start on a new or older store at once.
        with engine.after_others("opening"):
            if way_back and isinstance(engine, DuckEngine) and is_older(engine):
                # Should the newer version not do. A start that fails and is tried again and again
                # must not push the other backups out.
                key = _audit_key(engine, home)
                if not copies.is_there(engine, home):
                    copies.make(engine, home, key, now)
            migrate(engine, now)
            key = _audit_key(engine, home)
            mark = Mark(home, key)
            if marked:
                said = mark.said()
                with engine.reading(Scope()) as cursor:
                    mark.check(cursor, 1, said)
            _begin_counts(engine, key)
            known = library()
            catalogue = definitions.load(engine, known, now)
            return Store(engine, home, key, mark, known, catalogue)
    except BaseException:
        engine.close()
        raise


def _begin_counts(engine: Engine, key: bytes) -> None:
    with engine.reading(Scope()) as cursor:
        if counts.are_sealed(cursor, 1):
            return
    engine.writing(Scope(), lambda cursor: counts.begin(cursor, 1, key))


def _shut_to_others(home: Path) -> None:
    # DuckDB makes its write-ahead file anew again and again, in plain text and with whatever this
    # process allows: so this stays for as long as the process lives.
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    for path in home.glob(database(home).name + "*"):
        if path.is_file():
            path.chmod(0o600)


def _audit_key(engine: Engine, home: Path) -> bytes:
    path = home / "audit.key"
    if not path.exists():
        with engine.reading(Scope()) as cursor:
            row = cursor.one("SELECT seq FROM head WHERE site_id = 1 AND name = 'audit'")
        if row and row[0]:
            raise Unavailable(
                f"The key of the audit chain, {path}, is missing. Put it back from the backup: "
                "without it nobody can prove who saw what."
            )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text().strip())
