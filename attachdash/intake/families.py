"""Columns numbered alike (phq9_1 … phq9_9), and which instruments a name points to."""

import re
from dataclasses import dataclass

from attachdash.instruments import Library
from attachdash.instruments.library import plain

NUMBERED = re.compile(r"(?P<stem>.*?)(?P<gap>[ _.\-#]*)(?P<number>[0-9]{1,3})")
# Words for "item" that say nothing of the instrument.
ITEM_WORDS = ("question", "frage", "item", "itm", "answer", "q", "i")
# Names of a letter or two would be found in any text.
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Columns whose names differ in their last number only, in the order of that number."""

    stem: str  # what they share, without a word for "item"
    columns: tuple[str, ...]
    numbers: tuple[int, ...]


def families(columns: tuple[str, ...]) -> list[Family]:
    """The groups of two or more numbered columns, and single ones, in the file's order."""
    groups: dict[str, tuple[str, list[tuple[int, str]]]] = {}
    for column in columns:
        # "phq9" alone is a name, not item 9 of a "phq": a number needs a gap or an item word.
        match = NUMBERED.fullmatch(column.strip())
        if not match:
            continue
        stem = _without_item_word(match["stem"])
        if stem and not match["gap"] and plain(stem) == plain(match["stem"]):
            continue
        groups.setdefault(plain(stem), (stem, []))[1].append((int(match["number"]), column))
    found = []
    for stem, members in groups.values():
        members.sort(key=lambda member: member[0])
        found.append(
            Family(
                stem=stem,
                columns=tuple(column for _, column in members),
                numbers=tuple(number for number, _ in members),
            )
        )
    return found


def _without_item_word(stem: str) -> str:
    """The stem without a word for "item" that stands alone at its end."""
    bare = stem.rstrip(" _.-#")
    for word in ITEM_WORDS:
        if bare.lower() == word:
            return ""
        if re.search(rf"[ _.\-0-9]{word}$", bare.lower()):
            return bare[: -len(word)].rstrip(" _.-#")
    return bare


def names_of(library: Library) -> dict[str, tuple[str, ...]]:
    """Plain names, by id and short name, and the ids of the instruments that bear each."""
    names: dict[str, tuple[str, ...]] = {}
    for instrument in library.values():
        for name in {plain(instrument.id), plain(instrument.short_name)}:
            names[name] = (*names.get(name, ()), instrument.id)
    return names


def named_in(text: str, library: Library) -> tuple[str, ...]:
    """Ids of the instruments whose name the text holds as whole words, the longest name first.

    "phq9_november" names the PHQ-9; "ecr_r 2025" the ECR-R and not the ECR.
    """
    words = [word for word in re.split(r"[^0-9A-Za-z]+", text.lower()) if word]
    names = names_of(library)
    found: list[str] = []
    at = 0
    while at < len(words):
        for end in range(len(words), at, -1):
            name = "".join(words[at:end])
            if name in names and len(name) >= SHORTEST_NAME:
                found += names[name]
                at = end
                break
        else:
            at += 1
    return tuple(dict.fromkeys(found))
