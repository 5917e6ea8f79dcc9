"""What is wrong with a file: a list of problems, each naming its place and the cure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from attachdash.errors import Invalid

# Values are shown shortened: a cell can hold a whole letter.
LONGEST_SHOWN = 40
LOOKS_LIKE_A_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")


class ProblemKind(StrEnum):
    """What went wrong, to be counted, tabled and logged (the value itself is never logged)."""

    # The file as a whole.
    NOT_A_CSV = "not_a_csv"
    WORKBOOK = "workbook"
    ENCODING = "encoding"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    DELIMITER = "delimiter"
    QUOTES = "quotes"
    HEADER = "header"
    DATE_ORDER = "date_order"
    # What was said about its columns.
    MAPPING = "mapping"
    CODING = "coding"
    # One row.
    FIELDS = "fields"
    CLIENT_CODE = "client_code"
    OCCASION = "occasion"
    DATE = "date"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    NOT_A_NUMBER = "not_a_number"
    WORD = "word"
    DECIMAL = "decimal"
    OUT_OF_RANGE = "out_of_range"
    NOTHING_ANSWERED = "nothing_answered"
    CONFLICT = "conflict"
    PERSON = "person"
    WHICH_PERSON = "which_of_several_people"

    @property
    def is_for_whole_file(self) -> bool:
        """Whether this kind refuses the file rather than a row."""
        return self in WHOLE_FILE


WHOLE_FILE = frozenset(
    {
        ProblemKind.NOT_A_CSV,
        ProblemKind.WORKBOOK,
        ProblemKind.ENCODING,
        ProblemKind.EMPTY,
        ProblemKind.TOO_LARGE,
        ProblemKind.DELIMITER,
        ProblemKind.QUOTES,
        ProblemKind.HEADER,
        ProblemKind.DATE_ORDER,
        ProblemKind.MAPPING,
        ProblemKind.CODING,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that can't be accepted, where it stands and what would be."""

    kind: ProblemKind
    file: str
    row: int | None = None  # as the spreadsheet shows it: the header is 1
    column: str | None = None
    value: str | None = None  # as in the file, shortened; "" is an empty cell
    expected: str
    cure: str = ""  # what to do, where there is more to say than what was expected

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        found = ""
        if self.value is not None:
            found = f"found {self.value or 'an empty cell'}; "
        words = f"{place}: {found}expected {self.expected}."
        return f"{words} {self.cure}" if self.cure else words


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a cell can't be kept; its place is added by whoever knows file and row."""

    kind: ProblemKind
    expected: str
    cure: str = ""


class Unreadable(Invalid):
    """The file as a whole is refused; nothing of it can be kept."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def shown(text: str) -> str:
    """A cell's text as it can stand in a message: on one line, shortened, nothing invisible."""
    plain = re.sub(r"[^\S ]", " ", text)
    plain = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in plain
    )
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"


def listed(rows: Iterable[int], most: int = 3, count: int | None = None) -> str:
    """Row numbers in words: "row 4", "rows 4 and 9", "rows 4, 9, 12 and 3 more".

    `count` says how many there are where only the first are given.
    """
    numbers = list(rows)
    count = len(numbers) if count is None else count
    first = [str(number) for number in numbers[:most]]
    more = count - len(first)
    if more:
        first.append(f"{more:,} more")
    words = first[0] if len(first) == 1 else f"{', '.join(first[:-1])} and {first[-1]}"
    return f"{'row' if count == 1 else 'rows'} {words}"
