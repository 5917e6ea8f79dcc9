"""Whom the rows of a file are by and about: which of a client's people, if it is clear."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from attachdash.instruments import SELF, RelationKind
from attachdash.intake import Mapping
from attachdash.intake.mapping import folded
from attachdash.practice import relations
from attachdash.practice.clients import Client
from attachdash.practice.rights import Role, Viewer

NAMES_NOBODY = "a row that names nobody: who is around a client is their therapist’s to know"
THEIR_THERAPIST = "Have the client’s therapist import it."
AROUND = "Under Clients, People around them, "
ROW = ("place", "row_number", "client_code")


@dataclass(frozen=True, slots=True)
class Unclear:
    """A row that doesn't say which of a client's people it means."""

    row: tuple[int, int, str]  # place, row_number, client_code
    column: str
    value: str
    expected: str
    cure: str


def by_people(mapping: Mapping, rows: pl.DataFrame) -> list[tuple[pl.DataFrame, str, str]]:
    """The rows by who answered and about whom: together where that is said for the whole file."""
    if not mapping.people_columns:
        return [(rows, mapping.informant, mapping.about)]
    return [
        (part, str(part["informant"][0]), str(part["about"][0]))
        for part in rows.partition_by("informant", "about", maintain_order=True)
        if part.height
    ]


def kind_of(who: str) -> RelationKind | None:
    """The kind of relation; None for the client."""
    return None if who == SELF else RelationKind(who)


def which_unclear(
    viewer: Viewer, mapping: Mapping, known: pl.DataFrame, everyone: dict[str, Client]
) -> Iterator[Unclear]:
    """The rows of known clients that could mean several people of a kind, or that name none; none
    of an own form."""
    for part, informant, about in by_people(mapping, known):
        kind = kind_of(informant) or kind_of(about)
        if kind is None or part.is_empty():
            continue
        ids = {code: everyone[code].client_id for code in part["client_code"].unique().to_list()}
        rows = part.with_columns(
            client_id=pl.col("client_code").replace_strict(ids, return_dtype=pl.Int64)
        )
        with viewer.store.engine.reading(viewer.scope) as cursor:
            rows = pl.concat(
                [rows, relations.meant(cursor, viewer.site_id, rows, kind)], how="horizontal"
            )
        if mapping.person_column is not None:
            yield from _by_name(viewer, mapping.person_column, rows, kind)
            rows = rows.filter(pl.col("person") == "")
        for row in rows.filter("several").select(*ROW).rows():
            yield Unclear(row, mapping.client, row[2], *_which(viewer, kind))


def _by_name(
    viewer: Viewer, column: str, rows: pl.DataFrame, kind: RelationKind
) -> Iterator[Unclear]:
    """The rows whose name nobody bears, or several do; and those without one whose person another
    row of the day names, for both would be kept as theirs."""
    is_named = pl.col("person") != ""
    strange = rows.filter(is_named & pl.col("relation_id").is_null())
    if strange.height:
        with viewer.store.engine.reading(viewer.scope) as cursor:
            around = relations.read_all(cursor, viewer).values()
        said = strange.select(*ROW, "client_id", "answered_on", "person").rows()
        for place, number, code, client_id, day, name in said:
            if any(
                one.has_namesake and folded(one.label) == folded(name)
                for one in around
                if one.client_id == client_id and one.kind is kind
            ):
                yield Unclear((place, number, code), column, name, *_namesakes(kind))
                continue
            known = [
                one.label for one in around
                if one.client_id == client_id and one.kind is kind and one.is_meant(day)
                and one.label
            ]  # fmt: skip
            yield Unclear(
                (place, number, code), column, name,
                f"the name of one {kind} of this client on that day ({', '.join(known)})" if known
                else f"a {kind} of this client on that day, but nobody is known by a name",
                f"Correct the cell. {AROUND}names are added, and who isn’t meant any more is "
                "ended.",
            )  # fmt: skip
    key = ("client_id", "answered_on", "occasion", "relation_id")
    named = rows.filter(is_named & pl.col("relation_id").is_not_null())
    for row in rows.filter(~is_named).join(named, on=key, how="semi").select(*ROW).rows():
        yield Unclear(
            row, column, "", f"the name of this {kind}: another row of that day names them",
            "Fill the cell in, or leave one of the rows out.",
        )  # fmt: skip


def _namesakes(kind: RelationKind) -> tuple[str, str]:
    return (
        f"a name that only one {kind} of this client has or had",
        f"{AROUND}give each a name of their own, such as with a surname, and write that here.",
    )


def _which(viewer: Viewer, kind: RelationKind) -> tuple[str, str]:
    if viewer.role is Role.ADMINISTRATOR:
        # Whom a client has around them is the therapist's to know.
        return f"one {kind} whom the form can mean", THEIR_THERAPIST
    return (
        f"one {kind} of this client on that day, but there are several",
        f"Choose a column that names which, or, {AROUND[0].lower()}{AROUND[1:]}say from when to "
        "when each of them is meant.",
    )
