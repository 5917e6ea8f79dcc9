"""The way in under each chart, its panel, and a measure's own page: always of the client shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import assignments, mending, recording
from attachdash.web import made
from tests.practice.conftest import NOW, TODAY, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
KEY = "made_rses_total"


def opened(
    house: House, monkeypatch: pytest.MonkeyPatch, page: str = "client", who: str = "t.one",
    client: str = "A",
) -> AppTest:  # fmt: skip
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    tab = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60)
    tab.session_state["_client"] = house.clients[client]
    return tab


def said(tab: AppTest) -> str:
    found = [one.value for one in tab.get("html")]
    return "\n".join(text for text in found if "<style>" not in text)


def press(tab: AppTest, key: str) -> AppTest:
    tab = tab.button(key=key).click().run()
    assert not tab.exception
    return tab


def test_a_number_is_answered_for_walked_from_and_closed(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = press(opened(small, monkeypatch).run(), KEY)
    # The latest first: ten answers of 1, five of them turned.
    assert "How was this number made? Self-esteem, week 5: 50 of 100" in said(tab)
    assert "1 + 2 + 1 + 1 + 2 + 2 + 1 + 2 + 2 + 1 = <b>15</b>" in said(tab)
    assert "Rosenberg (1965)" in said(tab)
    assert "house rule" in said(tab)
    assert "typed, by T.ONE" in said(tab)
    assert tab.button(key="made_later").disabled
    tab = press(tab, "made_earlier")
    assert "week 1: 50 of 100" in said(tab)
    assert tab.button(key="made_earlier").disabled
    tab = press(tab, "made_later")
    assert "week 5" in said(tab)
    assert "made_close" not in [one.key for one in press(tab, "made_close").button]


def test_changing_the_client_never_shows_the_number_of_another(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignments.assign_client(
        small.viewer("a.diallo"), small.clients["B"], small.people["t.one"], TODAY
    )
    recording.record_administration(
        small.viewer("t.one"), small.clients["B"], "rses", TODAY, [3] * 10
    )
    tab = press(opened(small, monkeypatch).run(), KEY)
    assert "The formula" in said(tab)
    tab.session_state["_client"] = small.clients["B"]
    tab = tab.run()
    assert "The formula" not in said(tab)
    # Also where the choice that was held is another's: it is looked for among one's own.
    a = mending.forms(small.viewer("t.one"), small.clients["A"]).forms
    rses = next(one for one in a if one.instrument.id == "rses")
    tab.session_state[f"_made_{small.clients['B']}"] = (
        "rses", "total", rses.administration_id, None,
    )  # fmt: skip
    tab = tab.run()
    assert not tab.exception
    assert "The formula" not in said(tab)
    assert "week 14: 50 of 100" in said(press(tab, KEY))


def test_a_correction_is_told_and_its_earlier_version_shown(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one", NOW + timedelta(hours=1)), small.clients["A"]
    form = next(one for one in mending.forms(mine, a).forms if one.instrument.id == "rses")
    mending.correct_administration(
        mine, a, form.administration_id, form.last.answered_on, [2, *[1] * 9], "<b>tick</b> *read*"
    )
    tab = press(opened(small, monkeypatch).run(), KEY)
    assert "item 1: 1 → 2" in said(tab)
    assert "&lt;b&gt;tick&lt;/b&gt; *read*”. Version 1 is kept and was 15." in said(tab)
    tab = press(tab, "made_version_1")
    assert "no longer counts since" in tab.warning[0].value
    assert "= <b>15</b>" in said(tab)
    tab = press(tab, "made_version_2")
    assert not tab.warning
    assert "= <b>16</b>" in said(tab)


def test_who_may_correct_is_offered_it_and_brought_to_the_form(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []

    def go(page: str) -> None:
        gone.append(page)
        st.stop()

    monkeypatch.setattr(made, "go", go)
    tab = press(opened(small, monkeypatch).run(), KEY)
    press(tab, "made_correct")
    assert gone == ["paper_form"]
    tab = press(opened(small, monkeypatch, who="s.one").run(), KEY)
    assert "made_correct" not in [one.key for one in tab.button]


def test_what_is_refused_or_does_not_come_out_is_said(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.store.engine.writing(
        small.viewer("t.one").scope, lambda cursor: cursor.run("UPDATE score SET value = 17")
    )
    tab = press(opened(small, monkeypatch).run(), KEY)
    assert "don’t come to the score" in tab.error[0].value


def test_a_measure_has_a_page_of_its_own(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []

    def go(page: str) -> None:
        gone.append(page)
        st.stop()

    monkeypatch.setattr(made, "go", go)
    press(opened(small, monkeypatch).run(), "to_measure_phq9_total")
    assert gone == ["measure"]
    tab = opened(small, monkeypatch, "measure")
    tab.session_state[f"measure_{small.clients['A']}"] = ("phq9", "total")
    tab = tab.run()
    assert not tab.exception
    assert "Depression (PHQ-9, 0–27, lower is better)" in said(tab)
    assert "PHQ-9 item by item" in said(tab)
    assert "! risk" in str([one.proto for one in tab.get("plotly_chart")])
    assert "Every answer" in said(tab)
    assert "9 of 9" in said(tab)
    assert len(tab.get("plotly_chart")) == 2  # the scale's course, and its items
    assert "The formula" in said(press(tab, "made_phq9_total"))


def test_a_measure_page_without_one_chosen_lets_the_viewer_choose(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, "measure").run()
    [chooser] = tab.selectbox
    [phq9] = [one for one in chooser.options if "PHQ-9" in one]
    tab = chooser.select(phq9).run()
    assert "PHQ-9 item by item" in said(tab)
    # What was opened of one client is nothing of another's.
    assignments.assign_client(
        small.viewer("a.diallo"), small.clients["B"], small.people["t.one"], TODAY
    )
    tab.session_state["_client"] = small.clients["B"]
    assert "item by item" not in said(tab.run())
    # Nor does a stranger see more than that it isn't theirs.
    tab = opened(small, monkeypatch, "measure", who="t.two").run()
    assert "not yours to see" in tab.error[0].value
    assert "Client A" not in said(tab)


def test_every_way_in_is_a_button_with_a_name(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch).run()
    labels = [one.label for one in tab.button if (one.key or "").startswith("made_")]
    assert labels == [made.ASK] * 2
