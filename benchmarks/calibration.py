"""Do the likely level, its probabilities and its flags hold on people whose true level is known?

`python -m benchmarks.calibration` simulates `made_people` (seeded) and writes docs/calibration.md,
docs/calibration.svg and attachdash/change/measured.py; `--quick` takes a tenth of the people and
prints the page instead. Exits with an error where a cell misses and no reason is known.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from attachdash.change.figures import IN_TREATMENT
from attachdash.change.level import LevelModel, levels
from attachdash.change.normal import below
from attachdash.change.off_course import AMBER, RED, OffCourse, may_be_told, off_course
from attachdash.change.series import Bools, Floats, series_of
from attachdash.change.two_point import reliably
from benchmarks.made_people import BAD_WEEKS, COURSES, Items, People, days_of, people, scales

ROOT = Path(__file__).resolve().parents[1]
SEED, PER_CELL, PER_FLAG = 20_26, 500, 5000
SPACINGS, COUNTS = ("daily", "weekly", "monthly", "ragged"), (4, 6, 8, 12, 20)
EDGES = np.array([0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
WEEKS = (4, 8, 12, 16, 24)
BY = 16  # weeks: what the product quotes
# Courses that flags are tried on: the change in SD, + is worse; steady ones reach it by week 16
# and go on to half as much again by week 24.
CHANGES: dict[str, tuple[str, float]] = {
    "unchanged": ("flat", 0.0),
    "better by .5": ("steady", 0.5),
    "better by 1": ("steady", 1.0),
    "worse by .5": ("steady worse", 0.5),
    "worse by .7": ("steady worse", 0.7),
    "worse by 1": ("steady worse", 1.0),
    "worse by .7 at once": ("sudden worse", 0.7),
}
RULES = ("two-point", "amber", "red", "not moving")

Cell = tuple[str, str, str, str, int]  # scale, bad weeks, spacing, course, answers


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the bands and P(better) came to."""

    held: dict[Cell, float]  # share of answers whose band held the true level
    latest: float  # the same, of latest answers alone
    p_better: Floats  # of all series of which words may be given
    two_point: Floats  # P(better) by first and latest answer and their error alone
    word: Floats  # 1, .5 or 0 by the two-point rule
    better: Bools  # whether the true level is better than at the start
    moved: Bools  # whether it moved at all

    def pooled(self, *places: int) -> dict[tuple[object, ...], float]:
        """Mean coverage by some parts of a cell, in percent."""
        parts = defaultdict(list)
        for cell, held in self.held.items():
            parts[tuple(cell[place] for place in places)].append(100 * held)
        return {key: float(np.mean(found)) for key, found in parts.items()}

    @property
    def overall(self) -> float:
        return 100 * float(np.mean(list(self.held.values())))


# Parts of the model, and what the model is without them.
PARTS: dict[str, dict[str, float]] = {
    "as it is": {},
    "every answer has a fresh passing state": {"passing_days": 0},
    "a bad arrival is over at the second answer": {"spell_days": 0},
    "no leaps": {"surprising": np.inf},
    "drift as of untreated people": {"drift": 1 / IN_TREATMENT},
    "none of these": {
        "passing_days": 0, "spell_days": 0, "surprising": np.inf, "drift": 1 / IN_TREATMENT,
    },
}  # fmt: skip


def without(items: Items, part: dict[str, float]) -> LevelModel:
    """The model of a scale without a part; for the drift, so many times it."""
    assert items.figures.model is not None
    figures = dict(part)
    if "drift" in part:
        figures["drift"] *= items.figure("drift")
    return replace(items.figures.model, **figures)


def covered(
    size: int, random: np.random.Generator, part: dict[str, float] | None = None
) -> Coverage:
    """All cells, `size` people each, by the model or by it without a part."""
    held: dict[Cell, float] = {}
    latest: list[float] = []
    told: list[tuple[Floats, Floats, Floats, Bools, Bools]] = []
    made = scales()
    for name, bad, spacing, course, count in product(made, BAD_WEEKS, SPACINGS, COURSES, COUNTS):
        items = made[name]
        figures, sign = items.figures, items.figures.sign
        assert figures.precision is not None
        assert figures.threshold is not None
        some = people(items, days_of(spacing, (size, count), random), course, bad, random)
        found = levels(some.series, without(items, part or {}))
        level = some.level.ravel()
        inside = ((found.low <= level) & (level <= found.high)).reshape(some.level.shape)
        held[name, bad, spacing, course, count] = float(inside.mean())
        latest.append(float(inside[:, -1].mean()))
        may = may_be_told(found)
        true = sign * (some.level[:, -1] - some.level[:, 0])
        change = sign * (some.scores[:, -1] - some.scores[:, 0])
        moves = np.abs(true) > 1e-9
        word = 0.5 + figures.threshold.reliably(change) / 2
        points = below(change / figures.precision.s_diff)
        told.append((found.p_better(sign)[may], points[may], word[may], (true > 1e-9)[may],
                     moves[may]))  # fmt: skip
    p, points, word, better, moved = (np.concatenate(part) for part in zip(*told, strict=True))
    return Coverage(
        held=held, latest=100 * float(np.mean(latest)), p_better=p, two_point=points, word=word,
        better=better, moved=moved,
    )  # fmt: skip


def flagged(items: Items, some: People) -> dict[str, dict[int, float]]:
    """By rule and week, in percent: who was flagged at some look until then."""
    figures, sign = items.figures, items.figures.sign
    assert figures.model is not None
    assert figures.threshold is not None
    assert figures.line is not None
    n, looks = some.scores.shape
    weeks = some.days / 7
    by: dict[str, dict[int, float]] = {rule: {} for rule in RULES}
    hits = {rule: np.zeros((n, looks), dtype=bool) for rule in RULES}
    half = figures.threshold.points / 2
    for look in range(1, looks):
        seen = slice(0, look + 1)
        worse = -sign * (some.scores[:, look] - some.scores[:, 0])
        found = reliably(worse, figures.threshold.points, strict=figures.threshold.strict)
        hits["two-point"][:, look] = found > 0
        part = series_of(
            some.scores[:, seen].ravel(), some.days[:, seen].ravel(), np.arange(n + 1) * (look + 1)
        )
        flags = off_course(
            levels(part, figures.model), sign=sign, line=figures.line.value, half=half
        )
        hits["amber"][:, look] = flags >= OffCourse.AMBER
        hits["red"][:, look] = flags == OffCourse.RED
        hits["not moving"][:, look] = flags == OffCourse.NOT_MOVING
    for week, rule in product(WEEKS, RULES):
        by[rule][week] = 100 * float((hits[rule] & (weeks <= week + 1e-9)).any(axis=1).mean())
    return by


Flags = dict[tuple[str, str, str], dict[str, dict[int, float]]]  # spacing, bad weeks, change


def flags(
    size: int, random: np.random.Generator, spacings: tuple[str, ...] = ("weekly", "monthly")
) -> Flags:
    """PHQ-9, the symptom scale flags are for, answered until week 24."""
    items = scales()["PHQ-9"]
    found = {}
    for spacing, bad, change in product(spacings, BAD_WEEKS, CHANGES):
        course, amount = CHANGES[change]
        count = {"weekly": 25, "monthly": 7}[spacing]
        days = days_of(spacing, (size, count), random)
        some = people(items, days, course, bad, random, amount=amount, wandering=0)
        found[spacing, bad, change] = flagged(items, some)
    return found


def share(found: Flags, spacing: str, change: str, rule: str, week: int = BY) -> float:
    """Percent flagged, the three kinds of bad weeks together."""
    return float(np.mean([found[spacing, bad, change][rule][week] for bad in BAD_WEEKS]))


def main() -> None:
    from benchmarks.calibration_page import measured, page, picture, unexplained

    quick = "--quick" in sys.argv[1:]
    part = 10 if quick else 1
    coverage = covered(PER_CELL // part, np.random.default_rng(SEED))
    found = flags(PER_FLAG // part, np.random.default_rng(SEED + 1))
    parts = {
        name: covered(PER_CELL // part // 5, np.random.default_rng(SEED), less)
        for name, less in PARTS.items()
    }
    text = page(coverage, parts, found, PER_CELL // part, PER_FLAG // part)
    if quick:
        print(text)
        return
    (ROOT / "docs/calibration.md").write_text(text, encoding="utf-8")
    (ROOT / "docs/calibration.svg").write_text(picture(coverage), encoding="utf-8")
    (ROOT / "attachdash/change/measured.py").write_text(measured(found), encoding="utf-8")
    print(
        f"coverage {coverage.overall:.1f}%, amber {AMBER}, red {RED}: docs/calibration.md written"
    )
    if missing := unexplained(coverage):
        sys.exit(f"no reason is known for {missing}")


if __name__ == "__main__":
    main()
