"""Who asks, and what each use-case is called with."""

import tempfile
from datetime import timedelta
from pathlib import Path

from attachdash.instruments import Domain, RelationKind
from attachdash.intake import Mapping, read_csv
from attachdash.intake.blocks import open_stream
from attachdash.practice import (
    entrance,
    importing,
    marks,
    passwords,
    people,
    record,
    relations,
    release,
)  # fmt: skip
from attachdash.practice.mail import MailSettings
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.rules import Kind
from attachdash.practice.support import How
from attachdash.store import people as store_people
from attachdash.store.engine import Scope
from tests.practice.conftest import NOW, TODAY, House, as_asked
from tests.practice.imports import import_one

SIGN_INS = {
    "client_a": "c.a", "client_b": "c.b", "therapist_a": "t.one", "therapist_b": "t.two",
    "former": "t.former", "supervisor_a": "s.one", "supervisor_b": "s.two",
    "administrator": "a.diallo",
}  # fmt: skip
PASSWORD = "a long enough secret"


def viewer(small: House, who: str) -> Viewer:
    """That viewer as a browser brings them: by way of the session that its cookie names."""
    if who == "anonymous":
        return entrance.anonymous(small.store, "nobody", NOW)
    sign_in = SIGN_INS.get(who, "t.one")
    hashed = passwords.hashed(PASSWORD)

    def set_password(cursor: object) -> None:
        row = store_people.by_sign_in(cursor, 1, sign_in)  # type: ignore[arg-type]
        store_people.set_password(cursor, 1, int(row[0]), hashed, False)  # type: ignore[arg-type,index]

    small.store.engine.writing(Scope(), set_password)
    nobody = entrance.anonymous(small.store, who, NOW)
    assert entrance.sign_in(nobody, sign_in, PASSWORD)
    if who == "disabled":
        people.disable(small.viewer("a.diallo"), small.people["t.one"])
    later = NOW + (timedelta(minutes=16) if who == "expired" else timedelta(0))
    return entrance.viewer_of(small.store, who, later)


def arguments(small: House) -> dict[str, tuple[object, ...]]:
    """What each use-case is called with: always about client A, and people that exist."""
    a, e = small.clients["A"], small.episodes["A"]
    one, s = small.people["t.one"], small.people["s.one"]
    two = small.people["t.two"]
    table = read_csv("x.csv", f"code,date,q\nA,{TODAY},2\n".encode())
    file = Path(tempfile.mkdtemp()) / "y.csv"
    file.write_text(f"code,date,q\nA,{TODAY - timedelta(days=1)},2\n")
    stream = open_stream(file)
    mapping = Mapping(
        instrument="sise", client="code", answered_on="date", date_format="iso", items=("q",)
    )
    form, batch, around = _typed(small), _imported(small), _mother(small)
    (phase, event), held = _noted(small), _held(small)
    loss, cbt = marks.EventKind.LOSS, marks.Technique.CBT
    return {
        "batches.batch": (batch,),
        "batches.undo_batch": (batch, "Wrong file"),
        "clients.add_client": ("NEW",),
        "clients.change_client": (a, "Client A", None, None, "en"),
        "clients.close_episode": (e, TODAY, "done"),
        "clients.move_episode": (e, TODAY - timedelta(days=99)),
        "clients.open_episode": (a, TODAY),
        "clients.reopen_episode": (e, TODAY),
        "entrance.set_password": ("another long secret", "another long secret", PASSWORD),
        "entrance.sign_in": ("t.one", "wrong"),
        "entrance.switch_role": (),
        "expected.course": (a, e, ("rses", "total")),
        "asking.asked_on_form": (a, TODAY),
        "deciding.act": (a,),
        "deciding.close": (a,),
        "deciding.mark_seen": (a,),
        "deciding.note": (a, Kind.TALK),
        "house.change_settings": (),
        "house.require_second_factor": (False,),
        "importing.import_file": (stream, [mapping]),
        "importing.preview_file": (stream, [mapping]),
        "importing.preview_import": (table, mapping),
        "loading.load": ({},),
        "mail.change_mail": (MailSettings(),),
        "mail.set_address": (two, "two@practice.example"),
        "mail.set_my_address": ("one@practice.example",),
        "looks.who_could_have": (a, TODAY),
        "looks.who_looked": (a, TODAY, TODAY),
        "marks.add_event": (e, loss, TODAY, "New"),
        "marks.add_phase": (e, cbt, TODAY),
        "marks.change_event": (a, event, loss, TODAY, "Other", "Misheard"),
        "marks.change_phase": (a, phase, cbt, TODAY, None, "Other", "Misheard"),
        "marks.end_phase": (a, phase, TODAY),
        "marks.take_back": (a, event, "Never was"),
        "marks.versions": (a,),
        "mending.correct_administration": (a, form, TODAY - timedelta(days=2), [2] * 9, "Misread"),
        "mending.forms": (a,),
        "mending.restore_administration": (a, form),
        "mending.withdraw_administration": (a, form, "Twice"),
        "mappings.save_mapping": ("Clinic export", mapping),
        "norms.enter_norm": (("ders16", "total"),),
        "norms.take_back_norm": (("ders16", "total"),),
        "people.add_person": ("x.new", "X", [Role.THERAPIST]),
        "absences.absences": (two,),
        "absences.add_absence": (two, TODAY, TODAY + timedelta(days=9)),
        "absences.add_my_absence": (TODAY, TODAY + timedelta(days=9)),
        "absences.end_absence": (two, TODAY, TODAY),
        "absences.end_my_absence": (TODAY, TODAY),
        "assignments.assign_client": (a, two, TODAY),
        "assignments.assign_supervisor": (one, small.people["s.two"], TODAY),
        "people.disable": (two,),
        "people.enable": (two,),
        "assignments.end_assignment": (a, two, TODAY),
        "people.end_role": (two, Role.THERAPIST, TODAY + timedelta(days=9)),
        "people.end_session": (0,),
        "people.end_sessions": (two,),
        "assignments.end_supervision": (one, s, TODAY + timedelta(days=9)),
        "people.give_role": (two, Role.SUPERVISOR, TODAY),
        "assignments.link_sign_in": (a, small.people["c.a"]),
        "people.new_code": (two,),
        "people.unlock": (two,),
        "outcomes.mean_course": ("rses", "total"),
        "provenance.item_answers": (a, e, "phq9", "total"),
        "provenance.provenance": (a, _typed(small, "rses", 60), "total"),
        "record.client_record": (a,),
        "record.fix_lead": (e, Domain.SELF_ESTEEM, None),
        "recording.record_administration": (a, "sise", TODAY, [2]),
        "relations.add_relation": (a, RelationKind.FRIEND, "Somebody new"),
        "relations.change_relation": (a, around, "Anna"),
        "relations.end_relation": (a, around, TODAY),
        "relations.relations": (a,),
        "release.end_hold": (a, held),
        "release.hold_back": (a, "phq9", TODAY, "Bad news at home"),
        "second_factor.begin": (PASSWORD,),
        "second_factor.confirm": ("123456",),
        "second_factor.end": (PASSWORD, "123456"),
        "second_factor.finish": ("123456",),
        "second_factor.new_recovery_codes": (PASSWORD, "123456"),
        "second_factor.reset": (two,),
        "support.looked": (a,),
    }


DECIDED = {"deciding.act": ("Talked it over",), "deciding.close": ("Talked it over",)}
NORM: dict[str, object] = {
    "group": "clients", "of_whom": "clients", "mean": 50.0, "sd": 12.0, "reliability": 0.9,
    "reliability_kind": "alpha", "source": "Somebody 2020",
}  # fmt: skip
# What is said beside a flag of client A's.
BESIDE = {
    "support.answer": (*as_asked("pushed_away"), "yes", How.KNOWLEDGE),
    "support.add_note": ("Bring it on Thursday",),
}


def _typed(small: House, code: str = "phq9", days: int = 2) -> int:
    """A form of client A: one that the house begins with."""
    with small.store.engine.reading(Scope()) as cursor:
        [(found,)] = cursor.rows(
            "SELECT DISTINCT administration_id FROM administration INNER JOIN instrument "
            "ON instrument.instrument_id = administration.instrument_id "
            "WHERE client_id = $1 AND code = $3 AND answered_on = $2",
            small.clients["A"],
            TODAY - timedelta(days=days),
            code,
        )
    return int(found)


def _mother(small: House) -> int:
    """A mother of client A's, or the one that is there."""
    mine, a = small.viewer("t.one"), small.clients["A"]
    known = [one for one in relations.relations(mine, a) if one.kind is RelationKind.MOTHER]
    if known:
        return known[0].relation_id
    return relations.add_relation(mine, a, RelationKind.MOTHER)


def _noted(small: House) -> tuple[int, int]:
    """A phase and an event of client A's, or those that are there."""
    mine, e = small.viewer("t.one"), small.episodes["A"]
    now = record.client_record(mine, small.clients["A"])
    if now.phases and now.events:
        return now.phases[0].mark_id, now.events[0].mark_id
    return (
        marks.add_phase(mine, e, marks.Technique.MINDFULNESS, TODAY),
        marks.add_event(mine, e, marks.EventKind.MOVE, TODAY),
    )


def _held(small: House) -> int:
    """A hold on a measure of client A's that is in force, or a new one."""
    mine, a = small.viewer("t.one"), small.clients["A"]
    for one in record.client_record(mine, a).holds:
        if one.holds_on(TODAY):
            return one.hold_id
    return release.hold_back(mine, a, "rses", TODAY, "Not yet")


def _imported(small: House) -> int:
    """An import of therapist A's, or the one that is there."""
    mine = small.viewer("t.one")
    if (found := importing.imports(mine)).empty:
        table = read_csv("was.csv", f"code,date,q\nA,{TODAY - timedelta(days=9)},2\n".encode())
        asked = Mapping(
            instrument="sise", client="code", answered_on="date", date_format="iso", items=("q",)
        )
        return import_one(mine, table, asked).batch_id
    return int(found["batch_id"].iloc[-1])
