"""Does docs/hazards.md have a row for each hazard, and does each row name tests that exist?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HAZARDS = range(1, 29)
LINE = re.compile(r"^\| H(\d+) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:tests/)?[\w/]+\.py)")
# A test by its file; "::name" alone is one of the file named before it; "…" stands for the rest of
# the name.
TEST = re.compile(r"`((?:tests/[\w/]+\.py)?)(::)?(test_\w+)(…?)`")


def rows() -> dict[int, str]:
    """The proof of each hazard, by its number."""
    page = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
    return {int(one[1]): one[2].rsplit(" | ", 1)[-1] for one in LINE.finditer(page)}


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def missing(proof: str) -> list[str]:
    """What a row names and is not there; an answer, too, where it names no test at all."""
    wrong, files = [], []
    for name in FILE.findall(proof):
        found = [ROOT / name] if "/" in name else list((ROOT / "tests").rglob(name))
        files += [path for path in found if path.is_file()]
        if not any(path.is_file() for path in found):
            wrong.append(name)
    before = ""
    asked = TEST.findall(proof)
    for of, in_file, name, rest in asked:
        before = of or before
        # By a name alone, as in "`test_h04_…` in `a.py` and `b.py`", one of the row's files has it.
        own = [ROOT / before] if in_file and (ROOT / before).is_file() else files
        there = {one for path in own for one in names_in(path)}
        if not any(one.startswith(name) if rest else one == name for one in there):
            wrong.append(f"{name}{rest}")
    return wrong if asked else [*wrong, "no test"]


def test_every_hazard_has_its_row() -> None:
    assert sorted(rows()) == list(HAZARDS)


@pytest.mark.parametrize("number", HAZARDS)
def test_the_tests_that_a_hazard_names_are_there(number: int) -> None:
    assert missing(rows()[number]) == []


@pytest.mark.parametrize(
    ("proof", "found"),
    [
        ("`tests/store/test_sql.py::test_h25_…`", []),
        ("`test_h25_…` in `tests/store/test_engine.py` and `test_sql.py`", []),
        ("`tests/store/test_sql.py::test_h99_…`", ["test_h99_…"]),
        ("`tests/store/test_sql.py::test_h25_nothing`", ["test_h25_nothing"]),
        ("`tests/store/test_sql.py::test_h25_…`, `::test_h24_…`", ["test_h24_…"]),
        ("`tests/store/gone.py::test_h25_…`", ["tests/store/gone.py", "test_h25_…"]),
        ("`test_h25_…` in `test_gone.py`", ["test_gone.py", "test_h25_…"]),
        ("`tests/store/`", ["no test"]),
    ],
)  # fmt: skip
def test_a_test_that_is_not_there_is_found(proof: str, found: list[str]) -> None:
    assert missing(proof) == found
