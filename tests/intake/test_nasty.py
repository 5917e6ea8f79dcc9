"""Every nasty file gets its verdict, in words that name its place and its cure."""

from __future__ import annotations

import logging
import time
from datetime import date
from pathlib import Path

import pytest

from attachdash.intake import Unreadable
from tests.intake.nasty import SECRET, Nasty, all_cases, table_of

CASES = all_cases()
DOC = Path(__file__).resolve().parents[2] / "docs" / "nasty-files.md"
LONGEST = 30  # seconds, on a busy machine too
# What a message for people holds never.
TRACES = ("Traceback", "Error(", "ProblemKind", "Wrong(", "polars", "numpy")


@pytest.mark.parametrize("nasty", CASES, ids=lambda nasty: nasty.id)
def test_a_nasty_file_gets_its_verdict(nasty: Nasty) -> None:
    began = time.monotonic()
    if nasty.whole:
        with pytest.raises(Unreadable) as refusal:
            nasty.run()
        problems = refusal.value.problems
        words = str(refusal.value)
        assert nasty.whole in {one.kind for one in problems}, words
        assert all(one.kind.is_for_whole_file for one in problems)
        assert any(one.cure for one in problems)
        assert all(str(one).startswith(nasty.file) for one in problems)
    else:
        _, guessed, checked = nasty.run()
        if checked is None:
            assert guessed.mapping is None
            words = " ".join(guessed.notes)
        else:
            _same_rows(nasty, checked)
            words = "\n".join(map(str, checked.problems))
    assert nasty.says in words
    assert not [trace for trace in TRACES if trace in words]
    assert time.monotonic() - began < LONGEST


def _same_rows(nasty: Nasty, checked) -> None:
    if nasty.kept_count is not None:
        assert checked.n == nasty.kept_count
    else:
        assert tuple(checked.row_number.to_list()) == nasty.kept, checked.problems
    kinds = {row: {one.kind for one in checked.problems if one.row == row} for row in nasty.refused}
    assert not [row for row, kind in nasty.refused.items() if kind not in kinds[row]]
    assert set(checked.refused_rows.tolist()) == set(nasty.refused)
    for one in checked.problems:
        assert one.file
        assert one.expected
        if one.column is not None:
            assert one.value is not None
    if isinstance(nasty.holds, int):
        assert checked.answers[-1, 3] == nasty.holds
    elif isinstance(nasty.holds, date):
        assert checked.answered_on[-1] == nasty.holds
    elif nasty.holds is not None:
        assert checked.client_code[-1] == nasty.holds


def test_the_table_holds_many_files_each_by_a_name_of_its_own() -> None:
    assert len(CASES) >= 150
    assert len({nasty.id for nasty in CASES}) == len(CASES)
    assert any(SECRET.encode() in nasty.body() for nasty in CASES if isinstance(nasty.data, bytes))


def test_the_page_of_nasty_files_is_of_today() -> None:
    assert DOC.read_text(encoding="utf-8") == table_of(CASES), (
        f"python -m tests.intake.nasty --write {DOC.relative_to(DOC.parents[1])}"
    )


def test_reading_nasty_files_writes_none_of_their_cells_into_a_log(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    for nasty in CASES:
        if isinstance(nasty.data, bytes):
            try:
                nasty.run()
            except Unreadable:
                continue
    for cell in (SECRET, "C-2", *{nasty.cell for nasty in CASES if len(nasty.cell) > 3}):
        assert cell not in caplog.text
