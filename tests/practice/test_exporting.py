"""What leaves the practice says what was answered, and can be read back in."""

import csv
import io
from datetime import timedelta

import pytest

from attachdash.instruments import BLANK, DECLINED, NOT_APPLICABLE
from attachdash.intake import Mapping, read_csv
from attachdash.practice import exporting, importing, recording
from tests.practice.conftest import TODAY, House

DAY = TODAY - timedelta(days=1)


def exported(house: House, instrument: str) -> list[dict[str, str]]:
    text = exporting.export(house.viewer("t.one"))[instrument]
    return [one for one in csv.DictReader(io.StringIO(text)) if one["answered_on"] == str(DAY)]


def test_answers_marked_in_tenths_leave_as_they_were_marked(small: House) -> None:
    mine = small.viewer("t.one")
    recording.record_administration(mine, small.clients["A"], "ors", DAY, [73, 70, 69, 80])
    [row] = exported(small, "ors")
    assert [row[f"ors_{n}"] for n in range(1, 5)] == ["7.3", "7", "6.9", "8"]
    assert float(row["ors_total"]) == pytest.approx(29.2)


def test_why_there_is_no_answer_leaves_and_comes_back(either: House) -> None:
    mine = either.viewer("t.one")
    given = [1, 1, BLANK, DECLINED, NOT_APPLICABLE, 1, 1, 1, 0]
    recording.record_administration(mine, either.clients["A"], "phq9", DAY, given)
    [row] = exported(either, "phq9")
    items = [f"phq9_{n}" for n in range(1, 10)]
    assert [row[one] for one in items] == [
        "1", "1", "", "declined", "not applicable", "1", "1", "1", "0",
    ]  # fmt: skip
    text = exporting.export(mine)["phq9"]
    mapping = Mapping(
        instrument="phq9", client="client", answered_on="answered_on", date_format="iso",
        items=tuple(items), missing=("declined", "not applicable"),
    )  # fmt: skip
    shown = importing.preview_import(mine, read_csv("phq9.csv", text.encode()), mapping)
    assert (shown.rows, shown.already_held, shown.problems) == (2, 2, ())
