"""What an import would do: which rows of each block are kept, judged against the register
as it is now. Only codes, days and counts of more than one block are held at once."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from attachdash.instruments import SELF, Instrument, risk_answers
from attachdash.intake import (
    MOST_LISTED,
    Checked,
    Mapping,
    Problem,
    ProblemKind,
    Table,
    Unreadable,
)
from attachdash.intake.blocks import Stream
from attachdash.intake.check import forms_of
from attachdash.intake.findings import Readings
from attachdash.intake.loaded import Loaded
from attachdash.intake.settling import Settled, settle
from attachdash.intake.totals import MISMATCH
from attachdash.practice.judging import (
    Register,
    counts_of,
    held_of,
    instrument_of,
    judged,
    mismatches_of,
    register_now,
)
from attachdash.practice.rights import Viewer
from attachdash.practice.rules import HISTORIC_AFTER

MOST_SHOWN = 5  # first rows
MOST_RISKS = 10
STARTS = {"code": pl.String, "started_on": pl.Date}
# Is told what is being done to which row of the file, and may raise to stop it.
Told = Callable[[str, int], None]


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


@dataclass(slots=True, kw_only=True)
class Found:
    """What an import of a file would do. Lists end at MOST_LISTED; counts don't."""

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

    def add_risks(self, newest: tuple[Risk, ...], count: int) -> None:
        """Count in what the rows of a block that aren't held already will raise."""
        self.risks = newest_first([*self.risks, *newest])[:MOST_RISKS]
        self.risk_count += count


@dataclass(slots=True, kw_only=True)
class Plan:
    """Of one questionnaire of a file: which rows are kept, block by block, and what must be there
    before the first of them."""

    settled: Settled
    ids: dict[str, int]  # of the clients, by code; the questionnaires of a file share them
    found: Found = field(default_factory=Found)
    kept: list[NDArray[np.uint8]] = field(default_factory=list)  # packed, of each block's rows
    whole: Checked | None = None  # the file where it is one block: it is not read once more
    starts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STARTS))
    left_out: dict[str, None] = field(default_factory=dict)  # new codes that nobody confirmed

    @property
    def stream(self) -> Stream | Loaded:
        """The file, or its forms in memory."""
        return self.settled.stream

    @property
    def mapping(self) -> Mapping:
        """What the file's columns mean for this questionnaire."""
        return self.settled.mapping

    @property
    def instrument(self) -> Instrument:
        """The questionnaire."""
        return self.settled.instrument

    @property
    def title(self) -> str:
        """The questionnaire in words."""
        return title(self.mapping, self.instrument)


def planned(
    viewer: Viewer, file: Stream | Table, mappings: Sequence[Mapping], tell: Told, block_rows: int,
    *, may_create: bool, open_episodes: bool,
) -> list[Plan]:  # fmt: skip
    """A plan for each questionnaire of a file, against one register.

    Raises Unreadable with all that refuses any of them, naming the questionnaire where there are
    several.
    """
    assert mappings, "somebody said what the columns mean"
    refuse_twice(viewer, file.file_name, mappings)
    settled, wrong = [], list[Problem]()
    for mapping in mappings:
        instrument = instrument_of(viewer, mapping)
        look = partial(tell, "looked through")
        try:
            stream = (
                Loaded(forms_of(file, mapping, instrument, viewer.today))
                if isinstance(file, Table)
                else file
            )
            settled.append(settle(stream, mapping, instrument, viewer.today, look, block_rows))
        except Unreadable as error:
            of = f", {title(mapping, instrument)}" if len(mappings) > 1 else ""
            wrong += [dataclasses.replace(one, file=one.file + of) for one in error.problems]
    if wrong:
        raise Unreadable(wrong)
    register = register_now(viewer)
    ids = {code: one.client_id for code, one in register.clients.items()}
    plans = [Plan(settled=one, ids=ids) for one in settled]
    for plan in plans:
        _judge(viewer, plan, register, tell, may_create=may_create, open_episodes=open_episodes)
    return plans


def title(mapping: Mapping, instrument: Instrument) -> str:
    """The questionnaire, and by or about whom it is where that is said for all rows."""
    by = "" if mapping.informant == SELF else f" by {mapping.informant}"
    return instrument.short_name + by + ("" if mapping.about == SELF else f" about {mapping.about}")


def refuse_twice(viewer: Viewer, file_name: str, mappings: Sequence[Mapping]) -> None:
    """Raises Unreadable where two mappings could bring the same form: kept together, one of two
    different ones would stand and the other be lost."""
    wrong = []
    for place, one in enumerate(mappings):
        for other in mappings[:place]:
            said = [(each.informant, each.about) for each in (one, other)]
            apart = not (one.people_columns or other.people_columns) and said[0] != said[1]
            if one.instrument == other.instrument and not apart:
                name = title(one, instrument_of(viewer, one))
                wrong.append(
                    Problem(
                        kind=ProblemKind.MAPPING, file=file_name,
                        expected=f"each questionnaire once, but {name} can come of several "
                        "mappings",
                        cure="Import one after the other, or lay the file out by time points.",
                    )
                )  # fmt: skip
                break
    if wrong:
        raise Unreadable(wrong)


def _judge(
    viewer: Viewer, plan: Plan, register: Register, tell: Told, *, may_create: bool,
    open_episodes: bool,
) -> None:  # fmt: skip
    """Plan each block."""
    everyone = register.clients
    found, codes = plan.found, dict[str, None]()
    for checked in plan.settled.checked(partial(tell, "checked")):
        plan.whole = None if plan.kept else checked
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
        found.add_risks(*risks_of(viewer, checked, fresh))
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


def risks_of(viewer: Viewer, checked: Checked, rows: pl.DataFrame) -> tuple[tuple[Risk, ...], int]:
    """The newest MOST_RISKS of the rows' risk answers and blank risk items, newest first, and how
    many there are; ready scores hold none."""
    instrument = viewer.store.library[checked.mapping.instrument]
    if checked.answers is None or not instrument.risk_items:
        return (), 0
    numbers, days = (rows[name].to_physical().to_numpy() for name in ("row_number", "answered_on"))
    found, count = list[Risk](), 0
    for risk, positive, blank in risk_answers(
        instrument, checked.answers[rows["place"].to_numpy()]
    ):
        raised = np.flatnonzero(positive | blank)
        count += len(raised)
        newest = raised[np.lexsort((numbers[raised], -days[raised]))[:MOST_RISKS]]
        for at in newest.tolist():
            row, code, on = rows.select("row_number", "client_code", "answered_on").row(at)
            found.append(
                Risk(
                    row=row, code=code, answered_on=on, item=risk.item,
                    is_alarm=risk.kind.is_alarm, is_blank=bool(blank[at]),
                    is_historic=viewer.today - on > HISTORIC_AFTER,
                )
            )  # fmt: skip
    return newest_first(found)[:MOST_RISKS], count


def newest_first(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """The risks by day, those of one day as they stand in the file."""
    return tuple(sorted(risks, key=lambda one: (one.answered_on, -one.row), reverse=True))
