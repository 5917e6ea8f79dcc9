"""The one import of a tab: what is remembered of it between its steps."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import streamlit as st

from attachdash.practice.importing import Kept, Preview
from attachdash.practice.reading import (
    Mapping,
    Proposal,
    Shape,
    ShapeGuess,
    Table,
    Workbook,
    open_file,
    read_csv,
    second_is_header,
)

_DRAFT, _OPENED, _NUMBER = "_import", "_import_opened", "_import_number"


@dataclass(frozen=True, slots=True)
class Headed:
    """A file whose second row looks like part of its header, until a person says what it is."""

    table: Table  # as if it were answers
    read: Callable[..., Table]

    def again(self, header_rows: int, names_row: int) -> Table:
        """The file, its answers below so many rows and its names in that one. Raises Unreadable."""
        return self.read(header_rows=header_rows, names_row=names_row)


@dataclass(slots=True)
class Draft:
    """A file on its way in. It is forgotten with the session, with a new file, and when kept."""

    number: int  # part of every widget's key: a new file begins with new widgets
    table: Table
    proposals: dict[str | None, Proposal] = field(default_factory=dict)  # by instrument chosen
    mapping: Mapping | None = None  # as last confirmed
    saved_name: str = ""  # of the saved mapping that was picked
    preview: Preview | None = None  # None: back at the columns
    kept: Kept | None = None
    layouts: dict[str | None, ShapeGuess] = field(default_factory=dict)  # by kind chosen
    shape: Shape | None = None  # as it stands in the fields, once all is said
    confirmed: Shape | None = None  # for the questionnaires kept before
    laid_out: Table | None = None  # the file's forms under it, a row each
    done: tuple[str, ...] = ()  # the questionnaires of the file that are kept
    reference: str = ""  # of the log's line on the rows refused

    @property
    def forms(self) -> Table:
        """The table of one row a form."""
        return self.table if self.laid_out is None else self.laid_out

    def lay_out(self, shape: Shape | None, forms: Table | None) -> None:
        """Go on with the file's forms under this shape; None while it isn't said in full."""
        if (
            forms is None
            or forms.columns != self.forms.columns
            or shape is None
            or shape != self.shape
        ):
            self.proposals = {}
        if shape is not None:
            self.shape = shape
        self.laid_out = forms

    @property
    def said(self) -> Shape | None:
        """The layout as it was last confirmed."""
        return self.mapping.shape if self.mapping else self.confirmed

    def go_on(self) -> None:
        """Ask for the next questionnaire of the same file. Use it as `on_click`."""
        assert self.mapping is not None, "one was kept"
        self.done = (*self.done, self.mapping.instrument)
        self.confirmed = self.mapping.shape
        self.mapping = self.preview = self.kept = None

    def left(self) -> tuple[str, ...]:
        """Ids of the questionnaires that the file names and that aren't kept from it yet."""
        found = self.proposals.get(None)
        held = {*self.done, self.mapping.instrument if self.mapping else ""}
        return tuple(one for one in found.candidates if one not in held) if found else ()

    def shape_key(self, name: str) -> str:
        """The key of a widget that asks for the layout."""
        return f"import{self.number}_shape_{name}"

    @property
    def step(self) -> int:
        """Which of STEPS it stands at."""
        return 3 if self.kept else 2 if self.preview else 1

    def key(self, name: str) -> str:
        """The key of one of its widgets: another layout or questionnaire begins with new ones."""
        turn = f"_{len(self.done)}" if self.done else ""
        if self.laid_out is not None and self.laid_out.columns != self.table.columns:
            turn += f"_{zlib.crc32(repr(self.laid_out.columns).encode())}"
        return f"import{self.number}{turn}_{name}"


def draft() -> Draft | None:
    """The file being imported in this tab, or None."""
    found = st.session_state.get(_DRAFT)
    return found if isinstance(found, Draft) else None


def number() -> int:
    """How many files were begun with in this tab."""
    return int(st.session_state.get(_NUMBER, 0))


def opened() -> Workbook | Headed | None:
    """The file in this tab of which a person has yet to say where its column names stand."""
    found = st.session_state.get(_OPENED)
    return found if isinstance(found, Workbook | Headed) else None


def begin(name: str, data: bytes) -> None:
    """Go on with this file: from its sheets where there is a choice, or from its columns.

    Raises Unreadable.
    """
    found = open_file(name, data)
    if not isinstance(found, Workbook):
        _look(found, partial(read_csv, name, data))
    elif found.is_plain:
        choose(found)
    else:
        st.session_state[_OPENED] = found


def choose(book: Workbook, sheet: str | None = None, names_row: int | None = None) -> None:
    """Go on with this sheet, under the names in that row. Raises Unreadable."""
    _look(book.table(sheet, names_row=names_row), partial(book.table, sheet))


def _look(table: Table, read: Callable[..., Table]) -> None:
    if second_is_header(table):
        st.session_state[_OPENED] = Headed(table, read)
    else:
        go_on(table)


def go_on(table: Table) -> None:
    """Go on with the file's table, from its columns."""
    st.session_state[_DRAFT] = Draft(number(), table)
    st.session_state.pop(_OPENED, None)


def forget() -> None:
    """Begin anew with another file. Use it as `on_click`."""
    for key in (_DRAFT, _OPENED):
        st.session_state.pop(key, None)
    st.session_state[_NUMBER] = number() + 1


def renew(made: Draft) -> None:
    """Give the file new widgets, which show what is said of it now. Use it in an `on_click`."""
    st.session_state[_NUMBER] = made.number = number() + 1
