"""Figures that nobody published: entered with their source, or the practice's own first answers.

Without an SD and a reliability no change on a scale can be told from noise. An administrator can
enter both; where nobody did, they come from what the practice's clients first answered, once there
are FEWEST of them, and carry that name wherever they are used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, Norm, Scale, Shares, StandardError, State
from attachdash.instruments.scoring import keyed_answers
from attachdash.instruments.statistics import cronbach_alpha
from attachdash.practice.lines import one_line
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import norms, shares
from attachdash.store.engine import Cursor
from attachdash.store.norms import LocalNorm as LocalNorm
from attachdash.store.shares import OwnShares

FEWEST = 50
READ_ANEW = timedelta(minutes=1)
GROWN = 1.1  # own answers count anew once there are a tenth more of them
ENTERED, OWN_ANSWERS = "entered", "own answers"
LONGEST_GROUP, LONGEST_SOURCE = 80, 300

ReliabilityKind = Literal["alpha", "retest"]
OfWhom = Literal["clients", "community"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A scale on which change could be told if its figures were known."""

    instrument: Instrument
    scale: Scale
    missing: tuple[str, ...]  # of the published figures
    entered: LocalNorm | None
    own: LocalNorm | None

    @property
    def holds(self) -> LocalNorm | None:
        """What is used now: what was entered goes before what was taken from answers."""
        return self.entered or self.own


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def lacking(viewer: Viewer) -> list[Lacking]:
    """Every scale that lacks a published figure, by questionnaire, with what stands in for it."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        held = {(one.scale_id, one.origin): one for one in norms.live(cursor, viewer.site_id)}
    return [
        Lacking(
            instrument=instrument, scale=scale, missing=missing_of(scale),
            entered=held.get((scale_id, ENTERED)), own=held.get((scale_id, OWN_ANSWERS)),
        )
        for scale_id, instrument, scale in _without_figures(viewer)
    ]  # fmt: skip


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def enter_norm(
    viewer: Viewer, scale: tuple[str, str], *, group: str, of_whom: OfWhom, mean: float, sd: float,
    reliability: float, reliability_kind: ReliabilityKind, source: str, n: int | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    """Let these figures stand in for those that a scale (instrument id, scale id) lacks.

    Raises Invalid for a scale that has its own, and for figures that can't be.
    """
    scale_id, known = _lacking_one(viewer, scale)
    group, source = one_line(group), one_line(source)
    if not group or len(group) > LONGEST_GROUP:
        raise Invalid(f"Say whose answers these were, in at most {LONGEST_GROUP} letters.")
    if not source or len(source) > LONGEST_SOURCE:
        raise Invalid(
            f"Say where the figures are from (author, year), in at most {LONGEST_SOURCE} letters."
        )
    if not known.low <= mean <= known.high:
        raise Invalid(f"A mean of {mean:g} can't be: the scale runs {known.low:g}–{known.high:g}.")
    if not 0 < sd <= known.span / 2:
        raise Invalid(
            f"An SD of {sd:g} can't be: on a scale of {known.low:g}–{known.high:g} it lies above "
            f"0 and is at most {known.span / 2:g}."
        )
    if not 0 < reliability < 1:
        raise Invalid(f"A reliability lies between 0 and 1, not at {reliability:g}.")
    if n is not None and n < 2:
        raise Invalid("An SD takes the answers of at least two people.")
    norm = LocalNorm(
        scale_id=scale_id, origin=ENTERED, version=0, group_name=group, of_whom=of_whom, mean=mean,
        sd=sd, reliability=reliability, reliability_kind=reliability_kind, n=n, source=source,
        by_name=None, recorded_at=viewer.now,
    )  # fmt: skip
    change(
        viewer, "entered norm",
        lambda cursor: norms.put(
            cursor, viewer.site_id, norm, viewer.person_id, viewer.now, reason.strip()
        ),
        object_kind="scale", object_id=scale_id, detail=" ".join(scale),
    )  # fmt: skip
    viewer.store.norms.pop(viewer.site_id, None)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def take_back_norm(viewer: Viewer, scale: tuple[str, str]) -> None:
    """What was entered for a scale (instrument id, scale id) holds no longer; it is kept."""
    scale_id, _ = _lacking_one(viewer, scale)
    change(
        viewer, "took back norm",
        lambda cursor: norms.end(cursor, viewer.site_id, scale_id, ENTERED, viewer.now),
        object_kind="scale", object_id=scale_id, detail=" ".join(scale),
    )  # fmt: skip
    viewer.store.norms.pop(viewer.site_id, None)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def take_own_answers(viewer: Viewer) -> int:
    """Take mean, SD and alpha of the practice's own first answers; of how many scales.

    Only where FEWEST clients or more answered, and again once there are a tenth more.
    """
    site, lacks = viewer.site_id, {one: (of, scale) for one, of, scale in _without_figures(viewer)}
    with viewer.store.engine.reading(viewer.scope) as cursor:
        held = {one.scale_id: one for one in norms.live(cursor, site) if one.origin == OWN_ANSWERS}
        rows = pl.DataFrame(norms.first_answers(cursor, site, list(lacks)))
    found = []
    for (scale_id,), given in rows.group_by("scale_id", maintain_order=True):
        number = int(str(scale_id))
        before = held.get(number)
        if given.height < (GROWN * (before.n or 0) if before else FEWEST):
            continue
        if norm := _of_answers(viewer, number, *lacks[number], given):
            found.append(norm)

    def work(cursor: Cursor) -> int:
        for norm in found:
            norms.put(cursor, site, norm, viewer.person_id, viewer.now, "")
        return len(found)

    done = change(viewer, "took own norms", work, detail=lambda count: f"{count} scales")
    viewer.store.norms.pop(site, None)
    return done


def scale_of(viewer: Viewer, scale_id: int) -> tuple[Instrument, Scale]:
    """An instrument and its scale, completed by the practice's own figures where it lacks some,
    and with its own shares of drift and passing state."""
    known = viewer.store.norms.get(viewer.site_id)
    if known is None or abs(viewer.now - known.read_at) > READ_ANEW:
        with viewer.store.engine.reading(viewer.scope) as cursor:
            known = norms.Known(viewer.now, norms.live(cursor, viewer.site_id))
            own = shares.live(cursor, viewer.site_id)
        scales = viewer.store.catalogue.scales
        for one in reversed(known.live):  # the entered one comes first, and so has the last word
            instrument, scale = scales[one.scale_id]
            if missing_of(scale):
                known.scales[one.scale_id] = instrument, completed(scale, one)
        for each in own:
            instrument, scale = known.scales.get(each.scale_id) or scales[each.scale_id]
            known.scales[each.scale_id] = instrument, with_shares(scale, each)
        viewer.store.norms[viewer.site_id] = known  # whole, for whoever reads beside us
    return known.scales.get(scale_id) or viewer.store.catalogue.scales[scale_id]


def with_shares(scale: Scale, own: OwnShares) -> Scale:
    """The scale with how far this practice's own clients drift and waver, under that name."""
    source = (
        f"re-estimated over {own.series:,} of this practice’s own episodes on {own.taken_on}, "
        f"drawn to the starting values {in_share(own.default_drift)} and "
        f"{in_share(own.default_transient)} of the SD"
    )
    found = Shares(drift=own.drift, transient=own.transient, source=source, checked=True)
    return scale.model_copy(update={"shares": found})


def in_share(share: float) -> str:
    """A share of S in digits, as ".15"."""
    return f"{share:.2f}".removeprefix("0")


def completed(scale: Scale, norm: LocalNorm) -> Scale:
    """The scale with the SD and reliability of this group, under its name."""
    checked = norm.origin == OWN_ANSWERS
    group = Norm(
        group=norm.group_name, mean=norm.mean, sd=norm.sd, n=norm.n, source=norm.source,
        checked=checked,
    )  # fmt: skip
    error = StandardError(
        sd=norm.sd, r=norm.reliability, r_kind="alpha" if norm.reliability_kind == "alpha"
        else "retest", sample=norm.group_name, checked=checked,
    )  # fmt: skip
    where = "clinical" if norm.of_whom == "clients" else "norms"
    return scale.model_copy(update={"sem": error, where: (*getattr(scale, where), group)})


def missing_of(scale: Scale) -> tuple[str, ...]:
    """Which published figures a scale lacks for telling change from noise; () where none."""
    if scale.sem is not None or not scale.person_change:
        return ()
    known = [norm.sd for norm in (*scale.norms, *scale.clinical) if norm.sd is not None]
    reliable = scale.reliability.alpha or scale.reliability.retest
    lacks = (*(() if known else ("an SD",)), *(() if reliable else ("a reliability",)))
    return lacks or ("an SD and a reliability of one group",)


def _of_answers(
    viewer: Viewer, scale_id: int, instrument: Instrument, scale: Scale, given: pl.DataFrame
) -> LocalNorm | None:
    """The figures of these first answers; None where they tell nothing, as when all are equal."""
    values = given["value"].to_numpy()
    sd = float(values.std(ddof=1))
    whole = given.filter(
        (pl.col("state") == State.COMPLETE.value) & pl.col("answers").is_not_null()
    )
    alpha = None
    if whole.height >= FEWEST and instrument.accepts_items:
        answers = np.array(whole["answers"].to_list(), dtype=np.int16)
        alpha = cronbach_alpha(keyed_answers(instrument, scale, answers))
    published = scale.reliability.alpha
    r = alpha if alpha is not None else published.value if published else None
    if not sd or r is None or not 0 < r < 1:
        return None
    n = given.height
    source = f"first answers of {n} clients, taken {viewer.today}"
    if alpha is None and published:
        source += f"; alpha from {published.source}"
    return LocalNorm(
        scale_id=scale_id, origin=OWN_ANSWERS, version=0,
        group_name="this practice’s own first answers", of_whom="clients",
        mean=float(values.mean()), sd=sd, reliability=r, reliability_kind="alpha", n=n,
        source=source, by_name=None, recorded_at=viewer.now,
    )  # fmt: skip


def _without_figures(viewer: Viewer) -> Iterator[tuple[int, Instrument, Scale]]:
    scales = viewer.store.catalogue.scales
    for scale_id, (instrument, scale) in sorted(
        scales.items(), key=lambda one: (one[1][0].short_name.casefold(), one[0])
    ):
        if missing_of(scale):
            yield scale_id, instrument, scale


def _lacking_one(viewer: Viewer, key: tuple[str, str]) -> tuple[int, Scale]:
    catalogue = viewer.store.catalogue
    scale_id = catalogue.scale_ids.get(key)
    if scale_id is None:
        raise Invalid("There is no such scale.")
    instrument, scale = catalogue.scales[scale_id]
    if not missing_of(scale):
        raise Invalid(
            f"{instrument.scale_label(scale)} has figures of its own, or no change of a person can "
            "be told on it."
        )
    return scale_id, scale
