"""What was answered and noted beside the flags of a loaded export, and held back from clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from attachdash.errors import Invalid
from attachdash.practice.clients import A_DAY
from attachdash.practice.loading_flags import Here, moment, signs
from attachdash.practice.release import LONGEST_HOLD
from attachdash.practice.rights import Viewer
from attachdash.practice.support import How
from attachdash.store import release, support
from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows with ids for this store; which flag and by whom is found when those are there."""

    looks: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    holds: list[dict[str, Any]]


def read_beside(
    looks: pl.DataFrame, notes: pl.DataFrame, holds: pl.DataFrame, here: Here
) -> Beside:
    """The rows of the tables. Raises Invalid."""
    answered, noted = [], []
    episodes = here.episodes
    for row in looks.iter_rows(named=True):
        if row["how"] not in list(How) or not row["version"].isdigit() or not row["question"]:
            raise Invalid("looks.csv: a question, its version, and how it was answered.")
        if row["episode"] and (row["client"], row["episode"]) not in episodes:
            raise Invalid("looks.csv: each episode is one of episodes.csv.")
        answered.append({
            **_both("looks.csv", row, here), "asked": row["asked"],
            "episode_id": episodes.get((row["client"], row["episode"])),
            "question_id": row["question"], "version": int(row["version"]),
            "answer": row["answer"], "how": row["how"],
            "given_at": _moment("looks.csv", row["given_at"]),
        })  # fmt: skip
    for row in notes.iter_rows(named=True):
        noted.append({
            **_both("agenda_notes.csv", row, here), "words": row["words"],
            "noted_at": _moment("agenda_notes.csv", row["noted_at"]),
        })  # fmt: skip
    held = [_hold(row, here.people) for row in holds.iter_rows(named=True)]
    return Beside(answered, noted, held)


def _hold(row: Mapping[str, str], people_ids: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    name, code = "holds.csv", row["client"]
    _check_client(name, code, people_ids)
    try:
        to_on = date.fromisoformat(row["to"])
    except ValueError as error:
        raise Invalid(f"{name}: each row has the day on which it no longer holds.") from error
    from_at = _moment(name, row["from"])
    # The practice's day may be another than that of the moment.
    if not -A_DAY <= to_on - from_at.date() <= LONGEST_HOLD + 2 * A_DAY:
        raise Invalid(f"{name}: nothing is held back for longer than {LONGEST_HOLD.days} days.")
    return {
        "client_id": people_ids[code, ""], "instrument": row["instrument"],
        "from_at": from_at, "to_on": to_on, "reason": row["reason"],
        "by": row["by"], "ended": row["ended_by"],
        "ended_at": _moment(name, row["ended_at"]) if row["ended_at"] else None,
    }  # fmt: skip


def _check_client(name: str, code: str, people_ids: Mapping[tuple[str, str], int]) -> None:
    if (code, "") not in people_ids:
        raise Invalid(f"{name}: clients.csv has no client {code[:40]}.")


def _both(name: str, row: Mapping[str, str], here: Here) -> dict[str, Any]:
    code = row["client"]
    _check_client(name, code, here.people)
    return {"client_id": here.people[code, ""], "flag": row["flag"], "by": row["by"]}


def _moment(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except ValueError as error:
        raise Invalid(f"{name}: {text[:40]} can't be read as a moment.") from error


def put_beside(
    cursor: Cursor, viewer: Viewer, beside: Beside, called: Mapping[tuple[int, str], int]
) -> None:
    """Keep them, after the flags and the people were put there; `called` is each flag by client
    and as it is told.

    Beside a flag that isn't here stands none; whoever isn't known here is taken to be the person
    who loads.
    """
    rows = [*beside.looks, *beside.notes]
    if not rows and not beside.holds:
        return
    known = signs(cursor, viewer)
    for row in rows:
        row["flag_id"] = called.get((row["client_id"], row["flag"]))
    for row in [*rows, *beside.holds]:
        row["by_person_id"] = known.get(row["by"], viewer.person_id)
    for row in beside.holds:
        row["instrument_id"] = viewer.store.catalogue.instrument_ids.get(row["instrument"])
        if row["instrument_id"] is None:
            raise Invalid(f"holds.csv: no such instrument here: {row['instrument'][:40]}.")
        row["ended_by"] = row["ended_at"] and known.get(row["ended"], viewer.person_id)
    support.put(
        cursor, viewer.site_id,
        _frame(viewer, beside.looks, "look_answer", support.LOOK),
        _frame(viewer, beside.notes, "agenda_note", support.NOTE),
    )  # fmt: skip
    release.put(cursor, viewer.site_id, _frame(viewer, beside.holds, "hold", release.HOLD))


def _frame(
    viewer: Viewer, rows: list[dict[str, Any]], what: str, fields: pa.Schema
) -> pl.DataFrame:
    taken = viewer.store.engine.new_ids(what, len(rows)) if rows else []
    kinds = {field.name: pl.DataFrame(fields.empty_table())[field.name].dtype for field in fields}
    kept = [{**row, f"{what}_id": number} for row, number in zip(rows, taken, strict=True)]
    wanted = {name: kind for name, kind in kinds.items() if name != "site_id"}
    return pl.DataFrame([{name: row[name] for name in wanted} for row in kept], wanted)
