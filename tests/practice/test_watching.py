"""Do flags of courses and of silence say what holds, on every path, in one transaction?"""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl
import pytest

from attachdash.instruments import Domain
from attachdash.intake import read_csv
from attachdash.practice import (
    batches,
    caseload,
    checking,
    clients,
    deciding,
    mending,
    norms,
    record,
    watching,
)
from attachdash.practice.verdicts import age_on
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_caseload import WORSE, add, answered, every, gave, items
from tests.practice.test_one_path import PHQ9, phq9_file

START = TODAY - timedelta(days=7 * (len(WORSE) - 1))
STUCK = every(7, [16, 15, 17, 16, 15, 16, 17, 16, 15, 16, 16, 16, 16])


def held(house: House, code: str) -> dict[str, str]:
    """Kind and state of each flag of a course or of silence."""
    with house.store.engine.reading(house.viewer("t.one").scope) as cursor:
        rows = cursor.rows(
            "SELECT kind, state FROM flag WHERE client_id = $1 AND kind NOT LIKE '%answer' "
            "AND kind NOT LIKE '%blank'",
            house.clients[code],
        )
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def steps(house: House, code: str) -> list[str]:
    with house.store.engine.reading(house.viewer("t.one").scope) as cursor:
        return [
            row[0]
            for row in cursor.rows(
                "SELECT flag_step.kind FROM flag_step INNER JOIN flag "
                "ON flag.flag_id = flag_step.flag_id WHERE flag.client_id = $1 ORDER BY step_id",
                house.clients[code],
            )
        ]


def test_one_flag_of_the_course_grows_and_ends_with_it(either: House) -> None:
    add(either, "W", START)
    days = list(every(7, WORSE).items())
    kinds = []
    for number in range(4, len(days) + 1):
        answered(either, "W", dict(days[number - 1 : number] if number > 4 else days[:4]))
        kinds.append(held(either, "W"))
    # Answers of more than a fortnight ago are historic at most; the grave ones are of today.
    assert kinds[0] == {}
    assert kinds[-1] == {"red": "open"}
    assert {kind for found in kinds for kind in found} <= {"amber", "red"}
    assert steps(either, "W").count("raised") == 1
    # The row of the caseload says the same.
    [row] = [r for r in caseload.caseload(either.viewer("t.one")).rows if r.client.code == "W"]
    assert row.primary is not None
    assert row.primary.flag.name.lower() == "red"
    assert not [one for one in checking.problems(either.store) if "flag" in one]


def test_a_file_whole_or_in_blocks_raises_what_typing_does_and_undoing_ends_it(
    either: House,
) -> None:
    admin = either.viewer("a.diallo")
    for code in ("T", "F", "S"):
        add(either, code, START)
    answered(either, "T", every(7, WORSE))
    days = every(7, WORSE)
    one = read_csv("f.csv", phq9_file(*[("F", day, items(t)) for day, t in days.items()]))
    other = read_csv("s.csv", phq9_file(*[("S", day, items(t)) for day, t in days.items()]))
    first = import_one(admin, one, PHQ9)
    second = import_one(admin, other, PHQ9, block_rows=5)
    assert held(either, "T") == held(either, "F") == held(either, "S") == {"red": "open"}
    for done in (first, second):
        batches.undo_batch(admin, done.batch_id, "Wrong file")
    assert held(either, "F") == held(either, "S") == {"red": "over"}
    assert not [one for one in checking.problems(either.store) if "flag" in one]
    # The same file again finds the flag that is there.
    import_one(admin, one, PHQ9)
    assert held(either, "F") == {"red": "open"}


def test_clients_judged_in_several_passes_get_the_flags_of_one(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "IN_A_PASS", 2)
    codes = [f"P{number}" for number in range(5)]
    for code in codes:
        add(either, code, START)
    rows = [(code, day, items(total)) for day, total in every(7, WORSE).items() for code in codes]
    import_one(either.viewer("a.diallo"), read_csv("p.csv", phq9_file(*rows)), PHQ9)
    assert [held(either, code) for code in codes] == [{"red": "open"}] * 5
    assert not [one for one in checking.problems(either.store) if "flag" in one]


def test_the_age_of_many_is_that_of_each() -> None:
    born = [None, date(2000, 2, 29), date(2008, 11, 27), date(2008, 1, 1), date(1950, 12, 31)]
    on = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 26), date(2026, 11, 27)]
    pairs = [(one, day) for one in born for day in on]
    found = pl.DataFrame(pairs, {"born_on": pl.Date, "answered_on": pl.Date}, orient="row")
    assert found.select(watching._AGE).to_series().to_list() == [age_on(*one) for one in pairs]


def test_the_first_of_the_first_day_and_the_last_of_the_last_are_summed_up(either: House) -> None:
    add(either, "S", START)
    days = {START: 3, START + timedelta(days=7): 9, TODAY: 4}
    for place, word in enumerate(("a", "b")):
        answered(either, "S", {day: total + place for day, total in days.items()}, word)
    with either.store.engine.reading(either.viewer("t.one").scope) as cursor:
        found = cursor.rows(
            "SELECT n, baseline_on, baseline, latest_on, latest FROM summary WHERE client_id = $1",
            either.clients["S"],
        )
    assert found == [(6, START, 3.0, TODAY, 5.0)]


def test_correcting_withdrawing_restoring_and_moving_tell_anew(either: House) -> None:
    add(either, "W", START)
    answered(either, "W", every(7, WORSE))
    mine, who = either.viewer("t.one"), either.clients["W"]
    late = mending.forms(mine, who).forms[:7]
    for form in late:
        mending.withdraw_administration(mine, who, form.administration_id, "Of somebody else")
    # On the way there it was less sure.
    assert held(either, "W") == {"amber": "over"}
    for form in late:
        mending.restore_administration(mine, who, form.administration_id)
    assert held(either, "W") == {"red": "open"}
    clients.close_episode(mine, either.episodes["W"], TODAY, "done")
    assert held(either, "W") == {"red": "over"}
    clients.reopen_episode(mine, either.episodes["W"], TODAY)
    assert held(either, "W") == {"red": "open"}
    # Another scale stands for the symptoms: what holds of it is told.
    gave(either, "W", "gad7", {START: [1] * 7})
    record.fix_lead(mine, either.episodes["W"], Domain.SYMPTOMS, ("gad7", "total"))
    assert held(either, "W") == {"red": "over"}


def rses(at: int) -> list[int]:
    """Answers in the questionnaire's own steps that all count as `at`: some are turned."""
    return [3 - at if item in (2, 5, 6, 8, 9) else at for item in range(1, 11)]


def srs(total: int) -> list[int]:
    return [total * 10 // 4] * 4


KINDS: dict[str, tuple[str, Mapping[date, list[int]]]] = {
    "not_moving": ("phq9", {day: items(total) for day, total in STUCK.items()}),
    "worse": ("rses", {day: rses(a) for day, a in every(7, [3, 3, 3, 3, 2, 1, 0, 0, 0]).items()}),
    "alliance_low": ("srs", {TODAY: srs(30)}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_h19_each_kind_of_course_is_raised_by_what_was_planted(small: House, kind: str) -> None:
    instrument, forms = KINDS[kind]
    add(small, "K", min(forms))
    gave(small, "K", instrument, forms)
    assert held(small, "K") == {kind: "open"}


FALLING = every(7, [40, 40, 40, 40, 38, 37, 36, 36, 36, 36, 36, 36])  # never under the line


def test_h19_a_fallen_alliance_is_told_with_an_sd_and_said_to_be_untold_without(
    either: House,
) -> None:
    admin = either.viewer("a.diallo")
    forms = {day: srs(total) for day, total in FALLING.items()}
    add(either, "F", min(forms))
    gave(either, "F", "srs", forms)
    assert held(either, "F") == {}
    [said] = [one for one in watching.untold(either.viewer("t.one")) if "Alliance" in one]
    assert "SRS" in said
    assert "no SD" in said
    norms.enter_norm(
        admin, ("srs", "total"), group="clients here", of_whom="clients", mean=36.0, sd=4.0,
        reliability=0.88, reliability_kind="alpha", source="Own count 2026",
    )  # fmt: skip
    assert not [one for one in watching.untold(either.viewer("t.one")) if "SRS" in one]
    watching.refresh_all(admin)
    assert held(either, "F") == {"alliance_fallen": "open"}
    # One flag of the alliance: a low answer alone is low, one that is fallen too stays fallen.
    mine, who = either.viewer("t.one"), either.clients["F"]
    deciding.mark_seen(mine, who, *place(either, "F"))
    gave(either, "F", "srs", {TODAY: srs(30)}, "evening")
    assert held(either, "F") == {"alliance_fallen": "seen"}
    add(either, "L", START)
    gave(either, "L", "srs", {TODAY: srs(35)})
    assert held(either, "L") == {"alliance_low": "open"}
    # At the line it is not low, and without the SD nothing is fallen any more.
    gave(either, "L", "srs", {TODAY: srs(36)}, "evening")
    assert held(either, "L") == {"alliance_low": "over"}
    norms.take_back_norm(admin, ("srs", "total"))
    watching.refresh_all(admin)
    assert held(either, "F") == {"alliance_low": "seen"}


def place(house: House, code: str) -> tuple[int, int | None, int | None]:
    [flag] = record.client_record(house.viewer("t.one"), house.clients[code]).watched
    return flag.flag_id, flag.administration_id, flag.version


def test_an_alliance_that_rose_has_not_fallen(small: House) -> None:
    norms.enter_norm(
        small.viewer("a.diallo"), ("srs", "total"), group="clients here", of_whom="clients",
        mean=36.0, sd=4.0, reliability=0.88, reliability_kind="alpha", source="Own count 2026",
    )  # fmt: skip
    totals = list(FALLING.values())
    add(small, "R", min(FALLING))
    gave(small, "R", "srs", {day: srs(one) for day, one in zip(FALLING, totals[::-1], strict=True)})
    assert held(small, "R") == {}


def test_silence_is_told_by_night_or_by_whoever_looks_and_ends_with_an_answer(
    either: House,
) -> None:
    add(either, "Q", TODAY - timedelta(days=42))
    assert held(either, "Q") == {}
    watching.refresh_all(either.viewer("a.diallo"))
    assert held(either, "Q") == {"overdue": "open"}
    answered(either, "Q", {TODAY: 3})
    assert held(either, "Q") == {"overdue": "over"}
    later = NOW + timedelta(days=42)
    caseload.caseload(either.viewer("t.one", later - timedelta(days=1)))
    assert held(either, "Q") == {"overdue": "over"}
    for _ in range(2):
        caseload.caseload(either.viewer("t.one", later))
        assert held(either, "Q") == {"overdue": "open"}
    assert steps(either, "Q") == ["raised", "over", "new evidence"]


def test_h23_years_of_old_answers_open_nothing(small: House) -> None:
    admin = small.viewer("a.diallo")
    rows = [
        (f"N{n}", day - timedelta(days=15), items(total))
        for n in range(20)
        for day, total in every(30, WORSE).items()
    ]
    done = import_one(
        admin, read_csv("years.csv", phq9_file(*rows)), PHQ9, create_clients=True,
        open_episodes=True,
    )  # fmt: skip
    assert done.created == 20
    with small.store.engine.reading(admin.scope) as cursor:
        found = cursor.rows("SELECT DISTINCT kind, state FROM flag WHERE kind IN ('red', 'amber')")
    assert found == [("red", "historic")]


def test_answers_and_flags_come_together_or_not_at_all(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(either, "W", START)

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as power:
        power.setattr(watching.watched, "write", broken)
        with pytest.raises(RuntimeError):
            answered(either, "W", every(7, WORSE))
    [row] = [r for r in caseload.caseload(either.viewer("t.one")).rows if r.client.code == "W"]
    assert row.last_answer_on is None
