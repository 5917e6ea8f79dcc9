"""Whether a store holds: its audit chain, its rows, and that each follows from the others."""

from attachdash.errors import Unavailable
from attachdash.practice.rescoring import otherwise
from attachdash.store import Store, audit, checks, counts
from attachdash.store.engine import Cursor, Scope

MOST_NAMED = 10


def problems(store: Store) -> list[str]:
    """Words for everything that is wrong; nothing where all is well."""
    try:
        store.engine.read_through()
    except Unavailable as error:
        return [str(error)]
    with store.engine.reading(Scope()) as cursor:
        return seen_by(cursor, store)


def seen_by(cursor: Cursor, store: Store) -> list[str]:
    """The same of what this transaction sees, but for damage to the file."""
    broken = audit.broken_at(cursor, 1, store.audit_key)
    rows = counts.wrong(cursor, 1, store.audit_key)
    found = checks.orphans_and_doubles(cursor, 1)
    named = checks.named(cursor, 1)
    anew = otherwise(cursor, store)
    named["An answer that wants a flag has none: administration"] = anew.unflagged
    named["Flags rest on answers that don't raise them: flag"] = anew.flags
    named["Scores are not what the answers come to: administration"] = anew.forms
    named["First and latest scores are not those of their episode: episode"] = anew.episodes
    wrong = [f"The audit does not hold: {broken}."] if broken else []
    if rows:
        wrong.append(f"Something was done past the audit: {rows}.")
    # By their numbers, which tell nothing of whose they are.
    wrong += [f"{what} {_first(numbers)}." for what, numbers in named.items() if numbers]
    return wrong + [f"{count} {what}." for what, count in found.items() if count]


def _first(numbers: list[int]) -> str:
    more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
    return ", ".join(map(str, numbers[:MOST_NAMED])) + more
