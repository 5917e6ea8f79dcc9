"""The support tool on its page: each kind of flag has help, safety first, and nothing by score."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.instruments import BLANK
from attachdash.practice import deciding, house, marks, record, recording, support
from attachdash.practice.marks import Technique
from attachdash.practice.rules import Kind
from attachdash.practice.support import How
from attachdash.support import content
from attachdash.web.look import plain
from tests.practice.conftest import TODAY, House, _light_bcrypt, as_asked, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"


def opened(house: House, monkeypatch: pytest.MonkeyPatch, who: str = "t.one",
           page: str = "support", **state: object) -> AppTest:  # fmt: skip
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    tab = AppTest.from_file(PAGES / f"{page}.py", default_timeout=60)
    tab.session_state["_client"] = house.clients["A"]
    for name, value in state.items():
        tab.session_state[name] = value
    tab.run()
    assert not tab.exception
    return tab


def words(tab: AppTest) -> str:
    return "\n".join(
        one.value for one in [*tab.get("html"), *tab.markdown, *tab.caption, *tab.subheader]
    )


def raised(small: House, answers: list[int], instrument: str = "phq9") -> int:
    mine, a = small.viewer("t.one"), small.clients["A"]
    recording.record_administration(mine, a, instrument, TODAY, answers)
    return record.client_record(mine, a).flags[0].flag_id


def asked(tab: AppTest) -> list[str]:
    return [one.label for one in tab.button_group if one.key and one.key.startswith("support_")]


def test_a_risk_answer_begins_with_safety_and_the_other_questions_wait(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag_id = raised(small, [0] * 8 + [1])
    tab = opened(small, monkeypatch)
    assert asked(tab) == [plain(one.prompt) for one in content().steps.values()]
    said = words(tab)
    assert "An answer that needs a conversation" in said
    assert "item 9" in said
    assert "Call 112." in said.replace('<a href="tel:112">112</a>', "112")
    assert "no emergency service" in said
    for one in content().children:
        assert one.prompt.split(".")[0] not in said  # client A is 36
    assert "Never coercion" in said
    # A wish to act lifts the protocol up, and what to consider stands below the answer.
    [step] = [one for one in tab.button_group if one.key == f"support_{flag_id}_ask_directly"]
    step.set_value("asked: wish to act")
    tab.run()
    assert not tab.exception
    said = words(tab)
    assert "Now: this practice’s protocol" in said
    assert "leave them alone" in said
    given = support.looked(small.viewer("t.one"), small.clients["A"]).given
    assert [(one.question_id, one.answer) for one in given] == [
        ("ask_directly", "asked: wish to act")
    ]


def test_the_page_says_that_no_crisis_text_is_written(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.change_settings(
        small.viewer("a.diallo"), practice_name="P", time_zone="UTC", crisis_text=""
    )
    raised(small, [0] * 8 + [1])
    said = words(opened(small, monkeypatch))
    assert "has written no crisis text" in said
    assert "has written no protocol for staff" in said
    assert "emergency number of where you are" in said
    house.change_settings(
        small.viewer("a.diallo"), practice_name="P", time_zone="UTC", crisis_text="Call 112.",
        protocol="Ring Dr Marsh, [number]",
    )  # fmt: skip
    said = words(opened(small, monkeypatch))
    assert "Ring Dr Marsh" in said
    assert "Not finished" in said
    assert "has written no" not in said


def test_a_softer_prompt_begins_with_the_look_and_answers_are_kept_as_tapped(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag_id = raised(small, [1, 1, 1, 4, 1], "dar5")
    tab = opened(small, monkeypatch)
    tool = content().tools["ask"]
    assert asked(tab) == [plain(one.prompt) for one in content().asked(tool)]
    assert "This practice’s protocol" in words(tab)
    [one] = [one for one in tab.button_group if one.key == f"support_{flag_id}_family_ear"]
    one.set_value("nobody")
    tab.run()
    said = words(tab)
    assert f"1 of {len(tool.asks)} answered" in said
    assert "Take it seriously by itself" in said
    assert "a clinician’s sign-off is pending" in said
    # Somebody else answers meanwhile: this tab shows that, and doesn't write over it.
    support.answer(small.viewer("t.one"), small.clients["A"], flag_id,
                   *as_asked("family_ear"), "at times", How.WITH_CLIENT)  # fmt: skip
    tab.run()
    assert "plan one contact" in words(tab)
    given = support.looked(small.viewer("t.one"), small.clients["A"]).given
    assert [one.answer for one in given] == ["nobody", "at times"]


def test_who_feels_unsafe_is_asked_alone_first_and_a_yes_lifts_the_protocol(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag_id = raised(small, [9, 9, 9, 1, *[9] * 5], "checkin_adult")
    tab = opened(small, monkeypatch)
    assert asked(tab)[:4] == [plain(one.prompt) for one in content().unsafe.values()]
    said = words(tab)
    assert "never in front of a partner, parent or other carer" in said
    assert "a clinician’s sign-off is pending" in said
    assert "Now: this practice’s protocol" not in said
    [one] = [one for one in tab.button_group if one.key == f"support_{flag_id}_frightened"]
    one.set_value("yes")
    tab.run()
    assert not tab.exception
    said = words(tab)
    assert "Now: this practice’s protocol" in said
    assert "confront that person" in said
    given = support.looked(small.viewer("t.one"), small.clients["A"]).given
    assert [(one.question_id, one.answer) for one in given] == [("frightened", "yes")]


@pytest.mark.parametrize(
    ("instrument", "answers", "alone"),
    [("checkin_adult", [9, 9, 9, 1, *[9] * 5], True),
     ("checkin_adult", [9, 9, 9, BLANK, *[9] * 5], True),
     ("phq9", [0] * 8 + [1], False)],
)  # fmt: skip
def test_a_record_says_to_ask_alone_only_where_those_around_may_be_the_reason(
    small: House, monkeypatch: pytest.MonkeyPatch, instrument: str, answers: list[int],
    alone: bool,
) -> None:  # fmt: skip
    raised(small, answers, instrument)
    said = words(opened(small, monkeypatch, page="client"))
    assert ("alone and unheard: never in front of" in said) is alone
    assert ("don’t wait for the next session" in said) is not alone


def test_a_blank_has_its_tool_and_a_supervisor_reads_but_does_not_answer(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag_id = raised(small, [0] * 8 + [BLANK])
    support.answer(small.viewer("t.one"), small.clients["A"], flag_id,
                   *as_asked("means"), "none at hand", How.KNOWLEDGE)  # fmt: skip
    tab = opened(small, monkeypatch, "s.one")
    assert "A question that was left blank" in words(tab)
    assert "none at hand" in words(tab)
    assert asked(tab) == []


HIGH, LOW = [6] * 18, [2] * 18


@pytest.mark.parametrize("technique", [None, Technique.CBT, Technique.OTHER])
def test_moves_follow_the_technique_in_use_and_never_a_score(
    small: House, monkeypatch: pytest.MonkeyPatch, technique: Technique | None
) -> None:
    mine, a, e = small.viewer("t.one"), small.clients["A"], small.episodes["A"]
    raised(small, [1, 1, 1, 4, 1], "dar5")
    if technique:
        marks.add_phase(mine, e, technique, TODAY, words="Own words")
    before = words(opened(small, monkeypatch))
    keys = library_reverse()
    answers = [8 - 6 if n in keys else 6 for n in range(1, 37)]
    recording.record_administration(mine, a, "ecr_r", TODAY, answers)
    after = words(opened(small, monkeypatch))
    assert "safety and pacing come first" in after
    assert "Safety and pacing first" in after
    for one in content().moves:
        shown = technique is not None and one.technique == technique
        assert (web.esc(one.prompt) in before) is shown
        assert (web.esc(one.prompt) in after) is shown
    assert "No technique is recommended by a score" in after


def library_reverse() -> set[int]:
    from attachdash.instruments import library

    return {number for scale in library()["ecr_r"].scales for number in scale.reverse}


def test_a_course_has_its_reason_with_its_rates_and_the_whole_look(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    for days, answer in ((90, 0), (80, 0), (70, 0), (10, 2), (0, 3)):
        recording.record_administration(
            mine, a, "phq9", TODAY - timedelta(days=days), [answer] * 8 + [0]
        )
    [flag] = record.client_record(mine, a).watched
    assert flag.kind is Kind.RED
    tab = opened(small, monkeypatch, _flag=flag.flag_id)
    said = words(tab)
    assert "What may hold your client back" in said
    assert "PHQ-9" in said
    assert "How often is this flag wrong?" in said
    assert asked(tab) == [plain(one.prompt) for one in content().questions.values()]
    said = words(opened(small, monkeypatch, "s.one", page="agenda"))
    assert "<b>nobody</b>" in said
    assert ">Red</span>" in said


def test_whoever_asked_to_talk_is_answered_first(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    deciding.note(small.viewer("t.one"), small.clients["A"], Kind.TALK)
    said = words(opened(small, monkeypatch))
    assert "Your client asked to talk" in said
    assert "This practice’s protocol" in said


def test_a_flag_on_the_record_leads_to_its_tool(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag_id = raised(small, [0] * 8 + [2])
    tab = opened(small, monkeypatch, page="client")
    assert [one for one in tab.button if one.key == f"help_{flag_id}"]


def test_a_client_held_by_somebody_else_is_not_shown(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised(small, [0] * 8 + [2])
    tab = opened(small, monkeypatch, "t.two")
    assert "Client A" not in words(tab)
    assert asked(tab) == []
