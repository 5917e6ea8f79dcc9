"""Which of the answers that come in are held already, and whether they are the same."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from attachdash.practice.keeping import Given
from attachdash.practice.rights import Viewer
from attachdash.store import answers
from attachdash.store.engine import Cursor


def differing(cursor: Cursor, viewer: Viewer, given: Given) -> list[int]:
    """The rows whose day already has other answers than these."""
    return [place for place, same in held_already(cursor, viewer, given).items() if not same]


def held_now(viewer: Viewer, given: Given) -> dict[int, bool]:
    """The same, outside a transaction. It changes nothing, but PostgreSQL wants a writing one
    for the rows that it is asked about."""
    return viewer.store.engine.writing(
        viewer.scope, lambda cursor: held_already(cursor, viewer, given)
    )


def held_already(cursor: Cursor, viewer: Viewer, given: Given) -> dict[int, bool]:
    """Which rows' natural keys are held already, and whether with the same answers."""
    if not len(given):
        return {}
    catalogue, n = viewer.store.catalogue, len(given)
    found = answers.held(
        cursor,
        viewer.site_id,
        pa.table(
            {
                "place": pa.array(range(n), pa.int64()),
                "client_id": pa.array(given.client_ids),
                "instrument_id": pa.array(
                    [catalogue.instrument_ids[given.instrument.id]] * n, pa.int32()
                ),
                "about_id": pa.array(given.client_ids),
                "informant_id": pa.array(given.client_ids),
                "answered_on": pa.array(given.days, pa.date32()),
                "occasion": pa.array(given.occasions, pa.string()),
            }
        ),
    ).to_pylist()
    ready = _ready_scores(cursor, viewer, [row["administration_id"] for row in found], given)
    return {
        row["place"]: _same(
            row["answers"], given, row["place"], ready.get(row["administration_id"])
        )
        for row in found
    }


def _ready_scores(
    cursor: Cursor, viewer: Viewer, administration_ids: Sequence[int], given: Given
) -> dict[int, dict[int, float]]:
    if given.answers is not None or not administration_ids:
        return {}
    found: dict[int, dict[int, float]] = {}
    table = answers.values_of(cursor, viewer.site_id, [int(one) for one in administration_ids])
    for row in table.to_pylist():
        found.setdefault(row["administration_id"], {})[row["scale_id"]] = row["value"]
    return found


def _same(
    held: Sequence[int] | None, given: Given, place: int, ready: dict[int, float] | None
) -> bool:
    if held is not None:
        return given.answers is not None and list(held) == given.answers[place].tolist()
    if given.answers is not None:
        return False
    offered = {
        scale_id: float(values[place])
        for scale_id, values in given.scores.items()
        if not np.isnan(values[place])
    }
    return sorted(offered.values()) == sorted((ready or {}).values())
