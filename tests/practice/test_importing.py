"""What an import lets each role see, and what it does to codes, episodes and held answers."""

from datetime import timedelta

from attachdash.intake import ProblemKind, read_csv
from attachdash.practice import house
from attachdash.practice.importing import import_file, preview_import
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_one_path import PHQ9, phq9_file

DAY = TODAY - timedelta(days=30)


def test_an_administrator_cannot_tell_which_answers_are_held(either: House) -> None:
    """Neither preview nor result differs between the answers held and any others."""
    admin = either.viewer("a.diallo")
    held = read_csv("held.csv", phq9_file(("A", DAY, [1] * 9)))
    other = read_csv("other.csv", phq9_file(("A", DAY, [2] * 9)))
    import_file(admin, held, PHQ9)
    seen = []
    for table in (held, other):
        shown = preview_import(admin, table, PHQ9)
        done = import_file(admin, table, PHQ9)
        seen.append(
            (shown.rows, shown.already_held, shown.refused, shown.problems, done.kept,
             done.already_held, done.refused)
        )  # fmt: skip
    assert seen[0] == seen[1] == (1, 1, 0, (), 0, 1, 0)


def test_a_therapist_is_told_that_other_answers_are_held(either: House) -> None:
    mine = either.viewer("t.one")
    import_file(mine, read_csv("held.csv", phq9_file(("A", DAY, [1] * 9))), PHQ9)
    other = read_csv("other.csv", phq9_file(("A", DAY, [2] * 9)))
    shown = preview_import(mine, other, PHQ9)
    assert [one.kind for one in shown.problems] == [ProblemKind.CONFLICT]
    assert (shown.rows, shown.already_held, shown.refused) == (0, 0, 1)
    assert import_file(mine, other, PHQ9).refused == 1


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
    import_file(either.viewer("t.one"), table, PHQ9)
    assert preview_import(either.viewer("t.two"), table, PHQ9).same_file_at is None
    assert preview_import(either.viewer("t.one"), table, PHQ9).same_file_at == NOW
    assert preview_import(either.viewer("a.diallo"), table, PHQ9).same_file_at == NOW
