"""Phases and events on the record: the therapist notes them, others read what is theirs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import marks, record
from attachdash.practice.marks import EventKind, Technique
from attachdash.web.look import plain
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
DAY = TODAY - timedelta(days=9)


def opened(house: House, monkeypatch: pytest.MonkeyPatch, page: str = "client",
           who: str = "t.one", act: str = "") -> AppTest:  # fmt: skip
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    tab = AppTest.from_file(PAGES / f"{page}.py", default_timeout=30)
    episode = house.episodes["A"]
    tab.session_state["_client"] = house.clients["A"]
    tab.session_state[f"phases_{episode}"] = bool(act)
    if act and who == "t.one":
        tab.session_state[f"phases_act_{episode}"] = act
    tab.run()
    assert not tab.exception
    return tab


def words(tab: AppTest) -> str:
    return "\n".join(one.value for one in [*tab.get("html"), *tab.markdown, *tab.caption])


def of(kind: object, label: str, key: str = "") -> object:
    [found] = [one for one in kind if one.label == label and key in (one.key or "")]  # type: ignore[attr-defined]
    return found


def press(tab: AppTest, label: str) -> AppTest:
    of(tab.button, label).click()  # type: ignore[attr-defined]
    tab.run()
    assert not tab.exception
    return tab


def test_a_therapist_notes_a_phase_and_an_event(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, act="Add a phase")
    assert "None noted yet" in words(tab)
    tab = press(tab, "Add the phase")
    assert [one.value for one in tab.error] == ["Choose first what the phase works with."]
    of(tab.selectbox, "Works with").select(Technique.OTHER)  # type: ignore[attr-defined]
    tab = press(tab, "Add the phase")
    assert "own words" in tab.error[0].value
    of(tab.text_input, "In a few words (needed for Other)").set_value("<b>Letters</b>")  # type: ignore[attr-defined]
    tab = press(tab, "Add the phase")
    assert [one.value for one in tab.success] == [plain("The phase is noted.")]
    assert "&lt;b&gt;Letters&lt;/b&gt; (phase)" in words(tab)

    tab = opened(small, monkeypatch, act="Add an event")
    of(tab.selectbox, "What happened").select(EventKind.RUPTURE)  # type: ignore[attr-defined]
    of(tab.date_input, "Day").set_value(DAY)  # type: ignore[attr-defined]
    tab = press(tab, "Add the event")
    found = record.client_record(small.viewer("t.one"), small.clients["A"])
    assert [(one.kind, one.on, one.shared) for one in found.events] == [("rupture", DAY, False)]


def test_one_is_corrected_ended_and_taken_back_and_its_versions_are_shown(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    mark_id = marks.add_phase(mine, small.episodes["A"], Technique.CBT, DAY)
    tab = opened(small, monkeypatch, act="Correct, end or take back")
    of(tab.selectbox, "Which one? Newest first").select(mark_id)  # type: ignore[attr-defined]
    tab.run()
    tab = press(tab, "Save the correction")
    assert "say why" in tab.error[0].value
    of(tab.text_input, "In a few words (needed for Other)").set_value("Small steps")  # type: ignore[attr-defined]
    of(tab.text_input, "Why? (needed)", "change_mark").set_value("Said better")  # type: ignore[attr-defined]
    tab = press(tab, "Save the correction")
    tab = press(tab, "End the phase")
    of(tab.text_input, "Why? (needed)", "take_back").set_value("Somebody else's")  # type: ignore[attr-defined]
    tab = press(tab, "Take it back")
    assert record.client_record(mine, a).phases == ()
    for who in ("t.one", "s.one"):
        said = words(opened(small, monkeypatch, who=who, act="Versions"))
        for told in ("Said better", "Ended", "taken back", "Somebody else&#x27;s", "T.ONE"):
            assert told in said, (who, told)


def test_a_supervisor_reads_and_a_client_sees_what_is_shared(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, episode = small.viewer("t.one"), small.episodes["A"]
    marks.add_phase(mine, episode, Technique.MINDFULNESS, DAY, words="Breathing", shared=True)
    marks.add_phase(mine, episode, Technique.CBT, DAY, words="Secret plan")
    marks.add_event(mine, episode, EventKind.RUPTURE, DAY, "Silence")
    tab = opened(small, monkeypatch, who="s.one", act="Versions")
    said = words(tab)
    assert said.index("Rupture") < said.index("CBT (phase)") < said.index("Breathing")
    labels = [one.label for one in [*tab.button, *tab.expander, *tab.button_group]]
    assert "Versions" in labels
    assert not [one for one in labels if "Add" in one or "back" in one]
    said = words(opened(small, monkeypatch, "progress", "c.a"))
    assert "Phases and events shared with you" in said
    assert "Breathing" in said
    assert not [one for one in ("Secret plan", "CBT", "Rupture", "Silence") if one in said]
    other = words(opened(small, monkeypatch, "progress", "c.b"))
    assert "shared with you" not in other
