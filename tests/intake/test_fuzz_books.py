"""A damaged workbook is read as it was, or refused in words.

The reading process is run inside this one: started anew for each case it would take minutes.
"""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attachdash.instruments import library
from attachdash.intake import Mapping, Unreadable, workbook, workbook_child
from tests.fuzzing import fuzz
from tests.intake.books import (
    BOOK,
    NAMES,
    ROW,
    SHARED,
    SHEET,
    book,
    packed,
    parts,
    read_file,
    shared,
)
from tests.intake.checked import check
from tests.intake.conftest import PHQ9, TODAY
from tests.intake.test_fuzz import told, whole

PLAIN = book(NAMES, ROW, ("C-1", "2026-11-04", *"012301230"))
TABLED = shared(PLAIN)
PARTS = [SHEET, SHEET, SHEET, BOOK, SHARED, "xl/styles.xml", "[Content_Types].xml",
         "xl/_rels/workbook.xml.rels"]  # fmt: skip
PIECES = st.sampled_from(
    ["", "<", ">", "</row>", "<row>", '<c r="B2"><v>3</v></c>', '<c t="s"><v>9</v></c>',
     ' t="b"', ' t="e"', ' s="99"', ' r="XFD1048576"', '"', "&amp;", "&#0;", "&x;", "<f>1+1</f>",
     "<!DOCTYPE a>",
     "\x00", "1e999", "-1", "\ud7ff", ' hidden="1"', '<mergeCell ref="A1:ZZ9"/>',
     "<is><t>x</t></is>",
     "9" * 400, "<!--", "]]>", '<?xml version="1.1"?>']
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _inside() -> Any:
    """The reader runs here, without the limits that a process of its own has."""

    def run(_command: list[str], stdin: Any, stdout: Any, **_: Any) -> SimpleNamespace:
        written = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stdin.read())))
            patch.setattr(sys, "stdout", written)
            code = workbook_child.main(0, 0, 0, 2_000)
        stdout.write(written.getvalue().encode())
        return SimpleNamespace(returncode=code)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_child, "limit", lambda *_: None)
        patch.setattr(workbook.subprocess, "run", run)
        yield


def test_what_is_whole_is_read() -> None:
    for data in (PLAIN, TABLED):
        assert read_file("a.xlsx", data).frame.height == 2


@fuzz
@given(
    st.sampled_from([PLAIN, TABLED]),
    st.lists(st.tuples(st.integers(4, len(PLAIN)), st.integers(0, 255)), min_size=1, max_size=4),
    st.one_of(st.none(), st.integers(0, len(PLAIN))),
)
@example(PLAIN, [(4, 20)], 0)
def test_bytes_that_were_changed_change_no_cell(data, wounds, cut):
    right = read_file("a.xlsx", data).frame.rows()
    damaged = bytearray(data)
    for at, byte in wounds:
        damaged[at % len(damaged)] = byte
    try:
        table = read_file("a.xlsx", b"PK\x03\x04" + bytes(damaged[4:cut]))
    except Unreadable as refusal:
        told(refusal)
        return
    assert table.frame.rows() == right


@fuzz
@given(
    st.sampled_from([PLAIN, TABLED]), st.sampled_from(PARTS),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40), PIECES), min_size=1, max_size=2),
)  # fmt: skip
def test_parts_that_were_changed_are_read_or_refused_in_words(data, part, wounds):
    contents = parts(data)
    body = contents.get(part, b"").decode()
    for at, length, piece in wounds:
        at %= len(body) + 1
        body = body[:at] + piece + body[at + length :]
    mapping = Mapping(
        instrument="phq9", client="client", answered_on="date", date_format="iso", items=PHQ9
    )
    try:
        table = read_file("a.xlsx", packed(contents | {part: body.encode()}))
        checked = check(table, mapping, library()["phq9"], TODAY)
    except Unreadable as refusal:
        told(refusal)
    else:
        whole(checked)
