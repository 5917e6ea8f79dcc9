"""What an import lets each role see, and what it does to codes, episodes and held answers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attachdash.errors import Invalid
from attachdash.intake import ProblemKind, read_csv
from attachdash.practice import (
    assignments,
    clients,
    entrance,
    founding,
    house,
    importing,
    recording,
)
from attachdash.practice.importing import preview_import
from attachdash.practice.keeping import Prepared, prepare
from attachdash.practice.planning import MOST_RISKS
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_one_path import PHQ9, phq9_file

DAY = TODAY - timedelta(days=30)


def test_an_administrator_cannot_tell_which_answers_are_held(either: House) -> None:
    """Neither preview nor result differs between the answers held and any others."""
    admin = either.viewer("a.diallo")
    held = read_csv("held.csv", phq9_file(("A", DAY, [1] * 9)))
    other = read_csv("other.csv", phq9_file(("A", DAY, [2] * 9)))
    import_one(admin, held, PHQ9)
    seen = []
    for table in (held, other):
        shown = preview_import(admin, table, PHQ9)
        done = import_one(admin, table, PHQ9)
        seen.append(
            (shown.rows, shown.already_held, shown.refused, shown.problems, done.kept,
             done.already_held, done.refused)
        )  # fmt: skip
    assert seen[0] == seen[1] == (1, 1, 0, (), 0, 1, 0)


def test_a_therapist_is_told_that_other_answers_are_held(either: House) -> None:
    mine = either.viewer("t.one")
    import_one(mine, read_csv("held.csv", phq9_file(("A", DAY, [1] * 9))), PHQ9)
    other = read_csv("other.csv", phq9_file(("A", DAY, [2] * 9)))
    shown = preview_import(mine, other, PHQ9)
    assert [one.kind for one in shown.problems] == [ProblemKind.CONFLICT]
    assert (shown.rows, shown.already_held, shown.refused) == (0, 0, 1)
    assert import_one(mine, other, PHQ9).refused == 1


def test_looking_over_a_file_is_written_down_once_a_quarter_of_an_hour(either: House) -> None:
    table = read_csv("one.csv", phq9_file(("A", DAY, [1] * 9)))
    another = read_csv("two.csv", phq9_file(("A", DAY, [2] * 9)))

    def looked() -> list[str]:
        trail = house.audit_trail(either.viewer("a.diallo"))
        return list(trail.loc[trail["kind"] == "looked over a file", "detail"])

    for minutes in (0, 5, 14):
        preview_import(either.viewer("a.diallo", NOW + timedelta(minutes=minutes)), table, PHQ9)
    assert looked() == [f"1 row, file {table.sha256[:12]}"]
    preview_import(either.viewer("a.diallo"), another, PHQ9)
    preview_import(either.viewer("t.one"), table, PHQ9)
    preview_import(either.viewer("a.diallo", NOW + timedelta(minutes=16)), table, PHQ9)
    assert len(looked()) == 4
    assert "one.csv" not in "".join(looked())


def test_the_same_file_of_somebody_else_is_not_told(either: House) -> None:
    table = read_csv("both.csv", phq9_file(("A", DAY, [1] * 9), ("B", DAY, [1] * 9)))
    import_one(either.viewer("t.one"), table, PHQ9)
    assert preview_import(either.viewer("t.two"), table, PHQ9).same_file_at is None
    assert preview_import(either.viewer("t.one"), table, PHQ9).same_file_at == NOW
    assert preview_import(either.viewer("a.diallo"), table, PHQ9).same_file_at == NOW


def codes_of(house: House) -> list[str]:
    return [one.code for one in clients.register(house.viewer("a.diallo"))]


def test_a_code_in_other_capitals_is_refused_with_its_cure_and_blocks_nobody(
    either: House,
) -> None:
    table = read_csv("a.csv", phq9_file(("a", DAY, [1] * 9), ("A", DAY, [1] * 9)))
    for viewer in (either.viewer("a.diallo"), either.viewer("t.one")):
        shown = preview_import(viewer, table, PHQ9)
        assert (shown.new_codes, shown.rows, shown.refused) == ((), 1, 1)
        [problem] = shown.problems
        assert (problem.kind, problem.row) == (ProblemKind.CLIENT_CODE, 2)
        assert "Write it as A." in problem.cure
    done = import_one(either.viewer("a.diallo"), table, PHQ9, create_clients=True)
    assert (done.kept, done.refused, done.created) == (1, 1, 0)
    assert codes_of(either) == ["A", "B"]


def test_a_strangers_code_in_other_capitals_says_no_more_than_nobodys(either: House) -> None:
    table = read_csv("b.csv", phq9_file(("b", DAY, [1] * 9), ("zz", DAY, [1] * 9)))
    strangers, nobodys = preview_import(either.viewer("t.one"), table, PHQ9).problems
    assert (strangers.expected, strangers.cure) == (nobodys.expected, nobodys.cure)


def test_two_spellings_of_a_new_code_never_become_two_clients(either: House) -> None:
    admin = either.viewer("a.diallo")
    table = read_csv("new.csv", phq9_file(("NEW1", DAY, [1] * 9), ("new1", DAY, [2] * 9)))
    shown = preview_import(admin, table, PHQ9)
    assert (shown.new_codes, shown.refused) == (("NEW1",), 1)
    assert "NEW1" in str(shown.problems[0])
    done = import_one(admin, table, PHQ9, create_clients=True)
    assert (done.created, done.kept, done.refused) == (1, 1, 1)
    assert codes_of(either) == ["A", "B", "NEW1"]


@pytest.mark.parametrize("rows", [None, 1], ids=["whole", "in blocks"])
def test_a_code_and_what_a_spreadsheet_makes_of_it_never_become_two_clients(
    either: House, rows: int | None
) -> None:
    """Nor one: whose the second is, is for a person to say."""
    admin = either.viewer("a.diallo")
    forms = [("12.0", DAY, [1] * 9), ("7", DAY, [1] * 9), ("12", DAY, [2] * 9),
             ("7.00", DAY, [3] * 9), ("7.1", DAY, [1] * 9)]  # fmt: skip
    table = read_csv("floats.csv", phq9_file(*forms))
    shown = preview_import(admin, table, PHQ9, block_rows=rows)
    assert (shown.new_codes, shown.refused) == (("12.0", "7", "7.1"), 2)
    assert [(one.row, one.value) for one in shown.problems] == [(4, "12"), (5, "7.00")]
    assert "the file also has 12.0" in shown.problems[0].expected
    assert "Write it as 7;" in shown.problems[1].cure
    done = import_one(admin, table, PHQ9, create_clients=True, block_rows=rows)
    assert (done.created, done.kept, done.refused) == (3, 3, 2)
    # Against the register too, for whoever treats them.
    [seven] = [one for one in clients.register(admin) if one.code == "7"]
    assignments.assign_client(admin, seven.client_id, either.people["t.one"], TODAY)
    later = read_csv("later.csv", phq9_file(("7.0", DAY, [2] * 9), ("007", DAY, [2] * 9)))
    for viewer in (admin, either.viewer("t.one")):
        shown = preview_import(viewer, later, PHQ9, block_rows=rows)
        assert (shown.new_codes, shown.refused) == ((), 2)
        assert {one.cure for one in shown.problems} == {"Write it as 7."}


@pytest.mark.parametrize("rows", [None, 1], ids=["whole", "in blocks"])
def test_nobody_but_an_administrator_creates_clients_by_a_file(
    either: House, rows: int | None
) -> None:
    """Whatever is asked for: a therapist's unknown codes are refused, and no episode opens."""
    before, mine = clients.register(either.viewer("a.diallo")), either.viewer("t.one")
    forms = [("NEW", DAY, [1] * 9), ("B", DAY, [1] * 9), ("A", DAY, [1] * 9)]
    said = {"create_clients": True, "open_episodes": True, "block_rows": rows}
    done = import_one(mine, read_csv("new.csv", phq9_file(*forms)), PHQ9, **said)
    assert (done.created, done.episodes, done.kept, done.refused) == (0, 0, 1, 2)
    assert clients.register(either.viewer("a.diallo")) == before


@pytest.mark.parametrize("code", ["x@y#1", "n+1", "a_b!", "(1)", "☃"])
def test_what_cannot_be_typed_as_a_code_cannot_be_imported_as_one(small: House, code: str) -> None:
    with pytest.raises(Invalid):
        clients.check_code(code)
    table = read_csv("odd.csv", phq9_file((code, DAY, [1] * 9)))
    shown = preview_import(small.viewer("a.diallo"), table, PHQ9)
    assert (shown.new_codes, shown.refused) == ((), 1)
    assert shown.problems[0].kind is ProblemKind.CLIENT_CODE


@pytest.mark.parametrize("code", ["NA", "n/a", "Null", "none"])
def test_what_says_that_there_is_no_code_joins_no_strangers(small: House, code: str) -> None:
    admin = small.viewer("a.diallo")
    with pytest.raises(Invalid, match="give the person another"):
        clients.add_client(admin, code)
    rows = [(code, DAY, [1] * 9), (code, DAY - timedelta(days=7), [3] * 9), ("A", DAY, [1] * 9)]
    table = read_csv("odd.csv", phq9_file(*rows))
    shown = preview_import(admin, table, PHQ9)
    assert (shown.new_codes, shown.refused, shown.rows) == ((), 2, 1)
    assert {one.row for one in shown.problems} == {2, 3}
    assert all("give the person another" in one.cure for one in shown.problems)
    done = import_one(admin, table, PHQ9, create_clients=True)
    assert (done.kept, done.refused, done.created) == (1, 2, 0)


def test_a_file_of_wrong_rows_alone_keeps_nothing_where_nobody_is_known(tmp_path: Path) -> None:
    store, _ = founding.found(tmp_path / "empty", "l.admin", "Lena Admin", NOW)
    try:
        admin = entrance.at_terminal(store, "l.admin", NOW)
        table = read_csv("odd.csv", phq9_file(("N", DAY, ["x"] * 9)))
        assert preview_import(admin, table, PHQ9).refused == 1
        done = import_one(admin, table, PHQ9, create_clients=True, open_episodes=True)
        assert (done.kept, done.refused, done.created) == (0, 1, 0)
    finally:
        store.close()


def unfiled(house: House, *codes: str) -> None:
    """Clients who have answers of two days but no episode."""
    admin = house.viewer("a.diallo")
    rows = [(one, DAY - timedelta(days=days), [1] * 9) for one in codes for days in (200, 0)]
    import_one(admin, read_csv("old.csv", phq9_file(*rows)), PHQ9, create_clients=True)


def test_an_episode_opens_on_the_first_answer_also_where_it_is_held_already(
    either: House,
) -> None:
    admin = either.viewer("a.diallo")
    unfiled(either, "N")
    newer = read_csv("newer.csv", phq9_file(("N", TODAY - timedelta(days=1), [2] * 9)))
    import_one(admin, newer, PHQ9, open_episodes=True)
    [client] = (one for one in clients.register(admin) if one.code == "N")
    assert client.episodes[0].started_on == DAY - timedelta(days=200)
    filed = _rows(either, "SELECT episode_id FROM administration WHERE client_id = $1", client)
    assert filed == [(client.episodes[0].episode_id,)] * 3


def _rows(house: House, sql: str, client: clients.Client) -> list[tuple[Any, ...]]:
    engine, scope = house.store.engine, house.viewer("a.diallo").scope
    with engine.reading(scope) as cursor:
        return [tuple(row) for row in cursor.rows(sql, client.client_id)]


def test_opening_many_episodes_files_all_their_answers_in_one_piece(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [f"N{number}" for number in range(8)]
    unfiled(small, *codes)
    statements: list[str] = []
    engine = small.store.engine
    writing = engine.writing

    def counted(scope: Any, work: Callable[[Any], Any]) -> Any:
        def watched(cursor: Any) -> Any:
            run, rows, arrow = cursor.run, cursor.rows, cursor.arrow
            for name, call in (("run", run), ("rows", rows), ("arrow", arrow)):

                def note(sql: str, *given: object, call: Any = call) -> Any:
                    if statements[-1:] != [sql]:  # one way of asking may go on to another
                        statements.append(sql)
                    return call(sql, *given)

                monkeypatch.setattr(cursor, name, note, raising=False)
            return work(cursor)

        return writing(scope, watched)

    monkeypatch.setattr(engine, "writing", counted)
    rows = [(code, TODAY, [1] * 9) for code in codes]
    done = import_one(
        small.viewer("a.diallo"), read_csv("n.csv", phq9_file(*rows)), PHQ9, open_episodes=True
    )
    assert done.episodes == 8
    assert len([one for one in statements if one.startswith("\nUPDATE administration")]) == 1
    assert len([one for one in statements if one.startswith("DELETE FROM summary")]) == 2


def test_answers_that_came_in_meanwhile_are_compared_again(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the keeping somebody else typed other answers for the same day."""
    mine, judge = either.viewer("t.one"), importing.planned

    def late(*given: Any, **said: Any) -> Any:
        found = judge(*given, **said)
        recording.record_administration(mine, either.clients["A"], "phq9", DAY, [3] * 9)
        recording.record_administration(
            mine, either.clients["A"], "phq9", DAY - timedelta(days=7), [1] * 9
        )
        return found

    monkeypatch.setattr(importing, "planned", late)
    days = (DAY, DAY - timedelta(days=7), DAY - timedelta(days=14))
    table = read_csv("late.csv", phq9_file(*[("A", day, [1] * 9) for day in days]))
    done = import_one(mine, table, PHQ9)
    assert (done.kept, done.already_held, done.refused) == (1, 1, 1)


def test_a_preview_counts_what_can_be_kept_now_and_what_with_new_clients(small: House) -> None:
    admin = small.viewer("a.diallo")
    import_one(admin, read_csv("held.csv", phq9_file(("B", DAY, [1] * 9))), PHQ9)
    rows = [("A", DAY, [1] * 9), ("B", DAY, [1] * 9), ("N", DAY - timedelta(days=1), [1] * 9),
            ("N", TODAY, [1] * 9)]  # fmt: skip
    shown = preview_import(admin, read_csv("some.csv", phq9_file(*rows)), PHQ9)
    assert (shown.ready, shown.new_rows, shown.already_held, shown.rows) == (1, 2, 1, 4)
    assert shown.known_codes == ("A", "B")
    assert shown.period == (DAY - timedelta(days=1), TODAY)


def test_a_preview_names_rows_with_a_risk_answer_or_none(small: House) -> None:
    mine = small.viewer("t.one")
    held = ("A", DAY, [0] * 8 + [3])
    import_one(mine, read_csv("held.csv", phq9_file(held)), PHQ9)
    rows = [
        held,
        ("A", TODAY - timedelta(days=15), [0] * 8 + [1]),
        ("A", TODAY - timedelta(days=14), [1] * 8 + [""]),
        ("A", TODAY, [0] * 8 + [2]),
        ("A", TODAY - timedelta(days=3), [3] * 8 + [0]),
        ("B", TODAY, [0] * 8 + [2]),
    ]
    shown = preview_import(mine, read_csv("risk.csv", phq9_file(*rows)), PHQ9)
    # Newest first; what is held, refused or no risk is not among them.
    told = [(one.row, one.item, one.is_blank, one.is_historic) for one in shown.risks]
    assert told == [(5, 9, False, False), (4, 9, True, False), (3, 9, False, True)]
    assert MOST_RISKS == 10
    many = [("A", TODAY - timedelta(days=n), [0] * 8 + [1]) for n in range(3, 20)]
    shown = preview_import(mine, read_csv("many.csv", phq9_file(*many)), PHQ9)
    assert (len(shown.risks), shown.risk_count) == (10, 17)


def test_a_code_that_a_spreadsheet_took_the_zeros_of_never_becomes_another_client(
    small: House,
) -> None:
    admin = small.viewer("a.diallo")
    import_one(
        admin, read_csv("a.csv", phq9_file(("007", DAY, [1] * 9))), PHQ9, create_clients=True
    )
    table = read_csv("b.csv", phq9_file(("7", TODAY, [1] * 9)))
    [problem] = preview_import(admin, table, PHQ9).problems
    assert (problem.kind, problem.cure) == (ProblemKind.CLIENT_CODE, "Write it as 007.")
    assert import_one(admin, table, PHQ9, create_clients=True).created == 0


def test_who_loses_a_client_while_a_file_is_worked_on_keeps_nothing_of_it(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, admin = small.viewer("t.one"), small.viewer("a.diallo")
    table = read_csv("late.csv", phq9_file(("A", DAY, [1] * 9)))

    def meanwhile(*given: Any, **said: Any) -> Prepared:
        assignments.end_assignment(admin, small.clients["A"], small.people["t.one"], mine.today)
        return prepare(*given, **said)

    monkeypatch.setattr(importing, "prepare", meanwhile)
    before = len(exported(small))
    with pytest.raises(Invalid, match="Check it again"):
        import_one(mine, table, PHQ9)
    assert len(exported(small)) == before


def exported(house: House) -> list[object]:
    """Every version of every form."""
    with house.store.engine.reading(house.viewer("a.diallo").scope) as cursor:
        return list(cursor.rows("SELECT administration_id, version FROM administration"))
