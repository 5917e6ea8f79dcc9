"""The practice itself: its settings, and who did what."""

from dataclasses import dataclass
from zoneinfo import available_timezones

import pandas as pd

from attachdash.errors import Invalid
from attachdash.practice.entrance import ALL_SIGNED_IN
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.store import audit
from attachdash.store import settings as store_settings
from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the practice says of itself."""

    practice_name: str = ""
    time_zone: str = "UTC"
    crisis_text: str = ""
    is_demo: bool = False
    data_until: str = ""  # after a restore: from when the data are, ISO in UTC


@use_case(
    roles=[*ALL_SIGNED_IN, Role.ANONYMOUS],
    about=About.NOTHING,
    audit=Audit.NONE,
    before_password=True,
)
def settings(viewer: Viewer) -> Settings:
    """The settings as they are. Also for who has yet to sign in: they may need the crisis text."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = store_settings.everything(cursor, viewer.site_id)
    return Settings(
        practice_name=known.get("practice_name", ""),
        time_zone=known.get("time_zone", "UTC"),
        crisis_text=known.get("crisis_text", ""),
        is_demo=known.get("is_demo", "") == "yes",
        data_until=known.get("data_until", ""),
    )


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def change_settings(
    viewer: Viewer, *, practice_name: str, time_zone: str, crisis_text: str
) -> None:
    """Set all three. Raises Invalid for an unknown time zone."""
    if time_zone not in available_timezones():
        raise Invalid(f"{time_zone} is no time zone; one looks like Europe/Berlin.")
    new = {
        "practice_name": practice_name.strip(),
        "time_zone": time_zone,
        "crisis_text": crisis_text.strip(),
    }

    def work(cursor: Cursor) -> list[str]:
        known = store_settings.everything(cursor, viewer.site_id)
        changed = [name for name, body in new.items() if known.get(name, "") != body]
        for name in changed:
            store_settings.put(cursor, viewer.site_id, name, new[name])
        return changed

    change(viewer, "changed settings", work, detail=lambda changed: ", ".join(changed))


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def audit_trail(viewer: Viewer, limit: int = 500) -> pd.DataFrame:
    """The latest deeds, newest first: when, who, in which role, what, whose record."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return audit.entries(cursor, viewer.site_id, limit)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.NONE)
def audit_holds(viewer: Viewer) -> str | None:
    """None where the whole chain of the audit holds; else words for the first place it doesn't."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return audit.broken_at(cursor, viewer.site_id, viewer.store.audit_key)
