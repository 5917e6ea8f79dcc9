"""What a file's columns seem to mean: guesses from names and values, for a person to confirm.

The instrument is decided by names, of the columns or the file, and never by a count of columns:
the PHQ-8 has eight items and so have other forms.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np

from attachdash.instruments import Instrument, Library, Method
from attachdash.instruments.library import plain
from attachdash.intake.coding import codes_seen
from attachdash.intake.days import (
    DateFormat,
)
from attachdash.intake.families import Family, families, named_in, names_of
from attachdash.intake.mapping import Mapping
from attachdash.intake.numbers import AnswerReader, MissingCodes
from attachdash.intake.problems import Wrong, shown
from attachdash.intake.table import Table, distinct
from attachdash.intake.who_when import (
    ABOUT_NAMES,
    INFORMANT_NAMES,
    OCCASION_NAMES,
    client_column,
    day_column,
    named,
    people_column,
)

FIRST_VALUES = 3
MOST_ENTRIES = 20
SHORTEST = 3  # letters of a name that can stand for an instrument's


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGuess:
    """One column, what its first rows hold, and what it seems to mean."""

    column: str
    first_values: tuple[str, ...]  # of the first rows, as they stand there, shortened
    means: str  # "client", "answered_on", "occasion", "item 3", "score total", "" for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Guesses about a file; nothing of it is kept before a person has confirmed them."""

    mapping: Mapping | None  # None where client, day or instrument was not found
    columns: tuple[ColumnGuess, ...]
    instrument: str | None  # id
    candidates: tuple[str, ...]  # ids of all instruments that names point to
    client: str | None
    answered_on: str | None
    date_format: DateFormat | None  # None: the days allow several, a person must say
    items: tuple[str, ...]
    scores: dict[str, str]
    totals: dict[str, str]  # beside the items, to be compared with our scores
    occasion: str | None
    informant_column: str | None  # that says who answered each row
    about_column: str | None
    coding_low: int | None
    entries: tuple[tuple[str, int], ...]  # what stands in the item columns how often, commonest
    strange: tuple[tuple[str, int], ...]  # those of them that are neither answers nor empty
    notes: tuple[str, ...]  # what was found and what is left to say, in words


def propose(
    table: Table, library: Library, today: date, *, instrument: str | None = None
) -> Proposal:
    """Guesses for the whole mapping; `instrument` where a person has already chosen one."""
    notes = list(table.notes)
    answered_on, date_format = day_column(table, today, notes)
    groups = families(table.columns)
    candidates = _candidates(table, groups, library)
    chosen = library.get(instrument) if instrument else None
    if chosen is None:
        chosen = _only(candidates, library, notes)
    items = _items(chosen, groups, library, notes) if chosen else ()
    scores = _scores(_unnumbered(table, groups), chosen) if chosen and not items else {}
    taken = {answered_on, *items, *scores.values()}
    totals = _totals(_unnumbered(table, groups), chosen, taken, notes) if chosen and items else {}
    taken |= set(totals.values())
    occasion = named(table.columns, OCCASION_NAMES, taken)
    taken |= {occasion}
    informant_column = people_column(table, INFORMANT_NAMES, taken)
    about_column = people_column(table, ABOUT_NAMES, {*taken, informant_column})
    if people := [shown(one) for one in (informant_column, about_column) if one]:
        notes.append(f"{', '.join(people)}: seems to say who answered, or about whom.")
    client = client_column(table, {*taken, informant_column, about_column})
    if client is None:
        notes.append("No column of client codes was found: choose it.")
    if chosen and not items and not scores:
        notes.append(f"No columns with answers or scores of {chosen.short_name} were found.")
    coding_low: int | None = None
    entries: tuple[tuple[str, int], ...] = ()
    strange: tuple[tuple[str, int], ...] = ()
    if chosen and items:
        coding_low = _coding(table, chosen, items, notes)
        entries, strange = _entries(table, chosen, items, coding_low)
        _say_strange(strange, notes)
    mapping = None
    if chosen and client and answered_on and (items or scores):
        mapping = Mapping(
            instrument=chosen.id,
            client=client,
            answered_on=answered_on,
            date_format=date_format,
            items=items,
            scores=scores,
            totals=totals,
            occasion=occasion,
            informant_column=informant_column,
            about_column=about_column,
            coding_low=coding_low,
        )
    meanings = {client: "client", answered_on: "answered_on", occasion: "occasion"}
    meanings |= {column: f"item {number}" for number, column in enumerate(items, start=1)}
    meanings |= {column: f"score {scale}" for scale, column in scores.items()}
    meanings |= {column: f"total {scale}" for scale, column in totals.items()}
    return Proposal(
        mapping=mapping,
        columns=tuple(
            ColumnGuess(
                column=column,
                first_values=tuple(
                    shown(text) for text in table.frame[column].head(FIRST_VALUES).to_list()
                ),
                means=meanings.get(column, ""),
            )
            for column in table.columns
        ),
        instrument=chosen.id if chosen else None,
        candidates=candidates,
        client=client,
        answered_on=answered_on,
        date_format=date_format,
        items=items,
        scores=scores,
        totals=totals,
        occasion=occasion,
        informant_column=informant_column,
        about_column=about_column,
        coding_low=coding_low,
        entries=entries,
        strange=strange,
        notes=tuple(notes),
    )


def _candidates(table: Table, groups: list[Family], library: Library) -> tuple[str, ...]:
    """Ids of the instruments that column names point to, or else the file's name."""
    found: list[str] = []
    for family in groups:
        found += named_in(family.stem, library)
    if not found:
        names = names_of(library)
        for column in _unnumbered(table, groups):
            # "phq9_total", "ecr_r_anxiety": the longest name that begins the column's.
            starts = [name for name in names if plain(column).startswith(name) and len(name) > 2]
            if starts and _is_scale_name(plain(column), max(starts, key=len), library, names):
                found += names[max(starts, key=len)]
    if not found:
        found += named_in(table.file_name.rsplit(".", 1)[0], library)
    return tuple(dict.fromkeys(found))


def _is_scale_name(
    column: str, name: str, library: Library, names: dict[str, tuple[str, ...]]
) -> bool:
    return any(column in _score_names(library[one], name) for one in names[name])


def _only(candidates: tuple[str, ...], library: Library, notes: list[str]) -> Instrument | None:
    if len(candidates) == 1:
        chosen = library[candidates[0]]
        notes.append(f"Names in the file point to {chosen.short_name}: please confirm.")
        return chosen
    if candidates:
        names = ", ".join(library[one].short_name for one in candidates)
        notes.append(f"The file names several instruments ({names}): choose one at a time.")
    else:
        notes.append("No name in the file tells the instrument: choose it.")
    return None


def _items(
    instrument: Instrument, groups: list[Family], library: Library, notes: list[str]
) -> tuple[str, ...]:
    """The columns of its items in order, where exactly as many are numbered from 1."""
    if not instrument.accepts_items:
        notes.append(f"{instrument.short_name} takes ready scores only.")
        return ()
    own = [family for family in groups if instrument.id in named_in(family.stem, library)]
    if not own:
        # "Q1" and "phq_1" say less than the name: the instrument is known from elsewhere.
        own = [
            family
            for family in groups
            if len(family.columns) > 1 and plain(instrument.id).startswith(plain(family.stem))
        ]
    if len(own) != 1:
        if own:
            stems = ", ".join(shown(family.columns[0]) + " …" for family in own)
            notes.append(f"Several groups of numbered columns ({stems}): choose the answers.")
        return ()
    asked, family = len(instrument.items), own[0]
    if family.numbers == tuple(range(1, asked + 1)):
        return family.columns
    notes.append(
        f"{instrument.short_name} has items 1 to {asked}, but the file numbers "
        f"{len(family.columns)} columns ({shown(family.columns[0])} to "
        f"{shown(family.columns[-1])}): is it another instrument? Choose the columns."
    )
    return ()


def _score_names(instrument: Instrument, start: str) -> dict[str, str]:
    """Plain column names that mean a scale of the instrument, and its id."""
    names: dict[str, str] = {}
    for scale in instrument.scales:
        for word in (plain(scale.id), plain(scale.name), plain(scale.topic)):
            names.setdefault(start + word, scale.id)
    only_total = instrument.scales[0] if len(instrument.scales) == 1 else None
    if only_total:
        for word in ("", "total", "score", "sum", "totalscore"):
            names.setdefault(start + word, only_total.id)
    return names


def _unnumbered(table: Table, groups: list[Family]) -> list[str]:
    """The columns that are none of several numbered alike: "phq_9" beside "phq_8" is an item."""
    numbered = {name for family in groups if len(family.columns) > 1 for name in family.columns}
    return [column for column in table.columns if column not in numbered]


def _scores(columns: list[str], instrument: Instrument) -> dict[str, str]:
    """Columns of ready scores by scale."""
    return _by_scale_name(columns, instrument) if "scores" in instrument.entry else {}


def _totals(
    columns: list[str], instrument: Instrument, taken: set[str | None], notes: list[str]
) -> dict[str, str]:
    """Columns of totals beside the answers, by computed scale."""
    computed = {scale.id for scale in instrument.scales if scale.method is not Method.GIVEN}
    found = {
        scale: column
        for scale, column in _by_scale_name(columns, instrument).items()
        if scale in computed and column not in taken
    }
    if found:
        names = ", ".join(map(shown, found.values()))
        notes.append(f"{names}: compared with our scores, which are the ones kept.")
    return found


def _by_scale_name(columns: list[str], instrument: Instrument) -> dict[str, str]:
    found: dict[str, str] = {}
    starts = (plain(instrument.id), plain(instrument.short_name), "")
    for start in starts:
        meanings = _score_names(instrument, start)
        meanings.pop("", None)
        for column in columns:
            if (scale := meanings.get(plain(column))) and column not in found.values():
                found.setdefault(scale, column)
        if found:
            break
    if not found and len(instrument.scales) == 1:
        # "bdi" says less than "bdi2": the instrument is known from elsewhere.
        short = [
            column
            for column in columns
            if len(plain(column)) >= SHORTEST and plain(instrument.id).startswith(plain(column))
        ]
        if len(short) == 1:
            found[instrument.scales[0].id] = short[0]
    return found


def _coding(
    table: Table, instrument: Instrument, items: tuple[str, ...], notes: list[str]
) -> int | None:
    """The lowest code where the answers span the range exactly, but shifted; else None."""
    ranges = {(item.low, item.high) for item in instrument.items}
    if len(ranges) != 1 or instrument.step != 1:
        return None
    low, high = ranges.pop()
    seen = codes_seen(table, items, MissingCodes.of(()))
    near = [code for code in seen if low - 1 <= code <= high + 1]
    if not near:
        return None
    if max(near) == high + 1 and min(near) > low:
        notes.append(
            f"Answers run to {high + 1}: {low + 1} to {high + 1} seems to stand for {low} to "
            f"{high}. Please confirm."
        )
        return low + 1
    if max(near) == high + 1 or min(near) == low - 1:
        notes.append(
            f"Answers run from {min(near)} to {max(near)}, {instrument.short_name} from {low} to "
            f"{high}: say what the file writes for the lowest answer, and for “not answered”."
        )
    return None


def _entries(
    table: Table, instrument: Instrument, items: tuple[str, ...], coding_low: int | None
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """What stands in the item columns, commonest first; and what of it can't be an answer."""
    times: Counter[str] = Counter()
    strange: Counter[str] = Counter()
    shift = 0
    if coding_low is not None:
        shift = coding_low - min(item.low for item in instrument.items)
    for column, item in zip(items, instrument.items, strict=True):
        reader = AnswerReader(
            low=item.low,
            high=item.high,
            step=instrument.step,
            shift=shift,
            missing=MissingCodes.of(()),
        )
        texts, which = distinct(table.frame[column])
        counts = np.bincount(which, minlength=len(texts)).tolist()
        for text, count in zip(texts, counts, strict=True):
            text = text.strip()
            times[text] += count
            if isinstance(reader.read(text), Wrong):
                strange[text] += count
    return _commonest(times), _commonest(strange)


def _commonest(times: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple((shown(text), count) for text, count in times.most_common(MOST_ENTRIES))


def _say_strange(strange: tuple[tuple[str, int], ...], notes: list[str]) -> None:
    if strange:
        words = ", ".join(f"{text} ({count:,})" for text, count in strange[:5])
        notes.append(
            f"Not answers: {words}. Name those that mean “not answered” as missing codes, and say "
            "what each answer in words is worth; rows with the others are refused."
        )
