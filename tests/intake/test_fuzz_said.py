"""Whatever is said of a file, or stands in a saved mapping: it is followed, or refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from attachdash.intake import Mapping, Unreadable, read_csv
from attachdash.intake.shapes import KINDS, Shape, shaped
from tests.fuzzing import fuzz
from tests.intake.checked import check
from tests.intake.conftest import TODAY
from tests.intake.test_fuzz import DAYS, UCLA, as_file, told


def changed(right: st.SearchStrategy[Any], changes: dict[str, st.SearchStrategy[Any]]) -> Any:
    """Mostly right: two at most of what is said are something else."""
    each = [st.tuples(st.just(name), value) for name, value in changes.items()]
    return st.tuples(right, st.lists(st.one_of(each), max_size=2)).map(
        lambda drawn: drawn[0] | dict(drawn[1])
    )


COLUMNS = ["who", "day", "item", "value", "start", "u.pre", "u.post"]
columns = st.sampled_from([*COLUMNS, "absent", "(client)", ""])
some = st.one_of(st.none(), columns)
RIGHT_SHAPES = st.sampled_from(
    [{}, {"kind": "answers", "keys": ["who", "day"], "item": "item", "value": "value"},
     {"kind": "times", "points": [{"label": "pre", "columns": {"u": "u.pre", "v": "value"}},
                                  {"label": "post", "columns": {"u": "u.post"}}]}]
)  # fmt: skip
NOMINALS = changed(
    st.sampled_from(
        [{"start": "2026-01-01", "days": {"pre": 0, "post": 84}},
         {"start_column": "start", "start_format": "iso", "column": "day", "days": {"pre": 0}}]
    ),
    {
        "column": some, "start_column": some,
        "days": st.dictionaries(
            st.sampled_from(["pre", "post", "1", "", "2026-11-03"]),
            st.sampled_from([0, 84, -1, 36_525, -36_525, 36_526, 10**30]), max_size=3,
        ),
        "start": st.sampled_from([None, "2026-01-01", "0001-01-01", "9999-12-31", "x"]),
        "start_format": st.sampled_from([None, "iso", "excel1900", "dmy"]),
    },
)  # fmt: skip
SHAPE_CHANGES = {
        "kind": st.sampled_from([*KINDS, "x"]),
        "points": st.lists(
            st.fixed_dictionaries(
                {"label": st.sampled_from(["pre", "post", ""]),
                 "columns": st.dictionaries(st.sampled_from(["u", "who"]), columns, max_size=2)}
            ), max_size=3,
        ),
        "keys": st.lists(columns, max_size=3), "part": some, "item": some, "value": some,
        "row_is_client": st.booleans(), "client": st.sampled_from([None, "K", "", "NA", "=1"]),
        "nominal": st.one_of(st.none(), NOMINALS),
}  # fmt: skip
SHAPES = changed(RIGHT_SHAPES, SHAPE_CHANGES)
RIGHT = {
    "instrument": "ucla3", "client": "who", "answered_on": "day", "date_format": "iso",
    "items": ["item", "value", "u.pre"],
}  # fmt: skip
MAPPING_CHANGES = {
        "client": columns, "answered_on": columns,
        "date_format": st.sampled_from([None, *DAYS, "x"]),
        "items": st.lists(columns, max_size=4),
        "scores": st.dictionaries(st.sampled_from(["total", "x"]), columns, max_size=2),
        "totals": st.dictionaries(st.sampled_from(["total", "x"]), columns, max_size=2),
        "occasion": some,
        "informant": st.sampled_from(["self", "partner", "x"]),
        "coding_low": st.sampled_from([None, 0, 1, 2, -5, 32_767, 40_000, -40_000, 10**30]),
        "missing": st.lists(st.sampled_from(["", "NA", "1", "2", "-9", "x" * 50]), max_size=2),
        "words": st.dictionaries(
            st.sampled_from(["often", " ", "1", "NA", "x"]),
            st.sampled_from([None, 0, 1, 3, -1, 99, 10**30]), max_size=2,
        ),
        "shape": SHAPES,
}  # fmt: skip
MAPPINGS = changed(st.just(RIGHT), MAPPING_CHANGES)
FILE = as_file(
    [COLUMNS, ["A", "2026-11-03", "1", "2", "2026-01-01", "1", "2"],
     ["A", "2026-11-03", "2", "often", "46023", "3", ""], ["B", "pre", "", "2", "", "", "NA"]]
)  # fmt: skip


@fuzz
@given(SHAPES)
def test_any_layout_that_can_be_said_fits_the_file_or_is_refused_in_words(said):
    try:
        shape = Shape.model_validate(said)
    except ValidationError:
        return
    table = read_csv("a.csv", FILE)
    try:
        made = shaped(table, shape, TODAY)
    except Unreadable as refusal:
        told(refusal)
        return
    assert made.frame.columns == list(made.columns)
    assert made.frame.height == len(made.row_numbers)
    for name in made.columns:
        for at in range(made.frame.height):
            row, column = made.place(at, name)
            assert 2 <= row <= 4
            assert column in table.columns or column in made.columns


@fuzz
@given(MAPPINGS)
def test_any_meaning_that_can_be_said_fits_the_file_or_is_refused_in_words(said):
    try:
        mapping = Mapping.model_validate(said)
    except ValidationError:
        return
    assert Mapping.model_validate_json(mapping.model_dump_json()).sha256 == mapping.sha256
    try:
        checked = check(read_csv("a.csv", FILE), mapping, UCLA, TODAY)
    except Unreadable as refusal:
        told(refusal)
        return
    if checked.answers is not None:
        assert np.isin(checked.answers, [-3, -2, -1, 1, 2, 3]).all()


SAVED = Mapping(
    instrument="ucla3", client="who", answered_on="day", date_format="iso",
    items=("item", "value", "u.pre"), words={"often": 2}, missing=("NA",),
).model_dump_json()  # fmt: skip


@fuzz
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SAVED)), st.integers(0, 30),
            st.sampled_from(["", '"', "{", "[", "]", "null", "1e999", "\\u0000", "\\ud800", "-0",
                             "true", ",", "\u202e", '"x":{}', "1" * 5000]),
        ), min_size=1, max_size=3,
    )
)  # fmt: skip
@example([(0, 0, "[" * 100_000)])
def test_a_saved_mapping_that_was_damaged_is_none_or_is_refused_in_words(wounds):
    body = SAVED
    for at, length, text in wounds:
        body = body[:at] + text + body[at + length :]
    try:
        mapping = Mapping.model_validate_json(body)
    except ValidationError:
        return
    assert mapping.sha256
    if mapping.instrument == "ucla3":
        try:
            check(read_csv("a.csv", FILE), mapping, UCLA, TODAY)
        except Unreadable as refusal:
            told(refusal)
