"""Which of the answers that come in are held already, and whether they are the same."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from attachdash.practice.keeping import Given
from attachdash.practice.relations import named
from attachdash.practice.rights import Role, Viewer
from attachdash.store import answers
from attachdash.store.engine import Cursor


def differing(cursor: Cursor, viewer: Viewer, given: Given) -> list[int]:
    """The rows whose day already has other answers than these."""
    return held_already(cursor, viewer, given).filter(~pl.col("same"))["place"].to_list()


def held_now(viewer: Viewer, given: Given) -> pl.DataFrame:
    """The same as held_already, outside a transaction. It changes nothing, but PostgreSQL wants
    a writing one for the rows that it is asked about."""
    return viewer.store.engine.writing(
        viewer.scope, lambda cursor: held_already(cursor, viewer, given)
    )


def held_already(cursor: Cursor, viewer: Viewer, given: Given) -> pl.DataFrame:
    """The rows (place) whose natural key is held already, and whether with the same answers.

    One that was put right or taken back is held as long as the same answers come: to import other
    answers for its day is to put it right. An administrator, who must not find out answers by
    trying, imports none for its day. `is_live` says whether it counts.
    """
    if not len(given):
        return pl.DataFrame(schema={"place": pl.Int64, "same": pl.Boolean, "is_live": pl.Boolean})
    rows = named(cursor, viewer.site_id, given.rows, given.about, given.informant)
    asked = rows.with_row_index("place").with_columns(
        pl.col("place").cast(pl.Int64),
        instrument_id=pl.lit(viewer.store.catalogue.instrument_ids[given.instrument.id], pl.Int32),
    )
    found = pl.DataFrame(answers.held(cursor, viewer.site_id, asked.to_arrow()))
    if given.answers is None:
        same = pl.Series(_same_scores(cursor, viewer, found, given), dtype=pl.Boolean)
        judged = found.with_columns(same=same)
    else:
        offered = pl.Series(given.answers[found["place"].to_numpy()].astype(np.int16))
        judged = found.with_columns(same=pl.col("answers").eq_missing(offered.arr.to_list()))
    known = pl.col("is_live") | pl.col("same") | pl.lit(viewer.role is Role.ADMINISTRATOR)
    return (
        judged.filter(known)
        .sort("place", "is_live", descending=[False, True])
        .unique("place", keep="first", maintain_order=True)
        .select("place", "same", "is_live")
    )


def _same_scores(
    cursor: Cursor, viewer: Viewer, found: pl.DataFrame, given: Given
) -> Sequence[bool]:
    """Whether the ready scores held are those offered, a row per row of `found`."""
    held = answers.values_of(cursor, viewer.site_id, found["administration_id"].to_list())
    catalogue, instrument = viewer.store.catalogue, given.instrument
    scale_ids = {one: catalogue.scale_id(instrument, instrument.scale(one)) for one in given.scores}
    known: dict[tuple[int, int], dict[int, float]] = {}
    for administration_id, version, scale_id, value in zip(*held.to_pydict().values(), strict=True):
        known.setdefault((administration_id, version), {})[scale_id] = value
    same = []
    for row in found.iter_rows(named=True):
        offered = {
            scale_ids[scale_id]: float(values[row["place"]])
            for scale_id, values in given.scores.items()
            if not np.isnan(values[row["place"]])
        }
        own = known.get((row["administration_id"], row["version"]), {})
        same.append(row["answers"] is None and offered == own)
    return same
