"""The high-water mark: how far the store had come, kept outside it and signed.

A log that was cut, or an older copy put back, opens without a word and with fewer rows. A store
that is ahead of its mark was killed between the two and is whole; one that is behind it has lost
what was confirmed.
"""

import hashlib
import hmac
import json
import os
import threading
from pathlib import Path

from attachdash.errors import Unavailable
from attachdash.store.audit import Place
from attachdash.store.engine import Cursor

FILE = "mark.json"


def seal(key: bytes, body: dict[str, object]) -> str:
    """The keyed hash (HMAC-SHA-256, hex) of a body of plain values."""
    words = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()


class Mark:
    """The mark of the store in one folder."""

    def __init__(self, home: Path, key: bytes) -> None:
        self._path, self._key = home / FILE, key
        self._lock = threading.Lock()
        self._seq = 0

    def advance(self, place: Place) -> None:
        """The audit entry in that place is committed."""
        with self._lock:
            if place.seq <= self._seq:
                return
            self._seq = place.seq
            body: dict[str, object] = {"seq": place.seq, "hash": place.hash}
            # Several processes may share the folder: each writes beside under a name of its own.
            beside = self._path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump({**body, "seal": seal(self._key, body)}, file)
            beside.replace(self._path)

    def check(self, cursor: Cursor, site_id: int) -> None:
        """Raise Unavailable, naming the cure, when the store is behind its mark."""
        if not self._path.exists():
            return
        try:
            body = json.loads(self._path.read_text())
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


CURE = (
    "Nothing was touched. Restore the last backup with `attachdash restore`, or keep what is left "
    "with `attachdash restore --what-is-left`."
)
