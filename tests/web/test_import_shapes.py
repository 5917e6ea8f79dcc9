"""The page takes a file of another layout from its columns to what is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.intake import read_csv
from attachdash.practice import clients
from attachdash.web.import_draft import Draft
from tests.practice.conftest import House, either, make_house, small

__all__ = ["either", "make_house", "small"]
PAGE = str(Path(__file__).parents[2] / "pages" / "import_file.py")


def opened(house: House, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes) -> AppTest:
    monkeypatch.setattr(web, "viewer", lambda: house.viewer("a.diallo"))
    tab = AppTest.from_file(PAGE, default_timeout=30)
    tab.session_state["_import"] = Draft(0, read_csv(name, data))
    return tab.run()


def of(kind: object, label: str) -> object:
    [found] = [one for one in kind if one.label == label]
    return found


def press(tab: AppTest, start: str) -> AppTest:
    [button] = [one for one in tab.button if one.label.startswith(start)]
    assert not button.disabled
    return button.click().run()


def test_the_months_of_a_wide_file_come_in_as_nominal_days(
    small: House, monkeypatch: pytest.MonkeyPatch, shared: Path
) -> None:
    data = (shared / "data" / "BtheB_bdi.csv").read_bytes()
    tab = opened(small, monkeypatch, "BtheB_bdi.csv", data)
    assert not tab.exception
    tab.date_input[0].set_value(date(2020, 1, 1)).run()
    chooser = of(tab.selectbox, "Which questionnaire does the file hold?")
    [bdi] = [one for one in chooser.options if one.startswith("BDI-II")]
    tab = chooser.select(bdi).run()
    assert not tab.exception
    [kind] = [one for one in tab.button_group if one.key and "kind_bdi2" in one.key]
    assert kind.value == "scores"
    tab = press(tab, "This is right")
    assert not tab.exception
    tab = next(one for one in tab.checkbox if "reate" in one.label).check().run()
    tab = press(tab, "Keep 380 rows")
    assert not tab.exception
    held = clients.register(small.viewer("a.diallo"))
    assert len(held) == 2 + 100
    engine, scope = small.store.engine, small.viewer("a.diallo").scope
    with engine.reading(scope) as cursor:
        days = dict(
            cursor.rows(
                "SELECT administration.answered_on, count(*) FROM administration "
                "WHERE administration.is_nominal GROUP BY administration.answered_on"
            )
        )
    assert sorted(days.values(), reverse=True) == [100, 97, 73, 58, 52]
    assert min(days) == date(2020, 1, 1)


def test_the_second_questionnaire_of_a_file_is_offered_once_the_first_is_kept(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"client,date,phq9_total,gad7_total\nA,2026-09-01,7,5\n"
    tab = opened(small, monkeypatch, "two.csv", data)
    chooser = of(tab.selectbox, "Which questionnaire does the file hold?")
    [phq9] = [one for one in chooser.options if one.startswith("PHQ-9")]
    tab = press(chooser.select(phq9).run(), "This is right")
    tab = press(press(tab, "Keep 1 row"), "Next from this file: GAD-7")
    assert of(tab.selectbox, "Which questionnaire does the file hold?").value.id == "gad7"
    tab = press(press(tab, "This is right"), "Keep 1 row")
    assert not tab.exception
    assert tab.button[0].label == "Another questionnaire of this file"


def test_a_layout_that_does_not_fit_the_file_is_told_on_the_page(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"client,date,item,value\nA,2026-09-01,1,2\nA,2026-09-01,2\n"
    tab = opened(small, monkeypatch, "broken.csv", data)
    assert not tab.exception
    assert "row 3" in tab.error[0].value
