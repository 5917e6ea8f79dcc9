"""Importing a file of any size: read in blocks, kept in one transaction, together or not at all.

What one block can't know of the others is settled first; then each block takes the path of a whole
file (importing.import_file). Only codes, days and counts of more than one block are held at once.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.intake import MOST_LISTED, Checked, Mapping, Problem, ProblemKind, Table
from attachdash.intake.blocks import ROWS, Stream
from attachdash.intake.check import file_notes, forms_of
from attachdash.intake.findings import Readings
from attachdash.intake.loaded import Loaded
from attachdash.intake.settling import Settled, settle
from attachdash.intake.totals import MISMATCH
from attachdash.practice.held import differing
from attachdash.practice.importing import (
    IMPORTERS,
    MOST_RISKS,
    Kept,
    Preview,
    Risk,
    newest_first,
    open_episodes_of,
    refuse_others,
    risks_of,
    whose_imports,
)
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
from attachdash.practice.keeping import Prepared, keep, prepare
from attachdash.practice.rights import About, Audit, Role, Viewer, change, looked_at, use_case
from attachdash.practice.watching import Watch, refresh, watch
from attachdash.store import answers, clients, versions
from attachdash.store.engine import Cursor

FORMS = 20_000  # of a table in memory, worked on at once: pages wait no longer than for so many
MOST_SHOWN = 5  # first rows
WRITTEN = "written"  # what `tell` is told while the store is held
STARTS = {"code": pl.String, "started_on": pl.Date}
# Is told what is being done to which row of the file, and may raise to stop it.
Told = Callable[[str, int], None]


@dataclass(slots=True, kw_only=True)
class Found:
    """What an import of a file in blocks would do. Lists end at MOST_LISTED; counts don't."""

    rows: int = 0  # that would be kept or are held already
    already_held: int = 0
    new_rows: int = 0  # rows of new_codes
    refused: int = 0  # rows
    problems: list[Problem] = field(default_factory=list)
    counts: Counter[ProblemKind] = field(default_factory=Counter)  # of all problems
    known_codes: list[str] = field(default_factory=list)
    new_codes: list[str] = field(default_factory=list)
    without_episode: list[str] = field(default_factory=list)  # codes
    same_file_at: datetime | None = None
    period: tuple[date, date] | None = None  # first and last day of the rows
    risks: tuple[Risk, ...] = ()  # the newest MOST_RISKS
    risk_count: int = 0
    repeats: list[tuple[int, int]] = field(default_factory=list)
    repeat_count: int = 0
    mismatches: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MISMATCH))
    mismatch_count: int = 0
    first: Checked | None = None  # the first rows that can be read
    own: list[Problem] = field(default_factory=list)  # those that the file has by itself
    own_counts: Counter[ProblemKind] = field(default_factory=Counter)
    readings: Readings = field(default_factory=Readings)

    def add(
        self, checked: Checked, rows: pl.DataFrame, problems: tuple[Problem, ...], refused: int
    ) -> None:
        """Count a block in."""
        if self.first is None or self.first.n < MOST_SHOWN:
            self.first = checked.head(MOST_SHOWN, self.first)
        self.rows += rows.height
        self.refused += refused
        self.problems += problems[: MOST_LISTED - len(self.problems)]
        self.counts += counts_of(checked, problems)
        self.own += checked.problems[: MOST_LISTED - len(self.own)]
        self.own_counts += Counter(checked.counts)
        self.readings += checked.readings
        self.repeats += checked.repeats[: MOST_LISTED - len(self.repeats)]
        self.repeat_count += checked.repeated_same
        differ = mismatches_of(checked, rows)
        self.mismatches = pl.concat([self.mismatches, differ]).head(MOST_LISTED)
        self.mismatch_count += differ.height
        if rows.height:
            days = [rows["answered_on"].min(), rows["answered_on"].max(), *(self.period or ())]
            dated = [day for day in days if isinstance(day, date)]
            self.period = min(dated), max(dated)

    def add_risks(self, risks: tuple[Risk, ...]) -> None:
        """Count in what the rows of a block that aren't held already will raise."""
        self.risks = newest_first([*self.risks, *risks])[:MOST_RISKS]
        self.risk_count += len(risks)


@dataclass(slots=True)
class _Plan:
    """Which rows are kept, block by block, and what must be there before the first of them."""

    found: Found
    ids: dict[str, int]  # of the clients, by code
    kept: list[NDArray[np.uint8]] = field(default_factory=list)  # packed, of each block's rows
    starts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STARTS))
    left_out: dict[str, None] = field(default_factory=dict)  # new codes that nobody confirmed


class _Block(NamedTuple):
    """What is kept of a block, by who answered and about whom."""

    parts: list[Prepared]
    differ: int  # totals that aren't our score


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def preview_stream(
    viewer: Viewer, stream: Stream, mapping: Mapping, tell: Told, block_rows: int = ROWS
) -> Found:
    """Check a file in blocks against its mapping and the register; nothing is kept.

    Written down as importing.preview_import does. Raises Unreadable where the file is refused.
    """
    return _looked_over(viewer, stream, mapping, tell, block_rows)


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def preview_table(
    viewer: Viewer, table: Table, mapping: Mapping, tell: Told, block_rows: int = FORMS
) -> Preview:
    """What importing.preview_import says, of a table that is looked at in blocks."""
    loaded = _loaded(viewer, table, mapping)
    found = _looked_over(viewer, loaded, mapping, tell, block_rows)
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


def _looked_over(
    viewer: Viewer, stream: Stream | Loaded, mapping: Mapping, tell: Told, block_rows: int
) -> Found:
    settled = _settled(viewer, stream, mapping, tell, block_rows)
    found = _planned(viewer, settled, tell, may_create=True, open_episodes=False).found
    count = f"{stream.rows:,} row{'' if stream.rows == 1 else 's'}"
    looked_at(viewer, "looked over a file", f"{count}, file {stream.sha256[:12]}")
    with viewer.store.engine.reading(viewer.scope) as cursor:
        before = answers.same_batch(
            cursor, viewer.site_id, stream.sha256, mapping.sha256, whose_imports(viewer)
        )
    found.same_file_at = before[1] if before else None
    return found


def _loaded(viewer: Viewer, table: Table, mapping: Mapping) -> Loaded:
    """The table with a row a form."""
    return Loaded(forms_of(table, mapping, instrument_of(viewer, mapping), viewer.today))


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def import_stream(
    viewer: Viewer, stream: Stream, mapping: Mapping, tell: Told, *, create_clients: bool = False,
    open_episodes: bool = False, block_rows: int = ROWS,
) -> tuple[Kept, Found]:  # fmt: skip
    """Keep the rows of a file in blocks that pass, as importing.import_file does with a whole one.

    Whatever `tell` raises leaves nothing behind. Raises Unreadable where the file is refused.
    """
    return _kept(
        viewer, stream, mapping, tell, create_clients=create_clients, open_episodes=open_episodes,
        block_rows=block_rows,
    )  # fmt: skip


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def import_table(
    viewer: Viewer, table: Table, mapping: Mapping, tell: Told, *, create_clients: bool = False,
    open_episodes: bool = False, block_rows: int = FORMS,
) -> Kept:  # fmt: skip
    """The same with a table in memory."""
    done, _ = _kept(
        viewer, _loaded(viewer, table, mapping), mapping, tell, create_clients=create_clients,
        open_episodes=open_episodes, block_rows=block_rows,
    )  # fmt: skip
    return done


def _kept(
    viewer: Viewer, stream: Stream | Loaded, mapping: Mapping, tell: Told, *,
    create_clients: bool, open_episodes: bool, block_rows: int,
) -> tuple[Kept, Found]:  # fmt: skip
    settled = _settled(viewer, stream, mapping, tell, block_rows)
    may_create = create_clients and viewer.role is Role.ADMINISTRATOR
    plan = _planned(viewer, settled, tell, may_create=may_create, open_episodes=open_episodes)
    found, engine = plan.found, viewer.store.engine
    new = found.new_codes if may_create else []
    if new:
        plan.ids.update(zip(new, engine.new_ids("client", len(new)), strict=True))
    starts = plan.starts.with_columns(
        client_id=pl.col("code").replace_strict(plan.ids or NOBODY, return_dtype=pl.Int64),
        episode_id=pl.Series(
            engine.new_ids("episode", plan.starts.height) if plan.starts.height else [],
            dtype=pl.Int64,
        ),
    )
    batch_id = int(engine.new_ids("batch", 1)[0])
    known = [plan.ids[code] for code in found.known_codes]
    watched = watch(viewer, len(known) + len(new))

    def scored() -> Iterator[_Block]:
        return _scored(viewer, settled, plan, tell)

    # What is in memory is scored before the store is held: whoever writes waits for that alone.
    ready = list(scored()) if isinstance(stream, Loaded) else None

    def work(cursor: Cursor) -> Kept:
        refuse_others(cursor, viewer, known)
        if new:
            if taken := clients.codes_taken(cursor, viewer.site_id, new):
                raise Invalid(f"{taken[0]} can't be used as a new code. Look at the preview again.")
            created = pl.DataFrame({"code": new, "client_id": [plan.ids[code] for code in new]})
            clients.add_many(cursor, viewer.site_id, created)
        opened = open_episodes_of(cursor, viewer, starts) if starts.height else []
        blocks = scored() if ready is None else _told_while_written(ready, tell)
        scales = len(settled.instrument.scales)
        kept, others, differ = _keep_blocks(cursor, viewer, blocks, scales, batch_id, watched)
        result = Kept(
            kept=kept, already_held=found.rows - kept - others, refused=found.refused + others,
            created=len(new), episodes=len(opened), batch_id=batch_id,
            totals_differ=differ,
        )  # fmt: skip
        if kept or new or opened:
            answers.add_batch(
                cursor, viewer.site_id, batch_id, stream.file_name, stream.sha256,
                mapping.sha256, kept, result.refused, viewer.person_id, viewer.now,
            )  # fmt: skip
            made = [plan.ids[code] for code in new]
            versions.made(cursor, viewer.site_id, batch_id, "client", made)
            versions.made(cursor, viewer.site_id, batch_id, "episode", opened)
        return result

    done = change(
        viewer, "imported file", work, object_kind="batch", object_id=batch_id,
        detail=lambda done: f"{done.kept} kept, {done.already_held} held, {done.refused} refused",
    )  # fmt: skip
    return done, found


def _settled(
    viewer: Viewer, stream: Stream | Loaded, mapping: Mapping, tell: Told, block_rows: int
) -> Settled:
    instrument = instrument_of(viewer, mapping)
    return settle(
        stream, mapping, instrument, viewer.today, partial(tell, "looked through"), block_rows
    )


def _planned(
    viewer: Viewer, settled: Settled, tell: Told, *, may_create: bool, open_episodes: bool
) -> _Plan:
    """Judge each block against the register as it is now."""
    register = register_now(viewer)
    everyone = register.clients
    plan = _Plan(Found(), {code: one.client_id for code, one in everyone.items()})
    found, codes = plan.found, dict[str, None]()
    for checked in settled.checked(partial(tell, "checked")):
        rows, problems, refused = judged(viewer, checked, register)
        strangers = rows.filter(~register.known(rows))
        if not may_create and strangers.height:
            # Nobody confirmed these people: their rows stay out, the others come in.
            refused += strangers.height
            rows = rows.filter(~pl.col("place").is_in(strangers["place"].implode()))
            plan.left_out |= dict.fromkeys(strangers["client_code"].unique().to_list())
        else:
            found.new_rows += strangers.height
        found.add(checked, rows, problems, refused)
        own = rows["client_code"].unique(maintain_order=True).to_list()
        codes |= dict.fromkeys(own)
        known = rows.filter(register.known(rows))
        held = held_of(viewer, checked, known, plan.ids)
        found.already_held += held.height
        fresh = rows.filter(~pl.col("place").is_in(held["place"].implode()))
        found.add_risks(risks_of(viewer, checked, fresh))
        # What somebody put right or took back by itself, its file doesn't bring back.
        gone = held.filter(~pl.col("is_live"))["place"]
        rows = rows.filter(~pl.col("place").is_in(gone.implode()))
        mask = np.zeros(checked.n, dtype=bool)
        mask[rows["place"].to_numpy()] = True
        plan.kept.append(np.packbits(mask))
        if open_episodes:
            caseless = [c for c in own if c not in everyone or not everyone[c].episodes]
            first = (
                rows.filter(pl.col("client_code").is_in(caseless))
                .group_by(code="client_code").agg(started_on=pl.col("answered_on").min())
            )  # fmt: skip
            both = pl.concat([plan.starts, first])
            plan.starts = both.group_by("code").agg(pl.col("started_on").min())
    found.problems.sort(key=lambda problem: problem.row or 0)
    found.known_codes = [code for code in codes if code in everyone]
    found.new_codes = [code for code in (*codes, *plan.left_out) if code not in everyone]
    found.without_episode = [c for c in codes if c not in everyone or not everyone[c].episodes]
    return plan


def _scored(viewer: Viewer, settled: Settled, plan: _Plan, tell: Told) -> Iterator[_Block]:
    """The planned rows of each block, ready to be kept."""
    blocks = settled.checked(partial(tell, "kept"))
    for checked, packed in zip(blocks, plan.kept, strict=True):
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
    cursor: Cursor,
    viewer: Viewer,
    blocks: Iterable[_Block],
    scales: int,
    batch_id: int,
    watched: Watch,
) -> tuple[int, int, int]:
    """Keep the blocks; how many rows were kept, how many met other answers meanwhile, and how many
    of their totals aren't our score."""
    kept = others = differ = 0
    touched: set[int] = set()
    for block in blocks:
        for one in block.parts:
            new = keep(cursor, viewer, one, batch_id, and_sum_up=False)
            if new < len(one.given) and viewer.role is not Role.ADMINISTRATOR:
                # Other answers may have come in since the file was judged.
                others += len(differing(cursor, viewer, one.given))
            kept += new
            touched.update(one.given.rows["client_id"].unique().to_list())
        differ += block.differ
    if touched:
        answers.summarise(cursor, viewer.site_id, list(touched), kept * scales)
    if kept:
        refresh(cursor, viewer, list(touched), watched)
    return kept, others, differ
