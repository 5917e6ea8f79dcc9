"""Paper form: type in what a client answered on paper."""

import streamlit as st

from attachdash import web
from attachdash.errors import ForPeople
from attachdash.practice.asking import asked_on_form
from attachdash.practice.clients import Client, register
from attachdash.practice.house import settings
from attachdash.practice.mending import correct_administration
from attachdash.practice.reading import SELF, Instrument, questionnaires, risk_lines, typed
from attachdash.practice.recording import record_administration
from attachdash.web import asking, meaning, printed, tables
from attachdash.web import paper as parts
from attachdash.web.paper import Kept, Paper

viewer = web.viewer()
everyone = {one.client_id: one for one in register(viewer)}
parts.dress()


@st.fragment
def typing(made: Paper, instrument: Instrument) -> None:
    """Type the answers; each field that is left is held as a draft, and counts as being here."""
    today = web.viewer().today
    with web.card("paper"):
        # The place is there in any case: else all below moves up and the focus is lost.
        with st.container():
            if made.is_held_up:
                parts.mistakes(made)
        left, right = st.columns(2)
        made.day = left.date_input(
            "Day on the form" + (" · missing" if made.no_day else ""), value=made.day,
            max_value=today, min_value="1900-01-01", format="DD/MM/YYYY", key=made.key("day"),
        )  # fmt: skip
        if made.corrects:
            made.reason = right.text_input(
                "Why is it corrected? (needed)" + (" · missing" if made.no_reason else ""),
                value=made.reason, max_chars=300, key=made.key("reason"),
            )  # fmt: skip
        else:
            made.occasion = right.text_input(
                "Only if there are several of one day: which one?", value=made.occasion,
                max_chars=40, key=made.key("occasion"),
            )  # fmt: skip
        said = parts.people(web.viewer(), made, instrument)
        hint = "Steps of .1: 7.3." if instrument.step != 1 else "Whole numbers, as on the paper."
        st.html(
            f'<div class="ad-meta">{hint} Turning is done here. <b>Tab</b> goes on · leave empty '
            "what was left blank · <b>d</b> for declined</div>"
        )
        made.texts = parts.fields(made, instrument)
        if instrument.in_own_words and not made.corrects:
            made.wants_to_talk = asking.box(
                web.viewer(), ticked=made.wants_to_talk, key=made.key("talk")
            )
        sent = st.button("Look it over", type="primary", key=made.key("look"), disabled=not said)
        if not said:
            st.write("Say above who answered about whom: then it can be looked over.")
        st.html(
            f'<div class="ad-meta">{made.typed} of {len(made.texts)} typed · kept as a draft in '
            "this browser tab until you close or reload it, or sign out</div>"
        )
        if made.is_held_up:
            st.html("<b>Something has to be put right first: it is marked above.</b>")
    if sent:
        answers, made.wrong = typed(instrument, made.texts)
        made.no_day = made.day is None
        made.no_reason = made.corrects is not None and not made.reason.strip()
        if made.is_held_up:
            st.rerun(scope="fragment")
        made.answers = answers
        st.rerun()


def looking_over(made: Paper, instrument: Instrument, client: Client) -> None:
    """Compare with the paper, then keep."""
    assert made.answers is not None, "the step says so"
    assert made.day is not None, "the step says so"
    count = parts.counted(made.answers)
    risks = risk_lines(viewer, instrument, made.day, made.answers)
    nothing = all(one < 0 for one in made.answers)
    with web.card("paper"):
        st.header(count, anchor=False)
        st.write(
            f"{instrument.short_name}, {tables.day(made.day)}{web.plain(parts.whose(made))}. "
            "Compare with the paper. Nothing has been kept yet, and nothing is scored before."
        )
        if not nothing:
            parts.will_raise(risks, instrument, client.code)
            parts.will_ask(made, client.code)
        said = st.container()
        with st.container(horizontal=True):
            keep = st.button(
                f"Keep this form: {count}", type="primary", key=made.key("keep"), disabled=nothing
            )
            back = st.button("Back to typing", key=made.key("back"))
        if nothing and made.wants_to_talk:
            # Somebody who ticks the box and nothing else is the last to be lost.
            st.write(
                "Nothing is answered, so there is no form to keep. That they asked can be noted "
                "all the same."
            )
            if st.button("Note that they asked to talk", type="primary", key=made.key("asked")):
                asked_on_form(viewer, client.client_id, made.day)
                words = f"That {client.code} asked to talk is noted."
                parts.kept(made, Kept(client.client_id, instrument.id, words, False, [], True))
                st.rerun()
        elif nothing:
            st.write("Nothing is answered yet: at least one answer is needed.")
        parts.read_back(instrument, made.answers, risks)
    if back:
        made.answers = None
        st.rerun()
    if keep:
        try:
            new = True
            if made.corrects:
                correct_administration(
                    viewer, client.client_id, made.corrects.administration_id, made.day,
                    made.answers, made.reason, made.corrects.last.version,
                )  # fmt: skip
            else:
                new = record_administration(
                    viewer, client.client_id, instrument.id, made.day, made.answers,
                    made.occasion.strip(), made.informant or SELF, made.about or SELF,
                    made.person.relation_id if made.person else None,
                    wants_to_talk=made.wants_to_talk,
                )  # fmt: skip
        except ForPeople as error:
            said.error(web.plain(error))
            return
        what = f"{instrument.short_name} of {tables.day(made.day)} for {client.code}"
        what += parts.whose(made)
        how = f"is kept: {count}." if new else "is held already, with the same answers."
        parts.kept(
            made,
            Kept(client.client_id, instrument.id, f"{what} {how}", new, risks, made.wants_to_talk),
        )
        st.rerun()


def after(done: Kept) -> None:
    """Say what was kept and what it raised, and offer the next step."""
    raised = parts.was_raised(done)
    with web.card("paper"):
        if raised:
            with st.container(border=True, key="flag-paper"):
                st.html(
                    f"{parts.badge_of(done)} <b>{web.esc(raised)}</b>"
                    f'<div class="ad-say">{web.esc(done.words)}</div>'
                )
        else:
            st.success(web.plain(done.words))
        with st.container(horizontal=True):
            if st.button(
                "Open the record", type="primary" if raised else "secondary", key="paper_record"
            ):
                parts.go_on()
                web.go("client")
            if st.button("Type another form", key="paper_next"):
                parts.go_on()
                st.rerun()


held = web.held_client()
client = everyone.get(held) if held is not None else None
if client and st.button("‹ Record", type="tertiary", key="paper_back"):
    web.go("client")
web.header(
    "Correct a form" if parts.is_correcting(held) else "Paper form",
    client.identity if client else "",
    "" if client else "Whose form is it? Choose the client first.",
)
left, right = st.columns(2)
ids = list(everyone)
chosen = left.selectbox(
    "Client", ids, index=ids.index(client.client_id) if client else None,
    placeholder="Choose a client", format_func=lambda one: everyone[one].identity,
    key=f"paper_client_{held}",
)  # fmt: skip
if chosen is not None and chosen != held:
    web.hold_client(chosen)
    st.rerun()
offered = parts.in_order(questionnaires(viewer, by_items=True))
key = f"paper_instrument_{held}"
if key not in st.session_state:
    parts.go_on()  # come here anew
at_hand = parts.at_hand(held)
instrument = right.selectbox(
    "Questionnaire", offered,
    index=next((place for place, one in enumerate(offered) if one.id == at_hand), None),
    placeholder="Choose a questionnaire", format_func=meaning.named, key=key,
)  # fmt: skip
if instrument and instrument.in_own_words:
    st.download_button(
        "Print an empty form", printed.form(instrument, settings(viewer)).encode(),
        f"{instrument.id}.html", "text/html", on_click="ignore", type="tertiary",
        key=f"line-paper-empty-{instrument.id}",
    )  # fmt: skip
if client and instrument:
    done = parts.just_kept(client.client_id, instrument)
    made = parts.paper(client.client_id, instrument)
    if done:
        after(done)
    else:
        if made.corrects:
            parts.correcting(made.corrects)
        if made.answers is None:
            typing(made, instrument)
        else:
            looking_over(made, instrument, client)
