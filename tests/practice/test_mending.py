"""Mistakes taken back: a whole import, or one form put right, withdrawn, brought back."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from attachdash.errors import ForPeople, Invalid, Refused
from attachdash.intake import Mapping, Table, read_csv
from attachdash.practice import (
    batches,
    checking,
    deciding,
    exporting,
    flags,
    mending,
    record,
    recording,
)
from attachdash.practice.rights import Viewer
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_one_path import PHQ9, phq9_file

DAY = TODAY - timedelta(days=30)
LATER = NOW + timedelta(hours=1)
READY = Mapping(
    instrument="phq9", client="code", answered_on="date", date_format="iso",
    scores={"total": "sum"},
)  # fmt: skip


def file(*rows: tuple[str, date, list[Any]]) -> Table:
    return read_csv("some.csv", phq9_file(*rows))


def everything(house: House) -> list[dict[str, str]]:
    """All that is given back, to each therapist: the bytes that must not change."""
    return [exporting.export(house.viewer(one)) for one in ("t.one", "t.two", "c.a", "c.b")]


def state(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """What figures, flags and the register rest on, whatever the ids."""
    with house.store.engine.reading(house.viewer("a.diallo").scope) as cursor:
        return {
            name: cursor.rows(sql)
            for name, sql in {
                "summary": "SELECT * FROM summary ORDER BY episode_id, scale_id",
                "score": "SELECT * FROM score ORDER BY administration_id, scale_id",
                "flag": "SELECT flag_id, client_id, episode_id, administration_id, state "
                "FROM flag WHERE state <> 'withdrawn' ORDER BY flag_id",
                "client": "SELECT * FROM client ORDER BY client_id",
                "episode": "SELECT * FROM episode ORDER BY episode_id",
                "span": "SELECT * FROM episode_span ORDER BY episode_id",
                "live": "SELECT administration_id, episode_id, answered_on, answers "
                "FROM administration WHERE replaced_at IS NULL ORDER BY administration_id",
            }.items()
        }


def rows(house: House, sql: str, *given: object) -> list[tuple[Any, ...]]:
    with house.store.engine.reading(house.viewer("a.diallo").scope) as cursor:
        return cursor.rows(sql, *given)


def flags_of(house: House, code: str = "A", who: str = "t.one") -> list[flags.Flag]:
    return list(record.client_record(house.viewer(who, LATER), house.clients[code]).flags)


def sound(house: House) -> bool:
    return not any(checking.problems(house.store))


def newest(viewer: Viewer, client_id: int, instrument: str = "phq9") -> mending.Form:
    found = mending.forms(viewer, client_id).forms
    return next(one for one in found if one.instrument.id == instrument)


def test_ready_scores_are_kept_when_withdrawn_and_come_back_as_they_were(either: House) -> None:
    mine = either.viewer("t.one")
    table = read_csv("ready.csv", f"code,date,sum\nA,{DAY},17\n".encode())
    import_one(mine, table, READY)
    given = everything(either)
    form = next(f for f in mending.forms(mine, either.clients["A"]).forms if not f.last.answers)
    mending.withdraw_administration(mine, form.client_id, form.administration_id, "Not hers")
    assert everything(either) != given
    mending.restore_administration(mine, form.client_id, form.administration_id)
    assert everything(either) == given
    assert sound(either)


def test_a_correction_counts_from_then_on_and_the_old_version_is_kept(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    form = newest(mine, a)
    moved = TODAY - timedelta(days=3)
    mending.correct_administration(
        mine, a, form.administration_id, moved, [2] * 8 + [0], "A page was misread"
    )
    now = newest(mine, a)
    assert now.administration_id == form.administration_id
    assert [(one.version, one.answered_on, one.answers) for one in now.versions] == [
        (2, moved, (2,) * 8 + (0,)), (1, TODAY - timedelta(days=2), (1,) * 8 + (0,)),
    ]  # fmt: skip
    old = now.versions[1]
    assert (old.reason, old.replaced_by, old.replaced_at) == ("A page was misread", "T.ONE", NOW)
    shown = record.client_record(mine, a)
    answers = [
        (one.answered_on, one.value)
        for course in shown.others if course.instrument.id == "phq9"
        for one in course.scored
    ]  # fmt: skip
    assert answers == [(moved, 16.0)]
    [(latest_on, latest, n)] = rows(
        either,
        "SELECT latest_on, latest, n FROM summary INNER JOIN scale ON scale.scale_id = "
        "summary.scale_id INNER JOIN instrument ON instrument.instrument_id = "
        "scale.instrument_id WHERE instrument.code = 'phq9' AND client_id = $1",
        a,
    )
    assert (latest_on, latest, n) == (moved, 16.0, 1)
    assert f"A,{moved},,,,,,,2,2" in exporting.export(mine)["phq9.csv"].replace("no", "")
    assert sound(either)


def test_a_correction_is_refused_in_words(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    form = newest(mine, a)
    fine, day = [2] * 9, form.last.answered_on
    recording.record_administration(mine, a, "phq9", DAY, [3] * 9)
    form = next(f for f in mending.forms(mine, a).forms if f.administration_id ==
                form.administration_id)  # fmt: skip
    before = state(either)
    for answered_on, answers, reason, words in (
        (day, fine, " ", "why"),
        (day, fine, "x" * 301, "300"),
        (day, [-1] * 9, "Why", "Nothing is answered"),
        (day, [4] * 9, "Why", "outside|range|0 to 3"),
        (day, [2] * 8, "Why", "9"),
        (day, [99999] * 9, "Why", "range"),
        (TODAY + timedelta(days=1), fine, "Why", "future"),
        (date(1980, 1, 1), fine, "Why", "born"),
        (day, list(form.last.answers or ()), "Why", "Nothing is different"),
        # Another form holds that day.
        (DAY, fine, "Why", "Other answers"),
    ):
        with pytest.raises(Invalid, match=words):
            mending.correct_administration(
                mine, a, form.administration_id, answered_on, answers, reason
            )
    # Not this client's, and nobody's.
    for administration_id in (newest(either.viewer("t.two"), either.clients["B"])
                              .administration_id, 12345678):  # fmt: skip
        with pytest.raises(Refused):
            mending.correct_administration(mine, a, administration_id, day, fine, "Why")
        with pytest.raises(Refused):
            mending.withdraw_administration(mine, a, administration_id, "Why")
    with pytest.raises(Invalid, match="meanwhile"):
        mending.correct_administration(mine, a, form.administration_id, day, fine, "Why", version=2)
    assert state(either) == before


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (3, 0, []),  # the answer was misread: withdrawn
        (2, 3, ["open"]),  # nobody saw the right answer yet
        (2, 2, ["seen"]),  # another item was misread
        (0, 1, ["open"]),
        (-1, 0, []),
    ],
)
def test_h04_a_corrected_risk_answer_takes_its_flag_along(
    either: House, before: int, after: int, expected: list[str]
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 8 + [before])
    for flag in flags_of(either):
        deciding.mark_seen(mine, a, flag.flag_id, flag.administration_id, flag.version)
    form = newest(mine, a)
    mending.correct_administration(
        either.viewer("t.one", LATER), a, form.administration_id, TODAY, [2] * 8 + [after],
        "Misread",
    )  # fmt: skip
    now = flags_of(either)
    assert [one.state for one in now] == expected
    assert [one.answer for one in now] == [after] * len(expected)
    steps = rows(either, "SELECT kind, words FROM flag_step WHERE kind = 'withdrawn'")
    if before and not after:
        assert steps == [("withdrawn", f"administration {form.administration_id}: Misread")]
        [trace] = mending.forms(either.viewer("s.one"), a).traces
        assert (trace.item, trace.withdrawn, trace.reason) == (9, True, "Misread")
        # The flag itself is there, and comes back with the next such answer.
        assert rows(either, "SELECT state FROM flag WHERE client_id = $1", a) == [("withdrawn",)]
        recording.record_administration(mine, a, "phq9", DAY, [1] * 8 + [before])
        assert [one.state for one in flags_of(either)] == ["historic"]
    else:
        assert steps == []
    assert sound(either)


def test_h05_a_form_put_right_meanwhile_is_not_seen_by_who_looked_before(either: House) -> None:
    """The page shows a 1; before the button is pressed a colleague corrects it to 3."""
    mine, a = either.viewer("t.one"), either.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY, [1] * 8 + [1])
    [drawn] = flags_of(either)
    mending.correct_administration(
        either.viewer("t.one", LATER), a, drawn.administration_id, TODAY, [1] * 8 + [3], "Misread"
    )
    with pytest.raises(Invalid, match="meanwhile"):
        deciding.mark_seen(mine, a, drawn.flag_id, drawn.administration_id, drawn.version)
    [now] = flags_of(either)
    assert (now.state, now.answer, now.seen_by) == ("open", 3, None)
    deciding.mark_seen(mine, a, now.flag_id, now.administration_id, now.version)
    assert [one.state for one in flags_of(either)] == ["seen"]


def test_h04_a_flag_rests_on_the_latest_answer_that_is_left(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    days = [TODAY - timedelta(days=2 * n + 1) for n in range(3)][::-1]
    for number, day in enumerate(days):
        recording.record_administration(mine, a, "phq9", day, [0] * 8 + [number + 1])
        if number == 0:
            [flag] = flags_of(either)
            deciding.mark_seen(mine, a, flag.flag_id, flag.administration_id, flag.version)
    own = [f for f in mending.forms(mine, a).forms if f.instrument.id == "phq9"]
    last, middle, first = [f for f in own if f.last.answers and f.last.answers[8]]
    mending.withdraw_administration(mine, a, last.administration_id, "Twice")
    [flag] = flags_of(either)
    assert (flag.administration_id, flag.state) == (middle.administration_id, "open")
    mending.withdraw_administration(mine, a, middle.administration_id, "Twice")
    [flag] = flags_of(either)
    assert (flag.administration_id, flag.state) == (first.administration_id, "seen")
    mending.withdraw_administration(mine, a, first.administration_id, "Twice")
    assert flags_of(either) == []
    with pytest.raises(Invalid, match="newer"):
        deciding.mark_seen(mine, a, flag.flag_id, first.administration_id, first.last.version)
    mending.restore_administration(mine, a, first.administration_id)
    [flag] = flags_of(either)
    # Brought back, it wants an eye again: whoever looked saw it before it was taken out.
    assert (flag.administration_id, flag.state) == (first.administration_id, "open")
    assert sound(either)


def test_withdrawing_keeps_the_form_and_restoring_brings_it_back(either: House) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    given = everything(either)
    form = newest(mine, a)
    with pytest.raises(Invalid, match="never withdrawn"):
        mending.restore_administration(mine, a, form.administration_id)
    mending.withdraw_administration(mine, a, form.administration_id, "Somebody else's form")
    gone = newest(mine, a)
    assert (gone.counts, gone.last.reason) == (False, "Somebody else's form")
    assert "phq9" not in exporting.export(mine)
    with pytest.raises(Invalid, match="was withdrawn"):
        mending.withdraw_administration(mine, a, form.administration_id, "Again")
    with pytest.raises(Invalid, match="was withdrawn"):
        mending.correct_administration(mine, a, form.administration_id, DAY, [1] * 9, "Why")
    mending.restore_administration(mine, a, form.administration_id)
    assert everything(either) == given
    assert [one.version for one in newest(mine, a).versions] == [2, 1]
    assert sound(either)


def test_a_form_is_not_brought_back_over_another_or_out_of_an_undone_import(
    either: House,
) -> None:
    mine, a = either.viewer("t.one"), either.clients["A"]
    form = newest(mine, a)
    mending.withdraw_administration(mine, a, form.administration_id, "Misread")
    recording.record_administration(mine, a, "phq9", form.last.answered_on, [2] * 9)
    with pytest.raises(Invalid, match="Other answers"):
        mending.restore_administration(mine, a, form.administration_id)
    done = import_one(mine, file(("A", DAY, [1] * 9)), PHQ9)
    [own] = [f for f in mending.forms(mine, a).forms if f.batch_id == done.batch_id]
    batches.undo_batch(mine, done.batch_id, "Wrong")
    with pytest.raises(Invalid, match="Import the file again"):
        mending.restore_administration(mine, a, own.administration_id)
    assert sound(either)


def test_two_at_once_undo_and_correct_with_one_right_outcome(either: House) -> None:
    mine, admin, a = either.viewer("t.one"), either.viewer("a.diallo"), either.clients["A"]
    seen = set()
    for number in range(6):
        day = DAY - timedelta(days=number)
        done = import_one(mine, file(("A", day, [1] * 9)), PHQ9)
        [form] = [f for f in mending.forms(mine, a).forms if f.batch_id == done.batch_id]
        start, told = threading.Barrier(2), {}

        def go(name: str, work: Any, start: Any = start, told: Any = told) -> None:
            start.wait()
            try:
                work()
                told[name] = ""
            except ForPeople as error:
                told[name] = str(error)

        calls = {
            "undo": lambda d=done: batches.undo_batch(admin, d.batch_id, "Wrong"),
            "correct": lambda f=form, d=day: mending.correct_administration(
                mine, a, f.administration_id, d, [2] * 9, "Misread"
            ),
        }
        threads = [threading.Thread(target=go, args=one) for one in calls.items()]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        won = [name for name, words in told.items() if not words]
        assert len(won) == 1, told
        live = rows(
            either, "SELECT version FROM administration WHERE batch_id = $1 "
            "AND replaced_at IS NULL", done.batch_id,
        )  # fmt: skip
        assert live == ([(2,)] if won == ["correct"] else [])
        other = told["undo" if won == ["correct"] else "correct"]
        assert ("corrected" if won == ["correct"] else "undone") in other
        seen.add(won[0])
    assert seen
    assert sound(either)
