"""The people of a loaded export: who signs in, in which roles, and who treats whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import available_timezones

import polars as pl

from attachdash.errors import Invalid
from attachdash.practice.csv_text import read
from attachdash.practice.escalation import Hours, hours_of
from attachdash.practice.exporting import COLUMNS, SETTINGS
from attachdash.practice.house import UPLOADS, checked_hours
from attachdash.practice.mail import MailSettings, settings_of, written
from attachdash.practice.people import SIGN_IN
from attachdash.practice.rights import Role, Viewer
from attachdash.store import clients, people, settings
from attachdash.store.engine import Cursor

Span = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Staff:
    """People, dated assignments and settings; nothing where the export has none."""

    people: dict[str, tuple[int, str, str, bool]]  # by sign-in: new id, name, client, disabled
    roles: list[tuple[str, Role, Span]]
    treats: list[tuple[str, int, Span]]
    supervises: list[tuple[str, str, Span]]
    settings: dict[str, str]


def read_people(viewer: Viewer, files: Mapping[str, str], ids: Mapping[str, int]) -> Staff:
    """The people of the folder: all of its three tables, or, as for a therapist's, none.

    `ids` are those of the clients by code. Raises Invalid.
    """
    names = ("people.csv", "assignments.csv", "settings.csv")
    there = [name for name in names if name in files]
    if not there:
        return Staff({}, [], [], [], {})
    if lacking := [name for name in names if name not in there]:
        raise Invalid(f"{', '.join(lacking)} is missing: load the whole folder.")
    listed, given, said = (read(name, files[name], COLUMNS[name]) for name in names)
    signs = listed["sign_in"].unique(maintain_order=True).to_list()
    new = viewer.store.engine.new_ids("person", len(signs)) if signs else []
    numbers = dict(zip(signs, (int(one) for one in new), strict=True))
    found: dict[str, tuple[int, str, str, bool]] = {}
    roles = []
    for sign_in, name, client, disabled, role, first, last in listed.iter_rows():
        if not SIGN_IN.fullmatch(sign_in) or not name or (client and client not in ids):
            raise Invalid(f"people.csv: {sign_in[:40]} can't be added as it stands there.")
        found[sign_in] = (numbers[sign_in], name, client, disabled == "yes")
        if role:
            roles.append((sign_in, _role(role), _span("people.csv", first, last)))
    treats, supervises = [], []
    for kind, who, whom, first, last in given.iter_rows():
        span = _span("assignments.csv", first, last)
        if kind == "treats" and who in found and whom in ids:
            treats.append((who, ids[whom], span))
        elif kind == "supervises" and who in found and whom in found:
            supervises.append((who, whom, span))
        else:
            raise Invalid(f"assignments.csv: {kind[:20]} {who[:40]}, {whom[:40]} isn't known.")
    return Staff(found, roles, treats, supervises, _settings(said))


def _settings(said: pl.DataFrame) -> dict[str, str]:
    known = dict(said.iter_rows())
    if (
        set(known) - {*SETTINGS, *checked_hours(Hours()), *written(MailSettings())}
        or known.get("time_zone", "UTC") not in available_timezones()
        or known.get("largest_upload", str(UPLOADS[0])) not in map(str, UPLOADS)
    ):
        raise Invalid("settings.csv has a setting that isn't known.")
    try:
        checked_hours(hours_of(known))
        written(settings_of(known))
    except ValueError as error:
        raise Invalid("settings.csv has hours or a mail server that can't be read.") from error
    return known


def _role(text: str) -> Role:
    try:
        role = Role(text)
    except ValueError:
        role = Role.ANONYMOUS
    if role is Role.ANONYMOUS:
        raise Invalid(f"people.csv: {text[:40]} is no role.")
    return role


def _span(name: str, first: str, last: str) -> Span:
    try:
        return date.fromisoformat(first), date.fromisoformat(last) if last else None
    except ValueError as error:
        raise Invalid(f"{name}: {first[:20]} to {last[:20]} can't be read as days.") from error


def put_people(cursor: Cursor, viewer: Viewer, staff: Staff) -> int:
    """Add who isn't there yet, with roles and assignments; how many people that was.

    Nobody has a password: each gets a one-time code from an administrator. Who was there before,
    such as whoever loads this, keeps the roles they have and gets the others.
    """
    site = viewer.site_id
    ids, before = {}, dict[str, int]()
    for sign_in, (new_id, name, client, disabled) in staff.people.items():
        if there := people.by_sign_in(cursor, site, sign_in):
            ids[sign_in] = before[sign_in] = int(there[0])
        else:
            people.add(cursor, site, new_id, sign_in, name)
            ids[sign_in] = new_id
            if disabled:
                people.set_disabled(cursor, site, new_id, viewer.now)
        if client:
            linked = clients.with_code(cursor, site, client)
            assert linked is not None
            clients.link_person(cursor, site, linked, ids[sign_in])
    had = people.all_roles(cursor, site)
    held = {
        sign_in: set(had.loc[had["person_id"] == number, "role"])
        for sign_in, number in before.items()
    }
    for sign_in, role, (first, last) in staff.roles:
        if role not in held.get(sign_in, ()):
            people.give_role(cursor, site, ids[sign_in], role.value, first, last)
    for sign_in, client_id, (first, last) in staff.treats:
        people.assign_client(cursor, site, ids[sign_in], client_id, first, last)
    for supervisor, therapist, (first, last) in staff.supervises:
        # Between two who were there before, the practice knows better.
        if not {supervisor, therapist} <= set(before):
            people.assign_supervisor(cursor, site, ids[supervisor], ids[therapist], first, last)
    for name, body in staff.settings.items():
        settings.put(cursor, site, name, body)
    return len(staff.people) - len(before)
