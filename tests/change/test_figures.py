"""Are the figures of every scale of the library taken as they are on record?"""

from __future__ import annotations

import numpy as np
import pytest

from attachdash.change.figures import Lacking, figures_of, stacked
from attachdash.instruments import Direction, Kind, library

ALL = [(i, s) for i in library().values() for s in i.scales]


def test_every_scale_has_its_figures_or_says_which_are_lacking():
    for instrument, scale in ALL:
        found = figures_of(instrument, scale)
        where = (instrument.id, scale.id)
        assert (found.model is None) == (found.lacking is not None), where
        assert (found.threshold is None) == (found.lacking is not None), where
        if found.lacking is None:
            assert scale.person_change, where
            assert scale.sem is not None, where
            assert scale.sem.r >= 0.7, where
            assert scale.low <= found.model.mean <= scale.high, where
            assert found.precision.sample, where
        elif found.lacking is Lacking.NOT_FOR_ONE:
            assert not scale.person_change, where
        assert (found.line is None) or scale.direction is not Direction.NEITHER, where


@pytest.mark.parametrize(
    ("instrument", "scale", "lacking"),
    [
        ("phq9", "total", None),
        ("dar5", "total", Lacking.SD),
        ("amcq", "anxiety", Lacking.BOTH),
        ("gds", "t_score", Lacking.RELIABILITY),
    ],
)
def test_what_is_lacking_is_named(instrument, scale, lacking):
    definition = library()[instrument]
    assert figures_of(definition, definition.scale(scale)).lacking is lacking


def test_the_model_of_the_phq9_is_that_of_the_facts():
    definition = library()["phq9"]
    model = figures_of(definition, definition.scale("total")).model
    s = 6.1
    assert model.mean == 14.2
    assert model.start_sd == pytest.approx(0.89**0.5 * s)
    assert model.sem == pytest.approx(s * 0.11**0.5)
    assert model.transient == pytest.approx(0.22 * s)
    assert model.spell == pytest.approx(0.4 * s)
    assert (model.drift, model.most_drift) == (pytest.approx(0.18 * s), pytest.approx(0.6 * s))
    assert (model.low, model.high) == (0, 27)
    assert (model.passing_days, model.spell_days, model.surprising) == (7, 7, 1.5)


@pytest.mark.parametrize(
    ("instrument", "scale", "drift", "transient", "most"),
    [
        ("who5", "total", 0.15, 0.30, 0.6),  # state, no retest
        ("ders36", "total", 0.12, 0.22, 1.0),  # mixed
        ("csi16", "total", 0.12, 0.20, 1.0),
        ("ecr_r", "anxiety", 0.08, 0.10, 1.0),  # trait
        ("erq", "suppression", 0.10, 0.15, 1.0),
        ("maas", "total", 0.10, 0.15, 1.0),
        ("spcc", "total", 0.08, 0.15, 1.0),
    ],
)
def test_drift_and_passing_states_by_kind(instrument, scale, drift, transient, most):
    definition = library()[instrument]
    found = figures_of(definition, definition.scale(scale))
    sd = found.precision.sd
    assert found.model.drift == pytest.approx(1.2 * drift * sd)  # a treated level moves more
    assert found.model.transient == pytest.approx(transient * sd)
    assert found.model.most_drift == pytest.approx(most * sd)


def test_a_published_reliable_change_outranks_the_computed_one():
    core10, rses = library()["core10"], library()["rses"]
    published = figures_of(core10, core10.scale("total")).threshold
    assert (published.points, published.strict, published.confidence) == (6, False, 0.9)
    computed = figures_of(rses, rses.scale("total")).threshold
    assert computed.strict
    assert computed.points == pytest.approx(1.96 * 2**0.5 * 5.8 * 0.09**0.5)
    assert "alpha 0.91" in computed.source


def test_without_a_clinical_mean_the_level_starts_from_the_community_and_says_so():
    rses, phq9 = library()["rses"], library()["phq9"]
    found = figures_of(rses, rses.scale("total"))
    assert (found.start_is_clinical, found.model.mean) == (False, 22.62)
    assert found.start_from.startswith("community")
    assert figures_of(phq9, phq9.scale("total")).start_is_clinical


def test_a_practice_s_own_shares_replace_the_defaults():
    phq9 = library()["phq9"]
    found = figures_of(phq9, phq9.scale("total"), drift_share=0.1, transient_share=0.4).model
    assert (found.drift, found.transient) == (pytest.approx(0.61), pytest.approx(2.44))


def test_the_figures_of_many_series_stand_beside_each_other():
    figures = [figures_of(i, s) for i, s in ALL]
    which = np.arange(len(ALL))[::-1]
    found = stacked(figures, which)
    for row, at in enumerate(which):
        one = figures[at]
        assert found.sign[row] == one.sign
        assert found.told[row] == (one.lacking is None)
        if one.lacking is None:
            assert found.threshold[row] == one.threshold.points
            assert found.half[row] == one.threshold.points / 2
            expected = one.threshold.points / 2 if one.important is None else one.important
            assert found.matters[row] == expected
            assert found.model.sem[row] == one.model.sem
    pcl5 = next(k for k, (i, s) in enumerate(ALL) if (i.id, s.id) == ("pcl5", "total"))
    assert found.later[len(ALL) - 1 - pcl5] == 28
    assert np.isfinite(found.later).sum() == 1
    assert {scale.kind for _, scale in ALL} == set(Kind)
