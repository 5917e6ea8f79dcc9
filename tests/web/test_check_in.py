"""The check-in on a client's own page, and on the staff's record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.instruments import BLANK
from attachdash.practice import mending, recording
from tests.practice.conftest import NOW, TODAY, House, _light_bcrypt, make_house, small
from tests.web.test_phases import words
from tests.web.test_release import sent

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"


def answered(house: House, days_ago: int, *answers: int, name: str = "checkin_adult") -> None:
    recording.record_administration(
        house.viewer("t.one"), house.clients["A"], name, TODAY - timedelta(days=days_ago), answers
    )


def test_h11_a_client_reads_each_line_plainly_and_no_figure(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "check-in" not in sent(small, monkeypatch)
    answered(small, 20, 5, 8, 5, 5, 5, 5, BLANK, 5)
    answered(small, 2, 7, 3, 5, 9, 5, 5, BLANK, 5)
    answered(small, 2, 6, name="session_adult")
    page = sent(small, monkeypatch)
    shown = page[page.index("Your check-in") :]
    for line in (
        "I could say what I felt or needed.</span>", "<b>Higher than when you began.</b>",
        "When feelings got strong, I found a way through.</span>",
        "<b>Lower than when you began.</b>", "<b>The same as when you began.</b>",
        "<b>Left blank so far.</b>", "At the end of your sessions", "I felt understood.</span>",
        "<b>One answer so far: where you began.</b>",
    ):  # fmt: skip
        assert line in shown, line
    lower = page.lower()
    for one in (
        "safe with people", "t-score", "usual", "norm", "flag", "checkin", "reliabl", "probab",
        "n 2", "/10", "of 10", "0–10",
    ):  # fmt: skip
        assert one not in lower, one


def test_h25_a_low_answer_on_feeling_safe_changes_no_byte_of_the_clients_page(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(small, 9, 5, 5, 5, 9, 5, 5, 5, 5)
    calm = sent(small, monkeypatch)
    answered(small, 2, 5, 5, 5, 0, 5, 5, 5, 5)
    low = sent(small, monkeypatch)
    assert low != calm  # one answer more
    mine, a = small.viewer("t.one", NOW), small.clients["A"]
    [form] = [one for one in mending.forms(mine, a).forms
              if one.last.answered_on == TODAY - timedelta(days=2)
              and one.instrument.id == "checkin_adult"]  # fmt: skip
    mending.correct_administration(
        mine, a, form.administration_id, TODAY - timedelta(days=2), [5, 5, 5, 9, 5, 5, 5, 5],
        "Misread", 1,
    )  # fmt: skip
    assert sent(small, monkeypatch) == low


def test_staff_see_each_line_as_a_measure_that_says_it_can_tell_no_change_from_noise(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(small, 40, 5, 8, 5, 5, 5, 5, 5, 5)
    answered(small, 2, 7, 3, 5, 9, 5, 5, 5, 5)
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("t.one"))
    tab = AppTest.from_file(PAGES / "client.py", default_timeout=30)
    tab.session_state["_client"] = small.clients["A"]
    tab.run()
    assert not tab.exception
    said = words(tab)
    for line in ("Saying what I need", "Strong feelings", "Safe with people close"):
        assert f"</span>{line}</h2>" in said
    assert (
        "Strong feelings (Check-in): −5 points since the start. One line in our own words, not "
        "validated: no reliable change is claimed." in said
    )
    assert "Norms" not in said[said.index("Strong feelings (Check-in)") :]
    # A single line of our own stands for no domain.
    assert not [one for one in tab.button if "Check-in" in one.label]
