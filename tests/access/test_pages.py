"""Does a page show anything to whom it isn't for? Each page is run as each viewer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from attachdash.practice import entrance, recording
from attachdash.practice.rights import Role
from attachdash.store import people as store_people
from attachdash.store.engine import Scope
from attachdash.web import browser, house, navigation, who
from tests.access.asked import viewer
from tests.access.test_matrix import MATRIX, VIEWERS
from tests.practice.conftest import TODAY, House

SHELL = Path(who.__file__).parent / "shell.py"
PAGES = sorted(navigation.FOLDER.glob("*.py"))
OUTSIDE = ("anonymous", "disabled", "expired", "must_change")
CLIENT = "Client A"
# The pages that name client A, to whom it is; to everybody else no page does.
NAMED = {
    "therapist_a": {
        "caseload.py",
        "client.py",
        "measure.py",
        "paper_form.py",
        "clients.py",
        "support.py",
        "agenda.py",
    },
    "supervisor_a": {"caseload.py", "client.py", "measure.py", "support.py", "agenda.py"},
    "administrator": {"clients.py"},
}


@pytest.fixture
def signed_in(small: House, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """That viewer on this browser, in the small practice."""
    name: str = request.param
    seen = viewer(small, "waiting" if name == "must_change" else name)
    if name == "must_change":
        password_hash = "unused"
        small.store.engine.writing(
            Scope(),
            lambda cursor: store_people.set_password(
                cursor, 1, small.people["t.one"], password_hash, True
            ),
        )
    token = {"anonymous": "nobody", "must_change": "waiting"}.get(name, name)
    now = seen.now
    monkeypatch.setattr(house, "_store", small.store)
    monkeypatch.setattr(browser, "browser_token", lambda: token)
    monkeypatch.setattr(entrance, "clock", lambda: now)
    return name


def drawn(tab: AppTest) -> list[str]:
    """All that stands on the page, styles left out."""
    found = [str(node.proto) for node in tab.main if getattr(node, "proto", None)]
    return [text for text in found if text.strip() and "<style>" not in text]


def alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page's own file run without the shell before it: the last wall, not the first."""
    # Beginning anew would run the same file for ever; the shell is what it would begin with.
    with monkeypatch.context() as patch:
        patch.setattr(st, "rerun", lambda **_: st.stop())
        return AppTest.from_file(path, default_timeout=30).run()


@pytest.mark.parametrize("signed_in", OUTSIDE, indirect=True)
def test_a_page_run_by_itself_shows_nothing_to_whoever_is_not_in(
    signed_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {path.stem: drawn(alone(path, monkeypatch)) for path in PAGES} == {
        path.stem: [] for path in PAGES
    }


@pytest.mark.parametrize("signed_in", ["anonymous"], indirect=True)
def test_a_page_that_does_not_ask_who_is_there_would_be_found(
    signed_in: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(
        '"""Asks nobody."""\nimport streamlit as st\nfrom attachdash import web\n'
        'st.write("Client A")\nviewer = web.viewer()\n'
    )
    assert any(CLIENT in text for text in drawn(alone(planted, monkeypatch)))
    assert not asks_first(planted)


@pytest.mark.parametrize("signed_in", [*VIEWERS, "must_change"], indirect=True)
def test_each_viewer_reaches_the_pages_of_the_table_and_no_other(signed_in: str) -> None:
    tab = AppTest.from_file(SHELL, default_timeout=30).run()
    found = {}
    for entry in navigation.PAGES:
        name = f"page {entry.file.removesuffix('.py')}"
        try:
            tab.switch_page(f"../../pages/{entry.file}")
        except ValueError:
            found[name] = "no"
            continue
        # The client of somebody else, held as a forged or remembered choice would hold them.
        tab.session_state["_client"] = 0
        tab.run()
        assert not tab.exception, (name, tab.exception)
        assert drawn(tab), name
        inside = signed_in not in OUTSIDE
        found[name] = "yes" if inside and "sign_out" in [one.key for one in tab.button] else "no"
    expected = {name: row.get(signed_in, "no") for name, row in MATRIX.items() if "page " in name}
    assert found == expected


@pytest.mark.parametrize("signed_in", ["client_a"], indirect=True)
def test_h21_no_page_of_a_client_has_a_box_for_words_that_nobody_reads(signed_in: str) -> None:
    """A password is all that a client types here. A box for more needs who reads it, and the
    crisis text, beside it."""
    tab = AppTest.from_file(SHELL, default_timeout=30).run()
    boxes = set()
    for entry in navigation.entries_of(Role.CLIENT):
        tab.switch_page(f"../../pages/{entry.file}").run()
        assert drawn(tab), entry.file
        assert not [*tab.text_area, *tab.chat_input], entry.file
        boxes |= {one.label for one in tab.text_input}
    assert boxes == {"Present password", "New password", "New password again"}


@pytest.mark.parametrize("signed_in", [*VIEWERS, "must_change"], indirect=True)
def test_no_page_names_a_client_to_a_stranger(small: House, signed_in: str) -> None:
    if signed_in != "disabled":  # client A has a flag, so that the agenda has something to name
        mine, a = small.viewer("t.one"), small.clients["A"]
        recording.record_administration(mine, a, "phq9", TODAY, [0] * 8 + [1])
    tab = AppTest.from_file(SHELL, default_timeout=30).run()
    named = set()
    for entry in navigation.PAGES:
        try:
            tab.switch_page(f"../../pages/{entry.file}")
        except ValueError:
            continue
        tab.session_state["_client"] = small.clients["A"]
        tab.run()
        assert not tab.exception, (entry.file, tab.exception)
        if any(CLIENT in text for text in drawn(tab)):
            named.add(entry.file)
    assert named == NAMED.get(signed_in, set())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_asks_who_is_there_before_it_does_anything(path: Path) -> None:
    assert asks_first(path)


def asks_first(path: Path) -> bool:
    """Whether the first thing that a page calls, outside of its functions, is web.viewer()."""
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            continue
        if any(isinstance(node, ast.Call) for node in ast.walk(statement)):
            return ast.unparse(statement) == "viewer = web.viewer()"
    return False


def fragments() -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions that Streamlit runs again by themselves, by file and name."""
    for path in [*PAGES, *SHELL.parent.glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                "fragment" in ast.unparse(one) for one in node.decorator_list
            ):
                yield f"{path.stem}.{node.name}", node


def test_every_fragment_asks_who_is_there_before_it_does_anything() -> None:
    found = dict(fragments())
    assert "paper_form.typing" in found
    for name, function in found.items():
        first = next(
            statement
            for statement in function.body
            if any(isinstance(node, ast.Call) for node in ast.walk(statement))
        )
        calls = [ast.unparse(one.func) for one in ast.walk(first) if isinstance(one, ast.Call)]
        assert {"web.viewer", "who.present"} & set(calls), name
