"""How far do this practice's own clients drift and waver, where there are enough to tell?

The starting values are judged (docs/architecture.md). Each night they are re-estimated over the
practice's own episodes, drawn to those values, and hold for every course from then on, under their
own name.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from attachdash.change.estimate import LEAST_OCCASIONS, estimated_shares
from attachdash.change.figures import figures_of
from attachdash.change.series import Ints, series_of
from attachdash.instruments import Instrument, Scale
from attachdash.practice.norms import GROWN, scale_of
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import shares
from attachdash.store.engine import Cursor
from attachdash.store.shares import OwnShares as OwnShares

FEWEST = 50  # series of LEAST_OCCASIONS days
MOST = 2_000  # series of one scale: more tell hardly more, and the night is short
SEED = 20_261_127
# Answers can be odd in one way in a whole practice (a floor, files of rounded totals): no estimate
# moves what is called real by more than this factor.
FARTHEST = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One scale and its shares as they hold now."""

    instrument: Instrument
    scale: Scale
    own: OwnShares


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def own_shares(viewer: Viewer) -> list[Held]:
    """Every scale that has shares of this practice's own, by questionnaire."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        held = shares.live(cursor, viewer.site_id)
    known = viewer.store.catalogue.scales
    found = [
        Held(instrument=known[one.scale_id][0], scale=known[one.scale_id][1], own=one)
        for one in held
    ]
    return sorted(found, key=lambda one: (one.instrument.short_name.casefold(), one.own.scale_id))


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def take_own_shares(viewer: Viewer) -> int:
    """Estimate drift and passing state over the practice's own episodes; of how many scales.

    Only where FEWEST series tell, and again once there are a tenth more. Of very many a sample,
    the same on each run.
    """
    site, found = viewer.site_id, []
    with viewer.store.engine.reading(viewer.scope) as cursor:
        before = {one.scale_id: one.of_series for one in shares.live(cursor, site)}
        rows = pl.DataFrame(shares.long_series(cursor, site, LEAST_OCCASIONS))
        for (scale_id,), given in rows.group_by("scale_id", maintain_order=True):
            number = int(str(scale_id))
            if given.height < (GROWN * before[number] if number in before else FEWEST):
                continue
            if one := _estimated(viewer, cursor, number, given["episode_id"].to_numpy()):
                found.append(one)

    def work(cursor: Cursor) -> int:
        for one in found:
            shares.put(cursor, site, one, viewer.now)
        return len(found)

    done = change(viewer, "took own shares", work, detail=lambda count: f"{count} scales")
    viewer.store.norms.pop(site, None)
    return done


def _estimated(viewer: Viewer, cursor: Cursor, scale_id: int, episodes: Ints) -> OwnShares | None:
    """The shares of one scale; None where no change is told on it."""
    instrument, scale = scale_of(viewer, scale_id)
    # Always drawn to the starting values, never to an estimate of before.
    figures = figures_of(instrument, scale.model_copy(update={"shares": None}))
    if figures.model is None or figures.precision is None:
        return None
    sd = figures.precision.sd
    drift, transient = (float(np.asarray(one)) / sd
                        for one in (figures.model.drift, figures.model.transient))  # fmt: skip
    if not (drift > 0 and transient > 0):
        return None
    chosen = episodes
    if len(episodes) > MOST:
        chosen = np.sort(np.random.default_rng(SEED).choice(episodes, MOST, replace=False))
    given = pl.DataFrame(
        shares.series(cursor, viewer.site_id, scale_id, [int(one) for one in chosen])
    ).sort("episode_id", "answered_on", "value")
    _, counts = np.unique(given["episode_id"].to_numpy(), return_counts=True)
    days = given["answered_on"].cast(pl.Date).to_physical().to_numpy()
    series = series_of(given["value"].to_numpy(), days, np.concatenate([[0], np.cumsum(counts)]))
    found = estimated_shares(series, figures.model, sd, drift=drift, transient=transient)
    return OwnShares(
        scale_id=scale_id, drift=_near(found.drift, drift),
        transient=_near(found.transient, transient), default_drift=drift,
        default_transient=transient, series=found.series, of_series=len(episodes),
        occasions=found.occasions, taken_on=viewer.today,
    )  # fmt: skip


def _near(share: float, default: float) -> float:
    return min(max(share, default / FARTHEST), default * FARTHEST)
