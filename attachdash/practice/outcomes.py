"""What came of the therapies a supervisor answers for: honest figures, every episode counted."""

from dataclasses import dataclass

from attachdash.instruments import Instrument, Scale
from attachdash.practice.rights import About, Audit, Role, Viewer, use_case
from attachdash.store import scores

# Below this, a mean lets a single person's score show through.
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One scale over all episodes. Means and SDs (n − 1) are over episodes with two answers.

    Where fewer than FEWEST episodes are compared there is no mean and no SD.
    """

    instrument: Instrument
    scale: Scale
    episodes: int  # with at least one score
    compared: int  # with two or more: the only ones that first and latest are told of
    late: int  # of those compared, with a first score later than 28 days after the start
    too_few: bool  # fewer than FEWEST compared
    first_mean: float | None
    first_sd: float | None
    latest_mean: float | None
    latest_sd: float | None


@use_case(roles=[Role.SUPERVISOR], about=About.NOTHING, audit=Audit.NONE)
def outcomes(viewer: Viewer) -> list[Outcome]:
    """A row per scale. Ended therapies count where their last therapist is supervised now."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = scores.outcomes(cursor, viewer.site_id, viewer.person_id, viewer.today)
    rows = []
    for scale_id, group in found.groupby("scale_id"):
        instrument, scale = viewer.store.catalogue.scales[int(str(scale_id))]
        pairs = group[group["n"] >= 2]
        told = len(pairs) >= FEWEST
        rows.append(
            Outcome(
                instrument=instrument,
                scale=scale,
                episodes=len(group),
                compared=len(pairs),
                late=int(pairs["baseline_is_late"].sum()),
                too_few=not told,
                first_mean=float(pairs["baseline"].mean()) if told else None,
                first_sd=float(pairs["baseline"].std(ddof=1)) if told else None,
                latest_mean=float(pairs["latest"].mean()) if told else None,
                latest_sd=float(pairs["latest"].std(ddof=1)) if told else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.episodes, row.instrument.short_name, row.scale.id))
