"""How a value is written into an exported cell, so that no spreadsheet runs it."""

import math
import re
from datetime import date

# A spreadsheet takes a cell beginning with one of these for a formula or a command; the
# full-width forms are read as their plain ones by East Asian editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Blanks, quotes and letters that nobody sees: some programs drop them before they look.
UNSEEN = (
    r"\s\"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
# A separator inside a text begins a cell too: German editions split at semicolons.
BREAKS = r";\t\r\n"
RUNS = re.compile(
    rf"\A(?=[\t\r\n])|(\A|[{BREAKS}])(?![{UNSEEN}]*{NUMBER}(?:[{BREAKS}]|\Z))"
    rf"(?=[{UNSEEN}]*[=+\-@＝＋－＠﹢﹣﹦﹫])"
)


def escaped(value: object) -> str:
    """The value as text for a CSV cell.

    Text that a spreadsheet would run gets an apostrophe in front of it, also where the text only
    begins behind a separator; real numbers stay as they are, negative ones too. Nothing (None,
    NaN) is an empty cell.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return RUNS.sub(lambda found: (found[1] or "") + "'", str(value))
