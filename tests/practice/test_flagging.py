"""What a flag becomes when more comes in, and who is named as having looked, on both engines."""

from datetime import timedelta

import pytest

from attachdash.practice import deciding, record, recording
from attachdash.practice.flags import Flag
from attachdash.store import flags
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.test_caseload import add


def _answer(house: House, days_ago: int, answer: int = 1, now_in: int = 0) -> None:
    """A PHQ-9 of client A whose last item has this answer, typed in `now_in` days from now."""
    mine = house.viewer("t.one", NOW + timedelta(days=now_in))
    day = TODAY - timedelta(days=days_ago)
    recording.record_administration(mine, house.clients["A"], "phq9", day, [0] * 8 + [answer])


def _flag(house: House, now_in: int = 0) -> Flag:
    mine = house.viewer("t.one", NOW + timedelta(days=now_in))
    [found] = record.client_record(mine, house.clients["A"]).flags
    return found


def _look(house: House) -> None:
    shown = _flag(house)
    deciding.mark_seen(
        house.viewer("t.one"),
        house.clients["A"],
        shown.flag_id,
        shown.administration_id,
        shown.version,
    )


def test_h05_a_late_old_answer_is_not_seen_because_one_before_it_was(either: House) -> None:
    """It came in 20 days after its day: no alarm, but nobody has looked at it either."""
    _answer(either, days_ago=60)
    _look(either)
    assert (_flag(either).state, _flag(either).seen_by) == ("seen", "T.ONE")
    _answer(either, days_ago=20, answer=3)
    late = _flag(either)
    assert (late.answer, late.answered_on) == (3, TODAY - timedelta(days=20))
    assert (late.state, late.seen_by, late.seen_at) == ("historic", None, None)
    _look(either)
    assert (_flag(either).state, _flag(either).seen_by) == ("seen", "T.ONE")


def test_h05_a_late_old_answer_leaves_an_open_flag_open(either: House) -> None:
    _answer(either, days_ago=1)
    assert _flag(either).state == "open"
    _answer(either, days_ago=0, answer=2, now_in=20)
    late = _flag(either, now_in=20)
    assert (late.answer, late.state) == (2, "open")


def test_an_answer_from_before_the_one_seen_changes_nothing(either: House) -> None:
    _answer(either, days_ago=20)
    _look(either)
    _answer(either, days_ago=60, answer=3)
    assert (_flag(either).answer, _flag(either).state) == (1, "seen")


@pytest.mark.parametrize("days_ago", [0, 7])
def test_h05_who_looked_is_named_only_beside_the_answer_they_looked_at(
    either: House, days_ago: int
) -> None:
    _answer(either, days_ago=4)
    _look(either)
    _answer(either, days_ago=days_ago, answer=3)
    new = _flag(either)
    assert (new.answer, new.state, new.seen_by, new.seen_at) == (3, "open", None, None)


def test_the_flags_known_are_those_of_the_clients_asked_for_and_of_no_one_between(
    either: House,
) -> None:
    mine, codes = either.viewer("t.one"), ("F", "G", "L")
    for code in codes:
        add(either, code, TODAY)
    first, between, last = (either.clients[code] for code in codes)
    for who in (first, between, last):
        recording.record_administration(mine, who, "phq9", TODAY, [0] * 8 + [1])
    with either.store.engine.reading(mine.scope) as cursor:
        found = flags.known(cursor, mine.site_id, [last, first]).sort("client_id")
        assert found["client_id"].to_list() == [first, last]
        assert found["held_on"].to_list() == [TODAY, TODAY]
        for nobody in ([], [last + 1_000]):
            assert flags.known(cursor, mine.site_id, nobody).columns == found.columns
            assert flags.known(cursor, mine.site_id, nobody).is_empty()
