"""Who looked at a client's record, by day, and who could have on a past one."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from attachdash.practice.entrance import local_date
from attachdash.practice.house import midnight, settings
from attachdash.practice.people import ADMINISTRATOR
from attachdash.practice.rights import About, Audit, Role, Viewer, reach_then, use_case
from attachdash.store import clients
from attachdash.store import looks as store
from attachdash.store.engine import Cursor, Row

DAY = timedelta(days=1)
A_YEAR = timedelta(days=365)


class How(StrEnum):
    """In which way somebody looked."""

    RECORD = "opened the record"
    LIST = "saw them in the caseload"
    COPY = "took a copy out"


# The kinds of entries that show a client's data. Those without a client showed all in reach.
KINDS = {"opened record": How.RECORD, "opened caseload": How.LIST, "exported": How.COPY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody looked, in one way on one day, by the practice's clock."""

    on: date
    name: str
    role: str
    how: How
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Could:
    """That somebody of staff could open the record: from a day on, until the one before `to_on`."""

    person_id: int
    name: str
    role: str
    from_on: date
    to_on: date | None


@use_case(roles=ADMINISTRATOR, about=About.CLIENT, audit=Audit.NONE)
def who_looked(viewer: Viewer, client_id: int, first: date, last: date) -> list[Look]:
    """Who looked at this client's data on these days, both included, the client too; latest day
    first."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return _looks(cursor, viewer, client_id, first, last)


@use_case(roles=ADMINISTRATOR, about=About.CLIENT, audit=Audit.NONE)
def who_could_have(viewer: Viewer, client_id: int, on: date) -> list[Could]:
    """Who of staff could open this record on that day, by the roles and assignments known now.

    Asked by the very rule that lets them in. Whoever was disabled then is listed too: since when
    is known, but not whether they were let in and out before.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = store.could(cursor, viewer.site_id, client_id)
        return [
            _could(row)
            for row in known
            if _reaches(cursor, viewer, int(row[0]), str(row[2]), client_id, on)
            and row[3] <= on
            and (row[4] is None or row[4] > on)
        ]


@use_case(roles=[Role.CLIENT], about=About.NOTHING, audit=Audit.NONE)
def at_mine(viewer: Viewer) -> tuple[list[Look], list[Could]]:
    """Who looked at the viewer's own data in the year up to yesterday, themself too, and who of
    staff ever could.

    Not today: a therapist's looking is no message that the client should wait for.
    """
    if viewer.client_id is None:
        return [], []
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return (
            _looks(cursor, viewer, viewer.client_id, viewer.today - A_YEAR, viewer.today - DAY),
            [_could(row) for row in store.could(cursor, viewer.site_id, viewer.client_id)],
        )


def _looks(cursor: Cursor, viewer: Viewer, client_id: int, first: date, last: date) -> list[Look]:
    zone = settings(viewer).time_zone
    found: Counter[tuple[date, str, str, How]] = Counter()
    reached: dict[tuple[int, str, date], bool] = {}
    for happened_at, actor_id, name, role, kind, about in store.looks(
        cursor, viewer.site_id, client_id, midnight(first, zone), midnight(last + DAY, zone),
        list(KINDS),
    ):  # fmt: skip
        on = local_date(happened_at, zone)
        if about is None:
            key = int(actor_id), str(role), on
            if key not in reached:
                reached[key] = _reaches(cursor, viewer, *key[:2], client_id, on)
            if not reached[key]:
                continue
        found[on, str(name), str(role), KINDS[kind]] += 1
    order = sorted(found.items(), key=lambda one: (-one[0][0].toordinal(), one[0][1:]))
    return [
        Look(on=on, name=name, role=role, how=how, times=times)
        for (on, name, role, how), times in order
    ]


def _reaches(
    cursor: Cursor, viewer: Viewer, person_id: int, role: str, client_id: int, on: date
) -> bool:
    """Whether what this person was shown as many clients at once had this one in it."""
    if role == Role.ADMINISTRATOR:
        return True  # of client data they are shown nothing but an export of the whole practice
    asked = reach_then(viewer, person_id, role, on)
    return clients.in_reach(cursor, asked, client_id) is not None


def _could(row: Row) -> Could:
    return Could(person_id=row[0], name=row[1], role=row[2], from_on=row[3], to_on=row[4])
