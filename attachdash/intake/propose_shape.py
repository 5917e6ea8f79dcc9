"""How a file seems to lay out its forms: a guess from its columns, for a person to confirm."""

import re
from dataclasses import dataclass
from datetime import date

from attachdash.instruments.library import plain
from attachdash.intake.occasions import days_of, is_time
from attachdash.intake.problems import shown
from attachdash.intake.shapes import TIME, Kind, Point
from attachdash.intake.table import Table
from attachdash.intake.who_when import (
    ABOUT_NAMES,
    INFORMANT_NAMES,
    client_column,
    day_column,
    named,
    people_column,
)

GAP = re.compile(r"([ _.\-]+)")
ITEM_NAMES = ("item", "itemno", "itemnumber", "itemid", "question", "questionid", "questionno")
VALUE_NAMES = ("value", "answer", "response", "antwort", "wert", "score")
PART_NAMES = ("instrument", "questionnaire", "measure", "scale", "form", "test")
TIME_NAMES = (
    *("time", "timepoint", "occasion", "session", "sessionno", "visit", "wave", "phase"),
    *("assessment", "measurement", "month", "months", "week", "weeks", "moment"),
)
# More occasions than anyone states one by one are no occasions.
MOST_LABELS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeGuess:
    """What a file's layout seems to be; a person confirms each part of it."""

    kind: Kind
    points: tuple[Point, ...]  # found by a pattern in the columns' names
    item: str | None
    value: str | None
    part: str | None
    keys: tuple[str, ...]
    client: str | None  # the column of codes; None: there is none
    has_days: bool  # a column of days is there
    occasions: str | None  # the column of occasions; TIME: the time points
    notes: tuple[str, ...]


def propose_shape(table: Table, today: date, kind: Kind | None = None) -> ShapeGuess:
    """A guess at the layout; `kind` where a person has said it."""
    points = time_points(table.columns)
    item = named(table.columns, ITEM_NAMES, set())
    value = named(table.columns, VALUE_NAMES, {item})
    seems: Kind = "times" if points else "answers" if item and value else "forms"
    kind = kind or seems
    notes = []
    if points:
        notes.append(
            f"Columns for {len(points)} time points were found by their names: "
            f"{', '.join(shown(point.label) for point in points[:8])}. Please confirm."
        )
    elif seems == "answers":
        notes.append(f"{shown(item or '')} seems to hold items, {shown(value or '')} answers.")
    measured = {column for point in points for column in point.columns.values()}
    if kind != "times":
        measured = set()
    days, _ = day_column(table, today, [])
    bases = [base for point in points for base in point.columns] if kind == "times" else []
    has_days = days is not None or any(plain(base).startswith("date") for base in bases)
    used = {item, value} if kind == "answers" else set()
    part = named(table.columns, PART_NAMES, used) if kind == "answers" else None
    taken = {days, part, *used, *measured}
    occasions = TIME if kind == "times" else named(table.columns, TIME_NAMES, taken)
    client = client_column(table, {*taken, occasions})
    people = [people_column(table, names, taken) for names in (INFORMANT_NAMES, ABOUT_NAMES)]
    keys = [one for one in (client, days, occasions, *people) if one is not None and one != TIME]
    if not has_days:
        notes.append("No column of days was found: the forms can be given nominal ones.")
    return ShapeGuess(
        kind=kind,
        points=points,
        item=item,
        value=value,
        part=part,
        keys=tuple(keys) if kind == "answers" else (),
        client=client,
        has_days=has_days,
        occasions=occasions,
        notes=tuple(notes),
    )


def time_points(columns: tuple[str, ...]) -> tuple[Point, ...]:
    """The time points that the columns name (bdi.pre, bdi.2m; phq9_1_t2), in the file's order.

    Only groups that at least two time points share; none where no column is so named.
    """
    found: dict[str, dict[str, str]] = {}
    labels: dict[str, dict[str, str]] = {}
    twice: set[str] = set()
    for column in columns:
        pieces = GAP.split(column.strip())
        at = [place for place in range(0, len(pieces), 2) if is_time(pieces[place])]
        if len(at) != 1 or len(pieces) == 1:
            continue
        place = at[0]
        # The gap before the word goes with it; the first word's gap stands after it.
        rest = pieces[: place - 1] + pieces[place + 1 :] if place else pieces[2:]
        base, label = "".join(rest), pieces[place].lower()
        if found.setdefault(base, {}).setdefault(label, column) != column:
            twice.add(base)  # "bdi.t1" and "bdi_T1": which is meant can't be told
        labels.setdefault(label, {})[base] = column
    shared = {base for base, own in found.items() if len(own) > 1 and base not in twice}
    points = []
    for label, own in labels.items():
        kept = {base: found[base][label] for base in own if base in shared}
        if kept:
            points.append(Point(label=label, columns=kept))
    return tuple(points)


def occasions_in(table: Table, column: str) -> tuple[str, ...] | None:
    """The different occasions of a column, in the file's order; None where they are too many."""
    texts = table.frame[column].str.strip_chars().unique(maintain_order=True).to_list()
    return tuple(text for text in texts if text) if len(texts) <= MOST_LABELS else None


def known_days(labels: tuple[str, ...]) -> dict[str, int]:
    """Days after the start of the labels that say so themselves."""
    found = {label: days_of(label) for label in labels}
    return {label: days for label, days in found.items() if days is not None}
