"""Which practice does this process serve, and who holds its store?"""

import os
import threading
from pathlib import Path

from attachdash.errors import Invalid
from attachdash.practice.opening import Store, open_practice

ROOT = Path(__file__).resolve().parents[2]
PRACTICES = ("demo", "practice")
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_lock = threading.Lock()
_store: Store | None = None


def home() -> Path:
    """The folder of the practice served: `demo` or `practice` under ATTACHDASH_HOME.

    Raises Invalid when ATTACHDASH_PRACTICE names neither.
    """
    which = os.environ.get("ATTACHDASH_PRACTICE", "demo")
    if which not in PRACTICES:
        raise Invalid(f"ATTACHDASH_PRACTICE is {which!r}; it may be demo or practice.")
    # A relative home is meant from the repository, whatever folder the server was started in.
    return (ROOT / os.environ.get("ATTACHDASH_HOME", "var")).resolve() / which


def store_url() -> str | None:
    """The PostgreSQL store that ATTACHDASH_STORE names, or None for the DuckDB one in home().

    Raises Invalid for any other kind of address.
    """
    url = os.environ.get("ATTACHDASH_STORE", "").strip()
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise Invalid("ATTACHDASH_STORE must begin with postgresql://, or not be set at all.")
    return url or None


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
