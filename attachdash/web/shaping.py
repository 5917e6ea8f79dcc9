"""How does a file lay out its forms? Found by looking, and confirmed before its columns are."""

from datetime import date

import streamlit as st

from attachdash.practice.reading import (
    DATE_FORMATS,
    KINDS,
    SPACINGS,
    DateFormat,
    Nominal,
    Shape,
    ShapeGuess,
    Unreadable,
    known_days,
    number_of,
    occasions_in,
    propose_shape,
    shaped,
    spaced,
)
from attachdash.practice.rights import Viewer
from attachdash.web import look, tables
from attachdash.web.import_draft import Draft
from attachdash.web.importing import refusal

COLUMN, ROWS, ONE = "a column of client codes", "each row is a client of its own", "one client"
DAYS, NOMINAL = "a column of days", "no days: count from a start"
FOR_ALL, OWN = "one day for all", "a column with each person’s"
NONE = "no such column"


def ask(viewer: Viewer, made: Draft) -> bool:
    """Ask how the file is laid out; whether all of it is said and `made` holds its forms."""
    st.header("Layout", anchor=False)
    said = made.said
    first, second, third = st.columns(3)
    kinds = list(KINDS)
    seems = _guess(viewer, made, None)
    with first:
        kind = st.selectbox(
            "A row of the file is", kinds, index=kinds.index(said.kind if said else seems.kind),
            format_func=KINDS.__getitem__, key=made.shape_key("kind"),
        )  # fmt: skip
    guess = seems if kind == seems.kind else _guess(viewer, made, kind)
    with second:
        whose, client = _whose(made, guess)
    with third:
        ways = [DAYS, NOMINAL]
        nominal = bool(said.nominal) if said and said.kind == kind else not guess.has_days
        way = st.selectbox(
            "Days", ways, index=int(nominal), key=made.shape_key(f"days_{kind}")
        )  # fmt: skip
    for note in guess.notes:
        st.html(f'<div class="ad-meta">{look.esc(note)}</div>')
    keys, part, item, value = _answers(made, guess) if kind == "answers" else ((), None, None, None)
    points = guess.points if kind == "times" else ()
    if kind == "times":
        _points(guess)
    days = _nominal(made, guess) if way == NOMINAL else None
    if (
        (kind == "times" and not points)
        or (kind == "answers" and not (item and value and keys))
        or (whose == ONE and not client)
        or (way == NOMINAL and days is None)
    ):
        made.lay_out(None, None)
        return False
    shape = Shape(
        kind=kind, points=points, keys=keys, part=part, item=item, value=value,
        row_is_client=whose == ROWS, client=client if whose == ONE else None, nominal=days,
    )  # fmt: skip
    if shape != made.shape or made.laid_out is None:
        try:
            made.lay_out(shape, shaped(made.table, shape, viewer.today))
        except Unreadable as error:
            made.lay_out(None, None)
            refusal(error)
            return False
    return True


def _guess(viewer: Viewer, made: Draft, kind: str | None) -> ShapeGuess:
    if kind not in made.layouts:
        known = next((one for one in KINDS if one == kind), None)
        made.layouts[kind] = propose_shape(made.table, viewer.today, known)
    return made.layouts[kind]


def _whose(made: Draft, guess: ShapeGuess) -> tuple[str, str | None]:
    """Whose answers the rows are, and the code where they are one client's."""
    said, ways = made.said, [COLUMN, ONE] if guess.kind == "answers" else [COLUMN, ROWS, ONE]
    at = COLUMN if guess.client or ROWS not in ways else ROWS
    if said and said.kind == guess.kind:
        at = ROWS if said.row_is_client else ONE if said.client else COLUMN
    way = st.selectbox(
        "Whose answers", ways, index=ways.index(at), key=made.shape_key(f"whose_{guess.kind}")
    )
    if way == ROWS:
        st.html(
            '<div class="ad-meta">Codes such as “row 17 of 3f2a9c1b”, the file’s own mark.</div>'
        )
    if way != ONE:
        return way, None
    code = st.text_input(
        "Their code", said.client or "" if said else "", max_chars=40, key=made.shape_key("client")
    )
    return way, code.strip() or None


def _column(
    made: Draft, label: str, guess: str | None, name: str, empty: str | None = None
) -> str | None:
    columns: list[str | None] = [*([None] if empty else []), *made.table.columns]
    return st.selectbox(
        label, columns, index=columns.index(guess) if guess in columns else None,
        placeholder="Choose a column", format_func=lambda one: empty or "" if one is None else one,
        key=made.shape_key(name),
    )  # fmt: skip


def _answers(
    made: Draft, guess: ShapeGuess
) -> tuple[tuple[str, ...], str | None, str | None, str | None]:
    """The columns that tell forms apart, of the questionnaire, of items and of answers."""
    said = made.said if made.said and made.said.kind == "answers" else None
    left, middle, right = st.columns(3)
    with left:
        item = _column(made, "Item stands in", said.item if said else guess.item, "item")
    with middle:
        value = _column(made, "Answer stands in", said.value if said else guess.value, "value")
    with right:
        part = _column(
            made, "Questionnaire stands in", said.part if said else guess.part, "part", NONE
        )
    keys = st.multiselect(
        "Alike in all rows of a form", made.table.columns,
        default=list(said.keys if said else guess.keys), key=made.shape_key("keys"),
    )  # fmt: skip
    return tuple(keys), part, item, value


def _points(guess: ShapeGuess) -> None:
    if not guess.points:
        st.warning(
            "No columns were found that are named alike but for a time point, such as bdi.pre and "
            "bdi.2m, or phq9_1_t1 and phq9_1_t2. Rename them so, or choose another layout."
        )
        return
    tables.table(
        ("Time point", "Its columns"),
        [
            (point.label, ", ".join(list(point.columns.values())[:4])
             + (f" and {len(point.columns) - 4} more" if len(point.columns) > 4 else ""))
            for point in guess.points
        ],
        "Time points and their columns",
    )  # fmt: skip


def _nominal(made: Draft, guess: ShapeGuess) -> Nominal | None:
    """The start and how long after it each occasion was, or None while something is unsaid."""
    said = made.said.nominal if made.said else None
    st.html(
        '<div class="ad-meta">Such days are kept as nominal and always shown as that. A month '
        "counts 30.4375 days.</div>"
    )
    left, right = st.columns(2)
    with left:
        column = None
        if guess.kind != "times":
            first = said.column if said else guess.occasions
            column = _column(made, "Occasion stands in", first, f"time_{guess.kind}", NONE)
    # Without a column of occasions the start would stand alone at the right.
    with left if guess.kind == "times" else right:
        start, start_column, written = _start(made, said)
    labels: tuple[str, ...] | None = tuple(point.label for point in guess.points)
    if guess.kind != "times":
        labels = occasions_in(made.table, column) if column else ()
    if labels is None:
        st.warning("That column holds too many different values to be occasions.")
        return None
    days = _spacing(made, labels, said) if labels else {}
    if days is None or (start is None and not (start_column and written)):
        st.write("Say the start and the days of each occasion.")
        return None
    return Nominal(
        column=column, days=days, start=start, start_column=start_column, start_format=written
    )


def _start(made: Draft, said: Nominal | None) -> tuple[date | None, str | None, DateFormat | None]:
    ways = [FOR_ALL, OWN]
    way = st.selectbox(
        "The start is", ways, index=int(bool(said and said.start_column)),
        key=made.shape_key("start_way"),
    )  # fmt: skip
    if way == FOR_ALL:
        start = st.date_input(
            "Start", said.start if said else None, min_value=date(1900, 1, 1), max_value="today",
            format="DD/MM/YYYY", key=made.shape_key("start"),
        )  # fmt: skip
        return (start if isinstance(start, date) else None), None, None
    column = _column(made, "Start stands in", said.start_column if said else None, "start_column")
    formats = list(DATE_FORMATS)
    first = said.start_format if said else None
    written = st.selectbox(
        "How it writes its days", formats, index=formats.index(first) if first else None,
        placeholder="Choose", format_func=DATE_FORMATS.__getitem__,
        key=made.shape_key("start_format"),
    )  # fmt: skip
    return None, column, written if column else None


def _spacing(made: Draft, labels: tuple[str, ...], said: Nominal | None) -> dict[str, int] | None:
    """Days after the start of each label; None while any is unsaid."""
    known = known_days(labels) | (said.days if said else {})
    asked = made.shape_key("spacing") in st.session_state
    # What was said before is shown one by one, to be changed singly.
    if all(number_of(label) is not None for label in labels) and (
        asked or not set(labels) <= set(known)
    ):
        spacing = st.selectbox(
            f"{labels[0]} to {labels[-1]} are", list(SPACINGS), index=None, placeholder="Choose",
            format_func=SPACINGS.__getitem__, key=made.shape_key("spacing"),
        )  # fmt: skip
        if spacing is None:
            return None
        every = 0
        if spacing == "sessions":
            apart = st.number_input(
                "Days from one session to the next", 0, 400, None, key=made.shape_key("every")
            )
            if apart is None:
                return None
            every = int(apart)
        days = spaced(labels, spacing, every)
        if any(number > 36_525 for number in days.values()):
            st.warning("That is more than a hundred years after the start.")
            return None
        told = ", ".join(f"{label}: day {number}" for label, number in days.items())
        st.html(f'<div class="ad-meta">{look.esc(told)}</div>')
        return days
    return _singly(made, labels, known)


def _singly(made: Draft, labels: tuple[str, ...], known: dict[str, int]) -> dict[str, int] | None:
    st.write("**Days after the start**")
    found: dict[str, int] = {}
    with st.container(horizontal=True):
        for label in labels:
            number = st.number_input(
                label, -36_525, 36_525, known.get(label), width=130,
                key=made.shape_key(f"day_{label}"),
            )  # fmt: skip
            if number is not None:
                found[label] = int(number)
    return found if len(found) == len(labels) else None
