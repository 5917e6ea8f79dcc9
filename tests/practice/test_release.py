"""What a client sees of a measure with a risk item, from when on, and what staff hold back."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from attachdash.instruments import BLANK, Instrument, library
from attachdash.practice import (
    deciding,
    flags,
    house,
    mending,
    record,
    recording,
    release,
)
from attachdash.practice.record import Progress
from attachdash.practice.rights import Viewer
from tests.practice.conftest import NOW, TODAY, House
from tests.practice.imports import import_one
from tests.practice.test_mending import PHQ9, file

A_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
CAME_IN = NOW + MINUTE
FORTNIGHT = timedelta(days=14)
SOON = TODAY + timedelta(days=9)
LOW, POSITIVE, A_BLANK = [1] * 8 + [0], [1] * 9, [1] * 8 + [BLANK]


def seen_by_client(practice: House, at: datetime, who: str = "c.a") -> Progress:
    found = record.my_progress(practice.viewer(who, at))
    assert found
    return found


def days(practice: House, at: datetime, instrument: str = "phq9") -> list[date]:
    """The days of this questionnaire that the client's page has at that moment."""
    found = seen_by_client(practice, at)
    return [
        answer.answered_on
        for course in (*found.measures, *(one for one in found.triad.values() if one))
        if course.instrument.id == instrument
        for answer in course.answers
    ]


def without_form(practice: House, day: date = TODAY - 2 * A_DAY) -> None:
    """Take back the form that the house begins with, so that the page has none of the kind."""
    mine, a = practice.viewer("t.one"), practice.clients["A"]
    [form] = [
        one for one in mending.forms(mine, a).forms
        if one.instrument.id == "phq9" and one.last.answered_on == day
    ]  # fmt: skip
    mending.withdraw_administration(mine, a, form.administration_id, "For the test")


def came_in(practice: House, answers: list[int], at: datetime = CAME_IN,
            day: date = TODAY - A_DAY, who: str = "a.diallo") -> None:  # fmt: skip
    """A file with one PHQ-9 of client A, imported at that moment."""
    cells = ["" if one == BLANK else one for one in answers]
    done = import_one(practice.viewer(who, at), file(("A", day, cells)), PHQ9)
    assert done.kept == 1


def flag(practice: House, at: datetime) -> tuple[int, int, int]:
    mine = practice.viewer("t.one", at)
    with practice.store.engine.reading(mine.scope) as cursor:
        [found] = [one for one in flags.read(cursor, mine) if one.instrument.id == "phq9"]
    return found.flag_id, found.administration_id, found.version


def hold(practice: House, instrument: str = "phq9", last: date = SOON, at: datetime = NOW,
         reason: str = "Bad news at home") -> int:  # fmt: skip
    return release.hold_back(
        practice.viewer("t.one", at), practice.clients["A"], instrument, last, reason
    )


def opened(practice: House, at: datetime, who: str = "t.one") -> None:
    record.client_record(practice.viewer(who, at), practice.clients["A"])


def test_h11_a_measure_with_a_risk_item_is_shown_once_its_therapist_opened_the_record(
    either: House,
) -> None:
    without_form(either)
    opened(either, NOW)  # before it came in
    came_in(either, LOW)
    later = CAME_IN + timedelta(hours=1)
    assert days(either, later) == []
    for who in ("s.one",):  # a supervisor treats nobody; nor does the client
        opened(either, later, who)
    assert days(either, later) == []
    opened(either, later + MINUTE)
    assert days(either, later + MINUTE) == [TODAY - A_DAY]
    # What comes in after the look waits for another.
    came_in(either, LOW, later + 2 * MINUTE, TODAY)
    opened(either, later + 3 * MINUTE)  # within the quarter of an hour: no opening of its own
    assert days(either, later + 3 * MINUTE) == [TODAY - A_DAY]
    opened(either, later + 20 * MINUTE)
    assert days(either, later + 20 * MINUTE) == [TODAY - A_DAY, TODAY]


def test_h11_unseen_it_is_shown_by_itself_fourteen_days_after_it_came_in(either: House) -> None:
    """By the instant of keeping, whatever day stands on the form."""
    without_form(either)
    old = TODAY - timedelta(days=40)
    came_in(either, POSITIVE, day=old)
    hour = timedelta(hours=1)
    for since, shown in (
        (timedelta(0), []), (FORTNIGHT - hour, []), (FORTNIGHT - MINUTE, []), (FORTNIGHT, [old]),
    ):  # fmt: skip
        assert days(either, CAME_IN + since) == shown, since


@pytest.mark.parametrize("answers", [POSITIVE, A_BLANK], ids=["positive", "blank"])
def test_h11_an_answer_whose_flag_waits_to_be_seen_is_not_shown(
    small: House, answers: list[int]
) -> None:
    without_form(small)
    came_in(small, answers)
    later = CAME_IN + timedelta(hours=1)
    opened(small, later)
    assert days(small, later) == []
    deciding.mark_seen(small.viewer("t.one", later), small.clients["A"], *flag(small, later))
    assert days(small, later) == [TODAY - A_DAY]


def test_h11_a_historic_risk_answer_is_shown_once_its_therapist_opened_the_record(
    either: House,
) -> None:
    """It waits for nobody: old answers raise no alarm, and whoever opens the record is shown it."""
    without_form(either)
    old = TODAY - timedelta(days=40)
    came_in(either, POSITIVE, day=old)
    assert days(either, CAME_IN + timedelta(hours=1)) == []
    opened(either, CAME_IN + timedelta(hours=1), "s.one")
    assert days(either, CAME_IN + timedelta(hours=1)) == []
    later = either.viewer("t.one", CAME_IN + timedelta(hours=2))
    [raised] = record.client_record(later, either.clients["A"]).flags
    assert (raised.state, raised.answered_on) == ("historic", old)
    assert days(either, CAME_IN + timedelta(hours=2)) == [old]
    # One of these days on the same item waits again, with all that nobody said they saw.
    came_in(either, POSITIVE, CAME_IN + timedelta(hours=3), TODAY)
    opened(either, CAME_IN + timedelta(hours=4))
    assert TODAY not in days(either, CAME_IN + timedelta(hours=4))


def test_h11_also_the_answers_before_the_one_that_a_waiting_flag_rests_on_are_not_shown(
    either: House,
) -> None:
    """A flag rests on the newest of its answers; nobody said that they saw the one before."""
    without_form(either)
    first, second = TODAY - 5 * A_DAY, TODAY - A_DAY
    came_in(either, POSITIVE, CAME_IN, first)
    came_in(either, POSITIVE, CAME_IN + MINUTE, second)
    at = CAME_IN + timedelta(hours=1)
    opened(either, at)
    assert days(either, at) == []
    deciding.mark_seen(either.viewer("t.one", at), either.clients["A"], *flag(either, at))
    assert days(either, at) == [first, second]
    # Those were seen; what comes next doesn't take them away again.
    came_in(either, POSITIVE, at + MINUTE, TODAY)
    assert days(either, at + MINUTE) == [first, second]


@pytest.mark.parametrize(
    ("act", "words"), [("mark_seen", ()), ("act", ("Talked",)), ("close", ("Misread",))]
)
def test_h11_a_flag_that_the_therapist_saw_is_a_look_at_its_answer(
    small: House, act: str, words: tuple[str, ...]
) -> None:
    without_form(small)
    opened(small, NOW)
    came_in(small, POSITIVE)
    a, at = small.clients["A"], CAME_IN + MINUTE
    opened(small, at)  # no entry: it is the same look at the record still
    getattr(deciding, act)(small.viewer("t.one", at), a, *flag(small, at), *words)
    assert days(small, at) == [TODAY - A_DAY]


def test_h11_a_flag_that_its_supervisor_saw_is_no_look_of_the_therapist(either: House) -> None:
    without_form(either)
    came_in(either, POSITIVE)
    at = CAME_IN + 9 * A_DAY  # by then it has come to them
    deciding.mark_seen(either.viewer("s.one", at), either.clients["A"], *flag(either, at))
    assert days(either, at) == []
    opened(either, at + MINUTE)
    assert days(either, at + MINUTE) == [TODAY - A_DAY]


def test_h11_what_the_therapist_typed_in_has_been_seen_by_that(small: House) -> None:
    without_form(small)
    mine, a = small.viewer("t.one", CAME_IN), small.clients["A"]
    recording.record_administration(mine, a, "phq9", TODAY - A_DAY, LOW)
    assert days(small, CAME_IN) == [TODAY - A_DAY]
    recording.record_administration(mine, a, "phq9", TODAY, POSITIVE)
    assert days(small, CAME_IN) == [TODAY - A_DAY]


def test_h11_a_correction_waits_for_a_look_of_its_own(small: House) -> None:
    without_form(small)
    came_in(small, LOW)
    opened(small, CAME_IN + MINUTE)
    mine, a = small.viewer("t.one", CAME_IN + 2 * MINUTE), small.clients["A"]
    form = next(one for one in mending.forms(mine, a).forms if one.counts)
    mending.correct_administration(
        mine, a, form.administration_id, TODAY - A_DAY, [2] * 8 + [0], "Misread"
    )
    at = CAME_IN + 3 * MINUTE
    assert days(small, at) == []
    opened(small, at + timedelta(hours=1))
    assert days(small, at + timedelta(hours=1)) == [TODAY - A_DAY]


def test_h11_an_opening_while_an_import_was_going_on_is_no_look_at_it(small: House) -> None:
    """A long import bears the moment at which it began, and is committed minutes later."""
    without_form(small)
    opened(small, CAME_IN + MINUTE)  # it began before, and ends after
    came_in(small, LOW, CAME_IN)
    assert days(small, CAME_IN + timedelta(hours=1)) == []


def test_h11_what_waits_leaves_no_trace_in_what_the_page_is_given(small: House) -> None:
    """Not a count and not a day: a form from before the episode would stretch every picture."""
    without_form(small)
    at = CAME_IN + timedelta(hours=1)
    before = seen_by_client(small, at)
    came_in(small, POSITIVE, day=TODAY - timedelta(days=120))
    came_in(small, LOW, CAME_IN + MINUTE, TODAY)
    assert seen_by_client(small, at) == before
    assert before.measures == ()
    opened(small, at + MINUTE)
    found = seen_by_client(small, at + MINUTE)
    [course] = found.measures
    assert course.reach
    assert (course.n, course.reach[0]) == (2, TODAY - timedelta(days=120))


def test_h11_a_client_is_told_one_scale_of_a_measure_and_no_single_answer() -> None:
    """The sum of at least four other answers: nor does a difference of two scales give one away."""
    known = library()
    asking = [known[name] for name in known if known[name].risk_items]
    assert {one.id for one in asking} >= {"bdi2", "core10", "dar5", "pcl5", "phq9", "phq9a"}
    for instrument in asking:
        if instrument.in_own_words:
            continue  # below
        [scale] = release.told_scales(instrument)
        others = set(scale.items) - {one.item for one in instrument.risk_items}
        assert len(others) >= 4, instrument.id
        assert set(scale.items) == {item.number for item in instrument.items}, instrument.id


def test_h11_a_scale_of_risk_items_alone_is_told_to_nobody() -> None:
    phq9 = library()["phq9"]
    total = phq9.scale("total")
    alone = total.model_copy(update={"id": "risk", "items": (9,)})
    both: Instrument = phq9.model_copy(update={"scales": (alone, total)})
    assert release.told_scales(both) == (total,)
    assert release.told_scales(phq9.model_copy(update={"scales": (alone,)})) == ()
    sleep, appetite = (total.model_copy(update={"id": f"i{n}", "items": (n,)}) for n in (3, 5))
    singles: Instrument = phq9.model_copy(update={"scales": (sleep, appetite)})
    assert release.told_scales(singles) == ()


def test_h11_only_what_the_client_answered_about_themself_is_told(small: House) -> None:
    """And of two scales the one: never the parts in which a risk item weighs most."""
    mine, a = small.viewer("t.one", CAME_IN), small.clients["A"]
    for who, answers in (("self", [1] * 25), ("mother", [2] * 25)):
        recording.record_administration(mine, a, "rcads25", TODAY, answers, informant=who)
    at = CAME_IN + FORTNIGHT
    told = [one for one in seen_by_client(small, at).measures if one.instrument.id == "rcads25"]
    assert [(one.scale.id, one.values) for one in told] == [("total", [25.0])]


def test_h11_a_rise_of_what_weighs_on_somebody_is_told_as_a_fall(small: House) -> None:
    """Plainly and without alarm; up is better wherever a client reads."""
    mine, a = small.viewer("t.one", CAME_IN), small.clients["A"]
    without_form(small)
    for back, answer in ((90, 0), (60, 1), (30, 2), (1, 3)):
        day = TODAY - timedelta(days=back)
        recording.record_administration(mine, a, "phq9", day, [answer] * 8 + [0])
    [told] = seen_by_client(small, CAME_IN + FORTNIGHT).told_measures
    assert told.client_words == (
        "Your latest answer is lower than when you began. It is harder just now: worth talking "
        "about."
    )


def test_a_client_who_opens_their_page_is_written_down_once_a_quarter_of_an_hour(
    small: House,
) -> None:
    def entries() -> int:
        trail = house.audit_trail(small.viewer("a.diallo"), client_id=small.clients["A"])
        return int(((trail["kind"] == "opened record") & (trail["role"] == "client")).sum())

    for minutes, count in ((0, 1), (14, 1), (15, 2)):
        record.my_progress(small.viewer("c.a", NOW + timedelta(minutes=minutes)))
        assert entries() == count
    # Whoever isn't linked is shown nothing, and nothing is written of nobody.
    nobody: Viewer = replace(small.viewer("c.a"), client_id=None)
    assert record.my_progress(nobody) is None
    assert entries() == 2
