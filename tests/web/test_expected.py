"""Similar clients on a measure's page: asked for, or told why there are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import charts, web
from attachdash.practice.rights import Role
from attachdash.web import expected as web_expected
from attachdash.web import who
from tests.practice.closed import PHQ9, plant
from tests.practice.conftest import House, _light_bcrypt, make_house, small
from tests.practice.test_expected import WENT, with_start

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"


def measure(house: House, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """PHQ-9 of client A, as t.one opens it."""
    a = house.clients["A"]
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("t.one"))
    monkeypatch.setattr(who, "held_client", lambda: a)
    tab = AppTest.from_file(PAGES / "measure.py", default_timeout=30)
    tab.session_state[f"measure_{a}"] = PHQ9
    return tab.run()


def said(tab: AppTest) -> str:
    return " ".join(str(one.proto) for one in tab.main if getattr(one, "proto", None))


def test_similar_clients_are_drawn_when_asked_for_and_n_is_said(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_start(small)
    drawn: list[charts.Overlay] = []
    measured = charts.measure

    def seen(*args: object, overlay: charts.Overlay, **kwargs: object) -> object:
        drawn.append(overlay)
        return measured(*args, overlay=overlay, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(charts, "measure", seen)
    tab = measure(small, monkeypatch)
    [switch] = tab.toggle
    assert (switch.label, switch.value) == ("Similar clients", False)
    assert drawn[-1].expected is None
    assert "It takes 50" in said(switch.set_value(True).run())
    assert drawn[-1].expected is None
    plant(small, "t.two", [WENT] * 50)
    tab = tab.run()
    assert not tab.exception
    words = said(tab)
    assert "50 closed episodes here that began with 13.5 to under 16.9" in words
    assert "no forecast" in words
    assert drawn[-1].expected is not None
    assert drawn[-1].expected.n == 50
    assert list(drawn[-1].expected.middle) == WENT


def test_a_client_is_never_offered_them(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    given = charts.Overlay()
    monkeypatch.setattr(web_expected, "st", None)  # nothing may be drawn
    for role in Role:
        if role not in (Role.THERAPIST, Role.SUPERVISOR):
            viewer = small.viewer("c.a")
            object.__setattr__(viewer, "role", role)
            assert web_expected.over(viewer, None, given) is given  # type: ignore[arg-type]
