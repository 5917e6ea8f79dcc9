"""A fragment runs alone, long after its page: it asks first who is there, and takes no rows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "pages").glob("*.py"), *(ROOT / "attachdash" / "web").glob("*.py")])
ASKS = {"viewer", "present"}


def fragments(source: str) -> list[ast.FunctionDef]:
    """The functions that Streamlit may run by themselves."""
    return [
        one
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.FunctionDef)
        and any("fragment" in ast.unparse(mark) for mark in one.decorator_list)
    ]


def asks_first(function: ast.FunctionDef) -> bool:
    """Whether its first statement asks who is there, and it is handed nothing but plain values."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    called = {
        ast.unparse(one.func).rsplit(".", 1)[-1]
        for one in ast.walk(body[0])
        if isinstance(one, ast.Call)
    }
    given = {ast.unparse(one.annotation) for one in function.args.args if one.annotation}
    # A Paper is the draft that this very person is typing.
    return bool(called & ASKS) and given <= {"str", "int", "Paper", "Instrument"}


def test_every_fragment_asks_first_who_is_there() -> None:
    found = {
        f"{path.name}:{one.name}": asks_first(one)
        for path in FILES
        for one in fragments(path.read_text("utf-8"))
    }
    assert {"audit.py:trail", "shell.py:_watch"} <= set(found)
    assert [name for name, asks in found.items() if not asks] == []


@pytest.mark.parametrize(
    ("source", "good"),
    [
        ("@st.fragment\ndef f() -> None:\n    'Why.'\n    viewer = web.viewer()\n", True),
        ("@st.fragment\ndef f(rows: pd.DataFrame) -> None:\n    web.viewer()\n", False),
        ("@st.fragment(run_every=5)\ndef f() -> None:\n    st.write(1)\n    web.viewer()\n", False),
    ],
)
def test_a_planted_fragment_is_seen(source: str, good: bool) -> None:
    [one] = fragments(source)
    assert asks_first(one) is good
