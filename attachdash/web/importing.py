"""One import from file to kept: what is remembered between its steps, and what each shows."""

import csv
import io
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd
import streamlit as st

from attachdash.practice.importing import Kept, Preview, Risk, imports
from attachdash.practice.reading import (
    DATE_FORMATS,
    Mapping,
    Problem,
    ProblemKind,
    Proposal,
    Shape,
    ShapeGuess,
    Table,
    Unreadable,
    escaped,
    instrument,
    log_refused,
    read_csv,
    second_is_header,
)
from attachdash.practice.rights import Role, Viewer
from attachdash.web import browser, look, navigation, tables, versions

STEPS = ("File", "Meaning", "Check", "Kept")
_DRAFT, _NUMBER, _REFERENCES = "_import", "_import_number", "_import_references"
FIRST_ROWS = 5
MOST_ON_PHONE = 50
MOST_EXAMPLES = 2
KINDS = {
    ProblemKind.FIELDS: "Row with too few or too many cells",
    ProblemKind.CLIENT_CODE: "Client code that can’t be used",
    ProblemKind.OCCASION: "Occasion that can’t be used",
    ProblemKind.DATE: "Not a day",
    ProblemKind.DATE_OUT_OF_RANGE: "Day that can’t be right",
    ProblemKind.NOT_A_NUMBER: "Not a number",
    ProblemKind.WORD: "Word without a value",
    ProblemKind.DECIMAL: "Number in the wrong steps",
    ProblemKind.OUT_OF_RANGE: "Outside the range",
    ProblemKind.NOTHING_ANSWERED: "Nothing answered",
    ProblemKind.CONFLICT: "Other answers for the same client and day",
}


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


def strip(step: int) -> None:
    """The four steps in a line, the present one standing out."""
    words = []
    for place, word in enumerate(STEPS):
        mark = "✓" if place < step or step == len(STEPS) - 1 else str(place + 1)
        text = f'<li aria-current="step" style="margin:0"><b>{mark} {word}</b></li>'
        words.append(
            text if place == step else f'<li class="ad-meta" style="margin:0">{mark} {word}</li>'
        )
    st.html(
        '<ol aria-label="Steps" style="font-size:14px;list-style:none;display:flex;gap:1.5rem;'
        f'margin:0;padding:0">{"".join(words)}</ol>'
    )


def refusal(error: Unreadable) -> None:
    """Why the whole file can't be taken, a line each."""
    st.error("\n\n".join(look.plain(problem) for problem in error.problems))
    # The page runs again and again: one refusal is one line of the log.
    known: dict[int, str] = st.session_state.setdefault(_REFERENCES, {})
    key = hash((number(), error.problems))
    if key not in known:
        known[key] = log_refused(error.problems)
    refer(known[key])


def refer(reference: str) -> None:
    """Say by what an administrator finds a refusal in the log."""
    st.html(
        f'<div class="ad-meta">Reference <b>{look.esc(reference)}</b>: by it an administrator '
        "finds in the log how often each kind was refused, and in which rows.</div>"
    )


counted = tables.counted


def as_csv(problems: Iterable[Problem]) -> str:
    """The problems as a file for a spreadsheet, none of whose cells it would run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["file", "row", "column", "found", "expected", "what to do"])
    for one in problems:
        cells = (one.file, one.row, one.column, one.value, one.expected, one.cure)
        writer.writerow([escaped(cell) for cell in cells])
    return "\ufeff" + text.getvalue()


def problems(made: Draft, preview: Preview) -> None:
    """What is refused: how often each kind, then each cell, and all of it to take away."""
    found = preview.problems
    st.header(f"Refused: {counted(preview.refused, 'row')}", anchor=False)
    st.write("Mend them in the file and import it again: rows already kept are never kept twice.")
    tables.table(
        ("What is wrong", "How often", "For example", "Expected"),
        [_kind(kind, times, found) for kind, times in preview.counts.most_common()],
        "Refused, by kind",
    )
    refer(made.reference)
    if browser.phone():
        for one in found[:MOST_ON_PHONE]:
            place = f"Row {one.row}" + (f" · {one.column}" if one.column else "")
            st.html(
                f'<div class="ad-line" style="padding-bottom:.4rem"><b>{look.esc(place)}</b><br>'
                f"{look.esc(_sentence(one))}</div>"
            )
        if len(found) > MOST_ON_PHONE:
            st.write(f"The first {MOST_ON_PHONE} of {len(found):,}; the download has all.")
    else:
        st.dataframe(
            pd.DataFrame(
                {
                    "Row": [one.row for one in found],
                    "Column": [one.column or "" for one in found],
                    "Found": ["" if one.value is None else one.value or "(empty)" for one in found],
                    "Expected": [one.expected for one in found],
                    "What to do": [one.cure for one in found],
                    "File": [one.file for one in found],
                }
            ),
            hide_index=True,
            height=min(38 + 35 * len(found), 360),
            column_config={"File": st.column_config.TextColumn(width=120)},
            key=made.key("refused"),
            alt=f"Refused, {counted(len(found), 'entry' if len(found) == 1 else 'line')} in all",
        )
    st.download_button(
        "Download what is refused, each with its reason (CSV)",
        data=as_csv(found),
        file_name="refused.csv",
        mime="text/csv",
        on_click="ignore",
        key=made.key("download"),
    )


def _kind(kind: ProblemKind, times: int, found: tuple[Problem, ...]) -> tuple[str, str, str, str]:
    own = [one for one in found if one.kind is kind]
    examples = " · ".join(
        f"row {one.row:,}" + ("" if one.value is None else f": {one.value or 'empty'}")
        for one in own[:MOST_EXAMPLES]
        if one.row is not None
    )
    expected = dict.fromkeys(one.expected for one in own)
    first = next(iter(expected)) + (" …" if len(expected) > 1 else "")
    return KINDS.get(kind, kind.value.replace("_", " ")), f"{times:,}", examples, first


def _sentence(one: Problem) -> str:
    found = "" if one.value is None else f"found {one.value or 'an empty cell'}, "
    return f"{found}expected {one.expected}. {one.cure}".strip()


def held(viewer: Viewer, count: int) -> str:
    """How many rows are held already, in the words that the viewer's role may have."""
    if viewer.role is not Role.ADMINISTRATOR:
        return f"{count:,} {'is' if count == 1 else 'are'} held already"
    rest = "is held already for that day and left as it is"
    many = "are held already for their day and left as they are"
    return f"{count:,} {rest if count == 1 else many}"


def summary(preview: Preview, questionnaire: str) -> None:
    """What the file was taken for: questionnaire, days, clients, period."""
    written = preview.checked.mapping.date_format
    days = DATE_FORMATS[written] if written else ""
    if preview.checked.mapping.is_nominal:
        days = "nominal: counted from the start, and always shown as that"
    known, new = len(preview.known_codes), len(preview.new_codes)
    first, last = preview.period or (None, None)
    told = (
        ("Questionnaire", questionnaire),
        ("Days read as", days),
        ("Clients", f"{known:,} known" + (f", {new:,} new" if new else "")),
        ("Period", f"{tables.day(first)} – {tables.day(last)}" if first else "no day"),
    )
    st.html(
        '<dl style="display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));'
        'gap:.75rem 1rem;margin:0;padding:0">'
        + "".join(
            f'<div><dt class="ad-meta">{look.esc(name)}</dt>'
            f'<dd style="margin:0;font-weight:600">{look.esc(words)}</dd></div>'
            for name, words in told
        )
        + "</dl>"
    )


def risks(preview: Preview) -> None:
    """The rows that hold a risk answer, or leave a risk item blank."""
    st.header("Ask in person", anchor=False)
    for one in preview.risks:
        st.html(
            f'<div><span class="ad-badge ad-risk">! {look.esc(_badge(one))}</span> '
            f"Row {one.row:,} · {look.esc(one.code)} · {tables.day(one.answered_on)} · "
            f"item {one.item}: {_follows(one)}</div>"
        )
    if more := preview.risk_count - len(preview.risks):
        st.write(f"And {more:,} more, of earlier days. Each is listed in its client’s record.")


def _badge(one: Risk) -> str:
    if one.is_blank:
        return "Risk item blank" if one.is_alarm else "Item to ask about blank"
    return "Risk answer" if one.is_alarm else "Answer to ask about"


def _follows(one: Risk) -> str:
    if one.is_historic:
        return "older than 14 days, listed as historic. Ask in person."
    return "a flag is raised. Ask in person."


def first_rows(viewer: Viewer, preview: Preview) -> None:
    """The first rows that pass, as they were read: the file's own values and nothing else."""
    checked = preview.checked
    asked = instrument(viewer, checked.mapping.instrument)
    rows = []
    for place, row in enumerate(checked.rows.head(FIRST_ROWS).iter_rows(named=True)):
        if checked.answers is not None:
            own = checked.answers[place].tolist()
            cells = " ".join("–" if one < 0 else f"{one * asked.step:g}" for one in own)
        elif checked.scores is not None:
            own = checked.scores[place].tolist()
            cells = " ".join("–" if math.isnan(one) else f"{one:g}" for one in own)
        else:
            cells = ""
        rows.append(
            (f"{row['row_number']:,}", row["client_code"], tables.day(row["answered_on"]),
             row["occasion"], cells)
        )  # fmt: skip
    if checked.answers is not None:
        held = f"Answers to items 1–{len(asked.items)}"
    else:
        held = ", ".join(asked.scale(one).name for one in checked.scale_ids)
    st.header("As they were read", anchor=False)
    st.write(
        f"The file’s own values: the first {counted(len(rows), 'row')} that can be read. "
        "A dash is an answer left blank."
    )
    tables.table(
        ("Row", "Client", "Day", "Occasion", held), rows, "The first rows as they were read"
    )


def codes(named: tuple[str, ...]) -> str:
    """Client codes in words for Markdown, not more than fit a line."""
    more = f" and {len(named) - 8:,} more" if len(named) > 8 else ""
    return look.plain(", ".join(named[:8])) + more


def past(viewer: Viewer, zone: str) -> None:
    """The imports so far."""
    found = imports(viewer)
    st.header("Past imports", anchor=False)
    if found.empty:
        st.write("None yet.")
        return
    whose = "" if viewer.role is Role.ADMINISTRATOR else "Yours, newest first. "
    st.write(f"{whose}Times by the practice’s clock, {zone}.")
    tables.table(
        ("When", "File", "Kept", "Refused", "By", "Now"),
        [
            (
                f"{_there(one['imported_at'], zone):%Y-%m-%d %H:%M}",
                str(one["file_name"]),
                f"{one['kept']:,}",
                f"{one['refused']:,}",
                "" if pd.isna(one["by"]) else str(one["by"]),
                "counts" if pd.isna(one["undone_at"]) else "undone",
            )
            for one in found.to_dict("records")
        ],
        "Past imports, newest first",
    )
    named = {
        int(
            one["batch_id"]
        ): f"{_there(one['imported_at'], zone):%Y-%m-%d %H:%M} {one['file_name']}"
        for one in found.to_dict("records")
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Look at one import, or undo it", list(named), index=None,
            format_func=named.__getitem__, placeholder="Choose an import", width=420,
            key="past_import",
        )  # fmt: skip
        if st.button("Open", disabled=chosen is None, key="past_open") and chosen is not None:
            versions.hold_batch(chosen)
            navigation.go("batch")


def _there(moment: object, zone: str) -> datetime:
    return tables.local(pd.Timestamp(str(moment)).to_pydatetime(), zone)
