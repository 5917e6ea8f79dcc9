"""Occasions without a day: what `pre`, `6m` or `session 3` says, and which day it stands for."""

import re
from collections.abc import Iterable
from typing import Literal

from attachdash.errors import Invalid

# A year of 365.25 days in twelve parts: no calendar says which month a "month 3" was.
MONTH = 30.4375
UNITS = {"d": 1.0, "w": 7.0, "m": MONTH, "y": 12 * MONTH}
STARTS = ("pre", "pretest", "pretreatment", "base", "baseline", "bl", "start", "intake")
OTHERS = ("post", "posttest", "posttreatment", "end", "discharge", "followup", "fu", "mid")
UNIT = r"(?P<unit>d|days?|w|wks?|weeks?|m|mo|mon|months?|y|years?)"
SPANS = (
    re.compile(rf"(?P<number>[0-9]{{1,3}}) ?{UNIT}"),
    re.compile(rf"{UNIT} ?(?P<number>[0-9]{{1,3}})"),
)
COUNTED = re.compile(
    r"(?:t|time|s|session|visit|wave|assessment|fu|followup)? ?(?P<number>[0-9]{1,3})(?:\.0+)?"
)
Spacing = Literal["sessions", "days", "weeks", "months"]
SPACINGS: dict[Spacing, str] = {
    "sessions": "session numbers, evenly apart",
    "days": "days since the start",
    "weeks": "weeks since the start",
    "months": "months since the start",
}


def is_time(word: str) -> bool:
    """Whether a word of a column's name says when: pre, post, t2, 6m, week4. A bare number
    doesn't, it may be an item's."""
    word = word.strip().lower()
    counted = COUNTED.fullmatch(word)
    return (
        word in STARTS
        or word in OTHERS
        or any(span.fullmatch(word) for span in SPANS)
        or (counted is not None and not word[0].isdigit())
    )


def days_of(label: str) -> int | None:
    """Whole days after the start where the label itself says it: pre 0, 2m 61; else None."""
    word = re.sub(r"[ _.\-]+", " ", label.strip().lower())
    if word.replace(" ", "") in STARTS:
        return 0
    for span in SPANS:
        if match := span.fullmatch(word):
            return round(int(match["number"]) * UNITS[match["unit"][0]])
    return None


def number_of(label: str) -> int | None:
    """The number of a label such as 3, t3 or "session 3"; None where it has none."""
    match = COUNTED.fullmatch(label.strip().lower())
    return int(match["number"]) if match else None


def spaced(labels: Iterable[str], spacing: Spacing, every: int = 7) -> dict[str, int]:
    """Days after the start of numbered labels. Sessions are `every` days apart and the lowest is
    the start; days, weeks and months count from it. Raises Invalid where a label has no number."""
    numbers = {label: number_of(label) for label in labels}
    strange = [label for label, number in numbers.items() if number is None]
    if strange:
        raise Invalid(f"{strange[0]} has no number: say its days by itself.")
    whole = {label: number for label, number in numbers.items() if number is not None}
    if spacing == "sessions":
        first = min(whole.values(), default=0)
        return {label: (number - first) * every for label, number in whole.items()}
    return {label: round(number * UNITS[spacing[0]]) for label, number in whole.items()}


def stated(text: str, labels: Iterable[str]) -> dict[str, int]:
    """Days after the start, as written: "pre=0, post=12w, 6m=6m", "sessions=7" or "months".

    Raises Invalid for what can't be read so. A label that isn't named has no day.
    """
    name, _, every = (part.strip() for part in text.partition("="))
    if name in SPACINGS and (every.isdigit() if name == "sessions" else not every):
        return spaced(labels, name, int(every or 0))
    found = {}
    for pair in filter(str.strip, text.split(",")):
        label, sign, length = (part.strip() for part in pair.rpartition("="))
        days = int(length) if re.fullmatch(r"-?[0-9]{1,5}", length) else days_of(length)
        if not sign or not label or days is None:
            raise Invalid(
                f"{pair.strip()}: expected occasion=days, such as pre=0,post=84 or 6m=6m; or "
                "sessions=7, days, weeks or months for numbered ones."
            )
        found[label] = days
    return found
