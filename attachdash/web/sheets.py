"""Where a file's column names stand: which sheet, which row, and what the row below them is."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import streamlit as st

from attachdash.practice.reading import Sheet, Titled, Workbook, joined, letters, shown
from attachdash.practice.rights import Viewer
from attachdash.web import import_draft as drafts
from attachdash.web import look, tables
from attachdash.web.import_draft import Headed, number

FIRST_ROWS = 5
FIRST_COLUMNS = 8


def ask(viewer: Viewer, file: Workbook | Titled | Headed) -> Callable[[], None] | None:
    """Ask; what then goes on with the file, None until all is said. It may raise Unreadable."""
    if isinstance(file, Workbook):
        return partial(drafts.choose, file, *_sheet(file))
    if isinstance(file, Titled):
        return partial(drafts.read_below, viewer, file, *_names_row(file, "file"))
    said = _header(file)
    return None if said is None else partial(drafts.read_again, viewer, file, *said)


def _sheet(book: Workbook) -> tuple[str, int, int | None]:
    """Which sheet holds the answers, and in which of its rows the names stand."""
    sheets = book.sheets
    place = st.selectbox(
        "Sheet",
        range(len(sheets)),
        index=sheets.index(book.proposed),
        format_func=lambda at: (
            f"{sheets[at].name} · {tables.counted(sheets[at].row_count, 'row')}"
            + (" · hidden" if sheets[at].is_hidden else "")
        ),
        key=f"import{number()}_sheet",
    )
    sheet = sheets[place]
    return sheet.name, *_names_row(sheet, "sheet", str(place))


def _names_row(file: Sheet | Titled, what: str, place: str = "") -> tuple[int, int | None]:
    """In which row the names stand, and in which those of groups of columns, if any."""
    row = int(
        st.number_input(
            "Row of the column names", min_value=1, value=file.names_row, width=240,
            key=f"import{number()}_header{place}",
        )
    )  # fmt: skip
    groups = None
    both = file.first_rows(2, from_row=row - 1) if row > 1 else []
    # Only what stands right above can be a group's name.
    if [number for number, _ in both] == [row - 1, row]:
        (_, above), (_, own) = both
        both_named = zip(joined(above, own), own, strict=False)
        names = [name for name, cell in both_named if cell and name.endswith(f" {cell}")]
        if names and st.checkbox(
            f"Row {row - 1:,} names groups of columns: together they are such as "
            f"“{look.plain(shown(names[0]))}”",
            value=file.groups_row == row - 1, key=f"import{number()}_groups{place}_{row}",
        ):  # fmt: skip
            groups = row - 1
    if head := file.first_rows(FIRST_ROWS, from_row=groups or row):
        _rows(head, f"The {what} from that row on")
    return row, groups


def _header(file: Headed) -> tuple[int, int] | None:
    """How many rows stand above the answers, and which of them has the names; None unsaid."""
    table = file.table
    names, below = table.names_row, table.first_row
    numbers = table.row_numbers[: FIRST_ROWS - 1].tolist()
    cells = table.frame.head(FIRST_ROWS - 1).rows()
    _rows([(names, table.columns), *zip(numbers, cells, strict=True)], "The first rows")
    ways = {
        f"Row {below:,} has the column names, row {names:,} the questions": (below, below),
        f"Row {names:,} has the column names, row {below:,} the questions": (below, names),
        f"Row {below:,} is answers": (table.header_rows, names),
    }
    way = st.radio(
        f"Row {below:,} looks like column names or questions, not like answers. Which is it?",
        list(ways),
        index=None,
        key=f"import{number()}_header",
    )
    return None if way is None else ways[way]


def _rows(rows: Iterable[tuple[int, Sequence[str]]], alt: str) -> None:
    rows = [(row, cells[:FIRST_COLUMNS]) for row, cells in rows]
    wide = max(len(cells) for _, cells in rows)
    tables.table(
        ("Row", *(letters(at) for at in range(1, wide + 1))),
        [(f"{row:,}", *map(shown, cells), *[""] * (wide - len(cells))) for row, cells in rows],
        alt,
    )
