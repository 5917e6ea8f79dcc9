"""What can be a client's code, and which codes could be mistaken for one another."""

import re

CODE = re.compile(r"\w[\w .\-/]{0,39}")
EXPECTED = (
    "1 to 40 letters, digits, dots, dashes, slashes or blanks, beginning with a letter or digit"
)
# What programs write where there is no code: taken for one, it would join strangers.
# "NA" may be somebody's initials.
NO_CODES = frozenset({"n/a", "n.a.", "nan", "null", "none", "nil", "missing", "unknown", "blank"})
DROPPED_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def alike(code: str) -> str:
    """The same for codes that differ in capitals, or in zeros before a number, only.

    No two clients share it in a file: spreadsheets turn 007 into 7.
    """
    return DROPPED_ZEROS.sub("", code.upper())
