"""Who answered about whom: asked when a file comes in, shown apart on the record, kept by the
therapist."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.instruments import RelationKind
from attachdash.practice import mending, relations
from attachdash.web import importing as shown_parts
from attachdash.web import tables
from attachdash.web.import_draft import Draft
from attachdash.web.look import plain
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.practice.imports import import_one, preview_one
from tests.practice.test_named_people import by_name
from tests.practice.test_people_columns import BY_COLUMN, by_rows
from tests.practice.test_relations import CSI, MOTHERS, RISK, file

__all__ = ["_light_bcrypt", "make_house", "small"]

PAGES = Path(__file__).resolve().parents[2] / "pages"
DAY = TODAY - timedelta(days=9)


def opened(house: House, monkeypatch: pytest.MonkeyPatch, page: str, who: str = "t.one") -> AppTest:
    monkeypatch.setattr(web, "viewer", lambda: house.viewer(who))
    return AppTest.from_file(PAGES / f"{page}.py", default_timeout=30)


def of(kind: object, label: str) -> object:
    [found] = [one for one in kind if one.label == label]  # type: ignore[attr-defined]
    return found


def choose(tab: AppTest, instrument: str) -> AppTest:
    chooser = of(tab.selectbox, "Which questionnaire does the file hold?")
    [one] = [option for option in chooser.options if option.startswith(instrument)]  # type: ignore[attr-defined]
    tab = chooser.select(one).run()  # type: ignore[attr-defined]
    # The columns are named for no questionnaire: the answers are a run of them.
    ways = next(one for one in tab.button_group if one.label.startswith("Answers to items"))
    if ways.value != "A run of columns":
        tab = ways.set_value("A run of columns").run()
    return of(tab.selectbox, "Item 1 stands in").select("q1").run()  # type: ignore[attr-defined]


def check_button(tab: AppTest) -> object:
    [button] = [one for one in tab.button if one.label.startswith("This is right")]
    return button


def test_who_answered_is_asked_and_nothing_is_chosen_beforehand(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, "import_file")
    tab.session_state["_import"] = Draft(0, file(("A", DAY, [1] * 25)))
    tab = choose(tab.run(), "RCADS-25")
    assert not tab.exception
    asked = of(tab.selectbox, "Who answered?")
    assert asked.options == [  # type: ignore[attr-defined]
        "The client themself", "Mother", "Father", "Parent", "Carer",
    ]  # fmt: skip
    assert asked.value is None  # type: ignore[attr-defined]
    assert check_button(tab).disabled  # type: ignore[attr-defined]
    tab = asked.select("mother").run()  # type: ignore[attr-defined]
    tab = check_button(tab).click().run()  # type: ignore[attr-defined]
    assert not tab.exception
    assert any("Answered by mother, about the client" in one.value for one in tab.get("html"))
    next(one for one in tab.button if one.label.startswith("Keep 1 row")).click().run()
    [form] = [
        one for one in mending.forms(small.viewer("t.one"), small.clients["A"]).forms
        if one.instrument.id == "rcads25"
    ]  # fmt: skip
    assert form.informant == "mother"


def test_whom_it_is_about_is_asked_only_where_somebody_can_be_meant(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, "import_file")
    tab.session_state["_import"] = Draft(0, file(("A", DAY, [1] * 9)))
    tab = choose(tab.run(), "PHQ-9")
    assert not [one for one in tab.selectbox if one.label in ("Who answered?", "About whom?")]
    assert not check_button(tab).disabled  # type: ignore[attr-defined]
    tab = choose(tab, "ECR-RS")
    asked = of(tab.selectbox, "About whom?")
    assert asked.options == ["Their mother", "Their father", "Their partner", "Their friend"]  # type: ignore[attr-defined]
    assert asked.value is None  # type: ignore[attr-defined]
    assert check_button(tab).disabled  # type: ignore[attr-defined]
    tab = asked.select("partner").run()  # type: ignore[attr-defined]
    assert not check_button(tab).disabled  # type: ignore[attr-defined]


def words(tab: AppTest) -> str:
    return " ".join(one.value for one in tab.get("html"))


def test_the_record_shows_what_others_answered_apart_and_names_who_raised_a_flag(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = small.viewer("t.one")
    import_one(mine, file(("A", DAY, RISK)), MOTHERS)
    about = CSI.model_copy(update={"about": "partner"})
    import_one(mine, file(("A", DAY, [4] * 4)), about)
    tab = opened(small, monkeypatch, "client")
    tab.session_state["_client"] = small.clients["A"]
    tab.run()
    assert not tab.exception
    said = words(tab)
    assert "Answered by others" in said
    assert 'data-label="Answered by">mother<' in said
    assert "About others" in said
    assert 'data-label="About">partner<' in said
    assert "lower is better" in said
    assert "item 18" in said
    assert " by mother on " in said
    # No question of suicide was put to the client themself, whatever the mother was asked.
    assert not [one for one in tab.get("html") if "RCADS" in one.value and "ad-sunk" in one.value]


def test_the_record_of_a_client_without_others_has_no_such_section(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, "client")
    tab.session_state["_client"] = small.clients["A"]
    tab.run()
    assert "by others" not in words(tab)
    assert "About others" not in words(tab)


def test_the_people_around_a_client_are_the_therapists_to_keep(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    tab = opened(small, monkeypatch, "clients")
    tab.session_state[f"around_{a}"] = True
    tab.session_state["client_shown"] = a
    tab.run()
    assert not tab.exception
    assert "mother (Anna)" in words(tab)
    of(tab.selectbox, "Who are they to the client?").select("partner")  # type: ignore[attr-defined]
    next(
        one for one in tab.button if one.label == "Add" and one.form_id.startswith("add_relation")
    ).click().run()
    assert not tab.exception
    assert [one.value for one in tab.success] == [plain("Partner is added.")]
    assert [one.kind for one in relations.relations(mine, a)] == ["mother", "partner"]

    other = opened(small, monkeypatch, "clients", "a.diallo")
    other.session_state["client_shown"] = a
    other.run()
    assert not other.exception
    assert "Anna" not in words(other)
    assert not [one for one in other.expander if one.label == "Show them"]


def test_a_paper_form_about_one_of_several_people_says_which(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = opened(small, monkeypatch, "paper_form")
    tab.session_state["_client"] = small.clients["A"]
    tab.run()
    chooser = of(tab.selectbox, "Questionnaire")
    for name, asked in (("PHQ-9", False), ("ECR-RS", True)):
        [one] = [option for option in chooser.options if option.startswith(f"{name}:")]  # type: ignore[attr-defined]
        tab = chooser.select(one).run()  # type: ignore[attr-defined]
        assert not tab.exception
        assert of(tab.button, "Look it over").disabled is asked  # type: ignore[attr-defined]
    tab = of(tab.selectbox, "About whom?").select("mother").run()  # type: ignore[attr-defined]
    tab.date_input[0].set_value(DAY).run()
    for field in tab.text_input[1:]:
        field.set_value("1")
    of(tab.button, "Look it over").click().run()  # type: ignore[attr-defined]
    assert any(", about mother. " in one.value for one in tab.markdown)
    next(one for one in tab.button if one.label.startswith("Keep this form")).click().run()
    assert not tab.exception
    [form] = [
        one for one in mending.forms(small.viewer("t.one"), small.clients["A"]).forms
        if one.instrument.id == "ecr_rs"
    ]  # fmt: skip
    assert form.about == "mother"


def test_h07_a_paper_form_says_which_of_two_parents_filled_it_in(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    anna = relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    berta = relations.add_relation(mine, a, RelationKind.MOTHER, "Berta *B*")
    relations.end_relation(mine, a, anna, DAY)
    relations.add_relation(small.viewer("t.two"), small.clients["B"], RelationKind.MOTHER, "Zoe")
    tab = opened(small, monkeypatch, "paper_form")
    tab.session_state["_client"] = a
    tab.run()
    chooser = of(tab.selectbox, "Questionnaire")
    [one] = [option for option in chooser.options if option.startswith("RCADS-25:")]  # type: ignore[attr-defined]
    tab = chooser.select(one).run()  # type: ignore[attr-defined]
    tab = of(tab.selectbox, "Who answered?").select("father").run()  # type: ignore[attr-defined]
    assert not [one for one in tab.selectbox if one.label.startswith("Which ")]
    tab = of(tab.selectbox, "Who answered?").select("mother").run()  # type: ignore[attr-defined]
    which = of(tab.selectbox, "Which mother?")
    assert which.options == ["mother (Anna)", "mother (Berta *B*)"]  # type: ignore[attr-defined]
    assert which.value is None  # type: ignore[attr-defined]
    assert of(tab.button, "Look it over").disabled  # type: ignore[attr-defined]
    tab = which.select(anna).run()  # type: ignore[attr-defined]
    # On a later day the other one alone is meant: there is nothing left to choose.
    tab = tab.date_input[0].set_value(DAY + timedelta(days=1)).run()
    assert not [one for one in tab.selectbox if one.label.startswith("Which ")]
    tab = tab.date_input[0].set_value(DAY).run()
    tab = of(tab.selectbox, "Which mother?").select(berta).run()  # type: ignore[attr-defined]
    for field in tab.text_input[1:]:
        field.set_value("1")
    tab = of(tab.button, "Look it over").click().run()  # type: ignore[attr-defined]
    assert not tab.exception
    assert any(plain(", by mother (Berta *B*)") in one.value for one in tab.markdown)
    next(one for one in tab.button if one.label.startswith("Keep this form")).click().run()
    [form] = [one for one in mending.forms(mine, a).forms if one.instrument.id == "rcads25"]
    assert form.informant_id == berta


def test_the_page_asks_for_a_column_of_names_only_where_somebody_else_is_meant(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, a = small.viewer("t.one"), small.clients["A"]
    relations.add_relation(mine, a, RelationKind.MOTHER, "Anna")
    berta = relations.add_relation(mine, a, RelationKind.MOTHER, "Berta")
    table = by_name(("A", DAY, "berta", 1))
    tab = opened(small, monkeypatch, "import_file")
    tab.session_state["_import"] = Draft(0, table)
    tab = choose(tab.run(), "RCADS-25")
    tab = of(tab.selectbox, "Who answered?").select("self").run()  # type: ignore[attr-defined]
    assert not [one for one in tab.selectbox if one.label == "Their name stands in"]
    tab = of(tab.selectbox, "Who answered?").select("mother").run()  # type: ignore[attr-defined]
    names = of(tab.selectbox, "Their name stands in")
    assert names.value is None  # type: ignore[attr-defined]
    tab = names.select("who").run()  # type: ignore[attr-defined]
    tab = check_button(tab).click().run()  # type: ignore[attr-defined]
    next(one for one in tab.button if one.label.startswith("Keep 1 row")).click().run()
    assert not tab.exception
    [form] = [one for one in mending.forms(mine, a).forms if one.instrument.id == "rcads25"]
    assert form.informant_id == berta


def test_before_a_file_is_kept_its_rows_say_whose_they_are(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = []
    monkeypatch.setattr(
        tables, "table", lambda names, body, _alt: shown.append((tuple(names), list(body)))
    )
    mine = small.viewer("t.one")
    table = by_rows(("A", DAY, "Mutter", 1), ("A", DAY, "Klientin", 2), ("A", DAY, "Oma", 3))
    shown_parts.first_rows(mine, preview_one(mine, table, BY_COLUMN).first)
    [(names, rows)] = shown
    assert names[4:6] == ("Answered by", "About")
    assert [row[4:6] for row in rows] == [
        ("Mother", "the client"),
        ("The client themself", "the client"),
    ]
