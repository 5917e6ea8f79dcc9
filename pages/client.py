"""Client: how does one client go, and what wants an eye first?"""

import streamlit as st

from attachdash import web
from attachdash.errors import Refused
from attachdash.practice.caseload import caseload
from attachdash.practice.clients import Episode
from attachdash.practice.house import settings
from attachdash.practice.record import client_record
from attachdash.practice.rights import Role
from attachdash.practice.telling import without_t_scores
from attachdash.web import beside, drawn, flagged, forms, phases, release, rows, versions
from attachdash.web import record as parts
from attachdash.web.tables import day, last_day

viewer = web.viewer()
rows.dress()


def choose() -> None:
    """Nobody is before the viewer: let them say whom they mean."""
    web.header("Client", "", "Whose record do you want to open?")
    known = {row.client.client_id: rows.label(row.client) for row in caseload(viewer).rows}
    if not known:
        st.write("There is nobody in your caseload yet.")
        return
    picked = st.selectbox(
        "Client, by code or name", list(known), index=None, format_func=known.__getitem__,
        placeholder="Type a code or a name", width=420,
    )  # fmt: skip
    if picked is not None:
        web.hold_client(picked)
        st.rerun()


client_id = web.held_client()
if client_id is None:
    choose()
    st.stop()
chosen = st.session_state.get(f"episode_{client_id}")
try:
    record = client_record(viewer, client_id, chosen)
except Refused as error:
    web.let_client_go()
    st.error(str(error))
    choose()
    st.stop()

zone = settings(viewer).time_zone
if st.button("‹ Caseload", key="back", type="tertiary"):
    web.go("caseload")
with st.container(horizontal=True, horizontal_alignment="distribute", key="client-head"):
    with st.container():
        web.header(
            record.client.identity,
            parts.meta(record, zone),
            parts.lead(record),
        )
        parts.not_asked(record)
    with st.container(width="content", horizontal=True, vertical_alignment="center"):
        reach = drawn.chosen_range(client_id)
        drawable = [course for course in record.triad.values() if course]
        as_t = (
            bool(drawable)
            and not any(map(without_t_scores, drawable))
            and drawn.chosen_axis(client_id)
        )
        if viewer.role is Role.THERAPIST and st.button("Type a paper form"):
            web.go("paper_form")
        view = st.segmented_control(
            "Shown as", ["Pictures", "Tables"], default="Pictures", required=True,
            label_visibility="collapsed", key="shown_as",
        )  # fmt: skip
pictures = view != "Tables"

if len(record.client.episodes) > 1:
    episodes = {one.episode_id: one for one in record.client.episodes}

    def named(episode_id: int) -> str:
        """The episode's number and days."""
        one: Episode = episodes[episode_id]
        end = last_day(one.ended_on) if one.ended_on else "now"
        return f"Episode {list(episodes).index(episode_id) + 1}: {day(one.started_on)} to {end}"

    st.segmented_control(
        "Episode", list(episodes), default=record.episode.episode_id if record.episode else None,
        required=True, format_func=named, wrap=True, key=f"episode_{client_id}",
    )  # fmt: skip

forms.say()
flagged.cards(viewer, record, zone)
flagged.others(viewer, record, zone)
parts.review(viewer, record)
parts.triad(viewer, record, pictures=pictures, reach=reach, as_t=as_t)
parts.measures(viewer, record, pictures=pictures, reach=reach)
parts.without_episode(record)
phases.card(viewer, record, zone)
release.card(viewer, record, zone)
beside.cards(viewer, record)
versions.card(viewer, client_id, zone)
