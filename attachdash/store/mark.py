"""The high-water mark: how far the store had come, kept outside it and signed.

A log that was cut, or an older copy put back, opens without a word and with fewer rows. A store
that is ahead of its mark was killed between the two and is whole; one that is behind it has lost
what was confirmed.
"""

import hmac
import json
import os
import threading
from pathlib import Path

from attachdash.errors import Unavailable
from attachdash.store import counts
from attachdash.store.audit import START, Place, broken_at
from attachdash.store.engine import Cursor
from attachdash.store.seals import seal

FILE = "mark.json"


class Mark:
    """The mark of the store in one folder."""

    def __init__(self, home: Path, key: bytes) -> None:
        self._path, self._key = home / FILE, key
        self._lock = threading.Lock()
        self._committed = START
        self._written = START

    def advance(self, place: Place) -> None:
        """The audit entry in that place is committed. Raises Unavailable; see `settle`."""
        with self._lock:
            if place.seq > self._committed.seq:
                self._committed = place
        self.settle()

    def settle(self) -> None:
        """Write down what is committed, where that is still to be done.

        Raises Unavailable, saying why, where it can't be: who sees what could not be proven.
        """
        if self._written.seq >= self._committed.seq:
            return
        with self._lock:
            place = self._committed
            if place.seq <= self._written.seq:
                return
            try:
                self._write(place)
            except OSError as error:
                raise Unavailable(
                    f"The mark of the audit, {self._path}, can't be written: {error.strerror}. "
                    "The last thing done is kept. Until the mark can be written nobody could prove "
                    "who saw what, and no client's data are shown. Make room there, or let this "
                    "program write in that folder."
                ) from error
            self._written = place

    def _write(self, place: Place) -> None:
        body: dict[str, object] = {"seq": place.seq, "hash": place.hash}
        body["counts"] = dict(place.counts)
        # Several processes may share the folder: each writes beside under a name of its own.
        beside = self._path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({**body, "seal": seal(self._key, body)}, file)
        beside.replace(self._path)

    def said(self) -> str | None:
        """What was written down last; None where nothing is. To be asked before the store is read:
        another process may commit, and write that down, in between."""
        return self._path.read_text() if self._path.exists() else None

    def check(self, cursor: Cursor, site_id: int, said: str | None) -> None:
        """Raise Unavailable, naming the cure, when the store is behind its mark, or rows are
        missing or too many in it. A mark of an earlier version has no counts.
        """
        if said is None:
            row = cursor.one("SELECT max(seq) FROM audit WHERE site_id = $1", site_id)
            # A practice killed while it was founded has its first entry and no mark yet.
            if row and row[0] is not None and int(row[0]) > 1:
                raise Unavailable(f"The mark {self._path} is missing. {CURE}")
            return
        try:
            body = json.loads(said)
            sealed = str(body.pop("seal"))
            seq, expected = int(body["seq"]), str(body["hash"])
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Unavailable(f"The mark {self._path} can't be read. {CURE}") from None
        if not hmac.compare_digest(sealed, seal(self._key, body)):
            raise Unavailable(f"The mark {self._path} was not written by this practice. {CURE}")
        row = cursor.one("SELECT hash FROM audit WHERE site_id = $1 AND seq = $2", site_id, seq)
        if row is None or row[0] != expected:
            last = cursor.one(
                "SELECT seq, happened_at FROM audit WHERE site_id = $1 "
                "ORDER BY seq DESC NULLS LAST LIMIT 1",
                site_id,
            )
            ends = (
                f"ends at entry {last[0]} of {last[1]:%d %b %Y %H:%M} UTC" if last else "is empty"
            )
            raise Unavailable(
                f"The store {ends}, but entry {seq} had been confirmed: what came after is lost, "
                f"or an older copy was put in its place. {CURE}"
            )
        if not counts.are_sealed(cursor, site_id):
            if "counts" in body:
                raise Unavailable(f"The counts of the store's rows were taken out of it. {CURE}")
            return
        if wrong := counts.wrong(cursor, site_id, self._key):
            # Its end and the counts are sealed together: the chain says which of them it was.
            broken = broken_at(cursor, site_id, self._key)
            also = f" The audit does not hold: {broken}." if broken else ""
            raise Unavailable(f"Something was done past the audit: {wrong}.{also} {CURE}")


CURE = (
    "Nothing was touched. Restore the last backup with `attachdash restore`, or keep what is left "
    "with `attachdash restore --what-is-left`."
)
