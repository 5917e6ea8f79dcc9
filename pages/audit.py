"""Audit: who did or saw what."""

import pandas as pd
import streamlit as st

from attachdash import web
from attachdash.practice import house
from attachdash.web import tables

MOST = 500
MOST_ON_PHONE = 50


@st.fragment
def trail(rows: pd.DataFrame) -> None:
    """The entries, filtered here without asking the store for them again."""
    web.viewer()  # a fragment runs without the page: whoever signed out meanwhile sees no more
    left, right = st.columns(2)
    kind = left.selectbox("What", ["all", *sorted(rows["What"].unique())], key="audit_kind")
    who = right.selectbox("Who", ["all", *sorted(rows["Who"].unique())], key="audit_who")
    shown = rows[
        ((rows["What"] == kind) | (kind == "all")) & ((rows["Who"] == who) | (who == "all"))
    ]
    if web.phone():
        if len(shown) > MOST_ON_PHONE:
            st.write(f"The latest {MOST_ON_PHONE} of {len(shown)}.")
        latest = shown.head(MOST_ON_PHONE)
        tables.table(list(latest.columns), latest.to_numpy().tolist(), "Audit")
    else:
        st.dataframe(
            shown, hide_index=True, height=600, key="audit_rows", alt="Audit, newest first"
        )


viewer = web.viewer()
zone = house.settings(viewer).time_zone
found = house.audit_trail(viewer, MOST)
broken = house.audit_holds(viewer)
total = int(found["seq"].max()) if len(found) else 0
web.header(
    "Audit",
    f"Times by the practice’s clock, {zone}",
    f"The chain is broken: {broken}. Somebody changed the audit outside the product, or a restored "
    "copy is incomplete: ask whoever keeps the server."
    if broken
    else f"All {total} entries hold. Each is sealed over the one before: one that was changed or "
    "taken away would show.",
)
if broken:
    st.error(f"The audit does not hold: {broken}.")
if total > len(found):
    st.write(f"The latest {len(found)} entries are shown.")
trail(
    pd.DataFrame(
        {
            "When": [
                f"{tables.local(one.to_pydatetime(), zone):%Y-%m-%d %H:%M:%S}"
                for one in pd.to_datetime(found["happened_at"])
            ],
            "Who": found["actor"].fillna("nobody signed in").astype(str),
            "As": found["role"],
            "What": found["kind"],
            "Record": found["client"].fillna("").astype(str),
            "Detail": found["detail"],
        }
    )
)
