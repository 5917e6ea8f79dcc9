"""Flags as people see them: what was answered, when it came in, who has looked."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from attachdash.errors import Invalid, Refused
from attachdash.instruments import Instrument
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
from attachdash.store import flags
from attachdash.store.engine import Cursor

# Most urgent first: words of suicide before the softer prompts.
GRAVITY = {"suicide": 0, "harm_to_others": 1, "ask": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing that wants a person's eye."""

    flag_id: int
    client_id: int
    administration_id: int  # whose answer raised it last
    kind: str
    instrument: Instrument
    item: int
    topic: str
    answer: int | None  # in the item's own steps; None where it was left blank
    answered_on: date
    came_in_at: datetime
    state: str  # open, historic, seen
    seen_by: str | None
    seen_at: datetime | None

    @property
    def is_blank(self) -> bool:
        """Whether the item was left without an answer."""
        return self.kind.endswith("_blank")

    @property
    def is_risk(self) -> bool:
        """Whether it is about suicide; the others are soft prompts."""
        return self.kind.startswith("suicide")

    @property
    def urgency(self) -> tuple[int, int, int, int]:
        """To sort by: open first, then grave before soft, then answers before blanks."""
        return (
            ("open", "historic", "seen").index(self.state),
            GRAVITY[self.kind.rsplit("_", 1)[0]],
            int(self.is_blank),
            -self.answered_on.toordinal(),
        )


def read(cursor: Cursor, viewer: Viewer, client_id: int | None = None) -> list[Flag]:
    """The flags of one client in reach, or of all, most urgent first."""
    found = []
    for row in flags.in_reach(cursor, reach(viewer), client_id).to_dict("records"):
        instrument = viewer.store.catalogue.instrument(row["instrument"])
        number = int(row["cause"].split(":")[1])
        kind = row["kind"].rsplit("_", 1)[0]
        topic = next(
            (r.topic for r in instrument.risk_items if r.item == number and r.kind.value == kind),
            instrument.item(number).label,
        )
        answer = int(row["answers"][number - 1])
        found.append(
            Flag(
                flag_id=int(row["flag_id"]),
                client_id=int(row["client_id"]),
                administration_id=int(row["administration_id"]),
                kind=row["kind"],
                instrument=instrument,
                item=number,
                topic=topic,
                answer=answer if answer >= 0 else None,
                answered_on=row["answered_on"],
                came_in_at=pd.Timestamp(row["recorded_at"]).to_pydatetime(),
                state=row["state"],
                seen_by=None if pd.isna(row["seen_by"]) else row["seen_by"],
                seen_at=None
                if pd.isna(row["seen_at"])
                else pd.Timestamp(row["seen_at"]).to_pydatetime(),
            )
        )
    return sorted(found, key=lambda one: one.urgency)


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def mark_seen(viewer: Viewer, client_id: int, flag_id: int, administration_id: int) -> None:
    """Note that the therapist has looked at the answer that a flag of this client showed.

    Raises Invalid where a newer answer has come in since: nobody has looked at that one.
    """
    step_id = int(viewer.store.engine.new_ids("flag_step", 1)[0])

    def work(cursor: Cursor) -> None:
        if flags.client_of(cursor, reach(viewer), flag_id) != client_id:
            raise Refused(NOT_THERE)
        if not flags.mark_seen(cursor, viewer.site_id, flag_id, administration_id):
            raise Invalid("A newer answer came in meanwhile. Reload the page and look at it first.")
        flags.add_step(
            cursor, viewer.site_id, step_id, flag_id, "seen", viewer.person_id, viewer.now
        )

    change(viewer, "saw flag", work, client_id=client_id, object_kind="flag", object_id=flag_id)
