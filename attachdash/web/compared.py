"""What a file says twice: the same form on two rows, and totals beside the answers."""

import pandas as pd
import streamlit as st

from attachdash.practice.planning import Found
from attachdash.practice.reading import Instrument, ProblemKind
from attachdash.web import look, tables
from attachdash.web.import_draft import Draft

MOST_SHOWN = 200


def repeats(found: Found) -> None:
    """Rows of one client and day: the same answers count once, different ones are asked about."""
    same = found.repeats
    conflicts = [
        one for one in found.own if one.kind is ProblemKind.CONFLICT and one.row is not None
    ]
    if not same and not conflicts:
        return
    with look.card("repeats"):
        st.header("The same client and day again", anchor=False)
        rows = [
            (f"{row:,}", f"Same answers as row {first:,}: counted once")
            for row, first in same[:MOST_SHOWN]
        ] + [(f"{one.row:,}", f"Not kept: expected {one.expected}. {one.cure}")
             for one in conflicts[:MOST_SHOWN]]  # fmt: skip
        tables.table(("Row", "What it repeats"), rows, "Rows of the same client and day")
        more = found.repeat_count + len(conflicts) - len(rows)
        if more > 0:
            st.write(f"And {more:,} more.")


def totals(made: Draft, found: Found, asked: Instrument) -> None:
    """The file's totals that aren't our score of the same row."""
    if made.mapping is None or not made.mapping.totals:
        return
    with look.card("totals"):
        st.header("Totals in the file", anchor=False)
        if not found.mismatch_count:
            st.write("Every total that the file brings is our score of its row.")
            return
        count = found.mismatch_count
        st.write(
            f"{tables.counted(count, 'total')} of the file {'is' if count == 1 else 'are'} not our "
            "score of the same row. Ours is kept: look whether the answers, their coding or the "
            "order of the items is right."
        )
        first = found.mismatches.head(MOST_SHOWN).rows(named=True)
        st.dataframe(
            pd.DataFrame(
                {
                    "Row": [one["row_number"] for one in first],
                    "Scale": [asked.scale(one["scale_id"]).name for one in first],
                    "Column": [one["column"] for one in first],
                    "File says": [one["theirs"] for one in first],
                    "Our score": [
                        "none: too little answered" if one["ours"] is None else f"{one['ours']:g}"
                        for one in first
                    ],
                }
            ),
            hide_index=True,
            key=made.key("totals"),
            alt=f"Totals that differ, {count:,} in all",
        )
        if count > MOST_SHOWN:
            st.write(f"The first {MOST_SHOWN} of {count:,}.")
