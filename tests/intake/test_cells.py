"""Nothing that an export writes may run in a spreadsheet (H18)."""

import re
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
        ("\t=1+1", "'\t'=1+1"),  # a tab hides the sign
        ("\r=1+1", "'\r'=1+1"),
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


SIGNS = "=+-@＝＋－＠"
# What may stand before a formula that some spreadsheet still runs: its own separators, an
# invisible letter, a blank.
BEFORE = [
    "a;", "a; ", "a\t", "a\n", "a\r\n", "a;b;", "a;\"",
    "\ufeff", "\u200b", "\u2060 ", "\xa0", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("sign", "=+-@＝")
@pytest.mark.parametrize("before", BEFORE)
def test_h18_a_formula_behind_a_separator_or_an_invisible_letter_is_escaped(before, sign):
    cell = escaped(f"{before}{sign}SUM(A1)")
    for piece in re.split(r"[;\t\r\n]", cell):
        visible = piece.lstrip('\ufeff\u200b\u2060\x00 \xa0"')
        assert visible[:1] not in set(SIGNS)
    assert cell.replace("'", "") == f"{before}{sign}SUM(A1)"


def test_h18_numbers_and_words_behind_a_separator_stay():
    assert escaped("a;-5;2.5") == "a;-5;2.5"
    assert escaped("A-1; B-2") == "A-1; B-2"


ODD = st.sampled_from(SIGNS + ";\t\r\n\ufeff\u200b 1")


@given(st.text(alphabet=st.one_of(st.characters(), ODD)))
def test_h18_no_text_begins_as_a_formula_once_escaped(text):
    cell = escaped(text)
    assert cell[:1] not in set("\t\r\n")
    for piece in re.split(r"[;\t\r\n]", cell):
        if piece.lstrip("\ufeff\u200b ")[:1] in set(SIGNS):
            float(piece)
    assert cell.replace("'", "") == text.replace("'", "")
