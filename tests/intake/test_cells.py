"""Nothing that an export writes may run in a spreadsheet (H18)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.intake import escaped


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),  # a formula
        ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"),  # a command
        ("+49 171 1", "'+49 171 1"),  # a telephone number is summed up
        ("-2+3", "'-2+3"),  # begins as a number and is none
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),  # a function in old spreadsheets
        ("\t=1+1", "'\t=1+1"),  # a tab hides the sign
        ("\r=1+1", "'\r=1+1"),
        ("  =1+1", "'  =1+1"),  # some programs trim before they look
        ("＝1+1", "'＝1+1"),  # full width
        ("+5", "'+5"),  # nobody writes a number so
        ("-1.5", "-1.5"),  # a real number stays one
        (-1.5, "-1.5"),
        (-3, "-3"),
        (1e-07, "1e-07"),
        (0, "0"),
        (None, ""),
        (float("nan"), ""),  # nothing is empty, not a word
        (float("-inf"), "'-inf"),
        (True, "yes"),
        (date(2026, 11, 24), "2026-11-24"),
        ("007", "007"),
        ("C-0087", "C-0087"),
        ("", ""),
    ],
)
def test_h18_cells_that_would_run_are_escaped_and_numbers_stay(value, cell):
    assert escaped(value) == cell


@given(st.text())
def test_h18_no_text_begins_as_a_formula_once_escaped(text):
    cell = escaped(text)
    first = cell.lstrip()[:1]
    assert first not in ("=", "+", "@", "\t", "\r") or not first
    if first == "-":
        float(cell)
    assert cell in (text, "'" + text)
