"""Who is told of a flag that nobody has seen: its therapist, then the supervisor, then a number.

`level` is a pure function of when the flag was opened, who is there for whom, and the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from attachdash.practice.closed_days import Closed, is_closed, read
from attachdash.practice.people import all_spans
from attachdash.practice.rights import About, Audit, Role, Viewer, use_case
from attachdash.practice.rules import HOURS, RULES, SOON_HOURS, SOONEST, Kind
from attachdash.store import absences, flags, people, settings
from attachdash.store.engine import Cursor

# Clocks of two machines differ by seconds; by more, one of them was set.
SKEW = timedelta(minutes=5)
KINDS = [rule.kind.value for rule in RULES if rule.goes_on]


class Level(IntEnum):
    """Whom a flag that nobody has seen has come to; each includes those before it."""

    THERAPIST = 0
    SUPERVISOR = 1
    ADMINISTRATOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When the practice works, by its own clock, and how long a flag may wait."""

    zone: str = "UTC"
    days: tuple[int, ...] = (0, 1, 2, 3, 4)  # Monday is 0
    first: time = time(9)
    last: time = time(17)
    soon: int = SOON_HOURS
    later: int = HOURS
    closed: Closed = ()  # public holidays and the like


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A flag that nobody has seen."""

    client_id: int
    raised_at: datetime  # since when, in UTC
    soon: bool  # one of the answers that go on soonest
    asked: bool = False  # the client asked, and was told by when somebody answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who answers for whom today, and who is there: not disabled, not away, still in the role."""

    treats: Mapping[int, set[int]]  # therapists of each client
    supervises: Mapping[int, set[int]]  # supervisors of each therapist
    therapists: set[int]  # who are there, as are the supervisors
    supervisors: set[int]


class Awaited(NamedTuple):
    """Somebody for whom a flag waits, since when, and as whom."""

    person_id: int
    flag_id: int
    raised_at: datetime
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What an administrator is told: numbers, never whose."""

    flags: int
    without_therapist: int  # of them, of clients whom nobody treats today


def worked(since: datetime, now: datetime, hours: Hours) -> timedelta:
    """How long the practice has worked between two moments in UTC; nothing where it ran back."""
    zone, total = ZoneInfo(hours.zone), timedelta(0)
    day = _local(since, zone).date()
    while day <= _local(now, zone).date():
        if day.weekday() in hours.days and not is_closed(hours.closed, day):
            opened, shut = (
                _utc(datetime.combine(day, at, zone)) for at in (hours.first, hours.last)
            )
            total += max(min(now, shut) - max(since, opened), timedelta(0))
        day += timedelta(days=1)
    return total


def answered_by(asked_at: datetime, hours: Hours) -> datetime:
    """The moment by which somebody answers who was asked for something then, both in UTC: when the
    practice has worked for as many hours as a flag may wait."""
    zone, left = ZoneInfo(hours.zone), timedelta(hours=hours.later)
    day = _local(asked_at, zone).date()
    while True:
        shut = _utc(datetime.combine(day, hours.last, zone))
        today = worked(max(asked_at, _utc(datetime.combine(day, hours.first, zone))), shut, hours)
        if today >= left:
            return shut - (today - left)
        left, day = left - today, day + timedelta(days=1)


def level(flag: Waiting, staff: Staff, hours: Hours, now: datetime) -> Level:
    """Whom the flag has come to by now.

    To the supervisor after its working hours (after half of them where the client was told when
    somebody answers, so that it can still be in time), at once where no therapist is there;
    to the administrator after as many again, at once where no supervisor is there either. A flag
    that was opened later than now waited nobody knows how long: the clock was set back.
    """
    treating = staff.treats.get(flag.client_id, set())
    theirs = {one for therapist in treating for one in staff.supervises.get(therapist, set())}
    patience = timedelta(hours=hours.soon if flag.soon else hours.later)
    if flag.asked:
        patience /= 2
    first = patience if treating & staff.therapists else timedelta(0)
    set_back = flag.raised_at > now + SKEW
    waited = first + patience if set_back else worked(flag.raised_at, now, hours)
    if waited < first:
        return Level.THERAPIST
    if waited >= first + patience or not theirs & staff.supervisors:
        return Level.ADMINISTRATOR
    return Level.SUPERVISOR


def levels(cursor: Cursor, viewer: Viewer) -> dict[int, Level]:
    """Whom each flag of the practice that nobody has seen, and that goes on, has come to now."""
    waiting = _waiting(cursor, viewer)
    if not waiting:
        return {}
    staff, hours = (
        _staff(cursor, viewer, waiting),
        hours_of(settings.everything(cursor, viewer.site_id)),
    )
    return {flag_id: level(one, staff, hours, viewer.now) for flag_id, one in waiting.items()}


def awaited(cursor: Cursor, viewer: Viewer) -> list[Awaited]:
    """For whom each flag of the practice that nobody has seen waits now.

    They are those who are there of all whom it has come to. Where no administrator is there it
    waits for all of them: beyond them it goes to nobody.
    """
    waiting = _waiting(cursor, viewer)
    if not waiting:
        return []
    staff = _staff(cursor, viewer, waiting)
    hours = hours_of(settings.everything(cursor, viewer.site_id))
    spans = all_spans(people.administrators(cursor, viewer.site_id), "role", "person_id")
    administrators = absences.there(cursor, viewer.site_id, viewer.today, Role.ADMINISTRATOR) or {
        span.id for span in spans if span.holds(viewer.today)
    }
    found = []
    for flag_id, flag in waiting.items():
        treating = staff.treats.get(flag.client_id, set())
        theirs = {one for who in treating for one in staff.supervises.get(who, set())}
        whom = (treating & staff.therapists, theirs & staff.supervisors, administrators)
        upto = level(flag, staff, hours, viewer.now)
        found += [
            Awaited(person_id, flag_id, flag.raised_at, at)
            for at in Level
            if at <= upto
            for person_id in sorted(whom[at])
        ]
    return found


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def unseen(viewer: Viewer) -> Unseen:
    """How many flags have come to the administrator: nobody has seen them, and others should have.

    Numbers alone, so that a missing assignment or supervisor is found.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        waiting, come = _waiting(cursor, viewer), levels(cursor, viewer)
        mine = [waiting[one] for one, at in come.items() if at is Level.ADMINISTRATOR]
        staff = _staff(cursor, viewer, waiting)
    return Unseen(
        flags=len(mine),
        without_therapist=sum(not staff.treats.get(one.client_id) for one in mine),
    )


def hours_of(known: Mapping[str, str]) -> Hours:
    """The working hours that the practice's settings say."""
    given = Hours()
    days = known.get("work_days", "")
    return Hours(
        zone=known.get("time_zone", "UTC"),
        days=tuple(int(one) for one in days.split(",")) if days else given.days,
        first=time.fromisoformat(known.get("work_from", f"{given.first:%H:%M}")),
        last=time.fromisoformat(known.get("work_to", f"{given.last:%H:%M}")),
        soon=int(known.get("escalate_soon", given.soon)),
        later=int(known.get("escalate", given.later)),
        closed=read(known.get("closed_days", "")),
    )


def _waiting(cursor: Cursor, viewer: Viewer) -> dict[int, Waiting]:
    return {
        one.flag_id: Waiting(
            client_id=one.client_id,
            raised_at=one.raised_at,
            soon=_is_soon(one),
            asked=one.kind == Kind.TALK,
        )
        for one in flags.unseen(cursor, viewer.site_id, KINDS)
    }


def _staff(cursor: Cursor, viewer: Viewer, waiting: Mapping[int, Waiting]) -> Staff:
    site, on = viewer.site_id, viewer.today
    whose = sorted({one.client_id for one in waiting.values()})
    return Staff(
        treats=absences.treating(cursor, site, on, whose),
        supervises=absences.supervising(cursor, site, on),
        therapists=absences.there(cursor, site, on, Role.THERAPIST),
        supervisors=absences.there(cursor, site, on, Role.SUPERVISOR),
    )


def _is_soon(flag: flags.Unseen) -> bool:
    if flag.kind != Kind.SUICIDE or flag.answers is None:
        return False
    instrument, item = flag.cause.split(":")[:2]
    least = SOONEST.get((instrument, int(item)))
    return least is not None and flag.answers[int(item) - 1] >= least


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
