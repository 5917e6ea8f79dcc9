"""Whatever a file holds: what comes in is what a slow reader of the same cells says, or nothing.

500 cases of each property, 10,000 in `make test-long`; one that takes 30 seconds has failed.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, example, given
from hypothesis import strategies as st

from attachdash.instruments import library
from attachdash.intake import Checked, Mapping, Table, Unreadable, propose, read_csv
from attachdash.intake.headers import second_is_header
from attachdash.intake.propose_shape import propose_shape
from attachdash.intake.shapes import KINDS, Shape
from attachdash.practice.reading import typed
from tests.fuzzing import fuzz
from tests.intake import oracle
from tests.intake.checked import check
from tests.intake.conftest import HEADER, ROW, TODAY

UCLA, CSI, ORS, ECR = (library()[name] for name in ("ucla3", "csi4", "ors", "ecr_r"))

# Files that are nearly right, by their bytes.
cells = st.sampled_from(
    ["", " ", "0", "1", "2", "3", "99", "-1", "NA", "2026-11-03", "03.11.2026", "46329", "K-1",
     "client", "date", "phq9_1", "phq9_2", "item", "value", "time", "pre", "2m", "bdi.pre",
     "bdi.2m", "often", "1,5", "=1+1", "a\u200bb", "\u202eabc", "Zoë", "\ufeff", "x\ny", 'say "so"',
     "\u0661", "Q1", "Q2", "code", "phq9_total"]
)  # fmt: skip
encodings = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32",
     "cp500", "cp437"]
)  # fmt: skip
wounds = st.sampled_from(
    [b"\x00", b'"', b'""', b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"\xff", b"\xe9", b"\x1a",
     b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xe2\x80\xae", b"\xff\xfe", b"<html>", b"PK\x03\x04"]
)  # fmt: skip


def as_file(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


@st.composite
def written(draw: st.DrawFn) -> bytes:
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=5))
    if draw(st.booleans()):
        rows = [HEADER.split(","), ROW.split(","), *rows]
    if rows and draw(st.booleans()):
        rows[-1] = rows[-1][:-1]
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    if draw(st.booleans()):
        data = as_file(rows, delimiter, end)
    else:  # nothing is quoted
        data = "".join(delimiter.join(row) + end for row in rows).encode()
    data = data.decode().encode(draw(encodings), errors="replace")
    for at, wound in draw(st.lists(st.tuples(st.integers(0, 200), wounds), max_size=2)):
        data = data[:at] + wound + data[at:]
    return data[: draw(st.integers(1, 400))] if draw(st.booleans()) else data


def told(refusal: Unreadable) -> None:
    """A refusal says in words what is wrong; none of them is a program's."""
    assert refusal.problems
    for one in refusal.problems:
        assert one.file
        assert one.expected
        assert str(one).isprintable()


@fuzz
@given(written(), st.sampled_from([(1, 1), (2, 1), (2, 2)]), st.sampled_from([None, "phq9"]))
@example(b"a,b\n1,2\n", (2, 2), None)
def test_any_file_is_read_and_looked_at_or_refused_in_words(data, header, chosen):
    try:
        table = read_csv("a.csv", data, header_rows=header[0], names_row=header[1])
    except Unreadable as refusal:
        told(refusal)
        return
    second_is_header(table)
    for kind in (None, *KINDS):
        guess = propose_shape(table, TODAY, kind)
        assert set(guess.keys) <= set(table.columns)
    proposal = propose(table, library(), TODAY, instrument=chosen)
    assert [one.column for one in proposal.columns] == list(table.columns)
    if proposal.mapping and proposal.mapping.date_format:
        try:
            checked = check(table, proposal.mapping, library()[proposal.mapping.instrument], TODAY)
        except Unreadable as refusal:
            told(refusal)
        else:
            whole(checked)


def whole(checked: Checked) -> None:
    """Each row is kept, refused or repeated, and each refused one has its problem."""
    assert checked.n + len(checked.refused_rows) + checked.repeated_same == checked.total_rows
    assert {one.row for one in checked.problems} == set(checked.refused_rows.tolist())


@fuzz
@given(written())
@example(b'a,b\n"x\n\ny",2\n\n3,4\n')
@example(b"a,b\n\xef\xbb\xbfK-1,0\n")
def test_what_is_read_is_what_the_csv_module_reads(data):
    try:
        table = read_csv("a.csv", data)
    except Unreadable:
        return
    text = data.decode({"windows-1252": "cp1252"}.get(table.encoding, table.encoding))
    rows = oracle.rows_of(text.removeprefix("\ufeff"), table.delimiter)
    width = len(rows[0])
    numbered = [(number, row) for number, row in enumerate(rows[1:], start=2) if row]
    right = [
        (number, row) for number, row in numbered
        if len(row) == width and any(cell.strip() for cell in row)
    ]  # fmt: skip
    assert [list(row) for row in table.frame.rows()] == [row for _, row in right]
    assert table.row_numbers.tolist() == [number for number, _ in right]
    assert table.ragged_rows.tolist() == [n for n, row in numbered if len(row) != width]


# Cells that are nearly right, by what they should say.
CODES = st.one_of(
    st.sampled_from(["A", "B", "B", "a ", "007", "7", "Ä-1", "_x"]),
    st.sampled_from(["", "NA", "n/a", "#N/A", "-", ".", "Null", "=1", "Ｃ", "C\u200b", "C²",
                     "x" * 41, "a b", "1e5", "Zoe\u0308", "?", "@x", "a;b", "\xa0C"]),
    st.text(max_size=3),
)  # fmt: skip
DAYS = {
    "iso": ["2026-11-03", "2026-11-03 ", "2024-02-29", "2026-11-04", "1900-01-01"],
    "dmy": ["3.11.2026", "03/11/2026", "1-1-1900", "31.10.2026", "03.11.2026"],
    "mdy": ["11/3/2026", "11.03.2026", "1-1-1900", "10/31/2026", "11/03/2026"],
    "excel1900": ["46329", "46329.0", "1", "59", "61", "46330."],
    "excel1904": ["44867", "44867.00", "0", "44868"],
}
BAD_DAYS = [
    *("", "2026-11-25", "1899-12-31", "2025-02-29", "60", "0", "46351", "44889", "46329.5", "x"),
    *("٣.١١.٢٠٢٦", "3.11.26", "3.11/2026", "2026-1-1", "+46329", "999999", "2026-11-03T00:00"),
    *("1.13.2026", "13.1.2026", "0.1.2026", "2026/11/03", "20261103", "-1", "1e4"),
]
ODD_ANSWERS = [
    *("", " ", "NA", "na ", "99", "99.0", "-9", "declined", "Not applicable", "often", "OFTEN "),
    *("Never", "oft", "2.0", "02", "2.5", "2,0", "+1", "-0", "0", "-1", "7", "8", "10.1", "1e0"),
    *("٢", "２", "²", "1 2", "0x1", "True", "inf", "nan", "1_0", "2\u200b", "00000000000002"),
    *("1.0000000000000001", "1.00000000000000001", "32768", "65537", "9" * 20, "7.3", "7.35", ".5"),
    *("3.", "0.1", "0.30000000000000004", "5", "6", "\xa03", "3\x0b", "100", "100.1"),
]
answers = st.one_of(
    st.sampled_from(["1", "2", "3", " 2"]), st.sampled_from(ODD_ANSWERS), st.text(max_size=2)
)
MISSING = st.sampled_from(
    [(), ("NA",), ("NA ", "-9"), ("99",), ("declined", "not applicable"), ("",)]
)
WORDS = st.sampled_from([{}, {"often": 2, "never": 1}, {" Often ": 3, "Never": None, "oft": 1}])


def cleared(text: str) -> str:
    """A cell as a file can hold it: no half letters, no zero bytes, one kind of line break."""
    text = text.encode("utf-8", "ignore").decode()
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")


@st.composite
def forms(draw: st.DrawFn, names: tuple[str, ...], answer: Any) -> tuple[str, list[list[str]]]:
    way = draw(st.sampled_from(list(DAYS)))
    day = st.one_of(st.sampled_from(DAYS[way]), st.sampled_from([*DAYS[way], *BAD_DAYS]))
    row = st.tuples(
        CODES, day, st.sampled_from(["", "", "", "2", "2 ", "=1", "x" * 41, "a\u200b"]),
        *[answer] * len(names),
    )  # fmt: skip
    rows = [[cleared(cell) for cell in one] for one in draw(st.lists(row, min_size=1, max_size=5))]
    assume(any(cell.strip() for one in rows for cell in one))  # else it is refused as empty
    # Alike rows by chance alone would be few.
    return way, rows + draw(st.lists(st.sampled_from(rows), max_size=2))


def compare(table: Table, mapping: Mapping, said: oracle.Said, rows: list[list[str]]) -> None:
    """What is accepted is exactly what the slow reader accepts."""
    try:
        checked = check(table, mapping, said.instrument, TODAY)
    except Unreadable as refusal:
        told(refusal)
        return
    whole(checked)
    numbered = [
        (number, dict(zip(table.columns, row, strict=True)))
        for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)
    ]  # fmt: skip
    expected = oracle.kept(numbered, said, TODAY, code=mapping.client, day=mapping.answered_on)
    same(checked, expected)


def same(checked: Checked, expected: list[oracle.Row]) -> None:
    values = checked.answers if checked.answers is not None else checked.scores
    assert values is not None
    found = [
        (number, code, day, which, tuple(row))
        for (number, code, day, which), row in zip(
            checked.rows.rows(), values.tolist(), strict=True
        )
    ]  # fmt: skip
    assert str(found) == str([(*one[:4], tuple(_plain(v) for v in one[4])) for one in expected])


def _plain(value: float) -> float:
    return value if isinstance(value, int) or value != value else float(value)


ITEMS = {
    one.id: tuple(f"i{number}" for number in range(1, len(one.items) + 1))
    for one in (UCLA, CSI, ORS)
}


@fuzz
@given(st.data(), st.sampled_from([UCLA, CSI, ORS]), MISSING, WORDS,
       st.sampled_from([None, 0, 1, 2]), st.booleans(), st.sampled_from(",;\t|"))  # fmt: skip
def test_answers_come_in_as_a_slow_reader_reads_them(
    data, instrument, missing, words, low, occasion, delimiter
):
    names = ITEMS[instrument.id]
    way, rows = data.draw(forms(names, answers))
    said = oracle.Said(
        instrument=instrument, written=way, items=names, missing=missing, words=words, low=low,
        occasion="occ" if occasion else None,
    )  # fmt: skip
    mapping = Mapping(
        instrument=instrument.id, client="who", answered_on="day", date_format=way, items=names,
        missing=missing, words=words, coding_low=low, occasion=said.occasion,
    )  # fmt: skip
    table = read_csv("a.csv", as_file([["who", "day", "occ", *names], *rows], delimiter))
    compare(table, mapping, said, rows)


@fuzz
@given(st.data(), MISSING, st.sampled_from(",;"))
def test_ready_scores_come_in_as_a_slow_reader_reads_them(data, missing, delimiter):
    number = st.one_of(
        answers, st.sampled_from(["1,5", "6.999999", "3,25", "1.234,5", "7,0", ",5"])
    )
    way, rows = data.draw(forms(("anx", "avo"), number))
    scores = (("anxiety", "anx"), ("avoidance", "avo"))
    said = oracle.Said(
        instrument=ECR, written=way, scores=scores, missing=missing, comma=delimiter == ";",
        occasion="occ",
    )  # fmt: skip
    mapping = Mapping(
        instrument="ecr_r", client="who", answered_on="day", date_format=way, missing=missing,
        scores=dict(scores), occasion="occ",
    )  # fmt: skip
    table = read_csv("a.csv", as_file([["who", "day", "occ", "anx", "avo"], *rows], delimiter))
    compare(table, mapping, said, rows)


@fuzz
@given(st.lists(st.tuples(st.sampled_from("12"), st.sampled_from("123"), st.sampled_from("3"),
                          st.sampled_from(["4", "5", "6", "6.0", "6.4", "05", "", "NA", "x", "6,0",
                                           "5.999", "7", "4.95", "٦", "-5"])),
                min_size=1, max_size=6), st.sampled_from(",;"))  # fmt: skip
def test_each_total_that_is_not_the_sum_of_its_row_is_shown_and_no_other(rows, delimiter):
    names = ITEMS["ucla3"]
    body = [["A", f"2026-11-{day:02}", *row] for day, row in enumerate(rows, start=1)]
    table = read_csv("a.csv", as_file([["who", "day", *names, "sum"], *body], delimiter))
    mapping = Mapping(
        instrument="ucla3", client="who", answered_on="day", date_format="iso", items=names,
        totals={"total": "sum"}, missing=("NA",),
    )  # fmt: skip
    checked = check(table, mapping, UCLA, TODAY)
    wrong = []
    for number, row in enumerate(rows, start=2):
        text = row[3].replace(",", ".") if delimiter == ";" else row[3]
        says = oracle.number_of(text)
        decimals = len(text.partition(".")[2])
        off = None if says is None else abs(says - sum(map(int, row[:3])))
        if row[3] in ("", "NA") or (off is not None and off * 2 * 10**decimals <= bool(decimals)):
            continue
        wrong.append((number, row[3], sum(map(int, row[:3]))))
    found = checked.mismatches.select("row_number", "theirs", "ours").rows()
    assert found == wrong
    assert checked.n == len(rows)


@fuzz
@given(st.data(), MISSING, st.booleans())
def test_a_file_of_one_answer_a_row_comes_in_as_a_slow_reader_reads_it(data, missing, nominal):
    item = st.sampled_from(["1", "2", "3", "3", "01", "2.0", "", "4", "who"])
    row = st.tuples(
        st.sampled_from(["A", "B", "A ", "NA"]), st.sampled_from(["2026-11-03", "2026-11-04", "x"]),
        item, st.one_of(st.sampled_from("123"), answers).map(cleared),
    )  # fmt: skip
    rows = [list(one) for one in data.draw(st.lists(row, min_size=1, max_size=9))]
    shape = Shape(kind="answers", keys=("who", "day"), item="item", value="value")
    names = ("item 1", "item 2", "item 3")
    mapping = Mapping(
        instrument="ucla3", client="who", answered_on="day", date_format="iso", items=names,
        missing=missing, shape=shape,
    )  # fmt: skip
    made: dict[tuple[str, str], dict[str, str]] = {}
    first: dict[tuple[str, str], int] = {}
    broken: set[tuple[str, str]] = set()
    for number, (who, day, which, value) in enumerate(rows, start=2):
        key = (who.strip(), day.strip())
        first.setdefault(key, number)
        own = made.setdefault(key, {})
        name = which if not which or which == "who" else str(int(float(which)))
        if own.setdefault(name, value.strip()) != value.strip() or not name:
            broken.add(key)
    said = oracle.Said(instrument=UCLA, items=names, missing=missing)
    assembled = [
        (first[key], {"who": key[0], "day": key[1],
                      **{f"item {n}": own.get(str(n), "") for n in (1, 2, 3)}})
        for key, own in made.items() if key not in broken
    ]  # fmt: skip
    table = read_csv("a.csv", as_file([["who", "day", "item", "value"], *rows]))
    try:
        checked = check(table, mapping, UCLA, TODAY)
    except Unreadable as refusal:
        told(refusal)
        return
    same(checked, oracle.kept(assembled, said, TODAY, code="who", day="day"))


@fuzz
@given(st.data(), st.integers(2, 3), MISSING)
def test_a_file_of_one_person_a_row_comes_in_as_a_slow_reader_reads_it(data, times, missing):
    labels = ["pre", "2m", "post"][:times]
    row = st.tuples(st.sampled_from(["A", "B", "C", "NA", ""]), *[answers] * (3 * times))
    rows = [[cleared(c) for c in one] for one in data.draw(st.lists(row, min_size=1, max_size=3))]
    assume(any(cell.strip() for one in rows for cell in one))  # else it is refused as empty
    header = ["who", *(f"u_{item}_{label}" for label in labels for item in (1, 2, 3))]
    table = read_csv("a.csv", as_file([header, *rows]))
    guess = propose_shape(table, TODAY)
    assert [one.label for one in guess.points] == labels
    days = {"pre": 0, "2m": 61, "post": 90}
    shape = Shape(
        kind="times", points=guess.points,
        nominal={"start": date(2026, 1, 1), "days": {one: days[one] for one in labels}},
    )  # fmt: skip
    names = ("u_1", "u_2", "u_3")
    mapping = Mapping(
        instrument="ucla3", client="who", answered_on="(nominal day)", date_format="iso",
        items=names, missing=missing, shape=shape,
    )  # fmt: skip
    said = oracle.Said(instrument=UCLA, items=names, missing=missing)
    assembled = [
        (number, {"who": row[0], "day": str(date(2026, 1, 1) + timedelta(days[label])),
                  **dict(zip(names, row[1 + 3 * at : 4 + 3 * at], strict=True))})
        for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)
        for at, label in enumerate(labels)
    ]  # fmt: skip
    try:
        checked = check(table, mapping, UCLA, TODAY)
    except Unreadable as refusal:
        told(refusal)
        return
    same(checked, oracle.kept(assembled, said, TODAY, code="who", day="day"))


@fuzz
@given(st.sampled_from([UCLA, CSI, ORS]), st.data())
def test_what_is_typed_from_paper_is_what_stands_there(instrument, data):
    typing = st.one_of(answers, st.sampled_from(["d", "D", "-", "–", "7,3", "1,0", ",", "dd"]))
    texts = [data.draw(typing) for _ in instrument.items]
    found, wrong = typed(instrument, texts)
    said = oracle.Said(instrument=instrument, missing=("-", "–"))
    bad = []
    for text, item, answer in zip(texts, instrument.items, found, strict=True):
        if text.strip() in ("d", "D"):
            assert answer == -2
            continue
        expected = oracle.steps_of(text.replace(",", "."), item.low, item.high, said)
        assert answer == (-1 if expected is None else expected)
        if expected is None:
            bad.append((item, text.strip()))
    assert [(item, text) for item, text, _ in wrong] == bad
