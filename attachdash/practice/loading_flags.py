"""Flags of a loaded export with what was done about them, in the place of those raised anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from attachdash.errors import Invalid
from attachdash.practice.flags import STATES
from attachdash.practice.keeping import Prepared
from attachdash.practice.loading_answers import Ids
from attachdash.practice.loading_tables import converted, table, typed
from attachdash.practice.rights import Viewer
from attachdash.practice.rules import Kind
from attachdash.store import Reach, flag_log, people
from attachdash.store import export as store_export
from attachdash.store.engine import Cursor
from attachdash.store.flag_log import OF_EPISODE, OF_SOMEBODY, OVER

STEPS = {
    "raised", "new evidence", "historic evidence", "evidence withdrawn", "over", "withdrawn",
    *flag_log.PERSONAL,
}  # fmt: skip
REMOVED, MOST_REMOVED = "removed ", 10_000
YEARS = range(1900, 2200)
NEW = {"form": "administration", "episode": "episode", "person": "client"}
Form = tuple[object, ...]  # instrument, client, day, occasion, about, informant


@dataclass(frozen=True, slots=True)
class Here:
    """What the names of an export's flags are here."""

    viewer: Viewer
    people: Ids
    episodes: Mapping[tuple[str, str], int]  # by code of the client and number
    forms: Mapping[tuple[str, str], Form]
    gone: dict[tuple[str, str], list[int]] = field(default_factory=dict, repr=False)

    def cause(self, code: str, told: str) -> str:
        """The cause that is told so. Raises Invalid for a scale that isn't known."""
        first, *rest = told.split(":")
        if first in OF_EPISODE and rest:
            episode = self.episodes.get((code, rest[0])) or self.removed("episode", code, rest[0])
            return ":".join([first, str(episode), *(str(self._scale(one)) for one in rest[1:])])
        if len(rest) == OF_SOMEBODY - 1:
            who = (self.people.get((code, one)) or self.removed("person", code, one)
                   for one in rest[1:])  # fmt: skip
            return ":".join([first, rest[0], *map(str, who)])
        return told

    def form(self, code: str, told: str) -> Form | int | None:
        """The form that counts, or a number for one that no longer does."""
        if not told:
            return None
        return self.forms.get((code, told)) or self.removed("form", code, told)

    def removed(self, what: str, code: str, told: str) -> int:
        """A number that nothing has here, the same for the same. Raises Invalid."""
        place = told.removeprefix(REMOVED)
        known = told.startswith(REMOVED) and place.isdecimal() and place.isascii()
        if not known or not 0 < int(place) <= MOST_REMOVED:
            raise Invalid(f"A flag of {code[:40]} has a {what} that isn't known: {told[:40]}.")
        numbers = self.gone.setdefault((what, code), [])
        while len(numbers) < int(place):  # in the order in which they came
            numbers += map(int, self.viewer.store.engine.new_ids(NEW[what], 1))
        return numbers[int(place) - 1]

    def _scale(self, told: str) -> int:
        instrument, _, scale = told.partition(".")
        known = self.viewer.store.catalogue.scale_ids
        if (instrument, scale) not in known:
            raise Invalid(f"flags.csv: {told[:40]} is no scale here.")
        return known[instrument, scale]


@dataclass(frozen=True, slots=True)
class Log:
    """Flags and steps with ids for this store; which forms is found when those are kept."""

    flags: dict[tuple[int, str], dict[str, Any]]  # by client and kind and cause as they are told
    steps: list[dict[str, Any]]
    step_ids: Sequence[int]


def forms_of(files: Mapping[str, str], ids: Ids) -> dict[tuple[str, str], Form]:
    """The forms of answers.csv and scores.csv, by client and as they are called: phq9 3."""
    found: dict[tuple[str, str], Form] = {}
    key = (
        "client", "instrument", "administration", "answered_on", "occasion", "about", "informant",
    )  # fmt: skip
    for name in ("scores.csv", "answers.csv"):
        frame = table(files, name).select(key).unique(maintain_order=True)
        frame = typed(name, frame, pl.Date, date.fromisoformat, ["answered_on"])
        for code, instrument, place, day, occasion, about, informant in frame.iter_rows():
            who = (ids.get((code, about)), ids.get((code, informant)))
            found[code, f"{instrument} {place}"] = (
                instrument, ids.get((code, "")), day, occasion, *who,
            )  # fmt: skip
    return found


def read_log(viewer: Viewer, files: Mapping[str, str], here: Here) -> Log | None:
    """What flags.csv and flag_steps.csv say; None where an earlier version wrote no steps."""
    if "flag_steps.csv" not in files:
        return None
    rows, taken = table(files, "flags.csv"), table(files, "flag_steps.csv")
    rows = _moments("flags.csv", rows, "raised_at")
    taken = _moments("flag_steps.csv", taken, "done_at")
    taken = typed("flag_steps.csv", taken, pl.Date, date.fromisoformat, ["review_on"])
    known = {(code, name): one for (code, name), one in here.people.items() if not name}
    flags: dict[tuple[int, str], dict[str, Any]] = {}
    new = list(viewer.store.engine.new_ids("flag", rows.height)) if rows.height else []
    for row, flag_id in zip(rows.iter_rows(named=True), new, strict=True):
        code = row["client"]
        if (code, "") not in known:
            raise Invalid(f"flags.csv: clients.csv has no client {code[:40]}.")
        if row["kind"] not in list(Kind) or row["state"] not in (*STATES, *OVER):
            raise Invalid(f"flags.csv: {row['kind'][:40]} {row['state'][:40]} isn't known.")
        if Kind(row["kind"]).is_of_item and row["state"] == "over":
            raise Invalid("flags.csv: what rests on an answer is never over by itself.")
        form = here.form(code, row["form"])
        if Kind(row["kind"]).is_of_item and row["state"] not in OVER and isinstance(form, int):
            raise Invalid(f"flags.csv: a flag of {code[:40]} rests on no answer that counts.")
        if row["episode"] and (code, row["episode"]) not in here.episodes:
            raise Invalid("flags.csv: each episode is one of episodes.csv.")
        flags[known[code, ""], f"{row['kind']} {row['cause']}"] = {
            "flag_id": int(flag_id), "client_id": known[code, ""], "kind": row["kind"],
            "cause": here.cause(code, row["cause"]), "form": form, "state": row["state"],
            "episode_id": here.episodes.get((code, row["episode"])),
            "raised_at": row["raised_at"],
        }  # fmt: skip
    if len(flags) < rows.height:
        raise Invalid("flags.csv has a flag twice.")
    steps = []
    for row in taken.iter_rows(named=True):
        flag = flags.get((known.get((row["client"], ""), 0), row["flag"]))
        if flag is None or row["step"] not in STEPS:
            raise Invalid("flag_steps.csv: each step is known, and taken with one of flags.csv.")
        steps.append({**row, "of": flag, "form": here.form(row["client"], row["form"])})
    said = {(step["of"]["flag_id"], step["step"]) for step in steps}
    for flag in flags.values():
        if flag["state"] in flag_log.PERSONAL and (flag["flag_id"], flag["state"]) not in said:
            raise Invalid("flag_steps.csv: how each flag of flags.csv was dealt with is a step.")
    many = len(steps) + len(flags)
    return Log(flags, steps, viewer.store.engine.new_ids("flag_step", many) if many else [])


def put_log(
    cursor: Cursor, viewer: Viewer, log: Log, prepared: Sequence[Prepared]
) -> dict[tuple[int, str], int]:
    """Keep them, after the answers were kept and the people added; each flag's id, by client and
    as it is told.

    Whoever isn't known here is taken to be the person who loads. A flag of an item that the export
    lacks stays as it was raised: the sum is another then.
    """
    client_ids = sorted({int(one) for p in prepared for one in p.given.rows["client_id"]}
                        | {client_id for client_id, _ in log.flags})  # fmt: skip
    raised = flag_log.ids(cursor, viewer.site_id, client_ids)
    forms = _kept(prepared)
    flags, steps = [], []
    for flag in log.flags.values():
        of_item = Kind(flag["kind"]).is_of_item
        if of_item:
            place = flag["client_id"], flag["kind"], flag["cause"]
            if place in raised and flag["state"] in OVER:
                raise Invalid("flags.csv: a flag is gone, but the answer that raised it is there.")
            flag["flag_id"] = raised.get(place, flag["flag_id"])
        number = _number(flag["form"], forms)
        flags.append({**flag, "administration_id": number})
        if not of_item:
            # What raised it isn't told; that it was is.
            steps.append(_step(flag, "raised", number, "", flag["raised_at"], viewer.person_id))
    known = signs(cursor, viewer)
    for one in log.steps:
        by = known.get(one["by"], viewer.person_id)
        step = _step(
            one["of"], one["step"], _number(one["form"], forms), one["reason"], one["done_at"], by
        )
        steps.append({**step, "said": one["said"] or None, "review_on": one["review_on"]})
    frame = _frame(steps, DECISION).with_columns(
        step_id=pl.Series(list(log.step_ids[: len(steps)]), dtype=pl.Int64)
    )
    flag_log.put(cursor, viewer.site_id, _frame(flags, FLAG), frame, client_ids)
    return {place: flag["flag_id"] for place, flag in log.flags.items()}


def called_now(cursor: Cursor, asked: Reach, ids: Mapping[str, int]) -> dict[tuple[int, str], int]:
    """Each flag that there is, by client and as an export tells it."""
    flags, _ = flag_log.read(cursor, asked, store_export.flag_names(cursor, asked), {})
    return {(ids[one.client], f"{one.kind} {one.cause}"): one.flag_id for one in flags}


def signs(cursor: Cursor, viewer: Viewer) -> dict[str, int]:
    """Everybody who signs in, by their name for it."""
    return {
        row["sign_in"]: int(row["person_id"])
        for row in people.register(cursor, viewer.site_id).to_dict("records")
    }


FLAG: dict[str, pl.DataType | type[pl.DataType]] = {
    "flag_id": pl.Int64, "client_id": pl.Int64, "episode_id": pl.Int64, "kind": pl.String,
    "cause": pl.String, "administration_id": pl.Int64, "raised_at": pl.Datetime("us"),
    "state": pl.String,
}  # fmt: skip
DECISION: dict[str, pl.DataType | type[pl.DataType]] = {
    "flag_id": pl.Int64, "kind": pl.String, "by_person_id": pl.Int64,
    "done_at": pl.Datetime("us"), "words": pl.String, "said": pl.String, "review_on": pl.Date,
}  # fmt: skip


def _frame(rows: list[dict[str, Any]], kinds: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row[name] for name in kinds} for row in rows], kinds)


def _step(
    flag: Mapping[str, Any], kind: str, number: int | None, reason: str, done_at: datetime, by: int
) -> dict[str, Any]:
    named = "" if number is None else f"administration {number}"
    return {
        "flag_id": flag["flag_id"], "kind": kind, "by_person_id": by, "done_at": done_at,
        "words": ": ".join(one for one in (named, reason) if one), "said": None, "review_on": None,
    }  # fmt: skip


def _kept(prepared: Sequence[Prepared]) -> dict[Form, int]:
    """The administrations that were kept, by what their forms are known by."""
    key = ("client_id", "answered_on", "occasion", "about_id", "informant_id")
    return {
        (one.given.instrument.id, *row): number
        for one in prepared
        for row, number in zip(
            one.given.rows.select(key).iter_rows(), one.administration_ids, strict=True
        )
    }


def _number(form: Form | int | None, kept: Mapping[Form, int]) -> int | None:
    if not isinstance(form, tuple):
        return form
    if form not in kept:
        raise Invalid("A flag rests on a form that didn't come in: the files were changed since.")
    return kept[form]


def _moments(name: str, frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The frame with a column of moments, in every row."""
    known = converted(name, frame, column, moment)
    if None in known.values():
        raise Invalid(f"{name}: each row says when.")
    moments = [known[one] for one in frame[column]]
    return frame.with_columns(pl.Series(column, moments, dtype=pl.Datetime("us")))


def moment(text: str) -> datetime:
    """The moment that a text says. Raises ValueError, also for what no practice can have seen."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None or found.year not in YEARS:
        raise ValueError(text)
    return found
