"""The page takes a file of another layout from its columns to what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.intake import read_csv
from attachdash.practice import clients, importing
from attachdash.web import import_draft
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


def chosen(tab: AppTest, start: str) -> AppTest:
    chooser = of(tab.selectbox, "Which questionnaire does the file hold?")
    [one] = [one for one in chooser.options if one.startswith(start)]
    return press(chooser.select(one).run(), "This is right")


@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
def test_several_questionnaires_of_a_file_are_checked_one_by_one_and_kept_at_once(
    small: House, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    if large:
        monkeypatch.setattr(import_draft, "CELLS_AT_ONCE", 0)
        monkeypatch.setattr(import_draft, "_work", at_once(import_draft._work))
    data = b"client,date,phq9_total,gad7_total\nA,2026-09-01,7,5\nN,2026-09-01,7,55\n"
    tab = chosen(opened(small, monkeypatch, "two.csv", data), "PHQ-9")
    tab = press(tab, "First add from this file: GAD-7")
    assert of(tab.selectbox, "Which questionnaire does the file hold?").value.id == "gad7"
    # Nothing was kept of the first, and it can be gone back to.
    assert importing.imports(small.viewer("a.diallo")).empty
    tab = press(tab, "Leave this one out")
    assert "Keep 1 row" in {one.label for one in tab.button}
    tab = press(press(tab, "First add from this file: GAD-7"), "This is right")
    assert not tab.exception
    # Of N the second questionnaire is refused: still they are somebody new.
    assert "Keep 2 rows of 2 questionnaires" in {one.label for one in tab.button}
    tab = next(one for one in tab.checkbox if "reate" in one.label).check().run()
    tab = press(tab, "Keep 3 rows of 2 questionnaires")
    assert not tab.exception
    assert "3 rows are kept" in " ".join(one.value for one in (*tab.html, *tab.markdown))
    assert importing.imports(small.viewer("a.diallo"))["kept"].to_list() == [1, 2]
    assert len(clients.register(small.viewer("a.diallo"))) == 3


def test_a_button_pressed_twice_leaves_no_other_questionnaire_out(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second press comes before the page stands anew, and is answered as the first."""
    data = b"client,date,phq9_total,gad7_total\nA,2026-09-01,7,5\n"
    tab = chosen(opened(small, monkeypatch, "two.csv", data), "PHQ-9")
    made = tab.session_state["_import"]
    made.go_on()
    made.go_on()
    assert [one.mapping.instrument for one in made.parts] == ["phq9"]
    tab = press(tab.run(), "This is right")
    made.go_on()
    made.go_back()
    made.go_back()
    assert [one.instrument for one in made.mappings] == ["phq9", "gad7"]


def test_a_questionnaire_that_was_checked_is_not_added_again(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"client,date,phq9_total,gad7_total\nA,2026-09-01,7,5\n"
    tab = chosen(opened(small, monkeypatch, "two.csv", data), "PHQ-9")
    tab = chosen(press(tab, "First add"), "PHQ-9")
    assert not tab.exception
    assert "each questionnaire once, but PHQ" in tab.error[0].value


def at_once(work: Callable[..., None]) -> Callable[..., None]:
    """A long work, without the wait for it."""

    def done(*args: object, **said: object) -> None:
        work(*args, **said | {"at_once": True})

    return done


def test_a_layout_that_does_not_fit_the_file_is_told_on_the_page(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"client,date,item,value\nA,2026-09-01,1,2\nA,2026-09-01,2\n"
    tab = opened(small, monkeypatch, "broken.csv", data)
    assert not tab.exception
    assert "row 3" in tab.error[0].value
