"""Coming back: the folder that an export wrote, loaded into an empty store as it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

import numpy as np
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, RelationKind
from attachdash.intake.codes import alike
from attachdash.practice.clients import check_code
from attachdash.practice.csv_text import read
from attachdash.practice.exporting import COLUMNS, STAMP, STATE, WHY
from attachdash.practice.keeping import Given, Prepared, keep, prepare
from attachdash.practice.loading_people import Staff, put_people, read_people
from attachdash.practice.loading_support import Beside, put_beside, read_beside
from attachdash.practice.marks import PHASE, EventKind, Technique
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case, whole_practice
from attachdash.store import clients, marks, relations
from attachdash.store import export as store_export
from attachdash.store.engine import Cursor

T = TypeVar("T")
MARKS = {
    "kind": {PHASE, *EventKind},
    "technique": {"", *Technique},
    "visibility": {"staff", "client"},
}  # what may stand in a column
WRITTEN_SINCE = {"marks.csv", "looks.csv", "agenda_notes.csv", "holds.csv"}
NO_ANSWER = {word: number for number, word in WHY.items()}
KEY = [
    "client", "instrument", "day_is_nominal", "answered_on", "occasion", "about", "informant",
]  # fmt: skip
Ids = Mapping[tuple[str, str], int]  # of the people around clients, by code and name; "": themself


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
    beside: Beside
    ids: dict[str, int] = field(repr=False)  # of clients, by code
    people: dict[tuple[str, str], int] = field(repr=False)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def load(viewer: Viewer, files: Mapping[str, str]) -> Loaded:
    """Put what `exporting.export` gave (its texts by file name) into a store without clients.

    At the terminal only. All of it comes in or nothing: scores are computed anew, answers filed
    and flags raised anew, and the state must then have the sum that the export's stamp names.
    Raises Invalid, naming the cure, where anything is missing, changed, or not known here.
    """
    asked = whole_practice(viewer)
    state = _state(files)
    folder = _folder(viewer, files)
    prepared = [prepare(viewer, given) for given in _givens(viewer, files, folder)]
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
    put_beside(cursor, viewer, folder.beside)
    if store_export.state_hash(cursor, whole_practice(viewer)) != state:
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


def table(files: Mapping[str, str], name: str) -> pl.DataFrame:
    """A table of the folder. Raises Invalid where it is missing or isn't one.

    What an earlier version didn't write yet is empty; the sum of the state finds one taken away.
    """
    if name not in files and name in WRITTEN_SINCE:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS[name], pl.String))
    if name not in files:
        raise Invalid(f"{name} is missing: load the whole folder.")
    return read(name, files[name], COLUMNS[name])


def converted(
    name: str, frame: pl.DataFrame, column: str, of: Callable[[str], T]
) -> dict[str, T | None]:
    """What each text of a column says; None for an empty one. Raises Invalid, naming the text."""
    found: dict[str, T | None] = {}
    for text in frame[column].unique().to_list():
        try:
            found[text] = of(text) if text else None
        except (ValueError, KeyError) as error:
            raise Invalid(f"{name}, column {column}: {text[:40]} can't be read.") from error
    return found


def _yes(text: str) -> bool:
    return {"yes": True}[text]


def _with(
    name: str, frame: pl.DataFrame, kind: type[pl.DataType], of: Callable[[str], object],
    columns: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    """The frame with columns of text as what they say."""
    for column in columns:
        known = converted(name, frame, column, of)
        frame = frame.with_columns(
            pl.Series(column, [known[one] for one in frame[column]], dtype=kind)
        )
    return frame


def _folder(viewer: Viewer, files: Mapping[str, str]) -> _Folder:
    who, spans = table(files, "clients.csv"), table(files, "episodes.csv")
    codes = who["client"].to_list()
    for code in codes:
        check_code(code)
    if len({alike(code) for code in codes}) < len(codes):
        raise Invalid("clients.csv has a client twice.")
    new_ids = viewer.store.engine.new_ids
    ids = dict(zip(codes, new_ids("client", len(codes)), strict=True)) if codes else {}
    who = _with("clients.csv", who, pl.Date, date.fromisoformat, ["born_on"])
    who = who.with_columns(
        client_id=pl.Series([ids[code] for code in codes], dtype=pl.Int64),
        born_precision=pl.when(pl.col("born_precision") != "").then("born_precision"),
    )
    if not set(who["born_precision"].drop_nulls()) <= {"day", "year"}:
        raise Invalid("clients.csv, column born_precision: expected day or year.")
    _check_known("episodes.csv", spans, ids)
    spans = _with("episodes.csv", spans, pl.Date, date.fromisoformat, ["started_on", "from", "to"])
    spans = _with("episodes.csv", spans, pl.Boolean, _yes, ["start_is_nominal"])
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
    return _Folder(
        relations=around,
        marks=_marks(viewer, files, episodes),
        beside=read_beside(
            table(files, "looks.csv"),
            table(files, "agenda_notes.csv"),
            table(files, "holds.csv"),
            people,
            dict(
                zip(
                    zip(episodes["client"], episodes["episode"], strict=True),
                    episodes["episode_id"],
                    strict=True,
                )
            ),
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
    _check_known(name, found, ids)
    found = _with(name, found, pl.Date, date.fromisoformat, ["from", "to"])
    found = _with(name, found, pl.Boolean, _yes, ["deceased"])
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
    found = _with(name, table(files, name), pl.Date, date.fromisoformat, ["from", "to"])
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


def _check_known(name: str, frame: pl.DataFrame, ids: Mapping[str, int]) -> None:
    if strange := set(frame["client"].unique()) - set(ids):
        raise Invalid(f"{name}: clients.csv has no client {min(strange)[:40]}.")


def _givens(viewer: Viewer, files: Mapping[str, str], folder: _Folder) -> list[Given]:
    """What was answered: one for each instrument, kind of day and of informant, and answers or
    ready scores."""
    answers, scores = table(files, "answers.csv"), table(files, "scores.csv")
    for name, frame in (("answers.csv", answers), ("scores.csv", scores)):
        _check_known(name, frame, folder.ids)
        for who in ("about", "informant"):
            if strange := set(frame.select("client", who).unique().rows()) - set(folder.people):
                code, person = min(strange)
                raise Invalid(f"{name}: relations.csv has no {person[:40]} of {code[:40]}.")
        if not set(frame["day_is_nominal"]) <= {"yes", ""}:
            raise Invalid(f"{name}, column day_is_nominal: expected yes or nothing.")
    _check_definitions(viewer, answers, scores)
    answers = _with("answers.csv", answers, pl.Date, date.fromisoformat, ["answered_on"])
    answers = _with("answers.csv", answers, pl.Int64, int, ["item"])
    scores = _with("scores.csv", scores, pl.Date, date.fromisoformat, ["answered_on"])
    ready = scores.filter(pl.col("state") == "given").join(
        answers.select(KEY).unique(), on=KEY, how="anti", maintain_order="left"
    )
    found = []
    for frame, made in ((answers, _answered), (ready, _ready)):
        by = pl.col("informant").str.split(" ").list.first()
        for (code, nominal, kind), own in frame.group_by(
            "instrument", "day_is_nominal", by, maintain_order=True
        ):
            given = made(viewer.store.library[str(code)], own, folder.people, nominal == "yes")
            found.append(replace(given, informant=RelationKind(kind) if kind else None))
    return found


def _check_definitions(viewer: Viewer, answers: pl.DataFrame, scores: pl.DataFrame) -> None:
    """Raise Invalid unless this version computes scores exactly as the exporting one did."""
    library = viewer.store.library
    used = {*answers["instrument"].unique(), *scores["instrument"].unique()}
    if lacking := sorted(code for code in used if code not in library):
        raise Invalid(
            f"{', '.join(lacking)[:200]}: no such instrument here. Put its definition into "
            "data/instruments, or load with the version that exported."
        )
    made_by = scores.select("instrument", "definition").unique().rows()
    if other := sorted({code for code, sha in made_by if library[code].sha256 != sha}):
        raise Invalid(
            f"{', '.join(other)[:200]}: scored by another definition than the one here. Load with "
            "the version that exported: nothing is scored anew by another rule unasked."
        )


def _ids(ids: Mapping[str, int]) -> pl.Expr:
    # From an empty table polars would make texts.
    return pl.col("client").replace_strict(ids or {"": 0}, return_dtype=pl.Int64)


def _rows(own: pl.DataFrame, ids: Ids) -> pl.DataFrame:
    if own["answered_on"].null_count():
        raise Invalid("An answer has no day: take the files as they were exported.")
    people = own.select("client", "about", "informant", themself=pl.lit(""))
    columns = (("client_id", "themself"), ("about_id", "about"), ("informant_id", "informant"))
    return own.select(
        "answered_on",
        "occasion",
        *(
            pl.Series(name, [ids[pair] for pair in people.select("client", who).iter_rows()])
            .cast(pl.Int64)
            for name, who in columns
        ),
    )  # fmt: skip


def _answered(instrument: Instrument, own: pl.DataFrame, ids: Ids, nominal: bool) -> Given:
    count, name = len(instrument.items), "answers.csv"
    numbers = converted(name, own, "value", float)
    reasons = converted(name, own, "no_answer", NO_ANSWER.__getitem__)
    steps: list[int] = []
    for value, why in own.select("value", "no_answer").iter_rows():
        number, reason = numbers[value], reasons[why]
        if (number is None) is (reason is None):
            raise Invalid(f"{name}, {instrument.id}: a value, or why there is none.")
        step = -1.0 if number is None else number / instrument.step
        if number is not None and not (step >= 0 and abs(step - round(step)) < 1e-6):
            raise Invalid(f"{name}, {instrument.id}: {value[:40]} is no answer of it.")
        steps.append(round(step) if reason is None else reason)
    forms = (
        own.with_columns(step=pl.Series(steps, dtype=pl.Int64))
        .sort("item", maintain_order=True)
        .group_by(KEY, maintain_order=True)
        .agg("item", "step")
    )
    wanted = list(range(1, count + 1))
    if forms.filter(pl.col("item") != wanted).height:
        raise Invalid(f"{name}, {instrument.id}: each form has the items 1 to {count} once.")
    return Given(
        instrument=instrument,
        rows=_rows(forms, ids),
        answers=np.array(forms["step"].to_list(), np.int16).reshape(forms.height, count),
        scores={},
        nominal=nominal,
        channel="file",
    )


def _ready(instrument: Instrument, own: pl.DataFrame, ids: Ids, nominal: bool) -> Given:
    numbers = converted("scores.csv", own, "value", float)
    forms = own.select(KEY).unique(maintain_order=True).with_row_index("place")
    placed = own.join(forms, on=KEY, maintain_order="left")
    scores: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    for scale, value, place in placed.select("scale", "value", "place").iter_rows():
        if scale not in {one.id for one in instrument.scales}:
            raise Invalid(f"scores.csv: {instrument.id} has no scale {scale[:40]}.")
        column = scores.setdefault(scale, np.full(forms.height, np.nan))
        number = numbers[value]
        column[place] = np.nan if number is None else number
    return Given(
        instrument=instrument, rows=_rows(forms, ids), answers=None, scores=scores,
        nominal=nominal, channel="file",
    )  # fmt: skip
