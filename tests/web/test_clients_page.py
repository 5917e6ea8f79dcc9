"""The clients page: a client is chosen by their code, and corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.practice import clients
from attachdash.web.look import plain
from tests.practice.conftest import House, _light_bcrypt, make_house, small

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[2] / "pages" / "clients.py"


def opened(house: House, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("a.diallo"))
    tab = AppTest.from_file(PAGE, default_timeout=20).run()
    tab.button(key=f"show_{house.clients['A']}").click().run()
    assert not tab.exception
    return tab


def field(tab: AppTest, label: str, form: str) -> object:
    return next(
        one for one in (*tab.text_input, *tab.date_input) if one.label == label and form in one.key
    )


def test_a_client_is_corrected_by_the_form(small: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tab = opened(small, monkeypatch)
    field(tab, "Name (optional)", "change_client").set_value("[Mara](x)")  # type: ignore[attr-defined]
    field(tab, "Birth date, if known", "change_client").set_value(None)  # type: ignore[attr-defined]
    field(tab, "Or only the year", "change_client").set_value("1987")  # type: ignore[attr-defined]
    next(one for one in tab.button if one.label == "Save").click().run()
    assert not tab.exception
    assert [one.value for one in tab.success] == [plain("A: name, birth corrected.")]
    client = clients.one_client(small.viewer("a.diallo"), small.clients["A"])
    assert (client.name, client.born_precision) == ("[Mara](x)", "year")
    assert client.born_on is not None
    assert client.born_on.year == 1987


def test_a_birth_after_the_answers_is_refused_in_words(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch)
    today = small.viewer("a.diallo").today
    field(tab, "Birth date, if known", "change_client").set_value(today)  # type: ignore[attr-defined]
    next(one for one in tab.button if one.label == "Save").click().run()
    assert "answers from" in tab.error[0].value
    client = clients.one_client(small.viewer("a.diallo"), small.clients["A"])
    assert client.born_on is not None
    assert client.born_on.year == 1990
