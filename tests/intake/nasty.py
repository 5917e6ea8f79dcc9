"""Files as nobody should make them, each with the verdict it must get.

`python -m tests.intake.nasty --write docs/nasty-files.md` writes the table of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from attachdash.instruments import library
from attachdash.intake import (
    Checked,
    Mapping,
    ProblemKind,
    Proposal,
    Table,
    Titled,
    propose,
)
from attachdash.intake.titled import open_csv
from tests.intake.books import read_file
from tests.intake.checked import check
from tests.intake.conftest import HEADER, PHQ9, TODAY


def read_csv(name: str, data: bytes) -> Table:
    """A CSV's table, as if a person agreed to where the names seem to stand."""
    found = open_csv(name, data)
    return found.table() if isinstance(found, Titled) else found


# By the ending of the file's name; a reader of another kind of file joins here.
READERS: dict[str, Callable[[str, bytes], Table]] = {"csv": read_csv, "xlsx": read_file}
USUAL = {
    "instrument": "phq9", "client": "client", "answered_on": "date", "date_format": "iso",
    "items": PHQ9,
}  # fmt: skip
SECRET = "Xantippe"  # stands in cells of which a log must hold nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Nasty:
    """One file, what is said of it, and what must become of it."""

    group: str
    name: str
    data: bytes | Callable[[], bytes]
    file: str = "march.csv"
    said: dict[str, object] = field(default_factory=dict)  # besides USUAL
    kept: tuple[int, ...] = ()  # the rows kept; a range is too long to write
    kept_count: int | None = None  # instead of `kept`
    refused: dict[int, ProblemKind] = field(default_factory=dict)  # rows, and why
    whole: ProblemKind | None = None  # why the file is refused
    asked: bool = False  # proposed is no mapping: a person must say
    says: str = ""  # words that the messages must hold
    holds: object = None  # what the last kept row holds: item 4, the code or the day
    cell: str = ""  # the text that was read as that, or refused

    def body(self) -> bytes:
        """The file's bytes, made only now where they are many."""
        return self.data if isinstance(self.data, bytes) else self.data()

    @property
    def id(self) -> str:
        return f"{self.group}: {self.name}"

    @property
    def verdict(self) -> str:
        """What must become of the file, in words."""
        if self.whole:
            return f"refused whole: {self.whole.value.replace('_', ' ')}"
        if self.asked:
            return "nothing proposed: a person says"
        count = len(self.kept) if self.kept_count is None else self.kept_count
        words = [f"{count:,} kept"]
        if self.holds is not None:
            words[0] += f" (as {self.holds})"
        kinds = list(self.refused.values())
        words += [
            f"{kinds.count(kind)} refused: {kind.value.replace('_', ' ')}"
            for kind in dict.fromkeys(kinds)
        ]
        return ", ".join(words)

    def run(self) -> tuple[Table, Proposal, Checked | None]:
        """Read, propose, check: what a page does. Raises Unreadable."""
        table = READERS[self.file.rsplit(".", 1)[-1]](self.file, self.body())
        chosen = str((USUAL | self.said)["instrument"])
        guessed = propose(table, library(), TODAY)
        if self.asked:
            return table, guessed, None
        mapping = Mapping.model_validate(USUAL | self.said)
        return table, guessed, check(table, mapping, library()[chosen], TODAY)


def row(cell: str = "3", client: str = "C-2", day: str = "2026-11-03") -> str:
    """A right row but for what is given; the cell is that of item 4."""
    return f"{client},{day},0,1,2,{cell},0,1,2,3,0"


def text(*rows: str, header: str = HEADER) -> str:
    """A PHQ-9 file of these rows."""
    return "\n".join((header, *rows)) + "\n"


FIRST = row("1", client="C-1")  # a right row, so that a bad one has a neighbour


def table_of(cases: tuple[Nasty, ...]) -> str:
    """The page about them."""
    lines = [
        "# Nasty files",
        "",
        f"What becomes of {len(cases)} files as nobody should make them. Each is a test: "
        "`tests/intake/test_nasty.py`. Written by `python -m tests.intake.nasty --write "
        "docs/nasty-files.md`; change it there.",
        "",
        "A file that is refused whole leaves nothing behind; of the others, the right rows come in "
        "and each wrong one is named with its row, column, value and cure. Four of ten are "
        "imported into a store, and what is held then is compared: "
        "`tests/practice/test_nasty_imports.py`.",
    ]
    for group in dict.fromkeys(one.group for one in cases):
        lines += ["", f"## {group}", "", "| file | verdict | it says |", "|---|---|---|"]
        for one in cases:
            if one.group == group:
                cells = (one.name, one.verdict, one.says)
                lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    plain = "".join(
        letter if letter.isprintable() else f"[U+{ord(letter):04X}]" for letter in words
    )
    for mark in ("\\", "|", "<", "*", "_", "`", "["):
        plain = plain.replace(mark, "\\" + mark)
    return plain


def all_cases() -> tuple[Nasty, ...]:
    """Every file of the table."""
    from tests.intake import nasty_books, nasty_cells, nasty_layout

    return (*nasty_layout.CASES, *nasty_cells.CASES, *nasty_books.CASES)


if __name__ == "__main__":
    assert sys.argv[1:2] == ["--write"], "usage: python -m tests.intake.nasty --write FILE"
    from tests.intake.nasty import all_cases as cases
    from tests.intake.nasty import table_of as written

    Path(sys.argv[2]).write_text(written(cases()), encoding="utf-8")
