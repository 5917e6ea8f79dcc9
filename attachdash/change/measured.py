"""How often is a flag in vain, and how often is one missing? As docs/calibration.md has it.

Written by `make calibrate`, not by hand. PHQ-9, weekly answers, of 100 simulated clients each.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one rule did, with the words to quote beside it."""

    in_vain: int  # of 100 who should not have been flagged
    missed: int  # of 100 who should have been
    in_vain_words: str
    missed_words: str


TWO_POINT = Measured(
    in_vain=28,
    missed=46,
    in_vain_words="of 100 clients who did not change, 28 would be flagged by week 16",
    missed_words="of 100 clients who got worse by .7 SD, 46 would not be flagged by week 16",
)
AMBER = Measured(
    in_vain=12,
    missed=32,
    in_vain_words="of 100 clients who did not change, 12 would be flagged by week 16",
    missed_words="of 100 clients who got worse by .7 SD, 32 would not be flagged by week 16",
)
RED = Measured(
    in_vain=4,
    missed=53,
    in_vain_words="of 100 clients who did not change, 4 would be flagged by week 16",
    missed_words="of 100 clients who got worse by .7 SD, 53 would not be flagged by week 16",
)
NOT_MOVING = Measured(
    in_vain=25,
    missed=24,
    in_vain_words="of 100 clients who got better by 1 SD, 25 would be flagged by week 16",
    missed_words="of 100 clients who did not change, 24 would not be flagged by week 16",
)
