"""What each step of an import shows, from file to kept."""

import csv
import io
import math
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from attachdash.practice.importing import imports
from attachdash.practice.planning import Found, Risk, title
from attachdash.practice.reading import (
    DATE_FORMATS,
    SELF,
    Checked,
    Mapping,
    Problem,
    ProblemKind,
    Unreadable,
    escaped,
    instrument,
    log_refused,
)
from attachdash.practice.rights import Role, Viewer
from attachdash.web import browser, look, navigation, tables, versions, whom
from attachdash.web.import_draft import Draft, number

STEPS = ("File", "Meaning", "Check", "Kept")
_REFERENCES = "_import_references"
MOST_ON_PHONE = 50
MOST_EXAMPLES = 2
KINDS = {
    ProblemKind.FIELDS: "Row with too few or too many cells",
    ProblemKind.CLIENT_CODE: "Client code that can’t be used",
    ProblemKind.OCCASION: "Occasion that can’t be used",
    ProblemKind.PERSON: "Who answered, or about whom, can’t be told",
    ProblemKind.WHICH_PERSON: "Several people could be meant",
    ProblemKind.DATE: "Not a day",
    ProblemKind.DATE_OUT_OF_RANGE: "Day that can’t be right",
    ProblemKind.NOT_A_NUMBER: "Not a number",
    ProblemKind.WORD: "Word without a value",
    ProblemKind.DECIMAL: "Number in the wrong steps",
    ProblemKind.OUT_OF_RANGE: "Outside the range",
    ProblemKind.NOTHING_ANSWERED: "Nothing answered",
    ProblemKind.CONFLICT: "Other answers for the same client and day",
}


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


def as_csv(problems: Iterable[Problem]) -> str:
    """The problems as a file for a spreadsheet, none of whose cells it would run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["file", "row", "column", "found", "expected", "what to do"])
    for one in problems:
        cells = (one.file, one.row, one.column, one.value, one.expected, one.cure)
        writer.writerow([escaped(cell) for cell in cells])
    return "\ufeff" + text.getvalue()


def problems(made: Draft, preview: Found) -> None:
    """What is refused: how often each kind, then each cell, and all of it to take away."""
    found, total = preview.problems, preview.counts.total()
    listed = "" if len(found) == total else f", the first {len(found):,} of {total:,}"
    st.header(f"Refused: {tables.counted(preview.refused, 'row')}", anchor=False)
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
            alt=f"Refused, {tables.counted(len(found), 'line')} in all",
        )
    st.download_button(
        f"Download what is refused, each with its reason (CSV{listed})",
        data=as_csv(found),
        file_name="refused.csv",
        mime="text/csv",
        on_click="ignore",
        key=made.key("download"),
    )


def _kind(kind: ProblemKind, times: int, found: list[Problem]) -> tuple[str, str, str, str]:
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


def summary(mapping: Mapping, found: Found, questionnaire: str) -> None:
    """What the file was taken for: questionnaire, days, clients, period."""
    written = mapping.date_format
    days = DATE_FORMATS[written] if written else ""
    if mapping.is_nominal:
        days = "nominal: counted from the start, and always shown as that"
    known, new = len(found.known_codes), len(found.new_codes)
    first, last = found.period or (None, None)
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


def together(viewer: Viewer, made: Draft) -> None:
    """What is kept with the questionnaire at hand."""
    st.header("Kept together with", anchor=False)
    st.write("These were checked before. All are kept at once, or none.")
    _questionnaires(
        ("Questionnaire", "Can be kept", "With new clients", "Held already", "Refused"),
        [
            (title(part.mapping, instrument(viewer, part.mapping.instrument)),
             part.preview.ready, part.preview.new_rows, part.preview.already_held,
             part.preview.refused)
            for part in made.parts
        ],
    )  # fmt: skip


def kept_together(viewer: Viewer, made: Draft) -> None:
    """What was kept of each questionnaire."""
    st.header("By questionnaire", anchor=False)
    st.write("Each is an import of its own below, and can be undone by itself.")
    _questionnaires(
        ("Questionnaire", "Kept", "Held already", "Refused"),
        [
            (title(one, instrument(viewer, one.instrument)), done.kept, done.already_held,
             done.refused)
            for one, done in zip(made.mappings, made.kept, strict=True)
        ],
    )  # fmt: skip


def _questionnaires(heads: tuple[str, ...], rows: list[tuple[str, *tuple[int, ...]]]) -> None:
    tables.table(heads, [(name, *(f"{one:,}" for one in own)) for name, *own in rows], heads[0])


def risks(found: Found) -> None:
    """The rows that hold a risk answer, or leave a risk item blank."""
    st.header("Ask in person", anchor=False)
    for one in found.risks:
        st.html(
            f'<div><span class="ad-badge ad-risk">! {look.esc(_badge(one))}</span> '
            f"Row {one.row:,} · {look.esc(one.code)} · {tables.day(one.answered_on)} · "
            f"item {one.item}: {_follows(one)}</div>"
        )
    if more := found.risk_count - len(found.risks):
        st.write(f"And {more:,} more, of earlier days. Each is listed in its client’s record.")


def _badge(one: Risk) -> str:
    if one.is_blank:
        return "Risk item blank" if one.is_alarm else "Item to ask about blank"
    return "Risk answer" if one.is_alarm else "Answer to ask about"


def _follows(one: Risk) -> str:
    if one.is_historic:
        return "older than 14 days, listed as historic. Ask in person."
    return "a flag is raised. Ask in person."


def first_rows(viewer: Viewer, checked: Checked) -> None:
    """The first rows that pass, as they were read: the file's own values and nothing else."""
    asked = instrument(viewer, checked.mapping.instrument)
    # Whose view a row is kept as, wherever a column says it.
    told = "informant" in checked.rows.columns
    rows = []
    for place, row in enumerate(checked.rows.iter_rows(named=True)):
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
             row["occasion"], *(_whose(row["informant"], row["about"]) if told else ()), cells)
        )  # fmt: skip
    if checked.answers is not None:
        held = f"Answers to items 1–{len(asked.items)}"
    else:
        held = ", ".join(asked.scale(one).name for one in checked.scale_ids)
    st.header("As they were read", anchor=False)
    st.write(
        f"The file’s own values: the first {tables.counted(len(rows), 'row')} that can be read. "
        "A dash is an answer left blank."
    )
    whose = ("Answered by", "About") if told else ()
    tables.table(
        ("Row", "Client", "Day", "Occasion", *whose, held), rows,
        "The first rows as they were read",
    )  # fmt: skip


def _whose(informant: str, about: str) -> tuple[str, str]:
    return whom.who_said(informant), "the client" if about == SELF else f"their {about}"


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
                tables.clock(one["imported_at"].to_pydatetime(), zone),
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
        int(one["batch_id"]): f"{tables.clock(one['imported_at'].to_pydatetime(), zone)} · "
        f"{one['file_name']}"
        for one in found.to_dict("records")
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Look at one import, or undo it", list(named), index=None,
            format_func=named.__getitem__, placeholder="Choose an import", width=420,
            key="past_import",
        )  # fmt: skip
        shown = st.button("Show this import", disabled=chosen is None, key="past_open")
        if shown and chosen is not None:
            versions.hold_batch(chosen)
            navigation.go("batch")
