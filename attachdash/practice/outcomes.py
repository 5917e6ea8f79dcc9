"""What came of the therapies a supervisor answers for: honest figures, every episode counted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from attachdash.change.cutoffs import TalkingTherapies, talking_therapies
from attachdash.change.effect import Effect, pre_post_d
from attachdash.change.growth import LEAST_CLIENTS, LEAST_WAVES, growth
from attachdash.change.series import series_of
from attachdash.change.two_point import sign_of
from attachdash.errors import Refused
from attachdash.instruments import Instrument, Scale
from attachdash.practice.rights import NOT_THERE, About, Audit, Role, Viewer, use_case
from attachdash.store import scores

# Below this, a mean lets a single person's score show through; so would what is left of one after
# those are taken away whom the viewer knows.
FEWEST = 5
FEWEST_LINES = LEAST_CLIENTS  # clients with a line of their own, for a mean course


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One scale over all episodes. Means and SDs (n − 1) are over episodes with two answers.

    Where those are of fewer than FEWEST clients there is no mean and no SD. Clients whom the
    viewer can't open are left out of all figures where they are fewer than that.
    """

    instrument: Instrument
    scale: Scale
    episodes: int  # with at least one score
    compared: int  # with two or more: the only ones that first and latest are told of
    left_out: int  # clients who would be compared, but are out of reach and few
    late: int  # of those compared, with a first score later than 28 days after the start
    too_few: bool  # of fewer than FEWEST clients
    first_mean: float | None
    first_sd: float | None
    latest_mean: float | None
    latest_sd: float | None
    effect: Effect | None  # None also where no way is better, or without spread at first


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoveries:
    """What NHS Talking Therapies' rules say of ended episodes with both PHQ-9 and GAD-7.

    The figures of fewer than FEWEST clients are None: all of them, or those of the cases alone.
    None is of those who were no cases: all less the cases tells nothing of these.
    """

    ended: int  # ended episodes with an answer to either
    told: int  # of these, with a first and a last answer to both
    left_out: int  # clients who would be told, but are out of reach and few
    cases: int | None  # of those told, at caseness at first
    recovered: int | None  # of the cases
    reliably_recovered: int | None  # of the cases
    reliably_improved: int | None  # of those told
    reliably_deteriorated: int | None  # of those told


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCourse:
    """The straight line that all clients' lines on one scale scatter around (`change.growth`)."""

    instrument: Instrument
    scale: Scale
    clients: int  # each once, with the last episode that has an answer
    left_out: int  # further ones, who are out of reach and few
    told: int  # of these, with LEAST_WAVES answers of different days
    start: float | None  # mean on the first day, scale points; None where nothing is told
    start_se: float | None
    slope: float | None  # mean change, points a week
    slope_se: float | None
    slope_sd: float | None  # SD of clients' own slopes around it, their error taken out


@use_case(roles=[Role.SUPERVISOR], about=About.NOTHING, audit=Audit.NONE)
def outcomes(viewer: Viewer) -> list[Outcome]:
    """A row per scale but the single lines in our own words, which nobody has validated. Ended
    therapies count where their last therapist is supervised now."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = scores.outcomes(cursor, viewer.site_id, viewer.person_id, viewer.today)
    rows = []
    for scale_id, group in found.groupby("scale_id"):
        instrument, scale = viewer.store.catalogue.scales[int(str(scale_id))]
        if instrument.in_own_words:
            continue
        both = group[group["n"] >= 2]
        pairs = _without_few(both)
        # Five episodes may all be one person's.
        told = pairs["client_id"].nunique() >= FEWEST
        rows.append(
            Outcome(
                instrument=instrument,
                scale=scale,
                episodes=len(group),
                compared=len(pairs),
                left_out=_fewer(both, pairs),
                late=int(pairs["baseline_is_late"].sum()),
                too_few=not told,
                first_mean=float(pairs["baseline"].mean()) if told else None,
                first_sd=float(pairs["baseline"].std(ddof=1)) if told else None,
                latest_mean=float(pairs["latest"].mean()) if told else None,
                latest_sd=float(pairs["latest"].std(ddof=1)) if told else None,
                effect=pre_post_d(pairs["baseline"], pairs["latest"], sign_of(scale.direction))
                if told
                else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.episodes, row.instrument.short_name, row.scale.id))


@use_case(roles=[Role.SUPERVISOR], about=About.NOTHING, audit=Audit.NONE)
def recoveries(viewer: Viewer) -> Recoveries:
    """How many ended therapies of `outcomes` recovered, as NHS Talking Therapies counts it."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        found = scores.outcomes(cursor, viewer.site_id, viewer.person_id, viewer.today)
    ids = [viewer.store.catalogue.scale_ids.get((name, "total")) for name in ("phq9", "gad7")]
    ended = found[found["is_ended"] & found["scale_id"].isin(ids)]
    phq9, gad7 = (ended[(ended["scale_id"] == scale_id) & (ended["n"] >= 2)] for scale_id in ids)
    both = phq9.merge(gad7, on="episode_id", suffixes=("", "_gad7"))
    for could in ("was_open", "was_begun"):
        both[could] &= both[f"{could}_gad7"]
    everyone, both = both, _without_few(both, pd.Series(_rule(both).at_caseness, both.index))
    rule = _rule(both)
    of_all = both["client_id"].nunique() >= FEWEST
    of_cases = both.loc[rule.at_caseness, "client_id"].nunique() >= FEWEST
    return Recoveries(
        ended=ended["episode_id"].nunique(),
        told=len(both),
        left_out=_fewer(everyone, both),
        cases=int(rule.at_caseness.sum()) if of_all else None,
        recovered=int(rule.recovered.sum()) if of_cases else None,
        reliably_recovered=int(rule.reliably_recovered.sum()) if of_cases else None,
        reliably_improved=int(rule.reliably_improved.sum()) if of_all else None,
        reliably_deteriorated=int(rule.reliably_deteriorated.sum()) if of_all else None,
    )


@use_case(roles=[Role.SUPERVISOR], about=About.NOTHING, audit=Audit.NONE)
def mean_course(viewer: Viewer, instrument: str, scale: str) -> MeanCourse:
    """How the clients of `outcomes` go on one scale on the whole, and how far they differ.

    Without figures where fewer than LEAST_CLIENTS tell a line of their own: it would tell of
    single people. Nothing of one client or therapist is in it, and nothing of a few whom the viewer
    can't open. Raises Refused for no such scale of `outcomes`.
    """
    catalogue = viewer.store.catalogue
    scale_id = catalogue.scale_ids.get((instrument, scale))
    if scale_id is None or catalogue.scales[scale_id][0].in_own_words:
        raise Refused(NOT_THERE)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        rows = scores.courses_answered_for(
            cursor, viewer.site_id, viewer.person_id, viewer.today, scale_id
        )
    # Two episodes of one person are no two people.
    last = rows.sort_values(["started_on", "episode_id"]).groupby("client_id")["episode_id"].last()
    rows = rows[rows["episode_id"].isin(last)]
    everyone = rows.groupby("episode_id").agg(
        client_id=("client_id", "first"), days=("answered_on", "nunique"),
        is_open=("is_open", "all"), was_open=("was_open", "all"),
    )  # fmt: skip
    # The line rests most on those who answered most often.
    often = [everyone["days"] >= days for days in range(LEAST_WAVES, 1, -1)]
    lines = _without_few(everyone, *often)
    rows = rows[rows["episode_id"].isin(lines.index)]
    found = None
    if len(rows):
        _, counts = np.unique(rows["episode_id"].to_numpy(), return_counts=True)
        days, begun = (
            rows[name].astype("datetime64[s]").astype("int64").to_numpy() / 86_400
            for name in ("answered_on", "started_on")
        )
        ends = np.concatenate([[0], np.cumsum(counts)])
        series = series_of(rows["value"].to_numpy(float), days, ends)
        found = growth(series, begun[ends[:-1]])
    known, its = catalogue.scales[scale_id]
    start_se, slope_se = np.sqrt(np.diag(found.fixed)).tolist() if found else (None, None)
    return MeanCourse(
        instrument=known,
        scale=its,
        clients=len(lines),
        left_out=_fewer(everyone, lines),
        told=int((lines["days"] >= LEAST_WAVES).sum()),
        start=found.intercept if found else None,
        start_se=start_se,
        slope=found.slope if found else None,
        slope_se=slope_se,
        slope_sd=float(found.random[1, 1] ** 0.5) if found else None,
    )


def _rule(both: pd.DataFrame) -> TalkingTherapies:
    return talking_therapies(
        both["baseline"], both["latest"], both["baseline_gad7"], both["latest_gad7"]
    )


def _without_few(rows: pd.DataFrame, *within: pd.Series) -> pd.DataFrame:
    """The episodes that can be told of together: none of a client out of the viewer's reach, or
    such ones of FEWEST clients. So it is with those of whom the viewer never could open all, and
    where a figure is of the first answers alone with those of whom they never could open any.

    Who knows the others, now or from before they lost the record, could take them away. `within`
    are groups that a figure rests on by itself, each part of the next: the same holds in each.
    """
    kept = pd.Series(data=True, index=rows.index)
    for group in (*within, kept):
        # The fewest first: each is part of the next.
        for could in (one for one in ("was_begun", "was_open", "is_open") if one in rows):
            beyond = kept & group & ~rows[could].astype(bool)
            if rows.loc[beyond, "client_id"].nunique() < FEWEST:
                kept = kept & ~beyond
    return rows[kept]


def _fewer(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """How many clients are no longer there."""
    return len(set(before["client_id"]) - set(after["client_id"]))
