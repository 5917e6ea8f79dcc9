"""What was answered and noted beside the flags of a loaded export, and held back from clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from attachdash.errors import Invalid
from attachdash.practice.exporting_support import OF_SOMEBODY
from attachdash.practice.rights import Viewer
from attachdash.practice.support import How
from attachdash.store import flags, people, release, support
from attachdash.store.engine import Cursor


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows with ids for this store; which flag and by whom is found when those are there."""

    looks: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    holds: list[dict[str, Any]]


def read_beside(
    looks: pl.DataFrame, notes: pl.DataFrame, holds: pl.DataFrame,
    people_ids: Mapping[tuple[str, str], int], episodes: Mapping[tuple[str, str], int],
) -> Beside:  # fmt: skip
    """The rows of the tables; `people_ids` by client and name ("" for the client), `episodes` by
    client and number. Raises Invalid."""
    answered, noted = [], []
    for row in looks.iter_rows(named=True):
        if row["how"] not in list(How) or not row["version"].isdigit() or not row["question"]:
            raise Invalid("looks.csv: a question, its version, and how it was answered.")
        if row["episode"] and (row["client"], row["episode"]) not in episodes:
            raise Invalid("looks.csv: each episode is one of episodes.csv.")
        answered.append({
            **_both("looks.csv", row, people_ids), "asked": row["asked"],
            "episode_id": episodes.get((row["client"], row["episode"])),
            "question_id": row["question"], "version": int(row["version"]),
            "answer": row["answer"], "how": row["how"],
            "given_at": _moment("looks.csv", row["given_at"]),
        })  # fmt: skip
    for row in notes.iter_rows(named=True):
        noted.append({
            **_both("agenda_notes.csv", row, people_ids), "words": row["words"],
            "noted_at": _moment("agenda_notes.csv", row["noted_at"]),
        })  # fmt: skip
    held = [_hold(row, people_ids) for row in holds.iter_rows(named=True)]
    return Beside(answered, noted, held)


def _hold(row: Mapping[str, str], people_ids: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    name, code = "holds.csv", row["client"]
    _check_client(name, code, people_ids)
    try:
        to_on = date.fromisoformat(row["to"])
    except ValueError as error:
        raise Invalid(f"{name}: each row has the day on which it no longer holds.") from error
    return {
        "client_id": people_ids[code, ""], "instrument": row["instrument"],
        "from_at": _moment(name, row["from"]), "to_on": to_on, "reason": row["reason"],
        "by": row["by"], "ended": row["ended_by"],
        "ended_at": _moment(name, row["ended_at"]) if row["ended_at"] else None,
    }  # fmt: skip


def _check_client(name: str, code: str, people_ids: Mapping[tuple[str, str], int]) -> None:
    if (code, "") not in people_ids:
        raise Invalid(f"{name}: clients.csv has no client {code[:40]}.")


def _both(
    name: str, row: Mapping[str, str], people_ids: Mapping[tuple[str, str], int]
) -> dict[str, Any]:
    code = row["client"]
    _check_client(name, code, people_ids)
    kind, _, cause = row["flag"].partition(" ")
    parts = cause.split(":")
    if len(parts) == OF_SOMEBODY:
        parts[2:] = [str(people_ids.get((code, one), "")) for one in parts[2:]]
    return {
        "client_id": people_ids[code, ""], "flag": (kind, ":".join(parts)), "by": row["by"],
    }  # fmt: skip


def _moment(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{name}: {text[:40]} can't be read as a moment.") from error


def put_beside(cursor: Cursor, viewer: Viewer, beside: Beside) -> None:
    """Keep them, after the flags were raised anew and the people added.

    Beside a flag that isn't raised here any more stands none; whoever isn't known here is taken
    to be the person who loads.
    """
    rows = [*beside.looks, *beside.notes]
    if not rows and not beside.holds:
        return
    client_ids = sorted({row["client_id"] for row in rows})
    known = {
        (client_id, kind, cause): flag_id
        for client_id, kind, cause, flag_id in flags.known(cursor, viewer.site_id, client_ids)
        .select("client_id", "kind", "cause", "flag_id")
        .iter_rows()
    }
    signs = {
        row["sign_in"]: int(row["person_id"])
        for row in people.register(cursor, viewer.site_id).to_dict("records")
    }
    for row in rows:
        row["flag_id"] = known.get((row["client_id"], *row["flag"]))
    for row in [*rows, *beside.holds]:
        row["by_person_id"] = signs.get(row["by"], viewer.person_id)
    for row in beside.holds:
        row["instrument_id"] = viewer.store.catalogue.instrument_ids.get(row["instrument"])
        if row["instrument_id"] is None:
            raise Invalid(f"holds.csv: no such instrument here: {row['instrument'][:40]}.")
        row["ended_by"] = row["ended_at"] and signs.get(row["ended"], viewer.person_id)
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
