"""A file read in blocks is the file read whole, whatever the size of the blocks."""

from __future__ import annotations

import dataclasses
import resource
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from attachdash.intake import MOST_LISTED, Problem, ProblemKind, Table, Unreadable, blocks, read_csv
from attachdash.intake.blocks import open_stream
from attachdash.intake.layout import PIECE
from attachdash.intake.loaded import open_in_pieces, read_in_pieces
from attachdash.intake.table import notes_of
from attachdash.intake.titled import open_csv
from tests.intake.conftest import HEADER, ROW
from tests.intake.nasty import all_cases
from tests.intake.test_generated import marked, nearly

SMALL = [one for one in all_cases() if isinstance(one.data, bytes) and one.file.endswith(".csv")]


def joined(parts: list[Table]) -> Table:
    """The one table that the blocks are parts of."""
    first = parts[0]
    empty = sum(one.empty_rows for one in parts)
    return dataclasses.replace(
        first,
        frame=pl.concat([one.frame for one in parts]),
        row_numbers=np.concatenate([one.row_numbers for one in parts]),
        ragged_rows=np.concatenate([one.ragged_rows for one in parts]),
        problems=tuple(one for part in parts for one in part.problems)[:MOST_LISTED],
        empty_rows=empty,
        notes=notes_of(first.encoding, empty),
    )


def plain(table: Table) -> list[object]:
    """All that a table is, to be compared."""
    return [
        one.rows() if isinstance(one, pl.DataFrame) else one.tolist()
        if isinstance(one, np.ndarray) else one
        for one in (getattr(table, field.name) for field in dataclasses.fields(table))
    ]  # fmt: skip


def either_way(data: bytes, rows: int, piece: int, **header: int) -> tuple[object, object]:
    """What the whole file comes to, and what its blocks do: a table, or why it is refused.

    One in memory that is read in pieces must come to the former too.
    """
    found: list[object] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "march.csv"
        path.write_bytes(data)
        for read in (
            lambda: read_csv("march.csv", data, **header),
            lambda: joined(list(open_stream(path, piece=piece, **header).blocks(rows))),
            lambda: read_in_pieces("march.csv", data, lambda: None, piece=piece, **header),
        ):
            try:
                found.append(plain(read()))
            except Unreadable as refusal:
                found.append(refusal.problems)
    assert found[2] == found[0]
    return found[0], found[1]


sizes = {"rows": st.integers(1, 9), "piece": st.integers(1, 90)}


@settings(max_examples=400)
@given(data=st.one_of(marked, nearly.map(lambda end: f"{HEADER}\n{ROW}\n".encode() + end)), **sizes)
@example(data=b"a,b\r\n1,2\r\n", rows=1, piece=4)
@example(data=b"a,b\n1,2\n\xef\xbb\xbf3,4\n", rows=1, piece=9)
@example(data=b'a,b\n1,"2\n3"\n4,5\n', rows=1, piece=3)
@example(data="a,b\nZoë,2\n".encode("cp1252"), rows=1, piece=1)
def test_blocks_of_any_bytes_are_the_whole_file(data: bytes, rows: int, piece: int) -> None:
    whole, blocked = either_way(data, rows, piece)
    assert blocked == whole


cells = st.sampled_from(["", " ", "1", "x,y", 'say "so"', "two\nlines", "é", "€", "2026-11-03"])
lines = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=30)


@settings(max_examples=200)
@given(
    lines=lines,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    header_rows=st.integers(1, 4),
    names_row=st.integers(1, 4),
    **sizes,
)
def test_blocks_of_a_file_as_written_are_the_whole_file(
    lines: list[list[str]], encoding: str, end: str, rows: int, piece: int, header_rows: int,
    names_row: int,
) -> None:  # fmt: skip
    text = end.join(
        ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell
                 for cell in line)
        for line in [["a", "b", "c"], ["d", "e", "f"], *lines]
    )  # fmt: skip
    whole, blocked = either_way(
        text.encode(encoding), rows, piece, header_rows=header_rows, names_row=names_row
    )
    assert blocked == whole


@pytest.mark.parametrize("nasty", SMALL, ids=lambda nasty: nasty.id)
def test_a_nasty_file_is_in_blocks_what_it_is_whole(nasty) -> None:
    for rows, piece in ((2, 64), (100_000, PIECE)):
        whole, blocked = either_way(nasty.data, rows, piece)
        assert blocked == whole


def test_a_row_that_never_ends_is_refused_with_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless.csv"
    with path.open("wb") as out:
        out.write(b'client,note\nC-1,x\nC-2,"')
        for _ in range(100):
            out.write(b"all in one cell, " * 60_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable, match="without its partner") as refusal:
        open_stream(path)
    assert [one.kind for one in refusal.value.problems] == [ProblemKind.TOO_LARGE]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < path.stat().st_size / 2


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes(f"{HEADER}\n{ROW}\n".encode())
    stream = open_stream(path)
    assert [one.total_rows for one in stream.blocks()] == [1]
    path.write_bytes(f"{HEADER}\n{ROW[:-1]}1\n".encode())
    with pytest.raises(Unreadable, match="changed while it was read"):
        list(stream.blocks())


def test_blocks_hold_about_as_many_rows_as_asked_and_keep_the_files_numbers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes((HEADER + f"\n{ROW}" * 25 + "\n").encode())
    stream = open_stream(path)
    parts = list(stream.blocks(10))
    assert stream.rows == 25
    assert [len(one.row_numbers) for one in parts] == [8, 9, 8]
    assert np.concatenate([one.row_numbers for one in parts]).tolist() == list(range(2, 27))


def test_wrong_quotation_marks_beyond_counting_end_the_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MOST_WRONG", 3)
    path = tmp_path / "march.csv"
    path.write_bytes(b"a,b\n" + b'1,x "y" z\n' * 50)
    with pytest.raises(Unreadable) as refusal:
        open_stream(path, piece=20)
    found: tuple[Problem, ...] = refusal.value.problems
    assert [one.kind for one in found] == [ProblemKind.QUOTES]


@pytest.mark.parametrize("titles", ["", "Praxis Muster\n\n", "Praxis;2025\n"])
def test_a_file_with_a_title_is_asked_about_also_in_pieces(titles: str) -> None:
    data = (titles + "code;day;q1;q2\n" + "A;2026-01-02;1;2\n" * 30).encode()
    pieces, whole = open_in_pieces("m.csv", data, lambda: None), open_csv("m.csv", data)
    assert type(pieces) is type(whole)
    if isinstance(pieces, Table) and isinstance(whole, Table):
        assert plain(pieces) == plain(whole)
    else:
        assert pieces == whole
