"""Backups: whole copies of the store with a signed manifest, verified, rotated, put back."""

import hmac
import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from attachdash import __version__
from attachdash.errors import Invalid, Unavailable
from attachdash.store.copy_duckdb import sha256_of, sums_of
from attachdash.store.engine import Engine, Scope
from attachdash.store.engine_duckdb import copies_of, why_not_opened
from attachdash.store.seals import seal

DATABASE = "practice.duckdb"
KEY = "audit.key"
MANIFEST = "manifest.json"
NAME = re.compile(r"\d{8}T\d{6}Z")
DAILY, MONTHLY = 14, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup: when it was made, of which version, and how far the store had come."""

    folder: Path
    made_at: datetime
    version: str
    step: int  # of the store's migrations
    seq: int  # of the audit
    size: int  # bytes
    rows: int


def make(engine: Engine, home: Path, key: bytes, now: datetime) -> Backup:
    """A backup of all that is committed now, opened again and compared with the store.

    Raises Unavailable, with nothing left behind, when it can't be written or isn't the same.
    """
    with engine.only_one("backup") as mine:
        if not mine:
            raise Unavailable("A backup is being made just now.")
        for left in copies_of(home).glob("*.unfinished"):
            shutil.rmtree(left)
        while (folder := copies_of(home) / f"{now:%Y%m%dT%H%M%SZ}").exists():
            now += timedelta(seconds=1)
        unfinished = folder.with_suffix(".unfinished")
        try:
            _written(engine, unfinished, key, now)
            unfinished.rename(folder)
        except OSError as error:
            raise Unavailable(f"The backup could not be written: {error.strerror}.") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return _read(folder)


def _written(engine: Engine, folder: Path, key: bytes, now: datetime) -> None:
    folder.mkdir(parents=True, mode=0o700)
    sums = engine.copy_to(folder / DATABASE)
    with engine.reading(Scope()) as cursor:
        step = cursor.one("SELECT max(number) FROM migration")
    body: dict[str, object] = {
        "made_at": now.isoformat(),
        "version": __version__,
        "step": int(step[0]) if step else 0,
        "seq": sums["audit"][0],
        "size": (folder / DATABASE).stat().st_size,
        "sha256": sha256_of(folder / DATABASE),
        "tables": {name: list(one) for name, one in sums.items()},
    }
    _write(folder / KEY, key.hex())
    _write(folder / MANIFEST, json.dumps({**body, "seal": seal(key, body)}, indent=1))


def is_there(engine: Engine, home: Path) -> bool:
    """Whether there is a backup of the store as it is now."""
    with engine.reading(Scope()) as cursor:
        step = cursor.one("SELECT max(number) FROM migration")
        seq = cursor.one("SELECT seq FROM head WHERE site_id = 1 AND name = 'audit'")
    now = (int(step[0]) if step else 0, int(seq[0]) if seq else 0)
    return any((one.step, one.seq) == now for one in kept(home))


def kept(home: Path) -> list[Backup]:
    """The backups there are, newest first; what is no backup is left out.

    Newest is what had come furthest: a clock that had gone ahead says nothing.
    """
    found = []
    for folder in copies_of(home).glob("*T*Z"):
        if NAME.fullmatch(folder.name):
            try:
                found.append(_read(folder))
            except Invalid:
                continue
    return sorted(found, key=lambda one: (one.seq, one.made_at), reverse=True)


def rotate(home: Path) -> int:
    """Throw away all but the newest 14 and the first of each of the last 12 months; how many."""
    backups = kept(home)
    first_of_month = {f"{one.made_at:%Y%m}": one.folder for one in backups}
    monthly = [first_of_month[month] for month in sorted(first_of_month, reverse=True)[:MONTHLY]]
    stay = {one.folder for one in backups[:DAILY]} | set(monthly)
    gone = [one.folder for one in backups if one.folder not in stay]
    for folder in gone:
        shutil.rmtree(folder)
    return len(gone)


def verified(folder: Path) -> Backup:
    """The backup in this folder, opened and compared. Raises Invalid, saying what is wrong."""
    found = _read(folder)
    body = json.loads((folder / MANIFEST).read_text())
    if sha256_of(folder / DATABASE) != body["sha256"]:
        raise Invalid(f"{folder / DATABASE} was changed or cut since it was written.")
    sums = {name: list(one) for name, one in sums_of(folder / DATABASE).items()}
    if sums != body["tables"]:
        raise Invalid(f"{folder / DATABASE} doesn't hold what its manifest says.")
    return found


def key_of(folder: Path) -> bytes:
    """The key of the audit chain that lies with a backup. Raises Invalid."""
    try:
        return bytes.fromhex((folder / KEY).read_text().strip())
    except (OSError, ValueError) as error:
        raise Invalid(f"{folder / KEY} is missing or damaged: put the right key there.") from error


def stage(folder: Path, into: Path) -> None:
    """Lay a verified backup out in an empty folder, as a home to be opened."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True, mode=0o700)
    for name in (DATABASE, KEY):
        shutil.copyfile(folder / name, into / name)
        os.chmod(into / name, 0o600)


def exchange(home: Path, staged: Path, now: datetime) -> Path | None:
    """Put a staged home in the place of what is there, which is moved aside; where to."""
    there = [path for path in home.iterdir() if path.is_file()]
    aside = home / f"replaced-{now:%Y%m%dT%H%M%SZ}" if there else None
    if aside is not None:
        aside.mkdir(mode=0o700)
        for path in there:
            path.rename(aside / path.name)
    for path in staged.iterdir():
        path.rename(home / path.name)
    staged.rmdir()
    return aside


def _read(folder: Path) -> Backup:
    key = key_of(folder)
    try:
        body = json.loads((folder / MANIFEST).read_text())
        sealed = str(body.pop("seal"))
        found = Backup(
            folder=folder,
            made_at=datetime.fromisoformat(body["made_at"]),
            version=str(body["version"]),
            step=int(body["step"]),
            seq=int(body["seq"]),
            size=int(body["size"]),
            rows=sum(int(one[0]) for one in body["tables"].values()),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"{folder} holds no backup: {MANIFEST} is missing or damaged.") from error
    if not hmac.compare_digest(sealed, seal(key, body)):
        raise Invalid(f"{folder / MANIFEST} was changed since it was written.")
    return found


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def refuse_if_held(home: Path) -> None:
    """Raise Unavailable, with its PID, while a process has the store open."""
    try:
        duckdb.connect(str(home / DATABASE), read_only=True).close()
    except duckdb.IOException as error:
        if "PID" in str(error):
            raise Unavailable(why_not_opened(home / DATABASE, str(error))) from error
    except duckdb.Error:
        return  # damaged: it is about to be replaced
