"""Which columns say who answered and when, by their names and by what stands in them."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from attachdash.instruments.library import plain
from attachdash.intake.days import (
    DATE_FORMATS,
    DateFormat,
    format_shown_by,
    looks_like_a_day,
    looks_like_a_serial,
    only_day_first,
    only_month_first,
    read_day,
)
from attachdash.intake.problems import listed, shown
from attachdash.intake.shapes import CLIENT_CODE, NOMINAL, ROW_CODE
from attachdash.intake.table import Table, distinct

# A column whose filled cells are mostly written as days is one of days.
MOSTLY = 0.9
CLIENT_NAMES = (
    *("clientcode", "clientid", "client", "code", "clientno", "clientnumber", "id"),
    *("patient", "subject", "participant", "person", "case", "rownames"),
)
CLIENT_ENDINGS = ("code", "id", "no", "nr", "number")
DAY_NAMES = ("answeredon", "answered", "date", "day", "completed", "datum", "when")
OCCASION_NAMES = ("occasion",)
INFORMANT_NAMES = (
    *("informant", "informanttype", "answeredby", "respondent", "rater", "completedby"),
    *("filledinby", "reporter", "ratedby"),
)
ABOUT_NAMES = ("about", "aboutwhom", "target")
# Days that are not those of an answer.
OTHER_DAYS = ("birth", "dob", "born", "geb", "start", "end", "referr", "admis")


def named(columns: Iterable[str], names: tuple[str, ...], taken: set[str | None]) -> str | None:
    """The first column that bears the earliest of the names."""
    by_name = {plain(column): column for column in reversed(list(columns)) if column not in taken}
    return next((by_name[name] for name in names if name in by_name), None)


def people_column(table: Table, names: tuple[str, ...], taken: set[str | None]) -> str | None:
    """The column that bears one of these names and holds anything; None where there is none."""
    column = named(table.columns, names, taken)
    if column is None or not (table.frame[column].str.strip_chars() != "").any():
        return None
    return column


def client_column(table: Table, taken: set[str | None]) -> str | None:
    """The column of client codes, by its name; None where it isn't found."""
    for made in (ROW_CODE, CLIENT_CODE):
        if made in table.columns:
            return made
    if found := named(table.columns, CLIENT_NAMES, taken):
        return found
    ending = [
        column
        for column in table.columns
        if column not in taken and plain(column).endswith(CLIENT_ENDINGS)
    ]
    return ending[0] if len(ending) == 1 else None


def day_column(table: Table, today: date, notes: list[str]) -> tuple[str | None, DateFormat | None]:
    """The column of days answered and the one format that its days allow; None for what isn't
    found. What a person should know of it is added to the notes."""
    if NOMINAL in table.columns:
        notes.append("The days are nominal: worked out from the stated start.")
        return NOMINAL, "iso"
    dated: list[str] = []
    for name in table.columns:
        texts = [text for text in table.frame[name].head(1000).to_list() if text.strip()]
        days = sum(map(looks_like_a_day, texts))
        other = any(word in plain(name) for word in OTHER_DAYS)
        if texts and days >= MOSTLY * len(texts) and not other:
            dated.append(name)
    column = dated[0] if len(dated) == 1 else None
    if len(dated) > 1:
        named = [name for name in dated if plain(name).startswith(DAY_NAMES)]
        column = named[0] if len(named) == 1 else None
    if not dated and (numbered := _serial_columns(table)):
        notes.append(_about_serials(table, numbered[0], today))
        return numbered[0], None
    if column is None:
        found = f" ({', '.join(map(shown, dated))} hold days)" if dated else ""
        notes.append(f"The column of days answered was not found{found}: choose it.")
        return None, None
    texts, which = distinct(table.frame[column])
    written = format_shown_by(texts)
    notes.append(_about_days(table, texts, which, written))
    return column, written


def _serial_columns(table: Table) -> list[str]:
    """Columns called a day's name that hold a spreadsheet's day numbers."""
    found = []
    for name in table.columns:
        if plain(name).startswith(DAY_NAMES):
            texts = [text for text in table.frame[name].head(1000).to_list() if text.strip()]
            serials = sum(map(looks_like_a_serial, texts))
            if texts and serials >= MOSTLY * len(texts):
                found.append(name)
    return found


def _about_serials(table: Table, column: str, today: date) -> str:
    text = next(text for text in table.frame[column].to_list() if looks_like_a_serial(text))
    # Both are told, also a day still to come: which is right only the person can say.
    first, second = read_day(text, "excel1900", date.max), read_day(text, "excel1904", date.max)
    words = f"{shown(column)} may hold Excel day numbers: {text.strip()} is {first} counted from "
    words += f"1900 and {second} counted from 1904."
    if isinstance(second, date) and second > today:
        words += " The second is still to come."
    return f"{words} Say which it is."


def _about_days(
    table: Table, texts: list[str], which: NDArray[np.int64], written: DateFormat | None
) -> str:
    if written:
        return f"Days read as {DATE_FORMATS[written]}."
    rows = []
    for only in (only_day_first, only_month_first):
        marked = np.array([only(text) for text in texts], dtype=bool)
        rows.append(table.row_numbers[marked[which]].tolist())
    if all(rows):
        return (
            f"The days can't be read: {listed(rows[0])} can only be day first and "
            f"{listed(rows[1])} only month first."
        )
    return "The days can be read in several ways: say how they are written."
