"""The demo practice: invented people whose answers come in by the same path as real ones.

It is played through fortnight by fortnight, so that answers came in when they were given and
therapists looked at what was raised then.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from attachdash.errors import Invalid
from attachdash.practice import assignments, founding, house, norms, passwords, people
from attachdash.practice.demo_courses import Form, Invented, Spell, invent
from attachdash.practice.demo_decisions import decide
from attachdash.practice.demo_marks import marked
from attachdash.practice.entrance import at_terminal
from attachdash.practice.keeping import ROW, Given, Prepared, keep, prepare
from attachdash.practice.rights import Role, Viewer, change
from attachdash.practice.watching import Watch, refresh, watch
from attachdash.store import answers, clients, flags, marks, settings
from attachdash.store import people as store_people
from attachdash.store.engine import Cursor

FOLDER = Path(__file__).resolve().parents[2] / "data" / "demo"
SIGN_INS = "sign-ins.txt"
FORTNIGHT = timedelta(days=14)
FORTNIGHTS = 86
# Measures without risk items wait and come in together: that is quicker, and raises no flag late.
BATCH = 12 * FORTNIGHT
WORDS = 6


def make_demo(home: Path, now: datetime) -> Path:
    """Make the demo practice in the folder `home`, once; the file with its sign-ins.

    It is made beside its place and moved there when it is whole. Raises Invalid where the folder
    has another name than demo, or holds anything that is not the demo.
    """
    if home.name != "demo":
        raise Invalid(f"{home} is not named demo: the demo touches no other folder.")
    told = home / SIGN_INS
    if told.exists():
        return told
    foreign = f"{home} holds something that is not the demo. Move it away first."
    if home.exists() and any(home.iterdir()):
        raise Invalid(foreign)
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = Path(tempfile.mkdtemp(prefix=".demo-", dir=home.parent))
    try:
        _make(making, now)
        making.rename(home)
    except OSError as error:
        # Another process may have been faster: what it made is as good.
        if not told.exists():
            raise Invalid(f"The demo can't be made in {home}: {error.strerror}.") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return told


def _make(folder: Path, now: datetime) -> None:
    plan = yaml.safe_load((FOLDER / "practice.yaml").read_text(encoding="utf-8"))
    chief = plan["administrator"]
    began = now - FORTNIGHTS * FORTNIGHT
    store, _ = founding.found(
        folder, chief["sign_in"], chief["name"], began, practice_name=plan["name"],
        time_zone=plan["time_zone"],
    )  # fmt: skip
    try:
        admin = at_terminal(store, chief["sign_in"], began)
        house.change_settings(
            admin, practice_name=plan["name"], time_zone=plan["time_zone"],
            crisis_text=plan["crisis_text"].strip(),
        )  # fmt: skip
        # Its passwords lie in a file beside it, for anybody who looks around.
        house.require_second_factor(admin, required=False)
        change(admin, "made demo", lambda cursor: settings.put(cursor, 1, "is_demo", "yes"))
        # The leading scale of regulation has no published SD: a practice enters one.
        norms.enter_norm(
            admin, ("ders16", "total"), group="invented clients of the demo", of_whom="clients",
            mean=50, sd=13, reliability=0.92, reliability_kind="alpha",
            source="invented for the demo; alpha as published (Bjureberg 2016)",
        )  # fmt: skip
        today = at_terminal(store, chief["sign_in"], now).today
        everyone = invent(plan, store.library, today)
        roles, therapists = _people(admin, plan, everyone)
        _set_passwords(admin, folder, plan["words"], roles)
        _play(admin, everyone, therapists, {name: person_id for name, _, person_id in roles}, now)
    finally:
        store.close()


def _people(
    admin: Viewer, plan: dict[str, Any], everyone: list[Invented]
) -> tuple[list[tuple[str, Role, int]], list[int]]:
    """Everybody who signs in, with role and id; and the therapists' ids in the plan's order."""
    found = [(admin.sign_in, Role.ADMINISTRATOR, admin.person_id)]

    def add(sign_in: str, name: str, role: Role) -> int:
        person_id = people.add_person(admin, sign_in, name, [role])
        found.append((sign_in, role, person_id))
        return person_id

    therapists = {
        one["sign_in"]: add(one["sign_in"], one["name"], Role.THERAPIST)
        for one in plan["therapists"]
    }
    for one in plan["supervisors"]:
        supervisor_id = add(one["sign_in"], one["name"], Role.SUPERVISOR)
        for therapist in one["of"]:
            assignments.assign_supervisor(admin, therapists[therapist], supervisor_id, admin.today)
    for client in everyone:
        if client.sign_in:
            add(client.sign_in, client.name, Role.CLIENT)
    return found, list(therapists.values())


def _set_passwords(
    admin: Viewer, folder: Path, words: list[str], roles: list[tuple[str, Role, int]]
) -> None:
    """A random passphrase for each, written to a file that only its owner can read."""
    known = ["-".join(secrets.choice(words) for _ in range(WORDS)) for _ in roles]
    with ThreadPoolExecutor() as pool:  # bcrypt lets other threads run meanwhile
        hashes = list(pool.map(passwords.hashed, known))

    def work(cursor: Cursor) -> None:
        for (_, _, person_id), hashed in zip(roles, hashes, strict=True):
            store_people.set_password(cursor, admin.site_id, person_id, hashed, False)

    change(admin, "set demo passwords", work)
    descriptor = os.open(folder / SIGN_INS, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for (name, role, _), password in zip(roles, known, strict=True):
            file.write(f"{name:<14}{password}  ({role.value})\n")


def _fortnights(admin: Viewer, now: datetime) -> Iterator[Viewer]:
    """The administrator at the end of each fortnight; the last one ends now."""
    for number in range(1, FORTNIGHTS):
        day = admin.today + number * FORTNIGHT
        yield replace(admin, today=day, now=datetime.combine(day, time(17, 30)))
    yield replace(admin, today=admin.today + FORTNIGHTS * FORTNIGHT, now=now)


def _play(
    admin: Viewer, everyone: list[Invented], therapists: list[int], sign_ins: dict[str, int],
    now: datetime,
) -> None:  # fmt: skip
    """Let each fortnight's clients come, its therapies end and its answers come in."""
    engine = admin.store.engine
    ids = dict(
        zip((one.code for one in everyone), engine.new_ids("client", len(everyone)), strict=True)
    )
    spells = [(client, spell) for client in everyone for spell in client.spells]
    episodes = list(zip(spells, engine.new_ids("episode", len(spells)), strict=True))
    before = long_before = admin.today - timedelta(days=1)
    for viewer in _fortnights(admin, now):
        prepared = _came_in(viewer, everyone, ids, before, True)
        if viewer.now == now or viewer.today - long_before >= BATCH:
            prepared += _came_in(viewer, everyone, ids, long_before, False)
            long_before = viewer.today
        seen = _seen(viewer, everyone, therapists, ids)
        touched = sorted({key for one in prepared for key in one.given.rows["client_id"]})
        watched = watch(viewer, len(touched))

        def work(
            cursor: Cursor, viewer: Viewer = viewer, since: date = before,
            prepared: list[Prepared] = prepared, seen: Callable[[Cursor], int] = seen,
            touched: list[int] = touched, watched: Watch = watched,
        ) -> str:  # fmt: skip
            looked = seen(cursor)
            for client in everyone:
                if since < client.spells[0].started_on <= viewer.today:
                    _add(cursor, viewer, client, ids[client.code], therapists, sign_ins)
            for (client, spell), episode_id in episodes:
                if since < spell.started_on <= viewer.today:
                    clients.open_episode(
                        cursor, viewer.site_id, int(episode_id), int(ids[client.code]),
                        spell.started_on, False, "",
                    )  # fmt: skip
                if spell.last_day and since < spell.last_day <= viewer.today:
                    clients.close_span(
                        cursor, viewer.site_id, int(episode_id),
                        spell.last_day + timedelta(days=1), spell.reason,
                    )  # fmt: skip
            kept = sum(keep(cursor, viewer, one, and_sum_up=False) for one in prepared)
            if kept:
                answers.summarise(
                    cursor, viewer.site_id, touched, sum(one.scores.height for one in prepared)
                )
                refresh(cursor, viewer, touched, watched)
            return f"{kept} kept, {looked} {'flag' if looked == 1 else 'flags'} seen"

        change(viewer, "played demo", work, detail=lambda words: words)
        before = viewer.today
    last = replace(admin, now=now, today=viewer.today)
    _note(last, everyone, therapists, ids, episodes)
    decide(last, [int(one) for one in ids.values()])


def _note(
    viewer: Viewer, everyone: list[Invented], therapists: list[int], ids: dict[str, int],
    episodes: list[tuple[tuple[Invented, Spell], int]],
) -> None:  # fmt: skip
    """Phases and events, all noted today by whoever treated the client last."""
    numbers = {client.code: number for number, client in enumerate(everyone)}
    rows = [
        (
            int(ids[client.code]), int(episode_id), therapists[client.treated[-1][0]], one.kind,
            one.technique, one.from_on, one.to_on, one.words,
            "client" if one.shared else "staff",
        )
        for (client, spell), episode_id in episodes
        for one in marked(numbers[client.code], spell, viewer.today)
    ]  # fmt: skip
    names = ("client_id", "episode_id", "by_person_id", "kind", "technique", "from_on", "to_on",
             "words", "visibility")  # fmt: skip
    frame = pl.DataFrame(rows, names, orient="row", infer_schema_length=None).with_columns(
        mark_id=pl.Series(list(viewer.store.engine.new_ids("mark", len(rows))), dtype=pl.Int64),
        version=pl.lit(1),
    )

    def work(cursor: Cursor) -> int:
        marks.put(cursor, viewer.site_id, frame, viewer.person_id, viewer.now)
        return frame.height

    change(viewer, "played demo", work, detail=lambda count: f"{count} phases and events noted")


def _add(
    cursor: Cursor, viewer: Viewer, client: Invented, client_id: int, therapists: list[int],
    sign_ins: dict[str, int],
) -> None:  # fmt: skip
    site = viewer.site_id
    clients.add(cursor, site, client_id, client.code, client.name, client.born_on, "year", "en")
    for therapist, from_on, to_on in client.treated:
        store_people.assign_client(cursor, site, therapists[therapist], client_id, from_on, to_on)
    if client.sign_in:
        clients.link_person(cursor, site, client_id, sign_ins[client.sign_in])


def _came_in(
    viewer: Viewer, everyone: list[Invented], ids: dict[str, int], since: date, risky: bool
) -> list[Prepared]:
    """What came in after `since`, on instruments with risk items or on those without."""
    library = viewer.store.library
    forms: dict[str, list[tuple[int, Form]]] = {}
    for client in everyone:
        for form in client.forms:
            asks = bool(library[form.instrument_id].risk_items)
            if asks is risky and since < form.came_in_on <= viewer.today:
                forms.setdefault(form.instrument_id, []).append((ids[client.code], form))
    return [
        prepare(
            viewer,
            Given(
                instrument=library[instrument_id],
                rows=pl.DataFrame(
                    [(client_id, form.day, "") for client_id, form in rows], ROW, orient="row"
                ),
                answers=np.vstack([form.answers for _, form in rows]).astype(np.int16),
                scores={},
                channel="demo",
            ),
            and_sum_up=False,
        )
        for instrument_id, rows in forms.items()
    ]


def _seen(
    viewer: Viewer, everyone: list[Invented], therapists: list[int], ids: dict[str, int]
) -> Callable[[Cursor], int]:
    """Marks what was raised in fortnights past as seen by the therapist of that time."""
    clients_of = {ids[one.code]: one for one in everyone}
    with viewer.store.engine.reading(viewer.scope) as cursor:
        known = flags.known(cursor, viewer.site_id, [int(one) for one in clients_of])
    still = known.filter(pl.col("state") == "open").select(
        "flag_id", "client_id", "administration_id"
    ).rows()  # fmt: skip
    step_ids = list(viewer.store.engine.new_ids("flag_step", len(still))) if still else []
    looked_on = viewer.today - FORTNIGHT + timedelta(days=2)

    def mark(cursor: Cursor) -> int:
        for (flag_id, client_id, administration_id), step_id in zip(still, step_ids, strict=True):
            treated = clients_of[client_id].treated
            therapist = next(
                (one for one, _, to_on in treated if to_on is None or looked_on < to_on),
                treated[-1][0],
            )
            flags.move(
                cursor, viewer.site_id, int(step_id), flag_id, "seen", administration_id,
                therapists[therapist], datetime.combine(looked_on, time(9, 15)),
            )  # fmt: skip
        return len(still)

    return mark
