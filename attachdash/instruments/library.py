"""Which instruments there are: every definition file read once, or refused by file and field."""

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import ValidationError

from attachdash.errors import ForPeople
from attachdash.instruments.checks import contradictions
from attachdash.instruments.model import Instrument
from attachdash.instruments.words import Domain

Leads = Mapping[Domain, tuple[tuple[str, str], ...]]

DATA = Path(__file__).resolve().parents[2] / "data"


class DefinitionError(ForPeople):
    """A definition file can't be used; the message names the file and each field at fault."""


class Library(Mapping[str, Instrument]):
    """The instruments by id, in the order of their ids."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = dict(instruments)

    def __getitem__(self, instrument_id: str) -> Instrument:
        return self._instruments[instrument_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._instruments)

    def __len__(self) -> int:
        return len(self._instruments)

    def near(self, name: str) -> list[str]:
        """Ids that read like this one, nearest first; short names are looked at as well."""
        spellings = {plain(i.short_name): i.id for i in self.values()}
        spellings |= {plain(i.id): i.id for i in self.values()}
        found = [spellings[s] for s in get_close_matches(plain(name), spellings, n=5, cutoff=0.5)]
        return list(dict.fromkeys(found))


@cache
def library() -> Library:
    """All instruments of data/instruments. Raises DefinitionError."""
    return read_library(DATA / "instruments")


def read_library(folder: Path) -> Library:
    """The instruments of the YAML files in a folder. Raises DefinitionError."""
    found = [load_definition(path) for path in sorted(folder.glob("*.yaml"))]
    return Library({instrument.id: instrument for instrument in found})


def load_definition(path: Path) -> Instrument:
    """The instrument of one YAML file. Raises DefinitionError."""
    try:
        # Through JSON, because there strict means strict: no "3" for 3, no yes for true.
        text = json.dumps(read_yaml(path), ensure_ascii=False, allow_nan=False)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, ValueError) as error:
        raise DefinitionError(f"{path.name} can't be read: {error}") from error
    instrument = parse(text, path.name)
    if instrument.id != path.stem:
        raise DefinitionError(f"{path.name}, id: found {instrument.id}; expected {path.stem}")
    return instrument


def parse(text: str, name: str) -> Instrument:
    """The instrument of a definition in JSON, such as `definition_body` gives. `name` is for
    messages. Raises DefinitionError."""
    try:
        instrument = Instrument.model_validate_json(text)
    except ValidationError as error:
        faults = [(".".join(map(str, e["loc"])) or "file", e["msg"]) for e in error.errors()]
        raise DefinitionError(_told(name, faults)) from error
    if faults := list(contradictions(instrument)):
        raise DefinitionError(_told(name, faults))
    return instrument


def definition_body(instrument: Instrument) -> str:
    """The definition as canonical JSON: what its sha256 is taken of, and what `parse` reads."""
    return instrument.body


@cache
def leads() -> Leads:
    """Those of data/leads.yaml. Raises DefinitionError."""
    return read_leads(DATA / "leads.yaml", library())


def read_leads(path: Path, instruments: Library) -> Leads:
    """Per domain the (instrument id, scale id) pairs that may speak for it, in order.

    Raises DefinitionError where a domain or a scale is not there.
    """
    try:
        listed = {Domain(domain): entries for domain, entries in read_yaml(path).items()}
        found = {d: tuple(_pair(entry) for entry in entries) for d, entries in listed.items()}
        for instrument_id, scale_id in (pair for pairs in found.values() for pair in pairs):
            instruments[instrument_id].scale(scale_id)
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError, KeyError) as error:
        raise DefinitionError(f"{path.name}: {error} is not known") from error
    return MappingProxyType(found)


def plain(name: str) -> str:
    """A name by its letters and digits only: "PHQ-9 " and "phq_9" are one."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def read_yaml(path: Path) -> dict[str, Any]:
    """The file as nested dicts and lists. Raises yaml.YAMLError, also where a key comes twice."""
    with path.open(encoding="utf-8") as file:
        content = yaml.load(file, _Loader)  # noqa: S506 - a safe loader
    if not isinstance(content, dict):
        raise yaml.YAMLError("expected a mapping of fields")
    return content


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's own loader would let the second of two equal keys win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> object:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} is given twice{node.start_mark}")
        return super().construct_mapping(node, deep)


def _pair(entry: str) -> tuple[str, str]:
    instrument_id, scale_id = entry.split()
    return instrument_id, scale_id


def _told(name: str, faults: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}, {field}: {problem}" for field, problem in faults)
