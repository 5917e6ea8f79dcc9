"""The page of an administrator who has yet to set a second factor up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from attachdash.practice import house
from attachdash.practice.rights import Role
from attachdash.web import signin, who
from tests.practice.conftest import House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]


def _page() -> None:
    from attachdash.web import second_factor

    second_factor.enrol_page()


@pytest.fixture
def tab(small: House, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    house.require_second_factor(small.viewer("a.diallo"), required=True)
    waiting = replace(small.viewer("a.diallo"), must_enrol=True)
    monkeypatch.setattr(who, "present", lambda **_: waiting)
    monkeypatch.setattr(signin, "where_to_turn", lambda: None)
    monkeypatch.setattr(signin, "welcome", lambda: None)
    found = AppTest.from_function(_page, default_timeout=60).run()
    assert not found.exception
    return found


def declined(small: House) -> bool:
    return house.settings(small.viewer("a.diallo")).second_factor_declined


def decline(tab: AppTest) -> None:
    [button] = [one for one in tab.button if one.label.startswith("Decline")]
    button.click()


def test_an_administrator_may_decline_it_for_the_practice(tab: AppTest, small: House) -> None:
    decline(tab)
    tab.run()
    assert declined(small)


def test_whoever_is_here_no_longer_declines_nothing(
    tab: AppTest, small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their page is still drawn when they press: their session ended meanwhile."""
    nobody = replace(small.viewer("a.diallo"), role=Role.ANONYMOUS)
    calls: list[int] = []

    def present(**_: object) -> object:
        calls.append(1)
        assert len(calls) < 3, "drawn again and again"
        return nobody

    monkeypatch.setattr(who, "present", present)
    decline(tab)
    tab.run()
    assert not declined(small)
