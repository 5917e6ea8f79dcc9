"""Are the figures that flags are quoted with those of docs/calibration.md, and of this model?"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from attachdash.change import measured
from attachdash.change.measured import Measured
from benchmarks.calibration import BY, CHANGES, flagged
from benchmarks.made_people import BAD_WEEKS, days_of, people, scales

PAGE = (Path(__file__).resolve().parents[2] / "docs/calibration.md").read_text(encoding="utf-8")
RULES = {
    "TWO_POINT": ("two-point", "unchanged", "worse by .7"),
    "AMBER": ("amber", "unchanged", "worse by .7"),
    "RED": ("red", "unchanged", "worse by .7"),
    "NOT_MOVING": ("not moving", "better by 1", "unchanged"),
}

EACH = 800  # people of each kind of bad weeks


def rule(name: str) -> Measured:
    found = getattr(measured, name)
    assert isinstance(found, Measured)
    return found


def test_every_measured_rule_is_known_here():
    assert {n for n, one in vars(measured).items() if isinstance(one, Measured)} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_page_and_module_say_the_same(name):
    found = rule(name)
    assert f"- {name}: {found.in_vain_words}." in PAGE
    assert f"- {name}: {found.missed_words}." in PAGE
    assert f" {found.in_vain} would be flagged by week {BY}" in found.in_vain_words
    assert f" {found.missed} would not be flagged by week {BY}" in found.missed_words
    title, in_vain, missing = RULES[name]
    section = PAGE.split(f"### {title.capitalize()}, weekly answers\n")[1].split("###")[0]
    rows = {cells[1]: cells[5] for line in section.splitlines()
            if len(cells := re.split(r" *\| *", line)) > 6}  # fmt: skip
    assert rows["true change"] == f"week {BY}"
    assert int(rows[in_vain]) == found.in_vain
    assert 100 - int(rows[missing]) == found.missed


def test_goals_are_met_or_the_page_says_so():
    assert rule("AMBER").missed <= 40
    assert 2 * rule("AMBER").in_vain <= rule("TWO_POINT").in_vain
    assert PAGE.count("| met |") + PAGE.count("| **missed** |") == 4


def test_the_model_still_gives_what_is_quoted():
    # A change of the model that moves these asks for `make calibrate`.
    random, items = np.random.default_rng(5), scales()["PHQ-9"]
    found: dict[str, list[dict[str, dict[int, float]]]] = {}
    for change in ("unchanged", "worse by .7", "better by 1"):
        course, amount = CHANGES[change]
        for bad in BAD_WEEKS:
            days = days_of("weekly", (EACH, 17), random)
            some = people(items, days, course, bad, random, amount=amount, wandering=0)
            found.setdefault(change, []).append(flagged(items, some))
    for name, (title, in_vain, missing) in RULES.items():
        quoted = (rule(name).in_vain, 100 - rule(name).missed)
        for change, wanted in zip((in_vain, missing), quoted, strict=True):
            share = np.mean([one[title][BY] for one in found[change]])
            # Three standard errors of the share of as many people, and the rounding.
            spread = 3 * np.sqrt(wanted * (100 - wanted) / (3 * EACH)) + 0.5
            assert share == pytest.approx(wanted, abs=spread), (name, change)
