"""System: is what the practice keeps safe, and what is there to do?"""

import streamlit as st

from attachdash import web
from attachdash.practice import house, notices, safekeeping
from attachdash.web import forms, mail, tables

NAMES = {
    "check": "Check",
    "tidy": "Tidy",
    "norms": "Own norms",
    "shares": "Own drift and passing states",
    "flags": "Flags judged anew",
    "backup": "Backup and compare",
}

viewer = web.viewer()
practice = house.settings(viewer)
state, mail_state = safekeeping.state(viewer), notices.state(viewer)
to_do = state.to_do(viewer.now) + mail.to_do(mail_state, practice.time_zone)
web.header(
    "System",
    f"As of {tables.local(viewer.now, practice.time_zone):%d %b %Y, %H:%M}",
    f"{len(to_do)} thing{'' if len(to_do) == 1 else 's'} to see to." if to_do else "All is well.",
)
forms.say()
for number, words in enumerate(to_do):
    with web.card(f"to-do-{number}", stretch=False):
        st.html(f'<span class="ad-badge ad-first">To do</span> {web.esc(words)}')


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def when(moment: object) -> str:
    """A moment by the practice's clock."""
    return tables.ago(moment, practice.time_zone, viewer.today)  # type: ignore[arg-type]


newest = state.backups[0] if state.backups else None
check = state.steps.get("check")
left, right = st.columns([3, 2])
with left, web.card("state"):
    st.header("State", anchor=False)
    tables.table(
        ("What", "When or how much", "What was found"),
        [
            (
                "Last backup",
                when(newest.made_at) if newest else "none yet",
                f"{newest.rows:,} rows, {size(newest.size)}; {len(state.backups)} kept"
                if newest
                else "a server has backups of its own" if state.is_server else "",
            ),
            ("Last check", when(check.ended_at if check else None), check.result if check else ""),
            (
                "Space",
                f"{size(state.free_bytes)} free of {size(state.disk_bytes)}",
                f"the store has {size(state.store_bytes)}",
            ),
            ("Version", state.version, f"time zone {practice.time_zone}"),
        ],
        "State of the store",
    )  # fmt: skip
    with st.container(horizontal=True):
        if st.button("Back up now", disabled=state.is_server):
            forms.attempt(
                lambda: safekeeping.back_up(viewer),
                lambda made: f"{made.rows:,} rows backed up, opened again and compared: the same.",
            )
        if st.button("Check now"):
            forms.attempt(
                lambda: safekeeping.check_now(viewer),
                lambda wrong: " ".join(wrong) or "Looked through the whole store: all is well.",
            )
with right:
    with web.card("night"):
        st.header("Nightly job", anchor=False)
        if practice.is_demo:
            st.write("The demo has none: it can be made anew. The buttons do the same.")
        if state.steps:
            tables.table(
                ("Step", "When", "Result"),
                [
                    (NAMES[name], when(step.started_at), step.result)
                    for name, step in state.steps.items()
                ],
                "Steps of the nightly job",
            )
        elif not practice.is_demo:
            st.write("It runs after 02:00, or at the first occasion later: not yet.")
    mail.state_card(viewer, mail_state, practice.time_zone)
    with web.card("wrong"):
        st.header("If something goes wrong", anchor=False)
        st.markdown(
            "- **A command says the store is held:** the server has it; its number stands in the "
            "message. Use these pages, or stop it.\n"
            "- **The disk is full:** make room. Nothing is lost; it goes on by itself.\n"
            "- **The server says that the store lost its end:** restore the last backup.\n"
            "- **The machine is gone:** on a new one, with the last copy:"
        )
        # Of its own: in a line it would be broken at its hyphens.
        st.code("attachdash restore FOLDER --as NAME", language=None)
if newest:
    st.caption(f"Backups lie in {newest.folder.parent}. Copy them to another place as well: a "
               "backup on the same disk does not outlive the disk.")  # fmt: skip
if state.data_until:
    with web.card("restored", stretch=False):
        st.write("Every page says from when the data are, since a backup was put back.")
        if st.button("What was missing is entered again: end this notice"):
            safekeeping.end_restored_notice(viewer)
            st.rerun()
