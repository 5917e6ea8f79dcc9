"""Flags of courses, of silence and of what staff noted, as people see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from attachdash.practice import escalation
from attachdash.practice.escalation import Level
from attachdash.practice.flags import Decision
from attachdash.practice.rights import Role, Viewer, reach
from attachdash.practice.rules import Kind
from attachdash.store import settings, watched
from attachdash.store.engine import Cursor
from attachdash.store.flags import Stepped


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One flag that rests on no single item."""

    flag_id: int
    client_id: int
    kind: Kind
    state: str  # as of flags.Flag
    raised_at: datetime  # since when it waits for a look, or waited for the last one
    administration_id: int | None  # of the latest answer it rests on, as are the next two
    version: int | None
    answered_on: date | None
    seen_by: str | None
    seen_at: datetime | None
    decisions: tuple[Decision, ...]  # newest first
    came: Level = Level.THERAPIST
    answer_by: datetime | None = None  # for who asked to talk and isn't answered yet, in UTC
    is_late: bool = False  # that moment has passed

    @property
    def review_on(self) -> date | None:
        """The day to look again that was set with the last decision, while it stands."""
        return self.decisions[0].review_on if self.state == "acted" and self.decisions else None


def read(
    cursor: Cursor, viewer: Viewer, of_client: Sequence[Stepped] | None = None
) -> list[Watched]:
    """Those of the clients in reach that are neither over nor withdrawn, the gravest first.

    `of_client` is what was done with one client's flags, of any kind, where it was read already.
    """
    steps = watched.in_reach(cursor, reach(viewer)) if of_client is None else of_client
    live = [
        one
        for one in steps
        if one.state not in ("over", "withdrawn") and not Kind(one.kind).is_of_item
    ]
    found = [_of(list(own)) for _, own in groupby(live, key=lambda one: one.flag_id)]
    asks = of_client is None or viewer.role is Role.SUPERVISOR
    if asks and any(one.state == "open" and one.kind.rule.goes_on for one in found):
        come = escalation.levels(cursor, viewer)
        found = [replace(one, came=come.get(one.flag_id, Level.THERAPIST)) for one in found]
    if any(_waits_for_an_answer(one) for one in found):
        hours = escalation.hours_of(settings.everything(cursor, viewer.site_id))
        found = [
            _with_answer_by(viewer, one, hours) if _waits_for_an_answer(one) else one
            for one in found
        ]
    return sorted(found, key=lambda one: (one.state != "open", list(Kind).index(one.kind)))


def _with_answer_by(viewer: Viewer, one: Watched, hours: escalation.Hours) -> Watched:
    by = escalation.answered_by(one.raised_at, hours)
    return replace(one, answer_by=by, is_late=viewer.now > by)


def _waits_for_an_answer(one: Watched) -> bool:
    return one.kind is Kind.TALK and one.state in ("open", "seen")


def _of(steps: list[Stepped]) -> Watched:
    last = steps[-1]
    seen = next((one for one in reversed(steps) if one.step == "seen"), None)
    if last.state not in ("seen", "acted", "closed"):
        seen = None  # of what it was before
    return Watched(
        flag_id=last.flag_id, client_id=last.client_id, kind=Kind(last.kind), state=last.state,
        raised_at=last.raised_at, administration_id=last.administration_id, version=last.version,
        answered_on=last.answered_on, seen_by=seen.by_whom if seen else None,
        seen_at=seen.done_at if seen else None,
        decisions=tuple(
            Decision(
                words=one.said, by_whom=one.by_whom or "", done_at=one.done_at,
                review_on=one.review_on, closed=one.step == "closed",
            )
            for one in reversed(steps)
            if one.step in ("acted", "closed")
        ),
    )  # fmt: skip
