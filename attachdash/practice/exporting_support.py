"""What was answered and noted beside flags, and held back from clients, as rows of an export."""

from collections.abc import Iterable, Mapping

from attachdash.practice.relations import Relation
from attachdash.store import Reach, clients, release, support
from attachdash.store import export as store_export
from attachdash.store.definitions import Catalogue
from attachdash.store.engine import Cursor, Row

OF_SOMEBODY = 4  # parts of the cause of what somebody else answered: rcads25:18:7:3


def looks(
    cursor: Cursor, asked: Reach, who: list[Row], around: Mapping[int, Relation]
) -> list[tuple[object, ...]]:
    """The rows of looks.csv: answers to the support tool, in the words that were shown."""
    codes = {row[0]: row[1] for row in who}
    numbers = store_export.episode_numbers(clients.episodes(cursor, asked))
    return _in_order(
        (
            codes[one.client_id], numbers.get(one.episode_id or 0), _flag(one, around),
            one.question_id, one.version, one.asked, one.answer, one.how, one.by_sign_in,
            one.given_at.isoformat(),
        )
        for one in support.looks(cursor, asked)
    )  # fmt: skip


def notes(
    cursor: Cursor, asked: Reach, who: list[Row], around: Mapping[int, Relation]
) -> list[tuple[object, ...]]:
    """The rows of agenda_notes.csv: what supervisors noted beside flags."""
    codes = {row[0]: row[1] for row in who}
    return _in_order(
        (
            codes[one.client_id], _flag(one, around), one.words, one.by_sign_in,
            one.noted_at.isoformat(),
        )
        for one in support.notes(cursor, asked)
    )  # fmt: skip


def holds(
    cursor: Cursor, asked: Reach, who: list[Row], catalogue: Catalogue
) -> list[tuple[object, ...]]:
    """The rows of holds.csv: what staff held back from clients, also what is over."""
    codes = {row[0]: row[1] for row in who}
    return _in_order(
        (
            codes[one.client_id], catalogue.instruments[one.instrument_id].id,
            one.from_at.isoformat(), one.to_on, one.reason, one.by_sign_in,
            one.ended_at.isoformat() if one.ended_at else "", one.ended_by_sign_in,
        )
        for one in release.holds(cursor, asked)
    )  # fmt: skip


def _in_order(rows: Iterable[tuple[object, ...]]) -> list[tuple[object, ...]]:
    # As text: not their numbers here, which are others where it is loaded.
    return sorted(rows, key=lambda row: [str(one) for one in row])


def _flag(beside: support.Look | support.Note, around: Mapping[int, Relation]) -> str:
    """Which flag that was, by its kind and cause; people in it by name, "" for the client."""
    if beside.flag_cause is None:
        return ""
    parts = beside.flag_cause.split(":")
    if len(parts) == OF_SOMEBODY:
        parts[2:] = [around[int(one)].name if int(one) in around else "" for one in parts[2:]]
    return f"{beside.flag_kind} {':'.join(parts)}"
