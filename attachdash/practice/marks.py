"""Phases and events of an episode: what the work was, and what happened meanwhile.

Staff see them all; a client only what is shared with them, and never a rupture. Nothing is
deleted: what was corrected or taken back is kept with who, when and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

import polars as pl

from attachdash.errors import Invalid, Refused
from attachdash.practice import clients
from attachdash.practice.clients import A_DAY, Episode
from attachdash.practice.lines import one_line
from attachdash.practice.mending import checked_reason, text
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
from attachdash.store import clients as store_clients
from attachdash.store import marks as store
from attachdash.store.engine import Cursor, Row

LONGEST_WORDS = 200
PHASE = "phase"
REVIEWED = "Reviewed together"  # an event whose words begin so: the review of session 6 was held


class Technique(StrEnum):
    """What a phase works with."""

    CBT = "cbt"
    PSYCHODYNAMIC = "psychodynamic"
    INTERPERSONAL = "interpersonal"
    MINDFULNESS = "mindfulness"
    OTHER = "other"  # in the therapist's words

    @property
    def label(self) -> str:
        """The technique as it is written."""
        return "CBT" if self is Technique.CBT else self.capitalize()


class EventKind(StrEnum):
    """What happened on a day."""

    RUPTURE = "rupture"  # in the alliance
    LOSS = "loss"
    MOVE = "move"
    MEDICATION = "medication"
    LIFE_EVENT = "life event"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of an episode that works with one technique; several may overlap."""

    mark_id: int
    version: int
    episode_id: int
    technique: Technique
    from_on: date
    to_on: date | None  # the first day without; None: as long as the episode goes on
    words: str
    shared: bool  # with the client

    @property
    def name(self) -> str:
        """The technique, or the therapist's own words for it."""
        return self.words if self.technique is Technique.OTHER else self.technique.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day of an episode."""

    mark_id: int
    version: int
    episode_id: int
    kind: EventKind
    on: date
    words: str
    shared: bool  # with the client

    @property
    def name(self) -> str:
        """What happened, or the therapist's own words for it."""
        return self.words if self.kind is EventKind.OTHER else self.kind.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version of a phase or event: from whom, and why it no longer holds."""

    mark: Phase | Event
    recorded_at: datetime
    recorded_by: str
    replaced_at: datetime | None
    replaced_by: str
    reason: str
    taken_back: bool  # no version came after it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """What a therapist says of a phase (technique, maybe no last day) or event (one day)."""

    kind: str
    technique: Technique | None
    first: date
    last: date | None
    words: str
    shared: bool


def from_row(row: Row) -> Phase | Event:
    """A phase or event of what the store gives."""
    mark_id, version, episode_id, kind, technique, from_on, to_on, words, visibility = row[:9]
    shared = visibility == "client"
    if kind == PHASE:
        return Phase(
            mark_id=mark_id, version=version, episode_id=episode_id,
            technique=Technique(technique), from_on=from_on, to_on=to_on, words=words,
            shared=shared,
        )  # fmt: skip
    return Event(
        mark_id=mark_id, version=version, episode_id=episode_id, kind=EventKind(kind), on=from_on,
        words=words, shared=shared,
    )  # fmt: skip


def of_episode(
    rows: Iterable[Row], episode: Episode | None
) -> tuple[tuple[Phase, ...], tuple[Event, ...]]:
    """The phases and events of one episode, oldest first; of what the store gives, in its order."""
    found = [from_row(row) for row in rows if episode and row[2] == episode.episode_id]
    return (
        tuple(one for one in found if isinstance(one, Phase)),
        tuple(one for one in found if isinstance(one, Event)),
    )


def is_review(event: Event) -> bool:
    """Whether this event is that client and therapist looked back together."""
    return event.words.lower().startswith(REVIEWED.lower())


@use_case(roles=[Role.THERAPIST, Role.SUPERVISOR], about=About.CLIENT, audit=Audit.OPENING)
def versions(viewer: Viewer, client_id: int) -> list[Kept]:
    """Every version of every phase and event of a client; what was noted last comes first."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        rows = store.versions(cursor, reach(viewer), client_id)
    found = []
    for _, own in groupby(rows, lambda row: row[0]):
        for place, row in enumerate(own):
            recorded_at, recorded_by, replaced_at, replaced_by, reason = row[9:]
            found.append(
                Kept(
                    mark=from_row(row), recorded_at=recorded_at, recorded_by=text(recorded_by),
                    replaced_at=replaced_at, replaced_by=text(replaced_by), reason=text(reason),
                    taken_back=place == 0 and replaced_at is not None,
                )
            )  # fmt: skip
    return found


@use_case(roles=[Role.THERAPIST], about=About.EPISODE, audit=Audit.CHANGE)
def add_phase(
    viewer: Viewer, episode_id: int, technique: Technique, first: date, last: date | None = None,
    words: str = "", *, shared: bool = False,
) -> int:  # fmt: skip
    """Note a phase from its first day to its last, or open; its id.

    Raises Invalid: a day outside the episode or still to come, other without words, too many
    words, or noted already.
    """
    return _add(viewer, episode_id, _phase(technique, first, last, words, shared=shared))


@use_case(roles=[Role.THERAPIST], about=About.EPISODE, audit=Audit.CHANGE)
def add_event(
    viewer: Viewer, episode_id: int, kind: EventKind, on: date, words: str = "", *,
    shared: bool = False,
) -> int:  # fmt: skip
    """Note an event; its id. Raises Invalid as add_phase does, and for a rupture that is shared."""
    return _add(viewer, episode_id, _event(kind, on, words, shared=shared))


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def change_phase(
    viewer: Viewer, client_id: int, mark_id: int, technique: Technique, first: date,
    last: date | None, words: str, reason: str, *, shared: bool, version: int | None = None,
) -> None:  # fmt: skip
    """Put a phase right: a new version holds from now on, the one before is kept.

    `version` is the one that was looked at. Raises Invalid as add_phase does; also without a
    reason, where nothing is different, and where it changed meanwhile.
    """
    new = _phase(technique, first, last, words, shared=shared)
    _change(viewer, client_id, mark_id, new, reason, version)


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def change_event(
    viewer: Viewer, client_id: int, mark_id: int, kind: EventKind, on: date, words: str,
    reason: str, *, shared: bool, version: int | None = None,
) -> None:  # fmt: skip
    """Put an event right, as change_phase does a phase."""
    _change(viewer, client_id, mark_id, _event(kind, on, words, shared=shared), reason, version)


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def end_phase(viewer: Viewer, client_id: int, mark_id: int, last: date) -> None:
    """Say which day was a phase's last. Raises Invalid: ended already, or no day of it."""

    def work(cursor: Cursor) -> None:
        old = _live(cursor, viewer, client_id, mark_id)
        if not isinstance(old, Phase):
            raise Refused(NOT_THERE)
        if old.to_on is not None:
            raise Invalid(
                f"This phase ended already, after {old.to_on - A_DAY}. Correct its days instead."
            )
        _renew(cursor, viewer, client_id, old, replace(_noted(old), last=last), "Ended")

    change(viewer, "ended phase", work, object_kind="mark", object_id=mark_id)


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def take_back(viewer: Viewer, client_id: int, mark_id: int, reason: str) -> None:
    """A phase or event that never was: it is kept, marked, and shown to nobody but staff."""
    reason = checked_reason(reason)

    def work(cursor: Cursor) -> None:
        old = _live(cursor, viewer, client_id, mark_id)
        _replace(cursor, viewer, client_id, old, reason)

    change(viewer, "took back phase or event", work, object_kind="mark", object_id=mark_id)


def check_sharing(kind: str, *, shared: bool) -> None:
    """Raise Invalid where this kind of event is never the client's to see."""
    if shared and kind == EventKind.RUPTURE:
        raise Invalid("A rupture stays with staff: leave sharing off, or note it as another event.")


def _phase(
    technique: Technique, first: date, last: date | None, words: str, *, shared: bool
) -> _Noted:  # fmt: skip
    words = _checked(words)
    if technique is Technique.OTHER and not words:
        raise Invalid("Say in your own words what this phase works with.")
    return _Noted(
        kind=PHASE, technique=technique, first=first, last=last, words=words, shared=shared
    )


def _event(kind: EventKind, on: date, words: str, *, shared: bool) -> _Noted:
    words = _checked(words)
    if kind is EventKind.OTHER and not words:
        raise Invalid("Say in a few words what happened.")
    check_sharing(kind, shared=shared)
    return _Noted(kind=kind.value, technique=None, first=on, last=on, words=words, shared=shared)


def _checked(words: str) -> str:
    words = one_line(words)
    if len(words) > LONGEST_WORDS or not words.isprintable():
        raise Invalid(f"The words have at most {LONGEST_WORDS} letters, on one line.")
    return words


def _noted(mark: Phase | Event) -> _Noted:
    if isinstance(mark, Event):
        return _Noted(
            kind=mark.kind.value, technique=None, first=mark.on, last=mark.on, words=mark.words,
            shared=mark.shared,
        )  # fmt: skip
    return _Noted(
        kind=PHASE, technique=mark.technique, first=mark.from_on,
        last=mark.to_on - A_DAY if mark.to_on else None, words=mark.words, shared=mark.shared,
    )  # fmt: skip


def _add(viewer: Viewer, episode_id: int, new: _Noted) -> int:
    mark_id = int(viewer.store.engine.new_ids("mark", 1)[0])

    def work(cursor: Cursor) -> int:
        client_id = store_clients.client_of_episode(cursor, reach(viewer), episode_id)
        assert client_id is not None  # the use-case asked in this transaction
        rows = store.of_clients(cursor, reach(viewer), client_id)
        if any(row[2] == episode_id and _noted(from_row(row)) == new for row in rows):
            raise Invalid("This is noted already.")
        _put(cursor, viewer, client_id, episode_id, mark_id, 1, new)
        return mark_id

    what = "added phase" if new.kind == PHASE else "added event"
    return change(viewer, what, work, object_kind="mark", object_id=mark_id)


def _change(
    viewer: Viewer, client_id: int, mark_id: int, new: _Noted, reason: str, version: int | None
) -> None:
    reason = checked_reason(reason)

    def work(cursor: Cursor) -> None:
        old = _live(cursor, viewer, client_id, mark_id)
        if isinstance(old, Phase) is not (new.kind == PHASE):
            raise Refused(NOT_THERE)
        if version not in (None, old.version):
            raise Invalid("It changed meanwhile. Reload the page.")
        if new == _noted(old):
            raise Invalid("Nothing is different from what is noted.")
        _renew(cursor, viewer, client_id, old, new, reason)

    what = "changed phase" if new.kind == PHASE else "changed event"
    change(viewer, what, work, object_kind="mark", object_id=mark_id)


def _live(cursor: Cursor, viewer: Viewer, client_id: int, mark_id: int) -> Phase | Event:
    for row in store.of_clients(cursor, reach(viewer), client_id):
        if row[0] == mark_id:
            return from_row(row)
    raise Refused(NOT_THERE)


def _renew(
    cursor: Cursor, viewer: Viewer, client_id: int, old: Phase | Event, new: _Noted, reason: str
) -> None:
    _replace(cursor, viewer, client_id, old, reason)
    _put(cursor, viewer, client_id, old.episode_id, old.mark_id, old.version + 1, new)


def _replace(
    cursor: Cursor, viewer: Viewer, client_id: int, old: Phase | Event, reason: str
) -> None:  # fmt: skip
    done = store.replace(
        cursor, viewer.site_id, client_id, old.mark_id, old.version, viewer.person_id, viewer.now,
        reason,
    )  # fmt: skip
    if not done:
        raise Invalid("It changed meanwhile. Reload the page.")


def _put(
    cursor: Cursor, viewer: Viewer, client_id: int, episode_id: int, mark_id: int, version: int,
    new: _Noted,
) -> None:  # fmt: skip
    [client] = clients.read(cursor, viewer, client_id)
    _check_days(viewer, next(e for e in client.episodes if e.episode_id == episode_id), new)
    row = {
        "mark_id": mark_id, "version": version, "client_id": client_id, "episode_id": episode_id,
        "kind": new.kind, "technique": new.technique.value if new.technique else None,
        "from_on": new.first, "to_on": new.last + A_DAY if new.last else None,
        "words": new.words, "visibility": "client" if new.shared else "staff",
    }  # fmt: skip
    frame = pl.DataFrame([row], schema_overrides={"technique": pl.String, "to_on": pl.Date})
    store.put(cursor, viewer.site_id, frame, viewer.person_id, viewer.now)


def _check_days(viewer: Viewer, episode: Episode, new: _Noted) -> None:
    last, ended = new.last, episode.ended_on
    if new.first > viewer.today:
        raise Invalid("That day is still to come: note it once it is there.")
    if last and last > viewer.today:
        raise Invalid("The last day is still to come: leave it open, and end the phase then.")
    if last and last < new.first:
        raise Invalid("The last day lies before the first: check both.")
    if new.first < episode.started_on:
        raise Invalid(
            f"The episode began on {episode.started_on}: take that day or a later one, or correct "
            "the day it began under Clients."
        )
    if ended is None:
        return
    if (last or new.first) >= ended:
        raise Invalid(f"The episode's last day was {ended - A_DAY}: take that day or an earlier.")
    if last is None:
        raise Invalid(f"The episode ended on {ended - A_DAY}: say the phase's last day.")
