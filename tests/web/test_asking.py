"""Asking to talk before the next meeting: the client's page, the typed form, the printed one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.instruments import library
from attachdash.practice import asking as practice_asking
from attachdash.practice import house, record
from attachdash.practice.escalation import Hours
from attachdash.practice.house import Settings
from attachdash.practice.rules import Kind
from attachdash.web import printed
from tests.practice.conftest import NOW, TODAY, House, _light_bcrypt, make_house, small
from tests.web.test_phases import of, press, words

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
BY = "Thursday 26 November, 17:00"
OURS = [one.id for one in library().values() if one.in_own_words]


def page(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str, who: str, at: datetime = NOW
) -> AppTest:
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who, at))
    tab = AppTest.from_file(PAGES / f"{name}.py", default_timeout=30)
    tab.session_state["_client"] = house.clients["A"]
    tab.run()
    assert not tab.exception
    return tab


def flag(house: House) -> str | None:
    found = record.client_record(house.viewer("t.one"), house.clients["A"]).watched
    return next((one.state for one in found if one.kind is Kind.TALK), None)


def test_a_client_asks_is_told_by_when_and_asks_once(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = page(small, monkeypatch, "progress", "c.a")
    assert f"Ask here, and Small practice answers by {BY}." in words(tab)
    tab = press(tab, "I’d like to talk before we meet …")
    said = words(tab)
    # Nothing is asked yet; by when, and where to turn until then, stand beside the answer.
    assert flag(small) is None
    assert f"Small practice answers by {BY}." in said
    assert "If that is too late, don’t wait for us:</b> </div>" in said
    assert 'Call <a href="tel:112">112</a>.' in said
    tab = press(tab, "Not now")
    assert flag(small) is None
    tab = press(press(tab, "I’d like to talk before we meet …"), "Yes, ask")
    assert flag(small) == "open"
    said = words(tab)
    assert "You asked to talk" in said
    assert f"Small practice answers by {BY}." in said
    assert "You asked on Tuesday 24 November, 08:40." in said
    assert 'Call <a href="tel:112">112</a>.' in said
    assert not [one for one in tab.button if "talk" in one.label]
    late = page(small, monkeypatch, "progress", "c.a", NOW + timedelta(days=4))
    assert f"We said {BY}, and it has passed." in words(late)
    assert "call the practice" in words(late)


def test_h28_nothing_of_it_is_there_until_the_crisis_text_is_filled_and_dated(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = small.viewer("a.diallo")
    house.change_settings(
        admin, practice_name="Small practice", time_zone="UTC", crisis_text="Call [24-hour line]."
    )
    tab = page(small, monkeypatch, "progress", "c.a")
    assert "talk before we meet" not in words(tab)
    assert not [one for one in tab.button if "talk" in one.label]


def test_the_therapist_sees_first_who_asked_and_by_when_to_answer(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice_asking.ask_to_talk(small.viewer("c.a"))
    said = words(page(small, monkeypatch, "caseload", "t.one"))
    assert 'ad-first">Asked to talk</span>' in said
    assert "Asked to talk before the next meeting; answer by 26 Nov 2026, 17:00." in said
    assert "Also asked to talk" not in said
    tab = page(small, monkeypatch, "client", "t.one")
    said = re.sub(r"[\\⁠]", "", words(tab))
    assert "**Asked to talk** before the next meeting. Answer by 26 Nov 2026, 17:00: that" in said
    assert "nobody has marked it seen" in said
    late = NOW + timedelta(days=4)
    said = words(page(small, monkeypatch, "caseload", "t.one", late))
    assert "before the next meeting; an answer was due by 26 Nov 2026, 17:00." in said
    said = words(page(small, monkeypatch, "client", "t.one", late))
    assert "An answer was due by 26 Nov 2026, 17:00" in re.sub(r"[\\⁠]", "", said)


def typed(small: House, monkeypatch: pytest.MonkeyPatch, name: str, texts: list[str]) -> AppTest:
    tab = page(small, monkeypatch, "paper_form", "t.one")
    of(tab.selectbox, "Questionnaire").select(library()[name])  # type: ignore[attr-defined]
    tab.run()
    tab.date_input[0].set_value(TODAY)
    fields = [one for one in tab.text_input if "(" in one.label and "·" in one.label]
    assert len(fields) == len(texts)
    for field, text in zip(fields, texts, strict=True):
        field.set_value(text)
    return tab


def test_a_ticked_box_is_typed_in_said_before_it_is_kept_and_raises_its_flag(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = typed(small, monkeypatch, "checkin_adult", ["7"] * 8)
    [box] = tab.checkbox
    assert (box.label, box.value) == (
        "Ticked on the form: “I’d like to talk before we meet”",
        False,
    )
    assert f"to be answered by {BY}" in words(tab)
    box.check()
    tab = press(tab, "Look it over")
    assert "Keeping this form raises it for A in the same moment" in words(tab)
    assert flag(small) is None
    tab = press(press(tab, "Back to typing"), "Look it over")  # it is held like all that is typed
    keep = next(one for one in tab.button if one.label.startswith("Keep this form"))
    keep.click()
    tab.run()
    assert not tab.exception
    assert flag(small) == "open"
    assert "They asked to talk: that stands in the caseload until it is seen." in words(tab)


def test_a_box_left_alone_raises_nothing_and_other_forms_have_none(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = press(typed(small, monkeypatch, "checkin_adult", ["7"] * 8), "Look it over")
    assert "Asked to talk" not in words(tab)
    next(one for one in tab.button if one.label.startswith("Keep this form")).click()
    tab.run()
    assert flag(small) is None
    assert tab.get("download_button")  # an empty form of it
    tab = page(small, monkeypatch, "paper_form", "t.one")
    of(tab.selectbox, "Questionnaire").select(library()["gad7"])  # type: ignore[attr-defined]
    tab.run()
    assert not tab.checkbox
    assert not tab.get("download_button")


def test_who_ticks_the_box_and_answers_nothing_is_not_lost(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = typed(small, monkeypatch, "checkin_adult", [""] * 8)
    tab.checkbox[0].check()
    tab = press(tab, "Look it over")
    assert [one.disabled for one in tab.button if one.label.startswith("Keep this form")] == [True]
    tab = press(tab, "Note that they asked to talk")
    assert flag(small) == "open"
    assert "That A asked to talk is noted." in words(tab)


@pytest.mark.parametrize("name", OURS)
def test_a_printed_form_has_its_lines_the_box_with_its_time_who_reads_it_and_where_to_turn(
    name: str,
) -> None:
    known = library()[name]
    practice = Settings(
        practice_name="Small <practice>", crisis_text="Call 112.\nAt any hour.",
        hours=Hours(later=8, days=(0, 2)),
    )  # fmt: skip
    text = printed.form(known, practice)
    for scale in known.scales:
        assert scale.asked
        assert scale.asked in text
    assert "I’d like to talk before we meet." in text
    assert (
        "Small &lt;practice&gt; answers within 8 working hours of getting this (Mon, Wed, 09:00 to "
        "17:00)." in text
    )
    assert "therapist reads this, and so may the person who advises them" in text
    assert "Call 112.<br>At any hour." in text
    # Nothing is selected, and nothing of it is fetched from anywhere.
    assert not re.search(r"checked|selected|src=|https?:|<script", text.split("</style>")[1])
    low, high = known.items[0].low, known.items[0].high
    steps = "".join(f"<span>{n}</span>" for n in range(low, high + 1))
    assert text.count(steps) == len(known.items)
    assert ("The child’s therapist" in text) == (name == "checkin_carer")
    assert ("seven days" in text) == name.startswith("checkin")
