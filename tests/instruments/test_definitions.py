"""Definitions that contradict themselves are refused, by file and field."""
# ruff: noqa: E501 - the cases are a table, one to a line

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from attachdash.errors import ForPeople
from attachdash.instruments import (
    LEADS,
    DefinitionError,
    Direction,
    Domain,
    RiskKind,
    definition_body,
    library,
    load_definition,
    parse,
)

from .naive import IDS, definition

Change = Callable[[dict[str, Any]], None]


def put(*path: str | int, value: object) -> Change:
    """Sets one field of a definition, such as put("scales", 0, "range", value=[0, 9])."""

    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def written(folder: Path, instrument_id: str, *changes: Change) -> Path:
    content = copy.deepcopy(definition(instrument_id))
    for change in changes:
        change(content)
    path = folder / f"{instrument_id}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


BAND = {"label": "x", "min": 0, "max": 4}
CONTRADICTIONS = [
    # what is wrong, instrument, change, field named, words
    ("reverse not in items", "rses", put("scales", 0, "reverse", value=[11]), "scales.total.reverse", "11"),
    ("item beyond the count", "gad7", put("scales", 0, "items", value=[*range(1, 7), 8]), "scales.total.items", "8"),
    ("item twice in a scale", "gad7", put("scales", 0, "items", value=[1, 1, 3, 4, 5, 6, 7]), "scales.total.items", "twice"),
    ("reverse twice", "core10", put("scales", 0, "reverse", value=[2, 2]), "scales.total.reverse", "twice"),
    ("range is not the sum's", "gad7", put("scales", 0, "range", value=[0, 28]), "scales.total.range", "0 to 21"),
    ("range is not the mean's", "ras", put("scales", 0, "range", value=[7, 35]), "scales.total.range", "1 to 5"),
    ("range is not the scaled sum's", "who5", put("scales", 0, "factor", value=5), "scales.total.range", "125"),
    ("range without width", "icq15", put("scales", 0, "range", value=[3, 3]), "scales.total.range", "no range"),
    ("recode beyond its range", "rfq8", put("scales", 0, "range", value=[0, 4]), "scales.uncertainty.range", "0 to 3"),
    ("recode leaves an answer out", "rfq8", put("scales", 0, "recode", "default", value={1: 0, 2: 3}), "scales.uncertainty.recode", "each answer"),
    ("recode of an item not in it", "rfq8", put("scales", 0, "recode", "3", value={}), "scales.uncertainty.recode", "3"),
    ("recode elsewhere", "rfq8", put("scales", 0, "method", value="mean"), "scales.uncertainty.recode", "recode_mean"),
    ("factor on a plain sum", "gad7", put("scales", 0, "factor", value=2), "scales.total.factor", "sum_scaled"),
    ("mean of an unknown scale", "spcc", put("scales", 0, "of", value=["stranger", "nobody"]), "scales.total.of", "nobody"),
    ("mean of scales, other items", "spcc", put("scales", 0, "of", value=["stranger", "friend"]), "scales.total.items", "of"),
    ("sum without items", "gad7", drop("scales", 0, "items"), "scales.total.items", "needs items"),
    ("given with items", "gad7", put("scales", 0, "method", value="given"), "scales.total.items", "given"),
    ("table leaves a sum out", "swemwbs", drop("scales", 0, "convert", 20), "scales.metric.convert", "each sum"),
    ("table falls", "swemwbs", put("scales", 0, "convert", 20, value=9.0), "scales.metric.convert", "rise"),
    ("table and proration", "swemwbs", put("scales", 0, "missing_allowed", value=1), "scales.metric.missing_allowed: a sum", "prorated"),
    ("blanks without a rule", "icg", put("scales", 0, "missing_allowed", value=1), "scales.total.missing_allowed", "no rule"),
    ("all may be blank", "gad7", put("scales", 0, "missing_allowed", value=7), "scales.total.missing_allowed", "no answer"),
    ("bands overlap", "gad7", put("scales", 0, "bands", 1, "min", value=4), "scales.total.bands", "overlap"),
    ("band ends before it begins", "gad7", put("scales", 0, "bands", 0, "max", value=-1), "scales.total.bands", "ends before"),
    ("band outside the range", "gad7", put("scales", 0, "bands", 3, "max", value=22), "scales.total.bands", "outside"),
    ("low scores without band", "gad7", drop("scales", 0, "bands", 0), "scales.total.bands", "no band"),
    ("bands without source", "gad7", drop("scales", 0, "bands_source"), "scales.total.bands_source", "together"),
    ("cut-off outside the range", "gad7", put("scales", 0, "cutoffs", 0, "value", value=22), "scales.total.cutoffs", "22"),
    ("norm outside the range", "gad7", put("scales", 0, "norms", 0, "mean", value=22), "scales.total.norms", "22"),
    ("reliable change too large", "gad7", put("scales", 0, "reliable_change", "value", value=22), "scales.total.reliable_change", "22"),
    ("recovery without a line", "ders16", put("scales", 0, "recovery", value={"source": "x", "checked": False}), "scales.total.recovery", "no line"),
    ("recovery from attachment", "ecr_r", put("scales", 0, "recovery", value={"source": "x", "checked": False}), "scales.anxiety.recovery", "a way of being"),
    ("risk item not an item", "phq9", put("risk_items", 0, "item", value=10), "risk_items", "10"),
    ("risk answer impossible", "phq9", put("risk_items", 0, "min", value=4), "risk_items", "4"),
    ("risk answer that all give", "phq9", put("risk_items", 0, "min", value=0), "risk_items", "min 0"),
    ("risk item with both ends", "phq9", put("risk_items", 0, "max", value=2), "risk_items", "either"),
    ("risk item with no end", "phq9", drop("risk_items", 0, "min"), "risk_items", "either"),
    ("low risk answer that all give", "checkin_adult", put("risk_items", 0, "max", value=10), "risk_items", "max 10"),
    ("low risk answer impossible", "checkin_child", put("risk_items", 0, "max", value=0), "risk_items", "max 0"),
    ("wording that isn't ours to ship", "phq9", put("scales", 0, "asked", value="x"), "scales.total.asked", "shipped"),
    ("wording of a sum", "checkin_adult", put("scales", 0, "items", value=[1, 2]), "scales.communication.asked", "single line"),
    ("items without verified keys", "phq9", put("items", "keys_verified", value=False), "entry", "verified"),
    ("items without a range", "phq9", drop("items", "range"), "items", "needed"),
    ("nothing may come in", "phq9", put("entry", value=[]), "entry", "neither"),
    ("label of no item", "phq9", put("items", "labels", 10, value="x"), "items.labels", "10"),
    ("range of no item", "csi4", put("items", "ranges", 9, value=[0, 6]), "items.ranges", "9"),
    ("range of an item turned round", "csi4", put("items", "range", value=[5, 0]), "items.range", "5 to 0"),
    ("step that does not go into 1", "ors", put("items", "step", value=0.3), "items.step", "0.3"),
    ("codes of other items", "phq9", put("loinc", "items", value=["1-1"]), "loinc.items", "1 codes"),
    ("scale id twice", "erq", put("scales", 1, "id", value="reappraisal"), "scales", "twice"),
    ("informant unknown to it", "sdq", put("scales", 0, "informants", value=["neighbour"]), "scales.total_parent.informants", "neighbour"),
    ("ages of an unknown informant", "sdq", put("ages_by_informant", value={"aunt": {"min": 4}}), "ages_by_informant", "aunt"),
    ("rule on no item", "pg13r", put("rule", "all", 0, "item", value=14), "rule", "14"),
    ("rule on no scale", "pg13r", put("rule", "all", 3, "scale", value="grief"), "rule", "grief"),
    ("rule with half a comparison", "pg13r", drop("rule", "all", 0, "value"), "rule", "op and value"),
    # what pydantic refuses
    ("unknown direction", "gad7", put("scales", 0, "direction", value="down"), "scales.0.direction", "lower"),
    ("unknown domain", "gad7", put("scales", 0, "domain", value="mood"), "scales.0.domain", "symptoms"),
    ("unknown method", "gad7", put("scales", 0, "method", value="median"), "scales.0.method", "sum"),
    ("unknown field", "gad7", put("scales", 0, "revers", value=[1]), "scales.0.revers", "not permitted"),
    ("word for a number", "gad7", put("scales", 0, "missing_allowed", value="1"), "scales.0.missing_allowed", "integer"),
    ("yes for a name", "gad7", put("scales", 0, "id", value=False), "scales.0.id", "string"),
    ("no source", "gad7", drop("scales", 0, "norms", 0, "source"), "scales.0.norms.0.source", "required"),
    ("reliability above 1", "gad7", put("scales", 0, "reliability", "alpha", "value", value=1.2), "alpha.value", "less than 1"),
    ("id of another file", "gad7", put("id", value="gad_7"), "id", "gad7"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "field", "words"),
    [case[1:] for case in CONTRADICTIONS],
    ids=[case[0] for case in CONTRADICTIONS],
)
def test_contradictions_are_refused_by_file_and_field(
    name: str, change: Change, field: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionError) as refusal:
        load_definition(written(tmp_path, name, change))
    line = next(text for text in str(refusal.value).splitlines() if field in text)
    assert line.startswith(f"{name}.yaml, ")
    assert words in line


@pytest.mark.parametrize(
    "text",
    ["", "- 1\n- 2\n", "id: [", "id: x\nid: y\n", "id: \x00", "id: .inf\n"],
    ids=["empty", "a list", "broken", "key twice", "not text", "endless"],
)
def test_files_that_are_no_definition_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"broken\.yaml"):
        load_definition(path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    changes = (put("scales", 0, "range", value=[0, 28]), put("entry", value=[]))
    with pytest.raises(ForPeople) as refusal:
        load_definition(written(tmp_path, "gad7", *changes))
    assert len(str(refusal.value).splitlines()) >= 2


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="can't be read"):
        load_definition(tmp_path / "none.yaml")


def test_the_library_holds_every_file_and_every_scale() -> None:
    assert list(library()) == IDS
    assert len(library()) == 71
    assert sum(len(one.scales) for one in library().values()) == 221


@pytest.mark.parametrize("name", IDS)
def test_a_body_reads_back_as_the_same_definition(name: str) -> None:
    instrument = library()[name]
    again = parse(definition_body(instrument), name)
    assert again == instrument
    assert again.sha256 == instrument.sha256
    assert hash(again) == hash(instrument)


def test_another_definition_has_another_sha(tmp_path: Path) -> None:
    other = load_definition(written(tmp_path, "gad7", put("caution", value="Other.")))
    assert other.sha256 != library()["gad7"].sha256


@pytest.mark.parametrize("name", IDS)
def test_every_key_of_the_file_reaches_the_instrument(name: str) -> None:
    def holds(written: Any, read: Any) -> bool:
        if isinstance(written, dict):
            return all(holds(value, read[str(key)]) for key, value in written.items())
        if isinstance(written, list):
            return len(written) == len(read) and all(map(holds, written, read))
        return bool(written == read)

    read = library()[name].model_dump(mode="json", by_alias=True)
    content = definition(name)
    assert sorted(content["entry"]) == sorted(read["entry"])
    assert holds({k: v for k, v in content.items() if k != "entry"}, read)


def test_no_wording_ships_and_unlabelled_items_are_numbered() -> None:
    for instrument in library().values():
        for item in instrument.items:
            assert len(item.label.split()) <= 5, (instrument.id, item.label)
            if item.number not in instrument.form.labels:
                assert item.label == f"Item {item.number}"


def test_leads_exist_and_lie_in_order() -> None:
    assert set(LEADS) == set(Domain)
    for domain, pairs in LEADS.items():
        assert pairs
        assert len(set(pairs)) == len(pairs)
        for instrument_id, scale_id in pairs:
            assert library()[instrument_id].scale(scale_id).domain is domain
    assert LEADS[Domain.COMMUNICATION][0] == ("icq15", "total")
    assert LEADS[Domain.SYMPTOMS][:2] == (("core10", "total"), ("phq9", "total"))


def test_each_word_has_its_label_and_each_kind_its_gravity() -> None:
    assert all(domain.label for domain in Domain)
    assert all(direction.label for direction in Direction)
    grave = [RiskKind.ASK, RiskKind.UNSAFE, RiskKind.HARM_TO_OTHERS, RiskKind.SUICIDE]
    assert sorted(RiskKind, key=lambda kind: kind.gravity) == grave


def test_a_scale_is_told_with_its_range_and_direction() -> None:
    phq9 = library()["phq9"]
    assert phq9.scale_label(phq9.scale("total")) == "Depression (PHQ-9, 0–27, lower is better)"


def test_names_that_read_alike_are_offered() -> None:
    assert "phq9" in library().near("PHQ-9")
    assert library().near("zzzzzz") == []
