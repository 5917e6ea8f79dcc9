"""A client who would like to talk before the next meeting: may they ask here, and who answers when?

What was asked, on a form or on the client's own page, is one open flag until somebody says that
they saw it; it goes on early enough that somebody else can still answer in time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from attachdash.errors import Invalid, Refused
from attachdash.practice.escalation import answered_by, hours_of
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
from attachdash.practice.rules import HISTORIC_AFTER, Kind
from attachdash.store import absences, settings, watched
from attachdash.store.engine import Cursor

TALK = "talk"  # the cause: one flag a client


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a client may ask on their page now, and whether they have."""

    is_offered: bool  # the crisis text is filled and dated, and somebody treats them today
    asked_at: datetime | None  # while nobody has said that they saw it, in UTC
    by: datetime  # when somebody answers what was asked then, or is asked now, in UTC

    def is_late(self, now: datetime) -> bool:
        """Whether the time by which somebody answers has passed, and nobody has."""
        return self.asked_at is not None and now > self.by


@use_case(roles=[Role.CLIENT], about=About.NOTHING, audit=Audit.NONE)
def standing(viewer: Viewer) -> Standing:
    """How it stands for the client who asks, whatever staff have noted of them."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = settings.everything(cursor, viewer.site_id)
        asked_at = _asked_at(cursor, viewer)
        offered = _is_offered(cursor, viewer, known)
    return Standing(
        is_offered=offered,
        asked_at=asked_at,
        by=answered_by(asked_at or viewer.now, hours_of(known)),
    )


@use_case(roles=[Role.CLIENT], about=About.NOTHING, audit=Audit.CHANGE)
def ask_to_talk(viewer: Viewer) -> datetime:
    """Ask to talk before the next meeting; by when somebody answers, in UTC.

    Raises Invalid where it isn't offered, or was asked already and nobody has said that they saw
    it; Refused where the sign-in is linked to no record.
    """
    client_id = viewer.client_id
    if client_id is None:
        raise Refused(NOT_THERE)
    taken = ids(viewer)

    def work(cursor: Cursor) -> datetime:
        known = settings.everything(cursor, viewer.site_id)
        if not _is_offered(cursor, viewer, known):
            raise Invalid("That can’t be asked here just now. Please call the practice.")
        if _asked_at(cursor, viewer) is not None:
            raise Invalid("You have asked already. It is waiting for an answer.")
        raised(cursor, viewer, client_id, Kind.TALK, TALK, taken)
        return answered_by(viewer.now, hours_of(known))

    # Not told to administrators, who see no other flag of a client's own (store/audit.py).
    return change(viewer, "noted of client", work, client_id=client_id, object_kind="flag")


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def asked_on_form(viewer: Viewer, client_id: int, on: date) -> None:
    """Note that a form of that day asks to talk which holds no answer, so that it can't be kept; it
    waits as one that is kept with its answers. Raises Invalid for a day in the future."""
    if on > viewer.today:
        raise Invalid("The day lies in the future.")
    taken = ids(viewer)

    def work(cursor: Cursor) -> None:
        raised(cursor, viewer, client_id, Kind.TALK, TALK, taken, on)

    change(viewer, "noted of client", work, client_id=client_id, object_kind="flag")


def ids(viewer: Viewer) -> tuple[int, int]:
    """The ids of a flag and a step, taken before the transaction."""
    new_ids = viewer.store.engine.new_ids
    return int(new_ids("flag", 1)[0]), int(new_ids("flag_step", 1)[0])


def raised(
    cursor: Cursor, viewer: Viewer, client_id: int, kind: Kind, cause: str, taken: tuple[int, int],
    on: date | None = None,
) -> int:  # fmt: skip
    """Raise or renew what was noted of a client for a cause; the flag's id.

    One that is open waits since it was opened: more of the same is no new patience. `on` is the day
    of the form it was asked on: one older than a fortnight opens nothing.
    """
    flag_id, step_id = taken
    held = watched.noted(cursor, viewer.site_id, client_id, cause)
    is_old = on is not None and viewer.today - on > HISTORIC_AFTER
    state, raised_at = "historic" if is_old else "open", viewer.now
    if held:
        flag_id = held.flag_id
        if held.state == "open" or is_old:
            state, raised_at = held.state, held.raised_at
    more = "historic evidence" if is_old else "new evidence"
    flag = pl.DataFrame(
        [(flag_id, client_id, None, kind.value, cause, None, state, raised_at)], _FLAG, orient="row"
    )
    step = pl.DataFrame(
        [(step_id, flag_id, more if held else "raised", "")], _STEP, orient="row"
    )  # fmt: skip
    none = flag.clear()
    watched.write(
        cursor, viewer.site_id, viewer.now, raised=none if held else flag,
        renewed=flag if held else none, steps=step, by_person_id=viewer.person_id,
    )  # fmt: skip
    return flag_id


_FLAG: dict[str, pl.DataType | type[pl.DataType]] = {
    "flag_id": pl.Int64, "client_id": pl.Int64, "episode_id": pl.Int64, "kind": pl.String,
    "cause": pl.String, "administration_id": pl.Int64, "state": pl.String,
    "raised_at": pl.Datetime("us"),
}  # fmt: skip
_STEP: dict[str, pl.DataType | type[pl.DataType]] = {
    "step_id": pl.Int64, "flag_id": pl.Int64, "kind": pl.String, "words": pl.String,
}  # fmt: skip


def _asked_at(cursor: Cursor, viewer: Viewer) -> datetime | None:
    if viewer.client_id is None:
        return None
    return watched.asked_at(cursor, reach(viewer), viewer.client_id, TALK)


def _is_offered(cursor: Cursor, viewer: Viewer, known: Mapping[str, str]) -> bool:
    text = known.get("crisis_text", "").strip()
    is_filled = text and not set("[]") & set(text) and known.get("crisis_text_on")
    if not is_filled or viewer.client_id is None:
        return False
    treated = absences.treating(cursor, viewer.site_id, viewer.today, [viewer.client_id])
    return bool(treated.get(viewer.client_id))
