"""Do the lines that say how a score was made come to that score, worked out as they stand?"""

import re
from math import isclose, isfinite, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE, Instrument, Scale, State
from attachdash.instruments import library as all_instruments
from attachdash.instruments.grounds import Standing, Use, grounds
from attachdash.instruments.scoring import score
from attachdash.instruments.steps import Absent, Line, Steps, in_digits, steps, steps_of_ready
from attachdash.instruments.words import Method

LIBRARY = all_instruments()
COMPUTED = [
    (instrument, scale)
    for instrument in LIBRARY.values()
    if instrument.accepts_items
    for scale in instrument.scales
    if scale.method is not Method.GIVEN
]
EVERY = [(instrument, scale) for instrument in LIBRARY.values() for scale in instrument.scales]


def worked_out(text: str, scale: Scale) -> float:
    """What the arithmetic comes to, as somebody with a pocket calculator would have it."""
    if found := re.fullmatch(r"(\d+) in the conversion table", text):
        return scale.convert[int(found[1])]
    plain = text.translate(str.maketrans("−×÷√", "-*/s")).replace("s(", "sqrt(")
    assert re.fullmatch(r"[\d.+\-*/() sqrt]+", plain), text
    return float(eval(plain, {"__builtins__": {}}, {"sqrt": sqrt}))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def check_line(line: Line, scale: Scale) -> None:
    """The sum comes to the value, and what is shown is the value rounded."""
    comes_to = worked_out(line.sum, scale)
    decimals = len(line.shown.partition(".")[2])
    if line.says == "Share of the range":  # of the score as shown: it rounds to the same
        assert in_digits(comes_to, 0) == line.shown
    else:
        assert isclose(comes_to, line.value, abs_tol=1e-9), line
    assert abs(number(line.shown) - line.value) <= 0.5 * 10**-decimals + 1e-9, line


def check(instrument: Instrument, scale: Scale, answers: list[int]) -> Steps:
    """All that must hold of any answers to any scale, held against the fast scoring."""
    made = steps(instrument, scale, answers)
    judge = score(instrument, np.array([answers], np.int16))[scale.id]
    [expected], [state] = judge.value.tolist(), judge.states()
    value = nan if made.value is None else made.value
    assert (made.state, made.answered, made.asked) == (state, int(judge.answered[0]), judge.asked)
    assert isclose(value, expected, abs_tol=1e-9) or not (isfinite(value) or isfinite(expected))
    assert bool(made.why_none) is (made.value is None) is (not made.lines)
    for line in made.lines:
        check_line(line, scale)
    check_items(instrument, scale, made, answers)
    return made


def check_items(instrument: Instrument, scale: Scale, made: Steps, answers: list[int]) -> None:
    assert sorted(item.number for item in made.items) == sorted(scale.items)
    for item in made.items:
        given, step = answers[item.number - 1], instrument.step
        assert (item.answer is None) is (given < 0) is (item.absent is not None)
        if item.answer is not None:
            assert isclose(item.answer, given * step)
            assert item.counts_as is not None
            if found := re.fullmatch(r"turned, (\S+ − \S+)", item.how):
                assert isclose(worked_out(found[1], scale), item.counts_as, abs_tol=1e-9)
            elif found := re.fullmatch(r"recoded, (\S+) counts as (\S+)", item.how):
                assert (number(found[1]), number(found[2])) == (item.answer, item.counts_as)
            else:
                assert (item.how, item.counts_as) == ("", item.answer)
    # The column alone comes to the score too.
    if made.value is not None and not scale.convert:
        counted = [item.counts_as for item in made.items if item.counts_as is not None]
        assert len(counted) == len(scale.items)
        parts: dict[str, list[float]] = {}
        for item in made.items:
            parts.setdefault(item.part, []).append(item.counts_as or 0.0)
        means = scale.method in (Method.MEAN, Method.RECODE_MEAN, Method.MEAN_OF_SCALES)
        found_values = [sum(one) / len(one) if means else sum(one) for one in parts.values()]
        total = sum(found_values) / len(found_values)
        assert isclose(total * scale.factor + scale.offset, made.value, abs_tol=1e-9)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, Scale, list[int]]:
    instrument, scale = draw(st.sampled_from(COMPUTED))
    answers = [draw(st.integers(item.low, item.high)) for item in instrument.items]
    # As many blanks as the rule allows, and one more.
    for place in draw(st.lists(st.sampled_from(scale.items), max_size=scale.missing_allowed + 1)):
        answers[place - 1] = draw(st.sampled_from([BLANK, DECLINED, NOT_APPLICABLE]))
    return instrument, scale, answers


@given(answered())
def test_the_lines_come_to_the_score(case: tuple[Instrument, Scale, list[int]]) -> None:
    check(*case)


@pytest.mark.parametrize(
    ("instrument", "scale"), COMPUTED, ids=[f"{one.id}-{scale.id}" for one, scale in COMPUTED]
)
def test_so_they_do_for_every_scale_of_the_library(instrument: Instrument, scale: Scale) -> None:
    random = np.random.default_rng(len(scale.items) * 1009 + len(instrument.items))
    lows, highs = ([getattr(one, end) for one in instrument.items] for end in ("low", "high"))
    check(instrument, scale, lows)
    check(instrument, scale, highs)
    for blanks in range(scale.missing_allowed + 2):
        for _ in range(4):
            answers = random.integers(lows, highs, endpoint=True).tolist()
            where = random.choice(scale.items, min(blanks, len(scale.items)), replace=False)
            for place in where.tolist():
                answers[place - 1] = int(random.integers(NOT_APPLICABLE, BLANK, endpoint=True))
            made = check(instrument, scale, answers)
            assert (made.value is None) is (blanks > scale.missing_allowed)


def test_a_blank_of_the_rosenberg_scale_stands_as_in_the_picture() -> None:
    """The example the page was drawn from, worked out by hand."""
    rses = LIBRARY["rses"]
    made = steps(rses, rses.scale("total"), [2, 2, 2, 2, 1, 2, BLANK, 2, 1, 1])
    assert [f"{one.says}: {one.sum} = {one.shown} {one.unit}".strip() for one in made.lines] == [
        "Nine answers, turned where needed: 2 + 1 + 2 + 2 + 2 + 1 + 1 + 2 + 1 = 14",
        "One without an answer counts as: 14 ÷ 9 = 1.556 (not rounded)",
        "Score: 14 + 14 ÷ 9 = 15.56 of 30",
        "Share of the range: 100 × (15.556 − 0) ÷ (30 − 0) = 52 of 100, up is better",
        "Standard error of one answer: 5.8 × √(1 − 0.91) = 1.74",
        "Noise of one answer: 1.96 × 5.8 × √(1 − 0.91) = 3.4 either way, 95%",
    ]
    told = {item.number: (item.how, item.counts_as) for item in made.items}
    assert told[2] == ("turned, 3 − 2", 1)
    assert told[1] == ("", 2)
    assert told[7][0] == "blank: mean of the other nine"
    assert made.turned == 5


def test_reasons_for_no_answer_are_told_apart() -> None:
    phq9 = LIBRARY["phq9"]
    answers = [BLANK, DECLINED, NOT_APPLICABLE, *[1] * 6]
    made = steps(phq9, phq9.scale("total"), answers)
    assert [item.absent for item in made.items[:4]] == [
        Absent.BLANK, Absent.DECLINED, Absent.NOT_APPLICABLE, None,
    ]  # fmt: skip
    assert made.value is None
    assert made.state is State.INCOMPLETE
    assert made.why_none == "Three of nine are without an answer and two may be: no score."
    assert [item.how for item in made.items[:3]] == ["blank", "declined", "not applicable"]


@pytest.mark.parametrize(("instrument", "scale"), EVERY)
def test_a_ready_score_says_only_what_is_known(instrument: Instrument, scale: Scale) -> None:
    for value in (*scale.range, sum(scale.range) / 2, scale.low + scale.span / 3):
        made = steps_of_ready(instrument, scale, value)
        assert made.items == ()
        assert made.lines[0].is_plain
        assert made.share == pytest.approx(scale.share(value))
        for line in made.lines[1:]:
            check_line(line, scale)


def test_answers_that_do_not_fit_are_refused() -> None:
    rses = LIBRARY["rses"]
    with pytest.raises(Invalid):
        steps(rses, rses.scale("total"), [1] * 9)
    instrument, scale = next(pair for pair in EVERY if pair[1].method is Method.GIVEN)
    with pytest.raises(Invalid):
        steps(instrument, scale, [1] * len(instrument.items))


@pytest.mark.parametrize(("instrument", "scale"), EVERY)
def test_every_figure_has_a_source_and_says_whether_it_was_checked(
    instrument: Instrument, scale: Scale
) -> None:
    found = grounds(instrument, scale)
    for one in found:
        assert one.name
        assert one.value
        assert one.source
    by_name = {one.name: one for one in found}
    if scale.sem:
        noise = by_name["SD, for the noise"]
        assert number(noise.value) == scale.sem.sd
        assert (noise.standing is Standing.CHECKED) is scale.sem.checked
        assert noise.use is Use.NOISE
    assert len([one for one in found if one.name.startswith("Cut-off")]) == len(scale.cutoffs)
    for cutoff in scale.cutoffs:
        same = [one for one in found if cutoff.name in one.name and cutoff.source in one.source]
        assert [one.standing is Standing.CHECKED for one in same] == [cutoff.checked] * len(same)
        assert same
    if scale.method is not Method.GIVEN:
        key = next(one for one in found if one.name.startswith("Key"))
        assert (key.standing is Standing.CHECKED) is instrument.form.keys_verified
        assert by_name["Blanks allowed"].value.endswith(f"of {len(scale.items)}")


def test_the_rule_for_blanks_says_whose_it_is() -> None:
    standings = {
        name: next(
            one.standing
            for one in grounds(LIBRARY[name], LIBRARY[name].scale("total"))
            if one.name == "Blanks allowed"
        )
        for name in ("rses", "phq9", "core10", "psc17")
    }
    assert standings == {
        "rses": Standing.HOUSE, "phq9": Standing.UNCHECKED, "core10": Standing.CHECKED,
        "psc17": Standing.HOUSE,
    }  # fmt: skip
