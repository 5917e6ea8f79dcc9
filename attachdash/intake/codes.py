"""What can be a client's code, and which codes could be mistaken for one another."""

import re
import unicodedata

CODE = re.compile(r"\w[\w .\-/]{0,39}")
# Letters and signs that show nothing: Hangul fillers, the empty Braille pattern, the blank
# hieroglyphs, the empty note, and what stands for an object that text can't hold.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U0001d159")
EXPECTED = (
    "1 to 40 letters, digits, dots, dashes, slashes or blanks, beginning with a letter or digit"
)
# What people and programs write where there is no code, by its letters: taken for one, it would
# join strangers. NA may be somebody's initials, but nobody can tell.
NO_CODES = frozenset(
    {"na", "nan", "nat", "null", "none", "nil", "missing", "unknown", "undefined", "blank"}
    | {"empty", "notavailable", "notapplicable", "nocode", "noid"}
)
NO_LETTERS = re.compile(r"[-\u2013\u2014._?*/#~ ]+")
LOOKS_LIKE_OTHERS = (
    "Type the code anew: it holds letters or digits that nobody sees or that only look like others."
)
GIVE_ANOTHER = "If it really is somebody's code, give the person another."
DIGIT = re.compile("[0-9]")
WRITTEN_OUT = re.compile(r"([0-9]+)\.0+")
DROPPED_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def alike(code: str) -> str:
    """The same for codes that differ in capitals, or in zeros before a number, only.

    No two clients share it in a file: spreadsheets turn 007 into 7.
    """
    return DROPPED_ZEROS.sub("", code.upper())


def mistakable(code: str) -> str:
    """As `alike`, and the same for 7 and 7.0 too, which spreadsheets make of a number."""
    number = WRITTEN_OUT.fullmatch(code)
    return alike(number[1] if number else code)


def is_plain(code: str) -> bool:
    """Whether each letter of a code is seen, and none is another form of one that looks the
    same."""
    return not BLANK & set(code) and unicodedata.normalize("NFKC", code) == code


def is_no_code(text: str) -> bool:
    """Whether the text only says that there is no code: NA, N/A, #N/A, null, a dash, a dot."""
    if DIGIT.search(text):  # as nearly all codes have: their letters needn't be gathered
        return False
    letters = "".join(letter for letter in text.casefold() if letter.isalnum())
    return letters in NO_CODES or NO_LETTERS.fullmatch(text) is not None
