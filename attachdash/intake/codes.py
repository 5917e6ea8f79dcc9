"""What can be a client's code, and which codes could be mistaken for one another."""

import re

CODE = re.compile(r"\w[\w .\-/]{0,39}")
EXPECTED = (
    "1 to 40 letters, digits, dots, dashes, slashes or blanks, beginning with a letter or digit"
)


def alike(code: str) -> str:
    """The same for codes that differ in capitals only: no two clients share it."""
    return code.upper()
