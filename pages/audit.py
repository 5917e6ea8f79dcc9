"""Audit: who did or saw what, to whom."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from attachdash import web
from attachdash.practice import clients, house, people
from attachdash.practice.rights import Viewer
from attachdash.web import looked, tables

AT_ONCE = 100
AT_ONCE_ON_PHONE = 25
PAGE = "audit_page"
COLUMNS = ("When", "What", "Whom", "Record", "Who", "As", "Detail")


def first_page() -> None:
    """Other filters begin at their newest line."""
    st.session_state[PAGE] = 0


def turn(by: int) -> None:
    """Go to older or newer lines."""
    st.session_state[PAGE] = st.session_state.get(PAGE, 0) + by


def filters(viewer: Viewer) -> dict[str, Any]:
    """What is asked for, as `house.audit_trail` takes it."""
    kinds = house.audit_kinds(viewer)
    names = {one.person_id: f"{one.name}, {one.sign_in}" for one in people.everyone(viewer)}
    codes = {one.client_id: one.code for one in clients.register(viewer)}
    with st.expander("Filter") if web.phone() else st.container():
        sign_ins = st.segmented_control(
            "Sign-ins", ["Everything", "Without sign-ins"], default="Everything", required=True,
            label_visibility="collapsed", key="audit_sign_ins", on_change=first_page,
        )  # fmt: skip
        what, who, record, since, until = st.columns([3, 3, 2, 2, 2])
        kind = what.selectbox(
            "What", list(kinds), index=None, placeholder="all", key="audit_kind",
            format_func=lambda one: f"{one} ({kinds.get(one, 0)})", on_change=first_page,
        )  # fmt: skip
        person_id = who.selectbox(
            "Who or whom", list(names), index=None, placeholder="all", key="audit_who",
            format_func=lambda one: names.get(one, ""), on_change=first_page,
        )  # fmt: skip
        client_id = record.selectbox(
            "Record", list(codes), index=None, placeholder="all", key="audit_client",
            format_func=lambda one: codes.get(one, ""), on_change=first_page,
        )  # fmt: skip
        first = since.date_input(
            "From", value=None, format="DD/MM/YYYY", key="audit_from", on_change=first_page
        )
        last = until.date_input(
            "Until", value=None, format="DD/MM/YYYY", key="audit_until", on_change=first_page
        )
    return {
        "sign_ins": sign_ins == "Everything", "kind": kind, "person_id": person_id,
        "client_id": client_id, "first": first, "last": last,
    }  # fmt: skip


@st.fragment
def trail() -> None:
    """One page of lines; turning and filtering don't check the whole chain again."""
    viewer = web.viewer()
    zone = house.settings(viewer).time_zone
    asked = filters(viewer)
    size = AT_ONCE_ON_PHONE if web.phone() else AT_ONCE
    page = st.session_state.get(PAGE, 0)
    found = house.audit_trail(viewer, size, page * size, **asked)
    if found.empty:
        st.write("No entry fits." if page == 0 else "No older entry.")
        if page:
            st.button("To the newest", on_click=first_page)
        return
    total = int(found["all_lines"].iloc[0])
    st.html(
        f'<div class="ad-meta">Lines {page * size + 1} to {page * size + len(found)} of {total}, '
        "newest first</div>"
    )
    rows = [line(one, zone) for one in found.to_dict("records")]
    if web.phone():
        tables.table(
            ("What", *COLUMNS[2:]), [(f"{when} {what}", *rest) for when, what, *rest in rows],
            "Audit",
        )  # fmt: skip
    else:
        st.dataframe(
            pd.DataFrame(rows, columns=list(COLUMNS)), hide_index=True, height=600,
            key="audit_rows", alt="Audit, newest first",
        )  # fmt: skip
    with st.container(horizontal=True):
        if page:
            st.button("Newer", on_click=turn, args=(-1,))
        if (page + 1) * size < total:
            st.button("Older", on_click=turn, args=(1,))


def line(one: dict[Any, Any], zone: str) -> tuple[str, ...]:
    """One line in the order of COLUMNS; many refusals of unknown names are one."""
    what, detail = str(one["kind"]), str(one["detail"])
    if one["entries"] > 1:
        what = f"{what}, {detail}, {one['entries']} times"
        detail = f"from {moment(one['first_at'], zone)} to {moment(one['happened_at'], zone)}"
    nobody = pd.isna(one["actor"])
    return (
        moment(one["happened_at"], zone),
        what,
        "" if pd.isna(one["whom"]) else str(one["whom"]),
        "" if pd.isna(one["client"]) else str(one["client"]),
        "nobody signed in" if nobody else str(one["actor"]),
        "" if nobody else str(one["role"]),
        detail,
    )


def moment(when: datetime, zone: str) -> str:
    """To the second, by the practice's clock."""
    return f"{tables.local(pd.Timestamp(when).to_pydatetime(), zone):%Y-%m-%d %H:%M:%S}"


viewer = web.viewer()
broken = house.audit_holds(viewer)
count = sum(house.audit_kinds(viewer).values())
web.header(
    "Audit",
    f"Times by the practice’s clock, {house.settings(viewer).time_zone}",
    f"The chain is broken: {broken}. Somebody changed the audit outside the product, or a restored "
    "copy is incomplete: ask whoever keeps the server."
    if broken
    else "All entries hold. Each is sealed over the one before: one that was changed or taken away "
    f"would show. Here are {count}; what clients ask their therapists for is sealed too, and shown "
    "to none but those who may open the record.",
)
if broken:
    st.error(f"The audit does not hold: {broken}.")
trail()


@st.fragment
def of_one_record() -> None:
    """Choosing a client doesn't check the whole chain again."""
    looked.of_a_client(web.viewer())


of_one_record()
