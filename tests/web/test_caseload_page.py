"""Does the caseload page say why each client wants an eye, and let one find them?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import caseload, marks, record, recording
from attachdash.practice.needs import RATES, RULES, Need
from attachdash.web import caseload as parts
from tests.practice.conftest import NOW, TODAY, House, _light_bcrypt, make_house, small
from tests.practice.test_caseload import WILD, WORSE, add, answered, every, gave

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "caseload.py"
START = TODAY - timedelta(days=77)
BETTER = every(14, [20, 19, 18, 14, 10, 8])


@pytest.fixture
def planted(small: House) -> House:
    """Beside A: one worse on two scales, one better, one on the floor, one who fell silent."""
    for code in ("W", "better", "floor", "silent"):
        add(small, code, START)
    answered(small, "W", every(7, WORSE))
    fell = np.linspace(3, 0, 9).round().astype(int).tolist()
    gave(small, "W", "rses", {day: rses(at) for day, at in every(7, fell).items()})
    answered(small, "better", BETTER)
    answered(small, "floor", every(7, [0] * 9))
    quiet = {START + timedelta(days=day): 12 for day in (0, 7, 14)}
    answered(small, "silent", quiet)
    return small


def rses(at: int) -> list[int]:
    """Answers in the questionnaire's own steps that all count as `at`: some are turned."""
    return [3 - at if item in (2, 5, 6, 8, 9) else at for item in range(1, 11)]


def opened(house: House, monkeypatch: pytest.MonkeyPatch, who: str = "t.one") -> AppTest:
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    tab = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not tab.exception
    return tab


def words(tab: AppTest) -> str:
    return "\n".join(one.value for one in [*tab.get("html"), *tab.markdown])


def said(tab: AppTest) -> str:
    """The text alone, without marks and pictures."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", words(tab), flags=re.S).split())


def names(tab: AppTest) -> list[str]:
    return [one.label for one in tab.button if (one.key or "").startswith("open_")]


def test_the_page_says_who_why_how_sure_and_since_when(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(planted, monkeypatch)
    assert names(tab) == ["W", "silent", "Client A", "better", "floor"]
    assert [one.value for one in tab.header] == [
        "Getting worse · 1", "Look soon · 1", "Too early to tell · 1", "On course · 2",
    ]  # fmt: skip
    text = said(tab)
    assert "1 needs a look first, 1 soon. No risk answer waits to be seen." in text
    assert "That is not safety: ask in person too. Sorted by need." in text
    assert re.search(r"reliably worse since week \d+ \(\S+ \d+ → \d+, (over )?9\d%\)", text)
    assert "Also reliably worse: " in text
    assert re.search(r"Ask what changed (in October|this month)\. Not opened since the start", text)
    assert "▼ reliably worse" in text
    assert "No answer for 9 weeks. Ask how it goes" in text
    assert "RSES: 2 of 3 answers needed." in text
    assert re.search(r"PHQ-9 20 → 8, reliably better, (over )?9\d%\.", text)
    assert "PHQ-9 0 → 0, no clear change." in text
    for badge in ("Look first", "Look soon", "Too early", "On course"):
        assert f">{badge}</span>" in words(tab)


def test_a_risk_answer_stands_first_with_what_else_holds(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, risk = planted.viewer("t.one"), [0] * 5 + [2] + [0] * 4
    recording.record_administration(mine, planted.clients["W"], "core10", TODAY, risk)
    blank = [3] * 6 + [1, 0, -1]
    recording.record_administration(mine, planted.clients["A"], "phq9", TODAY, blank)
    tab = opened(planted, monkeypatch)
    assert names(tab)[:2] == ["W", "Client A"]
    text = said(tab)
    assert "2 need a look first, 1 soon. 2 have a risk answer, or left one blank, that" in text
    assert "Nobody has seen it. Also reliably worse: " in text
    assert "! Risk answer" in text
    assert "! Risk blank" in text


def test_rows_are_found_by_need_reason_domain_name_and_unseen(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.client_record(planted.viewer("t.one"), planted.clients["W"])
    tab = opened(planted, monkeypatch)
    [show] = tab.get("button_group")
    assert [one.content for one in show.proto.options] == [
        "All 5", "Look first 1", "Look soon 1", "Too early 1", "On course 2", "Unseen 4",
    ]  # fmt: skip
    tab.session_state["show"] = "On course"
    assert names(tab.run()) == ["better", "floor"]
    tab.session_state["show"] = "Unseen"
    assert "W" not in names(tab.run())
    tab.session_state["show"] = "All"
    tab.run()
    tab.selectbox(key="reason").select(Need.OVERDUE)
    assert names(tab.run()) == ["silent"]
    tab.selectbox(key="reason").set_value(None)
    tab.selectbox(key="domain").select_index(2)
    assert names(tab.run()) == ["W"]  # self-esteem
    tab.text_input(key="find").set_value("floor")
    assert names(tab.run()) == []
    assert "Nobody fits" in said(tab)


def test_the_whole_rule_stands_behind_one_click_with_the_rates_that_were_measured(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(planted, monkeypatch)
    assert RULES[2].threshold not in said(tab)
    tab.button(key="ask_rule").click()
    text = said(tab.run())
    for place, rule in enumerate(RULES, 1):
        assert f"{place}. {rule.need.value}" in text
        assert rule.threshold in text
    assert f"{RATES[Need.OFF_COURSE].false_alarms} {RATES[Need.OFF_COURSE].misses}" in text
    assert f"{RULES[0].next_step} – –" in text


def test_a_supervisor_reads_the_same_with_whose_client_it_is(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, above = opened(planted, monkeypatch), opened(planted, monkeypatch, "s.one")
    assert names(above) == names(own)
    assert "T.ONE" in said(above)
    assert "T.ONE" not in said(own)


def test_wild_answers_put_no_nan_on_the_page(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, totals in WILD.items():
        add(small, code, min(totals))
        answered(small, code, totals)
    tab = opened(small, monkeypatch)
    assert len(names(tab)) == len(WILD) + 1
    assert not re.search(r"\b(nan|inf|None)\b", said(tab))


@pytest.mark.parametrize(
    ("probability", "text"),
    [(None, ""), (0.9499, "94%"), (0.95, "95%"), (0.9901, "over 99%"), (1.0, "over 99%")],
)
def test_certainty_is_never_rounded_up(probability: float | None, text: str) -> None:
    assert parts.percent(probability) == text


def test_an_answer_that_came_in_after_the_last_look_is_told_with_its_day(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    record.client_record(planted.viewer("t.one", NOW - timedelta(days=4)), planted.clients["W"])
    assert "Not opened since its latest answer came in; last 20 Nov 2026." in said(
        opened(planted, monkeypatch)
    )


def test_a_row_says_when_to_look_back_together_and_the_record_lets_one_note_it(
    planted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Time to look back together." in said(opened(planted, monkeypatch))
    tab = opened(planted, monkeypatch).button(key="ask_rule").click().run()
    assert "After the 6th answer on the primary symptom scale" in words(tab)
    monkeypatch.setattr(web, "viewer", lambda: planted.viewer("t.one"))
    page = AppTest.from_file(PAGE.with_name("client.py"), default_timeout=60)
    page.session_state["_client"] = planted.clients["better"]
    page.run()
    assert "A good time to look back together. PHQ-9 was answered 6 times" in said(page)
    for alarm in ("warning", "overdue", "late", "must"):
        assert alarm not in said(page).split("look back together.")[1][:250]
    page.button(key="reviewed").click().run()
    assert not page.exception
    assert "A good time to look back together" not in said(page)
    assert "Reviewed together" in words(page)
    rows = {
        row.client.code: row.review_due for row in caseload.caseload(planted.viewer("t.one")).rows
    }
    assert not rows["better"]
    # Who supervises reads it too, and notes nothing.
    monkeypatch.setattr(web, "viewer", lambda: planted.viewer("s.one"))
    marks.take_back(
        planted.viewer("t.one"), planted.clients["better"],
        record.client_record(planted.viewer("t.one"), planted.clients["better"]).events[-1].mark_id,
        "Not yet.",
    )  # fmt: skip
    page = AppTest.from_file(PAGE.with_name("client.py"), default_timeout=60)
    page.session_state["_client"] = planted.clients["better"]
    page.run()
    assert "A good time to look back together" in said(page)
    assert "reviewed" not in [one.key for one in page.button]
