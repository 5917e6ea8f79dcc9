"""Does every text come back from its cell, and would a spreadsheet run none of them?"""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.errors import Invalid
from attachdash.intake.cells import escaped
from attachdash.practice import csv_text

# What a spreadsheet would run, what only looks like it, and what holds an apostrophe of its own.
FORMS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\")", "＝1",
    "＋1", "－1", "＠a", "﹦1", "\t=1", "\r=1", "\n=1", " =1", "\"=1\"", "\u200b=1", "\ufeff=1",
    "\u00a0+a", "\u2800@b", "a;=1", "a\t=1", "a\n=1", "a\r\n=1", ";=1;=2", "\n\n=1", "\t\t", "\n",
    "-", "-5", "-5;=1", "+49 30 1234", "'", "''", "'=1", "''=1", "'\t", "a;'=1", "O'Neill",
    "'-5", "-'5", "\n'=1", "'\n'=1", "1;'+a;'-5", "=", "'=;'=", "\"'=1",
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from([*"'=+-@;\t\r\n\" ,a5", "＝", "\u200b", "﹣"]) | st.characters(codec="utf-8"),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("text", FORMS)
def test_each_form_comes_back_as_it_was_and_runs_nowhere(text: str) -> None:
    cell = csv_text.cell(text)
    assert csv_text.taken_off(cell) == text
    assert escaped(cell) == cell
    frame = pl.DataFrame({"a": [text], "b": ["next"]})
    assert csv_text.read("x.csv", csv_text.written(frame), ["a", "b"]).equals(frame)


@given(PIECES)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert csv_text.taken_off(csv_text.cell(text)) == text


@given(st.lists(PIECES, min_size=1, max_size=5))
def test_any_table_comes_back_as_it_was(texts: list[str]) -> None:
    frame = pl.DataFrame({"a": texts, "b": texts[::-1], "n": ["1"] * len(texts)})
    assert csv_text.read("x.csv", csv_text.written(frame), ["a", "b", "n"]).equals(frame)


@pytest.mark.parametrize("text", ["", "a;b\n1;2\n", "a,b\n1,2,3\n", 'a,b\n"1,2\n'])
def test_what_was_not_written_so_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match=r"x\.csv"):
        csv_text.read("x.csv", text, ["a", "b"])
