"""Norms: the figures of this practice's own, each with its n."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import shares
from tests.practice.closed import plant
from tests.practice.conftest import House, _light_bcrypt, make_house, small
from tests.practice.test_shares import courses

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"


def said(tab: AppTest) -> str:
    return " ".join(str(one.proto) for one in tab.main if getattr(one, "proto", None))


def test_norms_lists_the_practices_own_shares_with_n(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("a.diallo"))
    page = AppTest.from_file(PAGES / "norms.py", default_timeout=30)
    assert "the judged ones hold" in said(page.run())
    plant(small, "t.two", courses(50, 1, 4.0))
    shares.take_own_shares(small.viewer("a.diallo"))
    tab = page.run()
    assert not tab.exception
    words = said(tab)
    assert "50 of 50 episodes, 400 answers" in words
    assert "(.18)" in words
    assert "(.22)" in words
