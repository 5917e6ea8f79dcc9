"""How numbers were made that others answered, or the client about others: whose, and which."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import assignments
from attachdash.web.look import plain
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.practice.imports import import_one
from tests.practice.test_relations import CSI, MOTHERS, OWN, file, mapping
from tests.web.test_made import opened, press, said

__all__ = ["_light_bcrypt", "make_house", "small"]

DAY, LATER = TODAY - timedelta(days=9), TODAY - timedelta(days=2)


def answers(tab: AppTest) -> list[str]:
    """The column of answers in the panel, as given."""
    [table] = re.findall(r'aria-label="Items of this score">(.*?)</table>', said(tab), re.S)
    return re.findall(r'<td>[^<]*</td><td class="ad-n">([^<]*)</td>', table)


@pytest.fixture
def told(small: House) -> House:
    """A: by the client, twice by the mother, by the therapist, and about the partner."""
    mine = small.viewer("t.one")
    import_one(mine, file(("A", DAY, [0] * 25)), OWN)
    import_one(mine, file(("A", DAY, [1] * 25), ("A", LATER, [2] * 25)), MOTHERS)
    ready = mapping("hamd17", 0, informant="therapist", scores={"total": "q1"})
    import_one(mine, file(("A", DAY, [14])), ready)
    about = CSI.model_copy(update={"about": "partner"})
    import_one(mine, file(("A", DAY, [4] * 4)), about)
    return small


def way_in(tab: AppTest, said: str) -> str:
    """The key of the first button whose label begins so and ends with whose it is."""
    what, whose = said.split(" … ")
    return next(
        str(one.key)
        for one in tab.button
        if one.label.startswith(plain(what)) and one.label.endswith(whose)
    )


def page(house: House, monkeypatch: pytest.MonkeyPatch, who: str = "t.one") -> AppTest:
    tab = opened(house, monkeypatch, who=who)
    for key in ("made_by_others", "made_about_others"):
        tab.session_state[key] = True
    tab.run()
    assert not tab.exception
    return tab


@pytest.mark.parametrize("who", ["t.one", "s.one"])
def test_who_answered_about_whom_and_the_right_answers(
    told: House, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    tab = page(told, monkeypatch, who)
    tab = press(tab, way_in(tab, "Anxiety and depression … mother"))
    assert ", mother, " in said(tab)
    assert "by mother, about the client" in said(tab)
    assert set(answers(tab)) == {"2"}
    # Walking stays with the mother's own forms; the client's of the same day is none of them.
    assert tab.button(key="made_later").disabled
    tab = press(tab, "made_earlier")
    assert set(answers(tab)) == {"1"}
    assert "by mother, about the client" in said(tab)
    assert tab.button(key="made_earlier").disabled
    tab = press(tab, way_in(tab, "Depression (clinician … therapist"))
    assert "by therapist, about the client" in said(tab)
    assert "HAM-D 17 14 (0–52), a ready score." in said(tab)
    tab = press(tab, way_in(tab, "Couple … about partner"))
    assert "by the client, about partner" in said(tab)
    assert answers(tab) == ["4"] * 4
    tab = press(tab, "made_close")
    assert "The formula" not in said(tab)
    # The client's own number of the same questionnaire is their own.
    own = next(str(one.key) for one in tab.button if str(one.key).startswith("made_rcads25_"))
    tab = press(tab, own)
    assert "by the client, about themself" in said(tab)
    assert set(answers(tab)) == {"0"}


def test_nobody_else_is_told(told: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = page(told, monkeypatch)
    tab = press(tab, way_in(tab, "Anxiety and depression … mother"))
    point = tab.session_state[f"_made_{told.clients['A']}"]
    # A therapist of another client, with everything of A's held in the session.
    other = opened(told, monkeypatch, who="t.two")
    other.session_state[f"_made_{told.clients['A']}"] = point
    other.run()
    assert "mother" not in said(other)
    assert "The formula" not in said(other)
    # And under another client of one's own, the same point is nothing.
    assignments.assign_client(
        told.viewer("a.diallo"), told.clients["B"], told.people["t.one"], TODAY
    )
    monkeypatch.setattr(web, "viewer", lambda: told.viewer("t.one"))
    mine = opened(told, monkeypatch, client="B")
    mine.session_state[f"_made_{told.clients['B']}"] = point
    mine.run()
    assert not mine.exception
    assert "mother" not in said(mine)
    assert "The formula" not in said(mine)
