"""Which supervisor's outcomes an episode counts to, on both engines.

s.one answers for t.one, who treats client A; s.two for t.two, who treats client B. The question is
always who counts client A's episode.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pytest

from attachdash.errors import Refused
from attachdash.practice import assignments, clients, outcomes, recording
from attachdash.store.engine import Scope
from tests.practice.closed import ENDED, PHQ9, plant
from tests.practice.conftest import TODAY, House
from tests.practice.test_caseload import add, answered, gave

MONTH = timedelta(days=30)


def _episodes(house: House, sign_in: str) -> int:
    """How many episodes with a self-esteem scale this supervisor's outcomes count."""
    rows = outcomes.outcomes(house.viewer(sign_in))
    return sum(row.episodes for row in rows if row.instrument.id == "rses")


def _who_counts_a(house: House) -> set[str]:
    """The supervisors whose outcomes hold client A's episode; s.two's hold client B's as well."""
    others = {"s.one": 0, "s.two": 1}
    return {one for one, without_a in others.items() if _episodes(house, one) > without_a}


def _assign_a(house: House, sign_in: str, from_on: date, to_on: date | None = None) -> None:
    assignments.assign_client(
        house.viewer("a.diallo"), house.clients["A"], house.people[sign_in], from_on, to_on
    )


def _end_a(house: House, sign_in: str, on: date) -> None:
    assignments.end_assignment(
        house.viewer("a.diallo"), house.clients["A"], house.people[sign_in], on
    )


def _close_a(house: House, last_day: date) -> None:
    clients.close_episode(house.viewer("a.diallo"), house.episodes["A"], last_day, "ended")


def test_an_ended_therapy_counts_for_its_last_therapist_alone(either: House) -> None:
    """t.one handed over to t.two a month before the end."""
    _end_a(either, "t.one", TODAY - 2 * MONTH)
    _assign_a(either, "t.two", TODAY - 2 * MONTH)
    _close_a(either, TODAY - MONTH)
    assert _who_counts_a(either) == {"s.two"}
    [rses] = [
        row for row in outcomes.outcomes(either.viewer("s.two")) if row.instrument.id == "rses"
    ]
    assert (rses.episodes, rses.compared, rses.too_few) == (2, 2, True)
    # Nor does it matter that t.two's assignment ends as well, later than the therapy.
    _end_a(either, "t.two", TODAY - timedelta(days=3))
    assert _who_counts_a(either) == {"s.two"}


def test_who_stood_in_for_a_while_is_not_the_last_therapist(either: House) -> None:
    """t.two began later, but t.one was there at the end."""
    _assign_a(either, "t.two", TODAY - 2 * MONTH, TODAY - 2 * MONTH + timedelta(days=14))
    _close_a(either, TODAY - MONTH)
    assert _who_counts_a(either) == {"s.one"}


def test_of_two_there_at_the_end_the_later_begun_is_the_last(either: House) -> None:
    """However long each assignment goes on after the therapy."""
    _assign_a(either, "t.two", TODAY - 2 * MONTH)
    _close_a(either, TODAY - MONTH)
    _end_a(either, "t.two", TODAY - MONTH + timedelta(days=1))
    assert _who_counts_a(either) == {"s.two"}


def test_an_assignment_taken_back_on_its_first_day_counts_for_nobody(either: House) -> None:
    _end_a(either, "t.one", TODAY - 2 * MONTH)
    day = TODAY - MONTH - timedelta(days=1)
    _assign_a(either, "t.two", day)
    _end_a(either, "t.two", day)
    _close_a(either, TODAY - MONTH)
    assert _who_counts_a(either) == {"s.one"}


def test_who_came_on_the_first_day_without_care_is_not_the_last_therapist(either: House) -> None:
    _close_a(either, TODAY - MONTH)
    _assign_a(either, "t.two", TODAY - MONTH + timedelta(days=1))
    assert _who_counts_a(either) == {"s.one"}


def test_a_therapy_that_goes_on_counts_for_each_therapist_of_today(either: House) -> None:
    _assign_a(either, "t.two", TODAY)
    assert _who_counts_a(either) == {"s.one", "s.two"}
    # Also on its last day, and no longer for who has left.
    _close_a(either, TODAY)
    assert _who_counts_a(either) == {"s.one", "s.two"}
    _end_a(either, "t.one", TODAY)
    assert _who_counts_a(either) == {"s.two"}


def test_h20_what_is_told_is_the_same_whoever_treated_whom(either: House) -> None:
    """Of two equal therapists none can be marked: nothing that is told knows of therapists."""
    one, two = either.people["t.one"], either.people["t.two"]
    assignments.assign_supervisor(
        either.viewer("a.diallo"), two, either.people["s.one"], TODAY - 5 * MONTH
    )
    rng = np.random.default_rng(20)
    for therapist in ("t.one", "t.two"):
        # The same law for both: apart by chance alone.
        plant(either, therapist, [list(map(float, rng.integers(3, 25, 4))) for _ in range(12)])

    def told() -> list[object]:
        viewer = either.viewer("s.one")
        found = [
            *outcomes.outcomes(viewer), outcomes.recoveries(viewer),
            outcomes.mean_course(viewer, *PHQ9),
        ]  # fmt: skip
        # Sums of the same numbers in another order differ in the last place.
        return [
            [round(value, 9) if isinstance(value, float) else repr(value) for value in values]
            for each in found
            for values in [[getattr(each, field.name) for field in fields(each)]]
        ]

    before = told()
    assert "24" in str(before)
    either.store.engine.writing(
        Scope(),
        lambda cursor: cursor.run(
            "UPDATE treats SET therapist_id = CASE WHEN therapist_id = $1 THEN $2 ELSE $1 END "
            "WHERE therapist_id IN ($1, $2) AND to_on IS NULL",
            one, two,
        ),
    )  # fmt: skip
    assert told() == before
    named = {field.name for kind in (outcomes.Outcome, outcomes.Recoveries, outcomes.MeanCourse)
             for field in fields(kind)}  # fmt: skip
    assert not [name for name in named if "therapist" in name or "person" in name]


def test_the_mean_course_is_the_mean_of_the_clients_lines_and_shown_from_ten_on(
    either: House,
) -> None:
    rng = np.random.default_rng(3)
    starts, slopes = 14 + rng.integers(-4, 5, 11), rng.integers(-2, 2, 11)
    days = [0, 7, 14, 21]
    begun = TODAY - timedelta(days=30)
    lines = []
    for k, (start, slope) in enumerate(zip(starts, slopes, strict=True)):
        add(either, f"L{k}", begun)
        noise = rng.integers(-1, 2, len(days))
        totals = [int(start + slope * day / 7 + off) for day, off in zip(days, noise, strict=True)]
        lines.append(np.polyfit(np.array(days) / 7, totals, 1))
        if k < 9:
            _answer(either, f"L{k}", begun, days, totals)
        else:
            _answer(either, f"L{k}", begun, days[:2], totals[:2])
    few = outcomes.mean_course(either.viewer("s.one"), "phq9", "total")
    # A has one answer, two more have two: they are clients, and no lines.
    assert (few.clients, few.told, few.start, few.slope, few.slope_sd) == (12, 9, None, None, None)
    add(either, "L11", begun)
    _answer(either, "L11", begun, days, [12, 11, 11, 9])
    lines = [*lines[:9], np.polyfit(np.array(days) / 7, [12, 11, 11, 9], 1)]
    found = outcomes.mean_course(either.viewer("s.one"), "phq9", "total")
    assert (found.clients, found.told) == (13, 10)
    assert found.slope is not None
    assert found.slope_se is not None
    assert found.start is not None
    # Nearly that of the ten alone, whose days are the same: three weigh little.
    assert abs(found.slope - np.mean([line[0] for line in lines])) < found.slope_se
    assert found.slope_sd is not None
    assert 0 < found.slope_sd < 3
    # s.two answers for none of them.
    other = outcomes.mean_course(either.viewer("s.two"), "phq9", "total")
    assert (other.clients, other.told, other.slope) == (1, 0, None)
    with pytest.raises(Refused):
        outcomes.mean_course(either.viewer("s.one"), "phq9", "nothing")


def test_a_client_with_two_episodes_counts_once_with_the_last(small: House) -> None:
    mine = small.viewer("t.one")
    third = TODAY - timedelta(days=50)  # of the first episode: it would tell a line as well
    recording.record_administration(mine, small.clients["A"], "rses", third, [1] * 10)
    clients.close_episode(mine, small.episodes["A"], TODAY - timedelta(days=40), "ended")
    clients.open_episode(mine, small.clients["A"], TODAY - timedelta(days=30))
    for back in (28, 21, 14):
        day = TODAY - timedelta(days=back)
        recording.record_administration(mine, small.clients["A"], "rses", day, [1] * 10)
    found = outcomes.mean_course(small.viewer("s.one"), "rses", "total")
    assert (found.clients, found.told) == (1, 1)


def test_five_episodes_of_one_client_have_no_mean(either: House) -> None:
    """Its mean and spread would tell of that one person."""
    mine, a = either.viewer("t.one"), either.clients["A"]
    clients.close_episode(mine, either.episodes["A"], TODAY - timedelta(days=55), "ended")
    for back in (50, 40, 30, 20):
        episode = clients.open_episode(mine, a, TODAY - timedelta(days=back))
        for later in (1, 4):
            day = TODAY - timedelta(days=back - later)
            recording.record_administration(mine, a, "rses", day, [later % 3] * 10)
        clients.close_episode(mine, episode, TODAY - timedelta(days=back - 5), "ended")
    [rses] = [
        row for row in outcomes.outcomes(either.viewer("s.one")) if row.instrument.id == "rses"
    ]
    assert (rses.episodes, rses.compared, rses.too_few) == (5, 5, True)
    assert (rses.first_mean, rses.first_sd, rses.latest_mean, rses.latest_sd) == (None,) * 4


def test_lines_that_nobody_has_validated_are_no_outcome(small: House) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    before = outcomes.outcomes(small.viewer("s.one"))
    recording.record_administration(mine, a, "checkin_adult", TODAY, [5] * 8)
    recording.record_administration(mine, a, "gad7", TODAY, [1] * 7)
    after = outcomes.outcomes(small.viewer("s.one"))
    assert len(after) > len(before)
    assert not any(one.instrument.in_own_words for one in after)
    with pytest.raises(Refused):
        outcomes.mean_course(small.viewer("s.one"), "checkin_adult", "wellbeing")


def _phq9(house: House) -> tuple[int, int]:
    """How many of s.one's PHQ-9 episodes are compared, and how many clients left out."""
    rows = outcomes.outcomes(house.viewer("s.one"))
    [row] = [one for one in rows if (one.instrument.id, one.scale.id) == PHQ9]
    return row.compared, row.left_out


def _run(house: House, sql: str, *parameters: object) -> None:
    house.store.engine.writing(Scope(), lambda cursor: cursor.run(sql, *parameters))


def test_what_could_be_worked_out_of_clients_beyond_reach_is_not_told(either: House) -> None:
    """Who knows all but one of five can take them away: what is left has to be five, or none."""
    courses = [[12 + k, 9 - k, 7] for k in range(5)]
    plant(either, "t.one", courses)
    known = outcomes.outcomes(either.viewer("s.one"))
    assert _phq9(either) == (5, 0)
    # Their therapies ended, and so did the assignments: s.one knew them, and can open them no more.
    plant(either, "t.one", [[27, 26, 25]], treated_until=ENDED)
    assert _phq9(either) == (5, 1)
    [before, after] = [
        [one for one in rows if (one.instrument.id, one.scale.id) == PHQ9]
        for rows in (known, outcomes.outcomes(either.viewer("s.one")))
    ]
    assert after == [replace(before[0], episodes=before[0].episodes + 1, left_out=1)]
    plant(either, "t.one", courses[:3], treated_until=ENDED)
    assert _phq9(either) == (5, 4)
    plant(either, "t.one", courses[:1], treated_until=ENDED)
    assert _phq9(either) == (10, 0)
    # Supervised from today: of t.two's ended therapies s.one could see none, whoever is counted.
    assignments.assign_supervisor(
        either.viewer("a.diallo"), either.people["t.two"], either.people["s.one"], TODAY
    )
    own, *_ = plant(either, "t.two", courses[:4], treated_until=ENDED)
    assert _phq9(either) == (10, 4)
    # One they treated themself, before t.two.
    _run(
        either,
        "INSERT INTO treats (site_id, therapist_id, client_id, from_on, to_on) "
        "VALUES (1, $1, $2, $3, $4)",
        either.people["s.one"], own, ENDED - timedelta(days=20), ENDED - timedelta(days=7),
    )  # fmt: skip
    assert _phq9(either) == (11, 3)
    plant(either, "t.two", courses[:2], treated_until=ENDED)
    assert _phq9(either) == (16, 0)


def test_who_lost_a_record_before_its_last_answer_does_not_know_it(either: House) -> None:
    [left, *_] = plant(either, "t.one", [[12, 9, 7]] * 6, treated_until=ENDED)
    assert _phq9(either) == (6, 0)
    # Three answers a week apart, the last eight days before the end.
    until = "UPDATE treats SET to_on = $1 WHERE client_id = $2"
    _run(either, until, ENDED - timedelta(days=7), left)
    assert _phq9(either) == (6, 0)
    _run(either, until, ENDED - timedelta(days=8), left)
    assert _phq9(either) == (5, 1)


def test_who_knows_but_the_first_answers_of_all_but_one_cannot_work_out_that_one(
    either: House,
) -> None:
    """The mean at first is of first answers alone: four of these known, it would tell the fifth."""
    assignments.assign_supervisor(
        either.viewer("a.diallo"), either.people["t.two"], either.people["s.one"], TODAY
    )
    whose = plant(either, "t.two", [[12, 9, 7]] * 4 + [[27, 9, 7]], treated_until=ENDED)
    assert _phq9(either) == (5, 0)

    def treated(count: int, until: date) -> None:
        """By s.one, before t.two; the first of three answers is 22 days before the end."""
        for client_id in whose[:count]:
            _run(either, "DELETE FROM treats WHERE therapist_id = $1 AND client_id = $2",
                 either.people["s.one"], client_id)  # fmt: skip
            _run(
                either,
                "INSERT INTO treats (site_id, therapist_id, client_id, from_on, to_on) "
                "VALUES (1, $1, $2, $3, $4)",
                either.people["s.one"], client_id, ENDED - timedelta(days=30), until,
            )  # fmt: skip

    treated(4, ENDED - timedelta(days=22))
    assert _phq9(either) == (5, 0)
    treated(4, ENDED - timedelta(days=21))
    assert _phq9(either) == (0, 5)
    treated(5, ENDED - timedelta(days=21))
    assert _phq9(either) == (5, 0)


def test_a_mean_course_of_a_few_beyond_reach_is_not_told(either: House) -> None:
    rng = np.random.default_rng(7)

    def lines(n: int, answers: int, until: date | None = None) -> outcomes.MeanCourse:
        scores = rng.integers(3, 25, (n, answers)).astype(float).tolist()
        plant(either, "t.one", scores, treated_until=until)
        return outcomes.mean_course(either.viewer("s.one"), *PHQ9)

    alone = lines(10, 4)
    assert (alone.clients, alone.told, alone.left_out) == (11, 10, 0)
    few = lines(4, 4, ENDED)
    assert few == replace(alone, left_out=4)
    # One who answered once adds no line: the slope would still tell of the four.
    assert lines(1, 1, ENDED) == replace(alone, left_out=5)
    five = lines(1, 4, ENDED)
    # Five lines may be told, and beside them who answered once.
    assert (five.clients, five.told, five.left_out) == (17, 15, 0)
    assert five.slope != alone.slope


def test_recoveries_count_ended_therapies_with_both_questionnaires_by_the_published_rules(
    either: House,
) -> None:
    begun = TODAY - timedelta(days=40)
    first, last = begun + timedelta(days=1), begun + timedelta(days=22)
    # PHQ-9 and GAD-7 at first and at last; by hand after NHS England's rules.
    courses = {
        "R0": (15, 4, 12, 3),  # recovered, reliably
        "R1": (10, 9, 2, 2),  # recovered by a point: not reliably
        "R2": (18, 12, 11, 11),  # reliably improved, still a case
        "R3": (14, 20, 9, 9),  # reliably deteriorated
        "R4": (16, 9, 4, 8),  # GAD-7 at its line, and reliably the other way: nothing of these
        "R5": (4, 5, 3, 3),  # no case
        "R6": (20, 1, 15, 1),  # goes on
    }
    for code, (phq_1, phq_2, gad_1, gad_2) in courses.items():
        add(either, code, begun)
        answered(either, code, {first: phq_1, last: phq_2})
        sevens = [[min(3, max(0, total - 3 * k)) for k in range(7)] for total in (gad_1, gad_2)]
        gave(either, code, "gad7", dict(zip((first, last), sevens, strict=True)))

    def end(code: str) -> None:
        mine = either.viewer("t.one")
        clients.close_episode(mine, either.episodes[code], TODAY - timedelta(days=3), "ended")

    for code in ("R0", "R1", "R2", "R3"):
        end(code)
    few = outcomes.recoveries(either.viewer("s.one"))
    assert (few.ended, few.told, few.cases, few.recovered, few.reliably_improved) == (
        4, 4, None, None, None,
    )  # fmt: skip
    end("R5")
    five = outcomes.recoveries(either.viewer("s.one"))
    assert (five.told, five.cases, five.recovered, five.reliably_improved) == (5, 4, None, 2)
    end("R4")
    found = outcomes.recoveries(either.viewer("s.one"))
    assert (found.ended, found.told, found.cases) == (6, 6, 5)
    assert (found.recovered, found.reliably_recovered) == (2, 1)
    assert (found.reliably_improved, found.reliably_deteriorated) == (2, 1)
    assert outcomes.recoveries(either.viewer("s.two")).ended == 0

    def hand_over(*codes: str) -> outcomes.Recoveries:
        for code in codes:
            assignments.end_assignment(
                either.viewer("a.diallo"), either.clients[code], either.people["t.one"], TODAY
            )
        return outcomes.recoveries(either.viewer("s.one"))

    one = hand_over("R0")
    assert (one.ended, one.told, one.left_out, one.cases) == (6, 5, 1, 4)
    assert (one.recovered, one.reliably_improved, one.reliably_deteriorated) == (None, 1, 1)
    # Five of all, but four of the cases: these are left out, and then who was no case as well.
    five = hand_over("R1", "R2", "R3", "R5")
    assert (five.ended, five.told, five.left_out, five.cases) == (6, 1, 5, None)
    assert hand_over("R4") == found


def _answer(
    house: House, code: str, begun: date, days: Sequence[int], totals: Sequence[int]
) -> None:
    answered(house, code, {begun + timedelta(days=d): t for d, t in zip(days, totals, strict=True)})
