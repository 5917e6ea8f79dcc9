"""Wild input never escapes as another error, and right files come in exactly."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attachdash.instruments import BLANK, library
from attachdash.intake import Mapping, Unreadable, propose, read_csv
from attachdash.intake.codes import is_no_code
from tests.intake.checked import check
from tests.intake.conftest import HEADER, PHQ9, ROW, TODAY

PATTERNS = {"iso": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}
MAPPING = Mapping(
    instrument="phq9", client="client", answered_on="date", date_format="iso", items=PHQ9
)

# Bytes that are nearly a file, so that more than the first check is reached.
pieces = st.sampled_from(
    [
        *(b",", b";", b"\t", b"|", b"\n", b"\r\n", b"\r", b'"', b'""', b" "),
        *(b"0", b"3", b"99", b"-1", b"1e5", b"NaN", b"9" * 30, b"2026-11-03", b"03.11.2026"),
        *(b"client", b"date", b"phq9_1", b"C-1", b"=1", HEADER.encode(), ROW.encode() + b"\n"),
        *(b"\xe9", b"\xc3\xa9", b"\x00", b"\x1a", b"\xe2\x80\xa8", codecs.BOM_UTF8),
    ]
)
nearly = st.lists(pieces, max_size=40).map(b"".join)
marked = st.tuples(
    st.sampled_from(
        [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"PK\x03\x04"]
    ),
    st.one_of(st.binary(max_size=200), nearly),
).map(b"".join)


def use(data: bytes) -> None:
    """All that is done with a file; only a refusal in words may come out."""
    try:
        table = read_csv("a.csv", data)
        for problem in table.problems:
            assert str(problem)
        proposal = propose(table, library(), TODAY)
        assert table.frame.height == len(table.row_numbers)
        check(table, proposal.mapping or MAPPING, library()["phq9"], TODAY)
    except Unreadable as refusal:
        said = refusal
    else:
        return
    assert said.problems
    assert str(said)


@settings(max_examples=300)
@given(marked)
@example(b'a,b\n"')
@example(b'a,b\n"\n"')
@example(b'a,b\n"",""')
@example(b'"",""\n"",""')
@example(b"a,b\n\r")
@example(b"a,b\n\x0b,\x0c\n")
def test_arbitrary_bytes_are_read_or_refused_in_words(data):
    use(data)


@settings(max_examples=300)
@given(nearly)
def test_bytes_below_a_right_header_are_checked_or_refused_in_words(data):
    use(HEADER.encode() + b"\n" + ROW.encode() + b"\n" + data)


cell_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=6
)


@given(
    st.lists(st.lists(cell_text, min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_cells_come_out_as_the_csv_module_wrote_them(rows, delimiter, quoting, line_end):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    # The first row shows the separator.
    written = [["x", "y", "z"], *rows]
    writer.writerows([["aa", "bb", "cc"], *written])
    table = read_csv("a.csv", out.getvalue().encode())
    kept = [row for row in written if any(cell.strip() for cell in row)]
    assert [list(row) for row in table.frame.rows()] == kept
    numbers = [number for number, row in enumerate(written, 2) if any(c.strip() for c in row)]
    assert table.row_numbers.tolist() == numbers


codes = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
    lambda code: unicodedata.normalize("NFKC", code) == code and not is_no_code(code)
)
answer = st.integers(-1, 3)
right_row = st.tuples(
    codes,
    st.integers(0, 40_000),
    st.lists(answer, min_size=9, max_size=9).filter(lambda a: max(a) >= 0),
)


@given(
    rows=st.lists(right_row, min_size=1, max_size=12, unique_by=lambda row: row[:2]),
    delimiter=st.sampled_from(",;\t|"),
    written=st.sampled_from(list(PATTERNS)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    blank=st.sampled_from(["", " ", "NA", "-9"]),
    low=st.sampled_from([0, 1]),
    order=st.permutations(range(11)),
)
def test_right_files_come_in_exactly(rows, delimiter, written, encoding, blank, low, order):
    days = [TODAY - timedelta(days=back) for _, back, _ in rows]
    lines = [["client", "date", *PHQ9]]
    for (code, _, answers), day in zip(rows, days, strict=True):
        cells = [blank if answer == BLANK else str(answer + low) for answer in answers]
        lines.append([code, day.strftime(PATTERNS[written]), *cells])
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([[line[i] for i in order] for line in lines])
    mapping = MAPPING.model_copy(
        update={"date_format": written, "coding_low": low, "missing": ("NA", "-9")}
    )
    table = read_csv("a.csv", out.getvalue().encode(encoding))
    checked = check(table, mapping, library()["phq9"], TODAY)
    assert checked.problems == ()
    assert checked.client_code.to_list() == [code for code, _, _ in rows]
    assert checked.answered_on.to_list() == days
    assert checked.answers.tolist() == [answers for _, _, answers in rows]


@settings(max_examples=300)
@given(
    cell=st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
        st.from_regex(r"[ +-]?0?[0-9a-zN.,%_]{0,4}", fullmatch=True),
        st.sampled_from(
            ["0", "00", "0.0", "-0", "+0", "0,0", "0e0", ".0", "0.", "O", "٠", "０", "0x0"]
        ),
    ),
    missing=st.sampled_from([(), ("99", "NA"), ("0",), ("",)]),
    low=st.sampled_from([None, 0, 1]),
)
def test_h03_no_cell_becomes_the_lowest_answer_unless_it_says_so(cell, missing, low):
    out = io.StringIO()
    csv.writer(out).writerows([["client", "date", *PHQ9], ["C", "2026-11-03", cell, *"12312312"]])
    mapping = MAPPING.model_copy(update={"missing": missing, "coding_low": low})
    try:
        checked = check(
            read_csv("a.csv", out.getvalue().encode()), mapping, library()["phq9"], TODAY
        )
    except Unreadable:
        return
    if checked.n and checked.answers[0, 0] == 0:
        plain = cell.strip()
        assert plain.isascii()
        assert plain.strip("0.") == ("1" if low == 1 else "")
        assert plain[:1].isdigit()
        assert plain not in missing


@given(
    st.lists(st.sampled_from(["", "1", "3", "4", "x", "NaN"]), min_size=9, max_size=9), st.data()
)
def test_every_row_is_kept_refused_or_repeated(cells, data):
    rows = data.draw(st.lists(st.sampled_from([cells, list("012301230"), [""] * 9]), max_size=5))
    body = "".join(f"C,2026-11-03,{','.join(row)}\n" for row in rows)
    table = read_csv("a.csv", f"{HEADER}\n{ROW}\n{body}".encode())
    mapping = MAPPING.model_copy(update={"coding_low": 0})
    checked = check(table, mapping, library()["phq9"], TODAY)
    assert checked.n + len(checked.refused_rows) + checked.repeated_same == checked.total_rows
    assert {p.row for p in checked.problems} == set(checked.refused_rows.tolist())
    assert sum(checked.counts.values()) == len(checked.problems)
    assert np.isin(checked.answers, [BLANK, 0, 1, 2, 3]).all()


def test_the_order_of_rows_changes_nothing():
    rows = [f"C-{i % 3},2026-11-0{1 + i % 2}," + ",".join([str(i // 6)] * 9) for i in range(12)]
    rows += ["C-9,2026-11-03,0,0,0,0,0,0,0,0,0"] * 2
    seen = set()
    for turn in range(len(rows)):
        body = "\n".join(rows[turn:] + rows[:turn])
        checked = check(
            read_csv("a.csv", f"{HEADER}\n{body}".encode()), MAPPING, library()["phq9"], TODAY
        )
        seen.add(
            (
                tuple(sorted(checked.client_code.to_list())),
                len(checked.problems),
                checked.repeated_same,
            )
        )
    assert seen == {(("C-9",), 12, 1)}


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_of_bad_rows_alone_keeps_nothing(rows):
    body = f"{HEADER}\nC-1,soon\n" + "C-2,2026-11-03,x,x,x,x,x,x,x,x,x\n" * rows
    checked = check(
        read_csv("a.csv", body.encode()), MAPPING, library()["phq9"], date(2026, 11, 24)
    )
    assert (checked.n, len(checked.refused_rows)) == (0, 1 + rows)
    assert checked.answers.shape == (0, 9)
