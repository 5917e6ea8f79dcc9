"""A second scoring: one answer at a time, in plain Python, straight from the YAML.

It knows nothing of attachdash.instruments; it is the judge of the fast one.
"""

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


@cache
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
    found = {}
    for scale_id, (scale, tables) in _keys(instrument_id).items():
        keyed = [table[answers[n]] for n, table in tables if answers[n] is not None]
        blanks = len(tables) - len(keyed)
        value = None
        if keyed and blanks <= scale["missing_allowed"]:
            value = _value(instrument_id, scale, keyed, answers)
        found[scale_id] = (value, len(keyed))
    return found


@cache
def _keys(instrument_id: str) -> dict[str, Any]:
    """Per computed scale its definition and, per item, its place and what each answer counts."""
    found = {}
    for scale in definition(instrument_id)["scales"]:
        if scale["method"] != "given":
            tables = [(n - 1, _table(instrument_id, scale, n)) for n in scale["items"]]
            found[scale["id"]] = (scale, tables)
    return found


def _table(instrument_id: str, scale: dict[str, Any], number: int) -> dict[int, int]:
    low, high = item_range(instrument_id, number)
    if "recode" in scale:
        table: dict[int, int] = scale["recode"].get(str(number), scale["recode"]["default"])
        return table
    turned = number in scale.get("reverse", [])
    return {answer: low + high - answer if turned else answer for answer in range(low, high + 1)}


def _value(
    instrument_id: str, scale: dict[str, Any], keyed: list[int], answers: list[int | None]
) -> float | None:
    method = scale["method"]
    steps = 10 if definition(instrument_id)["items"].get("step") == 0.1 else 1
    if method == "mean_of_scales":
        means = []
        for part in scale["of"]:
            _, tables = _keys(instrument_id)[part]
            given = [table[answers[n]] for n, table in tables if answers[n] is not None]
            if not given:
                return None
            means.append(sum(given) / len(given) / steps)
        return float(sum(means) / len(means))
    person_mean = sum(keyed) / len(keyed) / steps
    if method in ("mean", "recode_mean"):
        return person_mean
    total = sum(keyed) / steps + person_mean * (len(scale["items"]) - len(keyed))
    if "convert" in scale:
        converted: float = scale["convert"][sum(keyed)]
        return converted
    if method == "sum_scaled":
        return float(total * scale["factor"] + scale.get("offset", 0))
    assert method == "sum"
    return total
