"""Flags, and what was done about them, as rows of an export."""

import polars as pl

from attachdash.store import Reach, flag_log
from attachdash.store import export as store_export
from attachdash.store.engine import Cursor

Rows = list[tuple[object, ...]]


def logged(cursor: Cursor, asked: Reach, held: pl.DataFrame) -> tuple[Rows, Rows, dict[int, str]]:
    """The rows of flags.csv and of flag_steps.csv, and the kind and cause of each flag of them.

    `held` are the administrations in reach, each with its place as in answers.csv.
    """
    forms = {
        number: (f"{instrument} {place}", *rest)
        for number, instrument, place, *rest in held.select(
            "administration_id", "instrument", "administration", "answered_on", "informant",
            "informant_label",
        ).iter_rows()
    }  # fmt: skip
    flags, steps = flag_log.read(cursor, asked, store_export.flag_names(cursor, asked), forms)
    rows: Rows = sorted(
        (
            (
                one.client, one.kind, one.cause, one.episode, *_form(one.form), one.state,
                one.raised_at.isoformat(),
            )
            for one in flags
        ),
        key=lambda row: [str(cell) for cell in row],
    )  # fmt: skip
    # The steps of one flag stay in the order in which they were taken.
    taken: Rows = sorted(
        (
            (
                one.client, one.flag, one.step, _form(one.form)[0], one.reason, one.said,
                one.review_on, one.sign_in, one.done_at.isoformat(),
            )
            for one in steps
        ),
        key=lambda row: (str(row[0]), str(row[1])),
    )  # fmt: skip
    return rows, taken, {one.flag_id: f"{one.kind} {one.cause}" for one in flags}


def _form(form: object) -> tuple[object, ...]:
    """Which form, its day and who answered; only the first of one that is no longer held."""
    return form if isinstance(form, tuple) else (form, None, "", "")
