"""Who may do what: a table written by hand, held against what introspection finds."""

import csv
import importlib
import pkgutil
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

import attachdash.practice
from attachdash.errors import ForPeople, Refused
from attachdash.practice import (
    entrance,
    founding,
    people,
    recording,
)  # fmt: skip
from attachdash.practice.rights import USE_CASES, Role, Viewer
from attachdash.practice.rules import Kind
from attachdash.web.navigation import PAGES
from tests.access.asked import BESIDE, DECIDED, NORM, PASSWORD, arguments, viewer
from tests.access.mail import mail_done
from tests.access.second_factor import second_factor_done
from tests.practice.conftest import NOW, TODAY, House

for module in pkgutil.iter_modules(attachdash.practice.__path__):
    importlib.import_module(f"attachdash.practice.{module.name}")

with (Path(__file__).parent / "matrix.csv").open() as file:
    MATRIX = {row.pop("what"): row for row in csv.DictReader(file)}
VIEWERS = list(next(iter(MATRIX.values())))
ALWAYS = {"entrance.sign_in", "entrance.sign_out", "house.settings"}
ENROLLING = {"house.require_second_factor", "second_factor.begin", "second_factor.finish",
             "second_factor.mine"}  # fmt: skip
# What is open to somebody who was let in and must do something else first.
WHILE_WAITING = {
    "must_confirm": ALWAYS | {"second_factor.confirm"},
    "must_change": ALWAYS | {"entrance.set_password"},
    "must_enrol": ALWAYS | ENROLLING,
}


def test_the_table_names_every_use_case_and_every_page() -> None:
    pages = {f"page {entry.file.removesuffix('.py')}" for entry in PAGES}
    assert set(MATRIX) == set(USE_CASES) | pages


# What takes a Viewer or a Store and is no use-case, by what makes that right.
RIGHTS = {"rights.change", "rights.looked_at", "rights.opened", "rights.reach",
          "rights.reach_then", "rights.whole_practice"}  # fmt: skip
WHO_IS_THERE = {"entrance.anonymous", "entrance.at_terminal", "entrance.still", "entrance.today",
                "entrance.viewer_of"}  # fmt: skip
ON_THE_SERVER = {"checking.problems", "checking.seen_by", "demo_decisions.decide",
                 "founding.check_founded", "notices.send_waiting", "rescoring.otherwise",
                 "safekeeping.is_due", "safekeeping.nightly"}  # fmt: skip
# Inside a use-case, which has asked already: on its cursor, or through a Reach.
INSIDE = {
    "asking.ids", "asking.raised", "clients.one_client", "clients.read", "clients.refile",
    "courses.from_scores", "courses.lead_scale_ids", "entrance.check_present",
    "entrance.count_guess",
    "escalation.awaited", "escalation.levels", "flagging.raise_flags", "flagging.settle_flags",
    "flags.read", "held.differing", "held.held_already", "held.held_now",
    "importing.open_episodes_of", "importing.refuse_others", "importing.whose_imports",
    "judging.givens_of", "judging.held_of", "judging.instrument_of", "judging.judged",
    "judging.register_now", "keeping.keep", "keeping.laid_down", "keeping.prepare",
    "loading_answers.givens", "loading_flags.put_log", "loading_flags.read_log",
    "loading_flags.signs", "loading_people.put_people", "loading_people.read_people",
    "loading_support.put_beside", "mail.server_of", "mending.read_form", "norms.scale_of",
    "people.change_person", "people.check_holds", "planning.planned", "planning.risks_of",
    "relations.add_missing", "relations.read", "relations.read_all", "release.holds",
    "release.shown", "traces.traces", "watched.read", "watching.refresh", "watching.refresh_now",
    "watching.watch", "whom.which_unclear",
}  # fmt: skip
# They touch the instruments and what was handed to them, and nobody's data.
NOBODYS = {"planning.refuse_twice", "reading.days_read", "reading.instrument", "reading.proposal",
           "reading.questionnaires", "reading.risk_lines"}  # fmt: skip
HELPERS = RIGHTS | WHO_IS_THERE | ON_THE_SERVER | INSIDE | NOBODYS


def test_every_public_function_of_practice_that_takes_a_viewer_is_a_use_case() -> None:
    """Nothing slips past the declaration: what only helps is listed here by hand."""
    found = set()
    for name in (m.name for m in pkgutil.iter_modules(attachdash.practice.__path__)):
        module = importlib.import_module(f"attachdash.practice.{name}")
        for key, value in vars(module).items():
            if key.startswith("_") or not callable(value) or isinstance(value, type):
                continue
            if getattr(value, "__module__", "") != module.__name__:
                continue
            taken = {k: v for k, v in value.__annotations__.items() if k != "return"}
            if re.search(r"\b(Viewer|Store)\b", str(taken)):
                found.add(f"{name}.{key}")
    assert found - set(USE_CASES) == HELPERS


@pytest.mark.parametrize("who", VIEWERS)
def test_each_viewer_may_do_what_the_table_says(small: House, who: str) -> None:
    recording.record_administration(
        small.viewer("t.one"), small.clients["A"], "phq9", TODAY, [0] * 8 + [1]
    )
    flag_ids = _flag_ids(small)
    given, a = arguments(small), small.clients["A"]
    asking = viewer(small, who)
    # The entrance last: signing out or a new password ends what came before.
    order = sorted(USE_CASES, key=lambda name: name.startswith("entrance"))
    found = {}
    for name in order:
        args, kwargs = given.get(name, ()), {}
        if name == "deciding.note":
            args = (small.clients["A"], Kind.TALK)
        elif name.startswith("deciding."):
            args = (*args, *flag_ids, *DECIDED.get(name, ()))
        if name.startswith("support.") and name != "support.looked":
            args = (a, flag_ids[0], *BESIDE[name])
        if name == "entrance.switch_role":
            args = (asking.role,)
        if name == "norms.enter_norm":
            kwargs = NORM
        if name in ("marks.change_event", "marks.change_phase"):
            kwargs = {"shared": False}
        if name == "house.change_settings":
            kwargs = {"practice_name": "P", "time_zone": "UTC", "crisis_text": "Call 112."}
        found[name] = "yes" if _may(USE_CASES[name].function, asking, args, kwargs) else "no"
    for entry in PAGES:
        page = f"page {entry.file.removesuffix('.py')}"
        found[page] = "yes" if asking.role in entry.roles else "no"
    assert found == {name: row[who] for name, row in MATRIX.items()}


def test_each_use_case_is_truly_done_for_somebody(small: House, tmp_path: Path) -> None:
    """The table counts "told what is wrong" as let in; here nothing may be wrong."""
    a, e, two = small.clients["A"], small.episodes["A"], small.people["t.two"]
    one, s_two, c_a = (small.people[name] for name in ("t.one", "s.two", "c.a"))
    given, soon = arguments(small), TODAY + timedelta(days=9)
    therapist, admin = viewer(small, "therapist_a"), viewer(small, "administrator")
    done = []

    def do(name: str, asking: Viewer, *args: object, **kwargs: object) -> object:
        done.append(name)
        return USE_CASES[name].function(asking, *args, **kwargs)

    do("recording.record_administration", therapist, a, "phq9", TODAY, [0] * 8 + [1])
    for name in ("deciding.mark_seen", "deciding.act", "deciding.close"):
        do(name, therapist, a, *_flag_ids(small), *DECIDED.get(name, ()))
    do("deciding.note", therapist, a, Kind.TALK)
    do("watching.refresh_all", admin)
    do("watching.untold", therapist)
    do("escalation.unseen", admin)
    do("absences.add_absence", admin, two, TODAY, None)
    assert do("absences.absences", admin, two)
    do("absences.end_absence", admin, two, TODAY, soon)
    do("absences.add_my_absence", therapist, TODAY, soon)
    assert do("absences.my_absences", therapist)
    do("absences.end_my_absence", therapist, TODAY, TODAY)
    mail_done(do, therapist, admin, s_two)
    supervisor, flag_id = viewer(small, "supervisor_a"), _flag_ids(small)[0]
    do("support.answer", therapist, a, flag_id, *BESIDE["support.answer"])
    do("support.add_note", supervisor, a, flag_id, *BESIDE["support.add_note"])
    assert do("support.looked", therapist, a)
    assert do("supervision.agenda", supervisor)
    do("importing.preview_file", therapist, *given["importing.preview_file"])
    do("importing.preview_import", therapist, *given["importing.preview_import"])
    do("importing.import_file", therapist, *given["importing.import_file"])
    for name in ("mending.forms", "mending.correct_administration",
                 "mending.withdraw_administration", "mending.restore_administration",
                 "batches.batch", "batches.undo_batch"):  # fmt: skip
        do(name, therapist, *given[name])
    for name in ("caseload.caseload", "clients.register", "exporting.export", "importing.imports"):
        do(name, therapist)
    do("mappings.save_mapping", therapist, *given["mappings.save_mapping"])
    assert do("mappings.saved_mappings", therapist)
    do("record.client_record", therapist, a)
    for name in ("add_event", "add_phase", "change_event", "change_phase", "end_phase",
                 "take_back", "versions"):  # fmt: skip
        kwargs = {"shared": False} if name.startswith("change") else {}
        do(f"marks.{name}", therapist, *given[f"marks.{name}"], **kwargs)
    do("provenance.item_answers", therapist, *given["provenance.item_answers"])
    assert do("expected.course", therapist, *given["expected.course"])
    made = given["provenance.provenance"]
    assert do("provenance.provenance", therapist, *made)
    for name in ("relations", "add_relation", "change_relation", "end_relation"):
        do(f"relations.{name}", therapist, *given[f"relations.{name}"])
    do("record.fix_lead", therapist, *given["record.fix_lead"])
    for name in ("end_hold", "hold_back"):
        do(f"release.{name}", therapist, *given[f"release.{name}"])
    do("clients.move_episode", therapist, e, TODAY - timedelta(days=99))
    do("clients.close_episode", therapist, e, TODAY - timedelta(days=1), "done")
    do("clients.reopen_episode", therapist, e, TODAY)
    new = do("clients.add_client", therapist, "NEW")
    do("clients.open_episode", therapist, new, TODAY)
    do(
        "clients.change_client",
        therapist,
        a,
        "Client A",
        TODAY - timedelta(days=9999),
        "year",
        "de",
    )
    do("outcomes.outcomes", viewer(small, "supervisor_a"))
    do("outcomes.mean_course", viewer(small, "supervisor_a"), *given["outcomes.mean_course"])
    do("outcomes.recoveries", viewer(small, "supervisor_a"))
    assert do("record.my_progress", viewer(small, "client_a"))
    do("asking.asked_on_form", therapist, a, TODAY)
    for name in ("looks.at_mine", "asking.standing", "asking.ask_to_talk"):
        do(name, viewer(small, "client_a"))
    for name in ("looks.who_could_have", "looks.who_looked"):
        assert do(name, admin, *given[name])
    do("people.add_person", admin, *given["people.add_person"])
    for name in ("people.everyone", "people.open_sessions", "people.my_sessions"):
        assert do(name, admin), name
    do("people.give_role", admin, two, Role.SUPERVISOR, TODAY)
    do("people.end_role", admin, two, Role.SUPERVISOR, soon)
    do("assignments.assign_client", admin, a, two, TODAY)
    do("assignments.end_assignment", admin, a, two, soon)
    do("assignments.assign_supervisor", admin, one, s_two, TODAY)
    do("assignments.end_supervision", admin, one, s_two, soon)
    do("assignments.link_sign_in", admin, a, None)
    do("assignments.link_sign_in", admin, a, c_a)
    for name in ("new_code", "unlock", "end_sessions", "disable", "enable"):
        do(f"people.{name}", admin, two)
    do("house.change_settings", admin, practice_name="P", time_zone="UTC", crisis_text="Call 112.")
    assert not do("house.audit_holds", admin)
    assert len(do("house.audit_trail", admin))  # type: ignore[arg-type]
    assert do("house.audit_kinds", admin)
    do("norms.enter_norm", admin, ("ders16", "total"), **NORM)
    assert do("norms.lacking", admin)
    do("norms.take_back_norm", admin, ("ders16", "total"))
    do("norms.take_own_answers", admin)
    do("shares.take_own_shares", admin)
    do("shares.own_shares", admin)
    for name in ("back_up", "check_now", "tidy", "state", "end_restored_notice"):
        do(f"safekeeping.{name}", admin)
    do("house.settings", admin)
    nobody = viewer(small, "anonymous")
    assert do("entrance.sign_in", nobody, "t.one", PASSWORD)
    do("entrance.switch_role", therapist, therapist.role)
    do("entrance.set_password", therapist, *given["entrance.set_password"])
    do("entrance.sign_out", therapist)
    others = [row.web_session_id for row in people.open_sessions(admin)]
    others.remove(admin.web_session_id)
    do("people.end_session", admin, others[0])
    do("people.end_other_sessions", admin)
    second_factor_done(
        do, lambda: viewer(small, "therapist_b"), small.viewer("a.diallo"), two, PASSWORD
    )
    files = USE_CASES["exporting.export"].function(small.viewer("t.one"))
    other, _ = founding.found(tmp_path / "other", "a.new", "A New", NOW)
    do("loading.load", entrance.at_terminal(other, "a.new", NOW), files)
    other.close()
    assert set(done) == set(USE_CASES)


def test_what_may_be_called_returns_only_ones_own(small: House) -> None:
    """The register, the caseload, an export and an import reach no stranger's client."""
    calls = USE_CASES
    assert [c.code for c in calls["clients.register"].function(small.viewer("t.two"))] == ["B"]  # type: ignore[attr-defined]
    rows = calls["caseload.caseload"].function(small.viewer("s.one")).rows  # type: ignore[attr-defined]
    assert [row.client.code for row in rows] == ["A"]
    files = calls["exporting.export"].function(small.viewer("c.a"))
    for name in ("clients.csv", "episodes.csv", "answers.csv", "scores.csv", "rses.csv"):
        codes = {line.split(",")[0] for line in files[name].splitlines()[1:]}  # type: ignore[index]
        assert codes == {"A"}, name
    progress = calls["record.my_progress"].function(small.viewer("c.b"))
    assert progress.client.code == "B"  # type: ignore[attr-defined]
    trail = calls["house.audit_trail"].function(small.viewer("a.diallo"))
    assert isinstance(trail, pd.DataFrame)


def _may(
    function: Callable[..., object], asking: Viewer, args: tuple[object, ...], kwargs: dict
) -> bool:
    try:
        function(asking, *args, **kwargs)
    except Refused:
        return False
    except ForPeople:
        return True  # let in, and told what is wrong with the rest
    return True


def _flag_ids(small: House) -> tuple[int, int, int]:
    from attachdash.practice import flags

    mine = small.viewer("t.one")
    with small.store.engine.reading(mine.scope) as cursor:
        first = flags.read(cursor, mine)[0]
    return first.flag_id, first.administration_id, first.version
