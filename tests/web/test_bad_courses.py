"""Whatever a course is like, record and measure show it: no traceback, no nan, no warning."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from attachdash.practice import clients, norms
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.practice.test_caseload import WILD, add, answered, gave
from tests.web.test_made import opened, said

__all__ = ["_light_bcrypt", "make_house", "small"]

BROKEN = re.compile(r"\b(nan|NaN|inf|Infinity|None(?! noted)|NaT)\b")
# What each page has to say of it, besides being whole.
SAYS = {
    "none": "Nothing has been answered yet",
    "one": "one answer only",
    "two on one day": "all answers lie on one day",
    "flat": "shows no clear change",
    "gap": "the start",
    "floor": "shows no clear change",
    "daily": "the start",
    "no figures": "no SD of a named sample is on record",
    "closed before its first answer": "Answers without an episode: 2",
}


def planted(house: House, case: str) -> tuple[str, str]:
    """A client of this kind, as code "X"; instrument and scale that were answered."""
    totals: Mapping[date, int] = WILD.get(case, {})
    add(house, "X", min(totals, default=TODAY - timedelta(days=60)))
    if case == "two on one day":
        for total, word in ((9, "morning"), (15, "evening")):
            answered(house, "X", {TODAY: total}, word)
    elif case == "no figures":
        forms = {TODAY - timedelta(days=14 * k): [1 + k] * 16 for k in range(4)}
        gave(house, "X", "ders16", forms)
        return "ders16", "total"
    elif case == "closed before its first answer":
        closed = TODAY - timedelta(days=30)
        clients.close_episode(house.viewer("t.one"), house.episodes["X"], closed, "stayed away")
        answered(house, "X", {TODAY - timedelta(days=back): 9 for back in (20, 6)})
    elif totals:
        answered(house, "X", totals)
    return "phq9", "total"


def shown(tab: AppTest) -> str:
    """All words of a page, and of the alternatives of its charts; none of it may be broken."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        tab.run()
    assert not tab.exception
    charts = tab.get("plotly_chart")
    for chart in charts:
        assert not re.search(r"NaN|Infinity", chart.proto.spec)
    words = [said(tab), *(chart.proto.alt for chart in charts)]
    words += [one.value for kind in (tab.markdown, tab.caption, tab.error) for one in kind]
    text = re.sub(r"<style>.*?</style>|<[^>]*>", " ", " ".join(words), flags=re.DOTALL)
    assert not BROKEN.search(text), BROKEN.findall(text)
    return text


@pytest.mark.parametrize("case", SAYS)
def test_record_and_measure_stand_whatever_was_answered(
    small: House, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    key = planted(small, case)
    record = shown(opened(small, monkeypatch, client="X"))
    assert SAYS[case] in record
    tab = opened(small, monkeypatch, "measure", client="X")
    tab.session_state[f"measure_{small.clients['X']}"] = key
    measure = shown(tab)
    if case not in ("none", "closed before its first answer"):
        assert SAYS[case] in measure
    if case == "no figures":
        assert "An administrator can enter what is missing" in record
        # And so they can.
        admin = small.viewer("a.diallo")
        lacking = {(one.instrument.id, one.scale.id) for one in norms.lacking(admin)}
        assert key in lacking
