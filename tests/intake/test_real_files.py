"""Real files of thousands of people come in with the counts that their source gives."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest

from attachdash.instruments import BLANK, score
from attachdash.intake import Mapping, ProblemKind, Unreadable, propose, read_csv
from attachdash.intake.occasions import spaced
from attachdash.intake.propose_shape import time_points
from attachdash.intake.shapes import CLIENT_CODE, NOMINAL, ROW_CODE, Nominal, Point, Shape
from tests.intake.checked import check
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


def taken(shared, instruments, name, shape, **said):
    """The file as it stands, checked under a shape whose days are all nominal or its own."""
    table = read_csv(name, (shared / "data" / name).read_bytes())
    if shape.kind == "times":
        shape = shape.model_copy(update={"points": time_points(table.columns)})
    usual = {"answered_on": NOMINAL, "date_format": "iso", "shape": shape}
    mapping = Mapping.model_validate(usual | said)
    return check(table, mapping, instruments[mapping.instrument], TODAY)


START = date(2016, 1, 1)
MONTHS = {"pre": 0, "2m": 61, "4m": 122, "6m": 183, "8m": 244}


def test_btheb_comes_in_by_its_time_points(shared, instruments):
    shape = Shape(
        kind="times", nominal=Nominal(days=MONTHS, start=START),
        points=(Point(label="pre", columns={"bdi": "bdi.pre"}),),
    )  # fmt: skip
    checked = taken(
        shared, instruments, "BtheB_bdi.csv", shape, instrument="bdi2", client="rownames",
        scores={"total": "bdi"},
    )  # fmt: skip
    days = checked.answered_on
    by = {
        label: checked.scores[:, 0][(days == START + timedelta(days=after)).to_numpy()]
        for label, after in MONTHS.items()
    }
    assert [len(scores) for scores in by.values()] == [100, 97, 73, 58, 52]
    assert by["pre"].mean() == pytest.approx(23.33)
    assert by["pre"].std(ddof=1) == pytest.approx(10.840, abs=5e-4)
    assert by["2m"].mean() == pytest.approx(16.918, abs=5e-4)
    assert not checked.problems


@pytest.mark.parametrize(
    ("instrument", "scores", "pre", "post"),
    [("das", {"total": "das"}, 90.5, 97.0), ("gds", {"t_score": "gds"}, 68.0, 62.5)],
)
def test_jacobson_comes_in_by_its_text_time_points(
    shared, instruments, instrument, scores, pre, post
):
    shape = Shape(nominal=Nominal(column="time", days={"pre": 0, "post": 84}, start=START))
    checked = taken(
        shared, instruments, "jacobson_1989.csv", shape, instrument=instrument, client="subject",
        scores=scores,
    )  # fmt: skip
    assert (checked.n + len(checked.refused_rows), checked.client_code.n_unique()) == (60, 30)
    assert checked.scores[:2, 0].tolist() == [pre, post]
    if instrument == "das":
        both = checked.scores[:, 0].reshape(-1, 2)
        # Against a functional mean of 114.7 (SD 17.8), with a reliability of .88.
        mean, sd = both[:, 0].mean(), both[:, 0].std(ddof=1)
        cutoff = (sd * 114.7 + 17.8 * mean) / (sd + 17.8)
        assert cutoff == pytest.approx(94.80, abs=5e-3)
        change = (both[:, 1] - both[:, 0]) / (sd * np.sqrt(2 * (1 - 0.88)))
        crossed = (both[:, 0] < cutoff) & (both[:, 1] > cutoff)
        told = (change >= 1.96) & crossed, (change >= 1.96) & ~crossed, change <= -1.96
        assert [int(one.sum()) for one in told] == [14, 5, 1]


def test_the_single_case_comes_in_by_its_sessions(shared, instruments):
    days = spaced([str(number) for number in range(1, 13)], "sessions", 7)
    shape = Shape(client="Case 1", nominal=Nominal(column="session", days=days, start=START))
    checked = taken(
        shared, instruments, "liu_adrian_2019_single_case_phq9a.csv", shape, instrument="phq9a",
        client=CLIENT_CODE, scores={"total": "phq9a"},
    )  # fmt: skip
    assert checked.scores[:, 0].tolist() == [18, 21, 14, 17, 14, 13, 14, 11, 13, 8, 5, 6]
    slope = np.polyfit(np.arange(1, 13), checked.scores[:, 0], 1)[0]
    assert slope == pytest.approx(-1.2097902)


@pytest.mark.parametrize(
    ("name", "instrument", "items", "figures"),
    [
        ("rse", "rses", RSES_ORDER, {"total": (5824, 16.138, 6.935)}),
        (
            "ecr", "ecr_brennan_5", tuple(f"Q{number}" for number in range(1, 37)),
            {"avoidance": (5661, 2.563, 0.827), "anxiety": (5699, 3.093, 0.808)},
        ),
    ],
)  # fmt: skip
def test_open_data_come_in_by_their_row_numbers(
    shared, instruments, name, instrument, items, figures
):
    shape = Shape(row_is_client=True, nominal=Nominal(start=START))
    checked = taken(
        shared, instruments, f"{name}_openpsychometrics_items_6000.csv", shape,
        instrument=instrument, client=ROW_CODE, items=items, coding_low=1, missing=("0",),
    )  # fmt: skip
    assert checked.client_code.n_unique() == checked.n
    found = score(instruments[instrument], checked.answers, informant="self")
    for scale, (n, mean, sd) in figures.items():
        one = found[scale]
        asked = len(instruments[instrument].scale(scale).items)
        values = one.value[one.answered == asked]
        low = instruments[instrument].scale(scale).low if scale == "total" else 0
        assert len(values) == n
        assert values.mean() - low == pytest.approx(mean, abs=6e-4)
        assert values.std(ddof=1) == pytest.approx(sd, abs=6e-4)
