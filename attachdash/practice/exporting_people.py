"""The practice itself as rows of an export: its people, who is for whom, leave, settings."""

from typing import Any

from attachdash.practice.house import Settings
from attachdash.practice.mail import settings_of
from attachdash.practice.settings_texts import as_texts
from attachdash.store import absences, people, settings
from attachdash.store.engine import Cursor

Rows = list[tuple[object, ...]]


def rows(cursor: Cursor, site: int, known: Settings) -> dict[str, Rows]:
    """The rows of each table, by its file; nothing secret."""
    everyone = people.register(cursor, site).to_dict("records")
    names = {row["person_id"]: row["sign_in"] for row in everyone}
    roles: dict[int, Rows] = {}
    for row in people.all_roles(cursor, site).to_dict("records"):
        roles.setdefault(row["person_id"], []).append((row["role"], *_span(row)))
    nobody: Rows = [("", None, None)]
    listed: Rows = [
        (
            row["sign_in"], row["name"],
            row["client_code"] if isinstance(row["client_code"], str) else "",
            row["disabled_at"] == row["disabled_at"] and row["disabled_at"] is not None, *role,
        )
        for row in everyone
        for role in roles.get(row["person_id"], nobody)
    ]  # fmt: skip
    treats: Rows = [
        ("treats", names[row["therapist_id"]], row["client"], *_span(row))
        for row in people.all_treats(cursor, site).to_dict("records")
    ]
    supervises: Rows = [
        ("supervises", names[row["supervisor_id"]], names[row["therapist_id"]], *_span(row))
        for row in people.all_supervises(cursor, site).to_dict("records")
    ]
    away: Rows = [(names[who], *span) for who, *span in absences.everybodys(cursor, site)]
    mail = settings_of(settings.everything(cursor, site))
    return {
        "people.csv": listed,
        "assignments.csv": sorted([*treats, *supervises], key=str),
        "absences.csv": sorted(away, key=str),
        "settings.csv": list(as_texts(known, mail).items()),
    }


def _span(row: dict[Any, Any]) -> tuple[str, str | None]:
    """From and to of a frame's row, as days."""
    to_on = row["to_on"]
    return str(row["from_on"])[:10], str(to_on)[:10] if to_on == to_on and to_on else None
