"""Flags with what was done about them, in names that mean the same in any store.

A number of this store means nothing in another: a cause names episodes by their place, people by
kind and scales by code. What is no longer here (a form withdrawn, an episode undone) is called
"removed 1".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from attachdash.store.engine import Cursor, filled
from attachdash.store.flags import FLAG, RENEW, STEP
from attachdash.store.reach import CLINICAL, Reach

PERSONAL = ("seen", "acted", "closed")  # steps that somebody took; the others come by themselves
OVER = ("withdrawn", "over")
OF_ITEMS = ("_answer", "_blank")  # how kinds end that rest on the answer to one item
OF_EPISODE = ("course", "alliance", "overdue", "worse")  # first words of causes that name one
OF_SOMEBODY = 4  # parts of the cause of what somebody else answered: rcads25:18:7:3
# What the words of a step say: the form it is about, and why that form no longer counts.
WORDS = re.compile(r"administration (\d+)(?:: (.*))?", re.DOTALL)
DECISION = pa.schema([*STEP, ("said", pa.string()), ("review_on", pa.date32())])

# One row per flag in reach and step taken with it; of any kind and state.
ALL = (
    CLINICAL
    + """
SELECT flag.flag_id, flag.client_id, flag.episode_id, flag.kind, flag.cause,
    flag.administration_id, flag.state, flag.raised_at, flag_step.kind AS step, flag_step.words,
    flag_step.said, flag_step.review_on, flag_step.done_at, person.sign_in
FROM flag
INNER JOIN reached ON reached.client_id = flag.client_id
LEFT JOIN flag_step ON flag_step.site_id = flag.site_id AND flag_step.flag_id = flag.flag_id
LEFT JOIN person
    ON person.site_id = flag_step.site_id AND person.person_id = flag_step.by_person_id
WHERE flag.site_id = $1 AND $2 <> 'client'
ORDER BY flag.client_id NULLS LAST, flag.flag_id NULLS LAST, flag_step.step_id NULLS LAST
"""
)
# The flags beside which something was answered or noted.
BESIDE = """
SELECT look_answer.flag_id FROM look_answer WHERE look_answer.site_id = $1
UNION
SELECT agenda_note.flag_id FROM agenda_note WHERE agenda_note.site_id = $1
"""
SCALES = """
SELECT scale.scale_id, instrument.code, scale.code
FROM scale
INNER JOIN instrument
    ON instrument.site_id = scale.site_id AND instrument.instrument_id = scale.instrument_id
WHERE scale.site_id = $1
"""


class Logged(NamedTuple):
    """A flag and one step taken with it, as ALL reads it."""

    flag_id: int
    client_id: int
    episode_id: int | None
    kind: str
    cause: str
    administration_id: int | None
    state: str
    raised_at: datetime
    step: str | None
    words: str | None
    said: str | None
    review_on: date | None
    done_at: datetime | None
    sign_in: str | None

    @property
    def is_of_item(self) -> bool:
        """Whether it rests on the answer to one item."""
        return self.kind.endswith(OF_ITEMS)

    @property
    def form(self) -> int | None:
        """The administration that the step is about."""
        said = WORDS.fullmatch(self.words or "")
        return int(said[1]) if said else None


class Flag(NamedTuple):
    """A flag in names of any store."""

    client: str
    kind: str
    cause: str
    episode: int | None  # its place among the client's
    form: object
    state: str
    raised_at: datetime
    flag_id: int


class Step(NamedTuple):
    """A step taken with a flag, in names of any store."""

    client: str
    flag: str  # its kind and cause
    step: str
    form: object
    reason: str
    said: str
    review_on: date | None
    sign_in: str | None
    done_at: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """What numbers of this store are called elsewhere."""

    clients: Mapping[int, str]  # codes
    episodes: Mapping[int, int]  # places
    people: Mapping[int, str]  # around clients: "partner 2"
    scales: Mapping[int, str]  # "rses.total"

    def cause(self, client_id: int, cause: str, removed: Mapping[tuple[str, int], str]) -> str:
        """A cause with each number as its name."""
        first, *rest = cause.split(":")

        def named(what: str, number: str, known: Mapping[int, object]) -> str:
            return str(known.get(int(number)) or removed[what, int(number)])

        if first in OF_EPISODE:
            told = [first, named("episode", rest[0], self.episodes)]
            return ":".join([*told, *(self.scales.get(int(one), one) for one in rest[1:])])
        if len(rest) == OF_SOMEBODY - 1:
            who = ("" if int(one) == client_id else named("person", one, self.people)
                   for one in rest[1:])  # fmt: skip
            return ":".join([first, rest[0], *who])
        return cause


def scales(cursor: Cursor, site_id: int) -> dict[int, str]:
    """Every scale as it is called in a cause: rses.total."""
    return {int(row[0]): f"{row[1]}.{row[2]}" for row in cursor.rows(SCALES, site_id)}


def read(
    cursor: Cursor, reach: Reach, known: Names, forms: Mapping[int, object]
) -> tuple[list[Flag], list[Step]]:
    """The flags in reach and the steps taken with them, oldest first; nothing for a client.

    `forms` are those that count, as they are called. Left out is what came and went by itself:
    flags that hold no longer and that nobody looked at, and steps that nobody took, but of a flag
    of an item that somebody looked at; also there those about forms that no longer count, unless
    somebody looked at such a one. An import that was undone unseen leaves nothing.
    """
    rows = map(Logged._make, cursor.rows(reach.narrowed(ALL), *reach.parameters))
    beside = {int(row[0]) for row in cursor.rows(BESIDE, reach.site_id) if row[0] is not None}
    flags, steps = [], []
    for _, own in groupby(rows, key=lambda one: one.client_id):
        kept: list[tuple[Logged, list[Logged]]] = []
        for _, of_flag in groupby(own, key=lambda one: one.flag_id):
            first, *more = of_flag
            taken = [one for one in (first, *more) if one.step is not None]
            personal = [one for one in taken if one.step in PERSONAL]
            touched = bool(personal) or first.flag_id in beside
            if first.state in OVER and not touched:
                continue
            looked_at_gone = any(one.form and one.form not in forms for one in personal)
            if not (first.is_of_item and touched):
                taken = personal
            elif not looked_at_gone and first.state != "withdrawn":
                taken = [one for one in taken if one.step in PERSONAL or one.form in forms]
            kept.append((first, taken))
        removed = _removed(kept, known, forms)
        for flag, taken in kept:
            whose, told = known.clients[flag.client_id], _told(flag, known, removed)
            flags.append(
                Flag(
                    whose, flag.kind, told, _episode(flag, known, removed),
                    _form(flag.administration_id, forms, removed), flag.state, flag.raised_at,
                    flag.flag_id,
                )
            )  # fmt: skip
            steps += [_step(one, whose, told, forms, removed) for one in taken]
    return flags, steps


Removed = Mapping[tuple[str, int], str]


def _told(flag: Logged, known: Names, removed: Removed) -> str:
    return known.cause(flag.client_id, flag.cause, removed)


def _episode(flag: Logged, known: Names, removed: Removed) -> int | None:
    return None if flag.episode_id is None else known.episodes.get(flag.episode_id)


def _form(number: int | None, forms: Mapping[int, object], removed: Removed) -> object:
    return None if number is None else forms.get(number) or removed["form", number]


def _step(
    one: Logged, whose: str, told: str, forms: Mapping[int, object], removed: Removed
) -> Step:
    assert one.step is not None
    assert one.done_at is not None
    said = WORDS.fullmatch(one.words or "")
    reason = (said[2] or "") if said else one.words or ""
    return Step(
        whose, f"{one.kind} {told}", one.step, _form(one.form, forms, removed), reason,
        one.said or "", one.review_on, one.sign_in, one.done_at,
    )  # fmt: skip


def _removed(
    kept: Iterable[tuple[Logged, list[Logged]]], known: Names, forms: Mapping[int, object]
) -> dict[tuple[str, int], str]:
    """What of one client's is no longer here, counted from 1 by kind in the order it came."""
    gone: dict[str, set[int]] = {"form": set(), "episode": set(), "person": set()}
    for flag, taken in kept:
        numbers = {flag.administration_id, *(one.form for one in taken)}
        gone["form"] |= {one for one in numbers if one is not None and one not in forms}
        first, *rest = flag.cause.split(":")
        if first in OF_EPISODE and int(rest[0]) not in known.episodes:
            gone["episode"].add(int(rest[0]))
        if len(rest) == OF_SOMEBODY - 1:
            strange = {int(one) for one in rest[1:]} - {flag.client_id}
            gone["person"] |= strange - known.people.keys()
    return {
        (what, number): f"removed {place}"
        for what, numbers in gone.items()
        for place, number in enumerate(sorted(numbers), 1)
    }


def ids(cursor: Cursor, site_id: int, client_ids: list[int]) -> dict[tuple[int, str, str], int]:
    """The flags of these clients, of any kind, by client, kind and cause."""
    rows = cursor.rows(
        "SELECT client_id, kind, cause, flag_id FROM flag WHERE site_id = $1 "
        "AND client_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
        site_id,
        client_ids,
    )
    return {(int(row[0]), str(row[1]), str(row[2])): int(row[3]) for row in rows}


def put(
    cursor: Cursor, site_id: int, flags: pl.DataFrame, steps: pl.DataFrame, client_ids: list[int]
) -> None:
    """Put what an export holds in the place of what loading its answers raised just now.

    The frames have the columns of FLAG and DECISION but the site. What was raised of items stays,
    also where the export has no flag of it, and how it was raised where the export has no steps;
    what was raised of courses goes.
    """
    raised = ids(cursor, site_id, client_ids)
    of_courses = [one for (_, kind, _), one in raised.items() if not kind.endswith(OF_ITEMS)]
    for table, gone in (("flag_step", [*steps["flag_id"], *of_courses]), ("flag", of_courses)):
        cursor.run(
            f"DELETE FROM {table} WHERE site_id = $1 "
            "AND flag_id IN (SELECT unnest(CAST($2 AS BIGINT[])))",
            site_id,
            gone,
        )
    there = pl.col("flag_id").is_in(list(raised.values()))
    same = {"site_id": site_id}
    cursor.bulk("flag", filled(FLAG, flags.filter(~there), same))
    cursor.stage("renewed", filled(FLAG, flags.filter(there), same))
    cursor.run(RENEW, site_id)
    cursor.bulk("flag_step", filled(DECISION, steps, same))
