"""From a file to the right person's record, on both engines."""

from datetime import date, timedelta

import pytest

from attachdash.errors import Invalid, Refused
from attachdash.instruments import Domain
from attachdash.intake import Mapping, read_csv
from attachdash.practice import (
    assignments,
    caseload,
    checking,
    clients,
    deciding,
    exporting,
    house,
    outcomes,
    record,
    recording,
)
from attachdash.practice.rights import Role
from attachdash.store import answers
from attachdash.store.engine import Cursor, Row
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one, preview_one

PHQ9 = Mapping(
    instrument="phq9",
    client="code",
    answered_on="date",
    date_format="iso",
    items=tuple(f"q{n}" for n in range(1, 10)),
)

# How many forms were imported, and of how many clients' days.
KEPT = """
SELECT count(*), count(DISTINCT client_id * 100000 + (answered_on - DATE '2000-01-01'))
FROM administration
WHERE batch_id IS NOT NULL
"""


def phq9_file(*rows: tuple[str, date, list[object]]) -> bytes:
    lines = ["code,date," + ",".join(f"q{n}" for n in range(1, 10))]
    lines += [",".join([code, str(day), *map(str, answers)]) for code, day, answers in rows]
    return "\n".join(lines).encode()


def test_a_file_becomes_the_right_persons_record(either: House) -> None:
    day = TODAY - timedelta(days=30)
    data = phq9_file(("A", day, [1] * 9), ("B", day, [2] * 9), ("Z", day, [0] * 9))
    table = read_csv("march.csv", data)
    mine = either.viewer("t.one")
    preview = preview_one(mine, table, PHQ9)
    assert preview.rows == 1
    assert preview.refused == 2
    # Somebody else's client and nobody's: the same words.
    words = {str(one).split("expected")[1] for one in preview.problems}
    assert len(words) == 1

    done = import_one(mine, table, PHQ9)
    assert (done.kept, done.refused, done.already_held) == (1, 2, 0)
    shown = record.client_record(mine, either.clients["A"])
    values = {
        (a.answered_on, a.value)
        for c in shown.others
        if c.instrument.id == "phq9"
        for a in c.scored
    }
    assert (day, 9.0) in values
    with pytest.raises(Refused):
        record.client_record(mine, either.clients["B"])


def test_what_is_kept_and_summed_up_in_parts_is_as_if_it_were_whole(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        (code, TODAY - timedelta(days=n * 7 + 20), [n % 4] * 9)
        for n in range(11)
        for code in ("A", "B", "C", "D")
    ]
    admin = either.viewer("a.diallo")
    some = read_csv("some.csv", phq9_file(*rows[5:30:3]))
    said = {"create_clients": True, "open_episodes": True}
    assert import_one(admin, some, PHQ9, **said).kept == 9
    monkeypatch.setattr(answers, "BLOCK", 4)
    monkeypatch.setattr(answers, "SUMMED_UP", 9)
    done = import_one(admin, read_csv("all.csv", phq9_file(*rows[::-1])), PHQ9, **said)
    assert (done.kept, done.already_held) == (35, 9)

    def both(cursor: Cursor) -> list[list[Row]]:
        asked = "SELECT * FROM summary ORDER BY client_id, episode_id, scale_id"
        before = cursor.rows(asked)
        whose = sorted({int(row[1]) for row in before})
        answers.summarise(cursor, admin.site_id, whose)
        return [before, cursor.rows(asked)]

    in_parts, whole = either.store.engine.writing(admin.scope, both)
    assert in_parts == whole
    assert len(whole) >= 4
    held = either.store.engine.writing(admin.scope, lambda cursor: cursor.rows(KEPT))
    assert held == [(44, 44)]


def test_h07_the_same_file_ten_times_and_shuffled_changes_nothing(either: House) -> None:
    admin = either.viewer("a.diallo")
    rows = [("A", TODAY - timedelta(days=n * 7 + 20), [n % 4] * 9) for n in range(6)]
    table = read_csv("one.csv", phq9_file(*rows))
    assert import_one(admin, table, PHQ9).kept == 6
    before = exporting.export(either.viewer("t.one"))["phq9.csv"]
    for _ in range(10):
        assert import_one(admin, table, PHQ9).kept == 0
    shuffled = read_csv("two.csv", phq9_file(*reversed(rows)))
    again = import_one(admin, shuffled, PHQ9)
    assert (again.kept, again.already_held) == (0, 6)
    assert exporting.export(either.viewer("t.one"))["phq9.csv"] == before


def test_other_answers_for_a_held_day_are_left_as_they_are(either: House) -> None:
    admin, day = either.viewer("a.diallo"), TODAY - timedelta(days=30)
    import_one(admin, read_csv("a.csv", phq9_file(("A", day, [1] * 9))), PHQ9)
    before = exporting.export(either.viewer("t.one"))["phq9.csv"]
    table = read_csv("b.csv", phq9_file(("A", day, [3] * 9)))
    for viewer in (admin, either.viewer("t.one")):
        assert import_one(viewer, table, PHQ9).kept == 0
    assert exporting.export(either.viewer("t.one"))["phq9.csv"] == before
    with pytest.raises(Invalid, match="Other answers"):
        recording.record_administration(
            either.viewer("t.one"), either.clients["A"], "phq9", day, [2] * 9
        )


def test_new_codes_become_clients_only_on_confirmation(either: House) -> None:
    admin, day = either.viewer("a.diallo"), TODAY - timedelta(days=5)
    table = read_csv("new.csv", phq9_file(("N-1", day, [1] * 9), ("A", day, [1] * 9)))
    assert preview_one(admin, table, PHQ9).new_codes == ["N-1"]
    done = import_one(admin, table, PHQ9)
    assert (done.kept, done.created, done.refused) == (1, 0, 1)
    done = import_one(admin, table, PHQ9, create_clients=True, open_episodes=True)
    assert (done.kept, done.created, done.episodes, done.already_held) == (1, 1, 1, 1)
    new = next(one for one in clients.register(admin) if one.code == "N-1")
    assert new.episodes[0].start_is_nominal
    assert new.episodes[0].started_on == day


def test_a_birth_after_the_answer_is_refused(either: House) -> None:
    table = read_csv("old.csv", phq9_file(("A", date(1980, 1, 1), [1] * 9)))
    preview = preview_one(either.viewer("a.diallo"), table, PHQ9)
    assert preview.rows == 0
    assert "born" in str(preview.problems[0])


def test_moving_an_episode_refiles_answers_and_summary(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    assert record.client_record(mine, a).triad[Domain.SELF_ESTEEM].n == 2
    # 28 days before the start still count, one day more doesn't.
    clients.move_episode(mine, either.episodes["A"], TODAY - timedelta(days=90 - 29))
    shown = record.client_record(mine, a)
    assert shown.triad[Domain.SELF_ESTEEM].n == 1
    assert shown.without_episode == 1
    first = next(
        row for row in outcomes.outcomes(either.viewer("s.one")) if row.instrument.id == "rses"
    )
    assert (first.episodes, first.compared) == (1, 0)
    clients.move_episode(mine, either.episodes["A"], TODAY - timedelta(days=90 - 28))
    assert record.client_record(mine, a).without_episode == 0


def test_h04_a_risk_answer_is_flagged_in_the_same_transaction_whatever_the_total(
    either: House,
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    day = TODAY - timedelta(days=1)
    recording.record_administration(mine, a, "phq9", day, [0] * 8 + [1])
    [flag] = record.client_record(mine, a).flags
    assert (flag.state, flag.answer, flag.item, flag.is_blank) == ("open", 1, 9, False)
    assert caseload.caseload(mine).rows[0].open_flag == flag
    deciding.mark_seen(mine, a, flag.flag_id, flag.administration_id, flag.version)
    [seen] = record.client_record(mine, a).flags
    assert (seen.state, seen.seen_by, seen.seen_at) == ("seen", "T.ONE", NOW)
    # New evidence wants a new look.
    recording.record_administration(mine, a, "phq9", TODAY, [0] * 8 + [1])
    [again] = record.client_record(mine, a).flags
    assert again.state == "open"
    # And what went before it stays known: the answer that was seen, and the 0 of a day earlier.
    before = [(one.answered_on, one.answer, one.seen_by, one.seen_at) for one in again.before]
    assert before == [(day, 1, "T.ONE", NOW), (day - timedelta(days=1), 0, None, None)]


def test_h05_seen_means_the_answer_that_was_on_the_screen(either: House) -> None:
    """An answer that came in after the page was drawn was not looked at: it stays open."""
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY - timedelta(days=1), [0] * 8 + [1])
    [drawn] = record.client_record(mine, a).flags
    recording.record_administration(mine, a, "phq9", TODAY, [0] * 8 + [3])
    with pytest.raises(Invalid, match="newer answer"):
        deciding.mark_seen(mine, a, drawn.flag_id, drawn.administration_id, drawn.version)
    [now] = record.client_record(mine, a).flags
    assert (now.state, now.answer, now.seen_by) == ("open", 3, None)
    deciding.mark_seen(mine, a, now.flag_id, now.administration_id, now.version)
    assert record.client_record(mine, a).flags[0].state == "seen"


def test_h04_a_blank_risk_item_is_a_flag_of_its_own_and_blocks_no_total(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 8 + [-1])
    shown = record.client_record(mine, a)
    assert [(one.kind, one.answer) for one in shown.flags] == [("suicide_blank", None)]
    depression = next(one for one in shown.others if one.instrument.id == "phq9")
    assert depression.latest.value == pytest.approx(9.0)


def test_h23_old_answers_raise_historic_flags_that_are_never_first(either: House) -> None:
    admin = either.viewer("a.diallo")
    rows = [("A", TODAY - timedelta(days=15 + 7 * n), [0] * 8 + [2]) for n in range(8)]
    import_one(admin, read_csv("years.csv", phq9_file(*rows)), PHQ9)
    [flag] = record.client_record(either.viewer("t.one"), either.clients["A"]).flags
    assert (flag.state, flag.answered_on) == ("historic", TODAY - timedelta(days=15))
    assert caseload.caseload(either.viewer("t.one")).rows[0].open_flag is None
    # Each of the eight days is known, and late answers can be marked as seen too.
    assert len(flag.before) == 7
    mine = either.viewer("t.one")
    deciding.mark_seen(
        mine, either.clients["A"], flag.flag_id, flag.administration_id, flag.version
    )
    [seen] = record.client_record(mine, either.clients["A"]).flags
    assert (seen.state, seen.seen_by) == ("seen", "T.ONE")


def test_h14_a_former_colleague_sees_nothing(either: House) -> None:
    former = either.viewer("t.former")
    assert caseload.caseload(former).rows == ()
    with pytest.raises(Refused):
        record.client_record(former, either.clients["A"])
    # But did while the assignment lasted.
    then = either.viewer("t.former", NOW - timedelta(days=160))
    assert [row.client.code for row in caseload.caseload(then).rows] == ["A"]


@pytest.mark.parametrize("compared", [4, 5])
def test_outcomes_of_fewer_than_five_tell_no_mean(either: House, compared: int) -> None:
    """A mean of one is that person's score; of a few, whoever knows the others knows the last."""
    admin, mine = either.viewer("a.diallo"), either.viewer("t.one")
    start = TODAY - timedelta(days=70)
    for number in range(compared - 1):
        one = clients.add_client(admin, f"MORE-{number}")
        assignments.assign_client(admin, one, either.people["t.one"], start)
        clients.open_episode(admin, one, start)
        for day, answer in ((start, 0), (TODAY, 1 + number % 2)):
            recording.record_administration(mine, one, "rses", day, [answer] * 10)
    [rses] = [
        row for row in outcomes.outcomes(either.viewer("s.one")) if row.instrument.id == "rses"
    ]
    figures = (rses.first_mean, rses.first_sd, rses.latest_mean, rses.latest_sd)
    assert (rses.compared, rses.too_few) == (compared, compared < 5)
    assert all((one is None) is (compared < 5) for one in figures)


def test_the_whole_practice_leaves_only_at_the_terminal(either: House) -> None:
    with pytest.raises(Refused):
        exporting.export(either.viewer("a.diallo"))
    from attachdash.practice import entrance

    whole = exporting.export(entrance.at_terminal(either.store, "a.diallo", NOW))
    assert whole["rses.csv"].count("\r\n") == 5
    own = exporting.export(either.viewer("c.a"))
    assert "\r\nB," not in own["rses.csv"]
    assert "\r\nA," in own["rses.csv"]


def test_the_audit_holds_and_an_edit_is_found(either: House) -> None:
    admin = either.viewer("a.diallo")
    assert house.audit_holds(admin) is None
    either.store.engine.writing(
        admin.scope,
        lambda cursor: cursor.run("UPDATE audit SET kind = 'nothing' WHERE seq = 3"),
    )
    assert checking.problems(either.store) == ["The audit does not hold: entry 3 was changed."]
    # A page goes on from where it was; all of it is read again the next day.
    tomorrow = either.viewer("a.diallo", NOW + timedelta(days=1))
    assert house.audit_holds(tomorrow) == "entry 3 was changed"


def test_an_opening_is_one_entry_a_quarter_of_an_hour(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]

    def openings() -> int:
        trail = house.audit_trail(either.viewer("a.diallo"))
        return int((trail["kind"] == "opened record").sum())

    before = openings()
    for minutes in (0, 5, 14):
        record.client_record(either.viewer("t.one", NOW + timedelta(minutes=minutes)), a)
    assert openings() == before + 1
    record.client_record(either.viewer("t.one", NOW + timedelta(minutes=16)), a)
    assert openings() == before + 2
    assert mine.role is Role.THERAPIST


def test_a_caseload_is_opened_once_a_quarter_of_an_hour_role_and_browser(either: House) -> None:
    """It shows everybody's figures and flags: one entry, with how many clients they were of."""

    def openings() -> list[tuple[str, str, str]]:
        trail = house.audit_trail(either.viewer("a.diallo"))
        mine = trail[trail["kind"] == "opened caseload"]
        return list(zip(mine["actor"], mine["role"], mine["detail"], strict=True))

    assert openings() == []
    for minutes in (0, 5, 14):
        caseload.caseload(either.viewer("t.one", NOW + timedelta(minutes=minutes)))
    once = ("T.ONE", "therapist", "1 clients")
    assert openings() == [once]
    caseload.caseload(either.viewer("t.one", NOW + timedelta(minutes=16)))
    assert openings() == [once, once]
    caseload.caseload(either.viewer("s.one", NOW))
    assert openings()[0] == ("S.ONE", "supervisor", "1 clients")


def test_a_therapist_can_fix_another_lead_and_undo_it(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "sise", TODAY, [3])
    assert record.client_record(mine, a).triad[Domain.SELF_ESTEEM].instrument.id == "rses"
    record.fix_lead(mine, either.episodes["A"], Domain.SELF_ESTEEM, ("sise", "total"))
    assert record.client_record(mine, a).triad[Domain.SELF_ESTEEM].instrument.id == "sise"
    record.fix_lead(mine, either.episodes["A"], Domain.SELF_ESTEEM, None)
    assert record.client_record(mine, a).triad[Domain.SELF_ESTEEM].instrument.id == "rses"
    with pytest.raises(Invalid):
        record.fix_lead(mine, either.episodes["A"], Domain.SELF_ESTEEM, ("phq9", "total"))
