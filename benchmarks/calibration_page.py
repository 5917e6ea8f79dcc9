"""How are the findings of `calibration` written down: as a page, a picture and a module?"""

from collections.abc import Iterable

import numpy as np

from attachdash.change.off_course import AMBER, RED
from attachdash.change.series import Bools, Floats
from attachdash.charts.theme import domain_hue, palette
from attachdash.instruments import Domain
from benchmarks.calibration import (
    BY,
    CHANGES,
    COUNTS,
    EDGES,
    RULES,
    SPACINGS,
    WEEKS,
    Coverage,
    Flags,
    share,
)
from benchmarks.made_people import BAD_WEEKS, COURSES, scales

GOAL = (93.0, 97.0)  # percent, overall
LEAST = 90.0  # percent, in a cell without a reason
_JUMP = (
    "the level leaps between two answers. One answer alone is not taken for a leap, and the "
    "smoother spreads it over the answers beside it: the bands just before and after it miss"
)
_TURN = "the level turns faster than the drift expects, so the bands cut the corners"
REASONS = {
    "sudden gain": _JUMP,
    "sudden worse": _JUMP,
    "zigzag": f"{_TURN}, at every turn anew",
    "relapse": f"{_TURN}; monthly answers may miss the lowest point altogether",
    "early, then level": "in the first weeks the level falls several times as fast as the drift "
    "expects: the first bands lag behind",
}
ARRIVAL = (
    "a bad arrival worsens the first answers all in one direction, and outlasts them; the model "
    "knows that it is there, not that it is always for the worse"
)


def reason(course: str, arrives_worst: bool) -> str | None:
    """Why bands of a course hold less; None where no reason is known."""
    return REASONS.get(course) or (ARRIVAL if arrives_worst else None)


def unexplained(found: Coverage) -> list[object]:
    """Cells below the least, without a reason."""
    return [
        cell
        for cell, held in found.held.items()
        if 100 * held < LEAST and reason(cell[3], cell[1] == BAD_WEEKS[-1]) is None
    ]


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> list[str]:
    """The lines of a table."""
    cells = [str(cell) for cell in head]
    return [
        f"| {' | '.join(cells)} |",
        "|" + "---|" * len(cells),
        *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows),
        "",
    ]


def bins(p: Floats, better: Bools) -> list[tuple[float, float, int, float, float]]:
    """From, to, how many, mean P(better) and the share truly better, of each filled bin."""
    place = np.minimum(np.searchsorted(EDGES, p, side="right") - 1, len(EDGES) - 2)
    return [
        (float(EDGES[i]), float(EDGES[i + 1]), int((place == i).sum()),
         float(p[place == i].mean()), float(better[place == i].mean()))
        for i in range(len(EDGES) - 1) if (place == i).any()
    ]  # fmt: skip


def page(
    found: Coverage, parts: dict[str, Coverage], flags: Flags, per_cell: int, per_flag: int
) -> str:
    """docs/calibration.md."""
    return "\n".join(
        [*_opening(found, flags, per_cell, per_flag), *_coverage(found, parts), *_p_better(found),
         *_flags(flags), *_quoted(flags)]
    )  # fmt: skip


def _met(ok: bool) -> str:
    return "met" if ok else "**missed**"


def _opening(found: Coverage, flags: Flags, per_cell: int, per_flag: int) -> list[str]:
    low = [cell for cell, held in found.pooled(0, 2, 3, 4).items() if held < LEAST]
    ours, plain = (share(flags, "weekly", "unchanged", rule) for rule in ("amber", "two-point"))
    hits = share(flags, "weekly", "worse by .7", "amber")
    single = sum(held < LEAST / 100 for held in found.held.values())
    return [
        "# Does what is said of change hold?",
        "",
        "Written by `make calibrate`: simulated people whose true level is known answer real "
        "questionnaires item by item (PHQ-9, RSES, ECR-R anxiety), rounded and cut to their "
        f"options. {len(found.held):,} cells of {per_cell} people; flags on {per_flag:,} people a "
        "row. It shows that the method does what it says on people as the judged figures "
        "describe them; not that real people are so.",
        "",
        "- **Courses**: flat; steady; early, then level; sudden gain; relapse; zigzag; steady, "
        "sudden and late worsening, in real time, by about 1 SD on a state scale, .7 on a mixed, "
        ".5 on a trait one. Half of the people wander by themselves besides, as untreated people "
        "do.",
        "- **Bad weeks**: passing states as in the facts; with heavy tails (Student’s t, 3 degrees "
        "of freedom); and people who arrive at their worst, a spell for the worse that halves "
        "every week. Daily answers share passing states, the more the nearer they are.",
        "",
        *table(
            ("goal", "found", ""),
            [
                ("95% band holds the true level in 93 to 97% overall",
                 f"{found.overall:.1f}% (latest answers {found.latest:.1f}%)",
                 _met(GOAL[0] <= found.overall <= GOAL[1])),
                ("in no cell under 90% without a reason",
                 f"{len(low)} of {len(found.pooled(0, 2, 3, 4))} cells under 90% over all bad "
                 f"weeks, {single} of {len(found.held):,} taken singly, reasons below",
                 _met(not unexplained(found))),
                (f"60% of worsening by .7 SD found by week {BY}, weekly answers",
                 f"amber {hits:.0f}%", _met(hits >= 60)),
                ("at no more than half the two-point rule’s false alarms",
                 f"amber {ours:.0f}, two-point {plain:.0f} of 100 unchanged",
                 _met(ours <= plain / 2)),
            ],
        ),
    ]  # fmt: skip


def _coverage(found: Coverage, parts: dict[str, Coverage]) -> list[str]:
    one, bad, low = found.pooled(0, 2, 3, 4), found.pooled(1, 2), []
    for scale, spacing, course, count in sorted(one, key=lambda cell: (str(cell[2]), one[cell])):
        if one[scale, spacing, course, count] < LEAST:
            low.append((str(course), f"{scale} {spacing} {count}: "
                        f"{one[scale, spacing, course, count]:.1f}"))  # fmt: skip
    lines = ["## The band of the likely level", "", "Percent of answers whose 95% band holds the "
             "true level.", ""]  # fmt: skip
    lines += table(
        ("bad weeks", *SPACINGS),
        [(kind, *(f"{bad[kind, s]:.1f}" for s in SPACINGS)) for kind in BAD_WEEKS],
    )
    for scale in scales():
        lines += [f"### {scale}", "", f"Answers {', '.join(map(str, COUNTS))}, over all bad weeks.",
                  ""]  # fmt: skip
        lines += table(
            ("course", *SPACINGS),
            [
                (course, *(" ".join(f"{one[scale, s, course, k]:.0f}" for k in COUNTS)
                           for s in SPACINGS))
                for course in COURSES
            ],
        )  # fmt: skip
    lines += [
        "### What each part of the model does to it",
        "",
        "The same people, the model without the part. Leaps are for flags: PHQ-9 of 5, 25, 25 is "
        "worse with .99, without leaps with .92.",
        "",
    ]
    lines += table(
        ("model", "overall", *SPACINGS, "sudden gain and worsening"),
        [
            (name, f"{one.overall:.1f}", *(f"{one.pooled(2)[(s,)]:.1f}" for s in SPACINGS),
             f"{(one.pooled(3)['sudden gain',] + one.pooled(3)['sudden worse',]) / 2:.1f}")
            for name, one in parts.items()
        ],
    )  # fmt: skip
    lines += ["### Where it holds less than 90%, and why", ""]
    for course in dict.fromkeys(course for course, _ in low):
        where = "; ".join(cell for name, cell in low if name == course)
        lines.append(f"- **{course}** ({where}): {reason(course, False) or 'no reason known'}.")
    lines += [f"- **arriving at the worst**, taken singly, daily answers most of all: {ARRIVAL}.",
              ""]  # fmt: skip
    return lines


def _p_better(found: Coverage) -> list[str]:
    moved = found.moved
    rows = zip(
        bins(found.p_better, found.better), bins(found.p_better[moved], found.better[moved]),
        strict=True,
    )  # fmt: skip
    brier = {
        "the likely level": found.p_better,
        "two-point rule, as a probability": found.two_point,
        "two-point rule, as a word (better 1, neither .5, worse 0)": found.word,
    }

    def score(p: Floats, of: Bools) -> str:
        return f"{((p - found.better)[of] ** 2).mean():.3f}".removeprefix("0")

    return [
        "## P(better)",
        "",
        f"At the latest answer, of all {len(found.p_better):,} series that words may be given of. "
        "Those whose level did not move at all count as not better, which pulls the middle down; "
        "the last column is without them.",
        "",
        "![Said and true shares](calibration.svg)",
        "",
        *table(
            ("P(better)", "series", "mean", "truly better", "of those that moved"),
            [(f"{a[0]:.2f}–{a[1]:.2f}", f"{a[2]:,}", f"{a[3]:.3f}", f"{a[4]:.3f}", f"{b[4]:.3f}")
             for a, b in rows],
        ),
        *table(
            ("Brier score (less is better)", "all", "moved"),
            [(name, score(p, np.ones_like(moved)), score(p, moved)) for name, p in brier.items()],
        ),
    ]  # fmt: skip


def _flags(found: Flags) -> list[str]:
    lines = [
        "## Flags",
        "",
        f"PHQ-9. Percent flagged at some look until that week. Amber: P(worse) ≥ {AMBER:.2f}, red "
        f"≥ {RED:.2f}, from the third answer on; two-point: worse than the first answer by the "
        "reliable change at that look. Changes in SD; nobody wanders. Not moving needs twelve "
        "answers, and is right for the unchanged; of those that got better it is in vain.",
        "",
    ]
    for spacing in ("weekly", "monthly"):
        for rule in RULES:
            if spacing == "monthly" and rule == "not moving":
                continue  # seven answers never make twelve
            lines += [f"### {rule.capitalize()}, {spacing} answers", ""]
            lines += table(
                ("true change", *(f"week {week}" for week in WEEKS)),
                [(change, *(f"{share(found, spacing, change, rule, w):.0f}" for w in WEEKS))
                 for change in CHANGES],
            )  # fmt: skip
    lines += [f"### By kind of bad weeks, weekly answers, week {BY}", "",
              "False alarms among the unchanged / worsening by .7 found.", ""]  # fmt: skip
    rules = RULES[:3]
    lines += table(
        ("bad weeks", *rules),
        [
            (kind, *(f"{found['weekly', kind, 'unchanged'][rule][BY]:.0f} / "
                     f"{found['weekly', kind, 'worse by .7'][rule][BY]:.0f}" for rule in rules))
            for kind in BAD_WEEKS
        ],
    )  # fmt: skip
    worst = found["weekly", BAD_WEEKS[-1], "worse by .7"]
    monthly = share(found, "monthly", "worse by .7", "amber")
    stuck = share(found, "weekly", "better by 1", "not moving")
    lines += [
        "What this misses:",
        "",
        f"- **Arriving at the worst**: amber finds {worst['amber'][BY]:.0f}% of worsening by .7, "
        f"the two-point rule {worst['two-point'][BY]:.0f}%. The first answer was too bad, so what "
        "follows looks better than it is. No rule that starts from that answer can know.",
        f"- **Monthly answers**: amber finds {monthly:.0f}% of worsening by .7 by week {BY}; five "
        "answers are too few. The two-point rule finds more, with three times the false alarms.",
        f"- **Not moving** meets {stuck:.0f}% of those who get better by 1 SD at an even pace: at "
        "the twelfth answer they have made two thirds of it, and the rule asks for likely half of "
        "the reliable change. It is for talking, not for judging.",
        "",
    ]
    return lines


def _quoted(found: Flags) -> list[str]:
    lines = ["## What is quoted", "", "In `attachdash/change/measured.py`, weekly answers, all "
             "kinds of bad weeks together:", ""]  # fmt: skip
    for flag, in_vain, missed in _figures(found):
        lines += [f"- {flag}: {words}." for words in (in_vain[1], missed[1])]
    return [*lines, ""]


def _figures(found: Flags) -> list[tuple[str, tuple[int, str], tuple[int, str]]]:
    """Flag, and twice a figure with its words: in vain, and missed; of 100."""

    def of(change: str, rule: str) -> int:
        return round(share(found, "weekly", change, rule))

    quoted = []
    for name, rule in (("TWO_POINT", "two-point"), ("AMBER", "amber"), ("RED", "red")):
        vain, missed = of("unchanged", rule), 100 - of("worse by .7", rule)
        quoted.append(
            (name,
             (vain, f"of 100 clients who did not change, {vain} would be flagged by week {BY}"),
             (missed, f"of 100 clients who got worse by .7 SD, {missed} would not be flagged by "
              f"week {BY}"))
        )  # fmt: skip
    vain, missed = of("better by 1", "not moving"), 100 - of("unchanged", "not moving")
    quoted.append(
        ("NOT_MOVING",
         (vain, f"of 100 clients who got better by 1 SD, {vain} would be flagged by week {BY}"),
         (missed, f"of 100 clients who did not change, {missed} would not be flagged by week {BY}"))
    )  # fmt: skip
    return quoted


def measured(found: Flags) -> str:
    """attachdash/change/measured.py."""
    lines = [
        '"""How often is a flag in vain, and how often is one missing? As docs/calibration.md has '
        "it.",
        "",
        "Written by `make calibrate`, not by hand. PHQ-9, weekly answers, of 100 simulated "
        "clients each.",
        '"""',
        "",
        "from dataclasses import dataclass",
        "",
        "",
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        "class Measured:",
        '    """What one rule did, with the words to quote beside it."""',
        "",
        "    in_vain: int  # of 100 who should not have been flagged",
        "    missed: int  # of 100 who should have been",
        "    in_vain_words: str",
        "    missed_words: str",
        "",
        "",
    ]
    for name, in_vain, missed in _figures(found):
        lines += [
            f"{name} = Measured(",
            f"    in_vain={in_vain[0]},",
            f"    missed={missed[0]},",
            f'    in_vain_words="{in_vain[1]}",',
            f'    missed_words="{missed[1]}",',
            ")",
        ]
    return "\n".join([*lines, ""])


def picture(found: Coverage) -> str:
    """docs/calibration.svg: what was said against what was true, in the charts' colours."""
    ink, hue = palette("light"), domain_hue(Domain.SYMPTOMS, "light")
    side, edge = 320, 46
    full = side + edge + 20

    def at(x: float, y: float) -> tuple[str, str]:
        return f"{edge + x * side:.1f}", f"{14 + (1 - y) * side:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {full + 6}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>Share truly better by the probability that was said</title>",
        f'<rect width="{full}" height="{full + 6}" fill="{ink.bg}"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        (x, low), (_, high) = at(tick, 0), at(tick, 1)
        (left, y), (right, _) = at(0, tick), at(1, tick)
        label = f"{100 * tick:.0f}%"
        parts += [
            f'<path d="M{x} {low}V{high}M{left} {y}H{right}" stroke="{ink.grid}"/>',
            f'<text x="{x}" y="{float(low) + 16:.1f}" fill="{ink.muted}" text-anchor="middle">'
            f"{label}</text>",
            f'<text x="{float(left) - 6:.1f}" y="{float(y) + 4:.1f}" fill="{ink.muted}" '
            f'text-anchor="end">{label}</text>',
        ]
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="{ink.axis}" stroke-dasharray="4 4"/>')
    moved = found.moved
    for p, better, fill in (
        (found.p_better, found.better, hue),
        (found.p_better[moved], found.better[moved], ink.bg),
    ):
        for _, _, _, said, true in bins(p, better):
            x, y = at(said, true)
            parts.append(
                f'<circle cx="{x}" cy="{y}" r="4.5" fill="{fill}" stroke="{hue}" '
                'stroke-width="1.5"/>'
            )
    x, y = at(0.03, 0.93)
    text = f'fill="{ink.text}"'
    parts += [
        f'<circle cx="{x}" cy="{y}" r="4.5" fill="{hue}"/>'
        f'<text x="{float(x) + 10:.1f}" y="{float(y) + 4:.1f}" {text}>all</text>',
        f'<circle cx="{x}" cy="{float(y) + 18:.1f}" r="4.5" fill="{ink.bg}" stroke="{hue}" '
        f'stroke-width="1.5"/><text x="{float(x) + 10:.1f}" y="{float(y) + 22:.1f}" {text}>'
        "those whose level moved</text>",
        f'<text x="{edge + side / 2:.0f}" y="{full + 1}" {text} text-anchor="middle">'
        "P(better) as said</text>",
        f'<text x="{edge + 4}" y="11" {text}>truly better</text>',
        "</svg>",
    ]
    return "\n".join([*parts, ""])
