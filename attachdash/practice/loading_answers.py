"""What was answered, of a loaded export: ready to be scored and kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from attachdash.errors import Invalid
from attachdash.instruments import Instrument, RelationKind
from attachdash.practice.exporting import WHY
from attachdash.practice.keeping import Given
from attachdash.practice.loading_tables import check_known, converted, table, typed
from attachdash.practice.rights import Viewer

MOST = np.iinfo(np.int16).max  # steps, as answers are kept; nothing has more items
NO_ANSWER = {word: number for number, word in WHY.items()}
KEY = [
    "client", "instrument", "day_is_nominal", "answered_on", "occasion", "about", "informant",
]  # fmt: skip
Ids = Mapping[tuple[str, str], int]  # of the people around clients, by code and name; "": themself


def givens(viewer: Viewer, files: Mapping[str, str], people: Ids) -> list[Given]:
    """What was answered: one for each instrument, kind of day and of informant, and answers or
    ready scores."""
    answers, scores = table(files, "answers.csv"), table(files, "scores.csv")
    for name, frame in (("answers.csv", answers), ("scores.csv", scores)):
        check_known(name, frame, {code for code, _ in people})
        for who in ("about", "informant"):
            if strange := set(frame.select("client", who).unique().rows()) - set(people):
                code, person = min(strange)
                raise Invalid(f"{name}: relations.csv has no {person[:40]} of {code[:40]}.")
        if not set(frame["day_is_nominal"]) <= {"yes", ""}:
            raise Invalid(f"{name}, column day_is_nominal: expected yes or nothing.")
    _check_definitions(viewer, answers, scores)
    answers = typed("answers.csv", answers, pl.Date, date.fromisoformat, ["answered_on"])
    answers = typed("answers.csv", answers, pl.Int64, _item, ["item"])
    scores = typed("scores.csv", scores, pl.Date, date.fromisoformat, ["answered_on"])
    ready = scores.filter(pl.col("state") == "given").join(
        answers.select(KEY).unique(), on=KEY, how="anti", maintain_order="left"
    )
    found = []
    for frame, made in ((answers, _answered), (ready, _ready)):
        by = pl.col("informant").str.split(" ").list.first()
        for (code, nominal, kind), own in frame.group_by(
            "instrument", "day_is_nominal", by, maintain_order=True
        ):
            given = made(viewer.store.library[str(code)], own, people, nominal == "yes")
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


def _item(text: str) -> int:
    number = int(text)
    if not 0 < number <= MOST:
        raise ValueError(text)
    return number


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
        if number is not None and not (0 <= step <= MOST and abs(step - round(step)) < 1e-6):
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
