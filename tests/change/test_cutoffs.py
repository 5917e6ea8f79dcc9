"""Where does the functional range begin, and who is in which class?"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.change import cutoffs
from attachdash.change.cutoffs import (
    Class,
    LineRule,
    Moments,
    choose_line,
    classes,
    counts,
    cutoff_a,
    cutoff_b,
    cutoff_c,
    line_of,
    pcl5,
    talking_therapies,
)
from attachdash.change.two_point import Precision, ReliabilityKind, reliable_change, sign_of
from attachdash.instruments import Direction, library

CLINICAL, FUNCTIONAL = Moments(mean=40, sd=7.5), Moments(mean=60, sd=7.5)


def test_the_cut_offs_of_jacobson_and_truax_1991():
    assert (cutoff_a(CLINICAL, 1), cutoff_b(FUNCTIONAL, 1)) == (55, 45)
    assert cutoff_c(CLINICAL, FUNCTIONAL) == 50


def test_unequal_spreads_draw_the_line_towards_the_narrower_group():
    # Not the mean of means, and not with the SDs crossed over.
    line = cutoff_c(Moments(mean=40, sd=5), Moments(mean=60, sd=15))
    assert line == 45


@pytest.mark.parametrize(
    ("clinical", "functional", "sign", "rule", "value"),
    [
        (CLINICAL, FUNCTIONAL, 1, LineRule.C, 50),
        (Moments(mean=40, sd=4), Moments(mean=60, sd=4), 1, LineRule.B, 52),  # they don't overlap
        (None, FUNCTIONAL, 1, LineRule.B, 45),
        (CLINICAL, None, 1, LineRule.A, 55),
        (FUNCTIONAL, None, -1, LineRule.A, 45),
        (None, CLINICAL, -1, LineRule.B, 55),
    ],
)
def test_the_norms_at_hand_choose_the_cut_off(clinical, functional, sign, rule, value):
    line = choose_line(clinical, functional, sign)
    assert (line.rule, line.value) == (rule, value)


def test_no_norm_or_no_better_way_is_no_line():
    assert choose_line(None, None, 1) is None
    assert choose_line(CLINICAL, FUNCTIONAL, 0) is None


@pytest.mark.parametrize(
    ("rule", "clinical", "functional", "lacks"),
    [
        (LineRule.A, None, FUNCTIONAL, "clinical"),
        (LineRule.B, CLINICAL, None, "functional"),
        (LineRule.C, CLINICAL, None, "functional"),
        (LineRule.C, None, FUNCTIONAL, "clinical"),
    ],
)
def test_a_cut_off_asked_for_names_the_norm_it_lacks(rule, clinical, functional, lacks):
    with pytest.raises(ValueError, match=f"cut-off {rule} needs mean and SD of a {lacks}"):
        choose_line(clinical, functional, 1, rule)


def test_a_clinical_group_that_is_better_off_is_refused():
    with pytest.raises(ValueError, match="expected the functional one to be lower"):
        choose_line(CLINICAL, FUNCTIONAL, -1)


@pytest.mark.parametrize(
    ("instrument", "scale", "value", "rule", "at"),
    [
        ("phq9", "total", 10, LineRule.PUBLISHED, True),
        ("csi4", "total", 13.5, LineRule.PUBLISHED, False),
        ("swemwbs", "metric", 19.5, LineRule.PUBLISHED, True),  # never its "high" line
        ("ors", "total", 24.31, LineRule.C, True),  # its published lines are by age
        ("das", "total", 94.84, LineRule.C, True),
        ("spcc", "friend", 65.6, LineRule.B, True),
        ("teq", "total", None, None, None),  # neither way is better
        ("k10", "total", None, None, None),  # no SD
        ("ecr_r", "anxiety", None, None, None),  # attachment: no line is computed
    ],
)
def test_lines_of_the_library(instrument, scale, value, rule, at):
    definition = library()[instrument].scale(scale)
    line = line_of(definition, sign_of(definition.direction))
    if value is None:
        assert line is None
    else:
        assert line.value == pytest.approx(value, abs=0.01)
        assert (line.rule, line.at_is_clinical) == (rule, at)


def test_a_published_line_may_be_for_an_age():
    definition = library()["ors"].scale("total")
    values = [line_of(definition, 1, age) for age in (30, 15, 8)]
    assert [line and line.value for line in values] == [25, 28, 32]


def test_every_line_of_the_library_has_its_clinical_side_on_the_worse_side():
    for instrument in library().values():
        for scale in instrument.scales:
            sign = sign_of(scale.direction)
            line = line_of(scale, sign, age=30)
            assert line is None or sign
            for norm in scale.clinical if line else ():
                assert cutoffs.is_clinical(norm.mean, line.value, sign), (instrument.id, scale.id)


def test_das_of_the_couples_of_jacobson_1989(shared):
    wide = pl.read_csv(shared / "data" / "jacobson_1989.csv")
    pairs = wide.pivot(on="time", index="subject", values="das").drop_nulls()
    first, last = pairs["pre"].to_numpy(), pairs["post"].to_numpy()
    precision = Precision(sd=first.std(ddof=1), reliability=0.88, kind=ReliabilityKind.STATED)
    clinical = Moments(mean=first.mean(), sd=first.std(ddof=1))
    line = choose_line(clinical, Moments(mean=114.7, sd=17.8), 1)
    assert line.rule is LineRule.C
    assert line.value == pytest.approx(94.80, abs=0.005)
    index = reliable_change(first, last, precision)
    better = np.where(np.abs(index) > 1.96, np.sign(index), 0)
    # Worked figures of the couples' data.
    assert counts(classes(first, last, better, line.value, 1)) == {
        "recovered": 14, "improved": 5, "unchanged": 10, "deteriorated": 1, "newly_clinical": 0,
    }  # fmt: skip


SCORES = st.one_of(st.just(np.nan), st.integers(0, 27).map(float))


def plain_class(first, last, line, sign, at):
    """One person, by the words of the facts."""
    if np.isnan(first) or np.isnan(last):
        return Class.NOT_TOLD
    gain = sign * (last - first)
    was, now = (s * sign < line * sign or (s == line and at) for s in (first, last))
    if gain >= 6:
        return Class.RECOVERED if was and not now else Class.IMPROVED
    if gain <= -6:
        return Class.NEWLY_CLINICAL if now and not was else Class.DETERIORATED
    return Class.UNCHANGED


@given(
    st.lists(st.tuples(SCORES, SCORES), max_size=30),
    st.integers(1, 26),
    st.sampled_from([-1, 1]),
    st.booleans(),
)
def test_classes_are_those_of_a_plain_loop_and_of_the_mirror_image(pairs, line, sign, at):
    first, last = np.array(pairs, dtype=float).reshape(-1, 2).T
    moved = cutoffs.reliably(last - first, 6, strict=False)
    found = classes(first, last, sign * moved, line, sign, at_is_clinical=at)
    assert found.tolist() == [plain_class(a, b, line, sign, at) for a, b in pairs]
    mirrored = classes(27 - first, 27 - last, sign * moved, 27 - line, -sign, at_is_clinical=at)
    assert mirrored.tolist() == found.tolist()
    total = counts(found)
    told = sum(total[name] for name in ("recovered", "improved", "unchanged", "deteriorated"))
    assert told == (found != Class.NOT_TOLD).sum()


def test_without_a_line_nobody_recovers():
    found = classes([20, 5], [5, 20], [1, -1], np.nan, -1)
    assert found.tolist() == [Class.IMPROVED, Class.DETERIORATED]


def test_without_a_better_way_there_is_no_class():
    assert classes(20, 5, 1, 10, 0) == Class.NOT_TOLD
    assert sign_of(Direction.NEITHER) == 0


def test_pcl5_needs_28_or_less_later_to_be_significant():
    found = pcl5([60, 43, 43, 40, 20, np.nan], [45, 28, 29, 28, 35, 10])
    assert found.reliably_better.tolist() == [True, True, False, False, False, False]
    assert found.significant.tolist() == [False, True, False, False, False, False]
    assert found.reliably_worse.tolist() == [False, False, False, False, True, False]
    assert not pcl5([60], [45], 18).reliably_better.any()


@pytest.mark.parametrize(
    ("scores", "words"),
    # PHQ-9 first and last, GAD-7 first and last: what the NHS manual's rules say.
    [
        ((15, 5, 12, 4), {"at_caseness", "recovered", "reliably_improved", "reliably_recovered"}),
        ((10, 9, 7, 7), {"at_caseness", "recovered"}),  # no reliable change
        ((9, 3, 7, 7), {"reliably_improved"}),  # never a case
        ((9, 9, 8, 7), {"at_caseness", "recovered"}),  # by the GAD-7 alone
        ((20, 14, 10, 14), {"at_caseness"}),  # one better, the other worse: neither
        ((20, 15, 10, 9), {"at_caseness"}),  # 5 points of the PHQ-9
        ((5, 11, 5, 5), {"reliably_deteriorated"}),
        ((15, 9, 12, 8), {"at_caseness", "reliably_improved"}),  # still a case on the GAD-7
    ],
)
def test_talking_therapies_rules(scores, words):
    found = talking_therapies(*([score] for score in scores))
    names = {"at_caseness", "recovered", "reliably_improved", "reliably_recovered",
             "reliably_deteriorated"}  # fmt: skip
    assert {name for name in names if getattr(found, name).all()} == words
    assert found.told.all()


def test_a_course_without_all_four_scores_is_not_told():
    found = talking_therapies([20], [np.nan], [10], [2])
    assert not found.told.any()
    assert not found.at_caseness.any()
    assert not found.reliably_improved.any()
