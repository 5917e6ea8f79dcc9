"""Whether a store holds: its audit chain, and nothing in it without its owner."""

from attachdash.errors import Unavailable
from attachdash.store import Store, audit, checks
from attachdash.store.engine import Scope

MOST_NAMED = 10


def problems(store: Store) -> list[str]:
    """Words for everything that is wrong; nothing where all is well."""
    try:
        store.engine.read_through()
    except Unavailable as error:
        return [str(error)]
    with store.engine.reading(Scope()) as cursor:
        broken = audit.broken_at(cursor, 1, store.audit_key)
        found = checks.orphans_and_doubles(cursor, 1)
        otherwise = checks.otherwise_nominal(cursor, 1)
    wrong = [f"The audit does not hold: {broken}."] if broken else []
    if otherwise:
        # By its number, which tells nothing of whose it is.
        named = ", ".join(map(str, otherwise[:MOST_NAMED]))
        more = f" and {len(otherwise) - MOST_NAMED} more" if len(otherwise) > MOST_NAMED else ""
        wrong.append(
            "Scores say otherwise than their form whether its day is nominal: administration "
            f"{named}{more}."
        )
    return wrong + [f"{count} {what}." for what, count in found.items() if count]
