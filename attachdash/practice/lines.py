"""What people type as words: one line of it, and whether anything of it can be seen."""

import re
import unicodedata

from attachdash.errors import Invalid
from attachdash.intake.codes import BLANK

# Other lines, control characters, and marks that turn round what is read after them.
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def is_seen(text: str) -> bool:
    """Whether any letter, digit or sign of it can be seen: spaces, controls, joiners and marks
    without a letter can't."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in BLANK for one in text)


def one_line(text: str) -> str:
    """The text with single spaces and no line breaks; empty where none of it can be seen."""
    return " ".join(text.split()) if is_seen(text) else ""


def checked_name(name: str) -> str:
    """Somebody's name in one line; empty where none of it can be seen.

    Raises Invalid where it holds another line or a control character: it stands in headers and
    lists, beside other people's.
    """
    name = name.strip()
    if NOT_IN_NAMES.search(name):
        raise Invalid("A name stands on one line, without control characters: type it anew.")
    return one_line(name)
