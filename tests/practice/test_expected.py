"""Similar clients: enough of them, never one's own, and nobody singled out."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from attachdash.errors import Refused
from attachdash.practice import assignments, expected, recording
from attachdash.practice.expected import Similar
from attachdash.practice.rights import Viewer
from tests.practice.closed import ENDED, PHQ9, plant
from tests.practice.conftest import TODAY, House

START = 15.0  # with 13.5 to under 16.9
WENT = [START, 14, 12, 10, 9]


def asked(house: House, who: str = "t.one") -> Similar:
    """What that viewer is shown of client A, who begins with 15 on the first day."""
    return expected.course(house.viewer(who), house.clients["A"], house.episodes["A"], PHQ9)


def of_one(viewer: Viewer, client_id: int, episode_id: int) -> Similar:
    return expected.course(viewer, client_id, episode_id, PHQ9)


def with_start(house: House) -> House:
    """Client A has a first PHQ-9 of 15 at the start, beside what the small practice holds."""
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], "phq9", TODAY - timedelta(days=100),
        [2, 2, 2, 2, 2, 2, 2, 1, 0],
    )  # fmt: skip
    return house


@pytest.fixture
def begun(either: House) -> House:
    """On each engine."""
    return with_start(either)


@pytest.fixture
def in_duckdb(small: House) -> House:
    """On one: for what is decided above the store, or asked by the same words elsewhere."""
    return with_start(small)


def test_forty_nine_strangers_are_none_and_the_fiftieth_opens_it(begun: House) -> None:
    plant(begun, "t.two", [WENT] * 49)
    none = asked(begun)
    assert none.course is None
    assert none.why_none.startswith("It takes 50 closed episodes of other clients")
    assert "49" not in none.why_none
    plant(begun, "t.two", [WENT])
    found = asked(begun).course
    assert found is not None
    assert (found.n, found.weeks.tolist()) == (50, [0, 1, 2, 3, 4])
    assert found.middle.tolist() == WENT
    assert found.counts.tolist() == [50] * 5
    # The supervisor of A's therapist sees the same strangers.
    theirs = asked(begun, "s.one").course
    assert theirs is not None
    assert theirs.n == 50
    # Nine more are waiting for a tenth, whatever they answered.
    plant(begun, "t.two", [[START, 27, 27, 27, 27]] * 9)
    again = asked(begun).course
    assert again is not None
    assert (again.n, again.high.tolist()) == (50, found.high.tolist())


def test_whoever_is_not_in_reach_is_refused_in_the_same_words(in_duckdb: House) -> None:
    plant(in_duckdb, "t.two", [WENT] * 50)
    for who in ("t.two", "t.former", "s.two", "c.a", "a.diallo"):
        with pytest.raises(Refused):
            asked(in_duckdb, who)
    mine = in_duckdb.viewer("t.one")
    with pytest.raises(Refused):
        expected.course(mine, in_duckdb.clients["A"], in_duckdb.episodes["A"], ("phq9", "nothing"))
    # Another's episode has no first score of this client.
    assert of_one(mine, in_duckdb.clients["A"], in_duckdb.episodes["B"]).course is None


def test_the_clients_own_earlier_episodes_never_count(begun: House) -> None:
    plant(begun, "t.two", [WENT] * 50)
    before = asked(begun).course
    assert before is not None
    a = begun.clients["A"]
    plant(begun, "t.one", [[START, 27, 27, 27, 27]] * 30, client_id=a, ended=ENDED - timedelta(9))
    after = asked(begun).course
    assert after is not None
    assert after.n == before.n
    for name in ("low", "middle", "high", "counts"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_one_client_counts_once_however_often_they_came(in_duckdb: House) -> None:
    often = plant(in_duckdb, "t.two", [WENT])[0]
    plant(in_duckdb, "t.two", [WENT] * 60, client_id=often)
    assert asked(in_duckdb).course is None


def test_another_sites_clients_are_not_there(begun: House) -> None:
    plant(begun, "t.two", [WENT] * 60, site=2)
    assert asked(begun).course is None


def test_only_closed_episodes_that_began_alike_count(in_duckdb: House) -> None:
    plant(in_duckdb, "t.two", [WENT] * 30)
    plant(in_duckdb, "t.two", [WENT] * 30, ended=None)  # they go on
    plant(in_duckdb, "t.two", [WENT] * 30, ended=TODAY - timedelta(days=1))  # this month's
    plant(in_duckdb, "t.two", [[5.0, 4, 3]] * 30)
    plant(in_duckdb, "t.two", [[START]] * 30)  # nothing to follow
    assert asked(in_duckdb).course is None
    plant(in_duckdb, "t.two", [WENT] * 20)
    assert asked(in_duckdb).course is not None


def test_ones_own_clients_lift_no_stranger_into_the_light(in_duckdb: House) -> None:
    """Whoever knows 60 of 61 courses by heart could take them from the whole."""
    plant(in_duckdb, "t.one", [WENT] * 60)
    before = asked(in_duckdb).course
    assert before is not None
    assert before.n == 60
    plant(in_duckdb, "t.two", [[START, 27, 27, 27, 27]] * 49)
    after = asked(in_duckdb).course
    assert after is not None
    assert after.n == 60
    np.testing.assert_array_equal(after.high, before.high)


def test_whom_one_treated_once_is_left_out_where_others_went_on(begun: House) -> None:
    """A former client's first weeks are known: as one of fifty strangers they would be too few."""
    plant(begun, "t.two", [WENT] * 49)
    theirs = plant(begun, "t.two", [WENT])[0]
    found = asked(begun).course
    assert found is not None
    assert found.n == 50
    admin, one = begun.viewer("a.diallo"), begun.people["t.one"]
    since = TODAY - timedelta(days=90)
    assignments.assign_client(admin, theirs, one, since, since + timedelta(days=5))
    assert asked(begun).course is None
    assert asked(begun, "s.one").course is None


def test_in_a_practice_of_one_those_who_left_count(begun: House) -> None:
    """Nobody else ever treated them: nothing of theirs is new to the viewer."""
    plant(begun, "t.one", [WENT] * 50, treated_until=ENDED)
    found = asked(begun).course
    assert found is not None
    assert found.n == 50
    # One's part alone is another's secret: those who had left before the end.
    left = ENDED - timedelta(days=20)
    begun.store.engine.writing(
        begun.viewer("t.one").scope,
        lambda cursor: cursor.run(
            "UPDATE treats SET to_on = $1 WHERE site_id = 1 AND to_on = $2", left, ENDED
        ),
    )
    assert asked(begun).course is None


def test_a_late_first_score_is_no_like_start(small: House) -> None:
    plant(small, "t.two", [WENT] * 50)
    found = asked(small)  # of the small practice: first asked after 98 days
    assert found.course is None
    assert "28 days" in found.why_none
    missing = expected.course(
        small.viewer("t.one"), small.clients["A"], small.episodes["A"], ("gad7", "total")
    )
    assert missing.why_none == "There is no first score to begin from."
