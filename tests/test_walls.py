"""Does the house still stand as docs/architecture.md draws it? Read from the syntax trees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Who may import whom. What lies directly in attachdash/ (errors, settings) is the floor:
# everybody may stand on it, and it imports nothing of ours but itself.
MAY_IMPORT: dict[str, set[str]] = {
    "instruments": set(),
    "change": {"instruments"},
    "charts": {"change", "instruments"},
    "support": {"change", "instruments"},
    "store": {"instruments"},
    "intake": {"instruments"},
    "practice": {"instruments", "change", "support", "intake", "store"},
    "reports": {"practice", "charts"},
    "web": {"practice", "charts", "reports"},
    "pages": {"web", "practice", "charts", "reports"},
    "app": {"web"},
    "cli": {"practice", "intake", "instruments", "change", "support", "reports"},
    "floor": set(),
}
# Libraries that only some may import, by the name before the first dot.
ONLY: dict[str, set[str]] = {
    "streamlit": {"web", "pages", "app"},
    "streamlit_authenticator": {"web", "pages", "app"},
    "duckdb": {"store"},
    "psycopg": {"store"},
    "psycopg_pool": {"store"},
}
MAKES_REACH = "attachdash/practice/rights.py"
LINES = 500

# Keywords are upper case by house rule; what is not still has to pass through execute.
SQL = re.compile(
    r"\b(SELECT|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|MERGE\s+INTO|ON\s+CONFLICT"
    r"|(CREATE|DROP|ALTER|TRUNCATE)\s+(OR\s+REPLACE\s+)?(TEMP\s+)?"
    r"(TABLE|VIEW|INDEX|SEQUENCE|SCHEMA)|BEGIN\s+TRANSACTION|PRAGMA|GROUP\s+BY|ORDER\s+BY)\b"
)
RUNS_SQL = {"execute", "executemany", "executescript"}


@dataclass(frozen=True, kw_only=True)
class Module:
    """One file of the product, with the folder whose walls it stands in."""

    path: str
    tree: ast.Module

    @property
    def place(self) -> str:
        parts = self.path.removesuffix(".py").split("/")
        if parts[0] != "attachdash":
            return parts[0]
        if len(parts) > 2:
            return parts[1]
        return "cli" if parts[1].startswith("cli") else "floor"

    def imports(self) -> Iterator[str]:
        """Dotted names of all that is imported, each name of a `from` import as well."""
        package = self.path.removesuffix(".py").split("/")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package[: len(package) - node.level + 1] if node.level else []
                base = ".".join([*above, *filter(None, [node.module])])
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
            else:
                match node:
                    case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]) if _name(
                        called
                    ) in ("import_module", "__import__"):
                        yield name

    def of_ours(self) -> set[str]:
        """The places of ours this module imports, its own and the floor left out."""
        places = set()
        for name in self.imports():
            match name.split("."):
                case ["attachdash", "__main__" | "cli", *_]:
                    places.add("cli")
                case ["attachdash", folder, *_] if (ROOT / "attachdash" / folder).is_dir():
                    places.add(folder)
                case ["attachdash", folder, *_] if folder in MAY_IMPORT:
                    places.add(folder)
                case ["pages" | "app" as top, *_]:
                    places.add(top)
        return places - {self.place}

    def texts(self) -> Iterator[str]:
        """String constants but docstrings; an f-string as one, its values as `?`."""
        prose = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                prose.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                prose.update(part for part in node.values if isinstance(part, ast.Constant))
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "?"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and node not in prose:
                yield str(node.value)


def wrong_imports(module: Module) -> list[str]:
    if module.place not in MAY_IMPORT:
        return [f"{module.path}: the house has no place called {module.place}"]
    trespass = module.of_ours() - MAY_IMPORT[module.place]
    wrong = [f"{module.path}: {module.place} imports {other}" for other in sorted(trespass)]
    for library in sorted({name.split(".")[0] for name in module.imports()}):
        if module.place not in ONLY.get(library, {module.place}):
            wrong.append(f"{module.path}: {module.place} imports {library}")
    return wrong


def sql_outside_the_store(module: Module) -> list[str]:
    if module.place == "store":
        return []
    calls = (node.func for node in ast.walk(module.tree) if isinstance(node, ast.Call))
    return [
        *(f"{module.path}: SQL in {text!r}" for text in module.texts() if SQL.search(text)),
        *(
            f"{module.path}:{call.lineno}: calls {call.attr}"
            for call in calls
            if isinstance(call, ast.Attribute) and call.attr in RUNS_SQL
        ),
    ]


def reaches_made(module: Module) -> list[str]:
    """Calls of Reach, of its class methods, and of either by another name."""
    if module.path == MAKES_REACH:
        return []
    names = {"Reach"} | {
        alias.asname
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "Reach" and alias.asname
    }
    return [
        f"{module.path}:{node.lineno}: makes a Reach"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            _name(node.func) in names
            or (isinstance(node.func, ast.Attribute) and _name(node.func.value) in names)
        )
    ]


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def parsed(path: str, source: str) -> Module:
    return Module(path=path, tree=ast.parse(source, filename=path))


def files(*tops: str) -> list[str]:
    found = [
        path.relative_to(ROOT).as_posix()
        for top in tops
        for path in ([ROOT / top] if top.endswith(".py") else sorted((ROOT / top).rglob("*.py")))
        if path.is_file()
    ]
    return [path for path in found if "__pycache__" not in path]


def product() -> list[Module]:
    paths = files("attachdash", "pages", "app.py")
    return [parsed(path, (ROOT / path).read_text(encoding="utf-8")) for path in paths]


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return product()


def test_each_folder_imports_only_what_it_may(modules: list[Module]) -> None:
    assert not [wrong for module in modules for wrong in wrong_imports(module)]


def test_no_two_folders_import_each_other(modules: list[Module]) -> None:
    # What is allowed, and what is done, have an order: no ring of any length.
    done: dict[str, set[str]] = {}
    for module in modules:
        done.setdefault(module.place, set()).update(module.of_ours())
    for graph in (MAY_IMPORT, done):
        assert list(TopologicalSorter(graph).static_order())


def test_sql_is_only_in_the_store(modules: list[Module]) -> None:
    assert not [wrong for module in modules for wrong in sql_outside_the_store(module)]
    texts = [path.relative_to(ROOT).as_posix() for path in (ROOT / "attachdash").rglob("*.sql")]
    assert not [path for path in texts if not path.startswith("attachdash/store/")]


def test_only_rights_makes_a_reach(modules: list[Module]) -> None:
    assert not [wrong for module in modules for wrong in reaches_made(module)]


def test_no_file_is_longer_than_can_be_read() -> None:
    paths = files("attachdash", "pages", "app.py", "tests", "benchmarks", "docs")
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in paths}
    assert not {path: length for path, length in lengths.items() if length >= LINES}


@pytest.mark.parametrize(
    ("path", "source", "breaches"),
    [
        # Across, upwards, relative, and hidden in a function or a string.
        ("attachdash/change/a.py", "from attachdash.instruments import Scale", 0),
        ("attachdash/change/a.py", "from attachdash.errors import Invalid", 0),
        ("attachdash/change/a.py", "from attachdash import charts", 1),
        ("attachdash/charts/a.py", "from ..practice import caseload", 1),
        ("attachdash/charts/a.py", "from . import theme", 0),
        ("attachdash/charts/deep/a.py", "from ... import store", 1),
        ("attachdash/intake/a.py", "def f():\n    import attachdash.store.engine", 1),
        ("attachdash/errors.py", "from attachdash.practice import Viewer", 1),
        ("attachdash/cli.py", "from attachdash.practice import people", 0),
        ("attachdash/cli.py", "import importlib\nimportlib.import_module('attachdash.web')", 1),
        ("attachdash/misc/a.py", "", 1),
        ("pages/caseload.py", "from attachdash import web, practice, charts", 0),
        ("pages/caseload.py", "from attachdash import store", 1),
        # Libraries.
        ("pages/caseload.py", "import streamlit as st", 0),
        ("attachdash/charts/a.py", "from streamlit.components import v1", 1),
        ("attachdash/practice/a.py", "import duckdb", 1),
        ("attachdash/store/a.py", "import duckdb, psycopg", 0),
        # SQL.
        ("attachdash/practice/a.py", 'Q = "SELECT 1"', 1),
        ("attachdash/practice/a.py", 'Q = f"DELETE FROM {table}"', 1),
        ("attachdash/practice/a.py", "cursor.execute(q)", 1),
        ("attachdash/practice/a.py", '"""Never SELECT here."""', 0),
        ("pages/a.py", 'st.write("Select a file, or update it, from here")', 0),
        ("attachdash/store/a.py", 'Q = "SELECT 1"\ncursor.execute(Q)', 0),
        # Reach.
        ("attachdash/practice/people.py", "Reach(client_ids=())", 1),
        ("attachdash/practice/people.py", "rights.Reach(client_ids=())", 1),
        ("attachdash/practice/people.py", "Reach.whole_practice()", 1),
        ("pages/a.py", "from attachdash.practice import Reach as R\nR()", 1),
        ("attachdash/practice/rights.py", "Reach(client_ids=())", 0),
        ("attachdash/store/a.py", "def f(reach: Reach) -> None: ...", 0),
    ],
)
def test_a_planted_breach_is_seen(path: str, source: str, breaches: int) -> None:
    module = parsed(path, source)
    found = [*wrong_imports(module), *sql_outside_the_store(module), *reaches_made(module)]
    assert len(found) == breaches, found
