"""Founding a practice: an empty store, one administrator, one code that expires."""

from datetime import datetime
from pathlib import Path

from attachdash.errors import Invalid
from attachdash.practice import passwords
from attachdash.practice.entrance import time_zones, today
from attachdash.practice.lines import checked_name
from attachdash.practice.people import CODE_LASTS, SIGN_IN, Code
from attachdash.practice.rights import Role, Viewer, change
from attachdash.store import Store, open_store, people, sessions, settings
from attachdash.store.engine import Cursor, Scope


def found(
    home: Path, sign_in: str, name: str, now: datetime, *, practice_name: str = "",
    time_zone: str = "UTC", url: str | None = None,
) -> tuple[Store, Code]:  # fmt: skip
    """Start a practice in an empty folder: its open store and the administrator's one-time code.

    Raises Invalid where somebody is there already (a practice is never founded twice), and for a
    sign-in name, name or time zone that can't be.
    """
    sign_in, name = sign_in.strip().lower(), checked_name(name)
    if not SIGN_IN.fullmatch(sign_in):
        raise Invalid(
            "A sign-in name has 2 to 40 small letters, digits, dots or dashes, such as a.okafor."
        )
    if not name:
        raise Invalid("A name is needed: it stands beside what this person does.")
    if time_zone not in time_zones():
        raise Invalid(f"{time_zone} is no time zone; one looks like Europe/Berlin.")
    store = open_store(home, now, url=url, create=True)
    person_id = int(store.engine.new_ids("person", 1)[0])
    code = Code(passwords.new_code(), now + CODE_LASTS)
    founder = Viewer(
        store=store, person_id=person_id, name=name, role=Role.ADMINISTRATOR, now=now,
        today=today(store, now), session_ref="founding", at_terminal=True,
    )  # fmt: skip

    def work(cursor: Cursor) -> None:
        if not people.register(cursor, 1).empty:
            raise Invalid(f"There is a practice in {home} already. Nothing was changed.")
        settings.put(cursor, 1, "practice_name", practice_name)
        settings.put(cursor, 1, "time_zone", time_zone)
        people.add(cursor, 1, person_id, sign_in, name)
        people.give_role(cursor, 1, person_id, Role.ADMINISTRATOR.value, founder.today, None)
        sessions.add_code(
            cursor, 1, passwords.code_hash(code.code), person_id, code.expires_at, now
        )

    try:
        change(founder, "founded practice", work, object_kind="person", object_id=person_id)
    except BaseException:
        store.close()
        raise
    return store, code


def check_founded(store: Store, which: str) -> None:
    """Raise Invalid unless this open store holds what it should: "practice" or "demo"."""
    with store.engine.reading(Scope()) as cursor:
        known = settings.everything(cursor, 1)
        nobody = people.register(cursor, 1).empty
    if nobody:
        raise Invalid(
            f"The {which} in {store.home} has nobody in it yet. Start it with `attachdash init`."
        )
    if (known.get("is_demo") == "yes") is not (which == "demo"):
        raise Invalid(
            f"{store.home} should hold the {which}, but holds "
            f"{'a real practice' if which == 'demo' else 'the demo'}. Nothing was touched."
        )
