"""A store with somebody in it, for tests of the web shell."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from attachdash.practice import passwords
from attachdash.practice.entrance import clock
from attachdash.practice.opening import Store, open_practice
from attachdash.store import people, sessions, settings
from attachdash.store.engine import Cursor, Scope

PASSWORD = "four quiet words here"
CODE = "ABCD-EFGH-JKMN"


def staff(home: Path, *, crisis_text: str = "Ring 112.") -> Store:
    """A store in `home`: ada (therapist, administrator) and cleo (client) with PASSWORD, and
    nora (administrator) with only CODE."""
    store = open_practice(home, create=True)
    password_hash = passwords.hashed(PASSWORD)

    def work(cursor: Cursor) -> None:
        for person_id, sign_in, name, roles in (
            (901, "ada", "Ada Brandt", ("therapist", "administrator")),
            (902, "cleo", "Cleo Dahl", ("client",)),
            (903, "nora", "Nora Ek", ("administrator",)),
        ):
            people.add(cursor, 1, person_id, sign_in, name)
            for number, role in enumerate(roles):
                people.give_role(cursor, 1, person_id, role, date(2020, 1, 1 + number), None)
            if person_id != 903:
                people.set_password(cursor, 1, person_id, password_hash, False)
        sessions.add_code(
            cursor, 1, passwords.code_hash(CODE), 903, clock() + timedelta(hours=1), clock()
        )
        settings.put(cursor, 1, "second_factor", "declined")
        if crisis_text:
            settings.put(cursor, 1, "crisis_text", crisis_text)

    store.engine.writing(Scope(), work)
    return store
