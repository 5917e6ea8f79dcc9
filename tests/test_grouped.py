"""Problems of a file are shown all at once, alike ones as one entry with their count."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from attachdash import web
from attachdash.intake import MOST_LISTED, ProblemKind, Unreadable, read_csv
from attachdash.web import tables
from attachdash.web.import_draft import Draft
from tests.practice.conftest import TODAY, House, _light_bcrypt, make_house, small
from tests.practice.imports import preview_one
from tests.practice.test_one_path import PHQ9
from tests.test_cli import SAID, answers, attachdash, founded, home

__all__ = ["_light_bcrypt", "founded", "home", "make_house", "small"]

PAGE = Path(__file__).resolve().parents[1] / "pages" / "import_file.py"
DAY = TODAY - timedelta(days=30)
ZEROS = ",".join("0" * 8)


def phq9(*rows: str, stem: str = "q") -> bytes:
    header = ",".join(["code", "date", *(f"{stem}{number}" for number in range(1, 10))])
    return "\n".join([header, *rows, ""]).encode()


def test_the_page_shows_each_kind_once_with_its_count(
    small: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"A,{DAY},{ZEROS},x{number}" for number in range(7)]  # in rows 2 to 8
    rows += ["A,soon," + ZEROS + ",1", f"Z9,{DAY},{ZEROS},1", f"A,{DAY},1"]
    rows += [f"A,{DAY},{ZEROS},1"] * 3
    shown: dict[str, list[tuple[str, ...]]] = {}
    monkeypatch.setattr(
        tables, "table", lambda _names, body, alt: shown.setdefault(alt, list(body))
    )
    monkeypatch.setattr(web, "viewer", lambda: small.viewer("t.one"))
    tab = AppTest.from_file(PAGE, default_timeout=30)
    tab.session_state["_import"] = Draft(0, read_csv("a.csv", phq9(*rows, stem="phq9_")))
    tab.run()
    next(one for one in tab.button if one.label.startswith("This is right")).click().run()
    assert not tab.exception
    kinds = {name: (count, example) for name, count, example, _ in shown["Refused, by kind"]}
    assert kinds == {
        "Not a number": ("7", "row 2: x0 · row 3: x1"),
        "Not a day": ("1", "row 9: soon"),
        "Client code that can’t be used": ("1", "row 10: Z9"),
        "Row with too few or too many cells": ("1", "row 11: 3 cells"),
    }
    whole = next(one.value for one in tab.dataframe if "Found" in one.value.columns)
    assert whole["Row"].tolist() == list(range(2, 12))


def test_kinds_are_counted_in_full_also_where_more_than_can_be_listed(small: House) -> None:
    many = MOST_LISTED + 5
    rows = [f"A,{DAY},{ZEROS},x"] * many + [f"Z9,{DAY},{ZEROS},1"]
    preview = preview_one(small.viewer("t.one"), read_csv("a.csv", phq9(*rows)), PHQ9)
    assert len(preview.problems) == MOST_LISTED
    assert preview.counts == {ProblemKind.NOT_A_NUMBER: many, ProblemKind.CLIENT_CODE: 1}
    assert preview.refused == many + 1


def test_the_terminal_tells_the_first_and_counts_each_kind(founded: Path, tmp_path: Path) -> None:
    zeros = ",".join(["0"] * 8)
    file = answers(
        tmp_path / "phq9.csv",
        *(f"K-1,2026-09-01,{zeros},x" for _ in range(60)),
        f"K-1,soon,{zeros},1",
        f"N/A,2026-09-01,{zeros},1",
    )
    done = attachdash("import", file, *SAID, "--date-format", "iso", "--create-clients")
    assert done.exit_code == 0, done.output
    assert done.output.count("expected 0 to 3") == 50
    assert "… and 12 more." in done.output
    assert (
        "Refused, by kind: not a number 60 (rows 2, 3, 4 and 57 more); date 1 (row 62); client "
        "code 1 (row 63)."
    ) in done.output


def test_all_that_is_wrong_with_a_header_is_said_at_once() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_csv("a.csv", b"x,x,,y,y,z\n1,2,3,4,5,6\n")
    assert [one.column or one.value for one in refusal.value.problems] == ["x", "", "y"]


def test_all_that_is_wrong_with_a_mapping_is_said_at_once(small: House) -> None:
    mapping = PHQ9.model_copy(
        update={"date_format": None, "items": PHQ9.items[:3], "missing": ("2",), "words": {"1": 1}}
    )
    with pytest.raises(Unreadable) as refusal:
        preview_one(small.viewer("t.one"), read_csv("a.csv", phq9(f"A,{DAY},{ZEROS},1")), mapping)
    assert len(refusal.value.problems) == 4
