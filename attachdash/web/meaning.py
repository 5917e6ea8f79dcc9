"""What do a file's columns mean? A proposal to look at, change and confirm."""

import streamlit as st

from attachdash.practice.reading import (
    DATE_FORMATS,
    NOMINAL,
    PLAIN,
    SELF,
    DateFormat,
    Instrument,
    Mapping,
    Method,
    Proposal,
    answered_as,
    days_read,
    informants_of,
    proposal,
    questionnaires,
    span,
    targets_of,
)
from attachdash.practice.rights import Viewer
from attachdash.practice.words import RelationKind
from attachdash.web import look, shaping, tables, whom
from attachdash.web.import_draft import Draft
from attachdash.web.whom import People
from attachdash.web.wording import ask_words

LONGEST = 60  # letters of a column's name in a field or table
FOR_ALL = "no column: the same for all rows"
AS_PROPOSED, RUN, SINGLY = "As shown below", "A run of columns", "Each by itself"
NONE = "no such column"
ONE_EACH = "no column: a client has one of each kind"


def ask(viewer: Viewer, made: Draft) -> Mapping | None:
    """The whole mapping as it stands in the fields, or None while something is left to say."""
    with look.card("layout"):
        if not shaping.ask(viewer, made):
            return None
    left, right = st.columns([3, 2])
    people = People(SELF, SELF)
    with right, look.card("instrument"):
        instrument = _instrument(viewer, made)
        if instrument is not None:
            people = _people(viewer, made, instrument)
    informant, about = people.informant, people.about
    if instrument is None:
        with left, look.card("columns", stretch=False):
            _file(made, _proposal(viewer, made, None))
        return None
    guess = _proposal(viewer, made, instrument.id)
    said = made.mapping if made.mapping and made.mapping.instrument == instrument.id else None
    with left, look.card("columns", stretch=False):
        st.header("Columns", anchor=False)
        client = _column(made, "Client code", said.client if said else guess.client, "client")
        day = _column(
            made, "Day answered", said.answered_on if said else guess.answered_on, "answered_on"
        )
        occasion = _column(
            made, "What tells several forms of one day apart",
            said.occasion if said else guess.occasion, "occasion", empty=NONE,
        )  # fmt: skip
        # Where a column says who answered, each row is scored as its own informant's.
        word = None if people.informant_column else answered_as(instrument, informant or SELF)
        items, scores = _held(made, instrument, guess, said, word)
        totals = _totals(made, instrument, guess, said, word) if items else {}
    with right:
        with look.card("days"):
            written = _days(viewer, made, guess, said, day)
        coding, missing = None, said.missing if said else ()
        with look.card("coding"):
            coding, missing = _coding(made, instrument, guess, said, bool(items))
            words = ask_words(made, instrument, items, missing, said)
        with look.card("written"):
            _file(made, guess)
    if not (client and day and written and (items or scores) and informant and about):
        return None
    return Mapping(
        instrument=instrument.id,
        client=client,
        answered_on=day,
        date_format=written,
        items=items,
        scores=scores,
        occasion=occasion,
        informant=informant,
        about=about,
        informant_column=people.informant_column,
        about_column=people.about_column,
        people=people.words,
        person_column=people.person_column,
        coding_low=coding,
        missing=missing,
        shape=made.shape or PLAIN,
        words=words,
        totals=totals,
    )


def _proposal(viewer: Viewer, made: Draft, instrument: str | None) -> Proposal:
    if instrument not in made.proposals:
        made.proposals[instrument] = proposal(viewer, made.forms, instrument)
    return made.proposals[instrument]


def named(instrument: Instrument) -> str:
    """An instrument in a list: PHQ-9: 9 items, 0–3."""
    if not instrument.accepts_items:
        return f"{instrument.short_name}: ready scores"
    count = len(instrument.items)
    ranges = {span(instrument, item) for item in instrument.items}
    what = f"{count} item{'' if count == 1 else 's'}"
    return f"{instrument.short_name}: {what}" + (f", {ranges.pop()}" if len(ranges) == 1 else "")


def _instrument(viewer: Viewer, made: Draft) -> Instrument | None:
    offered = questionnaires(viewer)
    ids = [one.id for one in offered]
    first = made.mapping.instrument if made.mapping else _proposal(viewer, made, None).instrument
    if made.parts and not made.mapping:
        first = next(iter(made.left()), None)
    st.header("Questionnaire", anchor=False)
    chosen = st.selectbox(
        "Which questionnaire does the file hold?",
        offered,
        index=ids.index(first) if first in ids else None,
        placeholder="Choose",
        format_func=named,
        key=made.key("instrument"),
    )
    if chosen:
        st.html(f'<div class="ad-meta">{look.esc(chosen.name)}.</div>')
    return chosen


def _people(viewer: Viewer, made: Draft, instrument: Instrument) -> People:
    """Who answered and about whom, for all rows or by columns; None while it is to be said."""
    said = made.mapping if made.mapping and made.mapping.instrument == instrument.id else None
    guess = _proposal(viewer, made, instrument.id)
    who = _column(
        made, "Who answered stands in",
        (said.informant_column if said else None) or guess.informant_column,
        f"informant_column_{instrument.id}", empty=FOR_ALL,
    )  # fmt: skip
    whom_in = (said.about_column if said else None) or guess.about_column
    if whom_in or len(targets_of(instrument)) > 1:
        whom_in = _column(
            made, "About whom stands in", whom_in, f"about_column_{instrument.id}", empty=FOR_ALL
        )
    informant, about = whom.people(
        instrument, said.informant if said else None, said.about if said else None, made.key,
        by_column=bool(who), about_column=bool(whom_in),
    )  # fmt: skip
    if len(informants_of(instrument)) == 1 and not who:
        by = whom.who_said(informants_of(instrument)[0]).lower()
        st.html(f'<div class="ad-meta">Answered by: {by}.</div>')
    columns = tuple(dict.fromkeys(one for one in (who, whom_in) if one))
    words = whom.meanings(made, columns, said.people if said else {}) if columns else {}
    person = None
    if columns or {informant, about} & set(RelationKind):
        person = _column(
            made, "Their name stands in", said.person_column if said else None,
            f"person_column_{instrument.id}", empty=ONE_EACH,
        )  # fmt: skip
    return People(informant, about, who, whom_in, words, person)


def _column(
    made: Draft, label: str, guess: str | None, name: str, empty: str | None = None
) -> str | None:
    """One column to choose, with its first values beneath."""
    columns: list[str | None] = [*([None] if empty else []), *made.forms.columns]
    chosen = st.selectbox(
        label,
        columns,
        index=columns.index(guess) if guess in columns else None,
        placeholder="Choose a column",
        format_func=lambda one: empty or "" if one is None else _short(made, one),
        key=made.key(name),
    )
    if chosen:
        whole = f"{look.esc(chosen)}<br>" if _short(made, chosen) != chosen else ""
        st.html(f'<div class="ad-meta">{whole}{look.esc(_first(made, chosen))}</div>')
    return chosen


def _short(made: Draft, column: str) -> str:
    """A column's name as it fits a field: of a long one its beginning, end and place."""
    if len(column) <= LONGEST:
        return column
    # Two that begin and end alike must not be taken for each other.
    place = made.forms.columns.index(column) + 1
    return f"{column[:40].rstrip()} … {column[-15:].lstrip()} (column {place})"


def _first(made: Draft, column: str) -> str:
    cells = made.forms.frame[column].head(3).to_list()
    return "First values: " + " · ".join(cell.strip()[:24] or "(empty)" for cell in cells)


def _held(
    made: Draft, instrument: Instrument, guess: Proposal, said: Mapping | None, word: str | None
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The columns of answers in item order, or those of ready scores by scale."""
    kinds = [kind for kind in ("items", "scores") if kind in instrument.entry]
    kind = kinds[0]
    if len(kinds) > 1:
        scored = bool(said.scores if said else guess.scores and not guess.items)
        kind = st.segmented_control(
            "The file holds",
            kinds,
            default="scores" if scored else "items",
            format_func=lambda one: "answers" if one == "items" else "ready scores",
            required=True,
            key=made.key(f"kind_{instrument.id}"),
        )
    if kind == "items":
        return _items(made, instrument, said.items if said and said.items else guess.items), {}
    scores = said.scores if said else guess.scores
    found = {}
    for scale in instrument.scales_for(word):
        column = _column(
            made, f"{scale.name}, {scale.low:g}–{scale.high:g}", scores.get(scale.id),
            f"score_{instrument.id}_{scale.id}", empty=NONE,
        )  # fmt: skip
        if column:
            found[scale.id] = column
    return (), found


def _totals(
    made: Draft, instrument: Instrument, guess: Proposal, said: Mapping | None, word: str | None
) -> dict[str, str]:
    """The columns of totals beside the answers, by scale: compared with our scores."""
    first = said.totals if said else guess.totals
    found = {}
    for scale in instrument.scales_for(word):
        if scale.method is Method.GIVEN:
            continue
        column = _column(
            made, f"{scale.name}: a total to compare with ours", first.get(scale.id),
            f"total_{instrument.id}_{scale.id}", empty=NONE,
        )  # fmt: skip
        if column:
            found[scale.id] = column
    return found


def _items(made: Draft, instrument: Instrument, guess: tuple[str, ...]) -> tuple[str, ...]:
    count, columns = len(instrument.items), made.forms.columns
    fits = len(guess) == count
    ways = [*([AS_PROPOSED] if fits else []), *([RUN] if len(columns) >= count else []), SINGLY]
    prefix = f"{instrument.id}_item"
    way = st.segmented_control(
        f"Answers to items 1–{count}", ways, default=ways[0], required=True, wrap=True,
        key=made.key(f"{prefix}_way"),
    )  # fmt: skip
    chosen: tuple[str | None, ...] = guess if fits else ()
    if way == RUN:
        first = _column(made, "Item 1 stands in", guess[0] if guess else None, f"{prefix}_first")
        start = columns.index(first) if first else 0
        chosen = tuple(columns[start : start + count]) if first else ()
        if first and len(chosen) < count:
            st.warning(f"From there on the file has {len(chosen)} columns, but {count} are needed.")
            return ()
    elif way == SINGLY:
        chosen = tuple(
            st.selectbox(
                f"Item {item.number} · {item.label}" if item.label != f"Item {item.number}"
                else item.label,
                columns,
                index=columns.index(guess[place]) if fits and guess[place] in columns else None,
                placeholder="Choose a column",
                format_func=lambda one: _short(made, one),
                key=made.key(f"{prefix}_{item.number}"),
            )
            for place, item in enumerate(instrument.items)
        )  # fmt: skip
    done = tuple(column for column in chosen if column)
    if len(done) < count:
        if way == SINGLY:
            st.write(f"{count - len(done)} of {count} items have no column yet.")
        return ()
    if way != SINGLY:
        ends = [look.plain(_short(made, one)) for one in (done[0], done[-1])]
        st.write(f"**{ends[0]}** to **{ends[1]}**, in order:")
        tables.table(
            ("Item", "Topic", "Column", "First values"),
            [
                (
                    str(item.number),
                    "" if item.label == f"Item {item.number}" else item.label,
                    _short(made, column),
                    _first(made, column).removeprefix("First values: "),
                )
                for item, column in zip(instrument.items, done, strict=True)
            ],
            "Items and their columns",
        )
        if any(_short(made, column) != column for column in done):
            with st.expander("Names of these columns in full", key=made.key(f"{prefix}_names")):
                st.html("<br>".join(map(look.esc, done)))
    return done


def _days(
    viewer: Viewer, made: Draft, guess: Proposal, said: Mapping | None, column: str | None
) -> DateFormat | None:
    st.header("Days", anchor=False)
    if column == NOMINAL:
        st.write("Nominal: counted from the start that is said above.")
        return "iso"
    formats = list(DATE_FORMATS)
    first = said.date_format if said else guess.date_format
    written = st.selectbox(
        "How the file writes its days",
        formats,
        index=formats.index(first) if first else None,
        placeholder="Choose",
        format_func=DATE_FORMATS.__getitem__,
        key=made.key("format"),
    )
    if written and column:
        lines = [
            f"<b>{look.esc(text[:40])}</b> "
            + (f"is read as <b>{day:%A} {day.day} {day:%B %Y}</b>" if day else "can’t be read so")
            for text, day in days_read(viewer, made.forms, column, written)
        ]
        st.html("<br>".join(lines))
    return written


def _coding(
    made: Draft, instrument: Instrument, guess: Proposal, said: Mapping | None, by_items: bool
) -> tuple[int | None, tuple[str, ...]]:
    st.header("Answers", anchor=False)
    coding = said.coding_low if said else guess.coding_low
    ranges = {(item.low, item.high) for item in instrument.items}
    if by_items and instrument.step == 1 and len(ranges) == 1:
        low, high = ranges.pop()
        offered: list[int | None] = [None, low, low + 1, low - 1]

        def words(one: int | None) -> str:
            if one is None:
                return f"{low}–{high}, as defined, if nothing speaks against it"
            if one == low:
                return f"{low}–{high}, certainly"
            return f"{one}–{one + high - low}, standing for {low}–{high}"

        coding = st.selectbox(
            "How the file writes lowest to highest",
            offered,
            index=offered.index(coding) if coding in offered else 0,
            format_func=words,
            key=made.key(f"coding_{instrument.id}"),
        )
    else:
        coding = None
    if guess.strange:
        st.write(
            "These are no numbers in range: "
            + ", ".join(f"“{look.plain(text)}” ({n:,})" for text, n in guess.strange)
        )
    missing = st.multiselect(
        "Written for “not answered”, besides an empty cell",
        list(
            dict.fromkeys([*(said.missing if said else ()), *(text for text, _ in guess.strange)])
        ),
        default=list(said.missing) if said else [],
        accept_new_options=True,
        placeholder="None, or type one such as 99",
        key=made.key(f"missing_{instrument.id}"),
    )
    st.html('<div class="ad-meta">An empty cell is kept as blank, never as 0.</div>')
    return coding, tuple(missing)


def _file(made: Draft, guess: Proposal) -> None:
    table = made.table
    st.header("How the file was read", anchor=False)
    st.write(look.plain(table.read_as))
    for note in guess.notes:
        st.html(f'<div class="ad-meta">{look.esc(note)}</div>')
