"""A second scoring: one answer at a time, in exact fractions, straight from the YAML.

It knows nothing of attachdash.instruments; it is the judge of the fast one.
"""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEFINITIONS = Path(__file__).resolve().parents[2] / "data" / "instruments"
IDS = sorted(path.stem for path in DEFINITIONS.glob("*.yaml"))


@cache
def definition(instrument_id: str) -> dict[str, Any]:
    text = (DEFINITIONS / f"{instrument_id}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def takes_items(instrument_id: str) -> bool:
    return "items" in definition(instrument_id)["entry"]


def item_range(instrument_id: str, number: int) -> tuple[int, int]:
    """In whole steps."""
    items = definition(instrument_id)["items"]
    low, high = items.get("ranges", {}).get(number, items["range"])
    steps = 10 if items.get("step") == 0.1 else 1
    return low * steps, high * steps


def ranges(instrument_id: str) -> list[tuple[int, int]]:
    count = definition(instrument_id)["items"]["count"]
    return [item_range(instrument_id, number) for number in range(1, count + 1)]


def naive_scores(instrument_id: str, answers: list[int | None]) -> dict[str, tuple[Any, int]]:
    """Per computed scale (value or None, number answered); None among `answers` is a blank."""
    scales = {scale["id"]: scale for scale in definition(instrument_id)["scales"]}
    found = {}
    for scale_id, scale in scales.items():
        if scale["method"] == "given":
            continue
        answered = sum(answers[number - 1] is not None for number in scale["items"])
        blanks = len(scale["items"]) - answered
        value = None
        if blanks <= scale["missing_allowed"]:
            value = _value(instrument_id, scale, scales, answers)
        found[scale_id] = (None if value is None else float(value), answered)
    return found


def _value(
    instrument_id: str, scale: dict[str, Any], scales: dict[str, Any], answers: list[int | None]
) -> Fraction | float | None:
    method = scale["method"]
    if method == "mean_of_scales":
        parts = [_value(instrument_id, scales[part], scales, answers) for part in scale["of"]]
        known = [Fraction(part) for part in parts if part is not None]
        return sum(known, Fraction(0)) / len(known) if len(known) == len(parts) else None
    keyed = []
    for number in scale["items"]:
        answer = answers[number - 1]
        if answer is None:
            continue
        keyed.append(_keyed(instrument_id, scale, number, answer))
    if not keyed:
        return None
    person_mean = sum(keyed, Fraction(0)) / len(keyed)
    if method in ("mean", "recode_mean"):
        return person_mean
    total = sum(keyed, Fraction(0)) + person_mean * (len(scale["items"]) - len(keyed))
    if "convert" in scale:
        table: dict[int, float] = scale["convert"]
        return table[int(total)]
    if method == "sum_scaled":
        return total * scale["factor"] + scale.get("offset", 0)
    assert method == "sum"
    return total


def _keyed(instrument_id: str, scale: dict[str, Any], number: int, answer: int) -> Fraction:
    low, high = item_range(instrument_id, number)
    if "recode" in scale:
        table = scale["recode"].get(str(number), scale["recode"]["default"])
        return Fraction(table[answer])
    if number in scale.get("reverse", []):
        answer = low + high - answer
    steps = 10 if definition(instrument_id)["items"].get("step") == 0.1 else 1
    return Fraction(answer, steps)
