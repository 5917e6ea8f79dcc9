"""Importing a file: what would be kept, what is refused and why, and keeping it in one piece."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import RiskKind, risk_answers
from attachdash.intake import Checked, Mapping, Problem, ProblemKind, Table, check
from attachdash.practice import clients as practice_clients
from attachdash.practice.held import differing
from attachdash.practice.judging import (
    NOBODY,
    counts_of,
    givens_of,
    held_of,
    instrument_of,
    judged,
    mismatches_of,
    register_now,
)
from attachdash.practice.keeping import keep, prepare
from attachdash.practice.rights import (
    About,
    Audit,
    Role,
    Viewer,
    change,
    looked_at,
    use_case,
)
from attachdash.practice.rules import HISTORIC_AFTER
from attachdash.store import answers, clients, versions
from attachdash.store.engine import Cursor

IMPORTERS = (Role.THERAPIST, Role.ADMINISTRATOR)
MOST_RISKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """An answer of the file that will raise a flag, or none where one was asked for."""

    row: int  # of the file
    code: str
    answered_on: date
    item: int
    is_alarm: bool  # otherwise something to ask about
    is_blank: bool
    is_historic: bool  # too old to be shown first


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do. It holds the file's own values, never stored ones.

    Of a file that was looked at in blocks lists end at MOST_LISTED, `checked` has the first rows
    only, and the counts count all.
    """

    checked: Checked
    rows: int  # that would be kept or are held already
    already_held: int
    ready: int  # rows that can be kept as things are
    new_rows: int  # rows that can be kept once their clients are created
    problems: tuple[Problem, ...]
    refused: int  # rows
    known_codes: tuple[str, ...]
    new_codes: tuple[str, ...]  # an administrator can have these clients created
    without_episode: tuple[str, ...]  # codes of clients who have no episode yet
    same_file_at: datetime | None  # when the same file came in before, under the same mapping
    period: tuple[date, date] | None  # first and last day of the rows
    risks: tuple[Risk, ...]  # the newest MOST_RISKS of those not held already
    risk_count: int
    mismatches: pl.DataFrame  # the file's totals that aren't our score: ours is kept
    mismatch_count: int
    counts: Counter[ProblemKind]  # how often each kind was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an import did."""

    kept: int
    already_held: int
    refused: int
    created: int
    episodes: int
    batch_id: int
    totals_differ: int  # totals of the file's rows that aren't our score of them


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def preview_import(viewer: Viewer, table: Table, mapping: Mapping) -> Preview:
    """Check a file against its mapping and the register; nothing is kept.

    That it was looked over is written down, once per browser session and quarter of an hour. An
    administrator is told how many rows are held already, never whether with the same answers.
    Raises Unreadable where the file as a whole is refused.
    """
    checked, rows, problems, refused = _judge(viewer, table, mapping)
    count = f"{checked.total_rows:,} row{'' if checked.total_rows == 1 else 's'}"
    looked_at(viewer, "looked over a file", f"{count}, file {checked.sha256[:12]}")
    with viewer.store.engine.reading(viewer.scope) as cursor:
        before = answers.same_batch(
            cursor, viewer.site_id, checked.sha256, mapping.sha256, whose_imports(viewer)
        )
        everyone = {one.code: one for one in practice_clients.read(cursor, viewer)}
    codes = rows["client_code"].unique(maintain_order=True).to_list()
    new = tuple(code for code in codes if code not in everyone)
    fresh, new_rows = rows, rows.filter(pl.col("client_code").is_in(list(new))).height
    if rows.height:
        known = rows.filter(pl.col("client_code").is_in(list(everyone)))
        held = held_of(viewer, checked, known, {c: everyone[c].client_id for c in everyone})[
            "place"
        ]
        fresh = rows.filter(~pl.col("place").is_in(held.implode()))
    risks, differ = risks_of(viewer, checked, fresh), mismatches_of(checked, rows)
    days = rows["answered_on"].unique().to_list()
    return Preview(
        checked=checked,
        rows=rows.height,
        already_held=rows.height - fresh.height,
        ready=fresh.height - new_rows,
        new_rows=new_rows,
        problems=problems,
        refused=refused,
        known_codes=tuple(code for code in codes if code in everyone),
        new_codes=new,
        without_episode=tuple(c for c in codes if c not in everyone or not everyone[c].episodes),
        same_file_at=before[1] if before else None,
        period=(min(days), max(days)) if days else None,
        risks=risks[:MOST_RISKS],
        risk_count=len(risks),
        mismatches=differ,
        mismatch_count=differ.height,
        counts=counts_of(checked, problems),
    )


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def import_file(
    viewer: Viewer, table: Table, mapping: Mapping, *, create_clients: bool = False,
    open_episodes: bool = False,
) -> Kept:  # fmt: skip
    """Keep the rows of a file that pass, together or not at all; the others never block them.

    New codes become clients only for an administrator who confirmed it. Clients without an
    episode get one from their first answer's day, marked as nominal, where that was confirmed.
    The same file again changes nothing. Rows whose day holds other answers are refused; for an
    administrator they count as held already.
    """
    checked, rows, _, refused = _judge(viewer, table, mapping)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        everyone = {one.code: one for one in practice_clients.read(cursor, viewer)}
    codes = rows["client_code"].unique(maintain_order=True).to_list()
    new = [code for code in codes if code not in everyone]
    if new and not (create_clients and viewer.role is Role.ADMINISTRATOR):
        # Nobody confirmed these people: their rows stay out, the others come in.
        refused += rows.filter(pl.col("client_code").is_in(new)).height
        rows, new = rows.filter(~pl.col("client_code").is_in(new)), []
    engine = viewer.store.engine
    ids = {code: one.client_id for code, one in everyone.items()}
    ids |= dict(zip(new, engine.new_ids("client", len(new)), strict=True)) if new else {}
    # What somebody put right or took back by itself, its file doesn't bring back.
    known = rows.filter(pl.col("client_code").is_in(list(everyone)))
    held = held_of(viewer, checked, known, ids)
    gone = held.filter(~pl.col("is_live"))["place"]
    if len(gone):
        rows = rows.filter(~pl.col("place").is_in(gone.implode()))
    in_care = [code for code, one in everyone.items() if one.episodes]
    starts = (
        rows.group_by(code="client_code").agg(started_on=pl.col("answered_on").min())
        .filter(pl.lit(open_episodes) & ~pl.col("code").is_in(in_care))
        .with_columns(client_id=pl.col("code").replace_strict(ids or NOBODY, return_dtype=pl.Int64))
    )  # fmt: skip
    episode_ids = engine.new_ids("episode", starts.height) if starts.height else []
    starts = starts.with_columns(episode_id=pl.Series(episode_ids, dtype=pl.Int64))
    batch_id = int(engine.new_ids("batch", 1)[0])
    prepared = [prepare(viewer, given) for _, given in givens_of(viewer, checked, rows, ids)]
    theirs = [ids[code] for code in codes if code in everyone]

    def work(cursor: Cursor) -> Kept:
        refuse_others(cursor, viewer, theirs)
        if new:
            if taken := clients.codes_taken(cursor, viewer.site_id, new):
                raise Invalid(f"{taken[0]} can't be used as a new code. Look at the preview again.")
            clients.add_many(
                cursor,
                viewer.site_id,
                pl.DataFrame({"code": new, "client_id": [ids[code] for code in new]}),
            )
        opened = open_episodes_of(cursor, viewer, starts) if starts.height else []
        kept = others = 0
        for part in prepared:
            new_here = keep(cursor, viewer, part, batch_id)
            kept += new_here
            if new_here < len(part.given) and viewer.role is not Role.ADMINISTRATOR:
                # Other answers may have come in since the file was judged.
                others += len(differing(cursor, viewer, part.given))
        result = Kept(
            kept=kept, already_held=rows.height - kept - others + len(gone),
            refused=refused + others,
            created=len(new), episodes=len(opened), batch_id=batch_id,
            totals_differ=mismatches_of(checked, rows).height,
        )  # fmt: skip
        if kept or new or opened:
            answers.add_batch(
                cursor, viewer.site_id, batch_id, checked.file_name, checked.sha256,
                mapping.sha256, kept, result.refused, viewer.person_id, viewer.now,
            )  # fmt: skip
            versions.made(cursor, viewer.site_id, batch_id, "client", [ids[code] for code in new])
            versions.made(cursor, viewer.site_id, batch_id, "episode", opened)
        return result

    return change(
        viewer, "imported file", work, object_kind="batch", object_id=batch_id,
        detail=lambda done: f"{done.kept} kept, {done.already_held} held, {done.refused} refused",
    )  # fmt: skip


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.NONE)
def imports(viewer: Viewer) -> pd.DataFrame:
    """Past imports, newest first: an administrator sees all, a therapist their own."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return answers.batches(cursor, viewer.site_id, whose_imports(viewer))


def whose_imports(viewer: Viewer) -> int | None:
    """Whose past imports the viewer is told of; None: everybody's."""
    return None if viewer.role is Role.ADMINISTRATOR else viewer.person_id


def refuse_others(cursor: Cursor, viewer: Viewer, client_ids: Sequence[int]) -> None:
    """Raises Invalid where one of these clients is no longer the viewer's: a long file is judged
    some time before it is kept."""
    if set(client_ids) - {one.client_id for one in practice_clients.read(cursor, viewer)}:
        raise Invalid(
            "Whose clients these are has changed since the file was checked. Check it again; "
            "nothing was kept."
        )


def open_episodes_of(cursor: Cursor, viewer: Viewer, starts: pl.DataFrame) -> list[int]:
    """Open a nominal episode for each client of `starts`, from their first answer in the file or
    held; which those are."""
    theirs = starts["client_id"].to_list()
    in_care = clients.spans_of(cursor, viewer.site_id, theirs)["client_id"]
    held = answers.days_of(cursor, viewer.site_id, theirs).select(
        "client_id", started_on="answered_on"
    )
    first = pl.concat([starts.select("client_id", "started_on"), held]).group_by("client_id").min()
    starts = starts.select("client_id", "episode_id").join(first, on="client_id")
    starts = starts.filter(~pl.col("client_id").is_in(in_care.implode()))
    clients.open_episodes(cursor, viewer.site_id, starts, nominal=True)
    practice_clients.refile(cursor, viewer, *starts["client_id"])
    return starts["episode_id"].to_list()


def _judge(
    viewer: Viewer, table: Table, mapping: Mapping
) -> tuple[Checked, pl.DataFrame, tuple[Problem, ...], int]:
    """The file's verdict with what the register adds: whose codes, births, held answers."""
    checked = check(table, mapping, instrument_of(viewer, mapping), viewer.today)
    return checked, *judged(viewer, checked, register_now(viewer))


def risks_of(viewer: Viewer, checked: Checked, rows: pl.DataFrame) -> tuple[Risk, ...]:
    """The rows' risk answers and blank risk items, newest first; ready scores hold none."""
    instrument = viewer.store.library[checked.mapping.instrument]
    if checked.answers is None or not instrument.risk_items:
        return ()
    listed = rows.select("row_number", "client_code", "answered_on").rows()
    found = [
        Risk(
            row=listed[at][0], code=listed[at][1], answered_on=listed[at][2], item=risk.item,
            is_alarm=risk.kind is not RiskKind.ASK, is_blank=bool(blank[at]),
            is_historic=viewer.today - listed[at][2] > HISTORIC_AFTER,
        )
        for risk, positive, blank in risk_answers(
            instrument, checked.answers[rows["place"].to_numpy()]
        )
        for at in np.flatnonzero(positive | blank).tolist()
    ]  # fmt: skip
    return newest_first(found)


def newest_first(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """The risks by day, those of one day as they stand in the file."""
    return tuple(sorted(risks, key=lambda one: (one.answered_on, -one.row), reverse=True))
