"""Whether a store holds: its audit chain, and nothing in it without its owner."""

from attachdash.errors import Unavailable
from attachdash.store import Store, audit, checks
from attachdash.store.engine import Scope


def problems(store: Store) -> list[str]:
    """Words for everything that is wrong; nothing where all is well."""
    try:
        store.engine.read_through()
    except Unavailable as error:
        return [str(error)]
    with store.engine.reading(Scope()) as cursor:
        broken = audit.broken_at(cursor, 1, store.audit_key)
        found = checks.orphans_and_doubles(cursor, 1)
    wrong = [f"The audit does not hold: {broken}."] if broken else []
    return wrong + [f"{count} {what}." for what, count in found.items() if count]
