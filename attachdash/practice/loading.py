"""Coming back: the folder that an export wrote, loaded into an empty store as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import RelationKind
from attachdash.practice.clients import check_code
from attachdash.practice.exporting import STAMP, STATE
from attachdash.practice.keeping import Prepared, keep, prepare
from attachdash.practice.loading_answers import givens
from attachdash.practice.loading_flags import Here, Log, called_now, forms_of, put_log, read_log
from attachdash.practice.loading_people import Staff, put_people, read_people
from attachdash.practice.loading_support import Beside, put_beside, read_beside
from attachdash.practice.loading_tables import check_known, converted, table, typed, yes
from attachdash.practice.marks import PHASE, EventKind, Technique
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case, whole_practice
from attachdash.store import clients, marks, relations
from attachdash.store import export as store_export
from attachdash.store.engine import Cursor

MARKS = {
    "kind": {PHASE, *EventKind},
    "technique": {"", *Technique},
    "visibility": {"staff", "client"},
}  # what may stand in a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was loaded."""

    clients: int
    administrations: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """The tables of a folder with ids for this store, ready to be put there."""

    clients: pl.DataFrame
    episodes: pl.DataFrame
    spans: pl.DataFrame
    relations: pl.DataFrame
    marks: pl.DataFrame
    log: Log | None  # None: an earlier version wrote none
    beside: Beside
    ids: dict[str, int] = field(repr=False)  # of clients, by code
    people: dict[tuple[str, str], int] = field(repr=False)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def load(viewer: Viewer, files: Mapping[str, str]) -> Loaded:
    """Put what `exporting.export` gave (its texts by file name) into a store without clients.

    At the terminal only. All of it comes in or nothing: scores are computed anew, answers filed
    and flags raised anew, each then put as it stood, and the state must have the sum that the
    export's stamp names. Raises Invalid, naming the cure, where anything is missing, changed, or
    not known here.
    """
    asked = whole_practice(viewer)
    state = _state(files)
    folder = _folder(viewer, files)
    prepared = [prepare(viewer, given) for given in givens(viewer, files, folder.people)]
    staff = read_people(viewer, files, folder.ids)

    def work(cursor: Cursor) -> Loaded:
        if clients.who(cursor, asked):
            raise Invalid(
                "There are clients in this practice already. An export is loaded into an empty one "
                "only: start one with `attachdash init`, in another ATTACHDASH_HOME."
            )
        return _put(cursor, viewer, folder, prepared, staff, state)

    return change(
        viewer, "loaded export", work,
        detail=lambda done: f"{done.clients} clients, {done.administrations} administrations",
    )  # fmt: skip


def _put(
    cursor: Cursor, viewer: Viewer, folder: _Folder, prepared: list[Prepared], staff: Staff,
    state: str,
) -> Loaded:  # fmt: skip
    store_export.put_clients(cursor, viewer.site_id, folder.clients)
    store_export.put_episodes(cursor, viewer.site_id, folder.episodes, folder.spans)
    relations.add_many(cursor, viewer.site_id, folder.relations)
    marks.put(cursor, viewer.site_id, folder.marks, viewer.person_id, viewer.now)
    kept = sum(keep(cursor, viewer, one) for one in prepared)
    added = put_people(cursor, viewer, staff)
    asked, log = whole_practice(viewer), folder.log
    called = (
        put_log(cursor, viewer, log, prepared) if log else called_now(cursor, asked, folder.ids)
    )
    put_beside(cursor, viewer, folder.beside, called)
    if store_export.state_hash(cursor, asked, with_flags=log is not None) != state:
        raise Invalid(
            "What these files come to isn't what was exported: they were changed since. Nothing "
            "was kept. Load the folder as it was written."
        )
    return Loaded(clients=len(folder.ids), administrations=kept, people=added)


def _state(files: Mapping[str, str]) -> str:
    """The sum that the stamp names."""
    lines = [one for one in files.get(STAMP, "").splitlines() if one.startswith(STATE)]
    if len(lines) != 1:
        raise Invalid(
            f"There is no {STAMP} that names a state: name a folder that `attachdash export` or "
            "the page Export wrote. A client's own copy can't be loaded."
        )
    return lines[0].removeprefix(STATE).strip()


def _folder(viewer: Viewer, files: Mapping[str, str]) -> _Folder:
    who, spans = table(files, "clients.csv"), table(files, "episodes.csv")
    codes = who["client"].to_list()
    for code in codes:
        check_code(code)
    # As add_client has it: a practice may have 7 and 07, and its export has to come back.
    if len({code.upper() for code in codes}) < len(codes):
        raise Invalid("clients.csv has a client twice.")
    new_ids = viewer.store.engine.new_ids
    ids = dict(zip(codes, new_ids("client", len(codes)), strict=True)) if codes else {}
    who = typed("clients.csv", who, pl.Date, date.fromisoformat, ["born_on"])
    who = who.with_columns(
        client_id=pl.Series([ids[code] for code in codes], dtype=pl.Int64),
        born_precision=pl.when(pl.col("born_precision") != "").then("born_precision"),
    )
    if not set(who["born_precision"].drop_nulls()) <= {"day", "year"}:
        raise Invalid("clients.csv, column born_precision: expected day or year.")
    check_known("episodes.csv", spans, ids)
    spans = typed("episodes.csv", spans, pl.Date, date.fromisoformat, ["started_on", "from", "to"])
    spans = typed("episodes.csv", spans, pl.Boolean, yes, ["start_is_nominal"])
    if spans["started_on"].null_count() or spans["from"].null_count():
        raise Invalid("episodes.csv: each row has the day it starts.")
    episodes = spans.unique(["client", "episode"], keep="first", maintain_order=True)
    taken = new_ids("episode", episodes.height) if episodes.height else []
    episodes = episodes.with_columns(
        pl.col("start_is_nominal").fill_null(value=False),
        episode_id=pl.Series(list(taken), dtype=pl.Int64),
        client_id=_ids(ids),
    )
    around = _relations(viewer, files, ids)
    people = {(code, ""): client_id for code, client_id in ids.items()}
    people |= {
        (code, name): relation_id
        for code, name, relation_id in around.select(
            "client", "relation", "relation_id"
        ).iter_rows()
    }
    numbers = dict(
        zip(
            zip(episodes["client"], episodes["episode"], strict=True),
            episodes["episode_id"],
            strict=True,
        )
    )
    here = Here(viewer, people, numbers, forms_of(files, people))
    log = read_log(viewer, files, here)
    return _Folder(
        relations=around,
        marks=_marks(viewer, files, episodes),
        log=log,
        beside=read_beside(
            table(files, "looks.csv"),
            table(files, "agenda_notes.csv"),
            table(files, "holds.csv"),
            here,
        ),
        people=people,
        clients=who.select(
            "client_id", "name", "born_on", "born_precision", "language", code="client"
        ),
        episodes=episodes.select(
            "episode_id", "client_id", "started_on", "start_is_nominal", "problem"
        ),
        spans=spans.join(episodes, on=["client", "episode"], maintain_order="left").select(
            "episode_id",
            from_on="from",
            to_on="to",
            # A span that ended has a reason, if only an empty one.
            close_reason=pl.when(pl.col("to").is_not_null()).then("close_reason"),
        ),
        ids=ids,
    )


def _relations(viewer: Viewer, files: Mapping[str, str], ids: Mapping[str, int]) -> pl.DataFrame:
    """The people around clients, in the order in which those of one kind are counted."""
    name = "relations.csv"
    found = table(files, name)
    check_known(name, found, ids)
    found = typed(name, found, pl.Date, date.fromisoformat, ["from", "to"])
    found = typed(name, found, pl.Boolean, yes, ["deceased"])
    if found.select("client", "relation").is_duplicated().any():
        raise Invalid(f"{name} has somebody twice.")
    kinds = converted(name, found, "relation", _kind)
    taken = viewer.store.engine.new_ids("client", found.height) if found.height else []
    return found.with_columns(
        pl.col("deceased").fill_null(value=False),
        pl.Series("kind", [kinds[one] for one in found["relation"]], pl.String),
        relation_id=pl.Series(list(taken), dtype=pl.Int64),
        client_id=pl.col("client").replace_strict(ids, return_dtype=pl.Int64),
        from_on="from",
        to_on="to",
    )


def _marks(viewer: Viewer, files: Mapping[str, str], episodes: pl.DataFrame) -> pl.DataFrame:
    """The phases and events, each in its episode."""
    name = "marks.csv"
    found = typed(name, table(files, name), pl.Date, date.fromisoformat, ["from", "to"])
    for column, known in MARKS.items():
        if strange := set(found[column].unique()) - known:
            raise Invalid(f"{name}, column {column}: {min(strange)[:40]!r} isn't known.")
    own = episodes.select("client", "episode", "episode_id", "client_id")
    found = found.join(own, on=["client", "episode"], how="left", maintain_order="left")
    if found["episode_id"].null_count() or found["from"].null_count():
        raise Invalid(f"{name}: each row has an episode of episodes.csv and a first day.")
    taken = viewer.store.engine.new_ids("mark", found.height) if found.height else []
    return found.with_columns(
        mark_id=pl.Series(list(taken), dtype=pl.Int64),
        version=pl.lit(1),
        technique=pl.when(pl.col("technique") != "").then("technique"),
        from_on="from",
        to_on="to",
    )


def _kind(name: str) -> RelationKind:
    """The kind of "partner 2"."""
    return RelationKind(name.split(" ")[0])


def _ids(ids: Mapping[str, int]) -> pl.Expr:
    # From an empty table polars would make texts.
    return pl.col("client").replace_strict(ids or {"": 0}, return_dtype=pl.Int64)
