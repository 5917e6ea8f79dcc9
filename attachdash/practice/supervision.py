"""The supervision agenda: every flag that isn't closed, what was done about it, what came since.

For a supervisor those of the clients whom their therapists treat now, sorted by what is open and
never by therapist; a therapist sees what stands there about their own clients.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from attachdash.change.course import Course
from attachdash.practice.caseload import Row, caseload
from attachdash.practice.clients import Client
from attachdash.practice.flags import Decision, Flag
from attachdash.practice.rights import About, Audit, Role, Viewer, opened, reach, use_case
from attachdash.practice.rules import Kind
from attachdash.practice.support import Given, Note, given_of, note_of, now_held, since, tool_of
from attachdash.practice.telling import Told
from attachdash.practice.watched import Watched
from attachdash.store import flags as store_flags
from attachdash.store import support as store
from attachdash.store.engine import Cursor
from attachdash.support import content

# The same form by the same person about the same one.
SAME = ("client_id", "instrument", "informant_id", "about_id")


class Group(StrEnum):
    """Where an item stands, in the order of the agenda."""

    NOT_SEEN = "Not seen yet"
    NO_DECISION = "Seen, no decision yet"
    DUE = "Due for another look"
    RUNNING = "Decided, running"
    LATE = "Older than 14 days when they came in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What came after a decision, or after the flag where there is none."""

    item: tuple[int | None, date] | None  # the item's latest answer since, None left blank
    primary: tuple[Course, float, float, date] | None  # value then, value now, its day


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One flag on the agenda."""

    flag: Flag | Watched
    reason: str  # in a sentence; empty where it is one item's answer
    client: Client
    therapists: tuple[str, ...]
    days: int  # since it stands
    answered: int  # questions of its tool, of `asked`
    asked: int
    since: Since
    notes: tuple[Note, ...]
    group: Group

    @property
    def decision(self) -> Decision | None:
        """What was decided about it as it stands; nothing that was about an earlier answer."""
        return self.flag.decisions[0] if self.flag.state == "acted" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The items in their order: by group, then as urgent as the flags are, the oldest first."""

    items: tuple[Item, ...]
    clients: int
    as_of: datetime


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.NOTHING, audit=Audit.OPENING)
def agenda(viewer: Viewer) -> Agenda:
    """What is to be spoken of: every flag in reach that isn't closed."""
    found = caseload(viewer)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        decided = store.decided(cursor, reach(viewer))
        given = tuple(map(given_of, store.looks(cursor, reach(viewer))))
        noted = store.notes(cursor, reach(viewer))
        later = _later(cursor, viewer)
    items = []
    for row in found.rows:
        both: tuple[Flag | Watched, ...] = (*row.flags, *row.others)
        for flag in both:
            if flag.state != "closed":
                notes = tuple(
                    note_of(one) for one in noted
                    if one.flag_id == flag.flag_id
                    or (one.flag_id is None and one.client_id == flag.client_id)
                )  # fmt: skip
                items.append(
                    _item(viewer, row, flag, decided.get(flag.flag_id), given, notes, later)
                )
    opened(viewer, "opened agenda", f"{len(items)} items")
    order, kinds = list(Group), list(Kind)
    return Agenda(
        items=tuple(
            sorted(
                items,
                key=lambda one: (
                    order.index(one.group),
                    kinds.index(Kind(one.flag.kind)),
                    -one.days,
                ),
            )
        ),
        clients=len(found.rows),
        as_of=viewer.now,
    )


def _item(
    viewer: Viewer, row: Row, flag: Flag | Watched, decided: store.Decided | None,
    given: tuple[Given, ...], notes: tuple[Note, ...], later: dict[int, list[tuple[int, date]]],
) -> Item:  # fmt: skip
    begun = since(flag)
    if decided is not None and isinstance(flag, Flag):
        last = Decision(
            words=decided.said, by_whom=decided.by_whom or "", done_at=decided.done_at,
            review_on=decided.review_on, closed=decided.kind == "closed",
        )  # fmt: skip
        flag = replace(flag, decisions=(last,))
    tool = tool_of(flag.kind)
    asked = {*tool.asks, *(content().steps if isinstance(flag, Flag) and flag.is_risk else ())}
    held = now_held(given, flag.flag_id, begun)
    moment = flag.decisions[0].done_at if flag.state == "acted" else begun
    return Item(
        flag=flag,
        reason="" if isinstance(flag, Flag) else _reason(row, flag),
        client=row.client,
        therapists=row.therapists,
        days=(viewer.now - begun).days,
        answered=len(asked & set(held)),
        asked=len(asked),
        since=Since(
            item=_item_since(later.get(flag.flag_id, [])),
            primary=_primary_since(row.primary, moment.date()),
        ),
        notes=notes,
        group=_group(flag, viewer.today),
    )


def _reason(row: Row, flag: Watched) -> str:
    """On what it rests, in the sentence of the primary scale or of its rule."""
    if flag.kind in (Kind.RED, Kind.AMBER, Kind.NOT_MOVING) and row.primary:
        return row.primary.off_the_course or f"{flag.kind.rule.threshold}."
    return f"{flag.kind.rule.threshold}."


def _group(flag: Flag | Watched, today: date) -> Group:
    if flag.state == "open":
        return Group.NOT_SEEN
    if flag.state == "historic":
        return Group.LATE
    if flag.state != "acted":
        return Group.NO_DECISION
    due = flag.review_on
    return Group.DUE if due is not None and due <= today else Group.RUNNING


def _later(cursor: Cursor, viewer: Viewer) -> dict[int, list[tuple[int, date]]]:
    """Of each flag about an item, what the same person answered to it after, oldest first."""
    rows = store_flags.in_reach(cursor, reach(viewer)).to_dict("records")
    if not rows:
        return {}
    forms = store_flags.left(
        cursor, viewer.site_id, sorted({int(row["client_id"]) for row in rows}),
        sorted({str(row["instrument"]) for row in rows}),
    )  # fmt: skip
    own: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in forms.iter_rows(named=True):
        own.setdefault(tuple(one[key] for key in SAME), []).append(one)
    found: dict[int, list[tuple[int, date]]] = {}
    for row in rows:
        place = int(str(row["cause"]).split(":")[1]) - 1
        moment = row["answered_on"], row["administration_id"]
        found[int(row["flag_id"])] = [
            (int(one["answers"][place]), one["answered_on"])
            for one in own.get(tuple(row[key] for key in SAME), [])
            if (one["answered_on"], one["administration_id"]) > moment
        ]
    return found


def _item_since(later: list[tuple[int, date]]) -> tuple[int | None, date] | None:
    if not later:
        return None
    answer, on = later[-1]
    return (answer if answer >= 0 else None), on


def _primary_since(told: Told | None, on: date) -> tuple[Course, float, float, date] | None:
    """The primary scale's value at the last answer up to a day, and at the latest one after it."""
    if told is None:
        return None
    before = [one for one in told.course.scored if one.answered_on <= on]
    after = [one for one in told.course.scored if one.answered_on > on]
    if not before or not after:
        return None
    then, now = before[-1].value, after[-1].value
    assert then is not None  # they are scored
    assert now is not None
    return told.course, then, now, after[-1].answered_on
