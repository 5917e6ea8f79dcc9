"""The traps that definitions name: keys, ranges, missing rules, risk answers and rules."""
# ruff: noqa: E501 - the cases are tables, one to a line

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from attachdash.errors import Invalid
from attachdash.instruments import (
    BLANK,
    DECLINED,
    LEADS,
    NOT_APPLICABLE,
    Direction,
    RiskKind,
    State,
    library,
    risk_answers,
    rule_met,
    score,
)

Patterns = NDArray[np.int16]


def form(name: str, fill: int, changed: dict[int, int] | None = None) -> Patterns:
    """One form, every item answered `fill` but for those of `changed` (by number)."""
    answers = np.full((1, len(library()[name].items)), fill, np.int16)
    for number, answer in (changed or {}).items():
        answers[0, number - 1] = answer
    return answers


def value(name: str, scale_id: str, answers: Patterns) -> float:
    return float(score(library()[name], answers)[scale_id].value[0])


# Each row: instrument, scale, answers, score worked out by hand.
BY_HAND = [
    # RSES 1965 order: 2, 5, 6, 8, 9 reversed, so agreeing with all is 15.
    ("rses", "total", form("rses", 3), 15),
    ("rses", "total", form("rses", 0, dict.fromkeys((1, 3, 4, 7, 10), 3)), 30),
    # WHO-5: the sum times 4.
    ("who5", "total", form("who5", 3), 60),
    ("who5", "total", form("who5", 2, {1: 3}), 44),
    # SWEMWBS: the sum looked up; ends and a middle of the table.
    ("swemwbs", "metric", form("swemwbs", 1), 7.0),
    ("swemwbs", "metric", form("swemwbs", 5), 35.0),
    ("swemwbs", "metric", form("swemwbs", 3, {1: 2}), library()["swemwbs"].scale("metric").convert[20]),
    ("swemwbs", "raw", form("swemwbs", 3, {1: 2}), 20),
    # RFQ-8: within uncertainty item 7 is recoded the other way; certainty recodes from below.
    ("rfq8", "uncertainty", form("rfq8", 7, {7: 1}), 3),
    ("rfq8", "uncertainty", form("rfq8", 7), 2.5),
    ("rfq8", "uncertainty", form("rfq8", 4), 0),
    ("rfq8", "certainty", form("rfq8", 1), 3),
    ("rfq8", "certainty", form("rfq8", 3), 1),
    # CSI: the first item runs to 6, the others to 5.
    ("csi4", "total", form("csi4", 5, {1: 6}), 21),
    ("csi16", "total", form("csi16", 5, {1: 6}), 81),
    # DERS: eleven items reversed; awareness entirely; the total without it keeps thirty items.
    ("ders36", "total", form("ders36", 5), 25 * 5 + 11),
    ("ders36", "awareness", form("ders36", 5), 6),
    ("ders36", "total_without_awareness", form("ders36", 5), 25 * 5 + 5),
    ("ders16", "total", form("ders16", 5), 80),
    ("ders18", "total", form("ders18", 5), 15 * 5 + 3),
    ("ders18", "total_without_awareness", form("ders18", 5), 75),
    # RAS: 4 and 7 reversed, not 6.
    ("ras", "total", form("ras", 5, {4: 1, 7: 1}), 5),
    ("ras", "total", form("ras", 5, {6: 1}), (4 * 5 + 1 + 1 + 1) / 7),
    # ECR-S: sums from 6, not 7.
    ("ecr_s", "anxiety", form("ecr_s", 1, {8: 7}), 6),
    ("ecr_s", "avoidance", form("ecr_s", 7, {1: 1, 5: 1, 9: 1}), 42),
    # ECR of 1998: odd items avoidance, even anxiety.
    ("ecr_brennan", "anxiety", form("ecr_brennan", 1, dict.fromkeys(range(2, 37, 2), 7)), (17 * 7 + 1) / 18),
    ("ecr_brennan", "avoidance", form("ecr_brennan", 1, dict.fromkeys(range(2, 37, 2), 7)), (9 * 1 + 9 * 7) / 18),
    # IPPA peer: item 5 reversed in trust; alienation reversed in the total only.
    ("ippa_peer", "trust", form("ippa_peer", 5, {5: 1}), 50),
    ("ippa_peer", "alienation", form("ippa_peer", 5), 35),
    ("ippa_peer", "total", form("ippa_peer", 5), 17 * 5 + 8),
    # RQ: model of self is (secure + dismissing) - (preoccupied + fearful).
    ("rq", "model_self", form("rq", 1, {1: 7, 4: 6}), 7 + 6 - 1 - 1),
    ("rq", "model_other", form("rq", 1, {1: 7, 3: 6}), 7 + 6 - 1 - 1),
    ("rq", "model_other", form("rq", 1, {2: 7, 4: 7}), -12),
    # SPCC: 0 to 100, the total equals the mean of all twelve when complete.
    ("spcc", "total", form("spcc", 50, {1: 100, 2: 0, 3: 80}), (9 * 50 + 180) / 12),
    # PG-13-R: the gates are never added.
    ("pg13r", "symptoms", form("pg13r", 5, {1: 1, 2: 600, 13: 1}), 50),
    # MAAS: nothing reversed.
    ("maas", "total", form("maas", 6), 6),
    ("core10", "total", form("core10", 0, {2: 4, 3: 4}), 0),
    ("cpq35r", "constructive", form("cpq35r", 9, {1: 1, 24: 1, 26: 1}), 81),
    # ORS and SRS: marks in tenths, as whole steps.
    ("ors", "total", form("ors", 62, {1: 65}), 25.1),
    ("srs", "total", form("srs", 100), 40),
    ("teq", "total", form("teq", 4), 32),
    ("erq", "reappraisal", form("erq", 1, dict.fromkeys((1, 3, 5, 7, 8, 10), 7)), 7),
]  # fmt: skip


@pytest.mark.parametrize(("name", "scale_id", "answers", "expected"), BY_HAND)
def test_scores_worked_out_by_hand(
    name: str, scale_id: str, answers: Patterns, expected: float
) -> None:
    assert value(name, scale_id, answers) == pytest.approx(expected, abs=1e-9)


# Each row: instrument, scale, answers, score or None, state.
MISSING = [
    # RSES: two blanks, the mean after reversing: items 2 and 5 blank, the rest all 3 keyed.
    ("rses", "total", form("rses", 3, {2: BLANK, 5: BLANK, 6: 0, 8: 0, 9: 0}), 30, State.PRORATED),
    ("rses", "total", form("rses", 3, {1: BLANK, 2: BLANK, 3: BLANK}), None, State.INCOMPLETE),
    # Unrounded: 8 answers of mean 1.125 make 9 x 1.125.
    ("phq9", "total", form("phq9", 1, {1: 2, 9: BLANK}), 9 * 9 / 8, State.PRORATED),
    ("phq9", "total", form("phq9", 1, {1: -3, 2: -2, 9: BLANK}), None, State.INCOMPLETE),
    ("phq9a", "total", form("phq9a", 1, {9: BLANK}), None, State.INCOMPLETE),
    # CORE-10: ten times the mean of at least nine.
    ("core10", "total", form("core10", 2, {1: BLANK, 4: 3}), 10 * 19 / 9, State.PRORATED),
    ("core10", "total", form("core10", 2, {1: BLANK, 2: BLANK}), None, State.INCOMPLETE),
    # SPCC: two of twelve, even within one part; each part the mean of its answered items.
    ("spcc", "total", form("spcc", 40, {1: BLANK, 4: BLANK, 7: 80}), ((80 + 40) / 2 + 40 + 40) / 3, State.PRORATED),
    ("spcc", "total", form("spcc", 40, {1: BLANK, 4: BLANK, 2: BLANK}), None, State.INCOMPLETE),
    ("spcc", "stranger", form("spcc", 40, {1: BLANK}), None, State.INCOMPLETE),
    # PG-13-R: blank gates are no blanks of the scale.
    ("pg13r", "symptoms", form("pg13r", 3, {1: BLANK, 2: BLANK, 13: BLANK}), 30, State.COMPLETE),
    ("pg13r", "symptoms", form("pg13r", 3, {1: 1, 2: 1, 13: 1, 3: BLANK}), 30, State.PRORATED),
    ("pg13r", "symptoms", form("pg13r", 3, {1: 1, 2: 1, 13: 1, 3: -2, 4: -1}), None, State.INCOMPLETE),
    # PSC-17: a blank is the person's mean, not 0.
    ("psc17", "total", form("psc17", 2, {1: BLANK, 2: BLANK, 3: BLANK}), 34, State.PRORATED),
    # SWEMWBS is never prorated.
    ("swemwbs", "metric", form("swemwbs", 3, {1: BLANK}), None, State.INCOMPLETE),
    ("gad7", "total", form("gad7", 0, dict.fromkeys(range(1, 8), BLANK)), None, State.INCOMPLETE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "scale_id", "answers", "expected", "state"), MISSING)
def test_missing_answers_follow_the_scales_rule(
    name: str, scale_id: str, answers: Patterns, expected: float | None, state: State
) -> None:
    found = score(library()[name], answers)[scale_id]
    assert found.states() == [state]
    if expected is None:
        assert np.isnan(found.value[0])
    else:
        assert found.value[0] == pytest.approx(expected, abs=1e-9)


def test_the_second_order_of_the_rses_needs_its_own_columns() -> None:
    """In that order 3, 5, 8, 9, 10 are reversed; put in the 1965 order both agree."""
    random = np.random.default_rng(5)
    second = random.integers(0, 4, (500, 10)).astype(np.int16)
    keyed = second.copy()
    keyed[:, [2, 4, 7, 8, 9]] = 3 - keyed[:, [2, 4, 7, 8, 9]]
    order = [7, 10, 2, 4, 5, 9, 1, 8, 3, 6]
    found = score(library()["rses"], second[:, [number - 1 for number in order]])["total"]
    np.testing.assert_array_equal(found.value, keyed.sum(axis=1))
    wrong = score(library()["rses"], second)["total"]
    assert not np.array_equal(wrong.value, found.value)


def test_the_swemwbs_is_the_wemwbs_seven() -> None:
    assert len(library()["swemwbs"].items) == 7
    table = library()["swemwbs"].scale("metric").convert
    assert sorted(table) == list(range(7, 36))
    # The lines 19.5 and 27.5 of the metric lie between these sums.
    assert table[21] < 19.5 < table[22]
    assert table[30] < 27.5 < table[31]


def test_every_phq9_pattern_flags_exactly_when_item_nine_is_above_zero() -> None:
    """All 4^9, whatever the total."""
    answers = np.array(list(product(range(4), repeat=9)), np.int16)
    for name in ("phq9", "phq9a"):
        ((risk, positive, blank),) = risk_answers(library()[name], answers)
        assert risk.kind is RiskKind.SUICIDE
        np.testing.assert_array_equal(positive, answers[:, 8] >= 1)
        assert not blank.any()


@pytest.mark.parametrize("reason", [BLANK, DECLINED, NOT_APPLICABLE])
def test_a_blank_risk_item_is_reported_and_blocks_nothing(reason: int) -> None:
    answers = form("phq9", 1, {9: reason})
    ((_, positive, blank),) = risk_answers(library()["phq9"], answers)
    assert blank.tolist() == [True]
    assert positive.tolist() == [False]
    assert value("phq9", "total", answers) == 9


def test_a_risk_answer_counts_on_a_form_without_a_score() -> None:
    answers = form("phq9", BLANK, {9: 1})
    ((_, positive, _),) = risk_answers(library()["phq9"], answers)
    assert positive.tolist() == [True]
    assert np.isnan(value("phq9", "total", answers))


def test_of_several_kinds_on_one_item_the_gravest_counts() -> None:
    answers = np.vstack([form("rcads25", 0, {18: answer}) for answer in (0, 1, 2, 3, BLANK)])
    found = risk_answers(library()["rcads25"], answers)
    assert [risk.kind for risk, _, _ in found] == [RiskKind.SUICIDE, RiskKind.ASK]
    assert found[0][1].tolist() == [False, False, True, True, False]
    assert found[1][1].tolist() == [False, True, False, False, False]
    assert found[0][2].tolist() == found[1][2].tolist() == [False] * 4 + [True]


# Each row: instrument, item, least answer, kind.
RISKS = [
    ("core10", 6, 1, RiskKind.SUICIDE),
    ("bdi2", 9, 1, RiskKind.SUICIDE),
    ("dar5", 4, 3, RiskKind.HARM_TO_OTHERS),
    ("pcl5", 16, 3, RiskKind.ASK),
    ("psc17", 6, 2, RiskKind.ASK),
]


@pytest.mark.parametrize(("name", "item", "least", "kind"), RISKS)
def test_risk_items_flag_from_their_least_answer(
    name: str, item: int, least: int, kind: RiskKind
) -> None:
    low = library()[name].item(1).low
    below, at = form(name, low, {item: least - 1}), form(name, low, {item: least})
    ((risk, positive, _),) = risk_answers(library()[name], np.vstack([below, at]))
    assert risk.kind is kind
    assert positive.tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "most"),
    [("checkin_adult", 2), ("checkin_teen", 2), ("checkin_child", 1), ("checkin_carer", 2)],
)
def test_feeling_unsafe_is_the_lowest_fifth_of_its_line_and_never_a_blank(
    name: str, most: int
) -> None:
    instrument = library()[name]
    low, high = instrument.item(4).low, instrument.item(4).high
    assert (high - low) * 0.2 >= most - low > (high - low) * 0.2 - 1
    steps = [BLANK, DECLINED, NOT_APPLICABLE, *range(low, high + 1)]
    answers = np.vstack([form(name, high, {4: answer}) for answer in steps])
    ((risk, positive, blank),) = risk_answers(instrument, answers)
    assert risk.kind is RiskKind.UNSAFE
    assert positive.tolist() == [low <= answer <= most for answer in steps]
    assert blank.tolist() == [answer < 0 for answer in steps]


@pytest.mark.parametrize(
    ("name", "count"),
    [(f"checkin_{who}", 8) for who in ("adult", "teen", "child", "carer")]
    + [(f"session_{who}", 1) for who in ("adult", "teen", "child")],
)
def test_a_check_in_is_lines_alone_never_added_up_nor_leading_a_domain(
    name: str, count: int
) -> None:
    instrument = library()[name]
    assert [scale.items for scale in instrument.scales] == [(n,) for n in range(1, count + 1)]
    assert instrument.in_own_words
    assert "not validated" in f"{instrument.citation} {instrument.caution}"
    for scale in instrument.scales:
        assert scale.direction is Direction.HIGHER
        assert (scale.norms, scale.clinical, scale.sem, scale.reverse) == ((), (), None, ())
        assert all((name, scale.id) not in leads for leads in LEADS.values())
    assert instrument.recall_days == (7 if count > 1 else None)
    # A ready score would raise no prompt.
    assert instrument.entry == {"items"}


# The DSM-5 clusters: one of B, one of C, two of D, two of E rated 2 or more.
CLUSTERS = {1: 2, 6: 2, 8: 2, 9: 2, 15: 2, 16: 2}


def test_the_pcl5_rule_counts_items_by_cluster() -> None:
    assert rule_met(library()["pcl5"], form("pcl5", 0, CLUSTERS)).tolist() == [True]
    for item in CLUSTERS:
        weaker = form("pcl5", 1, CLUSTERS | {item: 1})
        assert rule_met(library()["pcl5"], weaker).tolist() == [False]


# Each row: what is changed of a form that meets the rule, whether it still does.
GRIEF = [({}, True), ({1: 0}, False), ({2: 11}, False), ({13: 0}, False), ({3: 2}, False)]


@pytest.mark.parametrize(("changed", "met"), [*GRIEF, ({2: BLANK}, False)])
def test_the_grief_rule_needs_its_gates_and_thirty_points(
    changed: dict[int, int], met: bool
) -> None:
    answers = form("pg13r", 3, {1: 1, 2: 12, 13: 1} | changed)
    assert rule_met(library()["pg13r"], answers).tolist() == [met]


def test_an_instrument_without_a_rule_says_so() -> None:
    with pytest.raises(Invalid, match="no rule"):
        rule_met(library()["phq9"], form("phq9", 0))


READY_ONLY = [name for name, one in library().items() if not one.accepts_items]


@pytest.mark.parametrize("name", READY_ONLY)
def test_ready_scores_are_never_computed(name: str) -> None:
    with pytest.raises(Invalid, match="ready scores"):
        score(library()[name], np.zeros((1, 1), np.int16))


def test_keys_are_never_used_unless_verified() -> None:
    unverified = [one for one in library().values() if not one.form.keys_verified]
    assert not any(one.accepts_items for one in unverified)
    assert {"ders_sf", "pci", "ecr_rc12", "hamd17"} <= {one.id for one in unverified}


def test_the_sdq_total_is_one_scale_per_informant() -> None:
    sdq = library()["sdq"]
    for informant in ("self", "parent", "teacher"):
        totals = [s.id for s in sdq.scales_for(informant) if s.id.startswith("total")]
        assert totals == [f"total_{informant}"]
    assert "prosocial" in [scale.id for scale in sdq.scales_for("teacher")]
    used = set(sdq.scale("total_self").items)
    assert used.isdisjoint(sdq.scale("prosocial").items)


def test_who5_below_50_is_48_or_less() -> None:
    (cutoff,) = library()["who5"].scale("total").cutoffs
    assert [cutoff.selects(points) for points in (48, 52)] == [True, False]


def test_icg_line_is_above_25() -> None:
    (cutoff,) = library()["icg"].scale("total").cutoffs
    assert [cutoff.selects(points) for points in (25, 26)] == [False, True]


def test_no_band_is_invented() -> None:
    assert library()["gad7"].scale("total").bands[-1].min == 15
    for name in ("iccs30", "wai_sr", "ecr_r", "rcads25"):
        assert not any(scale.bands or scale.cutoffs for scale in library()[name].scales)


def test_a_score_between_two_bands_belongs_to_the_lower() -> None:
    scale = library()["spcc"].scale("total")
    for points, label in ((58.995, "low"), (59, "average"), (87.005, "average"), (88, "high")):
        band = scale.band(points)
        assert band is not None
        assert band.label == label


def test_attachment_anxiety_and_avoidance_have_no_composite() -> None:
    for name in ("ecr_r", "ecr_s", "ecr_brennan", "ecr_brennan_5", "ecr_rs", "raas", "saam"):
        assert "total" not in [scale.id for scale in library()[name].scales]


def test_the_low_alpha_of_spcc_dyads_forbids_a_persons_change() -> None:
    assert library()["spcc"].scale("dyad").person_change is False


# Each row: instrument, item, answer refused, words of the refusal.
OUTSIDE = [
    ("phq9", 1, 4, "row 1, item 1: found 4; expected 0 to 3"),
    ("k10", 3, 0, "row 1, item 3: found 0; expected 1 to 5"),
    ("csi4", 2, 6, "item 2: found 6; expected 0 to 5"),
    ("phq9", 9, -4, "found -4"),
    ("pg13r", 1, 2, "item 1: found 2; expected 0 to 1"),
    ("ors", 1, 101, "expected 0 to 100"),
]


@pytest.mark.parametrize(("name", "item", "answer", "words"), OUTSIDE)
def test_answers_outside_the_range_are_refused(
    name: str, item: int, answer: int, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        score(library()[name], form(name, library()[name].item(item).low, {item: answer}))


@pytest.mark.parametrize("shape", [(1, 8), (1, 10), (9,)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(Invalid, match="9 answers"):
        score(library()["phq9"], np.zeros(shape, np.int16))


def test_answers_with_decimals_are_refused() -> None:
    with pytest.raises(Invalid, match="whole numbers"):
        score(library()["phq9"], np.zeros((1, 9), np.float64))
