"""Who answered a form, and about whom? Asked where the questionnaire leaves a choice."""

from collections.abc import Callable

import streamlit as st

from attachdash.practice.reading import SELF, Instrument, informants_of, targets_of


def people(
    instrument: Instrument, informant: str | None, about: str | None, key: Callable[[str], str]
) -> tuple[str | None, str | None]:
    """Who answered and about whom; None while it is to be said. Asked only where there is a choice.

    Nothing is chosen beforehand where a wrong choice would file the answers under somebody else.
    """
    answers, asked = informants_of(instrument), targets_of(instrument)
    if len(answers) > 1:
        informant = st.selectbox(
            "Who answered?", answers,
            index=answers.index(informant) if informant in answers else None,
            placeholder="Choose", format_func=who_said, key=key(f"informant_{instrument.id}"),
        )  # fmt: skip
    else:
        informant = answers[0]
    if len(asked) > 1 and informant in (SELF, None):
        # One target: the client's view of it is their own, unless they tell people apart.
        own = asked.index(SELF) if SELF in asked else None
        about = st.selectbox(
            "About whom?", asked, index=asked.index(about) if about in asked else own,
            placeholder="Choose", format_func=_about, key=key(f"about_{instrument.id}"),
        )  # fmt: skip
    else:
        about = SELF
    if SELF not in (informant, None) or SELF not in (about, None):
        st.html(
            '<div class="ad-meta">Kept apart from the client’s own answers, under that person: '
            "where nobody of that kind is known around a client yet, one is added.</div>"
        )
    return informant, about


def who_said(one: str) -> str:
    """Who answered, as a choice says it."""
    return "The client themself" if one == SELF else one.capitalize()


def _about(one: str) -> str:
    return "Nobody by name: the client’s own view" if one == SELF else f"Their {one}"
