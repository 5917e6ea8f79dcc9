"""Outcomes: how did the therapies go that the viewer answers for, scale by scale?"""

import streamlit as st

from attachdash import web
from attachdash.practice.outcomes import Outcome, outcomes
from attachdash.web import tables

viewer = web.viewer()
found = outcomes(viewer)


def mean_sd(mean: float | None, sd: float | None, n: int) -> str:
    """12.3 (4.5), n 8; a dash where there is none."""
    if mean is None:
        return "–"
    spread = "–" if sd is None else f"{sd:.1f}"
    return f"{mean:.1f} ({spread}), n {n}"


def cells(row: Outcome) -> tuple[str, ...]:
    """One scale."""
    return (
        row.instrument.scale_label(row.scale),
        str(row.episodes),
        str(row.compared),
        mean_sd(row.first_mean, row.first_sd, row.compared),
        mean_sd(row.latest_mean, row.latest_sd, row.compared),
        str(row.late),
    )


web.header(
    "Outcomes",
    f"The therapies of the therapists you supervise now · as of {tables.day(viewer.today)}",
    "First against latest, not yet corrected for noise. A difference may be chance: single "
    "courses are read on the client’s page."
    if found
    else "No answers yet. As soon as a therapist you supervise has answers to show, they are "
    "counted here.",
)
if found:
    with web.card("outcomes"):
        tables.table(
            ("Scale", "Episodes", "With two or more", "First mean (SD)", "Latest mean (SD)",
             "Late first answers"),
            [cells(row) for row in found],
            "Outcomes by scale",
        )  # fmt: skip
    st.header("How this is counted", anchor=False)
    st.markdown(
        "- In: every episode, open or ended, with at least one score, of clients whom a therapist "
        "treats whom you supervise now. An ended therapy counts if its last therapist is "
        "supervised by you now.\n"
        "- Means and SDs are over the episodes with two or more scores only; n says how many. "
        "Those with one score are counted under Episodes alone, so the means may flatter.\n"
        "- A late first answer came more than 28 days after the episode began: it may not show "
        "where things stood at the start.\n"
        "- Scales with most episodes stand first. No ranking of therapists can be read from this, "
        "and none is drawn."
    )
