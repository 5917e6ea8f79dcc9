"""Importing a file of any size: what would be kept, what is refused and why, and keeping it.

Its rows come in blocks, of a file in memory in one unless pages are to go first; all are kept in
one transaction, together or not at all. What one block can't know of the others is settled before
(planning.py). Several questionnaires of a file come in together, a batch each.
"""

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import polars as pl

from attachdash.errors import Invalid
from attachdash.intake import Checked, Mapping, Problem, ProblemKind, Table
from attachdash.intake.blocks import ROWS, Stream
from attachdash.intake.check import file_notes
from attachdash.intake.loaded import Loaded
from attachdash.practice import clients as practice_clients
from attachdash.practice.held import differing
from attachdash.practice.judging import NOBODY, givens_of, mismatches_of
from attachdash.practice.keeping import Prepared, keep, prepare
from attachdash.practice.planning import Found, Plan, Risk, Told, planned
from attachdash.practice.rights import About, Audit, Role, Viewer, change, looked_at, use_case
from attachdash.practice.watching import refresh, watch
from attachdash.store import answers, clients, versions
from attachdash.store.engine import Cursor

IMPORTERS = (Role.THERAPIST, Role.ADMINISTRATOR)
WRITTEN = "written"  # what `tell` is told while the store is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import would do. It holds the file's own values, never stored ones.

    Lists end at MOST_LISTED, and `checked` has the first rows only; the counts count all.
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


class _Block(NamedTuple):
    """What is kept of a block, by who answered and about whom."""

    parts: list[Prepared]
    differ: int  # totals that aren't our score


def nobody(what: str, row: int) -> None:
    """Nobody is told how far an import is."""


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def preview_file(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], tell: Told = nobody,
    block_rows: int | None = None,
) -> list[Found]:  # fmt: skip
    """Check a file against one or several mappings and the register; nothing is kept.

    What was found of each questionnaire, in their order. That it was looked over is written down,
    once per browser session and quarter of an hour. An administrator is told how many rows are
    held already, never whether with the same answers. Raises Unreadable where the file is refused
    for any of them.
    """
    plans = _looked_over(viewer, file, mappings, tell, block_rows or _rows(file))
    return [plan.found for plan in plans]


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def preview_import(
    viewer: Viewer, table: Table, mapping: Mapping, tell: Told = nobody,
    block_rows: int | None = None,
) -> Preview:  # fmt: skip
    """What preview_file finds of one questionnaire of a table, as a page shows it."""
    [plan] = _looked_over(viewer, table, [mapping], tell, block_rows or _rows(table))
    found, loaded = plan.found, plan.stream
    assert isinstance(loaded, Loaded), "a table is in memory"
    assert found.first is not None, "a table has rows, or was refused"
    notes = found.readings.notes(file_notes(loaded.table, mapping))
    total, listed = found.counts.total(), len(found.problems)
    if total > listed:
        notes.append(f"The first {listed:,} of {total:,} problems are listed.")
    checked = dataclasses.replace(
        found.first, problems=tuple(found.own), counts=dict(found.own_counts),
        repeated_same=found.repeat_count, repeats=tuple(found.repeats),
        mismatches=found.mismatches, total_rows=loaded.rows, notes=tuple(notes),
    )  # fmt: skip
    return Preview(
        checked=checked, rows=found.rows, already_held=found.already_held,
        ready=found.rows - found.already_held - found.new_rows, new_rows=found.new_rows,
        problems=tuple(found.problems), refused=found.refused,
        known_codes=tuple(found.known_codes), new_codes=tuple(found.new_codes),
        without_episode=tuple(found.without_episode), same_file_at=found.same_file_at,
        period=found.period, risks=found.risks, risk_count=found.risk_count,
        mismatches=found.mismatches, mismatch_count=found.mismatch_count, counts=found.counts,
    )  # fmt: skip


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def import_file(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], tell: Told = nobody, *,
    create_clients: bool = False, open_episodes: bool = False, block_rows: int | None = None,
) -> list[tuple[Kept, Found]]:  # fmt: skip
    """Keep the rows of a file that pass, together or not at all; the others never block them.

    One or several questionnaires in one transaction, a batch each, in their order. New codes
    become clients only for an administrator who confirmed it. Clients without an episode get one
    from their first answer's day, marked as nominal, where that was confirmed. The same file again
    changes nothing. Rows whose day holds other answers are refused; for an administrator they
    count as held already.

    Whatever `tell` raises leaves nothing behind. Raises Unreadable where the file is refused for
    any of the mappings: then nothing of it is kept.
    """
    return _kept(
        viewer, file, mappings, tell, create_clients=create_clients,
        open_episodes=open_episodes, block_rows=block_rows or _rows(file),
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


def _rows(file: Stream | Table) -> int:
    """The rows of a block: what is in memory anyway is fastest in one."""
    return ROWS if isinstance(file, Stream) else sys.maxsize


def _looked_over(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], tell: Told, block_rows: int
) -> list[Plan]:
    plans = planned(viewer, file, mappings, tell, block_rows, may_create=True, open_episodes=False)
    stream = plans[0].stream
    count = f"{stream.rows:,} row{'' if stream.rows == 1 else 's'}"
    looked_at(viewer, "looked over a file", f"{count}, file {stream.sha256[:12]}")
    with viewer.store.engine.reading(viewer.scope) as cursor:
        for plan in plans:
            before = answers.same_batch(
                cursor, viewer.site_id, stream.sha256, plan.mapping.sha256, whose_imports(viewer)
            )
            plan.found.same_file_at = before[1] if before else None
    return plans


def _kept(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], tell: Told, *,
    create_clients: bool, open_episodes: bool, block_rows: int,
) -> list[tuple[Kept, Found]]:  # fmt: skip
    may_create = create_clients and viewer.role is Role.ADMINISTRATOR
    plans = planned(
        viewer,
        file,
        mappings,
        tell,
        block_rows,
        may_create=may_create,
        open_episodes=open_episodes,
    )
    engine, ids = viewer.store.engine, plans[0].ids
    # Whom and what several questionnaires bring is made once, by the first of them.
    new = _first_of([plan.found.new_codes if may_create else [] for plan in plans])
    if new:
        ids.update(zip(new, engine.new_ids("client", len(new)), strict=True))
    starts = pl.concat([plan.starts for plan in plans])
    starts = starts.group_by("code").agg(pl.col("started_on").min()).with_columns(
        client_id=pl.col("code").replace_strict(ids or NOBODY, return_dtype=pl.Int64),
    )  # fmt: skip
    episode_ids = engine.new_ids("episode", starts.height) if starts.height else []
    starts = starts.with_columns(episode_id=pl.Series(episode_ids, dtype=pl.Int64))
    first_start = _first_of([plan.starts["code"].to_list() for plan in plans])
    episode_of = dict(starts.select("episode_id", "code").iter_rows())
    batch_ids = [int(one) for one in engine.new_ids("batch", len(plans))]
    known = list({ids[code] for plan in plans for code in plan.found.known_codes})
    watched = watch(viewer, len(known) + len(new))
    # What is in memory is scored before the store is held: whoever writes waits for that alone.
    ready = [
        list(_scored(viewer, plan, tell)) if isinstance(plan.stream, Loaded) else None
        for plan in plans
    ]

    def work(cursor: Cursor) -> list[Kept]:
        refuse_others(cursor, viewer, known)
        if new:
            if taken := clients.codes_taken(cursor, viewer.site_id, list(new)):
                raise Invalid(f"{taken[0]} can't be used as a new code. Look at the preview again.")
            created = pl.DataFrame({"code": list(new), "client_id": [ids[code] for code in new]})
            clients.add_many(cursor, viewer.site_id, created)
        opened = open_episodes_of(cursor, viewer, starts) if starts.height else []
        touched, scores, results = set[int](), 0, []
        for place, (plan, batch_id) in enumerate(zip(plans, batch_ids, strict=True)):
            scored = ready[place]
            blocks = (
                _scored(viewer, plan, tell) if scored is None else _told_while_written(scored, tell)
            )
            found, made = plan.found, [ids[code] for code in new if new[code] == place]
            begun = [one for one in opened if first_start[episode_of[one]] == place]
            kept, others, differ = _keep_blocks(cursor, viewer, blocks, batch_id, touched)
            scores += kept * len(plan.instrument.scales)
            result = Kept(
                kept=kept, already_held=found.rows - kept - others, refused=found.refused + others,
                created=len(made), episodes=len(begun), batch_id=batch_id, totals_differ=differ,
            )  # fmt: skip
            if kept or made or begun:
                answers.add_batch(
                    cursor, viewer.site_id, batch_id, plan.stream.file_name, plan.stream.sha256,
                    plan.mapping.sha256, kept, result.refused, viewer.person_id, viewer.now,
                )  # fmt: skip
                versions.made(cursor, viewer.site_id, batch_id, "client", made)
                versions.made(cursor, viewer.site_id, batch_id, "episode", begun)
            results.append(result)
        if touched:
            answers.summarise(cursor, viewer.site_id, list(touched), scores)
        if any(one.kept for one in results):
            refresh(cursor, viewer, list(touched), watched)
        return results

    def told(results: list[Kept]) -> str:
        # The entry is about one of them by number: the others are to be found as well.
        several = len(plans) > 1
        return "; ".join(
            (f"{plan.title} (import {one.batch_id}): " if several else "")
            + f"{one.kept} kept, {one.already_held} held, {one.refused} refused"
            for plan, one in zip(plans, results, strict=True)
        )

    done = change(
        viewer, "imported file", work, object_kind="batch", object_id=batch_ids[0], detail=told
    )
    return list(zip(done, (plan.found for plan in plans), strict=True))


def _first_of(codes: Sequence[Sequence[str]]) -> dict[str, int]:
    """Each code, and the place of the first list that has it."""
    found: dict[str, int] = {}
    for place, own in enumerate(codes):
        for code in own:
            found.setdefault(code, place)
    return found


def _blocks(plan: Plan, tell: Told) -> Iterator[Checked]:
    if plan.whole is None:
        yield from plan.settled.checked(partial(tell, "kept"))
    else:
        yield plan.whole
        tell("kept", plan.stream.rows)


def _scored(viewer: Viewer, plan: Plan, tell: Told) -> Iterator[_Block]:
    """The planned rows of each block, ready to be kept."""
    for checked, packed in zip(_blocks(plan, tell), plan.kept, strict=True):
        mask = np.unpackbits(packed, count=checked.n).astype(bool)
        rows = checked.rows.with_row_index("place").filter(pl.Series(mask))
        parts = [
            prepare(viewer, one, and_sum_up=False)
            for _, one in givens_of(viewer, checked, rows, plan.ids)
        ]
        yield _Block(parts, mismatches_of(checked, rows).height)


def _told_while_written(blocks: list[_Block], tell: Told) -> Iterator[_Block]:
    """The blocks, with `tell` told how many of their rows are written."""
    rows = 0
    for block in blocks:
        tell(WRITTEN, rows)
        yield block
        rows += sum(len(one.given) for one in block.parts)


def _keep_blocks(
    cursor: Cursor, viewer: Viewer, blocks: Iterable[_Block], batch_id: int, touched: set[int]
) -> tuple[int, int, int]:
    """Keep the blocks; how many rows were kept, how many met other answers meanwhile, and how many
    of their totals aren't our score. `touched` gets the clients, to be summed up at the end."""
    kept = others = differ = 0
    for block in blocks:
        for one in block.parts:
            new = keep(cursor, viewer, one, batch_id, and_sum_up=False)
            if new < len(one.given) and viewer.role is not Role.ADMINISTRATOR:
                # Other answers may have come in since the file was judged.
                others += len(differing(cursor, viewer, one.given))
            kept += new
            touched.update(one.given.rows["client_id"].unique().to_list())
        differ += block.differ
    return kept, others, differ
