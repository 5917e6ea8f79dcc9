"""Flags as people see them: what was answered, who has looked, what was decided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd

from attachdash.instruments import Instrument, RiskKind
from attachdash.practice import escalation, relations
from attachdash.practice.escalation import Level
from attachdash.practice.relations import Relation
from attachdash.practice.rights import Role, Viewer, reach
from attachdash.practice.rules import REVIEW_AFTER, Kind
from attachdash.store import flags
from attachdash.store.engine import Cursor

# Most urgent first: words of suicide before the softer prompts.
GRAVITY = {"suicide": 0, "harm_to_others": 1, "unsafe": 2, "ask": 3}


# What went before an answer was answered by the same person about the same one.
SAME_FORM = ("instrument_id", "informant_id", "about_id")
WHOSE_FORM = ("instrument", "informant_id", "about_id")
_ADMINISTRATION = re.compile(r"administration (\d+)")
STATES = ("open", "historic", "seen", "acted", "closed")


class Grade(StrEnum):
    """How a risk answer stands beside the one before it."""

    NEW = "new"
    RISEN = "risen"
    FALLEN = "fallen"  # where a low answer is the grave one
    CONTINUING = "continuing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided about a flag, or why they closed it."""

    words: str
    by_whom: str
    done_at: datetime
    review_on: date | None
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier answer to the item of a flag, and who looked at it when it raised one."""

    answered_on: date
    answer: int | None  # in the item's own steps; None where it was left blank
    seen_by: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing that wants a person's eye."""

    flag_id: int
    client_id: int
    administration_id: int  # whose answer raised it last
    version: int  # of that form: it may have been put right
    kind: str
    instrument: Instrument
    item: int
    topic: str
    answer: int | None  # in the item's own steps; None where it was left blank
    answered_on: date
    came_in_at: datetime
    state: str  # one of STATES
    seen_by: str | None
    seen_at: datetime | None
    informant: str = ""  # who answered, in words; empty: the client
    about: str = ""  # about whom; empty: the client
    # Newest first; read for one client's record only, so not part of which flag it is.
    before: tuple[Earlier, ...] = field(default=(), compare=False)
    raised_at: datetime | None = field(default=None, compare=False)  # since when it is open
    decisions: tuple[Decision, ...] = field(default=(), compare=False)  # newest first
    grade: Grade | None = None  # None for a blank
    came: Level = field(default=Level.THERAPIST, compare=False)  # while nobody has seen it

    @property
    def review_on(self) -> date | None:
        """When to look again: as decided, else four weeks after the last look at an answer that
        stands; None where nobody has looked, or it is closed."""
        if self.state not in ("seen", "acted") or self.seen_at is None:
            return None
        if self.state == "acted" and self.decisions and self.decisions[0].review_on:
            return self.decisions[0].review_on
        return None if self.is_blank else (self.seen_at + REVIEW_AFTER).date()

    @property
    def is_blank(self) -> bool:
        """Whether the item was left without an answer."""
        return self.kind.endswith("_blank")

    @property
    def is_risk(self) -> bool:
        """Whether it is about suicide; the others are soft prompts."""
        return self.kind.startswith("suicide")

    @property
    def is_for_alone(self) -> bool:
        """Whether it is asked about with the client alone: those around them may be the reason."""
        return self.kind.startswith(RiskKind.UNSAFE)

    @property
    def urgency(self) -> tuple[int, int, int, int]:
        """To sort by: open first, then grave before soft, then answers before blanks."""
        return (
            STATES.index(self.state),
            GRAVITY[self.kind.rsplit("_", 1)[0]],
            int(self.is_blank),
            -self.answered_on.toordinal(),
        )


def read(
    cursor: Cursor, viewer: Viewer, client_id: int | None = None,
    people: Mapping[int, Relation] | None = None, steps: Sequence[flags.Stepped] | None = None,
) -> list[Flag]:  # fmt: skip
    """The flags of one client in reach, with what went before, or of all; most urgent first.

    `people` are those around the one client, `steps` what was done with their flags, where they
    were read already.
    """
    if client_id is not None:
        if steps is None:
            steps = flags.of_client(cursor, reach(viewer), client_id)
        found = _of_client(cursor, viewer, client_id, people or {}, steps)
    else:
        rows = flags.in_reach(cursor, reach(viewer)).to_dict("records")
        others = any(row[who] != row["client_id"] for row in rows for who in SAME_FORM[1:])
        people = relations.read_all(cursor, viewer) if others else {}
        last = _answers_before(cursor, viewer, rows)
        found = [
            _graded(
                _flag(viewer, row, people, _text(row["seen_by"]), _moment(row["seen_at"])),
                last.get(row["flag_id"]),
            )
            for row in rows
        ]
    # A therapist's page of one client is quick, and they are told on their caseload.
    asks = client_id is None or viewer.role is Role.SUPERVISOR
    if asks and any(one.state == "open" for one in found):
        come = escalation.levels(cursor, viewer)
        found = [replace(one, came=come.get(one.flag_id, Level.THERAPIST)) for one in found]
    return sorted(found, key=lambda one: one.urgency)


def _answers_before(
    cursor: Cursor, viewer: Viewer, rows: Sequence[Mapping[Any, Any]]
) -> dict[int, int]:
    """What was answered to the item before by the same person, of each flag where anything was."""
    if not rows:
        return {}
    whose = sorted({int(row["client_id"]) for row in rows})
    asked = sorted({str(row["instrument"]) for row in rows})
    forms: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in flags.left(cursor, viewer.site_id, whose, asked).iter_rows(named=True):
        forms.setdefault(tuple(one[key] for key in ("client_id", *WHOSE_FORM)), []).append(one)
    found = {}
    for row in rows:
        own = forms.get(tuple(row[key] for key in ("client_id", *WHOSE_FORM)), [])
        place = [one["administration_id"] for one in own].index(row["administration_id"])
        if place:
            found[row["flag_id"]] = own[place - 1]["answers"][int(row["cause"].split(":")[1]) - 1]
    return found


def _graded(flag: Flag, last: int | None) -> Flag:
    """The flag with how it stands beside the answer before; a blank one, or none, is None."""
    if flag.answer is None:
        return flag
    kind = flag.kind.rsplit("_", 1)[0]
    risk = next(
        risk
        for risk in flag.instrument.risk_items
        if risk.item == flag.item and risk.kind.value == kind
    )
    if last is None or not risk.wants_an_eye(last, flag.instrument.steps_per_unit):
        return replace(flag, grade=Grade.NEW)
    if not risk.is_graver(flag.answer, last):
        return replace(flag, grade=Grade.CONTINUING)
    return replace(flag, grade=Grade.RISEN if risk.max is None else Grade.FALLEN)


def _of_client(
    cursor: Cursor, viewer: Viewer, client_id: int, people: Mapping[int, Relation],
    steps: Sequence[flags.Stepped],
) -> list[Flag]:  # fmt: skip
    rows = [row for row in steps if Kind(row.kind).is_of_item]
    if not rows:
        return []
    known = viewer.store.catalogue.instrument_ids
    asked = sorted({known[row.cause.split(":")[0]] for row in rows})
    forms = flags.forms(cursor, reach(viewer), client_id, asked)
    own = {form.administration_id: form for form in forms}
    whose = {one for form in forms for one in (form.about_id, form.informant_id)} - {client_id}
    if not whose <= people.keys():
        people = relations.read(cursor, viewer, client_id)
    looks = _looks(sorted(rows, key=lambda row: row.step_id))
    found = []
    for row in {one.flag_id: one for one in rows}.values():
        form = own.get(row.administration_id)
        if row.state == "withdrawn" or form is None:
            continue
        seen = max(
            (
                one
                for one in rows
                if one.flag_id == row.flag_id and one.step == "seen"
                and one.words == f"administration {row.administration_id}"
            ),
            key=lambda one: one.step_id,
            default=None,
        )  # fmt: skip
        number = int(row.cause.split(":")[1])
        before = tuple(
            _earlier(one, number, looks.get((one.administration_id, row.cause)))
            for one in forms
            if all(getattr(one, key) == getattr(form, key) for key in SAME_FORM)
            and (one.answered_on, one.administration_id)
            < (form.answered_on, form.administration_id)
        )
        by, when = (seen.by_whom, seen.done_at) if seen else (None, None)
        told_of = row._asdict() | form._asdict() | {
            "instrument": viewer.store.catalogue.instruments[form.instrument_id].id,
        }  # fmt: skip
        decisions = tuple(
            Decision(
                words=one.said, by_whom=one.by_whom or "", done_at=one.done_at,
                review_on=one.review_on, closed=one.step == "closed",
            )
            for one in reversed(rows)
            if one.flag_id == row.flag_id and one.step in ("acted", "closed")
        )  # fmt: skip
        flag = _flag(viewer, told_of, people, by, when, before, decisions)
        found.append(_graded(flag, before[0].answer if before else None))
    return found


def _flag(
    viewer: Viewer, row: Mapping[Any, Any], people: Mapping[int, Relation], seen_by: str | None,
    seen_at: datetime | None, before: tuple[Earlier, ...] = (),
    decisions: tuple[Decision, ...] = (),
) -> Flag:  # fmt: skip
    instrument = viewer.store.catalogue.instrument(row["instrument"])
    number = int(row["cause"].split(":")[1])
    kind = row["kind"].rsplit("_", 1)[0]
    topic = next(
        (r.topic for r in instrument.risk_items if r.item == number and r.kind.value == kind),
        instrument.item(number).label,
    )
    answer = int(row["answers"][number - 1])
    return Flag(
        flag_id=int(row["flag_id"]),
        client_id=int(row["client_id"]),
        administration_id=int(row["administration_id"]),
        version=int(row["version"]),
        kind=row["kind"],
        instrument=instrument,
        item=number,
        topic=topic,
        answer=answer if answer >= 0 else None,
        answered_on=row["answered_on"],
        came_in_at=pd.Timestamp(row["recorded_at"]).to_pydatetime(),
        state=row["state"],
        seen_by=seen_by,
        seen_at=seen_at,
        informant=_told(people, row["informant_id"]),
        about=_told(people, row["about_id"]),
        before=before,
        raised_at=pd.Timestamp(row["raised_at"]).to_pydatetime(),
        decisions=decisions,
    )


def _told(people: Mapping[int, Relation], person_id: int) -> str:
    """Who somebody around the client is; nothing for the client."""
    return people[int(person_id)].said if int(person_id) in people else ""


def _text(cell: Any) -> str | None:
    return None if pd.isna(cell) else str(cell)


def _moment(cell: Any) -> datetime | None:
    return None if pd.isna(cell) else pd.Timestamp(cell).to_pydatetime()


def _earlier(form: flags.Form, number: int, look: tuple[str | None, datetime] | None) -> Earlier:
    answer = form.answers[number - 1]
    seen_by, seen_at = look or (None, None)
    return Earlier(
        answered_on=form.answered_on,
        answer=answer if answer >= 0 else None,
        seen_by=seen_by,
        seen_at=seen_at,
    )


def _looks(steps: Sequence[flags.Stepped]) -> dict[tuple[int, str], tuple[str | None, datetime]]:
    """By whom and when the answer of an administration to a cause was last marked as seen.

    A step without words is of the evidence that came in last before it.
    """
    looks: dict[tuple[int, str], tuple[str | None, datetime]] = {}
    latest: dict[int, int] = {}
    for one in steps:
        named = _ADMINISTRATION.search(one.words or "")
        about = int(named[1]) if named else latest.get(one.flag_id)
        if one.step in ("acted", "closed"):
            continue  # their words are somebody's own
        if one.step != "seen":
            latest[one.flag_id] = about or 0
            # Whoever looked before saw another version of it.
            looks.pop((latest[one.flag_id], one.cause), None)
        elif about is not None:
            looks[about, one.cause] = (one.by_whom, one.done_at)
    return looks
