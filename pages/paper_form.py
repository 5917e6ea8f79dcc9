"""Paper form: type in what a client answered on paper."""

import streamlit as st

from attachdash import web
from attachdash.errors import ForPeople
from attachdash.practice.clients import Client, register
from attachdash.practice.reading import Instrument, questionnaires, typed
from attachdash.practice.recording import record_administration
from attachdash.web import meaning, tables
from attachdash.web import paper as parts
from attachdash.web.paper import Paper

_SAID = "_paper_said"

viewer = web.viewer()
everyone = {one.client_id: one for one in register(viewer)}


def typing(made: Paper, instrument: Instrument) -> None:
    """Type the answers."""
    hint = "Steps of .1: 7.3." if instrument.step != 1 else "Whole numbers, as on the paper."
    with web.card("paper"), st.form(made.key("form"), enter_to_submit=False, border=False):
        left, right = st.columns(2)
        day = left.date_input(
            "Day on the form", value=made.day or viewer.today, max_value=viewer.today,
            min_value="1900-01-01", format="DD/MM/YYYY", key=made.key("day"),
        )  # fmt: skip
        occasion = right.text_input(
            "Only if there are several of one day: which one?", value=made.occasion, max_chars=40,
            key=made.key("occasion"),
        )  # fmt: skip
        st.html(
            f'<div class="ad-meta">{hint} Turning is done here. <b>Tab</b> goes on · leave empty '
            "what was left blank · <b>d</b> for declined</div>"
        )
        texts = parts.fields(made, instrument)
        if made.wrong:
            parts.mistakes(made.wrong)
        sent = st.form_submit_button("Look it over", type="primary")
    if sent:
        made.texts, made.day, made.occasion = list(texts), day, occasion.strip()
        answers, made.wrong = typed(instrument, texts)
        made.answers = None if made.wrong else answers
        st.rerun()


def looking_over(made: Paper, instrument: Instrument, client: Client) -> None:
    """Compare with the paper, then keep."""
    assert made.answers is not None, "the step says so"
    assert made.day is not None, "the step says so"
    count = parts.counted(made.answers)
    with web.card("paper"):
        st.header(count, anchor=False)
        st.write(
            f"{instrument.short_name}, {tables.day(made.day)}. Compare with the paper. Nothing has "
            "been kept yet, and nothing is scored before."
        )
        said = st.container()
        with st.container(horizontal=True):
            keep = st.button(
                f"Keep this form: {count}", type="primary", key=made.key("keep"),
                disabled=all(one < 0 for one in made.answers),
            )  # fmt: skip
            back = st.button("Back to typing", key=made.key("back"))
        if all(one < 0 for one in made.answers):
            st.write("Nothing is answered yet: at least one answer is needed.")
        parts.read_back(instrument, made.answers)
    if back:
        made.answers = None
        st.rerun()
    if keep:
        try:
            new = record_administration(
                viewer, client.client_id, instrument.id, made.day, made.answers, made.occasion
            )
        except ForPeople as error:
            said.error(str(error))
            return
        what = f"{instrument.short_name} of {tables.day(made.day)} for {client.code}"
        if new:
            st.session_state[_SAID] = f"{what} is kept: {count}."
        else:
            st.session_state[_SAID] = f"{what} is held already, with the same answers."
        parts.next_form()
        st.rerun()


held = web.held_client()
client = everyone.get(held) if held is not None else None
web.header(
    "Paper form",
    client.identity if client else "",
    "" if client else "Whose form is it? Choose the client first.",
)
if _SAID in st.session_state:
    st.success(st.session_state[_SAID])
    if client and st.button("Open the record", key="paper_record"):
        st.session_state.pop(_SAID)
        web.go("client")
left, right = st.columns(2)
ids = list(everyone)
chosen = left.selectbox(
    "Client", ids, index=ids.index(client.client_id) if client else None,
    placeholder="Choose a client", format_func=lambda one: everyone[one].identity,
    key=f"paper_client_{held}",
)  # fmt: skip
if chosen is not None and chosen != held:
    st.session_state.pop(_SAID, None)
    web.hold_client(chosen)
    st.rerun()
instrument = right.selectbox(
    "Questionnaire", parts.in_order(questionnaires(viewer, by_items=True)), index=None,
    placeholder="Choose a questionnaire", format_func=meaning.named, key="paper_instrument",
)  # fmt: skip
if client and instrument:
    made = parts.paper(client.client_id, instrument)
    if made.answers is None:
        typing(made, instrument)
    else:
        looking_over(made, instrument, client)
