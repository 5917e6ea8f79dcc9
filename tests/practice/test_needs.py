"""Does the published rule say who wants an eye, in its order, and how sure that is?"""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from attachdash.change import Course
from attachdash.instruments import Direction, Domain, library
from attachdash.practice import needs, telling
from attachdash.practice.clients import Client
from attachdash.practice.flags import Flag
from attachdash.practice.needs import RULES, Facts, Group, Need
from attachdash.practice.rules import SILENT_DAYS
from tests.charts.courses import START, make_course, turned

CLIENT = Client(
    client_id=1, code="C", name="", born_on=None, born_precision=None, language="en",
    person_id=None, episodes=(),
)  # fmt: skip
FORTNIGHTLY = tuple(range(0, 26, 2))
WORSE = (8, 8, 9, 8, 9, 13, 15, 16, 17, 18, 18, 19, 19)
STUCK = (16, 15, 17, 16, 15, 16, 17, 16, 15, 16, 16, 16, 16)
AMBER = (11, 10, 10, 13, 12, 15, 15, 16)
RED = (14, 8, 8, 9, 8, 9, 16, 18, 19, 19)  # by the level, not by two answers
PROBABLY = (10, 10, 9, 10, 8, 7, 6)
STEADY = (20, 19, 20, 21, 20, 20, 19, 20, 20, 21, 20, 20, 20)


def phq(values: Sequence[float]) -> Course:
    return make_course(values, weeks=FORTNIGHTLY[: len(values)])


def rses(values: Sequence[float]) -> Course:
    return make_course(values, instrument="rses", weeks=FORTNIGHTLY[: len(values)])


def flag(kind: str = "suicide_answer", state: str = "open", flag_id: int = 1) -> Flag:
    return Flag(
        flag_id=flag_id, client_id=1, administration_id=flag_id, version=1, kind=kind,
        instrument=library()["phq9"], item=9, topic="suicide", answer=1, answered_on=START,
        came_in_at=datetime(2026, 6, 20), state=state, seen_by=None, seen_at=None,
    )  # fmt: skip


def facts(
    *courses: Course, flags: Sequence[Flag] = (), silent_days: int | None = 3, open_: bool = True
) -> Facts:
    told = telling.tell([(CLIENT, course) for course in courses])
    return Facts(
        has_episode=open_, told={one.course.scale.domain: one for one in told},
        flags=tuple(flags), silent_days=silent_days if open_ else None,
    )  # fmt: skip


PLANTED = {
    Need.RISK: facts(phq(WORSE), flags=[flag(), flag("ask_answer", flag_id=2)]),
    Need.PROMPT: facts(phq(WORSE), flags=[flag("harm_to_others_answer")]),
    Need.TALK: replace(facts(phq(WORSE)), asked_to_talk=True),
    Need.RELIABLY_WORSE: facts(rses(STEADY), phq(WORSE), silent_days=50),
    Need.OFF_COURSE: facts(rses(STEADY), phq(AMBER)),
    Need.PROBABLY_WORSE: facts(rses(PROBABLY), phq(STUCK)),
    Need.NOT_MOVING: facts(rses(STEADY), phq(STUCK), silent_days=50),
    Need.OVERDUE: facts(phq((9, 8)), silent_days=42, flags=[flag(state="historic")]),
    Need.LATE: facts(phq((9, 8)), flags=[flag(state="historic"), flag(state="seen", flag_id=2)]),
    Need.NEW: facts(phq((9, 8)), silent_days=41),
    Need.UNTOLD: facts(make_course((40, 41, 40, 42, 41), instrument="ders16")),
    Need.ON_COURSE: facts(rses(STEADY), phq(tuple(reversed(WORSE)))),
    Need.NO_EPISODE: facts(open_=False),
}


def test_the_rule_has_each_step_once_in_its_published_order() -> None:
    assert [rule.need for rule in RULES] == list(Need) == list(PLANTED)
    groups = [rule.group for rule in RULES]
    assert list(dict.fromkeys(groups)) == list(Group)
    assert [one for one in Group if one.is_first] == list(Group)[:4]
    assert all(rule.data and rule.threshold and rule.certainty for rule in RULES)
    # H19: nobody is named as needing an eye without a next step.
    assert all(rule.next_step for rule in RULES if rule.need is not Need.ON_COURSE)


@pytest.mark.parametrize("need", Need)
def test_h19_each_step_finds_who_was_planted_for_it(need: Need) -> None:
    assert needs.reasons(PLANTED[need])[0].need is need


def test_planted_clients_are_sorted_as_the_rule_is() -> None:
    first = [needs.reasons(one)[0] for one in reversed(PLANTED.values())]
    assert [one.need for one in sorted(first, key=needs.place)] == list(Need)


def test_what_else_holds_stands_beside_and_each_course_once() -> None:
    found = [one.need for one in needs.reasons(PLANTED[Need.RISK])]
    assert found == [Need.RISK, Need.PROMPT, Need.RELIABLY_WORSE]
    found = [one.need for one in needs.reasons(PLANTED[Need.RELIABLY_WORSE])]
    assert found == [Need.RELIABLY_WORSE, Need.OVERDUE]
    found = [one.need for one in needs.reasons(PLANTED[Need.PROBABLY_WORSE])]
    assert found == [Need.PROBABLY_WORSE, Need.NOT_MOVING]


def test_within_off_course_red_stands_before_amber() -> None:
    amber = needs.reasons(PLANTED[Need.OFF_COURSE])[0]
    red = needs.reasons(facts(phq(RED)))[0]
    assert red.need is amber.need is Need.OFF_COURSE
    assert amber.certainty is not None
    assert red.certainty is not None
    assert 0.90 <= amber.certainty < 0.95 <= red.certainty
    assert needs.place(red) < needs.place(amber)


def test_only_the_primary_symptom_scale_can_be_off_its_course_or_stuck() -> None:
    assert needs.reasons(facts(phq(STUCK)))[0].need is Need.NOT_MOVING
    # The same answers, were they of a leading scale: a steady course and no more.
    told = telling.tell([(CLIENT, phq(STUCK))])[0]
    other = Facts(
        has_episode=True, told={Domain.REGULATION: told}, flags=(), silent_days=3
    )  # fmt: skip
    assert needs.reasons(other)[0].need is Need.ON_COURSE


def test_since_when_is_the_first_answer_of_those_that_all_say_so() -> None:
    [worse, *_] = needs.reasons(facts(phq(WORSE)))
    assert worse.since is not None
    weeks = (worse.since - START).days // 7
    assert 10 <= weeks <= 16
    assert worse.certainty is not None
    assert worse.certainty > 0.95
    assert needs.reasons(PLANTED[Need.ON_COURSE])[0].since is None


def test_h09_a_mirrored_scale_stands_in_the_same_place() -> None:
    scale = library()["rses"].scale("total")
    both = scale.low + scale.high
    mirrored = turned(scale, Direction.LOWER).model_copy(
        update={
            which: tuple(
                norm.model_copy(update={"mean": both - norm.mean}) for norm in getattr(scale, which)
            )
            for which in ("norms", "clinical")
        }
    )
    for values in (STEADY, PROBABLY, (20, 20, 19, 14, 12, 11), (9, 9, 12, 18, 22)):
        plain = needs.reasons(facts(rses(values)))[0]
        other = make_course(
            [both - one for one in values], instrument="rses", scale=mirrored,
            weeks=FORTNIGHTLY[: len(values)],
        )  # fmt: skip
        turned_ = needs.reasons(facts(other))[0]
        assert (turned_.need, turned_.since) == (plain.need, plain.since)
        assert turned_.certainty == (
            None if plain.certainty is None else pytest.approx(plain.certainty, abs=1e-9)
        )


def days(*on: float) -> tuple[float, ...]:
    return tuple(one / 7 for one in on)


WILD = {
    "one answer": make_course((12,), weeks=(0,)),
    "two on one day": make_course((12, 19), weeks=(1, 1)),
    "three on one day": make_course((12, 19, 3), weeks=(1, 1, 1)),
    "no variance": make_course((12,) * 8),
    "at the floor": make_course((0,) * 8),
    "at the ceiling": make_course((27,) * 14),
    "a gap of two years": make_course((12, 11, 20, 21), weeks=(0, 2, 104, 106)),
    "before the start": make_course((12, 11, 20), weeks=(-5, -3, -1)),
    "2,000 daily answers": make_course(
        tuple(np.random.default_rng(1).integers(0, 28, 2000).tolist()), weeks=days(*range(2000))
    ),
}


@pytest.mark.parametrize("name", WILD)
def test_wild_courses_break_nothing(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = needs.reasons(facts(WILD[name]))
    assert all(one.certainty is None or 0 <= one.certainty <= 1 for one in found)
    if name in ("one answer", "two on one day", "three on one day"):
        assert found[0].need is Need.NEW
    if name in ("no variance", "at the floor"):
        assert found[0].need is Need.ON_COURSE


def test_a_scale_without_figures_is_not_called_on_course() -> None:
    """And one that has them beside it is judged all the same."""
    ders = make_course((40, 41, 40, 60, 70), instrument="ders16")
    assert needs.reasons(facts(ders))[0].need is Need.UNTOLD
    assert needs.reasons(facts(ders, phq((9,))))[0].need is Need.NEW
    assert needs.reasons(facts(ders, phq(WORSE)))[0].need is Need.RELIABLY_WORSE
    assert needs.reasons(facts())[0].need is Need.NEW


def test_nobody_is_on_course_after_six_weeks_without_an_answer() -> None:
    on = PLANTED[Need.ON_COURSE]
    late = Facts(has_episode=True, told=on.told, flags=(), silent_days=SILENT_DAYS)
    assert needs.reasons(late)[0].need is Need.OVERDUE
