"""The one import of a tab: what is remembered of it between its steps, and its long works."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import streamlit as st

from attachdash.errors import ForPeople, Invalid
from attachdash.practice.importing import WRITTEN, Kept, Preview, import_file, preview_import
from attachdash.practice.planning import refuse_twice
from attachdash.practice.reading import (
    Mapping,
    Proposal,
    Shape,
    ShapeGuess,
    Table,
    Titled,
    Workbook,
    is_workbook,
    log_refused,
    open_file,
    open_in_pieces,
    people_unsaid,
    read_csv,
    read_in_pieces,
    second_is_header,
    words_unsaid,
)
from attachdash.practice.rights import Viewer
from attachdash.web import jobs, who

_DRAFT, _OPENED, _NUMBER = "_import", "_import_opened", "_import_number"
_WRONG, _READ = "_import_wrong", "_import_read"
# Beyond these a work takes so long that it goes on by itself, off this page's way.
BYTES_AT_ONCE, CELLS_AT_ONCE = 1_000_000, 1_000_000
ROWS_AT_ONCE = 20_000  # then between so many of its rows pages go first


@dataclass(frozen=True, slots=True)
class Headed:
    """A file whose second row looks like part of its header, until a person says what it is."""

    table: Table  # as if it were answers
    read: Callable[..., Table]  # again, by header_rows and names_row


@dataclass(frozen=True, slots=True)
class Part:
    """A questionnaire of the file that was checked and waits to be kept with the others."""

    mapping: Mapping
    preview: Preview
    unsaid: int


@dataclass(slots=True)
class Draft:
    """A file on its way in. It is forgotten with the session, with a new file, and when kept."""

    number: int  # part of every widget's key: a new file begins with new widgets
    table: Table
    proposals: dict[str | None, Proposal] = field(default_factory=dict)  # by instrument chosen
    mapping: Mapping | None = None  # as last confirmed
    unsaid: int = 0  # words of the file, as last confirmed, of which nobody said the meaning
    saved_name: str = ""  # of the saved mapping that was picked
    preview: Preview | None = None  # None: back at the columns
    parts: tuple[Part, ...] = ()  # checked before, kept together with the one at hand
    kept: tuple[Kept, ...] = ()  # of each questionnaire, in the order in which they were checked
    layouts: dict[str | None, ShapeGuess] = field(default_factory=dict)  # by kind chosen
    shape: Shape | None = None  # as it stands in the fields, once all is said
    laid_out: Table | None = None  # the file's forms under it, a row each
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
        return next((one.shape for one in reversed(self.mappings)), None)

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """Of all the questionnaires that are kept together, the one at hand last."""
        own = (self.mapping,) if self.mapping else ()
        return (*(part.mapping for part in self.parts), *own)

    @property
    def previews(self) -> tuple[Preview, ...]:
        """What each of them would bring."""
        own = (self.preview,) if self.preview else ()
        return (*(part.preview for part in self.parts), *own)

    @property
    def new_codes(self) -> tuple[str, ...]:
        """The codes of people whom any of them would bring."""
        return tuple(dict.fromkeys(code for one in self.previews for code in one.new_codes))

    @property
    def without_episode(self) -> tuple[str, ...]:
        """The codes of those in any of them who have no episode."""
        return tuple(dict.fromkeys(code for one in self.previews for code in one.without_episode))

    def go_on(self) -> None:
        """Ask for the next questionnaire of the same file. Use it as `on_click`."""
        if self.mapping is None or self.preview is None:
            return  # pressed twice
        self.parts = (*self.parts, Part(self.mapping, self.preview, self.unsaid))
        self.mapping = self.preview = None

    def go_back(self) -> None:
        """Leave the questionnaire at hand out, and go on with those checked before. Use it as
        `on_click`."""
        if self.preview is not None:
            return  # pressed twice
        *parts, last = self.parts
        self.parts, self.mapping, self.preview = tuple(parts), last.mapping, last.preview
        self.unsaid = last.unsaid

    def left(self) -> tuple[str, ...]:
        """Ids of the questionnaires that the file names and that aren't checked yet."""
        found = self.proposals.get(None)
        known = {one.instrument for one in self.mappings}
        return tuple(one for one in found.candidates if one not in known) if found else ()

    def confirm(self, mapping: Mapping) -> None:
        """Go on under this mapping, whatever was left unsaid in it."""
        self.mapping = mapping
        self.unsaid = len(
            words_unsaid(self.forms, mapping.items, mapping.words, mapping.missing)
        ) + len(people_unsaid(self.forms, mapping))

    @property
    def words_unsaid(self) -> int:
        """The words without a meaning in all that is kept together: their rows are refused."""
        return self.unsaid + sum(part.unsaid for part in self.parts)

    def shape_key(self, name: str) -> str:
        """The key of a widget that asks for the layout."""
        return f"import{self.number}_shape_{name}"

    @property
    def step(self) -> int:
        """Which of STEPS it stands at."""
        return 3 if self.kept else 2 if self.preview else 1

    def key(self, name: str) -> str:
        """The key of one of its widgets: another layout or questionnaire begins with new ones."""
        turn = f"_{len(self.parts)}" if self.parts else ""
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


def opened() -> Workbook | Titled | Headed | None:
    """The file in this tab of which a person has yet to say where its column names stand."""
    found = st.session_state.get(_OPENED)
    return found if isinstance(found, Workbook | Titled | Headed) else None


def read(viewer: Viewer, file_id: str, name: str, data: bytes) -> bool:
    """Go on with this file: from its sheets where there is a choice, or from its columns.

    False where it was read before: an upload stays on its page.
    """
    if st.session_state.get(_READ) == file_id:
        return False
    st.session_state[_READ] = file_id
    at_once = len(data) <= BYTES_AT_ONCE

    def work(_: Viewer) -> Table | Titled | Workbook:
        if at_once or is_workbook(data):
            return open_file(name, data)
        return open_in_pieces(name, data, jobs.give_way)

    _work(viewer, "Reading", name, data, work, at_once=at_once)
    return True


def read_again(viewer: Viewer, file: Headed, header_rows: int, names_row: int) -> None:
    """Go on with the file, its answers below so many rows and its names in that one."""
    _work(
        viewer, "Reading", file.table.file_name, None,
        lambda _: file.read(header_rows=header_rows, names_row=names_row),
        at_once=_is_small(file.table),
    )  # fmt: skip


def read_below(
    viewer: Viewer, file: Titled, names_row: int, groups_row: int | None
) -> None:  # fmt: skip
    """Go on with a CSV under the names in that row."""
    _work(
        viewer, "Reading", file.file_name, file.data,
        lambda _: file.table(names_row=names_row, groups_row=groups_row),
        at_once=len(file.data) <= BYTES_AT_ONCE,
    )  # fmt: skip


def check(viewer: Viewer, made: Draft) -> None:
    """See what the file would bring under its mapping, and go on from there."""
    table, mapping = made.table, made.mapping
    assert mapping is not None, "it was confirmed"

    def work(now: Viewer) -> Preview:
        refuse_twice(now, table.file_name, made.mappings)
        return preview_import(now, table, mapping, _told, _rows(table))

    _on_draft(viewer, "Checking", made, work)


def keep(viewer: Viewer, made: Draft, *, create_clients: bool, open_episodes: bool) -> None:
    """Keep what can be kept of every questionnaire that was checked, and go on from there."""
    table, mappings = made.table, made.mappings

    def work(now: Viewer) -> tuple[Kept, ...]:
        results = import_file(
            now, table, mappings, _told, create_clients=create_clients,
            open_episodes=open_episodes, block_rows=_rows(table),
        )  # fmt: skip
        return tuple(done for done, _ in results)

    _on_draft(viewer, "Keeping", made, work)


def _on_draft(viewer: Viewer, what: str, made: Draft, work: Callable[[Viewer], object]) -> None:
    _work(viewer, what, made.table.file_name, made, work, at_once=_is_small(made.table))


def _is_small(table: Table) -> bool:
    return table.frame.height * len(table.columns) <= CELLS_AT_ONCE


def _rows(table: Table) -> int | None:
    """How many rows of the table are worked on at a time; None: all."""
    return None if _is_small(table) else ROWS_AT_ONCE


def _told(what: str, row: int) -> None:
    """Between two blocks of a long work. While they are written, pages wait for the store: the
    sooner that ends the better."""
    if what != WRITTEN:
        jobs.give_way()


def _work(
    viewer: Viewer, what: str, name: str, about: Draft | bytes | None,
    work: Callable[[Viewer], object], *, at_once: bool,
) -> None:  # fmt: skip
    st.session_state.pop(_WRONG, None)
    if not at_once:
        # It may begin long after it was asked for: who asked must still be here then.
        if not jobs.start(viewer, what, name, about, lambda: work(who.again(viewer))):
            st.session_state[_WRONG] = Invalid(
                "Another file is being worked on in another tab. Wait until that is done."
            )
        return
    with st.spinner(what):
        _take(name, about, lambda: work(viewer))


def under_way(viewer: Viewer) -> jobs.Job | None:
    """The long work to wait for here, after taking what came of one that is done.

    It may have been begun in another tab, or before this one was loaded anew; a tab with a file
    of its own goes on with that.
    """
    job = jobs.of(viewer)
    if job is None and not (draft() or opened() or wrong()):
        # Another tab took what was read here: it is read again.
        st.session_state.pop(_READ, None)
    if job is None or (draft() is not None and draft() is not job.about):
        return None
    if not jobs.fetched(viewer, job):
        return job
    if isinstance(job.about, Draft):
        st.session_state[_DRAFT] = job.about
    _take(job.file_name, job.about, job.future.result)
    return None


def left_behind(viewer: Viewer) -> jobs.Job | None:
    """The work whose file a tab that was loaded anew can go on with, or None."""
    job = jobs.last_fetched(viewer)
    if job is None or (isinstance(job.about, Draft) and job.about.kept):
        return None
    return job if job.future.exception() is None else None


def resume(job: jobs.Job) -> None:
    """Go on in this tab with what came of that work. Use it as `on_click`."""
    if isinstance(job.about, Draft):
        # Its own from here on: the tab that fetched it may be there still.
        st.session_state[_DRAFT] = replace(job.about)
    else:
        _take(job.file_name, job.about, job.future.result)


def wrong() -> ForPeople | None:
    """Why the last work came to nothing; None where something came of it."""
    found = st.session_state.get(_WRONG)
    return found if isinstance(found, ForPeople) else None


def _take(name: str, about: Draft | bytes | None, work: Callable[[], object]) -> None:
    """Go on with what comes of a work, or remember why nothing does."""
    try:
        result = work()
        if isinstance(about, Draft) and isinstance(result, Preview):
            about.preview = result
            if result.problems:
                about.reference = log_refused(result.problems, result.counts)
        elif isinstance(about, Draft) and isinstance(result, tuple):
            about.kept = result
        elif isinstance(result, Table) and isinstance(about, bytes):
            if len(about) <= BYTES_AT_ONCE:
                _look(result, partial(read_csv, name, about))
            else:
                _look(result, partial(read_in_pieces, name, about, jobs.give_way))
        elif isinstance(result, Table):
            go_on(result)
        elif isinstance(result, Workbook) and result.is_plain:
            choose(result)
        else:
            st.session_state[_OPENED] = result
    except ForPeople as error:
        st.session_state[_WRONG] = error


def choose(
    book: Workbook, sheet: str | None = None, names_row: int | None = None,
    groups_row: int | None = None,
) -> None:  # fmt: skip
    """Go on with this sheet, under the names in that row. Raises Unreadable."""
    table = book.table(sheet, names_row=names_row, groups_row=groups_row)
    _look(table, partial(book.table, sheet))


def _look(table: Table, read: Callable[..., Table]) -> None:
    # Two rows were said to be names: a third is none.
    if table.groups_row is None and second_is_header(table):
        st.session_state[_OPENED] = Headed(table, read)
    else:
        go_on(table)


def go_on(table: Table) -> None:
    """Go on with the file's table, from its columns."""
    st.session_state[_DRAFT] = Draft(number(), table)
    st.session_state.pop(_OPENED, None)


def forget() -> None:
    """Begin anew with another file. Use it as `on_click`."""
    for key in (_DRAFT, _OPENED, _WRONG, _READ):
        st.session_state.pop(key, None)
    jobs.let_go(who.present(touch=False))
    st.session_state[_NUMBER] = number() + 1


def renew(made: Draft) -> None:
    """Give the file new widgets, which show what is said of it now. Use it in an `on_click`."""
    st.session_state[_NUMBER] = made.number = number() + 1
