"""Do record and measure say what is told: where ways disagree, and why there are no T-scores?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.practice.test_caseload import add, answered, every, gave
from tests.practice.test_telling import DIFFER
from tests.web.test_made import opened, said

__all__ = ["_light_bcrypt", "make_house", "small"]


def test_both_pages_say_that_ways_disagree_and_why(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, gap, _ = DIFFER["turned on its way"]
    add(small, "D", TODAY - timedelta(days=gap * (len(values) - 1)))
    answered(small, "D", every(gap, values))
    tab = opened(small, monkeypatch, client="D").run()
    assert not tab.exception
    record = said(tab)
    tab = opened(small, monkeypatch, "measure", client="D")
    tab.session_state[f"measure_{small.clients['D']}"] = ("phq9", "total")
    tab.run()
    assert not tab.exception
    for page in (record, said(tab)):
        assert "The ways of telling change disagree: one way of telling says better" in page
        assert "the course has turned on its way" in page


def test_the_record_says_why_there_are_no_t_scores(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch).run()
    # RSES alone has a norm of US adults: they are there for who asks.
    assert "No T-scores" not in said(tab)
    assert "Axis" in [one.label for one in tab.get("button_group")]
    days = (30, 20, 10)
    gave(small, "A", "ders16", {TODAY - timedelta(days=day): [2] * 16 for day in days})
    tab = opened(small, monkeypatch).run()
    assert "No T-scores: DERS-16 has no norm on record." in said(tab)
    assert "Axis" not in [one.label for one in tab.get("button_group")]
