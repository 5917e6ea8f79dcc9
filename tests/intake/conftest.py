"""Files, mappings and the day they are read on, made without arguments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from attachdash.instruments import Library, library
from attachdash.intake import Checked, Mapping, read_csv
from tests.intake.checked import check

TODAY = date(2026, 11, 24)
PHQ9 = tuple(f"phq9_{number}" for number in range(1, 10))
HEADER = ",".join(("client", "date", *PHQ9))
ROW = "C-0087,2026-11-03,0,1,2,3,0,1,2,3,0"


@pytest.fixture(scope="session")
def instruments() -> Library:
    return library()


@pytest.fixture
def make_mapping() -> Callable[..., Mapping]:
    def make(**said: object) -> Mapping:
        usual: dict[str, object] = {
            "instrument": "phq9",
            "client": "client",
            "answered_on": "date",
            "date_format": "iso",
        }
        if "scores" not in said:
            usual["items"] = PHQ9
        return Mapping.model_validate(usual | said)

    return make


@pytest.fixture
def check_text(
    instruments: Library, make_mapping: Callable[..., Mapping]
) -> Callable[..., Checked]:
    """Check a CSV text under the usual mapping, changed as said."""

    def run(text: str | bytes, **said: object) -> Checked:
        mapping = make_mapping(**said)
        data = text if isinstance(text, bytes) else text.encode()
        table = read_csv("march.csv", data)
        return check(table, mapping, instruments[mapping.instrument], TODAY)

    return run


@pytest.fixture
def check_rows(check_text: Callable[..., Checked]) -> Callable[..., Checked]:
    """Check rows of a PHQ-9 file; the header is given."""

    def run(*rows: str, **said: object) -> Checked:
        return check_text("\n".join((HEADER, *rows)) + "\n", **said)

    return run
