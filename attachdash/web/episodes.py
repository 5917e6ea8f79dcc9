"""One client's therapies, as staff open, close, reopen and move them. No answers, no scores."""

from functools import partial

import streamlit as st

from attachdash.practice import clients
from attachdash.practice.clients import Client, Episode
from attachdash.practice.rights import Role, Viewer
from attachdash.web import look, tables
from attachdash.web.forms import attempt, form_key


def state(client: Client) -> str:
    """In words: does a therapy go on?"""
    if client.open_episode:
        return f"since {tables.day(client.open_episode.started_on)}"
    ends = [one.ended_on for one in client.episodes if one.ended_on]
    return f"ended {tables.last_day(max(ends))}" if ends else "none yet"


def card(viewer: Viewer, client: Client) -> None:
    """The episodes of a client, and what can be done about them."""
    with look.card("episodes", stretch=False):
        st.subheader("Episodes", anchor=False)
        rows = [
            (
                ("about " if one.start_is_nominal else "") + tables.day(one.started_on),
                tables.last_day(one.ended_on),
                one.problem,
            )
            for one in client.episodes
        ]
        # What a therapy is for is the therapist's to know; an administrator keeps the dates.
        wide = 3 if viewer.role is Role.THERAPIST else 2
        if rows:
            tables.table(
                ("Began", "Last day", "What for")[:wide], [row[:wide] for row in rows], "Episodes"
            )
        else:
            st.caption("None yet. Open one so that answers are filed under it.")
        now = client.open_episode
        if now:
            _close(viewer, now)
        else:
            _open(viewer, client)
            if client.episodes:
                _reopen(viewer, client.episodes[-1])
        if client.episodes:
            _move(viewer, client.episodes)


def _open(viewer: Viewer, client: Client) -> None:
    key = form_key("open_episode")
    with st.expander("Open an episode", key=f"{key}_open"), st.form(key):
        day = st.date_input("First day", viewer.today, format="DD/MM/YYYY", key=f"{key}_day")
        problem = ""
        if viewer.role is Role.THERAPIST:
            problem = st.text_input("What for, in a few words (optional)", key=f"{key}_problem")
        nominal = st.checkbox("The day is a guess", key=f"{key}_nominal")
        if st.form_submit_button("Open"):
            attempt(
                partial(
                    clients.open_episode, viewer, client.client_id, day, problem, nominal=nominal
                ),
                "The episode is open.",
                "open_episode",
            )


def _close(viewer: Viewer, episode: Episode) -> None:
    key = form_key("close_episode")
    with st.expander("Close the episode", key=f"{key}_open"), st.form(key):
        day = st.date_input("Last day", viewer.today, format="DD/MM/YYYY", key=f"{key}_day")
        reason = st.text_input("Reason", key=f"{key}_reason")
        if st.form_submit_button("Close"):
            attempt(
                partial(clients.close_episode, viewer, episode.episode_id, day, reason),
                "The episode is closed.",
                "close_episode",
            )


def _reopen(viewer: Viewer, episode: Episode) -> None:
    key = form_key("reopen_episode")
    with st.expander("Go on with the last episode", key=f"{key}_open"), st.form(key):
        day = st.date_input("Goes on from", viewer.today, format="DD/MM/YYYY", key=f"{key}_day")
        if st.form_submit_button("Reopen"):
            attempt(
                partial(clients.reopen_episode, viewer, episode.episode_id, day),
                "The episode goes on.",
                "reopen_episode",
            )


def _move(viewer: Viewer, episodes: tuple[Episode, ...]) -> None:
    key = form_key("move_episode")
    with st.expander("Correct the day an episode began", key=f"{key}_open"), st.form(key):
        number = st.selectbox(
            "Episode", range(len(episodes)), index=len(episodes) - 1, key=f"{key}_which",
            format_func=lambda at: f"began {tables.day(episodes[at].started_on)}",
        )  # fmt: skip
        day = st.date_input("First day", viewer.today, format="DD/MM/YYYY", key=f"{key}_day")
        if st.form_submit_button("Correct"):
            attempt(
                partial(clients.move_episode, viewer, episodes[number].episode_id, day),
                "The day is corrected; answers are filed anew.",
                "move_episode",
            )
