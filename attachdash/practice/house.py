"""The practice itself: its settings, and who did what."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from attachdash.errors import Invalid
from attachdash.practice.closed_days import check_worked, read, written
from attachdash.practice.entrance import ALL_SIGNED_IN, DECLINED, SECOND_FACTOR, time_zones
from attachdash.practice.escalation import Hours, hours_of
from attachdash.practice.lines import is_seen, one_line
from attachdash.practice.rights import About, Audit, Role, Viewer, Waits, change, use_case
from attachdash.practice.rules import HOURS, SOON_HOURS
from attachdash.store import audit
from attachdash.store import settings as store_settings
from attachdash.store.engine import Cursor

REQUIRED = "required"
UPLOADS = (10, 25, 50, 100, 200)  # MB
SIGN_INS = ("sign-in refused", "signed out", "tried to sign in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the practice says of itself."""

    practice_name: str = ""
    time_zone: str = "UTC"
    crisis_text: str = ""  # for clients
    crisis_text_on: str = ""  # the day it was written as it stands, ISO
    protocol: str = ""  # for staff: what to do when somebody may be in danger
    is_demo: bool = False
    data_until: str = ""  # after a restore: from when the data are, ISO in UTC
    largest_upload: int = UPLOADS[0]  # MB
    hours: Hours = field(default_factory=Hours)  # of work, and how long a flag may wait
    second_factor_declined: bool = False  # by the practice, for its administrators


@use_case(
    roles=[*ALL_SIGNED_IN, Role.ANONYMOUS],
    about=About.NOTHING,
    audit=Audit.NONE,
    waiting=Waits,
)
def settings(viewer: Viewer) -> Settings:
    """The settings as they are. Also for who has yet to sign in: they may need the crisis text."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = store_settings.everything(cursor, viewer.site_id)
    return Settings(
        practice_name=known.get("practice_name", ""),
        time_zone=known.get("time_zone", "UTC"),
        crisis_text=known.get("crisis_text", ""),
        crisis_text_on=known.get("crisis_text_on", ""),
        protocol=known.get("protocol", ""),
        is_demo=known.get("is_demo", "") == "yes",
        data_until=known.get("data_until", ""),
        largest_upload=int(known.get("largest_upload", UPLOADS[0])),
        hours=hours_of(known),
        second_factor_declined=known.get(SECOND_FACTOR) == DECLINED,
    )


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def change_settings(
    viewer: Viewer, *, practice_name: str, time_zone: str, crisis_text: str,
    largest_upload: int | None = None, hours: Hours | None = None,
    protocol: str | None = None,
) -> None:  # fmt: skip
    """Set them all; None leaves the size of uploads, one of UPLOADS, the hours, or the protocol.

    Raises Invalid for an unknown time zone, another size, hours without work in them, days closed
    without end, and a longer wait for a look than the product allows.
    """
    if largest_upload is not None and largest_upload not in UPLOADS:
        raise Invalid(f"{largest_upload} MB is no size to choose: {', '.join(map(str, UPLOADS))}.")
    if time_zone not in time_zones():
        raise Invalid(f"{time_zone} is no time zone; one looks like Europe/Berlin.")
    new = {
        "practice_name": one_line(practice_name),
        "time_zone": time_zone,
        "crisis_text": crisis_text.strip() if is_seen(crisis_text) else "",
    }
    if protocol is not None:
        new["protocol"] = protocol.strip() if is_seen(protocol) else ""
    if largest_upload is not None:
        new["largest_upload"] = str(largest_upload)
    if hours is not None:
        new |= checked_hours(hours)

    def work(cursor: Cursor) -> list[str]:
        known = store_settings.everything(cursor, viewer.site_id)
        changed = [name for name, body in new.items() if known.get(name, "") != body]
        for name in changed:
            store_settings.put(cursor, viewer.site_id, name, new[name])
        undated = new["crisis_text"] and not known.get("crisis_text_on")
        if "crisis_text" in changed or undated:
            store_settings.put(cursor, viewer.site_id, "crisis_text_on", viewer.today.isoformat())
        return changed

    change(viewer, "changed settings", work, detail=lambda changed: ", ".join(changed))


def checked_hours(hours: Hours) -> dict[str, str]:
    """The settings that say these hours. Raises Invalid as change_settings does."""
    # Kept to the minute: an hour that begins and ends in one is none, and nothing would ever go on.
    first, last = (f"{at:%H:%M}" for at in (hours.first, hours.last))
    if not hours.days or not set(hours.days) <= set(range(7)) or first >= last:
        raise Invalid("Working hours need a day, and to begin before they end.")
    if not (0 < hours.soon <= SOON_HOURS and hours.soon <= hours.later <= HOURS):
        raise Invalid(
            f"A flag may wait {SOON_HOURS} working hours at most where it goes on soonest, and "
            f"{HOURS} elsewhere: both can be shortened, not lengthened."
        )
    return {
        "work_days": ",".join(map(str, sorted(hours.days))),
        "work_from": first,
        "work_to": last,
        "escalate_soon": str(hours.soon),
        "escalate": str(hours.later),
        "closed_days": written(check_worked(read(written(hours.closed)), hours.days)),
    }


@use_case(
    roles=[Role.ADMINISTRATOR],
    about=About.NOTHING,
    audit=Audit.CHANGE,
    waiting=[Waits.NOTHING, Waits.ENROLMENT],
)
def require_second_factor(viewer: Viewer, required: bool) -> None:
    """Whether administrators of this practice must have a second factor; else they may."""
    body = REQUIRED if required else DECLINED
    change(
        viewer,
        "changed settings",
        lambda cursor: store_settings.put(cursor, viewer.site_id, SECOND_FACTOR, body),
        detail=f"second factor of administrators {body}",
    )


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def audit_trail(
    viewer: Viewer, limit: int = 100, skip: int = 0, *, kind: str | None = None,
    person_id: int | None = None, client_id: int | None = None, first: date | None = None,
    last: date | None = None, sign_ins: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Lines of the audit, newest first: when, who, in which role, what, to whom, whose record.

    `first` and `last` are days by the practice's clock, both included; `person_id` is whoever did
    it or had it done to them. `entries` says how many entries a line stands for (more than one
    only for refused sign-ins of unknown names), `all_lines` how many lines there are in all.
    """
    with viewer.store.engine.reading(viewer.scope) as cursor:
        zone = store_settings.everything(cursor, viewer.site_id).get("time_zone", "UTC")
        asked = audit.Asked(
            kind=kind,
            person_id=person_id,
            client_id=client_id,
            since=midnight(first, zone) if first else None,
            before=midnight(last + timedelta(days=1), zone) if last else None,
            without=() if sign_ins else SIGN_INS,
        )
        return audit.entries(cursor, viewer.site_id, asked, limit, skip)


def midnight(on: date, zone: str) -> datetime:
    """The moment a day begins by the practice's clock, in UTC without a zone."""
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def audit_kinds(viewer: Viewer) -> dict[str, int]:
    """How many entries the audit has of each kind."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return audit.kinds(cursor, viewer.site_id)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def audit_holds(viewer: Viewer) -> str | None:
    """None where the chain of the audit holds; else words for the first place it doesn't.

    All of it is read once a day in each process, and after that what is new: `attachdash check`
    reads all of it each time.
    """
    store, site = viewer.store, viewer.site_id
    known = store.verified.get(site)
    start = known.upto if known and known.on == viewer.today else audit.START
    with store.engine.reading(viewer.scope) as cursor:
        broken, upto = audit.broken_after(cursor, site, store.audit_key, start)
    if broken is None:
        store.verified[site] = audit.Verified(upto, viewer.today)
    return broken
