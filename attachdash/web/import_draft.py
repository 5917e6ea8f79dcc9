"""The one import of a tab: what is remembered of it between its steps."""

import zlib
from dataclasses import dataclass, field

import streamlit as st

from attachdash.practice.importing import Kept, Preview
from attachdash.practice.reading import (
    Mapping,
    Proposal,
    Shape,
    ShapeGuess,
    Table,
    read_csv,
    second_is_header,
)

_DRAFT, _NUMBER = "_import", "_import_number"


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


def begin(table: Table) -> None:
    """Go on with this file, from its columns."""
    st.session_state[_DRAFT] = Draft(number(), table)


def with_header(name: str, data: bytes) -> Table | None:
    """The file as a table; None while a person has yet to say what its second row is."""
    table = read_csv(name, data)
    if not second_is_header(table):
        return table
    ways = {
        "Row 2 has the column names, row 1 the questions": (2, 2),
        "Row 1 has the column names, row 2 the questions": (2, 1),
        "Row 2 is answers": (1, 1),
    }
    way = st.radio(
        "Row 2 looks like column names or questions, not like answers. Which is it?",
        list(ways),
        index=None,
        key=f"import{number()}_header",
    )
    if way is None:
        return None
    header_rows, names_row = ways[way]
    return read_csv(name, data, header_rows=header_rows, names_row=names_row)


def forget() -> None:
    """Begin anew with another file. Use it as `on_click`."""
    st.session_state.pop(_DRAFT, None)
    st.session_state[_NUMBER] = number() + 1


def renew(made: Draft) -> None:
    """Give the file new widgets, which show what is said of it now. Use it in an `on_click`."""
    st.session_state[_NUMBER] = made.number = number() + 1
