"""Putting a backup back, at the terminal, while nobody serves the practice."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from attachdash.errors import Invalid
from attachdash.practice.entrance import at_terminal
from attachdash.practice.rights import Role, Viewer, change
from attachdash.store import Store, copies, counts, open_store, settings
from attachdash.store.copies import Backup
from attachdash.store.engine import Cursor, Scope
from attachdash.store.mark import FILE
from attachdash.store.opening import database


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where that lies which was there before."""

    backup: Backup
    aside: Path | None


def newest(home: Path) -> Path:
    """The folder of the newest backup beside a practice. Raises Invalid when there is none."""
    backups = copies.kept(home)
    if not backups:
        raise Invalid(f"There is no backup in {home / 'backups'}. Name the folder of one.")
    return backups[0].folder


def restore(home: Path, folder: Path, sign_in: str, now: datetime) -> Restored:
    """Put the backup in `folder` in the place of the practice in `home`; nothing is thrown away.

    The backup is verified, opened and brought to this version beside the practice first. Raises
    Invalid, Refused or Unavailable with the practice as it was.
    """
    backup = copies.verified(folder)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if database(home).exists():
        copies.refuse_if_held(home)
    staged = home / "restoring"
    copies.stage(folder, staged)
    store = open_store(staged, now, way_back=False, marked=False)
    try:
        with store.engine.reading(Scope()) as cursor:
            wrong = counts.wrong(cursor, 1, store.audit_key)
        if wrong:
            raise Invalid(
                f"Something had been done to the store before {folder} was made: {wrong}. Take an "
                "earlier one, or keep what is there now with `attachdash restore --what-is-left`."
            )
        _noted(_administrator(store, sign_in, now), "restored backup", backup.made_at)
    finally:
        store.close()
    return Restored(backup, copies.exchange(home, staged, now))


def keep_what_is_left(home: Path, sign_in: str, now: datetime, url: str | None = None) -> None:
    """Go on with a store that is behind its mark, or has none, and say so on every page.

    Raises Refused where that person is no administrator.
    """
    mark = home / FILE
    refused = mark.with_suffix(".refused.json")
    if mark.exists():
        mark.rename(refused)
    try:
        store = open_store(home, now, url=url, marked=False)
        try:
            viewer = _administrator(store, sign_in, now)
            _noted(viewer, "kept what was left", now, count_anew=True)
        finally:
            store.close()
    except BaseException:
        if refused.exists():
            refused.replace(mark)
        raise


def _administrator(store: Store, sign_in: str, now: datetime) -> Viewer:
    return at_terminal(store, sign_in, now, Role.ADMINISTRATOR)


def _noted(viewer: Viewer, kind: str, until: datetime, *, count_anew: bool = False) -> None:
    """Every page says from then on from when the data are."""

    def work(cursor: Cursor) -> None:
        if count_anew:
            counts.begin(cursor, viewer.site_id, viewer.store.audit_key)
        settings.put(cursor, viewer.site_id, "data_until", until.isoformat())

    change(viewer, kind, work, detail=f"data until {until:%Y-%m-%d %H:%M} UTC")
