"""How a value is written into an exported cell, so that no spreadsheet runs it."""

import math
import re
from datetime import date

# A spreadsheet takes a cell beginning with one of these for a formula or a command; the
# full-width forms are read as their plain ones by East Asian editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
REAL_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def starts_as_formula(text: str) -> bool:
    """Whether a spreadsheet would take this text for a formula; blanks before it don't help."""
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


def escaped(value: object) -> str:
    """The value as text for a CSV cell.

    Text that a spreadsheet would run gets a leading apostrophe; real numbers stay
    as they are, negative ones too. Nothing (None, NaN) is an empty cell.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if REAL_NUMBER.fullmatch(text) or not starts_as_formula(text):
        return text
    return "'" + text
