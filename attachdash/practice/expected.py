"""How did clients here who began alike go on? Closed episodes of others, as quartiles alone."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from attachdash.change.expected import (
    FEWEST,
    FEWEST_A_WEEK,
    Band,
    Episodes,
    ExpectedCourse,
    bands,
    expected_course,
)
from attachdash.errors import Refused
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    reach,
    use_case,
)
from attachdash.store import expected

__all__ = ["FEWEST", "FEWEST_A_WEEK", "Band", "ExpectedCourse", "Similar", "course", "in_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """The course of clients who began alike, or why none is shown."""

    course: ExpectedCourse | None
    why_none: str = ""


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def course(viewer: Viewer, client_id: int, episode_id: int, scale: tuple[str, str]) -> Similar:
    """How others' closed episodes with a like first score on the scale (instrument id, scale id)
    went; none of this client's own.

    Those closed by the end of last month, so that what closes today moves nothing today. Raises
    Refused where there is no such scale.
    """
    catalogue = viewer.store.catalogue
    scale_id = catalogue.scale_ids.get(scale)
    if scale_id is None:
        raise Refused(NOT_THERE)
    # By the definition, not by figures of this practice: bands that moved with those would overlap.
    instrument, known = catalogue.scales[scale_id]
    with viewer.store.engine.reading(viewer.scope) as cursor:
        began = expected.first(cursor, reach(viewer), client_id, episode_id, scale_id)
        if began is None:
            return Similar(course=None, why_none="There is no first score to begin from.")
        if began.is_late:
            return Similar(
                course=None,
                why_none="The first score came more than 28 days after the start: it is no like "
                "start to anybody’s.",
            )
        narrow, wide = bands(instrument, known, began.value)
        rows = pl.DataFrame(
            expected.like_starts(
                cursor, reach(viewer), scale_id, client_id, wide.low, wide.high,
                viewer.today.replace(day=1),
            )
        )  # fmt: skip
    found = expected_course(_episodes(rows), narrow, wide)
    if found is None:
        return Similar(
            course=None,
            why_none=f"It takes {FEWEST} closed episodes of other clients here that began alike, "
            f"{in_words(wide)}. There are fewer.",
        )
    return Similar(course=found)


def in_words(band: Band) -> str:
    """First scores of a band: "with 13.5 to under 20.2"."""
    return f"with {band.low:.3g} to {'' if band.is_top else 'under '}{band.high:.3g}"


def _episodes(rows: pl.DataFrame) -> Episodes:
    firsts = rows.unique("episode_id", keep="first", maintain_order=True)
    place = firsts.select("episode_id").with_row_index("place")
    rows = rows.join(place, on="episode_id", how="left", maintain_order="left")
    days = (rows["answered_on"].cast(pl.Date) - rows["started_on"].cast(pl.Date)).dt.total_days()
    return Episodes(
        first=firsts["baseline"].to_numpy().astype(np.float64),
        is_open_to_viewer=firsts["is_open"].to_numpy().astype(bool),
        episode=rows["place"].to_numpy().astype(np.int64),
        week=days.to_numpy().astype(np.int64) // 7,
        value=rows["value"].to_numpy().astype(np.float64),
    )
