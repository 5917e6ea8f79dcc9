"""Real files of thousands of people come in with the counts that their source gives."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from attachdash.instruments import BLANK
from attachdash.intake import Mapping, ProblemKind, Unreadable, check, propose, read_csv
from tests.intake.conftest import TODAY

# The Rosenberg file has the items in another order than 1965's (from its description).
RSES_ORDER = tuple(f"Q{number}" for number in (7, 10, 2, 4, 5, 9, 1, 8, 3, 6))


def with_client_and_day(path) -> bytes:
    """The file with a code and a day added: one row a person."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["client", "date", *rows[0]])
    writer.writerows([f"P-{number:05d}", "2016-01-01", *row] for number, row in enumerate(rows[1:]))
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("name", "instrument", "items", "low", "complete"),
    [
        # 0 is no answer in both; the numbers of complete rows are those of the description.
        ("rse_openpsychometrics_items_6000.csv", "rses", RSES_ORDER, 1, 5824),
        (
            "ecr_openpsychometrics_items_6000.csv",
            "ecr_brennan_5",
            tuple(f"Q{number}" for number in range(1, 37)),
            1,
            None,
        ),
    ],
)
def test_open_data_come_in_with_every_answer(
    shared, instruments, name, instrument, items, low, complete
):
    data = with_client_and_day(shared / "data" / name)
    table = read_csv(name, data)
    mapping = Mapping(
        instrument=instrument,
        client="client",
        answered_on="date",
        date_format="iso",
        items=items,
        coding_low=low,
        missing=("0",),
    )
    checked = check(table, mapping, instruments[instrument], TODAY)
    assert checked.total_rows == 6000
    assert set(checked.counts) <= {ProblemKind.NOTHING_ANSWERED}
    raw = np.array([[int(cell) for cell in row] for row in table.frame.select(items).rows()])
    some = (raw != 0).any(axis=1)
    assert checked.n == some.sum()
    shift = low - instruments[instrument].items[0].low
    expected = np.where(raw == 0, BLANK, raw - shift)[some]
    np.testing.assert_array_equal(checked.answers, expected)
    if complete:
        assert (checked.answers != BLANK).all(axis=1).sum() == complete
    if instrument == "ecr_brennan_5":  # complete rows per scale: odd items avoidance, even anxiety
        assert (checked.answers[:, 0::2] != BLANK).all(axis=1).sum() == 5661
        assert (checked.answers[:, 1::2] != BLANK).all(axis=1).sum() == 5699


def test_h08_the_rosenberg_file_is_refused_until_its_coding_is_said(shared, instruments):
    name = "rse_openpsychometrics_items_6000.csv"
    table = read_csv(name, with_client_and_day(shared / "data" / name))
    proposal = propose(table, instruments, TODAY)
    assert proposal.mapping is None  # "rse" is no name of a definition: a person chooses
    mapping = propose(table, instruments, TODAY, instrument="rses").mapping
    assert mapping is not None
    assert mapping.coding_low is None
    with pytest.raises(Unreadable, match="lowest answer"):
        check(table, mapping, instruments["rses"], TODAY)
