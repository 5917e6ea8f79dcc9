"""A file's rows against the register: whose they are, and what can be kept of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import Instrument
from attachdash.intake import Checked, Mapping, Problem, ProblemKind
from attachdash.intake.codes import mistakable
from attachdash.practice import clients as practice_clients
from attachdash.practice.held import held_now
from attachdash.practice.keeping import Given
from attachdash.practice.rights import Role, Viewer
from attachdash.practice.whom import (
    NAMES_NOBODY,
    THEIR_THERAPIST,
    by_people,
    kind_of,
    which_unclear,
)

UNKNOWN = "the code of a client who is yours now; check the spelling, or ask your administrator"
NOBODY = {"": 0}  # instead of an empty mapping, which polars would leave as text


def counts_of(checked: Checked, problems: Sequence[Problem]) -> Counter[ProblemKind]:
    """How often each kind was found by the check, and beyond its own in `problems`."""
    listed = Counter(one.kind for one in problems)
    listed.subtract(Counter(one.kind for one in checked.problems))
    return listed + Counter(checked.counts)


def instrument_of(viewer: Viewer, mapping: Mapping) -> Instrument:
    """The questionnaire of a mapping. Raises Invalid where its answers can't be kept."""
    instrument = viewer.store.library.get(mapping.instrument)
    if instrument is None:
        raise Invalid("Choose which questionnaire the file holds.")
    return instrument


@dataclass
class Register:
    """The clients in the viewer's reach, and the new codes that a file brought so far."""

    clients: dict[str, practice_clients.Client]  # by code
    spelled: dict[str, str] = field(default_factory=dict)  # the first spelling of each new code

    @cached_property
    def held(self) -> dict[str, str]:
        """Each code by all the ways of writing it."""
        return {mistakable(code): code for code in self.clients}

    def known(self, rows: pl.DataFrame) -> pl.Series:
        """Whether each row's client is here."""
        # A block has few of many codes: only those are asked about.
        own = rows["client_code"].unique().to_list()
        return rows["client_code"].is_in([code for code in own if code in self.clients])


def register_now(viewer: Viewer) -> Register:
    """The clients in the viewer's reach."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return Register({one.code: one for one in practice_clients.read(cursor, viewer)})


def judged(
    viewer: Viewer, checked: Checked, register: Register
) -> tuple[pl.DataFrame, tuple[Problem, ...], int]:
    """The rows of a file, or of a block of one, that the register lets in, with their place; the
    problems of the others; and how many those are.

    The register is told the new codes of these rows.
    """
    everyone = register.clients
    mapping = checked.mapping
    problems = list(checked.problems)
    rows = checked.rows.with_row_index("place")
    bad: set[int] = set()
    codes = rows["client_code"].unique(maintain_order=True).to_list()

    def refuse(row: tuple[int, int, str, object], column: str, value: str, kind: ProblemKind,
               expected: str, cure: str = "") -> None:  # fmt: skip
        bad.add(row[0])
        problems.append(
            Problem(
                kind=kind, file=checked.file_name, row=row[1], column=column, value=value,
                expected=expected, cure=cure,
            )
        )  # fmt: skip

    listed = rows.select("place", "row_number", "client_code", "answered_on")
    if strange := _strange_codes(viewer, codes, register):
        for row in listed.filter(pl.col("client_code").is_in(list(strange))).rows():
            refuse(row, mapping.client, row[2], ProblemKind.CLIENT_CODE, *strange[row[2]])
    for one in (everyone[code] for code in codes if code in everyone):
        if one.born_on is None:
            continue
        early = listed.filter(
            (pl.col("client_code") == one.code) & (pl.col("answered_on") < one.born_on)
        )
        for row in early.rows():
            refuse(
                row, mapping.answered_on, str(row[3]), ProblemKind.DATE_OUT_OF_RANGE,
                "a day after the client was born; check the day and the code",
            )  # fmt: skip
    if bad:
        rows = rows.filter(~pl.col("place").is_in(list(bad)))
    if mapping.person_column is not None and viewer.role is Role.ADMINISTRATOR:
        # Kept or refused by its name, a row would tell whether the name is known.
        for row in rows.filter(pl.col("person") != "").select(*listed.columns, "person").rows():
            refuse(row[:4], mapping.person_column, row[4], ProblemKind.WHICH_PERSON,
                   NAMES_NOBODY, THEIR_THERAPIST)  # fmt: skip
        rows = rows.filter(~pl.col("place").is_in(list(bad)))
    known = rows.filter(register.known(rows))
    for unclear in which_unclear(viewer, mapping, known, everyone):
        refuse(
            (*unclear.row, None), unclear.column, unclear.value, ProblemKind.WHICH_PERSON,
            unclear.expected, unclear.cure,
        )  # fmt: skip
    rows = rows.filter(~pl.col("place").is_in(list(bad)))
    known = known.filter(~pl.col("place").is_in(list(bad)))
    # An administrator who could tell same from other answers could find out those held by trying.
    if known.height and viewer.role is not Role.ADMINISTRATOR:
        ids = {code: everyone[code].client_id for code in codes if code in everyone}
        held = held_of(viewer, checked, known, ids)
        other = held.filter(~pl.col("same"))["place"]
        clash = known.filter(pl.col("place").is_in(other.implode()))
        for row in clash.select("place", "row_number", "client_code", "answered_on").rows():
            refuse(
                row, mapping.answered_on, str(row[3]), ProblemKind.CONFLICT,
                "the answers already held for this client and day, or another day",
            )  # fmt: skip
        rows = rows.filter(~pl.col("place").is_in(list(bad)))
    problems.sort(key=lambda problem: problem.row or 0)
    return rows, tuple(problems), len(checked.refused_rows) + len(bad)


def held_of(
    viewer: Viewer, checked: Checked, rows: pl.DataFrame, ids: dict[str, int]
) -> pl.DataFrame:
    """Which of the rows are held, as held_already says it, with their place among the checked."""
    none = pl.DataFrame(schema={"place": pl.UInt32, "same": pl.Boolean, "is_live": pl.Boolean})
    parts = [none]
    for part, given in givens_of(viewer, checked, rows, ids):
        held = held_now(viewer, given)
        places = part["place"].gather(held["place"])
        parts.append(held.with_columns(place=places).select(none.columns))
    return pl.concat(parts)


def mismatches_of(checked: Checked, rows: pl.DataFrame) -> pl.DataFrame:
    """The totals of these of the checked rows that aren't our score."""
    return checked.mismatches.filter(pl.col("row_number").is_in(rows["row_number"].implode()))


def _strange_codes(
    viewer: Viewer, codes: list[str], register: Register
) -> dict[str, tuple[str, str]]:
    """The codes whose rows can't be kept: what was expected instead, and the cure."""
    found: dict[str, tuple[str, str]] = {}
    for code in codes:
        if code in register.clients:
            continue
        if other := register.held.get(mistakable(code)):
            found[code] = f"the code as it is held, {other}", f"Write it as {other}."
        elif viewer.role is not Role.ADMINISTRATOR:
            # The same words for another therapist's client and for nobody's.
            found[code] = UNKNOWN, ""
        elif (first := register.spelled.setdefault(mistakable(code), code)) != code:
            found[code] = (
                f"one way of writing a code, but the file also has {first}",
                f"Write it as {first}; another person needs another code.",
            )
    return found


def givens_of(
    viewer: Viewer, checked: Checked, rows: pl.DataFrame, ids: dict[str, int]
) -> list[tuple[pl.DataFrame, Given]]:
    """These of the checked rows as they are kept, with the clients' ids; by who answered and about
    whom, each with its rows."""
    return [
        (part, _given(viewer, checked, part, ids, informant, about))
        for part, informant, about in by_people(checked.mapping, rows)
    ]


def _given(
    viewer: Viewer, checked: Checked, rows: pl.DataFrame, ids: dict[str, int], informant: str,
    about: str,
) -> Given:  # fmt: skip
    # Mostly all are kept as they stand: then nothing is copied.
    places = slice(None) if rows.height == checked.n else rows["place"].to_numpy()
    # Of many thousands of clients a block has some.
    own = {code: ids[code] for code in rows["client_code"].unique().to_list()}
    return Given(
        instrument=viewer.store.library[checked.mapping.instrument],
        rows=rows.select(
            "answered_on",
            "occasion",
            *(["person"] if "person" in rows.columns else []),
            client_id=pl.col("client_code").replace_strict(own or NOBODY, return_dtype=pl.Int64),
        ),
        answers=checked.answers[places] if checked.answers is not None else None,
        scores={
            scale_id: checked.scores[places, column]
            for column, scale_id in enumerate(checked.scale_ids)
        }
        if checked.scores is not None
        else {},
        channel="file",
        nominal=checked.mapping.is_nominal,
        about=kind_of(about),
        informant=kind_of(informant),
    )
