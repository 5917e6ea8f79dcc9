"""One import: what it brought, what became of it, and taking it back whole.

What no longer counts is kept with who, when and why. Only clients, episodes and people around
clients that the import made, and nothing else has come to, are removed.
"""

from dataclasses import dataclass
from datetime import date, datetime

from attachdash.errors import Invalid, Refused
from attachdash.instruments import Instrument
from attachdash.practice import clients as practice_clients
from attachdash.practice.flagging import settle_flags
from attachdash.practice.importing import IMPORTERS
from attachdash.practice.mending import MOST_FLAGS, checked_reason, day, moment, text
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
from attachdash.practice.watching import refresh, watch
from attachdash.store import answers, flags, relations, versions
from attachdash.store.engine import Cursor


class Blocked(Invalid):
    """An import can't be undone: some of its forms were put right or withdrawn since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A form of an import that no longer counts as it came in."""

    code: str
    instrument: Instrument | None  # None for an administrator, as is the day
    answered_on: date | None
    what: str  # corrected, withdrawn
    changed_at: datetime
    by_whom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One import, and what became of it."""

    batch_id: int
    file_name: str
    imported_at: datetime
    by_whom: str
    kept: int
    refused: int
    undone_at: datetime | None
    undone_by: str
    counts: int  # forms that count now
    changed: tuple[Changed, ...]  # since then; each stands in the way of undoing
    clients: int  # whose forms these are
    strangers: int  # of them, who are not the viewer's now
    goes_clients: tuple[str, ...]  # codes that undoing removes
    goes_episodes: int

    @property
    def can_be_undone(self) -> bool:
        """Whether undoing it would be let through as things are."""
        return self.undone_at is None and not self.changed and not self.strangers


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.NONE)
def batch(viewer: Viewer, batch_id: int) -> Batch:
    """One import: an administrator's any, a therapist's their own. Nothing of what was answered.

    An administrator is told whose forms changed since, never which forms or of what day.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return _batch(cursor, viewer, batch_id)


@use_case(roles=IMPORTERS, about=About.NOTHING, audit=Audit.CHANGE)
def undo_batch(viewer: Viewer, batch_id: int, reason: str) -> Batch:
    """Take a whole import back: its forms no longer count; what it made and nobody used goes.

    What it was before. Administrators undo any import, therapists their own while all its clients
    are theirs. Raises Blocked where forms of it were put right or withdrawn since, Invalid where
    it was undone already.
    """
    reason = checked_reason(reason)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        before = _batch(cursor, viewer, batch_id)
        counting = versions.live_of(cursor, viewer.site_id, batch_id)
    many = _flags_on(viewer, counting) + MOST_FLAGS
    step_ids = viewer.store.engine.new_ids("flag_step", many)
    taken = watch(viewer, before.clients + before.goes_episodes)

    def work(cursor: Cursor) -> Batch:
        found = _batch(cursor, viewer, batch_id)
        if found.strangers:
            raise Invalid(
                "Some clients of this import are not yours now. An administrator can undo it."
            )
        if found.changed:
            raise Blocked(
                "Forms of this import were corrected or withdrawn since: "
                f"{_listed(found.changed)}. Nothing was undone. Bring back what was "
                "withdrawn and set back what was corrected first."
            )
        if not versions.undone(cursor, viewer.site_id, batch_id, viewer.person_id, viewer.now):
            raise Invalid("This import was undone already.")
        gone = versions.live_of(cursor, viewer.site_id, batch_id)
        theirs = [int(row[0]) for row in versions.whose(cursor, reach(viewer), batch_id)]
        episodes, unused, people = versions.unused(cursor, viewer.site_id, batch_id)
        relations.remove(cursor, viewer.site_id, people)
        versions.replace(
            cursor, viewer.site_id, gone, viewer.person_id, viewer.now, f"Import undone: {reason}"
        )
        versions.remove(
            cursor, viewer.site_id, [int(row[0]) for row in episodes],
            [int(row[0]) for row in unused],
        )  # fmt: skip
        touched = sorted({*theirs, *(int(row[1]) for row in episodes)})
        if episodes:
            practice_clients.refile(cursor, viewer, *touched)
        answers.summarise(cursor, viewer.site_id, touched)
        settle_flags(cursor, viewer, gone, f"import undone: {reason}", step_ids)
        refresh(cursor, viewer, touched, taken)
        return found

    return change(
        viewer, "undid import", work, object_kind="batch", object_id=batch_id,
        detail=lambda done: f"{done.counts} taken back, {len(done.goes_clients)} clients and "
        f"{done.goes_episodes} episodes removed",
    )  # fmt: skip


def _batch(cursor: Cursor, viewer: Viewer, batch_id: int) -> Batch:
    """The import, where the viewer may see it. Raises Refused otherwise."""
    row = versions.batch(cursor, viewer.site_id, batch_id)
    administers = viewer.role is Role.ADMINISTRATOR
    if row is None or not (administers or row["by_person_id"] == viewer.person_id):
        raise Refused(NOT_THERE)
    whose = versions.whose(cursor, reach(viewer), batch_id)
    changed = [] if row["undone_at"] else versions.changed(cursor, viewer.site_id, batch_id)
    episodes, unused, _ = versions.unused(cursor, viewer.site_id, batch_id)
    catalogue = viewer.store.catalogue
    strangers = 0 if administers else sum(not theirs for _, theirs, _ in whose)
    return Batch(
        batch_id=batch_id,
        file_name=str(row["file_name"]),
        imported_at=moment(row["imported_at"]),
        by_whom=text(row["by_whom"]),
        kept=int(str(row["kept"])),
        refused=int(str(row["refused"])),
        undone_at=moment(row["undone_at"]) if row["undone_at"] else None,
        undone_by=text(row["undone_by"]),
        counts=len(versions.live_of(cursor, viewer.site_id, batch_id)),
        # Of clients who went to somebody else a therapist is told nothing more.
        changed=tuple(
            Changed(
                code=text(one["code"]),
                instrument=None if administers else catalogue.instrument(str(one["instrument"])),
                answered_on=None if administers else day(one["answered_on"]),
                what=str(one["what"]),
                changed_at=moment(one["changed_at"]),
                by_whom=text(one["by_whom"]),
            )
            for one in (() if strangers else changed)
        ),
        clients=len(whose),
        strangers=strangers,
        goes_clients=() if row["undone_at"] else tuple(str(code) for _, code in unused),
        goes_episodes=0 if row["undone_at"] else len(episodes),
    )


def _listed(changed: tuple[Changed, ...]) -> str:
    said = []
    for one in changed[:10]:
        which = one.code
        if one.instrument and one.answered_on:
            which += f", {one.instrument.short_name} of {one.answered_on}"
        said.append(f"{which} ({one.what} by {one.by_whom})")
    more = f" and {len(changed) - 10} more" if len(changed) > 10 else ""
    return "; ".join(said) + more


def _flags_on(viewer: Viewer, administration_ids: list[int]) -> int:
    """How many flags rest on these now."""

    def count(cursor: Cursor) -> int:
        return flags.resting_on(cursor, viewer.site_id, administration_ids).height

    # It changes nothing, but PostgreSQL wants a writing transaction for the rows it is asked about.
    return viewer.store.engine.writing(viewer.scope, count)
