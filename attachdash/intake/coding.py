"""Whether a file's answers look coded from another number than the definition's."""

from attachdash.instruments import Instrument
from attachdash.intake.mapping import Mapping, as_number
from attachdash.intake.numbers import MissingCodes
from attachdash.intake.problems import Problem, ProblemKind, Unreadable
from attachdash.intake.table import Table

# One row in so many with the code next to the range is a way of coding, not a slip.
COMMON = 0.01
FEW = 10


def can_look_shifted(mapping: Mapping, instrument: Instrument) -> bool:
    """Whether the answers have one range of whole numbers, and nobody has said their coding."""
    ranges = {(item.low, item.high) for item in instrument.items}
    unsaid = bool(mapping.items) and mapping.coding_low is None
    return unsaid and len(ranges) == 1 and instrument.step == 1


def refuse_shifted(file: str, seen: dict[int, int], instrument: Instrument) -> None:
    """Refuse a file in which these codes stand so often, where they look shifted by one (1 to 4
    for 0 to 3): read as they stand, most of its answers would be in range, and wrong."""
    low, high = instrument.items[0].low, instrument.items[0].high
    answered = sum(times for code, times in seen.items() if low - 1 <= code <= high + 1)
    above, below = seen.get(high + 1, 0), seen.get(low - 1, 0)
    common = max(FEW, COMMON * answered)
    if above and (not seen.get(low) or above >= common):
        expected = (
            f"answers from {low} to {high}, but the columns hold {high + 1} {_times(above)} and "
            f"{low} {_times(seen.get(low, 0))}"
        )
    elif below and not seen.get(high):
        expected = (
            f"answers from {low} to {high}, but the columns hold {low - 1} {_times(below)} and "
            f"{high} not once"
        )
    else:
        return
    cure = "Say what the file writes for the lowest answer"
    cure += f", or name {low - 1} as a missing code." if below else "."
    raise Unreadable([Problem(kind=ProblemKind.CODING, file=file, expected=expected, cure=cure)])


def _times(count: int) -> str:
    return {0: "not once", 1: "once"}.get(count, f"{count:,} times")


def codes_seen(table: Table, columns: tuple[str, ...], missing: MissingCodes) -> dict[int, int]:
    """How often each whole number stands in the columns; missing codes are left out."""
    seen: dict[int, int] = {}
    for column in columns:
        # As a cell is read: " 4 " and "4.0" are a 4 too.
        for text, count in table.frame[column].value_counts().iter_rows():
            number = as_number(text.strip())
            if number is not None and number == int(number) and text.strip() not in missing:
                seen[int(number)] = seen.get(int(number), 0) + count
    return seen
