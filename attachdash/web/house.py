"""Which practice does this process serve, and who holds its store?"""

import os
import threading
from pathlib import Path

from attachdash import settings
from attachdash.practice.opening import Store, open_practice

ROOT = settings.ROOT
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_lock = threading.Lock()
_store: Store | None = None


def home() -> Path:
    """The folder of the practice served. Raises Invalid when the environment names neither."""
    return settings.home_of(settings.practice_served())


def store_url() -> str | None:
    """The PostgreSQL store of the practice served, or None for the DuckDB one in home()."""
    return settings.store_url(settings.practice_served())


def hosts() -> frozenset[str]:
    """The host names under which the server answers: this machine's and ATTACHDASH_HOSTS."""
    named = os.environ.get("ATTACHDASH_HOSTS", "").replace(",", " ").lower().split()
    return LOCAL_HOSTS | set(named)


def behind_proxy() -> bool:
    """Whether ATTACHDASH_BEHIND_PROXY says that a TLS proxy stands in front."""
    return os.environ.get("ATTACHDASH_BEHIND_PROXY", "").lower() in {"1", "true", "yes", "on"}


def store() -> Store:
    """The store of this process, opened once. Raises Unavailable or Invalid, naming the cure."""
    global _store
    with _lock:
        if _store is None:
            _store = open_practice(home(), url=store_url())
        return _store


def close() -> None:
    """Let the store go, so that the terminal may have it."""
    global _store
    with _lock:
        if _store is not None:
            _store.close()
        _store = None
