"""When a client sees what they answered, and what staff hold back from them for a while.

Of a measure with a risk item a client is told one scale, in words, once it was released: after
somebody who treats them has looked at it, or two weeks after it came in. Of a check-in in our own
words they are told each line but the one on feeling safe, by the same rule; neither what was
answered to that line nor what staff do about it moves any of this. Their own copy of their answers
is never touched by any of this.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from attachdash.errors import Invalid, Refused
from attachdash.instruments import SELF, Instrument, Scale, answered_as
from attachdash.practice.clients import A_DAY
from attachdash.practice.mending import checked_reason
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
)
from attachdash.store import release as store
from attachdash.store.engine import Cursor
from attachdash.store.scores import Scored

RELEASED_AFTER = timedelta(days=14)
LONGEST_HOLD = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """That a client is shown nothing of an instrument for a while."""

    hold_id: int
    instrument: Instrument
    from_at: datetime
    to_on: date  # the first day without
    reason: str
    by_whom: str
    ended_at: datetime | None  # before its day came
    ended_by: str

    def holds_on(self, today: date) -> bool:
        """Whether it is in force on that day of the practice."""
        return self.ended_at is None and today < self.to_on


def told_scales(instrument: Instrument) -> tuple[Scale, ...]:
    """The scales of a measure with a risk item that a client is told of.

    In general the one that counts most items, so that no single answer can be read from it, nor
    from the difference of two; none where every scale is a single answer, or counts nothing but
    risk items. Of an instrument in our own words each line that is no risk item.
    """
    word = answered_as(instrument, SELF)
    if word is None:
        return ()
    risk = {one.item for one in instrument.risk_items}
    found = [(_counted(instrument, scale), scale) for scale in instrument.scales_for(word)]
    if instrument.in_own_words:
        return tuple(scale for items, scale in found if not items & risk)
    widest = max(found, key=lambda one: len(one[0] - risk), default=None)
    return (widest[1],) if widest and len(widest[0] - risk) > 1 else ()


def _counted(instrument: Instrument, scale: Scale) -> set[int]:
    parts = (instrument.scale(one) for one in scale.of)
    return {*scale.items, *(item for part in parts for item in _counted(instrument, part))}


def shown(cursor: Cursor, viewer: Viewer, client_id: int, rows: Iterable[Scored]) -> list[Scored]:
    """Of a client's own scores those that they may see now, in their order."""
    catalogue = viewer.store.catalogue
    told: dict[int, set[int]] = {}
    for number, instrument in catalogue.instruments.items():
        if instrument.risk_items:
            scales = told_scales(instrument)
            told[number] = {catalogue.scale_ids[instrument.id, scale.id] for scale in scales}
    released = store.shown(
        cursor, reach(viewer), client_id, list(told), viewer.now - RELEASED_AFTER
    )

    def is_told(scale_id: int) -> bool:
        instrument, _ = catalogue.scales[scale_id]
        return scale_id in told.get(catalogue.instrument_ids[instrument.id], {scale_id})

    return [one for one in rows if one.administration_id in released and is_told(one.scale_id)]


def holds(cursor: Cursor, viewer: Viewer, client_id: int) -> list[Hold]:
    """All that staff held back from a client, newest first; nothing for the client."""
    return [
        Hold(
            hold_id=one.hold_id,
            instrument=viewer.store.catalogue.instruments[one.instrument_id],
            from_at=one.from_at,
            to_on=one.to_on,
            reason=one.reason,
            by_whom=one.by_whom or "",
            ended_at=one.ended_at,
            ended_by=one.ended_by or "",
        )
        for one in store.holds(cursor, reach(viewer), client_id)
    ]


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def hold_back(
    viewer: Viewer, client_id: int, instrument_id: str, last: date, reason: str
) -> int:  # fmt: skip
    """Show the client nothing of an instrument up to its `last` day; the number of the hold.

    It takes the place of one in force on the same instrument: so it is extended, or shortened.
    Raises Invalid: no reason, no such instrument, a last day that has passed or lies more than
    LONGEST_HOLD ahead.
    """
    reason = checked_reason(reason)
    number = viewer.store.catalogue.instrument_ids.get(instrument_id)
    if number is None:
        raise Invalid("There is no such measure.")
    if last < viewer.today:
        raise Invalid("The last day has passed: choose today or a later one.")
    if last > viewer.today + LONGEST_HOLD:
        raise Invalid(
            f"At most {LONGEST_HOLD.days} days ahead: it can be held back anew when they are over."
        )
    [hold_id] = (int(one) for one in viewer.store.engine.new_ids("hold", 1))
    row = (hold_id, client_id, number, viewer.now, last + A_DAY, reason, viewer.person_id)
    new = pl.DataFrame([row], _NEW, orient="row")

    def work(cursor: Cursor) -> None:
        for one in holds(cursor, viewer, client_id):
            if one.instrument.id == instrument_id and one.holds_on(viewer.today):
                store.end(
                    cursor, viewer.site_id, one.hold_id, viewer.today, viewer.person_id, viewer.now
                )
        store.put(cursor, viewer.site_id, new)

    change(
        viewer, "held measure back", work, object_kind="hold", object_id=hold_id,
        detail=f"{instrument_id}, until {last}",
    )  # fmt: skip
    return hold_id


_NEW: dict[str, pl.DataType | type[pl.DataType]] = {
    "hold_id": pl.Int64, "client_id": pl.Int64, "instrument_id": pl.Int32,
    "from_at": pl.Datetime("us"), "to_on": pl.Date, "reason": pl.String, "by_person_id": pl.Int64,
}  # fmt: skip


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def end_hold(viewer: Viewer, client_id: int, hold_id: int) -> None:
    """Show again what was held back, before its day. Raises Invalid where it isn't held any more,
    Refused where it is no hold of this client."""

    def work(cursor: Cursor) -> None:
        if hold_id not in {one.hold_id for one in holds(cursor, viewer, client_id)}:
            raise Refused(NOT_THERE)
        if not store.end(
            cursor, viewer.site_id, hold_id, viewer.today, viewer.person_id, viewer.now
        ):
            raise Invalid("It isn’t held back any more. Reload the page.")

    change(viewer, "ended hold", work, object_kind="hold", object_id=hold_id)
