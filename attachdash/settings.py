"""Where a practice's data live: what the environment says, for the server and the terminal."""

import os
from pathlib import Path

from attachdash.errors import Invalid

ROOT = Path(__file__).resolve().parents[1]
PRACTICES = ("demo", "practice")


def practice_served() -> str:
    """Which practice this process serves: ATTACHDASH_PRACTICE, else the demo. Raises Invalid."""
    which = os.environ.get("ATTACHDASH_PRACTICE", "demo")
    if which not in PRACTICES:
        raise Invalid(f"ATTACHDASH_PRACTICE is {which!r}; it may be demo or practice.")
    return which


def home_of(which: str) -> Path:
    """The folder of the demo or the practice under ATTACHDASH_HOME (var)."""
    # A relative home is meant from the repository, whatever folder a command is given in.
    return (ROOT / os.environ.get("ATTACHDASH_HOME", "var")).resolve() / which


def store_url(which: str) -> str | None:
    """The PostgreSQL store that ATTACHDASH_STORE names; None: the DuckDB one in the home folder.

    The demo is always in its folder: it must never touch a real practice. Raises Invalid for any
    other kind of address.
    """
    url = os.environ.get("ATTACHDASH_STORE", "").strip()
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise Invalid("ATTACHDASH_STORE must begin with postgresql://, or not be set at all.")
    return url if url and which == "practice" else None
