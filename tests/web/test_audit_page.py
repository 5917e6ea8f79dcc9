"""The audit page: refused unknown names are one line with a count, and pages turn in the store."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import entrance
from tests.practice.conftest import NOW, House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "audit.py"


def refuse(house: House, times: int) -> None:
    for second in range(times):
        nobody = entrance.anonymous(house.store, "b", NOW + timedelta(seconds=second))
        assert entrance.sign_in(nobody, f"guess{second}", "wrong") is None


def test_refusals_are_one_line_and_can_be_left_out(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(small, 130)
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("a.diallo"))
    tab = AppTest.from_file(PAGE, default_timeout=20).run()
    assert not tab.exception
    rows = tab.dataframe[0].value
    assert rows["What"][0] == "sign-in refused, unknown name, 130 times"
    assert rows["Detail"][0] == "from 2026-11-24 08:40:00 to 2026-11-24 08:42:09"
    assert (rows["What"] == "added person").any()
    tab.button_group(key="audit_sign_ins").set_value("Without sign-ins").run()
    assert not tab.dataframe[0].value["What"].str.startswith("sign-in refused").any()


def test_pages_turn(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("a.diallo"))
    monkeypatch.setattr(web, "phone", lambda: True)
    tab = AppTest.from_file(PAGE, default_timeout=20).run()
    assert [one.label for one in tab.button] == ["Older"]

    def lines() -> str:
        return next(one.proto.body for one in tab.get("html") if "newest first" in one.proto.body)

    assert "Lines 1 to 25 of" in lines()
    tab.button[0].click().run()
    assert "Lines 26 to" in lines()
    assert "Newer" in [one.label for one in tab.button]
