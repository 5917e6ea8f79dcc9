"""The people around a client whom answers are about or from: who they are, and whom a form means.

Of each kind a form means the one person whose days it lies in. Where nobody is known, keeping the
form adds them; where several are, nobody guesses which.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from attachdash.errors import Invalid, Refused
from attachdash.instruments import RelationKind
from attachdash.intake.mapping import folded
from attachdash.practice.clients import A_DAY
from attachdash.practice.lines import one_line
from attachdash.practice.rights import (
    NOT_THERE,
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
)
from attachdash.store import relations as store
from attachdash.store import versions
from attachdash.store.engine import Cursor, Row
from attachdash.store.export import relation_numbers

LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Somebody around a client."""

    relation_id: int
    client_id: int
    kind: RelationKind
    number: int  # among this client's people of the kind, from 1
    label: str  # who it is, in the therapist's words; may be empty
    from_on: date | None  # None: since ever
    to_on: date | None  # the first day on which no form means them
    deceased: bool
    has_namesake: bool = False  # another of the kind has the same label, if one who ended

    @property
    def name(self) -> str:
        """The kind, with its number from the second on: "partner 2". One person each."""
        return f"{self.kind} {self.number}" if self.number > 1 else self.kind.value

    @property
    def said(self) -> str:
        """Who it is in words, for one person each: mother (Anna), partner 2, friend 1 (Kim)."""
        kind = f"{self.kind} {self.number}" if self.has_namesake else self.kind
        return told(kind, self.label) if self.label else self.name

    def is_meant(self, day: date) -> bool:
        """Whether a form of that day can mean them."""
        return (not self.from_on or self.from_on <= day) and (not self.to_on or day < self.to_on)


def told(kind: RelationKind | str, label: str) -> str:
    """A kind and a label in words: mother (Anna)."""
    return f"{kind} ({label})" if label else str(kind)


def from_rows(rows: list[Row]) -> dict[int, Relation]:
    """Relations by their id, from what the store gives, in its order."""
    numbers = relation_numbers(rows)
    bearers = Counter((client_id, kind, folded(label)) for _, client_id, kind, label, *_ in rows)
    return {
        int(relation_id): Relation(
            relation_id=int(relation_id), client_id=int(client_id), kind=RelationKind(kind),
            number=numbers[relation_id][1], label=label, from_on=from_on, to_on=to_on,
            deceased=deceased, has_namesake=bearers[client_id, kind, folded(label)] > 1,
        )
        for relation_id, client_id, kind, label, from_on, to_on, deceased in rows
    }  # fmt: skip


def read(cursor: Cursor, viewer: Viewer, client_id: int) -> dict[int, Relation]:
    """The people around a client in reach, by id."""
    return from_rows(store.of_clients(cursor, reach(viewer), client_id))


def read_all(cursor: Cursor, viewer: Viewer) -> dict[int, Relation]:
    """The people around every client in reach, by id, in the order of client and kind."""
    return from_rows(store.of_clients(cursor, reach(viewer)))


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.OPENING)
def relations(viewer: Viewer, client_id: int) -> list[Relation]:
    """The people around a client, by kind."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        return list(read(cursor, viewer, client_id).values())


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def add_relation(viewer: Viewer, client_id: int, kind: RelationKind, label: str = "") -> int:
    """Add somebody around a client; their id.

    Raises Invalid where nothing tells them apart from another of the kind who is there now, and
    for a name that another has or had: their answers stay, and are told apart by it.
    """
    label = _checked(label)
    # A client and a relation share one line of numbers: about_id and informant_id hold either.
    relation_id = int(viewer.store.engine.new_ids("client", 1)[0])

    def work(cursor: Cursor) -> int:
        known = [one for one in read(cursor, viewer, client_id).values() if one.kind is kind]
        _check_alone(known, label)
        new = pl.DataFrame({"relation_id": [relation_id], "client_id": [client_id]})
        _add(cursor, viewer, new, kind, label, {client_id: _since(known)})
        return relation_id

    return change(
        viewer, "added relation", work, object_kind="relation", object_id=relation_id
    )  # fmt: skip


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def change_relation(
    viewer: Viewer, client_id: int, relation_id: int, label: str, *, deceased: bool = False
) -> None:
    """Correct who somebody is, and whether they have died; answers about them stay possible."""
    label = _checked(label)

    def work(cursor: Cursor) -> None:
        known = read(cursor, viewer, client_id)
        if relation_id not in known:
            raise Refused(NOT_THERE)
        own = known[relation_id]
        if folded(label) != folded(own.label):
            others = [one for one in known.values() if one.kind is own.kind and one != own]
            _check_alone(others, label, is_now=own.to_on is None)
        store.change(cursor, viewer.site_id, client_id, relation_id, label, deceased=deceased)

    change(viewer, "changed relation", work, object_kind="relation", object_id=relation_id)


@use_case(roles=[Role.THERAPIST], about=About.CLIENT, audit=Audit.CHANGE)
def end_relation(viewer: Viewer, client_id: int, relation_id: int, last_day: date) -> None:
    """Forms of later days no longer mean this person; those held stay theirs.

    Raises Invalid: ended already, in the future, or before a form about or from them.
    """

    def work(cursor: Cursor) -> None:
        one = read(cursor, viewer, client_id).get(relation_id)
        if one is None:
            raise Refused(NOT_THERE)
        if one.to_on is not None:
            raise Invalid(f"This one ended already, after {one.to_on - A_DAY}.")
        if last_day > viewer.today or (one.from_on and last_day < one.from_on):
            raise Invalid("The last day lies between the first one and today.")
        last = store.last_form(cursor, viewer.site_id, client_id, relation_id)
        # Else the same file would mean somebody new, and count twice.
        if last and last_day < last:
            raise Invalid(f"There is a form of {last} about or from them: end it later.")
        store.end(cursor, viewer.site_id, client_id, relation_id, last_day + A_DAY)

    change(viewer, "ended relation", work, object_kind="relation", object_id=relation_id)


def meant(cursor: Cursor, site_id: int, rows: pl.DataFrame, kind: RelationKind) -> pl.DataFrame:
    """Whom each row (client_id, answered_on) means by a kind: relation_id, null where nobody is
    known or several are; `several` says which.

    Where the rows have `person`, one that isn't "" must be the person's label, folded. A label
    that several of the kind have, if one who ended, means none of them: a late form of the former
    one would become the other's.
    """
    people = store.of_kinds(cursor, site_id, rows["client_id"].unique().to_list(), [kind.value])
    day, start, end = pl.col("answered_on"), pl.col("from_on"), pl.col("to_on")
    label = pl.Series("label", [folded(one) for one in people["label"]], pl.String)
    shared = (pl.len().over("client_id", "label") > 1).alias("shared")
    person = pl.col("person") if "person" in rows.columns else pl.lit("").alias("person")
    asked = rows.select("client_id", "answered_on", person).with_row_index("place")
    found = (
        asked.join(people.with_columns(label).with_columns(shared), on="client_id")
        .filter((pl.col("person") == "") | (pl.col("person") == pl.col("label")))
        .filter(
            ((start.is_null() | (start <= day)) & (end.is_null() | (day < end)))
            | ((pl.col("person") != "") & pl.col("shared"))
        )
        .group_by("place")
        .agg(pl.col("relation_id").first(), count=pl.len())
    )
    count = pl.col("count")
    return asked.join(found, on="place", how="left", maintain_order="left").select(
        relation_id=pl.when(count == 1).then("relation_id").cast(pl.Int64),
        several=(count > 1).fill_null(value=False),
    )


def named(
    cursor: Cursor, site_id: int, rows: pl.DataFrame, about: RelationKind | None,
    informant: RelationKind | None,
) -> pl.DataFrame:  # fmt: skip
    """The rows with about_id and informant_id: the client's own id where they are meant (None),
    null where it can't be said. Rows that have the ids already keep them."""
    for column, kind in (("about_id", about), ("informant_id", informant)):
        if column not in rows.columns:
            whom = (
                rows["client_id"]
                if kind is None
                else meant(cursor, site_id, rows, kind)["relation_id"]
            )
            rows = rows.with_columns(whom.alias(column))
    return rows.drop("person", strict=False)


def add_missing(
    cursor: Cursor, viewer: Viewer, rows: pl.DataFrame, kind: RelationKind, ids: Sequence[int],
    batch_id: int | None,
) -> None:  # fmt: skip
    """Add somebody of the kind for each client whose row means nobody who is known.

    There is an id for each client. What an import adds, undoing it removes.
    """
    whom = meant(cursor, viewer.site_id, rows, kind)
    nobody = rows.filter(whom["relation_id"].is_null() & ~whom["several"])
    theirs = nobody["client_id"].unique(maintain_order=True).to_list()
    if not theirs:
        return
    ended = store.of_kinds(cursor, viewer.site_id, theirs, [kind.value])
    last = ended.group_by("client_id").agg(pl.col("to_on").max())
    since: dict[int, date | None] = dict(last.iter_rows())
    new = pl.DataFrame({"relation_id": list(ids)[: len(theirs)], "client_id": theirs})
    _add(cursor, viewer, new, kind, "", since)
    if batch_id is not None:
        versions.made(
            cursor, viewer.site_id, batch_id, "relation", new["relation_id"].to_list()
        )  # fmt: skip


def _add(
    cursor: Cursor, viewer: Viewer, new: pl.DataFrame, kind: RelationKind, label: str,
    since: dict[int, date | None],
) -> None:  # fmt: skip
    first = [since.get(one) for one in new["client_id"]]
    store.add_many(
        cursor,
        viewer.site_id,
        new.with_columns(
            pl.Series("from_on", first, pl.Date),
            pl.lit(None, pl.Date).alias("to_on"),
            kind=pl.lit(kind.value),
            label=pl.lit(label),
            deceased=pl.lit(value=False),
        ),
    )


def _since(known: list[Relation]) -> date | None:
    """From when on a new one of the kind is meant: from where the last one ended, if all did."""
    ends = [one.to_on for one in known if one.to_on]
    return max(ends) if ends and len(ends) == len(known) else None


def _checked(label: str) -> str:
    label = one_line(label)
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise Invalid(f"Who it is has at most {LONGEST_LABEL} letters, on one line.")
    return label


def _check_alone(others: list[Relation], label: str, *, is_now: bool = True) -> None:
    same = [one for one in others if folded(one.label) == folded(label)]
    if is_now and any(one.to_on is None for one in same):
        raise Invalid(
            f"There is a {same[0].kind} already whom nothing tells apart: say who each is."
        )
    # Without a name the number tells them apart.
    if same and label:
        raise Invalid(
            f"Another {same[0].kind} has or had this name, and their answers stay. Say who each "
            "is, such as with a surname."
        )
