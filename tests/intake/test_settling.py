"""A file checked in blocks gets the verdict of the file checked whole."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attachdash.instruments import Instrument, library
from attachdash.intake import Checked, Mapping, ProblemKind, Unreadable, read_csv, settling
from attachdash.intake.blocks import open_stream
from attachdash.intake.check import (
    check_rows,
    forms_of,
    order_of_days,
    read_rows,
    refuse_other_order,
)
from attachdash.intake.coding import can_look_shifted, codes_seen, refuse_shifted
from attachdash.intake.numbers import MissingCodes
from attachdash.intake.repeats import find_repeats
from attachdash.intake.shapes import Point, Shape
from tests.intake.checked import check
from tests.intake.conftest import PHQ9, TODAY

MAPPING = Mapping(
    instrument="phq9", client="client", answered_on="date", date_format="iso", items=PHQ9
)
TOTALS = MAPPING.model_copy(update={"totals": {"total": "sum"}})
HEADER = ",".join(("client", "date", *PHQ9, "sum"))


def verdict(parts: list[Checked]) -> dict[str, object]:
    """All that the verdicts say together."""
    held = [one.answers if one.answers is not None else one.scores for one in parts]
    return {
        "rows": pl.concat([one.rows for one in parts]).rows(),
        "held": [row for one in held for row in one.tolist()],
        "problems": sorted(str(problem) for one in parts for problem in one.problems),
        "counts": {
            kind: sum(one.counts.get(kind, 0) for one in parts)
            for kind in ProblemKind
        },
        "refused": [row for one in parts for row in one.refused_rows.tolist()],
        "repeats": [pair for one in parts for pair in one.repeats],
        "same": sum(one.repeated_same for one in parts),
        "total": sum(one.total_rows for one in parts),
        "mismatches": pl.concat([one.mismatches for one in parts]).rows(),
    }  # fmt: skip


def at_once(data: bytes, mapping: Mapping, instrument: Instrument) -> Checked:
    """The verdict on a whole file, every row compared with every other."""
    table = forms_of(read_csv("march.csv", data), mapping, instrument, TODAY)
    refuse_other_order(table.file_name, mapping, order_of_days(table, mapping))
    if can_look_shifted(mapping, instrument):
        seen = codes_seen(table, mapping.items, MissingCodes.of(mapping.missing))
        refuse_shifted(table.file_name, seen, instrument)
    read = read_rows(table, mapping, instrument, TODAY)
    repeats = find_repeats(read.keys, read.held, ~read.findings.refused, table.row_numbers)
    return check_rows(table, mapping, instrument, TODAY, repeats)


def either_way(data: bytes, mapping: Mapping, rows: int) -> tuple[object, object]:
    """The verdict on the whole file and on its blocks, or why it is refused."""
    instrument = library()[mapping.instrument]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "march.csv"
        path.write_bytes(data)

        def in_blocks() -> list[Checked]:
            found = settling.settle(
                open_stream(path, piece=64), mapping, instrument, TODAY, lambda read: None, rows
            )
            return list(found.checked(lambda read: None))

        found: list[object] = []
        for judged in (
            lambda: [at_once(data, mapping, instrument)], in_blocks,
        ):  # fmt: skip
            try:
                found.append(verdict(judged()))
            except Unreadable as refusal:
                found.append(refusal.problems)
    return found[0], found[1]


rows = st.tuples(
    st.sampled_from(["A", "B", "C", "a", ""]),
    st.sampled_from(["2026-11-03", "2026-11-04", "03.11.2026", "11/28/2026", "28.10.2026"]),
    st.sampled_from(["0,1,2,3,0,1,2,3,0,12", "1,1,1,1,1,1,1,1,1,9", "4,,,,,,,,,4", "x,,,,,,,,,",
                     ",,,,,,,,,", "0,1"]),
)  # fmt: skip
files = st.lists(rows, min_size=1, max_size=40).map(
    lambda rows: "\n".join((HEADER, *map(",".join, rows))).encode()
)


@given(data=files, written=st.sampled_from(["iso", "dmy", "mdy"]), rows=st.integers(1, 9))
def test_blocks_get_the_verdict_of_the_whole_file(data: bytes, written: str, rows: int) -> None:
    whole, blocked = either_way(data, TOTALS.model_copy(update={"date_format": written}), rows)
    assert blocked == whole


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "3", "4", "40"]),
                       st.sampled_from(["", "3", "5"])), min_size=1, max_size=20),
    st.integers(1, 9),
)  # fmt: skip
def test_blocks_of_a_file_with_a_row_a_person_too(people: list[tuple[str, ...]], rows: int) -> None:
    data = "\n".join(("client,date,gad.pre,gad.post", *(
        f"{code},2026-11-03,{pre},{post}" for code, pre, post in people
    ))).encode()  # fmt: skip
    points = [Point(label=one, columns={"gad": f"gad.{one}"}) for one in ("pre", "post")]
    mapping = Mapping(
        instrument="gad7", client="client", answered_on="date", date_format="iso",
        scores={"total": "gad"}, shape=Shape(kind="times", points=tuple(points)),
    )  # fmt: skip
    whole, blocked = either_way(data, mapping, rows)
    assert blocked == whole


def test_a_coding_that_only_the_whole_file_shows_refuses_it() -> None:
    low, high = "A,2026-11-{:02},1,1,1,1,1,1,1,1,1,9", "B,2026-11-{:02},4,4,4,4,4,4,4,4,4,9"
    data = "\n".join((HEADER, *(one.format(n) for one in (low, high) for n in range(1, 9))))
    whole, blocked = either_way(data.encode(), MAPPING, 8)
    assert [one.kind for one in whole] == [ProblemKind.CODING]
    assert blocked == whole


def test_a_file_with_a_row_an_answer_is_needed_whole() -> None:
    mapping = MAPPING.model_copy(
        update={"shape": Shape(kind="answers", item="i", value="v", keys=("client", "date"))}
    )
    _, blocked = either_way(b"client,date,i,v\nA,2026-11-03,1,2\n", mapping, 8)
    assert "each row is an answer" in str(blocked[0])


def test_too_many_repeats_are_refused_with_their_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST_REPEATED", 5)
    data = "\n".join((HEADER, *["A,2026-11-03,0,1,2,3,0,1,2,3,0,12"] * 6)).encode()
    _, blocked = either_way(data, MAPPING, 2)
    assert "Was one export put behind another?" in str(blocked[0])


def test_one_day_with_very_many_other_answers_is_told_at_once() -> None:
    lines = [f"A,2026-11-03,{n % 4},{n // 4 % 4},{n // 16 % 4},{n // 64 % 4},0,1,2,3,0,1"
             for n in range(20_000)]  # fmt: skip
    table = read_csv("a.csv", "\n".join((HEADER, *lines)).encode())
    found = check(table, MAPPING, library()["phq9"], TODAY)
    assert len(found.refused_rows) == 20_000
    assert "rows 3, 4, 5 and 19,918 more have other answers" in found.problems[0].expected
    assert np.array_equal(found.refused_rows, table.row_numbers)
