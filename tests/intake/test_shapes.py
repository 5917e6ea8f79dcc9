"""Files of every shape become one row a form, and each problem still names its own cell."""

from __future__ import annotations

from datetime import date

import pytest

from attachdash.intake import propose, read_csv
from attachdash.intake.days import read_day
from attachdash.intake.problems import Wrong
from tests.intake.conftest import HEADER, TODAY


@pytest.mark.parametrize(
    ("text", "from_1900", "from_1904"),
    [
        ("1", date(1900, 1, 1), date(1904, 1, 2)),
        ("59", date(1900, 2, 28), date(1904, 2, 29)),
        ("60", None, date(1904, 3, 1)),  # 29 February 1900, which never was
        ("61", date(1900, 3, 1), date(1904, 3, 2)),
        ("0", None, date(1904, 1, 1)),
        ("45963", date(2025, 11, 2), None),  # from 1904 it is still to come
        ("45963.0", date(2025, 11, 2), None),
        ("44501", date(2021, 11, 1), date(2025, 11, 2)),
        ("44501.5", None, None),
        ("2025-11-02", None, None),
        ("-1", None, None),
    ],
)
def test_a_day_number_is_a_day_of_the_stated_epoch_only(text, from_1900, from_1904):
    for epoch, expected in (("excel1900", from_1900), ("excel1904", from_1904)):
        read = read_day(text, epoch, TODAY)
        assert (None if isinstance(read, Wrong) else read) == expected


def test_day_numbers_are_proposed_with_both_readings_and_their_epoch_asked_for(instruments):
    table = read_csv("march.csv", f"{HEADER}\nC-1,44501,0,1,2,3,0,1,2,3,0\n".encode())
    found = propose(table, instruments, TODAY)
    assert (found.answered_on, found.date_format) == ("date", None)
    [note] = [note for note in found.notes if "Excel" in note]
    assert "2021-11-01 counted from 1900" in note
    assert "2025-11-02 counted from 1904" in note


def test_day_numbers_come_in_once_their_epoch_is_said(check_rows):
    checked = check_rows("C-1,44501,0,1,2,3,0,1,2,3,0", date_format="excel1904")
    assert checked.answered_on.to_list() == [date(2025, 11, 2)]
    checked = check_rows("C-1,2025-11-02,0,1,2,3,0,1,2,3,0", date_format="excel1904")
    assert "day number" in checked.problems[0].expected
